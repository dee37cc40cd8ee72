//! What is on file about a patient beside the registration itself: all that the
//! hook `registration` may look at.

use chrono::NaiveDate;
use scrubjay_hooks::RegistrationSubject;
use scrubjay_model::{
    Coverage, EligibilityAnswer, Encounter, Part2, Patient, PayerProfile, RecordKind,
};
use scrubjay_store::{RecordFilter, person_key};

use crate::desk::Desk;
use crate::steps::eligibility::latest_about;
use crate::{Config, EngineError};

/// What is on file about a patient, for a day.
pub(super) struct OnFile {
    /// Day of the visit, else today.
    pub(super) day: NaiveDate,
    coverages: Vec<Coverage>,
    payer: Option<PayerProfile>,
    payers: Vec<PayerProfile>,
    answer: Option<EligibilityAnswer>,
    look_alikes: u32,
    part2: Option<Part2>,
}

impl OnFile {
    pub(super) fn of(
        desk: &Desk<'_>,
        patient: &Patient,
        visit: Option<&Encounter>,
    ) -> Result<Self, EngineError> {
        let day = day_of(desk, visit);
        let config = desk.config;
        let mut coverages = patient.coverages_on(day);
        for coverage in coverages.iter_mut().filter(|one| one.payer.is_none()) {
            // Rules know payers by their id; a form may have the name alone.
            coverage.payer = payer_of(config, coverage).map(|payer| payer.id.clone());
        }
        let first = coverages.first();
        let payer = first.and_then(|first| payer_of(config, first)).cloned();
        let answer = match first.and_then(|first| first.payer.as_ref()) {
            Some(payer) => latest_about(desk.tx.as_ref(), config, &patient.key, payer)?,
            None => None,
        };
        Ok(Self {
            day,
            payer,
            payers: config
                .payers
                .iter()
                .map(|payer| payer.profile.clone())
                .collect(),
            answer: answer.and_then(|inquiry| inquiry.answer),
            look_alikes: look_alikes(desk, patient)?,
            part2: patient.consent.part2.on(day),
            coverages,
        })
    }

    pub(super) fn subject<'a>(
        &'a self,
        patient: &'a Patient,
        visit: Option<&'a Encounter>,
    ) -> RegistrationSubject<'a> {
        RegistrationSubject {
            phone: patient.phone.as_deref(),
            payer: self.payer.as_ref(),
            payers: &self.payers,
            msp: Some(&patient.msp),
            eligibility: self.answer.as_deref(),
            visit: visit.map(|visit| &**visit),
            look_alikes: self.look_alikes,
            part2: self.part2,
            ..RegistrationSubject::of(&patient.person, &self.coverages)
        }
    }
}

/// What the practice knows of a coverage's payer.
pub(super) fn payer_of<'c>(config: &'c Config, coverage: &Coverage) -> Option<&'c PayerProfile> {
    let ids: Vec<&str> = coverage.payer.iter().map(|id| id.as_str()).collect();
    let payer = config.payer(&ids, &coverage.payer_name.last)?;
    Some(&payer.profile)
}

/// Other patients on file with the same name and date of birth. Where the date
/// is not known nobody can say.
fn look_alikes(desk: &Desk<'_>, patient: &Patient) -> Result<u32, EngineError> {
    if patient.person.born.is_none() {
        return Ok(0);
    }
    let Ok(person) = person_key(&patient.person).parse() else {
        return Ok(0);
    };
    let filter = RecordFilter {
        kind: Some(RecordKind::Patient),
        parent: Some(person),
        ..RecordFilter::default()
    };
    let rows = desk.tx.records(&filter)?;
    let others = rows
        .iter()
        .filter(|row| row.key.id.as_str() != patient.key.as_str());
    Ok(u32::try_from(others.count()).unwrap_or(u32::MAX))
}

/// The day for which a registration is judged: of the visit, else today.
fn day_of(desk: &Desk<'_>, visit: Option<&Encounter>) -> NaiveDate {
    visit.map_or_else(|| desk.today(), |visit| visit.service_date())
}
