//! One release of ICD-10-CM in memory.

use std::borrow::Cow;
use std::sync::Arc;

use super::tabular::Tabular;
use crate::Changes;

/// A code in the high seven bytes of a number, so that numbers sort as codes do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(u64);

impl Key {
    /// Reads a code with or without its point. `None` where no code looks so.
    pub(super) fn read(code: &str) -> Option<Self> {
        let bytes = code.as_bytes();
        let mut key = 0u64;
        let mut length = 0usize;
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'.' if at == 3 && bytes.len() > 4 => continue,
                b'A'..=b'Z' => {}
                b'0'..=b'9' if length > 0 => {}
                _ => return None,
            }
            if length == 7 {
                return None;
            }
            key |= u64::from(*byte) << (56 - 8 * length);
            length += 1;
        }
        (length >= 3).then_some(Self(key))
    }

    /// The code, without its point.
    pub(super) fn code(self) -> String {
        self.0
            .to_be_bytes()
            .iter()
            .take_while(|byte| **byte != 0)
            .map(|byte| char::from(*byte))
            .collect()
    }

    pub(super) fn len(self) -> usize {
        8 - (self.0.trailing_zeros() / 8) as usize
    }

    /// Whether `self` stands above `other` in the tree, or is it.
    pub(super) fn is_prefix_of(self, other: Self) -> bool {
        let bits = 64 - 8 * self.len() as u32;
        (self.0 ^ other.0) >> bits == 0
    }

    /// The code with a seventh character, filled up with X.
    pub(super) fn with_seventh(self, seventh: u8) -> Self {
        let filled = (self.len()..6).fold(self.0, |key, at| key | u64::from(b'X') << (56 - 8 * at));
        Self(filled & !0xFFFF | u64::from(seventh) << 8)
    }

    /// The code cut to `length` characters.
    pub(super) fn cut(self, length: usize) -> Self {
        if length >= 8 {
            return self;
        }
        Self(self.0 & !(u64::MAX >> (8 * length)))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code())
    }
}

/// What a code is on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Icd10Standing {
    /// It stands in the release of that date and may be billed.
    Billable,
    /// It stands there only as a heading: a longer code must be billed.
    Header,
    /// The release of that date does not have it.
    Absent,
    /// No release at hand covers that date, so nothing can be said.
    NoRelease,
}

/// Where the descriptions of a table come from.
#[derive(Debug, Clone)]
pub(super) enum Names {
    /// One for each code: `text[offsets[n]..offsets[n + 1]]`.
    Own { text: String, offsets: Vec<u32> },
    /// Put together from the tabular list.
    Tabular(Arc<Tabular>),
}

/// The codes of one release, sorted.
#[derive(Debug, Clone)]
pub struct Icd10Table {
    keys: Vec<Key>,
    /// One bit a code.
    billable: Vec<u64>,
    names: Names,
}

impl Icd10Table {
    /// Codes with their billable flags; they must be sorted and unlike.
    pub(super) fn new(codes: impl IntoIterator<Item = (Key, bool)>, names: Names) -> Self {
        let mut keys = Vec::new();
        let mut billable = Vec::new();
        for (at, (key, may_bill)) in codes.into_iter().enumerate() {
            if at % 64 == 0 {
                billable.push(0);
            }
            billable[at / 64] |= u64::from(may_bill) << (at % 64);
            keys.push(key);
        }
        Self {
            keys,
            billable,
            names,
        }
    }

    /// Codes of a list that does not say which may be billed: those that no
    /// longer code stands under.
    pub(super) fn with_leaves_billable(keys: Vec<Key>, names: Names) -> Self {
        let below = |at: usize| {
            keys.get(at + 1)
                .is_some_and(|next| keys[at].is_prefix_of(*next))
        };
        let codes: Vec<_> = (0..keys.len()).map(|at| (keys[at], !below(at))).collect();
        Self::new(codes, names)
    }

    /// Codes in order, each with its billable flag and its description. `None`
    /// where one is no code, or out of order.
    pub(crate) fn of_sorted(codes: Vec<(String, bool, String)>) -> Option<Self> {
        let mut text = String::new();
        let mut offsets = vec![0];
        let mut keys: Vec<(Key, bool)> = Vec::with_capacity(codes.len());
        for (code, billable, description) in &codes {
            let key = Key::read(code)?;
            if keys.last().is_some_and(|(last, _)| *last >= key) {
                return None;
            }
            keys.push((key, *billable));
            text.push_str(description);
            offsets.push(u32::try_from(text.len()).ok()?);
        }
        Some(Self::new(keys, Names::Own { text, offsets }))
    }

    /// The code, where this release has it. With or without its point.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<Icd10Entry<'_>> {
        self.entry(Key::read(code)?)
    }

    pub(super) fn entry(&self, key: Key) -> Option<Icd10Entry<'_>> {
        let at = self.keys.binary_search(&key).ok()?;
        Some(Icd10Entry { table: self, at })
    }

    /// What a code is in this release.
    #[must_use]
    pub fn standing(&self, code: &str) -> Icd10Standing {
        match self.find(code) {
            None => Icd10Standing::Absent,
            Some(entry) if entry.is_billable() => Icd10Standing::Billable,
            Some(_) => Icd10Standing::Header,
        }
    }

    /// Every code in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Icd10Entry<'_>> {
        (0..self.keys.len()).map(|at| Icd10Entry { table: self, at })
    }

    /// What changed since an older release.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Changes {
        Changes::between(old.rows(), self.rows(), |key| key.code())
    }

    fn rows(&self) -> impl Iterator<Item = (Key, (bool, Cow<'_, str>))> {
        self.iter()
            .map(|entry| (entry.key(), (entry.is_billable(), entry.description())))
    }

    /// How many codes it has, headings too.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// One code of a release.
#[derive(Debug, Clone, Copy)]
pub struct Icd10Entry<'a> {
    table: &'a Icd10Table,
    at: usize,
}

impl<'a> Icd10Entry<'a> {
    pub(super) fn key(&self) -> Key {
        self.table.keys[self.at]
    }

    /// The code without its point.
    #[must_use]
    pub fn code(&self) -> String {
        self.key().code()
    }

    /// Whether it may be billed, rather than being a heading.
    #[must_use]
    pub fn is_billable(&self) -> bool {
        self.table.billable[self.at / 64] >> (self.at % 64) & 1 == 1
    }

    /// What it means, in the words of the National Center for Health Statistics.
    #[must_use]
    pub fn description(&self) -> Cow<'a, str> {
        match &self.table.names {
            Names::Own { text, offsets } => {
                let bounds = offsets.get(self.at).zip(offsets.get(self.at + 1));
                let name = bounds.and_then(|(from, to)| text.get(*from as usize..*to as usize));
                Cow::Borrowed(name.unwrap_or_default())
            }
            Names::Tabular(tabular) => tabular.description(self.key()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_sort_as_text_and_keep_their_length() {
        let codes = ["A00", "A000", "E119", "E11A", "QA00101", "S72001A", "Z99"];
        let keys: Vec<_> = codes.iter().map(|code| Key::read(code).unwrap()).collect();
        assert!(keys.is_sorted());
        for (code, key) in codes.iter().zip(&keys) {
            assert_eq!((key.code().as_str(), key.len()), (*code, code.len()));
        }
    }

    #[test]
    fn a_point_may_stand_after_the_third_character_only() {
        assert_eq!(Key::read("E11.9"), Key::read("E119"));
        for text in [
            "", "E1", "E.119", "E11.", "E119.", "e11.9", "E11 9", "E1190000", "119", "É11",
        ] {
            assert_eq!(Key::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_seventh_character_stands_in_seventh_place() {
        for (code, whole) in [
            ("S01", "S01XXXA"),
            ("S0100", "S0100XA"),
            ("S01011", "S01011A"),
        ] {
            assert_eq!(
                Key::read(code).unwrap().with_seventh(b'A'),
                Key::read(whole).unwrap()
            );
        }
    }

    #[test]
    fn a_heading_is_a_code_that_a_longer_one_stands_under() {
        let keys = ["E11", "E110", "E1100", "E1101", "E119"].map(|code| Key::read(code).unwrap());
        let names = Names::Own {
            text: String::new(),
            offsets: Vec::new(),
        };
        let table = Icd10Table::with_leaves_billable(keys.to_vec(), names);
        let standing: Vec<_> = ["E11", "E110", "E1100", "E1101", "E119", "E12"]
            .into_iter()
            .map(|code| table.standing(code))
            .collect();
        use Icd10Standing::{Absent, Billable, Header};
        assert_eq!(
            standing,
            [Header, Header, Billable, Billable, Billable, Absent]
        );
    }
}
