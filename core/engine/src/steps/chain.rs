//! What stands before a claim: the one that it replaces or voids, and the one
//! that an earlier payer decided.

use chrono::NaiveDate;
use scrubjay_model::{Adjudication, Claim, ClaimPaymentStatus, Frequency, Work};
use scrubjay_store::{
    ClaimFilter, ClaimRow, Event, JournalRow, Move, Reader, Sequence, patient_key,
};

use crate::EngineError;
use crate::steps::posting;

/// What rules are told of the claims before a claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// What the payer had decided on the one that it replaces or voids.
    pub(crate) original: Option<Adjudication>,
    /// Day on which the payer before said that it sent the claim on itself.
    pub(crate) forwarded: Option<NaiveDate>,
}

/// The claims before a claim as they stood before a journal row.
pub(crate) fn before(
    reader: &dyn Reader,
    claim: &Claim,
    until: Sequence,
) -> Result<Before, EngineError> {
    let mut before = Before::default();
    if matches!(claim.frequency, Frequency::Replacement | Frequency::Void) {
        let row = reader.claim(&claim.id)?;
        if let Some(original) = row.and_then(|row| row.replaces) {
            let rows = standing(reader.history(&original)?, until);
            let decided = rows.iter().filter_map(|row| match &row.event {
                Event::Moved {
                    claim,
                    to: Move::Adjudication(to),
                } if *claim == original => Some(*to),
                _ => None,
            });
            let last = decided.fold(Adjudication::None, |_, to| to);
            before.original = Some(last);
        }
    }
    if let Some(earlier) = to_earlier_payer(reader, claim)? {
        let rows = standing(reader.history(&earlier.id)?, until);
        let last = rows.iter().rev().find_map(|row| match &row.event {
            Event::ClaimRemitted {
                claim: Some(claim),
                remitted,
                decided,
                payer,
                ..
            } if *claim == earlier.id && *payer == earlier.payer => {
                Some((&remitted.status, *decided))
            }
            _ => None,
        });
        before.forwarded = last.and_then(|(status, decided)| {
            matches!(status, ClaimPaymentStatus::Forwarded(_)).then_some(decided)
        });
    }
    Ok(before)
}

/// What of a claim's journal stood before a row: what was undone by then did not.
fn standing(mut history: Vec<JournalRow>, until: Sequence) -> Vec<JournalRow> {
    history.retain(|row| row.sequence < until);
    let gone = posting::gone(&history);
    history.retain(|row| !gone.contains(&row.sequence));
    history
}

/// Claims of the same services: of the same patient and control number.
fn relatives(reader: &dyn Reader, claim: &Claim) -> Result<Vec<(ClaimRow, Claim)>, EngineError> {
    let mut filter = ClaimFilter::default();
    filter.control = Some(claim.control.as_str().to_owned());
    filter.patient = Some(patient_key(claim));
    let mut found = Vec::new();
    for row in reader.claims(&filter)? {
        if row.id == claim.id || row.status.work == Work::Void {
            continue;
        }
        if let Some(document) = reader.claim_document(&row.id)? {
            found.push((row, document));
        }
    }
    Ok(found)
}

/// The claim of the same services to the payer right before this one's.
pub(crate) fn to_earlier_payer(
    reader: &dyn Reader,
    claim: &Claim,
) -> Result<Option<ClaimRow>, EngineError> {
    let order = claim.order();
    if claim
        .destination()
        .is_none_or(|of| of.order == scrubjay_model::CoverageOrder::Primary)
    {
        return Ok(None);
    }
    let mut earlier = relatives(reader, claim)?;
    earlier.retain(|(_, document)| document.order() < order);
    let last = earlier
        .into_iter()
        .max_by_key(|(_, document)| document.order());
    Ok(last.map(|(row, _)| row))
}

/// The claim of the same services to a payer behind this one's, where there is
/// one in force.
pub(crate) fn to_later_payer(
    reader: &dyn Reader,
    claim: &Claim,
) -> Result<Option<ClaimRow>, EngineError> {
    let order = claim.order();
    let mut later = relatives(reader, claim)?.into_iter();
    let found = later.find(|(_, document)| document.order() > order);
    Ok(found.map(|(row, _)| row))
}
