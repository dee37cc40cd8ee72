//! One remitted claim: its money, its denials, its status.

use scrubjay_model::{
    Account, Claim, ClaimId, ClaimPaymentStatus, Money, PostingSet, RemittanceClaim,
    ResponsibleParty, WorkItemId, WorkKind,
};
use scrubjay_store::{ClaimRow, Event, Matched, MoneyKind, Reader, RemittedRow};

use super::repeated::is_mirror;
use super::sorted::Sorted;
use super::{Payment, REVERSED, asked, expected, later_payer, status};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::build::{later, wake};
use crate::steps::{appeal, denial};

/// Where the money of a remitted claim is when it is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// It comes with the payment.
    Payment,
    /// It came before, and waits as unapplied cash.
    Unapplied,
}

impl Source {
    pub(super) fn account(self, payer: &str) -> Account {
        let payer = payer.to_owned();
        match self {
            Self::Payment => Account::Cash { payer },
            Self::Unapplied => Account::UnappliedCash { payer },
        }
    }
}

/// Posts a remitted claim to ours.
pub(super) fn post(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    row: &ClaimRow,
    matched: Matched,
    source: Source,
) -> Result<(), EngineError> {
    let is_reversal = remitted.status == ClaimPaymentStatus::Reversal;
    let original = if is_reversal {
        reversed_by(desk.tx.as_ref(), &row.id, remitted)?
    } else {
        None
    };
    // A reversal mirrors the codes of its original (X12 RFI 1147), so that they
    // mean what they meant on the day of that.
    let judged_on = original
        .as_ref()
        .map_or(payment.decided, |original| original.decided);
    let sorted = Sorted::of(remitted, judged_on);
    let claim = desk.tx.claim_document(&row.id)?;
    let like = matched.clone();
    let contracts = &desk.handlers.contracts;
    let worth = claim.as_ref().map_or_else(Vec::new, |claim| {
        expected::by_contract(desk.config, contracts, &row.payer, claim)
    });
    let in_all = expected::total(&worth);
    asked::ask_rules(desk, payment, remitted, claim.as_ref(), row, in_all)?;
    let ours = Some((&row.id, matched));
    desk.record(&event(payment, remitted, ours, &sorted, in_all))?;
    if let Some(payer_control) = &remitted.payer_control {
        desk.learn_payer_control(&row.id, payer_control)?;
    }
    say_how_it_was_found(desk, payment, remitted, &row.id, &like)?;
    if remitted.status == ClaimPaymentStatus::Predetermination {
        return keep_estimate(desk, payment, remitted, &row.id, source);
    }
    later_payer::bring_back(desk, payment, remitted, &row.id, original.as_ref())?;
    let kind = if is_reversal {
        MoneyKind::RemittanceReversed
    } else {
        MoneyKind::ClaimRemitted
    };
    let money = postings(&row.id, remitted, &sorted, source.account(payment.payer));
    desk.move_money(kind, Some(&row.id), money)?;
    // A reversal mirrors what was to be looked at in its original, and ends it.
    let to_look_at = sorted.review.iter().filter(|_| original.is_none());
    for why in to_look_at {
        let why = why.clone();
        desk.open_work(WorkKind::PostingReview, Some(&row.id), Money::ZERO, why)?;
    }
    expected::check(desk, payment, remitted, row, claim.as_ref(), &worth)?;
    let mut wanted = Vec::new();
    if is_reversal {
        reverse(desk, remitted, &row.id, original.as_ref())?;
    } else {
        wanted = decide(desk, row, claim.as_ref(), &sorted, payment)?;
    }
    status::set(desk, row, claim.as_ref(), remitted, &sorted)?;
    denial::carry_out(desk, &row.id, wanted)?;
    wake(desk, &row.id)
}

/// The journalled form of a remitted claim, with our claim where there is one.
pub(super) fn event(
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    ours: Option<(&ClaimId, Matched)>,
    sorted: &Sorted<'_>,
    expected: Option<Money>,
) -> Event {
    let (claim, matched) = ours.unzip();
    Event::ClaimRemitted {
        trace: payment.remittance.trace.clone(),
        payer: payment.payer.to_owned(),
        claim: claim.cloned(),
        remitted: Box::new(remitted.clone()),
        decided: payment.decided,
        allowed: sorted.allowed(remitted.charge),
        denied: sorted.denied(),
        matched,
        expected,
    }
}

/// A claim that was found by likeness is looked at by a person, after the fact.
fn say_how_it_was_found(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    id: &ClaimId,
    matched: &Matched,
) -> Result<(), EngineError> {
    let Matched::Likeness { score } = matched else {
        return Ok(());
    };
    let reason = format!(
        "claim {} of remittance {} was posted to this one by its likeness ({score} of 100), since \
         no control number led to it: look whether it is the right one",
        remitted.ordinal, payment.remittance.trace
    );
    desk.open_work(
        WorkKind::PostingReview,
        Some(id),
        remitted.paid.abs(),
        reason,
    )
}

/// An estimate before the service decides nothing and moves nothing; money
/// with it is nobody's yet.
fn keep_estimate(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    id: &ClaimId,
    source: Source,
) -> Result<(), EngineError> {
    if remitted.paid.is_zero() {
        return Ok(());
    }
    if source == Source::Payment {
        let set = PostingSet::transfer(
            Source::Unapplied.account(payment.payer),
            source.account(payment.payer),
            remitted.paid,
        );
        desk.move_money(MoneyKind::ClaimRemitted, Some(id), set)?;
    }
    let reason = "an estimate before the service came with money, which waits as unapplied cash";
    desk.open_work(
        WorkKind::PostingReview,
        Some(id),
        remitted.paid,
        reason.to_owned(),
    )
}

fn postings(
    claim: &ClaimId,
    remitted: &RemittanceClaim,
    sorted: &Sorted<'_>,
    source: Account,
) -> PostingSet {
    let owed_by = |party| Account::Receivable {
        claim: claim.clone(),
        party,
    };
    let insurance = || owed_by(ResponsibleParty::Insurance);
    let mut set = PostingSet::empty();
    set.add_transfer(insurance(), source, remitted.paid);
    for (to, amount) in [
        (Account::ContractualAdjustment, sorted.contractual),
        (Account::Sequestration, sorted.sequestration),
        (Account::OtherAdjustment, sorted.other),
        (owed_by(ResponsibleParty::Patient), sorted.patient),
    ] {
        set.add_transfer(insurance(), to, amount);
    }
    set
}

/// What a decision refuses goes to be worked. A decision that refuses nothing
/// settles what an earlier one refused.
fn decide(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    claim: Option<&Claim>,
    sorted: &Sorted<'_>,
    payment: &Payment<'_>,
) -> Result<Vec<denial::Wanted>, EngineError> {
    let id = &row.id;
    if sorted.refused.is_empty() {
        desk.close_work(id, WorkKind::Denial, "a later decision refuses nothing")?;
        denial::overturned(desk, id)?;
        denial::paid_on_correction(desk, row)?;
    }
    appeal::payer_decided(desk, id, sorted.denied(), payment.decided)?;
    denial::work(desk, id, claim, &sorted.refused, payment.decided)
}

fn reverse(
    desk: &mut Desk<'_>,
    remitted: &RemittanceClaim,
    id: &ClaimId,
    original: Option<&RemittedRow>,
) -> Result<(), EngineError> {
    desk.close_work(id, WorkKind::Denial, "the decision was reversed")?;
    later::unsettle(desk, id, "had its decision reversed by the payer")?;
    // Its first adjudication did not settle it, whatever the correction says.
    desk.record(&Event::Tagged {
        claim: id.clone(),
        tag: REVERSED.to_owned(),
    })?;
    if let Some(original) = original {
        return close_reviews_of(desk, id, original);
    }
    let reason = "the payer reverses a decision that was not posted here: look for the payment \
                  that this takes back";
    desk.open_work(
        WorkKind::PostingReview,
        Some(id),
        remitted.paid.abs(),
        reason.to_owned(),
    )
}

/// What was to be looked at in a decision is not any more when that is reversed.
fn close_reviews_of(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    decision: &RemittedRow,
) -> Result<(), EngineError> {
    let history = desk.tx.history(id)?;
    let behind = history
        .iter()
        .skip_while(|row| row.sequence <= decision.sequence)
        .take_while(|row| !is_another_matter(&row.event));
    let opened: Vec<WorkItemId> = behind
        .filter_map(|row| match &row.event {
            Event::WorkOpened { item } if item.kind == WorkKind::PostingReview => {
                Some(item.id.clone())
            }
            _ => None,
        })
        .collect();
    for item in desk.tx.open_work(Some(id))? {
        if opened.contains(&item.id) {
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome: "the decision that it is about was reversed".to_owned(),
            })?;
        }
    }
    Ok(())
}

/// Whether an event begins what the decision before it has no part in.
const fn is_another_matter(event: &Event) -> bool {
    matches!(
        event,
        Event::ClaimRemitted { .. }
            | Event::RemittedHeld { .. }
            | Event::TakenBack { .. }
            | Event::MoneyMoved {
                money: MoneyKind::ProviderLevel,
                ..
            }
    )
}

/// The last decision on the claim that a reversal mirrors: charge and payment
/// with the other sign (X12 RFI 2442). None where each was reversed before.
fn reversed_by(
    reader: &dyn Reader,
    id: &ClaimId,
    remitted: &RemittanceClaim,
) -> Result<Option<RemittedRow>, EngineError> {
    let earlier = reader.remitted(id)?;
    let (reversals, decisions): (Vec<_>, Vec<_>) = earlier
        .into_iter()
        .partition(|row| row.remitted.status == ClaimPaymentStatus::Reversal);
    let same = |row: &&RemittedRow| {
        row.remitted.charge == remitted.charge && row.remitted.paid == remitted.paid
    };
    let mirrored = |row: &RemittedRow| is_mirror(&row.remitted, remitted);
    let mut mirrors: Vec<RemittedRow> = decisions.into_iter().filter(mirrored).collect();
    if reversals.iter().filter(same).count() >= mirrors.len() {
        return Ok(None);
    }
    Ok(mirrors.pop())
}
