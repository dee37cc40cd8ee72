//! Deadlines fire when they are due, once, and close when the claim gets past them.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::Path;

use scrubjay::model::{ClaimId, DeadlineKind, DeadlineStage, ProofKind, Work, WorkKind};
use scrubjay::store::{Access, ClaimFilter, Event, SqliteOptions, SqliteStore};
use scrubjay::{Engine, Tick};
use scrubjay_tests::sample::{CLAIMS_A_REMITTANCE, CONFIGURATION, claims, remittance};
use scrubjay_tests::scrubjay;
use tempfile::TempDir;

type Instant = scrubjay::Instant;

fn noon(day: &str) -> Instant {
    format!("{day}T12:00:00Z").parse().unwrap()
}

/// A practice whose receiver acknowledges nothing: that clock has tests of its own.
fn practice(configuration: &str) -> (TempDir, Engine) {
    let never = "usage: T, answers: { file: never, claims: never } }";
    let configuration = configuration.replace("usage: T }", never);
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("inbox")).unwrap();
    std::fs::write(folder.path().join("scrubjay.yaml"), configuration).unwrap();
    let engine = Engine::open(folder.path()).unwrap();
    (folder, engine)
}

/// A practice that has sent so many claims.
fn sent(configuration: &str, count: usize) -> (TempDir, Engine) {
    let (folder, mut engine) = practice(configuration);
    engine
        .take_in("claims.837", claims(count).as_bytes())
        .unwrap();
    engine.submit().unwrap();
    (folder, engine)
}

fn tick(engine: &mut Engine, day: &str) -> Tick {
    engine.tick(noon(day)).unwrap()
}

fn open(engine: &Engine, kind: WorkKind) -> usize {
    let reader = engine.read().unwrap();
    let open = reader.open_work(None).unwrap();
    open.iter().filter(|item| item.kind == kind).count()
}

fn rows(engine: &Engine) -> usize {
    let reader = engine.read().unwrap();
    reader.journal(1, u32::MAX).unwrap().len()
}

fn is_clean(folder: &Path) -> bool {
    let mut options = SqliteOptions::default();
    options.access = Access::Read;
    let store = SqliteStore::open_with(folder.join("scrubjay.db"), options).unwrap();
    store.verify().unwrap().is_clean()
}

fn first_claim(engine: &Engine) -> ClaimId {
    let reader = engine.read().unwrap();
    reader.claims(&ClaimFilter::default()).unwrap()[0]
        .id
        .clone()
}

#[test]
fn a_claim_without_an_answer_is_followed_up_once_and_left_alone_when_it_is_paid() {
    let (folder, mut engine) = sent(CONFIGURATION, 2 * CLAIMS_A_REMITTANCE);
    // Sent on 2 March; the thirtieth day is 1 April.
    let before = rows(&engine);
    assert!(tick(&mut engine, "2026-03-31").fired.is_empty());
    assert_eq!(rows(&engine), before);
    let fired = tick(&mut engine, "2026-04-01").fired;
    assert_eq!(fired.len(), 2 * CLAIMS_A_REMITTANCE);
    assert!(
        fired
            .iter()
            .all(|one| one.deadline.kind == DeadlineKind::FollowUp
                && one.due.to_string() == "2026-04-01")
    );
    assert_eq!(open(&engine, WorkKind::FollowUp), fired.len());

    let before = rows(&engine);
    for day in ["2026-04-01", "2026-03-15", "2026-04-02", "2026-07-01"] {
        assert!(tick(&mut engine, day).fired.is_empty(), "{day}");
    }
    assert_eq!(rows(&engine), before);

    engine
        .take_in("paid.835", remittance(0).as_bytes())
        .unwrap();
    assert_eq!(open(&engine, WorkKind::FollowUp), CLAIMS_A_REMITTANCE);
    drop(engine);
    assert!(is_clean(folder.path()));

    // What fired is known to the next program too.
    let mut engine = Engine::open(folder.path()).unwrap();
    assert!(tick(&mut engine, "2026-08-01").fired.is_empty());
}

#[test]
fn the_time_to_file_fires_at_each_stage_and_ends_with_the_payers_word() {
    // Nothing leads to the payer, so that the claims stay here.
    let configuration = CONFIGURATION.replace(
        ", channel: house }",
        ", terms: { timely_filing: 100 days } }",
    );
    let (folder, mut engine) = practice(&configuration);
    engine.take_in("claims.837", claims(1).as_bytes()).unwrap();
    // Service on 27 February; the hundredth day is 7 June.
    let mut stages = Vec::new();
    for day in [
        "2026-03-10",
        "2026-04-18",
        "2026-04-20",
        "2026-05-13",
        "2026-05-28",
        "2026-06-07",
        "2026-06-08",
        "2026-12-31",
    ] {
        for fired in tick(&mut engine, day).fired {
            assert_eq!(fired.due.to_string(), "2026-06-07");
            stages.push((day, fired.stage));
        }
    }
    assert_eq!(
        stages,
        [
            ("2026-04-18", DeadlineStage::Half),
            ("2026-05-13", DeadlineStage::ThreeQuarters),
            ("2026-05-28", DeadlineStage::Last),
            ("2026-06-08", DeadlineStage::Breached),
        ]
    );
    let reader = engine.read().unwrap();
    let open = reader.open_work(None).unwrap();
    let items: Vec<_> = open
        .iter()
        .filter(|item| item.kind == WorkKind::Deadline)
        .collect();
    assert_eq!(items.len(), 1);
    assert!(items[0].reason.contains("proof of timely filing"));
    drop(open);
    drop(reader);
    drop(engine);
    assert!(is_clean(folder.path()));
}

#[test]
fn a_remittance_is_proof_that_the_claim_was_filed_in_time() {
    let configuration = CONFIGURATION.replace(
        ", channel: house }",
        ", channel: house, terms: { timely_filing: 100 days, follow_up: 45 days } }",
    );
    let (_folder, mut engine) = sent(&configuration, CLAIMS_A_REMITTANCE);
    let claim = first_claim(&engine);
    let kinds = |engine: &Engine| -> Vec<DeadlineKind> {
        let deadlines = engine.deadlines(&claim).unwrap();
        deadlines.iter().map(|deadline| deadline.kind).collect()
    };
    assert_eq!(
        kinds(&engine),
        [DeadlineKind::TimelyFiling, DeadlineKind::FollowUp]
    );
    assert!(tick(&mut engine, "2026-04-15").fired.is_empty());
    engine
        .take_in("paid.835", remittance(0).as_bytes())
        .unwrap();
    let deadlines = engine.deadlines(&claim).unwrap();
    assert_eq!(deadlines.len(), 1);
    let proof = deadlines[0].proof.as_ref().unwrap();
    assert_eq!(proof.what, ProofKind::PayerDocument);
    assert!(tick(&mut engine, "2027-01-01").fired.is_empty());
    let reader = engine.read().unwrap();
    let row = reader.claim(&claim).unwrap().unwrap();
    assert!(matches!(row.status.work, Work::Adjudicated | Work::Closed));
    let history = reader.history(&claim).unwrap();
    assert!(
        !history
            .iter()
            .any(|row| matches!(row.event, Event::DeadlineReached { .. }))
    );
}

#[test]
fn a_refused_claim_has_a_clock_for_its_appeal() {
    let configuration = CONFIGURATION.replace(
        ", channel: house }",
        ", channel: house, terms: { appeals: [60 days] } }",
    );
    let (_folder, mut engine) = sent(&configuration, CLAIMS_A_REMITTANCE);
    // Not deemed a medical necessity: nothing is paid, all of it is denied.
    let denied = remittance(0)
        .replace("BPR*I*180*C*ACH", "BPR*H*0*C*NON")
        .replace("*60*20*12*", "*0**12*")
        .replace("*60**1~", "*0**1~")
        .replace("CAS*PR*3*20~\n", "")
        .replace("CAS*CO*45*20.", "CAS*CO*50*100.");
    let denied = recounted(&denied);
    let taken = engine.take_in("denied.835", denied.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");
    let claim = first_claim(&engine);
    let deadlines = engine.deadlines(&claim).unwrap();
    let appeal = deadlines
        .iter()
        .find(|deadline| deadline.kind == DeadlineKind::Appeal { level: 1 })
        .expect("a denial that may be appealed has a clock");
    // Decided on 16 March; the sixtieth day is 15 May.
    assert_eq!(appeal.basis.to_string(), "2026-03-16");
    assert!(tick(&mut engine, "2026-04-14").fired.is_empty());
    let fired = tick(&mut engine, "2026-05-10").fired;
    assert_eq!(fired.len(), CLAIMS_A_REMITTANCE);
    assert!(fired.iter().all(|one| one.stage == DeadlineStage::Last));
    assert_eq!(open(&engine, WorkKind::Deadline), CLAIMS_A_REMITTANCE);
}

/// The file with SE01 as many as its segments are.
fn recounted(file: &str) -> String {
    let count = file
        .lines()
        .skip_while(|line| !line.starts_with("ST*"))
        .take_while(|line| !line.starts_with("GE*"))
        .count();
    file.lines()
        .map(|line| {
            if line.starts_with("SE*") {
                format!("SE*{count}*0001~\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect()
}

#[test]
fn the_program_ticks_a_folder_at_the_time_it_is_told() {
    let (folder, engine) = sent(CONFIGURATION, 1);
    drop(engine);
    let place = folder.path().to_string_lossy().into_owned();
    let at = |day: &str| scrubjay(&["tick", &place, "--at", &format!("{day}T12:00:00Z")]);
    let early = at("2026-03-20");
    assert!(early.status.success());
    assert_eq!(String::from_utf8_lossy(&early.stdout), "nothing is due\n");
    let due = String::from_utf8(at("2026-04-05").stdout).unwrap();
    assert!(
        due.contains("follow_up") && due.contains("2026-04-01"),
        "{due}"
    );
    assert_eq!(
        String::from_utf8_lossy(&at("2026-04-05").stdout),
        "nothing is due\n"
    );
}

#[test]
fn a_moved_clock_fires_each_morning_what_was_due_then_and_a_second_time_nothing() {
    let (folder, mut engine) = sent(CONFIGURATION, CLAIMS_A_REMITTANCE);
    engine
        .take_in("paid.835", remittance(0).as_bytes())
        .unwrap();
    let to = "2026-05-10".parse().unwrap();
    let days = engine.move_clock(to).unwrap();
    let billed: Vec<_> = days
        .iter()
        .filter(|day| !day.tick.accounts.statements.is_empty())
        .collect();
    // On the day of the remittance, and thirty days after each.
    let on: Vec<String> = billed.iter().map(|day| day.day.to_string()).collect();
    assert_eq!(on, ["2026-03-02", "2026-04-01", "2026-05-01"]);
    for day in billed {
        assert_eq!(day.letters.len(), day.tick.accounts.statements.len());
        assert!(day.letters.iter().all(|letter| letter.problem.is_none()));
    }
    // Nothing was due on the last day: the clock stands there all the same.
    let quiet = days.last().unwrap().day < to;
    let engine_again = Engine::open(folder.path()).unwrap();
    let reader = engine_again.read().unwrap();
    let stands = reader.last_row().unwrap().unwrap().stamp.at.date_naive();
    assert!(quiet && stands == to);
    drop(reader);
    let before = rows(&engine);
    assert!(engine.move_clock(to).unwrap().is_empty());
    assert_eq!(rows(&engine), before);
    let refused = |engine: &mut Engine, to: &str| {
        let refused = engine.move_clock(to.parse().unwrap()).unwrap_err();
        refused.to_string()
    };
    assert!(refused(&mut engine, "2026-05-09").contains("stands at 2026-05-10"));
    assert!(refused(&mut engine, "2062-05-19").contains("more than 3660 days"));
    drop(engine);
    assert!(is_clean(folder.path()));

    let config = CONFIGURATION.replace("clock: interchange\n", "");
    let (_folder, mut engine) = practice(&config);
    assert!(refused(&mut engine, "2026-05-20").contains("clock: interchange"));
}
