//! What is written is valid by an independent validator (pyx12), where
//! `SCRUBJAY_ORACLE_PYTHON` names a Python that has it.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use scrubjay_edi::{
    ClaimAnswer, RemittanceBatch, StatusBatch, StatusCode, read_remittance, write_277ca,
    write_remittances,
};
use scrubjay_model::{Address, AsSent};
use scrubjay_x12::{AckRequest, acknowledge};
use support::made::{day, full_professional, institutional, professional, secondary};
use support::{Counting, at, corpus, oracle, party, sets_of, written};

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
    assert_valid(&files.map(|(name, bytes)| (name.to_owned(), bytes)), None);
}

fn address() -> Address {
    Address {
        line1: "1 HERON WAY".to_owned(),
        city: "AUSTIN".to_owned(),
        state: "TX".to_owned(),
        zip: "787011234".to_owned(),
        ..Address::default()
    }
}

/// The remittances of a file, read into the model and written from it. Where
/// the sample has an NPI that is none, it gets one that is.
fn written_again(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut remittances: Vec<_> = sets_of(bytes)
        .iter()
        .filter(|set| set.guide.is_some_and(|guide| guide.transaction() == "835"))
        .filter_map(|set| read_remittance(set).ok())
        .collect();
    if remittances.is_empty() {
        return None;
    }
    for remittance in &mut remittances {
        if remittance.payee_npi.is_none() && remittance.payee_tax_id.is_none() {
            remittance.payee_npi = Some(AsSent::read("1234567893"));
        }
    }
    let batch = RemittanceBatch {
        remittances: &remittances.iter().collect::<Vec<_>>(),
        sender: party("PAYER"),
        receiver: party("PRACTICE"),
        payer_address: address(),
        contact_name: "PROVIDER SERVICES".to_owned(),
        contact_phone: "5125550199".to_owned(),
        usage: "T",
        at: at(),
    };
    let written = write_remittances(&batch, &mut Counting(0)).unwrap();
    Some(written.bytes)
}

#[test]
fn remittances_written_from_the_model_are_valid() {
    let fixtures = [
        include_bytes!("../../x12/fixtures/reversal-and-correction.835").as_slice(),
        include_bytes!("../../x12/fixtures/plb-of-every-kind.835").as_slice(),
    ];
    let mut files: Vec<_> = fixtures
        .into_iter()
        .enumerate()
        .map(|(at, bytes)| (format!("fixture-{at}.835"), written_again(bytes).unwrap()))
        .collect();
    let corpus = corpus().unwrap_or_default();
    for (at, path) in corpus.iter().enumerate() {
        let bytes = std::fs::read(path).unwrap();
        if scrubjay_x12::check(&bytes, &[]).is_ok_and(|report| report.is_valid())
            && let Some(written) = written_again(&bytes)
        {
            files.push((format!("corpus-{at}.835"), written));
        }
    }
    println!("{} remittance files written", files.len());
    assert_valid(&files, Some(SECOND_PLB));
}

#[test]
fn answers_to_claims_are_valid() {
    let claims = [professional("P1"), secondary("S1"), institutional("I1")];
    let status = |category: &str, code: &str, entity: Option<&str>| StatusCode {
        category: category.to_owned(),
        code: code.to_owned(),
        entity: entity.map(str::to_owned),
    };
    let answers = [
        ClaimAnswer {
            claim: &claims[0],
            status: status("A2", "20", Some("PR")),
            further: Vec::new(),
            payer_control: Some("ICN0001".to_owned()),
        },
        ClaimAnswer {
            claim: &claims[1],
            status: status("A7", "562", Some("85")),
            further: vec![status("A7", "164", Some("IL"))],
            payer_control: None,
        },
        ClaimAnswer {
            claim: &claims[2],
            status: status("A3", "21", None),
            further: Vec::new(),
            payer_control: None,
        },
    ];
    let batch = StatusBatch {
        answers: &answers,
        source: party("PAYER"),
        receiver: party("PRACTICE"),
        batch: "BATCH1".to_owned(),
        received: day("2026-03-01"),
        usage: "T",
        at: at(),
    };
    let answered = write_277ca(&batch, &mut Counting(0)).unwrap();
    let files = [("answered.277".to_owned(), answered.bytes)];
    assert_valid(&files, Some(PROVIDER_STATUS));
}

#[test]
fn acknowledgments_of_good_and_faulty_files_are_valid() {
    let good = written(&[&professional("P1"), &professional("P2")]);
    let text = String::from_utf8(good.clone()).unwrap();
    let faulty = [
        // A code that no list has, an amount that is none, a segment too many,
        // counts that are wrong.
        (":B:1*", ":X:1*"),
        ("CLM*P1*", "CLM*P1*A"),
        ("CLM*P2", "ZZZ*1~CLM*P2"),
        ("SE*", "SE*9"),
        ("GE*1*", "GE*2*"),
    ]
    .map(|(right, wrong)| {
        assert!(text.contains(right), "{right}");
        text.replacen(right, wrong, 1).into_bytes()
    });
    let request = AckRequest {
        date: "20260302",
        time: "0815",
        overlays: &[],
    };
    let mut files = Vec::new();
    let inputs = [good].into_iter().chain(faulty).chain(
        corpus()
            .unwrap_or_default()
            .into_iter()
            .map(|path| std::fs::read(path).unwrap()),
    );
    for (number, bytes) in inputs.enumerate() {
        let Ok(answers) = acknowledge(&bytes, request, &mut Counting(0)) else {
            continue;
        };
        for (part, answer) in answers.into_iter().enumerate() {
            // A TA1 stands alone, outside every group, where the oracle expects one.
            if answer.bytes.windows(7).any(|at| at == b"ST*999*") {
                files.push((format!("answer-{number}-{part}.999"), answer.bytes));
            }
        }
    }
    println!("{} acknowledgments written", files.len());
    assert!(files.len() >= 5, "{}", files.len());
    // The first file is the good one: it alone of ours is accepted.
    for (name, bytes) in &files[..6] {
        let answer = String::from_utf8(bytes.clone()).unwrap();
        let accepted = answer.contains("AK9*A*");
        assert_eq!(accepted, name == "answer-0-0.999", "{name}: {answer}");
    }
    assert_valid(&files, None);
}

/// A false alarm that the oracle's script lists: a second PLB is taken for a
/// second footer, although the guide lets it repeat.
const SECOND_PLB: &str = "Loop FOOTER exceeded max count";

/// Another: it asks for the status of a provider, which a 277CA gives where
/// there is one to give.
const PROVIDER_STATUS: &str =
    "Mandatory segment \"Billing Provider Status Information\" (STC) missing";

/// Every file is valid, but for the one false alarm of its transaction.
fn assert_valid(files: &[(String, Vec<u8>)], false_alarm: Option<&str>) {
    let Some(verdicts) = oracle(files) else {
        println!("skipped: SCRUBJAY_ORACLE_PYTHON names no Python with pyx12");
        return;
    };
    assert_eq!(verdicts.len(), files.len());
    // The verdict names no data; the file might hold some, and is not shown.
    let faulty: Vec<_> = verdicts
        .iter()
        .filter(|verdict| !is_valid(verdict, false_alarm))
        .collect();
    assert!(faulty.is_empty(), "{faulty:#?}");
}

fn is_valid(verdict: &str, false_alarm: Option<&str>) -> bool {
    let verdict: serde_json::Value = serde_json::from_str(verdict).unwrap();
    if verdict["status"] == "VALID" {
        return true;
    }
    let Some(false_alarm) = false_alarm else {
        return false;
    };
    let errors = verdict["errors"].as_array().cloned().unwrap_or_default();
    // It cannot write its own 999 where it found anything: that has no line.
    let (placed, rest): (Vec<_>, Vec<_>) =
        errors.iter().partition(|error| error["line"].is_number());
    let message = |error: &serde_json::Value| error["message"].as_str().unwrap_or("").to_owned();
    !placed.is_empty()
        && placed
            .iter()
            .all(|error| message(error).starts_with(false_alarm))
        && rest
            .iter()
            .all(|error| message(error) == "Failed to create 999 response")
}
