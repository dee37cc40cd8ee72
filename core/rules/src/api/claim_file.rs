//! What else is on file about a claim: authorizations, cover, sendings.

use std::sync::Arc;

use chrono::NaiveDate;
use rhai::INT;
use scrubjay_hooks::{ClaimSubject, Part2};
use scrubjay_model::{Adjudication, Axis};

use super::answer::{AnswerView, maybe_answer};
use super::authorization::{AuthorizationView, authorizations, on_file};
use super::claim::ClaimRef;
use super::{Api, Kind, maybe_date, maybe_word, properties};
use crate::seen::Eye;

/// What is on file about a claim, as scripts see it.
#[derive(Debug, Default)]
pub(crate) struct ClaimFile {
    authorizations: Vec<Arc<AuthorizationView>>,
    eligibility: Option<Arc<AnswerView>>,
    times_sent: u32,
    first_sent: Option<NaiveDate>,
    last_sent: Option<NaiveDate>,
    original: Option<Adjudication>,
    forwarded: Option<NaiveDate>,
    part2: Option<Part2>,
}

/// Names by which a script asks for the file; the view holds it only for rules
/// that use one of them.
pub(crate) const ASKING: [&str; 8] = [
    "authorizations",
    "eligibility",
    "times_sent",
    "first_sent",
    "last_sent",
    "original",
    "forwarded",
    "part2",
];

impl ClaimFile {
    pub(crate) fn of(subject: &ClaimSubject<'_>, eye: &mut Eye<'_>) -> Self {
        let today = eye.context.today();
        let on = subject.claim.service_from().unwrap_or(today);
        let payers: Vec<_> = subject.payer.into_iter().cloned().collect();
        let sent = || subject.submissions.iter().map(|one| one.at.date_naive());
        Self {
            authorizations: on_file(subject.authorizations, today),
            eligibility: AnswerView::of(subject.eligibility, None, on, &payers, eye),
            times_sent: u32::try_from(subject.submissions.len()).unwrap_or(u32::MAX),
            first_sent: sent().min(),
            last_sent: sent().max(),
            original: subject.original,
            forwarded: subject.forwarded,
            part2: subject.part2,
        }
    }
}

pub(crate) fn register(api: &mut Api<'_>) {
    const CLAIM: Kind = Kind::Claim;
    properties! { api, CLAIM, ClaimRef =>
        "authorizations" Kind::List(&Kind::Authorization), "The patient's authorizations with the payer, as on file.",
            |it| authorizations(&it.file.authorizations);
        "eligibility" Kind::Answer, "The payer's latest answer about the patient's cover.",
            |it| maybe_answer(it.file.eligibility.as_ref());
        "times_sent" Kind::Number, "How often it was sent already.", |it| INT::from(it.file.times_sent);
        "first_sent" Kind::Date, "Day of the first sending.", |it| maybe_date(it.file.first_sent);
        "last_sent" Kind::Date, "Day of the last sending.", |it| maybe_date(it.file.last_sent);
        "original" Kind::Text, "What the payer decided on the claim that this one replaces or voids, such as `paid`, or `none`; missing where it is not known.",
            |it| maybe_word(it.file.original.map(Adjudication::as_str));
        "forwarded" Kind::Date, "Day on which an earlier payer said that it sent the claim on to this one itself.",
            |it| maybe_date(it.file.forwarded);
        "part2" Kind::Text, "`consented` or `no_consent`, where its record is one of substance use disorder treatment (42 CFR part 2); else missing.",
            |it| maybe_word(it.file.part2.map(Part2::as_str));
    }
}
