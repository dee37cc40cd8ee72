//! By when a good-faith estimate must be given, and whose work that is.

use chrono::NaiveDate;
use scrubjay_model::{
    BusinessCalendar, Deadline, Encounter, EncounterId, EstimateKind, Money, Patient, PatientKey,
    Record, RecordId, RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::{Event, RecordFilter};
use serde::Serialize;

use super::{EstimateCause, signed, whose};
use crate::EngineError;
use crate::desk::{Desk, service_level};

/// Business days for an estimate that a patient asks for
/// (45 CFR 149.610(b)(1)(vi)(C)).
const ON_REQUEST: u32 = 3;

/// How work about good-faith estimates begins, by which it is known.
const WORK: &str = "a good-faith estimate";

/// An estimate that a patient asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestedEstimate {
    /// Last day on which it must be given.
    pub due: NaiveDate,
}

/// By when a good-faith estimate must be given; `None` where nobody must give one.
pub(super) fn due(
    visit: Option<&Encounter>,
    cause: EstimateCause,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let calendar = BusinessCalendar::default();
    match (cause, visit) {
        (EstimateCause::Booked, Some(visit)) => {
            let booked = visit.booked?;
            let ahead = business_days_ahead(&calendar, booked, visit.scheduled);
            Some(Deadline::good_faith_estimate(booked, ahead)?.due(&calendar))
        }
        _ => Some(calendar.business_days_after(today, ON_REQUEST)),
    }
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
    let today = desk.today();
    let Some(due) = due(Some(visit), EstimateCause::Booked, today) else {
        return Ok(());
    };
    if was_given(desk, &visit.id)? {
        return Ok(());
    }
    let reason = format!(
        "{WORK} must be given by {due}: the patient pays alone, and the visit was booked ahead \
         (45 CFR 149.610)"
    );
    open(desk, &(&visit.id).into(), due, reason)
}

/// The patient asked for a good-faith estimate.
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
    let reason = format!("{WORK} must be given by {due}: the patient asked for it on {today}");
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
    let is_open = open_items(desk, record)?.into_iter().next().is_some();
    if is_open {
        return Ok(());
    }
    let left = (due - desk.today()).num_days();
    let days = u32::try_from(left).unwrap_or(0);
    let (owner, _) = service_level(WorkKind::Eligibility);
    desk.open_record_work_for(
        WorkKind::Eligibility,
        record,
        Money::ZERO,
        reason,
        owner,
        days,
    )
}

fn open_items(
    desk: &Desk<'_>,
    record: &RecordKey,
) -> Result<Vec<scrubjay_model::WorkItemId>, EngineError> {
    let mut open = desk.tx.record_work(record)?;
    open.retain(|item| item.kind == WorkKind::Eligibility && item.reason.starts_with(WORK));
    Ok(open.into_iter().map(|item| item.id).collect())
}

/// Closes the work of an estimate that was given.
pub(super) fn settle(
    desk: &mut Desk<'_>,
    patient: &PatientKey,
    visit: Option<&EncounterId>,
) -> Result<(), EngineError> {
    let of_visit = visit.map(RecordKey::from);
    for record in of_visit.into_iter().chain([patient.into()]) {
        for item in open_items(desk, &record)? {
            let outcome = "the estimate was given".to_owned();
            desk.record(&Event::WorkClosed { item, outcome })?;
        }
    }
    Ok(())
}

/// Whether a good-faith estimate for a visit was given.
fn was_given(desk: &Desk<'_>, visit: &EncounterId) -> Result<bool, EngineError> {
    let parent: RecordId = RecordKey::from(visit).id;
    let given = desk.records(&RecordFilter {
        kind: Some(RecordKind::Estimate),
        parent: Some(parent),
        state: Some("given".to_owned()),
        ..RecordFilter::default()
    })?;
    let good_faith = |record: &Record| matches!(record, Record::Estimate(one) if one.kind == EstimateKind::GoodFaith);
    Ok(given.iter().any(good_faith))
}
