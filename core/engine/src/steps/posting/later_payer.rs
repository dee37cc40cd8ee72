//! A later payer decides on the same claim, mostly since the one before it sent
//! the claim on (crossover): what that one had put to the patient is what the
//! later payer decides on, and goes back to insurance before it is posted.

use std::collections::BTreeSet;

use scrubjay_model::{
    Account, ClaimId, ClaimPaymentStatus, Money, PostingSet, RemittanceClaim, ResponsibleParty,
    WorkKind,
};
use scrubjay_store::{Event, JournalRow, MoneyKind, RemittedRow, Sequence};

use super::sorted::Sorted;
use super::{Payment, gone};
use crate::EngineError;
use crate::desk::Desk;

/// What an earlier payer has paid and adjusted, as a later one repeats it.
const PRIOR_PAYER: &str = "23";

/// Moves the patient's share back to insurance, where a later payer decides on
/// it; and to the patient again, where that decision is reversed.
pub(super) fn bring_back(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    id: &ClaimId,
    reversed: Option<&RemittedRow>,
) -> Result<(), EngineError> {
    if let Some(original) = reversed {
        let rows = standing(desk, id)?;
        let moved = moved_behind(&rows, original.sequence);
        return transfer(desk, id, -moved);
    }
    if !is_later(&remitted.status) {
        return Ok(());
    }
    let mut earlier = desk.tx.remitted(id)?;
    // The last one is this decision.
    earlier.pop();
    if earlier.iter().all(|row| row.payer == payment.payer) {
        return Ok(());
    }
    let shares: Money = earlier
        .iter()
        .filter(|row| row.remitted.status != ClaimPaymentStatus::Predetermination)
        .map(|row| Sorted::of(&row.remitted, row.decided).patient)
        .sum();
    let rows = standing(desk, id)?;
    let left = shares - moved_in(&rows);
    let insurance = desk.tx.balance(id, ResponsibleParty::Insurance)?;
    let repeated: Money = remitted
        .all_adjustments()
        .filter(|adjustment| adjustment.carc.text() == PRIOR_PAYER)
        .map(|adjustment| adjustment.amount)
        .sum();
    let decided_on = remitted.charge - repeated;
    if decided_on != left + insurance {
        let reason = format!(
            "remittance {} decides on {decided_on} that earlier payers left, and {} is left here: \
             compare what it says they paid and took off",
            payment.remittance.trace,
            left + insurance
        );
        desk.open_work(WorkKind::PostingReview, Some(id), decided_on.abs(), reason)?;
    }
    transfer(desk, id, left)
}

/// Whether a payer decides as the second or third.
pub(super) const fn is_later(status: &ClaimPaymentStatus) -> bool {
    matches!(
        status,
        ClaimPaymentStatus::Processed(2..) | ClaimPaymentStatus::Forwarded(2..)
    )
}

fn transfer(desk: &mut Desk<'_>, id: &ClaimId, amount: Money) -> Result<(), EngineError> {
    let owed_by = |party| Account::Receivable {
        claim: id.clone(),
        party,
    };
    let patient = owed_by(ResponsibleParty::Patient);
    let set = PostingSet::transfer(patient, owed_by(ResponsibleParty::Insurance), amount);
    desk.move_money(MoneyKind::LaterPayer, Some(id), set)
}

/// The claim's journal without what was undone.
fn standing(desk: &Desk<'_>, id: &ClaimId) -> Result<Vec<JournalRow>, EngineError> {
    let mut history = desk.tx.history(id)?;
    let gone: BTreeSet<Sequence> = gone(&history);
    history.retain(|row| !gone.contains(&row.sequence));
    Ok(history)
}

/// What was moved from the patient to insurance so.
fn moved_in(rows: &[JournalRow]) -> Money {
    rows.iter()
        .filter_map(|row| match &row.event {
            Event::MoneyMoved {
                money: MoneyKind::LaterPayer,
                postings,
                ..
            } => Some(postings),
            _ => None,
        })
        .flat_map(|postings| postings.postings())
        .filter(|posting| {
            matches!(
                posting.account,
                Account::Receivable {
                    party: ResponsibleParty::Insurance,
                    ..
                }
            )
        })
        .map(|posting| posting.amount)
        .sum()
}

/// What was moved so for the decision of one row: before the next decision.
fn moved_behind(rows: &[JournalRow], decision: Sequence) -> Money {
    let from = rows.partition_point(|row| row.sequence <= decision);
    let behind = &rows[from..];
    let until = behind
        .iter()
        .position(|row| matches!(row.event, Event::ClaimRemitted { .. }))
        .unwrap_or(behind.len());
    moved_in(&behind[..until])
}
