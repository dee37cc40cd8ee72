//! The analysts' book: its pack loads as it stands there, the tables in it
//! name what there is, and the reference beside it is what the program says.

#[path = "support/books.rs"]
mod books;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use books::ShippedCodes;
use scrubjay_rules::{
    Form, LoadOptions, RuleSet, definition_files, rules_page, vocabulary, vocabulary_page,
};
use support::{load, write};
use tempfile::TempDir;

fn payer_rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../payer-rules")
}

fn book() -> String {
    fs::read_to_string(payer_rules().join("README.md")).expect("the book")
}

/// The files that the book shows: a name in back quotes on a line of its own,
/// and the fenced block below it.
fn files(book: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = book.lines().collect();
    let mut files = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let name = line
            .strip_prefix('`')
            .and_then(|rest| rest.strip_suffix('`'));
        let fenced = lines
            .get(at + 1)
            .is_some_and(|next| next.starts_with("```"));
        if let (Some(name), true) = (name, fenced) {
            let body: Vec<&str> = lines[at + 2..]
                .iter()
                .take_while(|line| **line != "```")
                .copied()
                .collect();
            files.push((name.to_owned(), body.join("\n") + "\n"));
        }
    }
    files
}

#[test]
fn the_first_rule_of_the_book_works_as_it_stands_there() {
    let book = book();
    let files = files(&book);
    assert_eq!(files.len(), 4, "pack.yaml, a table, rules and tests");
    let folder = TempDir::new().unwrap();
    let shown: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    write(folder.path(), &shown);
    let rules = load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let warnings: Vec<String> = rules.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
}

#[test]
fn the_message_in_the_book_is_the_one_that_is_given() {
    let book = book();
    let folder = TempDir::new().unwrap();
    for (name, text) in files(&book) {
        write(
            folder.path(),
            &[(&name, &text.replace("claim.referral", "claim.referal"))],
        );
    }
    let error = load(folder.path()).unwrap_err();
    let said = error.diagnostics()[0]
        .to_string()
        .replace(&format!("{}/", folder.path().display()), "");
    assert!(
        book.contains(&said),
        "the book shows another message than:\n{said}"
    );
}

/// Holds a file that the program writes against what it would write now; with
/// BLESS=1 in the environment the file is written instead.
fn assert_fresh(name: &str, text: &str) {
    let path = payer_rules().join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        fs::write(&path, text).expect("the file");
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == text,
        "payer-rules/{name} is not what the program writes: run this test with BLESS=1 and read the difference"
    );
}

#[test]
fn the_reference_is_what_the_program_registers() {
    assert_fresh("VOCABULARY.md", &vocabulary_page(&vocabulary()));
}

#[test]
fn the_catalogue_is_what_the_cards_say() {
    let options = LoadOptions {
        books: Arc::new(ShippedCodes),
        ..LoadOptions::default()
    };
    let rules =
        RuleSet::load_with(&[payer_rules()], options).unwrap_or_else(|error| panic!("{error}"));
    assert_fresh("CATALOGUE.md", &rules_page(&rules.packs()));
}

#[test]
fn the_definition_files_are_what_the_program_registers() {
    for (name, text) in definition_files() {
        assert_fresh(&format!(".rhai/{name}"), &text);
    }
}

#[test]
fn editors_are_told_of_everything_that_is_registered_and_of_nothing_that_is_refused() {
    let [(_, ours), (_, language)] = definition_files();
    assert_eq!(ours.matches("\nfn ").count(), vocabulary().len());
    for entry in vocabulary() {
        let get = if entry.form == Form::Property {
            "get "
        } else {
            ""
        };
        let definition = format!("\nfn {get}{}(", entry.name);
        assert!(ours.contains(&definition), "{definition}");
    }
    assert!(
        language.contains("fn starts_with("),
        "text has functions of its own"
    );
    for word in ["eval", "print", "debug", "sleep", "exit"] {
        assert!(!language.contains(&format!("fn {word}(")), "{word}");
    }
}

#[test]
fn every_function_that_the_book_names_is_there() {
    let known: Vec<&str> = vocabulary().iter().map(|entry| entry.name).collect();
    for name in [
        "block",
        "warn",
        "info",
        "repair",
        "hold_until",
        "open_task",
        "tag",
        "classify",
        "has_dx",
        "has_modifier",
        "units_of",
        "is_missing",
        "plus_days",
        "plus_months",
        "plus_years",
        "next_business_day",
        "date",
        "today",
        "table",
        "get",
    ] {
        assert!(known.contains(&name), "{name}");
    }
}
