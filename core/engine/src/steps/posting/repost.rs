//! A remittance that was undone is posted again from the journal: its file was
//! taken in before, and is not taken in twice.

use scrubjay_model::{Money, TraceNumber};
use scrubjay_store::Event;
use serde::Serialize;

use super::record::{postings_of, remittance_row, rows_of};
use super::{RemittanceError, RemittanceState, post, remittances};
use crate::EngineError;
use crate::desk::Desk;

/// A remittance that was posted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reposted {
    /// Trace number.
    pub trace: TraceNumber,
    /// Claims in it.
    pub claims: usize,
    /// How many of them match none of ours.
    pub unmatched: usize,
    /// How many of them are perhaps paid twice, and held.
    pub held: usize,
    /// Its payment.
    pub paid: Money,
}

/// Posts a remittance again that was undone, as its journal has it. Its claims
/// are looked for anew. The desk's stamp says who.
pub(crate) fn post_again(
    desk: &mut Desk<'_>,
    originator: &str,
    trace: &TraceNumber,
) -> Result<Reposted, EngineError> {
    if desk.stamp.actor.trim().is_empty() {
        return Err(RemittanceError::Unsigned.into());
    }
    let reader = desk.tx.as_ref();
    let last = remittances(reader)?
        .into_iter()
        .rev()
        .find(|one| one.originator == originator && one.trace == *trace);
    let Some(last) = last else {
        let trace = trace.clone();
        return Err(RemittanceError::Unknown { trace }.into());
    };
    if !matches!(last.state, RemittanceState::Undone { .. }) {
        let trace = trace.clone();
        return Err(RemittanceError::NotUndone { trace }.into());
    }
    let (mut remittance, _) = remittance_row(reader, last.row)?;
    if let Some((first, end)) = postings_of(reader, last.row)?.first() {
        for row in rows_of(reader, *first, *end)? {
            if let Event::ClaimRemitted { remitted, .. } | Event::RemittedHeld { remitted, .. } =
                row.event
            {
                remittance.claims.push(*remitted);
            }
        }
    }
    if super::count(&remittance) != last.claims {
        let (trace, why) = (trace.clone(), "claims of it were given up by a purge");
        return Err(RemittanceError::NotOnRecord { trace, why }.into());
    }
    let posted = post(desk, &remittance, last.source.as_deref())?;
    Ok(Reposted {
        trace: trace.clone(),
        claims: posted.claims,
        unmatched: posted.unmatched,
        held: posted.held,
        paid: posted.paid,
    })
}
