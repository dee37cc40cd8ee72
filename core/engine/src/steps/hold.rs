//! A person holds a claim that has not left, with a reason and perhaps until a
//! day. A release lifts it; so does that day.

use chrono::NaiveDate;
use scrubjay_model::{ClaimId, Work, WorkKind};
use scrubjay_store::{ClaimRow, Event, JournalRow, Move};
use serde::Serialize;

use crate::EngineError;
use crate::desk::{Desk, service_level};
use crate::steps::claim::{Decision, scrub_again};

/// A claim that a person has held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Claim.
    pub claim: ClaimId,
    /// First day on which it may go again by itself.
    pub until: Option<NaiveDate>,
}

/// Why a claim was not held; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HoldError {
    /// There is no such claim.
    #[error("there is no claim {claim}; `scrubjay claims list` shows them")]
    UnknownClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// Nobody is named, or no reason is given.
    #[error("a hold names who holds the claim and why; give both")]
    Unsigned,
    /// It is not here to be held.
    #[error(
        "claim {claim} is {work}; only a claim that is still to leave can be held, and a rejected one stays until it is corrected or released"
    )]
    NotWaiting {
        /// Claim.
        claim: ClaimId,
        /// Where it stands.
        work: Work,
    },
    /// The day has come already.
    #[error("a hold until {until} holds nothing: give a day after {today}")]
    Past {
        /// The day given.
        until: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
}

/// Holds a claim. The desk's stamp says who.
pub(crate) fn hold(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    reason: &str,
    until: Option<NaiveDate>,
) -> Result<Held, EngineError> {
    let reason = reason.trim();
    let claim = claim.clone();
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(HoldError::Unsigned.into());
    }
    let today = desk.today();
    if let Some(until) = until.filter(|until| *until <= today) {
        return Err(HoldError::Past { until, today }.into());
    }
    let Some(row) = desk.tx.claim(&claim)? else {
        return Err(HoldError::UnknownClaim { claim }.into());
    };
    let work = row.status.work;
    if !matches!(work, Work::Draft | Work::Ready | Work::Held) {
        return Err(HoldError::NotWaiting { claim, work }.into());
    }
    desk.record(&Event::HeldByHand {
        claim: claim.clone(),
        reason: reason.to_owned(),
        until,
    })?;
    desk.move_claim(&claim, Move::Work(Work::Held))?;
    let (owner, usual) = service_level(WorkKind::ScrubHold);
    let days = until.map_or(Some(usual), |until| {
        u32::try_from((until - today).num_days()).ok()
    });
    let end = until.map_or_else(String::new, |until| format!(" until {until}"));
    let why = format!("held by {}{end}: {reason}", desk.stamp.actor);
    desk.open_work_for(
        WorkKind::ScrubHold,
        Some(&claim),
        row.charge,
        why,
        owner,
        days.unwrap_or(u32::MAX),
    )?;
    Ok(Held { claim, until })
}

/// The person's hold that stands on a claim on a day: who, until when, why.
pub(crate) fn standing(history: &[JournalRow], today: NaiveDate) -> Option<Held> {
    let mut last = history.iter().rev().filter_map(|row| match &row.event {
        Event::HeldByHand { claim, until, .. } => Some(Some(Held {
            claim: claim.clone(),
            until: *until,
        })),
        Event::Overridden { .. } => Some(None),
        _ => None,
    });
    last.next()
        .flatten()
        .filter(|hold| hold.until.is_none_or(|until| until > today))
}

/// Lets a claim go whose day has come: one that was ready when a person held it,
/// and that nothing has happened to since. The rules judge it once more, as time
/// has passed. Whether it is ready now.
pub(crate) fn lift_if_due(desk: &mut Desk<'_>, row: &ClaimRow) -> Result<bool, EngineError> {
    if row.status.work != Work::Held {
        return Ok(false);
    }
    let history = desk.tx.history(&row.id)?;
    if !has_run_out(&history, desk.today()) {
        return Ok(false);
    }
    desk.close_work(&row.id, WorkKind::ScrubHold, "its day has come")?;
    Ok(scrub_again(desk, row)? == Decision::Ready)
}

/// The first day behind today on which a hold by hand ends.
pub(crate) fn ends_next(history: &[JournalRow], today: NaiveDate) -> Option<NaiveDate> {
    let ends = history.iter().filter_map(|row| match &row.event {
        Event::HeldByHand { until, .. } => *until,
        _ => None,
    });
    ends.filter(|until| *until > today).min()
}

/// Whether a person's hold was the last that happened to a claim, made it wait,
/// and has run out.
fn has_run_out(history: &[JournalRow], today: NaiveDate) -> bool {
    let Some(place) = history.iter().rposition(
        |row| matches!(row.event, Event::HeldByHand { until: Some(until), .. } if until <= today),
    ) else {
        return false;
    };
    let mut since = history[place + 1..].iter();
    let made_it_wait = since.next().is_some_and(|row| {
        matches!(
            row.event,
            Event::Moved {
                to: Move::Work(Work::Held),
                ..
            }
        )
    });
    made_it_wait
        && !since.any(|row| {
            matches!(
                row.event,
                Event::Judged { .. }
                    | Event::Moved { .. }
                    | Event::Overridden { .. }
                    | Event::HeldByHand { .. }
                    | Event::ClaimRevised { .. }
            )
        })
}
