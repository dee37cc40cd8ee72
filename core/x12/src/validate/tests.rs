//! What validation finds, and what it passes.

use super::*;
use crate::{guides, read};

fn faults(file: &str) -> Vec<Fault> {
    validate(&read(file.as_bytes()).unwrap()[0].sets[0])
}

fn remittance() -> String {
    include_str!("../../fixtures/reversal-and-correction.835").to_owned()
}

#[test]
fn no_table_lists_more_than_is_counted() {
    for guide in guides() {
        for def in &guide.loops {
            assert!(def.slots.len() <= MAX_SLOTS && def.children.len() <= MAX_SLOTS);
            for slot in &def.slots {
                assert!(slot.fields.len() < 64);
            }
        }
    }
}

#[test]
fn a_reversal_and_its_correction_are_valid() {
    assert_eq!(faults(&remittance()), []);
}

#[test]
fn each_kind_of_fault_is_found_with_its_code() {
    for (from, to, code) in [
        ("TRN*1*EFT0000101*1512345678~\n", "", "3"),
        ("TRN*1*EFT", "TRN*2*EFT", "7"),
        ("CLP*CLM1002*1*", "CLP*CLM1002*9*", "7"),
        ("DTM*405*20260302", "DTM*405*20260231", "8"),
        ("DTM*405*20260302", "DTM*405*2026030", "4"),
        ("DTM*405*20260302", "DTM*405*20260302*0815", "I10"),
        (
            "N4*MADISON*WI*537030000",
            "N4*MADISON**537030000*US*XX*Y*WI",
            "I10",
        ),
        ("BPR*I*150*", "BPR*I*15O*", "6"),
        ("CAS*CO*45*20", "CAS*CO*45*20***1", "2"),
        (
            "NM1*QC*1*REED*ALDER****MI*MBR0002",
            "NM1*QC*1*REED*ALDER****MI",
            "2",
        ),
        ("LX*1~", "LX*1~\nZZZ*1~", "1"),
        ("LX*1~", "LX*1~\nSV1*1~", "2"),
        ("SVC*HC:99213*", "SVC*HC*", "1"),
        ("SVC*HC:99213*", "SVC*HC:99213::::::::X*", "13"),
        ("N3*1 HERON WAY", "N3*1 HERON WAY*A*B", "3"),
        ("REF*TJ*987654321", "REF*TJ*", "1"),
        ("N4*MADISON*WI", "N4*M*WI", "4"),
        ("CLP*CLM1002*1*120*100*0*", "CLP*CLM1002*1*120*99*0*", "5"),
        (
            "DTM*405*20260302~\n",
            "DTM*405*20260302~\nDTM*405*20260303~\n",
            "5",
        ),
    ] {
        let changed = remittance().replace(from, to);
        assert_ne!(changed, remittance(), "{from}");
        let found = faults(&changed);
        assert!(
            found.iter().any(|fault| fault.code().code() == code),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn all_faults_are_found_and_not_only_the_first() {
    let file = remittance()
        .replace("DTM*405*20260302", "DTM*405*20260231")
        .replace("CLP*CLM1002*1*", "CLP*CLM1002*9*")
        .replace("SVC*HC:99213*120*100", "SVC*HC:99213*120*1OO");
    let found = faults(&file);
    assert!(found.len() >= 3, "{found:?}");
    assert!(found.is_sorted_by_key(|fault| fault.position));
}

#[test]
fn no_fault_repeats_data_of_the_file() {
    let file = remittance()
        .replace("MARSH", "MARSH^SECRETNAME")
        .replace("*20260105~", "*SECRETDATE~")
        .replace("REF*TJ*987654321", "SECRETSEG*987654321");
    let found = faults(&file);
    assert!(!found.is_empty());
    for fault in found {
        assert!(!fault.to_string().contains("SECRET"), "{fault}");
    }
}

#[test]
fn an_envelope_of_the_wrong_width_is_a_fault_of_its_elements() {
    let file = remittance();
    assert_eq!(validate_envelopes(file.as_bytes()).unwrap(), []);
    let narrow = file.replace("*PAYER01        *", "*PAYER01*");
    let found = validate_envelopes(narrow.as_bytes()).unwrap();
    assert_eq!(found[0].kind, FaultKind::TooShort(15));
    assert_eq!(found[0].element, Some(6));
}

#[test]
fn a_segment_id_that_is_none_is_not_repeated() {
    let found = faults(&remittance().replace("REF*TJ*987654321", "ROBIN MARSH"));
    let text = serde_json::to_string(&found).unwrap();
    assert!(!found.is_empty() && !text.contains("MARSH"), "{text}");
}

#[test]
fn amounts_beyond_all_reason_are_a_fault_and_no_end() {
    let huge = "9".repeat(28);
    let found = faults(&remittance().replace("*120*100*0*", &format!("*{huge}*{huge}*0*")));
    assert!(
        found
            .iter()
            .any(|fault| fault.kind == FaultKind::TooLong(18))
    );
}
