//! The packs that come with Scrubjay: they load, pass their tests, and every
//! rule is shown firing and silent. Which starter rule is which, too.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

#[path = "support/books.rs"]
mod books;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use books::{EverythingRefused, ShippedCodes};
use scrubjay_hooks::CodeBooks;
use scrubjay_rules::{LoadOptions, RuleSet, Status};

fn payer_rules() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules"))
}

fn load() -> RuleSet {
    load_beside(Arc::new(ShippedCodes))
}

fn load_beside(books: Arc<dyn CodeBooks>) -> RuleSet {
    let options = LoadOptions {
        books,
        ..LoadOptions::default()
    };
    RuleSet::load_with(&[payer_rules()], options).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_pack_passes_its_tests_and_leaves_nothing_untested() {
    let warnings: Vec<String> = load().warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
}

#[test]
fn whatever_tables_a_practice_imports_the_packs_still_pass_their_tests() {
    load_beside(Arc::new(EverythingRefused));
}

#[test]
fn every_rule_names_its_source_and_runs() {
    for rule in load().packs().iter().flat_map(|pack| &pack.rules) {
        assert!(rule.cite.is_some(), "{} names no source", rule.id);
        assert_eq!(rule.status, Status::Active, "{}", rule.id);
    }
}

/// The ids in `starters.csv`: number, id, whether it is about a claim, what it asks.
fn starters() -> BTreeSet<String> {
    let text = std::fs::read_to_string(payer_rules().join("starters.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.splitn(4, ',').collect())
        .collect();
    for (row, number) in rows.iter().zip(1..) {
        assert_eq!(row[0], number.to_string(), "{row:?}");
    }
    rows.iter().map(|row| row[1].to_owned()).collect()
}

#[test]
fn every_starter_rule_has_a_rule_and_every_tag_is_a_starter() {
    let starters = starters();
    assert_eq!(starters.len(), 90);
    let rules = load();
    let packs = rules.packs();
    let tags: BTreeSet<&String> = packs
        .iter()
        .flat_map(|pack| &pack.rules)
        .flat_map(|rule| &rule.starter)
        .collect();
    for tag in &tags {
        assert!(starters.contains(*tag), "`{tag}` is no starter rule");
    }
    let missing: Vec<&String> = starters.iter().filter(|id| !tags.contains(id)).collect();
    assert!(missing.is_empty(), "no rule for {missing:?}");
}
