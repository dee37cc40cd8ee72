//! People close work and give it to others; what something waits for is closed
//! by that alone.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{ClaimId, Money, Owner, WorkItem, WorkKind};
use scrubjay::{Engine, EngineError, Once, Standing, WorkError};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::claims;

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn open(engine: &Engine, kind: WorkKind) -> Vec<WorkItem> {
    let mut open = engine.read().unwrap().open_work(None).unwrap();
    open.retain(|item| item.kind == kind);
    open
}

fn take(engine: &mut Engine, number: usize, payment: &Payment) {
    let file = payment.file(number);
    let took = engine.take_in(&format!("{number}.835"), file.as_bytes());
    assert!(!took.unwrap().is_refused());
}

fn stands(engine: &mut Engine, item: &WorkItem) -> Standing {
    match engine.close_work(&item.id, "Ana", "out of my list") {
        Err(EngineError::Work(WorkError::Stands { standing, .. })) => standing,
        other => panic!("{other:?}"),
    }
}

/// A practice with a denial, a claim that nobody knows and a reason to look at.
fn with_work() -> (Practice, Engine) {
    let (practice, mut engine) = Practice::with_sent(2);
    let mut lost = Remitted::sample(9);
    lost.control = "LOST".to_owned();
    let denied = Remitted::sample(0).less(&[("CO", "50", 10_001)]);
    let looked_at = Remitted::sample(1).less(&[("PR", "45", 1000)]);
    take(
        &mut engine,
        11,
        &Payment::of("T1", [denied, looked_at, lost]),
    );
    (practice, engine)
}

#[test]
fn work_is_closed_by_somebody_with_an_outcome_once() {
    let (_practice, mut engine) = with_work();
    let [review] = &open(&engine, WorkKind::PostingReview)[..] else {
        panic!("one thing to look at");
    };
    for (by, outcome) in [("", "the contract says so"), ("Ana", " ")] {
        let refused = engine.close_work(&review.id, by, outcome);
        assert!(matches!(
            refused,
            Err(EngineError::Work(WorkError::Unsigned))
        ));
    }
    for done in [true, false] {
        let call = engine.once("close-1");
        let closed = call.close_work(&review.id, "Ana", "the contract says so");
        assert_eq!(matches!(closed.unwrap(), Once::Done(_)), done);
    }
    assert!(open(&engine, WorkKind::PostingReview).is_empty());
    let again = engine.close_work(&review.id, "Ana", "once more");
    assert!(matches!(
        again,
        Err(EngineError::Work(WorkError::NotOpen { .. }))
    ));
    let history = engine.read().unwrap().history(&id(1)).unwrap();
    assert_eq!(history.last().unwrap().stamp.actor, "Ana");
}

#[test]
fn what_something_waits_for_is_not_closed_by_hand() {
    let (practice, mut engine) = with_work();
    let denial = open(&engine, WorkKind::Denial).remove(0);
    let owed = Money::from_cents(10_001);
    assert_eq!(stands(&mut engine, &denial), Standing::Refused { owed });
    let lost = open(&engine, WorkKind::UnmatchedRemittance).remove(0);
    assert_eq!(stands(&mut engine, &lost), Standing::Unmatched);
    let off = Payment::of("T2", [Remitted::sample(1)]).file(12);
    let off = off.replace("BPR*I*100.02", "BPR*I*99.02");
    engine.take_in("off.835", off.as_bytes()).unwrap();
    let off = open(&engine, WorkKind::UnbalancedRemittance).remove(0);
    assert_eq!(stands(&mut engine, &off), Standing::NotPosted);

    let more = claims(3).replace("000000001", "000000002");
    engine
        .take_in("more.837", more.replace("S0000", "S0001").as_bytes())
        .unwrap();
    let waiting: ClaimId = "S00012".parse().unwrap();
    engine
        .hold(&waiting, "Ana", "the chart is open", None)
        .unwrap();
    let mut held = open(&engine, WorkKind::ScrubHold);
    held.retain(|item| item.claim.as_ref() == Some(&waiting));
    assert_eq!(stands(&mut engine, &held[0]), Standing::Held);
    engine.release(&waiting, "Ana", "signed").unwrap();
    assert!(engine.close_work(&held[0].id, "Ana", "gone").is_err());

    // Nothing is lost by a refusal, and a decision that pays ends the denial.
    take(&mut engine, 13, &Payment::of("T3", [Remitted::sample(0)]));
    assert!(open(&engine, WorkKind::Denial).is_empty());
    drop(practice);
}

#[test]
fn work_is_given_to_another_and_keeps_its_last_day() {
    let (_practice, mut engine) = with_work();
    let before = open(&engine, WorkKind::UnmatchedRemittance).remove(0);
    let ben = Owner("ben".to_owned());
    let given = engine.assign_work(&before.id, &ben, "Ana").unwrap();
    assert_eq!(
        given,
        WorkItem {
            owner: ben.clone(),
            ..before.clone()
        }
    );
    assert_eq!(open(&engine, WorkKind::UnmatchedRemittance), [given]);
    let same = engine.assign_work(&before.id, &ben, "Ana");
    assert!(matches!(
        same,
        Err(EngineError::Work(WorkError::SameOwner { .. }))
    ));
    for (owner, by) in [(" ", "Ana"), ("eve", "")] {
        let refused = engine.assign_work(&before.id, &Owner(owner.to_owned()), by);
        assert!(matches!(
            refused,
            Err(EngineError::Work(WorkError::NoOwner))
        ));
    }
    // Bound to its claim, the item closes as it would have with its first owner.
    let trace = "T1".parse().unwrap();
    engine
        .undo_remittance("1999999999", &trace, "Ana", "another practice's")
        .unwrap();
    assert!(engine.read().unwrap().open_work(None).unwrap().is_empty());
}

#[test]
fn the_program_closes_and_assigns() {
    let practice = Practice::new("");
    practice.write("inbox/1.837", &claims(2));
    let paid = Remitted::sample(0).less(&[("PR", "45", 1000)]);
    let denied = Remitted::sample(1).less(&[("CO", "50", 10_002)]);
    practice.write("inbox/2.835", &Payment::of("T1", [paid, denied]).file(9));
    let _ = practice.run().good();
    let listed = practice.scrubjay(&["work", "list", "--json"]).good();
    let listed: Vec<WorkItem> = serde_json::from_str(&listed).unwrap();
    let of = |kind| {
        listed
            .iter()
            .find(|item| item.kind == kind)
            .unwrap()
            .id
            .to_string()
    };
    let (review, denial) = (of(WorkKind::PostingReview), of(WorkKind::Denial));
    let given = practice.scrubjay(&["work", "assign", &denial, "ben", "--by", "Ana"]);
    assert!(
        given
            .good()
            .starts_with(&format!("work {denial} is ben's, due 20"))
    );
    let by = ["--by", "Ana", "--outcome", "asked the payer"];
    let closed = practice.scrubjay(&[&["work", "close", &review], &by[..]].concat());
    assert_eq!(
        closed.good(),
        format!("work {review} is closed: asked the payer\n")
    );
    let refused = practice.scrubjay(&[&["work", "close", &denial], &by[..]].concat());
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("insurance still owes 100.02"),
        "{}",
        refused.err
    );
    let left = practice
        .scrubjay(&["work", "list", "--owner", "ben"])
        .good();
    assert!(left.contains(&denial) && !left.contains(&review), "{left}");
    assert_eq!(practice.scrubjay(&["db", "verify"]).code, 0);
    let _ = practice.scrubjay(&["db", "rebuild"]).good();
    let rebuilt = practice
        .scrubjay(&["work", "list", "--owner", "ben"])
        .good();
    assert_eq!(rebuilt, left);
}
