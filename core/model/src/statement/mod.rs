//! The itemized statement: what was done, who paid what, what is left.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{AccountNumber, ClaimId, Money, StatementNumber};

/// The amounts of a statement line, and of all lines together.
///
/// `charge - insurance_paid - discount - patient_paid - pending = owed`, on
/// each line and in total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatementAmounts {
    /// Charge of the service.
    pub charge: Money,
    /// Paid by payers.
    pub insurance_paid: Money,
    /// Not owed by anyone: contractual adjustments, assistance, write-offs.
    pub discount: Money,
    /// Paid by the patient.
    pub patient_paid: Money,
    /// Not yet decided by a payer, and so not asked for now.
    pub pending: Money,
    /// Owed by the patient now.
    pub owed: Money,
}

impl StatementAmounts {
    /// What is left of the charge, which `owed` must be.
    #[must_use]
    pub fn left(&self) -> Money {
        self.charge - self.insurance_paid - self.discount - self.patient_paid - self.pending
    }

    fn fields(&self) -> [(&'static str, Money); 6] {
        [
            ("charge", self.charge),
            ("insurance_paid", self.insurance_paid),
            ("discount", self.discount),
            ("patient_paid", self.patient_paid),
            ("pending", self.pending),
            ("owed", self.owed),
        ]
    }
}

/// One service on a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// Claim.
    pub claim: ClaimId,
    /// Date of service.
    pub service: NaiveDate,
    /// What was done, in words that the patient understands; a code may stand
    /// beside it, never instead of it.
    pub words: String,
    /// Amounts.
    #[serde(flatten)]
    pub amounts: StatementAmounts,
}

/// What happened to the money of a claim, and why, in words for the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Claim.
    pub claim: ClaimId,
    /// The words, a sentence.
    pub words: String,
}

/// What a [`Statement`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRecord {
    /// Number.
    pub number: StatementNumber,
    /// Account.
    pub account: AccountNumber,
    /// Day it is issued.
    pub issued: NaiveDate,
    /// Day by which it asks to be paid.
    pub due: NaiveDate,
    /// Services, at least one.
    pub lines: Vec<StatementLine>,
    /// All lines together.
    pub totals: StatementAmounts,
    /// What payers and the practice did, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<Explanation>,
}

/// A statement that must not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Nothing itemized.
    #[error("the statement has no lines")]
    NoLines,
    /// Due before it is issued.
    #[error("the statement is due before it is issued")]
    DueEarly,
    /// Issued before the service.
    #[error("line {line} of the statement is of a service after the statement was issued")]
    ServiceLater {
        /// Line, 1-based.
        line: usize,
    },
    /// No plain words: nothing, no letters, or a code alone.
    #[error("line {line} of the statement does not say in words what was done")]
    NoWords {
        /// Line, 1-based.
        line: usize,
    },
    /// A line that does not add up.
    #[error("line {line} of the statement says {said} is owed, and {left} is left of its charge")]
    Line {
        /// Line, 1-based.
        line: usize,
        /// Amount said to be owed.
        said: Money,
        /// Amount left by the line's own figures.
        left: Money,
    },
    /// A total that is not the lines' sum.
    #[error("the statement's total `{field}` is {said}, and its lines add up to {sum}")]
    Total {
        /// Field.
        field: &'static str,
        /// Total said.
        said: Money,
        /// Sum of the lines.
        sum: Money,
    },
    /// Nothing is owed: a credit is refunded and not billed.
    #[error("the statement asks for {0}: a balance below zero is refunded, not billed")]
    Credit(Money),
}

/// What all lines come to, field by field.
fn sum_of(lines: &[StatementLine]) -> StatementAmounts {
    let mut sum = StatementAmounts::default();
    for StatementLine { amounts, .. } in lines {
        sum.charge += amounts.charge;
        sum.insurance_paid += amounts.insurance_paid;
        sum.discount += amounts.discount;
        sum.patient_paid += amounts.patient_paid;
        sum.pending += amounts.pending;
        sum.owed += amounts.owed;
    }
    sum
}

/// Whether a text has a word of letters, other than codes such as `J1100`.
pub(crate) fn in_words(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        letters >= 2 && !word.chars().any(|c| c.is_ascii_digit())
    })
}

impl StatementRecord {
    fn check(&self) -> Result<(), StatementError> {
        if self.lines.is_empty() {
            return Err(StatementError::NoLines);
        }
        if self.due < self.issued {
            return Err(StatementError::DueEarly);
        }
        for (line, item) in (1..).zip(&self.lines) {
            if item.service > self.issued {
                return Err(StatementError::ServiceLater { line });
            }
            if !in_words(&item.words) {
                return Err(StatementError::NoWords { line });
            }
            let (said, left) = (item.amounts.owed, item.amounts.left());
            if said != left {
                return Err(StatementError::Line { line, said, left });
            }
        }
        let sums = sum_of(&self.lines).fields();
        for ((field, said), (_, sum)) in self.totals.fields().into_iter().zip(sums) {
            if said != sum {
                return Err(StatementError::Total { field, said, sum });
            }
        }
        if self.totals.owed.is_negative() {
            return Err(StatementError::Credit(self.totals.owed));
        }
        Ok(())
    }
}

checked! {
    /// A statement that adds up: each line, and all lines together.
    Statement(StatementRecord) or StatementError, in "StatementRecord"
}

impl Statement {
    /// A statement of these lines, with their totals.
    ///
    /// # Errors
    /// [`StatementError`] where a line does not add up or has no words, or the
    /// whole asks for less than nothing.
    pub fn of(
        number: StatementNumber,
        account: AccountNumber,
        issued: NaiveDate,
        due: NaiveDate,
        lines: Vec<StatementLine>,
    ) -> Result<Self, StatementError> {
        let totals = sum_of(&lines);
        Self::new(StatementRecord {
            number,
            account,
            issued,
            due,
            lines,
            totals,
            explained: Vec::new(),
        })
    }

    /// The same with words for what happened to the money.
    #[must_use]
    pub fn explained(mut self, words: Vec<Explanation>) -> Self {
        self.0.explained = words;
        self
    }
}

#[cfg(test)]
mod tests;
