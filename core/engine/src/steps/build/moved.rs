//! What moves between the claims of one chain: the patient's share goes to the
//! claim to the next payer, and comes back from it. The charge is booked once.

use std::collections::BTreeMap;

use scrubjay_model::{
    Account, ClaimId, Money, PatientBilling, PostingSet, Responsibility, ResponsibleParty, Work,
};
use scrubjay_store::{LedgerRow, MoneyKind, Move, Sequence};

use crate::EngineError;
use crate::desk::Desk;

fn receivable(claim: &ClaimId, party: ResponsibleParty) -> Account {
    Account::Receivable {
        claim: claim.clone(),
        party,
    }
}

/// The patient's share of a claim, on its way to the claim to the next payer.
pub(crate) fn share_to(earlier: &ClaimId, later: &ClaimId, owed: Money) -> PostingSet {
    PostingSet::transfer(
        receivable(earlier, ResponsibleParty::Patient),
        receivable(later, ResponsibleParty::Insurance),
        owed,
    )
}

/// Closes a claim on which its payer owes nothing more and the rest is with the
/// next one.
pub(crate) fn close_where_paid(desk: &mut Desk<'_>, id: &ClaimId) -> Result<(), EngineError> {
    let insurance = desk.tx.balance(id, ResponsibleParty::Insurance)?;
    if insurance.is_zero() {
        desk.move_claim(id, Move::Responsibility(Responsibility::None))?;
        desk.move_claim(id, Move::Work(Work::Closed))?;
    }
    Ok(())
}

/// What stands on a claim of what came from the one to the payer before it, and
/// from where; nothing is left where it has gone back or on. `None` where the
/// charge was booked on the claim itself.
pub(super) fn moved_in(
    desk: &Desk<'_>,
    claim: &ClaimId,
) -> Result<Option<(Account, Money)>, EngineError> {
    let own = receivable(claim, ResponsibleParty::Insurance);
    let mut sets: BTreeMap<Sequence, Vec<LedgerRow>> = BTreeMap::new();
    for row in desk.tx.ledger(claim)? {
        let moves = matches!(row.money, MoneyKind::Transfer | MoneyKind::PostingUndone);
        if moves {
            sets.entry(row.sequence).or_default().push(row);
        }
    }
    let (mut from, mut left) = (None, Money::ZERO);
    for set in sets.values() {
        let Some(came) = set.iter().find(|row| row.account == own) else {
            continue;
        };
        let other = set.iter().find(|row| {
            let of_another =
                matches!(&row.account, Account::Receivable { claim: other, .. } if other != claim);
            of_another && row.amount == -came.amount
        });
        let Some(other) = other else {
            continue;
        };
        left += came.amount;
        if came.amount.is_positive() || from.is_none() {
            from = Some(other.account.clone());
        }
    }
    match from {
        // It came by the claim that this one replaces.
        Some(Account::Receivable {
            claim: replaced,
            party: ResponsibleParty::Insurance,
        }) => {
            let first = moved_in(desk, &replaced)?;
            Ok(first.map(|(account, _)| (account, left)))
        }
        Some(account) => Ok(Some((account, left))),
        None => match desk.tx.claim(claim)?.and_then(|row| row.replaces) {
            Some(replaced) => {
                let first = moved_in(desk, &replaced)?;
                Ok(first.map(|(account, _)| (account, Money::ZERO)))
            }
            None => Ok(None),
        },
    }
}

/// What of its own charge a party owes on a claim: nothing on one to a later
/// payer, whose charge stands on the first.
pub(crate) fn booked(
    desk: &Desk<'_>,
    claim: &ClaimId,
    party: ResponsibleParty,
) -> Result<Money, EngineError> {
    let own = receivable(claim, party);
    let rows = desk.tx.ledger(claim)?.into_iter();
    let charged = rows.filter(|row| {
        row.account == own && matches!(row.money, MoneyKind::Charge | MoneyKind::ChargeReversed)
    });
    Ok(charged.map(|row| row.amount).sum())
}

/// Gives back what came from the claim to the payer before, and says who owes it
/// there: the patient, or a payer that has yet to decide.
pub(super) fn give_back(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    (from, amount): (Account, Money),
    left_to: Responsibility,
) -> Result<(), EngineError> {
    if amount.is_zero() {
        return Ok(());
    }
    let own = receivable(claim, ResponsibleParty::Insurance);
    let back = PostingSet::transfer(own, from.clone(), amount);
    desk.move_money(MoneyKind::Transfer, Some(claim), back)?;
    let Account::Receivable { claim: before, .. } = from else {
        return Ok(());
    };
    let work = desk.tx.claim(&before)?.map(|row| row.status.work);
    if !matches!(work, Some(Work::Adjudicated | Work::Closed)) {
        return Ok(());
    }
    desk.move_claim(&before, Move::Work(Work::Adjudicated))?;
    desk.move_claim(&before, Move::Responsibility(left_to))?;
    if left_to == Responsibility::Patient {
        desk.move_claim(&before, Move::Patient(PatientBilling::Ready))?;
    }
    Ok(())
}
