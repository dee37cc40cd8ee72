//! The patient's money: paid, put to claims, moved, given back, given up.

use scrubjay_model::{
    Account, AccountNumber, ClaimId, Money, PatientAccount, PatientBilling, PatientMoney,
    PaymentWay, Receipt, Responsibility, ResponsibleParty, Work, WriteOffReason,
};
use scrubjay_store::{Event, MoneyKind, Move, Reader};
use serde::Serialize;

use super::error::PatientAccountError;
use super::facts::Facts;
use super::{account, assistance, change, due, keep, plan};
use crate::EngineError;
use crate::desk::Desk;

/// What became of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// Account.
    pub account: AccountNumber,
    /// Number of the payment on the account, from 1.
    pub receipt: usize,
    /// What went to which claim.
    pub applied: Vec<(ClaimId, Money)>,
    /// What no claim took up: a credit.
    pub unapplied: Money,
    /// Taken off for paying soon, by the practice's policy.
    pub discount: Money,
    /// What the patient owes now; below zero it is a credit.
    pub balance: Money,
}

/// Moves money of an account.
pub(crate) fn post(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    money: &PatientMoney,
) -> Result<(), EngineError> {
    let postings = money.postings();
    if postings.is_empty() {
        return Ok(());
    }
    desk.record(&Event::RecordMoneyMoved {
        record: number.into(),
        money: MoneyKind::from(money),
        claim: money.claim().cloned(),
        postings,
    })
}

/// Takes a payment: to the claims as told, what is left to the oldest that the
/// patient owes, and what then is left stays as a credit.
pub(crate) fn take_payment(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    amount: Money,
    way: PaymentWay,
    told: &[(ClaimId, Money)],
) -> Result<Payment, EngineError> {
    positive(amount)?;
    let before = account(desk.tx.as_ref(), number)?;
    let parts: Money = told.iter().map(|(_, part)| *part).sum();
    if parts > amount {
        return Err(PatientAccountError::Parts { parts, amount }.into());
    }
    for (claim, part) in told {
        positive(*part)?;
        on_account(&before, claim)?;
    }
    let reader = desk.tx.as_ref();
    let asked = Facts::of(reader, before, desk.stamp.at)?.asked();
    post(desk, number, &PatientMoney::Received { amount })?;
    let mut applied = Vec::new();
    for (claim, amount) in told {
        let (claim, amount) = (claim.clone(), *amount);
        applied.push((claim.clone(), amount));
        post(desk, number, &PatientMoney::Applied { claim, amount })?;
    }
    applied.extend(spread(desk, number, amount - parts)?);
    let on = desk.today();
    change(desk, number, |dealings| {
        dealings.receipts.push(Receipt {
            on,
            amount,
            way,
            returned: None,
        });
    })?;
    plan::paid(desk, number, amount)?;
    let discount = assistance::prompt_pay(desk, number, asked)?;
    let after = account(desk.tx.as_ref(), number)?;
    Ok(Payment {
        account: number.clone(),
        receipt: after.dealings.receipts.len(),
        applied,
        unapplied: after.unapplied,
        discount,
        balance: after.balance(),
    })
}

/// Puts unapplied money to what the patient owes, the oldest service first.
fn spread(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    mut left: Money,
) -> Result<Vec<(ClaimId, Money)>, EngineError> {
    let mut applied = Vec::new();
    for (claim, owed) in oldest_first(desk.tx.as_ref(), number)? {
        let amount = left.min(owed);
        if !amount.is_positive() {
            break;
        }
        post(
            desk,
            number,
            &PatientMoney::Applied {
                claim: claim.clone(),
                amount,
            },
        )?;
        applied.push((claim, amount));
        left -= amount;
    }
    Ok(applied)
}

/// What the patient owes claim by claim where no payer has a say in it any more,
/// the oldest service first.
pub(crate) fn oldest_first(
    reader: &dyn Reader,
    number: &AccountNumber,
) -> Result<Vec<(ClaimId, Money)>, EngineError> {
    let mut owing = Vec::new();
    for owed in &account(reader, number)?.claims {
        let Some(row) = reader.claim(&owed.claim)? else {
            continue;
        };
        if row.status.responsibility == Responsibility::Patient && owed.balance.is_positive() {
            owing.push((row.service_from, owed.claim.clone(), owed.balance));
        }
    }
    owing.sort();
    Ok(owing
        .into_iter()
        .map(|(_, claim, owed)| (claim, owed))
        .collect())
}

/// Puts money that waits on an account to what has come to be owed since.
pub(crate) fn spread_unapplied(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
) -> Result<(), EngineError> {
    let account = account(desk.tx.as_ref(), number)?;
    if !spread(desk, number, account.unapplied)?.is_empty() {
        let due = due(desk.tx.as_ref(), number)?;
        keep(desk, account.into_record(), due)?;
    }
    Ok(())
}

/// Gives money back: what no claim has taken up, and what was paid too much on
/// claims.
pub(crate) fn refund(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    amount: Money,
) -> Result<PatientAccount, EngineError> {
    positive(amount)?;
    let before = account(desk.tx.as_ref(), number)?;
    let over = before
        .claims
        .iter()
        .filter(|owed| owed.balance.is_negative());
    let credits: Vec<(ClaimId, Money)> = over
        .map(|owed| (owed.claim.clone(), -owed.balance))
        .collect();
    let there = before.unapplied + credits.iter().map(|(_, credit)| *credit).sum();
    if amount > there {
        return Err(PatientAccountError::TooMuch {
            what: "the credit of the account",
            there,
            asked: amount,
        }
        .into());
    }
    let mut short = amount - before.unapplied;
    for (claim, credit) in credits {
        let off = credit.min(short);
        if off.is_positive() {
            let amount = -off;
            post(desk, number, &PatientMoney::Applied { claim, amount })?;
            short -= off;
        }
    }
    post(desk, number, &PatientMoney::RefundOwed { amount })?;
    post(desk, number, &PatientMoney::Refunded { amount })?;
    change(desk, number, |_| {})
}

/// Moves what the patient has paid on a claim to another one.
pub(crate) fn transfer(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    from: &ClaimId,
    to: &ClaimId,
    amount: Money,
) -> Result<PatientAccount, EngineError> {
    positive(amount)?;
    let before = account(desk.tx.as_ref(), number)?;
    on_account(&before, from)?;
    on_account(&before, to)?;
    let there = paid_on(desk.tx.as_ref(), number, from)?;
    if amount > there {
        return Err(PatientAccountError::TooMuch {
            what: "what the patient has paid on the claim",
            there,
            asked: amount,
        }
        .into());
    }
    let [from, to] = [from, to].map(ClaimId::clone);
    post(
        desk,
        number,
        &PatientMoney::Applied {
            claim: from,
            amount: -amount,
        },
    )?;
    post(desk, number, &PatientMoney::Applied { claim: to, amount })?;
    change(desk, number, |_| {})
}

/// The bank has taken a payment back: it comes off what waits, then off the
/// claims that it may have gone to, the newest first.
pub(crate) fn payment_returned(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    receipt: usize,
) -> Result<PatientAccount, EngineError> {
    let before = account(desk.tx.as_ref(), number)?;
    let place = receipt.checked_sub(1);
    let taken = place.and_then(|place| before.dealings.receipts.get(place));
    let no_receipt = || PatientAccountError::NoReceipt {
        account: number.clone(),
        receipt,
    };
    let taken = taken.filter(|taken| taken.returned.is_none());
    let amount = taken.ok_or_else(no_receipt)?.amount;
    let mut short = amount - before.unapplied;
    for owed in before.claims.iter().rev() {
        let paid = paid_on(desk.tx.as_ref(), number, &owed.claim)?;
        let off = paid.min(short);
        if off.is_positive() {
            let claim = owed.claim.clone();
            post(
                desk,
                number,
                &PatientMoney::Applied {
                    claim,
                    amount: -off,
                },
            )?;
            short -= off;
            reopen(desk, &owed.claim)?;
        }
    }
    if short.is_positive() {
        return Err(PatientAccountError::TooMuch {
            what: "what is left of the patient's payments",
            there: amount - short,
            asked: amount,
        }
        .into());
    }
    post(desk, number, &PatientMoney::Returned { amount })?;
    plan::payment_returned(desk, number, amount)?;
    let (today, place) = (desk.today(), receipt - 1);
    change(desk, number, |dealings| {
        if let Some(taken) = dealings.receipts.get_mut(place) {
            taken.returned = Some(today);
        }
    })
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

/// Gives up what the patient owes, the oldest service first.
pub(crate) fn give_up(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    reason: WriteOffReason,
    amount: Money,
) -> Result<PatientAccount, EngineError> {
    positive(amount)?;
    let owing = oldest_first(desk.tx.as_ref(), number)?;
    let there: Money = owing.iter().map(|(_, owed)| *owed).sum();
    if amount > there {
        return Err(PatientAccountError::TooMuch {
            what: "what the patient owes",
            there,
            asked: amount,
        }
        .into());
    }
    let mut left = amount;
    for (claim, owed) in owing {
        let amount = left.min(owed);
        if !amount.is_positive() {
            break;
        }
        post(
            desk,
            number,
            &PatientMoney::GivenUp {
                claim,
                reason,
                amount,
            },
        )?;
        left -= amount;
    }
    change(desk, number, |_| {})
}

/// What of the account's money stands on a claim.
fn paid_on(
    reader: &dyn Reader,
    number: &AccountNumber,
    claim: &ClaimId,
) -> Result<Money, EngineError> {
    let rows = reader.record_ledger(&number.into())?;
    let put = rows.iter().filter(|row| {
        row.money == MoneyKind::Transfer
            && matches!(&row.account, Account::Receivable { claim: of, party: ResponsibleParty::Patient } if of == claim)
    });
    Ok(-put.map(|row| row.amount).sum::<Money>())
}

pub(crate) fn positive(amount: Money) -> Result<(), PatientAccountError> {
    match amount.is_positive() {
        true => Ok(()),
        false => Err(PatientAccountError::Amount { amount }),
    }
}

fn on_account(account: &PatientAccount, claim: &ClaimId) -> Result<(), PatientAccountError> {
    match account.claims.iter().any(|owed| owed.claim == *claim) {
        true => Ok(()),
        false => Err(PatientAccountError::NotOnAccount {
            account: account.number.clone(),
            claim: claim.clone(),
        }),
    }
}
