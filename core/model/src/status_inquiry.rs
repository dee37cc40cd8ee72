//! The question to a payer where a claim stands (276), and the answer once it
//! has come.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{AskStage, ClaimId, ClaimStatusAnswer, RecordId};

/// What a [`StatusInquiry`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusInquiryRecord {
    /// Id, sent as the trace number (TRN02), by which the answer is known.
    pub id: RecordId,
    /// The claim that is asked about.
    pub claim: ClaimId,
    /// Day of asking; while it waits to leave, the day on which it was wanted.
    pub asked: NaiveDate,
    /// Whether it has left.
    #[serde(default, skip_serializing_if = "AskStage::is_asked")]
    pub stage: AskStage,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ClaimStatusAnswer>,
}

/// An answer to another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer's `{field}` is not the one that was asked about")]
pub struct StatusInquiryError {
    /// Field.
    pub field: &'static str,
}

impl StatusInquiryRecord {
    fn check(&self) -> Result<(), StatusInquiryError> {
        let Some(answer) = &self.answer else {
            return Ok(());
        };
        let agreed = [
            ("claim", answer.claim == self.claim),
            ("asked", answer.asked == self.asked),
        ];
        match agreed.into_iter().find(|(_, agrees)| !agrees) {
            Some((field, _)) => Err(StatusInquiryError { field }),
            None => Ok(()),
        }
    }
}

checked! {
    /// A question about one claim, with its answer once it has come.
    StatusInquiry(StatusInquiryRecord) or StatusInquiryError, in "StatusInquiryRecord"
}

impl StatusInquiry {
    /// Takes the answer. One that comes later stands in place of it.
    ///
    /// # Errors
    /// [`StatusInquiryError`] where it is about another claim or another day's
    /// question. The inquiry is unchanged then.
    pub fn take(&mut self, answer: ClaimStatusAnswer) -> Result<(), StatusInquiryError> {
        let mut next = self.0.clone();
        next.answer = Some(answer);
        next.check()?;
        self.0 = next;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::encounter::tests::day;
    use crate::{ClaimStatusRecord, PayerStatus, PayerStatusCode};

    pub(crate) fn inquiry() -> StatusInquiry {
        StatusInquiry::new(StatusInquiryRecord {
            id: "Q-1".parse().unwrap(),
            claim: "K-1".parse().unwrap(),
            asked: day("2026-04-20"),
            stage: AskStage::Asked,
            answer: None,
        })
        .unwrap()
    }

    pub(crate) fn answer(claim: &str, asked: &str) -> ClaimStatusAnswer {
        ClaimStatusAnswer::new(ClaimStatusRecord {
            claim: claim.parse().unwrap(),
            asked: day(asked),
            answered: day("2026-04-21"),
            control: None,
            payer_control: None,
            from: None,
            to: None,
            statuses: vec![PayerStatus {
                codes: vec![PayerStatusCode {
                    category: "P1".to_owned(),
                    status: "20".to_owned(),
                    entity: None,
                }],
                effective: day("2026-04-21"),
                charge: None,
                paid: None,
                decided: None,
                paid_on: None,
                payment: None,
            }],
            lines: Vec::new(),
            carried: Vec::new(),
        })
        .unwrap()
    }

    #[test]
    fn an_inquiry_takes_the_answer_to_it_and_no_other() {
        let mut asked = inquiry();
        let wrong = asked.take(answer("K-2", "2026-04-20"));
        assert_eq!(wrong, Err(StatusInquiryError { field: "claim" }));
        let stale = asked.take(answer("K-1", "2026-04-19"));
        assert_eq!(stale, Err(StatusInquiryError { field: "asked" }));
        assert_eq!(asked, inquiry());
        asked.take(answer("K-1", "2026-04-20")).unwrap();
        let json = serde_json::to_string(&asked).unwrap();
        assert_eq!(serde_json::from_str::<StatusInquiry>(&json).unwrap(), asked);
        let wrong = json.replacen("K-1", "K-2", 1);
        assert!(serde_json::from_str::<StatusInquiry>(&wrong).is_err());
    }
}
