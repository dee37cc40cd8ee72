//! Exact US dollars.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{ValueError, ValueKind};

/// An amount of US dollars, exact to the cent.
///
/// A single value is at most 100 billion dollars either way ([`Money::LIMIT`]);
/// sums have room for 10^24 such values, so that adding never overflows.
/// Written and read as a decimal (`"12.50"`), stored as integer cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money {
    cents: i128,
}

impl Money {
    /// No money.
    pub const ZERO: Self = Self { cents: 0 };
    /// The largest single amount that is read: 100 billion dollars.
    pub const LIMIT: Self = Self {
        cents: 10_000_000_000_000,
    };

    /// An amount of whole cents.
    #[must_use]
    pub const fn from_cents(cents: i64) -> Self {
        Self {
            cents: cents as i128,
        }
    }

    /// The amount in cents, or `None` where it does not fit a database integer.
    #[must_use]
    pub fn cents(self) -> Option<i64> {
        i64::try_from(self.cents).ok()
    }

    /// The amount as a decimal with two places.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::try_from_i128_with_scale(self.cents, 2).unwrap_or(Decimal::MAX)
    }

    /// Whether the amount is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.cents == 0
    }

    /// Whether the amount is above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.cents > 0
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.cents < 0
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self {
            cents: self.cents.abs(),
        }
    }

    /// The amount as X12 writes it: no trailing zeros after the point, and no
    /// point for whole dollars (data element 782).
    #[must_use]
    pub fn to_x12(self) -> String {
        self.to_decimal().normalize().to_string()
    }
}

const EXPECTED: &str = "a dollar amount with at most two decimals";

impl TryFrom<Decimal> for Money {
    type Error = ValueError;

    fn try_from(value: Decimal) -> Result<Self, ValueError> {
        let scaled = value.normalize();
        if scaled.scale() > 2 {
            return Err(ValueError::new(
                ValueKind::Money,
                EXPECTED,
                "it has fractions of a cent",
            ));
        }
        let cents = scaled.mantissa() * 10i128.pow(2 - scaled.scale());
        if cents.abs() > Self::LIMIT.cents {
            return Err(ValueError::new(
                ValueKind::Money,
                EXPECTED,
                "it is out of range",
            ));
        }
        Ok(Self { cents })
    }
}

impl FromStr for Money {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let not_a_number = ValueError::new(ValueKind::Money, EXPECTED, "it is not a number");
        let shaped = text.len() <= 32
            && text.bytes().any(|b| b.is_ascii_digit())
            && text.bytes().enumerate().all(|(at, b)| {
                b.is_ascii_digit() || b == b'.' || (at == 0 && (b == b'-' || b == b'+'))
            });
        if !shaped {
            return Err(not_a_number);
        }
        text.parse::<Decimal>()
            .map_err(|_| not_a_number)?
            .try_into()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.cents < 0 { "-" } else { "" };
        let cents = self.cents.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", cents / 100, cents % 100))
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            cents: self.cents + other.cents,
        }
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            cents: self.cents - other.cents,
        }
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self { cents: -self.cents }
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.cents += other.cents;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.cents -= other.cents;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Money>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(MoneyVisitor)
    }
}

struct MoneyVisitor;

impl de::Visitor<'_> for MoneyVisitor {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
        // As we write it ourselves; a sum may pass the limit of one value.
        match written_cents(text) {
            Some(cents) => Ok(Money { cents }),
            None => text.parse().map_err(E::custom),
        }
    }
}

/// Cents of an amount written with two decimals.
fn written_cents(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.')?;
    let number = |digits: &str| {
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i128>().ok().filter(|_| all_digits)
    };
    let fraction = number(fraction).filter(|_| fraction.len() == 2)?;
    let cents = number(whole)?.checked_mul(100)?.checked_add(fraction)?;
    Some(sign * cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_exactly_as_payers_write_them() {
        for (text, cents) in [
            ("0", 0),
            ("150", 15_000),
            (".5", 50),
            ("-12.30", -1_230),
            ("7.1", 710),
            ("1.100", 110),
        ] {
            assert_eq!(
                text.parse::<Money>().unwrap().cents(),
                Some(cents),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1e5",
            "1,000",
            "12.345",
            "NaN",
            "1_0",
            "999999999999999999999999999999",
            "１",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }

    #[test]
    fn x12_drops_trailing_zeros_and_the_lone_point() {
        assert_eq!(Money::from_cents(15_000).to_x12(), "150");
        assert_eq!(Money::from_cents(710).to_x12(), "7.1");
        assert_eq!(Money::from_cents(-5).to_x12(), "-0.05");
        assert_eq!(Money::ZERO.to_x12(), "0");
    }

    #[test]
    fn what_is_written_reads_back_to_the_cent() {
        for cents in [
            0,
            1,
            -1,
            -5,
            99,
            -99,
            100,
            15_025,
            -15_025,
            i64::MAX,
            i64::MIN,
        ] {
            let amount = Money::from_cents(cents);
            let json = serde_json::to_string(&amount).unwrap();
            assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
        }
        for text in [
            "\"1.2.3\"",
            "\"--1.00\"",
            "\"1.+5\"",
            "\"\"",
            "\"-.\"",
            "1.00",
        ] {
            assert!(serde_json::from_str::<Money>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stored_sum_above_the_limit_of_one_value_reads_back() {
        let sum = Money::LIMIT + Money::LIMIT + Money::from_cents(-1);
        let json = serde_json::to_string(&sum).unwrap();
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), sum);
    }
}
