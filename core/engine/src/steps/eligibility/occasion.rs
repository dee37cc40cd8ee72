//! When payers are asked about the visits that are booked: at booking, two days
//! before, on the day, and where the last answer has grown too old; and what
//! they have not answered in time.

use chrono::{Datelike, Days, NaiveDate};
use scrubjay_hooks::Hook;
use scrubjay_model::{
    AskOccasion, AskStage, Encounter, EncounterId, InquiryRecord, Money, Patient, Record,
    RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::{Event, RecordFilter};

use super::judge::{Judged, is_held_by_rules, judge};
use super::latest::same_payer;
use super::{Why, asked_about, fresh_until, inquiries_of, open_once, payer_of, want_one};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::estimate;

/// How long before a visit cover is verified once more: 48 hours, in days.
const DAYS_BEFORE: u64 = 2;

/// Wants what is due to be asked about every visit that is booked; returns the
/// questions that are new.
pub(crate) fn want_due(desk: &mut Desk<'_>) -> Result<Vec<RecordKey>, EngineError> {
    let booked = desk.tx.records(&RecordFilter {
        kind: Some(RecordKind::Encounter),
        state: Some("scheduled".to_owned()),
        from: Some(desk.today()),
        ..RecordFilter::default()
    })?;
    let mut wanted = Vec::new();
    for row in booked {
        let Some(Record::Encounter(visit)) = desk.tx.record(&row.key)? else {
            continue;
        };
        let Some(patient) = desk.patient(&visit.patient)? else {
            let reason = "cover cannot be verified: the patient of the visit is not registered";
            open_once(desk, &row.key, reason.to_owned())?;
            continue;
        };
        wanted.extend(want_for_visit(desk, &patient, &visit)?);
    }
    Ok(wanted)
}

fn want_for_visit(
    desk: &mut Desk<'_>,
    patient: &Patient,
    visit: &Encounter,
) -> Result<Vec<RecordKey>, EngineError> {
    let mut wanted = Vec::new();
    let mut known = inquiries_of(desk.tx.as_ref(), &patient.key)?;
    // A visit that was moved to another day is asked about anew.
    let day = visit.service_date();
    known.retain(|one| one.encounter.as_ref() == Some(&visit.id) && one.service == day);
    let coverages = asked_about(desk.config, patient, visit.service_date());
    match coverages.is_empty() {
        true => estimate::require(desk, visit)?,
        false => estimate::lapse(desk, &visit.id)?,
    }
    let mut first_look = coverages.is_empty() && !was_judged(desk, visit)?;
    for coverage in &coverages {
        let payer = payer_of(desk.config, coverage);
        let id = payer
            .map(|payer| &payer.profile.id)
            .or(coverage.payer.as_ref());
        let own =
            |one: &&InquiryRecord| id.is_some_and(|id| same_payer(desk.config, &one.payer, id));
        let own: Vec<InquiryRecord> = known.iter().filter(own).cloned().collect();
        let Some(why) = due(desk, visit, &own) else {
            continue;
        };
        let new = want_one(desk, patient, Some(visit), coverage, why, &own)?
            .filter(|key| own.iter().all(|one| one.id != key.id));
        first_look |= own.is_empty() && new.is_some();
        wanted.extend(new);
    }
    // Where somebody is asked, later looks are those at the answers.
    if first_look {
        judge_visit(desk, patient, visit)?;
    }
    Ok(wanted)
}

/// Judges a visit by what is known: what held it before is found anew.
fn judge_visit(
    desk: &mut Desk<'_>,
    patient: &Patient,
    visit: &Encounter,
) -> Result<(), EngineError> {
    let key = RecordKey::from(&visit.id);
    for item in desk.tx.record_work(&key)? {
        if item.kind == WorkKind::Eligibility && is_held_by_rules(&item.reason) {
            let outcome = "judged anew".to_owned();
            let item = item.id;
            desk.record(&Event::WorkClosed { item, outcome })?;
        }
    }
    let judged = Judged {
        patient,
        visit: Some(visit),
        inquiry: None,
    };
    judge(desk, &key, &judged)
}

/// Judges the cover of a visit once more, since what was missing is there.
pub(crate) fn judge_again(desk: &mut Desk<'_>, visit: &EncounterId) -> Result<(), EngineError> {
    let Some(visit) = desk.encounter(visit)? else {
        return Ok(());
    };
    match desk.patient(&visit.patient)? {
        Some(patient) => judge_visit(desk, &patient, &visit),
        None => Ok(()),
    }
}

/// From which day on a question serves the last occasion that a visit has come to.
fn since(visit: &Encounter, today: NaiveDate) -> Option<(AskOccasion, NaiveDate)> {
    let day = visit.service_date();
    let before = day.checked_sub_days(Days::new(DAYS_BEFORE)).unwrap_or(day);
    if day <= today {
        Some((AskOccasion::Day, day))
    } else if before <= today {
        Some((AskOccasion::Before, before))
    } else {
        None
    }
}

/// Whether a payer is to be asked about a visit now, given what was asked so far.
fn due(desk: &Desk<'_>, visit: &Encounter, asked: &[InquiryRecord]) -> Option<Why<'static>> {
    let today = desk.today();
    let Some(last) = asked.iter().max_by_key(|one| one.asked) else {
        return Some(Why {
            occasion: AskOccasion::Booked,
            reason: "the visit was booked",
        });
    };
    if let Some((occasion, since)) = since(visit, today) {
        let reason = match occasion {
            AskOccasion::Day => "the visit is today",
            _ => "the visit is two days off",
        };
        return (last.asked < since).then_some(Why { occasion, reason });
    }
    // Cover most often ends with a month.
    let month = |day: NaiveDate| (day.year(), day.month());
    let month_turned =
        month(last.asked) < month(today) && month(today) == month(visit.service_date());
    let stale = month_turned || fresh_until(desk.config, &last.payer, last.asked) < today;
    (stale && last.stage == AskStage::Asked).then_some(Why {
        occasion: AskOccasion::Stale,
        reason: "the last answer is too old to rely on",
    })
}

/// Whether the visit itself came to the hook since its last occasion: there is
/// nobody to ask about it.
fn was_judged(desk: &Desk<'_>, visit: &Encounter) -> Result<bool, EngineError> {
    let since = since(visit, desk.today()).map(|(_, since)| since);
    let mut history = desk.tx.record_history(&(&visit.id).into())?;
    history.retain(|row| since.is_none_or(|since| row.stamp.at.date_naive() >= since));
    let at_hook = |event: &Event| matches!(event, Event::RecordJudged { hook, .. } if *hook == Hook::Eligibility);
    Ok(history.iter().any(|row| at_hook(&row.event)))
}

/// Gives to someone what payers have not answered in time, once each.
pub(crate) fn tell_overdue(desk: &mut Desk<'_>) -> Result<(), EngineError> {
    let Some(yesterday) = desk.today().pred_opt() else {
        return Ok(());
    };
    let overdue = desk.tx.records(&RecordFilter {
        kind: Some(RecordKind::Eligibility),
        state: Some("asked".to_owned()),
        due_by: Some(yesterday),
        ..RecordFilter::default()
    })?;
    for row in overdue {
        let Some(Record::Eligibility(inquiry)) = desk.tx.record(&row.key)? else {
            continue;
        };
        let reason = format!(
            "payer {} has not answered what it was asked about cover on {}: ask by telephone or \
             portal, or ask again",
            inquiry.payer, inquiry.asked
        );
        // Without a day: whoever has been told is not told again.
        desk.keep(*inquiry, None)?;
        desk.open_record_work(WorkKind::Eligibility, &row.key, Money::ZERO, reason)?;
    }
    Ok(())
}
