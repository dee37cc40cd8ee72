//! Step 4: charges become claims. They are put together as the payer's policy
//! says, and every claim goes down the same road as one that came by file; a
//! charge that cannot stand on a claim is told with the reason.

mod candidate;
mod group;
pub(crate) mod later;
mod left_out;
mod make;
mod moved;
mod next_payer;
mod settle;
mod take_back;
mod versions;
mod waiting;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use scrubjay_hooks::Finding;
use scrubjay_model::{
    Charge, ChargeId, ClaimId, ClaimKind, EncounterId, Money, PatientKey, RecordKey, Work, WorkKind,
};
use scrubjay_store::{Counter, Event, Reader};
use serde::Serialize;

use crate::EngineError;
use crate::config::Practice;
use crate::desk::Desk;
use crate::steps::claim::{claim_id, create_claim};
use candidate::candidates;
use group::Group;

pub use left_out::{LeftOut, WhyLeftOut};
pub(crate) use moved::booked;
pub use next_payer::{NextClaim, NextPayers, NoNextClaim};
pub(crate) use next_payer::{build as build_next, build_of as build_next_of, is_with_next_payer};
pub(crate) use settle::settle_original;
pub use versions::{NewVersion, ReplaceWith, VersionError};
pub(crate) use versions::{With, replace, void};
pub(crate) use waiting::wake;

/// Which unbilled charges are to become claims: all of them, or those that fit
/// what is given.
///
/// ```
/// use scrubjay::BuildSelection;
/// let mut until_friday = BuildSelection::default();
/// until_friday.through = "2026-03-06".parse().ok();
/// assert!(until_friday.encounters.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BuildSelection {
    /// Only charges of these visits; of all where there are none.
    pub encounters: Vec<EncounterId>,
    /// Only charges of this patient.
    pub patient: Option<PatientKey>,
    /// Only charges that go to this payer, by its key.
    pub payer: Option<String>,
    /// Only services of this day or earlier.
    pub through: Option<NaiveDate>,
}

impl BuildSelection {
    /// All that it says, one text for each part.
    pub(crate) fn parts(&self) -> Vec<String> {
        let mut parts = vec![
            format!("{:?}", self.patient),
            format!("{:?}", self.payer),
            format!("{:?}", self.through),
        ];
        parts.extend(self.encounters.iter().map(ToString::to_string));
        parts
    }
}

/// What became of the charges that were chosen: each stands on exactly one
/// claim, or is listed with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Built {
    /// Claims, in the order in which they were made.
    pub claims: Vec<BuiltClaim>,
    /// Charges that stand on none.
    pub left_out: Vec<LeftOut>,
}

/// A claim that was made of charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuiltClaim {
    /// Claim.
    pub claim: ClaimId,
    /// Payer's key.
    pub payer: String,
    /// Which 837 it travels in.
    pub kind: ClaimKind,
    /// Its charges, in the order of its lines.
    pub charges: Vec<ChargeId>,
    /// What they come to.
    pub charge: Money,
    /// Where it stands as a piece of work, now that rules have judged it.
    pub work: Work,
    /// What they found.
    pub findings: Vec<Finding>,
}

/// Why no claims were built; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The configuration does not say who bills.
    #[error("scrubjay.yaml names no practice, and a claim names who bills: add `practice:`")]
    NoPractice,
    /// The configuration does not say where the practice is.
    #[error(
        "scrubjay.yaml says not where the practice is, which a claim must tell: add `address:` to `practice:`, with a ZIP code of nine digits"
    )]
    NoAddress,
    /// There is no such visit.
    #[error("there is no visit {encounter}")]
    UnknownEncounter {
        /// What was asked for.
        encounter: EncounterId,
    },
    /// No such patient is registered.
    #[error("the patient asked for is not registered")]
    UnknownPatient,
    /// No such payer is configured.
    #[error("there is no payer `{payer}` in scrubjay.yaml")]
    UnknownPayer {
        /// What was asked for.
        payer: String,
    },
}

/// Makes claims of the chosen charges. The desk's stamp says who.
pub(crate) fn build(desk: &mut Desk<'_>, selection: &BuildSelection) -> Result<Built, EngineError> {
    check(desk, selection)?;
    let practice = practice(desk)?.clone();
    let (candidates, left_out) = candidates(desk, selection)?;
    let mut claims = Vec::new();
    for group in group::grouped(candidates, desk.config) {
        claims.push(make_one(desk, &practice, group)?);
    }
    for left in &left_out {
        left_out::tell(desk, left)?;
    }
    Ok(Built { claims, left_out })
}

/// Whether what was asked for is there.
fn check(desk: &Desk<'_>, selection: &BuildSelection) -> Result<(), EngineError> {
    for encounter in &selection.encounters {
        if desk.tx.record_row(&RecordKey::from(encounter))?.is_none() {
            let encounter = encounter.clone();
            return Err(BuildError::UnknownEncounter { encounter }.into());
        }
    }
    if let Some(patient) = &selection.patient
        && desk.tx.record_row(&RecordKey::from(patient))?.is_none()
    {
        return Err(BuildError::UnknownPatient.into());
    }
    if let Some(payer) = &selection.payer
        && desk.config.payer_by_key(payer).is_none()
    {
        let payer = payer.clone();
        return Err(BuildError::UnknownPayer { payer }.into());
    }
    Ok(())
}

/// Who bills, with all that a claim must tell of them.
fn practice<'d>(desk: &'d Desk<'_>) -> Result<&'d Practice, BuildError> {
    let practice = desk.config.practice.as_ref();
    let practice = practice.ok_or(BuildError::NoPractice)?;
    match practice.address {
        Some(_) => Ok(practice),
        None => Err(BuildError::NoAddress),
    }
}

/// Makes one claim of its charges, and lets the rules judge it.
fn make_one(
    desk: &mut Desk<'_>,
    practice: &Practice,
    group: Group,
) -> Result<BuiltClaim, EngineError> {
    let id = next_id(desk.tx.as_ref())?;
    let mut claim = make::claim(id.clone(), &group, practice, desk.today());
    make::authorize(desk, &mut claim, &group)?;
    let (payer, kind, charge) = (group.payer.clone(), claim.kind, claim.charge);
    create_claim(desk, claim)?;
    let mut charges = Vec::new();
    for candidate in group.candidates {
        charges.push(candidate.charge.id.clone());
        bill(desk, candidate.charge, &id)?;
    }
    Ok(BuiltClaim {
        work: desk
            .tx
            .claim(&id)?
            .map_or(Work::Draft, |row| row.status.work),
        findings: findings(desk.tx.as_ref(), &id)?,
        claim: id,
        payer,
        kind,
        charges,
        charge,
    })
}

/// Notes on a charge that it stands on a claim.
fn bill(desk: &mut Desk<'_>, mut charge: Charge, claim: &ClaimId) -> Result<(), EngineError> {
    let outcome = format!("it stands on claim {claim}");
    left_out::settle(desk, &charge.id, &outcome)?;
    desk.close_record_work(&RecordKey::from(&charge.id), WorkKind::Charge, &outcome)?;
    // Candidates are unbilled, and each is on one claim.
    if charge.bill(claim.clone()).is_ok() {
        desk.keep(charge, None)?;
    }
    Ok(())
}

/// The id of the next claim, which is its control number too.
fn next_id(reader: &dyn Reader) -> Result<ClaimId, EngineError> {
    let number = reader.last_number(Counter::Claim)? + 1;
    claim_id(reader, &mut BTreeSet::new(), &format!("SJ{number:06}"))
}

/// What rules have found on a claim since it was made.
fn findings(reader: &dyn Reader, claim: &ClaimId) -> Result<Vec<Finding>, EngineError> {
    let history = reader.history(claim)?;
    let judged = history.into_iter().filter_map(|row| match row.event {
        Event::Judged { outcome, .. } => Some(outcome.findings),
        _ => None,
    });
    Ok(judged.flatten().collect())
}

#[cfg(test)]
mod tests;
