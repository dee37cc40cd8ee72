//! A set as a tree for people, a file as JSON for programs.

use std::fmt;

use serde_json::{Value, json};

use crate::report::name_of;
use crate::{Interchange, Loop, SegmentBuf, TransactionSet};

/// The loops of a set as an indented tree, with the guide's names and the
/// segments as they are. Shows data of the file, patients' data among it.
///
/// ```
/// let read = scrubjay_x12::read(include_bytes!("../fixtures/reversal-and-correction.835"))?;
/// let tree = scrubjay_x12::show(&read[0].sets[0]);
/// assert!(tree.contains("\n    2100 Claim payment\n      CLP*CLM1001*22*"));
/// # Ok::<(), scrubjay_x12::FileError>(())
/// ```
#[must_use]
pub fn show(set: &TransactionSet) -> String {
    let mut out = String::new();
    show_loop(set, &set.root, 0, &mut out);
    out
}

fn show_loop(set: &TransactionSet, content: &Loop, depth: usize, out: &mut String) {
    use fmt::Write;
    let indent = "  ".repeat(depth);
    let name = set.guide.and_then(|guide| guide.loop_name(content.id));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{indent}{} {}", content.id, name.unwrap_or_default());
    let mut own = content.segments.iter().peekable();
    let place = |segment: &SegmentBuf| segment.position.map(|at| at.segment);
    for inner in &content.loops {
        let begins = inner.segments.first().and_then(place);
        while let Some(segment) = own.next_if(|segment| place(segment) <= begins) {
            let _ = writeln!(out, "{indent}  {segment}");
        }
        show_loop(set, inner, depth + 1, out);
    }
    for segment in own {
        let _ = writeln!(out, "{indent}  {segment}");
    }
}

/// A file as JSON: interchanges, sets, loops, segments, elements.
///
/// An element is a string; one with components is an array of strings; one
/// that repeats is an object `{"repeats": [...]}` of these. Holds data of the
/// file, patients' data among it.
///
/// ```
/// let read = scrubjay_x12::read(include_bytes!("../fixtures/reversal-and-correction.835"))?;
/// let json = scrubjay_x12::to_json(&read);
/// let set = &json["interchanges"][0]["sets"][0];
/// assert_eq!(set["transaction"], "835");
/// assert_eq!(set["root"]["loops"][0]["segments"][0], serde_json::json!(["N1", "PR", "BLUE HERON HEALTH PLAN", "XV", "12345"]));
/// # Ok::<(), scrubjay_x12::FileError>(())
/// ```
#[must_use]
pub fn to_json(interchanges: &[Interchange]) -> Value {
    let interchanges: Vec<Value> = interchanges
        .iter()
        .map(|interchange| {
            let sets: Vec<Value> = interchange
                .sets
                .iter()
                .map(|set| {
                    json!({
                        "transaction": name_of(set),
                        "group": &*set.group,
                        "control_number": set.control_number,
                        "position": set.at,
                        "root": loop_json(&set.root),
                    })
                })
                .collect();
            let ta1: Vec<Value> = interchange
                .acknowledgments
                .iter()
                .map(segment_json)
                .collect();
            json!({ "header": interchange.header, "acknowledgments": ta1, "sets": sets })
        })
        .collect();
    json!({ "interchanges": interchanges })
}

fn loop_json(content: &Loop) -> Value {
    let segments: Vec<Value> = content.segments.iter().map(segment_json).collect();
    let loops: Vec<Value> = content.loops.iter().map(loop_json).collect();
    json!({ "id": content.id, "segments": segments, "loops": loops })
}

fn segment_json(segment: &SegmentBuf) -> Value {
    let mut parts = vec![Value::from(segment.id.as_str())];
    for number in 1..=segment.len() {
        let mut repeats: Vec<Value> = segment
            .repeats(number)
            .map(|one| {
                let mut components: Vec<&str> = one.components().collect();
                match components.len() {
                    0 | 1 => Value::from(components.pop().unwrap_or_default()),
                    _ => Value::from(components),
                }
            })
            .collect();
        parts.push(match repeats.len() {
            0 => Value::from(""),
            1 => repeats.remove(0),
            _ => json!({ "repeats": repeats }),
        });
    }
    Value::from(parts)
}
