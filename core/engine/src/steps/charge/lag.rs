//! How long charges take from the service to their entry.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{Billing, Charge, Money, Npi, Record, RecordKind};
use scrubjay_store::{Reader, RecordFilter};
use serde::Serialize;

use crate::{Config, EngineError};

/// The lag of some charges, in calendar days from service to entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LagOf {
    /// How many charges.
    pub charges: usize,
    /// The day in the middle; halfway between two where there is none.
    pub median: Decimal,
    /// Days within which nine tenths of them were entered (nearest rank).
    pub percentile_90: i64,
    /// How many came later than the practice allows.
    pub late: usize,
    /// What those amount to.
    pub late_amount: Money,
    /// What all of them amount to.
    pub amount: Money,
}

/// The lag of a practice's charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChargeLag {
    /// First date of service.
    pub from: NaiveDate,
    /// Last date of service.
    pub to: NaiveDate,
    /// Of all of them; none where there is no charge.
    pub all: Option<LagOf>,
    /// By who gave the service, in the order of their numbers.
    pub by_provider: BTreeMap<String, LagOf>,
}

/// The lag of the charges for services of some days, both included; what was
/// taken back is left out.
///
/// # Errors
/// Where the store cannot be read.
pub fn charge_lag(
    reader: &dyn Reader,
    config: &Config,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<ChargeLag, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Charge),
        from: Some(from),
        to: Some(to),
        ..RecordFilter::default()
    };
    let mut all = Vec::new();
    let mut by_provider: BTreeMap<Npi, Vec<Charge>> = BTreeMap::new();
    for row in reader.records(&filter)? {
        if let Some(Record::Charge(charge)) = reader.record(&row.key)?
            && charge.billing != Billing::Void
        {
            by_provider
                .entry(charge.provider)
                .or_default()
                .push((*charge).clone());
            all.push(*charge);
        }
    }
    let late_after = i64::from(config.charges.late_after_days);
    let by_provider = by_provider.into_iter().filter_map(|(provider, charges)| {
        let lag = LagOf::of(&charges, late_after)?;
        Some((provider.as_str().to_owned(), lag))
    });
    Ok(ChargeLag {
        from,
        to,
        all: LagOf::of(&all, late_after),
        by_provider: by_provider.collect(),
    })
}

impl LagOf {
    fn of(charges: &[Charge], late_after: i64) -> Option<Self> {
        let mut days: Vec<i64> = charges.iter().map(|charge| charge.lag_days()).collect();
        days.sort_unstable();
        let count = days.len();
        let middle = [days.get(count.checked_sub(1)? / 2)?, days.get(count / 2)?];
        let median = Decimal::from(middle[0] + middle[1]) / Decimal::TWO;
        let late = charges
            .iter()
            .filter(|charge| charge.lag_days() > late_after);
        Some(Self {
            charges: count,
            median: median.normalize(),
            percentile_90: *days.get((count * 9).div_ceil(10) - 1)?,
            late: late.clone().count(),
            late_amount: late.map(|charge| charge.amount).sum(),
            amount: charges.iter().map(|charge| charge.amount).sum(),
        })
    }
}
