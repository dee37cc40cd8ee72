//! A payer decides once more on a claim on which nothing is left to decide: a
//! payment that it perhaps made twice. The money is held on the payer's own
//! account under that claim, where a takeback meets it, until a person accepts it.

use scrubjay_model::{
    Account, ClaimId, ClaimPaymentStatus, Money, PostingSet, RemittanceClaim, ResponsibleParty,
    WorkKind,
};
use scrubjay_store::{ClaimRow, Event, JournalRow, MoneyKind, Reader, RemittedRow};

use super::claim::Source;
use super::later_payer::is_later;
use super::provider_level::Stood;
use super::sorted::Sorted;
use super::{Payment, gone};
use crate::EngineError;
use crate::desk::Desk;

/// How work about a payment that was perhaps made twice begins.
const TWICE: &str = "possible duplicate payment:";

/// The decision that a remitted claim repeats: one that stands, and after which
/// insurance owes less than this one settles. A reversal that follows in the same
/// remittance makes it a correction.
pub(super) fn repeats(
    reader: &dyn Reader,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    row: &ClaimRow,
) -> Result<Option<RemittedRow>, EngineError> {
    let decides = !matches!(
        remitted.status,
        ClaimPaymentStatus::Reversal | ClaimPaymentStatus::Predetermination
    );
    if !decides || is_later(&remitted.status) || is_corrected(payment, remitted) {
        return Ok(None);
    }
    let Some(stands) = standing(reader.remitted(&row.id)?) else {
        return Ok(None);
    };
    let settles = settled(&Sorted::of(remitted, payment.decided), remitted);
    let owed = reader.balance(&row.id, ResponsibleParty::Insurance)?;
    Ok((settles.is_positive() && settles > owed).then_some(stands))
}

/// Whether the reversal of what was decided before stands further down.
fn is_corrected(payment: &Payment<'_>, remitted: &RemittanceClaim) -> bool {
    payment.remittance.claims.iter().any(|other| {
        other.status == ClaimPaymentStatus::Reversal
            && other.ordinal > remitted.ordinal
            && other.control.trim() == remitted.control.trim()
    })
}

/// The last decision that no reversal has taken back.
fn standing(earlier: Vec<RemittedRow>) -> Option<RemittedRow> {
    let mut stands: Vec<RemittedRow> = Vec::new();
    for row in earlier {
        match row.remitted.status {
            ClaimPaymentStatus::Predetermination => {}
            ClaimPaymentStatus::Reversal => {
                let mirrors = |one: &RemittedRow| is_mirror(&one.remitted, &row.remitted);
                if let Some(at) = stands.iter().rposition(mirrors) {
                    stands.remove(at);
                }
            }
            _ => stands.push(row),
        }
    }
    stands.pop()
}

/// Whether one has the other's charge and payment with the other sign.
pub(super) fn is_mirror(one: &RemittanceClaim, other: &RemittanceClaim) -> bool {
    one.charge == -other.charge && one.paid == -other.paid
}

/// What a decision takes off what insurance owes.
fn settled(sorted: &Sorted<'_>, remitted: &RemittanceClaim) -> Money {
    let Sorted {
        contractual,
        sequestration,
        other,
        patient,
        ..
    } = sorted;
    remitted.paid + *contractual + *sequestration + *other + *patient
}

/// Holds the money of a decision that repeats an earlier one, with work to look
/// at it.
pub(super) fn hold(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    row: &ClaimRow,
    earlier: &RemittedRow,
) -> Result<(), EngineError> {
    keep(desk, payment, remitted, &row.id)?;
    let (trace, ordinal) = (&payment.remittance.trace, remitted.ordinal);
    let reason = format!(
        "{TWICE} claim {ordinal} of remittance {trace} pays this claim, which remittance {} has \
         settled; its {} are held on the account of {}: accept it (`scrubjay remit match {trace} \
         {ordinal} {}`), or give it back",
        earlier.trace, remitted.paid, payment.payer, row.id
    );
    let amount = remitted.paid.abs();
    desk.open_work(WorkKind::PostingReview, Some(&row.id), amount, reason)
}

/// A reversal of what is held takes back that, and not the payment which stands.
/// Says whether it was one.
pub(super) fn take_off(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    row: &ClaimRow,
) -> Result<bool, EngineError> {
    if remitted.status != ClaimPaymentStatus::Reversal
        || !is_held(desk.tx.as_ref(), &row.id, remitted)?
    {
        return Ok(false);
    }
    keep(desk, payment, remitted, &row.id)?;
    settle(desk, &row.id)?;
    Ok(true)
}

/// Whether a payment is held that a reversal mirrors.
fn is_held(
    reader: &dyn Reader,
    id: &ClaimId,
    reversal: &RemittanceClaim,
) -> Result<bool, EngineError> {
    let mut history = reader.history(id)?;
    let gone = gone(&history);
    history.retain(|row| !gone.contains(&row.sequence));
    let held = history.iter().any(|row| match &row.event {
        Event::RemittedHeld { remitted, .. } => is_mirror(remitted, reversal),
        _ => false,
    });
    Ok(held && Stood::of(reader, id)?.noted >= -reversal.paid)
}

/// Journals a remitted claim as held, and puts its money to the payer's account.
fn keep(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    id: &ClaimId,
) -> Result<(), EngineError> {
    desk.record(&Event::RemittedHeld {
        trace: payment.remittance.trace.clone(),
        payer: payment.payer.to_owned(),
        claim: id.clone(),
        remitted: Box::new(remitted.clone()),
        decided: payment.decided,
    })?;
    let set = PostingSet::transfer(
        payers_account(payment.payer),
        Source::Payment.account(payment.payer),
        remitted.paid,
    );
    desk.move_money(MoneyKind::ClaimRemitted, Some(id), set)
}

fn payers_account(payer: &str) -> Account {
    Account::PayerTakebacks {
        payer: payer.to_owned(),
    }
}

/// Makes the money of a held claim unapplied cash, since a person accepts it. Says
/// whether it is on the payer's account still.
pub(super) fn let_go(
    desk: &mut Desk<'_>,
    payer: &str,
    id: &ClaimId,
    held: &RemittanceClaim,
) -> Result<bool, EngineError> {
    if Stood::of(desk.tx.as_ref(), id)?.noted < held.paid {
        return Ok(false);
    }
    let set = PostingSet::transfer(
        Source::Unapplied.account(payer),
        payers_account(payer),
        held.paid,
    );
    desk.move_money(MoneyKind::ClaimRemitted, Some(id), set)?;
    Ok(true)
}

/// Closes the work about what was held on a claim, where the payer has it back.
pub(super) fn settle(desk: &mut Desk<'_>, id: &ClaimId) -> Result<(), EngineError> {
    if Stood::of(desk.tx.as_ref(), id)?.noted.is_positive() {
        return Ok(());
    }
    for item in desk.tx.open_work(Some(id))? {
        if item.kind == WorkKind::PostingReview && item.reason.starts_with(TWICE) {
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome: "the payer has taken it back".to_owned(),
            })?;
        }
    }
    Ok(())
}

/// The work item that was opened right behind a row that held a claim.
pub(super) fn is_about(row: &JournalRow) -> bool {
    matches!(
        &row.event,
        Event::WorkOpened { item } if item.kind == WorkKind::PostingReview && item.reason.starts_with(TWICE)
    )
}
