//! Journal rows, read back.

use rusqlite::{Connection, Row, ToSql};
use scrubjay_hooks::Ran;

use super::columns::signed;
use crate::journal::{Digest, Shared, decode_event, decode_stamp, hex, read_ran};
use crate::{JournalRow, Sequence, StoreError};

/// Every column of a journal row, with its stamp.
pub(super) const ROW: &str = "SELECT j.sequence, s.at, s.actor, s.cause, j.kind, j.payload, j.hash \
     FROM journal j LEFT JOIN stamps s ON s.id = j.stamp";

/// Reads a row of [`ROW`].
pub(super) fn read_row(connection: &Connection, row: &Row<'_>) -> Result<JournalRow, StoreError> {
    read_row_with(&SharedTexts(connection), row)
}

/// As [`read_row`], with the shared texts from elsewhere.
pub(super) fn read_row_with(shared: &impl Shared, row: &Row<'_>) -> Result<JournalRow, StoreError> {
    let sequence = row.get_ref(0)?.as_i64().unwrap_or_default();
    let sequence = u64::try_from(sequence).unwrap_or_default();
    let damaged = |problem: &str| StoreError::Damaged {
        sequence,
        problem: problem.to_owned(),
    };
    let column = |at, problem| {
        let value = row.get_ref(at)?;
        value.as_str().map_err(|_| damaged(problem))
    };
    let stamp = decode_stamp(
        column(1, "its stamp is missing")?,
        column(2, "its stamp is missing")?,
        column(3, "its stamp is missing")?,
    )
    .map_err(|error| error.at(sequence))?;
    let kind = column(4, "its kind is not text")?;
    let payload = column(5, "its payload is not text")?;
    let hash = row.get_ref(6)?;
    Ok(JournalRow {
        sequence,
        stamp,
        event: decode_event(kind, payload, shared, sequence)?,
        hash: hex(hash.as_blob().map_err(|_| damaged("its hash is no blob"))?),
    })
}

/// The table `shared`.
struct SharedTexts<'c>(&'c Connection);

impl SharedTexts<'_> {
    fn read<T>(
        &self,
        digest: &Digest,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT text FROM shared WHERE digest = ?1")?;
        let mut rows = statement.query([digest.as_slice()])?;
        Ok(match rows.next()? {
            Some(row) => row.get_ref(0)?.as_str().ok().and_then(read),
            None => None,
        })
    }
}

impl Shared for SharedTexts<'_> {
    fn ran(&self, digest: &Digest) -> Result<Option<Vec<Ran>>, StoreError> {
        self.read(digest, read_ran)
    }

    fn file(&self, digest: &Digest) -> Result<Option<String>, StoreError> {
        self.read(digest, |text| Some(text.to_owned()))
    }
}

/// Journal rows that a query of the form [`ROW`] finds.
pub(super) fn rows_of(
    connection: &Connection,
    condition: &str,
    parameters: &[&dyn ToSql],
) -> Result<Vec<JournalRow>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{ROW} {condition}"))?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_row(connection, row)?);
    }
    Ok(found)
}

/// The journal row of that place.
pub(super) fn row_at(
    connection: &Connection,
    sequence: Sequence,
) -> Result<JournalRow, StoreError> {
    let found = rows_of(connection, "WHERE j.sequence = ?1", &[&signed(sequence)])?;
    found.into_iter().next().ok_or_else(|| StoreError::Damaged {
        sequence,
        problem: "it is missing".to_owned(),
    })
}
