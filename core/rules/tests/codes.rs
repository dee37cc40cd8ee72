//! What rules can ask of codes, classes and lists, and what they are told
//! where they ask wrongly.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod support;

use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_hooks::{CodeBooks, DiagnosisStanding};
use scrubjay_rules::{LoadOptions, RULE_FAULT, RuleSet};
use support::{claim, load, pack, scrub_commercial};

/// A book with two codes, that ends with the year 2026.
#[derive(Debug)]
struct SmallBook;

impl CodeBooks for SmallBook {
    fn icd10_on(&self, code: &str, day: NaiveDate) -> DiagnosisStanding {
        match code {
            _ if day > NaiveDate::from_ymd_opt(2026, 12, 31).unwrap() => DiagnosisStanding::Unknown,
            "E1165" | "E11.65" => DiagnosisStanding::Billable,
            "E11" => DiagnosisStanding::Heading,
            _ => DiagnosisStanding::Absent,
        }
    }

    fn icd10_exists(&self, code: &str) -> Option<bool> {
        Some(["E11", "E1165", "E11.65"].contains(&code))
    }
}

/// A rule that says the value of an expression, with its pack's table `therapy`.
fn files(expression: &str) -> [(&'static str, String); 3] {
    let rule = format!(
        "/// id: t/asks\n/// title: t\n/// hook: scrub\n/// severity: info\nfn asks(claim) {{\n    let value = {expression};\n    info(`${{value}}`);\n}}\n"
    );
    [
        ("r.rhai", rule),
        (
            "tables/therapy.csv",
            "code\nG0151\nG0155-G0159\nS9*\n".to_owned(),
        ),
        ("tables/diabetes.csv", "code\nE08\nE11\n".to_owned()),
    ]
}

fn said(expression: &str, books: Option<Arc<dyn CodeBooks>>) -> (String, String) {
    let files = files(expression);
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let folder = pack(&files);
    let folders = [folder.path().to_owned()];
    let rules = match books {
        Some(books) => {
            let options = LoadOptions {
                books,
                ..LoadOptions::default()
            };
            RuleSet::load_with(&folders, options)
        }
        None => RuleSet::load(&folders),
    };
    let rules = rules.unwrap_or_else(|error| panic!("{expression}: {error}"));
    let outcome = scrub_commercial(&rules, &claim(&["G0439", "J0696", "G0439"]));
    let finding = &outcome.findings[0];
    (finding.rule.clone(), finding.message.clone())
}

fn refused(expression: &str) -> String {
    let files = files(expression);
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    match load(pack(&files).path()) {
        Ok(_) => format!("`{expression}` is taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_rule_asks_what_a_diagnosis_is_on_a_day() {
    for (asked, answer) in [
        ("icd10(claim.first_diagnosis).exists()", "true"),
        ("icd10(\"E11.65\").valid_on(claim.service_from)", "true"),
        ("icd10(\"E11\").valid_on(claim.service_from)", "true"),
        ("icd10(\"E11\").billable_on(claim.service_from)", "false"),
        ("icd10(\"E1165\").billable_on(claim.service_from)", "true"),
        ("icd10(\"X99\").valid_on(claim.service_from)", "false"),
        ("icd10(\"X99\").exists()", "false"),
        ("icd10(\"X99\").code", "X99"),
        // Nothing can be said, so nobody is told that it is wrong.
        (
            "icd10(\"X99\").valid_on(date(\"2027-01-01\")).is_missing()",
            "true",
        ),
        (
            "icd10(\"X99\").billable_on(date(\"2027-01-01\")) == false",
            "false",
        ),
        (
            "icd10(\"X99\").billable_on(claim.service_from) == false",
            "true",
        ),
        (
            "{ let day = claim.service_from; claim.diagnoses.all(|dx| icd10(dx).billable_on(day) == true) }",
            "true",
        ),
    ] {
        assert_eq!(said(asked, Some(Arc::new(SmallBook))).1, answer, "{asked}");
    }
    let without = said("icd10(\"X99\").exists().is_missing()", None);
    assert_eq!(without.1, "true", "no book is no answer");
}

#[test]
fn a_rule_asks_classes_and_lists() {
    for (asked, answer) in [
        ("class(\"therapy\").contains(\"G0151\")", "true"),
        ("class(\"@therapy\").contains(\"G0157\")", "true"),
        ("class(\"therapy\").contains(\"S9131\")", "true"),
        ("class(\"therapy\").contains(\"G0152\")", "false"),
        ("class(\"diabetes\").contains_dx(\"E11.65\")", "true"),
        ("class(\"diabetes\").contains_dx(\"E10\")", "false"),
        ("claim.lines.any(|l| l.procedure == \"J0696\")", "true"),
        ("claim.lines.any(|l| l.charge > 100)", "false"),
        ("claim.lines.all(|l| l.units == 1)", "true"),
        ("claim.lines.all(|l| l.procedure == \"G0439\")", "false"),
        ("claim.lines.count(|l| l.procedure == \"G0439\")", "2"),
        ("[].any(|x| true) || ![].all(|x| false)", "false"),
        // What stands around the test can be read in it.
        (
            "{ let lines = claim.lines; lines.count(|l| l.from == claim.service_from) }",
            "3",
        ),
        (
            "claim.units_of(\"G0439\") + claim.units_of(\"@therapy\")",
            "2",
        ),
        ("claim.service_from + 10 == date(\"2026-03-02\")", "true"),
        ("(claim.service_from + 10) - claim.service_from", "10"),
    ] {
        assert_eq!(said(asked, None).1, answer, "{asked}");
    }
}

#[test]
fn what_is_asked_wrongly_is_refused_with_its_place() {
    for (asked, message) in [
        (
            "!icd10(\"E11\").billable_on(claim.service_from)",
            "this may be missing",
        ),
        (
            "claim.id == \"T1\" && icd10(\"E11\").exists()",
            "this may be missing",
        ),
        (
            "if icd10(\"E11\").exists() { 1 } else { 2 }",
            "this may be missing",
        ),
        (
            "icd10(\"E11\").billable(claim.service_from)",
            "an ICD-10 code has no `billable(...)`",
        ),
        ("icd10(11)", "`icd10` wants text for `code`, not a number"),
        (
            "icd10(\"E11\").valid_on(\"2026-01-01\")",
            "wants a date for `day`, not text",
        ),
        (
            "class(\"terapy\").contains(\"G0151\")",
            "did you mean `therapy`?",
        ),
        (
            "class(\"therapy\").has(\"G0151\")",
            "a class has no `has(...)`",
        ),
        ("claim.lines.any()", "`any` takes (test)"),
        (
            "claim.lines.count(|l| l.chrage > 1)",
            "a line has no `.chrage`",
        ),
        (
            "claim.lines.any(|l| l.from == claim.service_from)",
            "such as `let lines = claim.lines;`",
        ),
        (
            "claim.lines.any(|l| l.charge)",
            "the test of a list is true or false, not a number",
        ),
    ] {
        let said = refused(asked);
        assert!(
            said.contains(message) && said.contains("r.rhai:6:"),
            "{asked}: {said}"
        );
    }
    // What only a claim shows stops the rule, and the claim is held.
    let (rule, message) = said(
        "claim.lines.any(|l| if l.authorization.is_missing() { 5 } else { true })",
        None,
    );
    assert_eq!(rule, RULE_FAULT, "{message}");
}
