//! Whether a database is what its journal says: hash chain, ledger, projections.

mod chain;
mod compare;
mod replay;

use std::fmt;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::SqliteStore;
use super::columns::Columns;
use crate::journal::hex;
use crate::{Sequence, StoreError};

/// Faults named at most; further ones are counted.
const FAULTS_NAMED: usize = 100;

/// Readers wait for a writer only while a log is recovered.
const PAGES_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a fault lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultPlace {
    /// A row of the journal. It is the truth: restore it from a backup.
    Row(Sequence),
    /// The journal as a whole.
    Journal,
    /// A projection: rebuild it.
    Projection {
        /// Its table.
        table: &'static str,
        /// Its row, by the first column; `None` where no single row can be named.
        row: Option<String>,
    },
    /// The file below the tables.
    File,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: FaultPlace,
    /// What is wrong, without patient data.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            FaultPlace::Row(sequence) => write!(f, "journal row {sequence}")?,
            FaultPlace::Journal => write!(f, "journal")?,
            FaultPlace::Projection {
                table,
                row: Some(row),
            } => write!(f, "projection `{table}`, row {row}")?,
            FaultPlace::Projection { table, row: None } => write!(f, "projection `{table}`")?,
            FaultPlace::File => write!(f, "file")?,
        }
        write!(f, ": {}", self.problem)
    }
}

/// The last row of a journal with its hash. Written down elsewhere, it proves
/// later that nothing before it was changed or cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalHead {
    /// Place of the last row.
    pub sequence: Sequence,
    /// Its hash, hexadecimal.
    pub hash: String,
}

/// What [`SqliteStore::verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Journal rows looked at.
    pub rows: u64,
    /// Claims in them.
    pub claims: u64,
    /// Posting sets in them.
    pub posting_sets: u64,
    /// The last row; `None` in an empty journal.
    pub head: Option<JournalHead>,
    /// What is wrong, the journal first.
    pub faults: Vec<Fault>,
    /// Faults beyond those named.
    pub more: u64,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, place: FaultPlace, problem: impl Into<String>) {
        if self.faults.len() < FAULTS_NAMED {
            self.faults.push(Fault {
                place,
                problem: problem.into(),
            });
        } else {
            self.more += 1;
        }
    }
}

impl SqliteStore {
    /// Checks everything that can be checked, on what was committed last;
    /// writers need not wait.
    ///
    /// The hash chain and the sequence of the journal; that every posting set
    /// balances; that the ledger and every other projection are what the
    /// journal gives, table by table; that nothing is there which no journal
    /// row speaks of; and the file itself. Where a journal row is damaged,
    /// every damaged row is named and the projections are left unjudged.
    ///
    /// # Errors
    /// Where the database cannot be read at all. What is wrong *in* it stands
    /// in the report.
    pub fn verify(&self) -> Result<VerifyReport, StoreError> {
        let Some(path) = &self.path else {
            return self.with_snapshot(|connection| verify(connection, check_file(connection)?));
        };
        // The pages of the file are checked beside its content.
        std::thread::scope(|scope| {
            let pages = scope.spawn(|| {
                let connection = Connection::open_with_flags(
                    path,
                    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
                )?;
                connection.busy_timeout(PAGES_TIMEOUT)?;
                check_file(&connection)
            });
            let mut report = self.with_snapshot(|connection| verify(connection, Vec::new()))?;
            let problems = match pages.join() {
                Ok(problems) => problems?,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            for problem in problems {
                report.fault(FaultPlace::File, problem);
            }
            Ok(report)
        })
    }
}

fn verify(connection: &Connection, file: Vec<String>) -> Result<VerifyReport, StoreError> {
    let mut report = VerifyReport::default();
    for problem in file {
        report.fault(FaultPlace::File, problem);
    }
    let replayed = chain::check(connection, &mut report)?;
    check_sums(connection, &mut report)?;
    if let Some(projections) = replayed {
        compare::check(connection, &projections, &mut report)?;
    }
    Ok(report)
}

/// What SQLite says of the pages and indexes of the file.
fn check_file(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = statement.query([])?;
    let mut problems = Vec::new();
    while let Some(row) = rows.next()? {
        let problem: String = row.get(0)?;
        if problem != "ok" {
            problems.push(problem);
        }
    }
    Ok(problems)
}

/// Double entry, straight from the ledger's tables.
fn check_sums(connection: &Connection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "SELECT sequence, sum(cents) FROM postings GROUP BY sequence HAVING sum(cents) <> 0",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sequence = Columns::new(row, "postings").integer()?;
        report.fault(
            FaultPlace::Projection {
                table: "postings",
                row: Some(sequence.to_string()),
            },
            "its postings do not sum to zero",
        );
    }
    let sum: i64 =
        connection.query_row("SELECT coalesce(sum(cents), 0) FROM accounts", [], |row| {
            row.get(0)
        })?;
    if sum != 0 {
        report.fault(
            FaultPlace::Projection {
                table: "accounts",
                row: None,
            },
            "the trial balance is not zero",
        );
    }
    Ok(())
}

fn head_of(sequence: Sequence, hash: &[u8]) -> JournalHead {
    JournalHead {
        sequence,
        hash: hex(hash),
    }
}
