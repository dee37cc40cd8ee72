//! Procedure-to-procedure edits: pairs of codes of which one is not paid.
//!
//! The table is one block of bytes, read in place, so that 2.6 million pairs
//! are there as soon as the file is read, and are shared by threads:
//!
//! ```text
//! "SJPTP03\0"  rows, homes, slots, blocks, bytes of texts: u32 each  all little-endian
//! slots x 12 bytes   the pair and its flags (u64: 26 bits column 1, 26 bits
//!                    column 2, 8 bits which text, bit 2 in force before 1996,
//!                    bits 0-1 modifier indicator), effective and deletion day
//!                    (u16, from 1980-01-01, ffff for none); all bits set
//!                    where the slot is empty
//! blocks x 64 bytes  the filter over all pairs
//! texts              rationales, one a line
//! ```
//!
//! What a look-up costs is the memory that it waits for. Most pairs end at the
//! filter. For the others the hash of the pair names a slot, its home; the row
//! stands there or in one of the next slots before an empty one, with all that
//! there is to know. A sorted table would be searched over several places, each
//! one a wait.

use chrono::{Datelike, NaiveDate};

use super::filter::{self, BLOCK, PairHash};
use crate::Changes;
use crate::import::ImportError;
use crate::procedure::Procedure;

pub(super) const MAGIC: &[u8; 8] = b"SJPTP03\0";
const HEAD: usize = 28;
/// Bytes of a row.
pub(super) const ROW: usize = 12;
pub(super) const NO_DAY: u16 = u16::MAX;
pub(super) const BEFORE_1996: u8 = 4;
/// A slot without a row: no pair has all bits set.
pub(super) const EMPTY: [u8; ROW] = [0xFF; ROW];
/// Bits below the pair in a row: flags and text.
const BELOW_PAIR: u32 = 12;

/// Whether a modifier may part the two (the modifier indicator).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModifierIndicator {
    /// 0: never.
    NotAllowed,
    /// 1: with a modifier that NCCI accepts, where the record supports it.
    Allowed,
    /// 9: the edit was deleted on the day it began; it says nothing.
    NotApplicable,
}

impl ModifierIndicator {
    pub(super) fn bits(self) -> u8 {
        match self {
            Self::NotAllowed => 0,
            Self::Allowed => 1,
            Self::NotApplicable => 2,
        }
    }

    fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::NotAllowed,
            1 => Self::Allowed,
            _ => Self::NotApplicable,
        }
    }
}

/// One edit: beside column 1, column 2 is not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PtpEdit<'a> {
    column_1: Procedure,
    column_2: Procedure,
    /// Whether a modifier may part the two.
    pub modifier: ModifierIndicator,
    effective: u16,
    deleted: u16,
    /// Whether it stood before 1996.
    pub before_1996: bool,
    /// Why, in CMS's words.
    pub rationale: &'a str,
}

impl PtpEdit<'_> {
    /// The code that is paid.
    #[must_use]
    pub fn column_1(&self) -> String {
        self.column_1.code()
    }

    /// The code that is not.
    #[must_use]
    pub fn column_2(&self) -> String {
        self.column_2.code()
    }

    /// First day.
    #[must_use]
    pub fn effective(&self) -> NaiveDate {
        day_from(self.effective)
    }

    /// Last day, where it was deleted.
    #[must_use]
    pub fn deleted(&self) -> Option<NaiveDate> {
        (self.deleted != NO_DAY).then(|| day_from(self.deleted))
    }
}

/// A pair and its first day.
type PairFrom = (Procedure, Procedure, NaiveDate);

/// The edits of one quarter, for one kind of biller.
#[derive(Clone)]
pub struct PtpTable {
    bytes: Vec<u8>,
    places: Places,
    rationales: Vec<Box<str>>,
}

/// Where each part of the block begins, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Places {
    rows: usize,
    /// Slots that a hash can name.
    homes: usize,
    filter_at: usize,
    texts_at: usize,
}

impl Places {
    /// The layout of a table; `None` where its length is not `length`.
    fn of([rows, homes, slots, blocks, texts]: [usize; 5], length: usize) -> Option<Self> {
        let filter_at = slots.checked_mul(ROW)?.checked_add(HEAD)?;
        let texts_at = filter_at.checked_add(blocks.checked_mul(BLOCK)?)?;
        (texts_at.checked_add(texts)? == length).then_some(Self {
            rows,
            homes,
            filter_at,
            texts_at,
        })
    }
}

/// A row as it stands in the block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    word: u64,
    effective: u16,
    deleted: u16,
}

impl Packed {
    pub(super) fn new(
        (column_1, column_2): (Procedure, Procedure),
        (effective, deleted): (u16, u16),
        flags: u8,
        text: u8,
    ) -> Self {
        let below = u64::from(text) << 4 | u64::from(flags & 0xF);
        Self {
            word: pair_number(column_1, column_2) << BELOW_PAIR | below,
            effective,
            deleted,
        }
    }

    pub(super) fn to_bytes(self) -> [u8; ROW] {
        let mut bytes = [0; ROW];
        bytes[..8].copy_from_slice(&self.word.to_le_bytes());
        bytes[8..10].copy_from_slice(&self.effective.to_le_bytes());
        bytes[10..].copy_from_slice(&self.deleted.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; ROW]) -> Self {
        let [w0, w1, w2, w3, w4, w5, w6, w7, e0, e1, d0, d1] = *bytes;
        Self {
            word: u64::from_le_bytes([w0, w1, w2, w3, w4, w5, w6, w7]),
            effective: u16::from_le_bytes([e0, e1]),
            deleted: u16::from_le_bytes([d0, d1]),
        }
    }

    fn pair(self) -> u64 {
        self.word >> BELOW_PAIR
    }

    fn is_empty(self) -> bool {
        self.word == u64::MAX
    }

    /// Whether it is in force on a day, counted from 1980-01-01. An edit deleted
    /// on the day it began never was; otherwise the deletion date is its last day.
    fn is_in_force(self, on: i32) -> bool {
        i32::from(self.effective) <= on
            && (self.deleted == NO_DAY
                || on <= i32::from(self.deleted) && self.deleted != self.effective)
    }
}

/// A pair as a number of 52 bits; numbers sort as pairs do.
fn pair_number(column_1: Procedure, column_2: Procedure) -> u64 {
    u64::from(column_1.number()) << 26 | u64::from(column_2.number())
}

impl std::fmt::Debug for PtpTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PtpTable")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

impl PtpTable {
    /// Takes a table as [`PtpTable::as_bytes`] gave it; nothing is copied or
    /// unpacked.
    ///
    /// # Errors
    /// The bytes are no such table, or not whole.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ImportError> {
        let number = |at: usize| -> Option<usize> {
            let four = bytes.get(at..at + 4)?;
            usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
        };
        let head = || {
            bytes.get(..8).filter(|magic| *magic == MAGIC)?;
            Places::of(
                [
                    number(8)?,
                    number(12)?,
                    number(16)?,
                    number(20)?,
                    number(24)?,
                ],
                bytes.len(),
            )
        };
        let places = head().ok_or(ImportError::Pack)?;
        let texts = std::str::from_utf8(&bytes[places.texts_at..]);
        let rationales = texts.map_err(|_| ImportError::Pack)?.split('\n');
        let rationales = rationales.map(Box::from).collect();
        Ok(Self {
            bytes,
            places,
            rationales,
        })
    }

    /// The table as one block, to be written to disk.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many edits it has, deleted ones too.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.rows
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.rows == 0
    }

    /// The edit in force on a day that does not pay `column_2` beside `column_1`.
    #[must_use]
    pub fn find(&self, column_1: &str, column_2: &str, day: NaiveDate) -> Option<PtpEdit<'_>> {
        self.edit(
            Procedure::read(column_1.as_bytes())?,
            Procedure::read(column_2.as_bytes())?,
            day,
        )
    }

    /// The edit in force on a day between two codes, whichever is column 1.
    #[must_use]
    pub fn between(&self, one: &str, other: &str, day: NaiveDate) -> Option<PtpEdit<'_>> {
        let (one, other) = (
            Procedure::read(one.as_bytes())?,
            Procedure::read(other.as_bytes())?,
        );
        self.edit(one, other, day)
            .or_else(|| self.edit(other, one, day))
    }

    fn edit(
        &self,
        column_1: Procedure,
        column_2: Procedure,
        day: NaiveDate,
    ) -> Option<PtpEdit<'_>> {
        let places = self.places;
        let hash = PairHash::of(column_1, column_2);
        let filter = self.bytes.get(places.filter_at..places.texts_at)?;
        if !filter::may_hold(filter, hash) {
            return None;
        }
        let pair = pair_number(column_1, column_2);
        let on = day.num_days_from_ce() - EPOCH;
        // One pair may stand several times, for days that do not overlap.
        let found = self
            .rows(hash.home(places.homes))
            .take_while(|row| !row.is_empty())
            .find(|row| row.pair() == pair && row.is_in_force(on));
        found.map(|row| self.unpack(row))
    }

    /// The slots from one on; none beyond the end.
    fn rows(&self, from: usize) -> impl Iterator<Item = Packed> + '_ {
        let bytes = self.bytes.get(HEAD + from * ROW..self.places.filter_at);
        let (slots, _) = bytes.unwrap_or_default().as_chunks::<ROW>();
        slots.iter().map(Packed::from_bytes)
    }

    fn unpack(&self, row: Packed) -> PtpEdit<'_> {
        let half = |pair: u64| Procedure::from_number((pair & 0x3FF_FFFF) as u32);
        let text = (row.word >> 4 & 0xFF) as usize;
        PtpEdit {
            column_1: half(row.pair() >> 26),
            column_2: half(row.pair()),
            modifier: ModifierIndicator::from_bits((row.word & 3) as u8),
            effective: row.effective,
            deleted: row.deleted,
            before_1996: row.word & u64::from(BEFORE_1996) != 0,
            rationale: self.rationales.get(text).map_or("", AsRef::as_ref),
        }
    }

    /// What changed since an older quarter; a pair is shown as `G9001 G9002 2026-01-01`,
    /// with its first day.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Changes {
        Changes::between(old.keyed(), self.keyed(), |(one, two, from)| {
            format!("{} {} {from}", one.code(), two.code())
        })
    }

    /// Every edit by what tells it from the others.
    fn keyed(&self) -> impl Iterator<Item = (PairFrom, (Option<NaiveDate>, ModifierIndicator))> {
        self.iter().map(|edit| {
            let key = (edit.column_1, edit.column_2, edit.effective());
            (key, (edit.deleted(), edit.modifier))
        })
    }

    /// Every edit, by its codes and first day.
    pub fn iter(&self) -> impl Iterator<Item = PtpEdit<'_>> {
        let mut rows: Vec<Packed> = self.rows(0).filter(|row| !row.is_empty()).collect();
        rows.sort_unstable_by_key(|row| (row.pair(), row.effective, row.deleted, row.word));
        rows.into_iter().map(|row| self.unpack(row))
    }
}

/// 1980-01-01, as the calendar counts days.
const EPOCH: i32 = 722_815;

fn day_from(day: u16) -> NaiveDate {
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
