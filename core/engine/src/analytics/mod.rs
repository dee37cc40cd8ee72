//! Step 10: what the figures say.

mod effect;
mod kpi;
mod report;

pub use effect::{EffectCount, EffectFilter, RuleEffect, RuleEffects, last_fired};
pub use kpi::{Kpi, KpiUnit, Target};
pub use report::{CashReceived, ClaimCount, DenialCause, LedgerLine, Report, RuleCount, WorkQueue};
