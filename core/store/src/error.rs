//! Why the store could not do what it was asked.

/// A store that could not read or write. No variant repeats patient data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another writer kept the database for longer than the store waits.
    #[error("another process is writing to the database; nothing was kept, try again")]
    Busy,
    /// The database could not be read or written.
    #[error("the database could not be used")]
    Database(#[from] rusqlite::Error),
    /// A stored row could not be read back.
    #[error("journal row {sequence} cannot be read back: {problem}")]
    Damaged {
        /// Journal row.
        sequence: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// An event contradicts what is stored.
    #[error("{problem}")]
    Contradiction {
        /// What contradicts what.
        problem: String,
    },
}
