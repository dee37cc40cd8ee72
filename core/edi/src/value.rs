//! Single values as elements carry them: text, dates, amounts, quantities.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{AsSent, Money};
use scrubjay_x12::{Loop, Position, SegmentBuf};

use crate::{ElementError, ReadError};

/// Where a segment stands.
pub(crate) fn at(segment: &SegmentBuf) -> Position {
    segment.position.unwrap_or_default()
}

/// Where a loop begins.
pub(crate) fn loop_at(within: &Loop) -> Position {
    within.segments.first().map(at).unwrap_or_default()
}

/// The text of an element, without blanks around it; `None` where it is empty.
pub(crate) fn text(element: &str) -> Option<String> {
    let element = element.trim();
    (!element.is_empty()).then(|| element.to_owned())
}

/// A value as it was sent; `None` where nothing was.
pub(crate) fn as_sent<T: std::str::FromStr>(element: &str) -> Option<AsSent<T>> {
    text(element).map(|element| AsSent::read(&element))
}

/// An element of a loop, for errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) within: &'a Loop,
    pub(crate) segment: &'a SegmentBuf,
    /// The segment's id, which errors keep.
    pub(crate) id: &'static str,
    pub(crate) element: usize,
}

impl Place<'_> {
    pub(crate) fn error(&self, problem: ElementError) -> ReadError {
        ReadError::Element {
            at: at(self.segment),
            loop_id: self.within.id,
            segment: self.id,
            element: self.element,
            problem,
        }
    }

    /// An amount that must be there: one that cannot be read is never guessed.
    pub(crate) fn amount(&self) -> Result<Money, ReadError> {
        self.optional_amount()?
            .ok_or_else(|| self.error(ElementError::Missing))
    }

    pub(crate) fn optional_amount(&self) -> Result<Option<Money>, ReadError> {
        match self.segment.element(self.element).trim() {
            "" => Ok(None),
            amount => amount
                .parse()
                .map(Some)
                .map_err(|_| self.error(ElementError::NotAnAmount)),
        }
    }
}

/// AMT02 of the AMT of that qualifier.
pub(crate) fn amt(within: &Loop, qualifier: &str) -> Result<Option<Money>, ReadError> {
    within
        .qualified("AMT", qualifier)
        .map_or(Ok(None), |segment| {
            Place {
                within,
                segment,
                id: "AMT",
                element: 2,
            }
            .optional_amount()
        })
}

/// A number of units: at most nine digits before the point and three behind.
pub(crate) fn quantity(element: &str) -> Option<Decimal> {
    let element = element.trim();
    let shaped = element.len() <= 15
        && element.bytes().any(|b| b.is_ascii_digit())
        && element
            .bytes()
            .enumerate()
            .all(|(at, b)| b.is_ascii_digit() || b == b'.' || (at == 0 && b == b'-'));
    let value: Decimal = shaped.then(|| element.parse().ok()).flatten()?;
    let value = value.normalize();
    (value.scale() <= 3).then_some(value)
}

/// A quantity as X12 writes it.
pub(crate) fn plain(units: Decimal) -> String {
    units.normalize().to_string()
}

/// A date of eight digits (format D8).
pub(crate) fn day(element: &str) -> Option<NaiveDate> {
    let element = element.trim();
    let digits = element.len() == 8 && element.bytes().all(|b| b.is_ascii_digit());
    let number = |from, to| digits.then(|| element.get(from..to)?.parse::<u32>().ok())?;
    let year = i32::try_from(number(0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(4, 6)?, number(6, 8)?)
}

pub(crate) fn d8(day: NaiveDate) -> String {
    day.format("%Y%m%d").to_string()
}

/// First and last day of the DTP of that qualifier, in format D8 or RD8. One
/// that can be read only in part is not read at all.
pub(crate) fn period(within: &Loop, qualifier: &str) -> Option<(NaiveDate, NaiveDate)> {
    let dtp = within.qualified("DTP", qualifier)?;
    let (from, to) = match (dtp.element(2), dtp.element(3).split_once('-')) {
        ("D8", None) => (dtp.element(3), dtp.element(3)),
        ("RD8", Some(days)) => days,
        _ => return None,
    };
    day(from).zip(day(to))
}

/// The day of the DTP of that qualifier (format D8).
pub(crate) fn dtp_day(within: &Loop, qualifier: &str) -> Option<NaiveDate> {
    let dtp = within.qualified("DTP", qualifier)?;
    (dtp.element(2) == "D8").then(|| day(dtp.element(3)))?
}

/// REF02 of the first REF of that qualifier.
pub(crate) fn reference(within: &Loop, qualifier: &str) -> Option<String> {
    within
        .qualified("REF", qualifier)
        .and_then(|segment| text(segment.element(2)))
}
