//! Step 10: what the figures say.

mod kpi;
mod report;

pub use kpi::{Kpi, KpiUnit, Target};
pub use report::{CashReceived, ClaimCount, DenialCause, LedgerLine, Report, RuleCount, WorkQueue};
