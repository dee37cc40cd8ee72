//! Procedure-to-procedure edits: pairs of codes of which one is not paid.
//!
//! The table is one block of bytes, read in place, so that 2.6 million pairs
//! take 26 MB, are there as soon as the file is read, and are shared by threads:
//!
//! ```text
//! "SJPTP01\0"  codes: u32  rows: u32  texts: u32 (bytes)      all little-endian
//! codes x { column 1: u32, first row: u32 }                   sorted
//! rows x u32    column 2, sorted within a column 1, then by effective day
//! rows x u16    effective day, from 1980-01-01
//! rows x u16    deletion day; ffff for none
//! rows x u8     bits 0-1 modifier indicator, bit 2 in force before 1996
//! rows x u8     which text
//! texts         rationales, one a line
//! ```

use chrono::{Days, NaiveDate};

use crate::import::ImportError;
use crate::procedure::Procedure;

pub(super) const MAGIC: &[u8; 8] = b"SJPTP01\0";
const HEAD: usize = 20;
/// Bytes of one row over the five columns.
const ROW: usize = 10;
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

/// The edits of one quarter, for one kind of biller.
#[derive(Clone)]
pub struct PtpTable {
    bytes: Vec<u8>,
    codes: usize,
    rows: usize,
}

impl std::fmt::Debug for PtpTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PtpTable")
            .field("codes", &self.codes)
            .field("rows", &self.rows)
            .finish()
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
            let (codes, rows, texts) = (number(8)?, number(12)?, number(16)?);
            let whole = HEAD
                .checked_add(codes.checked_mul(8)?)?
                .checked_add(rows.checked_mul(ROW)?)?
                .checked_add(texts)?;
            (whole == bytes.len()).then_some((codes, rows))
        };
        let (codes, rows) = head().ok_or(ImportError::Pack)?;
        Ok(Self { bytes, codes, rows })
    }

    /// The table as one block, to be written to disk.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many edits it has, deleted ones too.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
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
        let code = |at: usize| self.u32_at(HEAD + at * 8);
        let at = first_not_below(0, self.codes, |at| code(at) < column_1.number());
        if at == self.codes || code(at) != column_1.number() {
            return None;
        }
        let start = self.u32_at(HEAD + at * 8 + 4) as usize;
        let end = if at + 1 == self.codes {
            self.rows
        } else {
            self.u32_at(HEAD + at * 8 + 12) as usize
        };
        let columns = HEAD + self.codes * 8;
        let second = |row: usize| self.u32_at(columns + row * 4);
        let first = first_not_below(start, end, |row| second(row) < column_2.number());
        // One pair may stand several times, for days that do not overlap.
        (first..end)
            .take_while(|row| second(*row) == column_2.number())
            .filter_map(|row| self.row(column_1, row))
            .find(|edit| edit.is_in_force(day))
    }

    fn row(&self, column_1: Procedure, row: usize) -> Option<PtpEdit<'_>> {
        let columns = HEAD + self.codes * 8;
        let [effective, deleted, flags, text] =
            [4, 6, 8, 9].map(|before| columns + self.rows * before);
        let deleted = self.u16_at(deleted + row * 2);
        let flags = self.bytes.get(flags + row).copied()?;
        let text = self.bytes.get(text + row).copied()?;
        Some(PtpEdit {
            column_1,
            column_2: Procedure::from_number(self.u32_at(columns + row * 4)),
            modifier: ModifierIndicator::from_bits(flags),
            effective: day_from(self.u16_at(effective + row * 2))?,
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
        let texts = self
            .bytes
            .get(HEAD + self.codes * 8 + self.rows * ROW..)
            .unwrap_or_default();
        let text = texts
            .split(|byte| *byte == b'\n')
            .nth(usize::from(number))
            .unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// Every edit in order.
    pub fn iter(&self) -> impl Iterator<Item = PtpEdit<'_>> {
        (0..self.codes).flat_map(move |at| {
            let entry = HEAD + at * 8;
            let end = if at + 1 == self.codes {
                self.rows
            } else {
                self.u32_at(entry + 12) as usize
            };
            let column_1 = Procedure::from_number(self.u32_at(entry));
            (self.u32_at(entry + 4) as usize..end.min(self.rows))
                .filter_map(move |row| self.row(column_1, row))
        })
    }

    /// A number of the block; 0 beyond its end, which a damaged index can ask for.
    fn u32_at(&self, at: usize) -> u32 {
        let four = self
            .bytes
            .get(at..at + 4)
            .and_then(|four| four.try_into().ok());
        u32::from_le_bytes(four.unwrap_or_default())
    }

    fn u16_at(&self, at: usize) -> u16 {
        let two = self
            .bytes
            .get(at..at + 2)
            .and_then(|two| two.try_into().ok());
        u16::from_le_bytes(two.unwrap_or_default())
    }
}

/// The first place of `from..to` where `below` no longer holds.
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
