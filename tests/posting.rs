//! Where the money of a remittance goes: to the right claim though its number
//! came back damaged, to the claim that a takeback names, to sequestration's
//! own account, and never to a write-off because it was denied.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{
    Account, Adjudication, ClaimId, Money, Responsibility, ResponsibleParty, Work, WorkKind,
};
use scrubjay::store::Matched;
use scrubjay::{
    Config, Ended, Engine, EngineBuilder, EngineError, RemittanceError, RemittanceState,
    remittance, remittances,
};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::claims;

const PAYER: &str = "1999999999";

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

/// Takes a payment in, which must be posted.
fn take(engine: &mut Engine, payment: &Payment) {
    let number = 100 + remittances(engine.read().unwrap().as_ref()).unwrap().len();
    let name = format!("{}.835", payment.trace);
    let took = engine
        .take_in(&name, payment.file(number).as_bytes())
        .unwrap();
    assert!(matches!(took.ended, Ended::TakenIn { .. }), "{took}");
    let listed = remittances(engine.read().unwrap().as_ref()).unwrap();
    let last = listed.last().unwrap();
    assert_eq!(last.state, RemittanceState::Posted, "{took}");
}

fn owed(engine: &Engine, number: usize) -> (Money, Money) {
    let reader = engine.read().unwrap();
    let by = |party| reader.balance(&id(number), party).unwrap();
    (
        by(ResponsibleParty::Insurance),
        by(ResponsibleParty::Patient),
    )
}

fn account(engine: &Engine, wanted: &Account) -> Money {
    let accounts = engine.read().unwrap().accounts().unwrap();
    let found = accounts.into_iter().find(|(account, _)| account == wanted);
    found.map_or(Money::ZERO, |(_, balance)| balance)
}

fn sample() -> String {
    "sample".to_owned()
}

fn takebacks() -> Account {
    Account::PayerTakebacks { payer: sample() }
}

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// Open work of a kind: claim and reason.
fn work(engine: &Engine, kind: WorkKind) -> Vec<(Option<ClaimId>, String)> {
    let items = engine.read().unwrap().open_work(None).unwrap();
    items
        .into_iter()
        .filter(|item| item.kind == kind)
        .map(|item| (item.claim, item.reason))
        .collect()
}

/// Sixty dollars paid, twenty the patient's, the rest by contract.
fn usual(number: usize) -> Remitted {
    let left = i64::try_from(number % 99 + 1).unwrap();
    Remitted::sample(number).less(&[("CO", "45", 2000 + left), ("PR", "3", 2000)])
}

#[test]
fn a_damaged_control_number_still_leads_to_its_claim_where_the_rest_agrees() {
    let (_practice, mut engine) = Practice::with_sent(6);
    let mut remitted = usual(3);
    remitted.control = "XS0003".to_owned();
    remitted.payer_control = "LOST".to_owned();
    take(&mut engine, &Payment::of("T1", [remitted]));
    assert_eq!(owed(&engine, 3), (cents(0), cents(2000)));
    let reader = engine.read().unwrap();
    let shown = remittance(reader.as_ref(), &"T1".parse().unwrap(), None).unwrap();
    let Some(Matched::Likeness { score }) = shown.remitted[0].matched else {
        panic!("{:?}", shown.remitted);
    };
    assert!(score >= 70, "{score}");
    drop(reader);
    // Who posts is told that no number led to it.
    let looked = work(&engine, WorkKind::PostingReview);
    assert_eq!(looked.len(), 1);
    assert_eq!(looked[0].0, Some(id(3)));
    assert!(looked[0].1.contains("by its likeness"), "{}", looked[0].1);
}

#[test]
fn what_is_not_clear_waits_with_what_it_may_be_until_a_person_says() {
    let (_practice, mut engine) = Practice::with_sent(6);
    let mut remitted = usual(3);
    remitted.control = "0".to_owned();
    remitted.payer_control = "P-OTHER".to_owned();
    remitted.patient = (
        "SOMEBODY".to_owned(),
        "ELSE".to_owned(),
        "M77777".to_owned(),
    );
    take(&mut engine, &Payment::of("T1", [usual(1), remitted]));
    let unapplied = Account::UnappliedCash { payer: sample() };
    assert_eq!(account(&engine, &unapplied), cents(-6000));
    assert_eq!(owed(&engine, 3).0, cents(10_004));
    let waiting = work(&engine, WorkKind::UnmatchedRemittance);
    assert!(
        waiting[0]
            .1
            .contains("perhaps S00003 (45 of 100: dates, procedures, charge)"),
        "{waiting:?}"
    );
    assert!(!waiting[0].1.contains("SOMEBODY"), "{waiting:?}");

    let trace = "T1".parse().unwrap();
    let shown = remittance(engine.read().unwrap().as_ref(), &trace, None).unwrap();
    assert_eq!(shown.remitted[1].perhaps[0].claim, id(3));
    let refused = engine.match_remitted(PAYER, &trace, 1, &id(3), "Ana", "it is not");
    assert!(matches!(
        refused,
        Err(EngineError::Remittance(RemittanceError::NotWaiting {
            ordinal: 1,
            ..
        }))
    ));
    let refused = engine.match_remitted(PAYER, &trace, 2, &id(3), "Ana", " ");
    assert!(matches!(
        refused,
        Err(EngineError::Remittance(RemittanceError::Unsigned))
    ));

    let bound = engine
        .match_remitted(
            PAYER,
            &trace,
            2,
            &id(3),
            "Ana",
            "the payer has her maiden name",
        )
        .unwrap();
    assert_eq!(bound.paid, cents(6000));
    assert_eq!(account(&engine, &unapplied), cents(0));
    assert_eq!(owed(&engine, 3), (cents(0), cents(2000)));
    assert!(work(&engine, WorkKind::UnmatchedRemittance).is_empty());
    let again = engine.match_remitted(PAYER, &trace, 2, &id(3), "Ana", "once more");
    assert!(matches!(
        again,
        Err(EngineError::Remittance(RemittanceError::NotWaiting { .. }))
    ));
}

#[test]
fn two_claims_that_are_alike_are_never_guessed_between() {
    let practice = Practice::new("");
    let mut engine = EngineBuilder::new(Config::of_folder(practice.folder()).unwrap())
        .open()
        .unwrap();
    // The same patient, service, day and charge on two claims.
    let twice = claims(2)
        .replace("S00001", "Q77777")
        .replace("SAMPLE1", "SAMPLE0")
        .replace("M00001", "M00000")
        .replace("100.02", "100.01");
    engine.take_in("claims.837", twice.as_bytes()).unwrap();
    let mut one: Vec<_> = engine.read().unwrap().claims(&Default::default()).unwrap();
    // The second is held as a duplicate: a person lets it go.
    one.retain(|row| row.status.work == Work::Held);
    for row in &one {
        engine
            .release(&row.id, "Ana", "two visits that day")
            .unwrap();
    }
    engine.submit().unwrap();
    let mut remitted = usual(0);
    remitted.control = "LOST".to_owned();
    remitted.payer_control = "LOST".to_owned();
    take(&mut engine, &Payment::of("T1", [remitted]));
    let waiting = work(&engine, WorkKind::UnmatchedRemittance);
    assert_eq!(waiting.len(), 1);
    let both = ["S00000", "Q77777"]
        .iter()
        .all(|claim| waiting[0].1.contains(claim));
    assert!(both, "{waiting:?}");
}

#[test]
fn a_number_that_many_claims_share_leads_to_the_patients_own() {
    let practice = Practice::new("");
    let mut engine = EngineBuilder::new(Config::of_folder(practice.folder()).unwrap())
        .open()
        .unwrap();
    // One number for three patients, the first two with the same charge.
    let shared = claims(3)
        .replace("CLM*S00000", "CLM*ACCOUNT")
        .replace("CLM*S00001", "CLM*ACCOUNT")
        .replace("CLM*S00002", "CLM*ACCOUNT")
        .replace("100.02", "100.01");
    engine.take_in("claims.837", shared.as_bytes()).unwrap();
    engine.submit().unwrap();
    let of = |number: usize, claim: usize| {
        let mut remitted = Remitted::sample(number);
        remitted.control = "ACCOUNT".to_owned();
        remitted.charge = Remitted::sample(claim).charge;
        remitted
    };
    let mut stranger = of(2, 2);
    stranger.patient = ("NOBODY".to_owned(), "OURS".to_owned(), "M77777".to_owned());
    let payment = Payment::of("T1", [of(1, 0), of(0, 0), stranger]);
    take(&mut engine, &payment);
    let reader = engine.read().unwrap();
    let shown = remittance(reader.as_ref(), &"T1".parse().unwrap(), None).unwrap();
    let found: Vec<_> = shown.remitted.iter().map(|one| one.claim.clone()).collect();
    let named = |text: &str| Some(text.parse::<ClaimId>().unwrap());
    assert_eq!(found, [named("ACCOUNT.2"), named("ACCOUNT"), None]);
}

#[test]
fn sequestration_is_neither_contractual_nor_denied() {
    let (_practice, mut engine) = Practice::with_sent(1);
    let remitted = Remitted::sample(0).less(&[("CO", "45", 2001), ("CO", "253", 160)]);
    take(&mut engine, &Payment::of("T1", [remitted]));
    assert_eq!(account(&engine, &Account::Sequestration), cents(160));
    assert_eq!(
        account(&engine, &Account::ContractualAdjustment),
        cents(2001)
    );
    assert_eq!(owed(&engine, 0), (cents(0), cents(0)));
    assert!(work(&engine, WorkKind::Denial).is_empty());
}

#[test]
fn a_denial_is_never_written_off_whatever_its_group() {
    let (_practice, mut engine) = Practice::with_sent(4);
    let denied = |number, group, reason| {
        let charge = 10_001 + i64::try_from(number).unwrap();
        Remitted::sample(number).less(&[(group, reason, charge)])
    };
    let payment = Payment::of(
        "T1",
        [
            denied(0, "CO", "50"),
            denied(1, "PR", "96"),
            denied(2, "OA", "197"),
            denied(3, "CO", "ZZ9"),
        ],
    );
    take(&mut engine, &payment);
    for number in 0..4 {
        assert_eq!(
            owed(&engine, number),
            (cents(10_001 + number as i64), cents(0))
        );
    }
    assert_eq!(account(&engine, &Account::ContractualAdjustment), cents(0));
    assert_eq!(work(&engine, WorkKind::Denial).len(), 4);
}

#[test]
fn an_estimate_before_the_service_moves_nothing() {
    let (_practice, mut engine) = Practice::with_sent(1);
    let mut estimate = Remitted::sample(0).less(&[("CO", "45", 4001), ("PR", "2", 6000)]);
    estimate.status = "25";
    take(&mut engine, &Payment::of("T1", [estimate]));
    assert_eq!(owed(&engine, 0), (cents(10_001), cents(0)));
    let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
    assert_eq!(row.status.adjudication, Adjudication::None);
    assert_eq!(row.first_decided, None);
}

#[test]
fn a_takeback_beside_the_claims_reduces_the_claim_that_it_names() {
    let (_practice, mut engine) = Practice::with_sent(4);
    take(&mut engine, &Payment::of("T1", [usual(0), usual(1)]));
    // By our number, then the rest by the payer's.
    take(
        &mut engine,
        &Payment::of("T2", [usual(2)]).beside("WO", "S00000", 1000),
    );
    let row = |engine: &Engine| engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
    assert_eq!(owed(&engine, 0), (cents(1000), cents(2000)));
    assert_eq!(row(&engine).paid, cents(5000));
    assert_eq!(
        row(&engine).status.adjudication,
        Adjudication::PartiallyPaid
    );
    assert_eq!(row(&engine).status.work, Work::Adjudicated);
    take(
        &mut engine,
        &Payment::of("T3", [usual(3)]).beside("WO", "P00000", 5000),
    );
    assert_eq!(
        (owed(&engine, 0).0, row(&engine).paid),
        (cents(6000), cents(0))
    );
    assert_eq!(row(&engine).status.adjudication, Adjudication::Reversed);
    assert_eq!(account(&engine, &takebacks()), cents(0));
    assert_eq!(work(&engine, WorkKind::PostingReview).len(), 2);
    // The other claim of that payment is as it was.
    assert_eq!(owed(&engine, 1), (cents(0), cents(2000)));
    // Contested, and all of it given back: nothing is left to do.
    take(
        &mut engine,
        &Payment::of("T4", []).beside("WO", "S00000", -6000),
    );
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
    let status = row(&engine).status;
    assert_eq!(
        (status.adjudication, status.responsibility),
        (Adjudication::Paid, Responsibility::Patient)
    );
    assert!(work(&engine, WorkKind::PostingReview).is_empty());
}

#[test]
fn a_takeback_that_a_reversal_announced_is_not_taken_from_the_claim_twice() {
    let (_practice, mut engine) = Practice::with_sent(4);
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    // Reversed, and to be taken later.
    let noted = Payment::of("T2", [usual(0).reversed(), usual(1)]).beside("WO", "S00000", -6000);
    take(&mut engine, &noted);
    assert_eq!(owed(&engine, 0), (cents(10_001), cents(0)));
    assert_eq!(account(&engine, &takebacks()), cents(-6000));
    take(
        &mut engine,
        &Payment::of("T3", [usual(2)]).beside("WO", "S00000", 6000),
    );
    assert_eq!(owed(&engine, 0), (cents(10_001), cents(0)));
    assert_eq!(account(&engine, &takebacks()), cents(0));
}

#[test]
fn a_takeback_of_what_is_not_ours_or_was_not_paid_waits_on_the_payers_account() {
    let (_practice, mut engine) = Practice::with_sent(3);
    take(
        &mut engine,
        &Payment::of("T1", [usual(0)]).beside("WO", "ELSEWHERE", 500),
    );
    take(
        &mut engine,
        &Payment::of("T2", [usual(1)]).beside("WO", "S00002", 500),
    );
    assert_eq!(account(&engine, &takebacks()), cents(1000));
    assert_eq!(owed(&engine, 2), (cents(10_003), cents(0)));
    let looked = work(&engine, WorkKind::PostingReview);
    assert_eq!(looked.len(), 1);
    assert!(looked[0].1.contains("more than it has paid"), "{looked:?}");
}

#[test]
fn a_balance_carried_forward_meets_itself_on_the_payers_account() {
    let (_practice, mut engine) = Practice::with_sent(4);
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    take(&mut engine, &Payment::of("T2", [usual(0).reversed()]));
    assert_eq!(account(&engine, &takebacks()), cents(-6000));
    let next = Payment::of("T3", [usual(1), usual(2)]).beside("FB", "T2", 6000);
    take(&mut engine, &next.beside("L6", "", -137));
    assert_eq!(account(&engine, &takebacks()), cents(0));
    assert_eq!(account(&engine, &Account::Interest), cents(-137));
    assert_eq!(
        account(&engine, &Account::Cash { payer: sample() }),
        cents(12_137)
    );
}

#[test]
fn an_adjustment_that_nobody_knows_is_held_and_asked_about() {
    let (_practice, mut engine) = Practice::with_sent(1);
    take(
        &mut engine,
        &Payment::of("T1", [usual(0)]).beside("ZZ", "", 250),
    );
    assert_eq!(account(&engine, &takebacks()), cents(250));
    let looked = work(&engine, WorkKind::PostingReview);
    assert!(looked[0].1.contains("say where it belongs"), "{looked:?}");
}

#[test]
fn a_reversal_of_what_was_not_posted_or_was_reversed_before_is_looked_at() {
    let (_practice, mut engine) = Practice::with_sent(2);
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    take(&mut engine, &Payment::of("T2", [usual(0).reversed()]));
    assert!(work(&engine, WorkKind::PostingReview).is_empty());
    take(&mut engine, &Payment::of("T3", [usual(0).reversed()]));
    take(&mut engine, &Payment::of("T4", [usual(1).reversed()]));
    let looked = work(&engine, WorkKind::PostingReview);
    assert_eq!(looked.len(), 2, "{looked:?}");
    assert!(looked[0].1.contains("not posted here"), "{looked:?}");
}

#[test]
fn a_later_payer_decides_on_what_the_first_one_left_to_the_patient() {
    let (_practice, mut engine) = Practice::with_sent(2);
    let mut first = usual(0);
    first.status = "19";
    take(&mut engine, &Payment::of("T1", [first]));
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
    // Of the 20 that are left the second pays 15; 80.01 were paid and taken off.
    let mut second = Remitted::sample(0).less(&[("OA", "23", 8001), ("PR", "3", 500)]);
    second.status = "2";
    let from_second = |trace: &str, claims: Vec<Remitted>| {
        let number = 200 + remit_number(trace);
        let file = Payment::of(trace, claims).file(number);
        file.replace("N1*PR*SAMPLE PAYER", "N1*PR*SECOND PAYER")
            .replace("REF*2U*SAMPLEPAY", "REF*2U*SECONDPAY")
    };
    let mut post = |trace: &str, claims: Vec<Remitted>| {
        let took = engine
            .take_in(trace, from_second(trace, claims).as_bytes())
            .unwrap();
        assert!(matches!(took.ended, Ended::TakenIn { .. }), "{took}");
        let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
        (owed(&engine, 0), row.status.responsibility)
    };
    let settled = ((cents(0), cents(500)), Responsibility::Patient);
    assert_eq!(post("X1", vec![second.clone()]), settled);
    // Reversed, all of the share is open with the second payer again.
    let reversed = post("X2", vec![second.reversed(), Remitted::sample(1)]);
    assert_eq!(reversed.0, (cents(0), cents(2000)));
    assert_eq!(post("X3", vec![second.clone()]), settled);
    assert!(work(&engine, WorkKind::PostingReview).is_empty());
    let trace = "X3".parse().unwrap();
    engine
        .undo_remittance(PAYER, &trace, "Ana", "wrong file")
        .unwrap();
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
}

fn remit_number(trace: &str) -> usize {
    trace[1..].parse().unwrap()
}

#[test]
fn a_later_payer_that_repeats_other_figures_is_looked_at() {
    let (_practice, mut engine) = Practice::with_sent(1);
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    let mut second = Remitted::sample(0).less(&[("OA", "23", 7000), ("PR", "3", 500)]);
    second.status = "2";
    let file = Payment::of("X1", [second]).file(201);
    let file = file
        .replace("SAMPLE PAYER", "SECOND PAYER")
        .replace("SAMPLEPAY~", "SECONDPAY~");
    engine.take_in("x1.835", file.as_bytes()).unwrap();
    let looked = work(&engine, WorkKind::PostingReview);
    assert!(looked[0].1.contains("decides on 30.01"), "{looked:?}");
    assert!(looked[0].1.contains("20.00 is left here"), "{looked:?}");
}

#[test]
fn the_program_shows_binds_and_takes_back() {
    let practice = Practice::new("");
    practice.write("inbox/1.837", &claims(3));
    let mut lost = usual(1);
    lost.control = "0".to_owned();
    lost.payer_control = "LOST".to_owned();
    lost.patient.2 = "M99999".to_owned();
    let payment = Payment::of("T1", [usual(0), lost]);
    practice.write("inbox/2.835", &payment.file(9));
    let _ = practice.run().good();
    let listed = practice.scrubjay(&["remit", "list"]).good();
    assert!(
        listed.contains("T1") && listed.contains("posted"),
        "{listed}"
    );
    let shown = practice.scrubjay(&["remit", "show", "T1"]).good();
    assert!(shown.contains("2 is perhaps S00001 (57 of 100"), "{shown}");
    let by = ["--by", "Ana", "--reason", "new card"];
    let bound = practice.scrubjay(&[&["remit", "match", "T1", "2", "S00001"], &by[..]].concat());
    assert_eq!(
        bound.good(),
        "claim 2 of remittance T1 is S00001: 60.00 posted\n"
    );
    let undone = practice.scrubjay(&[&["remit", "undo", "T1"], &by[..]].concat());
    let said = "remittance T1 of 120.00 is undone, 2 claims are as before\n";
    assert_eq!(undone.good(), said);
    let again = practice.scrubjay(&[&["remit", "undo", "T1"], &by[..]].concat());
    assert_eq!(again.code, 1, "{}", again.err);
    // The file that stands in the inbox still is not taken in by itself.
    let _ = practice.run().good();
    let posted = practice
        .scrubjay(&["remit", "repost", "T1", "--by", "Ana"])
        .good();
    assert!(
        posted.contains("2 claims, 1 match none of ours"),
        "{posted}"
    );
    assert_eq!(practice.scrubjay(&["db", "verify"]).code, 0);
}
