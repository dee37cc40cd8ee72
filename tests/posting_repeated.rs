//! A payer pays a claim twice: the second payment is held on the payer's own
//! account, and not posted, until a person accepts it or the payer takes it back.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{Account, ClaimId, Money, ResponsibleParty, Work, WorkItem, WorkKind};
use scrubjay::{Engine, EngineError, RemittanceError, remittance, remittances};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::claims;

const PAYER: &str = "1999999999";

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// 60.00 paid, 20.00 for the patient, the rest by contract.
fn usual(number: usize) -> Remitted {
    let contract = 2001 + i64::try_from(number).unwrap();
    Remitted::sample(number).less(&[("CO", "45", contract), ("PR", "3", 2000)])
}

fn take(engine: &mut Engine, payment: &Payment) {
    let number = 100 + remittances(engine.read().unwrap().as_ref()).unwrap().len();
    let file = payment.file(number);
    let took = engine.take_in(&payment.trace, file.as_bytes()).unwrap();
    assert!(!took.is_refused(), "{took}");
}

fn owed(engine: &Engine, number: usize) -> (Money, Money) {
    let reader = engine.read().unwrap();
    let by = |party| reader.balance(&id(number), party).unwrap();
    (
        by(ResponsibleParty::Insurance),
        by(ResponsibleParty::Patient),
    )
}

/// Cash of the payer, and what is on its own account.
fn payers(engine: &Engine) -> (Money, Money) {
    let reader = engine.read().unwrap();
    let (mut cash, mut own) = (Money::ZERO, Money::ZERO);
    for (account, balance) in reader.accounts().unwrap() {
        match account {
            Account::Cash { .. } => cash += balance,
            Account::PayerTakebacks { .. } => own += balance,
            Account::UnappliedCash { .. } => assert!(balance.is_zero()),
            _ => {}
        }
    }
    let books = reader.trial_balance().unwrap();
    assert_eq!(
        books.iter().map(|(_, amount)| *amount).sum::<Money>(),
        Money::ZERO
    );
    (cash, own)
}

fn to_look_at(engine: &Engine) -> Vec<WorkItem> {
    let mut open = engine.read().unwrap().open_work(None).unwrap();
    open.retain(|item| item.kind == WorkKind::PostingReview);
    open
}

/// A claim that was paid, and paid again by another file.
fn paid_twice() -> (Practice, Engine) {
    let (practice, mut engine) = Practice::with_sent(3);
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    assert!(to_look_at(&engine).is_empty());
    take(&mut engine, &Payment::of("T2", [usual(0)]));
    (practice, engine)
}

#[test]
fn a_second_payment_is_held_and_looked_at() {
    let (_practice, engine) = paid_twice();
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
    assert_eq!(payers(&engine), (cents(12_000), cents(-6000)));
    let looked = to_look_at(&engine);
    assert_eq!(looked.len(), 1);
    assert_eq!(
        (looked[0].claim.clone(), looked[0].amount),
        (Some(id(0)), cents(6000))
    );
    assert!(
        looked[0]
            .reason
            .starts_with("possible duplicate payment: claim 1 of remittance T2")
    );
    assert!(
        looked[0].reason.contains("remittance T1 has settled"),
        "{}",
        looked[0].reason
    );
    let reader = engine.read().unwrap();
    let shown = remittance(reader.as_ref(), &"T2".parse().unwrap(), None).unwrap();
    assert_eq!(
        (
            shown.remitted[0].claim.clone(),
            shown.remitted[0].held.clone()
        ),
        (None, Some(id(0)))
    );
    assert_eq!(reader.claim(&id(0)).unwrap().unwrap().paid, cents(6000));
    assert_eq!(reader.remitted(&id(0)).unwrap().len(), 1);
}

#[test]
fn a_person_accepts_a_second_payment_once() {
    let (_practice, mut engine) = paid_twice();
    let trace = "T2".parse().unwrap();
    let bound = engine.match_remitted(PAYER, &trace, 1, &id(0), "Ana", "a second visit that day");
    assert_eq!(bound.unwrap().paid, cents(6000));
    assert_eq!(payers(&engine), (cents(12_000), cents(0)));
    // All of it: the claim has a credit that somebody works.
    assert_eq!(owed(&engine, 0), (cents(-10_001), cents(4000)));
    assert!(to_look_at(&engine).is_empty());
    let again = engine.match_remitted(PAYER, &trace, 1, &id(0), "Ana", "once more");
    assert!(matches!(
        again,
        Err(EngineError::Remittance(RemittanceError::NotWaiting { .. }))
    ));
    engine
        .undo_remittance(PAYER, &trace, "Ana", "it was the same visit")
        .unwrap();
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
    assert_eq!(payers(&engine), (cents(6000), cents(0)));
}

#[test]
fn what_the_payer_takes_back_settles_what_was_held() {
    // Beside the claims, or by a reversal: the payment that stands is left alone.
    let beside = Payment::of("T3", [usual(1)]).beside("WO", "S00000", 6000);
    let reversed = Payment::of("T3", [usual(0).reversed(), usual(1)]);
    for taken_back in [beside, reversed] {
        let (_practice, mut engine) = paid_twice();
        take(&mut engine, &taken_back);
        assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
        assert_eq!(payers(&engine), (cents(12_000), cents(0)));
        assert!(to_look_at(&engine).is_empty());
        let trace = "T2".parse().unwrap();
        let late = engine.match_remitted(PAYER, &trace, 1, &id(0), "Ana", "a second visit");
        let Err(EngineError::Remittance(refused)) = late else {
            panic!("{late:?}");
        };
        assert!(
            matches!(refused, RemittanceError::TakenBackSince { .. }),
            "{refused}"
        );
        // A second reversal is of the payment that stands.
        take(
            &mut engine,
            &Payment::of("T4", [usual(0).reversed(), usual(2)]),
        );
        assert_eq!(owed(&engine, 0), (cents(10_001), cents(0)));
    }
}

#[test]
fn what_only_looks_like_a_second_payment_is_posted() {
    let (_practice, mut engine) = Practice::with_sent(3);
    // A denial that is paid after all.
    let denied = Remitted::sample(0).less(&[("CO", "50", 10_001)]);
    take(&mut engine, &Payment::of("T1", [denied]));
    take(&mut engine, &Payment::of("T2", [usual(0)]));
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
    // A correction that stands before its reversal.
    let lower = Remitted::sample(0).less(&[("CO", "45", 5001), ("PR", "3", 2000)]);
    take(
        &mut engine,
        &Payment::of("T3", [lower.clone(), usual(0).reversed(), usual(1)]),
    );
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
    // A correction in a file behind that of its reversal.
    take(
        &mut engine,
        &Payment::of("T4", [lower.reversed(), usual(2)]),
    );
    take(&mut engine, &Payment::of("T5", [usual(0)]));
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
    assert!(to_look_at(&engine).is_empty(), "{:?}", to_look_at(&engine));
    let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
    assert_eq!(
        (row.paid, row.status.work),
        (cents(6000), Work::Adjudicated)
    );
}

#[test]
fn what_was_to_be_looked_at_in_a_decision_ends_with_its_reversal() {
    let (_practice, mut engine) = Practice::with_sent(2);
    // PR-45 may not stand so.
    let odd = Remitted::sample(0).less(&[("PR", "45", 1000)]);
    take(&mut engine, &Payment::of("T1", [odd.clone()]));
    assert_eq!(to_look_at(&engine).len(), 1);
    take(
        &mut engine,
        &Payment::of("T2", [odd.reversed(), usual(0), usual(1)]),
    );
    assert!(to_look_at(&engine).is_empty(), "{:?}", to_look_at(&engine));
    let trace = "T2".parse().unwrap();
    engine
        .undo_remittance(PAYER, &trace, "Ana", "wrong file")
        .unwrap();
    assert_eq!(to_look_at(&engine).len(), 1);
}

#[test]
fn the_program_shows_and_accepts_what_is_held() {
    let practice = Practice::new("");
    practice.write("inbox/1.837", &claims(1));
    practice.write("inbox/2.835", &Payment::of("T1", [usual(0)]).file(8));
    practice.write("inbox/3.835", &Payment::of("T2", [usual(0)]).file(9));
    let said = practice.run().good();
    assert!(
        said.contains("1 remitted claim(s) are perhaps paid twice"),
        "{said}"
    );
    let shown = practice.scrubjay(&["remit", "show", "T2"]).good();
    assert!(
        shown.contains("1 settles claim S00000 again and is held"),
        "{shown}"
    );
    let by = ["--by", "Ana", "--reason", "two visits"];
    let bound = practice.scrubjay(&[&["remit", "match", "T2", "1", "S00000"], &by[..]].concat());
    assert_eq!(
        bound.good(),
        "claim 1 of remittance T2 is S00000: 60.00 posted\n"
    );
    assert_eq!(practice.scrubjay(&["db", "verify"]).code, 0);
}
