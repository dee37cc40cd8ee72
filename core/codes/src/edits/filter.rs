//! Where a pair stands by its hash, and whether it can stand there at all: says
//! of most pairs that are not in a table that they are not, for the price of one
//! access to memory. Nearly every question that a claim asks is about a pair
//! without an edit.
//!
//! A Bloom filter in blocks of one cache line: one hash picks the block, and
//! nine of its bits each time the bits within. About one absent pair in eighty
//! gets past it and is then looked for in vain.

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;
/// Bits of the filter for each pair.
const BITS_A_PAIR: usize = 10;
/// Bits that each pair sets.
const PROBES: u32 = 5;

/// How many blocks that many pairs want.
pub(super) fn blocks_for(pairs: usize) -> usize {
    (pairs * BITS_A_PAIR).div_ceil(BLOCK * 8).max(1)
}

/// How many slots a table of that many pairs wants: a ninth of them stay empty,
/// so that few rows stand far from home.
pub(super) fn homes_for(pairs: usize) -> usize {
    (pairs + pairs / 8).max(1)
}

/// A well-mixed number for a pair: its upper half picks the block of the
/// filter, its lower half the slot of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PairHash(u64);

impl PairHash {
    /// By the finisher of SplitMix64.
    pub(super) fn of(pair: u64) -> Self {
        let mut x = pair.wrapping_add(0x9E37_79B9_7F4A_7C15);
        x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self(x ^ x >> 31)
    }

    /// A half times the count, without its lower half: even over them all.
    fn share(half: u64, count: usize) -> usize {
        ((half * count as u64) >> 32) as usize
    }

    pub(super) fn home(self, homes: usize) -> usize {
        Self::share(self.0 & 0xFFFF_FFFF, homes)
    }

    /// The block of a pair, and its bits within.
    fn places(self, blocks: usize) -> (usize, impl Iterator<Item = usize>) {
        let block = Self::share(self.0 >> 32, blocks);
        let mixed = self.0.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let bits = (0..PROBES).map(move |probe| (mixed >> (19 + 9 * probe) & 511) as usize);
        (block, bits)
    }
}

/// Adds a pair to a filter.
pub(super) fn add(filter: &mut [u8], pair: PairHash) {
    let (block, bits) = pair.places(filter.len() / BLOCK);
    for bit in bits {
        filter[block * BLOCK + bit / 8] |= 1 << (bit % 8);
    }
}

/// Whether a pair may have been added; `false` is certain.
pub(super) fn may_hold(filter: &[u8], pair: PairHash) -> bool {
    let (block, bits) = pair.places(filter.len() / BLOCK);
    let Some(block) = filter.get(block * BLOCK..(block + 1) * BLOCK) else {
        return false;
    };
    // All of them, without a guess: one wrong guess costs more than the rest.
    bits.fold(1, |all, bit| all & block[bit / 8] >> (bit % 8)) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_added_gets_past_and_few_others_do() {
        let pairs = 20_000;
        let mut filter = vec![0; blocks_for(pairs as usize) * BLOCK];
        let pair = |n: u64, other: u64| PairHash::of(((n * 7) << 21) + n * 13 + other);
        for n in 0..pairs {
            add(&mut filter, pair(n, 1));
        }
        assert!((0..pairs).all(|n| may_hold(&filter, pair(n, 1))));
        let wrong = (0..pairs)
            .filter(|n| may_hold(&filter, pair(*n, 2)))
            .count();
        assert!(wrong < pairs as usize / 40, "{wrong} of {pairs}");
    }
}
