//! What time it is, for the engine.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use scrubjay_model::Clock;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Where the engine takes the time from.
pub(crate) enum Time {
    /// From a clock that was handed in.
    Clock(Box<dyn Clock>),
    /// From the interchanges taken in, never going backwards.
    Replayed(DateTime<Utc>),
}

impl Time {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Clock(clock) => clock.now(),
            Self::Replayed(now) => *now,
        }
    }

    /// Moves a replayed clock on to an interchange's date and time.
    pub(crate) fn reach(&mut self, instant: DateTime<Utc>) {
        if let Self::Replayed(now) = self {
            *now = instant.max(*now);
        }
    }
}

/// The instant that ISA09 and ISA10 name, taken as UTC.
pub(crate) fn interchange_instant(date: &str, time: &str) -> Option<DateTime<Utc>> {
    let day = NaiveDate::parse_from_str(date.trim(), "%y%m%d").ok()?;
    let hour = NaiveTime::parse_from_str(time.trim(), "%H%M").unwrap_or(NaiveTime::MIN);
    Some(day.and_time(hour).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replayed_clock_never_goes_back() {
        let monday = interchange_instant("260302", "0815").unwrap();
        let tuesday = interchange_instant("260303", "").unwrap();
        let mut time = Time::Replayed(monday);
        time.reach(tuesday);
        time.reach(monday);
        assert_eq!(time.now(), tuesday);
        assert_eq!(interchange_instant("261350", "0815"), None);
    }
}
