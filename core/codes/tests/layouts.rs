//! Official files come with and without notices, with either end of line, with
//! a byte-order mark, in either encoding: the table is the same. The rows are
//! invented, the columns those of the files.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay_codes::{
    FileKind, FileRows, ImportedTable, OfficialFile, ReadFiles, RowFaultKind, Validity,
    read_official,
};

/// A file in its official layout: name, notices that may stand above, rows.
struct Sample {
    kind: FileKind,
    name: &'static str,
    notices: &'static str,
    rows: String,
    /// Rows that go in.
    taken: usize,
    /// Lines of `rows` that do not, with the reason of the first.
    left_out: (&'static [u64], RowFaultKind),
}

const PTP_NOTICES: &str = "An invented notice about copyrights, \u{a9} nobody\n\
    of a second line\n\nColumn1/Column 2 Edits\n\
    Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n\
    \t\tprior to 1996\tDate\tDate *=no data\t0=not allowed\t\n";
const PTP_ROWS: &str = "G9001\tG9002\t\t20200101\t*\t0\tM\u{e9}ni\u{e8}re\u{2019}s invention\n\
    G9001\tG9003\t*\t19960101\t20251231\t1\tInvented\n\
    G9004\tD0120\t\t20260101\t*\t1\tDental\n\
    G9004\tG9005\t\t20260231\t*\t1\tNo such day\n\
    G9004\tG9001\t\t20260101\t20260101\t9\tTaken back\n";
const MUE_NOTICES: &str = "\"An invented notice, \u{a9} nobody,\nover two lines\",,,\n";
const MUE_ROWS: &str = "\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n\
    J9999,12,3 Date of Service Edit: Clinical,\"Invented, by caf\u{e9}\"\n\
    D0120,1,2 Date of Service Edit: Policy,x\n\
    A0021,250,1 Line Edit,CMS\u{2019}s policy\n\
    J9998,0,2 Date of Service Edit: Policy,Invented\n";
const MEDICAID_ROWS: &str = "J99990001206.A4500    20200012026090\x31\n\
    J99990001006.A4500    2026091       1\n\
    D01200000106.A4500    2020001       1\n\
    E01000000206.A4500    2011001       1\n";
const ADD_ON_NOTICES: &str = "An invented notice, \u{a9} nobody\n\
    AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\tAOC_Edit_DelDT\tSpecial_Instruction_Notes\n";
const ADD_ON_ROWS: &str = "1\tG9991\t\tG9001\t\t2013091\t\t\n\
    2\tG9992\t\tCCCCC\t\t2013091\t\tContractor Defined Primary Codes\n\
    1\tD9999\t\tG9003\t\t2026091\t\t\n\
    3\tG9993\t\tG9003\t2026090\t2026001\t\t\n";
const FEE_NOTICES: &str = ",,2026 Invented Relative Value File,,,\n,,\"Codes, \u{a9} nobody\",,,\n\
    ,,,STATUS,MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,TEAM,ENDO,CONV\n";
const FEE_ROWS: &str = "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT\n\
    G9001,,\"Words, of caf\u{e9}s\",A,,1.30,1.21,,0.53,,0.10,2.61,1.93,0,010,0.10,0.80,0.10,2,1,1,0,0,G9000,33.4009,09,0,99,0.00,0.00,0.00\n\
    G9001,26,Words,A,,0.74,0.27,NA,0.27,,0.04,1.05,1.05,1,XXX,0,0,0,0,0,0,0,0,,33.4009,09,0,99,0,0,0\n\
    D0120,,Words,N,,0,0,,0,,0,0,0,0,XXX,0,0,0,0,0,0,0,0,,33.4009,09,0,99,0,0,0\n";
const GPCI_NOTICES: &str = "ADDENDUM E. INVENTED INDICES,,,,,,\n,,,,,,\n";
const GPCI_ROWS: &str = "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2026 PW GPCI (with 1.0 Floor)***,2026 PE GPCI,2026 MP GPCI\n\
    9992,XA,0,INVENT\u{cd}A*,1.000,0.875,0.566\n\
    09993,XB,01,\"NORTH, AND SOUTH\",one,1.093,0.662\n\
    09993,XB,02,SOUTH,1.017,1.093,0.662\n";
const OLD_GPCI_ROWS: &str = "Medicare Administrative Contractor (MAC),Locality Number,Locality Name,2020 PW GPCI,2020 PE GPCI,2020 MP GPCI\n\
    10112,00,INVENT\u{cd}A,0.981,0.875,0.566\n\
    10113,00,,0.981,,0.566\n";
const TABULAR: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ICD10CM.tabular>\n<chapter><desc>Invented (A00-B99)</desc>\n\
    <diag><name>H81.0</name><desc>M\u{e9}ni\u{e8}re disease</desc></diag>\n\
    <diag><name>!</name><desc>broken</desc></diag>\n</chapter>\n</ICD10CM.tabular>\n";

fn hcpcs() -> String {
    let record = |code: &str, sequence: u32, kind: char, long: &str, ended: &str| {
        let head = format!("{code:>5}{sequence:05}{kind}{long:<80}{:<28}", "Inv");
        format!("{head:<268}{:<16}{ended:<8}\n", "19850101")
    };
    [
        record("A0021", 100, '3', "Invented caf\u{e9}, per mile,", ""),
        record("A0021", 200, '4', "and CMS\u{2019}s more", ""),
        record("D0120", 100, '3', "dental", ""),
        record("D0120", 200, '4', "goes on", ""),
        record("J9999", 100, '3', "Invented drug", "20260331"),
        record("RT", 100, '7', "Right side", ""),
        record("RT", 200, '8', "and told further", ""),
    ]
    .concat()
}

fn order() -> String {
    let row = |order: u32, code: &str, flag: &str, name: &str| {
        format!("{order:05} {code:<7} {flag} {:<60} {name}\n", "Short")
    };
    [
        row(1, "H81", "0", "Disorders of vestibular function"),
        row(
            2,
            "H8101",
            "1",
            "M\u{e9}ni\u{e8}re\u{2019}s disease, right ear",
        ),
        row(3, "H8102", "x", "no flag"),
    ]
    .concat()
}

fn samples() -> Vec<Sample> {
    let column = |column, expected| RowFaultKind::Column { column, expected };
    let sample = |kind, name, notices, rows: &str, taken, left_out| Sample {
        kind,
        name,
        notices,
        rows: rows.to_owned(),
        taken,
        left_out,
    };
    let dental = RowFaultKind::Dental;
    vec![
        sample(
            FileKind::PtpPractitioner,
            "ccipra-v320r0-f1.txt",
            PTP_NOTICES,
            PTP_ROWS,
            3,
            (&[3, 4], dental),
        ),
        sample(
            FileKind::PtpHospital,
            "ccioph-v320r0-f1.txt",
            PTP_NOTICES,
            PTP_ROWS,
            3,
            (&[3, 4], dental),
        ),
        sample(
            FileKind::MuePractitioner,
            "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv",
            MUE_NOTICES,
            MUE_ROWS,
            3,
            (&[4], dental),
        ),
        sample(
            FileKind::MueMedicaidPractitioner,
            "MCD-MUE-PRA-v2026q1-F1-F.txt",
            "",
            MEDICAID_ROWS,
            3,
            (&[3], dental),
        ),
        sample(
            FileKind::AddOns,
            "AOC_V2026Q1-MCR.txt",
            ADD_ON_NOTICES,
            ADD_ON_ROWS,
            3,
            (&[3], dental),
        ),
        sample(
            FileKind::FeeSchedule,
            "PPRRVU2026_Jan_nonQPP.csv",
            FEE_NOTICES,
            FEE_ROWS,
            2,
            (&[4], dental),
        ),
        sample(
            FileKind::Gpci,
            "GPCI2026.csv",
            GPCI_NOTICES,
            GPCI_ROWS,
            2,
            (&[3], column("PW GPCI", "an index such as 1.024")),
        ),
        sample(
            FileKind::Gpci,
            "GPCI2020.csv",
            GPCI_NOTICES,
            OLD_GPCI_ROWS,
            1,
            (&[3], column("PE GPCI", "an index such as 1.024")),
        ),
        sample(
            FileKind::Hcpcs,
            "HCPC2026_JAN_ANWEB_01092026.txt",
            "",
            &hcpcs(),
            5,
            (&[3, 4], dental),
        ),
        sample(
            FileKind::Icd10Order,
            "icd10cm_order_2026.txt",
            "",
            &order(),
            2,
            (&[3], column("billable flag (15)", "0 or 1")),
        ),
        sample(
            FileKind::Icd10Tabular,
            "icd10cm-tabular-2026.xml",
            "",
            TABULAR,
            1,
            (&[5], column("name", "an ICD-10-CM code")),
        ),
    ]
}

fn read(sample: &Sample, name: &str, content: &[u8]) -> ReadFiles {
    let file = OfficialFile {
        name: name.to_owned(),
        content,
    };
    let read = read_official(sample.kind, None, vec![file]);
    read.unwrap_or_else(|error| panic!("{name}: {error}: {:?}", std::error::Error::source(&error)))
}

/// Windows-1252, as far as the samples go.
fn windows(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        '\u{2019}' => 0x92,
        c => u8::try_from(u32::from(c)).unwrap(),
    };
    text.chars().map(byte).collect()
}

fn assert_same(what: &str, sample: &Sample, found: &ReadFiles, plain: &ImportedTable, above: u64) {
    let name = sample.name;
    let changes = found.table.changes_since(plain).unwrap();
    assert!(changes.is_empty(), "{name}, {what}: {changes:?}");
    let [
        FileRows {
            taken,
            faults,
            refused,
            ..
        },
    ] = &found.files[..]
    else {
        panic!("{name}, {what}: one file");
    };
    assert_eq!(*taken, sample.taken, "{name}, {what}");
    assert_eq!(*refused, faults.len());
    let lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
    let expected: Vec<u64> = sample.left_out.0.iter().map(|line| line + above).collect();
    assert_eq!(lines, expected, "{name}, {what}");
    assert_eq!(faults[0].why, sample.left_out.1, "{name}, {what}");
}

#[test]
fn a_table_is_the_same_in_every_form_of_its_file() {
    for sample in samples() {
        let rows = &sample.rows;
        let plain = read(&sample, sample.name, rows.as_bytes());
        assert_same("plain", &sample, &plain, &plain.table, 0);
        let plain = plain.table;
        let above = sample.notices.lines().count() as u64;
        let noticed = format!("{}{rows}", sample.notices);
        let crlf = noticed.replace('\n', "\r\n");
        for (what, content, above) in [
            ("notices", noticed.clone().into_bytes(), above),
            ("CR LF", crlf.clone().into_bytes(), above),
            (
                "a byte-order mark",
                format!("\u{feff}{crlf}").into_bytes(),
                above,
            ),
            (
                "a byte-order mark, no notices",
                format!("\u{feff}{rows}").into_bytes(),
                0,
            ),
            (
                "blank lines at the end",
                format!("{noticed}\n\n").into_bytes(),
                above,
            ),
            (
                "no end of the last line",
                noticed.trim_end().as_bytes().to_vec(),
                above,
            ),
        ] {
            let found = read(&sample, sample.name, &content);
            assert_same(what, &sample, &found, &plain, above);
        }
        // XML says its encoding itself, and NCHS's says UTF-8.
        if sample.kind != FileKind::Icd10Tabular {
            let found = read(&sample, sample.name, &windows(&crlf));
            assert_same("Windows-1252", &sample, &found, &plain, above);
        }
        let (stem, extension) = sample.name.rsplit_once('.').unwrap();
        let shouted = format!("{stem}.{}", extension.to_uppercase());
        let found = read(&sample, &shouted, noticed.as_bytes());
        assert_same("an extension in capitals", &sample, &found, &plain, above);
        assert_eq!(found.days, read(&sample, sample.name, rows.as_bytes()).days);
        assert_ne!(found.days, Validity::default());
    }
}

#[test]
fn modifiers_are_read_beside_codes() {
    let sample = samples()
        .into_iter()
        .find(|sample| sample.kind == FileKind::Hcpcs)
        .unwrap();
    let ImportedTable::Hcpcs(table) = read(&sample, sample.name, sample.rows.as_bytes()).table
    else {
        panic!("HCPCS");
    };
    assert_eq!(
        table.modifier("RT").unwrap().long,
        "Right side and told further"
    );
    assert_eq!(
        table.code("A0021").unwrap().long,
        "Invented caf\u{e9}, per mile, and CMS\u{2019}s more"
    );
    assert!(table.modifier("D0").is_none() && table.code("RT").is_none());
    assert_eq!(table.codes().count(), 2);
}
