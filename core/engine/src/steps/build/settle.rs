//! Money and charges, when a claim takes the place of another or is taken back.

use scrubjay_model::{
    Account, Billing, Charge, Claim, ClaimId, Frequency, PostingSet, Record, RecordKind,
    ResponsibleParty, Work,
};
use scrubjay_store::{ClaimRow, Event, MoneyKind, Move, RecordFilter};

use super::next_payer::{give_back, moved_in};
use crate::EngineError;
use crate::desk::Desk;

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
    match (moved_in(desk, &original)?, replaces) {
        (Some((_, amount)), true) => {
            let on = PostingSet::transfer(owed_on(&original), owed_on(&claim.id), amount);
            desk.move_money(MoneyKind::Transfer, Some(&claim.id), on)?;
        }
        (Some(come), false) => give_back(desk, &original, come)?,
        (None, _) => {
            let back = PostingSet::transfer(owed_on(&original), Account::Revenue, row.charge);
            desk.move_money(MoneyKind::ChargeReversed, Some(&original), back)?;
            if replaces {
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

/// Gives the charges of a claim to another, or makes them unbilled again.
pub(super) fn hand_over(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    to: Option<&ClaimId>,
) -> Result<(), EngineError> {
    for mut charge in charges_of(desk, row)? {
        charge.unbill();
        // It is on no claim now, and may be put on one.
        if to.is_none_or(|to| charge.bill(to.clone()).is_ok()) {
            desk.keep(charge, None)?;
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
