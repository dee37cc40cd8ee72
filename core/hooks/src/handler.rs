//! Whoever judges a subject.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{Effect, Finding, Hook, Subject};

/// What surrounds one call. The same context and subject give the same outcome.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Context {
    /// The present instant, from the engine's clock.
    pub now: DateTime<Utc>,
}

impl Context {
    /// A context at an instant.
    #[must_use]
    pub const fn at(now: DateTime<Utc>) -> Self {
        Self { now }
    }

    /// The present date.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }
}

/// A handler that ran, for the trace. Its texts are shared with whoever ran,
/// since every handler leaves one on every subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Rule, or plugin and edit.
    #[serde(with = "shared")]
    pub rule: Arc<str>,
    /// Version that ran: the pack's hash, or the plugin's id and version.
    #[serde(with = "shared")]
    pub version: Arc<str>,
    /// Findings that it made.
    pub findings: u32,
}

/// A shared text is written as any other.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(from).map(Arc::from)
    }
}

/// A rule that did not run, and why not, for the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRun {
    /// Rule.
    pub rule: String,
    /// The line of its card that passed the subject over, such as `payers: [aetna]`.
    pub because: String,
}

/// What the handlers of one hook have answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Findings, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Effects, each with the rule that asked for it.
    pub effects: Vec<(String, Effect)>,
    /// Who ran.
    pub ran: Vec<Ran>,
}

impl Outcome {
    /// Whether anything found holds the claim.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.iter().any(Finding::holds)
    }
}

/// Something that judges subjects: a set of packs, a plugin, a built-in check.
///
/// A handler is shared; the [`Worker`]s that it makes are not, so that each
/// thread has its own script engine and scratch space.
pub trait Handler: Send + Sync {
    /// Its name in traces.
    fn name(&self) -> &str;

    /// Whether it has anything to say at that hook.
    fn handles(&self, hook: Hook) -> bool;

    /// Makes a worker for one thread. The worker sees later versions of the
    /// handler (a reloaded pack) from one call to the next, never within one.
    fn worker(&self) -> Box<dyn Worker>;
}

/// One thread's hand of a [`Handler`].
pub trait Worker: Send {
    /// Judges a subject and adds to the outcome. A fault of the handler itself
    /// is a finding (`rule-fault`, `plugin-fault`) that blocks, never a panic.
    fn judge(&mut self, hook: Hook, subject: Subject<'_>, context: Context, outcome: &mut Outcome);

    /// Which rules would not run on this subject, and why not.
    fn not_run(&mut self, hook: Hook, subject: Subject<'_>, context: Context) -> Vec<NotRun> {
        let _ = (hook, subject, context);
        Vec::new()
    }
}
