//! The words of a rule that is started: its comments teach, so they are
//! written as carefully as the book.

use scrubjay_hooks::SubjectKind;

use super::NewRule;
use super::kinds::{Start, start};
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
    let written = |number: u32| match new.hook.subject() {
        SubjectKind::Denial | SubjectKind::Metric => format!("ZZ{number}"),
        // Places of service that CMS has given no meaning.
        SubjectKind::Eligibility | SubjectKind::Registration => format!("{}", 98 - number % 17),
        SubjectKind::Account => format!("Z{number}"),
        _ => format!("Z{number:04}"),
    };
    (1..=9_999)
        .map(written)
        .find(|code| !named(code))
        .unwrap_or_else(|| written(9_999))
}

/// A card with its function, behind what stands in the file already.
pub(super) fn rule(new: &NewRule, function: &str, code: &str, first: bool) -> String {
    let head = if first { HEAD } else { "" };
    let start = start(new, code);
    let takes = match new.scope {
        RuleScope::Line => "claim, line",
        RuleScope::Claim => new.hook.subject().as_str(),
    };
    let body = &start.body;
    format!(
        "{head}\n{}fn {function}({takes}) {{\n{body}}}\n",
        card(new, &start)
    )
}

fn card(new: &NewRule, start: &Start) -> String {
    let (id, hook) = (&new.id, new.hook);
    let scope = match new.scope {
        RuleScope::Line => "line",
        RuleScope::Claim => "claim",
    };
    let Start {
        severity,
        applies,
        more,
        ..
    } = start;
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

/// Example subjects, and what the pack must find on each.
pub(super) fn test(new: &NewRule, code: &str) -> String {
    let Start { fires, silent, .. } = start(new, code);
    let id = &new.id;
    let expected = match new.scope {
        RuleScope::Line => format!("{{ rule: {id}, line: 2 }}"),
        RuleScope::Claim => id.clone(),
    };
    format!(
        "\
# Examples, and everything that the pack must find on each. What a case
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
    )
}
