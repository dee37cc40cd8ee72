//! A charge as somebody enters it, and why it may not be one.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    ChargeError, ChargeId, ChargeRecord, ClaimId, EncounterId, Icd10, Modifier, Money, Npi,
    PatientKey, PlaceOfService, ProcedureCode,
};
use serde::{Deserialize, Serialize};

/// A charge as it is entered. What is left out is taken from its visit, and an
/// amount from the charge master.
///
/// ```
/// use scrubjay::ChargeEntry;
///
/// let entry = ChargeEntry {
///     units: 2.into(),
///     ..ChargeEntry::of("C-1".parse()?, "V-100".parse()?, "J0696".parse()?)
/// };
/// assert!(entry.amount.is_none());
/// # Ok::<(), scrubjay::model::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargeEntry {
    /// Id: the same one again is the same charge.
    pub id: ChargeId,
    /// Visit that it belongs to.
    pub visit: EncounterId,
    /// The patient; must be the visit's where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientKey>,
    /// Procedure.
    pub procedure: ProcedureCode,
    /// Modifiers, in order; at most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<Modifier>,
    /// Units, above zero, to a thousandth.
    #[serde(default = "one")]
    pub units: Decimal,
    /// Diagnoses that it was for, the first one first; at most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnoses: Vec<Icd10>,
    /// Charge for all units together; without it, the charge master's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Date of service; without it, the visit's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<NaiveDate>,
    /// Day of entry; without it, today, or the day of the first entry where
    /// the charge is corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<NaiveDate>,
    /// Who gave the service; without it, the provider of the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Npi>,
    /// Place of service; without it, the visit's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceOfService>,
}

const fn one() -> Decimal {
    Decimal::ONE
}

impl ChargeEntry {
    /// One unit of a procedure at a visit, of which no more is said.
    #[must_use]
    pub const fn of(id: ChargeId, visit: EncounterId, procedure: ProcedureCode) -> Self {
        Self {
            id,
            visit,
            patient: None,
            procedure,
            modifiers: Vec::new(),
            units: one(),
            diagnoses: Vec::new(),
            amount: None,
            service: None,
            entered: None,
            provider: None,
            place: None,
        }
    }

    /// Whether it says nothing that `entered` does not say.
    pub(super) fn repeats(&self, entered: &ChargeRecord) -> bool {
        fn unsaid<T: PartialEq>(said: Option<&T>, held: &T) -> bool {
            said.is_none_or(|said| said == held)
        }
        self.visit == entered.encounter
            && self.procedure == entered.procedure
            && self.modifiers == entered.modifiers
            && self.units == entered.units
            && self.diagnoses == entered.diagnoses
            && unsaid(self.patient.as_ref(), &entered.patient)
            && unsaid(self.amount.as_ref(), &entered.amount)
            && unsaid(self.service.as_ref(), &entered.service)
            && unsaid(self.entered.as_ref(), &entered.entered)
            && unsaid(self.provider.as_ref(), &entered.provider)
            && unsaid(self.place.as_ref(), &entered.place)
    }
}

impl From<ChargeRecord> for ChargeEntry {
    /// Everything that the record says; what became of it aside.
    fn from(record: ChargeRecord) -> Self {
        Self {
            id: record.id,
            visit: record.encounter,
            patient: Some(record.patient),
            procedure: record.procedure,
            modifiers: record.modifiers,
            units: record.units,
            diagnoses: record.diagnoses,
            amount: Some(record.amount),
            service: Some(record.service),
            entered: Some(record.entered),
            provider: Some(record.provider),
            place: Some(record.place),
        }
    }
}

/// Why a charge was not taken, or not taken back; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChargeEntryError {
    /// There is no such visit.
    #[error("there is no visit {visit}: register the patient and the visit first")]
    NoVisit {
        /// Visit.
        visit: EncounterId,
    },
    /// There is no such visit, in a file: what stands there is not repeated, as it
    /// may be a patient's name.
    #[error("there is no such visit: register the patient and the visit first")]
    NoSuchVisit,
    /// There is no such charge.
    #[error("there is no charge {charge}; `scrubjay charge list` shows them")]
    NoCharge {
        /// Charge.
        charge: ChargeId,
    },
    /// It cannot be a charge of that visit.
    #[error(transparent)]
    Charge(#[from] ChargeError),
    /// A day that has not come.
    #[error("its `{field}` is {day}, a day that has not come: enter it as it was")]
    ToCome {
        /// Field.
        field: &'static str,
        /// Day.
        day: NaiveDate,
    },
    /// The visit did not take place, or not yet.
    #[error(
        "visit {visit} is {is}: only of one that took place it can be said that there is nothing to charge"
    )]
    NotSeen {
        /// Visit.
        visit: EncounterId,
        /// Its status.
        is: &'static str,
    },
    /// There is something to charge: it is on file.
    #[error(
        "visit {visit} has charge {charge}: where there is nothing to charge after all, take its charges back first"
    )]
    Charged {
        /// Visit.
        visit: EncounterId,
        /// One of its charges.
        charge: ChargeId,
    },
    /// An id that is to be taken back is another visit's or patient's.
    #[error(
        "charge {charge} is another visit's or another patient's: it is not taken back; say which charge is meant"
    )]
    NotThatCharge {
        /// Charge.
        charge: ChargeId,
    },
    /// No amount is given, and none is known.
    #[error(
        "no amount is given, and the charge master has no price for {procedure} on {on}: give an amount, or add the price"
    )]
    NoPrice {
        /// Procedure.
        procedure: ProcedureCode,
        /// Date of service.
        on: NaiveDate,
    },
    /// Its id is another visit's charge.
    #[error("charge {charge} is one of another visit: give each charge an id of its own")]
    OtherVisit {
        /// Charge.
        charge: ChargeId,
    },
    /// It stands on a claim.
    #[error(
        "charge {charge} stands on claim {claim}: correct the claim, or replace or void it where it has been sent"
    )]
    Billed {
        /// Charge.
        charge: ChargeId,
        /// Claim.
        claim: ClaimId,
    },
    /// It was taken back.
    #[error(
        "charge {charge} is void: it was taken back, and stays so; if the service was given after all, enter it under another id"
    )]
    TakenBack {
        /// Charge.
        charge: ChargeId,
    },
    /// It stands in one file more than once, and not with the same content.
    #[error(
        "its id stands in the file more than once, each time with something else: leave the right one"
    )]
    Repeated {
        /// Charge.
        charge: ChargeId,
    },
    /// Nobody is named, or no reason is given.
    #[error("name who does it, and why")]
    Unsigned,
}

impl ChargeEntryError {
    /// The same as a file is told of it.
    pub(super) fn of_file(self) -> Self {
        match self {
            Self::NoVisit { .. } => Self::NoSuchVisit,
            other => other,
        }
    }
}
