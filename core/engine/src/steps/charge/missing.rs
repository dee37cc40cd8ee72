//! Visits that took place and are not charged for, and those of which nobody has
//! said whether they did.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use scrubjay_model::{
    Axis, Encounter, EncounterId, EncounterStatus, Money, Npi, Record, RecordId, RecordKey,
    RecordKind, WorkItem, WorkKind,
};
use scrubjay_store::{Event, Reader, RecordFilter};
use serde::Serialize;

use super::{ChargeEntryError, charges_of};
use crate::desk::{Desk, service_level};
use crate::{Config, EngineError};

/// How the work about a visit ends once it is charged for.
pub(super) const CHARGED: &str = "it is charged for";

/// The name under which a person says that a visit has nothing to charge.
const MISSING: &str = "engine/missing-charges";

/// How work about a visit begins whose day has passed, and of which nobody has
/// said that it took place.
const UNKEPT: &str = "did the visit take place";

/// How far back visits are looked at: a day more than a year, in which even the
/// longest time to file has run out.
const LOOK_BACK: Days = Days::new(366);

/// A visit that took place and has no charge, or whose day has passed and of which
/// nobody has said that it took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingCharge {
    /// Visit.
    pub visit: EncounterId,
    /// Who was seen.
    pub provider: Npi,
    /// Date of service.
    pub service: NaiveDate,
    /// Where it stands; where it is still scheduled, nobody has said whether it took
    /// place.
    pub status: EncounterStatus,
    /// Whether it is documented and closed.
    pub closed: bool,
    /// Days since the service.
    pub days: i64,
    /// Services that it was booked for.
    pub planned: usize,
    /// Who has it as work; nobody where no tick has found it yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// The visits of the last year that took place and, more days after than the
/// practice allows, have no charge: the oldest first. Those of which a person
/// has said that there is nothing to charge are left out. Those that are scheduled
/// still are among them: nobody has said whether they took place.
///
/// # Errors
/// Where the store cannot be read.
pub fn missing_charges(
    reader: &dyn Reader,
    config: &Config,
    today: NaiveDate,
) -> Result<Vec<MissingCharge>, EngineError> {
    let allowed = Days::new(u64::from(config.charges.missing_after_days) + 1);
    let Some(last) = today.checked_sub_days(allowed) else {
        return Ok(Vec::new());
    };
    let filter = |kind| RecordFilter {
        kind: Some(kind),
        from: today.checked_sub_days(LOOK_BACK),
        ..RecordFilter::default()
    };
    let charged: BTreeSet<RecordId> = reader
        .records(&filter(RecordKind::Charge))?
        .into_iter()
        .filter(|row| row.state != "void")
        .filter_map(|row| row.parent)
        .collect();
    let visits = RecordFilter {
        to: Some(last),
        ..filter(RecordKind::Encounter)
    };
    let mut missing = Vec::new();
    for row in reader.records(&visits)? {
        let is_settled = match row.state.as_str() {
            "arrived" | "closed" => charged.contains(&row.key.id) || has_nothing(reader, &row.key)?,
            "scheduled" => false,
            _ => true,
        };
        if is_settled {
            continue;
        }
        let Some(Record::Encounter(visit)) = reader.record(&row.key)? else {
            continue;
        };
        let work = reader.record_work(&row.key)?.into_iter();
        let is_unkept = visit.status == EncounterStatus::Scheduled;
        missing.push(MissingCharge {
            status: visit.status,
            visit: visit.id.clone(),
            provider: visit.provider,
            service: visit.service_date(),
            closed: visit.status == EncounterStatus::Closed,
            days: (today - visit.service_date()).num_days(),
            planned: visit.planned.len(),
            owner: work
                .filter(|item| match is_unkept {
                    true => is_about_unkept(item),
                    false => item.kind == WorkKind::Charge,
                })
                .map(|item| item.owner.0)
                .next(),
        });
    }
    Ok(missing)
}

/// Whether a person has said that there is nothing to charge.
fn has_nothing(reader: &dyn Reader, visit: &RecordKey) -> Result<bool, EngineError> {
    let passed = reader.record_overrides(Some(visit))?;
    let mut rules = passed.iter().flat_map(|row| &row.rules);
    Ok(rules.any(|rule| rule == MISSING))
}

/// Gives each visit without charges to a person, once. The visits that are new.
pub(crate) fn open_missing(desk: &mut Desk<'_>) -> Result<Vec<EncounterId>, EngineError> {
    let mut opened = Vec::new();
    let missing = missing_charges(desk.tx.as_ref(), desk.config, desk.today())?;
    for one in missing.into_iter().filter(|one| one.owner.is_none()) {
        let key = RecordKey::from(&one.visit);
        if one.status == EncounterStatus::Scheduled {
            if open_unkept(desk, &key, one.service)? {
                opened.push(one.visit);
            }
            continue;
        }
        if was_told(desk.tx.as_ref(), &key)? {
            continue;
        }
        let reason = format!(
            "nothing is charged for the visit of {}: enter what was done, or say that there is nothing",
            one.service
        );
        desk.open_record_work(WorkKind::Charge, &key, Money::ZERO, reason)?;
        opened.push(one.visit);
    }
    Ok(opened)
}

fn is_about_unkept(item: &WorkItem) -> bool {
    item.kind == WorkKind::Task && item.reason.starts_with(UNKEPT)
}

/// Asks the front desk whether a visit took place, once for its day. Whether they
/// were asked now.
fn open_unkept(
    desk: &mut Desk<'_>,
    visit: &RecordKey,
    day: NaiveDate,
) -> Result<bool, EngineError> {
    let reason = format!(
        "{UNKEPT} that was booked for {day}? Enter the arrival, or that it was called off or missed"
    );
    let history = desk.tx.record_history(visit)?;
    let mut opened = history.iter().filter_map(|row| match &row.event {
        Event::WorkOpened { item } => Some(item),
        _ => None,
    });
    if opened.any(|item| item.reason == reason) {
        return Ok(false);
    }
    let (owner, days) = service_level(WorkKind::Registration);
    let kind = WorkKind::Task;
    desk.open_record_work_for(kind, visit, Money::ZERO, reason, owner, days)?;
    Ok(true)
}

/// Somebody has said what became of a visit, or it has another day.
pub(super) fn settle_unkept(
    desk: &mut Desk<'_>,
    before: &Encounter,
    visit: &Encounter,
) -> Result<(), EngineError> {
    if before.status == visit.status && before.scheduled == visit.scheduled {
        return Ok(());
    }
    let outcome = match visit.status {
        EncounterStatus::Scheduled => format!("it is booked for {} now", visit.scheduled),
        status => format!("the visit is {}", status.as_str()),
    };
    for item in desk.tx.record_work(&(&visit.id).into())? {
        if is_about_unkept(&item) {
            let (item, outcome) = (item.id, outcome.clone());
            desk.record(&Event::WorkClosed { item, outcome })?;
        }
    }
    Ok(())
}

/// Whether somebody was told of it, and it has not been charged for since.
fn was_told(reader: &dyn Reader, visit: &RecordKey) -> Result<bool, EngineError> {
    let mut told = false;
    for row in reader.record_history(visit)? {
        match row.event {
            Event::WorkOpened { item } if item.kind == WorkKind::Charge => told = true,
            Event::WorkClosed { outcome, .. } if outcome == CHARGED => told = false,
            _ => {}
        }
    }
    Ok(told)
}

/// A person says that a visit has nothing to charge. The desk's stamp says who.
pub(crate) fn no_charge(
    desk: &mut Desk<'_>,
    visit: &EncounterId,
    reason: &str,
) -> Result<(), EngineError> {
    let reason = reason.trim();
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(ChargeEntryError::Unsigned.into());
    }
    let Some(found) = desk.encounter(visit)? else {
        let visit = visit.clone();
        return Err(ChargeEntryError::NoVisit { visit }.into());
    };
    let took_place = matches!(
        found.status,
        EncounterStatus::Arrived | EncounterStatus::Closed
    );
    if !took_place {
        let (visit, is) = (visit.clone(), found.status.as_str());
        return Err(ChargeEntryError::NotSeen { visit, is }.into());
    }
    if let Some(first) = charges_of(desk, visit)?.into_iter().next() {
        let (visit, charge) = (visit.clone(), first.id.clone());
        return Err(ChargeEntryError::Charged { visit, charge }.into());
    }
    let key = RecordKey::from(visit);
    desk.record(&Event::RecordOverridden {
        record: key.clone(),
        rules: vec![MISSING.to_owned()],
        reason: reason.to_owned(),
    })?;
    let outcome = format!("nothing to charge, says {}", desk.stamp.actor);
    desk.close_record_work(&key, WorkKind::Charge, &outcome)
}
