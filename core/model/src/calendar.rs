//! Days on which offices work: weekends, federal holidays, own closed days.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// Which public holidays a calendar keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holidays {
    /// The legal public holidays of the United States (5 U.S.C. 6103).
    #[default]
    Federal,
    /// None.
    None,
}

/// The business days of an office or payer: every day but Saturdays, Sundays,
/// public holidays and the days it names as closed.
///
/// Federal holidays come from the rules of 5 U.S.C. 6103(a), not from a list,
/// so every year has them. One that falls on a Saturday is kept on the Friday
/// before (6103(b)(1)), one on a Sunday on the Monday after (Executive Order
/// 11582). Earlier years are reckoned by today's law, except that Martin
/// Luther King's birthday counts from 1986 and Juneteenth from 2021, as they
/// were first kept. Inauguration Day, a holiday around Washington only, is not
/// among them: name it as closed where it is one.
///
/// ```
/// use chrono::NaiveDate;
/// use scrubjay_model::BusinessCalendar;
///
/// let calendar = BusinessCalendar::default();
/// // 4 July 2026 is a Saturday, so Friday the third is kept.
/// let third = NaiveDate::from_ymd_opt(2026, 7, 3).ok_or("no such day")?;
/// assert!(!calendar.is_business_day(third));
/// assert_eq!(calendar.on_or_after(third).to_string(), "2026-07-06");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BusinessCalendar {
    /// Public holidays kept.
    pub holidays: Holidays,
    /// Further days closed.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub closed: BTreeSet<NaiveDate>,
}

impl BusinessCalendar {
    /// A calendar of federal holidays and these further closed days.
    pub fn closed_on(days: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self {
            holidays: Holidays::Federal,
            closed: days.into_iter().collect(),
        }
    }

    /// Whether offices work on that day.
    #[must_use]
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            && !self.closed.contains(&day)
            && (self.holidays == Holidays::None || federal_holiday(day).is_none())
    }

    /// That day, or the next on which offices work. The calendar's last day
    /// where none is left.
    #[must_use]
    pub fn on_or_after(&self, day: NaiveDate) -> NaiveDate {
        let mut day = day;
        // Ends: weekends and holidays leave work days in any week, and the
        // further closed days are finitely many.
        while !self.is_business_day(day) {
            match day.succ_opt() {
                Some(next) => day = next,
                None => return day,
            }
        }
        day
    }

    /// The `count`th business day after `day`, which itself is not counted;
    /// `day` for none. The calendar's last day where it lies beyond.
    ///
    /// Takes time in proportion to `count`.
    #[must_use]
    pub fn business_days_after(&self, day: NaiveDate, count: u32) -> NaiveDate {
        let mut day = day;
        for _ in 0..count {
            match day.succ_opt() {
                Some(next) => day = self.on_or_after(next),
                None => return day,
            }
        }
        day
    }
}

/// A legal public holiday of the United States (5 U.S.C. 6103(a)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FederalHoliday {
    /// 1 January.
    NewYear,
    /// Third Monday in January, since 1986.
    MartinLutherKing,
    /// Washington's Birthday: third Monday in February.
    Washington,
    /// Last Monday in May.
    Memorial,
    /// 19 June, since 2021.
    Juneteenth,
    /// 4 July.
    Independence,
    /// First Monday in September.
    Labor,
    /// Second Monday in October.
    Columbus,
    /// 11 November.
    Veterans,
    /// Fourth Thursday in November.
    Thanksgiving,
    /// 25 December.
    Christmas,
}

/// When a holiday falls.
enum Falls {
    /// On a day of the month; kept on a weekday beside it.
    On(u32, u32),
    /// On the nth such weekday of a month.
    Nth(u32, u8, Weekday),
    /// On the last such weekday of a month.
    Last(u32, Weekday),
}

/// Holiday, when it falls, first year kept.
const FEDERAL: [(FederalHoliday, Falls, i32); 11] = {
    use FederalHoliday as H;
    use Weekday::{Mon, Thu};
    const ALWAYS: i32 = i32::MIN;
    [
        (H::NewYear, Falls::On(1, 1), ALWAYS),
        (H::MartinLutherKing, Falls::Nth(1, 3, Mon), 1986),
        (H::Washington, Falls::Nth(2, 3, Mon), ALWAYS),
        (H::Memorial, Falls::Last(5, Mon), ALWAYS),
        (H::Juneteenth, Falls::On(6, 19), 2021),
        (H::Independence, Falls::On(7, 4), ALWAYS),
        (H::Labor, Falls::Nth(9, 1, Mon), ALWAYS),
        (H::Columbus, Falls::Nth(10, 2, Mon), ALWAYS),
        (H::Veterans, Falls::On(11, 11), ALWAYS),
        (H::Thanksgiving, Falls::Nth(11, 4, Thu), ALWAYS),
        (H::Christmas, Falls::On(12, 25), ALWAYS),
    ]
};

/// The federal holiday kept on that day, which for one that falls on a weekend
/// is the Friday before or the Monday after.
#[must_use]
pub fn federal_holiday(day: NaiveDate) -> Option<FederalHoliday> {
    let beside = match day.weekday() {
        Weekday::Mon => day.pred_opt(),
        Weekday::Fri => day.succ_opt(),
        Weekday::Sat | Weekday::Sun => return None,
        _ => None,
    };
    FEDERAL
        .iter()
        .find(|(_, falls, since)| {
            let on = |date: NaiveDate, month, of_month| {
                date.year() >= *since && (date.month(), date.day()) == (month, of_month)
            };
            match *falls {
                Falls::On(month, of_month) => {
                    on(day, month, of_month) || beside.is_some_and(|date| on(date, month, of_month))
                }
                Falls::Nth(month, nth, weekday) => {
                    on(day, month, day.day())
                        && day.weekday() == weekday
                        && (day.day() - 1) / 7 + 1 == u32::from(nth)
                }
                // Within the last seven days of a month of 31.
                Falls::Last(month, weekday) => {
                    on(day, month, day.day()) && day.weekday() == weekday && day.day() > 24
                }
            }
        })
        .map(|(holiday, ..)| *holiday)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn holidays_of(year: i32) -> Vec<String> {
        NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap()
            .iter_days()
            .take_while(|date| date.year() == year)
            .filter(|date| federal_holiday(*date).is_some())
            .map(|date| date.format("%m-%d").to_string())
            .collect()
    }

    /// As the Office of Personnel Management publishes them.
    #[test]
    fn the_holidays_of_a_year_are_those_the_government_keeps() {
        assert_eq!(
            holidays_of(2026),
            [
                "01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11",
                "11-26", "12-25"
            ]
        );
        // Juneteenth 2021 was a Saturday, Independence Day a Sunday, Christmas
        // a Saturday; New Year 2022 a Saturday, so kept in 2021.
        assert_eq!(
            holidays_of(2021),
            [
                "01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11",
                "11-25", "12-24", "12-31"
            ]
        );
        assert!(!holidays_of(2022).contains(&"01-01".to_owned()));
        assert!(!holidays_of(2020).contains(&"06-19".to_owned()));
        assert!(!holidays_of(1985).contains(&"01-21".to_owned()));
    }

    #[test]
    fn an_office_may_close_on_days_of_its_own() {
        let calendar = BusinessCalendar::closed_on([day("2026-11-27")]);
        assert_eq!(calendar.on_or_after(day("2026-11-26")), day("2026-11-30"));
        assert_eq!(
            BusinessCalendar::default().on_or_after(day("2026-11-26")),
            day("2026-11-27")
        );
        let plain = BusinessCalendar {
            holidays: Holidays::None,
            ..BusinessCalendar::default()
        };
        assert!(plain.is_business_day(day("2026-11-26")));
        assert!(!plain.is_business_day(day("2026-11-28")));
    }

    #[test]
    fn business_days_are_counted_from_the_day_after() {
        let calendar = BusinessCalendar::default();
        // Wednesday before Thanksgiving: Friday, Monday, Tuesday.
        assert_eq!(
            calendar.business_days_after(day("2026-11-25"), 3),
            day("2026-12-01")
        );
        assert_eq!(
            calendar.business_days_after(day("2026-11-28"), 0),
            day("2026-11-28")
        );
    }

    #[test]
    fn the_ends_of_the_calendar_do_no_harm() {
        let calendar = BusinessCalendar::default();
        for edge in [NaiveDate::MIN, NaiveDate::MAX] {
            let _ = calendar.is_business_day(edge);
            assert!(calendar.on_or_after(edge) >= edge);
        }
        assert_eq!(
            calendar.business_days_after(NaiveDate::MAX, 5),
            NaiveDate::MAX
        );
    }

    #[test]
    fn a_calendar_reads_back_as_it_was_written() {
        for calendar in [
            BusinessCalendar::default(),
            BusinessCalendar::closed_on([day("2026-11-27")]),
        ] {
            let json = serde_json::to_string(&calendar).unwrap();
            assert_eq!(
                serde_json::from_str::<BusinessCalendar>(&json).unwrap(),
                calendar
            );
        }
    }
}
