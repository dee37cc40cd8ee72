//! Claims that payers have are replaced or voided: a new claim with frequency 7
//! or 8, under the payer's own number of the first. One that no payer has is
//! taken back at once.

use std::collections::BTreeSet;

use scrubjay_hooks::Finding;
use scrubjay_model::{
    Claim, ClaimId, Frequency, LineOfBusiness, PayerClaimControlNumber, PostingSet, Work,
};
use scrubjay_store::{ClaimRow, MoneyKind, patient_key};
use scrubjay_x12::Interchange;
use serde::Serialize;

use super::candidate::candidates_of;
use super::next_payer::made_anew;
use super::settle::charges_of;
use super::take_back::{note, take_back};
use super::{bill, findings, group, make, practice};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::chain::to_earlier_payer;
use crate::steps::claim::{claim_id, make_claim, payer_key};
use crate::steps::correction::{CorrectionError, read_one};

/// What a claim is to be replaced with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceWith<'a> {
    /// The one claim of an 837, as it should be.
    File(&'a [u8]),
    /// What the practice has on file now: the charges of the claim, late ones
    /// of the same visits among them, and the patient's record; of a claim to a
    /// later payer, what the payer before has decided.
    Charges,
}

/// The same, with the file read.
pub(crate) enum With<'a> {
    File(&'a [Interchange]),
    Charges,
}

/// A claim that takes the place of another, or voids it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewVersion {
    /// The claim that was there.
    pub original: ClaimId,
    /// The claim to the payer; `None` where no payer had the original, which was
    /// taken back.
    pub claim: Option<ClaimId>,
    /// Where that claim stands as a piece of work, or else the original.
    pub work: Work,
    /// Where a claim that was to take another's place was taken back: that other,
    /// which stands as it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands: Option<ClaimId>,
    /// What rules have found on it.
    pub findings: Vec<Finding>,
}

/// Why a claim was not replaced or voided; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// There is no such claim.
    #[error("there is no claim {claim}; `scrubjay claims list` shows them")]
    UnknownClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// Nobody is named, or no reason is given.
    #[error("who replaces or voids a claim says so, and why; give both")]
    Unsigned,
    /// No payer has it.
    #[error("claim {claim} is {work}, and no payer has it: correct it")]
    NotSent {
        /// Claim.
        claim: ClaimId,
        /// Where it stands.
        work: Work,
    },
    /// It is void already, or voids another.
    #[error("claim {claim} is void, or voids another: there is nothing to take the place of")]
    Void {
        /// Claim.
        claim: ClaimId,
    },
    /// Another has taken its place already.
    #[error("claim {claim} has been replaced or voided by claim {by}: go on with that one")]
    Replaced {
        /// Claim.
        claim: ClaimId,
        /// What took its place.
        by: ClaimId,
    },
    /// The payer has not told how it calls the claim.
    #[error(
        "the payer has not told its own number of claim {claim}, by which it would find it: wait for its answer"
    )]
    NoPayerControl {
        /// Claim.
        claim: ClaimId,
    },
    /// The payer takes no such claims.
    #[error(
        "payer `{payer}` takes no replacement and no void of claim {claim}: ask it to reopen the claim, or bill it anew where it was refused as unprocessable"
    )]
    NotTaken {
        /// Claim.
        claim: ClaimId,
        /// Payer's key.
        payer: String,
    },
    /// The file does not hold what is to stand in its place.
    #[error("the file does not hold the claim as it should be: {problem}")]
    File {
        /// What is wrong with it.
        problem: String,
    },
    /// What is to take its place is another claim.
    #[error("what is to take the place of claim {claim} has another {what}: {instead}")]
    Other {
        /// Claim.
        claim: ClaimId,
        /// What differs.
        what: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// It was not made of charges.
    #[error("claim {claim} was not made of charges: give the file of the claim as it should be")]
    NoCharges {
        /// Claim.
        claim: ClaimId,
    },
    /// Its charges make no one claim any more.
    #[error("the charges of claim {claim} do not make one claim now: {problem}")]
    NotOneClaim {
        /// Claim.
        claim: ClaimId,
        /// Why.
        problem: String,
    },
}

/// Replaces a claim that its payer has. The desk's stamp says who.
pub(crate) fn replace(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    with: With<'_>,
    reason: &str,
) -> Result<NewVersion, EngineError> {
    let (row, before) = standing(desk, id, reason)?;
    let number = number_at_payer(desk, &row, &before)?;
    let new_id = claim_id(desk.tx.as_ref(), &mut BTreeSet::new(), id.as_str())?;
    let (after, added) = match with {
        With::File(file) => (from_file(&new_id, file, &before, &number)?, Vec::new()),
        With::Charges => match to_earlier_payer(desk.tx.as_ref(), &before)? {
            Some(earlier) => (from_decision(desk, &earlier, &before, &new_id)?, Vec::new()),
            None => from_charges(desk, &new_id, &row)?,
        },
    };
    let refuse = |what, instead| VersionError::Other {
        claim: id.clone(),
        what,
        instead,
    };
    if after.kind != before.kind {
        return Err(refuse(
            "kind",
            "void it, and bill the other kind as a claim of its own",
        )
        .into());
    }
    if patient_key(&after) != patient_key(&before) {
        let instead = "void it, and bill the right patient by a claim of their own";
        return Err(refuse("patient", instead).into());
    }
    if payer_key(desk.config, &after) != row.payer {
        return Err(refuse(
            "payer",
            "void it, and bill the right payer by a claim of its own",
        )
        .into());
    }
    let after = Claim {
        id: new_id.clone(),
        control: before.control,
        frequency: Frequency::Replacement,
        payer_control: Some(number),
        ..after
    };
    make_claim(desk, after, Some(row.id.clone()), nothing_owed())?;
    for charge in added {
        bill(desk, charge, &new_id)?;
    }
    note(desk, &new_id, &format!("replaces {id}"), reason)?;
    made(desk, row.id, new_id)
}

/// Voids a claim: by a claim to the payer that has it, at once where none has.
/// The desk's stamp says who.
pub(crate) fn void(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    reason: &str,
) -> Result<NewVersion, EngineError> {
    if let Some(row) = desk.tx.claim(id)?
        && is_here(desk, &row)
    {
        signed(desk, reason)?;
        return take_back(desk, &row, reason);
    }
    let (row, before) = standing(desk, id, reason)?;
    let number = number_at_payer(desk, &row, &before)?;
    let new_id = claim_id(desk.tx.as_ref(), &mut BTreeSet::new(), id.as_str())?;
    let void = Claim {
        id: new_id.clone(),
        frequency: Frequency::Void,
        payer_control: Some(number),
        ..before
    };
    make_claim(desk, void, Some(row.id.clone()), nothing_owed())?;
    note(desk, &new_id, &format!("voids {id}"), reason)?;
    made(desk, row.id, new_id)
}

/// Money moves when the new claim leaves: until then the original stands.
fn nothing_owed() -> (MoneyKind, PostingSet) {
    (MoneyKind::Charge, PostingSet::empty())
}

fn signed(desk: &Desk<'_>, reason: &str) -> Result<(), VersionError> {
    if reason.trim().is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(VersionError::Unsigned);
    }
    Ok(())
}

/// Whether no payer has the claim: it is still to leave, was turned down before
/// it was decided, or goes to the patient.
pub(super) fn is_here(desk: &Desk<'_>, row: &ClaimRow) -> bool {
    let waits = matches!(
        row.status.work,
        Work::Draft | Work::Held | Work::Ready | Work::Rejected
    );
    waits || (row.status.work != Work::Void && desk.config.is_self_pay(&row.payer))
}

/// The claim, where it is one whose place another may take.
fn standing(desk: &Desk<'_>, id: &ClaimId, reason: &str) -> Result<(ClaimRow, Claim), EngineError> {
    signed(desk, reason)?;
    let claim = id.clone();
    let (Some(row), Some(document)) = (desk.tx.claim(id)?, desk.tx.claim_document(id)?) else {
        return Err(VersionError::UnknownClaim { claim }.into());
    };
    let work = row.status.work;
    if work == Work::Void || document.frequency == Frequency::Void {
        return Err(VersionError::Void { claim }.into());
    }
    if is_here(desk, &row) {
        return Err(VersionError::NotSent { claim, work }.into());
    }
    if let Some(by) = row.replaced_by.clone() {
        // One that was taken back before it left takes nobody's place.
        let stands = desk
            .tx
            .claim(&by)?
            .is_some_and(|later| later.status.work != Work::Void);
        if stands {
            return Err(VersionError::Replaced { claim, by }.into());
        }
    }
    Ok((row, document))
}

/// The payer's number of the claim, where it has told it and takes such claims.
fn number_at_payer(
    desk: &Desk<'_>,
    row: &ClaimRow,
    document: &Claim,
) -> Result<PayerClaimControlNumber, VersionError> {
    let claim = row.id.clone();
    let payer = desk.config.payer_by_key(&row.payer);
    let line = payer.map_or(LineOfBusiness::Other, |payer| payer.profile.line);
    let policy = desk.config.billing_of(&row.payer);
    if !policy.takes_replacements(line, document.kind) {
        let payer = row.payer.clone();
        return Err(VersionError::NotTaken { claim, payer });
    }
    let told = row.payer_control.as_deref();
    let number = told.and_then(|told| told.parse().ok());
    number.ok_or(VersionError::NoPayerControl { claim })
}

fn from_file(
    id: &ClaimId,
    file: &[Interchange],
    before: &Claim,
    number: &PayerClaimControlNumber,
) -> Result<Claim, VersionError> {
    let read = read_one(file, id).map_err(|error| VersionError::File {
        problem: match error {
            CorrectionError::File { problem } => problem,
            other => other.to_string(),
        },
    })?;
    if read.frequency == Frequency::Void {
        let problem = "it is a void (CLM05-3 8), which `claims void` makes".to_owned();
        return Err(VersionError::File { problem });
    }
    let named = read.payer_control.as_ref();
    if named.is_some_and(|named| named != number) {
        return Err(VersionError::Other {
            claim: before.id.clone(),
            what: "payer's control number (REF*F8)",
            instead: "give the file of that claim",
        });
    }
    Ok(read)
}

/// The claim to a later payer with what the payer before has decided by now.
fn from_decision(
    desk: &Desk<'_>,
    earlier: &ClaimRow,
    before: &Claim,
    id: &ClaimId,
) -> Result<Claim, EngineError> {
    let made = made_anew(desk, earlier, before, id.clone())?;
    Ok(made.map_err(|error| VersionError::NotOneClaim {
        claim: before.id.clone(),
        problem: format!("of claim {} before it: {error}", earlier.id),
    })?)
}

/// The claim of the charges as they are on file now, and those that it has more.
fn from_charges(
    desk: &Desk<'_>,
    id: &ClaimId,
    row: &ClaimRow,
) -> Result<(Claim, Vec<scrubjay_model::Charge>), EngineError> {
    let not_one = |problem: String| VersionError::NotOneClaim {
        claim: row.id.clone(),
        problem,
    };
    let own = charges_of(desk, row)?;
    if own.is_empty() {
        let claim = row.id.clone();
        return Err(VersionError::NoCharges { claim }.into());
    }
    let on_it: BTreeSet<_> = own.iter().map(|charge| charge.id.clone()).collect();
    let visits: BTreeSet<_> = own.iter().map(|charge| charge.encounter.clone()).collect();
    let (candidates, left_out) = candidates_of(desk, own, &visits)?;
    if let Some(left) = left_out.iter().find(|left| on_it.contains(&left.charge)) {
        return Err(not_one(format!("of charge {}, {}", left.charge, left.why)).into());
    }
    let groups = group::grouped(candidates, desk.config).into_iter();
    let mut holding = groups.filter(|group| {
        let mut charges = group.candidates.iter();
        charges.any(|candidate| on_it.contains(&candidate.charge.id))
    });
    let (Some(group), None) = (holding.next(), holding.next()) else {
        return Err(not_one("the payer's policy keeps them apart".to_owned()).into());
    };
    let mut claim = make::claim(id.clone(), &group, practice(desk)?, desk.today());
    make::authorize(desk, &mut claim, &group)?;
    let charges = group
        .candidates
        .into_iter()
        .map(|candidate| candidate.charge);
    let added = charges.filter(|charge| !on_it.contains(&charge.id));
    Ok((claim, added.collect()))
}

fn made(desk: &Desk<'_>, original: ClaimId, claim: ClaimId) -> Result<NewVersion, EngineError> {
    let row = desk.tx.claim(&claim)?;
    Ok(NewVersion {
        work: row.map_or(Work::Draft, |row| row.status.work),
        findings: findings(desk.tx.as_ref(), &claim)?,
        original,
        claim: Some(claim),
        stands: None,
    })
}
