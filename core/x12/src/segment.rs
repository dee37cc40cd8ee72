//! One segment as it lies in the bytes: borrowed, nothing allocated.

use std::fmt;

use memchr::memchr;

use crate::{Delimiters, Position, SegmentBuf};

/// A segment that borrows its bytes.
///
/// Elements and components are counted from 1, as in X12 notation; one that is
/// absent reads as the empty string. An element whose bytes are no UTF-8 reads
/// as `"\u{fffd}"`; [`Segment::element_bytes`] gives what is there.
///
/// ```
/// use scrubjay_x12::Segment;
/// let clm = Segment::parse(b"CLM*A1*150***11:B:1*Y");
/// assert_eq!(clm.id(), "CLM");
/// assert_eq!((clm.element(1), clm.component(5, 3), clm.element(9)), ("A1", "1", ""));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    id: &'a str,
    raw: &'a [u8],
    /// Where the elements begin in `raw`: behind the first separator.
    start: usize,
    delimiters: Delimiters,
    position: Position,
}

/// What an element reads as whose bytes are no text.
const NOT_TEXT: &str = "\u{fffd}";

impl<'a> Segment<'a> {
    /// A segment written with the usual delimiters `* : ^`, without terminator.
    #[must_use]
    pub fn parse(raw: &'a [u8]) -> Self {
        Self::new(raw, Delimiters::default(), Position::default())
    }

    /// A segment without its terminator and without blanks around it.
    #[must_use]
    pub fn new(raw: &'a [u8], delimiters: Delimiters, position: Position) -> Self {
        // Ids have two or three characters: looking here beats a search.
        let end = raw
            .iter()
            .position(|byte| *byte == delimiters.element)
            .unwrap_or(raw.len());
        Self {
            id: std::str::from_utf8(&raw[..end]).unwrap_or(NOT_TEXT),
            raw,
            start: end + 1,
            delimiters,
            position,
        }
    }

    pub(crate) const fn of_parts(
        id: &'a str,
        raw: &'a [u8],
        start: usize,
        delimiters: Delimiters,
        position: Position,
    ) -> Self {
        Self {
            id,
            raw,
            start,
            delimiters,
            position,
        }
    }

    /// Segment id, such as `CLM`.
    #[must_use]
    pub const fn id(&self) -> &'a str {
        self.id
    }

    /// Where it stands.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The delimiters it is written with.
    #[must_use]
    pub const fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// Its bytes, without terminator.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// How many elements it has, empty ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.elements().count()
    }

    /// Whether it has no elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.start > self.raw.len()
    }

    /// The elements in order, as bytes.
    #[must_use]
    pub fn elements(&self) -> Pieces<'a> {
        Pieces {
            rest: self.raw.get(self.start..),
            separator: self.delimiters.element,
        }
    }

    /// An element's bytes; empty where it is absent.
    #[must_use]
    pub fn element_bytes(&self, number: usize) -> &'a [u8] {
        number
            .checked_sub(1)
            .and_then(|at| self.elements().nth(at))
            .unwrap_or_default()
    }

    /// An element.
    #[must_use]
    pub fn element(&self, number: usize) -> &'a str {
        std::str::from_utf8(self.element_bytes(number)).unwrap_or(NOT_TEXT)
    }

    /// A component of an element's first repetition.
    #[must_use]
    pub fn component(&self, element: usize, number: usize) -> &'a str {
        self.repeats(element)
            .next()
            .unwrap_or_default()
            .component(number)
    }

    /// The repetitions of an element; none where it is absent.
    pub fn repeats(&self, element: usize) -> impl Iterator<Item = Composite<'a>> + use<'a> {
        let text = self.element(element);
        let separator = self.delimiters.component;
        let mut rest = Some(text).filter(|text| !text.is_empty());
        let repetition = self.delimiters.repetition;
        std::iter::from_fn(move || {
            let text = rest?;
            let at = repetition.and_then(|byte| memchr(byte, text.as_bytes()));
            // Delimiters are ASCII, so that a cut beside one is between characters.
            let (first, behind) = match at {
                Some(at) => (text.get(..at)?, text.get(at + 1..)),
                None => (text, None),
            };
            rest = behind;
            Some(Composite {
                text: first,
                separator,
            })
        })
    }

    /// An owned copy.
    #[must_use]
    pub fn to_buf(&self) -> SegmentBuf {
        SegmentBuf::of(self)
    }
}

/// The elements of a segment, or the components of an element.
#[derive(Debug, Clone)]
pub struct Pieces<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Pieces<'a> {
    pub(crate) const fn new(bytes: &'a [u8], separator: u8) -> Self {
        Self {
            rest: Some(bytes),
            separator,
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        // Most pieces are a few bytes, so a plain walk beats a vector search.
        match rest.iter().position(|byte| *byte == self.separator) {
            Some(at) => {
                self.rest = Some(&rest[at + 1..]);
                Some(&rest[..at])
            }
            None => {
                self.rest = None;
                Some(rest)
            }
        }
    }
}

/// One repetition of an element.
#[derive(Debug, Clone, Copy, Default)]
pub struct Composite<'a> {
    text: &'a str,
    separator: u8,
}

impl<'a> Composite<'a> {
    /// The whole of it.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// A component, counted from 1.
    #[must_use]
    pub fn component(&self, number: usize) -> &'a str {
        number
            .checked_sub(1)
            .and_then(|at| self.components().nth(at))
            .unwrap_or_default()
    }

    /// The components.
    pub fn components(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.text.split(char::from(self.separator))
    }
}

/// Writes the segment with the delimiters it came with, without terminator.
impl fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.raw))
    }
}
