//! The charge line: one service of a visit, as it was entered.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{
    Axis, ChargeId, ClaimId, Encounter, EncounterId, EncounterStatus, Icd10, Modifier, Money, Npi,
    PatientKey, PlaceOfService, ProcedureCode,
};

/// What became of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Billing {
    /// It stands on no claim yet.
    #[default]
    Unbilled,
    /// It stands on a claim.
    Billed {
        /// Claim.
        claim: ClaimId,
    },
    /// It was taken back, and never stands on a claim again.
    Void,
}

impl Billing {
    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Unbilled => "unbilled",
            Self::Billed { .. } => "billed",
            Self::Void => "void",
        }
    }
}

/// What a [`Charge`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeRecord {
    /// Id.
    pub id: ChargeId,
    /// Visit that it belongs to.
    pub encounter: EncounterId,
    /// The patient, by the host's key.
    pub patient: PatientKey,
    /// Who gave the service.
    pub provider: Npi,
    /// Place of service.
    pub place: PlaceOfService,
    /// Procedure.
    pub procedure: ProcedureCode,
    /// Modifiers, in order; at most four (SV101).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<Modifier>,
    /// Units, above zero, to a thousandth.
    pub units: Decimal,
    /// Diagnoses that it was for, the first one first; at most four (SV107).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnoses: Vec<Icd10>,
    /// Charge for all units together. Zero for codes that only report.
    pub amount: Money,
    /// Date of service.
    pub service: NaiveDate,
    /// Day it was entered.
    pub entered: NaiveDate,
    /// What became of it.
    #[serde(default)]
    pub billing: Billing,
}

/// A charge that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChargeError {
    /// More codes than a service line holds.
    #[error("the charge has {count} {field}, and a service line holds {limit}")]
    TooMany {
        /// `modifiers` or `diagnoses`.
        field: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The same code twice.
    #[error("the charge names number {at} of its {field} twice")]
    Repeated {
        /// `modifiers` or `diagnoses`.
        field: &'static str,
        /// The second of the two, 1-based.
        at: usize,
    },
    /// No units, fewer than none, or finer than a thousandth.
    #[error("the charge's units must be above zero, to a thousandth at most")]
    Units,
    /// Less than nothing.
    #[error("the charge's amount is below zero: take a charge back by voiding it")]
    Amount,
    /// Billed twice, billed when taken back, or taken back from a claim.
    #[error("the charge is {is}, and only an unbilled one can be billed or taken back")]
    NotUnbilled {
        /// What became of it.
        is: &'static str,
    },
    /// Entered before it was given.
    #[error("the charge was entered {days} days before its date of service")]
    EnteredEarly {
        /// Days.
        days: i64,
    },
    /// The visit did not take place, or not yet.
    #[error("the encounter is `{status}`: only one that took place is charged for")]
    NotSeen {
        /// The visit's status.
        status: &'static str,
    },
    /// The charge and its visit disagree.
    #[error("the charge's `{field}` is not its encounter's")]
    Disagrees {
        /// Field.
        field: &'static str,
    },
}

impl ChargeRecord {
    fn check(&self) -> Result<(), ChargeError> {
        listed("modifiers", &self.modifiers)?;
        listed("diagnoses", &self.diagnoses)?;
        if self.units <= Decimal::ZERO || self.units.normalize().scale() > 3 {
            return Err(ChargeError::Units);
        }
        if self.amount.is_negative() {
            return Err(ChargeError::Amount);
        }
        let days = -self.lag_days();
        if days > 0 {
            return Err(ChargeError::EnteredEarly { days });
        }
        Ok(())
    }

    /// The charge lag: calendar days from service to entry, 0 on the same day.
    #[must_use]
    pub fn lag_days(&self) -> i64 {
        (self.entered - self.service).num_days()
    }
}

/// At most four, each once.
fn listed<T: PartialEq>(field: &'static str, codes: &[T]) -> Result<(), ChargeError> {
    const LIMIT: usize = 4;
    if codes.len() > LIMIT {
        return Err(ChargeError::TooMany {
            field,
            count: codes.len(),
            limit: LIMIT,
        });
    }
    match (1..codes.len()).find(|&at| codes[..at].contains(&codes[at])) {
        Some(at) => Err(ChargeError::Repeated { field, at: at + 1 }),
        None => Ok(()),
    }
}

checked! {
    /// A charge line that a service line can be made of.
    ///
    /// Whether its codes are on a list, belong together or are paid is for
    /// scrubbing to say.
    Charge(ChargeRecord) or ChargeError, in "ChargeRecord"
}

impl Charge {
    /// Takes a charge of that visit.
    ///
    /// # Errors
    /// [`ChargeError`] where the visit did not take place, where the charge
    /// names another visit, patient or an earlier day, or where it cannot be a
    /// charge at all.
    pub fn of(encounter: &Encounter, record: ChargeRecord) -> Result<Self, ChargeError> {
        let status = encounter.status;
        if !matches!(status, EncounterStatus::Arrived | EncounterStatus::Closed) {
            let status = status.as_str();
            return Err(ChargeError::NotSeen { status });
        }
        let agreed = [
            ("encounter", record.encounter == encounter.id),
            ("patient", record.patient == encounter.patient),
            // A visit may last over midnight, but not begin later.
            ("service", record.service >= encounter.service_date()),
        ];
        match agreed.into_iter().find(|(_, agrees)| !agrees) {
            Some((field, _)) => Err(ChargeError::Disagrees { field }),
            None => Self::new(record),
        }
    }

    /// Puts the charge on a claim.
    ///
    /// # Errors
    /// [`ChargeError::NotUnbilled`] where it stands on one, or was taken back.
    pub fn bill(&mut self, claim: ClaimId) -> Result<(), ChargeError> {
        self.unbilled()?;
        self.0.billing = Billing::Billed { claim };
        Ok(())
    }

    /// Takes the charge off its claim, which was voided or is made anew.
    /// Whether it stood on one.
    pub fn unbill(&mut self) -> bool {
        let billed = matches!(self.0.billing, Billing::Billed { .. });
        if billed {
            self.0.billing = Billing::Unbilled;
        }
        billed
    }

    /// Takes the charge back: it was entered wrongly.
    ///
    /// # Errors
    /// [`ChargeError::NotUnbilled`] where it stands on a claim, which must be
    /// replaced or voided first, or was taken back before.
    pub fn void(&mut self) -> Result<(), ChargeError> {
        self.unbilled()?;
        self.0.billing = Billing::Void;
        Ok(())
    }

    fn unbilled(&self) -> Result<(), ChargeError> {
        match &self.billing {
            Billing::Unbilled => Ok(()),
            other => Err(ChargeError::NotUnbilled { is: other.as_str() }),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::encounter::tests::{day, visit};

    fn seen() -> Encounter {
        let mut visit = visit();
        visit
            .move_to(EncounterStatus::Arrived, day("2026-03-02"))
            .unwrap();
        visit
    }

    pub(crate) fn entry() -> ChargeRecord {
        ChargeRecord {
            id: "C-1".parse().unwrap(),
            encounter: "V-100".parse().unwrap(),
            patient: "P-7".parse().unwrap(),
            provider: "1234567893".parse().unwrap(),
            place: "11".parse().unwrap(),
            procedure: "J1100".parse().unwrap(),
            modifiers: vec!["JZ".parse().unwrap()],
            units: Decimal::new(15, 1),
            diagnoses: vec!["E119".parse().unwrap(), "I10".parse().unwrap()],
            amount: Money::from_cents(4_250),
            service: day("2026-03-02"),
            entered: day("2026-03-05"),
            billing: Billing::Unbilled,
        }
    }

    #[test]
    fn a_charge_tells_how_long_its_entry_took() {
        assert_eq!(Charge::of(&seen(), entry()).unwrap().lag_days(), 3);
    }

    #[test]
    fn a_visit_that_did_not_take_place_is_not_charged_for() {
        assert_eq!(
            Charge::of(&visit(), entry()),
            Err(ChargeError::NotSeen {
                status: "scheduled"
            })
        );
    }

    #[test]
    fn a_charge_of_another_patient_or_an_earlier_day_is_refused() {
        let other = ChargeRecord {
            patient: "P-8".parse().unwrap(),
            ..entry()
        };
        let earlier = ChargeRecord {
            service: day("2026-03-01"),
            ..entry()
        };
        for (record, field) in [(other, "patient"), (earlier, "service")] {
            assert_eq!(
                Charge::of(&seen(), record),
                Err(ChargeError::Disagrees { field })
            );
        }
    }

    #[test]
    fn what_no_service_line_can_hold_is_refused_with_its_place() {
        let code = |text: &str| text.parse::<Modifier>().unwrap();
        let with = |change: fn(&mut ChargeRecord)| {
            let mut record = entry();
            change(&mut record);
            Charge::new(record).unwrap_err()
        };
        let mut five = entry();
        five.modifiers = ["25", "59", "RT", "LT", "76"].map(code).to_vec();
        assert_eq!(
            Charge::new(five),
            Err(ChargeError::TooMany {
                field: "modifiers",
                count: 5,
                limit: 4
            })
        );
        assert_eq!(
            with(|charge| charge.diagnoses[1] = charge.diagnoses[0].clone()),
            ChargeError::Repeated {
                field: "diagnoses",
                at: 2
            }
        );
        assert_eq!(
            with(|charge| charge.units = Decimal::ZERO),
            ChargeError::Units
        );
        assert_eq!(
            with(|charge| charge.units = Decimal::new(1, 4)),
            ChargeError::Units
        );
        assert_eq!(
            with(|charge| charge.amount = Money::from_cents(-1)),
            ChargeError::Amount
        );
        assert_eq!(
            with(|charge| charge.entered = charge.service.pred_opt().unwrap()),
            ChargeError::EnteredEarly { days: 1 }
        );
    }

    #[test]
    fn a_charge_stands_on_one_claim_at_a_time_and_on_none_when_taken_back() {
        let claim = |text: &str| text.parse::<ClaimId>().unwrap();
        let mut charge = Charge::new(entry()).unwrap();
        assert!(!charge.unbill());
        charge.bill(claim("K-1")).unwrap();
        let billed = ChargeError::NotUnbilled { is: "billed" };
        assert_eq!(charge.bill(claim("K-2")), Err(billed));
        assert_eq!(charge.void(), Err(billed));
        assert_eq!(
            charge.billing,
            Billing::Billed {
                claim: claim("K-1")
            }
        );
        assert!(charge.unbill());
        charge.bill(claim("K-2")).unwrap();
        assert!(charge.unbill());
        charge.void().unwrap();
        let void = ChargeError::NotUnbilled { is: "void" };
        assert_eq!(charge.bill(claim("K-3")), Err(void));
        assert!(!charge.unbill());
        assert_eq!(charge.billing, Billing::Void);
    }

    #[test]
    fn a_charge_reads_back_as_written_and_not_with_a_negative_amount() {
        let charge = Charge::new(entry()).unwrap();
        let json = serde_json::to_string(&charge).unwrap();
        assert_eq!(serde_json::from_str::<Charge>(&json).unwrap(), charge);
        let wrong = json.replace("\"42.50\"", "\"-42.50\"");
        assert_ne!(wrong, json);
        assert!(serde_json::from_str::<Charge>(&wrong).is_err());
    }
}
