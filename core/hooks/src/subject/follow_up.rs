//! After the claim was sent: what came back, and what is still open.

use chrono::NaiveDate;
use scrubjay_model::{
    Acknowledgment, AppealRecord, Claim, ClaimStatus, Money, PayerProfile, Submission,
};
use serde::{Deserialize, Serialize};

/// What came in answer to a claim, or that nothing came, at the hook
/// `acknowledgment`.
#[derive(Debug, Clone, Copy)]
pub struct AcknowledgmentSubject<'a> {
    /// The acknowledgment; `None` where the engine asks since none came.
    pub acknowledgment: Option<&'a Acknowledgment>,
    /// Everything that has come so far in answer to this sending, oldest
    /// first, with this one.
    pub received: &'a [Acknowledgment],
    /// The claim.
    pub claim: &'a Claim,
    /// How it went out.
    pub submission: Option<&'a Submission>,
    /// Day of sending.
    pub sent: NaiveDate,
    /// The payer, where the practice knows it.
    pub payer: Option<&'a PayerProfile>,
}

impl<'a> AcknowledgmentSubject<'a> {
    /// A claim sent on that day, to which nothing has come.
    #[must_use]
    pub const fn of(claim: &'a Claim, sent: NaiveDate) -> Self {
        Self {
            acknowledgment: None,
            received: &[],
            claim,
            submission: None,
            sent,
            payer: None,
        }
    }
}

/// Who bears a plan's risk, which decides whose law it is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanFunding {
    /// An insurer: state prompt-pay law holds.
    Insured,
    /// The employer itself (ERISA): state insurance law does not hold.
    SelfFunded,
}

impl PlanFunding {
    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Insured => "insured",
            Self::SelfFunded => "self_funded",
        }
    }
}

/// One status of a claim status answer (a composite of a 277's STC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusSaid<'a> {
    /// Category, such as `F1` (code list 507).
    pub category: &'a str,
    /// Status, such as `65` (code list 508).
    pub status: &'a str,
}

/// A payer's answer about where a claim stands (277).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusAnswer<'a> {
    /// Day that the status is of.
    pub on: NaiveDate,
    /// What it says, in order.
    pub said: &'a [StatusSaid<'a>],
}

/// A claim with an open balance at the hook `follow_up`.
#[derive(Debug, Clone, Copy)]
pub struct FollowUpSubject<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Where it stands on each axis.
    pub status: ClaimStatus,
    /// Open with payers; below zero where they overpaid.
    pub insurance_owes: Money,
    /// Open with the patient; below zero where the patient overpaid.
    pub patient_owes: Money,
    /// Day from which its age is counted.
    pub aged_from: NaiveDate,
    /// Day of the last sending.
    pub submitted: Option<NaiveDate>,
    /// Day on which the payer took it as a clean claim.
    pub accepted: Option<NaiveDate>,
    /// Day of the last look at it, or question to the payer.
    pub followed_up: Option<NaiveDate>,
    /// The payer's latest answer about where it stands.
    pub answer: Option<StatusAnswer<'a>>,
    /// Day by which somebody promised to pay.
    pub promised: Option<NaiveDate>,
    /// The latest appeal.
    pub appeal: Option<&'a AppealRecord>,
    /// What the contract says that the payer will pay.
    pub expected: Option<Money>,
    /// Day on which an overpayment was identified (42 CFR 401.305).
    pub overpaid: Option<NaiveDate>,
    /// Who bears the plan's risk, where known.
    pub funding: Option<PlanFunding>,
    /// The payer, where the practice knows it.
    pub payer: Option<&'a PayerProfile>,
}

impl<'a> FollowUpSubject<'a> {
    /// A claim open with its payer since that day.
    #[must_use]
    pub const fn of(
        claim: &'a Claim,
        status: ClaimStatus,
        insurance_owes: Money,
        aged_from: NaiveDate,
    ) -> Self {
        Self {
            claim,
            status,
            insurance_owes,
            patient_owes: Money::ZERO,
            aged_from,
            submitted: None,
            accepted: None,
            followed_up: None,
            answer: None,
            promised: None,
            appeal: None,
            expected: None,
            overpaid: None,
            funding: None,
            payer: None,
        }
    }
}
