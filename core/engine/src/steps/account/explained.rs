//! What happened to the money of a statement, in sentences for the patient.

use chrono::NaiveDate;
use scrubjay_model::{
    Account, AsSent, Carc, ClaimId, Explanation, LetterKind, Money, PATIENT, WriteOffReason,
};
use scrubjay_store::{LedgerRow, MoneyKind, Reader, RemittedRow};

use super::facts::{Facts, Owed};
use super::statement::{Sums, is_patients};
use crate::{Config, EngineError};

/// Payments that did not hold, and what was given back, since the statement before.
/// They are the account's, and stand with a claim of it.
pub(super) fn gone_back(
    reader: &dyn Reader,
    facts: &Facts,
    claim: &ClaimId,
) -> Result<Vec<Explanation>, EngineError> {
    let mut letters = facts.account.dealings.letters.iter().rev();
    let before = letters
        .find(|one| one.withdrawn.is_none() && matches!(one.kind, LetterKind::Statement { .. }));
    let is_new = |day: NaiveDate| before.is_none_or(|before| day >= before.made);
    let receipts = facts.account.dealings.receipts.iter();
    let mut said: Vec<String> = receipts
        .filter(|receipt| receipt.returned.is_some_and(is_new))
        .map(|receipt| {
            format!(
                "Your payment of ${} of {} did not go through: the bank took it back from us.",
                receipt.amount, receipt.on
            )
        })
        .collect();
    for row in reader.record_ledger(&(&facts.account.number).into())? {
        let cash = matches!(&row.account, Account::Cash { payer } if payer == PATIENT);
        let on = row.at.date_naive();
        if row.money == MoneyKind::Refund && cash && is_new(on) {
            said.push(format!("We gave ${} back to you on {on}.", -row.amount));
        }
    }
    let said = said.into_iter().map(|words| Explanation {
        claim: claim.clone(),
        words,
    });
    Ok(said.collect())
}

/// What happened to a claim's money, in sentences.
pub(super) fn explanations(
    owed: &Owed,
    sums: &Sums,
    (ledger, placed): (&[LedgerRow], Money),
    remitted: &[RemittedRow],
    config: &Config,
) -> Vec<Explanation> {
    let mut said = Vec::new();
    let payer = config
        .payer_by_key(&owed.row.payer)
        .map_or("Your insurance", |payer| payer.profile.name.as_str());
    if sums.amounts.insurance_paid.is_positive() {
        said.push(format!("{payer} paid ${}.", sums.amounts.insurance_paid));
    } else if !remitted.is_empty() {
        said.push(format!("{payer} decided on this claim and paid nothing."));
    }
    let mut given_up: std::collections::BTreeMap<&str, Money> = std::collections::BTreeMap::new();
    for row in ledger {
        if let Some(why) = given_up_as(&row.account) {
            *given_up.entry(why).or_default() += row.amount;
        }
    }
    said.extend(
        given_up
            .into_iter()
            .filter(|(_, amount)| amount.is_positive())
            .map(|(why, amount)| format!("${amount} {why}.")),
    );
    let sent: Money = ledger
        .iter()
        .filter(|row| matches!(row.account, Account::Placed { .. }))
        .map(|row| row.amount)
        .sum();
    for (amount, what) in [
        (
            placed,
            "is with a collection agency, and not asked for here",
        ),
        (sent - placed, "was paid to a collection agency"),
    ] {
        if amount.is_positive() {
            said.push(format!("${amount} {what}."));
        }
    }
    if sums.amounts.patient_paid.is_negative() {
        said.push(format!(
            "${} that we had given back to you came from a payment that did not go through: it is owed.",
            -sums.amounts.patient_paid
        ));
    }
    if let Some(last) = remitted.last() {
        let at_lines = last
            .remitted
            .lines
            .iter()
            .flat_map(|line| &line.adjustments);
        let all = last.remitted.adjustments.iter().chain(at_lines);
        let mut shares: Vec<(&'static str, Money)> = Vec::new();
        for share in all.filter(|one| is_patients(&one.group)) {
            let why = share_is(&share.carc);
            match shares.iter_mut().find(|(one, _)| *one == why) {
                Some((_, sum)) => *sum += share.amount,
                None => shares.push((why, share.amount)),
            }
        }
        said.extend(
            shares
                .into_iter()
                .map(|(why, amount)| format!("{payer} says that ${amount} {why}.")),
        );
    }
    if !sums.amounts.pending.is_zero() {
        said.push(format!(
            "${} waits for a payer's decision: you are not asked for it now.",
            sums.amounts.pending
        ));
    }
    let claim = &owed.row.id;
    said.into_iter()
        .map(|words| Explanation {
            claim: claim.clone(),
            words,
        })
        .collect()
}

/// Why nobody owes an amount that stands on this account.
const fn given_up_as(account: &Account) -> Option<&'static str> {
    Some(match account {
        Account::ContractualAdjustment => "was taken off by the agreement with your insurance",
        Account::Sequestration => "was taken off by law from what Medicare pays",
        Account::OtherAdjustment => "was taken off by other adjustments of your insurance",
        Account::WriteOff { reason } => match reason {
            WriteOffReason::Charity => "was taken off as financial assistance",
            WriteOffReason::Discount => "was taken off as a discount",
            _ => "was taken off by us, and you do not owe it",
        },
        _ => return None,
    })
}

/// What a patient's share is, by its reason code.
fn share_is(carc: &AsSent<Carc>) -> &'static str {
    match carc.text().as_str() {
        "1" => "counts toward your deductible and is yours to pay",
        "2" => "is your coinsurance",
        "3" => "is your copayment",
        _ => "is yours to pay",
    }
}
