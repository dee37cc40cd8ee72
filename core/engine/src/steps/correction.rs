//! A person mends a claim that has not been taken: its content is replaced, the
//! rules judge it from the start, and what is owed follows its charge.

use std::collections::BTreeSet;

use scrubjay_hooks::Effect;
use scrubjay_model::{
    Account, Claim, ClaimId, Frequency, PostingSet, ResponsibleParty, Work, WorkKind,
};
use scrubjay_store::{ClaimRow, Event, JournalRow, MoneyKind};
use scrubjay_x12::Interchange;
use serde::Serialize;

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::answer::CONTRADICTION;
use crate::steps::build::booked;
use crate::steps::claim::{payer_key, scrub_again};
use crate::steps::person;

/// A claim that was mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Corrected {
    /// Claim.
    pub claim: ClaimId,
    /// Names of the parts that changed, such as `lines`.
    pub changed: Vec<String>,
    /// Where it stands now as a piece of work.
    pub work: Work,
}

/// Why a claim was not mended; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorrectionError {
    /// There is no such claim.
    #[error("there is no claim {claim}; `scrubjay claims list` shows them")]
    UnknownClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// Nobody is named, or no reason is given.
    #[error("a correction names who corrects the claim and why; give both")]
    Unsigned,
    /// A payer has it, or had it.
    #[error(
        "claim {claim} is {work}; only a claim that no payer has taken is corrected, another is replaced or voided"
    )]
    NotHere {
        /// Claim.
        claim: ClaimId,
        /// Where it stands.
        work: Work,
    },
    /// The file does not hold what is to stand in its place.
    #[error("the file does not hold the corrected claim: {problem}")]
    File {
        /// What is wrong with it.
        problem: String,
    },
    /// The claim in the file is another.
    #[error(
        "the claim in the file has another control number (CLM01) than claim {claim}: give the file of that claim"
    )]
    OtherClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// It goes to another payer.
    #[error(
        "the claim in the file goes to payer `{to}`, claim {claim} to `{from}`: void it, and take in the file as a claim of its own"
    )]
    OtherPayer {
        /// Claim.
        claim: ClaimId,
        /// Payer's key as it was.
        from: String,
        /// Payer's key in the file.
        to: String,
    },
    /// It names somebody else.
    #[error(
        "the {who} in the file is plainly another person than on claim {claim} ({} differ): take that claim back with `scrubjay claims void`, and take in the file as a claim of its own",
        .differ.join(", ")
    )]
    OtherPerson {
        /// Claim.
        claim: ClaimId,
        /// Patient or subscriber.
        who: &'static str,
        /// Names of what differs, such as `birth date`.
        differ: Vec<&'static str>,
    },
    /// Original, replacement or void is not a matter of correction.
    #[error(
        "the claim in the file is of another kind or frequency (CLM05-3) than claim {claim}: a replacement or void is a claim of its own"
    )]
    OtherKind {
        /// Claim.
        claim: ClaimId,
    },
    /// It says what the claim says already.
    #[error("the file says what claim {claim} says already; release it if it may go as it is")]
    NothingChanged {
        /// Claim.
        claim: ClaimId,
    },
}

/// The one claim of a file, under an id of ours.
pub(crate) fn read_one(
    interchanges: &[Interchange],
    id: &ClaimId,
) -> Result<Claim, CorrectionError> {
    let refuse = |problem: String| CorrectionError::File { problem };
    let mut found = Vec::new();
    for interchange in interchanges {
        let faults = interchange
            .faults
            .iter()
            .chain(interchange.sets.iter().flat_map(|set| &set.faults));
        if let Some(fault) = faults.into_iter().find(|fault| fault.is_error()) {
            return Err(refuse(fault.to_string()));
        }
        for set in &interchange.sets {
            found.extend(scrubjay_edi::read_claims(set, &mut |_| id.clone()));
        }
    }
    let count = found.len();
    match found.pop() {
        Some(read) if count == 1 => read
            .map(|read| read.claim)
            .map_err(|error| refuse(error.to_string())),
        _ => Err(refuse(format!("it holds {count} claims, not one"))),
    }
}

/// Puts a claim in the place of what it was. The desk's stamp says who.
pub(crate) fn correct(
    desk: &mut Desk<'_>,
    id: &ClaimId,
    interchanges: &[Interchange],
    reason: &str,
) -> Result<Corrected, EngineError> {
    let (reason, claim) = (reason.trim(), id.clone());
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(CorrectionError::Unsigned.into());
    }
    let (Some(row), Some(before)) = (desk.tx.claim(id)?, desk.tx.claim_document(id)?) else {
        return Err(CorrectionError::UnknownClaim { claim }.into());
    };
    let work = row.status.work;
    if !matches!(
        work,
        Work::Draft | Work::Held | Work::Ready | Work::Rejected
    ) {
        return Err(CorrectionError::NotHere { claim, work }.into());
    }
    let mended = read_one(interchanges, id)?;
    if mended.control != before.control && mended.control.as_str() != id.as_str() {
        return Err(CorrectionError::OtherClaim { claim }.into());
    }
    // It went out under its id, and may have come back so.
    let mended = Claim {
        control: before.control.clone(),
        ..mended
    };
    if mended.kind != before.kind || mended.frequency != before.frequency {
        return Err(CorrectionError::OtherKind { claim }.into());
    }
    let to = payer_key(desk.config, &mended);
    if to != row.payer {
        let from = row.payer;
        return Err(CorrectionError::OtherPayer { claim, from, to }.into());
    }
    for (who, differ) in [
        ("patient", person::other_patient(&before, &mended)),
        ("subscriber", person::other_subscriber(&before, &mended)),
    ] {
        if !differ.is_empty() {
            return Err(CorrectionError::OtherPerson { claim, who, differ }.into());
        }
    }
    let changed = differing(&before, &mended);
    if changed.is_empty() {
        return Err(CorrectionError::NothingChanged { claim }.into());
    }
    settle_charge(desk, &row, &before, &mended)?;
    desk.record(&Event::ClaimRevised {
        claim: Box::new(mended),
        changes: vec![format!("{}: {reason}", changed.join(", "))],
        by_hand: true,
    })?;
    let outcome = format!("corrected by {}", desk.stamp.actor);
    close_moot(desk, id, &outcome)?;
    scrub_again(desk, &row)?;
    let work = desk.tx.claim(id)?.map_or(work, |row| row.status.work);
    Ok(Corrected {
        claim,
        changed,
        work,
    })
}

/// Closes what was to be done about the claim as it was: its holds, its rejection,
/// the answers to a sending that counts no more, and what rules had asked for,
/// which they ask for again where it is still wanted. Time goes on, and whether a
/// payer has the claim after all is still to be asked.
fn close_moot(desk: &mut Desk<'_>, id: &ClaimId, outcome: &str) -> Result<(), EngineError> {
    let asked = tasks_of_rules(&desk.tx.history(id)?);
    for item in desk.tx.open_work(Some(id))? {
        let moot = match item.kind {
            WorkKind::ScrubHold
            | WorkKind::Rejection
            | WorkKind::MissingAcknowledgment
            | WorkKind::FollowUp => true,
            WorkKind::AcknowledgmentReview => !item.reason.contains(CONTRADICTION),
            WorkKind::Task => asked.contains(&item.reason),
            _ => false,
        };
        if moot {
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome: outcome.to_owned(),
            })?;
        }
    }
    Ok(())
}

/// Why rules have opened tasks, as the tasks say it.
fn tasks_of_rules(history: &[JournalRow]) -> BTreeSet<String> {
    let judged = history.iter().filter_map(|row| match &row.event {
        Event::Judged { outcome, .. } => Some(outcome),
        _ => None,
    });
    let effects = judged.flat_map(|outcome| &outcome.effects);
    effects
        .filter_map(|(rule, effect)| match effect {
            Effect::OpenTask { reason, .. } => Some(format!("{reason} ({rule})")),
            _ => None,
        })
        .collect()
}

/// What is owed follows the charge, where it is owed already: on a replacement
/// of a claim of ours it is only once that is sent.
fn settle_charge(
    desk: &mut Desk<'_>,
    row: &ClaimRow,
    before: &Claim,
    mended: &Claim,
) -> Result<(), EngineError> {
    if row.replaces.is_some() || mended.frequency == Frequency::Void {
        return Ok(());
    }
    let party = if desk.config.is_self_pay(&row.payer) {
        ResponsibleParty::Patient
    } else {
        ResponsibleParty::Insurance
    };
    // On a claim to a later payer nothing is: the charge stands on the first.
    if !before.charge.is_zero() && booked(desk, &row.id, party)?.is_zero() {
        return Ok(());
    }
    let owed = Account::Receivable {
        claim: row.id.clone(),
        party,
    };
    let more = mended.charge - before.charge;
    if more.is_negative() {
        let back = PostingSet::transfer(owed, Account::Revenue, more.abs());
        desk.move_money(MoneyKind::ChargeReversed, Some(&row.id), back)
    } else {
        let charge = PostingSet::transfer(Account::Revenue, owed, more);
        desk.move_money(MoneyKind::Charge, Some(&row.id), charge)
    }
}

/// Names of the parts of a claim that are not as they were.
fn differing(before: &Claim, after: &Claim) -> Vec<String> {
    let parts = |claim: &Claim| match serde_json::to_value(claim) {
        Ok(serde_json::Value::Object(parts)) => parts,
        _ => serde_json::Map::new(),
    };
    let (before, after) = (parts(before), parts(after));
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.retain(|name| before.get(name) != after.get(name));
    names
}
