//! The question to a payer, and the answer once it has come.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{EligibilityAnswer, EligibilityError};
use crate::checked::checked;
use crate::{EncounterId, MemberId, PatientKey, PayerId, RecordId, ServiceType};

/// When in the life of a visit a payer is asked about cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskOccasion {
    /// The visit was booked.
    Booked,
    /// It is two days off.
    Before,
    /// It is today.
    Day,
    /// The last answer had grown too old.
    Stale,
    /// A rule asked for it.
    Rule,
    /// A person asked for it.
    Request,
}

impl AskOccasion {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Before => "before",
            Self::Day => "day",
            Self::Stale => "stale",
            Self::Rule => "rule",
            Self::Request => "request",
        }
    }
}

/// Whether a question has left.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AskStage {
    /// It is written to a file for the payer.
    #[default]
    Asked,
    /// It is wanted, and leaves with the next file.
    Wanted,
    /// It was wanted and did not leave: the coverage or the visit is gone, or
    /// it cannot be written.
    Withdrawn,
}

impl AskStage {
    // serde asks by reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    pub(crate) fn is_asked(&self) -> bool {
        *self == Self::Asked
    }
}

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
    /// Day of asking; of wanting to know, as long as it has not left.
    pub asked: NaiveDate,
    /// Whether it has left.
    #[serde(default, skip_serializing_if = "AskStage::is_asked")]
    pub stage: AskStage,
    /// On what occasion it is asked, where that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occasion: Option<AskOccasion>,
    /// Why, in words without patient data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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
        if self.stage != AskStage::Asked {
            return Err(EligibilityError::NotAsked);
        }
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

    /// The same without what tells of a person but the host's key: name, birth date,
    /// address and member numbers, and what is carried as the payer wrote it. For
    /// documents that leave the practice's own desk.
    #[must_use]
    pub fn without_person(&self) -> Self {
        let mut told = self.clone();
        told.member = None;
        if let Some(answer) = &mut told.answer {
            answer.0.member = None;
            answer.0.person = None;
            answer.0.carried.clear();
            for other in &mut answer.0.other_payers {
                other.member = None;
            }
        }
        told
    }

    /// Where it stands: `wanted`, `withdrawn`, `asked`, `answered`, or
    /// `rejected` where the payer could not answer (AAA).
    #[must_use]
    pub fn state(&self) -> &'static str {
        match &self.answer {
            None => match self.stage {
                AskStage::Wanted => "wanted",
                AskStage::Withdrawn => "withdrawn",
                AskStage::Asked => "asked",
            },
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
    /// Notes that it does not leave.
    ///
    /// # Errors
    /// [`EligibilityError`] where it is answered. The inquiry is unchanged then.
    pub fn withdraw(&mut self) -> Result<(), EligibilityError> {
        if self.answer.is_some() {
            return Err(EligibilityError::Answered);
        }
        self.0.stage = AskStage::Withdrawn;
        Ok(())
    }

    /// Notes that it leaves on a day. One that has left already is asked once more.
    ///
    /// # Errors
    /// [`EligibilityError`] where it is answered already: a new question is
    /// another inquiry. The inquiry is unchanged then.
    pub fn leave(&mut self, on: NaiveDate) -> Result<(), EligibilityError> {
        if self.answer.is_some() {
            return Err(EligibilityError::Answered);
        }
        self.0.stage = AskStage::Asked;
        self.0.asked = on;
        Ok(())
    }

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
