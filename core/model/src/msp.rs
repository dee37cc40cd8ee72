//! What a patient answered about payers that come before Medicare.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// By whose work a group health plan covers the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupPlan {
    /// There is no group health plan.
    None,
    /// The patient's own work, which goes on.
    Own,
    /// The spouse's work, which goes on.
    Spouse,
    /// Another family member's work, which goes on.
    Family,
    /// Work that has ended: a retiree's plan, or one continued after it (COBRA).
    Former,
}

impl GroupPlan {
    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Own => "own",
            Self::Spouse => "spouse",
            Self::Family => "family",
            Self::Former => "former",
        }
    }
}

/// What an illness or injury comes from, where someone else may have to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccidentKind {
    /// No accident.
    None,
    /// At work: workers' compensation comes first (42 CFR 411.40).
    Work,
    /// By a motor vehicle: no-fault or liability insurance (42 CFR 411.50).
    Auto,
    /// By another's fault: liability insurance (42 CFR 411.50).
    Liability,
    /// Another accident, such as at home.
    Other,
}

impl AccidentKind {
    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Work => "work",
            Self::Auto => "auto",
            Self::Liability => "liability",
            Self::Other => "other",
        }
    }
}

/// The answers that decide whether Medicare is secondary (42 CFR 411 subparts
/// B to H). What was not asked, or not known, is `None` and never a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MspAnswers {
    /// Day of asking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<NaiveDate>,
    /// By whose work a group health plan covers the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_plan: Option<GroupPlan>,
    /// Employees of that employer; of the largest one, where several share the
    /// plan (42 CFR 411.170, 411.206).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employees: Option<u32>,
    /// Whether the patient has Medicare because of a disability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// First day of the month in which the patient could have Medicare because
    /// of kidney failure: the 30 months are counted from it (42 CFR 411.162).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esrd_from: Option<NaiveDate>,
    /// What the illness or injury comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accident: Option<AccidentKind>,
    /// Day of the accident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accident_on: Option<NaiveDate>,
    /// Whether the Federal Black Lung Program pays for the illness.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub black_lung: Option<bool>,
    /// Whether Veterans Affairs has agreed to pay for the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub veterans: Option<bool>,
}
