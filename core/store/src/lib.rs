//! Journal, ledger and projections behind one trait; SQLite by default.
//!
//! Everything that happens is an [`Event`] with its [`Stamp`]. Appending it
//! writes a row of the journal, which is chained to the row before by SHA-256,
//! posts its money to the ledger, and folds it into the projections that
//! readers ask. All of a [`Transaction`] is kept, or none of it.
//!
//! ```
//! use scrubjay_model::{Account, Money, PostingSet};
//! use scrubjay_store::{Cause, Event, MoneyKind, SqliteStore, Stamp, Store};
//!
//! let mut store = SqliteStore::open_in_memory()?; // or `SqliteStore::open("clinic.db")`
//! let stamp = Stamp {
//!     at: chrono::DateTime::UNIX_EPOCH,
//!     actor: "posting desk".to_owned(),
//!     cause: Cause::Clock,
//! };
//! let cash = Account::Cash { payer: "cedar".to_owned() };
//! let unapplied = Account::UnappliedCash { payer: "cedar".to_owned() };
//!
//! let mut transaction = store.begin()?;
//! transaction.append(&stamp, &Event::MoneyMoved {
//!     money: MoneyKind::ClaimRemitted,
//!     claim: None,
//!     postings: PostingSet::transfer(unapplied, cash, Money::from_cents(12_500)),
//! })?;
//! transaction.commit()?;
//!
//! assert_eq!(store.read()?.trial_balance()?.len(), 2);
//! assert!(store.verify()?.is_clean());
//! # Ok::<(), scrubjay_store::StoreError>(())
//! ```
//!
//! - The journal is the truth. [`SqliteStore::verify`] finds any changed byte
//!   and names the row; [`SqliteStore::rebuild`] folds the projections again;
//!   [`SqliteStore::as_of`] answers from the past.
//! - One writer at a time, which waits its turn and then says
//!   [`StoreError::Busy`]; readers wait for nobody.
//! - [`SqliteStore::backup_to`] copies while writers write. [`SqliteStore::purge`]
//!   gives up finished claims by a policy of retention, and the chain still
//!   proves the rest.
//! - Whatever lives longer than a call and is no claim (a patient, a visit, a
//!   charge, an account) is a [`Record`](scrubjay_model::Record): kept whole by
//!   [`Event::RecordKept`], listed by [`RecordReader::records`].
//! - [`MemoryStore`] does the same without a file. The feature `conformance`
//!   has the suite of promises that both keep, for the store of another database.
//!
//! Not here: what should happen. The engine decides, checks the status axes
//! before it moves a claim, and keeps money events balanced; the store refuses
//! what contradicts what it has. Nor does the chain prove that nobody wrote
//! the whole of it anew: keep the head that `verify` reports somewhere else.
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "conformance"))]
#[allow(
    clippy::unwrap_used,
    reason = "a promise that is broken ends the suite"
)]
pub mod conformance;
mod decided;
mod error;
mod event;
mod journal;
mod memory;
mod money_kind;
mod open_claim;
mod project;
mod reading;
mod records;
mod shared_rows;
mod sqlite;
mod tables;
mod traits;

pub use decided::{Decided, Difference, Matched};
pub use error::StoreError;
pub use event::{Cause, Event, InterchangeKey, Move, PublishedFile, Stamp};
pub use memory::MemoryStore;
pub use money_kind::MoneyKind;
pub use open_claim::{OpenClaim, PayerRecord};
pub use project::first_status;
pub use records::{
    RecordFilter, RecordFindingRow, RecordOverrideRow, RecordReader, RecordRow, person_key,
};
pub use shared_rows::SharedRows;
pub use sqlite::{
    Access, Durability, Fault, FaultPlace, JournalHead, PurgeReport, Retention, SqliteOptions,
    SqliteStore, VerifyReport,
};
pub use traits::{
    CallRow, ClaimFilter, ClaimRow, Counter, FileRow, FindingRow, GroupRow, JournalRow, LedgerRow,
    OverrideRow, PackRow, PackStep, Reader, RemittedRow, Sequence, Store, Transaction, patient_key,
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
