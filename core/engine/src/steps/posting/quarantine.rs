//! Remittances that are not posted as they stand: kept apart, never adjusted to
//! fit, until a corrected one is posted or a person sets them aside.

use scrubjay_model::{Money, Remittance, TraceNumber, WorkItem, WorkItemId, WorkKind};
use scrubjay_store::{Event, Reader, Sequence};
use serde::Serialize;

use super::record::rows_of;
use super::{Payment, RemittanceError, RemittanceState, count, head, payer_key, remittances};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::work::{close_if_open, is_same};

/// A remittance that a person has set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// Trace number.
    pub trace: TraceNumber,
    /// What its payment would have been.
    pub paid: Money,
}

/// Keeps a remittance apart, with work to look at it.
pub(crate) fn quarantine(
    desk: &mut Desk<'_>,
    remittance: &Remittance,
    problem: &str,
) -> Result<(), EngineError> {
    let payer = payer_key(desk.config, remittance);
    let trace = &remittance.trace;
    let reason = format!("remittance {trace} of {payer} not posted: {problem}");
    desk.record(&Event::RemittanceQuarantined {
        remittance: Box::new(head(remittance)),
        payer,
        claims: count(remittance),
        problem: problem.to_owned(),
    })?;
    desk.open_work(
        WorkKind::UnbalancedRemittance,
        None,
        remittance.paid,
        reason,
    )
}

/// Closes the work about what waits under the trace number of a remittance that
/// is posted now. Two of one file are parts of one payment, and not the second
/// the first one corrected.
pub(super) fn settle(desk: &mut Desk<'_>, payment: &Payment<'_>) -> Result<(), EngineError> {
    let trace = &payment.remittance.trace;
    let rows = desk.tx.remittances()?;
    let waiting: Vec<Sequence> = rows
        .into_iter()
        .filter_map(|row| match row.event {
            Event::RemittanceQuarantined {
                remittance, payer, ..
            } if remittance.trace == *trace
                && payer == payment.payer
                && row.stamp.cause != desk.stamp.cause =>
            {
                Some(row.sequence)
            }
            _ => None,
        })
        .collect();
    for row in waiting {
        close(desk, row, "a remittance of this trace number is posted")?;
    }
    Ok(())
}

/// Sets aside what waits under a trace number: a person says that it will not be
/// posted, who is the desk's stamp's actor.
pub(crate) fn set_aside(
    desk: &mut Desk<'_>,
    originator: &str,
    trace: &TraceNumber,
    reason: &str,
) -> Result<SetAside, EngineError> {
    let reason = reason.trim();
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(RemittanceError::Unsigned.into());
    }
    let waits = |state: &RemittanceState| matches!(state, RemittanceState::Quarantined { .. });
    let mut waiting = remittances(desk.tx.as_ref())?;
    waiting.retain(|one| one.originator == originator && one.trace == *trace && waits(&one.state));
    let Some(last) = waiting.last() else {
        let trace = trace.clone();
        return Err(RemittanceError::NotQuarantined { trace }.into());
    };
    let paid = last.paid;
    for one in waiting {
        desk.record(&Event::RemittanceSetAside {
            quarantined: one.row,
            originator: originator.to_owned(),
            trace: trace.clone(),
            reason: reason.to_owned(),
        })?;
        let outcome = format!("set aside by {}: {reason}", desk.stamp.actor);
        close(desk, one.row, &outcome)?;
    }
    let trace = trace.clone();
    Ok(SetAside { trace, paid })
}

/// Closes the item that was opened right behind a row that quarantined, where it
/// is open still: under its number, or under another where it was opened again.
fn close(desk: &mut Desk<'_>, row: Sequence, outcome: &str) -> Result<(), EngineError> {
    let Some(item) = behind(desk.tx.as_ref(), row)? else {
        return Ok(());
    };
    for open in desk.tx.open_work(None)? {
        if is_same(&open, &item) {
            close_if_open(desk, &open.id, outcome)?;
        }
    }
    Ok(())
}

/// The item about a remittance that waits, by its id.
pub(super) fn item(reader: &dyn Reader, id: &WorkItemId) -> Result<Option<WorkItem>, EngineError> {
    for row in reader.remittances()? {
        if matches!(row.event, Event::RemittanceQuarantined { .. }) {
            let item = behind(reader, row.sequence)?;
            if item.as_ref().is_some_and(|item| item.id == *id) {
                return Ok(item);
            }
        }
    }
    Ok(None)
}

fn behind(reader: &dyn Reader, row: Sequence) -> Result<Option<WorkItem>, EngineError> {
    let behind = rows_of(reader, row + 1, row + 1)?.pop();
    Ok(match behind.map(|row| row.event) {
        Some(Event::WorkOpened { item }) => Some(*item),
        _ => None,
    })
}
