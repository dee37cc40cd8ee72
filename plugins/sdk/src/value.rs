//! Days, amounts and units as the interface carries them.

use std::fmt;
use std::str::FromStr;

/// Text that is not the value it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAValue(&'static str);

impl fmt::Display for NotAValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NotAValue {}

/// A day of the Gregorian calendar, in the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// A day; `None` where there is no such day.
    #[must_use]
    pub const fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        if year == 0 || year > 9_999 || day == 0 || day > last {
            return None;
        }
        // At most 99,991,231.
        Some(Self((year * 10_000 + month * 100 + day).cast_signed()))
    }

    /// The day of a number such as 20260302.
    #[must_use]
    pub const fn of_number(number: i32) -> Option<Self> {
        if number <= 0 {
            return None;
        }
        let number = number.cast_unsigned();
        Self::new(number / 10_000, number / 100 % 100, number % 100)
    }

    /// The number, such as 20260302.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Year.
    #[must_use]
    pub const fn year(self) -> u32 {
        self.0.cast_unsigned() / 10_000
    }

    /// Month, from 1.
    #[must_use]
    pub const fn month(self) -> u32 {
        self.0.cast_unsigned() / 100 % 100
    }

    /// Day of the month, from 1.
    #[must_use]
    pub const fn day(self) -> u32 {
        self.0.cast_unsigned() % 100
    }

    /// Days from another day to this one; negative where this one is earlier.
    #[must_use]
    pub fn days_since(self, other: Self) -> i64 {
        self.ordinal() - other.ordinal()
    }

    /// Whole years from a birth to this day, as age is told.
    #[must_use]
    pub fn age_of(self, born: Self) -> u32 {
        let had = (self.month(), self.day()) >= (born.month(), born.day());
        (self.year() + u32::from(had)).saturating_sub(born.year() + 1)
    }

    /// Days since the first of March of year 0: years begin in March, so that
    /// the leap day is the last day of its year.
    fn ordinal(self) -> i64 {
        let (year, month, day) = (self.year(), self.month(), self.day());
        let (year, month) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
        i64::from(days)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.year(),
            self.month(),
            self.day()
        )
    }
}

impl FromStr for Date {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let wrong = NotAValue("a day is written as 2026-03-02");
        let mut parts =
            text.split('-')
                .map(|part| match part.bytes().all(|b| b.is_ascii_digit()) {
                    true => part.parse::<u32>().ok(),
                    false => None,
                });
        let date = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) => {
                Self::new(year, month, day)
            }
            _ => None,
        };
        date.filter(|_| text.len() == 10).ok_or(wrong)
    }
}

/// US dollars in whole cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cents(pub i64);

/// Units of service in whole thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Milli(pub i64);

impl Cents {
    /// The sum; `None` where it is out of range.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The amount for some units, to the nearest cent, halves away from zero;
    /// `None` where it is out of range.
    #[must_use]
    pub fn times(self, units: Milli) -> Option<Self> {
        let product = i128::from(self.0) * i128::from(units.0);
        let half = if product < 0 { -500 } else { 500 };
        i64::try_from((product + half) / 1_000).ok().map(Self)
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

impl fmt::Display for Milli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let milli = self.0.unsigned_abs();
        let fraction = format!("{:03}", milli % 1_000);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{sign}{}", milli / 1_000),
            fraction => write!(f, "{sign}{}.{fraction}", milli / 1_000),
        }
    }
}

/// A decimal of at most so many places, as a whole number of its last place.
fn decimal(text: &str, places: usize) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!(
        "{whole}{fraction}{}",
        "0".repeat(places.checked_sub(fraction.len())?)
    );
    let shaped = !digits.is_empty() && digits != "." && all.bytes().all(|b| b.is_ascii_digit());
    let number = all.parse::<i64>().ok().filter(|_| shaped)?;
    number.checked_mul(sign)
}

impl FromStr for Cents {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        decimal(text, 2)
            .map(Self)
            .ok_or(NotAValue("an amount is written as 112.50"))
    }
}

impl FromStr for Milli {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        decimal(text, 3)
            .map(Self)
            .ok_or(NotAValue("units are written as 1 or 1.5"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_counted_over_leap_years_and_centuries() {
        assert_eq!(day("2024-03-01").days_since(day("2024-02-28")), 2);
        assert_eq!(day("2026-03-01").days_since(day("2026-02-28")), 1);
        assert_eq!(day("2001-01-01").days_since(day("1901-01-01")), 36_525);
        assert_eq!(day("2025-03-02").days_since(day("2026-03-02")), -365);
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-3-2",
            "+026-03-02",
            "2026-03-02-",
            "",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn age_is_told_on_the_birthday_and_not_before() {
        let born = day("1958-07-04");
        assert_eq!(day("2026-07-03").age_of(born), 67);
        assert_eq!(day("2026-07-04").age_of(born), 68);
        assert_eq!(day("1958-07-04").age_of(born), 0);
    }

    #[test]
    fn amounts_and_units_read_back_as_written() {
        for text in ["0.00", "12.50", "-0.05", "92233720368547758.07"] {
            assert_eq!(text.parse::<Cents>().unwrap().to_string(), text);
        }
        for text in ["0", "1", "1.5", "-2.125"] {
            assert_eq!(text.parse::<Milli>().unwrap().to_string(), text);
        }
        for text in [
            "",
            ".",
            "-",
            "1.234",
            "1e3",
            "92233720368547758.08",
            "1.-5",
            "+1",
        ] {
            assert!(text.parse::<Cents>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_amount_for_a_fraction_of_a_unit_is_rounded_to_the_cent() {
        assert_eq!(Cents(85).times(Milli(1_500)), Some(Cents(128)));
        assert_eq!(Cents(-85).times(Milli(1_500)), Some(Cents(-128)));
        assert_eq!(Cents(i64::MAX).times(Milli(2_000)), None);
    }
}
