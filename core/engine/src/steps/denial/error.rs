//! Why nothing was done about a denial.

use scrubjay_model::{ClaimId, Money, RecordId, WriteOffReason};

/// Why nothing was done about a denial; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DenialCallError {
    /// There is no such claim.
    #[error("there is no claim {claim}; `scrubjay claims list` shows them")]
    UnknownClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// Nobody is named, or no reason is given.
    #[error("who gives up what a payer refused says so, and why; give both")]
    Unsigned,
    /// Nothing is refused.
    #[error("nothing of claim {claim} is refused that is still open")]
    NotDenied {
        /// Claim.
        claim: ClaimId,
    },
    /// The payer has an appeal to decide.
    #[error(
        "appeal {appeal} of claim {claim} is at the payer: note its decision before anything is given up"
    )]
    AtPayer {
        /// Claim.
        claim: ClaimId,
        /// Appeal.
        appeal: RecordId,
    },
    /// The reason is one of patients' accounts.
    #[error(
        "`{}` is a reason for what a patient owes; for a denial there are timely_filing, no_authorization, bundled, denied, small_balance, not_billable, administrative",
        .why.as_str()
    )]
    NotForDenials {
        /// Why.
        why: WriteOffReason,
    },
    /// Too much, or nothing.
    #[error("{amount} of claim {claim} cannot be written off: {there} is refused and owed")]
    Amount {
        /// Claim.
        claim: ClaimId,
        /// Asked for.
        amount: Money,
        /// What there is.
        there: Money,
    },
    /// A filter names what there is not.
    #[error("there is no {what} `{value}`; there are {}", .known.join(", "))]
    Unknown {
        /// What it is.
        what: &'static str,
        /// What was asked for.
        value: String,
        /// Those that there are.
        known: Vec<String>,
    },
}
