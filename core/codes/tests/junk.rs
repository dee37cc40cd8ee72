//! Importers over files that are not what they should be: an answer, never a panic.

use proptest::prelude::*;
use scrubjay_codes::{
    PtpReader, PtpTable, read_add_ons, read_fee_schedule, read_gpci, read_hcpcs, read_icd10_order,
    read_icd10_tabular, read_medicaid_mue, read_mue, recognize_file,
};

/// Pieces that official files are made of, put together wrongly.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "J9999",
        "D0120",
        "99213",
        "G9001\tG9002\t\t20260101\t*\t1\tx",
        "20260101",
        "E01000000206.A4500    2011001       1\n",
        "*",
        "\t",
        ",",
        "\"",
        "\r",
        "\n",
        "\r\n",
        "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR\n",
        "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n",
        "MAC,State,Locality Number,Locality Name,PW GPCI,PE GPCI,MP GPCI\n",
        "00001 A000    1 Cholera",
        "0001F00100",
        "3",
        "4",
        "7",
        "8",
        "<diag><name>A00</name><desc>x</desc>",
        "</diag>",
        "<chapter>",
        "</chapter>",
        "<sevenChrDef><extension char=\"A\">x</extension></sevenChrDef>",
        "1.000",
        "NA",
        "99999999999999999999999999999",
    ];
    prop_oneof![
        4 => prop::sample::select(known.map(str::as_bytes).map(<[u8]>::to_vec).to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => Just(b" ".repeat(60)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn junk_gives_faults_and_not_panics(pieces in prop::collection::vec(piece(), 0..30)) {
        let file = pieces.concat();
        if let Ok(import) = read_hcpcs(&file[..]) {
            for (code, _) in import.table.codes() {
                prop_assert!(!code.starts_with('D') && code.starts_with(|c: char| c.is_ascii_uppercase()));
            }
        }
        if let Ok(import) = read_mue(&file[..]) {
            prop_assert!(import.table.iter().all(|(code, _)| code != "D0120"));
        }
        if let Ok(import) = read_medicaid_mue(&file[..]) {
            prop_assert!(import.table.iter().all(|(code, _)| code != "D0120"));
        }
        let _ = read_add_ons(&file[..]);
        let _ = read_gpci(&file[..]);
        if let Ok(import) = read_fee_schedule(&file[..]) {
            prop_assert!(import.table.get("D0120", None).is_none());
        }
        let _ = read_icd10_order(&file[..]);
        if let Ok(import) = read_icd10_tabular(&file[..]) {
            prop_assert!(import.table.table(None).iter().all(|entry| !entry.code().is_empty()));
        }
        let mut reader = PtpReader::default();
        reader.read(&file[..]).unwrap();
        if let Ok(import) = reader.finish() {
            let again = PtpTable::from_bytes(import.table.as_bytes().to_vec()).unwrap();
            prop_assert_eq!(again.len(), import.table.iter().count());
        }
        let _ = PtpTable::from_bytes(file);
    }

    #[test]
    fn a_name_is_only_a_name(name in "(icd10cm_order_|HCPC|ccipra-v|MCR_MUE_Practitioner|MCD-MUE-|AOC_V|PPRRVU|GPCI|.)[0-9A-Za-z_é-]{0,20}[.](txt|csv|xml|.{0,3})") {
        let _ = recognize_file(&name);
    }
}
