//! What a table of pairs is made of: two codes in 42 bits, and the terms that
//! many pairs share.

use chrono::{Datelike, NaiveDate};

use super::filter::PairHash;
use crate::procedure::Procedure;

/// Bytes of the terms of edits.
pub(super) const TERMS: usize = 6;
/// Bits of a slot that say which terms.
const TERMS_BITS: u32 = 22;
/// Most terms that a table tells apart.
pub(super) const MAX_TERMS: usize = 1 << TERMS_BITS;
pub(super) const NO_DAY: u16 = u16::MAX;
pub(super) const BEFORE_1996: u8 = 4;

/// Two codes in 42 bits; numbers sort as pairs do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair(u64);

impl Pair {
    const BITS: u32 = 21;

    /// `None` where a code is none that a table can hold.
    pub(super) fn read(column_1: &[u8], column_2: &[u8]) -> Option<Self> {
        let one = Procedure::read_short(column_1)?;
        let two = Procedure::read_short(column_2)?;
        Some(Self(u64::from(one) << Self::BITS | u64::from(two)))
    }

    pub(super) fn column_1(self) -> Procedure {
        Procedure::from_short((self.0 >> Self::BITS) as u32)
    }

    pub(super) fn column_2(self) -> Procedure {
        Procedure::from_short((self.0 & ((1 << Self::BITS) - 1)) as u32)
    }

    pub(super) fn hash(self) -> PairHash {
        PairHash::of(self.0)
    }

    pub(super) fn of_slot(slot: u64) -> Self {
        Self(slot >> TERMS_BITS)
    }

    /// The slot of a row.
    pub(super) fn slot(self, terms: u32) -> u64 {
        self.0 << TERMS_BITS | u64::from(terms)
    }
}

/// What a table says of a pair for some days: many pairs share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Terms {
    pub(super) effective: u16,
    pub(super) deleted: u16,
    pub(super) flags: u8,
    pub(super) text: u8,
}

impl Terms {
    pub(super) fn to_bytes(self) -> [u8; TERMS] {
        let [e0, e1] = self.effective.to_le_bytes();
        let [d0, d1] = self.deleted.to_le_bytes();
        [e0, e1, d0, d1, self.flags, self.text]
    }

    pub(super) fn from_bytes([e0, e1, d0, d1, flags, text]: [u8; TERMS]) -> Self {
        Self {
            effective: u16::from_le_bytes([e0, e1]),
            deleted: u16::from_le_bytes([d0, d1]),
            flags,
            text,
        }
    }

    /// Whether the edit is in force on a day, counted from 1980-01-01. One deleted
    /// on the day it began never was; otherwise the deletion date is its last day.
    pub(super) fn is_in_force(self, on: i32) -> bool {
        i32::from(self.effective) <= on
            && (self.deleted == NO_DAY
                || on <= i32::from(self.deleted) && self.deleted != self.effective)
    }
}

/// 1980-01-01, as the calendar counts days.
pub(super) const EPOCH: i32 = 722_815;

pub(super) fn day_from(day: u16) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(EPOCH + i32::from(day))
        .expect("the calendar has every day from 1980 to 2159")
}

/// The number of a day; `None` where the table cannot hold it (1980 to 2159).
pub(super) fn day_number(day: NaiveDate) -> Option<u16> {
    let days = day.num_days_from_ce().checked_sub(EPOCH)?;
    u16::try_from(days).ok().filter(|days| *days != NO_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1980() {
        let first = NaiveDate::from_ymd_opt(1980, 1, 1).unwrap();
        assert_eq!((day_number(first), day_from(0)), (Some(0), first));
        let last = day_from(NO_DAY - 1);
        assert_eq!(day_number(last), Some(NO_DAY - 1));
        assert_eq!(day_number(last.succ_opt().unwrap()), None);
        for none in [first.pred_opt().unwrap(), NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(day_number(none), None);
        }
    }
}
