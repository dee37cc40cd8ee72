//! Procedure-to-procedure edits: pairs of codes of which one is not paid.
//!
//! The table is one block of bytes, read in place, so that 2.6 million pairs
//! are there as soon as the file is read, and are shared by threads; numbers are
//! little-endian:
//!
//! ```text
//! "SJPTP04\0"  rows, homes, slots, blocks, terms, bytes of texts: u32 each
//! slots x 8 bytes   21 bits column 1, 21 bits column 2, 22 bits which terms;
//!                   all bits set where the slot is empty
//! blocks x 64 bytes the filter over all pairs
//! terms x 6 bytes   effective and deletion day (u16, from 1980-01-01, ffff for
//!                   none), flags (bits 0-1 modifier indicator, bit 2 in force
//!                   before 1996), which text
//! texts             rationales, one a line
//! ```
//!
//! What a look-up costs is the memory that it waits for. Most pairs end at the
//! filter. For the others the hash of the pair names a slot, its home; the row
//! stands there or in one of the next slots before an empty one. What many pairs
//! share (their days, mostly) is kept once, so that a row is small. A sorted
//! table would be searched over several places, each one a wait.

use chrono::{Datelike, NaiveDate};

use super::filter::{self, BLOCK};
use super::ptp_row::{BEFORE_1996, EPOCH, MAX_TERMS, NO_DAY, Pair, TERMS, Terms, day_from};
use crate::Changes;
use crate::import::ImportError;

pub(super) const MAGIC: &[u8; 8] = b"SJPTP04\0";
const HEAD: usize = 32;
/// Bytes of a slot.
const SLOT: usize = 8;
/// A slot without a row: no pair has all bits set.
pub(super) const EMPTY: u64 = u64::MAX;

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
    pair: Pair,
    terms: Terms,
    /// Whether a modifier may part the two.
    pub modifier: ModifierIndicator,
    /// Whether it stood before 1996.
    pub before_1996: bool,
    /// Why, in CMS's words.
    pub rationale: &'a str,
}

impl PtpEdit<'_> {
    /// The code that is paid.
    #[must_use]
    pub fn column_1(&self) -> String {
        self.pair.column_1().code()
    }

    /// The code that is not.
    #[must_use]
    pub fn column_2(&self) -> String {
        self.pair.column_2().code()
    }

    /// First day.
    #[must_use]
    pub fn effective(&self) -> NaiveDate {
        day_from(self.terms.effective)
    }

    /// Last day, where it was deleted.
    #[must_use]
    pub fn deleted(&self) -> Option<NaiveDate> {
        let last = self.terms.deleted;
        (last != NO_DAY).then(|| day_from(last))
    }
}

/// A pair and its first day.
type PairFrom = (Pair, NaiveDate);

/// The edits of one quarter, for one kind of biller.
#[derive(Clone)]
pub struct PtpTable {
    bytes: Vec<u8>,
    places: Places,
    terms: Vec<Terms>,
    rationales: Vec<Box<str>>,
}

/// Where each part of the block begins, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Places {
    rows: usize,
    /// Slots that a hash can name.
    homes: usize,
    filter_at: usize,
    terms_at: usize,
    texts_at: usize,
}

impl Places {
    /// The layout of a table; `None` where its length is not `length`.
    fn of(counts: [usize; 6], length: usize) -> Option<Self> {
        let [rows, homes, slots, blocks, terms, texts] = counts;
        let filter_at = slots.checked_mul(SLOT)?.checked_add(HEAD)?;
        let terms_at = filter_at.checked_add(blocks.checked_mul(BLOCK)?)?;
        let texts_at = terms_at.checked_add(terms.checked_mul(TERMS)?)?;
        (texts_at.checked_add(texts)? == length).then_some(Self {
            rows,
            homes,
            filter_at,
            terms_at,
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
        let head = || {
            let (magic, counts) = bytes.get(..HEAD)?.split_at(MAGIC.len());
            let (counts, _) = counts.as_chunks::<4>();
            let counts: [[u8; 4]; 6] = counts.try_into().ok()?;
            let counts = counts.map(|four| u32::from_le_bytes(four) as usize);
            Places::of(counts, bytes.len()).filter(|_| magic == MAGIC)
        };
        let places = head().ok_or(ImportError::Pack)?;
        let (terms, _) = bytes[places.terms_at..places.texts_at].as_chunks::<TERMS>();
        let terms = terms.iter().copied().map(Terms::from_bytes).collect();
        let texts = std::str::from_utf8(&bytes[places.texts_at..]);
        let rationales = texts.map_err(|_| ImportError::Pack)?.split('\n');
        let rationales = rationales.map(Box::from).collect();
        Ok(Self {
            bytes,
            places,
            terms,
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
        self.edit(Pair::read(column_1.as_bytes(), column_2.as_bytes())?, day)
    }

    /// The edit in force on a day between two codes, whichever is column 1.
    #[must_use]
    pub fn between(&self, one: &str, other: &str, day: NaiveDate) -> Option<PtpEdit<'_>> {
        self.find(one, other, day)
            .or_else(|| self.find(other, one, day))
    }

    fn edit(&self, pair: Pair, day: NaiveDate) -> Option<PtpEdit<'_>> {
        let places = self.places;
        let hash = pair.hash();
        let filter = self.bytes.get(places.filter_at..places.terms_at)?;
        if !filter::may_hold(filter, hash) {
            return None;
        }
        let on = day.num_days_from_ce() - EPOCH;
        // One pair may stand several times, for days that do not overlap.
        self.slots(hash.home(places.homes))
            .take_while(|slot| *slot != EMPTY)
            .filter(|slot| Pair::of_slot(*slot) == pair)
            .filter_map(|slot| self.terms_of(slot))
            .find(|terms| terms.is_in_force(on))
            .map(|terms| self.unpack(pair, terms))
    }

    /// The slots from one on; none beyond the end.
    fn slots(&self, from: usize) -> impl Iterator<Item = u64> + '_ {
        let bytes = self.bytes.get(HEAD + from * SLOT..self.places.filter_at);
        let (slots, _) = bytes.unwrap_or_default().as_chunks::<SLOT>();
        slots.iter().copied().map(u64::from_le_bytes)
    }

    fn terms_of(&self, slot: u64) -> Option<Terms> {
        let at = slot & (MAX_TERMS as u64 - 1);
        self.terms.get(at as usize).copied()
    }

    fn unpack(&self, pair: Pair, terms: Terms) -> PtpEdit<'_> {
        let text = self.rationales.get(usize::from(terms.text));
        PtpEdit {
            pair,
            terms,
            modifier: ModifierIndicator::from_bits(terms.flags),
            before_1996: terms.flags & BEFORE_1996 != 0,
            rationale: text.map_or("", AsRef::as_ref),
        }
    }

    /// What changed since an older quarter; a pair is shown as `G9001 G9002 2026-01-01`,
    /// with its first day.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Changes {
        Changes::between(old.keyed(), self.keyed(), |(pair, from)| {
            let (one, two) = (pair.column_1(), pair.column_2());
            format!("{} {} {from}", one.code(), two.code())
        })
    }

    /// Every edit by what tells it from the others.
    fn keyed(&self) -> impl Iterator<Item = (PairFrom, (Option<NaiveDate>, ModifierIndicator))> {
        self.iter().map(|edit| {
            (
                (edit.pair, edit.effective()),
                (edit.deleted(), edit.modifier),
            )
        })
    }

    /// Every edit, by its codes and first day.
    pub fn iter(&self) -> impl Iterator<Item = PtpEdit<'_>> {
        let slots = self.slots(0).filter(|slot| *slot != EMPTY);
        let rows = slots.filter_map(|slot| Some((Pair::of_slot(slot), self.terms_of(slot)?)));
        let mut rows: Vec<(Pair, Terms)> = rows.collect();
        rows.sort_unstable();
        rows.into_iter()
            .map(|(pair, terms)| self.unpack(pair, terms))
    }
}
