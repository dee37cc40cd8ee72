//! Money and charges, when a claim takes the place of another or is taken back.

use std::collections::BTreeSet;

use scrubjay_model::{
    Account, Billing, Charge, Claim, ClaimId, Frequency, PostingSet, Record, RecordKind,
    Responsibility, ResponsibleParty, Work,
};
use scrubjay_store::{ClaimRow, Event, MoneyKind, Move, RecordFilter};

use super::later;
use super::moved::{booked, give_back, moved_in};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::charge;

/// A replacement or void that leaves takes the place of its original: the
/// original's charge is taken back, and a replacement's own is owed. The
/// charges that the original was made of go with it.
pub(crate) fn settle_original(desk: &mut Desk<'_>, claim: &Claim) -> Result<(), EngineError> {
    let Some(original) = desk.tx.claim(&claim.id)?.and_then(|row| row.replaces) else {
        return Ok(());
    };
    let Some(row) = desk.tx.claim(&original)? else {
        return Ok(());
    };
    // Sent once more after a rejection: it was settled when it first left.
    if row.status.work == Work::Void {
        return Ok(());
    }
    let replaces = claim.frequency == Frequency::Replacement;
    let what = match replaces {
        true => format!("was replaced by claim {}", claim.id),
        false => format!("was voided by claim {}", claim.id),
    };
    later::unsettle(desk, &original, &what)?;
    match (moved_in(desk, &original)?, replaces) {
        (Some((_, amount)), true) => {
            let on = PostingSet::transfer(owed_on(&original), owed_on(&claim.id), amount);
            desk.move_money(MoneyKind::Transfer, Some(&claim.id), on)?;
        }
        (Some(come), false) => give_back(desk, &original, come, Responsibility::Patient)?,
        (None, _) => {
            let charge = booked(desk, &original, ResponsibleParty::Insurance)?;
            let back = PostingSet::transfer(owed_on(&original), Account::Revenue, charge);
            desk.move_money(MoneyKind::ChargeReversed, Some(&original), back)?;
            // A claim to a later payer carries none: that stands on the first.
            if replaces && (row.charge.is_zero() || !charge.is_zero()) {
                let charge =
                    PostingSet::transfer(Account::Revenue, owed_on(&claim.id), claim.charge);
                desk.move_money(MoneyKind::Charge, Some(&claim.id), charge)?;
            }
        }
    }
    end_work(
        desk,
        &original,
        &format!("claim {} took its place", claim.id),
    )?;
    // What the payer had left to the patient goes when it takes its decision back.
    later::stop_billing(desk, &original)?;
    desk.move_claim(&original, Move::Work(Work::Void))?;
    hand_over(desk, &row, replaces.then_some(&claim.id))
}

/// Closes all that is open on a claim that nobody works any more.
pub(super) fn end_work(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    outcome: &str,
) -> Result<(), EngineError> {
    for item in desk.tx.open_work(Some(claim))? {
        desk.record(&Event::WorkClosed {
            item: item.id,
            outcome: outcome.to_owned(),
        })?;
    }
    Ok(())
}

fn owed_on(claim: &ClaimId) -> Account {
    Account::Receivable {
        claim: claim.clone(),
        party: ResponsibleParty::Insurance,
    }
}

/// Gives the charges of a claim to another, or makes them unbilled again: then
/// each is judged as when it was entered, and may be held.
pub(super) fn hand_over(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    to: Option<&ClaimId>,
) -> Result<(), EngineError> {
    let mut visits = BTreeSet::new();
    for mut charge in charges_of(desk, row)? {
        charge.unbill();
        visits.insert(charge.encounter.clone());
        // It is on no claim now, and may be put on one.
        if to.is_none_or(|to| charge.bill(to.clone()).is_ok()) {
            desk.keep(charge, None)?;
        }
    }
    if to.is_none() {
        for visit in &visits {
            charge::judge_again(desk, visit)?;
        }
    }
    Ok(())
}

/// The charges that stand on a claim.
pub(super) fn charges_of(desk: &Desk<'_>, row: &ClaimRow) -> Result<Vec<Charge>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Charge),
        state: Some("billed".to_owned()),
        from: row.service_from,
        to: row.service_to,
        ..RecordFilter::default()
    };
    let records = desk.records(&filter)?.into_iter();
    let charges = records.filter_map(|record| match record {
        Record::Charge(charge) => Some(*charge),
        _ => None,
    });
    let on_it =
        |charge: &Charge| matches!(&charge.billing, Billing::Billed { claim } if *claim == row.id);
    Ok(charges.filter(on_it).collect())
}
