//! A transaction set as a tree of loops.

use crate::guide::Guide;
use crate::place::{Cursor, Place};
use crate::{Fault, Segment, SegmentBuf};

/// A loop with its segments and the loops inside it.
///
/// ```
/// use scrubjay_x12::{Loop, SegmentBuf};
/// let mut claim = Loop::new("2300");
/// claim.segments.push(SegmentBuf::parse("CLM*A1*150***11:B:1"));
/// claim.segments.push(SegmentBuf::parse("REF*G1*AUTH77"));
/// assert_eq!(claim.qualified("REF", "G1").unwrap().element(2), "AUTH77");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loop {
    /// Loop id, such as `2300`; `ST` for the whole set.
    pub id: &'static str,
    /// Segments in order.
    pub segments: Vec<SegmentBuf>,
    /// Loops in order.
    pub loops: Vec<Loop>,
}

impl Loop {
    /// A loop without segments.
    #[must_use]
    pub fn new(id: &'static str) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// The first segment of that id.
    #[must_use]
    pub fn segment(&self, id: &str) -> Option<&SegmentBuf> {
        self.segments.iter().find(|segment| segment.id == id)
    }

    /// Every segment of that id.
    pub fn segments_with<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a SegmentBuf> {
        self.segments.iter().filter(move |segment| segment.id == id)
    }

    /// The first segment of that id whose first element is the qualifier.
    #[must_use]
    pub fn qualified(&self, id: &str, qualifier: &str) -> Option<&SegmentBuf> {
        self.segments
            .iter()
            .find(|segment| segment.id == id && segment.element(1) == qualifier)
    }

    /// Every loop of that id inside this one.
    pub fn children<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Self> {
        self.loops.iter().filter(move |inner| inner.id == id)
    }

    /// The first loop of that id inside this one.
    #[must_use]
    pub fn child(&self, id: &str) -> Option<&Self> {
        self.loops.iter().find(|inner| inner.id == id)
    }

    /// This loop and every loop inside it, each before those inside it.
    pub fn walk(&self) -> impl Iterator<Item = &Self> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let next = open.pop()?;
            open.extend(next.loops.iter().rev());
            Some(next)
        })
    }

    /// Every segment of this loop and of those inside it: in the order of the
    /// file where they were read, else each loop's own before its loops'.
    #[must_use]
    pub fn all_segments(&self) -> Vec<&SegmentBuf> {
        let mut all = Vec::new();
        collect(self, &mut all);
        all
    }
}

/// Own segments that stood behind a child loop in the file come behind it.
fn collect<'a>(from: &'a Loop, all: &mut Vec<&'a SegmentBuf>) {
    let place = |segment: &SegmentBuf| segment.position.map(|at| at.segment);
    let mut own = from.segments.iter().peekable();
    for inner in &from.loops {
        let begins = inner.segments.first().and_then(place);
        while let Some(segment) = own.next_if(|segment| match (place(segment), begins) {
            (Some(at), Some(begins)) => at < begins,
            (None, _) | (_, None) => true,
        }) {
            all.push(segment);
        }
        collect(inner, all);
    }
    all.extend(own);
}

/// Builds the tree of a set, segment by segment.
#[derive(Debug)]
pub(crate) struct Builder {
    /// `None` where there is no guide: then all segments stand in the root.
    pub(crate) cursor: Option<Cursor>,
    /// The open loops, outermost first.
    pub(crate) open: Vec<Loop>,
    pub(crate) faults: Vec<Fault>,
}

impl Builder {
    pub(crate) fn new(guide: Option<&'static Guide>) -> Self {
        Self {
            cursor: guide.map(Cursor::new),
            open: vec![Loop::new("ST")],
            faults: Vec::new(),
        }
    }

    /// Where the segment goes, and how many loops stay open before it does.
    pub(crate) fn place(&mut self, segment: &Segment<'_>) -> (usize, Option<&'static str>) {
        let Some(cursor) = &mut self.cursor else {
            return (1, None);
        };
        let (place, fault) = cursor.place(segment);
        self.faults.extend(fault);
        match place {
            Place::Opens { depth, def } => (depth + 1, Some(cursor.guide.loops[def].id)),
            Place::Belongs { depth } => (depth + 1, None),
            Place::Stray => (cursor.depth(), None),
        }
    }

    pub(crate) fn push(&mut self, segment: &Segment<'_>) {
        let (depth, opens) = self.place(segment);
        while self.open.len() > depth {
            self.close();
        }
        self.open.extend(opens.map(Loop::new));
        if let Some(innermost) = self.open.last_mut() {
            innermost.segments.push(segment.to_buf());
        }
    }

    /// Closes the innermost loop into the one around it.
    pub(crate) fn close(&mut self) {
        if self.open.len() > 1
            && let Some(closed) = self.open.pop()
            && let Some(around) = self.open.last_mut()
        {
            around.loops.push(closed);
        }
    }

    pub(crate) fn finish(mut self) -> (Loop, Vec<Fault>) {
        while self.open.len() > 1 {
            self.close();
        }
        (self.open.pop().unwrap_or_default(), self.faults)
    }
}
