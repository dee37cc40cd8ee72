//! What of a claim is refused now, read from its journal.

use scrubjay_model::{ClaimPaymentStatus, Denial, DenialOutcome, Money};
use scrubjay_store::{Event, JournalRow};

use crate::steps::posting;

/// What the last decision on a claim refuses, and what became of it.
#[derive(Debug, Default)]
pub(crate) struct Standing<'h> {
    /// What the last decision that refused something refused.
    pub(crate) denials: Vec<&'h Denial>,
    /// How it ended, each part.
    pub(crate) settled: Vec<(DenialOutcome, Money)>,
    /// What was open of it when a later decision refused nothing.
    superseded: Option<Money>,
}

impl Standing<'_> {
    /// How much is refused and not settled.
    pub(crate) fn open(&self) -> Money {
        if self.superseded.is_some() {
            return Money::ZERO;
        }
        self.left()
    }

    /// What a later decision, that refuses nothing, has turned.
    pub(crate) fn overturned(&self) -> Money {
        self.superseded.unwrap_or(Money::ZERO)
    }

    fn left(&self) -> Money {
        let refused: Money = self.denials.iter().map(|denial| denial.amount).sum();
        let settled: Money = self.settled.iter().map(|(_, amount)| *amount).sum();
        (refused - settled).max(Money::ZERO)
    }
}

/// Reads it; rows of undone postings do not count.
pub(crate) fn standing(history: &[JournalRow]) -> Standing<'_> {
    let gone = posting::gone(history);
    let mut standing = Standing::default();
    // Whether a decision has come since the last denial.
    let mut decided_since = false;
    for row in history.iter().filter(|row| !gone.contains(&row.sequence)) {
        match &row.event {
            Event::ClaimRemitted {
                remitted, denied, ..
            } => match remitted.status {
                ClaimPaymentStatus::Predetermination => {}
                // The correction that follows says what is refused.
                ClaimPaymentStatus::Reversal => decided_since = true,
                _ => {
                    decided_since = true;
                    let left = standing.left();
                    if denied.is_zero() && left.is_positive() && standing.superseded.is_none() {
                        standing.superseded = Some(left);
                    }
                }
            },
            Event::Denied { denial } => {
                if std::mem::take(&mut decided_since) {
                    standing = Standing::default();
                }
                standing.denials.push(denial);
            }
            Event::DenialSettled {
                outcome, amount, ..
            } => standing.settled.push((*outcome, *amount)),
            _ => {}
        }
    }
    standing
}
