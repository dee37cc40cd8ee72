//! What a patient is told beforehand that care will cost.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::statement::in_words;
use crate::{EncounterId, Money, Npi, PatientKey, ProcedureCode, RecordId};

/// How far a bill may go beyond a good-faith estimate before the patient may
/// contest it: by less than 400 dollars (45 CFR 149.620(a)(2)).
pub const SUBSTANTIAL_EXCESS: Money = Money::from_cents(40_000);

/// For whom an estimate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EstimateKind {
    /// A patient without insurance, or who does not use it: all charges are
    /// theirs (45 CFR 149.610).
    GoodFaith,
    /// A patient with cover: their share by the payer's answer.
    Share,
}

impl EstimateKind {
    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GoodFaith => "good_faith",
            Self::Share => "share",
        }
    }
}

/// By what a patient comes to owe a part of a charge, or not to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EstimateStepKind {
    /// Nobody else pays.
    Charge,
    /// The plan does not cover it.
    NotCovered,
    /// A fixed amount a visit.
    CoPayment,
    /// What the patient pays before the plan does.
    Deductible,
    /// The patient's percentage.
    CoInsurance,
    /// The most that the patient pays is reached.
    OutOfPocket,
}

impl EstimateStepKind {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::NotCovered => "not_covered",
            Self::CoPayment => "copayment",
            Self::Deductible => "deductible",
            Self::CoInsurance => "coinsurance",
            Self::OutOfPocket => "out_of_pocket",
        }
    }
}

/// One step of the reckoning of a line's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstimateStep {
    /// By what.
    pub kind: EstimateStepKind,
    /// The amount that it is reckoned on.
    pub of: Money,
    /// The part of one that is taken of it, 0.2 for 20 percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Decimal>,
    /// What was left, before this step, of the copayment, the deductible or
    /// the most that the patient pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Money>,
    /// What the patient owes by it; below zero where it takes off.
    pub share: Money,
}

/// A service of an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstimateLine {
    /// What will be done, in words that the patient understands.
    pub words: String,
    /// Procedure.
    pub procedure: ProcedureCode,
    /// Units, above zero.
    pub units: Decimal,
    /// Charge expected, of which discounts are off already.
    pub expected: Money,
    /// What of it the patient will owe.
    pub share: Money,
    /// How that is reckoned; none where nobody told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<EstimateStep>,
}

/// What an [`Estimate`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstimateRecord {
    /// Id.
    pub id: RecordId,
    /// The patient, by the host's key.
    pub patient: PatientKey,
    /// Visit that it is for, where one is booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encounter: Option<EncounterId>,
    /// For whom it is.
    pub kind: EstimateKind,
    /// Who will give the service.
    pub provider: Npi,
    /// Day on which the visit was booked or the estimate asked for, from which
    /// its deadline is counted.
    pub asked: NaiveDate,
    /// Day on which the care is expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<NaiveDate>,
    /// Services, at least one.
    pub lines: Vec<EstimateLine>,
    /// The question about cover on whose answer it rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<RecordId>,
    /// What that answer leaves open, in words, and what was taken instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Day on which the patient was given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<NaiveDate>,
}

/// An estimate that must not be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// Nothing itemized.
    #[error("the estimate has no lines")]
    NoLines,
    /// No plain words: nothing, no letters, or a code alone.
    #[error("line {line} of the estimate does not say in words what will be done")]
    NoWords {
        /// Line, 1-based.
        line: usize,
    },
    /// No units, or fewer than none.
    #[error("line {line} of the estimate has no units above zero")]
    Units {
        /// Line, 1-based.
        line: usize,
    },
    /// A charge below zero, or a share that is no part of it.
    #[error("line {line} of the estimate: the patient's share {share} is no part of {expected}")]
    Share {
        /// Line, 1-based.
        line: usize,
        /// Share.
        share: Money,
        /// Charge expected.
        expected: Money,
    },
    /// Steps that come to something else than the share.
    #[error("the steps of line {line} of the estimate come to {steps} and not to its share")]
    Steps {
        /// Line, 1-based.
        line: usize,
        /// What the steps come to.
        steps: Money,
    },
    /// A good-faith estimate in which someone else pays.
    #[error("line {line} of the good-faith estimate leaves {left} to nobody")]
    NotAll {
        /// Line, 1-based.
        line: usize,
        /// Charge without share.
        left: Money,
    },
    /// Two days in the wrong order.
    #[error("the estimate's `{later}` is before it was asked for")]
    Order {
        /// The field that should come after.
        later: &'static str,
    },
    /// Given twice.
    #[error("the estimate was given to the patient before: make a new one")]
    Given,
}

impl EstimateRecord {
    fn check(&self) -> Result<(), EstimateError> {
        if self.lines.is_empty() {
            return Err(EstimateError::NoLines);
        }
        for (later, day) in [("service", self.service), ("given", self.given)] {
            if day.is_some_and(|day| day < self.asked) {
                return Err(EstimateError::Order { later });
            }
        }
        for (line, item) in (1..).zip(&self.lines) {
            if !in_words(&item.words) {
                return Err(EstimateError::NoWords { line });
            }
            if item.units <= Decimal::ZERO {
                return Err(EstimateError::Units { line });
            }
            let (share, expected) = (item.share, item.expected);
            if share.is_negative() || share > expected {
                return Err(EstimateError::Share {
                    line,
                    share,
                    expected,
                });
            }
            let steps = item.steps.iter().map(|step| step.share).sum();
            if !item.steps.is_empty() && steps != share {
                return Err(EstimateError::Steps { line, steps });
            }
            if self.kind == EstimateKind::GoodFaith && share != expected {
                let left = expected - share;
                return Err(EstimateError::NotAll { line, left });
            }
        }
        Ok(())
    }

    /// All charges expected.
    #[must_use]
    pub fn expected(&self) -> Money {
        self.lines.iter().map(|line| line.expected).sum()
    }

    /// All that the patient will owe.
    #[must_use]
    pub fn share(&self) -> Money {
        self.lines.iter().map(|line| line.share).sum()
    }

    /// Whether a bill goes so far beyond a good-faith estimate that the patient
    /// may contest it: by [`SUBSTANTIAL_EXCESS`] or more.
    #[must_use]
    pub fn may_be_contested(&self, billed: Money) -> bool {
        self.kind == EstimateKind::GoodFaith && billed - self.expected() >= SUBSTANTIAL_EXCESS
    }
}

checked! {
    /// An itemized estimate whose shares are parts of its charges.
    ///
    /// By when it must be given is
    /// [`Deadline::good_faith_estimate`](crate::Deadline::good_faith_estimate).
    Estimate(EstimateRecord) or EstimateError, in "EstimateRecord"
}

impl Estimate {
    /// Gives it to the patient: from then on it stands.
    ///
    /// # Errors
    /// [`EstimateError`] where it was given before, or the day is before it was
    /// asked for. The estimate is unchanged then.
    pub fn give(&mut self, on: NaiveDate) -> Result<(), EstimateError> {
        if self.given.is_some() {
            return Err(EstimateError::Given);
        }
        let mut next = self.0.clone();
        next.given = Some(on);
        next.check()?;
        self.0 = next;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
