//! What a payer's remittance does to the appeal of a claim, and what becomes of
//! that where the remittance is undone.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use scrubjay_model::{
    AppealDecision, AppealOutcome, ClaimId, Money, Record, RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::{Event, JournalRow};

use super::decided::{give_up, settle};
use super::{keep, latest};
use crate::EngineError;
use crate::desk::Desk;

/// The payer has decided on a claim anew, and refuses so much of it. An appeal that
/// it has is decided by that where it refuses less than is contested; a draft that
/// nobody needs is given up; and what was won before is paid.
pub(crate) fn payer_decided(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    refused: Money,
    decided: NaiveDate,
) -> Result<(), EngineError> {
    let Some((id, case)) = latest(desk.tx.as_ref(), claim)? else {
        return Ok(());
    };
    if case.decision.is_some() {
        let key = RecordKind::Appeal.with(id.clone());
        let waits = desk
            .tx
            .record_row(&key)?
            .is_some_and(|row| row.due.is_some());
        desk.close_record_work(&key, WorkKind::FollowUp, "the payer has paid since")?;
        if waits {
            keep(desk, &id, case.into_record(), None)?;
        }
        return Ok(());
    }
    let Some(filed) = case.filed else {
        return match refused.is_zero() {
            true => give_up(desk, &id, case),
            false => Ok(()),
        };
    };
    let granted = (case.amount - refused).min(case.amount);
    if !granted.is_positive() {
        // It says again what it said: that is no decision on the appeal.
        return Ok(());
    }
    let outcome = match granted == case.amount {
        true => AppealOutcome::Overturned,
        false => AppealOutcome::PartiallyOverturned,
    };
    // One that crossed the appeal in the mail is heard today.
    let on = match decided < filed {
        true => desk.today().max(filed),
        false => decided,
    };
    let decision = AppealDecision {
        on,
        outcome,
        granted,
    };
    settle(desk, &id, case, decision, None).map(drop)
}

/// Nothing of what a claim was refused is open any more: a draft is given up.
pub(crate) fn nothing_left(desk: &mut Desk<'_>, claim: &ClaimId) -> Result<(), EngineError> {
    match latest(desk.tx.as_ref(), claim)? {
        Some((id, case)) if case.filed.is_none() => give_up(desk, &id, case),
        _ => Ok(()),
    }
}

/// Appeals are again as they were before those rows of a posting.
pub(crate) fn posting_undone(desk: &mut Desk<'_>, rows: &[JournalRow]) -> Result<(), EngineError> {
    let mut seen: BTreeSet<RecordKey> = BTreeSet::new();
    for row in rows {
        let Event::RecordKept { record, .. } = &row.event else {
            continue;
        };
        let key = record.key();
        if key.kind != RecordKind::Appeal || !seen.insert(key.clone()) {
            continue;
        }
        let history = desk.tx.record_history(&key)?;
        let mut before = history
            .iter()
            .rev()
            .filter(|past| past.sequence < row.sequence);
        let before = before.find_map(|past| match &past.event {
            Event::RecordKept { record, due } => Some((record.clone(), *due)),
            _ => None,
        });
        match before {
            Some((record, due)) => desk.keep(record, due)?,
            // A rule of that posting began it, and nobody has filed it since.
            None => {
                if let Some(Record::Appeal { id, appeal }) = desk.tx.record(&key)?
                    && appeal.filed.is_none()
                    && appeal.withdrawn.is_none()
                {
                    give_up(desk, &id, *appeal)?;
                }
            }
        }
    }
    Ok(())
}
