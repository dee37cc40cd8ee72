//! What stands before a claim: the one that it replaces or voids, and the one
//! that an earlier payer decided.

use chrono::NaiveDate;
use scrubjay_model::{Adjudication, Claim, ClaimPaymentStatus, Frequency, Work};
use scrubjay_store::{ClaimFilter, ClaimRow, Event, JournalRow, Move, Reader, Sequence};

use crate::EngineError;
use crate::steps::{person, posting};

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

/// Claims of the same services in force, voids of others left out: those of the
/// same patient and control number; where there are none, a host may have given
/// the claim to another payer another number, and the services tell.
fn relatives(reader: &dyn Reader, claim: &Claim) -> Result<Vec<(ClaimRow, Claim)>, EngineError> {
    let found = of_same_control(reader, claim)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let mut found = Vec::new();
    for row in person::claims_of(reader, claim)? {
        if row.service_from != claim.service_from() {
            continue;
        }
        if let Some(document) = in_force(reader, claim, &row)?
            && same_services(claim, &document)
            && of_same_control(reader, &document)?.is_empty()
        {
            found.push((row, document));
        }
    }
    Ok(found)
}

fn of_same_control(
    reader: &dyn Reader,
    claim: &Claim,
) -> Result<Vec<(ClaimRow, Claim)>, EngineError> {
    let mut filter = ClaimFilter::default();
    filter.control = Some(claim.control.as_str().to_owned());
    let mut found = Vec::new();
    for row in reader.claims(&filter)? {
        let Some(document) = in_force(reader, claim, &row)? else {
            continue;
        };
        let keys = person::own_keys(reader, claim)?;
        let others = person::own_keys(reader, &document)?;
        if others.iter().any(|key| keys.contains(key)) {
            found.push((row, document));
        }
    }
    Ok(found)
}

/// Another claim than this one, unless it is void or only voids another.
fn in_force(
    reader: &dyn Reader,
    claim: &Claim,
    row: &ClaimRow,
) -> Result<Option<Claim>, EngineError> {
    if row.id == claim.id || row.status.work == Work::Void {
        return Ok(None);
    }
    let document = reader.claim_document(&row.id)?;
    Ok(document.filter(|other| other.frequency != Frequency::Void))
}

/// Whether two claims bill the same services of the same provider to payers of
/// different places.
fn same_services(one: &Claim, other: &Claim) -> bool {
    let npi = |claim: &Claim| claim.billing.npi.as_ref().map(|npi| npi.text());
    one.order() != other.order()
        && npi(one) == npi(other)
        && one.charge == other.charge
        && one.lines.len() == other.lines.len()
        && one.lines.iter().all(|line| {
            other.lines.iter().any(|against| {
                line.procedure.is_some()
                    && line.procedure == against.procedure
                    && line.modifiers == against.modifiers
                    && line.from == against.from
                    && line.units == against.units
                    && line.charge == against.charge
            })
        })
}

/// Whether a claim that is to take another's place has not left yet: until then
/// the other stands.
fn is_to_come(row: &ClaimRow) -> bool {
    row.replaces.is_some() && row.submitted.is_none()
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
    earlier.retain(|(row, document)| document.order() < order && !is_to_come(row));
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
) -> Result<Option<(ClaimRow, Claim)>, EngineError> {
    let order = claim.order();
    let mut later = relatives(reader, claim)?;
    later.retain(|(row, document)| document.order() > order && !is_to_come(row));
    let first = later
        .into_iter()
        .min_by_key(|(_, document)| document.order());
    Ok(first)
}

/// All claims of the same services to payers behind this one's, those that are to
/// take another's place among them; the last payer's first.
pub(crate) fn behind(
    reader: &dyn Reader,
    claim: &Claim,
) -> Result<Vec<(ClaimRow, Claim)>, EngineError> {
    let order = claim.order();
    let mut later = relatives(reader, claim)?;
    later.retain(|(_, document)| document.order() > order);
    later.sort_by_key(|(_, document)| std::cmp::Reverse(document.order()));
    Ok(later)
}
