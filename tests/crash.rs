//! A crash at any moment loses nothing and posts nothing twice.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use scrubjay_tests::sample::{CLAIMS_A_REMITTANCE, CONFIGURATION, claims, remittance};
use scrubjay_tests::{program, scrubjay};
use serde_json::Value;

const REMITTANCES: usize = 20;
const KILLS: usize = 200;

/// A small generator of even spread; the seed is the report of a failure.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn practice(folder: &Path) {
    std::fs::create_dir_all(folder.join("inbox")).unwrap();
    std::fs::write(folder.join("scrubjay.yaml"), CONFIGURATION).unwrap();
    std::fs::write(
        folder.join("inbox/00-claims.837"),
        claims(REMITTANCES * CLAIMS_A_REMITTANCE),
    )
    .unwrap();
    for number in 0..REMITTANCES {
        std::fs::write(
            folder.join(format!("inbox/{:02}-paid.835", number + 1)),
            remittance(number),
        )
        .unwrap();
    }
}

fn report(folder: &Path) -> Value {
    let output = scrubjay(&["run", &folder.to_string_lossy(), "--json"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The figures that must come out whatever happened on the way.
fn outcome(folder: &Path) -> (Value, Value, usize) {
    let document = report(folder);
    let sent = std::fs::read_dir(folder.join("outbox")).unwrap().count();
    (
        document["report"]["ledger"].clone(),
        document["report"]["claims"].clone(),
        sent,
    )
}

fn verify(folder: &Path) {
    let output = scrubjay(&["db", "verify", "--dir", &folder.to_string_lossy()]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && text.contains("clean"),
        "{text}{errors}"
    );
}

#[test]
fn killed_two_hundred_times_every_payment_stands_exactly_once() {
    let scratch = tempfile::TempDir::new().unwrap();
    let untouched = scratch.path().join("untouched");
    practice(&untouched);
    let started = Instant::now();
    let expected = outcome(&untouched);
    // How long a run takes when nothing disturbs it; what is measured here may
    // have had to share the machine, so that every whole run measures again.
    let mut whole = started.elapsed();

    let seed = 0x5C2B_1A47_0000_0001;
    let mut dice = Dice(seed);
    let mut killed = 0;
    let mut rounds = 0;
    while killed < KILLS {
        rounds += 1;
        let folder = scratch.path().join(format!("round-{rounds}"));
        practice(&folder);
        // Kill run after run until one gets to its end, then begin anew.
        for attempt in 0.. {
            let began = Instant::now();
            let mut child = Command::new(program())
                .args(["run", &folder.to_string_lossy()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let longest = u64::try_from(whole.as_micros()).unwrap().max(1000);
            let moment = Duration::from_micros(dice.roll(longest));
            let mut ended = false;
            while !ended && began.elapsed() < moment {
                std::thread::sleep(Duration::from_millis(1).min(moment));
                ended = child.try_wait().unwrap().is_some();
            }
            if ended {
                if attempt == 0 {
                    whole = whole.min(began.elapsed());
                }
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            killed += 1;
            if killed % 10 == 0 && folder.join("scrubjay.db").exists() {
                verify(&folder);
            }
        }
        assert_eq!(
            outcome(&folder),
            expected,
            "round {rounds} of seed {seed:#x}"
        );
        verify(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
    }
    println!("{killed} kills in {rounds} rounds, each ended with every payment once");
}

#[test]
fn two_processes_on_one_database_post_nothing_twice() {
    let scratch = tempfile::TempDir::new().unwrap();
    let alone = scratch.path().join("alone");
    practice(&alone);
    let expected = outcome(&alone);
    let folder = scratch.path().join("shared");
    practice(&folder);
    let spawn = || {
        Command::new(program())
            .args(["run", &folder.to_string_lossy()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both = [spawn(), spawn()].map(|child| child.wait_with_output().unwrap());
    for output in &both {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        // Each gets through, or says that it had to wait and gave up.
        assert!(
            output.status.success() || errors.contains("another process"),
            "{errors}"
        );
    }
    assert!(both.iter().any(|output| output.status.success()));
    assert_eq!(outcome(&folder), expected);
    verify(&folder);
}

#[test]
fn a_database_that_cannot_be_written_is_a_clear_error_and_nothing_is_half_done() {
    let scratch = tempfile::TempDir::new().unwrap();
    let folder = scratch.path().join("practice");
    practice(&folder);
    let before = outcome(&folder);
    let database = folder.join("scrubjay.db");
    // A read-only database, as root may still write a read-only file: a folder
    // in its place cannot be opened by anyone.
    let blocked = scratch.path().join("blocked.db");
    std::fs::create_dir(&blocked).unwrap();
    let output = scrubjay(&[
        "run",
        &folder.to_string_lossy(),
        "--db",
        &blocked.to_string_lossy(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    assert!(database.exists());
    assert_eq!(outcome(&folder), before);
}
