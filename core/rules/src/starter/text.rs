//! The words of a rule that is started: its comments teach, so they are
//! written as carefully as the book.

use scrubjay_hooks::SubjectKind;

use super::NewRule;
use crate::card::RuleScope;
use crate::source::Source;

/// What stands above the first rule of a file.
const HEAD: &str = "\
// A rule is a card, the lines that start with `///`, with a function below it.
// The card is read and not run: a rule costs nothing on a claim that its card
// passes over. The book is payer-rules/README.md; every word that a rule can
// read or say is in payer-rules/VOCABULARY.md and `scrubjay rules vocabulary`.
";

/// A manifest.
pub(super) fn manifest(pack: &str) -> String {
    let id = match pack {
        "true" | "false" | "null" => format!("\"{pack}\""),
        _ => pack.to_owned(),
    };
    format!(
        "\
# What the pack is called, and a version for people.
id: {id}
title: Say here in one line what the pack is about
version: 0.1.0
# Whom it speaks for; everyone, where nothing is said. Payers are the keys of
# your scrubjay.yaml: scope: {{ payers: [acme], lines: [commercial], states: [TX] }}
"
    )
}

/// A code that no rule of the pack names, so that what is started disturbs no
/// test of another rule: no payer knows it, an analyst puts the real one there.
pub(super) fn free_code(new: &NewRule, sources: &[Source]) -> String {
    let named = |code: &String| sources.iter().any(|source| source.text().contains(code));
    (1..=9_999u32)
        .map(|number| match new.hook.subject() {
            SubjectKind::Denial => format!("ZZ{number}"),
            _ => format!("Z{number:04}"),
        })
        .find(|code| !named(code))
        .unwrap_or_else(|| "Z9999".to_owned())
}

/// A card with its function, behind what stands in the file already.
pub(super) fn rule(new: &NewRule, function: &str, code: &str, first: bool) -> String {
    let head = if first { HEAD } else { "" };
    format!("{head}\n{}{}", card(new, code), body(new, function))
}

fn card(new: &NewRule, code: &str) -> String {
    let (id, hook) = (&new.id, new.hook);
    let scope = match new.scope {
        RuleScope::Line => "line",
        RuleScope::Claim => "claim",
    };
    let (severity, applies, more) = match new.hook.subject() {
        SubjectKind::Denial => (
            "info",
            format!("applies: {{ remarks: {code} }}"),
            "groups: CO, carcs: [197, 198], payers: [acme]",
        ),
        SubjectKind::Remittance => (
            "warn",
            "applies: { lines: [commercial, medicare-advantage] }".to_owned(),
            "payers: [acme], states: TX",
        ),
        _ => (
            "warn",
            format!("applies: {{ procedures: {code} }}"),
            "procedures: [J0897, G0100-G0199, \"J*\", \"@table\"], modifiers: GZ, payers: [acme]",
        ),
    };
    format!(
        "\
/// # What the rule is called: findings, tests and reports name it so.
/// id: {id}
/// # In one line, what it asks for.
/// title: Say here in one line what the rule asks for
/// # When it runs, such as scrub, denial or follow_up.
/// hook: {hook}
/// # claim: called once. line: called for each service line that the card lets through.
/// scope: {scope}
/// # The most that it may say: block holds the claim, warn shows it, info records it.
/// severity: {severity}
/// # Reason codes (CARC) of the denials that it prevents: prevents: [29, B7]
/// # Where the rule comes from; and `true` once somebody has read it there.
/// cite: Name the manual, law or contract, with its chapter
/// verified: false
/// # First and last day of service, both included: effective: 2026-01-01..
/// # draft runs in tests only. Then shadow: runs, is recorded, changes nothing. Then active.
/// status: draft
/// # What it is about; everything, where nothing is said. Others:
/// # {more}
/// {applies}
"
    )
}

fn body(new: &NewRule, function: &str) -> String {
    match (new.hook.subject(), new.scope) {
        (SubjectKind::Denial, _) => format!(
            "\
fn {function}(denial) {{
    // A denial offers, among others, denial.carc, .group, .remarks, .amount, .decided,
    // .payer, and denial.claim, which is missing where the claim is not ours. A rule
    // may say classify(category, recoverable, action, owner, days), open_task, tag.
    if denial.amount > 5000 {{
        open_task(\"Say here what to do, and why\", \"denials\", 5);
    }}
}}
"
        ),
        (SubjectKind::Remittance, _) => format!(
            "\
fn {function}(remittance) {{
    // A remitted claim offers, among others, remittance.charge, .paid, .status, .remarks,
    // .adjusted(\"CO\", \"45\"), and remittance.claim, which is missing where it is not ours.
    if remittance.paid > remittance.charge {{
        // Text in back quotes may hold values.
        warn(`${{remittance.paid}} is paid on ${{remittance.charge}}: say here what to do`);
    }}
}}
"
        ),
        (_, RuleScope::Line) => format!(
            "\
fn {function}(claim, line) {{
    // A line offers, among others, line.procedure, .modifiers, .units, .charge, .place,
    // .from, .ndc, .has_modifier(\"GZ\"). Ask `line.ndc.is_missing()` before reading on
    // behind a value that may be missing. A table of the pack: table(\"name\").get(\"key\").
    if line.units > 90 {{
        // Text in back quotes may hold values.
        line.warn(`Line ${{line.number}} has ${{line.units}} units: say here what to do`);
    }}
}}
"
        ),
        (_, RuleScope::Claim) => format!(
            "\
fn {function}(claim) {{
    // A claim offers, among others, claim.charge, .payer, .place, .service_from,
    // .received, .authorization, .patient.age, .lines, .has_dx(\"E11\"), .units_of(\"J*\").
    // Ask `claim.referral.is_missing()` before reading on behind a value that may be
    // missing. The first word of what is said is the field that it is about.
    if claim.charge > 50000 {{
        // Text in back quotes may hold values.
        warn(\"charge\", `The claim comes to ${{claim.charge}}: say here what to do`);
    }}
}}
"
        ),
    }
}

/// Example claims; none for remittances, of which tests cannot write any yet.
pub(super) fn test(new: &NewRule, code: &str) -> Option<String> {
    let denial = |amount| format!("denial: {{ remarks: {code}, amount: {amount} }}");
    let (fires, silent) = match (new.hook.subject(), new.scope) {
        (SubjectKind::Denial, _) => (denial("5000.01"), denial("5000.00")),
        (SubjectKind::Remittance, _) => return None,
        (_, RuleScope::Line) => (
            format!("claim: {{ lines: [{code} 100.00, {code} 100.00 x91] }}"),
            format!("claim: {{ lines: [{code} 100.00 x90] }}"),
        ),
        (_, RuleScope::Claim) => (
            format!("claim: {{ lines: [{code} 50000.01] }}"),
            format!("claim: {{ lines: [{code} 50000.00] }}"),
        ),
    };
    let id = &new.id;
    let expected = match new.scope {
        RuleScope::Line => format!("{{ rule: {id}, line: 2 }}"),
        RuleScope::Claim => id.clone(),
    };
    Some(format!(
        "\
# Example claims, and everything that the pack must find on each. What a case
# does not say is filled in so that nothing is wrong with it.
today: 2026-03-02
cases:
  - case: say here what is wrong with this one
    {fires}
    expect: [{expected}]
  - case: and here why this one is just right
    {silent}
    expect: []
"
    ))
}
