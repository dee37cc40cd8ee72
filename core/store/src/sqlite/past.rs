//! The store as it was at an instant.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::SqliteStore;
use super::columns::signed;
use super::rows::{ROW, read_row};
use crate::journal::read_instant;
use crate::memory::Restored;
use crate::{MemoryStore, Sequence, StoreError};

impl SqliteStore {
    /// The store as it was at an instant, in memory: its journal up to the
    /// last row stamped at or before it, folded again.
    ///
    /// Where a clock ran backwards, rows that stand before such a row belong
    /// to it, whatever their stamps say: the order of the journal is the truth.
    ///
    /// # Errors
    /// Where the store cannot be read, or a journal row cannot be read back.
    pub fn as_of(&self, instant: DateTime<Utc>) -> Result<MemoryStore, StoreError> {
        self.with_snapshot(|connection| {
            let last = last_row_at(connection, instant)?;
            let mut store = MemoryStore::new();
            let mut statement =
                connection.prepare(&format!("{ROW} WHERE j.sequence <= ?1 ORDER BY j.sequence"))?;
            let mut rows = statement.query([signed(last)])?;
            while let Some(row) = rows.next()? {
                let read = read_row(connection, row)?;
                store.restore(Restored {
                    stamp: read.stamp,
                    kind: row.get(4)?,
                    payload: row.get(5)?,
                    hash: row.get(6)?,
                    event: read.event,
                })?;
            }
            let mut statement = connection.prepare("SELECT digest, text FROM shared")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                store.restore_shared(row.get(0)?, row.get(1)?);
            }
            Ok(store)
        })
    }
}

fn last_row_at(connection: &Connection, instant: DateTime<Utc>) -> Result<Sequence, StoreError> {
    let mut at_or_before = HashSet::new();
    let mut statement = connection.prepare("SELECT id, at FROM stamps")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let at: String = row.get(1)?;
        if read_instant(&at).is_some_and(|at| at <= instant) {
            at_or_before.insert(row.get::<_, i64>(0)?);
        }
    }
    let mut statement =
        connection.prepare("SELECT sequence, stamp FROM journal ORDER BY sequence DESC")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if at_or_before.contains(&row.get(1)?) {
            return Ok(row.get::<_, i64>(0)?.unsigned_abs());
        }
    }
    Ok(0)
}
