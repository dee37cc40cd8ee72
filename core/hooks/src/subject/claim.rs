//! What comes to a hook.

use chrono::NaiveDate;
use scrubjay_model::{
    AsSent, Claim, ClaimId, Denial, Modifier, PayerProfile, ProcedureCode, Remittance,
    RemittanceClaim,
};
use serde::{Deserialize, Serialize};

/// The kinds of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// [`ClaimSubject`].
    Claim,
    /// [`RemittanceSubject`].
    Remittance,
    /// [`DenialSubject`].
    Denial,
}

/// What comes to a hook, borrowed.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// A claim.
    Claim(&'a ClaimSubject<'a>),
    /// A remitted claim.
    Remittance(&'a RemittanceSubject<'a>),
    /// A denial.
    Denial(&'a DenialSubject<'a>),
}

impl Subject<'_> {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> SubjectKind {
        match self {
            Self::Claim(_) => SubjectKind::Claim,
            Self::Remittance(_) => SubjectKind::Remittance,
            Self::Denial(_) => SubjectKind::Denial,
        }
    }

    /// The payer that the subject stands with, where the practice knows it.
    #[must_use]
    pub const fn payer(&self) -> Option<&PayerProfile> {
        match self {
            Self::Claim(subject) => subject.payer,
            Self::Remittance(subject) => subject.payer,
            Self::Denial(subject) => subject.payer,
        }
    }

    /// The claim, where there is one.
    #[must_use]
    pub const fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Claim(subject) => Some(subject.claim),
            Self::Remittance(subject) => subject.claim,
            Self::Denial(subject) => subject.claim,
        }
    }
}

/// A claim at the hooks `claim`, `scrub` and `submit`.
#[derive(Debug, Clone, Copy)]
pub struct ClaimSubject<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its payer; `None` where the practice's configuration does not know it.
    pub payer: Option<&'a PayerProfile>,
    /// Earlier claims of the same patient at this practice, oldest first.
    pub history: &'a [EarlierClaim],
    /// When the claim came in; the date that filing limits are measured at.
    pub received: NaiveDate,
}

/// A remitted claim at the hook `remittance`.
#[derive(Debug, Clone, Copy)]
pub struct RemittanceSubject<'a> {
    /// The whole remittance.
    pub remittance: &'a Remittance,
    /// The remitted claim.
    pub remitted: &'a RemittanceClaim,
    /// Our claim, where one matches.
    pub claim: Option<&'a Claim>,
    /// The payer, where the practice knows it.
    pub payer: Option<&'a PayerProfile>,
}

/// A denial at the hook `denial`, as the fallback table classifies it.
#[derive(Debug, Clone, Copy)]
pub struct DenialSubject<'a> {
    /// The denial.
    pub denial: &'a Denial,
    /// Our claim.
    pub claim: Option<&'a Claim>,
    /// The payer, where the practice knows it.
    pub payer: Option<&'a PayerProfile>,
}

/// An earlier claim of the same patient, as far as rules need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierClaim {
    /// Claim.
    pub id: ClaimId,
    /// Billing provider's NPI, as sent.
    pub billing_npi: String,
    /// Whether it is void or was replaced.
    pub withdrawn: bool,
    /// Its services.
    pub services: Vec<EarlierService>,
    /// Reason codes by which it was denied.
    pub denied: Vec<String>,
}

/// A service on an earlier claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierService {
    /// First day of service.
    pub from: Option<NaiveDate>,
    /// Procedure.
    pub procedure: Option<AsSent<ProcedureCode>>,
    /// Modifiers.
    pub modifiers: Vec<AsSent<Modifier>>,
    /// Units, to a thousandth.
    pub units: rust_decimal::Decimal,
}
