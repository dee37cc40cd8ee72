//! Short codes as numbers, so that a card's few codes are compared without
//! leaving the place where they stand.

use crate::codes::CodeRange;

/// Codes kept at most: beyond that hashing is faster than looking through them.
const FEW: usize = 16;

/// A code, or the prefix that an end of a range is, as eight bytes with zeros
/// behind it. Codes have no zero bytes, so the order is that of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed(u64);

impl Packed {
    /// A text of up to eight bytes.
    fn whole(text: &str) -> Option<Self> {
        (text.len() <= 8).then(|| Self::start(text.as_bytes()))
    }

    /// The first eight bytes of a text.
    fn start(text: &[u8]) -> Self {
        let mut bytes = [0; 8];
        let length = text.len().min(8);
        bytes[..length].copy_from_slice(&text[..length]);
        Self(u64::from_be_bytes(bytes))
    }

    /// The first bytes of it; `length` is 1 to 8.
    fn prefix(self, length: u8) -> u64 {
        self.0 & (u64::MAX << (64 - 8 * u32::from(length)))
    }
}

/// First and last prefix of a range, and how long both are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PackedRange {
    first: Packed,
    last: Packed,
    length: u8,
}

/// The entries of a small set of short codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PackedSet {
    codes: Vec<Packed>,
    ranges: Vec<PackedRange>,
}

impl PackedSet {
    /// Packs a set's entries; `None` where there are many, or long ones.
    pub(crate) fn of<'a>(
        codes: impl ExactSizeIterator<Item = &'a str>,
        ranges: &[CodeRange],
    ) -> Option<Self> {
        if codes.len() + ranges.len() > FEW {
            return None;
        }
        let range = |(first, last): &CodeRange| {
            Some(PackedRange {
                first: Packed::whole(first)?,
                last: Packed::whole(last)?,
                length: u8::try_from(first.len())
                    .ok()
                    .filter(|length| *length > 0)?,
            })
        };
        Some(Self {
            codes: codes.map(Packed::whole).collect::<Option<_>>()?,
            ranges: ranges.iter().map(range).collect::<Option<_>>()?,
        })
    }

    /// Whether a code is in the set; `None` for text that is no code, which is
    /// to be compared character by character.
    pub(crate) fn contains(&self, code: &str) -> Option<bool> {
        if !code.bytes().all(|byte| matches!(byte, 1..=127)) {
            return None;
        }
        let packed = Packed::start(code.as_bytes());
        let alone = code.len() <= 8 && self.codes.contains(&packed);
        let within = |range: &PackedRange| {
            let start = packed.prefix(range.length);
            code.len() >= usize::from(range.length)
                && start >= range.first.0
                && start <= range.last.0
        };
        Some(alone || self.ranges.iter().any(within))
    }
}
