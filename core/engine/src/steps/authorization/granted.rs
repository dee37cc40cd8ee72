//! An authorization that was granted lets held claims go: the number is put on
//! those that it covers, and the rules judge each again.

use scrubjay_model::{
    AuthorizationKind, AuthorizationStatus, Claim, Frequency, Record, ServiceLine, Work, WorkKind,
};
use scrubjay_store::{ClaimFilter, ClaimRow, Event, person_key};

use super::on_file::{AuthorizationOnFile, payer_id, same_payer};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::claim::scrub_again;
use crate::steps::hold::standing;

/// Judges the patient's claims to the payer again that are held, now that the
/// payer has spoken.
pub(super) fn judge_held(
    desk: &mut Desk<'_>,
    held: &AuthorizationOnFile,
) -> Result<(), EngineError> {
    let key = (&held.authorization.patient).into();
    let Some(Record::Patient(patient)) = desk.tx.record(&key)? else {
        return Ok(());
    };
    let mut filter = ClaimFilter::default();
    filter.patient = Some(person_key(&patient.person));
    filter.work = Some(Work::Held);
    for row in desk.tx.claims(&filter)? {
        let Some(claim) = desk.tx.claim_document(&row.id)? else {
            continue;
        };
        let to = claim.destination().and_then(|to| payer_id(desk.config, to));
        let theirs = to.is_some_and(|id| same_payer(desk.config, &held.authorization.payer, &id));
        if theirs && claim.frequency != Frequency::Void {
            judge_one(desk, held, &row, claim)?;
        }
    }
    Ok(())
}

fn judge_one(
    desk: &mut Desk<'_>,
    held: &AuthorizationOnFile,
    row: &ClaimRow,
    mut claim: Claim,
) -> Result<(), EngineError> {
    if let Some(part) = put_number(held, &mut claim) {
        desk.record(&Event::ClaimRevised {
            claim: Box::new(claim),
            changes: vec![format!("{part}: as the payer gave it ({})", held.id)],
            by_hand: false,
        })?;
    }
    // What a person holds waits for that person.
    if standing(&desk.tx.history(&row.id)?, desk.today()).is_some() {
        return Ok(());
    }
    let outcome = format!("the payer has decided on authorization {}", held.id);
    desk.close_work(&row.id, WorkKind::ScrubHold, &outcome)?;
    scrub_again(desk, row)?;
    Ok(())
}

/// Puts the number on a claim that names none, where it covers a service of it:
/// on the whole where it covers all, else on the lines. Says where it stands now.
fn put_number(held: &AuthorizationOnFile, claim: &mut Claim) -> Option<&'static str> {
    let authorization = &held.authorization;
    if authorization.status != AuthorizationStatus::Approved {
        return None;
    }
    let number = authorization.number.as_ref()?.to_string();
    let covers = |line: &ServiceLine| {
        let procedure = line.procedure.as_ref().and_then(|code| code.sound());
        let service = procedure.zip(line.from);
        service
            .is_some_and(|(procedure, on)| authorization.covers(procedure, on, line.units).is_ok())
    };
    let all = !claim.lines.is_empty() && claim.lines.iter().all(covers);
    match authorization.kind {
        AuthorizationKind::Referral => {
            let fits = all && claim.referral.is_none();
            fits.then(|| claim.referral = Some(number))?;
            Some("referral")
        }
        AuthorizationKind::PriorAuthorization => {
            let free = |line: &ServiceLine| line.authorization.is_none();
            if claim.authorization.is_some() {
                return None;
            }
            if all && claim.lines.iter().all(free) {
                claim.authorization = Some(number);
                return Some("authorization");
            }
            let lines = claim.lines.iter_mut();
            let mut found = None;
            for line in lines.filter(|line| free(line) && covers(line)) {
                line.authorization = Some(number.clone());
                found = Some("lines");
            }
            found
        }
    }
}
