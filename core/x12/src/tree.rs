//! Loops, found by the guide's openers and never by guess.

use crate::{Fault, FaultKind, Guide, SegmentBuf};

/// A loop with its segments and the loops inside it.
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
}

/// Sorts a set's segments into loops. A segment that the guide does not have
/// there is a fault, and is kept in the loop that is open.
pub(crate) fn resolve(
    guide: &'static Guide,
    segments: Vec<SegmentBuf>,
    faults: &mut Vec<Fault>,
) -> Loop {
    // The open loops, outermost first, each with its definition.
    let mut open: Vec<(usize, Loop)> = vec![(0, Loop::new("ST"))];
    for segment in segments {
        let mut target = None;
        for (depth, (def, _)) in open.iter().enumerate().rev() {
            let def = &guide.loops[*def];
            if let Some(child) = def
                .children
                .iter()
                .find(|child| guide.loops[**child].opens_with(&segment))
            {
                target = Some((depth, Some(*child)));
                break;
            }
            let own = def.place(&segment.id).is_some() && (depth == 0 || segment.id != def.opener);
            if own {
                target = Some((depth, None));
                break;
            }
        }
        let (depth, child) = target.unwrap_or_else(|| {
            faults.push(Fault {
                position: segment.position.unwrap_or_default(),
                kind: FaultKind::UnexpectedSegment,
                segment: segment.id.clone(),
                loop_id: open.last().map(|(_, inner)| inner.id),
            });
            (open.len() - 1, None)
        });
        close_to(&mut open, depth);
        if let Some(child) = child {
            open.push((child, Loop::new(guide.loops[child].id)));
        }
        if let Some((_, innermost)) = open.last_mut() {
            innermost.segments.push(segment);
        }
    }
    close_to(&mut open, 0);
    open.pop().map(|(_, root)| root).unwrap_or_default()
}

/// Closes the loops deeper than `depth`, each into the one around it.
fn close_to(open: &mut Vec<(usize, Loop)>, depth: usize) {
    while open.len() > depth + 1 {
        let Some((_, closed)) = open.pop() else {
            return;
        };
        if let Some((_, around)) = open.last_mut() {
            around.loops.push(closed);
        }
    }
}
