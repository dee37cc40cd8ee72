//! Says of most pairs that are not in a table that they are not, for the price
//! of one access to memory: nearly every question that a claim asks is about a
//! pair without an edit.
//!
//! A Bloom filter in blocks of one cache line: one hash picks the block, and
//! nine of its bits each time the bits within. About one absent pair in eighty
//! gets past it and is then looked for in vain.

use crate::procedure::Procedure;

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

/// A well-mixed number for a pair (the finisher of SplitMix64).
fn hash(column_1: Procedure, column_2: Procedure) -> u64 {
    let mut x = u64::from(column_1.number()) << 32 | u64::from(column_2.number());
    x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ x >> 31
}

/// The block of a pair, and its bits within.
fn places(hash: u64, blocks: usize) -> (usize, impl Iterator<Item = usize>) {
    // The upper half times the count, without its lower half: even over the blocks.
    let block = (((hash >> 32) * blocks as u64) >> 32) as usize;
    let mixed = hash.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let bits = (0..PROBES).map(move |probe| (mixed >> (19 + 9 * probe) & 511) as usize);
    (block, bits)
}

/// Adds a pair to a filter.
pub(super) fn add(filter: &mut [u8], column_1: Procedure, column_2: Procedure) {
    let (block, bits) = places(hash(column_1, column_2), filter.len() / BLOCK);
    for bit in bits {
        filter[block * BLOCK + bit / 8] |= 1 << (bit % 8);
    }
}

/// Whether a pair may have been added; `false` is certain.
pub(super) fn may_hold(filter: &[u8], column_1: Procedure, column_2: Procedure) -> bool {
    let (block, bits) = places(hash(column_1, column_2), filter.len() / BLOCK);
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
        let code = Procedure::from_number;
        for n in 0..pairs {
            add(&mut filter, code(n * 7), code(n * 13 + 1));
        }
        assert!((0..pairs).all(|n| may_hold(&filter, code(n * 7), code(n * 13 + 1))));
        let wrong = (0..pairs)
            .filter(|n| may_hold(&filter, code(n * 7), code(n * 13 + 2)))
            .count();
        assert!(wrong < pairs as usize / 40, "{wrong} of {pairs}");
    }
}
