//! A practice whose files and rules change while it runs: `scrubjay run --watch`,
//! `scrubjay rules watch`, and the inbox that a host follows.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, SystemTime};

use scrubjay::store::Event;
use scrubjay::{Ended, Engine};
use scrubjay_tests::sample::{CONFIGURATION, claims};
use scrubjay_tests::{ClinicCopy, program};
use serde_json::Value;
use tempfile::TempDir;

/// Long enough for any machine; a test that waits so long fails.
const AT_MOST: Duration = Duration::from_secs(120);

/// A file with one claim, `S00001` and on, for a payer of the clinic.
fn one_claim(number: usize) -> String {
    claims(1)
        .replace("000000001", &format!("{number:09}"))
        .replace("S00000", &format!("S{number:05}"))
        .replace("SAMPLEPAY", "HLM01")
}

/// A running program, and the documents that it prints, a line each.
struct Running {
    child: Child,
    lines: Receiver<Value>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(program())
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, lines) = mpsc::channel();
        let out = child.stdout.take().unwrap();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, lines }
    }

    /// The next document of an event.
    fn next(&self, event: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(AT_MOST).unwrap();
            if line["event"] == event {
                return line;
            }
        }
    }

    fn files(&self, count: usize) {
        for _ in 0..count {
            self.next("file");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended by itself where the test has gone well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two rules of one pack that say the same word on every claim.
fn save_rules(pack: &Path, word: &str) {
    let rule = |name: &str| {
        format!(
            "/// id: streamed/{name}\n/// title: t\n/// hook: scrub\n/// severity: info\nfn {name}(claim) {{ info(\"{word}\"); }}\n"
        )
    };
    save(
        &pack.join("streamed.rhai"),
        &[rule("first"), rule("second")].concat(),
    );
}

/// As editors save: written beside, then renamed over.
fn save(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(&beside, path).unwrap();
}

/// Brings files in one after the other, each in another way, until told to stop.
fn stream(inbox: &Path, done: &AtomicBool) -> usize {
    let mut number = 0;
    while !done.load(Ordering::Relaxed) {
        number += 1;
        let (path, text) = (inbox.join(format!("s{number:05}.837")), one_claim(number));
        let (first, second) = text.split_at(text.len() / 2);
        match number % 3 {
            0 => save(&path, &text),
            1 => fs::write(&path, &text).unwrap(),
            _ => {
                let mut file = File::create(&path).unwrap();
                file.write_all(first.as_bytes()).unwrap();
                // Longer than a file must be still.
                thread::sleep(Duration::from_millis(400));
                file.write_all(second.as_bytes()).unwrap();
            }
        }
        thread::sleep(Duration::from_millis(20));
    }
    number
}

#[test]
fn rules_are_written_broken_and_mended_while_claims_stream_and_none_is_lost() {
    let clinic = ClinicCopy::new();
    let (folder, pack) = (clinic.folder(), clinic.rules().join("streamed"));
    let arguments = [
        "run",
        &folder.to_string_lossy(),
        "--watch",
        "--json",
        "--until-idle",
        "3",
    ];
    let mut running = Running::start(&arguments);
    running.files(7);
    let done = AtomicBool::new(false);
    let brought = thread::scope(|scope| {
        let streaming = scope.spawn(|| stream(&folder.join("inbox"), &done));
        running.files(3);
        // Written: a pack that was not there.
        fs::create_dir(&pack).unwrap();
        fs::write(
            pack.join("pack.yaml"),
            "{id: streamed, title: t, version: 1}",
        )
        .unwrap();
        save_rules(&pack, "one");
        let mut live = running.next("rules_live");
        while live["packs"][0]["rules_added"]
            != serde_json::json!(["streamed/first", "streamed/second"])
        {
            live = running.next("rules_live");
        }
        let mut taken = vec![live["save_to_live_ms"].as_u64().unwrap()];
        running.files(5);
        // Broken: told with its place, and what ran goes on.
        save(
            &pack.join("streamed.rhai"),
            "/// id: streamed/first\n/// title: t\n/// hook: scrub\nfn first(claim) {\n    info(claim.chrage);\n}\n",
        );
        let refused = running.next("rules_refused");
        let fault = &refused["faults"][0];
        assert_eq!(
            (&fault["line"], &fault["column"]),
            (&5.into(), &16.into()),
            "{fault}"
        );
        assert_eq!(fault["help"], "did you mean `charge`?");
        running.files(5);
        // Mended.
        save_rules(&pack, "two");
        let live = running.next("rules_live");
        assert_eq!(live["packs"][0]["pack"], "streamed");
        taken.push(live["save_to_live_ms"].as_u64().unwrap());
        running.files(5);
        println!("save to live: {taken:?} ms");
        done.store(true, Ordering::Relaxed);
        streaming.join().unwrap()
    });
    // It ends by itself, and no file was refused: none was taken by half.
    assert!(running.child.wait().unwrap().success());
    one_version_a_decision(&folder, brought);
}

/// Every claim that was brought is there, each decision was made on one hash of
/// each pack, and what was found stands under the hash that says it.
fn one_version_a_decision(folder: &Path, brought: usize) {
    let engine = Engine::open(folder).unwrap();
    let reader = engine.read().unwrap();
    let (mut judged, mut words) = (BTreeSet::new(), BTreeMap::new());
    for row in reader.journal(1, u32::MAX).unwrap() {
        let Event::Judged { claim, outcome, .. } = &row.event else {
            continue;
        };
        let mut versions: BTreeMap<&str, &str> = BTreeMap::new();
        for (pack, version) in outcome
            .ran
            .iter()
            .filter_map(|ran| Some((ran.version.split_once('@')?.0, &*ran.version)))
        {
            assert_eq!(
                *versions.entry(pack).or_insert(version),
                version,
                "{claim:?}"
            );
        }
        let said: Vec<&str> = outcome
            .findings
            .iter()
            .filter(|finding| finding.rule.starts_with("streamed/"))
            .map(|finding| finding.message.as_str())
            .collect();
        match (versions.get("streamed"), &said[..]) {
            (None, []) => {}
            (Some(version), [one, other]) if one == other => {
                let word = words
                    .entry((*version).to_owned())
                    .or_insert_with(|| (*one).to_owned());
                assert_eq!(word, one, "a finding under a hash that does not say it");
            }
            strange => panic!("{strange:?}"),
        }
        judged.insert(format!("{claim:?}"));
    }
    let said: BTreeSet<&str> = words.values().map(String::as_str).collect();
    assert_eq!(said, BTreeSet::from(["one", "two"]));
    let claims = reader
        .claims(&scrubjay::store::ClaimFilter::default())
        .unwrap();
    let streamed: BTreeSet<String> = claims
        .iter()
        .map(|claim| claim.id.as_str().to_owned())
        .filter(|id| id.contains("S0"))
        .collect();
    println!("{brought} claims streamed, {} judged", judged.len());
    assert_eq!(streamed.len(), brought, "a claim was lost: {streamed:?}");
}

#[test]
fn a_file_is_taken_when_it_is_whole_and_again_when_it_has_grown() {
    let folder = TempDir::new().unwrap();
    let inbox = folder.path().join("inbox");
    fs::create_dir(&inbox).unwrap();
    fs::write(folder.path().join("scrubjay.yaml"), CONFIGURATION).unwrap();
    let mut engine = Engine::open(folder.path()).unwrap();
    let mut watch = engine.watch_inbox().unwrap();
    let soon = Duration::from_secs(1);
    assert!(watch.next(Duration::ZERO).unwrap().is_none() && !watch.is_waiting());

    let text = one_claim(1);
    let (first, second) = text.split_at(text.len() - 3);
    let mut file = File::create(inbox.join("a.837")).unwrap();
    file.write_all(first.as_bytes()).unwrap();
    assert!(watch.next(soon).unwrap().is_none() && watch.is_waiting());
    file.write_all(second.as_bytes()).unwrap();
    let arrival = watch.next(AT_MOST).unwrap().unwrap();
    assert_eq!(arrival.bytes.as_ref().unwrap(), text.as_bytes());
    let ended = |run: scrubjay::Run| run.files.into_iter().next().unwrap().ended;
    assert!(matches!(
        ended(engine.take_arrival(&arrival).unwrap()),
        Ended::TakenIn { .. }
    ));
    assert!(watch.next(soon).unwrap().is_none() && !watch.is_waiting());

    // Another interchange behind the first one, after that was taken.
    file.write_all(one_claim(2).as_bytes()).unwrap();
    let arrival = watch.next(AT_MOST).unwrap().unwrap();
    assert!(matches!(
        ended(engine.take_arrival(&arrival).unwrap()),
        Ended::TakenIn { .. }
    ));
    let claims = engine.read().unwrap().claims(&Default::default()).unwrap();
    assert_eq!(claims.len(), 2, "each interchange is taken once");

    // What nobody has written to for long is refused for its missing end.
    let file = File::create(inbox.join("b.837")).unwrap();
    (&file).write_all(first.as_bytes()).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(60))
        .unwrap();
    let arrival = watch.next(AT_MOST).unwrap().unwrap();
    assert!(matches!(
        ended(engine.take_arrival(&arrival).unwrap()),
        Ended::Refused { .. }
    ));
}

#[test]
fn packs_that_are_broken_from_the_start_are_followed_until_they_are_mended() {
    let pack = TempDir::new().unwrap();
    save_rules(pack.path(), "one");
    let folder = pack.path().to_string_lossy();
    let mut running = Running::start(&["rules", "watch", &folder, "--json", "--for", "120"]);
    let refused = running.next("rules_refused");
    let message = refused["faults"][0]["message"].as_str().unwrap();
    assert!(message.contains("pack.yaml"), "{message}");
    fs::write(
        pack.path().join("pack.yaml"),
        "{id: streamed, title: t, version: 1}",
    )
    .unwrap();
    let live = running.next("rules_live");
    assert_eq!(live["packs"][0]["before"], Value::Null);
    assert!(live["save_to_live_ms"].is_u64());
    assert!(running.child.try_wait().unwrap().is_none(), "it goes on");
}

#[test]
fn watching_rules_ends_when_its_time_is_up() {
    let rules = ClinicCopy::new();
    let output = scrubjay_tests::scrubjay(&[
        "rules",
        "watch",
        &rules.rules().to_string_lossy(),
        "--for",
        "2",
    ]);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("rules: base new -> "), "{text}");
}
