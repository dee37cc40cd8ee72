//! One value: its characters, length, date or time, by the element's type.

use crate::FaultKind;
use crate::dictionary::{Element, Kind};

/// What is wrong with a value that is there. `before` is the element in front
/// of it, which names the format of a date of element 1251.
pub(super) fn check(element: &Element, value: &[u8], before: &[u8]) -> Option<FaultKind> {
    match element.kind {
        Kind::Text | Kind::Code => text(element, value, before),
        Kind::Number => number(element, value, b""),
        Kind::Decimal => number(element, value, b"."),
        Kind::Date if !all_digits(value) => Some(FaultKind::InvalidDate),
        Kind::Date => length(element, value.len())
            .or_else(|| (!is_date(value)).then_some(FaultKind::InvalidDate)),
        Kind::Time => length(element, value.len())
            .or_else(|| (!is_time(value)).then_some(FaultKind::InvalidTime)),
    }
}

/// Control characters are in no character set of X12.
pub(super) fn has_control(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_control)
}

fn text(element: &Element, value: &[u8], before: &[u8]) -> Option<FaultKind> {
    let plain = value
        .iter()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_control());
    if !plain {
        let count = std::str::from_utf8(value).map_or(value.len(), |text| text.chars().count());
        return Some(FaultKind::InvalidCharacter)
            .filter(|_| has_control(value))
            .or_else(|| length(element, count).or(Some(FaultKind::InvalidCharacter)));
    }
    let fault = length(element, value.len());
    if fault.is_none() && element.number == "1251" {
        return dated(before, value);
    }
    fault
}

fn length(element: &Element, count: usize) -> Option<FaultKind> {
    if count > element.max as usize {
        Some(FaultKind::TooLong(element.max))
    } else if count < element.min as usize {
        Some(FaultKind::TooShort(element.min))
    } else {
        None
    }
}

/// Digits, at most one decimal point, a leading minus; sign and point do not
/// count in the length (X12.6, 3.5.1.1).
fn number(element: &Element, value: &[u8], point: &[u8]) -> Option<FaultKind> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let points = digits.iter().filter(|byte| point.contains(byte)).count();
    let count = digits.iter().filter(|byte| byte.is_ascii_digit()).count();
    if points > 1 || count + points != digits.len() || count == 0 {
        return Some(FaultKind::InvalidCharacter);
    }
    length(element, count)
}

/// A value of element 1251 by the format that element 1250 names.
fn dated(format: &[u8], value: &[u8]) -> Option<FaultKind> {
    let date = |value: &[u8]| (value.len() == 8 && is_date(value)).then_some(());
    let good = match format {
        b"D8" => date(value),
        b"D6" => (value.len() == 6 && is_date(value)).then_some(()),
        b"RD8" => match value.iter().position(|byte| *byte == b'-') {
            Some(at) => date(&value[..at]).and_then(|()| date(&value[at + 1..])),
            None => None,
        },
        b"DT" => (value.len() == 12)
            .then(|| value.split_at(8))
            .filter(|(day, time)| is_date(day) && is_time(time))
            .map(|_| ()),
        b"TM" => return (!(value.len() == 4 && is_time(value))).then_some(FaultKind::InvalidTime),
        // Other formats are rare, and their form is left to the receiver.
        _ => Some(()),
    };
    match good {
        Some(()) => None,
        None => Some(FaultKind::InvalidDate),
    }
}

fn all_digits(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

fn decimal(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, digit| {
        sum * 10 + u32::from(digit.wrapping_sub(b'0'))
    })
}

/// `CCYYMMDD` or `YYMMDD`, a day of the Gregorian calendar.
fn is_date(value: &[u8]) -> bool {
    if !all_digits(value) || !matches!(value.len(), 6 | 8) {
        return false;
    }
    let (year, rest) = value.split_at(value.len() - 4);
    let (month, day) = rest.split_at(2);
    let (year, month, day) = (decimal(year), decimal(month), decimal(day));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=last).contains(&day)
}

/// `HHMM`, with seconds and decimals of seconds where there are more digits.
fn is_time(value: &[u8]) -> bool {
    all_digits(value)
        && matches!(value.len(), 4 | 6 | 7 | 8)
        && decimal(&value[..2]) < 24
        && decimal(&value[2..4]) < 60
        && (value.len() == 4 || decimal(&value[4..6]) < 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_no_calendar_has_is_found() {
        for day in ["20240229", "20000229", "19991231", "260105"] {
            assert!(is_date(day.as_bytes()), "{day}");
        }
        for day in [
            "20230229", "19000229", "20261301", "20260431", "2026010", "2026-1-1",
        ] {
            assert!(!is_date(day.as_bytes()), "{day}");
        }
    }

    #[test]
    fn a_sign_and_a_point_do_not_count_in_the_length() {
        let element = Element {
            number: "782",
            kind: Kind::Decimal,
            min: 1,
            max: 3,
        };
        assert_eq!(check(&element, b"-1.23", b""), None);
        assert_eq!(check(&element, b"12.34", b""), Some(FaultKind::TooLong(3)));
        for wrong in ["1,000", "1.2.3", "-", ".", "+1", "1e3", "12-"] {
            assert_eq!(
                check(&element, wrong.as_bytes(), b""),
                Some(FaultKind::InvalidCharacter),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_date_is_read_by_its_format_qualifier() {
        let element = Element {
            number: "1251",
            kind: Kind::Text,
            min: 1,
            max: 35,
        };
        assert_eq!(check(&element, b"20260101-20260131", b"RD8"), None);
        assert_eq!(check(&element, b"202601011530", b"DT"), None);
        assert_eq!(
            check(&element, b"20260101", b"RD8"),
            Some(FaultKind::InvalidDate)
        );
        assert_eq!(
            check(&element, b"2561", b"TM"),
            Some(FaultKind::InvalidTime)
        );
    }
}
