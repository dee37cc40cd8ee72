//! Clocks on authorizations: the payer's time to decide, and what runs out
//! while visits are booked. Each warning is given once, as work.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use scrubjay_model::{
    AuthorizationStatus, BusinessCalendar, Deadline, DeadlineBasis, DeadlineKind, Encounter,
    EncounterStatus, Length, LineOfBusiness, Money, ProcedureCode, Record, RecordKey, RecordKind,
    Urgency, WorkKind,
};
use scrubjay_store::{Event, RecordFilter};
use serde::Serialize;

use super::on_file::{self, AuthorizationOnFile};
use crate::desk::{Desk, service_level};
use crate::{Config, EngineError};

/// What somebody was told of an authorization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizationWarning {
    /// The authorization's record.
    pub record: RecordKey,
    /// What is the matter, without patient data.
    pub reason: String,
}

/// How many days before a visit somebody calls a payer that has not decided.
const DAYS_BEFORE_VISIT: u64 = 2;

/// First day of the clocks that CMS-0057-F sets (89 FR 8758).
fn clocks_begin() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).expect("1 January 2026 is a day")
}

/// The payer's time to decide on what it was asked on a day. The law's for
/// Medicare Advantage and Medicaid since 2026 (42 CFR 422.568(b)(1), 422.572(a),
/// 438.210(d)); else the payer's terms; else, for commercial plans, 15 days, or
/// 72 hours where it is urgent (29 CFR 2560.503-1(f)(2)).
pub(crate) fn decision(
    config: &Config,
    held: &AuthorizationOnFile,
) -> Option<(Deadline, NaiveDate)> {
    let authorization = &held.authorization;
    let asked = authorization
        .asked
        .filter(|_| authorization.status == AuthorizationStatus::Asked)?;
    let payer = config.payer(&[authorization.payer.as_str()], "");
    let line = payer.map_or(LineOfBusiness::Other, |payer| payer.profile.line);
    let is_bound = matches!(
        line,
        LineOfBusiness::MedicareAdvantage | LineOfBusiness::Medicaid
    );
    let deadline = if is_bound && asked >= clocks_begin() {
        Deadline::authorization_decision(asked, held.urgency)
    } else {
        let agreed = payer.and_then(|payer| payer.authorizations.decides_in(held.urgency));
        let usual = match (line, held.urgency) {
            (LineOfBusiness::Commercial, Urgency::Standard) => Some(Length::CalendarDays(15)),
            (LineOfBusiness::Commercial, Urgency::Expedited) => Some(Length::Hours(72)),
            _ => None,
        };
        Deadline {
            kind: DeadlineKind::AuthorizationDecision,
            basis: asked,
            basis_of: DeadlineBasis::Asked,
            length: agreed.or(usual)?,
            roll: payer
                .map(|payer| payer.terms.rolls)
                .unwrap_or_default()
                .into(),
            proof: None,
        }
    };
    let due = deadline.due(&BusinessCalendar::default());
    Some((deadline, due))
}

/// How many days before its end an approval is looked at.
fn ahead(config: &Config, held: &AuthorizationOnFile) -> u64 {
    let payer = config.payer(&[held.authorization.payer.as_str()], "");
    payer.map_or(super::terms::WARN_DAYS, |payer| {
        u64::from(payer.authorizations.warn_days)
    })
}

/// Keeps an authorization, with the day on which it must be looked at next.
pub(crate) fn keep(desk: &mut Desk<'_>, held: AuthorizationOnFile) -> Result<(), EngineError> {
    let next = next_look(desk.config, &held, desk.today());
    desk.keep(held, next)
}

/// The next day after today on which a clock of it may run out.
fn next_look(config: &Config, held: &AuthorizationOnFile, today: NaiveDate) -> Option<NaiveDate> {
    let authorization = &held.authorization;
    let days: Vec<Option<NaiveDate>> = match authorization.status {
        AuthorizationStatus::Asked => vec![
            decision(config, held).and_then(|(_, due)| due.succ_opt()),
            near_visit(held),
        ],
        AuthorizationStatus::Approved => {
            vec![
                authorization
                    .to
                    .and_then(|to| to.checked_sub_days(Days::new(ahead(config, held)))),
            ]
        }
        _ => Vec::new(),
    };
    days.into_iter().flatten().filter(|day| *day > today).min()
}

/// The day from which the payer's answer is wanted by telephone, since the
/// visit is near.
fn near_visit(held: &AuthorizationOnFile) -> Option<NaiveDate> {
    held.encounter.as_ref()?;
    held.authorization
        .from?
        .checked_sub_days(Days::new(DAYS_BEFORE_VISIT))
}

/// Looks at every authorization of which a clock may have run out.
pub(crate) fn fire_due(desk: &mut Desk<'_>) -> Result<Vec<AuthorizationWarning>, EngineError> {
    let rows = desk.tx.records(&RecordFilter {
        kind: Some(RecordKind::Authorization),
        due_by: Some(desk.today()),
        ..RecordFilter::default()
    })?;
    let mut fired = Vec::new();
    for row in rows {
        let Some(held) = on_file::one(desk.tx.as_ref(), &row.key.id)? else {
            continue;
        };
        match held.authorization.status {
            AuthorizationStatus::Asked => fired.extend(press(desk, &held)?),
            AuthorizationStatus::Approved => fired.extend(warn(desk, &held)?),
            // One that is wanted from this day on leaves with the next questions.
            _ => continue,
        }
        keep(desk, held)?;
    }
    Ok(fired)
}

/// Calls for the payer's decision where its time is up or the visit is near.
fn press(
    desk: &mut Desk<'_>,
    held: &AuthorizationOnFile,
) -> Result<Option<AuthorizationWarning>, EngineError> {
    let today = desk.today();
    let asked = held.authorization.asked;
    let asked = asked.map_or_else(String::new, |day| format!(" what was asked on {day}"));
    if let Some((_, due)) = decision(desk.config, held).filter(|(_, due)| today > *due) {
        let reason = format!("the payer was to decide by {due} on{asked}: escalate");
        if let Some(told) = tell_once(desk, held, &reason, "")? {
            return Ok(Some(told));
        }
    }
    let Some(from) = held.authorization.from else {
        return Ok(None);
    };
    if near_visit(held).is_some_and(|day| today >= day) {
        let mark = format!("the visit is on {from} and the payer has not decided");
        let rest = format!(" on{asked}: call, or move the visit");
        return tell_once(desk, held, &mark, &rest);
    }
    Ok(None)
}

/// Warns where an approval ends, or its units do, before visits that are booked.
pub(crate) fn warn(
    desk: &mut Desk<'_>,
    held: &AuthorizationOnFile,
) -> Result<Option<AuthorizationWarning>, EngineError> {
    let authorization = &held.authorization;
    let (AuthorizationStatus::Approved, Some(to)) = (authorization.status, authorization.to) else {
        return Ok(None);
    };
    let booked = booked(desk, held)?;
    let is_near = to
        .checked_sub_days(Days::new(ahead(desk.config, held)))
        .is_none_or(|day| desk.today() >= day);
    let behind: Vec<&Booked> = booked.iter().filter(|visit| visit.day > to).collect();
    if let Some(first) = behind.first().filter(|_| is_near) {
        let mark = format!("the authorization ends on {to}");
        let rest = format!(
            ", and {} is booked for {}: ask for more time",
            count_of(behind.len(), "visit"),
            first.day
        );
        let told = tell_once(desk, held, &mark, &rest)?;
        if told.is_some() {
            return Ok(told);
        }
    }
    for service in &authorization.services {
        let wanted: Decimal = booked
            .iter()
            .filter(|visit| visit.day <= to && service.procedures.contains(&visit.procedure))
            .map(|visit| visit.units)
            .sum();
        let left = service.left();
        if wanted <= left {
            continue;
        }
        let codes: Vec<&str> = service
            .procedures
            .iter()
            .map(ProcedureCode::as_str)
            .collect();
        let mark = format!(
            "the {} units of {} are nearly used up",
            service.approved.normalize(),
            codes.join(", ")
        );
        let rest = format!(
            ": {} are left, and visits are booked for {}: ask for more",
            left.normalize(),
            wanted.normalize()
        );
        let told = tell_once(desk, held, &mark, &rest)?;
        if told.is_some() {
            return Ok(told);
        }
    }
    Ok(None)
}

fn count_of(count: usize, what: &str) -> String {
    match count {
        1 => format!("a {what}"),
        _ => format!("the first of {count} {what}s"),
    }
}

/// A service of a visit that is to come, of the procedures of an authorization.
struct Booked {
    day: NaiveDate,
    procedure: ProcedureCode,
    units: Decimal,
}

/// What is booked for the patient of an authorization, of its procedures, that
/// nothing else on file is for; by day.
fn booked(desk: &Desk<'_>, held: &AuthorizationOnFile) -> Result<Vec<Booked>, EngineError> {
    let authorization = &held.authorization;
    let reader = desk.tx.as_ref();
    let visits = desk.records(&RecordFilter {
        kind: Some(RecordKind::Encounter),
        patient: Some(authorization.patient.clone()),
        state: Some(scrubjay_model::Axis::as_str(EncounterStatus::Scheduled).to_owned()),
        from: Some(desk.today()),
        ..RecordFilter::default()
    })?;
    let mut others = on_file::with_payer(
        reader,
        desk.config,
        &authorization.patient,
        &authorization.payer,
    )?;
    others.retain(|other| other.id != held.id);
    let is_for_another = |visit: &Encounter, procedure: &ProcedureCode| {
        others.iter().any(|other| match other.authorization.status {
            AuthorizationStatus::Required | AuthorizationStatus::Asked => {
                other.authorization.left(procedure).is_some()
            }
            AuthorizationStatus::Approved => {
                let covers =
                    other
                        .authorization
                        .covers(procedure, visit.service_date(), Decimal::ONE);
                covers.is_ok()
            }
            _ => false,
        })
    };
    let mut booked = Vec::new();
    for record in visits {
        let Record::Encounter(visit) = record else {
            continue;
        };
        for planned in &visit.planned {
            let procedure = &planned.procedure;
            if authorization.left(procedure).is_some() && !is_for_another(&visit, procedure) {
                booked.push(Booked {
                    day: visit.service_date(),
                    procedure: procedure.clone(),
                    units: planned.units,
                });
            }
        }
    }
    booked.sort_by_key(|one| one.day);
    Ok(booked)
}

/// Opens work on an authorization, unless it was opened before with a reason
/// that begins with the same mark, be it done or not.
fn tell_once(
    desk: &mut Desk<'_>,
    held: &AuthorizationOnFile,
    mark: &str,
    rest: &str,
) -> Result<Option<AuthorizationWarning>, EngineError> {
    let record = held.key();
    let was_told = desk.tx.record_history(&record)?.iter().any(
        |row| matches!(&row.event, Event::WorkOpened { item } if item.reason.starts_with(mark)),
    );
    if was_told {
        return Ok(None);
    }
    let reason = format!("{mark}{rest}");
    open(desk, &record, reason.clone())?;
    Ok(Some(AuthorizationWarning { record, reason }))
}

/// Opens work about an authorization, or about the visit that wants one. What is
/// open already is not opened twice.
pub(crate) fn open(
    desk: &mut Desk<'_>,
    record: &RecordKey,
    reason: String,
) -> Result<(), EngineError> {
    let days = service_level(WorkKind::Authorization).1;
    open_within(desk, record, reason, days)
}

/// The same, to be done within so many days.
pub(crate) fn open_within(
    desk: &mut Desk<'_>,
    record: &RecordKey,
    reason: String,
    days: u32,
) -> Result<(), EngineError> {
    let kind = WorkKind::Authorization;
    let open = desk.tx.record_work(record)?;
    if open
        .iter()
        .any(|item| item.kind == kind && item.reason == reason)
    {
        return Ok(());
    }
    let owner = service_level(kind).0;
    desk.open_record_work_for(kind, record, Money::ZERO, reason, owner, days)
}
