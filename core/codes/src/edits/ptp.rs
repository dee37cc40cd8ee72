//! Procedure-to-procedure edits: pairs of codes of which one is not paid.
//!
//! The table is one block of bytes, read in place, so that 2.6 million pairs
//! take 26 MB, are there as soon as the file is read, and are shared by threads:
//!
//! ```text
//! "SJPTP01\0"  codes, rows, blocks, bytes of texts: u32 each   all little-endian
//! codes x u32       column 1, sorted
//! codes + 1 x u32   its first row; the last one is the number of rows
//! rows / 16 x u32   column 2 of every 16th row, rounded up
//! rows x u32        column 2, sorted within a column 1, then by effective day
//! rows x 6 bytes    effective day and deletion day (u16, from 1980-01-01, ffff
//!                   for none), flags (bits 0-1 modifier indicator, bit 2 in
//!                   force before 1996), which text
//! blocks x 64 bytes the filter over all pairs
//! texts             rationales, one a line
//! ```
//!
//! What a look-up costs is the memory it waits for. Most pairs end at the filter.
//! For the others column 1 and the samples of column 2 stay in the cache; of the
//! rows, one line is fetched, and the details only where the pair is found.

use std::ops::Range;

use chrono::{Days, NaiveDate};

use super::filter::{self, BLOCK};
use crate::Changes;
use crate::import::ImportError;
use crate::procedure::Procedure;

pub(super) const MAGIC: &[u8; 8] = b"SJPTP01\0";
const HEAD: usize = 24;
/// Rows that one sample stands for: as many as a line of the cache holds.
pub(super) const STRIDE: usize = 16;
/// Bytes of a row's details.
const DETAIL: usize = 6;
pub(super) const NO_DAY: u16 = u16::MAX;
pub(super) const BEFORE_1996: u8 = 4;

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
    /// First day.
    pub effective: NaiveDate,
    /// Last day, where it was deleted.
    pub deleted: Option<NaiveDate>,
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

    /// Whether it is in force on a day. An edit deleted on the day it began
    /// never was; otherwise the deletion date is its last day.
    fn is_in_force(&self, day: NaiveDate) -> bool {
        self.effective <= day
            && self
                .deleted
                .is_none_or(|last| day <= last && last != self.effective)
    }
}

/// A pair and its first day.
type PairFrom = (Procedure, Procedure, NaiveDate);

/// The edits of one quarter, for one kind of biller.
#[derive(Clone)]
pub struct PtpTable {
    bytes: Vec<u8>,
    places: Places,
    /// Where each rationale stands.
    texts: Vec<Range<usize>>,
    /// The first column 1 not below each [slot](Procedure::slot), and the end.
    slots: Vec<u32>,
}

/// Where each part of the block begins, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Places {
    codes: usize,
    rows: usize,
    firsts_at: usize,
    samples_at: usize,
    columns_at: usize,
    details_at: usize,
    filter_at: usize,
    texts_at: usize,
}

impl Places {
    /// The layout of a table; `None` where its length is not `length`.
    fn of([codes, rows, blocks, texts]: [usize; 4], length: usize) -> Option<Self> {
        let numbers = |from: usize, count: usize| from.checked_add(count.checked_mul(4)?);
        let firsts_at = numbers(HEAD, codes)?;
        let samples_at = numbers(firsts_at, codes.checked_add(1)?)?;
        let columns_at = numbers(samples_at, rows.div_ceil(STRIDE))?;
        let details_at = numbers(columns_at, rows)?;
        let filter_at = details_at.checked_add(rows.checked_mul(DETAIL)?)?;
        let texts_at = filter_at.checked_add(blocks.checked_mul(BLOCK)?)?;
        (texts_at.checked_add(texts)? == length).then_some(Self {
            codes,
            rows,
            firsts_at,
            samples_at,
            columns_at,
            details_at,
            filter_at,
            texts_at,
        })
    }
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
                [number(8)?, number(12)?, number(16)?, number(20)?],
                bytes.len(),
            )
        };
        let places = head().ok_or(ImportError::Pack)?;
        let mut texts = Vec::new();
        let mut from = places.texts_at;
        for text in bytes[places.texts_at..].split(|byte| *byte == b'\n') {
            texts.push(from..from + text.len());
            from += text.len() + 1;
        }
        let mut table = Self {
            bytes,
            places,
            texts,
            slots: Vec::new(),
        };
        table.slots = table.fill_slots();
        Ok(table)
    }

    fn fill_slots(&self) -> Vec<u32> {
        let mut at = 0;
        let firsts = (0..=Procedure::SLOTS).map(|slot| {
            let first = Procedure::first_of_slot(slot);
            while at < self.places.codes && self.column_1(at) < first {
                at += 1;
            }
            // A table has no more codes than a `u32` counts: its head says so.
            u32::try_from(at).unwrap_or(u32::MAX)
        });
        firsts.collect()
    }

    fn column_1(&self, at: usize) -> u32 {
        self.u32_at(HEAD + at * 4)
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
        let filter = self.bytes.get(places.filter_at..places.texts_at)?;
        if !filter::may_hold(filter, column_1, column_2) {
            return None;
        }
        let slot = |at: usize| {
            self.slots
                .get(at)
                .map_or(places.codes, |first| *first as usize)
        };
        let within = column_1
            .slot()
            .map_or(0..places.codes, |at| slot(at)..slot(at + 1));
        let sought = column_1.number();
        let at = first_not_below(within.start, within.end, |at| self.column_1(at) < sought);
        if at == places.codes || self.column_1(at) != sought {
            return None;
        }
        let rows = self.rows_of(at);
        let first = self.first_row(rows.clone(), column_2.number());
        // One pair may stand several times, for days that do not overlap.
        (first..rows.end)
            .take_while(|row| self.column_2(*row) == column_2.number())
            .filter_map(|row| self.row(column_1, row))
            .find(|edit| edit.is_in_force(day))
    }

    /// The first of the rows of a column 1 whose column 2 is not below.
    fn first_row(&self, rows: Range<usize>, column_2: u32) -> usize {
        let sample = |at: usize| self.u32_at(self.places.samples_at + at * 4);
        // Samples from the second stride on that this column 1 reaches into.
        let (from, to) = (rows.start / STRIDE + 1, rows.end.div_ceil(STRIDE));
        let next = first_not_below(from, to.max(from), |at| sample(at) < column_2);
        let start = ((next - 1) * STRIDE).max(rows.start);
        let end = (next * STRIDE).min(rows.end);
        first_not_below(start, end.max(start), |row| self.column_2(row) < column_2)
    }

    fn rows_of(&self, at: usize) -> Range<usize> {
        let first = |at: usize| {
            let first = self.u32_at(self.places.firsts_at + at * 4);
            usize::try_from(first)
                .unwrap_or(usize::MAX)
                .min(self.places.rows)
        };
        let start = first(at);
        start..first(at + 1).max(start)
    }

    fn column_2(&self, row: usize) -> u32 {
        self.u32_at(self.places.columns_at + row * 4)
    }

    fn row(&self, column_1: Procedure, row: usize) -> Option<PtpEdit<'_>> {
        let at = self.places.details_at + row * DETAIL;
        let [e0, e1, d0, d1, flags, text] = *self.bytes.get(at..at + DETAIL)?.first_chunk()?;
        let deleted = u16::from_le_bytes([d0, d1]);
        Some(PtpEdit {
            column_1,
            column_2: Procedure::from_number(self.column_2(row)),
            modifier: ModifierIndicator::from_bits(flags),
            effective: day_from(u16::from_le_bytes([e0, e1]))?,
            deleted: if deleted == NO_DAY {
                None
            } else {
                day_from(deleted)
            },
            before_1996: flags & BEFORE_1996 != 0,
            rationale: self.rationale(text),
        })
    }

    fn rationale(&self, number: u8) -> &str {
        let place = self.texts.get(usize::from(number)).cloned();
        let text = place
            .and_then(|place| self.bytes.get(place))
            .unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
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
            let key = (edit.column_1, edit.column_2, edit.effective);
            (key, (edit.deleted, edit.modifier))
        })
    }

    /// Every edit in order.
    pub fn iter(&self) -> impl Iterator<Item = PtpEdit<'_>> {
        (0..self.places.codes).flat_map(move |at| {
            let column_1 = Procedure::from_number(self.column_1(at));
            self.rows_of(at)
                .filter_map(move |row| self.row(column_1, row))
        })
    }

    /// A number of the block; 0 beyond its end, which a damaged index can ask for.
    fn u32_at(&self, at: usize) -> u32 {
        let four = self
            .bytes
            .get(at..at + 4)
            .and_then(|four| four.first_chunk().copied());
        u32::from_le_bytes(four.unwrap_or_default())
    }
}

/// The first place of `from..to` where `below` no longer holds. The branches
/// are wanted: a processor that guesses fetches ahead, and the form without
/// them took twice as long here.
fn first_not_below(mut from: usize, mut to: usize, below: impl Fn(usize) -> bool) -> usize {
    while from < to {
        let middle = from + (to - from) / 2;
        if below(middle) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    from
}

fn epoch() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(1980, 1, 1)
}

fn day_from(day: u16) -> Option<NaiveDate> {
    epoch()?.checked_add_days(Days::new(u64::from(day)))
}

/// The number of a day; `None` where the table cannot hold it (1980 to 2159).
pub(super) fn day_number(day: NaiveDate) -> Option<u16> {
    let days = day.signed_duration_since(epoch()?).num_days();
    u16::try_from(days).ok().filter(|days| *days != NO_DAY)
}
