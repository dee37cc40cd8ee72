//! What was refused of a claim is settled: given up, asked of another, or paid.

use scrubjay_model::{
    Account, Claim, ClaimId, CoverageOrder, Denial, DenialCategory, DenialOutcome, GroupCode,
    LineOfBusiness, Money, PatientBilling, PostingSet, Responsibility, ResponsibleParty, Work,
    WorkKind, WriteOffReason,
};
use scrubjay_store::{ClaimRow, Event, MoneyKind, Move};
use serde::Serialize;

use super::error::DenialCallError;
use super::standing::standing;
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::appeal;

/// Whether a refusal of a payer's may be given up for that reason. The others are
/// about what patients owe.
pub(crate) const fn is_for_denials(why: WriteOffReason) -> bool {
    matches!(
        why,
        WriteOffReason::TimelyFiling
            | WriteOffReason::NoAuthorization
            | WriteOffReason::Bundled
            | WriteOffReason::Denied
            | WriteOffReason::SmallBalance
            | WriteOffReason::NotBillable
            | WriteOffReason::Administrative
    )
}

/// Whether nobody knows yet what the payer means, so that no rule gives it up.
pub(crate) const fn is_unclear(category: DenialCategory) -> bool {
    matches!(category, DenialCategory::Unknown | DenialCategory::Retired)
}

/// Why what is refused may not be asked of that party, where it may not.
pub(crate) fn no_transfer(
    desk: &Desk<'_>,
    row: &ClaimRow,
    claim: Option<&Claim>,
    denial: &Denial,
    to: Responsibility,
) -> Option<&'static str> {
    let listed = |order| {
        claim.is_some_and(|claim| {
            claim
                .coverages
                .iter()
                .any(|cover| cover.order == order && cover.order > claim.order())
        })
    };
    match to {
        Responsibility::Patient => {
            // Only PR says that the patient owes (X12 TR3 835, 1.10.2.4).
            if denial.group.sound() != Some(&GroupCode::PatientResponsibility) {
                return Some(
                    "the payer does not say that the patient owes it (its group code is not PR)",
                );
            }
            let payer = desk.config.payer_by_key(&row.payer);
            match payer.map(|payer| payer.profile.line) {
                // 42 CFR 447.15; state law of workers' compensation.
                Some(LineOfBusiness::Medicaid) => Some("Medicaid's payment is payment in full"),
                Some(LineOfBusiness::WorkersComp) => Some("an injured worker is not billed"),
                _ => None,
            }
        }
        Responsibility::Secondary if listed(CoverageOrder::Secondary) => None,
        Responsibility::Tertiary if listed(CoverageOrder::Tertiary) => None,
        Responsibility::Secondary | Responsibility::Tertiary => {
            Some("the claim names no such payer behind the one that refused it")
        }
        Responsibility::Primary | Responsibility::None => {
            Some("it stands with the payer that refused it")
        }
    }
}

fn receivable(claim: &ClaimId, party: ResponsibleParty) -> Account {
    Account::Receivable {
        claim: claim.clone(),
        party,
    }
}

/// The events by which an amount is given up: never as a contractual adjustment.
pub(super) fn given_up(claim: &ClaimId, reason: WriteOffReason, amount: Money) -> [Event; 2] {
    let from = receivable(claim, ResponsibleParty::Insurance);
    [
        Event::MoneyMoved {
            money: MoneyKind::WriteOff,
            claim: Some(claim.clone()),
            postings: PostingSet::transfer(from, Account::WriteOff { reason }, amount),
        },
        Event::DenialSettled {
            claim: claim.clone(),
            outcome: DenialOutcome::WrittenOff { reason },
            amount,
        },
    ]
}

/// The events by which an amount is asked of another. What a later payer is asked
/// for waits on the patient's side until its claim is made.
pub(super) fn transferred(claim: &ClaimId, to: Responsibility, amount: Money) -> [Event; 2] {
    let from = receivable(claim, ResponsibleParty::Insurance);
    let postings = PostingSet::transfer(from, receivable(claim, ResponsibleParty::Patient), amount);
    [
        Event::MoneyMoved {
            money: MoneyKind::Transfer,
            claim: Some(claim.clone()),
            postings,
        },
        Event::DenialSettled {
            claim: claim.clone(),
            outcome: DenialOutcome::Transferred { to },
            amount,
        },
    ]
}

/// Moves a claim on from which something was settled: its work is done where nothing
/// refused is left, and it goes to whoever owes what is left of it.
pub(super) fn go_on(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    to: Option<Responsibility>,
    outcome: &str,
) -> Result<(), EngineError> {
    if standing(&desk.tx.history(id)?).open().is_positive() {
        return Ok(());
    }
    for kind in [WorkKind::Denial, WorkKind::Deadline] {
        desk.close_work(id, kind, outcome)?;
    }
    appeal::nothing_left(desk, id)?;
    if !desk.tx.balance(id, ResponsibleParty::Insurance)?.is_zero() {
        return Ok(());
    }
    let patient = desk.tx.balance(id, ResponsibleParty::Patient)?;
    let next = match to {
        Some(to) => to,
        None if patient.is_positive() => next_to_owe(desk, id)?,
        None => Responsibility::None,
    };
    desk.move_claim(id, Move::Responsibility(next))?;
    match next {
        Responsibility::Patient => {
            desk.move_claim(id, Move::Patient(PatientBilling::Ready))?;
        }
        Responsibility::None => {
            desk.move_claim(id, Move::Work(Work::Closed))?;
        }
        _ => {}
    }
    Ok(())
}

/// Who owes what a payer left to the patient: the next payer where there is one.
fn next_to_owe(desk: &Desk<'_>, id: &ClaimId) -> Result<Responsibility, EngineError> {
    let claim = desk.tx.claim_document(id)?;
    let behind = claim.as_ref().and_then(|claim| {
        let later = claim.coverages.iter().map(|cover| cover.order);
        later.filter(|order| *order > claim.order()).min()
    });
    Ok(match behind {
        Some(CoverageOrder::Secondary) => Responsibility::Secondary,
        Some(_) => Responsibility::Tertiary,
        None => Responsibility::Patient,
    })
}

/// An amount that was given up by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenOff {
    /// Claim.
    pub claim: ClaimId,
    /// How much.
    pub amount: Money,
    /// Refused and still open.
    pub open: Money,
    /// Owed by insurance now.
    pub owed: Money,
}

/// Gives up what is refused of a claim, or a part of it. The desk's stamp says who.
pub(crate) fn write_off(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    why: WriteOffReason,
    amount: Option<Money>,
    reason: &str,
) -> Result<WrittenOff, EngineError> {
    let reason = reason.trim();
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(DenialCallError::Unsigned.into());
    }
    let claim = id.clone();
    let (Some(_), Some(document)) = (desk.tx.claim(id)?, desk.tx.claim_document(id)?) else {
        return Err(DenialCallError::UnknownClaim { claim }.into());
    };
    if !is_for_denials(why) {
        return Err(DenialCallError::NotForDenials { why }.into());
    }
    let open = standing(&desk.tx.history(id)?).open();
    let owed = desk.tx.balance(id, ResponsibleParty::Insurance)?;
    let there = open.min(owed);
    if !there.is_positive() {
        return Err(DenialCallError::NotDenied { claim }.into());
    }
    if let Some((appeal, case)) = appeal::latest(desk.tx.as_ref(), id)?
        && case.filed.is_some()
        && case.decision.is_none()
    {
        return Err(DenialCallError::AtPayer { claim, appeal }.into());
    }
    let amount = amount.unwrap_or(there);
    if !amount.is_positive() || amount > there {
        return Err(DenialCallError::Amount {
            claim,
            amount,
            there,
        }
        .into());
    }
    // Who gave it up and why stays with the claim; it is changed in nothing.
    desk.record(&Event::ClaimRevised {
        claim: Box::new(document),
        changes: vec![format!(
            "{amount} written off as {}: {reason}",
            why.as_str()
        )],
        by_hand: true,
    })?;
    for event in given_up(id, why, amount) {
        desk.record(&event)?;
    }
    go_on(
        desk,
        id,
        None,
        &format!("written off by {}", desk.stamp.actor.clone()),
    )?;
    Ok(WrittenOff {
        amount,
        open: open - amount,
        owed: owed - amount,
        claim,
    })
}

/// A claim that takes another's place was paid, and nothing of it refused: so was
/// what was refused of the other.
pub(crate) fn paid_on_correction(desk: &mut Desk<'_>, row: &ClaimRow) -> Result<(), EngineError> {
    /// How many versions of a claim are looked back at.
    const VERSIONS: usize = 20;
    let mut before = row.replaces.clone();
    for _ in 0..VERSIONS {
        let Some(id) = before.take() else { break };
        let amount = standing(&desk.tx.history(&id)?).open();
        if amount.is_positive() {
            desk.record(&Event::DenialSettled {
                claim: id.clone(),
                outcome: DenialOutcome::PaidOnCorrection,
                amount,
            })?;
        }
        before = desk.tx.claim(&id)?.and_then(|row| row.replaces);
    }
    Ok(())
}
