//! Validation by guide: SNIP types 1 to 4, never stopping at the first fault.

mod elements;
mod money;
mod values;

use crate::fault::Trigger;
use crate::guide::{Guide, LoopDef, Slot, Then, UNBOUNDED, Usage, guide_named};
use crate::machine::MAX_FAULTS;
use crate::overlay::Overlay;
use crate::token::Segments;
use crate::{
    Delimiters, Fault, FaultKind, FileError, Loop, Position, Segment, SegmentBuf, TransactionSet,
    Unit,
};

/// The most segments of one loop, and the most child loops, that a table may
/// list; a test holds the tables to it.
pub(crate) const MAX_SLOTS: usize = 64;

/// Every fault of a transaction set, in the order of the file: those met when
/// reading it, and those that its guide finds.
///
/// Types 1 to 4 of the WEDI SNIP testing types: syntax of elements, the guide's
/// requirements, balancing of amounts, and conditions between segments. At most
/// 10,000 faults are listed. A set without a guide has only its reading faults.
///
/// ```
/// use scrubjay_x12::{FaultKind, read, validate};
/// let file = include_str!("../../fixtures/reversal-and-correction.835");
/// let read = read(file.replace("*XX*1234567893~", "*XX~").as_bytes())?;
/// let faults = validate(&read[0].sets[0]);
/// assert_eq!(faults[0].kind, FaultKind::MissingElement);
/// assert_eq!(faults[0].to_string(), "segment 11 (N1) element 4, loop 1000B, line 11: required element is missing");
/// # Ok::<(), scrubjay_x12::FileError>(())
/// ```
#[must_use]
pub fn validate(set: &TransactionSet) -> Vec<Fault> {
    validate_with(set, &[])
}

/// Every fault of a transaction set by its guide and by payers' overlays.
#[must_use]
pub fn validate_with(set: &TransactionSet, overlays: &[&Overlay]) -> Vec<Fault> {
    let mut faults = set.faults.clone();
    if let Some(guide) = set.guide {
        let mut checker = Checker::new(guide, overlays);
        // ST03 says the same as GS08 (005010X222A1, ST03).
        let stated = set.root.segment("ST").map_or("", |st| st.element(3));
        if !stated.is_empty() && stated != set.group.version {
            let fault = Fault::new(set.at, FaultKind::InvalidCode, "ST");
            faults.push(fault.at_element(3).warning());
        }
        checker.check_loop(0, &set.root, set.at);
        money::check(guide, &set.root, &mut checker.faults);
        faults.append(&mut checker.faults);
    }
    faults.sort_by_key(|fault| fault.position.segment);
    faults.truncate(MAX_FAULTS);
    faults
}

/// Every fault inside one unit that a [`crate::Reader`] gave, without those of
/// the loops around it, for which there is [`validate_around`].
#[must_use]
pub fn validate_unit(unit: &Unit) -> Vec<Fault> {
    let mut checker = Checker::within_stream(unit.guide);
    checker.faults.clone_from(&unit.faults);
    if let Some(def) = unit.guide.def_of(unit.within.id) {
        checker.check_loop(def, &unit.within, Position::default());
        money::check(unit.guide, &unit.within, &mut checker.faults);
    }
    checker.faults
}

/// Every fault of the loops around a unit: of an 837, the billing provider's,
/// the subscriber's and the patient's. What only the whole set can tell is not
/// among them: whether levels count up (HL), and what stands in the set itself,
/// for which there is [`validate_frame`].
#[must_use]
pub fn validate_around(unit: &Unit) -> Vec<Fault> {
    let mut checker = Checker::within_stream(unit.guide);
    for (at, level) in unit.around.iter().enumerate().skip(1) {
        let Some(def) = unit.guide.def_of(level.id) else {
            continue;
        };
        let before = checker.faults.len();
        checker.check_loop(def, level, Position::default());
        // The loop in which the unit stands was given out with it.
        let inner = unit
            .around
            .get(at + 1)
            .map_or(unit.within.id, |next| next.id);
        let mut own = checker.faults.split_off(before);
        own.retain(|fault| fault.kind != FaultKind::MissingLoop(inner));
        checker.faults.append(&mut own);
    }
    checker.faults
}

/// Every fault of a set that a [`crate::Reader`] gave without its units, less
/// that they are missing in it.
#[must_use]
pub fn validate_frame(set: &TransactionSet) -> Vec<Fault> {
    let mut faults = validate(set);
    let given_out = |id: &str| {
        let guide = set.guide?;
        let def = guide.def_of(id)?;
        (guide.unit == Some(def) || guide.loops[def].holds_unit).then_some(())
    };
    faults.retain(|fault| match fault.kind {
        FaultKind::MissingLoop(id) => given_out(id).is_none(),
        _ => true,
    });
    faults
}

/// The faults in the elements of envelope segments: ISA, TA1, GS, GE, IEA.
/// Their counts and control numbers are checked when they are read.
///
/// # Errors
/// Where the file cannot be cut into segments.
pub fn validate_envelopes(bytes: &[u8]) -> Result<Vec<Fault>, FileError> {
    let Some(guide) = guide_named("TA1") else {
        return Ok(Vec::new());
    };
    let mut checker = Checker::new(guide, &[]);
    for segment in Segments::new(bytes) {
        let segment = segment?;
        if !matches!(segment.id(), "ISA" | "TA1" | "GS" | "GE" | "IEA") {
            continue;
        }
        // ISA holds the delimiters themselves, and nothing in it is separated by them.
        let plain = Delimiters {
            component: segment.delimiters().element,
            repetition: None,
            ..segment.delimiters()
        };
        let segment = match segment.id() {
            "ISA" => Segment::new(segment.raw(), plain, segment.position()),
            _ => segment,
        };
        if let Some(slot) = guide.loops[0].slot_of(&segment) {
            let found = &mut checker.faults;
            elements::check(&segment, &guide.loops[0].slots[slot], "ISA", found);
        }
        if checker.faults.len() >= MAX_FAULTS {
            break;
        }
    }
    for fault in &mut checker.faults {
        fault.loop_id = None;
    }
    Ok(checker.faults)
}

/// Walks the loops of one set.
struct Checker<'o> {
    guide: &'static Guide,
    overlays: &'o [&'o Overlay],
    faults: Vec<Fault>,
    /// Levels so far.
    levels: usize,
    numbers_levels: bool,
}

impl<'o> Checker<'o> {
    const fn new(guide: &'static Guide, overlays: &'o [&'o Overlay]) -> Self {
        Self {
            guide,
            overlays,
            faults: Vec::new(),
            levels: 0,
            numbers_levels: true,
        }
    }

    /// Of a part of a set, which cannot tell whether levels count up.
    const fn within_stream(guide: &'static Guide) -> Self {
        let mut checker = Self::new(guide, &[]);
        checker.numbers_levels = false;
        checker
    }

    /// Checks a loop and those inside it. `above` is where the loop around it
    /// begins, for faults of a loop without segments.
    fn check_loop(&mut self, at: usize, content: &Loop, above: Position) {
        if self.faults.len() >= MAX_FAULTS {
            return;
        }
        let def = &self.guide.loops[at];
        let begins = content
            .segments
            .first()
            .and_then(|segment| segment.position)
            .unwrap_or(above);
        let slots = self.check_segments(def, content);
        for at in &def.required {
            let slot = &def.slots[*at];
            if slots.get(*at) == Some(&0) {
                let kind = FaultKind::MissingSegment(slot.label);
                self.faults
                    .push(Fault::new(begins, kind, slot.id).within(def.id));
            }
        }
        if self.numbers_levels
            && let Some(hl) = content.segments.first().filter(|first| first.id == "HL")
        {
            self.check_level(def, hl, content);
        }
        self.check_conditions(at, content, begins);
        for overlay in self.overlays {
            overlay.check(self.guide, def, content, begins, &mut self.faults);
        }
        self.check_children(def, content, begins);
    }

    /// Checks the loop's own segments; how many there are of each slot.
    fn check_segments(&mut self, def: &'static LoopDef, content: &Loop) -> [u32; MAX_SLOTS] {
        let mut counts = [0_u32; MAX_SLOTS];
        let mut last_group = 0;
        let first_child = content
            .loops
            .iter()
            .find_map(|inner| inner.segments.first())
            .and_then(|segment| segment.position)
            .map_or(usize::MAX, |at| at.segment);
        for segment in &content.segments {
            let view = segment.as_segment();
            // What has no place is a fault already when it is read.
            let Some(at) = def.slot_of(&view) else {
                continue;
            };
            let slot: &Slot = &def.slots[at];
            let mut fault = |kind| {
                let fault = Fault::new(view.position(), kind, view.id());
                self.faults.push(fault.within(def.id));
            };
            if slot.group < last_group || (at < def.after && view.position().segment > first_child)
            {
                fault(FaultKind::OutOfOrder);
            }
            last_group = last_group.max(slot.group);
            if let Some(count) = counts.get_mut(at) {
                *count += 1;
                if *count > slot.max {
                    fault(FaultKind::TooManySegments(slot.max));
                }
            }
            elements::check(&view, slot, def.id, &mut self.faults);
        }
        counts
    }

    fn check_children(&mut self, def: &'static LoopDef, content: &Loop, begins: Position) {
        let loops = &self.guide.loops;
        let mut counts = [0_u32; MAX_SLOTS];
        let mut furthest = 0;
        for inner in &content.loops {
            let order = def.children.iter().position(|at| loops[*at].id == inner.id);
            let Some(order) = order else { continue };
            let child = &loops[def.children[order]];
            let opener = inner.segments.first();
            let at = opener
                .and_then(|segment| segment.position)
                .unwrap_or(begins);
            let mut fault = |kind| {
                let id = opener.map_or("", |segment| segment.id.as_str());
                self.faults.push(Fault::new(at, kind, id).within(child.id));
            };
            let place = def.child_groups[order];
            if place < furthest {
                fault(FaultKind::OutOfOrder);
            }
            furthest = furthest.max(place);
            if let Some(count) = counts.get_mut(order) {
                *count += 1;
                if *count > child.max && child.max != UNBOUNDED {
                    fault(FaultKind::TooManyLoops(child.max));
                }
            }
            self.check_loop(def.children[order], inner, at);
        }
        for (child, count) in def.children.iter().zip(counts) {
            let child = &loops[*child];
            if child.usage == Usage::Required && count == 0 {
                let opener = child.opener().map_or("", |slot| slot.id);
                let kind = FaultKind::MissingLoop(child.id);
                self.faults
                    .push(Fault::new(begins, kind, opener).within(def.id));
            }
        }
    }

    /// HL01 counts up, and HL04 says whether levels stand below (X12 HL).
    fn check_level(&mut self, def: &'static LoopDef, hl: &SegmentBuf, content: &Loop) {
        self.levels += 1;
        let position = hl.position.unwrap_or_default();
        let mut fault = |kind, element| {
            let fault = Fault::new(position, kind, "HL")
                .within(def.id)
                .at_element(element);
            self.faults.push(fault);
        };
        if hl.element(1).parse() != Ok(self.levels) {
            fault(FaultKind::HlNumber, 1);
        }
        let below = content
            .loops
            .iter()
            .any(|inner| inner.segments.first().is_some_and(|first| first.id == "HL"));
        match (hl.element(4), below) {
            ("0", true) => fault(FaultKind::HlChild, 4),
            // Announced and not there: receivers take it.
            ("1", false) => {
                fault(FaultKind::HlChild, 4);
                if let Some(last) = self.faults.last_mut() {
                    last.severity = crate::Severity::Warning;
                }
            }
            _ => {}
        }
    }

    fn check_conditions(&mut self, at: usize, content: &Loop, begins: Position) {
        for rule in self.guide.rules.iter().filter(|rule| rule.at == at) {
            let holds = content.segments_with(rule.segment).find(|segment| {
                let value = segment.component(rule.element, rule.component);
                rule.codes.contains(&value)
            });
            let Some(cause) = holds else { continue };
            let def = &self.guide.loops[at];
            let has = |label: &str| {
                let slot = def.slots.iter().find(|slot| slot.label == label);
                slot.is_some_and(|slot| {
                    let mut own = content.segments.iter();
                    own.any(|segment| slot.takes(&segment.as_segment()))
                })
            };
            let kind = match rule.then {
                Then::Require(label) if !has(label) => FaultKind::MissingSegment(label),
                Then::Forbid(label) if has(label) => FaultKind::ForbiddenSegment(label),
                Then::RequireLoop(id) if content.child(id).is_none() => FaultKind::MissingLoop(id),
                Then::ForbidLoop(id) if content.child(id).is_some() => FaultKind::ForbiddenLoop(id),
                _ => continue,
            };
            let position = cause.position.unwrap_or(begins);
            let id = match kind {
                FaultKind::MissingSegment(label) => label.get(..3).unwrap_or(label),
                _ => cause.id.as_str(),
            };
            let mut fault = Fault::new(position, kind, id.trim_end_matches('*')).within(def.id);
            fault.trigger = Some(Trigger {
                segment: rule.segment,
                element: u8::try_from(rule.element).unwrap_or_default(),
                component: u8::try_from(rule.component).unwrap_or_default(),
            });
            self.faults.push(fault);
        }
    }
}

#[cfg(test)]
mod tests;
