//! Borrowed segments with the loop that each stands in; nothing is copied.

use crate::guide::{guide_for, guide_named};
use crate::place::{Cursor, Place};
use crate::{FileError, Guide, Segment, Segments};

/// A borrowed segment and its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// The segment.
    pub segment: Segment<'a>,
    /// The guide of the set that it is part of; `None` in an envelope, and
    /// where there is no guide.
    pub guide: Option<&'static Guide>,
    /// Its loop, `ST` for the set itself; empty in an envelope.
    pub loop_id: &'static str,
    /// Whether it opens that loop.
    pub opens: bool,
}

/// The segments of a file with their loops, in order, without allocation for
/// each. Ends after the first error.
///
/// ```
/// use scrubjay_x12::placed;
/// let file = include_bytes!("../fixtures/reversal-and-correction.835");
/// let mut paid = 0;
/// for placed in placed(file) {
///     let placed = placed?;
///     if placed.loop_id == "2100" && placed.opens {
///         paid += placed.segment.element(4).parse::<i64>().unwrap();
///     }
/// }
/// assert_eq!(paid, 150);
/// # Ok::<(), scrubjay_x12::FileError>(())
/// ```
#[must_use]
pub fn placed(bytes: &[u8]) -> PlacedSegments<'_> {
    PlacedSegments {
        segments: Segments::new(bytes),
        version: "",
        cursor: None,
    }
}

/// What [`placed()`] gives.
#[derive(Debug)]
pub struct PlacedSegments<'a> {
    segments: Segments<'a>,
    /// GS08 of the open group.
    version: &'a str,
    cursor: Option<Cursor>,
}

impl<'a> Iterator for PlacedSegments<'a> {
    type Item = Result<Placed<'a>, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let segment = match self.segments.next()? {
            Ok(segment) => segment,
            Err(error) => return Some(Err(error)),
        };
        match segment.id() {
            "ISA" | "IEA" | "GE" | "TA1" => self.cursor = None,
            "GS" => {
                self.cursor = None;
                self.version = segment.element(8);
            }
            "ST" => {
                let (id, stated) = (segment.element(1), segment.element(3));
                let guide = guide_for(stated, id).or_else(|| guide_for(self.version, id));
                self.cursor = guide.map(Cursor::new);
            }
            // A 278 says in its BHT02 whether it asks or answers.
            "BHT" if segment.element(2) == "11" => {
                let request = self
                    .cursor
                    .as_ref()
                    .is_some_and(|cursor| cursor.guide.transaction() == "278");
                if let Some(response) = guide_named("278R").filter(|_| request) {
                    self.cursor = Some(Cursor::new(response));
                }
            }
            _ => {}
        }
        let Some(cursor) = &mut self.cursor else {
            return Some(Ok(Placed {
                segment,
                guide: None,
                loop_id: "",
                opens: false,
            }));
        };
        let (place, _) = cursor.place(&segment);
        Some(Ok(Placed {
            segment,
            guide: Some(cursor.guide),
            loop_id: cursor.innermost().id,
            opens: matches!(place, Place::Opens { .. }),
        }))
    }
}
