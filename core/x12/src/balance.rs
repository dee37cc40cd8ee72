//! The balance of an 835: three identities, exact to the cent.

use rust_decimal::Decimal;

use crate::{Loop, Position, SegmentBuf, TransactionSet};

/// Whether an identity holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// It holds everywhere.
    Balanced,
    /// It is off by so much at that segment (stated less computed).
    Unbalanced {
        /// Where it first fails.
        at: Position,
        /// By how much.
        by: Decimal,
    },
    /// An amount in it cannot be read.
    NotEvaluable {
        /// Where.
        at: Position,
    },
}

/// The three identities of a remittance (005010X221A1, 1.10.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Each line: charge less adjustments is paid.
    pub line: Identity,
    /// Each claim: charge less all adjustments is paid.
    pub claim: Identity,
    /// The transaction: paid on claims less provider adjustments is the payment.
    pub transaction: Identity,
}

impl Balance {
    /// What fails first, in words.
    #[must_use]
    pub fn first_unbalanced(&self) -> Option<String> {
        [
            ("service line", self.line),
            ("claim", self.claim),
            ("transaction", self.transaction),
        ]
        .into_iter()
        .find_map(|(name, identity)| match identity {
            Identity::Balanced => None,
            Identity::Unbalanced { at, by } => Some(format!("{at}: {name} is off by {by}")),
            Identity::NotEvaluable { at } => Some(format!(
                "{at}: {name} cannot be added up, since an amount is no number"
            )),
        })
    }
}

fn amount(text: &str) -> Option<Decimal> {
    if text.is_empty() {
        Some(Decimal::ZERO)
    } else {
        text.parse().ok()
    }
}

fn adjustments(within: &Loop) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    for cas in within.segments_with("CAS") {
        for at in [3, 6, 9, 12, 15, 18] {
            sum += amount(cas.element(at))?;
        }
    }
    Some(sum)
}

fn check(found: &mut Identity, at: &SegmentBuf, off_by: Option<Decimal>) {
    let at = at.position.unwrap_or_default();
    if *found == Identity::Balanced {
        *found = match off_by {
            Some(by) if by.is_zero() => Identity::Balanced,
            Some(by) => Identity::Unbalanced { at, by },
            None => Identity::NotEvaluable { at },
        };
    }
}

/// Checks an 835.
#[must_use]
pub fn balance(set: &TransactionSet) -> Balance {
    let mut result = Balance {
        line: Identity::Balanced,
        claim: Identity::Balanced,
        transaction: Identity::Balanced,
    };
    let mut paid_on_claims = Some(Decimal::ZERO);
    for claim in set
        .root
        .children("2000")
        .flat_map(|header| header.children("2100"))
    {
        let Some(clp) = claim.segment("CLP") else {
            continue;
        };
        let mut adjusted = adjustments(claim);
        for line in claim.children("2110") {
            let Some(svc) = line.segment("SVC") else {
                continue;
            };
            let on_line = adjustments(line);
            let off = amount(svc.element(3))
                .zip(amount(svc.element(2)))
                .zip(on_line)
                .map(|((paid, charge), adjusted)| paid - (charge - adjusted));
            check(&mut result.line, svc, off);
            adjusted = adjusted.zip(on_line).map(|(sum, more)| sum + more);
        }
        let paid = amount(clp.element(4));
        let off = paid
            .zip(amount(clp.element(3)))
            .zip(adjusted)
            .map(|((paid, charge), adjusted)| paid - (charge - adjusted));
        check(&mut result.claim, clp, off);
        paid_on_claims = paid_on_claims.zip(paid).map(|(sum, more)| sum + more);
    }
    let mut provider_level = Some(Decimal::ZERO);
    for plb in set.root.segments_with("PLB") {
        for at in [4, 6, 8, 10, 12, 14] {
            provider_level = provider_level
                .zip(amount(plb.element(at)))
                .map(|(sum, more)| sum + more);
        }
    }
    if let Some(bpr) = set.root.segment("BPR") {
        let sign = if bpr.element(3) == "D" {
            -Decimal::ONE
        } else {
            Decimal::ONE
        };
        let off = amount(bpr.element(2))
            .zip(paid_on_claims)
            .zip(provider_level)
            .map(|((paid, claims), provider)| paid * sign - (claims - provider));
        check(&mut result.transaction, bpr, off);
    }
    result
}
