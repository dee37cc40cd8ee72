//! A patient is given up with every record, or kept with every record.

use chrono::{DateTime, TimeDelta, Utc};
use scrubjay_model::{
    Charge, PatientMoney, RecordKey, RecordKind, ResponsibleParty, Work, WorkItem,
};

use super::{SqliteStore, all, on_disk};
use crate::conformance::keep;
use crate::conformance::sample::{
    account, appeal, authorization, charged, claim, created, day, dollars, entry, estimate, id,
    inquiry, item, moved, owed, patient, patient_money, plan, record_kept, record_key, stamp,
    statement, status_inquiry, visit,
};
use crate::sqlite::PurgeReport;
use crate::{Counter, Event, MoneyKind, Move, RecordFilter, Store, StoreError};

fn later() -> DateTime<Utc> {
    stamp(0).at + TimeDelta::days(30)
}

fn purged(store: &mut SqliteStore) -> PurgeReport {
    let report = store.purge(&stamp(40_000), later()).unwrap();
    let verified = store.verify().unwrap();
    assert!(verified.is_clean(), "{:?}", verified.faults);
    let before = all(store);
    store.rebuild().unwrap();
    assert_eq!(all(store), before);
    report
}

/// A patient with a visit, a billed charge, a claim that the patient has paid,
/// and everything else: all of it done with.
fn finished(name: &str) -> Vec<Event> {
    let key = |prefix: &str| format!("{prefix}-{name}");
    let (patient_key, visit_key, account_key) = (key("P"), key("V"), key("AC"));
    let charge = |bill: bool| -> Charge {
        let mut charge = entry(&key("C"), &visit_key, &patient_key, 9);
        if bill {
            charge.bill(id(name)).unwrap();
        }
        charge
    };
    let work = WorkItem {
        record: Some(record_key(RecordKind::Encounter, &visit_key)),
        ..item(&key("W"), None)
    };
    let owes = moved(
        MoneyKind::Transfer,
        name,
        owed(name, ResponsibleParty::Insurance),
        owed(name, ResponsibleParty::Patient),
        dollars(20),
    );
    let received = PatientMoney::Received {
        amount: dollars(20),
    };
    let applied = PatientMoney::Applied {
        claim: id(name),
        amount: dollars(20),
    };
    vec![
        record_kept(patient(&patient_key, name), None),
        record_kept(visit(&visit_key, &patient_key, 9), Some(day(8))),
        record_kept(inquiry(&key("E"), &visit_key, &patient_key, 5), None),
        record_kept(authorization(&key("A"), &patient_key, 25), None),
        Event::WorkOpened {
            item: Box::new(work),
        },
        record_kept(charge(false), None),
        created(name, 20),
        charged(name, 20),
        record_kept(charge(true), None),
        owes,
        record_kept(account(&account_key, &patient_key, name, 20), None),
        record_kept(statement(&key("S"), &account_key, name, 15), None),
        record_kept(plan(&key("PL"), &account_key), None),
        record_kept(appeal(&key("AP"), name), None),
        record_kept(status_inquiry(&key("Q"), name, 13), None),
        record_kept(estimate(&key("ES"), &visit_key, &patient_key, 4), None),
        patient_money(&account_key, &received),
        patient_money(&account_key, &applied),
        record_kept(account(&account_key, &patient_key, name, 0), None),
        Event::WorkClosed {
            item: key("W").parse().unwrap(),
            outcome: "asked".to_owned(),
        },
        Event::Moved {
            claim: id(name),
            to: Move::Work(Work::Void),
        },
    ]
}

fn records(store: &SqliteStore) -> usize {
    let reader = store.read().unwrap();
    reader.records(&RecordFilter::default()).unwrap().len()
}

fn key(kind: RecordKind, text: &str) -> RecordKey {
    record_key(kind, text)
}

#[test]
fn a_patient_who_is_done_with_goes_with_every_record_and_the_books_stay() {
    let (_folder, path, mut store) = on_disk();
    keep(&mut store, &finished("GONEPATIENT")).unwrap();
    keep(&mut store, &[record_kept(patient("P-2", "B"), None)]).unwrap();
    // What the other patient has is recent.
    let mut transaction = store.begin().unwrap();
    let recent = record_kept(visit("V-2", "P-2", 9), None);
    transaction.append(&stamp(45_000), &recent).unwrap();
    transaction.commit().unwrap();
    let lines = |store: &SqliteStore| store.read().unwrap().trial_balance().unwrap();
    let sum_before: Vec<_> = lines(&store)
        .into_iter()
        .filter(|(_, balance)| !balance.is_zero())
        .collect();
    assert_eq!(records(&store), 13);

    let report = purged(&mut store);
    assert_eq!((report.claims, report.patients, report.rows), (1, 1, 21));
    assert_eq!(records(&store), 2);
    let sum_after: Vec<_> = lines(&store)
        .into_iter()
        .filter(|(_, balance)| !balance.is_zero())
        .collect();
    assert_eq!(sum_after, sum_before);
    let reader = store.read().unwrap();
    assert!(reader.claim(&id("GONEPATIENT")).unwrap().is_none());
    assert!(reader.last_number(Counter::Record).unwrap() >= 13);
    let left = reader.record(&key(RecordKind::Encounter, "V-2")).unwrap();
    assert!(left.is_some());
    drop(reader);
    let bytes = std::fs::read(&path).unwrap();
    let name = b"WREN\",\"first\":\"GONEPATIENT";
    assert!(!bytes.windows(name.len()).any(|window| window == name));
    assert_eq!(purged(&mut store).rows, 0);
    // The same patient may come again.
    keep(
        &mut store,
        &[record_kept(patient("P-GONEPATIENT", "C"), None)],
    )
    .unwrap();
    assert_eq!(records(&store), 3);
}

#[test]
fn a_patient_with_anything_open_stays_and_so_do_the_claims_that_the_account_paid_on() {
    let open = |name: &str| -> Vec<(&'static str, Vec<Event>)> {
        let (patient_key, visit_key) = (format!("P-{name}"), format!("V-{name}"));
        let account_key = format!("AC-{name}");
        let work = WorkItem {
            record: Some(key(RecordKind::Patient, &patient_key)),
            ..item("W-OPEN", None)
        };
        vec![
            (
                "an unbilled charge",
                vec![record_kept(entry("C-9", &visit_key, &patient_key, 9), None)],
            ),
            (
                "an account with credit",
                vec![record_kept(
                    account(&account_key, &patient_key, name, -1),
                    None,
                )],
            ),
            (
                "open work",
                vec![Event::WorkOpened {
                    item: Box::new(work),
                }],
            ),
            ("another claim", vec![made(name)]),
        ]
    };
    for (what, events) in open("A") {
        let mut store = SqliteStore::open_in_memory().unwrap();
        keep(&mut store, &finished("A")).unwrap();
        keep(&mut store, &events).unwrap();
        assert_eq!(purged(&mut store).rows, 0, "{what}");
    }
    // Nothing of it: then all goes.
    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(&mut store, &finished("A")).unwrap();
    assert_eq!(purged(&mut store).patients, 1);
}

/// An unfinished claim of the same person.
fn made(name: &str) -> Event {
    let mut second = claim("SECOND", 10);
    second.patient = claim(name, 10).patient;
    Event::ClaimCreated {
        claim: Box::new(second),
        payer: "cedar".to_owned(),
        replaces: None,
    }
}

#[test]
fn a_claim_that_no_account_paid_on_goes_without_its_patient() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    let void = Event::Moved {
        claim: id("A"),
        to: Move::Work(Work::Void),
    };
    keep(
        &mut store,
        &[
            record_kept(patient("P-A", "A"), None),
            record_kept(visit("V-A", "P-A", 9), None),
            created("A", 150),
            record_kept(appeal("AP-A", "A"), None),
            void,
        ],
    )
    .unwrap();
    let mut transaction = store.begin().unwrap();
    let recent = record_kept(visit("V-A", "P-A", 10), None);
    transaction.append(&stamp(45_000), &recent).unwrap();
    transaction.commit().unwrap();
    let report = purged(&mut store);
    assert_eq!((report.claims, report.patients, report.rows), (1, 0, 3));
    let reader = store.read().unwrap();
    // The appeal went with its claim.
    let left = reader.record(&key(RecordKind::Appeal, "AP-A")).unwrap();
    assert!(left.is_none());
    assert_eq!(reader.records(&RecordFilter::default()).unwrap().len(), 2);
}

#[test]
fn patients_whose_records_belong_to_each_other_go_together_or_not_at_all() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    let billed = |text: &str, visit: &str, patient: &str| {
        let mut charge = entry(text, visit, patient, 9);
        charge.void().unwrap();
        record_kept(charge, None)
    };
    keep(
        &mut store,
        &[
            record_kept(visit("V-1", "P-1", 9), None),
            record_kept(visit("V-2", "P-2", 9), None),
            // The newborn's charge stands with the mother's visit.
            billed("C-2", "V-1", "P-2"),
        ],
    )
    .unwrap();
    let mut transaction = store.begin().unwrap();
    let recent = record_kept(visit("V-2", "P-2", 10), None);
    transaction.append(&stamp(45_000), &recent).unwrap();
    transaction.commit().unwrap();
    assert_eq!(purged(&mut store).rows, 0);

    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(
        &mut store,
        &[
            record_kept(visit("V-1", "P-1", 9), None),
            billed("C-2", "V-1", "P-2"),
        ],
    )
    .unwrap();
    assert_eq!(purged(&mut store).patients, 2);
    assert_eq!(records(&store), 0);
}

#[test]
fn what_a_record_belongs_to_does_not_change() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(
        &mut store,
        &[
            record_kept(visit("V-1", "P-1", 9), None),
            record_kept(visit("V-2", "P-1", 9), None),
            record_kept(entry("C-1", "V-1", "P-1", 9), None),
        ],
    )
    .unwrap();
    let astray = record_kept(entry("C-1", "V-2", "P-1", 9), None);
    let error = keep(&mut store, &[astray]).unwrap_err();
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
}
