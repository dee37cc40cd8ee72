//! The visit: booked, kept or not, and closed for charging.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{
    Axis, EncounterId, Icd10, Npi, PatientKey, PlaceOfService, PlannedService, RefusedTransition,
};

/// Where a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncounterStatus {
    /// Booked: eligibility and authorization are checked now.
    Scheduled,
    /// The patient is there.
    Arrived,
    /// Documented: charges may become a claim.
    Closed,
    /// Called off.
    Cancelled,
    /// The patient did not come.
    NoShow,
}

impl Axis for EncounterStatus {
    const NAME: &'static str = "encounter";
    const STATES: &'static [Self] = &[
        Self::Scheduled,
        Self::Arrived,
        Self::Closed,
        Self::Cancelled,
        Self::NoShow,
    ];
    const MOVES: &'static [(Self, Self)] = &[
        (Self::Scheduled, Self::Arrived),
        (Self::Scheduled, Self::Cancelled),
        (Self::Scheduled, Self::NoShow),
        (Self::Arrived, Self::Closed),
        // Left without being seen.
        (Self::Arrived, Self::Cancelled),
        // Opened again for an addendum.
        (Self::Closed, Self::Arrived),
        // Marked absent, and came late after all.
        (Self::NoShow, Self::Arrived),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Arrived => "arrived",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no_show",
        }
    }
}

/// What an [`Encounter`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncounterRecord {
    /// Id.
    pub id: EncounterId,
    /// The patient, by the host's key.
    pub patient: PatientKey,
    /// Provider seen.
    pub provider: Npi,
    /// Place of service.
    pub place: PlaceOfService,
    /// Where it stands.
    pub status: EncounterStatus,
    /// Day it was booked, from which a good-faith estimate is counted
    /// (45 CFR 149.610(b)(1)(vi)); `None` where nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked: Option<NaiveDate>,
    /// Day it is booked for.
    pub scheduled: NaiveDate,
    /// Day the patient came, which is the date of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<NaiveDate>,
    /// Day it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<NaiveDate>,
    /// Services that it is booked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<PlannedService>,
    /// What they are for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnoses: Vec<Icd10>,
}

/// A visit whose parts disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncounterError {
    /// A day that its status needs, or cannot have.
    #[error("the encounter is `{status}`, so `{field}` {problem}")]
    Day {
        /// Status.
        status: &'static str,
        /// Field.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Two days in the wrong order.
    #[error("the encounter's `{later}` is before its `{earlier}`")]
    Order {
        /// The field that should come first.
        earlier: &'static str,
        /// The field that should come after.
        later: &'static str,
    },
    /// A planned service without units.
    #[error("planned service {service} of the encounter has no units above zero")]
    Units {
        /// Service, 1-based.
        service: usize,
    },
    /// A move that its status does not allow.
    #[error(transparent)]
    Transition(#[from] RefusedTransition),
}

impl EncounterRecord {
    fn check(&self) -> Result<(), EncounterError> {
        use EncounterStatus as Status;
        let was_here = matches!(self.status, Status::Arrived | Status::Closed);
        let may_have_come = was_here || self.status == Status::Cancelled;
        let day = |field, day: Option<NaiveDate>, needed: bool, allowed: bool| {
            let problem = match day {
                None if needed => "must be given",
                Some(_) if !allowed => "must be empty",
                _ => return Ok(()),
            };
            let status = self.status.as_str();
            Err(EncounterError::Day {
                status,
                field,
                problem,
            })
        };
        let closed = self.status == Status::Closed;
        day("arrived", self.arrived, was_here, may_have_come)?;
        day("closed", self.closed, closed, closed)?;
        if self.booked.is_some_and(|booked| booked > self.scheduled) {
            return Err(EncounterError::Order {
                earlier: "booked",
                later: "scheduled",
            });
        }
        if self.closed < self.arrived && closed {
            return Err(EncounterError::Order {
                earlier: "arrived",
                later: "closed",
            });
        }
        let without_units = |service: &PlannedService| service.units <= Decimal::ZERO;
        match self.planned.iter().position(without_units) {
            Some(at) => Err(EncounterError::Units { service: at + 1 }),
            None => Ok(()),
        }
    }

    /// The date of service: the day the patient came, until then the day
    /// booked.
    #[must_use]
    pub fn service_date(&self) -> NaiveDate {
        self.arrived.unwrap_or(self.scheduled)
    }
}

checked! {
    /// A visit whose days fit its status.
    Encounter(EncounterRecord) or EncounterError, in "EncounterRecord"
}

impl Encounter {
    /// Moves the visit to `status`, as of that day.
    ///
    /// Opening a closed visit again keeps the day of arrival.
    ///
    /// # Errors
    /// [`EncounterError`] where its status does not allow the move, or the day
    /// is before the one that must come first. The visit is unchanged then.
    pub fn move_to(
        &mut self,
        status: EncounterStatus,
        on: NaiveDate,
    ) -> Result<(), EncounterError> {
        let mut next = self.0.clone();
        next.status = self.0.status.moved(status)?;
        next.closed = None;
        match next.status {
            EncounterStatus::Arrived => next.arrived = next.arrived.or(Some(on)),
            EncounterStatus::Closed => next.closed = self.0.closed.or(Some(on)),
            _ => {}
        }
        next.check()?;
        self.0 = next;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    pub(crate) fn visit() -> Encounter {
        Encounter::new(EncounterRecord {
            id: "V-100".parse().unwrap(),
            patient: "P-7".parse().unwrap(),
            provider: "1234567893".parse().unwrap(),
            place: "11".parse().unwrap(),
            status: EncounterStatus::Scheduled,
            booked: Some(day("2026-02-20")),
            scheduled: day("2026-03-02"),
            arrived: None,
            closed: None,
            planned: Vec::new(),
            diagnoses: Vec::new(),
        })
        .unwrap()
    }

    #[test]
    fn a_visit_is_booked_kept_and_closed() {
        let mut visit = visit();
        visit
            .move_to(EncounterStatus::Arrived, day("2026-03-03"))
            .unwrap();
        assert_eq!(visit.service_date(), day("2026-03-03"));
        visit
            .move_to(EncounterStatus::Closed, day("2026-03-04"))
            .unwrap();
        assert_eq!(visit.closed, Some(day("2026-03-04")));
        visit
            .move_to(EncounterStatus::Arrived, day("2026-03-09"))
            .unwrap();
        assert_eq!(
            (visit.arrived, visit.closed),
            (Some(day("2026-03-03")), None)
        );
    }

    #[test]
    fn a_visit_cannot_close_before_anyone_came() {
        let mut visit = visit();
        let before = visit.clone();
        assert!(matches!(
            visit.move_to(EncounterStatus::Closed, day("2026-03-02")),
            Err(EncounterError::Transition(_))
        ));
        assert_eq!(visit, before);
        visit
            .move_to(EncounterStatus::Arrived, day("2026-03-03"))
            .unwrap();
        assert_eq!(
            visit.move_to(EncounterStatus::Closed, day("2026-03-02")),
            Err(EncounterError::Order {
                earlier: "arrived",
                later: "closed"
            })
        );
    }

    #[test]
    fn a_visit_is_not_booked_for_no_units_of_a_service() {
        let mut record = visit().into_record();
        let planned = |units: i64| PlannedService {
            procedure: "G0151".parse().unwrap(),
            modifiers: Vec::new(),
            units: units.into(),
            place: None,
        };
        record.planned = vec![planned(2)];
        assert!(Encounter::new(record.clone()).is_ok());
        record.planned.push(planned(0));
        assert_eq!(
            Encounter::new(record),
            Err(EncounterError::Units { service: 2 })
        );
    }

    #[test]
    fn every_state_of_a_visit_is_reached_from_the_first() {
        for &state in EncounterStatus::STATES {
            let reached = EncounterStatus::MOVES.iter().any(|(_, to)| *to == state);
            assert_eq!(reached, state != EncounterStatus::Scheduled, "{state:?}");
        }
    }

    #[test]
    fn a_visit_reads_back_as_written_and_not_with_days_that_do_not_fit() {
        let visit = visit();
        let json = serde_json::to_string(&visit).unwrap();
        assert_eq!(serde_json::from_str::<Encounter>(&json).unwrap(), visit);
        let wrong = json.replace("\"scheduled\",", "\"closed\",");
        assert_ne!(wrong, json);
        let error = serde_json::from_str::<Encounter>(&wrong).unwrap_err();
        assert!(error.to_string().contains("`arrived` must be given"));
    }
}
