//! Financial assistance: applied for, granted or refused; discounts by policy.

use rust_decimal::{Decimal, RoundingStrategy};
use scrubjay_hooks::FacilityKind;
use scrubjay_model::{
    AccountNumber, AssistanceStatus, ClaimId, FinancialAssistance, HoldKind, Money, PatientAccount,
    PatientMoney, ResponsibleParty, WriteOffReason,
};

use serde::Serialize;

use super::error::PatientAccountError;
use super::facts::Facts;
use super::money::{give_up, post};
use super::{account, agency, by_hand, change};
use crate::EngineError;
use crate::desk::Desk;

/// The patient has applied. While it is open nothing is asked for, and what an
/// agency has is taken back (26 CFR 1.501(r)-6(c)(8)).
pub(crate) fn apply(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
) -> Result<PatientAccount, EngineError> {
    let today = desk.today();
    agency::recall(desk, number)?;
    let kept = change(desk, number, |dealings| {
        dealings.granted = None;
        dealings.assistance = FinancialAssistance {
            status: AssistanceStatus::Pending,
            applied: Some(today),
            decided: None,
            at_most: None,
        };
    })?;
    let held = kept.may_bill(today).err().unwrap_or_default();
    if held.contains(&HoldKind::FinancialAssistancePending) {
        return Ok(kept);
    }
    by_hand::hold(desk, number, HoldKind::FinancialAssistancePending)
}

/// What was decided on an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AssistanceDecision {
    /// Refused.
    Denied,
    /// Granted.
    Granted {
        /// What part of the balance is taken off.
        percent: u8,
        /// The most that may be asked then: the amount generally billed, which
        /// a charitable hospital must name (26 CFR 1.501(r)-5).
        at_most: Option<Money>,
    },
}

/// Decides on an application that is open, and takes off what is granted.
pub(crate) fn decide(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    decision: AssistanceDecision,
) -> Result<PatientAccount, EngineError> {
    let before = account(desk.tx.as_ref(), number)?;
    if before.dealings.assistance.status != AssistanceStatus::Pending {
        return Err(PatientAccountError::NoApplication {
            account: number.clone(),
        }
        .into());
    }
    let today = desk.today();
    if let AssistanceDecision::Granted { percent, at_most } = decision {
        if percent > 100 {
            return Err(PatientAccountError::Percent { percent }.into());
        }
        let charity = desk.config.patients.facility == FacilityKind::NonprofitHospital;
        if charity && at_most.is_none() && percent < 100 {
            return Err(PatientAccountError::NoAmountGenerallyBilled.into());
        }
        let reader = desk.tx.as_ref();
        let asked = Facts::of(reader, before, desk.stamp.at)?.asked();
        let granted = percent_of(asked, percent);
        let above = at_most.map_or(Money::ZERO, |most| asked - granted - most);
        let off = granted + above.max(Money::ZERO);
        if off.is_positive() {
            give_up(desk, number, WriteOffReason::Charity, off)?;
        }
    }
    change(desk, number, |dealings| {
        let assistance = &mut dealings.assistance;
        assistance.decided = Some(today);
        match decision {
            AssistanceDecision::Denied => assistance.status = AssistanceStatus::Denied,
            AssistanceDecision::Granted { percent, at_most } => {
                assistance.status = AssistanceStatus::Approved;
                // All of it is off: nothing may be asked.
                assistance.at_most = at_most.or((percent == 100).then_some(Money::ZERO));
                dealings.granted = Some(percent);
            }
        }
    })?;
    by_hand::release(desk, number, HoldKind::FinancialAssistancePending)
}

/// A part of an amount, to the cent, halves up.
pub(crate) fn percent_of(amount: Money, percent: u8) -> Money {
    let part = amount.to_decimal() * Decimal::from(percent) / Decimal::ONE_HUNDRED;
    let part = part.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    part.try_into().unwrap_or(amount)
}

/// The discount of patients without insurance, on a claim that has come to an
/// account.
pub(crate) fn self_pay(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    claim: &ClaimId,
    payer: &str,
) -> Result<(), EngineError> {
    let percent = desk.config.patients.discounts.self_pay;
    let Some(percent) = percent.filter(|_| desk.config.is_self_pay(payer)) else {
        return Ok(());
    };
    let owed = desk.tx.balance(claim, ResponsibleParty::Patient)?;
    let amount = percent_of(owed, percent);
    if !amount.is_positive() {
        return Ok(());
    }
    let (claim, reason) = (claim.clone(), WriteOffReason::Discount);
    let off = PatientMoney::GivenUp {
        claim,
        reason,
        amount,
    };
    post(desk, number, &off)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_rounded_to_the_cent_and_never_more_than_all() {
        let cents = Money::from_cents;
        assert_eq!(percent_of(cents(1_005), 10), cents(101));
        assert_eq!(percent_of(cents(1_004), 10), cents(100));
        assert_eq!(percent_of(cents(999), 100), cents(999));
        assert_eq!(percent_of(cents(999), 0), cents(0));
    }
}
