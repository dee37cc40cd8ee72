//! Puts loops and segments into the guide's order and into bytes.

use crate::dictionary::Kind;
use crate::guide::{FieldKind, Guide, LoopDef};
use crate::write::{Lines, WriteError};
use crate::{Delimiters, Loop, Segment, SegmentBuf};

/// The file as it grows.
pub(crate) struct Out {
    pub(crate) bytes: Vec<u8>,
    /// Segments so far.
    pub(crate) count: usize,
    delimiters: Delimiters,
    lines: Lines,
}

impl Out {
    pub(crate) const fn new(delimiters: Delimiters, lines: Lines) -> Self {
        Self {
            bytes: Vec::new(),
            count: 0,
            delimiters,
            lines,
        }
    }

    fn end_segment(&mut self) {
        self.bytes.push(self.delimiters.segment);
        // Where a line feed is the terminator, another would be an empty line.
        if self.lines == Lines::OneEach && self.delimiters.segment != b'\n' {
            self.bytes.push(b'\n');
        }
        self.count += 1;
    }

    /// A segment of the envelope, from checked parts.
    pub(crate) fn line(&mut self, parts: &[&str]) {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.bytes.push(self.delimiters.element);
            }
            self.bytes.extend_from_slice(part.as_bytes());
        }
        self.end_segment();
    }

    /// A segment of a loop: as it came where nothing changed, else its
    /// elements with this file's delimiters.
    pub(crate) fn segment(
        &mut self,
        segment: &SegmentBuf,
        loop_id: &'static str,
        def: Option<&LoopDef>,
    ) -> Result<(), WriteError> {
        let own = segment.delimiters();
        let view = segment.as_segment();
        let refused = |element| WriteError::DelimiterInData {
            loop_id,
            segment: crate::fault::shaped(&segment.id).to_owned(),
            element,
        };
        if let Some(element) = delimiter_in_simple_element(&view, def) {
            return Err(refused(element));
        }
        if segment.is_as_read() && own == self.delimiters {
            self.bytes.extend_from_slice(segment.raw());
            self.end_segment();
            return Ok(());
        }
        let out = self.delimiters;
        self.bytes.extend_from_slice(segment.id.as_bytes());
        let filled = view
            .elements()
            .zip(1..)
            .filter(|(element, _)| !element.is_empty())
            .map(|(_, number)| number)
            .last()
            .unwrap_or(0);
        for (element, number) in view.elements().zip(1..).take(filled) {
            self.bytes.push(out.element);
            for byte in element {
                let written = if *byte == own.component {
                    out.component
                } else if own.repetition == Some(*byte) {
                    out.repetition.ok_or_else(|| refused(number))?
                } else if [out.element, out.component, out.segment].contains(byte)
                    || out.repetition == Some(*byte)
                    || byte.is_ascii_control()
                {
                    return Err(refused(number));
                } else {
                    *byte
                };
                self.bytes.push(written);
            }
        }
        self.end_segment();
        Ok(())
    }
}

/// A component or repetition separator in a text element, which has no
/// components and does not repeat, can only be data. Codes and numbers are not
/// looked at: there it is a fault of structure, which comes back as it came.
fn delimiter_in_simple_element(segment: &Segment<'_>, def: Option<&LoopDef>) -> Option<usize> {
    let slot = def.and_then(|def| def.slot_of(segment).map(|at| &def.slots[at]));
    let delimiters = segment.delimiters();
    for (element, at) in segment.elements().zip(0..) {
        let field = slot.and_then(|slot| slot.fields.get(at));
        let held = element.iter().any(|byte| {
            byte.is_ascii_control()
                || *byte == delimiters.segment
                || field.is_some_and(|field| {
                    let text =
                        matches!(&field.what, FieldKind::Element(of) if of.kind == Kind::Text);
                    text && (*byte == delimiters.component
                        || (field.repeat == 1 && delimiters.repetition == Some(*byte)))
                })
        });
        if held {
            return Some(at + 1);
        }
    }
    None
}

/// The numbers that a writer counts.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    hl: u32,
    lx: u32,
}

/// Sets a number that is computed; a segment that has it already is untouched.
fn set_number(segment: &mut SegmentBuf, element: usize, value: &str) {
    if segment.element(element) != value {
        segment.set(element, value);
    }
}

/// Writes a loop and what is in it, in the guide's order.
pub(crate) fn loop_into(
    guide: &'static Guide,
    at: usize,
    mut content: Loop,
    numbering: &mut Numbering,
    parent_hl: u32,
    out: &mut Out,
) -> Result<(), WriteError> {
    let def = &guide.loops[at];
    content
        .segments
        .sort_by_cached_key(|segment| segment_order(def, segment));
    let split = content
        .segments
        .partition_point(|segment| !segment_order(def, segment).0);
    let behind = content.segments.split_off(split);
    let mut inner = Vec::new();
    for child in content.loops {
        let order = def
            .children
            .iter()
            .position(|at| guide.loops[*at].id == child.id)
            .ok_or(WriteError::UnknownLoop {
                loop_id: child.id,
                inside: def.id,
            })?;
        inner.push((child_order(def, order, &child), order, child));
    }
    inner.sort_by_key(|(key, _, _)| *key);
    let levels_below = inner.iter().any(|(_, order, _)| {
        guide.loops[def.children[*order]]
            .opener()
            .is_some_and(|slot| slot.id == "HL")
    });
    let mut own_hl = parent_hl;
    for mut segment in content.segments {
        match segment.id.as_str() {
            "HL" => {
                numbering.hl += 1;
                own_hl = numbering.hl;
                let parent = match parent_hl {
                    0 => String::new(),
                    number => number.to_string(),
                };
                set_number(&mut segment, 1, &own_hl.to_string());
                set_number(&mut segment, 2, &parent);
                // 276, 277 and 277CA leave HL04 out at a lowest level.
                let asked = levels_below || segment.element(4) == "1" || hl_child_required(def);
                if asked {
                    set_number(&mut segment, 4, if levels_below { "1" } else { "0" });
                }
            }
            "CLM" => numbering.lx = 0,
            "LX" => {
                numbering.lx += 1;
                // The LX of an 835 numbers a header, not a line: one that is there stays.
                if guide.set_id() == "837" || segment.element(1).is_empty() {
                    set_number(&mut segment, 1, &numbering.lx.to_string());
                }
            }
            _ => {}
        }
        out.segment(&segment, def.id, Some(def))?;
    }
    for (_, order, child) in inner {
        loop_into(guide, def.children[order], child, numbering, own_hl, out)?;
    }
    for segment in behind {
        out.segment(&segment, def.id, Some(def))?;
    }
    Ok(())
}

/// Whether a level must state in HL04 that none stands below it.
fn hl_child_required(def: &LoopDef) -> bool {
    def.opener()
        .is_some_and(|opener| opener.required & (1 << 4) != 0)
}

/// Behind the child loops or not, the position, and the slot. Slots of one
/// position come in any order, so that what was read keeps its own.
fn segment_order(def: &LoopDef, segment: &SegmentBuf) -> (bool, u16, usize) {
    match def.slot_of(&segment.as_segment()) {
        Some(0) => (false, 0, 0),
        Some(at) => {
            let slot = if segment.position.is_some() { 0 } else { at };
            (at >= def.after, def.slots[at].group, slot)
        }
        None => (false, u16::MAX, 0),
    }
}

/// The position of a child loop; what was read keeps its order inside it.
fn child_order(def: &LoopDef, order: usize, child: &Loop) -> (usize, usize) {
    let read = child
        .segments
        .first()
        .is_some_and(|segment| segment.position.is_some());
    (def.child_groups[order], if read { 0 } else { order })
}
