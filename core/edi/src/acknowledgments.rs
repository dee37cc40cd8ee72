//! TA1, 999 and 277CA: what was said of what we sent.

use scrubjay_model::{AckLevel, AckOutcome, Acknowledgment};
use scrubjay_x12::{Interchange, Loop, SegmentBuf, TransactionSet};

use crate::ReadError;
use crate::values::{at, optional, reference};

/// The TA1 answers of an interchange.
#[must_use]
pub fn read_interchange_acknowledgments(interchange: &Interchange) -> Vec<Acknowledgment> {
    interchange
        .acknowledgments
        .iter()
        .filter_map(|ta1| {
            Some(Acknowledgment {
                level: AckLevel::Interchange {
                    control: ta1.element(1).trim().parse().ok()?,
                },
                outcome: outcome_of_syntax(ta1.element(4)),
                codes: vec![format!("TA1:{}:{}", ta1.element(4), ta1.element(5))],
            })
        })
        .collect()
}

/// The answers of a 999 or 277CA.
///
/// # Errors
/// Where the transaction is neither, or does not say what it answers.
pub fn read_acknowledgments(set: &TransactionSet) -> Result<Vec<Acknowledgment>, ReadError> {
    match set.guide.map(scrubjay_x12::Guide::transaction) {
        Some("999") => read_999(set),
        Some("277CA") => read_277ca(set),
        _ => Err(ReadError::WrongTransaction {
            at: set.position(),
            expected: "a 999 or 277CA",
        }),
    }
}

/// A and E are accepted; P speaks of sets one by one; all else is rejected
/// (005010X231A1, IK501 and AK901).
fn outcome_of_syntax(code: &str) -> AckOutcome {
    match code {
        "A" | "E" => AckOutcome::Accepted,
        "R" | "M" | "W" | "X" => AckOutcome::Rejected,
        _ => AckOutcome::Unclear,
    }
}

fn read_999(set: &TransactionSet) -> Result<Vec<Acknowledgment>, ReadError> {
    let missing = |segment| ReadError::Missing {
        at: set.position(),
        loop_id: "ST",
        segment,
    };
    let ak1 = set.root.segment("AK1").ok_or_else(|| missing("AK1"))?;
    let group = ak1
        .element(2)
        .trim()
        .parse()
        .map_err(|_| ReadError::Value {
            at: at(ak1),
            segment: "AK1",
            element: 2,
            problem: "a group control number is a number of at most nine digits".to_owned(),
        })?;
    let mut answers = Vec::new();
    for inner in set.root.children("2000") {
        let (Some(ak2), Some(ik5)) = (inner.segment("AK2"), inner.segment("IK5")) else {
            continue;
        };
        let codes = ik5_codes("IK5", ik5);
        answers.push(Acknowledgment {
            level: AckLevel::Set {
                group,
                set: optional(ak2.element(2)),
            },
            outcome: outcome_of_syntax(ik5.element(1)),
            codes,
        });
    }
    if answers.is_empty() {
        let ak9 = set.root.segment("AK9").ok_or_else(|| missing("AK9"))?;
        answers.push(Acknowledgment {
            level: AckLevel::Set { group, set: None },
            outcome: outcome_of_syntax(ak9.element(1)),
            codes: vec![format!("AK9:{}", ak9.element(1))],
        });
    }
    Ok(answers)
}

fn ik5_codes(id: &str, segment: &SegmentBuf) -> Vec<String> {
    let mut codes = vec![format!("{id}:{}", segment.element(1))];
    codes.extend(
        (2..=6)
            .filter_map(|element| optional(segment.element(element)))
            .map(|code| format!("{id}:{code}")),
    );
    codes
}

fn read_277ca(set: &TransactionSet) -> Result<Vec<Acknowledgment>, ReadError> {
    let mut answers = Vec::new();
    collect_claims(&set.root, &mut answers)?;
    Ok(answers)
}

fn collect_claims(within: &Loop, answers: &mut Vec<Acknowledgment>) -> Result<(), ReadError> {
    for inner in &within.loops {
        if inner.id == "2200D" {
            answers.push(claim_answer(inner)?);
        } else {
            collect_claims(inner, answers)?;
        }
    }
    Ok(())
}

fn claim_answer(within: &Loop) -> Result<Acknowledgment, ReadError> {
    let missing = |segment| ReadError::Missing {
        at: crate::values::loop_at(within),
        loop_id: "2200D",
        segment,
    };
    let trn = within.segment("TRN").ok_or_else(|| missing("TRN"))?;
    let control = optional(trn.element(2)).ok_or_else(|| ReadError::Value {
        at: at(trn),
        segment: "TRN",
        element: 2,
        problem: "the claim's control number is missing".to_owned(),
    })?;
    let mut codes = Vec::new();
    let mut outcome = AckOutcome::Unclear;
    for stc in within.segments_with("STC") {
        for element in [1, 10, 11] {
            let Some(status) = stc.repeats(element).next() else {
                continue;
            };
            codes.push(
                status
                    .components()
                    .filter(|code| !code.is_empty())
                    .collect::<Vec<_>>()
                    .join(":"),
            );
            outcome = worse(outcome, outcome_of_category(status.component(1)));
        }
    }
    Ok(Acknowledgment {
        level: AckLevel::Claim {
            control,
            payer_control: reference(within, "1K"),
        },
        outcome,
        codes,
    })
}

/// A1 is received, which is not yet accepted: only A2 is (`domain.md` 2.5).
fn outcome_of_category(code: &str) -> AckOutcome {
    match code {
        "A0" | "A1" | "A5" => AckOutcome::Received,
        "A2" => AckOutcome::Accepted,
        "A3" | "A6" | "A7" | "A8" => AckOutcome::Rejected,
        _ => AckOutcome::Unclear,
    }
}

/// Of several statuses of one claim, a rejection weighs most.
fn worse(one: AckOutcome, other: AckOutcome) -> AckOutcome {
    let weight = |outcome| match outcome {
        AckOutcome::Unclear => 0,
        AckOutcome::Received => 1,
        AckOutcome::Accepted => 2,
        AckOutcome::Rejected => 3,
    };
    if weight(other) > weight(one) {
        other
    } else {
        one
    }
}
