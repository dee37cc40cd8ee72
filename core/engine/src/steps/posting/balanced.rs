//! Whether a remittance that was entered by hand adds up: the identities that
//! an 835 is held against (005010X221A1, 1.10.2.1), on the model.

use std::fmt;

use scrubjay_model::{Money, Remittance, RemittanceClaim};

/// Where a remittance does not add up, and by how much.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Imbalance {
    /// A line: its charge less its adjustments is not what was paid on it.
    Line {
        /// Place of the claim, from 1.
        claim: u32,
        /// Place of the line, from 1.
        line: usize,
        /// Stated less computed.
        by: Money,
    },
    /// A claim: the charges of its lines are not its charge.
    Charge {
        /// Place of the claim, from 1.
        claim: u32,
        /// Stated less computed.
        by: Money,
    },
    /// A claim: its charge less all adjustments is not what was paid on it.
    Claim {
        /// Place of the claim, from 1.
        claim: u32,
        /// Stated less computed.
        by: Money,
    },
    /// What was paid on claims, less what was taken beside them, is not the payment.
    Payment {
        /// Stated less computed.
        by: Money,
    },
}

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { claim, line, by } => {
                write!(f, "line {line} of claim {claim} is off by {by}")
            }
            Self::Charge { claim, by } => {
                write!(
                    f,
                    "the charge of claim {claim} is off from its lines by {by}"
                )
            }
            Self::Claim { claim, by } => write!(f, "claim {claim} is off by {by}"),
            Self::Payment { by } => write!(f, "the payment is off by {by}"),
        }
    }
}

/// What is off first; `None` where all of it adds up.
pub(super) fn imbalance(remittance: &Remittance) -> Option<Imbalance> {
    let of_claims = remittance.claims.iter().find_map(of_claim);
    of_claims.or_else(|| {
        let claims: Money = remittance.claims.iter().map(|claim| claim.paid).sum();
        let beside = &remittance.provider_adjustments;
        let beside: Money = beside.iter().map(|adjustment| adjustment.amount).sum();
        let by = remittance.paid - (claims - beside);
        (!by.is_zero()).then_some(Imbalance::Payment { by })
    })
}

fn of_claim(claim: &RemittanceClaim) -> Option<Imbalance> {
    let place = claim.ordinal;
    for (line, number) in claim.lines.iter().zip(1..) {
        let taken: Money = line.adjustments.iter().map(|one| one.amount).sum();
        let by = line.paid - (line.charge - taken);
        if !by.is_zero() {
            let (claim, line) = (place, number);
            return Some(Imbalance::Line { claim, line, by });
        }
    }
    if !claim.lines.is_empty() {
        let lines: Money = claim.lines.iter().map(|line| line.charge).sum();
        let by = claim.charge - lines;
        if !by.is_zero() {
            return Some(Imbalance::Charge { claim: place, by });
        }
    }
    let taken: Money = claim.all_adjustments().map(|one| one.amount).sum();
    let by = claim.paid - (claim.charge - taken);
    (!by.is_zero()).then_some(Imbalance::Claim { claim: place, by })
}
