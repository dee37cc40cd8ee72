//! What lists of open claims and a tick cost.
//!
//! `cargo bench -p scrubjay --bench receivables` makes 10,000 open claims, and as
//! many again for the tick; `OPEN_CLAIMS=1000000` another number. The claims are
//! put into the store as a sent claim leaves them there, without the steps that
//! made it so: what is measured is the reading.
//!
//! Aging is held against a plain SQL sum over the ledger of the same database,
//! in turn, and told as a ratio: neighbours on the machine disturb both.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;
use scrubjay::model::{Account, ClaimId, Money, PostingSet, ResponsibleParty, Work};
use scrubjay::store::conformance::sample;
use scrubjay::store::{
    Cause, Durability, Event, MoneyKind, Move, SqliteOptions, SqliteStore, Stamp, Store,
};
use scrubjay::{AgingBasis, Engine, WorklistQuestion};

/// Claims in a file.
const A_FILE: u32 = 5_000;

/// Rounds of which the quickest counts.
const ROUNDS: usize = 5;

const CONFIGURATION: &str = "\
channels:
  house: { receiver: { id: HOUSE }, answers: { file: never, claims: never } }
payers:
  - { key: cedar, name: Cedar Health, id: CEDAR, line: commercial, terms: { timely_filing: 900 days, follow_up: 30 days } }
";

fn main() {
    let wanted = std::env::var("OPEN_CLAIMS").unwrap_or_default();
    let claims: u32 = wanted.replace('_', "").parse().unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let engine = made(folder.path(), claims);
    lists(&engine, &folder.path().join("scrubjay.db"), claims);
    drop(engine);
    println!("{:<34} {:>12} {:>14}", "tick", "us a claim", "seconds");
    ticks(folder.path(), claims);
    let folder = tempfile::tempdir().expect("a scratch folder");
    drop(made(folder.path(), claims * 2));
    ticks(folder.path(), claims * 2);
}

/// The best of some rounds, in seconds.
fn best(mut run: impl FnMut()) -> f64 {
    let round = |run: &mut dyn FnMut()| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    let rounds = (0..ROUNDS).map(|_| round(&mut run));
    rounds.min().unwrap_or(Duration::ZERO).as_secs_f64()
}

fn lists(engine: &Engine, database: &Path, claims: u32) {
    let connection = Connection::open(database).expect("the database opens");
    let scan = || {
        let sum: i64 = connection
            .query_row(
                "SELECT sum(cents) FROM (SELECT p.claim, sum(p.cents) AS cents, max(c.service_to) \
                 FROM postings p JOIN claims c ON c.n = p.claim GROUP BY p.claim)",
                [],
                |row| row.get(0),
            )
            .expect("the ledger is there");
        assert!(sum > 0);
    };
    let on = "2026-06-30".parse().ok();
    let plain = best(scan);
    let aging = best(|| {
        let aging = engine.aging(AgingBasis::Service, on).expect("it is read");
        assert_eq!(aging.total.open().claims, u64::from(claims));
    });
    let worklist = best(|| {
        let list = engine.worklist(&WorklistQuestion::default(), on);
        assert_eq!(list.expect("it is read").worth, u64::from(claims));
    });
    println!("{claims} open claims");
    println!("{:<34} {:>12} {:>14}", "list", "seconds", "of a scan");
    for (name, time) in [
        ("plain SQL over the ledger", plain),
        ("aging", aging),
        ("worklist", worklist),
    ] {
        println!("{name:<34} {time:>12.4} {:>14.2}", time / plain);
    }
}

/// Ticks on the day after the sending (every claim is new to it), again on that
/// day (none is), and on the day on which every claim is to be followed up.
fn ticks(folder: &Path, claims: u32) {
    let mut engine = Engine::open(folder).expect("an engine");
    for (name, day, fired) in [
        ("first look at each", 1, 0),
        ("the same day again", 1, 0),
        ("each is followed up", 30, claims),
        ("the day after", 31, 0),
    ] {
        let begun = Instant::now();
        let tick = engine.tick(start() + TimeDelta::days(day)).expect("a tick");
        let seconds = begun.elapsed().as_secs_f64();
        assert_eq!(tick.fired.len(), fired as usize, "{name}");
        let each = seconds * 1e6 / f64::from(claims);
        println!(
            "{:<34} {each:>12.2} {seconds:>14.3}",
            format!("{claims}: {name}")
        );
    }
}

fn start() -> DateTime<Utc> {
    "2026-03-02T12:00:00Z".parse().expect("a time")
}

/// A practice with so many claims that were sent on 2 March.
fn made(folder: &Path, claims: u32) -> Engine {
    std::fs::create_dir_all(folder.join("inbox")).expect("a folder");
    std::fs::write(folder.join("scrubjay.yaml"), CONFIGURATION).expect("a configuration");
    let mut options = SqliteOptions::default();
    options.durability = Durability::Process;
    let path = folder.join("scrubjay.db");
    let mut store = SqliteStore::open_with(&path, options).expect("a database");
    let stamp = Stamp {
        at: start(),
        actor: "bench".to_owned(),
        cause: Cause::Clock,
    };
    let mut first = 0;
    for group in 1.. {
        let last = claims.min(first + A_FILE);
        if first == last {
            break;
        }
        let mut tx = store.begin().expect("a transaction");
        let mut keep = |event: &Event| {
            tx.append(&stamp, event).expect("it is kept");
        };
        let names: Vec<String> = (first..last)
            .map(|number| format!("K{number:07}"))
            .collect();
        for name in &names {
            let id: ClaimId = name.parse().expect("an id");
            keep(&sample::created(name, 150));
            keep(&charged(&id));
            keep(&moved(&id, Work::Ready));
        }
        let ids: Vec<ClaimId> = names
            .iter()
            .map(|name| name.parse().expect("an id"))
            .collect();
        keep(&Event::BatchWritten {
            name: format!("{group:09}-house.837p"),
            channel: "house".to_owned(),
            interchange: group,
            group,
            sets: vec![(1, ids.clone())],
            content: None,
        });
        for id in &ids {
            keep(&moved(id, Work::Submitted));
        }
        tx.commit().expect("it is kept");
        first = last;
    }
    drop(store);
    Engine::open(folder).expect("an engine")
}

fn charged(id: &ClaimId) -> Event {
    let receivable = Account::Receivable {
        claim: id.clone(),
        party: ResponsibleParty::Insurance,
    };
    let postings = PostingSet::transfer(Account::Revenue, receivable, Money::from_cents(15_000));
    Event::MoneyMoved {
        money: MoneyKind::Charge,
        claim: Some(id.clone()),
        postings,
    }
}

fn moved(id: &ClaimId, to: Work) -> Event {
    Event::Moved {
        claim: id.clone(),
        to: Move::Work(to),
    }
}
