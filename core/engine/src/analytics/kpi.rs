//! The five key figures of the practice guide, each with its parts.
//!
//! Definitions are those of `domain.md` 2.1, over every claim in the database
//! (a cohort of all dates of service). Void claims count nowhere.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use scrubjay_model::{Adjudication, Money, Work};
use scrubjay_store::ClaimRow;
use serde::Serialize;

use crate::steps::posting::REVERSED;

/// What a figure is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KpiUnit {
    /// Percent, to a tenth.
    Percent,
    /// Days, to a tenth.
    Days,
}

/// What the guide calls typical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// At least this.
    AtLeast(Decimal),
    /// Below this.
    Below(Decimal),
}

/// A key figure with its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kpi {
    /// Id, as in the reference.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// The figure, to a tenth; `None` where nothing can be counted yet.
    pub value: Option<Decimal>,
    /// Unit.
    pub unit: KpiUnit,
    /// Numerator.
    pub numerator: Decimal,
    /// Denominator.
    pub denominator: Decimal,
    /// What both are.
    pub of: &'static str,
    /// Claims left out, with the reason.
    pub excluded: Vec<(&'static str, usize)>,
    /// What the guide calls typical.
    pub target: Target,
}

impl Kpi {
    /// Whether the figure meets the target; `None` where there is no figure.
    #[must_use]
    pub fn meets_target(&self) -> Option<bool> {
        self.value.map(|value| match self.target {
            Target::AtLeast(bound) => value >= bound,
            Target::Below(bound) => value < bound,
        })
    }
}

/// The five figures.
pub(crate) fn key_figures(
    claims: &[ClaimRow],
    now: DateTime<Utc>,
    mature_after_days: u32,
) -> Vec<Kpi> {
    let (void, counted): (Vec<&ClaimRow>, Vec<&ClaimRow>) = claims
        .iter()
        .partition(|claim| claim.status.work == Work::Void);
    let decided: Vec<&ClaimRow> = counted
        .iter()
        .copied()
        .filter(|claim| claim.first_decided.is_some())
        .collect();
    let undecided = counted.len() - decided.len();
    vec![
        net_collection_rate(&decided, undecided, void.len()),
        denial_rate(&decided, undecided, void.len()),
        clean_claim_rate(&counted, void.len()),
        first_pass_resolution(&counted, now, mature_after_days, void.len()),
        days_to_pay(&counted, void.len()),
    ]
}

fn net_collection_rate(decided: &[&ClaimRow], undecided: usize, void: usize) -> Kpi {
    let paid: Money = decided.iter().map(|claim| claim.paid).sum();
    let allowed: Money = decided.iter().map(|claim| claim.allowed).sum();
    percent(Kpi {
        id: "ncr",
        name: "net collection rate",
        value: None,
        unit: KpiUnit::Percent,
        numerator: paid.to_decimal(),
        denominator: allowed.to_decimal(),
        of: "dollars paid, reversals taken off, of dollars allowed (charges less contractual adjustments) on adjudicated claims",
        excluded: left_out(&[("not adjudicated", undecided), ("void", void)]),
        target: Target::AtLeast(Decimal::from(95)),
    })
}

fn denial_rate(decided: &[&ClaimRow], undecided: usize, void: usize) -> Kpi {
    let denied = decided
        .iter()
        .filter(|claim| claim.first_denied == Some(true))
        .count();
    percent(Kpi {
        id: "denial_rate.initial.count",
        name: "denial rate",
        value: None,
        unit: KpiUnit::Percent,
        numerator: count(denied),
        denominator: count(decided.len()),
        of: "claims with any denial on their first adjudication, of claims adjudicated",
        excluded: left_out(&[("not adjudicated", undecided), ("void", void)]),
        target: Target::Below(Decimal::from(5)),
    })
}

fn clean_claim_rate(counted: &[&ClaimRow], void: usize) -> Kpi {
    let clean = counted
        .iter()
        .filter(|claim| !claim.held && !claim.touched)
        .count();
    percent(Kpi {
        id: "clean_claim_rate",
        name: "clean claim rate",
        value: None,
        unit: KpiUnit::Percent,
        numerator: count(clean),
        denominator: count(counted.len()),
        of: "claims that passed every edit with no hand on them, of claims taken in",
        excluded: left_out(&[("void", void)]),
        target: Target::AtLeast(Decimal::from(95)),
    })
}

/// A claim too young to have been answered says nothing yet: it is left out
/// until it is answered or `mature_after_days` have passed.
fn first_pass_resolution(
    counted: &[&ClaimRow],
    now: DateTime<Utc>,
    mature_after_days: u32,
    void: usize,
) -> Kpi {
    let sent: Vec<&&ClaimRow> = counted
        .iter()
        .filter(|claim| claim.submitted.is_some())
        .collect();
    let mature = now - TimeDelta::days(i64::from(mature_after_days));
    let old_enough: Vec<&&&ClaimRow> = sent
        .iter()
        .filter(|claim| {
            claim.first_decided.is_some()
                || claim.submitted.is_some_and(|submitted| submitted <= mature)
        })
        .collect();
    let resolved = old_enough
        .iter()
        .filter(|claim| {
            claim.submissions == 1
                && !claim.rejected
                && claim.first_denied == Some(false)
                && !claim.tags.iter().any(|tag| tag == REVERSED)
                && !matches!(
                    claim.status.adjudication,
                    Adjudication::None | Adjudication::Pended
                )
        })
        .count();
    percent(Kpi {
        id: "fpr",
        name: "first-pass resolution",
        value: None,
        unit: KpiUnit::Percent,
        numerator: count(resolved),
        denominator: count(old_enough.len()),
        of: "claims resolved by their first adjudication, nothing denied and nothing taken back, of claims sent and answered or grown old",
        excluded: left_out(&[
            ("never sent", counted.len() - sent.len()),
            ("too young", sent.len() - old_enough.len()),
            ("void", void),
        ]),
        target: Target::AtLeast(Decimal::from(70)),
    })
}

fn days_to_pay(counted: &[&ClaimRow], void: usize) -> Kpi {
    let lags: Vec<i64> = counted
        .iter()
        .filter_map(|claim| {
            let paid = claim.last_paid.filter(|_| claim.paid.is_positive())?;
            Some((paid - claim.submitted?.date_naive()).num_days())
        })
        .collect();
    let numerator = Decimal::from(lags.iter().sum::<i64>());
    let denominator = count(lags.len());
    Kpi {
        id: "days_to_pay",
        name: "days in A/R (days to pay)",
        value: ratio(numerator, denominator, Decimal::ONE),
        unit: KpiUnit::Days,
        numerator,
        denominator,
        of: "days from sending to the payment, summed, over paid claims",
        excluded: left_out(&[("not paid", counted.len() - lags.len()), ("void", void)]),
        target: Target::Below(Decimal::from(40)),
    }
}

fn percent(mut kpi: Kpi) -> Kpi {
    kpi.value = ratio(kpi.numerator, kpi.denominator, Decimal::ONE_HUNDRED);
    kpi
}

fn ratio(numerator: Decimal, denominator: Decimal, scale: Decimal) -> Option<Decimal> {
    let share = (numerator * scale).checked_div(denominator)?;
    Some(share.round_dp_with_strategy(1, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
}

fn count(number: usize) -> Decimal {
    Decimal::from(number as u64)
}

fn left_out(reasons: &[(&'static str, usize)]) -> Vec<(&'static str, usize)> {
    reasons
        .iter()
        .copied()
        .filter(|(_, number)| *number > 0)
        .collect()
}
