//! A folder of wrong packs, each with the exact message that it must give in
//! `expected.txt`: what an analyst reads is part of the interface.
//!
//! With BLESS=1 in the environment the messages are written instead, to be
//! read before they are committed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_hooks::{CodeBooks, DiagnosisStanding, ReasonStanding};
use scrubjay_rules::{Level, LoadError, LoadOptions, RuleSet};

fn folders() -> Vec<PathBuf> {
    let wrong = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong");
    let mut folders: Vec<PathBuf> = fs::read_dir(wrong)
        .expect("the folder of wrong packs")
        .map(|entry| entry.expect("an entry of it").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// A list of reason codes that has two gaps and a code that is retired.
#[derive(Debug)]
struct SmallList;

impl CodeBooks for SmallList {
    fn icd10_on(&self, _: &str, _: NaiveDate) -> DiagnosisStanding {
        DiagnosisStanding::Unknown
    }

    fn icd10_exists(&self, _: &str) -> Option<bool> {
        None
    }

    fn carc(&self, code: &str) -> ReasonStanding {
        match code {
            "999" | "ZZ9" => ReasonStanding::Absent,
            "17" => ReasonStanding::StopsOn("2009-07-01".parse().expect("a day")),
            _ => ReasonStanding::InUse,
        }
    }
}

fn load(folder: &Path) -> Result<RuleSet, LoadError> {
    let options = LoadOptions {
        books: Arc::new(SmallList),
        ..LoadOptions::default()
    };
    RuleSet::load_with(&[folder.to_owned()], options)
}

/// The messages with paths below the pack, one after the other.
fn messages(folder: &Path) -> String {
    let Err(error) = load(folder) else {
        panic!("{} loads", folder.display());
    };
    let mut text = String::new();
    for diagnostic in error.diagnostics() {
        let shown = diagnostic.to_string();
        text.push_str(&shown.replace(&format!("{}/", folder.display()), ""));
        text.push('\n');
    }
    text
}

#[test]
fn every_wrong_pack_says_exactly_what_is_wrong_with_it() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for folder in folders() {
        let expected = folder.join("expected.txt");
        let said = messages(&folder);
        if bless {
            fs::write(&expected, &said).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{}:\n{said}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fault_names_a_line_that_its_file_has() {
    for folder in folders() {
        let error = load(&folder).expect_err("a wrong pack loads");
        assert!(
            error
                .diagnostics()
                .iter()
                .any(|fault| fault.severity == Level::Error)
        );
        for fault in error.diagnostics().iter().filter(|fault| fault.line > 0) {
            let text = fs::read_to_string(&fault.file).unwrap();
            let line = text.lines().nth(fault.line - 1).unwrap_or_default();
            assert_eq!(line, fault.source_line, "{fault}");
            assert!(fault.column <= line.chars().count() + 1, "{fault}");
        }
    }
}
