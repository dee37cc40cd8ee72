//! A control number alone is not enough: money of another payer, or for another
//! charge, waits for a person, who must say what differs.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{ClaimId, Money, ResponsibleParty, WorkKind};
use scrubjay::store::{Difference, Event, Matched};
use scrubjay::{Engine, EngineError, RemittanceError, WaitingClaim, remittance};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::claims;

const PAYER: &str = "1999999999";

/// Another payer that the practice has on file.
const OTHER: &str = "  - { key: other-payer, name: Other Payer, id: OTHERPAY, line: commercial }\n";

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn insurance(engine: &Engine, number: usize) -> Money {
    let reader = engine.read().unwrap();
    reader
        .balance(&id(number), ResponsibleParty::Insurance)
        .unwrap()
}

/// The file of a payment, made by another payer.
fn of_another(payment: &Payment, number: usize) -> String {
    let file = payment.file(number);
    file.replace("N1*PR*SAMPLE PAYER", "N1*PR*OTHER PAYER")
        .replace("REF*2U*SAMPLEPAY", "REF*2U*OTHERPAY")
}

fn waiting(engine: &Engine) -> Vec<String> {
    let open = engine.read().unwrap().open_work(None).unwrap();
    let mut open = open.into_iter();
    assert!(open.all(|item| item.kind == WorkKind::UnmatchedRemittance));
    let open = engine.read().unwrap().open_work(None).unwrap();
    open.into_iter().map(|item| item.reason).collect()
}

#[test]
fn another_payer_is_not_sure_and_a_person_must_say_so() {
    let (_practice, mut engine) = Practice::new(OTHER).send(2);
    let payment = Payment::of("T1", [Remitted::sample(0)]);
    let took = engine
        .take_in("t1.835", of_another(&payment, 9).as_bytes())
        .unwrap();
    assert!(!took.is_refused(), "{took}");
    assert_eq!(insurance(&engine, 0), Money::from_cents(10_001));
    let said = waiting(&engine);
    assert!(said[0].contains("perhaps S00000 (100 of 100:"), "{said:?}");
    assert!(said[0].contains("but a claim to sample"), "{said:?}");

    let trace = "T1".parse().unwrap();
    let by_hand = engine.match_remitted(PAYER, &trace, 1, &id(0), "Ana", "they have merged");
    let Err(EngineError::Remittance(refused)) = by_hand else {
        panic!("{by_hand:?}");
    };
    assert!(
        matches!(refused, RemittanceError::OtherPayer { .. }),
        "{refused}"
    );
    assert!(
        refused
            .to_string()
            .contains("went to sample, and the remittance is of other-payer")
    );
    let which = WaitingClaim {
        originator: PAYER,
        trace: &trace,
        ordinal: 1,
    };
    let other = [Difference::Charge];
    assert!(
        engine
            .match_despite(&which, &id(0), "Ana", "they have merged", &other)
            .is_err()
    );
    let other = [Difference::Payer];
    engine
        .match_despite(&which, &id(0), "Ana", "they have merged", &other)
        .unwrap();
    assert_eq!(insurance(&engine, 0), Money::ZERO);
    let history = engine.read().unwrap().history(&id(0)).unwrap();
    let told = history.iter().find_map(|row| match &row.event {
        Event::ClaimRemitted {
            matched: Some(Matched::Hand {
                despite, reason, ..
            }),
            ..
        } => Some((row.stamp.actor.clone(), despite.clone(), reason.clone())),
        _ => None,
    });
    let wanted = (
        "Ana".to_owned(),
        vec![Difference::Payer],
        "they have merged".to_owned(),
    );
    assert_eq!(told, Some(wanted));
}

#[test]
fn a_payer_that_is_not_on_file_may_be_any_where_charge_and_patient_agree() {
    let (_practice, mut engine) = Practice::with_sent(2);
    let payment = Payment::of("T1", [Remitted::sample(0)]);
    engine
        .take_in("t1.835", of_another(&payment, 9).as_bytes())
        .unwrap();
    assert_eq!(insurance(&engine, 0), Money::ZERO);
    // Of another patient, its number alone says nothing.
    let payment = Payment::of("T2", [Remitted::sample(1)]);
    let file = of_another(&payment, 10);
    let nobody = file.replace(&member_of(&file), "ZZ0000");
    assert_ne!(nobody, file);
    let nobody = nobody.replace("NM1*QC*1*", "NM1*QC*1*NOBODY");
    engine.take_in("t2.835", nobody.as_bytes()).unwrap();
    assert_eq!(insurance(&engine, 1), Money::from_cents(10_002));
    assert_eq!(waiting(&engine).len(), 1);
}

/// The member number that a file of one claim names.
fn member_of(file: &str) -> String {
    let patient = file.split("NM1*QC*").nth(1).unwrap();
    let elements: Vec<&str> = patient.split('~').next().unwrap().split('*').collect();
    elements.last().unwrap().to_string()
}

#[test]
fn another_charge_is_not_sure_and_a_person_must_say_so() {
    let (_practice, mut engine) = Practice::new(OTHER).send(2);
    let mut part = Remitted::sample(1);
    part.charge = Money::from_cents(6000);
    let payment = Payment::of("T1", [Remitted::sample(0), part]);
    engine
        .take_in("t1.835", payment.file(9).as_bytes())
        .unwrap();
    assert_eq!(insurance(&engine, 0), Money::ZERO);
    assert_eq!(insurance(&engine, 1), Money::from_cents(10_002));
    assert!(
        waiting(&engine)[0].contains("perhaps S00001 (85 of 100:"),
        "{:?}",
        waiting(&engine)
    );
    let trace = "T1".parse().unwrap();
    // Nor is any claim taken for it, only since a person names it.
    for wrong in [1, 0] {
        let by_hand = engine.match_remitted(PAYER, &trace, 2, &id(wrong), "Ana", "a part");
        let Err(EngineError::Remittance(refused)) = by_hand else {
            panic!("{by_hand:?}");
        };
        assert!(
            matches!(refused, RemittanceError::OtherCharge { .. }),
            "{refused}"
        );
    }
    assert_eq!(insurance(&engine, 1), Money::from_cents(10_002));
}

#[test]
fn a_takeback_that_names_another_payers_claim_leaves_it_alone() {
    let (_practice, mut engine) = Practice::new(OTHER).send(2);
    let paid = Payment::of("T1", [Remitted::sample(0)]);
    engine.take_in("t1.835", paid.file(9).as_bytes()).unwrap();
    let mut theirs = Remitted::sample(7);
    theirs.control = "X0007".to_owned();
    let other = Payment::of("X1", [theirs]).beside("WO", "S00000", 2000);
    engine
        .take_in("x1.835", of_another(&other, 10).as_bytes())
        .unwrap();
    assert_eq!(insurance(&engine, 0), Money::ZERO);
    let reader = engine.read().unwrap();
    assert_eq!(
        reader.claim(&id(0)).unwrap().unwrap().paid,
        Money::from_cents(10_001)
    );
}

#[test]
fn the_program_matches_despite_what_differs() {
    let practice = Practice::new(OTHER);
    practice.write("inbox/1.837", &claims(1));
    let payment = Payment::of("T1", [Remitted::sample(0)]);
    practice.write("inbox/2.835", &of_another(&payment, 9));
    let _ = practice.run().good();
    let by = [
        "remit", "match", "T1", "1", "S00000", "--by", "Ana", "--reason", "merged",
    ];
    let refused = practice.scrubjay(&by);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("`--despite payer`"), "{}", refused.err);
    let done = practice.scrubjay(&[&by[..], &["--despite", "payer"]].concat());
    assert_eq!(
        done.good(),
        "claim 1 of remittance T1 is S00000: 100.01 posted\n"
    );
    let engine_says = practice.scrubjay(&["remit", "show", "T1"]).good();
    assert!(engine_says.contains("a person: merged"), "{engine_says}");
}

#[test]
fn what_waits_is_shown_with_what_it_may_be() {
    let (_practice, mut engine) = Practice::new(OTHER).send(1);
    let payment = Payment::of("T1", [Remitted::sample(0)]);
    engine
        .take_in("t1.835", of_another(&payment, 9).as_bytes())
        .unwrap();
    let reader = engine.read().unwrap();
    let shown = remittance(reader.as_ref(), &"T1".parse().unwrap(), None).unwrap();
    let perhaps = &shown.remitted[0].perhaps;
    assert_eq!(perhaps.len(), 1);
    assert_eq!(perhaps[0].of_payer.as_deref(), Some("sample"));
}
