//! Finds the loop of each segment, by the guide's openers and by HL.

use crate::guide::{Guide, LoopDef, tag};
use crate::{Fault, FaultKind, Segment};

/// Where a segment belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It opens this loop inside the open loop of that depth.
    Opens { depth: usize, def: usize },
    /// It belongs to the open loop of that depth.
    Belongs { depth: usize },
    /// The guide has no place for it; it is kept in the innermost open loop.
    Stray,
}

/// The open loops of a transaction set, outermost first.
#[derive(Debug)]
pub(crate) struct Cursor {
    pub(crate) guide: &'static Guide,
    open: Vec<Level>,
}

#[derive(Debug, Clone, Copy)]
struct Level {
    def: usize,
    /// HL01 of the loop, 0 where it has none.
    hl: u32,
}

impl Cursor {
    pub(crate) fn new(guide: &'static Guide) -> Self {
        Self {
            guide,
            open: vec![Level { def: 0, hl: 0 }],
        }
    }

    /// How many loops are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The innermost open loop.
    pub(crate) fn innermost(&self) -> &'static LoopDef {
        let at = self.open.last().map_or(0, |level| level.def);
        &self.guide.loops[at]
    }

    /// Finds the place of the next segment and opens and closes loops.
    pub(crate) fn place(&mut self, segment: &Segment<'_>) -> (Place, Option<Fault>) {
        let mut fault = None;
        let (place, hl) = if segment.id() == "HL" {
            let (place, parent_known) = self.place_level(segment);
            if place != Place::Stray && !parent_known {
                fault = Some(FaultKind::HlParent);
            }
            (place, segment.element(1).parse().unwrap_or(0))
        } else {
            (self.find(segment), 0)
        };
        match place {
            Place::Opens { depth, def } => {
                self.open.truncate(depth + 1);
                self.open.push(Level { def, hl });
            }
            Place::Belongs { depth } => self.open.truncate(depth + 1),
            Place::Stray => {
                fault = Some(if known(segment.id()) {
                    FaultKind::UnexpectedSegment
                } else {
                    FaultKind::UnknownSegment
                });
            }
        }
        let fault = fault.map(|kind| {
            let fault =
                Fault::new(segment.position(), kind, segment.id()).within(self.innermost().id);
            match kind {
                FaultKind::HlParent => fault.at_element(2),
                _ => fault,
            }
        });
        (place, fault)
    }

    /// A level goes under the open level that its HL02 names; where none has
    /// that number, under the innermost that may hold it.
    fn place_level(&self, segment: &Segment<'_>) -> (Place, bool) {
        let parent: u32 = segment.element(2).parse().unwrap_or(0);
        let mut fallback = Place::Stray;
        for (depth, level) in self.open.iter().enumerate().rev() {
            let Some(def) = self.child_for(level.def, segment) else {
                continue;
            };
            let place = Place::Opens { depth, def };
            if level.hl == parent {
                return (place, true);
            }
            if fallback == Place::Stray {
                fallback = place;
            }
        }
        (fallback, false)
    }

    fn child_for(&self, def: usize, segment: &Segment<'_>) -> Option<usize> {
        let loops = &self.guide.loops;
        let tag = tag(segment.id());
        let def = &loops[def];
        def.openers
            .iter()
            .zip(&def.children)
            .filter(|(opener, _)| **opener == tag)
            .map(|(_, child)| *child)
            .find(|child| loops[*child].opens_with(segment))
    }

    fn find(&self, segment: &Segment<'_>) -> Place {
        let loops = &self.guide.loops;
        let tag = tag(segment.id());
        let bit = self.guide.ids.bit(tag);
        if bit == 0 {
            return Place::Stray;
        }
        // Exactly, by id and qualifiers, from the innermost loop outward.
        for (depth, level) in self.open.iter().enumerate().rev() {
            if loops[level.def].takes & bit == 0 {
                continue;
            }
            if let Some(def) = self.child_for(level.def, segment) {
                return Place::Opens { depth, def };
            }
            let def = &loops[level.def];
            let own = def.tags.iter().zip(&def.slots);
            let mut own = own.skip(usize::from(depth > 0));
            if own.any(|(own, slot)| *own == tag && slot.takes(segment)) {
                return Place::Belongs { depth };
            }
        }
        // Else by id alone: the qualifier is then the fault.
        for (depth, level) in self.open.iter().enumerate().rev() {
            let own = loops[level.def].slots.iter();
            let mut own = own.skip(usize::from(depth > 0));
            if own.any(|slot| slot.id == segment.id()) {
                return Place::Belongs { depth };
            }
        }
        Place::Stray
    }
}

/// Whether any guide uses such a segment.
fn known(id: &str) -> bool {
    crate::dictionary::Dictionary::shared()
        .segments
        .contains_key(id)
}
