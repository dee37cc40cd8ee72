//! Before the claim: cover, authorization, registration, charges.

use scrubjay_model::{
    Authorization, Charge, ChargeRecord, Coverage, EligibilityRecord, EncounterRecord, Icd10,
    MspAnswers, Part2, PayerProfile, Person, PlannedService, ServiceType, Urgency,
};

use super::GoodFaithEstimate;

/// A patient's cover at the hook `eligibility`: when a visit is booked, before
/// it and on its day, and whenever a payer has answered.
#[derive(Debug, Clone, Copy)]
pub struct EligibilitySubject<'a> {
    /// The patient.
    pub patient: &'a Person,
    /// The coverage that was asked about; `None` for a patient without any.
    pub coverage: Option<&'a Coverage>,
    /// Every coverage on file, in the order of payment.
    pub coverages: &'a [Coverage],
    /// The payer of `coverage`.
    pub payer: Option<&'a PayerProfile>,
    /// Payers that the practice knows, to tell the other coverages' by.
    pub payers: &'a [PayerProfile],
    /// The payer's latest answer; `None` where nobody has asked, or no answer came.
    pub answer: Option<&'a EligibilityRecord>,
    /// Type of service asked about; `None` for the plan as a whole.
    pub service_type: Option<&'a ServiceType>,
    /// The visit that it is for.
    pub visit: Option<&'a EncounterRecord>,
    /// The good-faith estimate that the patient was given.
    pub estimate: Option<GoodFaithEstimate>,
    /// What the patient answered about payers that come before Medicare.
    pub msp: Option<&'a MspAnswers>,
}

impl<'a> EligibilitySubject<'a> {
    /// A patient of whose cover nothing is known.
    #[must_use]
    pub const fn of(patient: &'a Person) -> Self {
        Self {
            patient,
            coverage: None,
            coverages: &[],
            payer: None,
            payers: &[],
            answer: None,
            service_type: None,
            visit: None,
            estimate: None,
            msp: None,
        }
    }
}

/// What is planned for a patient, at the hook `authorization`: whether the
/// payer wants to be asked first, and whether what it granted still holds.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationSubject<'a> {
    /// The patient.
    pub patient: &'a Person,
    /// The visit; `None` where the services are ordered and not yet booked.
    pub visit: Option<&'a EncounterRecord>,
    /// Services planned.
    pub services: &'a [PlannedService],
    /// What they are for.
    pub diagnoses: &'a [Icd10],
    /// The coverage that they go to.
    pub coverage: Option<&'a Coverage>,
    /// Its payer.
    pub payer: Option<&'a PayerProfile>,
    /// The patient's authorizations with that payer, as on file.
    pub authorizations: &'a [Authorization],
    /// The payer's latest answer about the patient's cover.
    pub eligibility: Option<&'a EligibilityRecord>,
    /// Whether the payer must decide at once or in the usual time.
    pub urgency: Urgency,
}

impl<'a> AuthorizationSubject<'a> {
    /// Services for a patient, of which no more is known.
    #[must_use]
    pub const fn of(patient: &'a Person, services: &'a [PlannedService]) -> Self {
        Self {
            patient,
            visit: None,
            services,
            diagnoses: &[],
            coverage: None,
            payer: None,
            authorizations: &[],
            eligibility: None,
            urgency: Urgency::Standard,
        }
    }
}

/// A patient's registration at the hook `registration`: as it is entered, and
/// as it stands before a visit.
#[derive(Debug, Clone, Copy)]
pub struct RegistrationSubject<'a> {
    /// The patient.
    pub patient: &'a Person,
    /// Telephone number, as entered.
    pub phone: Option<&'a str>,
    /// Coverages, in the order of payment that is on file.
    pub coverages: &'a [Coverage],
    /// The payer of the first coverage.
    pub payer: Option<&'a PayerProfile>,
    /// Payers that the practice knows, to tell the other coverages' by.
    pub payers: &'a [PayerProfile],
    /// What the patient answered about payers that come before Medicare.
    pub msp: Option<&'a MspAnswers>,
    /// The first payer's latest answer about the patient's cover.
    pub eligibility: Option<&'a EligibilityRecord>,
    /// The visit that it is checked for.
    pub visit: Option<&'a EncounterRecord>,
    /// Other patients on file with the same name and date of birth.
    pub look_alikes: u32,
    /// Whether the record is one of substance use disorder treatment, and may
    /// be told of; `None` where it is no such record.
    pub part2: Option<Part2>,
}

impl<'a> RegistrationSubject<'a> {
    /// A patient with coverages, of whom no more is known.
    #[must_use]
    pub const fn of(patient: &'a Person, coverages: &'a [Coverage]) -> Self {
        Self {
            patient,
            phone: None,
            coverages,
            payer: None,
            payers: &[],
            msp: None,
            eligibility: None,
            visit: None,
            look_alikes: 0,
            part2: None,
        }
    }
}

/// A charge at the hook `charge`, as it is entered.
#[derive(Debug, Clone, Copy)]
pub struct ChargeSubject<'a> {
    /// The charge.
    pub charge: &'a ChargeRecord,
    /// The visit that it belongs to.
    pub visit: &'a EncounterRecord,
    /// The other charges of that visit.
    pub others: &'a [Charge],
    /// The patient, where registered.
    pub patient: Option<&'a Person>,
    /// The payer that the visit goes to.
    pub payer: Option<&'a PayerProfile>,
}

impl<'a> ChargeSubject<'a> {
    /// A charge that stands alone.
    #[must_use]
    pub const fn of(charge: &'a ChargeRecord, visit: &'a EncounterRecord) -> Self {
        Self {
            charge,
            visit,
            others: &[],
            patient: None,
            payer: None,
        }
    }
}
