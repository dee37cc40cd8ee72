//! Why the store could not do what it was asked.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A store that could not read or write. No variant repeats patient data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another writer kept the database for longer than the store waits.
    #[error("another process is writing to the database; nothing was kept, try again")]
    Busy,
    /// The database may be read, not written.
    #[error(
        "the database is read-only; nothing was kept; make the file and its folder writable for this program"
    )]
    ReadOnly,
    /// The disk, or the quota of the database, is full.
    #[error(
        "there is no room left for the database; nothing was kept; free some disk space and try again"
    )]
    Full,
    /// The file cannot be opened at all.
    #[error(
        "the database {} cannot be opened; see that it is a file, in a folder that is there and may be used",
        path.display()
    )]
    CannotOpen {
        /// The file.
        path: PathBuf,
    },
    /// The file is no SQLite database, or one of another program.
    #[error("the file is not a database of Scrubjay; name another file")]
    NotOurs,
    /// A later version of Scrubjay has written the database.
    #[error(
        "the database has version {found}, and this program knows versions up to {known}; use a newer program"
    )]
    NewerDatabase {
        /// Version of the database.
        found: u32,
        /// Latest version that this program knows.
        known: u32,
    },
    /// The database file is damaged below the level of the journal.
    #[error("the database file is damaged; restore the last backup")]
    Corrupt,
    /// The database could not be read or written.
    #[error("the database could not be used")]
    Database(#[source] rusqlite::Error),
    /// A file beside the database could not be written.
    #[error("{} could not be written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A stored row could not be read back.
    #[error("journal row {sequence} cannot be read back: {problem}")]
    Damaged {
        /// Journal row.
        sequence: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A projection cannot be read. The journal is not concerned.
    #[error(
        "the projection `{table}` cannot be read back; rebuild the projections from the journal"
    )]
    Projection {
        /// Its table.
        table: &'static str,
    },
    /// An event contradicts what is stored.
    #[error("{problem}")]
    Contradiction {
        /// What contradicts what.
        problem: String,
    },
    /// An idempotency key came again with another content.
    #[error(
        "the key `{key}` was used before for a call with another content; nothing was done; use a new key"
    )]
    KeyReused {
        /// The key.
        key: String,
    },
    /// An earlier event of the transaction failed, so none of it can be kept.
    #[error("an earlier event of this transaction failed; nothing of it was kept")]
    Abandoned,
}

impl StoreError {
    /// An event that contradicts what is stored.
    pub(crate) fn contradiction(problem: impl Into<String>) -> Self {
        Self::Contradiction {
            problem: problem.into(),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::NotADatabase) => Self::NotOurs,
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt,
            _ => Self::Database(error),
        }
    }
}
