//! A claim with an open balance.

use std::sync::Arc;

use chrono::NaiveDate;
use rhai::{Dynamic, INT, ImmutableString};
use rust_decimal::Decimal;
use scrubjay_hooks::{FollowUpSubject, PlanFunding};
use scrubjay_model::{AppealOutcome, AppealRecord, Axis, ClaimStatus, Money};

use super::claim::ClaimRef;
use super::coverage::PayerView;
use super::date::Date;
use super::{Api, Kind, list, maybe, maybe_date, maybe_money, maybe_word, payer, properties};
use crate::seen::Eye;
use crate::view::ClaimView;

/// An open claim as scripts see it.
#[derive(Debug)]
pub(crate) struct FollowUpView {
    payer: PayerView,
    claim: Arc<ClaimView>,
    status: ClaimStatus,
    insurance_owes: Decimal,
    patient_owes: Decimal,
    aged_from: NaiveDate,
    submitted: Option<NaiveDate>,
    accepted: Option<NaiveDate>,
    followed_up: Option<NaiveDate>,
    answered: Option<NaiveDate>,
    /// Category and status of each answer.
    said: Vec<(ImmutableString, ImmutableString)>,
    promised: Option<NaiveDate>,
    appeal: Option<AppealRecord>,
    expected: Option<Money>,
    overpaid: Option<NaiveDate>,
    funding: Option<PlanFunding>,
    today: NaiveDate,
}

/// An open claim, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct FollowUpRef(pub(crate) Arc<FollowUpView>);

impl FollowUpView {
    pub(crate) fn of(subject: &FollowUpSubject<'_>, eye: &mut Eye<'_>) -> Self {
        let said = subject.answer.map_or(&[][..], |answer| answer.said);
        Self {
            payer: PayerView::of(subject.payer, eye.facts.line, eye.texts),
            claim: eye.claim_beside(subject.claim, subject.payer),
            status: subject.status,
            insurance_owes: subject.insurance_owes.to_decimal(),
            patient_owes: subject.patient_owes.to_decimal(),
            aged_from: subject.aged_from,
            submitted: subject.submitted,
            accepted: subject.accepted,
            followed_up: subject.followed_up,
            answered: subject.answer.map(|answer| answer.on),
            said: said
                .iter()
                .map(|one| (eye.texts.text(one.category), eye.texts.text(one.status)))
                .collect(),
            promised: subject.promised,
            appeal: subject.appeal.cloned(),
            expected: subject.expected,
            overpaid: subject.overpaid,
            funding: subject.funding,
            today: eye.context.today(),
        }
    }

    /// Days from a day to today.
    fn since(&self, day: Option<NaiveDate>) -> Dynamic {
        maybe(day.map(|day| (self.today - day).num_days()))
    }
}

const fn outcome_word(outcome: AppealOutcome) -> &'static str {
    match outcome {
        AppealOutcome::Upheld => "upheld",
        AppealOutcome::Overturned => "overturned",
        AppealOutcome::PartiallyOverturned => "partially_overturned",
        AppealOutcome::Dismissed => "dismissed",
    }
}

pub(crate) fn register(api: &mut Api<'_>) {
    const OPEN: Kind = Kind::FollowUp;
    const DATE: Kind = Kind::Date;
    const NUMBER: Kind = Kind::Number;
    const TEXT: Kind = Kind::Text;
    api.engine
        .register_type_with_name::<FollowUpRef>("open claim");
    payer!(api, OPEN, FollowUpRef);
    properties! { api, OPEN, FollowUpRef =>
        "claim" Kind::Claim, "The claim.", |it| ClaimRef(Arc::clone(&it.claim));
        "work" TEXT, "The claim as a piece of work: `submitted`, `rejected`, `accepted`, `adjudicated`, ...",
            |it| ImmutableString::from(it.status.work.as_str());
        "adjudication" TEXT, "What the payer decided: `none`, `pended`, `paid`, `partially_paid`, `patient_responsibility`, `denied`, `reversed`, `forwarded`.",
            |it| ImmutableString::from(it.status.adjudication.as_str());
        "responsibility" TEXT, "Who owes now: `primary`, `secondary`, `tertiary`, `patient`, `none`.",
            |it| ImmutableString::from(it.status.responsibility.as_str());
        "insurance_owes" NUMBER, "Open with payers; below zero where they overpaid.", |it| it.insurance_owes;
        "patient_owes" NUMBER, "Open with the patient.", |it| it.patient_owes;
        "expected" NUMBER, "What the contract says that the payer will pay.", |it| maybe_money(it.expected);
        "age_days" NUMBER, "Days since the day from which its age is counted.",
            |it| (it.today - it.aged_from).num_days();
        "aged_from" DATE, "That day.", |it| Date(it.aged_from);
        "submitted" DATE, "Day of the last sending.", |it| maybe_date(it.submitted);
        "days_since_submitted" NUMBER, "Days since then.", |it| it.since(it.submitted);
        "accepted" DATE, "Day on which the payer took it as a clean claim.", |it| maybe_date(it.accepted);
        "days_since_accepted" NUMBER, "Days since then.", |it| it.since(it.accepted);
        "followed_up" DATE, "Day of the last look at it, or question to the payer.", |it| maybe_date(it.followed_up);
        "days_since_followed_up" NUMBER, "Days since then.", |it| it.since(it.followed_up);
        "promised" DATE, "Day by which somebody promised to pay.", |it| maybe_date(it.promised);
        "overpaid" DATE, "Day on which an overpayment was identified.", |it| maybe_date(it.overpaid);
        "funding" TEXT, "Who bears the plan's risk: `insured`, or `self_funded`, which state law does not reach. Missing where it is not known.",
            |it| maybe_word(it.funding.map(PlanFunding::as_str));
    }
    answer(api);
    appeal(api);
}

fn answer(api: &mut Api<'_>) {
    const OPEN: Kind = Kind::FollowUp;
    properties! { api, OPEN, FollowUpRef =>
        "answered" Kind::Date, "Day of the payer's latest answer about where it stands (277).",
            |it| maybe_date(it.answered);
        "answers" Kind::List(&Kind::Text), "What it says, as category and status: `F1:65`.",
            |it| list(it.said.iter().map(|(category, status)| format!("{category}:{status}")));
    }
    api.call(
        OPEN,
        "has_answer",
        &[("category", Kind::Text)],
        Kind::Bool,
        "Whether the payer's latest answer has this category (code list 507), such as `P1`, or begins with it: `has_answer(\"P\")`.",
        |open: &mut FollowUpRef, category: &str| {
            open.0.said.iter().any(|(said, _)| said.starts_with(category))
        },
    );
}

fn appeal(api: &mut Api<'_>) {
    properties! { api, Kind::FollowUp, FollowUpRef =>
        "appeal" Kind::Text, "Where its appeal stands: `none`, `drafted`, `filed`, `upheld`, `overturned`, `partially_overturned`, `expired`.",
            |it| ImmutableString::from(it.status.appeal.as_str());
        "appeal_level" Kind::Number, "Level of the latest appeal, 1 being the first.",
            |it| maybe(it.appeal.as_ref().map(|appeal| INT::from(appeal.level)));
        "appeal_amount" Kind::Number, "Amount that it contests.",
            |it| maybe_money(it.appeal.as_ref().map(|appeal| appeal.amount));
        "appeal_filed" Kind::Date, "Day on which it was filed.",
            |it| maybe_date(it.appeal.as_ref().and_then(|appeal| appeal.filed));
        "appeal_decided" Kind::Date, "Day on which it was decided: what the time to the next level is counted from.",
            |it| maybe_date(it.appeal.as_ref().and_then(|appeal| appeal.decision).map(|decision| decision.on));
        "appeal_outcome" Kind::Text, "What came of it: `upheld`, `overturned`, `partially_overturned`, `dismissed`.",
            |it| maybe_word(it.appeal.as_ref().and_then(|appeal| appeal.decision).map(|decision| outcome_word(decision.outcome)));
    }
}
