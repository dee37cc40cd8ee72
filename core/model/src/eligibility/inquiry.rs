//! The question to a payer, and the answer once it has come.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{EligibilityAnswer, EligibilityError};
use crate::checked::checked;
use crate::{EncounterId, MemberId, PatientKey, PayerId, RecordId, ServiceType};

/// What an [`EligibilityInquiry`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InquiryRecord {
    /// Id, sent as the trace number (TRN02), by which the answer is known.
    pub id: RecordId,
    /// The patient, by the host's key.
    pub patient: PatientKey,
    /// Payer asked.
    pub payer: PayerId,
    /// Visit that it is asked for, where it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encounter: Option<EncounterId>,
    /// Member number asked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Day of asking.
    pub asked: NaiveDate,
    /// Day of service asked about (DTP*291).
    pub service: NaiveDate,
    /// Types of service asked about (EQ01); none means the plan as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_types: Vec<ServiceType>,
    /// Day of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<NaiveDate>,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<EligibilityAnswer>,
}

impl InquiryRecord {
    fn check(&self) -> Result<(), EligibilityError> {
        let (answered, answer) = match (self.answered, &self.answer) {
            (None, None) => return Ok(()),
            (Some(answered), Some(answer)) => (answered, answer),
            _ => return Err(EligibilityError::HalfAnswered),
        };
        if answered < self.asked {
            return Err(EligibilityError::AnsweredEarly);
        }
        for (field, agrees) in [
            ("patient", answer.patient == self.patient),
            ("payer", answer.payer == self.payer),
        ] {
            if !agrees {
                return Err(EligibilityError::Disagrees { field });
            }
        }
        Ok(())
    }

    /// Where it stands: `asked`, `answered`, or `rejected` where the payer
    /// could not answer (AAA).
    #[must_use]
    pub fn state(&self) -> &'static str {
        match &self.answer {
            None => "asked",
            Some(answer) if answer.benefits.is_empty() && !answer.rejections.is_empty() => {
                "rejected"
            }
            Some(_) => "answered",
        }
    }
}

checked! {
    /// A question about one patient's cover, with its answer once it has come.
    EligibilityInquiry(InquiryRecord) or EligibilityError, in "InquiryRecord"
}

impl EligibilityInquiry {
    /// Takes the answer. One that comes later stands in place of it.
    ///
    /// # Errors
    /// [`EligibilityError`] where it is about another patient or payer, or
    /// from before the asking. The inquiry is unchanged then.
    pub fn take(
        &mut self,
        answer: EligibilityAnswer,
        on: NaiveDate,
    ) -> Result<(), EligibilityError> {
        let mut next = self.0.clone();
        next.answered = Some(on);
        next.answer = Some(answer);
        next.check()?;
        self.0 = next;
        Ok(())
    }
}
