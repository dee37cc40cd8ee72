//! Claims that are not done with, when each needs a look, and what payers pay.

use chrono::NaiveDate;
use scrubjay_model::ResponsibleParty::{Insurance, Patient};
use scrubjay_model::{Account, AckOutcome, Money, ReceivableStage, Work};

use super::sample::{
    answer, batch, charged, created, dollars, id, moved, owed, remitted, stamp, undone,
};
use super::{kept, read};
use crate::{Event, MoneyKind, Move, OpenClaim, PayerRecord, SharedRows, Store};

const TERMS: u64 = u64::MAX - 7;

fn cash() -> Account {
    Account::Cash {
        payer: "cedar".to_owned(),
    }
}

/// Claim, stage, what payers and the patient owe, and since when the patient does.
type Open = (String, ReceivableStage, Money, Money, Option<NaiveDate>);

fn open(store: &dyn Store) -> Vec<Open> {
    let mut found = Vec::new();
    let mut each = |open: OpenClaim<'_>| {
        found.push((
            open.claim.to_owned(),
            open.stage,
            open.insurance,
            open.patient,
            open.patient_since,
        ));
    };
    read(store)
        .open_claims(&mut each)
        .expect("the store can be read");
    found
}

fn to_look_at(store: &dyn Store, day: NaiveDate, terms: u64) -> Vec<String> {
    let claims = read(store).claims_to_look_at(day, terms);
    let claims = claims.expect("the store can be read");
    claims.iter().map(ToString::to_string).collect()
}

pub(super) fn a_claim_is_open_until_it_is_done_with_and_owes_nothing(store: &mut dyn Store) {
    kept(store, &[created("A", 150), charged("A", 150)]);
    kept(store, &[created("B", 60), charged("B", 60)]);
    let unsent = ReceivableStage::Unsent;
    let expected: [Open; 2] = [
        ("A".to_owned(), unsent, dollars(150), Money::ZERO, None),
        ("B".to_owned(), unsent, dollars(60), Money::ZERO, None),
    ];
    assert_eq!(open(store), expected);
    let to = |work| Event::Moved {
        claim: id("A"),
        to: Move::Work(work),
    };
    let paid = moved(
        MoneyKind::ClaimRemitted,
        "A",
        owed("A", Insurance),
        cash(),
        dollars(150),
    );
    kept(
        store,
        &[to(Work::Ready), batch(7, &["A"]), to(Work::Submitted)],
    );
    assert_eq!(open(store)[0].1, ReceivableStage::Sent);
    kept(store, &[paid, to(Work::Adjudicated), to(Work::Closed)]);
    let names: Vec<String> = open(store).into_iter().map(|open| open.0).collect();
    assert_eq!(names, ["B"]);
    // It is the patient's, from the day on which the patient first owed some of it.
    let share = |amount| {
        moved(
            MoneyKind::Transfer,
            "A",
            owed("A", Insurance),
            owed("A", Patient),
            amount,
        )
    };
    kept(store, &[share(dollars(20))]);
    let first = stamp(0).at.date_naive();
    assert_eq!(open(store)[0].4, Some(first));
    let mut later = stamp(0);
    later.at += chrono::TimeDelta::days(9);
    let mut transaction = store.begin().expect("the store can be written");
    transaction
        .append(&later, &share(dollars(5)))
        .expect("it is legal");
    transaction.commit().expect("it can be kept");
    assert_eq!(
        open(store)[0].4,
        Some(first),
        "more of it makes it no younger"
    );
    assert_eq!(open(store)[0].3, dollars(25));
    kept(store, &[share(dollars(-25))]);
    let names: Vec<String> = open(store).into_iter().map(|open| open.0).collect();
    assert_eq!(names, ["B"]);
}

pub(super) fn a_claim_needs_a_look_until_that_is_noted_and_again_when_something_happens(
    store: &mut dyn Store,
) {
    kept(
        store,
        &[created("A", 150), created("B", 60), created("C", 70)],
    );
    let today = stamp(0).at.date_naive();
    let later = today + chrono::TimeDelta::days(30);
    assert_eq!(to_look_at(store, today, TERMS), ["A", "B", "C"]);
    let rows = read(store).last_row().expect("the store can be read");
    let mut transaction = store.begin().expect("the store can be written");
    let looks = [
        (id("A"), later),
        (id("B"), NaiveDate::MAX),
        (id("C"), today),
    ];
    transaction
        .note_looks(&looks, TERMS)
        .expect("it can be noted");
    assert_eq!(
        transaction
            .claims_to_look_at(today, TERMS)
            .expect("it can be read"),
        [id("C")]
    );
    transaction.commit().expect("it can be kept");
    assert_eq!(
        read(store).last_row().expect("the store can be read"),
        rows,
        "it is no event"
    );
    assert_eq!(to_look_at(store, today, TERMS), ["C"]);
    assert_eq!(to_look_at(store, later, TERMS), ["A", "C"]);
    assert_eq!(
        to_look_at(store, today, TERMS - 1),
        ["A", "B", "C"],
        "by other terms"
    );
    kept(store, &[answer(AckOutcome::Accepted, &["B"])]);
    assert_eq!(to_look_at(store, today, TERMS), ["B", "C"]);
    // What is not kept is not noted either.
    let mut transaction = store.begin().expect("the store can be written");
    transaction
        .note_looks(&[(id("C"), later)], TERMS)
        .expect("it can be noted");
    drop(transaction);
    assert_eq!(to_look_at(store, today, TERMS), ["B", "C"]);
}

pub(super) fn a_claims_clocks_go_by_rows_that_tell_of_no_other_claim(store: &mut dyn Store) {
    kept(
        store,
        &[created("A", 150), created("B", 60), charged("A", 150)],
    );
    let sent = kept(store, &[batch(7, &["A", "B"])]);
    let answered = kept(store, &[answer(AckOutcome::Accepted, &["B", "A"])]);
    let decided = kept(store, &[remitted("A", "1", 100, 50, 3)]);
    let reader = read(store);
    let mut shared = SharedRows::default();
    for (claim, expected) in [
        ("A", vec![sent, answered, decided]),
        ("B", vec![sent, answered]),
        ("Z", vec![]),
    ] {
        let rows = reader.clock_history(&id(claim), &mut shared);
        let rows = rows.expect("the store can be read");
        let places: Vec<u64> = rows.iter().map(|row| row.sequence).collect();
        assert_eq!(places, expected, "{claim}");
        let whole = reader.history(&id(claim)).expect("the store can be read");
        for row in rows {
            let of_all = whole.iter().find(|one| one.sequence == row.sequence);
            let of_all = of_all.expect("it stands in the history");
            assert_eq!((&of_all.stamp, &of_all.hash), (&row.stamp, &row.hash));
            match &row.event {
                Event::BatchWritten { sets, .. } => assert_eq!(*sets, [(1, vec![id(claim)])]),
                Event::Acknowledged { claims, .. } => assert_eq!(*claims, [id(claim)]),
                event => assert_eq!(*event, of_all.event),
            }
        }
    }
}

pub(super) fn what_a_payer_has_paid_counts_what_stands(store: &mut dyn Store) {
    let record = |store: &dyn Store| {
        let records = read(store).payer_records().expect("the store can be read");
        records
            .into_iter()
            .map(|(payer, record)| {
                assert_eq!(payer, "cedar");
                record
            })
            .next()
    };
    kept(
        store,
        &[created("A", 150), created("B", 60), created("C", 70)],
    );
    assert_eq!(record(store), None);
    kept(store, &[remitted("A", "1", 100, 50, 3)]);
    let last = kept(store, &[remitted("B", "1", 40, 20, 3)]);
    let both = PayerRecord {
        decided: 2,
        charged: dollars(210),
        paid: dollars(140),
        ..PayerRecord::default()
    };
    assert_eq!(record(store), Some(both));
    kept(store, &[undone("B", &[last])]);
    let one = PayerRecord {
        decided: 1,
        charged: dollars(150),
        paid: dollars(100),
        ..PayerRecord::default()
    };
    assert_eq!(record(store), Some(one));
}
