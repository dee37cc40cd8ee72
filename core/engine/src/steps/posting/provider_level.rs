//! What a payer pays or takes beside the claims (PLB): forward balances,
//! interest, refunds that it has had, overpayments that it takes back.
//!
//! A positive amount reduces the payment (005010X221A1, 1.10.2.17). What is
//! neither a claim's nor interest is held against the payer's own account,
//! where what it moves to a later remittance and what it takes there meet.

use scrubjay_model::{
    Account, Adjudication, ClaimId, Money, PostingSet, ProviderAdjustment, Responsibility,
    ResponsibleParty, Work, WorkKind,
};
use scrubjay_store::{ClaimFilter, ClaimRow, Event, MoneyKind, Move, Reader};

use super::matching::has_a_say;
use super::{Payment, Source, repeated, status};
use crate::EngineError;
use crate::desk::Desk;

/// How work on what a payer took back begins.
const TOOK_BACK: &str = "the payer took back";

/// Where a provider-level amount goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// To the payer's own account: it will come again with the other sign.
    Payer,
    /// To the claim that it names, where the payer has paid on that and has not
    /// noted the amount before; else to the payer's own account.
    Claim,
    /// Interest.
    Interest,
    /// To what we owe payers: a refund of ours that the payer has had.
    Refunds,
    /// Penalties and the like.
    Other,
}

/// PLB03-1, by what it does to the books.
const REASONS: &[(&str, Goes)] = &[
    ("FB", Goes::Payer),
    ("AP", Goes::Payer),
    ("E3", Goes::Payer),
    ("WO", Goes::Claim),
    ("WU", Goes::Claim),
    ("CS", Goes::Claim),
    ("L6", Goes::Interest),
    ("51", Goes::Interest),
    ("72", Goes::Refunds),
    ("50", Goes::Other),
];

/// Posts every provider-level adjustment of a payment.
pub(super) fn post(desk: &mut Desk<'_>, payment: &Payment<'_>) -> Result<(), EngineError> {
    for adjustment in &payment.remittance.provider_adjustments {
        let goes = REASONS
            .iter()
            .find(|(reason, _)| *reason == adjustment.reason)
            .map(|(_, goes)| *goes);
        match goes {
            Some(Goes::Claim) => post_to_claim(desk, payment, adjustment)?,
            Some(Goes::Interest) => move_to(desk, payment, adjustment, Account::Interest)?,
            Some(Goes::Refunds) => move_to(desk, payment, adjustment, Account::RefundsPayable)?,
            Some(Goes::Other) => move_to(desk, payment, adjustment, Account::OtherAdjustment)?,
            Some(Goes::Payer) => {
                move_to(desk, payment, adjustment, payers_account(payment))?;
            }
            None => {
                move_to(desk, payment, adjustment, payers_account(payment))?;
                ask_what_it_is(desk, payment, adjustment)?;
            }
        }
    }
    Ok(())
}

fn payers_account(payment: &Payment<'_>) -> Account {
    Account::PayerTakebacks {
        payer: payment.payer.to_owned(),
    }
}

fn move_to(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    adjustment: &ProviderAdjustment,
    to: Account,
) -> Result<(), EngineError> {
    let cash = Source::Payment.account(payment.payer);
    let set = PostingSet::transfer(cash, to, adjustment.amount);
    desk.move_money(MoneyKind::ProviderLevel, None, set)
}

fn ask_what_it_is(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    adjustment: &ProviderAdjustment,
) -> Result<(), EngineError> {
    let reason = format!(
        "provider-level adjustment {} of {} in remittance {} is held on the account of {}: say \
         where it belongs",
        adjustment.reason, adjustment.amount, payment.remittance.trace, payment.payer
    );
    let amount = adjustment.amount.abs();
    desk.open_work(WorkKind::PostingReview, None, amount, reason)
}

/// An overpayment of a claim. Payers tell it in one of three ways:
/// - they reverse the claim, note the amount (negative) and take it later
///   (positive): both meet on the payer's account, the claim was reduced by the
///   reversal;
/// - they take it with nothing said before: that reduces the claim;
/// - they give back what they took so: that restores the claim.
fn post_to_claim(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    adjustment: &ProviderAdjustment,
) -> Result<(), EngineError> {
    let named = named_claim(desk.tx.as_ref(), payment.payer, adjustment)?;
    let Some(row) = named else {
        return move_to(desk, payment, adjustment, payers_account(payment));
    };
    let stood = Stood::of(desk.tx.as_ref(), &row.id)?;
    // What was noted before is settled first, what was taken before given back first.
    let amount = adjustment.amount;
    let of_claim = if amount.is_positive() {
        amount - stood.noted.max(Money::ZERO).min(amount)
    } else {
        amount.max(-stood.taken).min(Money::ZERO)
    };
    let of_payer = amount - of_claim;
    hold(desk, payment, &row.id, of_payer)?;
    repeated::settle(desk, &row.id)?;
    if of_claim <= row.paid {
        return take_back(desk, payment, adjustment, &row, of_claim);
    }
    hold(desk, payment, &row.id, of_claim)?;
    let reason = format!(
        "the payer takes back {of_claim} by {} in remittance {}, more than it has paid on this claim: \
         it is held on the account of {}",
        adjustment.reason, payment.remittance.trace, payment.payer
    );
    desk.open_work(WorkKind::PostingReview, Some(&row.id), of_claim, reason)
}

/// Holds an amount against the payer's account, under the claim that it names.
fn hold(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    claim: &ClaimId,
    amount: Money,
) -> Result<(), EngineError> {
    let cash = Source::Payment.account(payment.payer);
    let set = PostingSet::transfer(cash, payers_account(payment), amount);
    desk.move_money(MoneyKind::ProviderLevel, Some(claim), set)
}

/// What provider-level adjustments have said of a claim so far.
pub(super) struct Stood {
    /// Noted as to be taken back, or held since it was perhaps paid twice, and
    /// not yet taken.
    pub(super) noted: Money,
    /// Taken back with nothing noted before.
    taken: Money,
}

impl Stood {
    pub(super) fn of(reader: &dyn Reader, claim: &ClaimId) -> Result<Self, EngineError> {
        let mut noted = Money::ZERO;
        for row in reader.ledger(claim)? {
            if matches!(row.account, Account::PayerTakebacks { .. }) {
                noted -= row.amount;
            }
        }
        let history = reader.history(claim)?;
        let gone = super::gone(&history);
        let taken = history
            .iter()
            .filter(|row| !gone.contains(&row.sequence))
            .map(|row| match &row.event {
                Event::TakenBack { amount, .. } => *amount,
                _ => Money::ZERO,
            })
            .sum();
        Ok(Self { noted, taken })
    }
}

/// The claim that PLB03-2 names by our control number or the payer's, where that
/// payer has a say in it.
fn named_claim(
    reader: &dyn Reader,
    payer: &str,
    adjustment: &ProviderAdjustment,
) -> Result<Option<ClaimRow>, EngineError> {
    let Some(reference) = adjustment.reference.as_deref().map(str::trim) else {
        return Ok(None);
    };
    if let Ok(id) = reference.parse::<ClaimId>()
        && let Some(row) = reader.claim(&id)?
        && has_a_say(reader, payer, &row)?
    {
        return Ok(Some(row));
    }
    let mut filter = ClaimFilter::default();
    filter.payer_control = Some(reference.to_owned());
    let mut rows = Vec::new();
    for row in reader.claims(&filter)? {
        if has_a_say(reader, payer, &row)? {
            rows.push(row);
        }
    }
    // Two claims of one number: the payer does not say which.
    Ok(if rows.len() == 1 { rows.pop() } else { None })
}

/// The claim owes again what was taken back, or no longer what was given back.
fn take_back(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    adjustment: &ProviderAdjustment,
    row: &ClaimRow,
    amount: Money,
) -> Result<(), EngineError> {
    if amount.is_zero() {
        return Ok(());
    }
    let id = &row.id;
    desk.record(&Event::TakenBack {
        claim: id.clone(),
        trace: payment.remittance.trace.clone(),
        payer: payment.payer.to_owned(),
        reason: adjustment.reason.clone(),
        amount,
    })?;
    let owed = Account::Receivable {
        claim: id.clone(),
        party: ResponsibleParty::Insurance,
    };
    let cash = Source::Payment.account(payment.payer);
    let set = PostingSet::transfer(cash, owed, amount);
    desk.move_money(MoneyKind::ProviderLevel, Some(id), set)?;
    let trace = &payment.remittance.trace;
    let code = &adjustment.reason;
    if amount.is_positive() {
        let left = row.paid - amount;
        let adjudication = if left.is_zero() {
            Adjudication::Reversed
        } else {
            Adjudication::PartiallyPaid
        };
        desk.move_claim(id, Move::Work(Work::Adjudicated))?;
        desk.move_claim(id, Move::Adjudication(adjudication))?;
        let claim = desk.tx.claim_document(id)?;
        let order = status::order(claim.as_ref());
        desk.move_claim(id, Move::Responsibility(order))?;
        let reason = format!(
            "{TOOK_BACK} {amount} of this claim by {code} in remittance {trace}: agree, \
             or contest it"
        );
        desk.open_work(WorkKind::PostingReview, Some(id), amount, reason)
    } else if desk.tx.balance(id, ResponsibleParty::Insurance)?.is_zero() {
        as_before(desk, row, trace.as_str())
    } else {
        let back = -amount;
        let reason = format!(
            "the payer gave back {back} of this claim by {code} in remittance {trace}: look whether \
             it is settled"
        );
        desk.open_work(WorkKind::PostingReview, Some(id), back, reason)
    }
}

/// All that was taken is given back: the claim is where the payer's decision had left
/// it, and nobody has to contest anything.
fn as_before(desk: &mut Desk<'_>, row: &ClaimRow, trace: &str) -> Result<(), EngineError> {
    let id = &row.id;
    let adjudication = match row.denied.is_positive() {
        true => Adjudication::PartiallyPaid,
        false => Adjudication::Paid,
    };
    desk.move_claim(id, Move::Adjudication(adjudication))?;
    let patient = desk.tx.balance(id, ResponsibleParty::Patient)?;
    if patient.is_positive() {
        desk.move_claim(id, Move::Responsibility(Responsibility::Patient))?;
    } else {
        desk.move_claim(id, Move::Responsibility(Responsibility::None))?;
        desk.move_claim(id, Move::Work(Work::Closed))?;
    }
    for item in desk.tx.open_work(Some(id))? {
        if item.kind == WorkKind::PostingReview && item.reason.starts_with(TOOK_BACK) {
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome: format!("the payer gave it back in remittance {trace}"),
            })?;
        }
    }
    Ok(())
}
