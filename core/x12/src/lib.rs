//! Reads and writes X12 5010. Knows segments and loops, nothing of billing.
//!
//! ```
//! let error = scrubjay_x12::read(b"").unwrap_err();
//! assert!(error.to_string().contains("empty"));
//! ```
//!
//! Not here: what a claim or a payment is (`scrubjay-edi`).
#![forbid(unsafe_code)]

mod ack;
pub mod balance;
mod codes;
mod dictionary;
mod emit;
mod envelope;
mod fault;
mod guide;
mod machine;
mod overlay;
mod owned;
mod place;
mod placed;
mod read;
mod report;
mod rewrite;
mod scan;
mod segment;
mod stream;
mod table;
mod token;
mod tree;
mod validate;
mod write;

pub use ack::{AckError, AckRequest, acknowledge};
pub use codes::AckCode;
pub use envelope::{GroupHeader, InterchangeHeader};
pub use fault::{Ask, Fault, FaultKind, FileError, Position, Severity, Trigger};
pub use guide::{Guide, guide_for, guide_named, guides};
pub use machine::Event;
pub use overlay::{MAX_OVERLAY_RULES, Overlay, OverlayError};
pub use owned::SegmentBuf;
pub use placed::{Placed, PlacedSegments, placed};
pub use read::{Interchange, Interchanges, TransactionSet, read, read_sets};
pub use report::{Finding, Report, SetReport, check, show, to_json};
pub use rewrite::{RewriteError, rewrite};
pub use scan::delimiters_in;
pub use segment::{Composite, Pieces, Segment};
pub use stream::{READ_SIZE, Reader, Unit};
pub use token::{MAX_SEGMENT, Segments};
pub use tree::Loop;
pub use validate::{validate, validate_envelopes, validate_unit, validate_with};
pub use write::{
    ControlNumbers, Envelope, InterchangeBuilder, Lines, SetToWrite, WriteError, Written, write,
};

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
