//! What a 999 says of one set: AK2, IK3, CTX, IK4, IK5.

use crate::codes::AckCode;
use crate::validate::validate_with;
use crate::{Fault, Loop, Overlay, Position, SegmentBuf, TransactionSet};

/// AK2 to IK5 of one set, and its status.
pub(crate) fn set(set: &TransactionSet, overlays: &[&Overlay]) -> (Loop, &'static str) {
    let mut answer = Loop::new("2000");
    let mut ak2 = SegmentBuf::new("AK2").with_elements([&*set.set_id, &*set.control_number]);
    let version = set.root.segment("ST").map_or("", |st| st.element(3));
    if !version.is_empty() {
        ak2.push(version);
    }
    answer.segments.push(ak2);
    let faults = validate_with(set, overlays);
    let claims = claims_of(set);
    let mut codes: Vec<&'static str> = Vec::new();
    let mut note = |code| {
        if !codes.contains(&code) {
            codes.push(code);
        }
    };
    let mut errors = false;
    // Faults of one segment share its IK3; one of the segment has its own.
    let mut open: Option<Position> = None;
    for fault in &faults {
        errors |= fault.is_error();
        match fault.code() {
            AckCode::Set(code) => note(code),
            AckCode::Element(code) => {
                note("5");
                if open != Some(fault.position) {
                    answer.loops.push(segment_fault(set, fault, "8", &claims));
                    open = Some(fault.position);
                }
                if let Some(last) = answer.loops.last_mut() {
                    last.loops.push(element_fault(fault, code));
                }
            }
            AckCode::Segment(code) => {
                note("5");
                answer.loops.push(segment_fault(set, fault, code, &claims));
                open = None;
            }
            AckCode::Group(_) | AckCode::Interchange(_) => {}
        }
    }
    let status = match (errors, faults.is_empty()) {
        (true, _) => "R",
        (false, false) => "E",
        (false, true) => "A",
    };
    let mut ik5 = SegmentBuf::new("IK5").with_elements([status]);
    for code in codes.iter().take(5) {
        ik5.push(*code);
    }
    answer.segments.push(ik5);
    (answer, status)
}

/// Where each claim begins, and its CLM01.
fn claims_of(set: &TransactionSet) -> Vec<(usize, String)> {
    let mut claims: Vec<(usize, String)> = set
        .root
        .walk()
        .filter(|inner| inner.id == "2300")
        .filter_map(|inner| inner.segment("CLM"))
        .map(|clm| {
            let at = clm.position.unwrap_or_default().segment;
            (at, clm.element(1).to_owned())
        })
        .collect();
    claims.sort();
    claims
}

/// IK3 with its CTX.
fn segment_fault(
    set: &TransactionSet,
    fault: &Fault,
    code: &str,
    claims: &[(usize, String)],
) -> Loop {
    let ordinal = fault.position.segment.saturating_sub(set.at.segment) + 1;
    // The loop identifier of a 999 has at most four characters.
    let loop_id = fault
        .loop_id
        .filter(|id| *id != "ST" && id.len() <= 4)
        .unwrap_or("");
    let id = match fault.segment.as_str() {
        "?" => "ZZZ",
        id => id,
    };
    let mut answer = Loop::new("2100");
    answer.segments.push(SegmentBuf::new("IK3").with_elements([
        id,
        &ordinal.to_string(),
        loop_id,
        code,
    ]));
    if let Some(trigger) = fault.trigger {
        let mut ctx = SegmentBuf::new("CTX").with_elements([
            "SITUATIONAL TRIGGER",
            trigger.segment,
            &ordinal.to_string(),
            "",
        ]);
        let (element, component) = (trigger.element.to_string(), trigger.component.to_string());
        match trigger.component {
            0 | 1 => ctx.push(element),
            _ => ctx.push_components([element, component]),
        }
        answer.segments.push(ctx);
    }
    let in_claim = fault
        .loop_id
        .is_some_and(|id| matches!(id.as_bytes(), [b'2', b'3' | b'4', ..]));
    let claim = claims
        .iter()
        .rev()
        .find(|(at, _)| *at <= fault.position.segment)
        .filter(|(_, number)| in_claim && !number.is_empty() && number.len() <= 35);
    if let Some((_, number)) = claim
        && number
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b":^*~".contains(&b))
    {
        let mut ctx = SegmentBuf::new("CTX");
        ctx.push_components(["CLM01", number]);
        answer.segments.push(ctx);
    }
    answer
}

/// IK4. The value itself (IK404) is left out: it may be a patient's.
fn element_fault(fault: &Fault, code: &str) -> Loop {
    let mut answer = Loop::new("2110");
    let mut ik4 = SegmentBuf::new("IK4");
    let element = fault.element.unwrap_or(1).to_string();
    match fault.component {
        Some(component) => ik4.push_components([element, component.to_string()]),
        None => ik4.push(element),
    }
    ik4.push("");
    ik4.push(code);
    answer.segments.push(ik4);
    answer
}
