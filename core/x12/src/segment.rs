//! One segment: its id and elements, owned, with the bytes it came from.

use std::fmt;

use crate::{Delimiters, Position};

/// A segment that owns its text.
///
/// Elements and components are counted from 1, as in X12 notation; one that is
/// absent reads as the empty string.
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
    elements: Vec<String>,
    /// Where it stood in its file; `None` for one that was made.
    pub position: Option<Position>,
    delimiters: Delimiters,
}

/// Two segments are equal where they say the same, wherever they stood.
impl PartialEq for SegmentBuf {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.to_string() == other.to_string()
    }
}

impl Eq for SegmentBuf {}

impl SegmentBuf {
    /// A segment without elements.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Reads a segment written with the usual delimiters `* : ^`, without terminator.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::read(text, Delimiters::default(), None)
    }

    pub(crate) fn read(text: &str, delimiters: Delimiters, position: Option<Position>) -> Self {
        let mut parts = text.split(char::from(delimiters.element));
        let id = parts.next().unwrap_or_default().to_owned();
        Self {
            id,
            elements: parts.map(str::to_owned).collect(),
            position,
            delimiters,
        }
    }

    /// The segment with these elements.
    #[must_use]
    pub fn with_elements<T: Into<String>>(mut self, elements: impl IntoIterator<Item = T>) -> Self {
        self.elements = elements.into_iter().map(Into::into).collect();
        self
    }

    /// Adds an element.
    pub fn push(&mut self, element: impl Into<String>) {
        self.elements.push(element.into());
    }

    /// Adds an element of several components.
    pub fn push_components<T: AsRef<str>>(&mut self, components: impl IntoIterator<Item = T>) {
        let mut joined = String::new();
        for (at, component) in components.into_iter().enumerate() {
            if at > 0 {
                joined.push(char::from(self.delimiters.component));
            }
            joined.push_str(component.as_ref());
        }
        let component = char::from(self.delimiters.component);
        self.elements
            .push(joined.trim_end_matches(component).to_owned());
    }

    /// Sets an element, making room for it.
    pub fn set(&mut self, number: usize, element: impl Into<String>) {
        if number == 0 {
            return;
        }
        if self.elements.len() < number {
            self.elements.resize(number, String::new());
        }
        self.elements[number - 1] = element.into();
    }

    /// How many elements it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether it has no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// An element.
    #[must_use]
    pub fn element(&self, number: usize) -> &str {
        number
            .checked_sub(1)
            .and_then(|at| self.elements.get(at))
            .map_or("", String::as_str)
    }

    /// A component of an element's first repetition.
    #[must_use]
    pub fn component(&self, element: usize, number: usize) -> &str {
        self.repeats(element)
            .next()
            .unwrap_or_default()
            .component(number)
    }

    /// The repetitions of an element; none where it is absent.
    pub fn repeats(&self, element: usize) -> impl Iterator<Item = Composite<'_>> {
        let text = self.element(element);
        let delimiters = self.delimiters;
        let separator = delimiters.repetition.map_or('\u{0}', char::from);
        text.split(separator)
            .filter(move |_| !text.is_empty())
            .map(move |text| Composite {
                text,
                separator: delimiters.component,
            })
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
        let separator = char::from(self.separator);
        number
            .checked_sub(1)
            .and_then(|at| self.text.split(separator).nth(at))
            .unwrap_or_default()
    }

    /// The components.
    pub fn components(&self) -> impl Iterator<Item = &'a str> {
        self.text.split(char::from(self.separator))
    }
}

/// Writes the segment with the usual delimiters, without terminator.
impl fmt::Display for SegmentBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        let usual = Delimiters::default();
        let trailing = self
            .elements
            .iter()
            .rev()
            .take_while(|element| element.is_empty())
            .count();
        for element in &self.elements[..self.elements.len() - trailing] {
            f.write_str("*")?;
            for byte in element.chars() {
                let c = if byte == char::from(self.delimiters.component) {
                    char::from(usual.component)
                } else if self
                    .delimiters
                    .repetition
                    .is_some_and(|r| byte == char::from(r))
                {
                    '^'
                } else {
                    byte
                };
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}
