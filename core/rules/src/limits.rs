//! What a rule may use of the machine. Each limit ends the rule as `rule-fault`.
//!
//! Steps stand in for the wall clock: the same rule on the same claim then ends
//! the same way on every machine, fast or slow, and in every replay.

/// Steps of one call. A rule of twenty lines over a claim of fifty takes about
/// two thousand.
pub(crate) const MAX_STEPS: u64 = 100_000;
/// Calls within calls.
pub(crate) const MAX_DEPTH: usize = 16;
/// Characters of one text.
pub(crate) const MAX_TEXT: usize = 4_096;
/// Entries of one list, those of nested lists counted too.
pub(crate) const MAX_LIST: usize = 2_000;
/// Entries of one map.
pub(crate) const MAX_MAP: usize = 500;
/// Variables alive at once.
pub(crate) const MAX_VARIABLES: usize = 100;
/// Depth of one expression.
pub(crate) const MAX_EXPRESSION: usize = 64;
/// Findings and effects of one rule on one subject.
pub(crate) const MAX_FINDINGS: usize = 100;
/// Bytes of one file of a pack.
pub(crate) const MAX_FILE: u64 = 8 * 1024 * 1024;
/// Rules of one pack.
pub(crate) const MAX_RULES: usize = 20_000;
/// Functions that an engine keeps for rules, by name and kinds of value. A
/// thousand rules use some hundred.
pub(crate) const MAX_LOOKED_UP: usize = 2_000;
