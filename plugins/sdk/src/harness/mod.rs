//! Runs a plugin against claims without an engine, through the same C
//! interface, so that a vendor's `cargo test` needs nothing else.
//!
//! It hands in what a host would: only the fields of people that the plugin
//! declares a need for, and only claims. It does not look at the declared
//! payers and claim kinds, nor judge whether a finding breaks a rule of the
//! interface; the host does, and `scrubjay plugin check` is for that.

mod claim;
mod earlier;
mod host;

use std::ffi::c_void;
use std::marker::PhantomData;

use crate::abi;
use crate::about::Hook;
use crate::call::Severity;
use crate::export::{self, Plugin};
use crate::host::Level;
use crate::value::Date;

pub use claim::{TestClaim, TestLine, TestPerson, TestProvider};
pub use earlier::{TestEarlier, TestService};
use host::{CallCtx, HostCtx};

/// A plugin that would not start, with what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HarnessError {
    /// What `create` returned.
    pub status: abi::Status,
    /// What the plugin said.
    pub said: String,
}

impl std::fmt::Display for HarnessError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the plugin would not start (status {}): {}",
            self.status, self.said
        )
    }
}

impl std::error::Error for HarnessError {}

/// A finding that a plugin said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidFinding {
    /// Weight.
    pub severity: Severity,
    /// Edit.
    pub edit: String,
    /// Message.
    pub message: String,
    /// The line's number, where it is about a line.
    pub line: Option<u32>,
    /// The field's name, where it is about a field.
    pub field: Option<String>,
    /// Reason codes that it prevents.
    pub prevents: Vec<String>,
    /// Source of the rule.
    pub cite: Option<String>,
    /// Whether a person may pass it.
    pub overridable: bool,
}

/// An effect that a plugin asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // As in `Ask`.
pub enum SaidAsk {
    /// [`Ask::Repair`](crate::Ask::Repair).
    Repair {
        field: String,
        value: String,
        reason: String,
    },
    /// [`Ask::HoldUntil`](crate::Ask::HoldUntil).
    HoldUntil { until: Option<Date>, reason: String },
    /// [`Ask::OpenTask`](crate::Ask::OpenTask).
    OpenTask {
        reason: String,
        owner: String,
        days: u32,
    },
    /// [`Ask::Tag`](crate::Ask::Tag).
    Tag { tag: String },
    /// An effect that the harness does not know.
    Unknown { kind: u32 },
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The plugin judged.
    Well,
    /// It could not, and said why.
    Refused(String),
    /// Its code panicked, at the place named.
    Panicked(String),
    /// Another status.
    Other(abi::Status),
}

/// What a plugin said of one claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Findings in order.
    pub findings: Vec<SaidFinding>,
    /// Effects in order, each with its edit.
    pub asked: Vec<(String, SaidAsk)>,
    /// How the call ended.
    pub ended: Ended,
}

/// A plugin made ready, and a day to judge on.
pub struct Harness<P: Plugin> {
    plugin: *const abi::Plugin,
    // INVARIANT: both outlive `plugin`; boxed, since the plugin has their address.
    ctx: Box<HostCtx>,
    _host: Box<abi::Host>,
    today: Date,
    of: PhantomData<P>,
}

impl<P: Plugin> std::fmt::Debug for Harness<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Harness")
            .field("today", &self.today)
            .finish_non_exhaustive()
    }
}

impl<P: Plugin> Harness<P> {
    /// Makes a plugin ready with settings, in any order. Paths in settings are
    /// relative to the folder that the test runs in: the crate's own.
    ///
    /// # Errors
    /// Where the plugin will not start.
    pub fn open(settings: &[(&str, &str)]) -> Result<Self, HarnessError> {
        const DAY: Date = Date::new(2026, 1, 1).expect("a year begins on this day");
        let ctx = Box::new(HostCtx::new(settings));
        let host = Box::new(host::host(&ctx));
        let mut plugin = std::ptr::null();
        // SAFETY: the host holds until `drop` has ended the plugin, and
        // `plugin` can be written to.
        let status = unsafe { export::create::<P>(&raw const *host, &raw mut plugin) };
        if status != abi::OK {
            let said = ctx.take_error();
            return Err(HarnessError { status, said });
        }
        Ok(Self {
            plugin,
            ctx,
            _host: host,
            today: DAY,
            of: PhantomData,
        })
    }

    /// What the plugin has logged so far, while it started and since.
    #[must_use]
    pub fn logged(&self) -> Vec<(Level, String)> {
        self.ctx.logged()
    }

    /// Judges on that day from now on.
    ///
    /// # Panics
    /// Where the text is no day such as `2026-03-02`.
    #[must_use]
    #[allow(clippy::expect_used)] // A test's own mistake ends the test.
    pub fn on(mut self, day: &str) -> Self {
        self.today = day
            .parse()
            .expect("the test names a day such as 2026-03-02");
        self
    }

    /// Judges a claim.
    #[must_use]
    pub fn judge(&self, hook: Hook, claim: &TestClaim) -> Said {
        let view = claim.view(P::ABOUT.needs_bits());
        let ctx = CallCtx::new(view.earlier());
        let noon = self.today.days_since(claim::EPOCH) * 86_400_000 + 43_200_000;
        let call = abi::Call {
            size: abi::size_of::<abi::Call>(),
            hook: hook.bit(),
            ctx: (&raw const ctx).cast_mut().cast::<c_void>(),
            now: noon,
            today: self.today.number(),
            reserved: 0,
            claim: view.claim(),
            finding: host::finding,
            effect: host::effect,
            cancelled: host::cancelled,
            error: host::call_error,
            document: host::document,
            earlier: host::earlier,
            lines: host::lines,
        };
        // SAFETY: a plugin that `create` made has the function, and holds until
        // `drop`; call, context and view hold until it returns.
        let status = unsafe {
            (*self.plugin)
                .judge
                .map(|judge| judge(self.plugin, &raw const call))
        };
        ctx.ended(status.unwrap_or(abi::REFUSED))
    }
}

impl<P: Plugin> Drop for Harness<P> {
    fn drop(&mut self) {
        // SAFETY: made by `create`, ended once, and no call is under way since
        // `judge` borrows the harness.
        unsafe {
            if let Some(destroy) = (*self.plugin).destroy {
                destroy(self.plugin);
            }
        }
    }
}
