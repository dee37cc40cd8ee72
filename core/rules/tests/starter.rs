//! What `rules new` writes is sound at once, with the rule shown firing and
//! silent, whatever the rule is called and wherever it goes.

#[path = "support/books.rs"]
mod books;
mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use scrubjay_hooks::Hook;
use scrubjay_rules::{LoadOptions, NewRule, NewRuleError, RuleScope, RuleSet, Status};
use support::write;
use tempfile::TempDir;

fn start(folder: &Path, id: &str, hook: &str, scope: RuleScope) -> scrubjay_rules::StartedRule {
    NewRule::new(id, hook, scope)
        .and_then(|new| new.write(folder))
        .unwrap_or_else(|error| panic!("{id} at {hook}: {error}"))
}

/// Loads packs that must be sound; gives what is worth mending.
fn warnings(folder: &Path) -> Vec<String> {
    let options = LoadOptions {
        books: Arc::new(books::ShippedCodes),
        ..LoadOptions::default()
    };
    let rules = RuleSet::load_with(&[folder.to_owned()], options);
    let rules = rules.unwrap_or_else(|error| panic!("{error}"));
    rules.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn a_rule_at_every_hook_is_sound_as_it_is_written() {
    let folder = TempDir::new().unwrap();
    for hook in Hook::ALL {
        let hook = hook.as_str();
        start(
            folder.path(),
            &format!("acme/at-{hook}"),
            hook,
            RuleScope::Claim,
        );
    }
    for hook in ["claim", "scrub", "submit"] {
        start(
            folder.path(),
            &format!("acme/line-at-{hook}"),
            hook,
            RuleScope::Line,
        );
    }
    assert_eq!(warnings(folder.path()), Vec::<String>::new());
    let rules = RuleSet::load(&[folder.path().to_owned()]).unwrap();
    let packs = rules.packs();
    assert_eq!(packs[0].rules.len(), Hook::ALL.len() + 3);
    assert!(
        packs[0]
            .rules
            .iter()
            .all(|rule| rule.status == Status::Draft)
    );
}

#[test]
fn a_rule_goes_into_every_pack_that_ships_and_breaks_none_of_its_tests() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../payer-rules");
    for pack in [
        "base",
        "medicare",
        "medicaid",
        "commercial",
        "denials",
        "collections",
    ] {
        for (hook, scope) in [
            ("claim", RuleScope::Claim),
            ("scrub", RuleScope::Line),
            ("denial", RuleScope::Claim),
            ("eligibility", RuleScope::Claim),
            ("collection", RuleScope::Claim),
        ] {
            let copy = TempDir::new().unwrap();
            copy_pack(&shipped.join(pack), &copy.path().join(pack));
            start(copy.path(), &format!("{pack}/just-begun"), hook, scope);
            assert_eq!(
                warnings(copy.path()),
                Vec::<String>::new(),
                "{pack} at {hook}"
            );
        }
    }
}

fn copy_pack(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_pack(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

#[test]
fn a_rule_is_added_to_the_only_file_of_a_pack_that_is_found_by_its_id() {
    let folder = TempDir::new().unwrap();
    write(
        folder.path(),
        &[
            ("north/pack.yaml", "id: acme\ntitle: Acme\nversion: 1.0.0\n"),
            ("north/rules.rhai", "// Ours, without an end of line."),
        ],
    );
    let started = start(folder.path(), "acme/visits", "scrub", RuleScope::Claim);
    assert_eq!(started.pack, folder.path().join("north"));
    let rules = folder.path().join("north/rules.rhai");
    assert_eq!(started.files[0], rules);
    let text = fs::read_to_string(rules).unwrap();
    assert!(
        text.starts_with("// Ours, without an end of line.\n\n/// #"),
        "{text}"
    );
    assert_eq!(warnings(folder.path()), Vec::<String>::new());
}

#[test]
fn an_id_that_is_taken_is_refused_with_its_place_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let card =
        "// ours\n/// title: t\n/// id: \"acme/visits\" # here\n/// hook: scrub\nfn f(claim) {}\n";
    write(
        folder.path(),
        &[
            (
                "other/pack.yaml",
                "id: other\ntitle: Other\nversion: 1.0.0\n",
            ),
            ("other/rules.rhai", card),
        ],
    );
    let new = NewRule::new("acme/visits", "scrub", RuleScope::Claim).unwrap();
    let error = new.write(folder.path()).unwrap_err();
    assert!(
        matches!(&error, NewRuleError::Exists { line: 2, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("other/rules.rhai at line 2"),
        "{error}"
    );
    assert!(!folder.path().join("acme").exists());
}

#[test]
fn what_cannot_be_started_is_refused_with_help() {
    let said = |id, hook, scope| NewRule::new(id, hook, scope).unwrap_err().to_string();
    for id in [
        "acme",
        "Acme/visits",
        "acme/visits/more",
        "acme/2-visits",
        "-/x",
        "acme/",
        "a b/c",
    ] {
        assert!(
            said(id, "scrub", RuleScope::Claim).contains("write PACK/RULE"),
            "{id}"
        );
    }
    let text = said("acme/visits", "scrubb", RuleScope::Claim);
    assert!(text.ends_with("did you mean `scrub`?"), "{text}");
    let text = said("acme/visits", "elsewhere", RuleScope::Claim);
    assert!(
        text.contains("rules run at eligibility, authorization, registration, charge"),
        "{text}"
    );
    let text = said("acme/visits", "denial", RuleScope::Line);
    assert!(text.contains("not about lines"), "{text}");
}

#[test]
fn a_test_file_of_something_else_is_left_alone() {
    let folder = TempDir::new().unwrap();
    write(
        folder.path(),
        &[
            ("acme/pack.yaml", "id: acme\ntitle: Acme\nversion: 1.0.0\n"),
            ("acme/tests/visits.yaml", "today: 2026-03-02\ncases: []\n"),
        ],
    );
    let new = NewRule::new("acme/visits", "scrub", RuleScope::Claim).unwrap();
    let error = new.write(folder.path()).unwrap_err();
    assert!(matches!(error, NewRuleError::TestExists { .. }), "{error}");
    assert!(!folder.path().join("acme/visits.rhai").exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Words of the language and of the vocabulary among them.
    #[test]
    fn a_rule_may_have_any_name(
        pack in "[a-z][a-z0-9_-]{0,8}|true|null",
        rule in "[a-z][a-z0-9_-]{0,8}|fn|let|while|block|table|today|this|eval|get|len|private|true",
        line in any::<bool>(),
    ) {
        let folder = TempDir::new().unwrap();
        let scope = if line { RuleScope::Line } else { RuleScope::Claim };
        start(folder.path(), &format!("{pack}/{rule}"), "scrub", scope);
        start(folder.path(), &format!("{pack}/{rule}-more"), "scrub", scope);
        start(folder.path(), &format!("{pack}/{rule}_more"), "scrub", scope);
        prop_assert_eq!(warnings(folder.path()), Vec::<String>::new());
    }
}
