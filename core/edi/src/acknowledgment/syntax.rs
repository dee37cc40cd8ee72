//! TA1 and 999: whether a file and its transaction sets could be read.

use scrubjay_model::{AckLevel, AckOutcome, AckSource, Acknowledgment};
use scrubjay_x12::{Interchange, Loop, SegmentBuf, TransactionSet};

use crate::value::{Place, text};
use crate::{ElementError, ReadError};

/// What the TA1 segments of an interchange say of interchanges that we sent.
///
/// TA104 is A (accepted), E (accepted, with errors) or R (rejected). One whose
/// control number is no number speaks of nothing we sent, and is left out.
#[must_use]
pub fn read_interchange_acknowledgments(interchange: &Interchange) -> Vec<Acknowledgment> {
    let answer = |ta1: &SegmentBuf| {
        Some(Acknowledgment {
            level: AckLevel::Interchange {
                control: ta1.element(1).trim().parse().ok()?,
            },
            outcome: outcome(ta1.element(4)),
            codes: vec![joined("TA1", ta1, &[4, 5])],
            source: AckSource::default(),
        })
    };
    interchange
        .acknowledgments
        .iter()
        .filter_map(answer)
        .collect()
}

/// A and E are accepted; P speaks of sets one by one; M, R, W and X are
/// rejected (data elements 715 and 717).
fn outcome(code: &str) -> AckOutcome {
    match code {
        "A" | "E" => AckOutcome::Accepted,
        "M" | "R" | "W" | "X" => AckOutcome::Rejected,
        _ => AckOutcome::Unclear,
    }
}

/// A segment's id with some of its codes, such as `IK5:R:5`.
fn joined(id: &str, segment: &SegmentBuf, elements: &[usize]) -> String {
    let mut code = id.to_owned();
    for element in elements {
        code.push(':');
        code.push_str(segment.element(*element));
    }
    code.trim_end_matches(':').to_owned()
}

pub(super) fn read_999(set: &TransactionSet) -> Result<Vec<Acknowledgment>, ReadError> {
    let root = &set.root;
    let missing = |segment| ReadError::MissingSegment {
        at: set.position(),
        loop_id: "ST",
        segment,
    };
    let ak1 = root.segment("AK1").ok_or_else(|| missing("AK1"))?;
    let group = Place {
        within: root,
        segment: ak1,
        id: "AK1",
        element: 2,
    };
    let number = ak1.element(2).trim().parse();
    let number: u32 = number.map_err(|_| group.error(ElementError::NotAControlNumber))?;
    let mut answers: Vec<Acknowledgment> = root
        .children("2000")
        .filter_map(|answered| read_set(number, answered))
        .collect();
    let whole = root.segment("AK9");
    if answers.is_empty() && whole.is_none() {
        return Err(missing("AK9"));
    }
    answers.extend(whole.and_then(|ak9| read_group(number, ak9, &answers)));
    Ok(answers)
}

/// What AK2 to IK5 say of one set.
fn read_set(group: u32, answered: &Loop) -> Option<Acknowledgment> {
    let (ak2, ik5) = (answered.segment("AK2")?, answered.segment("IK5")?);
    let mut codes = vec![joined("IK5", ik5, &[1, 2, 3, 4, 5, 6])];
    for faulty in answered.children("2100") {
        let ik3 = faulty.segments_with("IK3");
        codes.extend(ik3.map(|ik3| joined("IK3", ik3, &[1, 2, 3, 4])));
        // IK404 repeats what was sent, and is left where it is.
        let ik4 = faulty
            .children("2110")
            .flat_map(|element| element.segments_with("IK4"));
        codes.extend(ik4.map(|ik4| joined("IK4", ik4, &[1, 2, 3])));
    }
    Some(Acknowledgment {
        level: AckLevel::Set {
            group,
            set: text(ak2.element(2)),
        },
        outcome: outcome(ik5.element(1)),
        codes,
        source: AckSource::default(),
    })
}

/// What AK9 says, where the answers on the sets do not say it already: they
/// are left out of some 999, and a group can be rejected whose sets are sound.
fn read_group(group: u32, ak9: &SegmentBuf, answers: &[Acknowledgment]) -> Option<Acknowledgment> {
    let outcome = outcome(ak9.element(1));
    let listed = ak9.element(2).trim().parse() == Ok(answers.len());
    let said = match outcome {
        AckOutcome::Rejected => {
            listed
                && answers
                    .iter()
                    .all(|answer| answer.outcome == AckOutcome::Rejected)
        }
        _ => !answers.is_empty(),
    };
    (!said || answers.is_empty()).then(|| Acknowledgment {
        level: AckLevel::Set { group, set: None },
        outcome,
        codes: vec![joined("AK9", ak9, &[1, 5, 6, 7, 8, 9])],
        source: AckSource::default(),
    })
}
