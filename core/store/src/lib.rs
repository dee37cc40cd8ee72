//! Journal, ledger and projections behind one trait; SQLite by default.
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "conformance"))]
#[allow(
    clippy::unwrap_used,
    reason = "a promise that is broken ends the suite"
)]
pub mod conformance;
mod error;
mod event;
mod journal;
mod memory;
mod project;
mod reading;
mod sqlite;
mod tables;
mod traits;

pub use error::StoreError;
pub use event::{Cause, Event, InterchangeKey, MoneyKind, Move, Stamp};
pub use memory::MemoryStore;
pub use sqlite::{
    Access, Durability, Fault, FaultPlace, JournalHead, SqliteOptions, SqliteStore, VerifyReport,
};
pub use traits::{
    CallRow, ClaimFilter, ClaimRow, Counter, FileRow, FindingRow, JournalRow, LedgerRow, Reader,
    RemittedRow, Sequence, Store, Transaction, patient_key,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_in_memory_keeps_every_promise() {
        conformance::check(&mut || Box::new(MemoryStore::new()));
    }

    #[test]
    fn the_sqlite_store_in_memory_keeps_every_promise() {
        conformance::check(&mut || Box::new(SqliteStore::open_in_memory().unwrap()));
    }

    #[test]
    fn the_sqlite_store_in_a_file_keeps_every_promise() {
        let folder = tempfile::tempdir().unwrap();
        let mut number = 0;
        conformance::check(&mut || {
            number += 1;
            let path = folder.path().join(format!("{number}.db"));
            Box::new(SqliteStore::open(path).unwrap())
        });
    }
}
