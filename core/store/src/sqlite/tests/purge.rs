//! What is given up is gone, what is kept is whole, and the chain proves both.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use scrubjay_model::ResponsibleParty::{Insurance, Patient};
use scrubjay_model::{Account, Adjudication, Money, Work};

use super::{SqliteStore, all, on_disk};
use crate::conformance::keep;
use crate::conformance::sample::{
    answer, batch, charged, claim, created, day, denied, dollars, id, item, moved, one_of_each,
    owed, remittance, remitted, stamp,
};
use crate::sqlite::{FaultPlace, PurgeReport, Retention};
use crate::{Counter, Event, MoneyKind, Move, Store, StoreError};

fn cash() -> Account {
    Account::Cash {
        payer: "cedar".to_owned(),
    }
}

/// A claim's whole life: made, sent, accepted, denied, appealed away, paid, closed.
fn finished(text: &str, group: u32) -> Vec<Event> {
    let to = |to| Event::Moved {
        claim: id(text),
        to,
    };
    let work = format!("W-{text}");
    vec![
        created(text, 150),
        charged(text, 150),
        to(Move::Work(Work::Ready)),
        batch(group, &[text]),
        to(Move::Work(Work::Submitted)),
        answer(scrubjay_model::AckOutcome::Accepted, &[text]),
        remittance(&format!("EFT-{text}")),
        remitted(text, "1", 150, 0, 12),
        denied(text),
        Event::WorkOpened {
            item: Box::new(item(&work, Some(text))),
        },
        Event::WorkClosed {
            item: work.parse().unwrap(),
            outcome: "paid after all".to_owned(),
        },
        moved(
            MoneyKind::ClaimRemitted,
            text,
            owed(text, Insurance),
            cash(),
            dollars(150),
        ),
        to(Move::Work(Work::Adjudicated)),
        to(Move::Adjudication(Adjudication::Paid)),
        to(Move::Work(Work::Closed)),
    ]
}

/// After everything that these tests write.
fn later() -> DateTime<Utc> {
    stamp(0).at + TimeDelta::days(30)
}

fn purged(store: &mut SqliteStore) -> PurgeReport {
    let report = store.purge(&stamp(40_000), later()).unwrap();
    let verified = store.verify().unwrap();
    assert!(verified.is_clean(), "{:?}", verified.faults);
    report
}

fn given_up(claims: u64, patients: u64, rows: u64) -> PurgeReport {
    PurgeReport {
        claims,
        patients,
        rows,
    }
}

fn there(store: &SqliteStore, text: &str) -> bool {
    store.read().unwrap().claim(&id(text)).unwrap().is_some()
}

fn trial_balance(store: &SqliteStore) -> Vec<(String, Money)> {
    let lines = store.read().unwrap().trial_balance().unwrap();
    lines
        .into_iter()
        .filter(|(_, balance)| !balance.is_zero())
        .collect()
}

fn bytes_on_disk(path: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(path).unwrap();
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    bytes.extend(std::fs::read(Path::new(&log)).unwrap_or_default());
    bytes
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn a_finished_claim_goes_and_the_books_numbers_and_chain_stay() {
    let (_folder, path, mut store) = on_disk();
    keep(&mut store, &finished("GONEPATIENT", 1)).unwrap();
    keep(
        &mut store,
        &[created("B", 60), charged("B", 60), denied("B")],
    )
    .unwrap();
    let head = store.verify().unwrap().head.unwrap();
    let balance = trial_balance(&store);
    let kept = store.read().unwrap().history(&id("B")).unwrap();
    assert!(contains(&bytes_on_disk(&path), "GONEPATIENT"));

    // All but the head of the remittance, which is about no claim.
    assert_eq!(purged(&mut store), given_up(1, 0, 14));
    assert!(!there(&store, "GONEPATIENT"));
    assert_eq!(trial_balance(&store), balance);
    let reader = store.read().unwrap();
    assert_eq!(reader.history(&id("B")).unwrap(), kept);
    assert_eq!(reader.balance(&id("B"), Insurance).unwrap(), dollars(60));
    assert_eq!(reader.denials(None).unwrap().len(), 1);
    assert_eq!(reader.last_number(Counter::Claim).unwrap(), 2);
    assert_eq!(reader.last_number(Counter::Work).unwrap(), 1);
    assert_eq!(reader.last_number(Counter::Group).unwrap(), 1);
    let trace = "EFT-GONEPATIENT".parse().unwrap();
    assert!(reader.remittance("1999999999", &trace).unwrap().is_some());
    let rows = reader.journal(1, 99).unwrap();
    assert_eq!(rows.len(), 19);
    assert!(matches!(&rows[0].event, Event::Erased { of } if of == "claim_created"));
    assert!(matches!(rows[18].event, Event::Purged { claims: 1, .. }));
    // The head that was written down before the purge still stands.
    assert_eq!(rows[head.sequence as usize - 1].hash, head.hash);
    drop(reader);
    let left = bytes_on_disk(&path);
    assert!(!contains(&left, "WREN\",\"first\":\"GONEPATIENT"));
    let again = keep(&mut store, &[remittance("EFT-GONEPATIENT")]).unwrap_err();
    assert!(matches!(again, StoreError::Contradiction { .. }), "{again}");
    keep(&mut store, &finished("C", 2)).unwrap();
    assert_eq!(purged(&mut store).claims, 1);
    assert_eq!(purged(&mut store), given_up(0, 0, 0));
    let before = all(&store);
    store.rebuild().unwrap();
    assert_eq!(all(&store), before);
}

#[test]
fn what_is_not_finished_is_kept() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(&mut store, &finished("OWING", 1)).unwrap();
    keep(&mut store, &finished("WORKED", 2)).unwrap();
    let owing = moved(
        MoneyKind::Transfer,
        "OWING",
        owed("OWING", Insurance),
        owed("OWING", Patient),
        dollars(1),
    );
    let open = Event::WorkOpened {
        item: Box::new(item("W-OPEN", Some("WORKED"))),
    };
    keep(&mut store, &[owing, open, created("DRAFT", 10)]).unwrap();
    assert_eq!(purged(&mut store), given_up(0, 0, 0));
    for text in ["OWING", "WORKED", "DRAFT"] {
        assert!(there(&store, text), "{text}");
    }
}

#[test]
fn a_claim_is_kept_for_as_long_as_the_policy_says() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(&mut store, &finished("A", 1)).unwrap();
    let last = stamp(14).at;
    let report = store.purge(&stamp(40_000), last).unwrap();
    assert_eq!(report.claims, 0);
    let report = store.purge(&stamp(40_000), last + TimeDelta::nanoseconds(1));
    assert_eq!(report.unwrap().claims, 1);
    let now = day(2).and_time(chrono::NaiveTime::MIN).and_utc();
    let cutoff = Retention::default().cutoff(now).date_naive();
    assert_eq!(cutoff.to_string(), "2020-11-02");
    let forever = Retention { years: u32::MAX };
    assert_eq!(forever.cutoff(now), DateTime::<Utc>::MIN_UTC);
}

#[test]
fn claims_that_are_bound_together_go_together_or_not_at_all() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    for (group, text) in (1..).zip(["A", "B", "D"]) {
        keep(&mut store, &finished(text, group)).unwrap();
    }
    let shared = moved(
        MoneyKind::Transfer,
        "A",
        owed("A", Patient),
        owed("B", Patient),
        dollars(9),
    );
    let back = moved(
        MoneyKind::Transfer,
        "B",
        owed("B", Patient),
        owed("A", Patient),
        dollars(9),
    );
    // The replacement of B is not finished, so neither B nor A may go.
    let replacement = Event::ClaimCreated {
        claim: Box::new(claim("B2", 150)),
        payer: "cedar".to_owned(),
        replaces: Some(id("B")),
    };
    keep(&mut store, &[shared, back, replacement]).unwrap();
    assert_eq!(purged(&mut store).claims, 1);
    assert!(there(&store, "A") && there(&store, "B") && !there(&store, "D"));
    let void = Event::Moved {
        claim: id("B2"),
        to: Move::Work(Work::Void),
    };
    keep(&mut store, &[void]).unwrap();
    assert_eq!(purged(&mut store).claims, 3);
    assert!(!there(&store, "A") && !there(&store, "B") && !there(&store, "B2"));
}

#[test]
fn a_batch_of_many_claims_stays_until_the_last_of_them_goes() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    let mut events = finished("A", 1);
    events.retain(|event| !matches!(event, Event::BatchWritten { .. }));
    events.insert(3, batch(7, &["A", "B"]));
    events.insert(0, created("B", 60));
    keep(&mut store, &events).unwrap();
    assert_eq!(purged(&mut store).claims, 1);
    let rows = store.read().unwrap().journal(1, 99).unwrap();
    let batches = |rows: &[crate::JournalRow]| {
        let written = rows
            .iter()
            .filter(|row| matches!(row.event, Event::BatchWritten { .. }));
        written.count()
    };
    assert_eq!(batches(&rows), 1);
    assert_eq!(store.read().unwrap().sent(7, None).unwrap(), [id("B")]);
    let void = Event::Moved {
        claim: id("B"),
        to: Move::Work(Work::Void),
    };
    keep(&mut store, &[void]).unwrap();
    assert_eq!(purged(&mut store).claims, 1);
    let rows = store.read().unwrap().journal(1, 99).unwrap();
    assert_eq!(batches(&rows), 0);
}

#[test]
fn an_old_remitted_claim_that_never_matched_goes_by_its_age() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    let mut unmatched = remitted("X", "1", 7, 0, 5);
    if let Event::ClaimRemitted { claim, .. } = &mut unmatched {
        *claim = None;
    }
    keep(&mut store, &[unmatched, created("B", 60)]).unwrap();
    assert_eq!(purged(&mut store), given_up(0, 0, 1));
    assert!(there(&store, "B"));
    assert_eq!(purged(&mut store), given_up(0, 0, 0));
}

#[test]
fn a_row_emptied_by_hand_is_found_whatever_else_is_made_to_fit() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(&mut store, &one_of_each()).unwrap();
    keep(&mut store, &finished("A2", 9)).unwrap();
    purged(&mut store);
    // As a purge would do it, but no purge says so.
    super::super::purge::erase(&store.writer, 4).unwrap();
    let report = store.verify().unwrap();
    let named = |report: &crate::VerifyReport| {
        report
            .faults
            .iter()
            .any(|fault| fault.place == FaultPlace::Row(4))
    };
    assert!(named(&report), "{:?}", report.faults);
    store
        .writer
        .execute("DELETE FROM erased WHERE sequence = 4", [])
        .unwrap();
    assert!(named(&store.verify().unwrap()));
}

#[test]
fn a_changed_hash_of_an_emptied_row_is_found() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(&mut store, &finished("A", 1)).unwrap();
    purged(&mut store);
    store
        .writer
        .execute(
            "UPDATE erased SET payload = zeroblob(32) WHERE sequence = 3",
            [],
        )
        .unwrap();
    let report = store.verify().unwrap();
    assert_eq!(
        report.faults[0].place,
        FaultPlace::Row(3),
        "{:?}",
        report.faults
    );
}

#[test]
fn the_past_before_a_purge_shows_what_was_kept() {
    let mut store = SqliteStore::open_in_memory().unwrap();
    keep(&mut store, &finished("A", 1)).unwrap();
    keep(&mut store, &[created("B", 60)]).unwrap();
    purged(&mut store);
    let then = store.as_of(stamp(20).at).unwrap();
    let reader = then.read().unwrap();
    assert!(reader.claim(&id("A")).unwrap().is_none());
    assert!(reader.claim(&id("B")).unwrap().is_some());
    let hashes =
        |rows: Vec<crate::JournalRow>| rows.into_iter().map(|row| row.hash).collect::<Vec<_>>();
    let now = store.read().unwrap().journal(1, 16).unwrap();
    assert_eq!(hashes(reader.journal(1, 16).unwrap()), hashes(now));
}

#[test]
fn a_purge_that_fails_gives_nothing_up() {
    let (_folder, path, mut store) = on_disk();
    keep(&mut store, &finished("A", 1)).unwrap();
    let before = all(&store);
    store
        .writer
        .execute_batch(
            "CREATE TRIGGER stop BEFORE INSERT ON calls BEGIN SELECT RAISE(ABORT, 'stop'); END;
             CREATE TRIGGER halt BEFORE UPDATE ON journal WHEN old.sequence = 9
             BEGIN SELECT RAISE(ABORT, 'halt'); END;",
        )
        .unwrap();
    assert!(store.purge(&stamp(40_000), later()).is_err());
    store
        .writer
        .execute_batch("DROP TRIGGER stop; DROP TRIGGER halt;")
        .unwrap();
    assert_eq!(all(&store), before);
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(all(&store), before);
    assert!(store.verify().unwrap().is_clean());
}
