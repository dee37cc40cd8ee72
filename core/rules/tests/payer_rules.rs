//! The packs that come with Scrubjay: they load, pass their tests, and every
//! rule is shown firing and silent.

use std::path::PathBuf;

use scrubjay_rules::{RuleSet, Status};

fn payer_rules() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules"))
}

#[test]
fn every_pack_passes_its_tests_and_leaves_nothing_untested() {
    let rules = RuleSet::load(&[payer_rules()]).unwrap_or_else(|error| panic!("{error}"));
    let warnings: Vec<String> = rules.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
}

#[test]
fn every_rule_names_its_source_and_runs() {
    let rules = RuleSet::load(&[payer_rules()]).unwrap_or_else(|error| panic!("{error}"));
    for rule in rules.packs().iter().flat_map(|pack| &pack.rules) {
        assert!(rule.cite.is_some(), "{} names no source", rule.id);
        assert_eq!(rule.status, Status::Active, "{}", rule.id);
    }
}
