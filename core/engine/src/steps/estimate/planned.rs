//! What is planned for a visit, at the practice's own prices.

use scrubjay_model::{Encounter, EncounterId, LineOfBusiness, Patient, PlannedService, Record};
use scrubjay_store::Reader;

use super::{EstimateRefusal, EstimateService};
use crate::steps::eligibility::{asked_about, payer_of};
use crate::{Config, EngineError};

/// The services that a visit is booked for, each at the charge master's price
/// of its day for whoever pays.
pub(crate) fn planned(
    reader: &dyn Reader,
    config: &Config,
    visit: &EncounterId,
) -> Result<Vec<EstimateService>, EngineError> {
    let unknown = || EstimateRefusal::UnknownVisit {
        visit: visit.clone(),
    };
    let Some(Record::Encounter(found)) = reader.record(&visit.into())? else {
        return Err(unknown().into());
    };
    let Some(Record::Patient(patient)) = reader.record(&(&found.patient).into())? else {
        return Err(EstimateRefusal::UnknownPatient.into());
    };
    if found.planned.is_empty() {
        let visit = visit.clone();
        return Err(EstimateRefusal::NothingPlanned { visit }.into());
    }
    let payer = payer_key(config, &patient, &found);
    let priced = found.planned.iter().map(|service| {
        let priced = priced(config, service, payer, &found);
        let no_price = || EstimateRefusal::NoPrice {
            procedure: service.procedure.clone(),
            day: found.service_date(),
        };
        priced.ok_or_else(|| no_price().into())
    });
    priced.collect()
}

/// The key of whoever pays first: the payer of the day, else the one that
/// stands for patients who pay alone.
fn payer_key<'c>(config: &'c Config, patient: &Patient, visit: &Encounter) -> Option<&'c str> {
    let covered = asked_about(config, patient, visit.service_date());
    match covered.first() {
        Some(coverage) => payer_of(config, coverage),
        None => {
            let mut payers = config.payers.iter();
            payers.find(|payer| payer.profile.line == LineOfBusiness::SelfPay)
        }
    }
    .map(|payer| payer.profile.key.as_str())
}

fn priced(
    config: &Config,
    service: &PlannedService,
    payer: Option<&str>,
    visit: &Encounter,
) -> Option<EstimateService> {
    let PlannedService {
        procedure,
        modifiers,
        units,
        ..
    } = service;
    let day = visit.service_date();
    let price = config.prices.find(procedure, modifiers, payer, day)?;
    Some(EstimateService {
        // No list of descriptions ships: who knows a better word says it.
        words: format!("Planned service {procedure}"),
        procedure: procedure.clone(),
        units: *units,
        charge: price.times(*units)?,
        allowed: None,
        service_type: None,
    })
}
