//! A figure of a period.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{AsSent, Carc, DenialCategory, GroupCode, Money, PayerProfile, Rarc};

/// Denials with the same signature in a period, at the hook `metric`.
///
/// ```
/// use scrubjay_hooks::MetricSubject;
/// use scrubjay_model::AsSent;
///
/// let (group, carc) = (AsSent::read("CO"), AsSent::read("197"));
/// let period = ("2026-01-01".parse()?, "2026-01-31".parse()?);
/// let metric = MetricSubject {
///     count: 12,
///     ..MetricSubject::of(period, &group, &carc)
/// };
/// assert_eq!(metric.count, 12);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct MetricSubject<'a> {
    /// First and last day of the period, by the date of the decision.
    pub period: (NaiveDate, NaiveDate),
    /// The payer; `None` where it is not one that the practice knows.
    pub payer: Option<&'a PayerProfile>,
    /// Group code.
    pub group: &'a AsSent<GroupCode>,
    /// Reason code.
    pub carc: &'a AsSent<Carc>,
    /// Remark codes that all of them have.
    pub remarks: &'a [AsSent<Rarc>],
    /// Category, where all of them have the same one.
    pub category: Option<DenialCategory>,
    /// Denials.
    pub count: u32,
    /// Refused amounts together.
    pub amount: Money,
    /// Their part of all denials of the period, as a fraction.
    pub share: Decimal,
    /// Denials with the same signature in the period before, of equal length.
    pub before: u32,
}

impl<'a> MetricSubject<'a> {
    /// A signature without denials.
    #[must_use]
    pub const fn of(
        period: (NaiveDate, NaiveDate),
        group: &'a AsSent<GroupCode>,
        carc: &'a AsSent<Carc>,
    ) -> Self {
        Self {
            period,
            payer: None,
            group,
            carc,
            remarks: &[],
            category: None,
            count: 0,
            amount: Money::ZERO,
            share: Decimal::ZERO,
            before: 0,
        }
    }
}
