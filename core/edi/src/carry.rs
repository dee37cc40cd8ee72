//! What the model has no field for: found by writing the claim from the model
//! alone and keeping every segment that did not come out as it went in.

use chrono::NaiveDate;
use scrubjay_model::{Carried, Claim};
use scrubjay_x12::{Loop, SegmentBuf};

use crate::claim_out::claim_loops;
use crate::values::period;

/// The loops that belong to one claim, each level without the levels below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimLoops {
    /// 2000A.
    pub(crate) billing: Loop,
    /// 2000B.
    pub(crate) subscriber: Loop,
    /// 2000C, where the patient is not the subscriber.
    pub(crate) patient: Option<Loop>,
    /// 2300.
    pub(crate) claim: Loop,
}

impl ClaimLoops {
    pub(crate) fn of(
        billing: &Loop,
        subscriber: &Loop,
        patient: Option<&Loop>,
        claim: &Loop,
    ) -> Self {
        let level = |level: &Loop| Loop {
            id: level.id,
            segments: level.segments.clone(),
            loops: level
                .loops
                .iter()
                .filter(|inner| inner.id.starts_with("2010"))
                .cloned()
                .collect(),
        };
        Self {
            billing: level(billing),
            subscriber: level(subscriber),
            patient: patient.map(level),
            claim: claim.clone(),
        }
    }

    fn levels(&self) -> Vec<&Loop> {
        let mut levels = vec![&self.billing, &self.subscriber];
        levels.extend(&self.patient);
        levels.push(&self.claim);
        levels
    }

    fn level_mut(&mut self, id: &str) -> Option<&mut Loop> {
        match id {
            "2000A" => Some(&mut self.billing),
            "2000B" => Some(&mut self.subscriber),
            "2000C" => self.patient.as_mut(),
            "2300" => Some(&mut self.claim),
            _ => None,
        }
    }
}

/// Numbers that the writer gives, and adjustments that the model holds whole.
fn never_carried(segment: &SegmentBuf) -> bool {
    matches!(segment.id.as_str(), "HL" | "LX" | "CAS")
}

/// Every segment of the claim's loops that writing from the model does not give back.
pub(crate) fn carry(claim: &Claim, original: &ClaimLoops) -> Vec<Carried> {
    let bare = claim_loops(claim);
    let mut carried = Vec::new();
    let empty = Loop::default();
    for level in original.levels() {
        let written = bare
            .levels()
            .into_iter()
            .find(|written| written.id == level.id);
        compare(
            level.id.to_owned(),
            level,
            written.unwrap_or(&empty),
            &mut carried,
        );
    }
    carried
}

fn compare(path: String, original: &Loop, written: &Loop, carried: &mut Vec<Carried>) {
    let mut left: Vec<&SegmentBuf> = written.segments.iter().collect();
    let mut missing = Vec::new();
    for segment in original
        .segments
        .iter()
        .filter(|segment| !never_carried(segment))
    {
        match left.iter().position(|candidate| *candidate == segment) {
            Some(at) => {
                left.remove(at);
            }
            None => missing.push(segment.to_string()),
        }
    }
    if !missing.is_empty() {
        carried.push(Carried {
            at: path.clone(),
            segments: missing,
        });
    }
    let empty = Loop::default();
    for (at, inner) in original.loops.iter().enumerate() {
        let number = original.loops[..at]
            .iter()
            .filter(|earlier| earlier.id == inner.id)
            .count();
        let counterpart = written.children(inner.id).nth(number);
        compare(
            step(&path, inner.id, number + 1),
            inner,
            counterpart.unwrap_or(&empty),
            carried,
        );
    }
}

fn step(path: &str, id: &str, number: usize) -> String {
    if number == 1 {
        format!("{path}/{id}")
    } else {
        format!("{path}/{id}[{number}]")
    }
}

/// Puts what was carried back: an element that the model wrote stays, one that
/// it left empty is filled from the segment that came.
pub(crate) fn restore(carried: &[Carried], loops: &mut ClaimLoops) {
    for Carried { at, segments } in carried {
        let mut parts = at.split('/');
        let Some(mut target) = parts.next().and_then(|level| loops.level_mut(level)) else {
            continue;
        };
        for part in parts {
            target = descend(target, part);
        }
        let mut free: Vec<usize> = (0..target.segments.len()).collect();
        for text in segments {
            let kept = SegmentBuf::parse(text);
            let same_slot = free
                .iter()
                .position(|at| slot(&target.segments[*at]) == slot(&kept));
            match same_slot {
                Some(at) => {
                    let index = free.remove(at);
                    fill(&mut target.segments[index], &kept);
                }
                None => target.segments.push(kept),
            }
        }
    }
}

fn descend<'a>(within: &'a mut Loop, part: &str) -> &'a mut Loop {
    let (id, number) = match part.split_once('[') {
        Some((id, number)) => (id, number.trim_end_matches(']').parse().unwrap_or(1)),
        None => (part, 1),
    };
    let present: Vec<usize> = (0..within.loops.len())
        .filter(|at| within.loops[*at].id == id)
        .collect();
    let index = match present.get(number.max(1) - 1) {
        Some(index) => *index,
        None => {
            within.loops.push(Loop::new(crate::claim_out::loop_id(id)));
            within.loops.len() - 1
        }
    };
    &mut within.loops[index]
}

/// What a segment says it is: its id, and the qualifier where one is told apart by it.
fn slot(segment: &SegmentBuf) -> (String, String) {
    let qualifier = match segment.id.as_str() {
        "NM1" | "REF" | "DTP" | "AMT" | "PRV" => segment.element(1),
        "HI" => segment.component(1, 1),
        _ => "",
    };
    (segment.id.clone(), qualifier.to_owned())
}

/// Fills what `written` left empty from `kept`, component by component.
fn fill(written: &mut SegmentBuf, kept: &SegmentBuf) {
    if written.id == "DTP" && days(written) == days(kept) {
        // The same days in another form, or with a time of day.
        written.set(2, kept.element(2));
        written.set(3, kept.element(3));
        return;
    }
    for number in 1..=kept.len() {
        let (own, other) = (written.element(number).to_owned(), kept.element(number));
        if own.is_empty() {
            written.set(number, other);
        } else if (own.contains(':') || other.contains(':')) && own != other && !other.contains('^')
        {
            let own: Vec<&str> = own.split(':').collect();
            let other: Vec<&str> = other.split(':').collect();
            let merged: Vec<&str> = (0..own.len().max(other.len()))
                .map(|at| match own.get(at) {
                    Some(component) if !component.is_empty() => component,
                    _ => other.get(at).copied().unwrap_or_default(),
                })
                .collect();
            written.set(number, merged.join(":"));
        }
    }
}

/// First and last day of a DTP.
fn days(dtp: &SegmentBuf) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (from, to) = period(dtp.element(3));
    (from, to.or(from))
}
