//! What came in answer to a claim that was sent, or that nothing came.

use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_hooks::AcknowledgmentSubject;
use scrubjay_model::{AckLevel, AckOutcome, Acknowledgment, Channel};

use super::claim::ClaimRef;
use super::coverage::PayerView;
use super::date::{Date, business_days};
use super::{Api, Kind, list, maybe_word, payer, properties};
use crate::seen::Eye;
use crate::view::ClaimView;

/// An acknowledgment as scripts see it.
#[derive(Debug)]
pub(crate) struct AcknowledgmentView {
    payer: PayerView,
    it: Option<Acknowledgment>,
    received: Vec<Acknowledgment>,
    claim: Arc<ClaimView>,
    channel: Option<&'static str>,
    sent: NaiveDate,
    today: NaiveDate,
}

/// An acknowledgment, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct AcknowledgmentRef(pub(crate) Arc<AcknowledgmentView>);

impl AcknowledgmentView {
    pub(crate) fn of(subject: &AcknowledgmentSubject<'_>, eye: &mut Eye<'_>) -> Self {
        Self {
            payer: PayerView::of(subject.payer, eye.facts.line, eye.texts),
            it: subject.acknowledgment.cloned(),
            received: subject.received.to_vec(),
            claim: eye.claim_beside(subject.claim, subject.payer),
            channel: subject
                .submission
                .map(|submission| match submission.channel {
                    Channel::Edi { .. } => "edi",
                    Channel::Portal { .. } => "portal",
                    Channel::Paper { .. } => "paper",
                }),
            sent: subject.sent,
            today: eye.context.today(),
        }
    }

    fn has(&self, level: &str, outcome: Option<AckOutcome>) -> bool {
        self.received.iter().any(|one| {
            level_word(&one.level) == level && outcome.is_none_or(|outcome| outcome == one.outcome)
        })
    }
}

/// Levels of an acknowledgment, as scripts name them.
const LEVELS: [&str; 3] = ["interchange", "set", "claim"];

const fn level_word(level: &AckLevel) -> &'static str {
    match level {
        AckLevel::Interchange { .. } => LEVELS[0],
        AckLevel::Set { .. } => LEVELS[1],
        AckLevel::Claim { .. } => LEVELS[2],
    }
}

const fn outcome_word(outcome: AckOutcome) -> &'static str {
    match outcome {
        AckOutcome::Received => "received",
        AckOutcome::Accepted => "accepted",
        AckOutcome::Rejected => "rejected",
        AckOutcome::Unclear => "unclear",
    }
}

pub(crate) fn register(api: &mut Api<'_>) {
    const ACKNOWLEDGMENT: Kind = Kind::Acknowledgment;
    const TEXT: Kind = Kind::Text;
    api.engine
        .register_type_with_name::<AcknowledgmentRef>("acknowledgment");
    payer!(api, ACKNOWLEDGMENT, AcknowledgmentRef);
    properties! { api, ACKNOWLEDGMENT, AcknowledgmentRef =>
        "outcome" TEXT, "`received`, `accepted`, `rejected` or `unclear`; missing where the rule is asked since nothing came.",
            |it| maybe_word(it.it.as_ref().map(|one| outcome_word(one.outcome)));
        "level" TEXT, "What it speaks of: `interchange` (TA1), `set` (999) or `claim` (277CA).",
            |it| maybe_word(it.it.as_ref().map(|one| level_word(&one.level)));
        "codes" Kind::List(&Kind::Text), "Codes behind the outcome, such as `A7:562:85`.",
            |it| list(it.it.iter().flat_map(|one| one.codes.clone()));
        "claim" Kind::Claim, "The claim.", |it| ClaimRef(Arc::clone(&it.claim));
        "channel" TEXT, "By which way the claim went: `edi`, `portal` or `paper`.",
            |it| maybe_word(it.channel);
        "sent" Kind::Date, "Day of sending.", |it| Date(it.sent);
        "days_since_sent" Kind::Number, "Calendar days from that day to today.",
            |it| (it.today - it.sent).num_days();
        "business_days_since_sent" Kind::Number, "Business days after that day up to today, federal holidays left out.",
            |it| business_days(it.sent, it.today);
        "received" Kind::List(&Kind::Text), "Everything that came so far, with this one, as level and outcome: `set accepted`.",
            |it| list(it.received.iter().map(|one| format!("{} {}", level_word(&one.level), outcome_word(one.outcome))));
    }
    api.call(
        ACKNOWLEDGMENT,
        "has_code",
        &[("code", TEXT)],
        Kind::Bool,
        "Whether one of its codes is this one, or begins with it: `has_code(\"A7\")`, `has_code(\"A7:562\")`.",
        |acknowledgment: &mut AcknowledgmentRef, code: &str| {
            let mut codes = acknowledgment.0.it.iter().flat_map(|one| &one.codes);
            codes.any(|sent| sent.strip_prefix(code).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
        },
    )
    .call(
        ACKNOWLEDGMENT,
        "has_received",
        &[("level", TEXT)],
        Kind::Bool,
        "Whether anything of that level came so far: `has_received(\"claim\")`.",
        |acknowledgment: &mut AcknowledgmentRef, level: &str| acknowledgment.0.has(level, None),
    )
    .one_of("level", LEVELS)
    .call(
        ACKNOWLEDGMENT,
        "is_accepted",
        &[("level", TEXT)],
        Kind::Bool,
        "Whether it was accepted at that level.",
        |acknowledgment: &mut AcknowledgmentRef, level: &str| {
            acknowledgment.0.has(level, Some(AckOutcome::Accepted))
        },
    )
    .one_of("level", LEVELS);
}
