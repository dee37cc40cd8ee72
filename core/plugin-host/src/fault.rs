//! A plugin's fault as a finding that holds the claim.

use scrubjay_hooks::{About, EffectKind, Finding, Hook, Severity};

use crate::error::Ending;
use crate::text::{SizeError, TextError};

/// The rule of every finding about a plugin that could not be asked, or that
/// did not answer as the interface says.
pub const PLUGIN_FAULT: &str = "plugin-fault";

/// What a plugin did wrong. Times and addresses stay out of it, so that the
/// same claim gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Any of the others, as the plugin's own process tells it.
    #[error("{said}")]
    Told { said: String },
    #[error("could not judge: its process {0}")]
    Lost(Ending),
    #[error("took longer than the {limit_ms} ms that a call may take, and its process was ended")]
    Hung { limit_ms: u32 },
    #[error("could not judge: its process said what is no answer, and was ended")]
    NoAnswer,
    #[error("could not judge: its process could not be started again: {said}")]
    NotStarted { said: String },
    #[error(
        "was not asked: its process ended, and a new one is not started at once: \
         judge the claim again later"
    )]
    Resting,
    #[error("could not judge{}", said.as_ref().map_or_else(String::new, |said| format!(": {said}")))]
    Error { said: Option<String> },
    #[error("panicked{}", said.as_ref().map_or_else(String::new, |said| format!(": {said}")))]
    Panic { said: Option<String> },
    #[error("gave back the unknown status {status}")]
    Status { status: i32 },
    #[error("took longer than the {limit_ms} ms that a call may take")]
    Slow { limit_ms: u32 },
    #[error("said more than {limit} findings or effects about one subject")]
    Flood { limit: usize },
    #[error("handed in {0}")]
    Size(#[from] SizeError),
    #[error("handed in no {what}")]
    Null { what: &'static str },
    #[error("handed in {what}'s `{field}` that {problem}")]
    Text {
        what: &'static str,
        field: &'static str,
        problem: TextError,
    },
    #[error("handed in {what}'s `{field}` that has no meaning")]
    Value {
        what: &'static str,
        field: &'static str,
    },
    #[error("asked for `{}`, which its descriptor does not declare", effect.as_str())]
    NotDeclared { effect: EffectKind },
    #[error("asked for `{}`, which the hook does not allow", effect.as_str())]
    NotAllowed { effect: EffectKind },
    #[error("called the host on another thread than its call ran on")]
    Thread,
    #[error("called the host after its call had ended")]
    Late,
    #[error("was asked at a hook that it did not declare")]
    NotAsked,
    #[error(
        "was not asked to the end: the claim or its history has an amount, a number of units or a date out of range"
    )]
    OutOfRange,
    #[error(
        "is set aside after {faults} faults in a row: mend or replace it, then judge the claim again"
    )]
    SetAside { faults: u32 },
}

impl Fault {
    /// Whether the plugin is to blame, so that it counts towards setting it aside.
    pub(crate) const fn counts(&self) -> bool {
        !matches!(
            self,
            Self::NotAsked | Self::OutOfRange | Self::SetAside { .. } | Self::Resting
        )
    }

    /// The finding that holds the claim. No person may pass it: what the
    /// plugin would have said is not known.
    pub(crate) fn finding(&self, id: &str, version: &str, hook: Hook) -> Finding {
        Finding {
            rule: PLUGIN_FAULT.to_owned(),
            severity: Severity::Block,
            message: format!("plugin `{id}` {version} at hook `{hook}` {self}"),
            about: About::Whole,
            prevents: Vec::new(),
            cite: None,
            overridable: false,
            shadow: false,
        }
    }
}
