//! What is wrong with a file, and where. No text repeats data of the file.

use std::fmt;
use std::sync::Arc;

use crate::codes;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, serde::Serialize)]
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
    #[error("not X12: segment {} at byte {} does not begin with ISA; check that this is the right file", .0.segment, .0.offset)]
    NotX12(Position),
    /// Its ISA has no sixteen elements, or no usable delimiters.
    #[error(
        "{0}: the ISA does not have 16 elements with four different delimiters; ask the sender to write it in its fixed width of 106 characters"
    )]
    BadHeader(Position),
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
    /// A segment is longer than any segment may be.
    #[error("{at}: no segment terminator within {limit} bytes; check the terminator behind ISA16")]
    EndlessSegment {
        /// Where it begins.
        at: Position,
        /// The longest segment that is read, in bytes.
        limit: usize,
    },
    /// Something stands where an envelope segment should.
    #[error("{at}: found a segment outside its envelope, expected {expected}")]
    OutsideEnvelope {
        /// Where.
        at: Position,
        /// What should stand there.
        expected: &'static str,
    },
    /// The bytes could not be had.
    #[error("{at}: the file could not be read on ({kind}); try again")]
    Unreadable {
        /// The last whole segment.
        at: Position,
        /// What the system said.
        kind: std::io::ErrorKind,
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
            Self::NotX12(at) | Self::CutInHeader(at) | Self::BadHeader(at) => *at,
            Self::CutShort { at, .. }
            | Self::OutsideEnvelope { at, .. }
            | Self::EndlessSegment { at, .. }
            | Self::Unreadable { at, .. } => *at,
        }
    }
}

/// How grave a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; receivers take it.
    Warning,
    /// A receiver may refuse the transaction.
    Error,
}

/// What kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// A segment that its guide does not have there.
    UnexpectedSegment,
    /// A segment id that X12 healthcare guides do not use at all.
    UnknownSegment,
    /// A segment or loop that stands behind one that it should precede.
    OutOfOrder,
    /// A required segment is not there.
    MissingSegment(&'static str),
    /// A required loop is not there.
    MissingLoop(&'static str),
    /// A segment occurs more often than its guide allows.
    TooManySegments(u32),
    /// A loop occurs more often than its guide allows.
    TooManyLoops(u32),
    /// A segment that must not stand with the others here.
    ForbiddenSegment(&'static str),
    /// A loop that must not stand with the others here.
    ForbiddenLoop(&'static str),
    /// A required element or component is empty.
    MissingElement,
    /// An element is missing that others make necessary; the syntax note.
    ConditionalMissing(&'static str),
    /// Elements that exclude each other; the syntax note.
    Excluded(&'static str),
    /// More elements than the segment has.
    TooManyElements,
    /// More components than the element has.
    TooManyComponents,
    /// More repetitions than the element may have.
    TooManyRepeats(u32),
    /// An element that the guide does not use.
    NotUsed,
    /// Shorter than allowed.
    TooShort(u32),
    /// Longer than allowed.
    TooLong(u32),
    /// A character that the element's type or the character set does not have.
    InvalidCharacter,
    /// A code that the guide does not list.
    InvalidCode,
    /// No date of the calendar.
    InvalidDate,
    /// No time of the day.
    InvalidTime,
    /// Empty elements at the end of a segment.
    TrailingSeparators,
    /// A trailer's count disagrees with what stands between.
    WrongCount,
    /// A trailer's control number disagrees with its header's.
    WrongControlNumber,
    /// A control number that was used before in the same envelope.
    DuplicateControlNumber,
    /// An envelope segment's trailer is not there.
    MissingTrailer(&'static str),
    /// A segment outside every transaction set or group.
    OutsideEnvelope,
    /// A transaction or version that there is no guide for.
    NoGuide,
    /// HL01 does not count up from 1.
    HlNumber,
    /// HL02 names no open parent.
    HlParent,
    /// HL04 disagrees with what stands below.
    HlChild,
    /// LX01 does not count up from 1.
    LxNumber,
    /// Amounts do not add up; which identity.
    Unbalanced(&'static str),
    /// A payer's overlay asks for something; [`Fault::rule`] says which.
    Overlay(Ask),
}

/// What a payer's overlay asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Something that is not there.
    Require,
    /// Something that is there.
    Forbid,
    /// At most so many characters.
    Length(u32),
    /// At most so often.
    Times(u32),
    /// One of the codes that it lists.
    Codes,
}

/// What made a condition apply, for CTX of a 999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Trigger {
    /// Segment id.
    pub segment: &'static str,
    /// Element, from 1.
    pub element: u8,
    /// Component, from 1.
    pub component: u8,
}

/// One fault, as data.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// Where.
    pub position: Position,
    /// What kind.
    pub kind: FaultKind,
    /// How grave.
    pub severity: Severity,
    /// Segment id; `?` where what stands there has not the shape of one.
    pub segment: String,
    /// Loop, where known.
    pub loop_id: Option<&'static str>,
    /// Element, from 1.
    pub element: Option<u8>,
    /// Component, from 1.
    pub component: Option<u8>,
    /// Repetition, from 1, where an element repeats.
    pub repeat: Option<u8>,
    /// What made the condition apply, for a fault that depends on one.
    pub trigger: Option<Trigger>,
    /// The rule of a payer's overlay: its place and reason.
    #[serde(serialize_with = "as_text")]
    pub rule: Option<Arc<str>>,
}

/// A segment id where it has the shape of one. What stands in its place comes
/// from the file, and may be anybody's name.
pub(crate) fn shaped(id: &str) -> &str {
    let good = (2..=3).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if good { id } else { "?" }
}

fn as_text<S: serde::Serializer>(rule: &Option<Arc<str>>, to: S) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(&rule.as_deref(), to)
}

impl Fault {
    /// A fault of a segment.
    #[must_use]
    pub fn new(position: Position, kind: FaultKind, segment: &str) -> Self {
        let severity = match kind {
            FaultKind::TrailingSeparators | FaultKind::LxNumber => Severity::Warning,
            _ => Severity::Error,
        };
        Self {
            position,
            kind,
            severity,
            segment: shaped(segment).to_owned(),
            loop_id: None,
            element: None,
            component: None,
            repeat: None,
            trigger: None,
            rule: None,
        }
    }

    pub(crate) const fn within(mut self, loop_id: &'static str) -> Self {
        self.loop_id = Some(loop_id);
        self
    }

    pub(crate) fn at_element(mut self, element: usize) -> Self {
        self.element = u8::try_from(element).ok();
        self
    }

    pub(crate) fn at_component(mut self, component: Option<usize>) -> Self {
        self.component = component.and_then(|number| u8::try_from(number).ok());
        self
    }

    pub(crate) const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Whether the transaction cannot be used as it stands.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Error)
    }

    /// The code that acknowledges it, and the element of the 999 or TA1 that
    /// carries the code (005010X231A1; X12.5 for TA105).
    #[must_use]
    pub const fn code(&self) -> codes::AckCode {
        codes::of(self)
    }

    /// What is wrong, in words without data of the file.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.rule {
            Some(rule) => format!("{} ({rule})", codes::text(self.kind)),
            None => codes::text(self.kind),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {} ({})", self.position.segment, self.segment)?;
        if let Some(element) = self.element {
            write!(f, " element {element}")?;
        }
        if let Some(component) = self.component {
            write!(f, " component {component}")?;
        }
        if let Some(loop_id) = self.loop_id.filter(|id| *id != "ST") {
            write!(f, ", loop {loop_id}")?;
        }
        write!(f, ", line {}: {}", self.position.line, self.text())
    }
}
