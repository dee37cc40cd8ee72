//! Where a decision leaves a claim on each axis.

use scrubjay_model::{
    Adjudication, Claim, ClaimPaymentStatus, CoverageOrder, PatientBilling, RemittanceClaim,
    Responsibility, ResponsibleParty, Work, WorkKind,
};
use scrubjay_store::{ClaimRow, Move};

use super::sorted::Sorted;
use crate::EngineError;
use crate::desk::{Desk, Moved};
use crate::steps::build::later;

/// Moves the claim to where the decision leaves it.
pub(super) fn set(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    claim: Option<&Claim>,
    remitted: &RemittanceClaim,
    sorted: &Sorted<'_>,
) -> Result<(), EngineError> {
    let id = &row.id;
    if desk.move_claim(id, Move::Work(Work::Adjudicated))? == Moved::Refused {
        let reason = format!(
            "the payer decided on a claim that is `{}` here",
            row.status.work
        );
        desk.open_work(WorkKind::PostingReview, Some(id), remitted.paid, reason)?;
    }
    desk.close_work(id, WorkKind::Rejection, "the payer decided on it")?;
    desk.move_claim(id, Move::Adjudication(adjudication(remitted, sorted)))?;

    let insurance = desk.tx.balance(id, ResponsibleParty::Insurance)?;
    let patient = desk.tx.balance(id, ResponsibleParty::Patient)?;
    let mut next_payer = claim.and_then(|claim| next_responsibility(claim, remitted));
    if let (Some(claim), None, true) = (claim, next_payer, patient.is_positive()) {
        // The claim may not name the next payer, to whom another went.
        next_payer = later::next_of(desk.tx.as_ref(), claim)?.map(place);
    }
    // What this payer decided on may not stand.
    let unsettled = patient.is_positive() && later::is_unsettled(desk.tx.as_ref(), id)?;
    let refused = !sorted.refused.is_empty();
    let reversed = remitted.status == ClaimPaymentStatus::Reversal;
    let stands_with = place(deciding(claim, remitted));
    let responsibility = match next_payer {
        _ if reversed || unsettled => stands_with,
        Some(next) if !refused && patient.is_positive() => next,
        _ if !insurance.is_zero() || refused => stands_with,
        _ if patient.is_positive() => Responsibility::Patient,
        _ => Responsibility::None,
    };
    desk.move_claim(id, Move::Responsibility(responsibility))?;
    if responsibility == Responsibility::Patient {
        desk.move_claim(id, Move::Patient(PatientBilling::Ready))?;
    } else if patient.is_zero() && row.status.patient == PatientBilling::Ready {
        desk.move_claim(id, Move::Patient(PatientBilling::NotBilled))?;
    }
    if responsibility == Responsibility::None && !reversed {
        desk.move_claim(id, Move::Work(Work::Closed))?;
    }
    Ok(())
}

fn adjudication(remitted: &RemittanceClaim, sorted: &Sorted<'_>) -> Adjudication {
    let refused = !sorted.refused.is_empty();
    match remitted.status {
        ClaimPaymentStatus::Reversal => Adjudication::Reversed,
        ClaimPaymentStatus::NotOurs => Adjudication::Forwarded,
        ClaimPaymentStatus::PatientUnknown => Adjudication::Denied,
        _ if refused && remitted.paid.is_positive() => Adjudication::PartiallyPaid,
        _ if refused => Adjudication::Denied,
        _ if remitted.paid.is_zero() && sorted.patient.is_positive() => {
            Adjudication::PatientResponsibility
        }
        _ => Adjudication::Paid,
    }
}

/// The payer that this claim went to, as a place in the order.
pub(super) fn order(claim: Option<&Claim>) -> Responsibility {
    place(claim.map_or(CoverageOrder::Primary, Claim::order))
}

/// The payer of a place in the order, as the one who owes.
pub(crate) const fn place(order: CoverageOrder) -> Responsibility {
    match order {
        CoverageOrder::Primary | CoverageOrder::Later => Responsibility::Primary,
        CoverageOrder::Secondary => Responsibility::Secondary,
        CoverageOrder::Tertiary => Responsibility::Tertiary,
    }
}

/// The payer that decides: a later one than the claim went to where that one
/// sent it on.
fn deciding(claim: Option<&Claim>, remitted: &RemittanceClaim) -> CoverageOrder {
    let went_to = claim.map_or(CoverageOrder::Primary, Claim::order);
    match remitted.status {
        ClaimPaymentStatus::Processed(2) | ClaimPaymentStatus::Forwarded(2) => {
            went_to.max(CoverageOrder::Secondary)
        }
        ClaimPaymentStatus::Processed(3) | ClaimPaymentStatus::Forwarded(3) => {
            went_to.max(CoverageOrder::Tertiary)
        }
        _ => went_to,
    }
}

/// The next payer in order: one that the claim lists, or one that the payer
/// says it forwarded the claim to.
fn next_responsibility(claim: &Claim, remitted: &RemittanceClaim) -> Option<Responsibility> {
    let now = deciding(Some(claim), remitted);
    let next = match place(now) {
        Responsibility::Primary => Responsibility::Secondary,
        _ => Responsibility::Tertiary,
    };
    let listed = claim.coverages.iter().any(|coverage| coverage.order > now);
    let forwarded = matches!(remitted.status, ClaimPaymentStatus::Forwarded(_));
    (listed || forwarded).then_some(next)
}
