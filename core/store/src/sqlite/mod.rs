//! The store in a SQLite file: one writer, readers that never wait for it.

mod backup;
mod columns;
mod lookups;
mod open;
mod past;
mod purge;
mod reader;
mod records;
mod rows;
mod schema;
mod tables;
mod transaction;
mod verify;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use self::purge::{PurgeReport, Retention};
use self::reader::Source;
use self::schema::Prepared;
use self::transaction::SqliteTransaction;
pub use self::verify::{Fault, FaultPlace, JournalHead, VerifyReport};
use crate::{Reader, Store, StoreError, Transaction};

/// How safe a committed transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// It survives a crash of the program and a loss of power.
    #[default]
    Full,
    /// It survives a crash of the program. After a loss of power the last
    /// transactions may be gone, each as a whole.
    Process,
}

/// What a store may do with its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Read and write; the file is made where there is none.
    #[default]
    Write,
    /// Read only: a backup, or a report while another program works. What a
    /// killed program left half made, or an earlier version made, is put right
    /// when it is opened.
    Read,
}

/// How a database is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// What the store may do.
    pub access: Access,
    /// How long a writer waits for another before [`StoreError::Busy`].
    pub busy_timeout: Duration,
    /// How safe a committed transaction is.
    pub durability: Durability,
    /// The size that the database may reach, in bytes; beyond it a transaction
    /// ends with [`StoreError::Full`]. `None` leaves it to the disk.
    pub quota: Option<u64>,
}

impl Default for SqliteOptions {
    /// Read and write, five seconds, full durability, no quota.
    fn default() -> Self {
        Self {
            access: Access::Write,
            busy_timeout: Duration::from_secs(5),
            durability: Durability::Full,
            quota: None,
        }
    }
}

/// A store in a SQLite file, in WAL mode.
///
/// Keep the file on a local disk: WAL does not work over a network share.
///
/// ```
/// use scrubjay_store::{Reader, SqliteStore, Store};
///
/// let store = SqliteStore::open_in_memory()?;
/// assert!(store.read()?.trial_balance()?.is_empty());
/// # Ok::<(), scrubjay_store::StoreError>(())
/// ```
pub struct SqliteStore {
    /// Connections that no reader uses now. They are closed before the writer:
    /// only the last connection to be closed copies the log into the database,
    /// and a reader may not.
    idle: RefCell<Vec<Connection>>,
    writer: Connection,
    /// Where it lies; `None` in memory.
    path: Option<PathBuf>,
    options: SqliteOptions,
}

impl SqliteStore {
    /// Opens the database, and makes it where there is none.
    ///
    /// # Errors
    /// Where the file is not ours, is of a later version, or cannot be used.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, SqliteOptions::default())
    }

    /// As [`open`](Self::open), with options.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if options.access == Access::Write {
            make_private(path);
            let create = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
            return Self::prepare(connect(path, create)?, Some(path.to_owned()), options);
        }
        let read = || {
            let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            Self::prepare(connection, Some(path.to_owned()), options.clone())
        };
        match read() {
            // A program that was killed while it made the database left it
            // half made, or an earlier version made it: neither can be read
            // before it is put right, which takes a writer for a moment.
            Err(StoreError::ReadOnly) => {
                let writes = SqliteOptions {
                    access: Access::Write,
                    ..options.clone()
                };
                let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                drop(Self::prepare(connection, Some(path.to_owned()), writes)?);
                read()
            }
            opened => opened,
        }
    }

    /// A database in memory: everything that SQLite does, nothing that lasts.
    ///
    /// # Errors
    /// Where SQLite cannot be used.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        let writer = Connection::open_in_memory()?;
        Self::prepare(writer, None, SqliteOptions::default())
    }

    fn prepare(
        mut writer: Connection,
        path: Option<PathBuf>,
        options: SqliteOptions,
    ) -> Result<Self, StoreError> {
        configure(&writer, &options, WRITER_CACHE)?;
        let prepared = patiently(options.busy_timeout, || schema::prepare(&mut writer))?;
        if path.is_some() && options.access == Access::Write {
            let mode: String = patiently(options.busy_timeout, || {
                let asked = |row: &rusqlite::Row<'_>| row.get(0);
                Ok(writer.pragma_update_and_check(None, "journal_mode", "wal", asked)?)
            })?;
            debug_assert_eq!(mode, "wal");
        }
        let mut store = Self {
            writer,
            path,
            options,
            idle: RefCell::default(),
        };
        if prepared == Prepared::Rebuild {
            store.rebuild()?;
        }
        Ok(store)
    }

    /// Drops every projection and folds the whole journal again.
    ///
    /// # Errors
    /// Where a journal row cannot be read back or contradicts those before
    /// it, or the store cannot write; the projections stay as they were then.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        let transaction = SqliteTransaction::begin(&self.writer)?;
        transaction.rebuild()
    }

    /// Runs something on a connection that no transaction is open on.
    fn with_connection<T>(
        &self,
        run: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &self.path {
            None => run(&self.writer),
            Some(path) => {
                let connection = self.idle_connection(path)?;
                let answer = run(&connection);
                self.idle.borrow_mut().push(connection);
                answer
            }
        }
    }

    /// Runs something that sees the database as it is now, whatever is
    /// committed meanwhile.
    fn with_snapshot<T>(
        &self,
        run: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with_connection(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            run(&snapshot)
        })
    }

    fn idle_connection(&self, path: &Path) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle.borrow_mut().pop() {
            return Ok(connection);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        configure(&connection, &self.options, READER_CACHE)?;
        Ok(connection)
    }
}

/// Asks again while another has the database, for as long as a writer waits.
/// Where several open a new database at once, each reads it and wants it alone
/// to turn it to WAL: SQLite then answers at once that it is busy, since none
/// could wait for the others to end.
fn patiently<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let began = Instant::now();
    loop {
        match attempt() {
            Err(StoreError::Busy) if began.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(5));
            }
            ended => return ended,
        }
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) => StoreError::CannotOpen {
            path: path.to_owned(),
        },
        _ => error.into(),
    })
}

/// Makes an empty file that only its owner may read, where there is none: it
/// will hold patients' data, and SQLite would make it for everyone to read.
/// Where it cannot be made, SQLite finds that out and says so.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// Pages held in memory at most, in KiB: enough for the indexes of a million claims.
const WRITER_CACHE: i64 = 65_536;

/// Pages of the write-ahead log, 64 MiB, after which they are copied into the
/// database: at sixteen times SQLite's own number a page that many transactions
/// change, as every index has them, is copied far less often.
const LOG_PAGES: i64 = 16_000;

/// As [`WRITER_CACHE`], for each reader.
const READER_CACHE: i64 = 16_384;

fn configure(
    connection: &Connection,
    options: &SqliteOptions,
    cache: i64,
) -> Result<(), StoreError> {
    connection.busy_timeout(options.busy_timeout)?;
    // Else each binding of a value that a partial index might speak of would
    // prepare its statement again, at a fifth of all time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(96);
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Process => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // In KiB where negative.
    connection.pragma_update(None, "cache_size", -cache)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    if let Some(quota) = options.quota {
        let page: u64 = connection.pragma_query_value(None, "page_size", |row| {
            row.get::<_, i64>(0).map(i64::unsigned_abs)
        })?;
        let pages = quota.checked_div(page).unwrap_or(0).clamp(1, 4_294_967_294);
        connection.pragma_update(None, "max_page_count", pages as i64)?;
    }
    Ok(())
}

impl Store for SqliteStore {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        Ok(Box::new(SqliteTransaction::begin(&self.writer)?))
    }

    fn read(&self) -> Result<Box<dyn Reader + '_>, StoreError> {
        let Some(path) = &self.path else {
            // In memory there is one connection; no transaction is open on it,
            // since that would borrow the store.
            return Ok(Box::new(SharedReader {
                connection: &self.writer,
            }));
        };
        let connection = self.idle_connection(path)?;
        let reader = SqliteReader {
            store: self,
            connection: Some(connection),
        };
        // The first read fixes what the reader sees until it is dropped.
        reader
            .some()
            .execute_batch("BEGIN; SELECT sequence FROM head;")?;
        Ok(Box::new(reader))
    }
}

struct SharedReader<'s> {
    connection: &'s Connection,
}

impl Source for SharedReader<'_> {
    fn all(&self) -> Result<&Connection, StoreError> {
        Ok(self.connection)
    }

    fn some(&self) -> &Connection {
        self.connection
    }
}

/// Sees the database as it was when the reader was made.
struct SqliteReader<'s> {
    store: &'s SqliteStore,
    /// `None` only while being dropped.
    connection: Option<Connection>,
}

impl Source for SqliteReader<'_> {
    fn all(&self) -> Result<&Connection, StoreError> {
        Ok(self.some())
    }

    fn some(&self) -> &Connection {
        self.connection.as_ref().unwrap_or(&self.store.writer)
    }
}

impl Drop for SqliteReader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && connection.execute_batch("ROLLBACK").is_ok()
        {
            self.store.idle.borrow_mut().push(connection);
        }
    }
}
