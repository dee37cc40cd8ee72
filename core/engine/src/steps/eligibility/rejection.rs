//! Why a payer refused a question (AAA), in plain words, and what to do.

use scrubjay_model::{EligibilityRejection, FollowUpAction};

/// Reasons (AAA03) with what they mean here. The wording is ours.
const REASONS: [(&[&str], &str); 19] = [
    (
        &["04"],
        "the payer does not answer so many questions at once: send fewer in a file",
    ),
    (
        &["15", "33"],
        "the payer wants something that the question does not have: read its companion guide",
    ),
    (
        &["35"],
        "the practice is not in this payer's network: check the contract, and tell the patient",
    ),
    (
        &["41", "50"],
        "the practice may not ask this payer electronically yet: enrol for eligibility questions",
    ),
    (
        &["42", "80"],
        "the payer's system gave no answer: ask again later, or by telephone or portal",
    ),
    (
        &["43", "44", "45", "46", "47", "48", "51", "97"],
        "the payer does not know the practice as it was named: check NPI, name and enrolment",
    ),
    (
        &["49"],
        "the provider is not the patient's primary care provider with this plan: check the referral",
    ),
    (
        &["52"],
        "the practice was not enrolled with this payer on that day: check the enrolment's dates",
    ),
    (
        &["53", "54", "55", "69", "70", "98"],
        "the payer does not answer for that type of service: ask about the plan as a whole",
    ),
    (
        &["56", "57", "60", "61", "62", "63"],
        "the payer does not answer for that day: check the visit's day, and ask nearer to it",
    ),
    (
        &["58", "71"],
        "the date of birth is not what the payer has: compare it with the card and the patient",
    ),
    (
        &["64", "72"],
        "the member number is wrong or missing: compare it with the card",
    ),
    (
        &["65", "73"],
        "the name is not what the payer has: write it as it stands on the card",
    ),
    (
        &["66", "74"],
        "the sex is not what the payer has: compare it with the card and the patient",
    ),
    (
        &["67", "75"],
        "the payer does not know this person: check payer, member number, name and date of birth",
    ),
    (
        &["68", "76"],
        "the payer has several people under that number: ask by telephone which one it is",
    ),
    (
        &["77"],
        "the payer knows the subscriber and not the patient: check whether the patient is covered as a dependent",
    ),
    (
        &["78"],
        "the subscriber is not in that group or plan: compare the group with the card",
    ),
    (
        &["79", "T4"],
        "the payer was not named as this channel knows it: check its id in scrubjay.yaml",
    ),
];

/// A refusal in words: the code, what it means and what to do.
pub(super) fn in_words(rejection: &EligibilityRejection) -> String {
    let code = rejection.reason.as_str();
    let known = REASONS.iter().find(|(codes, _)| codes.contains(&code));
    let meaning = known.map_or(
        "the payer gives a reason that is not in our list: look it up in its companion guide",
        |(_, meaning)| meaning,
    );
    let then = match rejection.action {
        FollowUpAction::Correct => "; mend it and ask again".to_owned(),
        FollowUpAction::Resend => "; it may be asked again as it is".to_owned(),
        FollowUpAction::Wait(days) => format!("; ask again after {days} days"),
        FollowUpAction::Stop => "; it is not to be asked again so".to_owned(),
        FollowUpAction::Unstated => String::new(),
    };
    // Who sends the code is the payer: nothing but a short code is repeated.
    let code: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(3)
        .collect();
    format!("{meaning} (AAA {code}, loop {}){then}", rejection.at)
}

/// All refusals of an answer in words, each once.
pub(super) fn all_in_words(rejections: &[EligibilityRejection]) -> String {
    let mut told: Vec<String> = Vec::new();
    for words in rejections.iter().map(in_words) {
        if !told.contains(&words) {
            told.push(words);
        }
    }
    told.join("; and ")
}
