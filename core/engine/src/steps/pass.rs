//! A person passes what rules found on a record, with a reason. Only what may be
//! passed: the rest must be mended first.

use std::collections::BTreeSet;

use scrubjay_hooks::{Finding, Hook, Severity};
use scrubjay_model::{RecordKey, RecordKind, WorkItem, WorkKind};
use scrubjay_store::{Event, JournalRow, Reader};
use serde::Serialize;

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::judged::passed_on;
use crate::steps::release::Hold;

/// What a person let pass on a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// Record.
    pub record: RecordKey,
    /// The rules whose findings were passed, sorted.
    pub rules: Vec<String>,
}

/// Why nothing was passed; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassError {
    /// There is no such record.
    #[error("there is no such {kind}", kind = .record.kind)]
    Unknown {
        /// Record.
        record: RecordKey,
    },
    /// Nobody is named, or no reason is given.
    #[error("findings are passed by somebody, for a reason; give both")]
    Unsigned,
    /// Nothing that a person may pass was found, or all of it was passed before.
    #[error("nothing was found on the {record} that is left to pass")]
    NothingToPass {
        /// Record.
        record: RecordKey,
    },
    /// Something holds it that nobody may pass.
    #[error("the {record} cannot be passed; mend first:{}", listed(.holds))]
    MustBeMended {
        /// Record.
        record: RecordKey,
        /// What holds it.
        holds: Vec<Hold>,
    },
}

fn listed(holds: &[Hold]) -> String {
    holds.iter().map(|hold| format!("\n  {hold}")).collect()
}

/// Passes what was found on a record as it now stands. The desk's stamp says
/// who. A change of the record takes the passing with it.
pub(crate) fn pass(
    desk: &mut Desk<'_>,
    record: &RecordKey,
    reason: &str,
) -> Result<Passed, EngineError> {
    let record = record.clone();
    if reason.trim().is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(PassError::Unsigned.into());
    }
    if desk.tx.record_row(&record)?.is_none() {
        return Err(PassError::Unknown { record }.into());
    }
    let findings = standing(&desk.tx.record_history(&record)?);
    let holds: Vec<Hold> = findings
        .iter()
        .filter(|finding| finding.holds() && !finding.overridable)
        .map(|finding| Hold::Finding {
            rule: finding.rule.clone(),
            message: finding.message.clone(),
        })
        .collect();
    if !holds.is_empty() {
        return Err(PassError::MustBeMended { record, holds }.into());
    }
    let before = passed_on(desk.tx.as_ref(), &record)?;
    let found: BTreeSet<String> = findings.into_iter().map(|finding| finding.rule).collect();
    let rules: Vec<String> = found.difference(&before).cloned().collect();
    if rules.is_empty() {
        return Err(PassError::NothingToPass { record }.into());
    }
    desk.record(&Event::RecordOverridden {
        record: record.clone(),
        rules: rules.clone(),
        reason: reason.trim().to_owned(),
    })?;
    let kinds = work_of(record.kind);
    let outcome = format!("passed by {}", desk.stamp.actor);
    for item in desk.tx.record_work(&record)? {
        if kinds.contains(&item.kind) && is_for(&item.reason, &found) {
            let outcome = outcome.clone();
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome,
            })?;
        }
    }
    Ok(Passed { record, rules })
}

/// The findings that weigh, of the last judgement at each hook.
fn standing(history: &[JournalRow]) -> Vec<Finding> {
    let mut seen: Vec<Hook> = Vec::new();
    let mut findings = Vec::new();
    for row in history.iter().rev() {
        let Event::RecordJudged { hook, outcome, .. } = &row.event else {
            continue;
        };
        if seen.contains(hook) {
            continue;
        }
        seen.push(*hook);
        let weighs = |finding: &&Finding| finding.severity > Severity::Info && !finding.shadow;
        findings.extend(outcome.findings.iter().filter(weighs).cloned());
    }
    findings
}

/// Whether an item was opened for findings that stand on a record and that
/// nobody has passed.
pub(crate) fn is_open_for(
    reader: &dyn Reader,
    record: &RecordKey,
    item: &WorkItem,
) -> Result<bool, EngineError> {
    let passed = passed_on(reader, record)?;
    let found = standing(&reader.record_history(record)?);
    let found: BTreeSet<String> = found.into_iter().map(|finding| finding.rule).collect();
    let left: BTreeSet<String> = found.difference(&passed).cloned().collect();
    let named = item.reason.split(", ");
    Ok(work_of(record.kind).contains(&item.kind)
        && named.into_iter().any(|part| left.contains(part)))
}

/// The kinds of work by which findings hold a record.
const fn work_of(kind: RecordKind) -> &'static [WorkKind] {
    match kind {
        RecordKind::Patient => &[WorkKind::Registration],
        RecordKind::Encounter => &[WorkKind::Registration, WorkKind::Eligibility],
        RecordKind::Eligibility => &[WorkKind::Eligibility],
        RecordKind::Authorization => &[WorkKind::Authorization],
        RecordKind::Charge => &[WorkKind::Charge],
        _ => &[],
    }
}

/// Whether work was opened for nothing but these rules: its reason names them.
fn is_for(reason: &str, rules: &BTreeSet<String>) -> bool {
    reason.split(", ").all(|part| rules.contains(part))
}
