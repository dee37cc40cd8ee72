//! Seeing inside a rule: which conditions it met, with what values, and how
//! each came out. For tools; claims are judged without any of this.

mod chain;
mod coverage;
mod inspector;
mod recorder;
mod runner;
mod shown;
mod token;
mod trace;
mod twin;
mod watch;

use rhai::Dynamic;

use crate::api::claim::LineRef;

pub use coverage::{
    Branches, CaseFailure, CaseReport, ConditionCoverage, PackTests, RuleCoverage, RuleShown,
};
pub use inspector::Inspector;
pub(crate) use recorder::{Recorder, SharedRecorder, notes};
pub use shown::{Shown, effect_in_words};
pub use trace::{
    Call, ConditionSeen, Inside, Met, NotSeen, Place, RanTrace, RuleTrace, Step, ValueRead,
};
pub(crate) use twin::Twin;

/// The number of the line that a rule is called for.
pub(crate) fn line_of(arguments: &[Dynamic]) -> Option<u32> {
    let line = arguments.last()?.read_lock::<LineRef>()?;
    Some(line.claim.lines.get(line.at)?.number)
}
