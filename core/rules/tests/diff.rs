//! Two states of a pack, compared by rule: what is said in another order, with
//! other spaces or comments is the same.

mod support;

use std::path::Path;

use scrubjay_rules::{Difference, PackDiff, ValueDiff, diff};
use support::write;
use tempfile::TempDir;

const RULES: &str = r#"// Ours.

/// id: acme/late
/// title: Late
/// hook: scrub
/// severity: warn
/// applies: { payers: [acme], modifiers: GZ }
fn late(claim) {
    if claim.charge > most(claim) {
        warn(`over ${most(claim)}`);
    }
}

/// id: acme/gone
/// title: Gone
/// hook: scrub
fn gone(claim) {
    block("x");
}

fn most(claim) {
    table("limits").get("a").most
}
"#;

const LIMITS: &str = "# ours\nkey,most\na,10\nb,20\n";

const TESTS: &str =
    "today: 2026-03-02\ncases:\n  - case: one\n    expect: []\n  - case: two\n    expect: []\n";

fn pack(rules: &str, limits: &str, tests: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let manifest = "id: acme\ntitle: Acme\nversion: 1.0.0\nscope: { lines: [commercial] }\n";
    write(
        folder.path(),
        &[
            ("pack.yaml", manifest),
            ("rules.rhai", rules),
            ("tables/limits.csv", limits),
            ("tests/all.yaml", tests),
        ],
    );
    folder
}

fn changed(old: &Path, new: &Path) -> PackDiff {
    let packs = diff(old, new).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(packs.len(), 1, "{packs:?}");
    packs.into_iter().next().expect("a pack")
}

fn shown(values: &[ValueDiff]) -> Vec<String> {
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    values
        .iter()
        .map(|value| {
            format!(
                "{}: {} -> {}",
                value.key,
                said(&value.old),
                said(&value.new)
            )
        })
        .collect()
}

#[test]
fn spaces_comments_and_order_are_no_difference() {
    let old = pack(RULES, LIMITS, TESTS);
    let (late, rest) = RULES.split_once("/// id: acme/gone").unwrap();
    let (gone, most) = rest.split_once("fn most").unwrap();
    let other = format!("fn most{most}\n/// id: acme/gone{gone}{late}");
    let other = other
        .replace(
            "claim.charge > most(claim)",
            "claim.charge>most( claim ) /* so */",
        )
        .replace("`over ${most(claim)}`", "`over ${ most( claim ) }`")
        .replace("severity: warn\n", "verified: true\n/// severity:   warn\n")
        .replace("modifiers: GZ", "modifiers: [\"GZ\"]");
    let tests = TESTS.replace("today: 2026-03-02\n", "# a comment\ntoday:   2026-03-02\n");
    let new = pack(&other, "key,most\nb,20\na,10\n", &tests);
    let found = diff(old.path(), new.path()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(found, Vec::new());
}

#[test]
fn a_changed_card_names_the_keys_with_what_they_were_and_are() {
    let old = pack(RULES, LIMITS, TESTS);
    let new = RULES
        .replace("severity: warn", "status: shadow")
        .replace("warn(", "block(")
        .replace("payers: [acme], ", "procedures: [J0897, \"J1*\"], ");
    let pack = changed(old.path(), pack(&new, LIMITS, TESTS).path());
    let [rule] = pack.rules.as_slice() else {
        panic!("{pack:?}");
    };
    assert_eq!(
        (rule.id.as_str(), rule.change),
        ("acme/late", Difference::Changed)
    );
    assert_eq!(
        shown(&rule.card),
        [
            "applies.payers: acme -> ",
            "applies.procedures:  -> [J0897, J1*]",
            "severity: warn -> block",
            "status: active -> shadow",
        ]
    );
    assert_eq!(rule.logic, ["late"]);
}

#[test]
fn a_helper_that_changed_changes_the_rules_that_call_it() {
    let old = pack(RULES, LIMITS, TESTS);
    let new = pack(&RULES.replace("get(\"a\")", "get(\"b\")"), LIMITS, TESTS);
    let pack = changed(old.path(), new.path());
    let rules: Vec<(&str, &[String])> = pack
        .rules
        .iter()
        .map(|rule| (rule.id.as_str(), rule.logic.as_slice()))
        .collect();
    assert_eq!(rules, [("acme/late", &["most".to_owned()][..])]);
}

#[test]
fn rules_and_packs_come_and_go() {
    let old = pack(RULES, LIMITS, TESTS);
    let new = RULES.replace("acme/gone", "acme/come");
    let found = changed(old.path(), pack(&new, LIMITS, TESTS).path());
    let rules: Vec<(&str, Difference)> = found
        .rules
        .iter()
        .map(|rule| (rule.id.as_str(), rule.change))
        .collect();
    assert_eq!(
        rules,
        [
            ("acme/come", Difference::Added),
            ("acme/gone", Difference::Removed)
        ]
    );

    let other = pack(RULES, LIMITS, TESTS);
    write(
        other.path(),
        &[("pack.yaml", "id: zenith\ntitle: Zenith\nversion: 1.0.0\n")],
    );
    let packs = diff(old.path(), other.path()).unwrap_or_else(|error| panic!("{error}"));
    let changes: Vec<(&str, Difference)> = packs
        .iter()
        .map(|pack| (pack.id.as_str(), pack.change))
        .collect();
    assert_eq!(
        changes,
        [("acme", Difference::Removed), ("zenith", Difference::Added)]
    );
}

#[test]
fn tables_are_compared_by_the_key_of_a_row() {
    let old = pack(RULES, LIMITS, TESTS);
    let new = pack(RULES, "key,most\na,11\nc,30\n", TESTS);
    let found = changed(old.path(), new.path());
    let rows: Vec<String> = found.tables[0]
        .rows
        .iter()
        .map(|row| {
            format!(
                "{:?} {} {}",
                row.change,
                row.key,
                shown(&row.cells).join("")
            )
        })
        .collect();
    assert_eq!(rows, ["Changed a most: 10 -> 11", "Removed b ", "Added c "]);

    // A first cell that repeats names a row together with the second.
    let old = pack(RULES, "key,payer,most\na,x,1\na,y,2\n", TESTS);
    let new = pack(RULES, "key,payer,most\na,x,1\na,y,3\n", TESTS);
    let found = changed(old.path(), new.path());
    assert_eq!(found.tables[0].rows[0].key, "a, y");
    assert_eq!(found.tables[0].rows.len(), 1);
}

#[test]
fn tests_and_manifest_are_compared_too() {
    let old = pack(RULES, LIMITS, TESTS);
    let tests = TESTS
        .replace(
            "case: two\n    expect: []",
            "case: two\n    expect: [acme/late]",
        )
        .replace("case: one", "case: first")
        .replace("2026-03-02", "2026-03-03");
    let new = pack(RULES, LIMITS, &tests);
    let manifest =
        "id: acme\ntitle: Acme\nversion: 1.1.0\nscope: { lines: [commercial, medicare] }\n";
    write(new.path(), &[("pack.yaml", manifest)]);
    let found = changed(old.path(), new.path());
    assert_eq!(
        shown(&found.manifest),
        [
            "scope.lines: commercial -> [commercial, medicare]",
            "version: 1.0.0 -> 1.1.0",
        ]
    );
    let test = &found.tests[0];
    assert_eq!(shown(&test.all), ["today: 2026-03-02 -> 2026-03-03"]);
    let cases: Vec<(&str, Difference)> = test
        .cases
        .iter()
        .map(|case| (case.case.as_str(), case.change))
        .collect();
    assert_eq!(
        cases,
        [
            ("first", Difference::Added),
            ("one", Difference::Removed),
            ("two", Difference::Changed),
        ]
    );
}

#[test]
fn a_pack_that_does_not_compile_is_told_and_not_compared() {
    let old = pack(RULES, LIMITS, TESTS);
    let new = pack(
        &RULES.replace("claim.charge", "claim.chrage"),
        LIMITS,
        TESTS,
    );
    let error = diff(old.path(), new.path()).unwrap_err();
    assert!(
        error.to_string().contains("a claim has no `.chrage`"),
        "{error}"
    );
}
