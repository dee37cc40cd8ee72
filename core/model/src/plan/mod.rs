//! The payment plan: instalments that sum to the balance, default and cure.

use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

mod error;

pub use error::PlanError;

use crate::checked::checked;
use crate::{AccountNumber, Money};

/// The most instalments of a plan: ten years of months.
pub const MAX_INSTALMENTS: usize = 120;

/// One instalment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// Day by which it is due.
    pub due: NaiveDate,
    /// Amount, above zero.
    pub amount: Money,
}

/// A payment on a plan. It goes to the oldest instalments first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPayment {
    /// Day it was received.
    pub on: NaiveDate,
    /// Amount, above zero.
    pub amount: Money,
}

/// What happens when an instalment is not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTerms {
    /// Calendar days after the due date in which nothing happens.
    pub grace: u16,
    /// Calendar days after those in which the missed instalment can still be
    /// paid and the plan goes on; then it is in default.
    pub cure: u16,
}

/// What a [`PaymentPlan`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// Account.
    pub account: AccountNumber,
    /// Day it was agreed.
    pub agreed: NaiveDate,
    /// Balance that it settles, above zero.
    pub balance: Money,
    /// What happens when an instalment is not paid.
    pub terms: PlanTerms,
    /// Instalments by due date; they sum to the balance.
    pub instalments: Vec<Instalment>,
    /// Payments by day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<PlanPayment>,
    /// Day from which it counts no more: another was agreed, or it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<NaiveDate>,
}

/// Where a plan stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PlanStatus {
    /// Nothing is overdue beyond the days of grace.
    Current,
    /// An instalment is missed, and can be cured.
    Missed {
        /// Instalment, 1-based.
        instalment: usize,
        /// What is overdue.
        overdue: Money,
        /// Last day to pay it.
        cure_by: NaiveDate,
    },
    /// A missed instalment was not cured in its time. Paying it later does not
    /// bring the plan back, but paying all of it settles it.
    Defaulted {
        /// Instalment, 1-based.
        instalment: usize,
        /// First day of default.
        on: NaiveDate,
    },
    /// All is paid.
    PaidOff,
}

impl PlanRecord {
    fn check(&self) -> Result<(), PlanError> {
        let count = self.instalments.len();
        if !(1..=MAX_INSTALMENTS).contains(&count) {
            return Err(PlanError::Count { count });
        }
        if !self.balance.is_positive() {
            let what = "balance";
            return Err(PlanError::Amount { what, at: 1 });
        }
        let due = self.instalments.iter().map(|one| (one.due, one.amount));
        // Two instalments on one day are one; two payments are not.
        in_order("instalment", due, self.agreed, |day, last| day > last)?;
        let paid = self.payments.iter().map(|one| (one.on, one.amount));
        in_order("payment", paid, self.agreed, |day, last| day >= last)?;
        let sum: Money = self.instalments.iter().map(|one| one.amount).sum();
        let balance = self.balance;
        if sum != balance {
            return Err(PlanError::Sum { sum, balance });
        }
        let excess = self.paid_by(NaiveDate::MAX) - balance;
        if excess.is_positive() {
            return Err(PlanError::Overpaid { excess });
        }
        Ok(())
    }

    /// What was paid up to and on a day.
    #[must_use]
    pub fn paid_by(&self, day: NaiveDate) -> Money {
        let until = self.payments.iter().filter(|payment| payment.on <= day);
        until.map(|payment| payment.amount).sum()
    }

    /// What is left of the balance on a day.
    #[must_use]
    pub fn left(&self, today: NaiveDate) -> Money {
        self.balance - self.paid_by(today)
    }

    /// Where it stands at the end of a day, by what was received until then.
    #[must_use]
    pub fn status(&self, today: NaiveDate) -> PlanStatus {
        if self.left(today).is_zero() {
            return PlanStatus::PaidOff;
        }
        let plus = |day: NaiveDate, days: u16| {
            let later = day.checked_add_days(Days::new(u64::from(days)));
            later.unwrap_or(NaiveDate::MAX)
        };
        let mut asked = Money::ZERO;
        let mut missed = None;
        for (number, instalment) in (1..).zip(&self.instalments) {
            asked += instalment.amount;
            let grace_ends = plus(instalment.due, self.terms.grace);
            let cure_by = plus(grace_ends, self.terms.cure);
            if today > cure_by && self.paid_by(cure_by) < asked {
                let on = plus(cure_by, 1);
                return PlanStatus::Defaulted {
                    instalment: number,
                    on,
                };
            }
            if today <= grace_ends {
                continue;
            }
            let overdue = asked - self.paid_by(today);
            if overdue.is_positive() {
                // The first missed says until when; all that is overdue counts.
                let (number, cure_by) = missed.map_or((number, cure_by), |(n, by, _)| (n, by));
                missed = Some((number, cure_by, overdue));
            }
        }
        missed.map_or(PlanStatus::Current, |(instalment, cure_by, overdue)| {
            PlanStatus::Missed {
                instalment,
                overdue,
                cure_by,
            }
        })
    }
}

/// Each above zero, none before `first`, and in the order that `follows` asks.
fn in_order(
    what: &'static str,
    entries: impl Iterator<Item = (NaiveDate, Money)>,
    first: NaiveDate,
    follows: fn(NaiveDate, NaiveDate) -> bool,
) -> Result<(), PlanError> {
    let mut last = None;
    for (at, (day, amount)) in (1..).zip(entries) {
        if !amount.is_positive() {
            return Err(PlanError::Amount { what, at });
        }
        if day < first || last.is_some_and(|last| !follows(day, last)) {
            return Err(PlanError::Order { what, at });
        }
        last = Some(day);
    }
    Ok(())
}

checked! {
    /// A plan whose instalments sum to its balance to the cent.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use scrubjay_model::{Money, PaymentPlan, PlanStatus, PlanTerms};
    ///
    /// let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).ok_or("no such day");
    /// let plan = PaymentPlan::monthly(
    ///     "AC-1".parse()?,
    ///     day(1, 15)?,
    ///     Money::from_cents(10_000),
    ///     day(2, 1)?,
    ///     3,
    ///     PlanTerms { grace: 5, cure: 15 },
    /// )?;
    /// assert_eq!(plan.instalments[0].amount.to_string(), "33.34");
    /// assert_eq!(plan.status(day(2, 6)?), PlanStatus::Current);
    /// assert!(matches!(plan.status(day(2, 7)?), PlanStatus::Missed { .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    PaymentPlan(PlanRecord) or PlanError, in "PlanRecord"
}

impl PaymentPlan {
    /// A plan of monthly instalments, the first one on a day and the others on
    /// the same day of the months after, or the month's last.
    ///
    /// All are equal; the cents that do not divide go to the first ones, one
    /// each.
    ///
    /// # Errors
    /// [`PlanError`] where the count is not 1 to [`MAX_INSTALMENTS`], the
    /// balance does not leave a cent for each, or the first is due before the
    /// plan is agreed.
    pub fn monthly(
        account: AccountNumber,
        agreed: NaiveDate,
        balance: Money,
        first: NaiveDate,
        count: u8,
        terms: PlanTerms,
    ) -> Result<Self, PlanError> {
        let number = i64::from(count);
        let cents = balance.cents().unwrap_or_default();
        let due = |at| first.checked_add_months(Months::new(at));
        let instalments: Option<Vec<Instalment>> = (0..u32::from(count))
            .map(|at| {
                let extra = i64::from(i64::from(at) < cents % number);
                Some(Instalment {
                    due: due(at)?,
                    amount: Money::from_cents(cents / number + extra),
                })
            })
            .collect();
        Self::new(PlanRecord {
            account,
            agreed,
            balance,
            terms,
            instalments: instalments.ok_or(PlanError::BeyondCalendar)?,
            payments: Vec::new(),
            cancelled: None,
        })
    }

    /// Gives it up from a day on. What was paid on it stays paid.
    pub fn cancel(&mut self, on: NaiveDate) {
        self.0.cancelled.get_or_insert(on);
    }

    /// Takes a payment.
    ///
    /// # Errors
    /// [`PlanError`] where it is not above zero, dated before the last one, or
    /// more than is left. The plan is unchanged then.
    pub fn pay(&mut self, payment: PlanPayment) -> Result<(), PlanError> {
        let mut next = self.0.clone();
        next.payments.push(payment);
        next.check()?;
        self.0 = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
