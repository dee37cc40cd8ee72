//! What the model has no field for: found by comparing what came with what
//! the model would write, and put back when the claim or answer is written.
//!
//! Two forms, told apart by the path:
//! - `2300`, `2310D`, `2400[2]/2420E`: whole segments. Where the first one
//!   opens a loop, they are a loop of their own; else they belong to the loop
//!   of that path that the model writes, and go where that loop goes.
//! - `2300.CLM`, `2310B.REF`: what is left of a segment that the model holds
//!   in part. Its modelled elements are empty, so that what the model says
//!   later is never overruled by what once came.
//!
//! The number in a path is the line's place, or that of the other payer among
//! the coverages behind the first.

use std::collections::BTreeMap;

use scrubjay_model::{Carried, ClaimKind};
use scrubjay_x12::{Loop, SegmentBuf};

use crate::ClaimError;
use crate::claim::{Held, held};
use crate::draft::{DraftLoop, delimits};

/// Loops whose content paths do not repeat: `2310D`, not `2300/2310D`.
const LEVELS: [&str; 6] = ["2000A", "2000B", "2000C", "2000D", "2000E", "2300"];

/// Loops that can be carried whole.
const LOOPS: [&str; 71] = [
    "2010AA", "2010AB", "2010AC", "2010BA", "2010BB", "2010BC", "2010CA", "2305", "2310A", "2310B",
    "2310C", "2310D", "2310E", "2310F", "2320", "2330A", "2330B", "2330C", "2330D", "2330E",
    "2330F", "2330G", "2330H", "2330I", "2400", "2410", "2420A", "2420B", "2420C", "2420D",
    "2420E", "2420F", "2420G", "2420H", "2420I", "2430", "2440", "2010A", "2010B", "2010C",
    "2310G", "2310H", "2310I", "2330J", "2450", "2460", "2010EA", "2010EB", "2010EC", "2010F",
    "2100A", "2100B", "2100C", "2100D", "2100E", "2110C", "2110D", "2115C", "2115D", "2120C",
    "2120D", "2200B", "2200C", "2200D", "2200E", "2210D", "2210E", "2220D", "2220E", "LS-2120C",
    "LS-2120D",
];

/// Segments that open one of these loops.
const OPENERS: [&str; 7] = ["NM1", "LIN", "LQ", "III", "EQ", "SVC", "TRN"];

/// The level that a loop at the top of a path belongs to: its letter tells,
/// but for the loops of a claim.
fn level_of(id: &str) -> &'static str {
    let letter = match id.get(..4) {
        Some("2010" | "2100" | "2200") => id.get(4..5),
        _ => None,
    };
    match letter {
        Some("A") => "2000A",
        Some("B") => "2000B",
        Some("C") => "2000C",
        Some("D") => "2000D",
        Some("E") => "2000E",
        _ => "2300",
    }
}

/// A segment as text with the usual delimiters. What the file's own delimiters
/// allowed in a value and ours do not becomes a blank.
fn usual(segment: &SegmentBuf) -> SegmentBuf {
    let mut usual = SegmentBuf::new(segment.id.as_str());
    for number in 1..=segment.len() {
        let mut element = String::new();
        for (at, repeat) in segment.repeats(number).enumerate() {
            if at > 0 {
                element.push('^');
            }
            for (at, component) in repeat.components().enumerate() {
                if at > 0 {
                    element.push(':');
                }
                element.extend(component.chars().map(|c| if delimits(c) { ' ' } else { c }));
            }
        }
        usual.push(element);
    }
    usual
}

fn child_path(path: &str, id: &str, index: Option<usize>) -> String {
    let number = index.map(|index| format!("[{index}]")).unwrap_or_default();
    if LEVELS.contains(&path) {
        format!("{id}{number}")
    } else {
        format!("{path}/{id}{number}")
    }
}

/// How the model holds a segment of a loop.
type Hold<'a> = &'a dyn Fn(&str, &SegmentBuf) -> Held;

/// Lists what of a claim's loop that came the draft would not give back.
pub(crate) fn leftovers(
    kind: ClaimKind,
    draft: &DraftLoop,
    came: &Loop,
    carried: &mut Vec<Carried>,
) {
    let hold = |loop_id: &str, segment: &SegmentBuf| held(kind, loop_id, segment);
    compare(&hold, draft.id, draft, came, carried);
}

/// Lists what of a level that came the draft would not give back. What the
/// model has taken whole is not in `came` any more.
pub(crate) fn leftovers_of_level(draft: &DraftLoop, came: &Loop, carried: &mut Vec<Carried>) {
    compare(&|_, _| Held::Compared, draft.id, draft, came, carried);
}

fn compare(hold: Hold<'_>, path: &str, draft: &DraftLoop, came: &Loop, carried: &mut Vec<Carried>) {
    let mut used = vec![false; draft.segments.len()];
    let mut whole = Vec::new();
    let mut rests: Vec<(&str, Vec<String>)> = Vec::new();
    let mut keep_rest = |id, rest| match rests.iter_mut().find(|(listed, _)| *listed == id) {
        Some((_, listed)) => listed.push(rest),
        None => rests.push((id, vec![rest])),
    };
    for segment in &came.segments {
        if matches!(segment.id.as_str(), "HL" | "LX") {
            continue;
        }
        let segment = usual(segment);
        let segment = match hold(draft.id, &segment) {
            Held::Whole => continue,
            Held::Except(rest) => rest,
            Held::Compared => segment,
        };
        let drafted =
            (0..used.len()).find(|at| !used[*at] && draft.segments[*at].matches(&segment));
        match drafted {
            Some(at) => {
                used[at] = true;
                if let Some(rest) = draft.segments[at].rest(&segment) {
                    keep_rest(draft.segments[at].id, rest);
                }
            }
            None => whole.push(segment.to_string()),
        }
    }
    for (drafted, used) in draft.segments.iter().zip(used) {
        if drafted.is_assumed() && !used {
            keep_rest(drafted.id, drafted.absence());
        }
    }
    if !whole.is_empty() {
        carried.push(Carried {
            at: path.to_owned(),
            segments: whole,
        });
    }
    for (id, segments) in rests {
        carried.push(Carried {
            at: format!("{path}.{id}"),
            segments,
        });
    }
    compare_inner(hold, path, draft, came, carried);
}

fn compare_inner(
    hold: Hold<'_>,
    path: &str,
    draft: &DraftLoop,
    came: &Loop,
    carried: &mut Vec<Carried>,
) {
    let mut used = vec![false; draft.loops.len()];
    for inner in crate::claim::inner_loops(came) {
        if LEVELS.contains(&inner.id) {
            continue;
        }
        let drafted = (0..used.len()).find(|at| {
            !used[*at] && draft.loops[*at].matches(inner) && !draft.loops[*at].is_hollow()
        });
        match drafted {
            Some(at) => {
                used[at] = true;
                let drafted = &draft.loops[at];
                let path = child_path(path, drafted.id, drafted.index);
                compare(hold, &path, drafted, inner, carried);
            }
            None => {
                let mut segments = Vec::new();
                flatten(inner, &mut segments);
                carried.push(Carried {
                    at: child_path(path, inner.id, None),
                    segments,
                });
            }
        }
    }
}

fn flatten(within: &Loop, segments: &mut Vec<String>) {
    segments.extend(
        within
            .segments
            .iter()
            .map(|segment| usual(segment).to_string()),
    );
    within
        .loops
        .iter()
        .for_each(|inner| flatten(inner, segments));
}

/// What a claim carries, by path.
#[derive(Debug, Default)]
pub(crate) struct Kept<'a> {
    rests: BTreeMap<&'a str, Vec<SegmentBuf>>,
    whole: BTreeMap<&'a str, Vec<SegmentBuf>>,
    /// Loops of their own, by the path of the loop around them.
    loops: BTreeMap<&'a str, Vec<Loop>>,
}

impl<'a> Kept<'a> {
    pub(crate) fn of(carried: &'a [Carried]) -> Self {
        let mut kept = Self::default();
        for Carried { at, segments } in carried {
            let segments = segments.iter().map(|text| SegmentBuf::parse(text));
            if at.contains('.') {
                kept.rests.entry(at).or_default().extend(segments);
                continue;
            }
            let segments: Vec<_> = segments.collect();
            let (around, last) = match at.rsplit_once('/') {
                Some((around, last)) => (around, last),
                None => (level_of(at), at.as_str()),
            };
            let last = last.split('[').next().unwrap_or(last);
            let opens = segments
                .first()
                .is_some_and(|first| OPENERS.contains(&first.id.as_str()));
            match LOOPS.into_iter().find(|id| opens && *id == last) {
                Some(id) => {
                    let mut own = Loop::new(id);
                    own.segments = segments;
                    kept.loops.entry(around).or_default().push(own);
                }
                None => kept.whole.entry(at).or_default().extend(segments),
            }
        }
        kept
    }

    /// The loop to write: the draft with what was carried put back.
    pub(crate) fn restore(&mut self, draft: &DraftLoop) -> Result<Loop, ClaimError> {
        self.restore_at(draft.id, draft)
    }

    fn restore_at(&mut self, path: &str, draft: &DraftLoop) -> Result<Loop, ClaimError> {
        let mut restored = Loop::new(draft.id);
        let whole = self.whole.remove(path).unwrap_or_default();
        for drafted in &draft.segments {
            let rest = self.take_rest(path, drafted);
            let absent = rest
                .as_ref()
                .is_some_and(|rest| rest.to_string() == drafted.absence());
            let replaced = absent || whole.iter().any(|segment| drafted.matches(segment));
            if drafted.is_assumed() && replaced {
                continue;
            }
            let segment =
                drafted
                    .write(rest.as_ref())
                    .map_err(|element| ClaimError::DelimiterInData {
                        loop_id: draft.id,
                        segment: drafted.id,
                        element,
                    })?;
            restored.segments.push(segment);
        }
        restored.segments.extend(whole);
        for inner in draft.loops.iter().filter(|inner| !inner.is_hollow()) {
            let path = child_path(path, inner.id, inner.index);
            restored.loops.push(self.restore_at(&path, inner)?);
        }
        restored
            .loops
            .extend(self.loops.remove(path).unwrap_or_default());
        Ok(restored)
    }

    fn take_rest(&mut self, path: &str, drafted: &crate::draft::Draft) -> Option<SegmentBuf> {
        let listed = self
            .rests
            .get_mut(format!("{path}.{}", drafted.id).as_str())?;
        let at = listed.iter().position(|rest| drafted.matches(rest))?;
        Some(listed.remove(at))
    }
}
