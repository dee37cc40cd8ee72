//! Why a claim, remittance or answer could not be read.

use scrubjay_x12::Position;

/// What cannot be read, where, and what to do. Never carries the data itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The transaction is of another kind.
    #[error("{at}: the transaction is not {expected}")]
    WrongTransaction {
        /// Where its ST stands.
        at: Position,
        /// What was expected.
        expected: &'static str,
    },
    /// A segment that must be there is not.
    #[error("{at}: loop {loop_id} has no {segment}; ask the sender to correct it")]
    Missing {
        /// Where the loop begins.
        at: Position,
        /// Loop.
        loop_id: &'static str,
        /// Segment.
        segment: &'static str,
    },
    /// An element cannot be what it is meant to be.
    #[error("{at}: {segment} element {element}: {problem}; ask the sender to correct it")]
    Value {
        /// Where the segment stands.
        at: Position,
        /// Segment.
        segment: &'static str,
        /// Element, from 1.
        element: usize,
        /// What is wrong with it.
        problem: String,
    },
}

impl ReadError {
    /// Where it went wrong.
    #[must_use]
    pub const fn position(&self) -> Position {
        match self {
            Self::WrongTransaction { at, .. }
            | Self::Missing { at, .. }
            | Self::Value { at, .. } => *at,
        }
    }
}
