//! The patient's money: paid, put to claims, moved, given back, given up.

use scrubjay_model::{
    Account, AccountNumber, ClaimId, Money, PatientAccount, PatientMoney, PaymentWay, Placement,
    Receipt, Responsibility, ResponsibleParty, WriteOffReason,
};
use scrubjay_store::{Event, MoneyKind, Reader};
use serde::Serialize;

use super::error::PatientAccountError;
use super::returned::reopen;
use super::{account, agency, change, due, keep, plan, prompt};
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
    /// What a collection agency has less by it: it is told by its next file.
    pub off_agency: Money,
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
/// patient owes, then to what an agency has, and what then is left stays as a credit.
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
    post(desk, number, &PatientMoney::Received { amount })?;
    let mut applied = Vec::new();
    for (claim, amount) in told {
        let (claim, amount) = (claim.clone(), *amount);
        applied.push((claim.clone(), amount));
        apply(desk, number, claim, amount)?;
    }
    applied.extend(spread(desk, number, amount - parts)?);
    let on = desk.today();
    change(desk, number, |dealings| {
        dealings.receipts.push(Receipt {
            on,
            amount,
            way,
            returned: None,
            discount: None,
        });
    })?;
    plan::paid(desk, number, amount)?;
    let discount = prompt::take_off(desk, number)?;
    let after = account(desk.tx.as_ref(), number)?;
    Ok(Payment {
        account: number.clone(),
        receipt: after.dealings.receipts.len(),
        applied,
        off_agency: with_agency(&before) - with_agency(&after),
        unapplied: after.unapplied,
        discount,
        balance: after.balance(),
    })
}

/// What an agency has of an account.
fn with_agency(account: &PatientAccount) -> Money {
    let placed = account.dealings.placed();
    placed.map_or(Money::ZERO, Placement::amount)
}

/// Puts unapplied money to a claim. What is more than the patient owes us on it
/// is taken off what an agency has of it.
pub(crate) fn apply(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    claim: ClaimId,
    amount: Money,
) -> Result<(), EngineError> {
    let owed = desk.tx.balance(&claim, ResponsibleParty::Patient)?;
    let more = amount - owed.max(Money::ZERO);
    let account = account(desk.tx.as_ref(), number)?;
    let placed = account.dealings.placed();
    let off = more.min(placed.map_or(Money::ZERO, |placed| placed.of(&claim)));
    if off.is_positive() {
        agency::paid_to_us(desk, number, &claim, off)?;
    }
    post(desk, number, &PatientMoney::Applied { claim, amount })
}

/// Puts unapplied money to what the patient owes, the oldest service first, and
/// then to what an agency has.
pub(crate) fn spread(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    mut left: Money,
) -> Result<Vec<(ClaimId, Money)>, EngineError> {
    let mut owing = oldest_first(desk.tx.as_ref(), number)?;
    if let Some(placed) = account(desk.tx.as_ref(), number)?.dealings.placed() {
        let placed = placed.claims.iter();
        owing.extend(placed.map(|owed| (owed.claim.clone(), owed.balance)));
    }
    let mut applied = Vec::new();
    for (claim, owed) in owing {
        let amount = left.min(owed);
        if !amount.is_positive() {
            break;
        }
        apply(desk, number, claim.clone(), amount)?;
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
    // What an agency has too much is no credit.
    agency::even_out(desk, number)?;
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
    let off = PatientMoney::Applied {
        claim: from.clone(),
        amount: -amount,
    };
    post(desk, number, &off)?;
    reopen(desk, from)?;
    apply(desk, number, to.clone(), amount)?;
    change(desk, number, |_| {})
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

/// Gives up all that the patient owes.
pub(crate) fn give_up_all(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    reason: WriteOffReason,
) -> Result<PatientAccount, EngineError> {
    let owing = oldest_first(desk.tx.as_ref(), number)?;
    if owing.is_empty() {
        let account = number.clone();
        return Err(PatientAccountError::NothingOwed { account }.into());
    }
    let all = owing.iter().map(|(_, owed)| *owed).sum();
    give_up(desk, number, reason, all)
}

/// What of the account's money stands on a claim; below zero where the patient was
/// given back what the bank then took from us.
pub(crate) fn paid_on(
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
