//! A claim that no payer has is taken back: what is owed on it is not owed, and
//! its charges are unbilled.

use scrubjay_model::{
    Account, ClaimId, PatientBilling, PostingSet, Responsibility, ResponsibleParty, Work,
};
use scrubjay_store::{ClaimRow, Event, MoneyKind, Move};

use super::NewVersion;
use super::later;
use super::moved::{booked, give_back, moved_in};
use super::settle::{end_work, hand_over};
use crate::EngineError;
use crate::desk::Desk;

/// Takes back a claim that no payer has, since a person says so.
pub(super) fn take_back(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    reason: &str,
) -> Result<NewVersion, EngineError> {
    let id = &row.id;
    note(desk, id, "taken back", reason)?;
    let outcome = format!("taken back by {}", desk.stamp.actor);
    // One that was to take another's place leaves that and what is behind it be.
    if row.replaces.is_none() {
        later::unsettle(desk, id, "was taken back")?;
    }
    end(desk, row, Responsibility::Patient, &outcome)?;
    Ok(NewVersion {
        original: id.clone(),
        claim: None,
        work: Work::Void,
        stands: row.replaces.clone().filter(|_| row.submitted.is_none()),
        findings: Vec::new(),
    })
}

/// Takes back a claim to a later payer that has not left, since what it rests on
/// has gone. `left_to` owes what it asked for.
pub(super) fn withdraw(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    left_to: Responsibility,
    why: &str,
) -> Result<(), EngineError> {
    revise(desk, &row.id, format!("taken back: {why}"), false)?;
    end(desk, row, left_to, &format!("taken back: {why}"))
}

fn end(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    left_to: Responsibility,
    outcome: &str,
) -> Result<(), EngineError> {
    let id = &row.id;
    if let Some(come) = moved_in(desk, id)? {
        give_back(desk, id, come, left_to)?;
    }
    for party in [ResponsibleParty::Insurance, ResponsibleParty::Patient] {
        let claim = id.clone();
        let owed = Account::Receivable { claim, party };
        let charge = booked(desk, id, party)?;
        let back = PostingSet::transfer(owed, Account::Revenue, charge);
        desk.move_money(MoneyKind::ChargeReversed, Some(id), back)?;
    }
    end_work(desk, id, outcome)?;
    if row.status.patient == PatientBilling::Ready {
        desk.move_claim(id, Move::Patient(PatientBilling::NotBilled))?;
    }
    desk.move_claim(id, Move::Work(Work::Void))?;
    hand_over(desk, row, None)
}

/// Keeps with a claim what a person did to it, and why.
pub(super) fn note(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    what: &str,
    reason: &str,
) -> Result<(), EngineError> {
    revise(desk, id, format!("{what}: {}", reason.trim()), true)
}

fn revise(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    change: String,
    by_hand: bool,
) -> Result<(), EngineError> {
    let Some(claim) = desk.tx.claim_document(id)? else {
        return Ok(());
    };
    desk.record(&Event::ClaimRevised {
        claim: Box::new(claim),
        changes: vec![change],
        by_hand,
    })
}
