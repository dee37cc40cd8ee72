//! Other payers of an example claim, and what they decided.

use chrono::NaiveDate;
use scrubjay_model::{Adjustment, AsSent, Coverage, Name, PriorPayment, Relationship};
use serde::Deserialize;

use super::on_file::OrderSpec;
use super::words::{Amount, Word, Words};

/// Another payer of the claim: `{ order: primary, paid: 80, adjustments: [CO-45 20] }`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClaimPayerSpec {
    order: Option<OrderSpec>,
    filing_code: Option<Word>,
    /// Left out, it has decided nothing.
    paid: Option<Amount>,
    adjustments: Words,
    decided: Option<NaiveDate>,
}

/// What an earlier payer decided on a line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionSpec {
    paid: Amount,
    #[serde(default)]
    adjustments: Words,
    #[serde(default)]
    decided: Option<NaiveDate>,
}

pub(super) fn other_payer(spec: &ClaimPayerSpec) -> Result<Coverage, String> {
    let paid = match spec.paid {
        None => None,
        Some(paid) => Some(decided(paid, &spec.adjustments, spec.decided)?),
    };
    Ok(Coverage {
        order: spec.order.unwrap_or(OrderSpec::Primary).into(),
        payer: None,
        payer_name: Name::organization("Other Payer"),
        member: None,
        subscriber: None,
        relationship: Relationship::Own,
        group_number: None,
        plan_name: None,
        filing_indicator: spec.filing_code.as_ref().map(|code| code.0.clone()),
        msp_type: None,
        paid,
    })
}

pub(super) fn decision(spec: &DecisionSpec) -> Result<PriorPayment, String> {
    decided(spec.paid, &spec.adjustments, spec.decided)
}

fn decided(
    paid: Amount,
    adjustments: &Words,
    day: Option<NaiveDate>,
) -> Result<PriorPayment, String> {
    Ok(PriorPayment {
        paid: paid.money()?,
        adjustments: adjustments
            .0
            .iter()
            .map(|word| adjustment(&word.0))
            .collect::<Result<_, _>>()?,
        decided: day,
        ..PriorPayment::default()
    })
}

/// `CO-45 20.00`: group, reason, amount.
fn adjustment(written: &str) -> Result<Adjustment, String> {
    let parts = || {
        let (reason, amount) = written.split_once(' ')?;
        let (group, carc) = reason.split_once('-')?;
        Some((group, carc, amount.trim().parse().ok()?))
    };
    let (group, carc, amount) = parts()
        .ok_or_else(|| format!("`{written}` is no adjustment: write one as `CO-45 20.00`"))?;
    Ok(Adjustment {
        group: AsSent::read(group),
        carc: AsSent::read(carc),
        amount: Amount(amount).money()?,
        units: None,
    })
}
