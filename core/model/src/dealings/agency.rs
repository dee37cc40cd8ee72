//! What a collection agency has, and what it is to be told of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{AccountClaim, ClaimId, Money};

/// An account in the hands of a collection agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The agency's key in the practice's configuration.
    pub agency: String,
    /// Day.
    pub on: NaiveDate,
    /// What it has still, claim by claim, each above zero.
    pub claims: Vec<AccountClaim>,
    /// Day on which the agency was told; `None` while it is to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exported: Option<NaiveDate>,
    /// Day on which it was taken back, or nothing of it was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalled: Option<NaiveDate>,
}

impl Placement {
    /// What it has still, in all.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.claims.iter().map(|placed| placed.balance).sum()
    }

    /// What it has still of a claim.
    #[must_use]
    pub fn of(&self, claim: &ClaimId) -> Money {
        let of = self.claims.iter().filter(|placed| placed.claim == *claim);
        of.map(|placed| placed.balance).sum()
    }
}

/// What an agency is to do with a claim, or to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgencyAction {
    /// Collect it.
    Place,
    /// The patient has paid us: ask for so much less.
    Payment,
    /// A payment to us did not hold: ask for so much more.
    PaymentReturned,
    /// Less is owed than was placed, as where a payer has decided anew: ask for so
    /// much less.
    Adjustment,
    /// Give it back.
    Recall,
}

impl AgencyAction {
    /// The word in the agency's file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Payment => "payment",
            Self::PaymentReturned => "payment_returned",
            Self::Adjustment => "adjustment",
            Self::Recall => "recall",
        }
    }
}

/// Something that an agency is to be told, or was, of one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgencyNews {
    /// The agency's key.
    pub agency: String,
    /// What.
    pub action: AgencyAction,
    /// Claim.
    pub claim: ClaimId,
    /// Amount that is placed, paid, owed again, or given back; nothing where
    /// nothing is left of the claim that is given back.
    pub amount: Money,
    /// What it is to ask for on the claim after that.
    pub left: Money,
    /// Day on which it happened.
    pub on: NaiveDate,
    /// Day on which the agency was told; `None` while it is to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<NaiveDate>,
}
