//! What comes to a hook.
//!
//! Each subject is borrowed and complete as far as the engine knows: what it
//! does not know is `None` or empty, never made up. `of` makes one of which
//! only the necessary is known, so that a caller names what it adds.

mod account;
mod claim;
mod follow_up;
mod metric;
mod visit;

use scrubjay_model::{Claim, Frequency, PayerProfile};

use crate::Hook;

pub use account::{
    AccountSubject, Collector, FacilityKind, GoodFaithEstimate, OwedClaim, StatementSent,
};
pub use claim::{ClaimSubject, DenialSubject, EarlierClaim, EarlierService, RemittanceSubject};
pub use follow_up::{
    AcknowledgmentSubject, FollowUpSubject, PlanFunding, StatusAnswer, StatusSaid,
};
pub use metric::MetricSubject;
pub use visit::{AuthorizationSubject, ChargeSubject, EligibilitySubject, RegistrationSubject};

/// The kinds of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// [`EligibilitySubject`].
    Eligibility,
    /// [`AuthorizationSubject`].
    Authorization,
    /// [`RegistrationSubject`].
    Registration,
    /// [`ChargeSubject`].
    Charge,
    /// [`ClaimSubject`].
    Claim,
    /// [`AcknowledgmentSubject`].
    Acknowledgment,
    /// [`RemittanceSubject`].
    Remittance,
    /// [`DenialSubject`].
    Denial,
    /// [`FollowUpSubject`].
    FollowUp,
    /// [`AccountSubject`].
    Account,
    /// [`MetricSubject`].
    Metric,
}

impl SubjectKind {
    /// Every kind, in the order of the steps.
    pub const ALL: [Self; 11] = [
        Self::Eligibility,
        Self::Authorization,
        Self::Registration,
        Self::Charge,
        Self::Claim,
        Self::Acknowledgment,
        Self::Remittance,
        Self::Denial,
        Self::FollowUp,
        Self::Account,
        Self::Metric,
    ];

    /// The name by which rules and packs' tests call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eligibility => "eligibility",
            Self::Authorization => "authorization",
            Self::Registration => "registration",
            Self::Charge => "charge",
            Self::Claim => "claim",
            Self::Acknowledgment => "acknowledgment",
            Self::Remittance => "remittance",
            Self::Denial => "denial",
            Self::FollowUp => "follow_up",
            Self::Account => "account",
            Self::Metric => "metric",
        }
    }
}

/// What comes to a hook, borrowed.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// A patient's cover for a visit.
    Eligibility(&'a EligibilitySubject<'a>),
    /// The authorizations of a visit.
    Authorization(&'a AuthorizationSubject<'a>),
    /// A patient's registration.
    Registration(&'a RegistrationSubject<'a>),
    /// A charge.
    Charge(&'a ChargeSubject<'a>),
    /// A claim.
    Claim(&'a ClaimSubject<'a>),
    /// What came, or did not come, in answer to a claim that was sent.
    Acknowledgment(&'a AcknowledgmentSubject<'a>),
    /// A remitted claim.
    Remittance(&'a RemittanceSubject<'a>),
    /// A denial.
    Denial(&'a DenialSubject<'a>),
    /// A claim with an open balance.
    FollowUp(&'a FollowUpSubject<'a>),
    /// A patient's account.
    Account(&'a AccountSubject<'a>),
    /// A figure of a period.
    Metric(&'a MetricSubject<'a>),
}

impl<'a> Subject<'a> {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> SubjectKind {
        match self {
            Self::Eligibility(_) => SubjectKind::Eligibility,
            Self::Authorization(_) => SubjectKind::Authorization,
            Self::Registration(_) => SubjectKind::Registration,
            Self::Charge(_) => SubjectKind::Charge,
            Self::Claim(_) => SubjectKind::Claim,
            Self::Acknowledgment(_) => SubjectKind::Acknowledgment,
            Self::Remittance(_) => SubjectKind::Remittance,
            Self::Denial(_) => SubjectKind::Denial,
            Self::FollowUp(_) => SubjectKind::FollowUp,
            Self::Account(_) => SubjectKind::Account,
            Self::Metric(_) => SubjectKind::Metric,
        }
    }

    /// Whether handlers of policy are asked about a subject at a hook. A void bills
    /// nothing: its services were judged as they were billed, and what concerns
    /// the void itself is judged as it is sent, at the hook `submit`.
    #[must_use]
    pub fn is_judged_at(&self, hook: Hook) -> bool {
        let made = matches!(hook, Hook::Claim | Hook::Scrub);
        !made || !matches!(self, Self::Claim(of) if of.claim.frequency == Frequency::Void)
    }

    /// The payer that the subject stands with, where the practice knows it.
    #[must_use]
    pub const fn payer(&self) -> Option<&'a PayerProfile> {
        match self {
            Self::Eligibility(subject) => subject.payer,
            Self::Authorization(subject) => subject.payer,
            Self::Registration(subject) => subject.payer,
            Self::Charge(subject) => subject.payer,
            Self::Claim(subject) => subject.payer,
            Self::Acknowledgment(subject) => subject.payer,
            Self::Remittance(subject) => subject.payer,
            Self::Denial(subject) => subject.payer,
            Self::FollowUp(subject) => subject.payer,
            Self::Account(subject) => subject.payer,
            Self::Metric(subject) => subject.payer,
        }
    }

    /// The claim, where the subject is about one.
    #[must_use]
    pub const fn claim(&self) -> Option<&'a Claim> {
        match self {
            Self::Claim(subject) => Some(subject.claim),
            Self::Acknowledgment(subject) => Some(subject.claim),
            Self::Remittance(subject) => subject.claim,
            Self::Denial(subject) => subject.claim,
            Self::FollowUp(subject) => Some(subject.claim),
            Self::Eligibility(_)
            | Self::Authorization(_)
            | Self::Registration(_)
            | Self::Charge(_)
            | Self::Account(_)
            | Self::Metric(_) => None,
        }
    }
}
