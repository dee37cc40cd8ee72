//! Seeing inside a rule: what is shown is what happened, and looking changes
//! nothing.

#[path = "support/books.rs"]
mod books;
mod support;

use std::path::PathBuf;
use std::sync::Arc;

use scrubjay_hooks::{ClaimSubject, Hook, Subject};
use scrubjay_model::{Address, Claim, LineOfBusiness};
use scrubjay_rules::{
    Branches, Call, CaseFailure, ConditionSeen, Inside, Inspector, LoadOptions, Met, PackTests,
    RanTrace, RuleSet, RuleShown, RuleTrace, Step,
};
use support::{claim, context, day, load, pack, payer, write};

fn payer_rules() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules"))
}

/// Beside the code sets that ship.
fn shipped_codes() -> LoadOptions {
    LoadOptions {
        books: Arc::new(books::ShippedCodes),
        ..LoadOptions::default()
    }
}

/// A rule about claims, or about lines, with a body and helpers.
fn rule(takes: &str, body: &str, helpers: &str) -> String {
    let scope = if takes.contains("line") {
        "line"
    } else {
        "claim"
    };
    format!(
        "/// id: test/rule\n/// title: a\n/// hook: scrub\n/// scope: {scope}\n\
         fn the_rule({takes}) {{\n{body}\n}}\n{helpers}\n"
    )
}

fn traces(rules: &RuleSet, claim: &Claim) -> Vec<RuleTrace> {
    let payer = payer("acme", LineOfBusiness::Commercial, None);
    let subject = ClaimSubject {
        payer: Some(&payer),
        ..ClaimSubject::of(claim, day("2026-03-02"))
    };
    Inspector::new(rules).judge(Hook::Scrub, Subject::Claim(&subject), context())
}

fn ran(text: &str, claim: &Claim, needs: &str) -> RanTrace {
    let manifest = format!("id: test\ntitle: A test\nversion: 1\nneeds: [{needs}]\n");
    let folder = pack(&[("rules.rhai", text), ("pack.yaml", &manifest)]);
    let rules = load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    match traces(&rules, claim).remove(0).met {
        Met::Ran(ran) => ran,
        other => panic!("{other:?}"),
    }
}

fn calls(ran: &RanTrace) -> &[Call] {
    match &ran.inside {
        Inside::Seen { calls, .. } => calls,
        other => panic!("{other:?}"),
    }
}

/// A call as a reader would write it down.
fn told(call: &Call) -> Vec<String> {
    fn condition(seen: &ConditionSeen) -> String {
        let values: Vec<String> = seen.all_values().iter().map(ToString::to_string).collect();
        let outcome = seen
            .outcome
            .map_or("no answer".to_owned(), |yes| yes.to_string());
        format!("{} {} {outcome} {values:?}", seen.place, seen.text)
    }
    call.steps
        .iter()
        .map(|step| match step {
            Step::Condition(seen) => condition(seen),
            Step::Finding(finding) => format!("says {}", finding.message),
            Step::Asked(what) => format!("asks {what}"),
            Step::Stopped(values) => format!("stopped {values:?}"),
            _ => String::new(),
        })
        .collect()
}

#[test]
fn watched_every_rule_that_ships_does_on_every_test_what_it_does_unwatched() {
    let packs =
        PackTests::run(&[payer_rules()], shipped_codes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(packs.len(), 9);
    for pack in packs {
        assert_eq!(pack.failed(), 0, "{}", pack.pack);
        assert!(!pack.cases.is_empty(), "{}", pack.pack);
        assert_eq!(
            (pack.not_seen.len(), pack.unwatched.len()),
            (0, 0),
            "{}",
            pack.pack
        );
        for rule in &pack.rules {
            assert_eq!(rule.shown(), RuleShown::Both, "{}", rule.rule);
        }
        let (covered, all) = pack.branches();
        assert!(
            covered * 100 >= all * 90,
            "{}: {covered} of {all}",
            pack.pack
        );
    }
}

#[test]
fn conditions_are_told_with_their_values_in_the_order_of_what_was_said() {
    let text = rule(
        "claim",
        "let from = claim.service_from;\n\
         if from.is_missing() || claim.lines.len() > 9 { return; }\n\
         if claim.place == \"11\" {\n    warn(\"office\");\n}\n\
         if claim.charge > 150 && claim.has_dx(\"E11\") { hold_until(date(\"2026-04-01\"), \"large\"); }\n\
         if grave(claim) { block(\"grave\"); }",
        "fn grave(of) { of.lines.some(|l| l.charge > 90 && l.units == 1) }",
    );
    let ran = ran(&text, &claim(&["G0439", "G0444"]), "");
    let [call] = calls(&ran) else { panic!() };
    assert_eq!(
        told(call),
        [
            "rules.rhai:7 from.is_missing() || claim.lines.len() > 9 false \
             [\"from = 2026-02-20\", \"claim.lines = a list of 2\", \"claim.lines.len() = 2\"]",
            "rules.rhai:8 claim.place == \"11\" true [\"claim.place = \\\"11\\\"\"]",
            "says office",
            "rules.rhai:11 claim.charge > 150 && claim.has_dx(\"E11\") true \
             [\"claim.charge = 200.00\"]",
            "asks hold until 2026-04-01: large",
            "rules.rhai:14 l.charge > 90 true [\"l.charge = 100.00\"]",
            "rules.rhai:14 l.units == 1 true [\"l.units = 1\"]",
            "rules.rhai:12 grave(claim) true []",
            "says grave",
        ]
    );
    assert_eq!(ran.findings.len(), 2);
}

#[test]
fn short_circuit_stays_and_only_what_was_met_is_told() {
    let text = rule(
        "claim",
        "if claim.place == \"99\" && claim.referring.npi.is_valid { block(\"x\"); }",
        "",
    );
    // Without a referring provider, going on would stop the rule.
    let ran = ran(&text, &claim(&["G0439"]), "");
    let [call] = calls(&ran) else { panic!() };
    let [Step::Condition(seen)] = call.steps.as_slice() else {
        panic!()
    };
    assert_eq!((seen.outcome, seen.parts.len()), (Some(false), 1));
    assert!(ran.findings.is_empty());
}

#[test]
fn a_rule_about_lines_is_told_line_by_line() {
    let text = rule(
        "claim, line",
        "if line.procedure == \"G0444\" { line.warn(\"x\"); }",
        "",
    );
    let ran = ran(&text, &claim(&["G0439", "G0444"]), "");
    let outcomes: Vec<_> = calls(&ran)
        .iter()
        .map(|call| (call.line, call.steps.len()))
        .collect();
    assert_eq!(outcomes, [(Some(1), 1), (Some(2), 2)]);
}

/// Bodies that a look inside could easily disturb.
const DELICATE: &[&str] = &[
    "let list = [1, 2]; if list.pop() == 2 && list.len() == 1 { block(`${list.len()}`); }",
    "let list = [1]; if push(list, 2) == () { } if list.len() == 2 { block(\"two\"); }",
    "let n = 0; while n < 3 { n += 1; if n == 2 { continue; } warn(`${n}`); }",
    "let n = 0; do { n += 1; } until n > 3 || n == 9; block(`${n}`);",
    "let x = if claim.charge > 1 { \"much\" } else { \"little\" }; block(x);",
    "let x = switch claim.place { \"11\" if claim.charge > 1 => \"a\", \"12\" => \"b\", _ => \"c\" }; block(x);",
    "switch claim.lines.len() { 1 => { warn(\"one\"); } 2 | 3 => warn(\"some\"), _ => () }",
    "for (line, at) in claim.lines { if at > 0 && line.charge > 1 { line.warn(`${at}`); } }",
    "let f = |a, b| a > b && b > 0; if f.call(2, 1) { block(\"more\"); }",
    "let lines = claim.lines.filter(|l| l.charge > 1 || l.units > 1); if lines.len() > 1 { block(\"x\"); }",
    "let most = 50; if claim.lines.all(|l| l.charge > most) { block(\"all\"); } block(`${most}`);",
    "if (claim.charge > 1 || claim.place == \"x\") && !(claim.charge > 900 && claim.charge < 1000) { block(\"x\"); }",
    "if claim.place in [\"11\", \"12\"] { block(\"x\"); }",
    "if (claim.referral ?? \"none\") == \"none\" { block(\"x\"); }",
    "if claim.lines[0].modifiers.len() == 0 { block(`${claim.lines[0].charge}`); }",
    "if if claim.charge > 1 { true } else { false } { block(\"x\"); }",
    "let row = #{ a: claim.charge, b: claim.place == \"11\" || false }; if row.b && row.a > 1 { block(\"x\"); }",
    "if true | false && claim.charge > 1 { block(\"x\"); }",
    "let s = `${if claim.charge > 1 && true { \"}\" } else { \"{\" }}`; if s == \"}\" { block(s); }",
    "block(\"before\"); if claim.service_from > same(\"2026\") { block(\"never\"); }",
    "if claim.referring.npi.is_valid { block(\"never\"); }",
    "if same(claim.charge) { block(\"never\"); }",
    "if claim.charge > 1 /* } */ && // {\n claim.charge < 1000 { block(\"x\"); }",
    "if deep(3) > 2 { block(\"x\"); }",
    "if deep(-1) > 2 { block(\"never\"); }",
    "let n = 0; if true && { n += 1; n > 0 } { block(`${n}`); }",
    "throw \"x\";",
    "let n = 0; loop { n += 1; if n > 1_000 && n % 7 == 0 { break; } } block(`${n}`);",
    "if the_helper(claim) && the_helper(claim) { block(\"x\"); }",
];

#[test]
fn looking_inside_changes_neither_findings_nor_faults() {
    let helpers = "fn same(x) { x }\n\
                   fn deep(n) { if n == 0 { return 3; } deep(n - 1) }\n\
                   fn the_helper(claim) { claim.place == \"11\" && claim.charge > 1 }";
    for body in DELICATE {
        // It must not go wrong on the sample that packs are tried on.
        let body = format!("if claim.id == \"T1\" {{\n{body}\n}}");
        let text = rule("claim", &body, helpers);
        let ran = ran(&text, &claim(&["G0439", "G0444"]), "");
        assert!(!ran.findings.is_empty(), "{body}");
        assert!(
            matches!(ran.inside, Inside::Seen { .. }),
            "{body}: {:?}",
            ran.inside
        );
        let calls = calls(&ran);
        let told: Vec<_> = calls
            .iter()
            .flat_map(|call| &call.steps)
            .filter_map(|step| match step {
                Step::Finding(finding) => Some(finding.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(told, ran.findings, "{body}");
    }
}

#[test]
fn a_rule_that_stops_is_told_with_what_it_read_last() {
    let text = rule(
        "claim",
        "if claim.id == \"T1\" && claim.service_from > same(claim.place) { block(\"x\"); }",
        "fn same(x) { x }",
    );
    let ran = ran(&text, &claim(&["G0439"]), "");
    let told = told(&calls(&ran)[0]).join("\n");
    assert!(
        told.contains("stopped [ValueRead { expression: \"claim.service_from\""),
        "{told}"
    );
    assert!(
        told.contains("says `test/rule` stopped at test/rules.rhai:6:"),
        "{told}"
    );
}

#[test]
fn names_addresses_and_member_numbers_are_masked_and_what_comes_of_them_too() {
    let text = rule(
        "claim",
        "let name = claim.patient.last_name;\n\
         let zip = claim.patient.address.zip;\n\
         if name == \"x\" || zip.without(\"-\").len() == 1 || first(claim.patient) == \"y\" { block(\"no\"); }\n\
         if claim.patient.last_name.len() > 1 && claim.patient.address.city != \"x\" { block(\"yes\"); }\n\
         if claim.place == \"11\" && claim.service_from.is_missing() { block(\"no\"); }",
        "fn first(person) { if person.first_name == \"z\" { return \"q\"; } person.first_name }",
    );
    let mut claim = claim(&["G0439"]);
    claim.patient.address = Some(Address {
        line1: "1 Hidden Lane".to_owned(),
        line2: None,
        city: "Concealed".to_owned(),
        state: "TX".to_owned(),
        zip: "78701-9999".to_owned(),
        country: None,
    });
    let ran = ran(&text, &claim, "name, address, member");
    let told = told(&calls(&ran)[0]).join("\n");
    for secret in [
        "Secret",
        "Pat\"",
        "Hidden",
        "Concealed",
        "7870",
        " = 9",
        " = 10",
        " = 6",
    ] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    assert!(told.contains("name = (masked)"), "{told}");
    // What is no one's name is shown as ever.
    assert!(told.contains("claim.place = \\\"11\\\""), "{told}");
    assert!(told.contains("claim.service_from = 2026-02-20"), "{told}");
    let json = serde_json::to_string(&ran).expect("a trace is JSON");
    assert!(
        !json.contains("Concealed") && json.contains("(masked)"),
        "{json}"
    );
}

#[test]
fn a_rule_that_did_not_run_is_told_with_the_line_of_its_card() {
    let text = "/// id: test/rule\n/// title: a\n/// hook: scrub\n/// applies: { procedures: J0696 }\n\
                fn f(claim) { block(\"x\"); }\n\
                /// id: test/draft\n/// title: a\n/// hook: scrub\n/// status: draft\n\
                fn g(claim) { block(\"x\"); }\n";
    let folder = pack(&[("rules.rhai", text)]);
    let rules = load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let why: Vec<_> = traces(&rules, &claim(&["G0439"]))
        .into_iter()
        .map(|trace| match trace.met {
            Met::PassedOver { because } => (trace.rule, because),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        why,
        [
            ("test/draft".to_owned(), "status: draft".to_owned()),
            ("test/rule".to_owned(), "procedures: [J0696]".to_owned()),
        ]
    );
}

const COVERED: &str = "\
/// id: test/units
/// title: a
/// hook: scrub
/// scope: line
/// applies: { procedures: \"J*\" }
fn units(claim, line) {
    if line.units > 4 && claim.place == \"11\" {
        line.block(\"many\");
    }
}

/// id: test/elsewhere
/// title: b
/// hook: scrub
/// applies: { procedures: S9131 }
fn elsewhere(claim) {
    if claim.charge > 1 { block(\"x\"); }
}

/// id: test/paid
/// title: c
/// hook: remittance
fn paid(remittance) {
    if remittance.paid > 900000 { block(\"x\"); }
}
";

const CASES: &str = "\
today: 2026-03-02
cases:
  - case: many units
    claim: { place: \"11\", lines: [J0696 50.00 x8] }
    expect: [test/units]
  - case: few units
    claim: { lines: [J0696 50.00 x2] }
    expect: [{ rule: test/units, line: 1 }, test/nothing]
  - case: not a claim
    claim: { lines: [J0696 50.00 y2] }
    expect: []
";

#[test]
fn tests_are_told_case_by_case_and_branch_by_branch() {
    let folder = pack(&[("rules.rhai", COVERED), ("tests/units.yaml", CASES)]);
    assert!(load(folder.path()).is_err(), "two of its cases fail");
    let packs = PackTests::run(&[folder.path().to_owned()], LoadOptions::default())
        .unwrap_or_else(|error| panic!("{error}"));
    let [tests] = packs.as_slice() else { panic!() };
    assert_eq!((tests.cases.len(), tests.failed()), (3, 2));
    assert_eq!(tests.cases[0].failure, None);
    assert_eq!(tests.cases[1].place.line, 6);
    let Some(CaseFailure::Differs {
        missing,
        unexpected,
        found,
    }) = &tests.cases[1].failure
    else {
        panic!("{:?}", tests.cases[1])
    };
    assert_eq!(
        missing,
        &[
            ("test/units".to_owned(), "it ran and did not say so"),
            ("test/nothing".to_owned(), "the pack has no such rule"),
        ]
    );
    assert!(unexpected.is_empty() && found.is_empty());
    assert!(matches!(
        tests.cases[2].failure,
        Some(CaseFailure::NoExample(_))
    ));

    let shown: Vec<_> = tests
        .rules
        .iter()
        .map(|rule| (rule.rule.as_str(), rule.shown()))
        .collect();
    assert_eq!(
        shown,
        [
            ("test/elsewhere", RuleShown::PassedOver),
            ("test/paid", RuleShown::NotReached),
            ("test/units", RuleShown::Both),
        ]
    );
    let conditions: Vec<_> = tests
        .conditions
        .iter()
        .map(|seen| {
            (
                seen.place.line,
                seen.text.as_str(),
                seen.branches.gap(),
                seen.rule_ran,
            )
        })
        .collect();
    assert_eq!(
        conditions,
        [
            (7, "line.units > 4", None, true),
            (7, "claim.place == \"11\"", Some("never false"), true),
            (17, "claim.charge > 1", Some("never met"), false),
            (24, "remittance.paid > 900000", Some("never met"), false),
        ]
    );
    assert_eq!(tests.branches(), (3, 8));
}

#[test]
fn a_helper_of_two_rules_is_covered_by_either_and_a_switch_by_its_arms() {
    let text = "\
/// id: test/a
/// title: a
/// hook: scrub
/// applies: { procedures: J0696 }
fn a(claim) { if large(claim) { block(\"a\"); } }
/// id: test/b
/// title: b
/// hook: scrub
/// applies: { procedures: S9131 }
fn b(claim) { if large(claim) { block(\"b\"); } }
fn large(claim) {
    switch claim.lines.len() {
        1 => claim.charge > 100 || false,
        _ => false
    }
}
";
    let cases = "\
today: 2026-03-02
cases:
  - case: a large one
    claim: { lines: [J0696 500.00] }
    expect: [test/a]
  - case: a small one
    claim: { lines: [S9131 5.00] }
    expect: []
";
    let folder = pack(&[("rules.rhai", text)]);
    write(folder.path(), &[("tests/a.yaml", cases)]);
    let packs = PackTests::run(&[folder.path().to_owned()], LoadOptions::default())
        .unwrap_or_else(|error| panic!("{error}"));
    let conditions: Vec<_> = packs[0]
        .conditions
        .iter()
        .map(|seen| (seen.text.as_str(), seen.branches, seen.rules.len()))
        .collect();
    let either = |met_true, met_false| Branches::Either {
        met_true,
        met_false,
    };
    assert_eq!(
        conditions,
        [
            ("large(claim)", either(1, 0), 1),
            ("large(claim)", either(0, 1), 1),
            ("switch arm 1", Branches::Arm { taken: 2 }, 2),
            ("claim.charge > 100", either(1, 1), 2),
            ("false", either(0, 1), 2),
            ("switch arm _", Branches::Arm { taken: 0 }, 2),
        ]
    );
}
