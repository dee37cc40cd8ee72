//! A charge is taken back: it was entered wrongly.

use scrubjay_model::{Billing, Charge, ChargeId, RecordKey, WorkKind};
use scrubjay_store::Event;

use super::{ChargeEntryError, settle};
use crate::EngineError;
use crate::desk::Desk;

/// Takes a charge back, with a reason. The desk's stamp says who.
pub(crate) fn take_back(
    desk: &mut Desk<'_>,
    id: &ChargeId,
    reason: &str,
) -> Result<Charge, EngineError> {
    let reason = reason.trim();
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(ChargeEntryError::Unsigned.into());
    }
    let charge = id.clone();
    let Some(mut held) = desk.charge(id)? else {
        return Err(ChargeEntryError::NoCharge { charge }.into());
    };
    match &held.billing {
        Billing::Unbilled => {}
        Billing::Billed { claim } => {
            let claim = claim.clone();
            return Err(ChargeEntryError::Billed { charge, claim }.into());
        }
        Billing::Void => return Err(ChargeEntryError::TakenBack { charge }.into()),
    }
    held.void().map_err(ChargeEntryError::from)?;
    let key = RecordKey::from(id);
    // Why, stands with no rule: nothing that was found is passed.
    desk.record(&Event::RecordOverridden {
        record: key.clone(),
        rules: Vec::new(),
        reason: reason.to_owned(),
    })?;
    desk.keep(held.clone(), None)?;
    let outcome = format!("taken back by {}", desk.stamp.actor);
    for kind in [WorkKind::Charge, WorkKind::Task] {
        desk.close_record_work(&key, kind, &outcome)?;
    }
    settle::settle(desk, &held.encounter)?;
    Ok(held)
}
