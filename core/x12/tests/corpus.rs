//! The public corpus, against the verdicts of three other validators.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scrubjay_x12::{FileError, check, read};

/// The corpus, where it lies beside the repository.
fn corpus() -> Option<(PathBuf, Vec<Vec<String>>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = std::fs::read_to_string(folder.join("INDEX.tsv")) else {
        println!("skipped: ../shared is not here");
        return None;
    };
    let rows = index
        .lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect();
    Some((folder, rows))
}

/// Files that we and others judge differently; the reasons stand in CONFORMANCE.md.
fn disagreements() -> Vec<String> {
    include_str!("../CONFORMANCE.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split('`').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn what_others_find_valid_is_valid_and_what_is_wrong_on_purpose_is_flagged() {
    let Some((folder, rows)) = corpus() else {
        return;
    };
    let listed = disagreements();
    let mut tally: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut used = Vec::new();
    for row in &rows {
        let [
            path,
            _,
            _,
            transaction,
            _,
            _,
            _,
            _,
            label,
            pyx12,
            _,
            stupidedi,
            linux,
            ..,
        ] = row.as_slice()
        else {
            panic!("a row of the index is short");
        };
        let bytes = std::fs::read(folder.join(path)).unwrap();
        let report = check(&bytes, &[]);
        let valid = report.as_ref().is_ok_and(|report| report.is_valid());
        let pyx12 = pyx12.starts_with("VALID");
        let votes =
            usize::from(pyx12) + usize::from(stupidedi == "VALID") + usize::from(linux == "VALID");
        let must_be_valid = pyx12 || votes >= 2;
        let must_be_flagged = label == "invalid-on-purpose";
        let row = tally.entry(transaction.clone()).or_default();
        row[0] += 1;
        row[1] += usize::from(valid);
        row[2] += usize::from(must_be_valid);
        row[3] += usize::from(must_be_valid && valid);
        if (must_be_valid && !must_be_flagged && !valid) || (must_be_flagged && valid) {
            used.push(path.clone());
            if !listed.contains(path) {
                let faults: Vec<String> = match report {
                    Ok(report) => report
                        .findings()
                        .filter(|f| f.fault.is_error())
                        .map(|f| f.text.clone())
                        .collect(),
                    Err(error) => vec![error.to_string()],
                };
                wrong.push(format!(
                    "{path} (valid here: {valid})\n    {}",
                    faults.join("\n    ")
                ));
            }
        }
    }
    println!("transaction  files  valid here  called valid by others  of these valid here");
    for (transaction, [files, valid, must, both]) in &tally {
        println!("{transaction:<12} {files:>5} {valid:>11} {must:>23} {both:>20}");
    }
    assert!(
        wrong.is_empty(),
        "{} files judged differently:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for path in listed {
        assert!(
            used.contains(&path),
            "{path} stands in CONFORMANCE.md and is judged alike"
        );
    }
}

#[test]
fn every_file_is_read_or_refused_with_its_place() {
    let Some((folder, rows)) = corpus() else {
        return;
    };
    for row in &rows {
        let bytes = std::fs::read(folder.join(&row[0])).unwrap();
        match read(&bytes) {
            Ok(interchanges) => assert!(!interchanges.is_empty(), "{}", row[0]),
            Err(FileError::Empty) => panic!("{} is not empty", row[0]),
            Err(error) => println!("{}: {error}", row[0]),
        }
    }
}
