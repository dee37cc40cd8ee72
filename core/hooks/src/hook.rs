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

    /// The kind of subject that comes to this hook.
    #[must_use]
    pub const fn subject(self) -> SubjectKind {
        match self {
            Self::Eligibility => SubjectKind::Eligibility,
            Self::Authorization => SubjectKind::Authorization,
            Self::Registration => SubjectKind::Registration,
            Self::Charge => SubjectKind::Charge,
            Self::Claim | Self::Scrub | Self::Submit => SubjectKind::Claim,
            Self::Acknowledgment => SubjectKind::Acknowledgment,
            Self::Remittance => SubjectKind::Remittance,
            Self::Denial => SubjectKind::Denial,
            Self::FollowUp => SubjectKind::FollowUp,
            Self::Statement | Self::Collection => SubjectKind::Account,
            Self::Metric => SubjectKind::Metric,
        }
    }

    /// The effects that a handler may ask for at this hook.
    #[must_use]
    pub const fn effects(self) -> &'static [EffectKind] {
        use EffectKind::{
            AddModifier, Appeal, ClassifyDenial, CorrectAndResubmit, Defer, FollowUp,
            HoldStatement, HoldUntil, OfferPlan, OpenTask, ProposeRule, Repair,
            RequireAuthorization, Route, SendStatement, SetUnits, StageCollection, Tag, Transfer,
            VerifyCoverage, WriteOff,
        };
        match self {
            Self::Eligibility => &[VerifyCoverage, RequireAuthorization, Route, OpenTask, Tag],
            Self::Authorization => &[RequireAuthorization, VerifyCoverage, Defer, OpenTask, Tag],
            Self::Registration => &[Repair, Route, VerifyCoverage, OpenTask, Tag],
            Self::Charge => &[AddModifier, SetUnits, OpenTask, Tag],
            Self::Claim => &[Repair, HoldUntil, OpenTask, Tag],
            Self::Scrub => &[Repair, HoldUntil, OpenTask, Tag],
            Self::Submit => &[HoldUntil, OpenTask, Tag],
            Self::Acknowledgment => &[CorrectAndResubmit, FollowUp, OpenTask, Tag],
            Self::Remittance => &[OpenTask, Tag],
            Self::Denial => &[
                ClassifyDenial,
                Appeal,
                CorrectAndResubmit,
                Transfer,
                WriteOff,
                OpenTask,
                Tag,
            ],
            Self::FollowUp => &[
                FollowUp,
                Defer,
                Appeal,
                CorrectAndResubmit,
                Transfer,
                WriteOff,
                OpenTask,
                Tag,
            ],
            Self::Statement => &[
                SendStatement,
                HoldStatement,
                OfferPlan,
                WriteOff,
                OpenTask,
                Tag,
            ],
            Self::Collection => &[
                StageCollection,
                HoldStatement,
                OfferPlan,
                Defer,
                WriteOff,
                OpenTask,
                Tag,
            ],
            Self::Metric => &[ProposeRule, OpenTask, Tag],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_effect_can_be_asked_for_somewhere_and_none_twice_at_one_hook() {
        for effect in EffectKind::ALL {
            assert!(
                Hook::ALL.iter().any(|hook| hook.allows(effect)),
                "{effect:?}"
            );
        }
        for hook in Hook::ALL {
            let effects = hook.effects();
            let twice = (1..effects.len()).find(|&at| effects[..at].contains(&effects[at]));
            assert_eq!(twice, None, "{hook}");
        }
    }

    #[test]
    fn every_subject_comes_to_some_hook() {
        for kind in SubjectKind::ALL {
            assert!(
                Hook::ALL.iter().any(|hook| hook.subject() == kind),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_patient_is_collected_from_only_where_collection_is_decided() {
        let hooks: Vec<Hook> = Hook::ALL
            .into_iter()
            .filter(|hook| hook.allows(EffectKind::StageCollection))
            .collect();
        assert_eq!(hooks, [Hook::Collection]);
    }
}
