//! Dates: days of the calendar, no times, no time zones.

use std::fmt;
use std::sync::{Arc, Mutex};

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use rhai::{Dynamic, EvalAltResult, INT};
use scrubjay_model::BusinessCalendar;

use super::{Api, Kind, fault, frame};
use crate::frame::Frame;

/// A day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date(pub(crate) NaiveDate);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

type Maybe = Result<Date, Box<EvalAltResult>>;

/// Days that a search for a business day goes on at most: no calendar closes
/// a payer for longer.
const LONGEST_CLOSURE: u32 = 31;

/// The most business days that may be added at once: some four years.
const MOST_BUSINESS_DAYS: u32 = 1_000;

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const DATE: Kind = Kind::Date;
    const COUNT: &[(&str, Kind)] = &[("count", Kind::Number)];
    api.engine
        .register_type_with_name::<Date>("date")
        .register_fn("to_string", |date: Date| date.to_string())
        .register_fn("to_debug", |date: Date| date.to_string());

    let now = Arc::clone(shared);
    api.call(
        Kind::Any,
        "today",
        &[],
        DATE,
        "The present day, from the engine's clock.",
        move || Date(frame(&now).today),
    )
    .call(
        Kind::Any,
        "date",
        &[("text", Kind::Text)],
        DATE,
        "A day written as year, month, day: `date(\"2026-01-31\")`.",
        |text: &str| -> Maybe {
            let written = text
                .parse()
                .map_err(|_| fault("`date` wants year-month-day, such as `2026-01-31`"))?;
            Ok(Date(written))
        },
    )
    .get(DATE, "year", Kind::Number, "Year.", |date: &mut Date| {
        INT::from(date.0.year())
    })
    .get(
        DATE,
        "month",
        Kind::Number,
        "Month, 1 to 12.",
        |date: &mut Date| INT::from(date.0.month()),
    )
    .get(
        DATE,
        "day",
        Kind::Number,
        "Day of the month.",
        |date: &mut Date| INT::from(date.0.day()),
    )
    .get(
        DATE,
        "is_weekend",
        Kind::Bool,
        "Whether it is a Saturday or Sunday.",
        |date: &mut Date| weekend(date.0),
    )
    .call(
        DATE,
        "plus_days",
        COUNT,
        DATE,
        "So many days later; earlier with a negative count. `date + count` and `date - count` say the same.",
        |date: Date, count: INT| days(date.0, count),
    )
    .call(
        DATE,
        "plus_months",
        COUNT,
        DATE,
        "So many months later; the month's last day where it has no such day.",
        |date: Date, count: INT| months(date.0, count),
    )
    .call(
        DATE,
        "plus_years",
        COUNT,
        DATE,
        "So many years later; 28 February for 29 February in other than leap years.",
        |date: Date, count: INT| months(date.0, count.saturating_mul(12)),
    )
    .call(
        DATE,
        "days_until",
        &[("other", DATE)],
        Kind::Number,
        "Days from this day to another; negative where that one is earlier.",
        |date: Date, other: Date| (other.0 - date.0).num_days(),
    )
    .call(
        DATE,
        "years_until",
        &[("other", DATE)],
        Kind::Number,
        "Whole years from this day to another, as ages are counted.",
        |date: Date, other: Date| years_between(date.0, other.0),
    )
    .call(
        DATE,
        "plus_business_days",
        COUNT,
        DATE,
        "So many business days later, weekends and federal holidays left out.",
        |date: Date, count: INT| -> Maybe {
            let count = u32::try_from(count).ok().filter(|count| *count <= MOST_BUSINESS_DAYS);
            let count = count.ok_or_else(|| {
                fault(format!("`count` is 0 to {MOST_BUSINESS_DAYS} business days"))
            })?;
            Ok(Date(BusinessCalendar::default().business_days_after(date.0, count)))
        },
    )
    .call(
        DATE,
        "business_days_until",
        &[("other", DATE)],
        Kind::Number,
        "Business days after this day and up to another, weekends and federal holidays left out; 0 where that one is not later.",
        |date: Date, other: Date| business_days(date.0, other.0),
    )
    .call(
        DATE,
        "next_business_day",
        &[],
        DATE,
        "This day, or the next that is not a Saturday or Sunday.",
        |date: Date| roll(date.0, |_| false),
    );
    let tables = Arc::clone(shared);
    api.call(
        DATE,
        "next_business_day",
        &[("holidays", Kind::Text)],
        DATE,
        "This day, or the next that is no weekend and not in the first column of a table of the pack.",
        move |date: Date, holidays: &str| -> Maybe {
            let frame = frame(&tables);
            let name = holidays.trim_start_matches('@');
            let table = frame.tables.find(name).ok_or_else(|| fault("the pack has no such table"))?;
            roll(date.0, |day| table.has(&day.to_string()))
        },
    );
    // `claim.received + 30`, `due - 5`, and the days between two dates.
    api.engine
        .register_fn("-", |later: Date, earlier: Date| {
            (later.0 - earlier.0).num_days()
        })
        .register_fn("+", |date: Date, count: INT| days(date.0, count))
        .register_fn("-", |date: Date, count: INT| {
            days(date.0, count.saturating_neg())
        });
}

/// Business days after one day and up to another, federal holidays left out;
/// none where that one is not later. Nobody counts beyond ten years.
pub(crate) fn business_days(from: NaiveDate, to: NaiveDate) -> INT {
    const MOST: usize = 3_653;
    let calendar = BusinessCalendar::default();
    let days = from.iter_days().skip(1).take(MOST);
    let counted = days.take_while(|day| *day <= to);
    let open = counted.filter(|day| calendar.is_business_day(*day));
    INT::try_from(open.count()).unwrap_or(INT::MAX)
}

fn weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn days(date: NaiveDate, count: INT) -> Maybe {
    shift(
        date,
        count,
        |date, by| date.checked_add_days(Days::new(by)),
        |date, by| date.checked_sub_days(Days::new(by)),
    )
}

fn months(date: NaiveDate, count: INT) -> Maybe {
    let checked = |by: u64| u32::try_from(by).ok().map(Months::new);
    shift(
        date,
        count,
        |date, by| date.checked_add_months(checked(by)?),
        |date, by| date.checked_sub_months(checked(by)?),
    )
}

fn shift(
    date: NaiveDate,
    count: INT,
    later: impl Fn(NaiveDate, u64) -> Option<NaiveDate>,
    earlier: impl Fn(NaiveDate, u64) -> Option<NaiveDate>,
) -> Maybe {
    let by = count.unsigned_abs();
    let moved = if count < 0 {
        earlier(date, by)
    } else {
        later(date, by)
    };
    moved
        .map(Date)
        .ok_or_else(|| fault("the date is beyond the calendar"))
}

fn roll(date: NaiveDate, closed: impl Fn(NaiveDate) -> bool) -> Maybe {
    date.iter_days()
        .take(LONGEST_CLOSURE as usize)
        .find(|day| !weekend(*day) && !closed(*day))
        .map(Date)
        .ok_or_else(|| fault("the table of holidays leaves no business day within a month"))
}

/// Whole years between two days: a person born on 29 February turns a year
/// older on 1 March of other years.
pub(crate) fn years_between(from: NaiveDate, to: NaiveDate) -> INT {
    let years = INT::from(to.year()) - INT::from(from.year());
    let before_the_day = (to.month(), to.day()) < (from.month(), from.day());
    years - INT::from(before_the_day)
}

/// The age of someone born on a day, on another; missing where either is.
pub(crate) fn age(born: Option<NaiveDate>, on: Option<NaiveDate>) -> Dynamic {
    match (born, on) {
        (Some(born), Some(on)) => years_between(born, on).into(),
        _ => Dynamic::UNIT,
    }
}
