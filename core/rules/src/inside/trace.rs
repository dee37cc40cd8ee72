//! What one rule did on one subject, told step by step.

use std::fmt;
use std::path::{Path, PathBuf};

use scrubjay_hooks::{Effect, Finding, Hook};
use serde::Serialize;

use super::shown::Shown;
use crate::card::Status;

/// A place in a file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// File.
    pub file: PathBuf,
    /// Line, 1-based.
    pub line: usize,
    /// Column in characters, 1-based.
    pub column: usize,
}

impl fmt::Display for Place {
    /// The file's name and the line, as people name a place among files that
    /// they know.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str());
        write!(f, "{}:{}", Path::new(name).display(), self.line)
    }
}

/// A rule and what became of a subject that came to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleTrace {
    /// Rule.
    pub rule: String,
    /// Version of its pack: `id@` and the first twelve digits of the hash.
    pub version: String,
    /// Hook.
    pub hook: Hook,
    /// Where the rule is in its life.
    #[serde(serialize_with = "as_word")]
    pub status: Status,
    /// Its card.
    pub card: Place,
    /// Whether it ran.
    pub met: Met,
}

fn as_word<S: serde::Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(status.as_str())
}

/// Whether a rule ran on a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// It did not run.
    PassedOver {
        /// The line of its card, or the rule in its place, that is the reason.
        because: String,
    },
    /// It ran.
    Ran(RanTrace),
}

/// What a rule that ran has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RanTrace {
    /// Its findings, and where it stopped the fault.
    pub findings: Vec<Finding>,
    /// What it asked for, in words.
    pub asked: Vec<String>,
    /// The same; left out of documents, for a repair may have a value of a person.
    #[serde(skip)]
    pub effects: Vec<Effect>,
    /// How it came to them.
    pub inside: Inside,
}

/// A look inside a rule, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Inside {
    /// Each call: one for the subject, or one for each line.
    Seen {
        /// Calls, in order.
        calls: Vec<Call>,
        /// Conditions that could not be watched.
        unwatched: Vec<Place>,
    },
    /// Its conditions cannot be shown.
    NotSeen(NotSeen),
}

/// Why conditions of a rule cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotSeen {
    /// Its text could not be made into one that is watched.
    NoTwin,
    /// Watched, it did something else than unwatched: what was noted cannot be
    /// trusted.
    Differs,
}

impl fmt::Display for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTwin => "its conditions cannot be shown: its text could not be watched",
            Self::Differs => {
                "its conditions cannot be shown: watched, it does not do what it does unwatched"
            }
        })
    }
}

/// One call of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Call {
    /// The line that it was called for; `None` for the whole subject.
    pub line: Option<u32>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// Conditions that were met beyond those listed.
    pub left_off: usize,
}

/// Something that happened in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// A condition was met.
    Condition(ConditionSeen),
    /// The rule said something.
    Finding(Finding),
    /// The rule asked for something.
    Asked(String),
    /// The rule stopped, and these values were the last that it read.
    Stopped(Vec<ValueRead>),
}

/// A condition with its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConditionSeen {
    /// Where it stands.
    pub place: Place,
    /// As it is written, on one line.
    pub text: String,
    /// Its outcome; `None` where it was neither true nor false.
    pub outcome: Option<bool>,
    /// What it read, each value once.
    pub values: Vec<ValueRead>,
    /// The conditions that it is made of, as far as they were met.
    pub parts: Vec<Self>,
}

impl ConditionSeen {
    /// Every value that it or a part of it read, each once.
    #[must_use]
    pub fn all_values(&self) -> Vec<&ValueRead> {
        let mut found: Vec<&ValueRead> = Vec::new();
        let below = self.parts.iter().flat_map(Self::all_values);
        for value in below.chain(&self.values) {
            if !found.contains(&value) {
                found.push(value);
            }
        }
        found
    }
}

/// A value that a condition read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ValueRead {
    /// What was read, as it is written.
    pub expression: String,
    /// The value.
    pub value: Shown,
}

impl fmt::Display for ValueRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.expression, self.value)
    }
}
