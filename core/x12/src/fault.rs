//! What is wrong with a file, and where. No text repeats data of the file.

use std::fmt;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Segment ordinal in the file, from 1.
    pub segment: usize,
    /// Byte offset, from 0.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "segment {}, byte {}, line {}",
            self.segment, self.offset, self.line
        )
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// No bytes but white space.
    #[error("the file is empty (segment 0): ask the sender for it again")]
    Empty,
    /// It does not begin with ISA.
    #[error("not X12: segment 1 at byte {} does not begin with ISA; check that this is the right file", .0.offset)]
    NotX12(Position),
    /// It ends inside its ISA.
    #[error("cut short: {0}: the file ends inside its ISA; ask the sender for it again")]
    CutInHeader(Position),
    /// It ends before a trailer.
    #[error("cut short: {at}: the file ends before {missing}; ask the sender for it again")]
    CutShort {
        /// The last whole segment.
        at: Position,
        /// The trailer that is missing.
        missing: &'static str,
    },
    /// Something stands where an envelope segment should.
    #[error("{at}: found a segment outside its envelope, expected {expected}")]
    OutsideEnvelope {
        /// Where.
        at: Position,
        /// What should stand there.
        expected: &'static str,
    },
}

impl FileError {
    /// Where it went wrong.
    #[must_use]
    pub const fn position(&self) -> Position {
        match self {
            Self::Empty => Position {
                segment: 0,
                offset: 0,
                line: 1,
            },
            Self::NotX12(at) | Self::CutInHeader(at) => *at,
            Self::CutShort { at, .. } | Self::OutsideEnvelope { at, .. } => *at,
        }
    }
}

/// What kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// A segment that its guide does not have there.
    UnexpectedSegment,
    /// A trailer's count disagrees with what stands between.
    WrongCount,
    /// A trailer's control number disagrees with its header's.
    WrongControlNumber,
}

/// One fault, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub position: Position,
    /// What kind.
    pub kind: FaultKind,
    /// Segment id.
    pub segment: String,
    /// Loop, where known.
    pub loop_id: Option<&'static str>,
}

impl Fault {
    /// Whether the transaction cannot be used.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        true
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A segment id comes from the file; only the shape of an id is shown.
        let shaped =
            self.segment.len() <= 3 && self.segment.bytes().all(|b| b.is_ascii_alphanumeric());
        let id = if shaped { self.segment.as_str() } else { "?" };
        write!(f, "{} ({id}", self.position)?;
        if let Some(loop_id) = self.loop_id {
            write!(f, ", loop {loop_id}")?;
        }
        f.write_str(match self.kind {
            FaultKind::UnexpectedSegment => "): the guide has no such segment here",
            FaultKind::WrongCount => {
                "): the count disagrees with what stands between header and trailer"
            }
            FaultKind::WrongControlNumber => "): the control number disagrees with the header's",
        })
    }
}
