//! The claim to the next payer when the decision before it goes, and comes again:
//! no share of the patient's is stuck or asked for, and no charge is booked twice.

use scrubjay_model::{
    ClaimPaymentStatus, PatientBilling, PriorPayment, RemittanceClaim, Responsibility, WorkItem,
};
use scrubjay_store::Move;

use super::next::{
    adjustment, build_next, decision, post, primary_decides, remitted, sent, with_two_payers,
};
use super::*;
use crate::steps::claim::create_claim;
use crate::steps::posting;

const PROCESSED: ClaimPaymentStatus = ClaimPaymentStatus::Processed(1);

/// A claim that the first payer has decided, and the one to the second.
fn with_a_second(paid: i64) -> (Bench, ClaimId, ClaimId) {
    let (mut bench, first) = with_two_payers();
    primary_decides(&mut bench, &first, PROCESSED, paid);
    let second = build_next(&mut bench).claims[0].claim.clone();
    (bench, first, second)
}

fn leaves(bench: &mut Bench, id: &ClaimId) {
    let claim = bench.claim(id);
    bench
        .at(|desk| {
            desk.move_claim(id, Move::Work(Work::Submitted))?;
            settle_original(desk, &claim)
        })
        .unwrap();
}

/// The second payer pays 15, leaves 5 to the patient and takes on the rest.
fn second_decides(bench: &mut Bench, id: &ClaimId) {
    let claim = bench.claim(id);
    let said = decision(
        1_500,
        vec![adjustment("OA", "23", 8_000), adjustment("PR", "2", 500)],
    );
    let whole = PriorPayment {
        patient_owes: Some(money("5.00")),
        ..decision(1_500, Vec::new())
    };
    let about = remitted(&claim, ClaimPaymentStatus::Processed(2), &whole, &[&said]);
    post(bench, &sent("PAY02", "T2", about));
}

fn undo(bench: &mut Bench) {
    let trace = "T1".parse().unwrap();
    bench
        .at(|desk| posting::undo(desk, "1559123456", &trace, "another practice's"))
        .unwrap();
}

fn post_again(bench: &mut Bench) {
    let trace = "T1".parse().unwrap();
    bench
        .at(|desk| posting::post_again(desk, "1559123456", &trace))
        .unwrap();
}

fn told(bench: &Bench, id: &ClaimId) -> Vec<WorkItem> {
    let mut open = bench.read(|reader| reader.open_work(Some(id)).unwrap());
    open.retain(|item| item.reason.starts_with("the claim before it, "));
    open
}

const NOTHING: (Money, Money) = (Money::ZERO, Money::ZERO);

#[test]
fn a_second_that_has_not_left_goes_with_the_decision_and_comes_with_the_next() {
    let (mut bench, first, second) = with_a_second(6_000);
    undo(&mut bench);
    assert_eq!(bench.row(&second).status.work, Work::Void);
    assert_eq!(bench.owed(&second), NOTHING);
    assert_eq!(bench.owed(&first), (money("100.00"), Money::ZERO));
    assert_eq!(bench.row(&first).status.work, Work::Submitted);
    assert!(build_next(&mut bench).claims.is_empty());
    post_again(&mut bench);
    let again = build_next(&mut bench).claims.remove(0);
    assert_eq!(again.owed, money("20.00"));
    assert_eq!(bench.owed(&first), NOTHING);
    assert_eq!(bench.balance("revenue"), money("-100.00"));
}

#[test]
fn a_second_that_is_out_is_told_of_and_stands_again_with_the_same_decision() {
    let (mut bench, first, second) = with_a_second(6_000);
    leaves(&mut bench, &second);
    undo(&mut bench);
    assert_eq!(bench.owed(&second), NOTHING);
    assert_eq!(bench.owed(&first), (money("100.00"), Money::ZERO));
    let items = told(&bench, &second);
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0].amount, money("20.00"));
    post_again(&mut bench);
    assert_eq!(
        bench.row(&first).status.responsibility,
        Responsibility::Secondary
    );
    assert!(build_next(&mut bench).claims.is_empty());
    assert_eq!(bench.owed(&second), (money("20.00"), Money::ZERO));
    assert_eq!(bench.owed(&first), NOTHING);
    assert_eq!(bench.row(&first).status.work, Work::Closed);
    assert!(told(&bench, &second).is_empty());
}

#[test]
fn what_a_second_left_to_the_patient_is_not_asked_for_while_the_first_is_open() {
    let (mut bench, first, second) = with_a_second(6_000);
    leaves(&mut bench, &second);
    second_decides(&mut bench, &second);
    assert_eq!(bench.row(&second).status.patient, PatientBilling::Ready);
    undo(&mut bench);
    let status = bench.row(&second).status;
    assert_eq!(status.responsibility, Responsibility::Secondary);
    assert_eq!(status.patient, PatientBilling::NotBilled);
    assert_eq!(told(&bench, &second).len(), 1);
    assert!(build_next(&mut bench).claims.is_empty());
    post_again(&mut bench);
    build_next(&mut bench);
    let status = bench.row(&second).status;
    assert_eq!(status.responsibility, Responsibility::Patient);
    assert_eq!(status.patient, PatientBilling::Ready);
    assert_eq!(bench.owed(&second), (Money::ZERO, money("5.00")));
    assert_eq!(bench.owed(&first), NOTHING);
}

#[test]
fn a_second_that_answers_while_the_first_is_open_leaves_the_patient_alone() {
    let (mut bench, _, second) = with_a_second(6_000);
    leaves(&mut bench, &second);
    undo(&mut bench);
    second_decides(&mut bench, &second);
    let status = bench.row(&second).status;
    assert_eq!(status.responsibility, Responsibility::Secondary);
    assert_eq!(status.patient, PatientBilling::NotBilled);
    post_again(&mut bench);
    build_next(&mut bench);
    assert_eq!(bench.owed(&second), (Money::ZERO, money("5.00")));
    assert_eq!(bench.row(&second).status.patient, PatientBilling::Ready);
}

#[test]
fn another_decision_asks_for_a_replacement_which_is_made_of_it() {
    let (mut bench, first, second) = with_a_second(6_000);
    leaves(&mut bench, &second);
    undo(&mut bench);
    let claim = bench.claim(&first);
    let said = decision(
        5_000,
        vec![adjustment("CO", "45", 2_000), adjustment("PR", "2", 3_000)],
    );
    let whole = PriorPayment {
        patient_owes: Some(money("30.00")),
        ..decision(5_000, Vec::new())
    };
    let about = remitted(&claim, PROCESSED, &whole, &[&said]);
    post(&mut bench, &sent("PAY01", "T9", about));
    build_next(&mut bench);
    assert_eq!(bench.owed(&second), (money("30.00"), Money::ZERO));
    let items = told(&bench, &second);
    assert!(items[0].reason.contains("otherwise"), "{items:?}");

    let version = bench.at(|desk| {
        desk.learn_payer_control(&second, &"ICN2".parse().unwrap())?;
        replace(desk, &second, With::Charges, "the first payer's decision")
    });
    let third = version.unwrap().claim.unwrap();
    let claim = bench.claim(&third);
    assert_sound(&claim);
    assert_eq!(claim.lines[0].prior[0].paid, money("50.00"));
    assert_eq!(claim.frequency.as_str(), "7");
    leaves(&mut bench, &third);
    assert_eq!(bench.owed(&third), (money("30.00"), Money::ZERO));
    assert_eq!(bench.owed(&second), NOTHING);
    assert!(told(&bench, &second).is_empty());
    assert_eq!(bench.balance("revenue"), money("-100.00"));
}

/// The mirror of what the first payer decided.
fn mirror(claim: &Claim, paid: i64) -> RemittanceClaim {
    let said = decision(
        -paid,
        vec![
            adjustment("CO", "45", -2_000),
            adjustment("PR", "2", paid - 8_000),
        ],
    );
    let mut about = remitted(
        claim,
        ClaimPaymentStatus::Reversal,
        &decision(-paid, Vec::new()),
        &[&said],
    );
    about.charge = -claim.charge;
    for line in &mut about.lines {
        line.charge = -line.charge;
    }
    about
}

fn reversed(bench: &mut Bench, id: &ClaimId, trace: &str, paid: i64) {
    let claim = bench.claim(id);
    let mut remittance = sent(
        "PAY01",
        "T0",
        remitted(&claim, PROCESSED, &decision(10_000, Vec::new()), &[]),
    );
    remittance.trace = trace.parse().unwrap();
    remittance.claims = vec![mirror(&claim, paid)];
    remittance.paid = Money::from_cents(-paid);
    post(bench, &remittance);
}

#[test]
fn a_second_follows_the_replacement_of_the_first() {
    let (mut bench, first, second) = with_a_second(6_000);
    leaves(&mut bench, &second);
    let replaced = bench.at(|desk| replace(desk, &first, With::Charges, "a modifier"));
    let new = replaced.unwrap().claim.unwrap();
    // Until that leaves, all stands.
    assert!(told(&bench, &second).is_empty());
    leaves(&mut bench, &new);
    assert_eq!(told(&bench, &second).len(), 1);
    assert_eq!(bench.owed(&second), NOTHING);
    assert_ne!(
        bench.row(&first).status.responsibility,
        Responsibility::Patient
    );
    reversed(&mut bench, &first, "T3", 6_000);
    assert_eq!(bench.owed(&first), NOTHING);

    let claim = bench.claim(&new);
    let said = decision(
        7_000,
        vec![adjustment("CO", "45", 2_000), adjustment("PR", "2", 1_000)],
    );
    let whole = PriorPayment {
        patient_owes: Some(money("10.00")),
        ..decision(7_000, Vec::new())
    };
    let about = remitted(&claim, PROCESSED, &whole, &[&said]);
    post(&mut bench, &sent("PAY01", "T4", about));
    assert_eq!(bench.owed(&new), (Money::ZERO, money("10.00")));
    assert!(build_next(&mut bench).claims.is_empty());
    // The share is with the second payer and not stuck, and a person knows.
    assert_eq!(bench.owed(&new), NOTHING);
    assert_eq!(bench.owed(&second), (money("10.00"), Money::ZERO));
    assert!(told(&bench, &second)[0].reason.contains("otherwise"));
    assert_eq!(bench.balance("revenue"), money("-100.00"));
}

#[test]
fn a_void_of_the_first_takes_back_a_second_that_has_not_left() {
    let (mut bench, first, second) = with_a_second(6_000);
    let void = bench
        .at(|desk| void(desk, &first, "never happened"))
        .unwrap();
    leaves(&mut bench, &void.claim.unwrap());
    assert_eq!(bench.row(&second).status.work, Work::Void);
    reversed(&mut bench, &first, "T3", 6_000);
    for claim in [&first, &second] {
        assert_eq!(bench.owed(claim), NOTHING, "{claim}");
    }
    assert_eq!(bench.balance("revenue"), Money::ZERO);
    assert!(build_next(&mut bench).claims.is_empty());
}

#[test]
fn a_decision_that_the_payer_reverses_and_corrects_makes_the_second_anew() {
    let (mut bench, first, second) = with_a_second(6_000);
    reversed(&mut bench, &first, "T3", 6_000);
    assert_eq!(bench.row(&second).status.work, Work::Void);
    assert_eq!(bench.owed(&first), (money("100.00"), Money::ZERO));
    let claim = bench.claim(&first);
    let said = decision(
        7_000,
        vec![adjustment("CO", "45", 2_000), adjustment("PR", "2", 1_000)],
    );
    let whole = PriorPayment {
        patient_owes: Some(money("10.00")),
        ..decision(7_000, Vec::new())
    };
    post(
        &mut bench,
        &sent("PAY01", "T4", remitted(&claim, PROCESSED, &whole, &[&said])),
    );
    let next = build_next(&mut bench);
    assert_eq!(next.claims[0].owed, money("10.00"), "{next:?}");
    assert_eq!(bench.owed(&first), NOTHING);
}

/// The claim to the second payer as the host sends it itself, under its own number.
fn from_the_host(claim: &Claim) -> Claim {
    Claim {
        id: "HOST-2".parse().unwrap(),
        control: "HOST-2".parse().unwrap(),
        ..claim.clone()
    }
}

#[test]
fn a_second_that_comes_by_file_books_no_charge_again() {
    for decided_first in [true, false] {
        let (mut bench, first) = with_two_payers();
        let made = {
            let (mut other, same) = with_two_payers();
            primary_decides(&mut other, &same, PROCESSED, 6_000);
            let made = build_next(&mut other).claims[0].claim.clone();
            from_the_host(&other.claim(&made))
        };
        let id = made.id.clone();
        if decided_first {
            primary_decides(&mut bench, &first, PROCESSED, 6_000);
        }
        bench.at(|desk| create_claim(desk, made)).unwrap();
        if !decided_first {
            assert_eq!(bench.owed(&id), NOTHING);
            primary_decides(&mut bench, &first, PROCESSED, 6_000);
        }
        assert!(build_next(&mut bench).claims.is_empty());
        assert_eq!(bench.owed(&first), NOTHING, "{decided_first}");
        assert_eq!(bench.owed(&id), (money("20.00"), Money::ZERO));
        assert_eq!(bench.row(&first).status.work, Work::Closed);
        assert_eq!(bench.balance("revenue"), money("-100.00"));
        bench.at(|desk| void(desk, &id, "not covered")).unwrap();
        assert_eq!(bench.owed(&first), (Money::ZERO, money("20.00")));
        assert_eq!(bench.balance("revenue"), money("-100.00"));
    }
}
