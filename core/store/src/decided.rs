//! What payers have decided on a claim so far, and how a remitted claim was
//! found to be it.

use chrono::NaiveDate;
use scrubjay_model::{ClaimPaymentStatus, Money, RemittanceClaim};
use serde::{Deserialize, Serialize};

use crate::{ClaimRow, Event, Sequence};

/// How a remitted claim was found to be one of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Matched {
    /// By our control number (CLP01), which the charge or the patient confirms.
    Control,
    /// By the payer's control number (CLP07), confirmed likewise.
    PayerControl,
    /// By likeness, since neither number led to it.
    Likeness {
        /// How like it is, of 100.
        score: u8,
    },
    /// By a person, after it had waited.
    Hand {
        /// The row that set it aside.
        waited: Sequence,
        /// Why it is this claim.
        reason: String,
        /// What the person knew to differ.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        despite: Vec<Difference>,
    },
}

/// What a remitted claim and the claim that a person takes it for differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// The claim went to another payer.
    Payer,
    /// The claim has another total charge.
    Charge,
}

/// What payers have decided on a claim so far.
///
/// The events of a claim in their order make it; the projection of claims holds
/// the same figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Date of the first decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_decided: Option<NaiveDate>,
    /// Whether the first decision denied any of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_denied: Option<bool>,
    /// Date of the last payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_paid: Option<NaiveDate>,
    /// Insurance payments so far, reversals and takebacks taken off.
    pub paid: Money,
    /// Amount allowed by the last decision that stands.
    pub allowed: Money,
    /// Amount denied by the last decision that stands.
    pub denied: Money,
}

impl Decided {
    /// As a claim's row has it.
    #[must_use]
    pub const fn of(row: &ClaimRow) -> Self {
        Self {
            first_decided: row.first_decided,
            first_denied: row.first_denied,
            last_paid: row.last_paid,
            paid: row.paid,
            allowed: row.allowed,
            denied: row.denied,
        }
    }

    /// Takes an event of the claim in; those that decide nothing change nothing.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::ClaimRemitted {
                remitted,
                decided,
                allowed,
                denied,
                ..
            } => self.remitted(remitted, *decided, *allowed, *denied),
            Event::TakenBack { amount, .. } => self.paid -= *amount,
            _ => {}
        }
    }

    pub(crate) fn remitted(
        &mut self,
        remitted: &RemittanceClaim,
        decided: NaiveDate,
        allowed: Money,
        denied: Money,
    ) {
        match remitted.status {
            // An estimate before the service decides nothing.
            ClaimPaymentStatus::Predetermination => return,
            ClaimPaymentStatus::Reversal => {
                (self.allowed, self.denied) = (Money::ZERO, Money::ZERO);
            }
            _ => {
                if self.first_decided.is_none() {
                    self.first_decided = Some(decided);
                    self.first_denied = Some(!denied.is_zero());
                }
                (self.allowed, self.denied) = (allowed, denied);
            }
        }
        self.paid += remitted.paid;
        if remitted.paid.is_positive() {
            self.last_paid = Some(decided);
        }
    }

    pub(crate) fn put(self, row: &mut ClaimRow) {
        row.first_decided = self.first_decided;
        row.first_denied = self.first_denied;
        row.last_paid = self.last_paid;
        row.paid = self.paid;
        row.allowed = self.allowed;
        row.denied = self.denied;
    }
}
