//! What is written is valid by an independent validator (pyx12), where
//! `SCRUBJAY_ORACLE_PYTHON` names a Python that has it.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use support::made::{full_professional, institutional, professional, secondary};
use support::{oracle, written};

#[test]
fn claims_made_by_hand_are_valid() {
    let replacement = full_professional("F1");
    let children = [secondary("S1"), secondary("S2")];
    let mut void = professional("V1");
    void.frequency = scrubjay_model::Frequency::Void;
    void.payer_control = Some("ICN2".parse().unwrap());
    let mut inpatient = institutional("I2");
    inpatient.institutional.as_mut().unwrap().attending = None;
    let files = [
        (
            "professional.837",
            written(&[&professional("P1"), &professional("P2")]),
        ),
        ("full.837", written(&[&replacement, &void])),
        (
            "secondary.837",
            written(&[&children[0], &children[1], &professional("P3")]),
        ),
        (
            "institutional.837",
            written(&[&institutional("I1"), &inpatient]),
        ),
    ];
    assert_valid(&files.map(|(name, bytes)| (name.to_owned(), bytes)));
}

fn assert_valid(files: &[(String, Vec<u8>)]) {
    let Some(verdicts) = oracle(files) else {
        println!("skipped: SCRUBJAY_ORACLE_PYTHON names no Python with pyx12");
        return;
    };
    assert_eq!(verdicts.len(), files.len());
    for (verdict, (name, bytes)) in verdicts.iter().zip(files) {
        assert!(
            verdict.contains("\"status\": \"VALID\""),
            "{name}: {verdict}\n{}",
            String::from_utf8_lossy(bytes)
        );
    }
}
