//! A plugin named in the configuration judges beside the rules.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::Path;
use std::process::Command;

use scrubjay::{Engine, EngineError};
use scrubjay_tests::sample::{CONFIGURATION, claims};
use scrubjay_tests::{ClinicCopy, repository, scrubjay};
use serde_json::Value;
use tempfile::TempDir;

/// A practice with the fee schedule built from its C source.
fn practice(settings: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir_all(folder.path().join("inbox")).unwrap();
    let library = folder.path().join("libfee_schedule.so");
    let built = Command::new("cc")
        .args([
            "-std=c11",
            "-O1",
            "-shared",
            "-fPIC",
            "-fvisibility=hidden",
            "-I",
        ])
        .arg(repository().join("plugins/sdk/include"))
        .arg("-o")
        .arg(&library)
        .arg(repository().join("plugins/fee-schedule/fee_schedule.c"))
        .status()
        .unwrap();
    assert!(built.success());
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
