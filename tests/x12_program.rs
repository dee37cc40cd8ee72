//! `scrubjay x12`: what it prints and how it ends.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::{Path, PathBuf};
use std::process::Output;

use scrubjay_tests::{repository, scrubjay, shared};
use serde_json::Value;
use tempfile::TempDir;

fn fixture(name: &str) -> PathBuf {
    repository().join("core/x12/fixtures").join(name)
}

/// The fixture with a text replaced, in a scratch folder.
fn changed(scratch: &TempDir, from: &str, to: &str) -> PathBuf {
    let text = std::fs::read_to_string(fixture("reversal-and-correction.835")).unwrap();
    assert!(text.contains(from));
    let path = scratch.path().join("changed.835");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    path
}

fn x12(command: &str, file: &Path, options: &[&str]) -> Output {
    let file = file.to_string_lossy();
    scrubjay(&[&["x12", command, &file], options].concat())
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_check_draws_the_fault_and_masks_what_stands_around_it() {
    let scratch = TempDir::new().unwrap();
    let path = changed(&scratch, "TRN*1*EFT0000101", "TRN*2*EFT0000101");
    let output = x12("check", &path, &[]);
    assert_eq!(output.status.code(), Some(1));
    let report = text(&output);
    assert!(report.contains("NOT VALID"), "{report}");
    assert!(
        report.contains("segment 5 (TRN) element 1, line 5"),
        "{report}"
    );
    let mut lines = report.lines().skip_while(|line| !line.contains("TRN*·*"));
    let (drawn, caret) = (lines.next().unwrap(), lines.next().unwrap());
    assert_eq!(
        caret.find('^'),
        drawn.char_indices().map(|(at, _)| at).nth(8)
    );
    assert!(!report.contains("EFT0000101"), "{report}");
}

#[test]
fn a_check_as_json_goes_on_behind_a_file_that_is_missing() {
    let good = fixture("dental.837");
    let output = x12(
        "check",
        Path::new("no-such-file.837"),
        &[&good.to_string_lossy(), "--json"],
    );
    assert_eq!(output.status.code(), Some(2));
    let document: Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(document.as_array().unwrap().len(), 1);
    assert_eq!(document[0]["valid"], true);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        errors.contains("no-such-file.837 cannot be opened"),
        "{errors}"
    );
}

#[test]
fn a_payers_companion_guide_is_checked_beside_the_guide() {
    let scratch = TempDir::new().unwrap();
    let overlay = scratch.path().join("payer.yaml");
    std::fs::write(
        &overlay,
        "name: Sample\nguide: '835'\nlimit:\n  - at: 2100/CLP-1\n    length: 3\n",
    )
    .unwrap();
    let file = fixture("reversal-and-correction.835");
    assert_eq!(x12("check", &file, &[]).status.code(), Some(0));
    let overlay = overlay.to_string_lossy();
    let output = x12("check", &file, &["--overlay", &overlay]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("the payer takes at most 3 characters"));
}

#[test]
fn an_answer_is_a_valid_999_that_names_the_fault() {
    let scratch = TempDir::new().unwrap();
    let path = changed(&scratch, "TRN*1*EFT0000101", "TRN*2*EFT0000101");
    let at = ["--at", "2026-03-02T08:15:00Z", "--number", "77"];
    let rejected = x12("ack", &path, &at);
    assert_eq!(rejected.status.code(), Some(1));
    let answer = text(&rejected);
    assert!(
        answer.contains("*260302*0815*^*00501*000000077*"),
        "{answer}"
    );
    assert!(
        answer.contains("IK3*TRN*3**8") && answer.contains("AK9*R*1*1*0"),
        "{answer}"
    );
    let written = scratch.path().join("answer.999");
    std::fs::write(&written, &answer).unwrap();
    assert_eq!(x12("check", &written, &[]).status.code(), Some(0));
    let accepted = x12("ack", &fixture("dental.837"), &at);
    assert_eq!(accepted.status.code(), Some(0));
    assert!(text(&accepted).contains("AK9*A*"));
}

#[test]
fn a_remittance_off_by_a_cent_is_named_with_the_amount() {
    let file = fixture("reversal-and-correction.835");
    assert_eq!(x12("balance", &file, &[]).status.code(), Some(0));
    let scratch = TempDir::new().unwrap();
    let off = changed(&scratch, "BPR*I*150*", "BPR*I*150.01*");
    let output = x12("balance", &off, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output).contains("unbalanced by 0.01"),
        "{}",
        text(&output)
    );
    let document: Value = serde_json::from_str(&text(&x12("balance", &off, &["--json"]))).unwrap();
    assert_eq!(document[0]["transaction"]["state"], "unbalanced");
    assert_eq!(document[0]["claim"]["state"], "balanced");
    let claims = x12("balance", &fixture("dental.837"), &[]);
    assert_eq!(claims.status.code(), Some(2));
}

#[test]
fn the_tree_and_the_json_hold_every_segment() {
    let file = fixture("coordination-of-benefits.837");
    let bytes = std::fs::read_to_string(&file).unwrap();
    let claims = bytes.matches("CLM*").count();
    let tree = text(&x12("show", &file, &[]));
    assert!(tree.contains("2320"), "{tree}");
    assert_eq!(tree.matches("CLM*").count(), claims);
    let document: Value = serde_json::from_str(&text(&x12("json", &file, &[]))).unwrap();
    assert_eq!(document.to_string().matches("\"CLM\"").count(), claims);
}

#[test]
fn no_file_of_the_corpus_makes_a_command_panic() {
    let Some(shared) = shared() else { return };
    let index = std::fs::read_to_string(shared.join("corpus/INDEX.tsv")).unwrap();
    for name in index
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next())
    {
        let file = shared.join("corpus").join(name);
        for command in ["check", "show", "json", "ack", "balance"] {
            let output = x12(command, &file, &[]);
            let code = output.status.code();
            assert!(
                matches!(code, Some(0..=2)),
                "{command} {name} ended with {code:?}"
            );
        }
    }
}
