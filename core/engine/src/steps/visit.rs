//! Step 1: visits are booked, kept or not, and closed for charging.

use chrono::NaiveDate;
use scrubjay_hooks::Finding;
use scrubjay_model::{
    Axis, Encounter, EncounterError, EncounterId, EncounterRecord, EncounterStatus, RecordKey,
    WorkKind,
};
use serde::Serialize;

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::registration::{Kept, check_for_visit};
use crate::steps::{authorization, charge, estimate};

pub(crate) mod sheet;

pub use sheet::{BookedSheet, ListedError, planned_service};

/// A visit as it was booked or moved on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Visited {
    /// Visit.
    pub encounter: EncounterId,
    /// Where it stands.
    pub status: EncounterStatus,
    /// What was given, beside what was on file.
    pub kept: Kept,
    /// What was found on the patient's registration for this visit.
    pub findings: Vec<Finding>,
    /// The rules that hold the registration for this visit, and not without it.
    pub held_by: Vec<String>,
}

/// Why a visit was not booked or moved on; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VisitError {
    /// Its patient is not registered.
    #[error(
        "the patient of visit {encounter} is not registered: register them first, by \
         `scrubjay register` or a sheet in the inbox"
    )]
    UnknownPatient {
        /// Visit.
        encounter: EncounterId,
    },
    /// There is no such visit.
    #[error("there is no visit {encounter}; `scrubjay visit list` shows them")]
    UnknownVisit {
        /// Visit.
        encounter: EncounterId,
    },
    /// It was booked for somebody else.
    #[error("visit {encounter} is another patient's: book this one under an id of its own")]
    AnotherPatient {
        /// Visit.
        encounter: EncounterId,
    },
    /// Its status has no way there.
    #[error("visit {encounter} is {from} and cannot become {to}", from = .from.as_str(), to = .to.as_str())]
    NoWay {
        /// Visit.
        encounter: EncounterId,
        /// Where it stands.
        from: EncounterStatus,
        /// Where it should go.
        to: EncounterStatus,
    },
    /// Its parts disagree.
    #[error("visit {encounter} cannot be kept: {problem}")]
    Disagrees {
        /// Visit.
        encounter: EncounterId,
        /// What is wrong.
        problem: EncounterError,
    },
    /// A day on which something happened, and that has not come.
    #[error("visit {encounter}: `{field}` is {day}, a day that has not come: enter it when it has")]
    ToCome {
        /// Visit.
        encounter: EncounterId,
        /// Field.
        field: &'static str,
        /// Day.
        day: NaiveDate,
    },
    /// Nobody is named.
    #[error("a visit is booked and moved on by somebody: name who")]
    Unsigned,
}

/// Books a visit, or takes what is told of one anew: another day, other
/// services, where it stands.
pub(crate) fn schedule(
    desk: &mut Desk<'_>,
    given: EncounterRecord,
) -> Result<Visited, EngineError> {
    let encounter = given.id.clone();
    let visit = Encounter::new(given).map_err(|problem| VisitError::Disagrees {
        encounter: encounter.clone(),
        problem,
    })?;
    if desk.patient(&visit.patient)?.is_none() {
        return Err(VisitError::UnknownPatient { encounter }.into());
    }
    let before = desk.encounter(&encounter)?;
    let kept = match &before {
        None => Kept::New,
        Some(before) if before.patient != visit.patient => {
            return Err(VisitError::AnotherPatient { encounter }.into());
        }
        Some(before) if !reaches(before.status, visit.status) => {
            return Err(VisitError::NoWay {
                encounter,
                from: before.status,
                to: visit.status,
            }
            .into());
        }
        Some(before) if *before == visit => Kept::Unchanged,
        Some(_) => Kept::Changed,
    };
    keep(desk, before.as_ref(), visit, kept)
}

/// Moves a visit on, as of a day.
pub(crate) fn move_on(
    desk: &mut Desk<'_>,
    encounter: &EncounterId,
    to: EncounterStatus,
    on: Option<NaiveDate>,
) -> Result<Visited, EngineError> {
    let encounter = encounter.clone();
    let Some(before) = desk.encounter(&encounter)? else {
        return Err(VisitError::UnknownVisit { encounter }.into());
    };
    if before.status == to {
        return keep(desk, Some(&before), before.clone(), Kept::Unchanged);
    }
    let mut visit = before.clone();
    match visit.move_to(to, on.unwrap_or(desk.today())) {
        Ok(()) => keep(desk, Some(&before), visit, Kept::Changed),
        Err(EncounterError::Transition(_)) => Err(VisitError::NoWay {
            encounter,
            from: before.status,
            to,
        }
        .into()),
        Err(problem) => Err(VisitError::Disagrees { encounter, problem }.into()),
    }
}

/// Keeps a visit, and judges the registration for it while it is to come or is
/// going on.
fn keep(
    desk: &mut Desk<'_>,
    before: Option<&Encounter>,
    visit: Encounter,
    kept: Kept,
) -> Result<Visited, EngineError> {
    if desk.stamp.actor.trim().is_empty() {
        return Err(VisitError::Unsigned.into());
    }
    if kept != Kept::Unchanged {
        has_come(desk, &visit)?;
    }
    let key = RecordKey::from(&visit.id);
    if kept != Kept::Unchanged {
        let due = desk.tx.record_row(&key)?.and_then(|row| row.due);
        desk.keep(visit.clone(), due)?;
    }
    let (mut findings, mut held_by) = (Vec::new(), Vec::new());
    match visit.status {
        EncounterStatus::Scheduled | EncounterStatus::Arrived => {
            if let Some(judged) = check_for_visit(desk, &visit)? {
                (findings, held_by) = (judged.findings, judged.held_by);
            }
        }
        status @ (EncounterStatus::Cancelled | EncounterStatus::NoShow) => {
            let outcome = format!("the visit is {}", status.as_str());
            desk.close_record_work(&key, WorkKind::Registration, &outcome)?;
        }
        EncounterStatus::Closed => {}
    }
    if kept != Kept::Unchanged {
        authorization::check(desk, &visit.id)?;
    }
    if let Some(before) = before.filter(|_| kept == Kept::Changed) {
        estimate::follow_visit(desk, before, &visit)?;
        charge::follow_visit(desk, before, &visit)?;
    }
    Ok(Visited {
        encounter: visit.id.clone(),
        status: visit.status,
        kept,
        findings,
        held_by,
    })
}

/// Refuses what is told of as done, on a day that has not come.
fn has_come(desk: &Desk<'_>, visit: &Encounter) -> Result<(), EngineError> {
    for (field, day) in [
        ("booked", visit.booked),
        ("arrived", visit.arrived),
        ("closed", visit.closed),
    ] {
        if let Some(day) = day.filter(|day| desk.is_to_come(*day)) {
            let encounter = visit.id.clone();
            return Err(VisitError::ToCome {
                encounter,
                field,
                day,
            }
            .into());
        }
    }
    Ok(())
}

/// Whether a visit can come from one status to another, by one move or several:
/// a sheet may tell of a visit that is over already.
fn reaches(from: EncounterStatus, to: EncounterStatus) -> bool {
    let mut reached = vec![from];
    let mut at = 0;
    while let Some(&state) = reached.get(at) {
        for (start, end) in EncounterStatus::MOVES {
            if *start == state && !reached.contains(end) {
                reached.push(*end);
            }
        }
        at += 1;
    }
    reached.contains(&to)
}

#[cfg(test)]
mod tests;
