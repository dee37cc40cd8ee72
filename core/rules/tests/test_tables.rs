//! Tables that a pack's tests write: code tables in the place of those that a
//! practice has imported, and rows in the place of the pack's own.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use support::{load, pack};

const RULE: &str = r#"
/// id: t/limit
/// title: No more than the table says
/// hook: scrub
/// scope: line
/// severity: block
/// applies: { procedures: "@limits" }
fn limit(claim, line) {
    let limit = table("limits").get_on(line.procedure, line.from);
    if !limit.is_missing() && line.units > limit.units {
        line.block(`at most ${limit.units}`);
    }
}

/// id: t/pair
/// title: Not beside the other
/// hook: scrub
/// severity: block
fn pair(claim) {
    if ncci("G9001", "G9002").bundled_on(claim.service_from) == true {
        block("bundled");
    }
}
"#;

const LIMITS: &str = "code,units,from,to\nG0439,1,,2025-12-31\nG0439,2,2026-01-01,\n";

fn tested(tests: &str) -> Result<(), String> {
    let folder = pack(&[
        ("rules.rhai", RULE),
        ("tables/limits.csv", LIMITS),
        ("tests/t.yaml", tests),
    ]);
    match load(folder.path()) {
        Ok(rules) => {
            assert!(rules.warnings().is_empty(), "{:?}", rules.warnings());
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_case_stands_on_the_tables_that_it_and_its_file_write() {
    tested(
        r#"
today: 2026-03-02
codes: { ncci: [{ pays: G9001, not: G9002, from: 2026-01-01 }] }
cases:
  - case: the pack's own row of the day
    claim: { from: 2025-12-31, lines: [G0439 10 x2] }
    expect: [{ rule: t/limit, says: at most 1 }]
  - case: and of the next
    claim: { from: 2026-01-01, lines: [G0439 10 x2] }
    expect: [t/pair]
  - case: another table for this case, and other pairs
    codes: { ncci: [] }
    tables: { limits: "code,units,from,to\nG0439,5,," }
    claim: { lines: [G0439 10 x6] }
    expect: [{ rule: t/limit, says: at most 5 }]
  - case: no pairs at all, which is no answer
    codes: { ncci: null }
    claim: {}
    expect: []
"#,
    )
    .unwrap();
}

#[test]
fn what_a_test_writes_wrongly_is_told() {
    for (written, says) in [
        (
            "tables: { limit: 'code' }\n",
            "the pack has no table `limit`: did you mean `limits`?",
        ),
        (
            "tables: { limits: \"code,units\\nG0439\\n\" }\n",
            "`limits`: this row has 1 of the 2 cells",
        ),
        ("codes: { nccy: [] }\n", "unknown field `nccy`"),
        (
            "codes: { mpfs: { G0439: { global_days: '091' } } }\n",
            "`091` are no global days of `G0439`",
        ),
    ] {
        let told = tested(&format!(
            "today: 2026-03-02\n{written}cases:\n  - case: a case\n    claim: {{}}\n    expect: []\n"
        ))
        .unwrap_err();
        assert!(told.contains(says), "{written}: {told}");
    }
}

#[test]
fn a_table_without_days_cannot_be_asked_for_one() {
    let folder = pack(&[
        ("rules.rhai", RULE),
        ("tables/limits.csv", "code,units\nG0439,1\n"),
    ]);
    let told = load(folder.path()).unwrap_err().to_string();
    assert!(told.contains("no columns `from` and `to`"), "{told}");
}
