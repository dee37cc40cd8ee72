//! Where a claim stands, as its payer says when asked (277, 005010X212).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{
    AsSent, Carried, ClaimId, Modifier, Money, PatientControlNumber, PayerClaimControlNumber,
    ProcedureCode, TraceNumber,
};

/// How far a claim is, by the category of its status (code list 507).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusStage {
    /// Received, and no more is said (A).
    Acknowledged,
    /// In process (P).
    Pending,
    /// The payer waits for information (R).
    InformationWanted,
    /// Decided, and paid or to be paid (F0, F1, F3).
    Finalized,
    /// Decided without payment (F2, F4).
    NotPaid,
    /// Passed on to another payer (F3F).
    Forwarded,
    /// The payer does not find it (D0, A4).
    NotFound,
    /// The question could not be answered (E).
    Failed,
    /// A category that is none of these.
    Unclear,
}

impl StatusStage {
    /// Reads a category.
    #[must_use]
    pub fn of_category(category: &str) -> Self {
        match category {
            "D0" | "A4" => Self::NotFound,
            "F2" | "F4" => Self::NotPaid,
            "F3F" => Self::Forwarded,
            "F0" | "F1" | "F3" | "F3N" => Self::Finalized,
            _ => match category.bytes().next() {
                Some(b'A') => Self::Acknowledged,
                Some(b'P') => Self::Pending,
                Some(b'R') => Self::InformationWanted,
                Some(b'E') => Self::Failed,
                _ => Self::Unclear,
            },
        }
    }

    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Pending => "pending",
            Self::InformationWanted => "information_wanted",
            Self::Finalized => "finalized",
            Self::NotPaid => "not_paid",
            Self::Forwarded => "forwarded",
            Self::NotFound => "not_found",
            Self::Failed => "failed",
            Self::Unclear => "unclear",
        }
    }
}

/// One status: category, status and the entity that it is about (code lists
/// 507, 508 and 98), such as `F2:88:QC`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PayerStatusCode {
    /// Category, such as F2.
    pub category: String,
    /// Status, such as 88.
    pub status: String,
    /// Entity, such as QC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
}

impl PayerStatusCode {
    /// How far the claim is by it.
    #[must_use]
    pub fn stage(&self) -> StatusStage {
        StatusStage::of_category(&self.category)
    }
}

/// What a payer says at one time (STC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerStatus {
    /// One to three codes, the first being the main one (STC01, 10, 11).
    pub codes: Vec<PayerStatusCode>,
    /// Day that it is of (STC02).
    pub effective: NaiveDate,
    /// Charge (STC04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<Money>,
    /// Paid (STC05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
    /// Day on which it was decided (STC06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<NaiveDate>,
    /// Day of the payment (STC08).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_on: Option<NaiveDate>,
    /// Check or EFT trace number of the payment (STC09), by which the
    /// remittance is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<TraceNumber>,
}

impl PayerStatus {
    /// How far the claim is by its main code.
    #[must_use]
    pub fn stage(&self) -> StatusStage {
        self.codes
            .first()
            .map_or(StatusStage::Unclear, PayerStatusCode::stage)
    }
}

/// What a payer says of one service line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineStatus {
    /// Qualifier of the procedure code.
    pub qualifier: String,
    /// Procedure, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<AsSent<ProcedureCode>>,
    /// Modifiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<AsSent<Modifier>>,
    /// Charge (SVC02).
    pub charge: Money,
    /// Paid (SVC03).
    pub paid: Money,
    /// Units (SVC07).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Decimal>,
    /// Our line item control number (REF*FJ).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// First day of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// What is said of it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<PayerStatus>,
}

/// What a [`ClaimStatusAnswer`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimStatusRecord {
    /// The claim that was asked about.
    pub claim: ClaimId,
    /// Day of asking.
    pub asked: NaiveDate,
    /// Day of the answer.
    pub answered: NaiveDate,
    /// The control number as the payer gives it back (REF*EJ).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<PatientControlNumber>,
    /// The payer's number of the claim (REF*1K): what a replacement needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_control: Option<PayerClaimControlNumber>,
    /// First day of service, as the payer has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// What is said of the claim, in the payer's order.
    pub statuses: Vec<PayerStatus>,
    /// Service lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineStatus>,
    /// What the answer says beyond that: loops as paths from the patient's
    /// level, such as `2200D/2220D[1]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<Carried>,
}

/// An answer about a claim that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimStatusError {
    /// It says nothing at all.
    #[error("the answer has no status")]
    Empty,
    /// A status has no code, or more than three.
    #[error("status {status} of the answer has {codes} codes; there are one to three")]
    Codes {
        /// Which, 1-based, lines' statuses being counted behind the claim's.
        status: usize,
        /// How many it has.
        codes: usize,
    },
    /// Answered before it was asked.
    #[error("the answer is from before the asking")]
    AnsweredEarly,
    /// Days of service in the wrong order.
    #[error("the answer's days of service end before they begin")]
    Days,
}

impl ClaimStatusRecord {
    fn check(&self) -> Result<(), ClaimStatusError> {
        if self.answered < self.asked {
            return Err(ClaimStatusError::AnsweredEarly);
        }
        let days = |from: Option<NaiveDate>, to: Option<NaiveDate>| from.zip(to);
        let lines = self.lines.iter().map(|line| days(line.from, line.to));
        if std::iter::once(days(self.from, self.to))
            .chain(lines)
            .flatten()
            .any(|(from, to)| to < from)
        {
            return Err(ClaimStatusError::Days);
        }
        if self.statuses.is_empty() {
            return Err(ClaimStatusError::Empty);
        }
        let lines = self.lines.iter().flat_map(|line| &line.statuses);
        for (status, said) in (1..).zip(self.statuses.iter().chain(lines)) {
            let codes = said.codes.len();
            if !(1..=3).contains(&codes) {
                return Err(ClaimStatusError::Codes { status, codes });
            }
        }
        Ok(())
    }

    /// The latest status: the last one of the latest day.
    #[must_use]
    pub fn latest(&self) -> Option<&PayerStatus> {
        self.statuses.iter().max_by_key(|status| status.effective)
    }

    /// How far the claim is by the latest status.
    #[must_use]
    pub fn stage(&self) -> StatusStage {
        self.latest()
            .map_or(StatusStage::Unclear, PayerStatus::stage)
    }
}

checked! {
    /// A payer's answer about where a claim stands.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use scrubjay_model::{ClaimStatusAnswer, ClaimStatusRecord, PayerStatus, PayerStatusCode, StatusStage};
    ///
    /// let day = NaiveDate::from_ymd_opt(2026, 4, 20).ok_or("no such day")?;
    /// let answer = ClaimStatusAnswer::new(ClaimStatusRecord {
    ///     claim: "JC1001".parse()?,
    ///     asked: day,
    ///     answered: day,
    ///     control: None,
    ///     payer_control: Some("26110XYZ".parse()?),
    ///     from: None,
    ///     to: None,
    ///     statuses: vec![PayerStatus {
    ///         codes: vec![PayerStatusCode { category: "P1".into(), status: "20".into(), entity: None }],
    ///         effective: day,
    ///         charge: None,
    ///         paid: None,
    ///         decided: None,
    ///         paid_on: None,
    ///         payment: None,
    ///     }],
    ///     lines: Vec::new(),
    ///     carried: Vec::new(),
    /// })?;
    /// assert_eq!(answer.stage(), StatusStage::Pending);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ClaimStatusAnswer(ClaimStatusRecord) or ClaimStatusError, in "ClaimStatusRecord"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn status(category: &str, effective: &str) -> PayerStatus {
        PayerStatus {
            codes: vec![PayerStatusCode {
                category: category.to_owned(),
                status: "20".to_owned(),
                entity: None,
            }],
            effective: day(effective),
            charge: None,
            paid: None,
            decided: None,
            paid_on: None,
            payment: None,
        }
    }

    fn answered() -> ClaimStatusRecord {
        ClaimStatusRecord {
            claim: "C1".parse().unwrap(),
            asked: day("2026-04-20"),
            answered: day("2026-04-21"),
            control: None,
            payer_control: None,
            from: Some(day("2026-03-02")),
            to: Some(day("2026-03-02")),
            statuses: vec![status("F2", "2026-04-10"), status("P1", "2026-03-09")],
            lines: Vec::new(),
            carried: Vec::new(),
        }
    }

    #[test]
    fn of_several_statuses_the_latest_day_counts_and_not_the_order() {
        assert_eq!(answered().stage(), StatusStage::NotPaid);
        let mut same_day = answered();
        same_day.statuses.push(status("R3", "2026-04-10"));
        assert_eq!(same_day.stage(), StatusStage::InformationWanted);
    }

    #[test]
    fn a_claim_that_the_payer_does_not_find_is_no_acknowledged_one() {
        assert_eq!(StatusStage::of_category("A4"), StatusStage::NotFound);
        assert_eq!(StatusStage::of_category("A2"), StatusStage::Acknowledged);
        assert_eq!(StatusStage::of_category("F3F"), StatusStage::Forwarded);
        assert_eq!(StatusStage::of_category("F3N"), StatusStage::Finalized);
        assert_eq!(StatusStage::of_category(""), StatusStage::Unclear);
    }

    #[test]
    fn what_cannot_be_an_answer_is_refused() {
        let refused = |change: fn(&mut ClaimStatusRecord)| {
            let mut record = answered();
            change(&mut record);
            ClaimStatusAnswer::new(record).unwrap_err()
        };
        assert_eq!(refused(|a| a.statuses.clear()), ClaimStatusError::Empty);
        assert_eq!(
            refused(|a| a.statuses[1].codes.clear()),
            ClaimStatusError::Codes {
                status: 2,
                codes: 0
            }
        );
        assert_eq!(
            refused(|a| a.answered = day("2026-04-19")),
            ClaimStatusError::AnsweredEarly
        );
        assert_eq!(
            refused(|a| a.to = Some(day("2026-03-01"))),
            ClaimStatusError::Days
        );
    }
}
