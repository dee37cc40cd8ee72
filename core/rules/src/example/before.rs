//! Subjects before the claim: cover, authorization, registration, charges.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_hooks::{
    AuthorizationSubject, ChargeSubject, EligibilitySubject, GoodFaithEstimate, Part2,
    RegistrationSubject, Subject,
};
use scrubjay_model::{
    Authorization, Billing, Charge, ChargeRecord, Coverage, EligibilityRecord, EncounterRecord,
    EncounterStatus, Icd10, Money, MspAnswers, PayerProfile, Person, PlannedService, ServiceType,
    Urgency,
};
use serde::Deserialize;

use super::build::{EXAMPLE_NPI, person_of, short_line};
use super::on_file::{
    AnswerSpec, AuthorizationSpec, CoverageSpec, EstimateSpec, PATIENT, VisitSpec, codes,
    coverages, parsed, wrong,
};
use super::words::{Amount, Word, Words};
use super::{FullLine, LineSpec, PersonSpec, Stated, stated};

/// What every example is built around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) today: NaiveDate,
    pub(super) payer: &'a PayerProfile,
}

/// One coverage with the case's payer, where a test says nothing.
fn usual_coverages(stated: Option<Vec<CoverageSpec>>) -> Vec<CoverageSpec> {
    stated.unwrap_or_else(|| vec![CoverageSpec::default()])
}

/// A patient's cover as a test writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EligibilitySpec {
    patient: PersonSpec,
    /// `[]` is a patient without any.
    coverages: Option<Vec<CoverageSpec>>,
    /// `null` where none came.
    #[serde(deserialize_with = "stated")]
    answer: Stated<AnswerSpec>,
    service_type: Option<Word>,
    #[serde(deserialize_with = "stated")]
    visit: Stated<VisitSpec>,
    estimate: Option<EstimateSpec>,
    msp: Option<MspAnswers>,
}

#[derive(Debug)]
pub(super) struct EligibilityExample {
    patient: Person,
    coverages: Vec<Coverage>,
    payers: Vec<PayerProfile>,
    answer: Option<EligibilityRecord>,
    service_type: Option<ServiceType>,
    visit: Option<EncounterRecord>,
    estimate: Option<GoodFaithEstimate>,
    msp: Option<MspAnswers>,
}

impl EligibilitySpec {
    pub(super) fn build(self, around: Around<'_>) -> Result<EligibilityExample, String> {
        let (coverages, mut payers) = coverages(&usual_coverages(self.coverages), around.payer)?;
        let visit = visit_of(self.visit, around)?;
        let on = visit
            .as_ref()
            .map_or(around.today, EncounterRecord::service_date);
        // Nobody is asked about a patient without cover.
        let usual = (!coverages.is_empty()).then(AnswerSpec::default);
        let answer = answer_of(self.answer.unwrap_or(usual), on, around, &mut payers)?;
        Ok(EligibilityExample {
            patient: person_of(&self.patient, "Example")?,
            coverages,
            payers,
            answer,
            service_type: self
                .service_type
                .map(|word| parsed("service_type", &word.0))
                .transpose()?,
            visit,
            estimate: self.estimate.map(|estimate| estimate.build()).transpose()?,
            msp: self.msp,
        })
    }
}

fn visit_of(
    stated: Stated<VisitSpec>,
    around: Around<'_>,
) -> Result<Option<EncounterRecord>, String> {
    let spec = stated.unwrap_or_else(|| Some(VisitSpec::default()));
    spec.map(|spec| spec.build(around.today, EncounterStatus::Scheduled))
        .transpose()
}

fn answer_of(
    spec: Option<AnswerSpec>,
    on: NaiveDate,
    around: Around<'_>,
    payers: &mut Vec<PayerProfile>,
) -> Result<Option<EligibilityRecord>, String> {
    let Some(spec) = spec else { return Ok(None) };
    let (answer, named) = spec.build(around.today, on, around.payer)?;
    payers.extend(named);
    Ok(Some(answer))
}

impl EligibilityExample {
    pub(super) fn show<T>(&self, payer: &PayerProfile, see: impl FnOnce(Subject<'_>) -> T) -> T {
        let coverage = self.coverages.first();
        see(Subject::Eligibility(&EligibilitySubject {
            coverage,
            coverages: &self.coverages,
            payer: coverage.map(|_| payer),
            payers: &self.payers,
            answer: self.answer.as_ref(),
            service_type: self.service_type.as_ref(),
            visit: self.visit.as_ref(),
            estimate: self.estimate,
            msp: self.msp.as_ref(),
            ..EligibilitySubject::of(&self.patient)
        }))
    }
}

/// What is planned as a test writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AuthorizationCheckSpec {
    patient: PersonSpec,
    #[serde(deserialize_with = "stated")]
    visit: Stated<VisitSpec>,
    /// As lines of a claim, without a charge: `G0151 x4`.
    services: Option<Vec<LineSpec>>,
    diagnoses: Words,
    coverage: Option<CoverageSpec>,
    on_file: Vec<AuthorizationSpec>,
    eligibility: Option<AnswerSpec>,
    urgency: UrgencySpec,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UrgencySpec {
    #[default]
    Standard,
    Expedited,
}

#[derive(Debug)]
pub(super) struct AuthorizationExample {
    patient: Person,
    visit: Option<EncounterRecord>,
    services: Vec<PlannedService>,
    diagnoses: Vec<Icd10>,
    coverages: Vec<Coverage>,
    on_file: Vec<Authorization>,
    eligibility: Option<EligibilityRecord>,
    urgency: Urgency,
}

impl AuthorizationCheckSpec {
    pub(super) fn build(self, around: Around<'_>) -> Result<AuthorizationExample, String> {
        let visit = visit_of(self.visit, around)?;
        let on = visit
            .as_ref()
            .map_or(around.today, EncounterRecord::service_date);
        let usual = || vec![LineSpec::Short("G0151".to_owned())];
        let services = self.services.unwrap_or_else(usual);
        let (coverages, _) = coverages(&[self.coverage.unwrap_or_default()], around.payer)?;
        Ok(AuthorizationExample {
            patient: person_of(&self.patient, "Example")?,
            visit,
            services: services.iter().map(planned).collect::<Result<_, _>>()?,
            diagnoses: codes("diagnoses", &self.diagnoses)?,
            coverages,
            on_file: self
                .on_file
                .iter()
                .map(|spec| spec.build(around.today, around.payer))
                .collect::<Result<_, _>>()?,
            eligibility: answer_of(self.eligibility, on, around, &mut Vec::new())?,
            urgency: match self.urgency {
                UrgencySpec::Standard => Urgency::Standard,
                UrgencySpec::Expedited => Urgency::Expedited,
            },
        })
    }
}

/// A service as a line of a claim is written.
fn planned(spec: &LineSpec) -> Result<PlannedService, String> {
    let short;
    let line: &FullLine = match spec {
        LineSpec::Full(line) => line,
        LineSpec::Short(written) => {
            short = short_line(written)?;
            &short
        }
    };
    let code = line.procedure.clone().flatten();
    Ok(PlannedService {
        procedure: parsed(
            "services",
            &code.ok_or("`services`: a procedure is missing")?.0,
        )?,
        modifiers: codes("modifiers", &line.modifiers)?,
        units: line.units.map_or(Decimal::ONE, |units| units.0),
        place: line
            .place
            .as_ref()
            .map(|place| parsed("place", &place.0))
            .transpose()?,
    })
}

impl AuthorizationExample {
    pub(super) fn show<T>(&self, payer: &PayerProfile, see: impl FnOnce(Subject<'_>) -> T) -> T {
        see(Subject::Authorization(&AuthorizationSubject {
            visit: self.visit.as_ref(),
            diagnoses: &self.diagnoses,
            coverage: self.coverages.first(),
            payer: Some(payer),
            authorizations: &self.on_file,
            eligibility: self.eligibility.as_ref(),
            urgency: self.urgency,
            ..AuthorizationSubject::of(&self.patient, &self.services)
        }))
    }
}

/// A registration as a test writes it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RegistrationSpec {
    patient: PersonSpec,
    #[serde(deserialize_with = "stated")]
    phone: Stated<Word>,
    coverages: Option<Vec<CoverageSpec>>,
    msp: Option<MspAnswers>,
    eligibility: Option<AnswerSpec>,
    visit: Option<VisitSpec>,
    look_alikes: u32,
    part2: Option<Part2>,
}

#[derive(Debug)]
pub(super) struct RegistrationExample {
    patient: Person,
    phone: Option<String>,
    coverages: Vec<Coverage>,
    payers: Vec<PayerProfile>,
    msp: Option<MspAnswers>,
    eligibility: Option<EligibilityRecord>,
    visit: Option<EncounterRecord>,
    look_alikes: u32,
    part2: Option<Part2>,
}

impl RegistrationSpec {
    pub(super) fn build(self, around: Around<'_>) -> Result<RegistrationExample, String> {
        let (coverages, mut payers) = coverages(&usual_coverages(self.coverages), around.payer)?;
        let visit = visit_of(Some(self.visit), around)?;
        let on = visit
            .as_ref()
            .map_or(around.today, EncounterRecord::service_date);
        let eligibility = answer_of(self.eligibility, on, around, &mut payers)?;
        let phone = self
            .phone
            .unwrap_or_else(|| Some(Word("5125550100".to_owned())));
        Ok(RegistrationExample {
            patient: person_of(&self.patient, "Example")?,
            phone: phone.map(|phone| phone.0),
            coverages,
            payers,
            msp: self.msp,
            eligibility,
            visit,
            look_alikes: self.look_alikes,
            part2: self.part2,
        })
    }
}

impl RegistrationExample {
    pub(super) fn show<T>(&self, payer: &PayerProfile, see: impl FnOnce(Subject<'_>) -> T) -> T {
        // The first coverage may be with another payer than the case's.
        let first = self
            .coverages
            .first()
            .and_then(|coverage| coverage.payer.as_ref());
        let of_first = self.payers.iter().find(|known| Some(&known.id) == first);
        see(Subject::Registration(&RegistrationSubject {
            phone: self.phone.as_deref(),
            payer: first.and(of_first.or(Some(payer))),
            payers: &self.payers,
            msp: self.msp.as_ref(),
            eligibility: self.eligibility.as_ref(),
            visit: self.visit.as_ref(),
            look_alikes: self.look_alikes,
            part2: self.part2,
            ..RegistrationSubject::of(&self.patient, &self.coverages)
        }))
    }
}

/// A charge as a test writes it: of today, entered today.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ChargeSpec {
    /// `G0439 195.00`, as a line of a claim.
    line: Option<String>,
    diagnoses: Option<Words>,
    place: Option<Word>,
    service: Option<NaiveDate>,
    entered: Option<NaiveDate>,
    /// The other charges of the visit, as lines of a claim.
    others: Vec<String>,
    visit: VisitSpec,
    #[serde(deserialize_with = "stated")]
    patient: Stated<PersonSpec>,
}

#[derive(Debug)]
pub(super) struct ChargeExample {
    charge: ChargeRecord,
    visit: EncounterRecord,
    others: Vec<Charge>,
    patient: Option<Person>,
}

impl ChargeSpec {
    pub(super) fn build(self, around: Around<'_>) -> Result<ChargeExample, String> {
        let visit = self.visit.build(around.today, EncounterStatus::Closed)?;
        let own = self.line.as_deref().unwrap_or("G0439 100.00");
        let others = self.others.iter().zip(2..).map(|(line, number)| {
            let record = self.charge(line, number, &visit, around)?;
            Charge::new(record).map_err(|error| wrong("others")(&error))
        });
        let patient = match &self.patient {
            None => Some(person_of(&PersonSpec::default(), "Example")?),
            Some(Some(patient)) => Some(person_of(patient, "Example")?),
            Some(None) => None,
        };
        Ok(ChargeExample {
            charge: self.charge(own, 1, &visit, around)?,
            others: others.collect::<Result<_, _>>()?,
            visit,
            patient,
        })
    }

    fn charge(
        &self,
        line: &str,
        number: u32,
        visit: &EncounterRecord,
        around: Around<'_>,
    ) -> Result<ChargeRecord, String> {
        let line = short_line(line)?;
        let code = line.procedure.clone().flatten();
        let service = self.service.unwrap_or_else(|| visit.service_date());
        let diagnoses = match &self.diagnoses {
            Some(written) => codes("diagnoses", written)?,
            None => vec![parsed("diagnoses", "Z0000")?],
        };
        Ok(ChargeRecord {
            id: parsed("charge", &format!("C-{number}"))?,
            encounter: visit.id.clone(),
            patient: parsed("charge", PATIENT)?,
            provider: parsed("charge", EXAMPLE_NPI)?,
            place: match &self.place {
                Some(place) => parsed("place", &place.0)?,
                None => visit.place.clone(),
            },
            procedure: parsed("line", &code.ok_or("`line`: a procedure is missing")?.0)?,
            modifiers: codes("modifiers", &line.modifiers)?,
            units: line.units.map_or(Decimal::ONE, |units| units.0),
            diagnoses,
            amount: line
                .charge
                .map_or(Ok(Money::from_cents(10_000)), Amount::money)?,
            service,
            entered: self.entered.unwrap_or_else(|| around.today.max(service)),
            billing: Billing::Unbilled,
        })
    }
}

impl ChargeExample {
    pub(super) fn show<T>(&self, payer: &PayerProfile, see: impl FnOnce(Subject<'_>) -> T) -> T {
        see(Subject::Charge(&ChargeSubject {
            others: &self.others,
            patient: self.patient.as_ref(),
            payer: Some(payer),
            ..ChargeSubject::of(&self.charge, &self.visit)
        }))
    }
}
