//! A denial: why a payer refused, and what can be done.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{AsSent, Carc, ClaimId, GroupCode, Money, Rarc, Responsibility, WriteOffReason};

/// Root category of a denial (`domain.md` 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenialCategory {
    /// Coverage or identity.
    Eligibility,
    /// Another payer comes first.
    CoordinationOfBenefits,
    /// Prior authorization or referral.
    Authorization,
    /// Filed, appealed or attached too late.
    TimelyFiling,
    /// Missing or invalid information.
    Information,
    /// Records or attachments wanted.
    Documentation,
    /// Duplicate of an earlier claim.
    Duplicate,
    /// Procedure or modifier coding.
    ProcedureCoding,
    /// Diagnosis coding.
    DiagnosisCoding,
    /// Bundled into another service.
    Bundling,
    /// Frequency or benefit limit.
    Limit,
    /// Medical necessity.
    MedicalNecessity,
    /// Not covered.
    NonCovered,
    /// Credentialing or network.
    Provider,
    /// Contract or capitation.
    Contract,
    /// The code is known; the case must be read by a person.
    Review,
    /// The code was retired before the date of the decision.
    Retired,
    /// The code is not known. Never contractual by default.
    Unknown,
}

impl DenialCategory {
    /// Every category, in the order of reports.
    pub const ALL: [Self; 18] = [
        Self::Eligibility,
        Self::CoordinationOfBenefits,
        Self::Authorization,
        Self::TimelyFiling,
        Self::Information,
        Self::Documentation,
        Self::Duplicate,
        Self::ProcedureCoding,
        Self::DiagnosisCoding,
        Self::Bundling,
        Self::Limit,
        Self::MedicalNecessity,
        Self::NonCovered,
        Self::Provider,
        Self::Contract,
        Self::Review,
        Self::Retired,
        Self::Unknown,
    ];

    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eligibility => "eligibility",
            Self::CoordinationOfBenefits => "coordination_of_benefits",
            Self::Authorization => "authorization",
            Self::TimelyFiling => "timely_filing",
            Self::Information => "information",
            Self::Documentation => "documentation",
            Self::Duplicate => "duplicate",
            Self::ProcedureCoding => "procedure_coding",
            Self::DiagnosisCoding => "diagnosis_coding",
            Self::Bundling => "bundling",
            Self::Limit => "limit",
            Self::MedicalNecessity => "medical_necessity",
            Self::NonCovered => "non_covered",
            Self::Provider => "provider",
            Self::Contract => "contract",
            Self::Review => "review",
            Self::Retired => "retired",
            Self::Unknown => "unknown",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|category| category.as_str() == name)
    }
}

/// How the money may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recoverable {
    /// A corrected claim that a rule can make.
    Auto,
    /// A corrected claim or a document that a person must make.
    Manual,
    /// Only an appeal.
    Appeal,
    /// Not at all.
    Never,
}

impl Recoverable {
    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Manual => "manual",
            Self::Appeal => "appeal",
            Self::Never => "never",
        }
    }

    /// The value of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Auto, Self::Manual, Self::Appeal, Self::Never]
            .into_iter()
            .find(|value| value.as_str() == name)
    }
}

/// One refused amount, with its classification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// Claim.
    pub claim: ClaimId,
    /// Service line, by its number on the claim, or by its place in the
    /// remittance where nobody can tell which it is; `None` at claim level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Group code, as sent.
    pub group: AsSent<GroupCode>,
    /// Reason code, as sent.
    pub carc: AsSent<Carc>,
    /// Remark codes beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<AsSent<Rarc>>,
    /// Refused amount.
    pub amount: Money,
    /// Date of the decision.
    pub decided: NaiveDate,
    /// Category.
    pub category: DenialCategory,
    /// How the money may still come.
    pub recoverable: Recoverable,
    /// What to do next, in a few words.
    pub action: String,
    /// What classified it: a rule id, or the table of `scrubjay-codes`.
    pub classified_by: String,
}

/// How the refusal of a claim ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DenialOutcome {
    /// A later decision of the payer refuses nothing, after an appeal or without.
    Overturned,
    /// The claim that replaces it was paid.
    PaidOnCorrection,
    /// It was given up.
    WrittenOff {
        /// Why.
        reason: WriteOffReason,
    },
    /// Another is asked for it: a later payer, or the patient.
    Transferred {
        /// Who.
        to: Responsibility,
    },
}

impl DenialOutcome {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overturned => "overturned",
            Self::PaidOnCorrection => "paid_on_correction",
            Self::WrittenOff { .. } => "written_off",
            Self::Transferred { .. } => "transferred",
        }
    }
}
