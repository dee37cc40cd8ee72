//! Time is handed in, so that a year of a clinic can be run in a second and
//! come out the same twice.

use chrono::{DateTime, NaiveDate, Utc};

/// Tells the time. The engine asks nothing else for it.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;

    /// The present date, in UTC unless the host's clock says otherwise.
    fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}

/// A clock that stands still: for tests, replays and `--as-of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedClock(pub DateTime<Utc>);

impl FixedClock {
    /// Noon UTC of a day, so that the date is the same in every US time zone.
    #[must_use]
    pub fn noon(day: NaiveDate) -> Self {
        Self(day.and_time(chrono::NaiveTime::MIN).and_utc() + chrono::TimeDelta::hours(12))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}
