//! Remitted claims that match none of ours wait, and a person says which they are.

use scrubjay_model::{
    ClaimId, ClaimPaymentStatus, Money, PostingSet, RemittanceClaim, TraceNumber, WorkItemId,
    WorkKind,
};
use scrubjay_store::{ClaimRow, Difference, Event, JournalRow, Matched, MoneyKind, Sequence};
use serde::Serialize;

use super::claim::{self, Source};
use super::record::{on_record, remittance_row, rows_of};
use super::sorted::Sorted;
use super::{Candidate, Payment, RemittanceError, close, matching, repeated};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::work::close_if_open;

/// A remitted claim that a person has bound to one of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// Trace number of its remittance.
    pub trace: TraceNumber,
    /// Its place there, from 1.
    pub ordinal: u32,
    /// Our claim.
    pub claim: ClaimId,
    /// What the payer paid on it.
    pub paid: Money,
}

/// Money for a claim that we do not know waits as unapplied cash, with work to
/// match it.
pub(super) fn set_aside(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    like: &[Candidate],
) -> Result<(), EngineError> {
    desk.record(&claim::event(
        payment,
        remitted,
        None,
        &Sorted::default(),
        None,
    ))?;
    let set = PostingSet::transfer(
        Source::Unapplied.account(payment.payer),
        Source::Payment.account(payment.payer),
        remitted.paid,
    );
    desk.move_money(MoneyKind::ClaimRemitted, None, set)?;
    let mut reason = format!(
        "claim {} of the remittance {} from {} matches no claim of ours",
        remitted.ordinal, payment.remittance.trace, payment.payer
    );
    let like: Vec<String> = like.iter().map(ToString::to_string).collect();
    if !like.is_empty() {
        reason.push_str("; perhaps ");
        reason.push_str(&like.join("; or "));
    }
    desk.open_work(WorkKind::UnmatchedRemittance, None, remitted.paid, reason)
}

/// A remitted claim that waits, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingClaim<'a> {
    /// Who made the trace number (TRN03).
    pub originator: &'a str,
    /// Trace number of its remittance.
    pub trace: &'a TraceNumber,
    /// Its place there, from 1.
    pub ordinal: u32,
}

fn differs(
    difference: Difference,
    row: &ClaimRow,
    payer: &str,
    remitted: &RemittanceClaim,
) -> RemittanceError {
    let claim = row.id.clone();
    match difference {
        Difference::Payer => RemittanceError::OtherPayer {
            claim,
            went_to: row.payer.clone(),
            payer: payer.to_owned(),
        },
        Difference::Charge => RemittanceError::OtherCharge {
            claim,
            charge: row.charge,
            remitted: remitted.charge,
        },
    }
}

/// A remitted claim that waits.
struct Waiting {
    /// The row that set it aside.
    row: Sequence,
    remitted: RemittanceClaim,
    /// Our claim that it settles again, where it waits for that.
    again: Option<ClaimId>,
    /// The work item that asks for it.
    item: Option<WorkItemId>,
}

/// Binds a remitted claim that waits to one of ours, and posts it. The desk's
/// stamp says who.
pub(crate) fn bind(
    desk: &mut Desk<'_>,
    which: &WaitingClaim<'_>,
    id: &ClaimId,
    reason: &str,
    despite: &[Difference],
) -> Result<Bound, EngineError> {
    let WaitingClaim {
        originator,
        trace,
        ordinal,
    } = *which;
    let reason = reason.trim();
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(RemittanceError::Unsigned.into());
    }
    let reader = desk.tx.as_ref();
    let record = on_record(reader, originator, trace)?;
    let mut rows = Vec::new();
    for (first, last) in &record.postings {
        rows.extend(rows_of(reader, *first, *last)?);
    }
    let Some(waiting) = waiting(&rows, ordinal) else {
        let trace = trace.clone();
        return Err(RemittanceError::NotWaiting { trace, ordinal }.into());
    };
    let Some(row) = reader.claim(id)? else {
        let claim = id.clone();
        return Err(RemittanceError::UnknownClaim { claim }.into());
    };
    let work = row.status.work;
    if !matching::was_sent(work) {
        let claim = id.clone();
        return Err(RemittanceError::NeverSent { claim, work }.into());
    }
    let (remittance, payer) = remittance_row(reader, record.taken)?;
    let mut known = matching::differences(reader, &row, &payer, &waiting.remitted)?;
    if let Some(other) = known.iter().find(|one| !despite.contains(one)) {
        return Err(differs(*other, &row, &payer, &waiting.remitted).into());
    }
    known.sort();
    let first = desk.last_sequence()? + 1;
    let payment = Payment::new(desk, &remittance, &payer);
    let matched = Matched::Hand {
        waited: waiting.row,
        reason: reason.to_owned(),
        despite: known,
    };
    let remitted = &waiting.remitted;
    if let Some(again) = &waiting.again
        && !repeated::let_go(desk, &payer, again, remitted)?
    {
        let trace = trace.clone();
        return Err(RemittanceError::TakenBackSince { trace, ordinal }.into());
    }
    claim::post(desk, &payment, remitted, &row, matched, Source::Unapplied)?;
    if let Some(item) = &waiting.item {
        let outcome = format!("it is claim {id}, says {}: {reason}", desk.stamp.actor);
        close_if_open(desk, item, &outcome)?;
    }
    close(desk, &remittance, first)?;
    Ok(Bound {
        trace: trace.clone(),
        ordinal,
        claim: id.clone(),
        paid: remitted.paid,
    })
}

/// The remitted claim of that place, where it was set aside or held and not
/// bound since.
fn waiting(rows: &[JournalRow], ordinal: u32) -> Option<Waiting> {
    let (at, remitted, again) = rows.iter().enumerate().find_map(|(at, row)| {
        let (remitted, again) = set_aside_in(&row.event)?;
        (remitted.ordinal == ordinal).then_some((at, remitted, again))
    })?;
    let (row, behind) = rows[at..].split_first()?;
    let is_bound = behind.iter().any(|later| {
        matches!(
            &later.event,
            Event::ClaimRemitted { matched: Some(Matched::Hand { waited, .. }), .. } if *waited == row.sequence
        )
    });
    if is_bound {
        return None;
    }
    // The item was opened right behind, before anything else of that kind.
    let item = behind.iter().find_map(|later| match &later.event {
        Event::WorkOpened { item } => {
            let is_it = match again {
                Some(_) => repeated::is_about(later),
                None => item.kind == WorkKind::UnmatchedRemittance,
            };
            is_it.then(|| item.id.clone())
        }
        _ => None,
    });
    Some(Waiting {
        row: row.sequence,
        remitted: remitted.clone(),
        again: again.cloned(),
        item,
    })
}

/// The remitted claim that an event sets aside, with the claim of ours that it
/// settles again where it is held for that.
fn set_aside_in(event: &Event) -> Option<(&RemittanceClaim, Option<&ClaimId>)> {
    match event {
        Event::ClaimRemitted {
            claim: None,
            remitted,
            ..
        } => Some((remitted, None)),
        Event::RemittedHeld {
            claim, remitted, ..
        } if remitted.status != ClaimPaymentStatus::Reversal => Some((remitted, Some(claim))),
        _ => None,
    }
}
