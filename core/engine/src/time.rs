//! What time it is, for the engine.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use scrubjay_model::Clock;
use scrubjay_store::Reader;

use crate::EngineError;
use crate::config::ClockSource;

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
    /// From the files taken in, never going backwards.
    Replayed(DateTime<Utc>),
}

impl Time {
    /// What the configuration says; a replayed clock goes on from where the
    /// journal was last written to.
    pub(crate) fn of(source: ClockSource, reader: &dyn Reader) -> Result<Self, EngineError> {
        Ok(match source {
            ClockSource::System => Self::Clock(Box::new(SystemClock)),
            ClockSource::Interchange => Self::Replayed(
                reader
                    .last_row()?
                    .map_or(DateTime::UNIX_EPOCH, |row| row.stamp.at),
            ),
        })
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Clock(clock) => clock.now(),
            Self::Replayed(now) => *now,
        }
    }

    /// Whether it goes by the files that are taken in.
    pub(crate) const fn is_replayed(&self) -> bool {
        matches!(self, Self::Replayed(_))
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
