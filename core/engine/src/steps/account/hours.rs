//! What time it is where a patient lives.
//!
//! A state may lie in two time zones, and an address does not say in which: so
//! the time there is a span, and a call is in order where all of it is.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};

/// Hours behind UTC in the west and in the east of a state in winter, and
/// whether its clocks go forward in summer (15 U.S.C. 260a, 261).
const ZONES: &[(&str, i64, i64, bool)] = &[
    ("AL", 6, 6, true),
    ("AK", 10, 9, true),
    ("AZ", 7, 7, false),
    ("AR", 6, 6, true),
    ("CA", 8, 8, true),
    ("CO", 7, 7, true),
    ("CT", 5, 5, true),
    ("DE", 5, 5, true),
    ("DC", 5, 5, true),
    ("FL", 6, 5, true),
    ("GA", 5, 5, true),
    ("HI", 10, 10, false),
    ("ID", 8, 7, true),
    ("IL", 6, 6, true),
    ("IN", 6, 5, true),
    ("IA", 6, 6, true),
    ("KS", 7, 6, true),
    ("KY", 6, 5, true),
    ("LA", 6, 6, true),
    ("ME", 5, 5, true),
    ("MD", 5, 5, true),
    ("MA", 5, 5, true),
    ("MI", 6, 5, true),
    ("MN", 6, 6, true),
    ("MS", 6, 6, true),
    ("MO", 6, 6, true),
    ("MT", 7, 7, true),
    ("NE", 7, 6, true),
    ("NV", 8, 7, true),
    ("NH", 5, 5, true),
    ("NJ", 5, 5, true),
    ("NM", 7, 7, true),
    ("NY", 5, 5, true),
    ("NC", 5, 5, true),
    ("ND", 7, 6, true),
    ("OH", 5, 5, true),
    ("OK", 6, 6, true),
    ("OR", 8, 7, true),
    ("PA", 5, 5, true),
    ("PR", 4, 4, false),
    ("RI", 5, 5, true),
    ("SC", 5, 5, true),
    ("SD", 7, 6, true),
    ("TN", 6, 5, true),
    ("TX", 7, 6, true),
    ("UT", 7, 7, true),
    ("VT", 5, 5, true),
    ("VA", 5, 5, true),
    ("WA", 8, 8, true),
    ("WV", 5, 5, true),
    ("WI", 6, 6, true),
    ("WY", 7, 7, true),
];

/// The day of summer time's beginning and end: the second Sunday of March and
/// the first of November.
fn summer(year: i32) -> Option<(NaiveDate, NaiveDate)> {
    Some((
        NaiveDate::from_weekday_of_month_opt(year, 3, Weekday::Sun, 2)?,
        NaiveDate::from_weekday_of_month_opt(year, 11, Weekday::Sun, 1)?,
    ))
}

fn local(at: DateTime<Utc>, behind: i64, changes: bool) -> NaiveDateTime {
    let winter = at.naive_utc() - TimeDelta::hours(behind);
    let two = TimeDelta::hours(2);
    // Clocks change at two: in autumn by the summer's clock, an hour earlier here.
    let is_summer = changes
        && summer(winter.year()).is_some_and(|(begins, ends)| {
            winter >= begins.and_time(NaiveTime::MIN) + two
                && winter < ends.and_time(NaiveTime::MIN) + TimeDelta::hours(1)
        });
    winter + TimeDelta::hours(i64::from(is_summer))
}

/// The local time in the west and in the east of a state; `None` for a state
/// that is not known.
pub(crate) fn times_in(state: &str, at: DateTime<Utc>) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let mut zones = ZONES.iter();
    let (_, west, east, changes) = zones.find(|(name, ..)| name.eq_ignore_ascii_case(state))?;
    Some((local(at, *west, *changes), local(at, *east, *changes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(state: &str, at: &str) -> Option<(String, String)> {
        let (west, east) = times_in(state, at.parse().unwrap())?;
        let hour = |time: NaiveDateTime| time.format("%H:%M").to_string();
        Some((hour(west), hour(east)))
    }

    fn span(west: &str, east: &str) -> Option<(String, String)> {
        Some((west.to_owned(), east.to_owned()))
    }

    #[test]
    fn a_state_of_two_zones_has_two_times() {
        assert_eq!(hours("TX", "2026-01-15T14:00:00Z"), span("07:00", "08:00"));
        assert_eq!(hours("ny", "2026-01-15T14:00:00Z"), span("09:00", "09:00"));
        assert_eq!(hours("ZZ", "2026-01-15T14:00:00Z"), None);
    }

    #[test]
    fn clocks_change_on_their_sundays_at_two() {
        assert_eq!(hours("NY", "2026-03-08T06:59:00Z"), span("01:59", "01:59"));
        assert_eq!(hours("NY", "2026-03-08T07:00:00Z"), span("03:00", "03:00"));
        assert_eq!(hours("NY", "2026-11-01T05:59:00Z"), span("01:59", "01:59"));
        assert_eq!(hours("NY", "2026-11-01T06:00:00Z"), span("01:00", "01:00"));
        assert_eq!(hours("AZ", "2026-07-01T15:00:00Z"), span("08:00", "08:00"));
    }
}
