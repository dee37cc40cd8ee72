//! Reads the table of a guide.
//!
//! ```text
//! guide 837P 005010X222A1 HC          name, version, GS01
//! also 005010X222                     versions that it covers too
//! unit 2300                           what a streaming reader gives out
//! loop 2310B 2300 S1 Rendering ...    id, parents, usage and how often (> is unbounded), name
//! NM1*82 R1 : 2R=1,2 3R 4S            segments in order; what stands behind * tells it from others
//! after                               the segments below come behind the child loops
//! when 2300 CLM-5-3=7,8 require REF*F8
//! ```
//! An element is written as number, R or S, what it may be, and its components:
//! `5R(1R 2R=B 3R)`; `2-12S` stands for eleven; `=@list` for a named list. What
//! is not written is not used. `: @NAME` takes a usage from the dictionary, and
//! a segment without its own takes the one named as its id.

use crate::dictionary::{Dictionary, TableError, What};
use crate::guide::{
    Codes, FieldKind, FieldUse, Guide, Ids, Key, LoopDef, PartUse, Slot, Then, UNBOUNDED, Usage,
    When, required, tag,
};

type Read<T> = Result<T, TableError>;

pub(crate) fn parse(text: &'static str) -> Read<Guide> {
    let mut guide = Guide {
        transaction: "",
        version: "",
        functional: "",
        also: Vec::new(),
        unit: None,
        loops: Vec::new(),
        rules: Vec::new(),
        ids: Ids::default(),
    };
    let mut unit = "";
    let mut parents: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let problem = |problem| TableError { line, problem };
        match words.next() {
            None => {}
            Some(word) if word.starts_with('#') => {}
            Some("guide") => {
                guide.transaction = words.next().unwrap_or_default();
                guide.version = words.next().unwrap_or_default();
                guide.functional = words.next().unwrap_or_default();
            }
            Some("also") => guide.also = words.collect(),
            Some("unit") => unit = words.next().unwrap_or_default(),
            Some("loop") => {
                let id = words.next().unwrap_or_default();
                parents.push(words.next().unwrap_or_default().split(',').collect());
                let (usage, max) = usage(line, words.next().unwrap_or_default())?;
                let name = line.splitn(5, ' ').nth(4).unwrap_or_default();
                guide.loops.push(LoopDef {
                    id,
                    name,
                    usage,
                    max,
                    slots: Vec::new(),
                    after: usize::MAX,
                    children: Vec::new(),
                    child_groups: Vec::new(),
                    openers: Vec::new(),
                    tags: Vec::new(),
                    required: Vec::new(),
                    takes: 0,
                    holds_unit: false,
                });
            }
            Some("after") => {
                let def = guide.loops.last_mut().ok_or(problem("outside a loop"))?;
                def.after = def.slots.len();
            }
            Some("when") => {
                let rule = when(line, &guide)?;
                guide.rules.push(rule);
            }
            Some(label) => {
                let slot = slot(line, label)?;
                let def = guide.loops.last_mut().ok_or(problem("outside a loop"))?;
                def.slots.push(slot);
            }
        }
    }
    link(&mut guide, &parents, unit)?;
    Ok(guide)
}

/// Hangs each loop under its parents and numbers the positions of slots.
fn link(guide: &mut Guide, parents: &[Vec<&'static str>], unit: &'static str) -> Read<()> {
    for (at, parents) in parents.iter().enumerate().skip(1) {
        for parent in parents {
            let above = guide.def_of(parent).ok_or(TableError {
                line: parent,
                problem: "no such parent loop",
            })?;
            guide.loops[above].children.push(at);
        }
    }
    // Levels come behind the other loops of the level above.
    let levels: Vec<bool> = guide
        .loops
        .iter()
        .map(|def| def.opener().is_some_and(|slot| slot.id == "HL"))
        .collect();
    for def in &mut guide.loops {
        def.children.sort_by_key(|child| levels[*child]);
        let mut group = 0;
        let mut last = "";
        for slot in &mut def.slots {
            if slot.id != last {
                group += 1;
            }
            last = slot.id;
            slot.group = group;
        }
        def.after = def.after.min(def.slots.len());
    }
    index(guide);
    guide.unit = guide.def_of(unit);
    if let Some(unit) = guide.unit {
        // INVARIANT: a loop holds the unit where one of its children is or holds it.
        loop {
            let mut changed = false;
            for at in 0..guide.loops.len() {
                let holds = guide.loops[at]
                    .children
                    .iter()
                    .any(|child| *child == unit || guide.loops[*child].holds_unit);
                if holds && !guide.loops[at].holds_unit && at != unit {
                    guide.loops[at].holds_unit = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
    }
    Ok(())
}

/// Prepares what finds the place of a segment without comparing names.
fn index(guide: &mut Guide) {
    let openers: Vec<u32> = guide
        .loops
        .iter()
        .map(|def| def.opener().map_or(0, |slot| slot.tag))
        .collect();
    for def in &mut guide.loops {
        let opener = |order: usize| openers[def.children[order]];
        def.child_groups = (0..def.children.len())
            .map(|order| {
                (0..=order)
                    .rev()
                    .take_while(|earlier| opener(*earlier) == opener(order))
                    .last()
                    .unwrap_or(order)
            })
            .collect();
        def.tags = def.slots.iter().map(|slot| slot.tag).collect();
        def.required = (0..def.slots.len())
            .filter(|at| def.slots[*at].usage == Usage::Required)
            .collect();
        for slot in &def.slots {
            def.takes |= guide.ids.add(slot.tag);
        }
        def.openers = def.children.iter().map(|child| openers[*child]).collect();
        for child in &def.children {
            def.takes |= guide.ids.add(openers[*child]);
        }
    }
}

fn usage(line: &'static str, text: &'static str) -> Read<(Usage, u32)> {
    let problem = TableError {
        line,
        problem: "a usage is R or S and how often",
    };
    let usage = match text.get(..1) {
        Some("R") => Usage::Required,
        Some("S") => Usage::Situational,
        _ => return Err(problem),
    };
    let max = match text.get(1..) {
        Some(">") => UNBOUNDED,
        Some(times) => times.parse().map_err(|_| problem)?,
        None => return Err(problem),
    };
    Ok((usage, max))
}

/// The codes behind `=`, a named list among them.
fn codes(line: &'static str, text: &'static str) -> Read<Vec<&'static str>> {
    match text.strip_prefix('@') {
        None => Ok(text.split(',').collect()),
        Some(list) => Dictionary::shared()
            .lists
            .get(list)
            .cloned()
            .ok_or(TableError {
                line,
                problem: "no such code list",
            }),
    }
}

fn packed(line: &'static str, codes: &[&'static str]) -> Read<Codes> {
    Codes::of(codes).ok_or(TableError {
        line,
        problem: "a code of more than eight characters",
    })
}

fn slot(line: &'static str, label: &'static str) -> Read<Slot> {
    let (left, right) = match line.split_once(" : ") {
        Some((left, right)) => (left, Some(right.trim())),
        None => (line, None),
    };
    let mut names = label.split('*');
    let id = names.next().unwrap_or_default();
    let dictionary = Dictionary::shared();
    let def = dictionary.segments.get(id).ok_or(TableError {
        line,
        problem: "no such segment in the dictionary",
    })?;
    let (usage, max) = usage(line, left.split_whitespace().nth(1).unwrap_or_default())?;
    let shared = |name: &str| {
        dictionary.shared.get(name).copied().ok_or(TableError {
            line,
            problem: "no such shared usage",
        })
    };
    let written = match right {
        None => shared(id)?,
        Some(text) => match text.strip_prefix('@') {
            Some(name) => shared(name)?,
            None => text,
        },
    };
    let mut fields: Vec<FieldUse> = def
        .fields
        .iter()
        .map(|field| FieldUse {
            usage: Usage::NotUsed,
            codes: Codes::default(),
            repeat: field.repeat,
            what: match &field.what {
                What::Element(element) => FieldKind::Element(*element),
                What::Composite(elements, notes) => FieldKind::Composite(
                    elements
                        .iter()
                        .map(|element| PartUse {
                            usage: Usage::NotUsed,
                            codes: Codes::default(),
                            element: *element,
                        })
                        .collect(),
                    notes,
                ),
            },
        })
        .collect();
    let mut rest = written;
    while !rest.is_empty() {
        let end = token_end(rest);
        let (token, behind) = rest.split_at(end);
        rest = behind.trim_start();
        field(line, token, &mut fields)?;
    }
    let mut keys = Vec::new();
    for (name, element) in names.zip(1..) {
        if name.is_empty() {
            continue;
        }
        let codes = packed(line, &codes(line, name)?)?;
        let field = fields.get_mut(element - 1).ok_or(TableError {
            line,
            problem: "a qualifier beyond the last element",
        })?;
        field.usage = Usage::Required;
        if let FieldKind::Element(_) = field.what {
            field.codes.clone_from(&codes);
        }
        keys.push(Key { element, codes });
    }
    Ok(Slot {
        id,
        tag: tag(id),
        label,
        usage,
        max,
        group: 0,
        required: required(fields.iter().map(|field| field.usage)),
        keys,
        fields,
        notes: &def.notes,
    })
}

/// Where the first token ends: at a blank outside brackets.
fn token_end(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b' ' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// One token: `5R(1R 2R=B 3R)`, `2-12S=A,B`.
fn field(line: &'static str, token: &'static str, fields: &mut [FieldUse]) -> Read<()> {
    let problem = |problem| TableError { line, problem };
    let (head, parts) = match token.split_once('(') {
        Some((head, parts)) => (
            head,
            parts
                .strip_suffix(')')
                .ok_or(problem("no closing bracket"))?,
        ),
        None => (token, ""),
    };
    let (range, usage, listed) = element_use(line, head)?;
    for number in range {
        let field = fields
            .get_mut(number - 1)
            .ok_or(problem("the segment has no such element"))?;
        field.usage = usage;
        match &mut field.what {
            FieldKind::Element(_) => field.codes.clone_from(&listed),
            FieldKind::Composite(members, _) => {
                for part in parts.split_whitespace() {
                    let (range, usage, listed) = element_use(line, part)?;
                    for number in range {
                        let member = members
                            .get_mut(number - 1)
                            .ok_or(problem("the composite has no such component"))?;
                        member.usage = usage;
                        member.codes.clone_from(&listed);
                    }
                }
                // A composite whose components are not told apart may use all.
                if parts.is_empty() {
                    for member in members {
                        member.usage = Usage::Situational;
                    }
                }
            }
        }
    }
    Ok(())
}

type ElementUse = (std::ops::RangeInclusive<usize>, Usage, Codes);

fn element_use(line: &'static str, text: &'static str) -> Read<ElementUse> {
    let problem = |problem| TableError { line, problem };
    let (head, listed) = match text.split_once('=') {
        Some((head, list)) => (head, packed(line, &codes(line, list)?)?),
        None => (text, Codes::default()),
    };
    let usage = match head.as_bytes().last() {
        Some(b'R') => Usage::Required,
        Some(b'S') => Usage::Situational,
        _ => return Err(problem("an element is a number and R or S")),
    };
    let numbers = head.get(..head.len() - 1).unwrap_or_default();
    let (from, to) = numbers.split_once('-').unwrap_or((numbers, numbers));
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) if from > 0 => Ok((from..=to, usage, listed)),
        _ => Err(problem("an element is a number and R or S")),
    }
}

/// `when LOOP SEG-ELEMENT[-COMPONENT]=CODES require|forbid [loop] WHAT`.
fn when(line: &'static str, guide: &Guide) -> Read<When> {
    let problem = |problem| TableError { line, problem };
    let words: Vec<&'static str> = line.split_whitespace().collect();
    let (at, condition, then) = match words.as_slice() {
        [_, at, condition, "require", "loop", id] => (at, condition, Then::RequireLoop(id)),
        [_, at, condition, "forbid", "loop", id] => (at, condition, Then::ForbidLoop(id)),
        [_, at, condition, "require", label] => (at, condition, Then::Require(label)),
        [_, at, condition, "forbid", label] => (at, condition, Then::Forbid(label)),
        _ => return Err(problem("a condition of no known form")),
    };
    let (place, listed) = condition.split_once('=').ok_or(problem("no codes"))?;
    let mut parts = place.split('-');
    let segment = parts.next().unwrap_or_default();
    let mut number = || parts.next().and_then(|text| text.parse().ok());
    Ok(When {
        at: guide.def_of(at).ok_or(problem("no such loop"))?,
        segment,
        element: number().ok_or(problem("no element"))?,
        component: number().unwrap_or(1),
        codes: codes(line, listed)?,
        then,
    })
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
