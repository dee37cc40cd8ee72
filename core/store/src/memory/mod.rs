//! A store that keeps everything in memory: for tests, hosts without a disk,
//! and views of the past.

mod projections;
mod reader;
mod records;
mod table;
mod tally;

use std::collections::BTreeMap;
use std::ops::Deref;

use chrono::NaiveDate;
use scrubjay_model::ClaimId;

pub(crate) use projections::Projections;
use reader::View;
pub(crate) use tally::{Sum, Tally};

use crate::journal::{Digest, EventText, GENESIS, StampText, digest, may_append, row_hash};
use crate::project::fold;
use crate::tables::Tables;
use crate::{Event, Reader, Sequence, Stamp, Store, StoreError, Transaction};

/// A journal row as it is kept.
#[derive(Debug, Clone)]
struct StoredRow {
    stamp: Stamp,
    kind: String,
    payload: String,
    hash: Digest,
}

/// A store in memory. What it keeps is gone with it.
///
/// ```
/// use scrubjay_store::{Cause, Event, MemoryStore, Reader, Stamp, Store};
///
/// let mut store = MemoryStore::new();
/// let stamp = Stamp {
///     at: chrono::DateTime::UNIX_EPOCH,
///     actor: "night run".to_owned(),
///     cause: Cause::Clock,
/// };
/// let mut transaction = store.begin()?;
/// transaction.append(&stamp, &Event::CallTaken {
///     key: "2026-11-03/1".to_owned(),
///     call: "write_off".to_owned(),
///     content: "9f86d081".to_owned(),
/// })?;
/// transaction.commit()?;
/// assert!(store.read()?.seen_key("2026-11-03/1")?.is_some());
/// # Ok::<(), scrubjay_store::StoreError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    rows: Vec<StoredRow>,
    shared: BTreeMap<Digest, String>,
    projections: Projections,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn append(&mut self, stamp: &Stamp, event: &Event) -> Result<Sequence, StoreError> {
        let sequence = self.rows.len() as Sequence + 1;
        let text = EventText::encode(event)?;
        let by = StampText::encode(stamp)?;
        let before = self.rows.last().map_or(GENESIS, |row| row.hash);
        let hash = row_hash(
            &before,
            sequence,
            [by.at.as_bytes(), by.actor.as_bytes(), by.cause.as_bytes()],
            text.kind.as_bytes(),
            &digest(text.payload.as_bytes()),
        );
        fold(&mut self.projections, sequence, stamp.at, event)?;
        // A text stays when the transaction is dropped: it is found by its
        // content alone, so one that no row names is harmless.
        for (digest, shared) in text.shared {
            self.shared.entry(digest).or_insert(shared);
        }
        self.rows.push(StoredRow {
            stamp: stamp.clone(),
            kind: text.kind,
            payload: text.payload,
            hash,
        });
        Ok(sequence)
    }
}

/// A journal row of another store.
pub(crate) struct Restored {
    pub(crate) stamp: Stamp,
    pub(crate) kind: String,
    pub(crate) payload: String,
    pub(crate) hash: Digest,
    pub(crate) event: Event,
}

impl MemoryStore {
    /// Takes over the next row of another store, hash and all.
    pub(crate) fn restore(&mut self, row: Restored) -> Result<(), StoreError> {
        let sequence = self.rows.len() as Sequence + 1;
        fold(&mut self.projections, sequence, row.stamp.at, &row.event)?;
        self.rows.push(StoredRow {
            stamp: row.stamp,
            kind: row.kind,
            payload: row.payload,
            hash: row.hash,
        });
        Ok(())
    }

    /// Takes over a text that rows name by its SHA-256.
    pub(crate) fn restore_shared(&mut self, digest: Digest, text: String) {
        self.shared.insert(digest, text);
    }
}

impl Store for MemoryStore {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        self.projections.begin();
        let rows = self.rows.len();
        Ok(Box::new(View(Open {
            store: self,
            rows,
            state: State::Open,
        })))
    }

    fn read(&self) -> Result<Box<dyn Reader + '_>, StoreError> {
        Ok(Box::new(View(self)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Abandoned,
    Committed,
}

/// An open transaction: takes everything back when it is dropped uncommitted.
struct Open<'s> {
    store: &'s mut MemoryStore,
    /// Rows before it began.
    rows: usize,
    state: State,
}

impl Deref for Open<'_> {
    type Target = MemoryStore;

    fn deref(&self) -> &MemoryStore {
        self.store
    }
}

impl Transaction for View<Open<'_>> {
    fn append(&mut self, stamp: &Stamp, event: &Event) -> Result<Sequence, StoreError> {
        let open = &mut self.0;
        if open.state != State::Open {
            return Err(StoreError::Abandoned);
        }
        may_append(event)
            .and_then(|()| open.store.append(stamp, event))
            .inspect_err(|_| open.state = State::Abandoned)
    }

    fn note_looks(&mut self, looks: &[(ClaimId, NaiveDate)], terms: u64) -> Result<(), StoreError> {
        if self.0.state != State::Open {
            return Err(StoreError::Abandoned);
        }
        let projections = &mut self.0.store.projections;
        for (claim, day) in looks {
            if let Some(number) = projections.claim_number(claim)? {
                projections.looks.put(number, *day);
            }
        }
        projections.look_terms.put((), terms);
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        let open = &mut self.0;
        if open.state != State::Open {
            return Err(StoreError::Abandoned);
        }
        open.store.projections.commit();
        open.state = State::Committed;
        Ok(())
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.state != State::Committed {
            self.store.projections.roll_back();
            self.store.rows.truncate(self.rows);
        }
    }
}
