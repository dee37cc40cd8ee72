//! Reads and writes X12 5010. Knows segments and loops, nothing of billing.
//!
//! ```
//! let error = scrubjay_x12::read(b"").unwrap_err();
//! assert!(error.to_string().contains("empty"));
//! ```
//!
//! Not here: what a claim or a payment is (`scrubjay-edi`).
#![forbid(unsafe_code)]

pub mod balance;
mod fault;
mod guide;
mod read;
mod segment;
mod tree;
mod write;

pub use fault::{Fault, FaultKind, FileError, Position};
pub use guide::{Guide, guide_for};
pub use read::{GroupHeader, Interchange, InterchangeHeader, TransactionSet, read};
pub use segment::{Composite, SegmentBuf};
pub use tree::Loop;
pub use write::{ControlNumbers, Envelope, SetToWrite, WriteError, Written, write};

/// The four separators of an interchange, as its ISA sets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiters {
    /// Between elements: `*`.
    pub element: u8,
    /// Between components: `:`.
    pub component: u8,
    /// Between repetitions: `^`; none before 5010.
    pub repetition: Option<u8>,
    /// Behind segments: `~`.
    pub segment: u8,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            element: b'*',
            component: b':',
            repetition: Some(b'^'),
            segment: b'~',
        }
    }
}
