//! Segments as the model would write them, with who answers for each part.
//!
//! A part is the model's own, or a default for claims that say nothing of it,
//! or free: then it is as it came. That line is drawn once, here, and both
//! ways use it: reading carries what is not the model's own, writing puts it
//! back.

use scrubjay_x12::SegmentBuf;

/// A part of a segment: an element or a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The model says nothing of it.
    Free,
    /// What the model says, also where that is nothing.
    Owned(String),
    /// What is written where nothing came.
    Default(String),
}

pub(crate) fn owned(value: impl Into<String>) -> Slot {
    Slot::Owned(value.into())
}

pub(crate) fn assumed(value: impl Into<String>) -> Slot {
    Slot::Default(value.into())
}

impl Slot {
    /// What of `came` is not the model's own.
    fn rest<'a>(&self, came: &'a str) -> &'a str {
        match self {
            Self::Owned(_) => "",
            Self::Free | Self::Default(_) => came,
        }
    }

    /// Whether writing without the rest would give `came` back.
    fn gives_back(&self, came: &str) -> bool {
        match self {
            Self::Owned(_) => true,
            Self::Free => came.is_empty(),
            Self::Default(value) => value == came,
        }
    }

    /// The value to write; `rest` is `None` where nothing was carried.
    fn value<'a>(&'a self, rest: Option<&'a str>) -> &'a str {
        match (self, rest) {
            (Self::Owned(value), _) | (Self::Default(value), None) => value,
            (Self::Free | Self::Default(_), Some(rest)) => rest,
            (Self::Free, None) => "",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Element {
    Simple(Slot),
    Composite(Vec<Slot>),
    /// Codes that the model lists, as repetitions; whoever reads them takes
    /// them out of what came, and with none listed it is free.
    Repeated(Vec<String>),
}

const FREE: Element = Element::Simple(Slot::Free);

/// How a drafted segment stands to what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The model states it.
    Stated,
    /// It is written only where nothing came.
    Assumed,
    /// The model holds all such segments whole, so that none is compared.
    Whole,
}

/// A segment as the model would write it.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) id: &'static str,
    /// The element that tells segments of this id apart, and its values.
    key: Option<(usize, [&'static str; 2])>,
    elements: Vec<Element>,
    standing: Standing,
}

impl Draft {
    pub(crate) const fn new(id: &'static str) -> Self {
        Self {
            id,
            key: None,
            elements: Vec::new(),
            standing: Standing::Stated,
        }
    }

    /// A segment that its first element tells apart: a REF, DTP, AMT, NM1.
    pub(crate) fn qualified(id: &'static str, qualifier: &'static str) -> Self {
        Self::new(id)
            .told_apart_by(1, [qualifier; 2])
            .owned(1, qualifier)
    }

    pub(crate) const fn told_apart_by(mut self, element: usize, values: [&'static str; 2]) -> Self {
        self.key = Some((element, values));
        self
    }

    /// Marks a segment that is written only where nothing came.
    pub(crate) const fn where_nothing_came(mut self) -> Self {
        self.standing = Standing::Assumed;
        self
    }

    /// Marks a segment that the model holds whole.
    pub(crate) const fn held_whole(mut self) -> Self {
        self.standing = Standing::Whole;
        self
    }

    fn put(mut self, number: usize, element: Element) -> Self {
        if self.elements.len() < number {
            self.elements.resize(number, FREE);
        }
        if let Some(place) = number.checked_sub(1) {
            self.elements[place] = element;
        }
        self
    }

    pub(crate) fn slot(self, number: usize, slot: Slot) -> Self {
        self.put(number, Element::Simple(slot))
    }

    pub(crate) fn owned(self, number: usize, value: impl Into<String>) -> Self {
        self.slot(number, owned(value))
    }

    /// An element that is the model's where it has one, and free else.
    pub(crate) fn owned_if<T: Into<String>>(self, number: usize, value: Option<T>) -> Self {
        self.slot(number, value.map_or(Slot::Free, owned))
    }

    pub(crate) fn assumed(self, number: usize, value: impl Into<String>) -> Self {
        self.slot(number, assumed(value))
    }

    pub(crate) fn composite(self, number: usize, slots: Vec<Slot>) -> Self {
        self.put(number, Element::Composite(slots))
    }

    /// An element that repeats, all of it the model's.
    pub(crate) fn repeated(self, number: usize, codes: Vec<String>) -> Self {
        self.put(number, Element::Repeated(codes))
    }

    /// Adds a composite behind the last element.
    pub(crate) fn push_composite(self, slots: Vec<Slot>) -> Self {
        let number = self.elements.len() + 1;
        self.composite(number, slots)
    }

    /// Whether the model states nothing in it but which segment it is.
    fn is_hollow(&self) -> bool {
        let says = |slot: &Slot| matches!(slot, Slot::Owned(value) if !value.is_empty());
        let key = self.key.map(|(element, _)| element);
        !self
            .elements
            .iter()
            .zip(1..)
            .any(|(element, number)| match element {
                Element::Simple(slot) => Some(number) != key && says(slot),
                Element::Composite(slots) => slots.iter().any(says),
                Element::Repeated(codes) => !codes.is_empty(),
            })
    }

    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }

    pub(crate) fn is_assumed(&self) -> bool {
        self.standing == Standing::Assumed
    }

    /// Whether a segment that came is this one.
    pub(crate) fn matches(&self, came: &SegmentBuf) -> bool {
        self.standing != Standing::Whole
            && self.id == came.id
            && self
                .key
                .is_none_or(|(element, values)| values.contains(&came.element(element)))
    }

    /// What of a segment that came is not the model's own, as text; `None`
    /// where writing gives it back without.
    pub(crate) fn rest(&self, came: &SegmentBuf) -> Option<String> {
        let mut rest = SegmentBuf::new(self.id);
        let mut given_back = true;
        for number in 1..=came.len().max(self.elements.len()) {
            let element = came.element(number);
            match self.elements.get(number - 1).unwrap_or(&FREE) {
                Element::Simple(slot) => {
                    given_back &= slot.gives_back(element);
                    rest.set(number, slot.rest(element));
                }
                Element::Repeated(_) => {
                    given_back &= element.is_empty();
                    rest.set(number, element);
                }
                Element::Composite(slots) => {
                    let components: Vec<&str> = element.split(':').collect();
                    let mut left = Vec::new();
                    for at in 0..components.len().max(slots.len()) {
                        let component = components.get(at).copied().unwrap_or_default();
                        let slot = slots.get(at).unwrap_or(&Slot::Free);
                        given_back &= slot.gives_back(component);
                        left.push(slot.rest(component));
                    }
                    rest.set(number, left.join(":").trim_end_matches(':'));
                }
            }
        }
        (!given_back).then(|| self.named(rest, came).to_string())
    }

    /// A rest that says only that the segment did not come.
    pub(crate) fn absence(&self) -> String {
        let rest = SegmentBuf::new(self.id);
        match self.key {
            Some((element, [value, _])) => {
                let mut rest = rest;
                rest.set(element, value);
                rest
            }
            None => rest,
        }
        .to_string()
    }

    /// The rest with the element that tells the segment apart.
    fn named(&self, mut rest: SegmentBuf, came: &SegmentBuf) -> SegmentBuf {
        if let Some((element, _)) = self.key {
            rest.set(element, came.element(element));
        }
        rest
    }

    /// The segment to write, with the rest that was carried.
    ///
    /// # Errors
    /// The number of the element that holds a delimiter.
    pub(crate) fn write(&self, rest: Option<&SegmentBuf>) -> Result<SegmentBuf, usize> {
        let mut segment = SegmentBuf::new(self.id);
        let length = rest.map_or(0, SegmentBuf::len).max(self.elements.len());
        for number in 1..=length {
            let left = rest.map(|rest| rest.element(number));
            match self.elements.get(number - 1).unwrap_or(&FREE) {
                Element::Simple(slot) => {
                    let value = slot.value(left);
                    if !matches!(slot, Slot::Free) && value.chars().any(delimits) {
                        return Err(number);
                    }
                    segment.push(value);
                }
                Element::Repeated(codes) => {
                    if codes.iter().any(|code| code.chars().any(delimits)) {
                        return Err(number);
                    }
                    segment.push(match left {
                        Some(left) if codes.is_empty() => left.to_owned(),
                        _ => codes.join("^"),
                    });
                }
                Element::Composite(slots) => {
                    let left: Option<Vec<&str>> = left.map(|left| left.split(':').collect());
                    let length = left.as_ref().map_or(0, Vec::len).max(slots.len());
                    let mut components = Vec::with_capacity(length);
                    for at in 0..length {
                        let left = left
                            .as_ref()
                            .map(|left| left.get(at).copied().unwrap_or_default());
                        let slot = slots.get(at).unwrap_or(&Slot::Free);
                        let value = slot.value(left);
                        if !matches!(slot, Slot::Free) && value.chars().any(delimits) {
                            return Err(number);
                        }
                        components.push(value);
                    }
                    segment.push_components(components);
                }
            }
        }
        Ok(segment)
    }
}

/// Whether a character cannot stand in a value.
pub(crate) fn delimits(character: char) -> bool {
    matches!(character, '*' | ':' | '^' | '~') || character.is_control()
}

/// A loop as the model would write it.
#[derive(Debug, Clone)]
pub(crate) struct DraftLoop {
    pub(crate) id: &'static str,
    /// Its place among its like, from 1, for loops that the model lists.
    pub(crate) index: Option<usize>,
    pub(crate) segments: Vec<Draft>,
    pub(crate) loops: Vec<Self>,
}

impl DraftLoop {
    pub(crate) const fn new(id: &'static str) -> Self {
        Self {
            id,
            index: None,
            segments: Vec::new(),
            loops: Vec::new(),
        }
    }

    pub(crate) const fn listed(id: &'static str, index: usize) -> Self {
        let mut listed = Self::new(id);
        listed.index = Some(index);
        listed
    }

    /// Whether the model states nothing of a named loop: then it is not written.
    pub(crate) fn is_hollow(&self) -> bool {
        let named = self
            .segments
            .first()
            .is_some_and(|opener| opener.id == "NM1");
        named && self.segments.iter().all(Draft::is_hollow) && self.loops.is_empty()
    }

    /// Whether a loop that came is this one: its opener decides.
    pub(crate) fn matches(&self, came: &scrubjay_x12::Loop) -> bool {
        self.id == came.id
            && self
                .segments
                .first()
                .zip(came.segments.first())
                .is_some_and(|(draft, opener)| draft.matches(opener))
    }
}
