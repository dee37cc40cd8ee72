//! Packs that are edited while claims run, as editors, copies and version
//! control do it: what goes live, what is refused, what is told.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use scrubjay_hooks::{ClaimSubject, Handler, Hook, Outcome, Subject};
use scrubjay_model::LineOfBusiness;
use scrubjay_rules::{Change, RuleSet, RuleWatcher};
use support::{changes, claim, context, day, load, pack, payer, scrub_commercial, write};
use tempfile::TempDir;

/// Long enough for any machine; a test that waits so long fails.
const AT_MOST: Duration = Duration::from_secs(60);
/// Long enough that whatever would come has come.
const SILENCE: Duration = Duration::from_millis(700);

struct Watched {
    rules: Arc<RuleSet>,
    told: Receiver<Change>,
    _watcher: RuleWatcher,
}

impl Watched {
    fn new(folder: &Path) -> Self {
        let rules = Arc::new(load(folder).unwrap_or_else(|error| panic!("{error}")));
        let (tell, told) = mpsc::channel();
        let watcher = RuleWatcher::new(Arc::clone(&rules), move |change| {
            let _ = tell.send(change);
        })
        .unwrap();
        Self {
            rules,
            told,
            _watcher: watcher,
        }
    }

    fn next(&self) -> Change {
        self.told.recv_timeout(AT_MOST).expect("the save is told")
    }

    /// Waits until the rules say this of a claim, whatever came before: a save
    /// of several files may go live in steps on a machine that is slow.
    fn comes_to(&self, wanted: &[&str]) {
        let began = Instant::now();
        while self.said() != wanted {
            assert!(began.elapsed() < AT_MOST, "still {:?}", self.said());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What went live next.
    fn live(&self) -> Vec<String> {
        changes(
            &self
                .next()
                .outcome
                .unwrap_or_else(|error| panic!("{error}")),
        )
    }

    /// What was refused next.
    fn refused(&self) -> String {
        self.next().outcome.expect_err("it is broken").to_string()
    }

    fn is_silent(&self) -> bool {
        self.told.recv_timeout(SILENCE).is_err()
    }

    /// What the rules say of a claim.
    fn said(&self) -> Vec<String> {
        let outcome = scrub_commercial(&self.rules, &claim(&["G0439"]));
        let said = outcome.findings.into_iter();
        said.map(|finding| finding.message).collect()
    }
}

fn says(message: &str) -> String {
    format!(
        "/// id: t/says\n/// title: t\n/// hook: scrub\nfn says(claim) {{ block(\"{message}\"); }}\n"
    )
}

/// As editors save: a new file is written beside and renamed over the old one.
fn save_by_rename(path: &Path, text: &str) {
    let beside = path.with_extension("rhai~");
    fs::write(&beside, text).unwrap();
    fs::rename(&beside, path).unwrap();
}

#[test]
fn saves_by_rename_and_in_place_go_live() {
    let folder = pack(&[("r.rhai", &says("one"))]);
    let watched = Watched::new(folder.path());
    save_by_rename(&folder.path().join("r.rhai"), &says("two"));
    assert_eq!(watched.live(), ["test changed"]);
    assert_eq!(watched.said(), ["two"]);
    fs::write(folder.path().join("r.rhai"), says("three")).unwrap();
    let change = watched.next();
    assert!(change.since_save.is_some_and(|taken| taken >= change.work));
    assert_eq!(changes(&change.outcome.unwrap()), ["test changed"]);
    assert_eq!(watched.said(), ["three"]);
    // A save that changes nothing is no news.
    save_by_rename(&folder.path().join("r.rhai"), &says("three"));
    assert!(watched.is_silent());
}

#[test]
fn a_half_written_file_is_refused_once_and_the_whole_one_goes_live() {
    let folder = pack(&[("r.rhai", &says("old"))]);
    let watched = Watched::new(folder.path());
    let text = says("new");
    let (first, second) = text.split_at(text.len() - 12);
    let mut file = fs::File::create(folder.path().join("r.rhai")).unwrap();
    file.write_all(first.as_bytes()).unwrap();
    file.sync_all().unwrap();
    let fault = watched.refused();
    assert!(fault.contains("r.rhai:4:"), "{fault}");
    assert_eq!(watched.said(), ["old"]);
    assert!(watched.is_silent(), "a fault is told once");
    file.write_all(second.as_bytes()).unwrap();
    drop(file);
    assert_eq!(watched.live(), ["test changed"]);
    assert_eq!(watched.said(), ["new"]);
}

#[test]
fn a_table_that_is_written_piece_by_piece_is_not_read_before_its_end() {
    let rule = "/// id: t/row\n/// title: t\n/// hook: scrub\nfn row(claim) { block(`${table(\"t\").get(\"x\").n}`); }\n";
    let folder = pack(&[("r.rhai", rule), ("tables/t.csv", "key,n\nx,-1\n")]);
    let watched = Watched::new(folder.path());
    for attempt in 0..50 {
        let last = format!("x,{attempt}\n");
        let mut file = fs::File::create(folder.path().join("tables/t.csv")).unwrap();
        // Cut off anywhere behind the first row it is a sound table with another answer.
        let mut longest = Duration::ZERO;
        for piece in ["key,n\n*,1000\n", "a,5\n", "b,6\n", "c,7\n", &last] {
            let began = Instant::now();
            file.write_all(piece.as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(20));
            longest = longest.max(began.elapsed());
        }
        drop(file);
        assert!(watched.next().outcome.is_ok());
        // Where the machine itself paused for as long as a save's end, try again.
        if longest < Duration::from_millis(60) {
            assert_eq!(watched.said(), [attempt.to_string()]);
            return;
        }
        while watched.told.recv_timeout(SILENCE).is_ok() {}
    }
    panic!("the machine is too busy to write five lines without a pause");
}

#[test]
fn a_broken_save_keeps_the_old_version_and_mending_it_is_told() {
    let folder = pack(&[("r.rhai", &says("old"))]);
    let watched = Watched::new(folder.path());
    let script = folder.path().join("r.rhai");
    save_by_rename(
        &script,
        &says("x").replace("claim) {", "claim) { claim.chrage;"),
    );
    let fault = watched.refused();
    assert!(
        fault.contains("did you mean `charge`") && fault.contains('^'),
        "{fault}"
    );
    assert_eq!(watched.said(), ["old"]);
    // Another fault is told; the same one is not.
    save_by_rename(&script, "fn (");
    assert!(!watched.refused().contains("chrage"));
    save_by_rename(&script, "fn (");
    assert!(watched.is_silent());
    // Back to what runs: nothing changes, and that it is mended is told.
    save_by_rename(&script, &says("old"));
    assert!(watched.live().is_empty());
    save_by_rename(&script, &says("new"));
    assert_eq!(watched.live(), ["test changed"]);
    assert_eq!(watched.said(), ["new"]);
}

#[test]
fn a_packs_tests_run_before_the_swap_and_when_they_are_edited() {
    let test = |says: &str| {
        format!(
            "today: 2026-03-02\ncases:\n  - case: it says\n    expect: [{{ rule: t/says, says: {says} }}]\n"
        )
    };
    let folder = pack(&[("r.rhai", &says("old")), ("tests/t.yaml", &test("old"))]);
    let watched = Watched::new(folder.path());
    save_by_rename(&folder.path().join("r.rhai"), &says("new"));
    let fault = watched.refused();
    assert!(fault.contains("the test `it says` fails"), "{fault}");
    assert_eq!(watched.said(), ["old"]);
    fs::write(folder.path().join("tests/t.yaml"), test("new")).unwrap();
    assert_eq!(watched.live(), ["test changed"]);
    assert_eq!(watched.said(), ["new"]);
    let more = test("new").replace("it says", "it still says");
    fs::write(folder.path().join("tests/t.yaml"), more).unwrap();
    assert_eq!(watched.live(), ["test tests edited"]);
}

#[test]
fn packs_come_and_go_and_a_folder_that_is_made_again_is_followed() {
    let scratch = TempDir::new().unwrap();
    let rules = scratch.path().join("rules");
    let named = |id: &str, message: &str| {
        let script = says(message).replace("t/says", &format!("{id}/says"));
        let manifest = format!("{{id: {id}, title: t, version: 1}}");
        write(
            &rules,
            &[
                (&format!("{id}/r.rhai"), &script),
                (&format!("{id}/pack.yaml"), &manifest),
            ],
        );
    };
    named("one", "one");
    let watched = Watched::new(&rules);
    named("two", "two");
    watched.comes_to(&["one", "two"]);
    // A pack that came while we watched is watched.
    named("two", "deux");
    watched.comes_to(&["one", "deux"]);
    fs::remove_dir_all(rules.join("one")).unwrap();
    watched.comes_to(&["deux"]);
    // The folder itself: nothing is there to run, so what ran goes on.
    fs::remove_dir_all(&rules).unwrap();
    while let Ok(report) = watched.next().outcome {
        assert!(!report.is_empty(), "only changes are told");
    }
    assert_eq!(watched.said(), ["deux"]);
    named("three", "three");
    watched.comes_to(&["three"]);
    named("three", "trois");
    watched.comes_to(&["trois"]);
}

#[test]
fn rules_without_a_manifest_are_no_pack_that_went() {
    let scratch = TempDir::new().unwrap();
    let files = [
        ("one/pack.yaml", "{id: one, title: t, version: 1}"),
        ("one/r.rhai", &says("one")),
    ];
    write(scratch.path(), &files);
    let watched = Watched::new(scratch.path());
    fs::remove_file(scratch.path().join("one/pack.yaml")).unwrap();
    assert!(watched.refused().contains("has rules and no pack.yaml"));
    assert_eq!(watched.said(), ["one"]);
}

#[test]
fn what_was_saved_before_the_watch_began_goes_live_and_a_dropped_watcher_is_still() {
    let folder = pack(&[("r.rhai", &says("one"))]);
    let rules = Arc::new(load(folder.path()).unwrap());
    fs::write(folder.path().join("r.rhai"), says("two")).unwrap();
    let (tell, told) = mpsc::channel();
    let watcher = RuleWatcher::new(Arc::clone(&rules), move |change| {
        let _ = tell.send(change);
    })
    .unwrap();
    assert!(told.recv_timeout(AT_MOST).unwrap().outcome.is_ok());
    drop(watcher);
    fs::write(folder.path().join("r.rhai"), says("three")).unwrap();
    // The sender went with the watcher.
    assert_eq!(told.recv(), Err(mpsc::RecvError));
}

#[test]
fn under_load_no_claim_is_lost_and_each_is_judged_on_one_version_that_says_so() {
    // Two rules of one pack say their save; a half-judged claim would show two.
    let text = |save: usize| {
        let one = says(&save.to_string());
        format!("{one}{}", one.replace("says", "also"))
    };
    let folder = pack(&[("r.rhai", &text(0))]);
    let watched = Watched::new(folder.path());
    let (done, judged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let payer = payer("acme", LineOfBusiness::Commercial, None);
    let judge = || -> Vec<(String, String)> {
        let mut worker = watched.rules.worker();
        let mut seen = Vec::new();
        let mut count = 0usize;
        while !done.load(Ordering::Relaxed) {
            let mut claim = claim(&["G0439"]);
            claim.id = format!("C{count}").parse().unwrap();
            let subject = ClaimSubject {
                payer: Some(&payer),
                ..ClaimSubject::of(&claim, day("2026-03-02"))
            };
            let mut outcome = Outcome::default();
            worker.judge(
                Hook::Scrub,
                Subject::Claim(&subject),
                context(),
                &mut outcome,
            );
            let [first, second] = &outcome.ran[..] else {
                panic!("both rules run on every claim: {outcome:?}");
            };
            assert_eq!(first.version, second.version, "one pack hash a decision");
            let said: Vec<&str> = outcome
                .findings
                .iter()
                .map(|found| found.message.as_str())
                .collect();
            assert_eq!(said.len(), 2, "a judgement was lost");
            assert_eq!(said[0], said[1], "half of each version");
            let now = (first.version.to_string(), said[0].to_owned());
            if seen.last() != Some(&now) {
                seen.push(now);
            }
            count += 1;
        }
        judged.fetch_add(count, Ordering::Relaxed);
        seen
    };
    let (mut live, mut seen) = (Vec::new(), Vec::new());
    thread::scope(|scope| {
        let hands = [scope.spawn(judge), scope.spawn(judge)];
        for save in 1..=50 {
            save_by_rename(&folder.path().join("r.rhai"), &text(save));
            // Some saves follow each other faster than they go live.
            if save % 3 == 0 {
                let change = watched.next();
                live.push(change.since_save.unwrap_or_default());
                assert!(change.outcome.is_ok());
            }
        }
        while watched.said()[0] != "50" {
            thread::sleep(Duration::from_millis(10));
        }
        thread::sleep(Duration::from_millis(50));
        done.store(true, Ordering::Relaxed);
        for hand in hands {
            seen.extend(hand.join().unwrap());
        }
    });
    // A version is one text: no finding stands under a hash that never said it.
    seen.sort();
    seen.dedup();
    for pair in seen.windows(2) {
        assert_ne!(pair[0].0, pair[1].0, "one hash said two things");
    }
    assert!(seen.len() > 2, "versions were swapped under load: {seen:?}");
    live.sort();
    println!(
        "{} claims over {} versions; save to live: median {:?}, longest {:?}",
        judged.load(Ordering::Relaxed),
        seen.len(),
        live[live.len() / 2],
        live[live.len() - 1]
    );
}
