//! Scripts that mean harm or go wrong: each ends as `rule-fault` within its
//! limit, says where and why without data, and the other rules stand.

mod support;

use std::time::{Duration, Instant};

use scrubjay_hooks::{Finding, Outcome, Severity};
use scrubjay_rules::RULE_FAULT;
use support::{claim, load, pack, scrub_commercial};

/// A rule that goes wrong on claim T1 only, so that the pack loads, between
/// two that find something.
fn outcome(body: &str, helpers: &str) -> Outcome {
    let rules = format!(
        "/// id: test/a-first\n/// title: a\n/// hook: scrub\nfn first(claim) {{ block(\"first\"); }}\n\
         /// id: test/b-hostile\n/// title: b\n/// hook: scrub\nfn hostile(claim) {{\nif claim.id == \"T1\" {{\n{body}\n}}\n}}\n\
         {helpers}\n\
         /// id: test/c-last\n/// title: c\n/// hook: scrub\nfn last(claim) {{ block(\"last\"); }}\n"
    );
    let folder = pack(&[("rules.rhai", &rules)]);
    let rules = load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let begun = Instant::now();
    let outcome = scrub_commercial(&rules, &claim(&["G0439", "G0444"]));
    // A generous bound on the wall clock for a slow machine and an unoptimised build.
    assert!(begun.elapsed() < Duration::from_secs(20), "{body}");
    outcome
}

/// The fault of the hostile rule, when the others have stood.
fn fault(body: &str, helpers: &str) -> Finding {
    let outcome = outcome(body, helpers);
    let rules: Vec<&str> = outcome
        .findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        ["test/a-first", RULE_FAULT, "test/c-last"],
        "{body}: {:?}",
        outcome.findings
    );
    assert!(outcome.holds());
    let fault = outcome.findings[1].clone();
    assert_eq!(fault.severity, Severity::Block);
    assert!(
        fault
            .message
            .starts_with("`test/b-hostile` stopped at test/rules.rhai:"),
        "{}",
        fault.message
    );
    fault
}

#[track_caller]
fn stops(body: &str, at: &str, why: &str) {
    let message = fault(body, "").message;
    assert!(message.contains(&format!("rules.rhai:{at}: ")), "{message}");
    assert!(message.contains(why), "{message}");
}

#[test]
fn an_endless_loop_stops() {
    stops("loop { }", "10:6", "more than 100000 steps");
    stops(
        "let n = 0; while true { n += 1; }",
        "10:25",
        "more than 100000 steps",
    );
    stops(
        "let m = 0; for n in 0..9000000000 { m += n; }",
        "10:42",
        "more than 100000 steps",
    );
}

#[test]
fn a_function_that_calls_itself_without_end_stops() {
    let message = fault("dig(1);", "fn dig(n) { dig(n + 1) }").message;
    assert!(message.contains("may call itself without end"), "{message}");
}

#[test]
fn a_text_or_list_that_grows_without_end_stops() {
    stops("let s = \"x\"; loop { s += s; }", "10:23", "grew too large");
    stops(
        "let s = \"x\"; loop { s = `${s}${s}`; }",
        "10:32",
        "grew too large",
    );
    stops("let a = []; loop { a.push(1); }", "10:22", "grew too large");
    stops("let a = [[1]]; loop { a += a; }", "10:25", "grew too large");
    stops(
        "let a = []; a.pad(1000000000, \"x\");",
        "10:15",
        "grew too large",
    );
    stops(
        "let s = \"\"; s.pad(1000000000, 'x');",
        "10:15",
        "grew too large",
    );
}

#[test]
fn a_rule_that_throws_stops_and_what_it_threw_is_not_told() {
    let message = fault("throw `patient ${claim.patient.born}`;", "").message;
    assert!(message.ends_with(": it threw an error"), "{message}");
}

#[test]
fn a_property_that_does_not_exist_stops_where_the_checker_cannot_see_it() {
    let message = fault("read(claim);", "fn read(thing) { thing.chrage }").message;
    assert!(message.contains("a claim has no `.chrage`"), "{message}");
}

#[test]
fn reading_on_behind_a_missing_value_stops() {
    stops(
        "claim.referring.npi",
        "10:17",
        "`.npi` is read from a missing value",
    );
}

#[test]
fn dividing_by_zero_stops() {
    stops("let n = claim.charge / 0;", "10:22", "divides by zero");
    stops("let n = claim.lines.len() % 0;", "10:27", "divides by zero");
}

#[test]
fn numbers_beyond_every_bound_stop() {
    stops(
        "let n = 9223372036854775807 + 1;",
        "10:29",
        "grew too large",
    );
    stops("let n = 2 ** 64;", "10:11", "grew too large");
    stops(
        "today().plus_years(1000000);",
        "10:9",
        "beyond the calendar",
    );
}

#[test]
fn a_list_is_not_read_beyond_its_end() {
    stops("claim.diagnoses[7]", "10:17", "beyond the end");
}

#[test]
fn a_thousand_findings_stop_and_none_of_them_is_kept() {
    stops(
        "for n in 0..1000 { block(`finding ${n}`); }",
        "10:20",
        "more than 100 findings",
    );
}

#[test]
fn a_thousand_effects_stop() {
    let outcome = outcome("for n in 0..1000 { tag(`t${n}`); }", "");
    assert!(outcome.effects.is_empty());
    assert_eq!(outcome.findings[1].rule, RULE_FAULT);
}

#[test]
fn what_was_found_on_other_lines_stands_and_the_fault_is_told_once() {
    let rules = "/// id: test/lines\n/// title: t\n/// hook: scrub\n/// scope: line\nfn lines(claim, line) {\n\
                 if claim.id == \"T1\" && line.number >= 2 { throw 1; }\nline.block(\"found\");\n}\n";
    let folder = pack(&[("rules.rhai", rules)]);
    let rules = load(folder.path()).unwrap();
    let outcome = scrub_commercial(&rules, &claim(&["G0439", "G0444", "G0442"]));
    let found: Vec<&str> = outcome
        .findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(found, ["test/lines", RULE_FAULT]);
}

#[test]
fn comparing_things_of_different_kinds_stops_with_its_place() {
    // The checker tells of these where it can see the kinds; behind a helper
    // it cannot, and the rule stops when it runs.
    for (claim_value, other, text) in [
        (
            "claim.service_from",
            "\"2026-01-01\"",
            "a date cannot be compared with text",
        ),
        (
            "claim.charge",
            "\"100\"",
            "a number cannot be compared with text",
        ),
        ("claim", "claim", "a claim cannot be compared with a claim"),
        (
            "true",
            "1",
            "true or false cannot be compared with a number",
        ),
    ] {
        for operator in ["==", "!=", "<", ">", "<=", ">="] {
            let message = fault(
                &format!("same({claim_value}, {other})"),
                &format!("fn same(a, b) {{ a {operator} b }}"),
            )
            .message;
            assert!(message.contains(text), "{operator}: {message}");
            assert!(
                message.contains("rules.rhai:13:19: "),
                "{operator}: {message}"
            );
        }
    }
}

#[test]
fn lists_are_equal_entry_by_entry_and_have_no_order() {
    let helper = "fn less(a, b) { a < b }";
    let message = fault("less(claim.diagnoses, [\"E1165\"])", helper).message;
    assert!(
        message.contains("a list cannot be compared with a list"),
        "{message}"
    );
    let outcome = outcome("if claim.diagnoses == [\"E1165\"] { block(\"equal\") }", "");
    assert_eq!(outcome.findings[1].message, "equal");
    stops(
        "claim.diagnoses == [1]",
        "10:17",
        "text cannot be compared with a number",
    );
}

#[test]
fn a_missing_value_is_equal_to_nothing_else_and_has_no_order() {
    let outcome = outcome(
        "if claim.authorization == \"X\" || claim.authorization != () { block(\"no\") } else { block(\"yes\") }",
        "",
    );
    assert_eq!(outcome.findings[1].message, "yes");
    stops(
        "if claim.authorization < \"X\" { }",
        "10:24",
        "a missing value has no order",
    );
}

#[test]
fn a_comparison_in_a_list_or_switch_is_as_loud() {
    stops(
        "claim.charge in [\"100\"]",
        "10:14",
        "text cannot be compared with a number",
    );
}

#[test]
fn a_rule_that_calls_itself_and_helpers_of_one_name_in_two_packs_stay_apart() {
    let rule = |id: &str, least: u32| {
        format!(
            "/// id: {id}/own\n/// title: t\n/// hook: scrub\nfn own(claim) {{ if claim.charge > least() {{ block(\"{id}\"); }} }}\n\
             fn least() {{ {least} }}\n\
             /// id: {id}/self\n/// title: t\n/// hook: scrub\nfn again(claim) {{ if claim.id != \"T1\" {{ again(claim); }} }}\n"
        )
    };
    let folder = tempfile::TempDir::new().unwrap();
    support::write(
        folder.path(),
        &[
            ("a/pack.yaml", "id: a\ntitle: t\nversion: 1\n"),
            (
                "a/r.rhai",
                &rule("a", 50).replace("\"T1\"", "\"SAMPLE\" && claim.id != \"T1\""),
            ),
            ("b/pack.yaml", "id: b\ntitle: t\nversion: 1\n"),
            (
                "b/r.rhai",
                &rule("b", 5_000).replace("\"T1\"", "\"SAMPLE\" && claim.id != \"T1\""),
            ),
        ],
    );
    let rules = load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let mut claim = claim(&["G0439"]);
    let outcome = scrub_commercial(&rules, &claim);
    let found: Vec<&str> = outcome
        .findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(found, ["a/own"]);
    claim.id = "T2".parse().unwrap();
    let outcome = scrub_commercial(&rules, &claim);
    let faults = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule == RULE_FAULT)
        .count();
    assert_eq!(faults, 2, "{:?}", outcome.findings);
}
