//! Claims leave by a transport exactly once, and what it brings is taken in once.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use scrubjay::hooks::{FileName, Keep, Kept, Transport, TransportError};
use scrubjay::model::Work;
use scrubjay::store::Event;
use scrubjay::{DATABASE_NAME, Ended, Engine, EngineBuilder};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{claims, remittance};

/// How the way to the other side is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Way {
    #[default]
    Open,
    /// Nothing gets there.
    Closed,
    /// A file gets there, and the answer is lost.
    Deaf,
}

/// The other side.
#[derive(Debug, Default)]
struct Far {
    way: Way,
    files: BTreeMap<String, Vec<u8>>,
    journeys: usize,
    waiting: Vec<(String, Vec<u8>)>,
}

#[derive(Debug, Clone, Default)]
struct Carrier(Arc<Mutex<Far>>);

impl Carrier {
    fn far<T>(&self, look: impl FnOnce(&mut Far) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }
}

fn failed(said: &str) -> TransportError {
    TransportError::Failed {
        by: "a test".to_owned(),
        said: said.to_owned(),
    }
}

impl Transport for Carrier {
    fn deliver(&self, name: &FileName, bytes: &[u8]) -> Result<(), TransportError> {
        self.far(|far| {
            far.journeys += 1;
            if far.way == Way::Closed {
                return Err(failed("the way is closed"));
            }
            let there = far.files.entry(name.to_string());
            assert_eq!(there.or_insert_with(|| bytes.to_owned()), bytes);
            match far.way {
                Way::Deaf => Err(failed("the answer is lost")),
                _ => Ok(()),
            }
        })
    }

    fn fetch(&self, keep: Keep<'_>) -> Result<(), TransportError> {
        let waiting = self.far(|far| far.waiting.clone());
        for (name, bytes) in waiting {
            if keep(&FileName::new(name).unwrap(), &bytes) == Kept::No {
                return Err(failed("not kept"));
            }
        }
        Ok(())
    }
}

fn open(practice: &Practice, carrier: &Carrier) -> Engine {
    let database = practice.path(DATABASE_NAME);
    EngineBuilder::of_folder(practice.folder(), &database)
        .unwrap()
        .transport("house", Box::new(carrier.clone()))
        .open()
        .unwrap()
}

/// A practice with claims in its inbox.
fn with_claims(count: usize) -> (Practice, Carrier) {
    let practice = Practice::new("");
    practice.write("inbox/claims.837", &claims(count));
    (practice, Carrier::default())
}

/// The only file of the outbox.
fn written(practice: &Practice) -> PathBuf {
    let sent = practice.sent();
    let [name] = &sent[..] else {
        panic!("one file is in the outbox: {sent:?}");
    };
    practice.path("outbox").join(name)
}

fn deliveries(engine: &Engine) -> usize {
    let reader = engine.read().unwrap();
    let rows = reader.journal(1, u32::MAX).unwrap();
    rows.iter()
        .filter(|row| matches!(row.event, Event::BatchDelivered { .. }))
        .count()
}

#[test]
fn a_file_is_delivered_once_and_every_claim_in_it_tells() {
    let (practice, carrier) = with_claims(3);
    let mut engine = open(&practice, &carrier);
    let run = engine.run_inbox().unwrap();
    let [delivery] = &run.delivered[..] else {
        panic!("one file is delivered: {:?}", run.delivered);
    };
    assert_eq!((delivery.problem.as_deref(), run.undone()), (None, 0));
    assert_eq!(practice.sent(), ["delivered"]);
    let bytes = fs::read(practice.path("outbox/delivered").join(&delivery.name)).unwrap();
    let there = carrier.far(|far| far.files.clone());
    assert_eq!(there, [(delivery.name.clone(), bytes)].into());
    let reader = engine.read().unwrap();
    for claim in reader.claims(&Default::default()).unwrap() {
        let history = reader.history(&claim.id).unwrap();
        let told = history.iter().any(
            |row| matches!(&row.event, Event::BatchDelivered { name, .. } if *name == delivery.name),
        );
        assert!(told && claim.status.work == Work::Submitted);
    }
    drop(reader);
    assert!(engine.run_inbox().unwrap().delivered.is_empty());
    assert_eq!(engine.deliver().unwrap(), []);
    assert_eq!(carrier.far(|far| far.journeys), 1);
}

#[test]
fn what_does_not_get_there_is_due_until_it_does() {
    let (practice, carrier) = with_claims(2);
    for way in [Way::Closed, Way::Deaf] {
        carrier.far(|far| far.way = way);
        let run = open(&practice, &carrier).run_inbox().unwrap();
        let problem = run.delivered[0].problem.as_deref().unwrap();
        assert!(problem.starts_with("a test: the "), "{problem}");
        assert_eq!(run.undone(), 1);
        assert!(written(&practice).is_file());
    }
    carrier.far(|far| far.way = Way::Open);
    let mut engine = open(&practice, &carrier);
    assert_eq!(deliveries(&engine), 0);
    assert_eq!(engine.deliver().unwrap()[0].problem, None);
    assert_eq!(deliveries(&engine), 1);
    assert_eq!(carrier.far(|far| far.files.len()), 1);
    assert_eq!(practice.sent(), ["delivered"]);
}

#[test]
fn a_crash_behind_the_journal_sends_nothing_again() {
    let (practice, carrier) = with_claims(2);
    let mut engine = open(&practice, &carrier);
    let name = engine.run_inbox().unwrap().delivered.remove(0).name;
    drop(engine);
    // As if the power had failed before the file was put away.
    let [away, back] = ["outbox/delivered", "outbox"].map(|folder| practice.path(folder));
    fs::rename(away.join(&name), back.join(&name)).unwrap();
    let mut engine = open(&practice, &carrier);
    assert_eq!(engine.deliver().unwrap(), []);
    assert_eq!(carrier.far(|far| far.journeys), 1);
    assert_eq!(deliveries(&engine), 1);
    assert_eq!(practice.sent(), ["delivered"]);
}

#[test]
fn nothing_leaves_that_the_engine_did_not_write() {
    let (practice, carrier) = with_claims(2);
    carrier.far(|far| far.way = Way::Closed);
    open(&practice, &carrier).run_inbox().unwrap();
    carrier.far(|far| far.way = Way::Open);
    let due = written(&practice);
    let honest = fs::read(&due).unwrap();
    fs::write(&due, [&honest[..], b"\n"].concat()).unwrap();
    let smuggled = practice.path("outbox/000000099-house.837p");
    fs::write(&smuggled, &honest).unwrap();
    let journeys = carrier.far(|far| far.journeys);
    let mut engine = open(&practice, &carrier);
    let refused = engine.deliver().unwrap();
    let problems: Vec<&str> = refused
        .iter()
        .map(|file| file.problem.as_deref().unwrap())
        .collect();
    assert!(problems[0].contains("is not what the engine wrote"));
    assert!(problems[1].starts_with("the engine did not write"));
    assert_eq!(carrier.far(|far| far.journeys), journeys);
    assert!(due.is_file() && smuggled.is_file());
    // Mended, it goes, whatever else lies there.
    fs::write(&due, &honest).unwrap();
    assert_eq!(engine.deliver().unwrap()[0].problem, None);
    assert_eq!(carrier.far(|far| far.files.len()), 1);
}

#[test]
fn what_was_left_for_others_before_a_transport_was_named_stays_theirs() {
    let (practice, carrier) = with_claims(2);
    let mut by_hand = Engine::open(practice.folder()).unwrap();
    by_hand.run_inbox().unwrap();
    drop(by_hand);
    let left = written(&practice);
    let mut engine = open(&practice, &carrier);
    assert_eq!(engine.run_inbox().unwrap().delivered, []);
    assert!(left.is_file());
    assert_eq!(carrier.far(|far| far.journeys), 0);
}

#[test]
fn what_waits_at_the_other_side_is_taken_in_once() {
    let (practice, carrier) = with_claims(2);
    let mut engine = open(&practice, &carrier);
    engine.run_inbox().unwrap();
    let paid = remittance(0).into_bytes();
    carrier.far(|far| far.waiting = vec![("RESP.835".to_owned(), paid)]);
    let run = engine.run_inbox().unwrap();
    assert_eq!(run.fetched[0].files, ["house-RESP.835"]);
    let taken = run.files.iter().find(|file| file.name == "house-RESP.835");
    assert!(matches!(taken.unwrap().ended, Ended::TakenIn { .. }));
    // It waits there still, and even a program that tidies its inbox takes it once.
    for tidy in [false, true] {
        if tidy {
            fs::remove_file(practice.path("inbox/house-RESP.835")).unwrap();
        }
        let run = engine.run_inbox().unwrap();
        assert_eq!(run.fetched.len(), usize::from(tidy));
        let again = run.files.iter().find(|file| file.name == "house-RESP.835");
        assert!(matches!(again.unwrap().ended, Ended::AlreadyTaken { .. }));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_kept_here_stays_there_and_says_so() {
    let practice = Practice::new("");
    let carrier = Carrier::default();
    carrier.far(|far| far.waiting = vec![("a.835".to_owned(), b"ISA~".to_vec())]);
    // No folder can be made where a file stands.
    fs::remove_dir_all(practice.path("inbox")).unwrap();
    practice.write("inbox", "no folder");
    let engine = open(&practice, &carrier);
    let fetched = engine.fetch();
    let problem = fetched[0].problem.as_deref().unwrap();
    assert!(problem.starts_with("a.835 cannot be kept in "), "{problem}");
    assert!(fetched[0].files.is_empty());
}
