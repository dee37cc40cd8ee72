//! What a payer answered to a request for authorization (278, 005010X217).

use serde::{Deserialize, Serialize};

use super::AuthorizationStatus;
use crate::{Carried, EligibilityRejection};

/// What the payer decided (HCR01, code list 306).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewOutcome {
    /// Certified in full (A1).
    Certified,
    /// Certified in part (A2).
    Partial,
    /// Not certified (A3).
    NotCertified,
    /// Pended: the payer wants more, or more time (A4).
    Pended,
    /// Certified otherwise than asked (A6).
    Modified,
    /// Cancelled (C).
    Cancelled,
    /// The payer wants a call (CT).
    ContactPayer,
    /// None is needed for this service (NA).
    NotRequired,
}

impl ReviewOutcome {
    /// Every outcome.
    pub const ALL: [Self; 8] = [
        Self::Certified,
        Self::Partial,
        Self::NotCertified,
        Self::Pended,
        Self::Modified,
        Self::Cancelled,
        Self::ContactPayer,
        Self::NotRequired,
    ];

    /// Reads HCR01; `None` for a code that 5010 does not have.
    #[must_use]
    pub fn from_x12(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_x12() == code)
    }

    /// The code for HCR01.
    #[must_use]
    pub const fn as_x12(self) -> &'static str {
        match self {
            Self::Certified => "A1",
            Self::Partial => "A2",
            Self::NotCertified => "A3",
            Self::Pended => "A4",
            Self::Modified => "A6",
            Self::Cancelled => "C",
            Self::ContactPayer => "CT",
            Self::NotRequired => "NA",
        }
    }

    /// Whether units were granted.
    #[must_use]
    pub const fn grants(self) -> bool {
        matches!(self, Self::Certified | Self::Partial | Self::Modified)
    }

    /// Where an authorization stands with this outcome. One that is not needed
    /// is done with; one that wants a call is still asked for.
    #[must_use]
    pub const fn status(self) -> AuthorizationStatus {
        match self {
            Self::Certified | Self::Partial | Self::Modified => AuthorizationStatus::Approved,
            Self::NotCertified => AuthorizationStatus::Denied,
            Self::Pended | Self::ContactPayer => AuthorizationStatus::Asked,
            Self::Cancelled | Self::NotRequired => AuthorizationStatus::Cancelled,
        }
    }
}

/// The payer's latest answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReviewAnswer {
    /// What it decided; `None` where the request was refused unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReviewOutcome>,
    /// Why (HCR03, code list 886), of the whole and of its services.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The payer's number of a review that goes on (REF*NT).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why the request was refused unread, where it was (AAA).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejections: Vec<EligibilityRejection>,
    /// What the answer says beyond that: loops as paths from the patient
    /// event's level, such as `2000F[2]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<Carried>,
}
