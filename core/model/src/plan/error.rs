//! Why a payment plan does not work out.

use super::MAX_INSTALMENTS;
use crate::Money;

/// A plan that does not work out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No instalments, or too many.
    #[error("the plan has {count} instalments, and may have 1 to {MAX_INSTALMENTS}")]
    Count {
        /// How many.
        count: usize,
    },
    /// An amount that is not above zero.
    #[error("{what} {at} of the plan is not above zero")]
    Amount {
        /// `instalment`, `payment` or `balance`.
        what: &'static str,
        /// Which, 1-based; 1 for the balance.
        at: usize,
    },
    /// A day before the one that must come first.
    #[error("{what} {at} of the plan is dated before the one that must come first")]
    Order {
        /// `instalment` or `payment`.
        what: &'static str,
        /// Which, 1-based.
        at: usize,
    },
    /// Instalments that do not sum to the balance.
    #[error("the plan's instalments add up to {sum}, and its balance is {balance}")]
    Sum {
        /// Sum of the instalments.
        sum: Money,
        /// Balance.
        balance: Money,
    },
    /// More paid than is owed.
    #[error("payments on the plan are {excess} more than its balance: that much is a credit")]
    Overpaid {
        /// How much more.
        excess: Money,
    },
    /// Due dates beyond the calendar.
    #[error("the plan's due dates run beyond the calendar")]
    BeyondCalendar,
}
