//! Step 1: what care will cost the patient, told beforehand. With cover, the
//! share that the payer's answer leaves to them; without, the good-faith
//! estimate of 45 CFR 149.610 with its deadlines.

mod given;
mod page;
mod planned;
mod reckon;
mod required;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    BenefitNetwork, CoverageAnswer, Encounter, EncounterId, Estimate, EstimateError, EstimateKind,
    EstimateLine, EstimateRecord, EstimateStep, EstimateStepKind, InquiryRecord, Money, Npi,
    Patient, PatientKey, ProcedureCode, RecordId, ServiceType,
};

pub use given::GivenEstimate;
pub(crate) use given::{give, rendered};
pub(crate) use planned::planned;
pub use required::RequestedEstimate;
pub(crate) use required::{follow_visit, lapse, request, require};

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::eligibility::{asked_about, latest_about, payer_of};

/// A service of an estimate, as the practice knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimateService {
    /// What will be done, in words that the patient understands.
    pub words: String,
    /// Procedure.
    pub procedure: ProcedureCode,
    /// Units, above zero.
    pub units: Decimal,
    /// Charge for all units together, discounts taken off.
    pub charge: Money,
    /// What the payer allows for it, where the practice knows; more than the
    /// charge is not expected.
    pub allowed: Option<Money>,
    /// The type of service under which the payer tells its benefits, such as
    /// 98 for a visit to a physician. Without one the first of which the answer
    /// tells something: the types that it was asked about, 98, then the plan as a
    /// whole (30).
    pub service_type: Option<ServiceType>,
}

/// Who pays what an estimate is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EstimatePayer {
    /// Whoever covers the patient on the day; without cover, the patient.
    #[default]
    Coverage,
    /// The patient alone, who does not use their insurance.
    PatientAlone,
}

/// On what an estimate is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EstimateCause {
    /// The visit was booked.
    #[default]
    Booked,
    /// The patient asked for it.
    Requested,
}

/// What an estimate is to be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimateRequest {
    /// The patient.
    pub patient: PatientKey,
    /// The visit; `None` where none is booked.
    pub visit: Option<EncounterId>,
    /// Who will give the services; `None` for the provider of the visit.
    pub provider: Option<Npi>,
    /// Who pays.
    pub payer: EstimatePayer,
    /// On what it is made.
    pub cause: EstimateCause,
    /// Whether the provider is in the plan's network.
    pub network: BenefitNetwork,
    /// Services, at least one.
    pub services: Vec<EstimateService>,
}

impl EstimateRequest {
    /// An estimate of services for a patient's visit, by its coverage.
    #[must_use]
    pub fn of(
        patient: PatientKey,
        visit: Option<EncounterId>,
        services: Vec<EstimateService>,
    ) -> Self {
        Self {
            patient,
            visit,
            provider: None,
            payer: EstimatePayer::default(),
            cause: EstimateCause::default(),
            network: BenefitNetwork::In,
            services,
        }
    }
}

impl EstimateRequest {
    /// All that it says, for the digest of a call under a key.
    pub(crate) fn parts(&self) -> Vec<String> {
        let mut parts = vec![
            self.patient.to_string(),
            self.visit
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            self.provider
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            format!("{:?} {:?} {:?}", self.payer, self.cause, self.network),
        ];
        for service in &self.services {
            let allowed = service.allowed.as_ref().map(ToString::to_string);
            let of = service.service_type.as_ref().map(ToString::to_string);
            parts.extend([
                service.words.clone(),
                service.procedure.to_string(),
                service.units.to_string(),
                service.charge.to_string(),
                allowed.unwrap_or_default(),
                of.unwrap_or_default(),
            ]);
        }
        parts
    }
}

/// Why there is no estimate; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateRefusal {
    /// The patient is not registered.
    #[error("there is no patient under that key; register the patient first")]
    UnknownPatient,
    /// There is no such visit of the patient.
    #[error("the patient has no visit {visit}; book it first, or estimate without one")]
    UnknownVisit {
        /// Visit.
        visit: EncounterId,
    },
    /// The visit does not take place.
    #[error("visit {visit} is called off: estimate another one, or without a visit")]
    CalledOff {
        /// Visit.
        visit: EncounterId,
    },
    /// The visit has another day than when the estimate was made.
    #[error("visit {visit} is booked for {day} now: make the estimate anew, and give that")]
    Moved {
        /// Visit.
        visit: EncounterId,
        /// The day that it has now.
        day: NaiveDate,
    },
    /// Nobody is named.
    #[error("an estimate names who makes or gives it; give a name")]
    Unsigned,
    /// Neither a visit nor a provider was told.
    #[error("an estimate without a visit names who will give the service; give the provider's NPI")]
    NoProvider,
    /// A charge or an allowed amount below zero.
    #[error("service {service} of the estimate has an amount below zero")]
    Amount {
        /// Service, 1-based.
        service: usize,
    },
    /// The payer has not been asked, or has not answered.
    #[error(
        "the payer has not answered about the patient's cover on {day}: ask it first, or estimate \
         for a patient who pays alone"
    )]
    NoAnswer {
        /// Day.
        day: NaiveDate,
    },
    /// By the payer's answer there is no cover.
    #[error(
        "by the payer's answer {answer} there is no cover on {day}: find the plan that is in \
         force, or estimate for a patient who pays alone"
    )]
    NoCover {
        /// The question that was answered.
        answer: RecordId,
        /// Day.
        day: NaiveDate,
    },
    /// The visit names no services.
    #[error("nothing is planned for visit {visit}: name the services")]
    NothingPlanned {
        /// Visit.
        visit: EncounterId,
    },
    /// The practice's charge master does not have a service.
    #[error(
        "the charge master has no price of {procedure} on {day}: enter one, or name the service \
         with its charge"
    )]
    NoPrice {
        /// Procedure.
        procedure: ProcedureCode,
        /// Day.
        day: NaiveDate,
    },
    /// There is no such estimate.
    #[error("there is no estimate {estimate}")]
    UnknownEstimate {
        /// Estimate.
        estimate: RecordId,
    },
    /// It would be no estimate that may be given.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
}

/// Reckons an estimate and keeps it.
pub(crate) fn make(
    desk: &mut Desk<'_>,
    request: &EstimateRequest,
) -> Result<Estimate, EngineError> {
    signed(desk)?;
    let (patient, visit) = whose(desk, &request.patient, request.visit.as_ref())?;
    let negative = |one: &EstimateService| {
        one.charge.is_negative() || one.allowed.is_some_and(Money::is_negative)
    };
    if let Some(at) = request.services.iter().position(negative) {
        return Err(EstimateRefusal::Amount { service: at + 1 }.into());
    }
    let today = desk.today();
    let day = visit
        .as_ref()
        .map_or(today, |visit| visit.service_date().max(today));
    let reckoned = reckon_for(desk, request, &patient, day)?;
    let asked = match (&visit, request.cause) {
        (Some(visit), EstimateCause::Booked) => required::booked_on(desk, visit)?
            .unwrap_or(today)
            .min(visit.service_date()),
        _ => today,
    };
    let seen = visit.as_ref().map(|visit| visit.provider);
    let provider = request.provider.or(seen);
    let estimate = Estimate::new(EstimateRecord {
        id: desk.new_record_id("ES")?,
        patient: patient.key.clone(),
        encounter: visit.as_ref().map(|visit| visit.id.clone()),
        kind: reckoned.kind,
        provider: provider.ok_or(EstimateRefusal::NoProvider)?,
        asked,
        service: visit.as_ref().map(|visit| visit.service_date()),
        lines: reckoned.lines,
        answer: reckoned.answer,
        remarks: reckoned.remarks,
        given: None,
    })
    .map_err(EstimateRefusal::from)?;
    let due = match estimate.kind {
        EstimateKind::GoodFaith => required::due(desk, visit.as_ref(), request.cause)?,
        EstimateKind::Share => None,
    };
    desk.keep(estimate.clone(), due)?;
    Ok(estimate)
}

/// What a patient's services come to.
struct ReckonedFor {
    kind: EstimateKind,
    lines: Vec<EstimateLine>,
    answer: Option<RecordId>,
    remarks: Vec<String>,
}

fn reckon_for(
    desk: &Desk<'_>,
    request: &EstimateRequest,
    patient: &Patient,
    day: NaiveDate,
) -> Result<ReckonedFor, EngineError> {
    let covered = asked_about(desk.config, patient, day);
    let first = covered.first();
    let Some(coverage) = first.filter(|_| request.payer == EstimatePayer::Coverage) else {
        return Ok(ReckonedFor {
            kind: EstimateKind::GoodFaith,
            lines: request.services.iter().map(all_charged).collect(),
            answer: None,
            remarks: Vec::new(),
        });
    };
    let payer = payer_of(desk.config, coverage).map(|payer| &payer.profile.id);
    let latest = match payer.or(coverage.payer.as_ref()) {
        Some(payer) => latest_about(desk.tx.as_ref(), desk.config, &patient.key, payer)?,
        None => None,
    };
    let Some(InquiryRecord {
        id,
        answer: Some(answer),
        service_types,
        ..
    }) = latest
    else {
        return Err(EstimateRefusal::NoAnswer { day }.into());
    };
    let plan = reckon::whole_plan();
    if answer.coverage(&plan, day) == CoverageAnswer::Inactive {
        return Err(EstimateRefusal::NoCover { answer: id, day }.into());
    }
    let told = reckon::Told {
        answer: &answer,
        asked_types: &service_types,
        day,
        network: request.network,
    };
    let mut reckoned = reckon::shares(told, &request.services);
    if covered.len() > 1 {
        let further = "the patient has a further coverage, which may pay a part of this share";
        reckoned.remarks.push(further.to_owned());
    }
    Ok(ReckonedFor {
        kind: EstimateKind::Share,
        lines: reckoned.lines,
        answer: Some(id),
        remarks: reckoned.remarks,
    })
}

fn all_charged(service: &EstimateService) -> EstimateLine {
    EstimateLine {
        words: service.words.clone(),
        procedure: service.procedure.clone(),
        units: service.units,
        expected: service.charge,
        share: service.charge,
        steps: vec![EstimateStep {
            kind: EstimateStepKind::Charge,
            of: service.charge,
            rate: None,
            left: None,
            share: service.charge,
        }],
    }
}

/// Whoever makes, gives or asks for an estimate has a name.
fn signed(desk: &Desk<'_>) -> Result<(), EngineError> {
    if desk.stamp.actor.trim().is_empty() {
        return Err(EstimateRefusal::Unsigned.into());
    }
    Ok(())
}

/// The patient, and their visit where one is named.
fn whose(
    desk: &Desk<'_>,
    patient: &PatientKey,
    visit: Option<&EncounterId>,
) -> Result<(Patient, Option<Encounter>), EngineError> {
    let patient = desk.patient(patient)?;
    let patient = patient.ok_or(EstimateRefusal::UnknownPatient)?;
    let Some(id) = visit else {
        return Ok((patient, None));
    };
    let visit = desk.encounter(id)?;
    let own = visit.filter(|visit| visit.patient == patient.key);
    let own = own.ok_or_else(|| EstimateRefusal::UnknownVisit { visit: id.clone() })?;
    if required::is_off(&own) {
        return Err(EstimateRefusal::CalledOff { visit: id.clone() }.into());
    }
    Ok((patient, Some(own)))
}

#[cfg(test)]
mod tests;
