//! Claims to later payers rest on what the payer before has decided. Where that
//! decision goes (undone, reversed, its claim replaced or voided), one that has
//! not left is taken back and made anew later; one that has is for a person. The
//! patient is asked for nothing until the chain stands again.

use scrubjay_model::{
    Claim, ClaimId, CoverageOrder, Money, PatientBilling, PostingSet, PriorPayment, Responsibility,
    ResponsibleParty, Work, WorkKind,
};
use scrubjay_store::{ClaimRow, Event, MoneyKind, Move, Reader};

use super::moved::{close_where_paid, give_back, moved_in, share_to};
use super::take_back::withdraw;
use super::versions::is_here;
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::chain;
use crate::steps::posting::place;

/// How work on a claim begins whose earlier payer's decision does not stand.
const BEFORE: &str = "the claim before it, ";

/// Whether the decision before a claim does not stand, or is another than the
/// claim says.
pub(crate) fn is_unsettled(reader: &dyn Reader, claim: &ClaimId) -> Result<bool, EngineError> {
    let open = reader.open_work(Some(claim))?;
    Ok(open.iter().any(|item| item.reason.starts_with(BEFORE)))
}

/// Does what is to be done to the claims to later payers, since the decision on a
/// claim does not stand any more; `what` tells what has happened to that claim.
pub(crate) fn unsettle(
    desk: &mut Desk<'_>,
    earlier: &ClaimId,
    what: &str,
) -> Result<(), EngineError> {
    let row = desk.tx.claim(earlier)?;
    let Some(document) = desk.tx.claim_document(earlier)? else {
        return Ok(());
    };
    // What is behind a void claim was told of it, and may stand behind another by now.
    if row.is_none_or(|row| row.status.work == Work::Void) {
        return Ok(());
    }
    for (row, later) in chain::behind(desk.tx.as_ref(), &document)? {
        if is_here(desk, &row) {
            withdraw(
                desk,
                &row,
                place(later.order()),
                &format!("claim {earlier} {what}"),
            )?;
            continue;
        }
        let come = moved_in(desk, &row.id)?;
        let stake = come.as_ref().map_or(row.charge, |(_, amount)| *amount);
        if let Some(come) = come {
            give_back(desk, &row.id, come, place(later.order()))?;
        }
        stop_billing(desk, &row.id)?;
        let reason = format!(
            "{BEFORE}{earlier}, {what}: when that is decided anew, replace this claim with what \
             was decided, or void it; the patient is not asked meanwhile"
        );
        tell(desk, &row.id, stake, reason)?;
    }
    Ok(())
}

/// A claim that its payer has decided is with that payer again: what it left to
/// the patient is not asked for.
pub(super) fn stop_billing(desk: &mut Desk<'_>, id: &ClaimId) -> Result<(), EngineError> {
    let (Some(row), Some(claim)) = (desk.tx.claim(id)?, desk.tx.claim_document(id)?) else {
        return Ok(());
    };
    let patients = matches!(
        row.status.responsibility,
        Responsibility::Patient | Responsibility::None
    );
    if !patients || !matches!(row.status.work, Work::Adjudicated | Work::Closed) {
        return Ok(());
    }
    desk.move_claim(id, Move::Work(Work::Adjudicated))?;
    desk.move_claim(id, Move::Responsibility(place(claim.order())))?;
    if row.status.patient == PatientBilling::Ready {
        desk.move_claim(id, Move::Patient(PatientBilling::NotBilled))?;
    }
    Ok(())
}

/// Gives the claim to someone, in the place of what was said before.
fn tell(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    stake: Money,
    reason: String,
) -> Result<(), EngineError> {
    let open = desk.tx.open_work(Some(claim))?;
    if open.iter().any(|item| item.reason == reason) {
        return Ok(());
    }
    settle(desk, claim, "another reason took its place")?;
    desk.open_work(WorkKind::Task, Some(claim), stake, reason)
}

fn settle(desk: &mut Desk<'_>, claim: &ClaimId, outcome: &str) -> Result<(), EngineError> {
    for item in desk.tx.open_work(Some(claim))? {
        if item.reason.starts_with(BEFORE) {
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome: outcome.to_owned(),
            })?;
        }
    }
    Ok(())
}

/// What became of a claim to a later payer that was there when the one before it
/// was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TakenUp {
    /// It stands behind that claim.
    Stands,
    /// It said something else and had not left: it was taken back.
    Withdrawn,
}

/// The patient's share of a claim goes to the claim to the next payer that is
/// there already. `made` is what that one should say.
pub(super) fn take_up(
    desk: &mut Desk<'_>,
    earlier: &ClaimRow,
    later: &ClaimRow,
    made: &Claim,
) -> Result<TakenUp, EngineError> {
    let Some(document) = desk.tx.claim_document(&later.id)? else {
        return Ok(TakenUp::Stands);
    };
    let same = same_decision(made, &document);
    let had = moved_in(desk, &later.id)?.is_some_and(|(_, amount)| amount.is_positive());
    let unsettled = is_unsettled(desk.tx.as_ref(), &later.id)?;
    if !same && had && is_here(desk, later) {
        let why = format!("the payer has decided claim {} otherwise since", earlier.id);
        withdraw(desk, later, earlier.status.responsibility, &why)?;
        return Ok(TakenUp::Withdrawn);
    }
    let owed = desk.tx.balance(&earlier.id, ResponsibleParty::Patient)?;
    let share = share_to(&earlier.id, &later.id, owed);
    desk.move_money(MoneyKind::Transfer, Some(&later.id), share)?;
    close_where_paid(desk, &earlier.id)?;
    if same && unsettled {
        settle(desk, &later.id, "the decision stands as the claim says")?;
        bill_again(desk, &later.id)?;
    } else if !same && (had || unsettled) {
        stop_billing(desk, &later.id)?;
        let reason = format!(
            "{BEFORE}{}, was decided otherwise than this claim says: replace this claim, or void \
             it; the patient is not asked meanwhile",
            earlier.id
        );
        tell(desk, &later.id, owed, reason)?;
    }
    Ok(TakenUp::Stands)
}

/// Lets the patient be asked for what a later payer left to them, where somebody has
/// closed the work on the decision before it.
pub(super) fn look_again(desk: &mut Desk<'_>, row: &ClaimRow) -> Result<(), EngineError> {
    let owed = desk.tx.balance(&row.id, ResponsibleParty::Patient)?;
    if !owed.is_positive() || is_unsettled(desk.tx.as_ref(), &row.id)? {
        return Ok(());
    }
    let history = desk.tx.history(&row.id)?;
    let mut opened = history.iter().filter_map(|past| match &past.event {
        Event::WorkOpened { item } => Some(item.reason.as_str()),
        _ => None,
    });
    if opened.any(|reason| reason.starts_with(BEFORE)) {
        bill_again(desk, &row.id)?;
    }
    Ok(())
}

/// What a later payer has left to the patient is the patient's again.
fn bill_again(desk: &mut Desk<'_>, id: &ClaimId) -> Result<(), EngineError> {
    let Some(row) = desk.tx.claim(id)? else {
        return Ok(());
    };
    let insurance = desk.tx.balance(id, ResponsibleParty::Insurance)?;
    if row.status.work != Work::Adjudicated || !insurance.is_zero() {
        return Ok(());
    }
    if desk
        .tx
        .balance(id, ResponsibleParty::Patient)?
        .is_positive()
    {
        desk.move_claim(id, Move::Responsibility(Responsibility::Patient))?;
        if row.status.patient == PatientBilling::NotBilled {
            desk.move_claim(id, Move::Patient(PatientBilling::Ready))?;
        }
        return Ok(());
    }
    close_where_paid(desk, id)
}

/// Whether two claims to a later payer say the same amounts of what those before
/// have decided.
fn same_decision(one: &Claim, other: &Claim) -> bool {
    let whole = |claim: &Claim| {
        let decided = claim
            .coverages
            .iter()
            .filter_map(|of| Some((of.order, of.paid.as_ref()?)));
        let mut said: Vec<_> = decided
            .map(|(order, paid)| (order, amounts(paid)))
            .collect();
        said.sort();
        said
    };
    let lines = |claim: &Claim| {
        let of_line = |line: &scrubjay_model::ServiceLine| {
            let mut said: Vec<_> = line
                .prior
                .iter()
                .map(|prior| {
                    let mut taken: Vec<_> = prior.adjustments.iter().map(key).collect();
                    taken.sort();
                    (prior.paid, taken)
                })
                .collect();
            said.sort();
            said
        };
        claim.lines.iter().map(of_line).collect::<Vec<_>>()
    };
    whole(one) == whole(other) && lines(one) == lines(other)
}

/// Group, reason and amount of an adjustment.
type Taken = (String, String, Money);

fn key(of: &scrubjay_model::Adjustment) -> Taken {
    (of.group.text(), of.carc.text(), of.amount)
}

fn amounts(paid: &PriorPayment) -> (Money, Vec<Taken>) {
    let mut taken: Vec<Taken> = paid.adjustments.iter().map(key).collect();
    taken.sort();
    (paid.paid, taken)
}

/// What goes to a claim that comes in behind another: what the patient would owe
/// there, where that is decided.
pub(crate) fn arrives_behind(
    desk: &Desk<'_>,
    earlier: &ClaimRow,
    claim: &Claim,
) -> Result<PostingSet, EngineError> {
    let decided = matches!(earlier.status.work, Work::Adjudicated | Work::Closed);
    let owed = desk.tx.balance(&earlier.id, ResponsibleParty::Patient)?;
    if !decided || !owed.is_positive() {
        return Ok(PostingSet::empty());
    }
    Ok(share_to(&earlier.id, &claim.id, owed))
}

/// A claim of which the rest is with the next payer now: the patient is not asked.
pub(crate) fn leave(desk: &mut Desk<'_>, earlier: &ClaimId) -> Result<(), EngineError> {
    if let Some(row) = desk.tx.claim(earlier)?
        && row.status.patient == PatientBilling::Ready
    {
        desk.move_claim(earlier, Move::Patient(PatientBilling::NotBilled))?;
    }
    close_where_paid(desk, earlier)
}

/// Who a claim waits for while one to a later payer is there.
pub(crate) fn next_of(
    reader: &dyn Reader,
    claim: &Claim,
) -> Result<Option<CoverageOrder>, EngineError> {
    let later = chain::to_later_payer(reader, claim)?;
    Ok(later.map(|(_, later)| later.order()))
}
