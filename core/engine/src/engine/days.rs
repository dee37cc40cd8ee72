//! A clock that follows its files is moved on, a morning at a time.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::Serialize;

use super::Engine;
use crate::EngineError;
use crate::once::Call;
use crate::steps::account::delivery::LetterSent;
use crate::steps::deadline::Tick;
use crate::steps::submission::Sent;

/// The most days that a clock is moved by one call: ten years.
const MOST_DAYS: i64 = 3_660;

/// Fifteen hours UTC: a time of business in every state of the mainland.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(15, 0, 0) {
    Some(morning) => morning,
    None => NaiveTime::MIN,
};

/// What a morning brought while the clock was moved over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day.
    pub day: NaiveDate,
    /// What the clock did.
    #[serde(flatten)]
    pub tick: Tick,
    /// Files written to the outbox: claims that were ready, and questions to payers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<Sent>,
    /// Letters to patients that were handed on, or could not be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<LetterSent>,
}

/// A clock that cannot be moved so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoveClockError {
    /// The practice goes by a clock that nobody moves.
    #[error(
        "the practice goes by a clock of its own, which nobody moves: say `clock: interchange` \
             in scrubjay.yaml of a practice that plays through its days"
    )]
    NotMoved,
    /// The clock stands later than that.
    #[error("the clock stands at {stands}: it cannot go back to {to}")]
    Backwards {
        /// Where it stands.
        stands: NaiveDate,
        /// What was asked for.
        to: NaiveDate,
    },
    /// So many days are a mistake in the date.
    #[error("from {stands} to {to} are more than {MOST_DAYS} days: move the clock in parts")]
    TooFar {
        /// Where it stands.
        stands: NaiveDate,
        /// What was asked for.
        to: NaiveDate,
    },
}

impl Engine {
    /// Moves the clock of a practice that goes by its files (`clock: interchange`) on
    /// to a day, and does each morning on the way what a practice does every day
    /// beside its inbox: what the clock asks for ([`Engine::tick`]), claims that are
    /// ready sent ([`Engine::submit`]), payers asked ([`Engine::ask_payers`]), letters
    /// handed on ([`Engine::deliver_letters`]). Days on which nothing happened are left
    /// out. A second call to the same day does nothing more.
    ///
    /// A clock with no file behind it yet begins on the day asked for. Transports
    /// carry what was written with the next run.
    ///
    /// # Errors
    /// [`MoveClockError`] where the clock is not one that is moved, stands later, or is
    /// to go too far; where the store or the outbox fails: mornings before that are kept.
    pub fn move_clock(&mut self, to: NaiveDate) -> Result<Vec<Day>, EngineError> {
        let mut morning = self.next_morning(to)?;
        let mut days = Vec::new();
        while morning.date_naive() <= to {
            let day = self.morning(morning)?;
            days.extend(day);
            let Some(next) = morning.checked_add_days(Days::new(1)) else {
                break;
            };
            morning = next;
        }
        self.stand_at(to)?;
        Ok(days)
    }

    /// Journals that the clock has come so far, where no row of that morning says so:
    /// a clock without one would stand at the last row when the practice is opened again.
    fn stand_at(&mut self, to: NaiveDate) -> Result<(), EngineError> {
        let morning = to.and_time(MORNING).and_utc();
        let last = self.store.read()?.last_row()?;
        if last.is_some_and(|row| row.stamp.at >= morning) {
            return Ok(());
        }
        let day = to.to_string();
        self.record_call(&Call::new(
            &format!("move_clock {day}"),
            "move_clock",
            &[day.as_bytes()],
        ))
    }

    /// The first morning that the clock has not seen.
    fn next_morning(&self, to: NaiveDate) -> Result<DateTime<Utc>, EngineError> {
        if !self.time.is_replayed() {
            return Err(MoveClockError::NotMoved.into());
        }
        let at = self.time.now();
        if at == DateTime::UNIX_EPOCH {
            return Ok(to.and_time(MORNING).and_utc());
        }
        let stands = at.date_naive();
        if to < stands {
            return Err(MoveClockError::Backwards { stands, to }.into());
        }
        if (to - stands).num_days() > MOST_DAYS {
            return Err(MoveClockError::TooFar { stands, to }.into());
        }
        let morning = stands.and_time(MORNING).and_utc();
        // After office hours the day is over.
        Ok(if morning < at {
            morning + Days::new(1)
        } else {
            morning
        })
    }

    fn morning(&mut self, at: DateTime<Utc>) -> Result<Option<Day>, EngineError> {
        let tick = self.tick(at)?;
        let mut sent = self.submit()?;
        sent.extend(self.ask_payers()?);
        let letters = self.deliver_letters(at)?;
        let nothing = tick.is_nothing() && sent.is_empty() && letters.is_empty();
        Ok((!nothing).then(|| Day {
            day: at.date_naive(),
            tick,
            sent,
            letters,
        }))
    }
}
