//! What later remittances stand on an earlier one, so that it is not undone under
//! them.

use std::collections::BTreeSet;

use scrubjay_model::{Remittance, TraceNumber};
use scrubjay_store::{Event, JournalRow, MoneyKind, Reader, Sequence};

use super::record::posted_by;
use crate::EngineError;

/// A later remittance that takes up by name what this one carried forward
/// (PLB03-2 has its trace number).
pub(super) fn taken_up(
    reader: &dyn Reader,
    taken: Sequence,
    remittance: &Remittance,
    payer: &str,
) -> Result<Option<TraceNumber>, EngineError> {
    let rows = reader.remittances()?;
    let undone: BTreeSet<Sequence> = rows
        .iter()
        .filter_map(|row| match &row.event {
            Event::RemittanceUndone { taken, .. } => Some(*taken),
            _ => None,
        })
        .collect();
    let later = rows
        .into_iter()
        .filter(|row| row.sequence > taken && !undone.contains(&row.sequence));
    for row in later {
        let Event::RemittanceTaken {
            remittance: later,
            payer: of,
            ..
        } = row.event
        else {
            continue;
        };
        let mut names = later.provider_adjustments.iter();
        let names = names
            .any(|one| one.reference.as_deref().map(str::trim) == Some(remittance.trace.as_str()));
        if of == payer && names && later.trace != remittance.trace {
            return Ok(Some(later.trace));
        }
    }
    Ok(None)
}

/// The trace number of the remittance that decides on a claim by a row, was held
/// since it was decided, or settles there what another had noted.
pub(super) fn stands_on(
    reader: &dyn Reader,
    row: &JournalRow,
) -> Result<Option<TraceNumber>, EngineError> {
    match &row.event {
        Event::ClaimRemitted {
            trace,
            claim: Some(_),
            ..
        }
        | Event::RemittedHeld { trace, .. }
        | Event::TakenBack { trace, .. } => Ok(Some(trace.clone())),
        Event::MoneyMoved {
            money: MoneyKind::ProviderLevel,
            ..
        } => posted_by(reader, row.sequence),
        _ => Ok(None),
    }
}
