//! Payments that did not hold: the bank took them back.

use scrubjay_model::{
    AccountNumber, ClaimId, Money, PatientAccount, PatientBilling, PatientMoney, Responsibility,
    ResponsibleParty, Work,
};
use scrubjay_store::Move;

use super::error::PatientAccountError;
use super::money::{paid_on, post};
use super::{account, agency, change, plan, prompt};
use crate::EngineError;
use crate::desk::Desk;

/// The bank has taken a payment back: it comes off what waits, then off the
/// claims that it may have gone to, the newest first. What was given back of it
/// before, the patient owes from now on. What it had earned as a discount is owed
/// again too.
pub(crate) fn payment_returned(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    receipt: usize,
) -> Result<PatientAccount, EngineError> {
    let before = account(desk.tx.as_ref(), number)?;
    let place = receipt.checked_sub(1);
    let taken = place.and_then(|place| before.dealings.receipts.get(place));
    let taken = taken.filter(|taken| taken.returned.is_none());
    let (Some(place), Some(taken)) = (place, taken) else {
        return Err(PatientAccountError::NoReceipt {
            account: number.clone(),
            receipt,
        }
        .into());
    };
    let amount = taken.amount;
    let mut short = amount - before.unapplied;
    for owed in before.claims.iter().rev() {
        let paid = paid_on(desk.tx.as_ref(), number, &owed.claim)?;
        let off = paid.min(short);
        if off.is_positive() {
            take_off(desk, number, &owed.claim, off)?;
            short -= off;
        }
    }
    if short.is_positive() {
        let claim = bearer(desk, &before)?.ok_or(PatientAccountError::TooMuch {
            what: "what is left of the patient's payments",
            there: amount - short,
            asked: amount,
        })?;
        take_off(desk, number, &claim, short)?;
    }
    post(desk, number, &PatientMoney::Returned { amount })?;
    plan::payment_returned(desk, number, amount)?;
    prompt::put_back(desk, number, place)?;
    let today = desk.today();
    change(desk, number, |dealings| {
        if let Some(taken) = dealings.receipts.get_mut(place) {
            taken.returned = Some(today);
        }
    })
}

/// Money that stood on a claim stands there no more: it is owed again, to the
/// agency where one has the account.
fn take_off(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    claim: &ClaimId,
    amount: Money,
) -> Result<(), EngineError> {
    let off = PatientMoney::Applied {
        claim: claim.clone(),
        amount: -amount,
    };
    post(desk, number, &off)?;
    reopen(desk, claim)?;
    agency::owed_again(desk, number, claim, amount)
}

/// The claim that bears what was given back of a payment that did not hold: the
/// newest that the patient owes, or owed.
fn bearer(desk: &Desk<'_>, account: &PatientAccount) -> Result<Option<ClaimId>, EngineError> {
    let mut other = None;
    for owed in account.claims.iter().rev() {
        // A purge may have given the claim up.
        let Some(row) = desk.tx.claim(&owed.claim)? else {
            continue;
        };
        match row.status.responsibility {
            Responsibility::Patient | Responsibility::None => return Ok(Some(row.id)),
            _ => _ = other.get_or_insert(row.id),
        }
    }
    Ok(other)
}

/// A claim that was settled and is owed again.
pub(crate) fn reopen(desk: &mut Desk<'_>, claim: &ClaimId) -> Result<(), EngineError> {
    let Some(row) = desk.tx.claim(claim)? else {
        return Ok(());
    };
    let owed = desk.tx.balance(claim, ResponsibleParty::Patient)?;
    if row.status.patient == PatientBilling::Settled && owed.is_positive() {
        desk.move_claim(claim, Move::Work(Work::Adjudicated))?;
        desk.move_claim(claim, Move::Responsibility(Responsibility::Patient))?;
        desk.move_claim(claim, Move::Patient(PatientBilling::Ready))?;
    }
    Ok(())
}
