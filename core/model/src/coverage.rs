//! Who pays first, second and third.

use serde::{Deserialize, Serialize};

use crate::{MemberId, Name, PayerId, Person, PriorPayment};

/// A payer's place in the order of payment (SBR01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CoverageOrder {
    /// Primary.
    #[serde(rename = "P")]
    Primary,
    /// Secondary.
    #[serde(rename = "S")]
    Secondary,
    /// Tertiary.
    #[serde(rename = "T")]
    Tertiary,
    /// Fourth to eleventh, or unknown (A to H, U).
    #[serde(rename = "U")]
    Later,
}

impl CoverageOrder {
    /// Reads SBR01.
    #[must_use]
    pub fn from_x12(code: &str) -> Self {
        match code {
            "P" => Self::Primary,
            "S" => Self::Secondary,
            "T" => Self::Tertiary,
            _ => Self::Later,
        }
    }

    /// The code for SBR01.
    #[must_use]
    pub const fn as_x12(self) -> &'static str {
        match self {
            Self::Primary => "P",
            Self::Secondary => "S",
            Self::Tertiary => "T",
            Self::Later => "U",
        }
    }
}

/// How the patient stands to the subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relationship {
    /// The patient is the subscriber (18).
    Own,
    /// Spouse (01).
    Spouse,
    /// Child (19).
    Child,
    /// Any other relationship.
    Other,
}

/// One payer's cover of the patient, as a claim names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Place in the order of payment.
    pub order: CoverageOrder,
    /// Payer's id on its channel; `None` where the file names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerId>,
    /// Payer's name.
    pub payer_name: Name,
    /// The member number that the payer knows the subscriber by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The subscriber, where it is not the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<Person>,
    /// How the patient stands to the subscriber.
    pub relationship: Relationship,
    /// Group or policy number (SBR03).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_number: Option<String>,
    /// Plan name (SBR04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_name: Option<String>,
    /// Claim filing indicator (SBR09).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing_indicator: Option<String>,
    /// Reason that Medicare is secondary (SBR05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msp_type: Option<String>,
    /// What this payer has already decided, on a claim to a later payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<PriorPayment>,
}
