//! One segment: what its elements hold, by guide and dictionary.

use super::values;
use crate::dictionary::{Element, Note};
use crate::guide::{Codes, FieldKind, FieldUse, PartUse, Slot, Usage};
use crate::{Fault, FaultKind, Pieces, Segment};

/// A segment under check.
struct Place<'s, 'f> {
    segment: &'s Segment<'s>,
    loop_id: &'static str,
    faults: &'f mut Vec<Fault>,
}

impl Place<'_, '_> {
    fn fault(&mut self, kind: FaultKind, element: usize, component: Option<usize>) {
        let fault = Fault::new(self.segment.position(), kind, self.segment.id())
            .within(self.loop_id)
            .at_element(element)
            .at_component(component);
        self.faults.push(fault);
    }

    fn warn(&mut self, kind: FaultKind, element: usize, component: Option<usize>) {
        self.fault(kind, element, component);
        if let Some(last) = self.faults.pop() {
            self.faults.push(last.warning());
        }
    }
}

pub(super) fn check(
    segment: &Segment<'_>,
    slot: &Slot,
    loop_id: &'static str,
    faults: &mut Vec<Fault>,
) {
    let mut place = Place {
        segment,
        loop_id,
        faults,
    };
    let mut present = 0_u64;
    let mut before: &[u8] = b"";
    let mut count = 0;
    let mut last_empty = false;
    let mut too_many = false;
    for (bytes, number) in segment.elements().zip(1..) {
        count = number;
        last_empty = bytes.is_empty();
        if last_empty {
            before = bytes;
            continue;
        }
        match slot.fields.get(number - 1) {
            Some(field) => {
                present |= 1 << number.min(63);
                check_field(&mut place, field, number, bytes, before);
            }
            None if !too_many => {
                too_many = true;
                place.fault(FaultKind::TooManyElements, number, None);
            }
            None => {}
        }
        before = bytes;
    }
    for number in bits(slot.required & !present) {
        place.fault(FaultKind::MissingElement, number, None);
    }
    if last_empty {
        place.warn(FaultKind::TrailingSeparators, count, None);
    }
    for note in slot.notes {
        // What is required is reported as missing already.
        if let Some((kind, number)) = broken(note, present)
            && slot.required & (1 << number) == 0
        {
            place.fault(kind, number, None);
        }
    }
}

/// The numbers of the bits that are set.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let number = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(number)
    })
}

fn check_field(
    place: &mut Place<'_, '_>,
    field: &FieldUse,
    number: usize,
    bytes: &[u8],
    before: &[u8],
) {
    if field.usage == Usage::NotUsed {
        return place.fault(FaultKind::NotUsed, number, None);
    }
    let delimiters = place.segment.delimiters();
    let mut repeats = 0;
    let separator = delimiters.repetition.unwrap_or(delimiters.element);
    for repeat in Pieces::new(bytes, separator) {
        repeats += 1;
        match &field.what {
            FieldKind::Element(element) => {
                if repeat.contains(&delimiters.component) {
                    place.fault(FaultKind::TooManyComponents, number, Some(2));
                } else {
                    let at = (number, None);
                    check_value(place, element, &field.codes, repeat, before, at);
                }
            }
            FieldKind::Composite(parts, notes) => {
                check_composite(place, parts, notes, number, repeat);
            }
        }
    }
    if repeats > field.repeat {
        place.fault(FaultKind::TooManyRepeats(field.repeat), number, None);
    }
}

fn check_composite(
    place: &mut Place<'_, '_>,
    parts: &[PartUse],
    notes: &[Note],
    number: usize,
    bytes: &[u8],
) {
    let separator = place.segment.delimiters().component;
    let mut present = 0_u64;
    let mut before: &[u8] = b"";
    let mut count = 0;
    let mut too_many = false;
    for (value, component) in Pieces::new(bytes, separator).zip(1..) {
        count = component;
        let Some(part) = parts.get(component - 1) else {
            if !value.is_empty() && !too_many {
                too_many = true;
                place.fault(FaultKind::TooManyComponents, number, Some(component));
            }
            continue;
        };
        if value.is_empty() {
            if part.usage == Usage::Required {
                place.fault(FaultKind::MissingElement, number, Some(component));
            }
        } else {
            present |= 1 << component.min(63);
            if part.usage == Usage::NotUsed {
                place.fault(FaultKind::NotUsed, number, Some(component));
            } else {
                let at = (number, Some(component));
                check_value(place, &part.element, &part.codes, value, before, at);
            }
        }
        before = value;
    }
    for (part, component) in parts.iter().zip(1..).skip(count) {
        if part.usage == Usage::Required {
            place.fault(FaultKind::MissingElement, number, Some(component));
        }
    }
    for note in notes {
        if let Some((kind, component)) = broken(note, present) {
            let required = parts
                .get(component - 1)
                .is_some_and(|part| part.usage == Usage::Required);
            if !required {
                place.fault(kind, number, Some(component));
            }
        }
    }
}

fn check_value(
    place: &mut Place<'_, '_>,
    element: &Element,
    codes: &Codes,
    value: &[u8],
    before: &[u8],
    (number, component): (usize, Option<usize>),
) {
    match values::check(element, value, before) {
        Some(kind) if kind == FaultKind::InvalidCharacter && !values::has_control(value) => {
            // A letter beyond ASCII is for partners to agree on, not a fault of syntax.
            if element.kind == crate::dictionary::Kind::Text {
                return place.warn(kind, number, component);
            }
            place.fault(kind, number, component);
        }
        Some(kind) => place.fault(kind, number, component),
        None if codes.is_empty() || codes.contains(value) => {}
        None => place.fault(FaultKind::InvalidCode, number, component),
    }
}

/// Which element a syntax note misses, where it is broken (X12.6, 3.6).
fn broken(note: &Note, present: u64) -> Option<(FaultKind, usize)> {
    let there = note.all & present;
    let missing = note.all & !present;
    let has_first = note.first & present != 0;
    let lowest = |set: u64| set.trailing_zeros() as usize;
    let conditional = |set: u64| Some((FaultKind::ConditionalMissing(note.text), lowest(set)));
    match note.rule {
        b'P' if there != 0 && missing != 0 => conditional(missing),
        b'R' if there == 0 => conditional(note.first),
        b'C' if has_first && missing != 0 => conditional(missing),
        b'L' if has_first && there == note.first => conditional(missing),
        b'E' if there.count_ones() > 1 => {
            let second = there & (there - 1);
            Some((FaultKind::Excluded(note.text), lowest(second)))
        }
        _ => None,
    }
}
