//! Help with a bill that a patient cannot pay.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Money;

/// Where an application for financial assistance stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AssistanceStatus {
    /// Nobody has applied.
    #[default]
    None,
    /// Applied for, and not decided.
    Pending,
    /// Granted.
    Approved,
    /// Refused.
    Denied,
}

impl AssistanceStatus {
    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }
}

/// Financial assistance on an account (26 CFR 1.501(r)-4 to -6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FinancialAssistance {
    /// Where it stands.
    pub status: AssistanceStatus,
    /// Day of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<NaiveDate>,
    /// Day of the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<NaiveDate>,
    /// The most that may be asked of the patient for this care: the amount
    /// generally billed (26 CFR 1.501(r)-5), or less by the practice's policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Money>,
}
