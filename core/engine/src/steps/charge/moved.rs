//! A visit gets another day, or does not take place after all: what becomes of
//! its charges.

use scrubjay_model::{
    Axis, Billing, Charge, ChargeId, Encounter, EncounterStatus, RecordKey, WorkItem, WorkKind,
};
use scrubjay_store::Event;

use super::{as_entered, charges_of, list_price, missing, payer_of, settle};
use crate::EngineError;
use crate::desk::{Desk, service_level};

/// How work about charges whose visit has changed begins, by which it is known.
const MARK: &str = "the visit of this charge";

/// Charges that have the day of their visit go with it to another day. One with a
/// day of its own, one that stands on a claim, and those of a visit that is called
/// off are for a person.
pub(crate) fn follow_visit(
    desk: &mut Desk<'_>,
    before: &Encounter,
    visit: &Encounter,
) -> Result<(), EngineError> {
    missing::settle_unkept(desk, before, visit)?;
    let (old, new) = (before.service_date(), visit.service_date());
    let is_off = !matches!(
        visit.status,
        EncounterStatus::Arrived | EncounterStatus::Closed
    );
    if old == new && before.status == visit.status {
        return Ok(());
    }
    for charge in charges_of(desk, &visit.id)? {
        if is_off {
            let state = visit.status.as_str();
            let reason = format!("{MARK} is {state}: take the charge back, or correct the visit");
            tell(desk, &charge, reason)?;
            continue;
        }
        settle_told(desk, &charge.id, "the visit was told anew")?;
        if old == new {
            continue;
        }
        match moved(desk, before, visit, &charge)? {
            Some(moved) => desk.keep(moved, None)?,
            None => tell(desk, &charge, stays(&charge, visit))?,
        }
    }
    if old != new {
        settle::settle(desk, &visit.id)?;
    }
    Ok(())
}

/// The charge on the visit's new day, at that day's price where its amount is the
/// charge master's; `None` where it cannot go along.
fn moved(
    desk: &Desk<'_>,
    before: &Encounter,
    visit: &Encounter,
    charge: &Charge,
) -> Result<Option<Charge>, EngineError> {
    let mut record = as_entered(desk.tx.as_ref(), charge)?;
    if charge.billing != Billing::Unbilled || record.service != before.service_date() {
        return Ok(None);
    }
    let patient = desk.patient(&visit.patient)?;
    let payer_then = payer_of(desk.config, patient.as_ref(), before.service_date());
    let payer_now = payer_of(desk.config, patient.as_ref(), visit.service_date());
    let is_list = list_price(desk.config, &record, payer_then.key()) == Some(record.amount);
    record.service = visit.service_date();
    if let (true, Some(price)) = (is_list, list_price(desk.config, &record, payer_now.key())) {
        record.amount = price;
    }
    Ok(Charge::of(visit, record).ok())
}

fn stays(charge: &Charge, visit: &Encounter) -> String {
    let (day, service) = (visit.service_date(), charge.service);
    match &charge.billing {
        Billing::Billed { claim } => format!(
            "{MARK} is of {day} now, and it stands on claim {claim} with {service}: correct or replace the claim, or correct the visit"
        ),
        _ => format!(
            "{MARK} is of {day} now, and the charge stays on {service}: correct it where it is wrong"
        ),
    }
}

fn tell(desk: &mut Desk<'_>, charge: &Charge, reason: String) -> Result<(), EngineError> {
    settle_told(desk, &charge.id, "the visit was told anew")?;
    let (owner, days) = service_level(WorkKind::Charge);
    let key = RecordKey::from(&charge.id);
    // As a task: what holds a charge is for rules, and closes when they find no more.
    desk.open_record_work_for(WorkKind::Task, &key, charge.amount, reason, owner, days)
}

/// Closes what was told of a charge, since it or its visit was told anew.
pub(super) fn settle_told(
    desk: &mut Desk<'_>,
    charge: &ChargeId,
    outcome: &str,
) -> Result<(), EngineError> {
    let is_ours = |item: &WorkItem| item.kind == WorkKind::Task && item.reason.starts_with(MARK);
    for item in desk.tx.record_work(&charge.into())? {
        if is_ours(&item) {
            let (item, outcome) = (item.id, outcome.to_owned());
            desk.record(&Event::WorkClosed { item, outcome })?;
        }
    }
    Ok(())
}
