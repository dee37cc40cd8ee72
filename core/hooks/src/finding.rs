//! What a handler has to say about a subject.

use std::fmt;
use std::str::FromStr;

use scrubjay_model::Carc;
use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Said and recorded; changes nothing.
    Info,
    /// Holds nothing, but a person should look.
    Warn,
    /// Holds the claim.
    Block,
}

impl Severity {
    /// The name used on rule cards.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(name: &str) -> Result<Self, UnknownSeverity> {
        [Self::Info, Self::Warn, Self::Block]
            .into_iter()
            .find(|severity| severity.as_str() == name)
            .ok_or(UnknownSeverity)
    }
}

/// A name that no severity has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a severity is `info`, `warn` or `block`")]
pub struct UnknownSeverity;

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// The whole subject.
    Whole,
    /// A service line, by its number on the claim.
    Line {
        /// Line number, 1-based.
        line: u32,
    },
    /// A field, by its name in scripts, such as `patient.born`.
    Field {
        /// Field name.
        field: String,
    },
}

/// One thing found. Its message carries no patient data that the pack may not see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Rule, such as `medicare/timely-filing`, `rule-fault`, or `plugin:NAME/EDIT`.
    pub rule: String,
    /// Weight.
    pub severity: Severity,
    /// What is wrong and what to do.
    pub message: String,
    /// What it is about.
    #[serde(flatten)]
    pub about: About,
    /// Denials that it prevents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prevents: Vec<Carc>,
    /// Source of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cite: Option<String>,
    /// Whether a person may pass a block, with a reason. A `warn` always may be.
    #[serde(default)]
    pub overridable: bool,
    /// Found by a shadow rule: recorded, and changes nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shadow: bool,
}

impl Finding {
    /// Whether it holds the claim.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.severity == Severity::Block && !self.shadow
    }
}
