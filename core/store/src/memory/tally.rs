//! A sum over the rows of a table, for comparing tables that are too long to
//! hold twice.

use std::hash::{BuildHasher as _, Hash, RandomState};

use crate::Sequence;
use crate::tables::{ClaimNumber, FindingEntry, MoneyEntry, PostingEntry, RecordNumber};

/// How many rows, and the sum of their keyed hashes.
pub(crate) type Sum = (u64, u64);

/// Sums over the rows of the tables that are only ever added to, whatever the
/// order of the rows.
///
/// Two sums of the same key are the same where the rows are, and by chance
/// once in 2^64. The key is new for each verification, so that nobody can make
/// rows to fit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    key: RandomState,
    pub(crate) history: Sum,
    pub(crate) findings: Sum,
    pub(crate) money: Sum,
    pub(crate) postings: Sum,
    pub(crate) record_history: Sum,
    pub(crate) record_findings: Sum,
}

impl Tally {
    /// An empty tally of the same key.
    pub(crate) fn alike(&self) -> Self {
        Self {
            key: self.key.clone(),
            ..Self::default()
        }
    }

    fn hash(&self, row: impl Hash) -> u64 {
        self.key.hash_one(row)
    }

    pub(crate) fn add_history(&mut self, claim: ClaimNumber, sequence: Sequence) {
        let hash = self.hash((claim, sequence));
        add(&mut self.history, hash);
    }

    pub(crate) fn add_finding(&mut self, sequence: Sequence, ordinal: u32, row: &FindingEntry) {
        let hash = self.hash((sequence, ordinal, row));
        add(&mut self.findings, hash);
    }

    pub(crate) fn add_money(&mut self, sequence: Sequence, row: MoneyEntry) {
        let hash = self.hash((sequence, row));
        add(&mut self.money, hash);
    }

    pub(crate) fn add_posting(&mut self, sequence: Sequence, ordinal: u32, row: PostingEntry) {
        let hash = self.hash((sequence, ordinal, row));
        add(&mut self.postings, hash);
    }

    pub(crate) fn add_record_history(&mut self, record: RecordNumber, sequence: Sequence) {
        let hash = self.hash((record, sequence));
        add(&mut self.record_history, hash);
    }

    pub(crate) fn add_record_finding(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        row: &FindingEntry,
    ) {
        let hash = self.hash((sequence, ordinal, row));
        add(&mut self.record_findings, hash);
    }
}

const fn add((rows, sum): &mut Sum, hash: u64) {
    *rows += 1;
    *sum = sum.wrapping_add(hash);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_rows_does_not_matter_and_a_changed_row_does() {
        let mut forward = Tally::default();
        let (mut backward, mut changed) = (forward.alike(), forward.alike());
        for row in 0..1000 {
            forward.add_history(row, row * 7);
            backward.add_history(999 - row, (999 - row) * 7);
            changed.add_history(row, row * 7 + u64::from(row == 500));
        }
        assert_eq!(forward.history, backward.history);
        assert_ne!(forward.history, changed.history);
    }
}
