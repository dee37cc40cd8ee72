//! Authorizations that are wanted: once for a visit, procedure and payer, and
//! none where one on file covers.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    Authorization, AuthorizationKind, AuthorizationRecord, AuthorizationStatus, AuthorizationWay,
    AuthorizedService, EncounterId, PayerId, ProcedureCode, RecordId, RecordKey, Urgency, WorkKind,
};
use scrubjay_store::RecordFilter;

use super::on_file::{self, AuthorizationOnFile};
use super::planned::Planned;
use super::{ask, clock};
use crate::EngineError;
use crate::desk::{Desk, service_level};

/// Letters of the ids of authorizations.
pub(super) const LETTERS: &str = "A";

/// Who wants to be asked for more than was decided: a person may, a rule would
/// go on for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WantedBy {
    Rule,
    Person,
}

/// What is wanted for a visit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'w> {
    /// The service; `None` means everything that is planned.
    pub(super) procedure: Option<&'w ProcedureCode>,
    pub(super) urgency: Urgency,
    /// First day on which the payer may be asked.
    pub(super) not_before: Option<NaiveDate>,
    pub(super) by: WantedBy,
    /// In words, without patient data.
    pub(super) reason: &'w str,
}

impl<'w> Wanted<'w> {
    pub(super) const fn by_rule(procedure: Option<&'w ProcedureCode>, reason: &'w str) -> Self {
        Self {
            procedure,
            urgency: Urgency::Standard,
            not_before: None,
            by: WantedBy::Rule,
            reason,
        }
    }
}

/// An authorization is wanted for a visit, because a rule of this or another
/// step says so.
pub(crate) fn require(
    desk: &mut Desk<'_>,
    visit: &EncounterId,
    procedure: Option<&ProcedureCode>,
    reason: &str,
) -> Result<(), EngineError> {
    want(desk, visit, &Wanted::by_rule(procedure, reason)).map(drop)
}

/// Keeps an authorization as wanted; returns its id where one is new, or more
/// is wanted by one that waits.
pub(super) fn want(
    desk: &mut Desk<'_>,
    visit: &EncounterId,
    wanted: &Wanted<'_>,
) -> Result<Option<RecordId>, EngineError> {
    let Some(visit) = desk.encounter(visit)? else {
        return Ok(None);
    };
    let Some(planned) = Planned::of(desk, visit)? else {
        return Ok(None);
    };
    let procedures = match wanted.procedure {
        Some(procedure) => vec![procedure.clone()],
        None => planned.procedures(),
    };
    if planned.payer.is_none() {
        let reason = format!(
            "an authorization is wanted, and no payer is on file who could be asked: {}",
            wanted.reason
        );
        clock::open(desk, &RecordKey::from(&planned.visit.id), reason)?;
        return Ok(None);
    }
    let shown = planned.shown(desk)?;
    let mut services = Vec::new();
    for procedure in procedures {
        let covered = shown.iter().any(|held| covers(&planned, held, &procedure));
        if !covered && !is_known(&planned, &procedure, wanted.by) {
            services.push(AuthorizedService {
                approved: planned.units_wanted(&procedure),
                used: Decimal::ZERO,
                procedures: vec![procedure],
            });
        }
    }
    bind(desk, &planned)?;
    if services.is_empty() {
        return Ok(None);
    }
    let held = add(desk, &planned, services, wanted)?;
    hand_on(desk, &planned, &held, wanted)?;
    Ok(Some(held.id))
}

/// Whether an approval covers all that is planned of a procedure.
fn covers(planned: &Planned, held: &Authorization, procedure: &ProcedureCode) -> bool {
    let units = planned.units_wanted(procedure);
    held.covers(procedure, planned.visit.service_date(), units)
        .is_ok()
}

/// Whether this payer was, or is to be, asked for it for this visit.
fn is_known(planned: &Planned, procedure: &ProcedureCode, by: WantedBy) -> bool {
    let own = planned.held.iter().filter(|held| {
        held.is_for(&planned.visit.id) && held.authorization.left(procedure).is_some()
    });
    let mut own = own.map(|held| &held.authorization);
    own.any(|held| match held.status {
        AuthorizationStatus::Required | AuthorizationStatus::Asked => true,
        AuthorizationStatus::Approved | AuthorizationStatus::Denied => by == WantedBy::Rule,
        // What went with a visit that was called off was not decided.
        AuthorizationStatus::Cancelled => by == WantedBy::Rule && held.decided.is_some(),
    })
}

/// Adds services to what waits for the visit, or makes a new authorization.
fn add(
    desk: &mut Desk<'_>,
    planned: &Planned,
    services: Vec<AuthorizedService>,
    wanted: &Wanted<'_>,
) -> Result<AuthorizationOnFile, EngineError> {
    let visit = &planned.visit;
    let waits = planned.held.iter().find(|held| {
        held.encounter.as_ref() == Some(&visit.id)
            && held.authorization.status == AuthorizationStatus::Required
    });
    let (id, mut record, urgency) = match waits {
        Some(held) => (
            held.id.clone(),
            held.authorization.clone().into_record(),
            held.urgency,
        ),
        None => {
            let payer = planned.payer.clone();
            let payer = payer.ok_or_else(|| super::contradiction("nobody is to be asked"))?;
            let record = blank(planned, payer);
            (desk.new_record_id(LETTERS)?, record, wanted.urgency)
        }
    };
    record.services.extend(services);
    let held = AuthorizationOnFile {
        id,
        encounter: Some(visit.id.clone()),
        urgency: urgency.max(wanted.urgency),
        authorization: Authorization::new(record).map_err(super::contradiction)?,
    };
    desk.keep(held.clone(), wanted.not_before)?;
    Ok(held)
}

/// What is wanted of a payer for a visit, before any service is named.
fn blank(planned: &Planned, payer: PayerId) -> AuthorizationRecord {
    let day = planned.visit.service_date();
    AuthorizationRecord {
        patient: planned.patient.key.clone(),
        payer,
        kind: AuthorizationKind::PriorAuthorization,
        status: AuthorizationStatus::Required,
        number: None,
        asked: None,
        decided: None,
        from: Some(day),
        to: Some(day),
        services: Vec::new(),
        way: None,
        visits: Vec::new(),
        uses: Vec::new(),
        answer: None,
    }
}

/// Where the payer is not asked electronically, a person asks: before the visit.
fn hand_on(
    desk: &mut Desk<'_>,
    planned: &Planned,
    held: &AuthorizationOnFile,
    wanted: &Wanted<'_>,
) -> Result<(), EngineError> {
    let way = match ask::way(desk.config, &held.authorization.payer) {
        ask::Way::Channel(_) => return Ok(()),
        ask::Way::Person(way) => format!("by {}", way.as_str()),
        ask::Way::None => format!(
            "by {} or {} (no channel leads to it)",
            AuthorizationWay::Portal.as_str(),
            AuthorizationWay::Phone.as_str()
        ),
    };
    let codes: Vec<&str> = held
        .authorization
        .services
        .iter()
        .flat_map(|service| &service.procedures)
        .map(ProcedureCode::as_str)
        .collect();
    let day = planned.visit.service_date();
    let reason = format!(
        "ask payer {} {way} to authorize {} for visit {} on {day}: {}",
        held.authorization.payer,
        codes.join(", "),
        planned.visit.id,
        wanted.reason
    );
    let usual = service_level(WorkKind::Authorization).1;
    let left = (day - desk.today()).num_days().max(0);
    let days = u32::try_from(left).map_or(usual, |left| left.min(usual));
    clock::open_within(desk, &held.key(), reason, days)
}

/// Books a visit under the approvals that cover what is planned.
pub(super) fn bind(desk: &mut Desk<'_>, planned: &Planned) -> Result<(), EngineError> {
    let shown = planned.shown(desk)?;
    let mut bound = Vec::new();
    for procedure in planned.procedures() {
        let mut covering = planned.held.iter().zip(&shown);
        let covering = covering.find(|(_, shown)| covers(planned, shown, &procedure));
        if let Some((held, _)) = covering
            && !held.is_for(&planned.visit.id)
            && !bound.contains(&held.id)
        {
            bound.push(held.id.clone());
        }
    }
    for id in bound {
        let Some(mut held) = on_file::one(desk.tx.as_ref(), &id)? else {
            continue;
        };
        if held.is_for(&planned.visit.id) {
            continue;
        }
        let mut record = held.authorization.into_record();
        record.visits.push(planned.visit.id.clone());
        held.authorization = Authorization::new(record).map_err(super::contradiction)?;
        clock::keep(desk, held)?;
    }
    Ok(())
}

/// What waits for a visit follows it to another day and other units, and is
/// asked for no sooner than the rules say now.
pub(super) fn follow_visit(
    desk: &mut Desk<'_>,
    planned: &Planned,
    not_before: Option<NaiveDate>,
) -> Result<(), EngineError> {
    let day = planned.visit.service_date();
    let waiting = planned.held.iter().filter(|held| {
        held.encounter.as_ref() == Some(&planned.visit.id)
            && held.authorization.status == AuthorizationStatus::Required
    });
    for held in waiting {
        let mut record = held.authorization.clone().into_record();
        (record.from, record.to) = (Some(day), Some(day));
        for service in &mut record.services {
            let procedures = service.procedures.iter();
            let units: Decimal = procedures
                .map(|procedure| planned.units_of(procedure))
                .sum();
            if units > Decimal::ZERO {
                service.approved = units;
            }
        }
        let authorization = Authorization::new(record).map_err(super::contradiction)?;
        let row = desk.tx.record_row(&held.key())?;
        let due = row.and_then(|row| row.due);
        if authorization != held.authorization || due != not_before {
            let held = AuthorizationOnFile {
                authorization,
                ..held.clone()
            };
            desk.keep(held, not_before)?;
        }
    }
    Ok(())
}

/// What waits for a visit and is covered by an approval that has come since is
/// not asked for: the payer would decide it twice.
pub(super) fn drop_covered(desk: &mut Desk<'_>, planned: &Planned) -> Result<(), EngineError> {
    let shown = planned.shown(desk)?;
    for held in &planned.held {
        let waits = held.encounter.as_ref() == Some(&planned.visit.id)
            && held.authorization.status == AuthorizationStatus::Required;
        let services = held.authorization.services.iter();
        let mut asked = services.flat_map(|service| &service.procedures).peekable();
        if !waits || asked.peek().is_none() {
            continue;
        }
        if asked.all(|procedure| shown.iter().any(|one| covers(planned, one, procedure))) {
            let outcome = "an approval on file covers it";
            give_up(desk, held.clone(), outcome)?;
        }
    }
    Ok(())
}

/// Cancels what nobody has asked for, and closes its work. It was not decided.
fn give_up(
    desk: &mut Desk<'_>,
    mut held: AuthorizationOnFile,
    outcome: &str,
) -> Result<(), EngineError> {
    let mut record = held.authorization.into_record();
    record.status = AuthorizationStatus::Cancelled;
    held.authorization = Authorization::new(record).map_err(super::contradiction)?;
    let key = held.key();
    clock::keep(desk, held)?;
    desk.close_record_work(&key, WorkKind::Authorization, outcome)
}

/// A visit that was called off wants nothing more: what nobody has asked for is
/// cancelled. What was asked stands, since it may be granted.
pub(super) fn let_go(desk: &mut Desk<'_>, visit: &EncounterId) -> Result<(), EngineError> {
    let Some(visit_record) = desk.tx.record_row(&visit.into())? else {
        return Ok(());
    };
    let outcome = "the visit was called off, or plans it no more";
    desk.close_record_work(&visit_record.key, WorkKind::Authorization, outcome)?;
    let filter = RecordFilter {
        parent: Some(visit_record.key.id),
        state: Some(AuthorizationStatus::Required.as_str().to_owned()),
        ..RecordFilter::default()
    };
    for held in on_file::all(desk.tx.as_ref(), &filter)? {
        give_up(desk, held, outcome)?;
    }
    Ok(())
}
