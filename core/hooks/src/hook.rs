//! The named points at which handlers are asked.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{EffectKind, SubjectKind};

/// A named point in one of the ten steps (`guide.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// Step 1: coverage and benefits before the visit.
    Eligibility,
    /// Step 1: prior authorization.
    Authorization,
    /// Step 2: registration data.
    Registration,
    /// Step 3: charges as they are entered.
    Charge,
    /// Step 4: a claim as it is made.
    Claim,
    /// Step 5: a claim before it may be sent.
    Scrub,
    /// Step 5: a claim as it is sent.
    Submit,
    /// Step 5: an acknowledgment.
    Acknowledgment,
    /// Step 6: a remitted claim before it is posted.
    Remittance,
    /// Step 7: a denial.
    Denial,
    /// Step 8: an open account.
    FollowUp,
    /// Step 9: a patient statement.
    Statement,
    /// Step 9: a patient account in collection.
    Collection,
    /// Step 10: figures.
    Metric,
}

impl Hook {
    /// Every hook, in the order of the steps.
    pub const ALL: [Self; 14] = [
        Self::Eligibility,
        Self::Authorization,
        Self::Registration,
        Self::Charge,
        Self::Claim,
        Self::Scrub,
        Self::Submit,
        Self::Acknowledgment,
        Self::Remittance,
        Self::Denial,
        Self::FollowUp,
        Self::Statement,
        Self::Collection,
        Self::Metric,
    ];

    /// The name used on rule cards.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eligibility => "eligibility",
            Self::Authorization => "authorization",
            Self::Registration => "registration",
            Self::Charge => "charge",
            Self::Claim => "claim",
            Self::Scrub => "scrub",
            Self::Submit => "submit",
            Self::Acknowledgment => "acknowledgment",
            Self::Remittance => "remittance",
            Self::Denial => "denial",
            Self::FollowUp => "follow_up",
            Self::Statement => "statement",
            Self::Collection => "collection",
            Self::Metric => "metric",
        }
    }

    /// The kind of subject that comes to this hook; `None` for hooks that the
    /// engine does not call yet.
    #[must_use]
    pub const fn subject(self) -> Option<SubjectKind> {
        match self {
            Self::Claim | Self::Scrub | Self::Submit => Some(SubjectKind::Claim),
            Self::Remittance => Some(SubjectKind::Remittance),
            Self::Denial => Some(SubjectKind::Denial),
            _ => None,
        }
    }

    /// The effects that a handler may ask for at this hook.
    #[must_use]
    pub const fn effects(self) -> &'static [EffectKind] {
        use EffectKind::{ClassifyDenial, HoldUntil, OpenTask, Repair, Tag};
        match self {
            Self::Claim => &[Repair, HoldUntil, OpenTask, Tag],
            Self::Scrub => &[Repair, HoldUntil, OpenTask, Tag],
            Self::Submit => &[HoldUntil, OpenTask, Tag],
            Self::Remittance => &[OpenTask, Tag],
            Self::Denial => &[ClassifyDenial, OpenTask, Tag],
            _ => &[],
        }
    }

    /// Whether a handler may ask for that effect here.
    #[must_use]
    pub fn allows(self, effect: EffectKind) -> bool {
        self.effects().contains(&effect)
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A name that no hook has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such hook")]
pub struct UnknownHook;

impl FromStr for Hook {
    type Err = UnknownHook;

    fn from_str(name: &str) -> Result<Self, UnknownHook> {
        Self::ALL
            .into_iter()
            .find(|hook| hook.as_str() == name)
            .ok_or(UnknownHook)
    }
}
