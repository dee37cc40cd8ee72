//! What a payer's refusal to read a request means, and what to do, in words of
//! our own.

use scrubjay_model::{EligibilityRejection, FollowUpAction};

/// AAA03 codes, what is the matter, and where it is mended.
const REASONS: &[(&[&str], &str)] = &[
    (
        &["15", "33"],
        "something that the request needs is missing or malformed",
    ),
    (&["35"], "the provider is not in the plan's network"),
    (
        &["41", "79"],
        "the payer does not take requests from this sender: enrol, or ask by portal",
    ),
    (&["42", "80"], "the payer's system could not answer"),
    (
        &["43", "44", "45", "46", "47", "50", "51", "97"],
        "the payer does not know the provider as it is named: compare name, NPI and enrolment",
    ),
    (
        &["49", "AE"],
        "the payer wants the primary care provider to ask",
    ),
    (
        &["52"],
        "the provider is not enrolled with the plan on that day",
    ),
    (
        &["56", "57", "60", "61", "62", "63", "AM"],
        "a date of the request is missing or cannot be",
    ),
    (
        &["58", "71"],
        "the date of birth is not the one that the payer has",
    ),
    (
        &["64", "72"],
        "the member number is missing or not the payer's",
    ),
    (&["65", "73"], "the name is not the one that the payer has"),
    (&["66", "74"], "the sex is not the one that the payer has"),
    (
        &["67", "75", "77", "78", "95"],
        "the payer finds no such member: verify the cover",
    ),
    (
        &["68", "76"],
        "the payer finds more than one member with that number",
    ),
    (
        &["84", "91"],
        "the payer has this request already, or has decided on it",
    ),
    (&["AF"], "a diagnosis is missing or not valid"),
    (&["AG"], "a procedure is missing or not valid"),
    (
        &["AA", "IA", "MA"],
        "the number of the earlier authorization is missing or unknown",
    ),
    (
        &["E8"],
        "the payer wants medical records before it reads the request",
    ),
    (&["T4"], "the payer's name or id is missing"),
];

/// The refusals of a request, each once.
pub(crate) fn refusals(rejections: &[EligibilityRejection]) -> String {
    let mut said: Vec<String> = Vec::new();
    for rejection in rejections {
        let reason = rejection.reason.as_str();
        let meaning = REASONS
            .iter()
            .find(|(codes, _)| codes.contains(&reason))
            .map_or(
                "a reason that the payer's companion guide explains",
                |(_, words)| words,
            );
        let one = format!("{meaning} (AAA {reason}, {})", rejection.at);
        if !said.contains(&one) {
            said.push(one);
        }
    }
    said.join("; ")
}

/// What the payer says is to be done: the strictest of several.
pub(crate) fn what_to_do(rejections: &[EligibilityRejection]) -> &'static str {
    let says = |wanted: fn(&FollowUpAction) -> bool| {
        rejections.iter().any(|rejection| wanted(&rejection.action))
    };
    if says(|action| matches!(action, FollowUpAction::Stop)) {
        "do not send it again: call the payer"
    } else if says(|action| matches!(action, FollowUpAction::Correct)) {
        "mend it and ask again"
    } else if says(|action| matches!(action, FollowUpAction::Wait(30..))) {
        "ask again after 30 days, or call the payer"
    } else if says(|action| matches!(action, FollowUpAction::Wait(_))) {
        "ask again after 10 days, or call the payer"
    } else {
        "ask again, or call the payer"
    }
}
