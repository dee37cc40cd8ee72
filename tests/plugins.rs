//! A plugin named in the configuration judges beside the rules.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::Path;
use std::process::Command;

use scrubjay::{Engine, EngineError};
use scrubjay_tests::sample::{CONFIGURATION, claims};
use scrubjay_tests::{ClinicCopy, repository, scrubjay};
use serde_json::Value;
use tempfile::TempDir;

/// Builds a plugin of this repository from its C source.
fn build(source: &str, library: &Path, flags: &[&str]) {
    let built = Command::new("cc")
        .args(["-std=c11", "-O1", "-shared", "-fPIC", "-fvisibility=hidden"])
        .args(flags)
        .arg("-I")
        .arg(repository().join("plugins/sdk/include"))
        .arg("-o")
        .args([library, &repository().join(source)])
        .status()
        .unwrap();
    assert!(built.success());
}

/// A practice with the fee schedule built from its C source.
fn practice(settings: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir_all(folder.path().join("inbox")).unwrap();
    let library = folder.path().join("libfee_schedule.so");
    build("plugins/fee-schedule/fee_schedule.c", &library, &[]);
    std::fs::write(
        folder.path().join("fees.csv"),
        "procedure,amount\nG0463,120.50\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("scrubjay.yaml"),
        format!(
            "{CONFIGURATION}plugins:\n  - path: libfee_schedule.so\n    settings: {settings}\n"
        ),
    )
    .unwrap();
    folder
}

fn findings(engine: &Engine) -> Vec<String> {
    let reader = engine.read().unwrap();
    let mut rules: Vec<String> = reader
        .findings(None)
        .unwrap()
        .into_iter()
        .map(|finding| finding.rule)
        .collect();
    rules.sort();
    rules.dedup();
    rules
}

#[test]
fn what_the_fee_schedule_finds_stands_in_the_journal_beside_the_rules() {
    let folder = practice("{ table: fees.csv }");
    let mut engine = Engine::open(folder.path()).unwrap();
    assert_eq!(engine.plugins().len(), 1);
    assert_eq!(engine.plugins()[0].id, "fee-schedule");
    engine.take_in("claims.837", claims(3).as_bytes()).unwrap();
    let found = findings(&engine);
    for edit in ["expected-payment", "below-schedule"] {
        let rule = format!("plugin:fee-schedule/{edit}");
        assert!(found.contains(&rule), "{rule} is not among {found:?}");
    }
    // Neither stops a claim.
    assert_eq!(engine.submit().unwrap()[0].claims, 3);
}

#[test]
fn a_plugin_that_cannot_be_used_keeps_the_engine_from_opening_and_says_why() {
    let folder = practice("{ table: no-such-table.csv }");
    let error = Engine::open(folder.path()).err().unwrap();
    assert!(matches!(error, EngineError::Plugin(_)), "{error}");
    assert!(error.to_string().contains("no-such-table.csv"), "{error}");
    let place = folder.path().to_string_lossy().into_owned();
    let checked = scrubjay(&["plugin", "check", &place]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&checked.stderr).contains("no-such-table.csv"));
    std::fs::remove_file(folder.path().join("libfee_schedule.so")).unwrap();
    assert!(Engine::open(folder.path()).is_err());
    assert_eq!(scrubjay(&["plugin", "list", &place]).status.code(), Some(1));
}

#[test]
fn the_program_shows_a_plugin_without_starting_it() {
    let folder = practice("{ table: no-such-table.csv }");
    let place = folder.path().to_string_lossy().into_owned();
    let listed = scrubjay(&["plugin", "list", &place, "--json"]);
    assert!(listed.status.success());
    let document: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(document[0]["info"]["id"], "fee-schedule");
    let file = Path::new(&place).join("libfee_schedule.so");
    let inspected = scrubjay(&["plugin", "inspect", &file.to_string_lossy()]);
    let text = String::from_utf8(inspected.stdout).unwrap();
    assert!(
        text.contains("hooks       scrub") && text.contains("sees        none"),
        "{text}"
    );
    let refused = scrubjay(&["plugin", "inspect", &format!("{place}/fees.csv")]);
    assert_eq!(refused.status.code(), Some(2));
}

/// The lines of a trace that are findings: severity, rule and message.
fn traced(clinic: &ClinicCopy, claim: &str) -> Vec<String> {
    let folder = clinic.folder().to_string_lossy().into_owned();
    let output = scrubjay(&["claims", "trace", claim, "--dir", &folder]);
    let text = String::from_utf8(output.stdout).unwrap();
    let severities = ["block ", "warn ", "info "];
    text.lines()
        .map(str::trim)
        .filter(|line| severities.iter().any(|severity| line.starts_with(severity)))
        .map(str::to_owned)
        .collect()
}

#[test]
fn in_the_clinic_findings_of_both_plugins_stand_beside_the_scripts_in_one_trace() {
    let clinic = ClinicCopy::new().with_plugins();
    let document = clinic.run_json();
    let found = traced(&clinic, "JC1005");
    let rules: Vec<&str> = found
        .iter()
        .map(|line| line.split_once(": ").unwrap().0)
        .collect();
    assert_eq!(
        rules,
        [
            "block medicare/jw-jz",
            "warn plugin:fee-schedule/below-schedule",
            "info plugin:fee-schedule/expected-payment",
            "block plugin:ncci-edits/ptp",
            "warn plugin:ncci-edits/mue-day",
        ]
    );
    // The README quotes that trace.
    let readme = std::fs::read_to_string(repository().join("examples/clinic/README.md")).unwrap();
    for line in &found {
        assert!(readme.contains(line), "README.md does not have: {line}");
    }
    // And says that the plugins change no figure but the findings.
    let mut without = ClinicCopy::new().run_json()["report"].clone();
    let mut with = document["report"].clone();
    for report in [&mut with, &mut without] {
        let report = report.as_object_mut().unwrap();
        assert!(report.remove("findings").is_some());
    }
    assert_eq!(with, without);
}

#[test]
fn rows_that_a_plugin_leaves_out_are_told_to_whoever_runs_it() {
    let clinic = ClinicCopy::new().with_plugins();
    let pairs = clinic.folder().join("plugins/pairs.txt");
    let text = std::fs::read_to_string(&pairs).unwrap();
    std::fs::write(&pairs, text + "J0696\tJ11\t\t20260101\t*\t1\tInvented\n").unwrap();
    let expected = "scrubjay: plugin ncci-edits warns: plugins/pairs.txt, line 4: column `column 2` \
                    should be a procedure code of five letters and digits; the row is left out\n";
    let ran = clinic.run(&[]);
    assert!(ran.status.success());
    assert_eq!(String::from_utf8_lossy(&ran.stderr), expected);
    let checked = scrubjay(&["plugin", "check", &clinic.folder().to_string_lossy()]);
    assert!(checked.status.success());
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(said.starts_with(expected), "{said}");
    assert!(
        said.ends_with("ncci-edits says: plugins/limits.csv: 1 rows\n"),
        "{said}"
    );
}

/// A practice whose second plugin, with a process of its own, does something to
/// the claim `S00001`.
fn haunted(trick: &str, budget: &str) -> TempDir {
    let folder = practice("{ table: fees.csv }");
    let place = folder.path();
    let concerned = "call->claim->id.len == 6 && call->claim->id.ptr[5] == '1'";
    build(
        "plugins/faulty/lies.c",
        &place.join("liblies.so"),
        &[
            "-w",
            "-pthread",
            &format!("-DLIE=if({concerned}){{{trick}}}"),
        ],
    );
    let configuration = std::fs::read_to_string(place.join("scrubjay.yaml")).unwrap();
    let configuration = configuration.replace(
        "settings: { table: fees.csv }",
        "settings: { table: fees.csv }\n    isolation: process",
    );
    std::fs::write(
        place.join("scrubjay.yaml"),
        format!(
            "{configuration}  - path: liblies.so\n    isolation: process\n    budget: {budget}\n"
        ),
    )
    .unwrap();
    std::fs::write(place.join("inbox/claims.837"), claims(4)).unwrap();
    folder
}

#[test]
fn a_plugin_that_crashes_in_its_own_process_costs_the_claim_it_crashed_on() {
    for (trick, budget, said) in [
        (
            "abort();",
            "{ call_ms: 20000 }",
            "could not judge: its process was ended by signal 6",
        ),
        (
            "*(volatile int*)8=1;",
            "{ call_ms: 20000 }",
            "could not judge: its process was ended by signal 11",
        ),
        (
            "for(;;){}",
            "{ call_ms: 1500 }",
            "took longer than the 1500 ms that a call may take, and its process was ended",
        ),
        (
            "for(;;)memset(malloc(1<<20),1,1<<20);",
            "{ call_ms: 20000, memory_mb: 256 }",
            "could not judge: its process was ended by signal 11",
        ),
    ] {
        let folder = haunted(trick, budget);
        let place = folder.path().to_string_lossy().into_owned();
        let ran = scrubjay(&["run", &place, "--json"]);
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{errors}");
        let document: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(document["run"]["sent"][0]["claims"], 3, "{trick}");
        let traced = scrubjay(&["claims", "trace", "S00001", "--dir", &place]);
        let trace = String::from_utf8(traced.stdout).unwrap();
        let reason = format!("plugin `lies` 1.0 at hook `scrub` {said}");
        assert!(trace.contains(&reason), "{trace}");
        // The other plugin was heard on the same claim, from its own process.
        assert!(
            trace.contains("plugin:fee-schedule/expected-payment"),
            "{trace}"
        );
        let other = scrubjay(&["claims", "trace", "S00003", "--dir", &place]);
        let trace = String::from_utf8(other.stdout).unwrap();
        assert!(trace.contains("plugin:lies/said"), "{trace}");
    }
}

#[test]
fn the_program_lists_and_starts_plugins_in_processes_of_their_own() {
    let folder = haunted("abort();", "{ call_ms: 100 }");
    let place = folder.path().to_string_lossy().into_owned();
    let checked = scrubjay(&["plugin", "check", &place]);
    assert_eq!(
        String::from_utf8_lossy(&checked.stdout),
        "fee-schedule 0.1.0: ready, in a process of its own\n\
         lies 1.0: ready, in a process of its own\n"
    );
    let listed = scrubjay(&["plugin", "list", &place, "--json"]);
    let document: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(document[1]["isolation"], "process");
    assert_eq!(document[1]["info"]["id"], "lies");
    // A library that crashes as it is mapped does not take the program along.
    let library = folder.path().join("libcrash.so");
    let source = folder.path().join("crash.c");
    std::fs::write(
        &source,
        "#include <stdlib.h>\n__attribute__((constructor)) static void first(void) { abort(); }\n",
    )
    .unwrap();
    build(&source.to_string_lossy(), &library, &[]);
    let inspected = scrubjay(&["plugin", "inspect", &library.to_string_lossy()]);
    assert_eq!(inspected.status.code(), Some(2));
    let said = String::from_utf8_lossy(&inspected.stderr);
    assert!(said.contains("its process was ended by signal 6"), "{said}");
}

#[test]
fn an_engine_that_names_no_program_refuses_a_plugin_that_needs_one() {
    let folder = haunted("abort();", "{ call_ms: 100 }");
    let error = Engine::open(folder.path()).err().unwrap();
    assert!(error.to_string().contains("`child_program`"), "{error}");
}

#[test]
fn the_process_of_a_plugin_serves_nobody_but_a_host() {
    let ran = scrubjay(&["plugin-child"]);
    assert_eq!(ran.status.code(), Some(2));
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("started by a host"), "{said}");
    let help = scrubjay(&["--help"]);
    assert!(!String::from_utf8_lossy(&help.stdout).contains("plugin-child"));
}
