//! By when a good-faith estimate must be given, and whose work that is.

use chrono::NaiveDate;
use scrubjay_model::{
    Axis, BusinessCalendar, Deadline, Encounter, EncounterId, EncounterStatus, Estimate,
    EstimateKind, Money, Patient, PatientKey, Record, RecordKey, RecordKind, WorkItem, WorkKind,
};
use scrubjay_store::{Event, RecordFilter};
use serde::Serialize;

use super::{EstimateCause, signed, whose};
use crate::EngineError;
use crate::desk::{Desk, service_level};
use crate::steps::eligibility::asked_about;

/// Business days for an estimate that a patient asks for
/// (45 CFR 149.610(b)(1)(vi)(C)).
const ON_REQUEST: u32 = 3;

/// How work about good-faith estimates begins, by which it is known.
const WORK: &str = "a good-faith estimate";

/// What marks the work of one that a patient asked for.
const ASKED_FOR: &str = "the patient asked for it";

/// An estimate that a patient asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestedEstimate {
    /// Last day on which it must be given.
    pub due: NaiveDate,
}

/// By when a good-faith estimate must be given; `None` where nobody must give one.
pub(super) fn due(
    desk: &Desk<'_>,
    visit: Option<&Encounter>,
    cause: EstimateCause,
) -> Result<Option<NaiveDate>, EngineError> {
    let calendar = BusinessCalendar::default();
    let (EstimateCause::Booked, Some(visit)) = (cause, visit) else {
        return Ok(Some(calendar.business_days_after(desk.today(), ON_REQUEST)));
    };
    let Some(booked) = booked_on(desk, visit)? else {
        return Ok(None);
    };
    let ahead = business_days_ahead(&calendar, booked, visit.scheduled);
    let deadline = Deadline::good_faith_estimate(booked, ahead);
    Ok(deadline.map(|deadline| deadline.due(&calendar)))
}

/// The day on which a visit was booked for the day that it now has: a visit that
/// moves is booked anew.
pub(super) fn booked_on(
    desk: &Desk<'_>,
    visit: &Encounter,
) -> Result<Option<NaiveDate>, EngineError> {
    let mut moved: Option<NaiveDate> = None;
    let mut before: Option<Encounter> = None;
    for row in desk.tx.record_history(&(&visit.id).into())? {
        let Event::RecordKept {
            record: Record::Encounter(kept),
            ..
        } = row.event
        else {
            continue;
        };
        if let Some(before) = &before
            && before.scheduled != kept.scheduled
        {
            // The day of the new booking, where it was told with it.
            let told = kept.booked.filter(|_| kept.booked != before.booked);
            moved = Some(told.unwrap_or_else(|| row.stamp.at.date_naive()));
        }
        before = Some(*kept);
    }
    Ok(moved.or(visit.booked))
}

/// Business days from the booking to the visit, as far as the law counts: ten
/// and more are one.
fn business_days_ahead(
    calendar: &BusinessCalendar,
    booked: NaiveDate,
    scheduled: NaiveDate,
) -> u32 {
    let mut ahead = 0;
    let days = booked.iter_days().skip(1);
    for day in days.take_while(|day| *day <= scheduled) {
        if calendar.is_business_day(day) {
            ahead += 1;
        }
        if ahead == 10 {
            break;
        }
    }
    ahead
}

/// Opens the work of a good-faith estimate for a visit that nobody covers, once:
/// it is due from the day of booking, and closes when an estimate is given.
pub(crate) fn require(desk: &mut Desk<'_>, visit: &Encounter) -> Result<(), EngineError> {
    let Some(due) = due(desk, Some(visit), EstimateCause::Booked)? else {
        return Ok(());
    };
    let record = RecordKey::from(&visit.id);
    if was_given(desk, visit)? || !open_items(desk, &record)?.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "{WORK} must be given by {due}: the patient pays alone, and the visit was booked ahead \
         (45 CFR 149.610)"
    );
    open(desk, &record, due, reason)
}

/// The patient asked for a good-faith estimate. One that was made before is no
/// answer: charges and plans may have changed since.
pub(crate) fn request(
    desk: &mut Desk<'_>,
    patient: &PatientKey,
    visit: Option<&EncounterId>,
) -> Result<RequestedEstimate, EngineError> {
    signed(desk)?;
    let (patient, visit) = whose(desk, patient, visit)?;
    let today = desk.today();
    let due = BusinessCalendar::default().business_days_after(today, ON_REQUEST);
    let record = record_of(&patient, visit.as_ref());
    let waits = match &visit {
        Some(visit) => estimates_of(desk, &visit.id, "due")?,
        None => Vec::new(),
    };
    // Where nothing is made yet, what is made next serves both.
    let mut open_now = open_items(desk, &record)?.into_iter();
    if waits.is_empty() && open_now.any(|item| item.due <= due) {
        return Ok(RequestedEstimate { due });
    }
    let reason = format!("{WORK} must be given by {due}: {ASKED_FOR} on {today}");
    open(desk, &record, due, reason)?;
    Ok(RequestedEstimate { due })
}

fn record_of(patient: &Patient, visit: Option<&Encounter>) -> RecordKey {
    visit.map_or_else(|| (&patient.key).into(), |visit| (&visit.id).into())
}

fn open(
    desk: &mut Desk<'_>,
    record: &RecordKey,
    due: NaiveDate,
    reason: String,
) -> Result<(), EngineError> {
    let open = open_items(desk, record)?;
    if open.iter().any(|item| item.reason == reason) {
        return Ok(());
    }
    let left = (due - desk.today()).num_days();
    let days = u32::try_from(left).unwrap_or(0);
    let kind = WorkKind::Eligibility;
    let (owner, _) = service_level(kind);
    desk.open_record_work_for(kind, record, Money::ZERO, reason, owner, days)
}

fn open_items(desk: &Desk<'_>, record: &RecordKey) -> Result<Vec<WorkItem>, EngineError> {
    let mut open = desk.tx.record_work(record)?;
    open.retain(|item| item.kind == WorkKind::Eligibility && item.reason.starts_with(WORK));
    Ok(open)
}

fn close(desk: &mut Desk<'_>, item: &WorkItem, outcome: &str) -> Result<(), EngineError> {
    desk.record(&Event::WorkClosed {
        item: item.id.clone(),
        outcome: outcome.to_owned(),
    })
}

/// Closes the work of an estimate that was given: what a booking asks for by a
/// good-faith estimate, what a patient asked for by one that was made since.
pub(super) fn settle(desk: &mut Desk<'_>, estimate: &Estimate) -> Result<(), EngineError> {
    let made = RecordKind::Estimate.with(estimate.id.clone());
    let made = desk.tx.record_history(&made)?;
    let made = made.first().map(|row| row.sequence);
    let of_visit = estimate.encounter.as_ref().map(RecordKey::from);
    for record in of_visit.into_iter().chain([(&estimate.patient).into()]) {
        let history = desk.tx.record_history(&record)?;
        for item in open_items(desk, &record)? {
            let answers = match item.reason.contains(ASKED_FOR) {
                true => history.iter().any(|row| {
                    let opens = matches!(&row.event, Event::WorkOpened { item: opened } if opened.id == item.id);
                    opens && made.is_some_and(|made| row.sequence < made)
                }),
                false => estimate.kind == EstimateKind::GoodFaith,
            };
            if answers {
                close(desk, &item, "the estimate was given")?;
            }
        }
    }
    Ok(())
}

/// A visit was called off, or moved to another day: what was to be estimated for
/// it is so no more. For its new day the estimate is due from the rebooking.
pub(crate) fn follow_visit(
    desk: &mut Desk<'_>,
    before: &Encounter,
    visit: &Encounter,
) -> Result<(), EngineError> {
    let is_off = is_off(visit);
    let moved = before.scheduled != visit.scheduled && visit.status == EncounterStatus::Scheduled;
    if !is_off && !moved {
        return Ok(());
    }
    let outcome = match is_off {
        true => format!("the visit is {}", visit.status.as_str()),
        false => format!("the visit is booked for {} now", visit.scheduled),
    };
    for item in open_items(desk, &(&visit.id).into())? {
        // What the patient asked for is wanted for the new day as for the old.
        if is_off || !item.reason.contains(ASKED_FOR) {
            close(desk, &item, &outcome)?;
        }
    }
    for estimate in estimates_of(desk, &visit.id, "due")? {
        desk.keep(estimate, None)?;
    }
    let Some(patient) = desk.patient(&visit.patient)? else {
        return Ok(());
    };
    let is_covered = !asked_about(desk.config, &patient, visit.service_date()).is_empty();
    match moved && !is_covered {
        true => require(desk, visit),
        false => Ok(()),
    }
}

/// The visit has cover: the patient does not pay alone, and only what they asked
/// for is still to be given.
pub(crate) fn lapse(desk: &mut Desk<'_>, visit: &EncounterId) -> Result<(), EngineError> {
    for item in open_items(desk, &visit.into())? {
        if !item.reason.contains(ASKED_FOR) {
            close(desk, &item, "cover was found")?;
        }
    }
    Ok(())
}

/// Whether a visit does not take place.
pub(super) fn is_off(visit: &Encounter) -> bool {
    matches!(
        visit.status,
        EncounterStatus::Cancelled | EncounterStatus::NoShow
    )
}

/// Whether a good-faith estimate for a visit was given for the day that it has.
fn was_given(desk: &Desk<'_>, visit: &Encounter) -> Result<bool, EngineError> {
    let given = estimates_of(desk, &visit.id, "given")?;
    let day = Some(visit.service_date());
    Ok(given
        .iter()
        .any(|one| one.kind == EstimateKind::GoodFaith && one.service == day))
}

/// The estimates for a visit in a state, `due` or `given`.
fn estimates_of(
    desk: &Desk<'_>,
    visit: &EncounterId,
    state: &str,
) -> Result<Vec<Estimate>, EngineError> {
    let found = desk.records(&RecordFilter {
        kind: Some(RecordKind::Estimate),
        parent: Some(RecordKey::from(visit).id),
        state: Some(state.to_owned()),
        ..RecordFilter::default()
    })?;
    let estimates = found.into_iter().filter_map(|record| match record {
        Record::Estimate(estimate) => Some(*estimate),
        _ => None,
    });
    Ok(estimates.collect())
}
