//! A person asks about a patient's cover.

use chrono::NaiveDate;
use scrubjay_model::{AskOccasion, EncounterId, PatientKey, RecordId};

use super::{Why, asked_about, want_each};
use crate::EngineError;
use crate::desk::Desk;

/// Why nobody was asked about a patient's cover; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The patient is not registered. The key is not repeated: it may be a
    /// medical record number.
    #[error("there is no patient under that key; register the patient first")]
    UnknownPatient,
    /// There is no such visit.
    #[error("there is no visit {visit}; book it first, or ask without one")]
    UnknownVisit {
        /// Visit.
        visit: EncounterId,
    },
    /// The visit is another patient's.
    #[error("visit {visit} is another patient's; name that patient, or another visit")]
    OtherPatient {
        /// Visit.
        visit: EncounterId,
    },
    /// There is nobody to ask.
    #[error(
        "the patient has no coverage on {day} whose payer could be asked; enter the coverage first"
    )]
    NoCoverage {
        /// Day.
        day: NaiveDate,
    },
    /// Nobody is named.
    #[error("a question names who asks it; give a name")]
    Unsigned,
}

/// Wants a question about each coverage of a patient on the day of a visit, or
/// today; returns those that wait to leave.
pub(crate) fn ask(
    desk: &mut Desk<'_>,
    patient: &PatientKey,
    visit: Option<&EncounterId>,
) -> Result<Vec<RecordId>, EngineError> {
    if desk.stamp.actor.trim().is_empty() {
        return Err(AskError::Unsigned.into());
    }
    let patient = desk.patient(patient)?.ok_or(AskError::UnknownPatient)?;
    let visit = match visit {
        None => None,
        Some(visit) => {
            let unknown = || AskError::UnknownVisit {
                visit: visit.clone(),
            };
            Some(desk.encounter(visit)?.ok_or_else(unknown)?)
        }
    };
    if let Some(visit) = visit.as_ref().filter(|visit| visit.patient != patient.key) {
        let visit = visit.id.clone();
        return Err(AskError::OtherPatient { visit }.into());
    }
    let day = visit
        .as_ref()
        .map_or(desk.today(), |visit| visit.service_date());
    if asked_about(desk.config, &patient, day).is_empty() {
        return Err(AskError::NoCoverage { day }.into());
    }
    let why = Why {
        occasion: AskOccasion::Request,
        reason: "a person asked",
    };
    let waiting = want_each(desk, &patient, visit.as_ref(), why)?;
    Ok(waiting.into_iter().map(|key| key.id).collect())
}
