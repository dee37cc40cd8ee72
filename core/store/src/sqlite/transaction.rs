//! One transaction on a SQLite store: journal row by journal row, each folded
//! into the projections at once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params};
use scrubjay_model::ClaimId;

use super::columns::signed;
use super::reader::Source;
use super::rows::{ROW, read_row};
use super::schema;
use super::tables::SqlTables;
use crate::journal::{Digest, EventText, StampText, digest, may_append, row_hash};
use crate::project::fold;
use crate::tables::{ClaimEntry, ClaimNumber, Tables};
use crate::{Counter, Event, Sequence, Stamp, StoreError, Transaction};

/// Stamps kept at hand; a transaction uses few.
const STAMPS_HELD: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Abandoned,
}

pub(super) struct SqliteTransaction<'s> {
    connection: &'s Connection,
    tables: SqlTables<'s>,
    last: Sequence,
    hash: Digest,
    stamps: Vec<(Stamp, StampText, i64)>,
    shared: BTreeSet<Digest>,
    state: State,
}

impl<'s> SqliteTransaction<'s> {
    pub(super) fn begin(connection: &'s Connection) -> Result<Self, StoreError> {
        // SQLite itself would only say so at the first write.
        if connection.is_readonly("main")? {
            return Err(StoreError::ReadOnly);
        }
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut transaction = Self {
            connection,
            tables: SqlTables::new(connection),
            last: 0,
            hash: [0; 32],
            stamps: Vec::new(),
            shared: BTreeSet::new(),
            state: State::Open,
        };
        let (last, hash): (i64, Digest) = connection
            .prepare_cached("SELECT sequence, hash FROM head")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        transaction.last = last.unsigned_abs();
        transaction.hash = hash;
        Ok(transaction)
    }

    pub(super) const fn connection(&self) -> &'s Connection {
        self.connection
    }

    fn stamp(&mut self, stamp: &Stamp) -> Result<usize, StoreError> {
        if let Some(place) = self.stamps.iter().position(|(held, _, _)| held == stamp) {
            return Ok(place);
        }
        let text = StampText::encode(stamp)?;
        let parameters = [&text.at, &text.actor, &text.cause];
        let known: Option<i64> = self
            .connection
            .prepare_cached("SELECT id FROM stamps WHERE at = ?1 AND actor = ?2 AND cause = ?3")?
            .query_row(parameters, |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => self
                .connection
                .prepare_cached("INSERT INTO stamps (at, actor, cause) VALUES (?1, ?2, ?3)")?
                .insert(parameters)?,
        };
        if self.stamps.len() == STAMPS_HELD {
            self.stamps.remove(0);
        }
        self.stamps.push((stamp.clone(), text, id));
        Ok(self.stamps.len() - 1)
    }

    fn write(&mut self, stamp: &Stamp, event: &Event) -> Result<Sequence, StoreError> {
        let sequence = self.write_row(stamp, event)?;
        fold(&mut self.tables, sequence, stamp.at, event)?;
        Ok(sequence)
    }

    /// Appends to the journal; the projections do not know of it yet.
    pub(super) fn write_row(
        &mut self,
        stamp: &Stamp,
        event: &Event,
    ) -> Result<Sequence, StoreError> {
        let text = EventText::encode(event)?;
        let place = self.stamp(stamp)?;
        let (_, by, stamp_id) = &self.stamps[place];
        let sequence = self.last + 1;
        let hash = row_hash(
            &self.hash,
            sequence,
            [by.at.as_bytes(), by.actor.as_bytes(), by.cause.as_bytes()],
            text.kind.as_bytes(),
            &digest(text.payload.as_bytes()),
        );
        self.connection
            .prepare_cached("INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                signed(sequence),
                stamp_id,
                text.kind,
                text.payload,
                hash
            ])?;
        for (digest, shared) in text.shared {
            if self.shared.insert(digest) {
                self.connection
                    .prepare_cached("INSERT OR IGNORE INTO shared VALUES (?1, ?2)")?
                    .execute(params![digest, shared])?;
            }
        }
        (self.last, self.hash) = (sequence, hash);
        Ok(sequence)
    }

    /// Drops every projection, folds the journal again, and commits.
    pub(super) fn rebuild(mut self) -> Result<(), StoreError> {
        schema::drop_and_make(self.connection)?;
        self.tables = SqlTables::new(self.connection);
        let mut statement = self
            .connection
            .prepare(&format!("{ROW} ORDER BY j.sequence"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let row = read_row(self.connection, row)?;
            fold(&mut self.tables, row.sequence, row.stamp.at, &row.event)?;
        }
        drop(rows);
        drop(statement);
        self.finish()
    }

    fn finish(&self) -> Result<(), StoreError> {
        self.tables.flush()?;
        self.connection
            .prepare_cached("UPDATE head SET sequence = ?1, hash = ?2")?
            .execute(params![signed(self.last), self.hash])?;
        self.connection.execute_batch("COMMIT")?;
        Ok(())
    }
}

impl Source for SqliteTransaction<'_> {
    fn all(&self) -> Result<&Connection, StoreError> {
        self.tables.flush()?;
        Ok(self.connection)
    }

    fn some(&self) -> &Connection {
        self.connection
    }

    fn number(&self, id: &ClaimId) -> Result<Option<ClaimNumber>, StoreError> {
        self.tables.claim_number(id)
    }

    fn entry(&self, id: &ClaimId) -> Result<Option<ClaimEntry>, StoreError> {
        self.tables.claim_entry(id)
    }

    fn counter(&self, counter: Counter) -> Result<u64, StoreError> {
        self.tables.counter(counter)
    }

    fn of_patient(
        &self,
        patient: &[u8; 32],
    ) -> Result<BTreeMap<ClaimNumber, ClaimEntry>, StoreError> {
        self.tables.claims_of_patient(patient)
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn append(&mut self, stamp: &Stamp, event: &Event) -> Result<Sequence, StoreError> {
        if self.state != State::Open {
            return Err(StoreError::Abandoned);
        }
        may_append(event)
            .and_then(|()| self.write(stamp, event))
            .inspect_err(|_| self.state = State::Abandoned)
    }

    fn note_looks(&mut self, looks: &[(ClaimId, NaiveDate)], terms: u64) -> Result<(), StoreError> {
        if self.state != State::Open {
            return Err(StoreError::Abandoned);
        }
        self.tables
            .note_looks(looks, terms)
            .inspect_err(|_| self.state = State::Abandoned)
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        if self.state != State::Open {
            return Err(StoreError::Abandoned);
        }
        self.finish()
    }
}

impl Drop for SqliteTransaction<'_> {
    fn drop(&mut self) {
        // Committed, or rolled back by SQLite itself on a full disk.
        if !self.connection.is_autocommit() {
            // A rollback that fails leaves a transaction that can only end the
            // same way: nothing of it is ever visible.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}
