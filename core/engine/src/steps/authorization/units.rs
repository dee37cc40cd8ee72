//! Units counted down: what claims use of an authorization while a payer has
//! them. A claim counts from its sending, under the number that it names, until
//! it is rejected, replaced or voided; sent twice, it counts once.

use rust_decimal::Decimal;
use scrubjay_model::{
    AuthorizationKind, AuthorizationStatus, Claim, ClaimId, Frequency, ProcedureCode, Record, Work,
};
use scrubjay_store::{ClaimFilter, Reader, RecordFilter, person_key};

use super::clock;
use super::on_file::{self, AuthorizationOnFile, payer_id, same_payer};
use crate::desk::Desk;
use crate::{Config, EngineError};

/// Counts a claim that leaves.
pub(crate) fn count(desk: &mut Desk<'_>, claim: &Claim) -> Result<(), EngineError> {
    if claim.frequency == Frequency::Void || !names_one(claim) {
        return Ok(());
    }
    if !on_file::has_records(desk.tx.as_ref())? {
        return Ok(());
    }
    for mut held in on_file::of_claim(desk.tx.as_ref(), desk.config, claim)? {
        let services = services_under(claim, &held);
        let counted_before = held
            .authorization
            .uses
            .iter()
            .any(|of| of.claim == claim.id);
        if services.is_empty() && !counted_before {
            continue;
        }
        let before = held.authorization.clone();
        held.authorization.count(&claim.id, &services);
        if held.authorization != before {
            clock::keep(desk, held.clone())?;
            clock::warn(desk, &held)?;
        }
    }
    Ok(())
}

/// Gives back what a claim used.
pub(crate) fn give_back(desk: &mut Desk<'_>, id: &ClaimId) -> Result<(), EngineError> {
    if !on_file::has_records(desk.tx.as_ref())? {
        return Ok(());
    }
    let Some(claim) = desk.tx.claim_document(id)? else {
        return Ok(());
    };
    if !names_one(&claim) {
        return Ok(());
    }
    let reader = desk.tx.as_ref();
    let found = if on_file::patients_of(reader, &claim)?.is_empty() {
        // The patient's name may have been mended since the claim was sent.
        on_file::all(reader, &RecordFilter::default())?
    } else {
        on_file::of_claim(reader, desk.config, &claim)?
    };
    for mut held in found.into_iter().filter(|held| uses(held, id)) {
        held.authorization.count(id, &[]);
        clock::keep(desk, held)?;
    }
    Ok(())
}

fn uses(held: &AuthorizationOnFile, claim: &ClaimId) -> bool {
    held.authorization.uses.iter().any(|of| of.claim == *claim)
}

/// Follows a claim's way: what takes it from the payer gives its units back,
/// what brings it back there counts it again.
pub(crate) fn follow(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    from: Work,
    to: Work,
) -> Result<(), EngineError> {
    match (from, to) {
        (_, Work::Rejected | Work::Void) => give_back(desk, claim),
        (Work::Rejected | Work::Closed, Work::Accepted | Work::Adjudicated) => {
            match desk.tx.claim_document(claim)? {
                Some(document) => count(desk, &document),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Counts the claims that were sent under a number before it was on file.
pub(crate) fn count_earlier(
    reader: &dyn Reader,
    config: &Config,
    held: &mut AuthorizationOnFile,
) -> Result<(), EngineError> {
    let Some(Record::Patient(patient)) = reader.record(&(&held.authorization.patient).into())?
    else {
        return Ok(());
    };
    let mut filter = ClaimFilter::default();
    filter.patient = Some(person_key(&patient.person));
    for row in reader.claims(&filter)? {
        if row.submissions == 0 || !is_with_payer(row.status.work) {
            continue;
        }
        let Some(claim) = reader.claim_document(&row.id)? else {
            continue;
        };
        let payer = claim
            .destination()
            .and_then(|coverage| payer_id(config, coverage));
        let is_theirs = payer.is_some_and(|id| same_payer(config, &held.authorization.payer, &id));
        if is_theirs && claim.frequency != Frequency::Void {
            let services = services_under(&claim, held);
            held.authorization.count(&claim.id, &services);
        }
    }
    Ok(())
}

/// Whether a claim that was sent is where its units count.
fn is_with_payer(work: Work) -> bool {
    matches!(
        work,
        Work::Submitted | Work::Accepted | Work::Adjudicated | Work::Closed
    )
}

/// Whether a claim names any authorization or referral.
fn names_one(claim: &Claim) -> bool {
    claim.authorization.is_some()
        || claim.referral.is_some()
        || claim.lines.iter().any(|line| line.authorization.is_some())
}

/// The services of a claim that go under an authorization's number: a line's
/// own number, else that of the claim.
fn services_under(claim: &Claim, held: &AuthorizationOnFile) -> Vec<(ProcedureCode, Decimal)> {
    let authorization = &held.authorization;
    let Some(number) = &authorization.number else {
        return Vec::new();
    };
    if authorization.status != AuthorizationStatus::Approved {
        return Vec::new();
    }
    let is_it = |named: Option<&String>| named.is_some_and(|text| text.trim() == number.as_str());
    let lines = claim.lines.iter().filter(|line| match authorization.kind {
        AuthorizationKind::Referral => is_it(claim.referral.as_ref()),
        AuthorizationKind::PriorAuthorization => {
            is_it(line.authorization.as_ref().or(claim.authorization.as_ref()))
        }
    });
    lines
        .filter_map(|line| {
            let procedure = line.procedure.as_ref()?.sound()?;
            authorization.left(procedure)?;
            Some((procedure.clone(), line.units))
        })
        .collect()
}
