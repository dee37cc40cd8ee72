//! What a handler asks the engine to do.

use chrono::NaiveDate;
use scrubjay_model::{DenialCategory, Owner, Recoverable};
use serde::{Deserialize, Serialize};

/// A request to the engine. The effects of one hook are applied together or
/// not at all; one that cannot be applied holds the claim with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Set a field to a value: format only, never what was done or to whom.
    Repair {
        /// Field name, as in scripts.
        field: String,
        /// New value as text.
        value: String,
        /// Why.
        reason: String,
    },
    /// Hold until a date.
    HoldUntil {
        /// First day on which it may go.
        until: NaiveDate,
        /// Why.
        reason: String,
    },
    /// Open a task.
    OpenTask {
        /// What to do.
        reason: String,
        /// Who does it.
        owner: Owner,
        /// Calendar days until it is due.
        days: u32,
    },
    /// Say what kind of denial this is and what to do.
    ClassifyDenial {
        /// Category.
        category: DenialCategory,
        /// How the money may still come.
        recoverable: Recoverable,
        /// What to do next.
        action: String,
        /// Who works it.
        owner: Owner,
        /// Calendar days until it is due.
        days: u32,
    },
    /// Mark the subject, for reports and later rules.
    Tag {
        /// Tag.
        tag: String,
    },
}

/// The kinds of effect, without their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// [`Effect::Repair`].
    Repair,
    /// [`Effect::HoldUntil`].
    HoldUntil,
    /// [`Effect::OpenTask`].
    OpenTask,
    /// [`Effect::ClassifyDenial`].
    ClassifyDenial,
    /// [`Effect::Tag`].
    Tag,
}

impl Effect {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> EffectKind {
        match self {
            Self::Repair { .. } => EffectKind::Repair,
            Self::HoldUntil { .. } => EffectKind::HoldUntil,
            Self::OpenTask { .. } => EffectKind::OpenTask,
            Self::ClassifyDenial { .. } => EffectKind::ClassifyDenial,
            Self::Tag { .. } => EffectKind::Tag,
        }
    }
}

impl EffectKind {
    /// The name of the function by which a script asks for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Repair => "repair",
            Self::HoldUntil => "hold_until",
            Self::OpenTask => "open_task",
            Self::ClassifyDenial => "classify",
            Self::Tag => "tag",
        }
    }
}
