//! Files that we did not make: whole, broken, or no X12 at all.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::Path;

use scrubjay_tests::{ClinicCopy, scrubjay, shared};
use serde_json::Value;

/// Runs the program over a folder of files and returns exit status and document.
fn run(folder: &Path) -> (Option<i32>, Value) {
    let output = scrubjay(&["run", &folder.to_string_lossy(), "--json"]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!errors.contains("panicked"), "{errors}");
    let document =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    (output.status.code(), document)
}

fn ended<'a>(document: &'a Value, name: &str) -> (&'a str, &'a str) {
    let files = document["run"]["files"].as_array().expect("files");
    let file = files
        .iter()
        .find(|file| file["name"] == name)
        .unwrap_or_else(|| panic!("{name} is not listed"));
    (
        file["ended"].as_str().expect("an end"),
        file["reason"].as_str().unwrap_or_default(),
    )
}

#[test]
fn broken_files_are_refused_each_for_its_own_reason_and_the_rest_is_done() {
    let clinic = ClinicCopy::new();
    let inbox = clinic.folder().join("inbox");
    let mut names: Vec<_> = std::fs::read_dir(&inbox)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let whole = std::fs::read(inbox.join(&names[0])).unwrap();
    std::fs::write(inbox.join("00-cut.837"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(inbox.join("00-empty.837"), b"").unwrap();
    std::fs::write(
        inbox.join("00-picture.edi"),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01",
    )
    .unwrap();

    let (status, document) = run(&clinic.folder());
    assert_eq!(status, Some(1));
    let mut reasons = Vec::new();
    for name in ["00-cut.837", "00-empty.837", "00-picture.edi"] {
        let (end, reason) = ended(&document, name);
        assert_eq!(end, "refused", "{name}");
        assert!(reason.len() > 20, "{name}: {reason}");
        reasons.push(reason.to_owned());
    }
    assert!(reasons[0].contains("segment"), "{}", reasons[0]);
    reasons.sort();
    reasons.dedup();
    assert_eq!(reasons.len(), 3, "three faults, three reasons: {reasons:?}");
    for name in &names {
        assert_eq!(ended(&document, name).0, "taken_in", "{name}");
    }
}

#[test]
fn a_refused_file_that_is_mended_is_taken_in() {
    let clinic = ClinicCopy::new();
    let inbox = clinic.folder().join("inbox");
    let first = std::fs::read_dir(&inbox)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .min()
        .unwrap();
    let whole = std::fs::read(&first).unwrap();
    std::fs::write(&first, &whole[..whole.len() - 40]).unwrap();
    let name = first.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(ended(&run(&clinic.folder()).1, &name).0, "refused");
    std::fs::write(&first, &whole).unwrap();
    assert_eq!(ended(&run(&clinic.folder()).1, &name).0, "taken_in");
}

/// A row of `corpus/INDEX.tsv`.
struct Listed {
    path: String,
    transaction: String,
    labelled_valid: bool,
}

fn listed(corpus: &Path) -> Vec<Listed> {
    let index = std::fs::read_to_string(corpus.join("INDEX.tsv")).unwrap();
    let mut rows = index
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let (path, transaction, label) = (column("path"), column("transaction"), column("label"));
    rows.map(|row| Listed {
        path: row[path].to_owned(),
        transaction: row[transaction].to_owned(),
        labelled_valid: row[label].starts_with("valid"),
    })
    .collect()
}

#[test]
fn every_foreign_file_ends_taken_in_or_refused_with_its_place() {
    let Some(shared) = shared() else { return };
    let corpus = shared.join("corpus");
    let scratch = tempfile::TempDir::new().unwrap();
    let mut expected = Vec::new();
    for (number, file) in listed(&corpus).into_iter().enumerate() {
        let name = format!("{number:03}-{}", file.path.rsplit('/').next().unwrap());
        std::fs::copy(corpus.join(&file.path), scratch.path().join(&name)).unwrap();
        expected.push((name, file));
    }
    let (_, document) = run(scratch.path());
    let mut taken = 0;
    for (name, file) in &expected {
        let (end, reason) = ended(&document, name);
        match end {
            "taken_in" | "already_taken" => taken += 1,
            "refused" => {
                let says_where =
                    reason.contains("segment") && reason.chars().any(|c| c.is_ascii_digit());
                assert!(says_where, "{name}: {reason}");
            }
            other => panic!("{name}: {other}"),
        }
        let ours = file.transaction.starts_with("837") || file.transaction == "835";
        if file.labelled_valid && ours {
            assert_ne!(end, "refused", "{name}: {reason}");
        }
    }
    println!(
        "{taken} of {} foreign files taken in, the others refused with their place",
        expected.len()
    );
}
