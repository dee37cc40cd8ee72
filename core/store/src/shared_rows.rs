//! The rows of a claim that its clocks go by. A row about many claims, such as a
//! batch, is read once for all of them, and handed out cut down to one.

use std::collections::{BTreeMap, BTreeSet};

use scrubjay_model::ClaimId;

use crate::{Event, JournalRow, Sequence, StoreError};

/// Kinds of the rows that clocks go by.
pub(crate) const CLOCK_KINDS: [&str; 8] = [
    "batch_written",
    "acknowledged",
    "claim_remitted",
    "posting_undone",
    "denied",
    "denial_settled",
    "deadline_reached",
    "held_by_hand",
];

/// What a judgement at the hook `follow_up` has in its text, beside those.
pub(crate) const LOOKED: &str = "\"hook\":\"follow_up\"";

/// Those of them that may be about many claims.
const SHARED_KINDS: [&str; 2] = ["batch_written", "acknowledged"];

/// Rows about many claims held at most; then all are forgotten.
const HELD: usize = 64;

/// Rows about many claims that were read already: hand the same one to
/// [`Reader::clock_history`](crate::Reader::clock_history) for one claim after
/// another.
#[derive(Debug, Default)]
pub struct SharedRows(BTreeMap<Sequence, SharedRow>);

#[derive(Debug)]
struct SharedRow {
    /// The row with its lists of claims left empty.
    row: JournalRow,
    /// The claims of each set, or those of an answer under 0.
    sets: Vec<(u32, BTreeSet<ClaimId>)>,
}

impl SharedRows {
    /// A row as it is about one claim, read by `read` where it was not yet.
    pub(crate) fn about(
        &mut self,
        claim: &ClaimId,
        kind: &str,
        sequence: Sequence,
        read: impl FnOnce() -> Result<JournalRow, StoreError>,
    ) -> Result<JournalRow, StoreError> {
        if !SHARED_KINDS.contains(&kind) {
            return read();
        }
        if let Some(held) = self.0.get(&sequence) {
            return Ok(held.about(claim));
        }
        if self.0.len() >= HELD {
            self.0.clear();
        }
        let held = SharedRow::of(read()?);
        let row = held.about(claim);
        self.0.insert(sequence, held);
        Ok(row)
    }
}

impl SharedRow {
    fn of(mut row: JournalRow) -> Self {
        let sets = match &mut row.event {
            Event::BatchWritten { sets, .. } => std::mem::take(sets),
            Event::Acknowledged { claims, .. } => vec![(0, std::mem::take(claims))],
            _ => Vec::new(),
        };
        let sets = sets.into_iter();
        Self {
            row,
            sets: sets
                .map(|(set, claims)| (set, claims.into_iter().collect()))
                .collect(),
        }
    }

    fn about(&self, claim: &ClaimId) -> JournalRow {
        let mut row = self.row.clone();
        let own = self
            .sets
            .iter()
            .filter(|(_, claims)| claims.contains(claim));
        match &mut row.event {
            Event::BatchWritten { sets, .. } => {
                *sets = own.map(|(set, _)| (*set, vec![claim.clone()])).collect();
            }
            Event::Acknowledged { claims, .. } => claims.extend(own.map(|_| claim.clone())),
            _ => {}
        }
        row
    }
}
