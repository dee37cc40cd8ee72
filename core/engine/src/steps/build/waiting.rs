//! A claim that is to take another's place waits for what the payer says of that
//! other: its number there, and what it decides. Each of them lets it be judged again.

use scrubjay_model::{Claim, ClaimId, Frequency, Work, WorkKind};
use scrubjay_store::{ClaimRow, Event};

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::claim::{Decision, judge_before_sending, scrub_again};
use crate::steps::hold::standing;

/// Does what news of its payer means for the claim that is to take a claim's
/// place: puts the payer's number on it, and judges it again where it is held.
pub(crate) fn wake(desk: &mut Desk<'_>, original: &ClaimId) -> Result<(), EngineError> {
    let Some(row) = desk.tx.claim(original)? else {
        return Ok(());
    };
    let Some(version) = waiting(desk, &row)? else {
        return Ok(());
    };
    let numbered = put_number(desk, &row, &version)?;
    let by_hand = standing(&desk.tx.history(&version.id)?, desk.today());
    if version.status.work != Work::Held || by_hand.is_some() {
        return Ok(());
    }
    let outcome = match numbered {
        true => format!("the payer has told its number of claim {original}"),
        false => format!("the payer has answered on claim {original}"),
    };
    desk.close_work(&version.id, WorkKind::ScrubHold, &outcome)?;
    if scrub_again(desk, &version)? == Decision::Ready
        && let Some(claim) = desk.tx.claim_document(&version.id)?
    {
        judge_before_sending(desk, claim, &version.payer)?;
    }
    Ok(())
}

/// The claim that is to take a claim's place, while it has not left.
fn waiting(desk: &Desk<'_>, row: &ClaimRow) -> Result<Option<ClaimRow>, EngineError> {
    let Some(by) = &row.replaced_by else {
        return Ok(None);
    };
    let version = desk.tx.claim(by)?;
    Ok(version.filter(|version| {
        let here = matches!(version.status.work, Work::Draft | Work::Held | Work::Ready);
        here && version.submitted.is_none()
    }))
}

/// Puts the payer's number of the original on a claim that has none; whether it did.
fn put_number(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    version: &ClaimRow,
) -> Result<bool, EngineError> {
    let told = row.payer_control.as_deref();
    let Some(number) = told.and_then(|told| told.parse().ok()) else {
        return Ok(false);
    };
    let Some(document) = desk.tx.claim_document(&version.id)? else {
        return Ok(false);
    };
    let names_one = matches!(document.frequency, Frequency::Replacement | Frequency::Void);
    if !names_one || document.payer_control.is_some() {
        return Ok(false);
    }
    let claim = Claim {
        payer_control: Some(number),
        ..document
    };
    desk.record(&Event::ClaimRevised {
        claim: Box::new(claim),
        changes: vec![format!(
            "payer_control: as the payer told it of claim {}",
            row.id
        )],
        by_hand: false,
    })?;
    Ok(true)
}
