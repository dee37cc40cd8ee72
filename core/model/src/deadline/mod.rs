//! Deadlines: from which date, how long, rolled how, kept by what proof.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::BusinessCalendar;

mod kind;
mod law;

pub use kind::{DeadlineBasis, DeadlineKind, Length, Roll};
pub use law::Urgency;

/// What shows that a deadline was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What it is.
    pub what: ProofKind,
    /// The day it proves: receipt by the payer where it says so.
    pub on: NaiveDate,
    /// Where it is found: a control, trace or tracking number, never a person's.
    pub reference: String,
}

/// What kind of proof it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProofKind {
    /// A claim acknowledgment (277CA A1, A2).
    ClaimAcknowledgment,
    /// A functional acknowledgment (999).
    FunctionalAcknowledgment,
    /// The payer's own remittance or letter.
    PayerDocument,
    /// A portal's confirmation.
    Portal,
    /// A postal or courier receipt.
    Mail,
    /// A fax confirmation.
    Fax,
    /// Our own record that it was done, which proves to us alone.
    OwnRecord,
}

/// How far gone a deadline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineStage {
    /// Kept, with proof.
    Kept,
    /// Less than half of the time used.
    Early,
    /// Half or more used.
    Half,
    /// Three quarters or more used.
    ThreeQuarters,
    /// Nine tenths or more used.
    Last,
    /// Passed without proof, or kept too late.
    Breached,
}

impl DeadlineStage {
    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Early => "early",
            Self::Half => "half",
            Self::ThreeQuarters => "three_quarters",
            Self::Last => "last",
            Self::Breached => "breached",
        }
    }
}

/// A proof that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeadlineError {
    /// The proof is of a day before the deadline began.
    #[error(
        "proof of a `{kind}` deadline is dated {days} days before the deadline's basis date: check which of the two is wrong"
    )]
    ProofBeforeBasis {
        /// Name of the deadline's kind.
        kind: &'static str,
        /// Days by which it is too early.
        days: i64,
    },
    /// The proof says nothing of where it is found.
    #[error(
        "proof of a `{kind}` deadline has no reference: give the control, trace or tracking number"
    )]
    ProofWithoutReference {
        /// Name of the deadline's kind.
        kind: &'static str,
    },
}

/// A day by which something must be done, and whether it was.
///
/// The last day counts: a deadline is breached on the day after it.
///
/// ```
/// use chrono::NaiveDate;
/// use scrubjay_model::{BusinessCalendar, Deadline, DeadlineBasis, DeadlineKind, Length, Roll};
///
/// let service = NaiveDate::from_ymd_opt(2024, 2, 29).ok_or("no such day")?;
/// let filing = Deadline {
///     kind: DeadlineKind::TimelyFiling,
///     basis: service,
///     basis_of: DeadlineBasis::ServiceFrom,
///     length: Length::Years(1),
///     roll: Roll::NextBusinessDay,
///     proof: None,
/// };
/// // 28 February 2025 is a Friday.
/// let due = filing.due(&BusinessCalendar::default());
/// assert_eq!(due.to_string(), "2025-02-28");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// What must be done.
    pub kind: DeadlineKind,
    /// The date it is counted from.
    pub basis: NaiveDate,
    /// What that date is.
    pub basis_of: DeadlineBasis,
    /// How long it is.
    pub length: Length,
    /// Where it goes on a day without business.
    pub roll: Roll,
    /// What shows that it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Deadline {
    /// The last day on which it is kept.
    ///
    /// A deadline beyond the end of the calendar is due on the calendar's last
    /// day ([`NaiveDate::MAX`]).
    #[must_use]
    pub fn due(&self, calendar: &BusinessCalendar) -> NaiveDate {
        let days = |count| self.basis.checked_add_days(Days::new(count));
        // `checked_add_months` gives a shorter month's last day.
        let months = |count| self.basis.checked_add_months(Months::new(count));
        let end = match self.length {
            Length::CalendarDays(count) => days(u64::from(count)),
            Length::Hours(count) => days(u64::from(count / 24)),
            Length::BusinessDays(count) => {
                Some(calendar.business_days_after(self.basis, u32::from(count)))
            }
            Length::Months(count) => months(u32::from(count)),
            Length::Years(count) => months(u32::from(count) * 12),
            Length::MonthEnds(count) => months(u32::from(count)).and_then(last_of_month),
            Length::YearEnds(count) => {
                NaiveDate::from_ymd_opt(self.basis.year() + i32::from(count), 12, 31)
            }
        }
        .unwrap_or(NaiveDate::MAX);
        match self.roll {
            Roll::None => end,
            Roll::NextBusinessDay => calendar.on_or_after(end),
        }
    }

    /// Holds a proof that it was kept, or kept late.
    ///
    /// # Errors
    /// [`DeadlineError`] where the proof is of a day before the basis date, or
    /// names no reference. The deadline is unchanged then.
    pub fn prove(&mut self, proof: Proof) -> Result<(), DeadlineError> {
        let kind = self.kind.as_str();
        let days = (self.basis - proof.on).num_days();
        if days > 0 {
            return Err(DeadlineError::ProofBeforeBasis { kind, days });
        }
        if proof.reference.trim().is_empty() {
            return Err(DeadlineError::ProofWithoutReference { kind });
        }
        self.proof = Some(proof);
        Ok(())
    }

    /// Whether there is proof that it was kept in time.
    #[must_use]
    pub fn is_kept(&self, calendar: &BusinessCalendar) -> bool {
        self.proof
            .as_ref()
            .is_some_and(|proof| proof.on <= self.due(calendar))
    }

    /// Whether it was missed: proof of a day too late, or no proof and the
    /// last day gone by.
    #[must_use]
    pub fn is_breached(&self, today: NaiveDate, calendar: &BusinessCalendar) -> bool {
        let due = self.due(calendar);
        self.proof.as_ref().map_or(today, |proof| proof.on) > due
    }

    /// Calendar days from today to the last day: 0 on the last day, below
    /// zero after it.
    #[must_use]
    pub fn days_left(&self, today: NaiveDate, calendar: &BusinessCalendar) -> i64 {
        (self.due(calendar) - today).num_days()
    }

    /// How much of the time is used, in whole percent rounded down: 0 up to
    /// the basis date, 100 from the last day on. A deadline without length is
    /// used up on its basis date.
    #[must_use]
    pub fn percent_used(&self, today: NaiveDate, calendar: &BusinessCalendar) -> u8 {
        let due = self.due(calendar);
        if today >= due {
            return 100;
        }
        let whole = (due - self.basis).num_days().max(1);
        let used = (today - self.basis).num_days().max(0);
        u8::try_from(used * 100 / whole).unwrap_or(100)
    }

    /// How far gone it is: the warnings at 50, 75 and 90 percent.
    #[must_use]
    pub fn stage(&self, today: NaiveDate, calendar: &BusinessCalendar) -> DeadlineStage {
        if self.is_kept(calendar) {
            return DeadlineStage::Kept;
        }
        if self.is_breached(today, calendar) {
            return DeadlineStage::Breached;
        }
        match self.percent_used(today, calendar) {
            0..50 => DeadlineStage::Early,
            50..75 => DeadlineStage::Half,
            75..90 => DeadlineStage::ThreeQuarters,
            _ => DeadlineStage::Last,
        }
    }

    /// The next day after `today` on which [`stage`](Self::stage) is another;
    /// `None` where it stays as it is for good.
    #[must_use]
    pub fn next_stage(&self, today: NaiveDate, calendar: &BusinessCalendar) -> Option<NaiveDate> {
        let now = self.stage(today, calendar);
        if matches!(now, DeadlineStage::Kept | DeadlineStage::Breached) {
            return None;
        }
        // Until the day behind the last one a stage only ever goes on to the next,
        // and then nothing changes any more.
        let mut same = today;
        let mut other = self.due(calendar).succ_opt()?;
        while (other - same).num_days() > 1 {
            let middle = same + Days::new((other - same).num_days().unsigned_abs() / 2);
            if self.stage(middle, calendar) == now {
                same = middle;
            } else {
                other = middle;
            }
        }
        Some(other)
    }
}

fn last_of_month(day: NaiveDate) -> Option<NaiveDate> {
    let next = day.with_day(1)?.checked_add_months(Months::new(1))?;
    next.pred_opt()
}

#[cfg(test)]
mod tests;
