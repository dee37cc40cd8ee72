//! One segment that owns its text, with the bytes it came from.

use std::fmt;

use crate::{Composite, Delimiters, Position, Segment};

/// A segment that owns its text.
///
/// Elements and components are counted from 1, as in X12 notation; one that is
/// absent reads as the empty string. A segment that was read keeps its bytes,
/// so that it is written back as it came until it is changed.
///
/// ```
/// use scrubjay_x12::SegmentBuf;
/// let clm = SegmentBuf::parse("CLM*A1*150***11:B:1*Y");
/// assert_eq!((clm.element(1), clm.component(5, 3), clm.element(9)), ("A1", "1", ""));
/// ```
#[derive(Debug, Clone, Default)]
pub struct SegmentBuf {
    /// Segment id, such as `CLM`.
    pub id: String,
    /// The segment without its terminator.
    text: String,
    /// Where the elements begin in `text`; past its end where there are none.
    start: usize,
    /// Where it stood in its file; `None` for one that was made.
    pub position: Option<Position>,
    delimiters: Delimiters,
    /// Whether nothing changed since it was read.
    as_read: bool,
    /// The bytes, where they are no UTF-8 (`text` holds a readable form).
    original: Option<Box<[u8]>>,
}

/// Two segments are equal where they say the same, wherever they stood.
impl PartialEq for SegmentBuf {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && if self.delimiters == other.delimiters {
                self.trimmed() == other.trimmed()
            } else {
                self.to_string() == other.to_string()
            }
    }
}

impl Eq for SegmentBuf {}

impl SegmentBuf {
    /// A segment without elements.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            text: id.clone(),
            start: id.len() + 1,
            id,
            ..Self::default()
        }
    }

    /// Reads a segment written with the usual delimiters `* : ^`, without terminator.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut read = Self::of(&Segment::parse(text.as_bytes()));
        read.position = None;
        read.as_read = false;
        read
    }

    /// An owned copy of a segment.
    pub(crate) fn of(segment: &Segment<'_>) -> Self {
        let raw = segment.raw();
        let (text, original) = match std::str::from_utf8(raw) {
            Ok(valid) => (valid.to_owned(), None),
            Err(_) => (String::from_utf8_lossy(raw).into_owned(), Some(raw.into())),
        };
        let element = segment.delimiters().element;
        let start = text
            .bytes()
            .position(|byte| byte == element)
            .unwrap_or(text.len())
            + 1;
        Self {
            id: segment.id().to_owned(),
            text,
            start,
            position: Some(segment.position()),
            delimiters: segment.delimiters(),
            as_read: true,
            original,
        }
    }

    /// The segment as a borrowed one.
    #[must_use]
    pub fn as_segment(&self) -> Segment<'_> {
        Segment::of_parts(
            &self.id,
            self.text.as_bytes(),
            self.start,
            self.delimiters,
            self.position.unwrap_or_default(),
        )
    }

    /// Its bytes as they came, or as they would be written; without terminator.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        match &self.original {
            Some(bytes) => bytes,
            None => self.text.as_bytes(),
        }
    }

    /// The delimiters it is written with.
    #[must_use]
    pub const fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// Whether nothing changed since it was read.
    #[must_use]
    pub const fn is_as_read(&self) -> bool {
        self.as_read
    }

    fn changed(&mut self) {
        self.as_read = false;
        self.original = None;
    }

    /// The elements, without empty ones at the end.
    fn trimmed(&self) -> &str {
        self.text
            .get(self.start..)
            .unwrap_or_default()
            .trim_end_matches(char::from(self.delimiters.element))
    }

    /// The segment with these elements.
    #[must_use]
    pub fn with_elements<T: Into<String>>(mut self, elements: impl IntoIterator<Item = T>) -> Self {
        let elements: Vec<String> = elements.into_iter().map(Into::into).collect();
        self.rebuild(elements.iter().map(String::as_str));
        self
    }

    /// Writes the text anew from its id and these elements.
    fn rebuild<'e>(&mut self, elements: impl Iterator<Item = &'e str>) {
        let mut text = String::with_capacity(self.text.len() + 16);
        text.push_str(&self.id);
        self.start = text.len() + 1;
        for element in elements {
            text.push(char::from(self.delimiters.element));
            text.push_str(element);
        }
        self.text = text;
        self.changed();
    }

    /// Adds an element.
    pub fn push(&mut self, element: impl Into<String>) {
        self.changed();
        self.text.push(char::from(self.delimiters.element));
        self.text.push_str(&element.into());
    }

    /// Adds an element of several components.
    pub fn push_components<T: AsRef<str>>(&mut self, components: impl IntoIterator<Item = T>) {
        let separator = char::from(self.delimiters.component);
        let mut joined = String::new();
        for (at, component) in components.into_iter().enumerate() {
            if at > 0 {
                joined.push(separator);
            }
            joined.push_str(component.as_ref());
        }
        self.push(joined.trim_end_matches(separator));
    }

    /// Sets an element, making room for it. Elements are counted from 1;
    /// nothing happens for 0.
    pub fn set(&mut self, number: usize, element: impl Into<String>) {
        let Some(at) = number.checked_sub(1) else {
            return;
        };
        let element = element.into();
        let before = self.text.clone();
        let mut elements: Vec<&str> = match before.get(self.start..) {
            Some(body) => body.split(char::from(self.delimiters.element)).collect(),
            None => Vec::new(),
        };
        if elements.len() < number {
            elements.resize(number, "");
        }
        elements[at] = &element;
        self.rebuild(elements.into_iter());
    }

    /// How many elements it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_segment().len()
    }

    /// Whether it has no elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.start > self.text.len()
    }

    /// An element.
    #[must_use]
    pub fn element(&self, number: usize) -> &str {
        self.as_segment().element(number)
    }

    /// A component of an element's first repetition.
    #[must_use]
    pub fn component(&self, element: usize, number: usize) -> &str {
        self.as_segment().component(element, number)
    }

    /// The repetitions of an element; none where it is absent.
    pub fn repeats(&self, element: usize) -> impl Iterator<Item = Composite<'_>> {
        self.as_segment().repeats(element)
    }
}

/// Writes the segment with the usual delimiters, without terminator and
/// without empty elements at its end.
impl fmt::Display for SegmentBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = Delimiters::default();
        f.write_str(&self.id)?;
        let body = self.trimmed();
        if body.is_empty() {
            return Ok(());
        }
        f.write_str("*")?;
        if self.delimiters == usual {
            return f.write_str(body);
        }
        let own = self.delimiters;
        let text: String = body
            .chars()
            .map(|c| {
                if c == char::from(own.element) {
                    char::from(usual.element)
                } else if c == char::from(own.component) {
                    char::from(usual.component)
                } else if own.repetition.is_some_and(|byte| c == char::from(byte)) {
                    '^'
                } else {
                    c
                }
            })
            .collect();
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_is_set_changes_nothing_else() {
        let mut clm = SegmentBuf::parse("CLM*A1*150***11:B:1*Y");
        clm.set(2, "99");
        assert_eq!(clm.to_string(), "CLM*A1*99***11:B:1*Y");
        clm.set(8, "I");
        assert_eq!(clm.to_string(), "CLM*A1*99***11:B:1*Y**I");
        clm.set(8, "");
        assert_eq!(clm, SegmentBuf::parse("CLM*A1*99***11:B:1*Y"));
        assert_eq!(clm.len(), 8);
    }

    #[test]
    fn a_segment_is_built_from_nothing() {
        let mut hi = SegmentBuf::new("HI");
        assert!(hi.is_empty());
        assert_eq!(hi.len(), 0);
        hi.push_components(["ABK", "I10", ""]);
        hi.push("X");
        assert_eq!(hi.to_string(), "HI*ABK:I10*X");
        assert_eq!(SegmentBuf::new("LX").with_elements(["1"]).element(1), "1");
        let mut lx = SegmentBuf::new("LX");
        lx.set(1, "7");
        assert_eq!(lx.to_string(), "LX*7");
    }

    #[test]
    fn bytes_that_are_no_text_come_back_as_they_came() {
        let raw = b"N3*1 CALLE PE\xd1A";
        let owned = Segment::parse(raw).to_buf();
        assert_eq!(owned.raw(), raw);
        assert!(owned.element(1).starts_with("1 CALLE PE"));
    }

    #[test]
    fn the_same_said_with_other_delimiters_is_equal() {
        let other = Delimiters {
            element: b'|',
            component: b'>',
            repetition: Some(b'!'),
            segment: b'\n',
        };
        let one = Segment::new(b"EQ|30!35|HC>99213||", other, Position::default()).to_buf();
        let two = SegmentBuf::parse("EQ*30^35*HC:99213");
        assert_eq!(one, two);
        assert_eq!(
            one.repeats(1).map(|r| r.text()).collect::<Vec<_>>(),
            ["30", "35"]
        );
    }
}
