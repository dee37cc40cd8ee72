//! Journal, ledger and projections behind one trait; SQLite by default.
#![forbid(unsafe_code)]

mod error;
mod event;
mod project;
mod traits;

pub use error::StoreError;
pub use event::{Cause, Event, InterchangeKey, MoneyKind, Move, Stamp};
pub use traits::{
    ClaimFilter, ClaimRow, Counter, FileRow, FindingRow, JournalRow, LedgerRow, Reader,
    RemittedRow, Sequence, Store, Transaction, patient_key,
};
