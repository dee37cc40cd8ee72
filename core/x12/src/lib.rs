//! Reads, checks and writes X12 5010: claims, remittances, eligibility, status,
//! reviews and acknowledgments of US healthcare.
//!
//! ```
//! use scrubjay_x12::{check, read};
//!
//! let file = include_bytes!("../fixtures/coordination-of-benefits.837");
//! assert!(check(file, &[])?.is_valid());
//! for interchange in read(file)? {
//!     for set in &interchange.sets {
//!         for claim in set.root.walk().filter(|within| within.id == "2300") {
//!             let clm = claim.segment("CLM").unwrap();
//!             println!("{} {} with {} lines", clm.element(1), clm.element(2), claim.children("2400").count());
//!         }
//!     }
//! }
//! # Ok::<(), scrubjay_x12::FileError>(())
//! ```
//!
//! | to | there is |
//! |---|---|
//! | cut bytes into segments without copying | [`Segments`], [`delimiters_in`] |
//! | know each segment's loop without copying | [`placed()`] |
//! | have a file as trees of loops | [`read()`], [`read_sets`], [`Loop`] |
//! | read a file of any size claim by claim | [`Reader`] |
//! | find every fault, by guide and payer | [`check()`], [`validate()`], [`Overlay`] |
//! | answer with TA1 and 999 | [`acknowledge`] |
//! | add up an 835 | [`balance::balance`] |
//! | write an interchange | [`write()`], [`InterchangeBuilder`] |
//! | change a file and keep the rest byte for byte | [`rewrite()`] |
//! | show a set, or have it as JSON | [`show`], [`to_json`] |
//!
//! Guides are tables in `guides/`: 837P, 837I, 837D, 835, 270, 271, 276, 277,
//! 277CA, 278 and its response, 999, 997 and the envelopes with TA1. Another
//! transaction is another table.
//!
//! Limits: a segment has at most [`MAX_SEGMENT`] bytes; 10,000 faults are kept of
//! a set or interchange; loops go as deep as their guide, at most nine.
//!
//! Not here: what a claim or a payment is; external code sets (ICD-10-CM, HCPCS,
//! CARC, RARC), which are checked for their form only; 4010; other industries.
#![forbid(unsafe_code)]

mod ack;
mod answer;
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
mod show;
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
pub use report::{Finding, Report, SetReport, check};
pub use rewrite::{RewriteError, rewrite};
pub use scan::delimiters_in;
pub use segment::{Composite, Pieces, Segment};
pub use show::{show, to_json};
pub use stream::{READ_SIZE, Reader, Unit};
pub use token::{MAX_SEGMENT, Segments};
pub use tree::Loop;
pub use validate::{
    validate, validate_around, validate_envelopes, validate_frame, validate_unit, validate_with,
};
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
