//! Finds every delimiter of a file, eight bytes at a time.

use crate::Delimiters;

/// The places of all delimiters of a stretch of bytes, in order: where every
/// element, component, repetition and segment ends.
///
/// `found` is emptied first and kept by the caller, so that its memory serves
/// again. Bytes past 4 GiB are not looked at; cut such a file at a segment.
///
/// ```
/// use scrubjay_x12::{Delimiters, delimiters_in};
/// let mut found = Vec::new();
/// delimiters_in(b"CLM*A1*9***11:B:1~", Delimiters::default(), &mut found);
/// assert_eq!(found, [3, 6, 8, 9, 10, 13, 15, 17]);
/// ```
pub fn delimiters_in(bytes: &[u8], delimiters: Delimiters, found: &mut Vec<u32>) {
    found.clear();
    let bytes = &bytes[..bytes.len().min(u32::MAX as usize)];
    found.reserve(bytes.len() / 5);
    let spread = |byte: u8| u64::from(byte) * ONES;
    let patterns = [
        spread(delimiters.element),
        spread(delimiters.segment),
        spread(delimiters.component),
        spread(delimiters.repetition.unwrap_or(delimiters.element)),
    ];
    let (words, tail) = bytes.as_chunks::<8>();
    let mut base = 0_u32;
    for word in words {
        let mut marks = matches(u64::from_le_bytes(*word), patterns);
        while marks != 0 {
            found.push(base + marks.trailing_zeros() / 8);
            marks &= marks - 1;
        }
        base += 8;
    }
    for (byte, at) in tail.iter().zip(base..) {
        let is = *byte == delimiters.element
            || *byte == delimiters.segment
            || *byte == delimiters.component
            || delimiters.repetition == Some(*byte);
        if is {
            found.push(at);
        }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The high bit of each byte that equals one of the patterns' bytes.
/// A byte's sum stays below 256, so that no carry reaches its neighbour.
#[inline]
fn matches(word: u64, patterns: [u64; 4]) -> u64 {
    let mut other = !0;
    for pattern in patterns {
        let difference = word ^ pattern;
        other &= ((difference & LOW) + LOW) | difference;
    }
    !other & !LOW
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_delimiter_is_found_and_nothing_else(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'*'), Just(b'~'), Just(b':'), Just(b'^')], 0..200)) {
            let delimiters = Delimiters::default();
            let mut found = Vec::new();
            delimiters_in(&bytes, delimiters, &mut found);
            let slow: Vec<u32> = bytes.iter().zip(0..).filter(|(byte, _)| b"*~:^".contains(byte)).map(|(_, at)| at).collect();
            prop_assert_eq!(found, slow);
        }
    }
}
