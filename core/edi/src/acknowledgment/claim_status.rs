//! 277CA: what became of each claim before adjudication.

use scrubjay_model::{AckLevel, AckOutcome, Acknowledgment};
use scrubjay_x12::{Loop, TransactionSet};

use crate::claim::batch_named;
use crate::value::{Place, loop_at, reference, text};
use crate::{ElementError, ReadError};

pub(super) fn read_277ca(set: &TransactionSet) -> Result<Vec<Acknowledgment>, ReadError> {
    let mut answers = Vec::new();
    for receiver in set
        .root
        .children("2000A")
        .flat_map(|source| source.children("2000B"))
    {
        answers.extend(read_batch(receiver));
        for provider in receiver.children("2000C") {
            answers.extend(read_provider(receiver, provider));
            for patient in provider.children("2000D") {
                for answered in patient.children("2200D") {
                    answers.push(read_claim(answered)?);
                }
            }
        }
    }
    Ok(answers)
}

/// The STC of a loop as an outcome and its codes.
fn read_status(within: &Loop) -> (AckOutcome, Vec<String>) {
    let mut codes = Vec::new();
    let mut outcome = AckOutcome::Unclear;
    for stc in within.segments_with("STC") {
        for element in [1, 10, 11] {
            if let Some(status) = stc.repeats(element).next() {
                let parts: Vec<&str> = status.components().collect();
                codes.push(parts.join(":").trim_end_matches(':').to_owned());
                outcome = heavier(outcome, of_category(status.component(1)));
            }
        }
    }
    (outcome, codes)
}

/// A0 is forwarded and A1 received, neither of them accepted: only A2 is, and
/// A5, which is split on acceptance. A4 found no such claim, which says neither
/// yes nor no (`domain.md` 2.5, external code list 507).
fn of_category(code: &str) -> AckOutcome {
    match code {
        "A0" | "A1" => AckOutcome::Received,
        "A2" | "A5" => AckOutcome::Accepted,
        "A3" | "A6" | "A7" | "A8" => AckOutcome::Rejected,
        _ => AckOutcome::Unclear,
    }
}

/// Of several statuses of one claim, a rejection weighs most.
fn heavier(one: AckOutcome, other: AckOutcome) -> AckOutcome {
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

/// The set that 2200B speaks of: TRN02 is the name that we gave in BHT03. A
/// name that is not ours is kept as one, in a group that nobody has.
fn batch_of(receiver: &Loop) -> AckLevel {
    let trn = receiver
        .child("2200B")
        .and_then(|batch| batch.segment("TRN"));
    let name = trn.map_or("", |trn| trn.element(2)).trim();
    match batch_named(name) {
        Some((group, set)) => AckLevel::Set {
            group,
            set: Some(set.to_string()),
        },
        None => AckLevel::Set {
            group: 0,
            set: Some(name.to_owned()),
        },
    }
}

/// A whole batch that was turned down: its claims are not listed then.
fn read_batch(receiver: &Loop) -> Option<Acknowledgment> {
    let (outcome, codes) = read_status(receiver.child("2200B")?);
    (outcome == AckOutcome::Rejected).then(|| Acknowledgment {
        level: batch_of(receiver),
        outcome,
        codes,
    })
}

/// A provider whose claims were all turned down without being listed. Which
/// claims these are cannot be told from the answer alone.
fn read_provider(receiver: &Loop, provider: &Loop) -> Option<Acknowledgment> {
    let (outcome, codes) = read_status(provider.child("2200C")?);
    let alone = provider.child("2000D").is_none();
    (alone && outcome == AckOutcome::Rejected).then(|| Acknowledgment {
        level: batch_of(receiver),
        outcome: AckOutcome::Unclear,
        codes,
    })
}

fn read_claim(within: &Loop) -> Result<Acknowledgment, ReadError> {
    let trn = within.segment("TRN").ok_or(ReadError::MissingSegment {
        at: loop_at(within),
        loop_id: "2200D",
        segment: "TRN",
    })?;
    let place = Place {
        within,
        segment: trn,
        id: "TRN",
        element: 2,
    };
    let (mut outcome, mut codes) = read_status(within);
    for line in within.children("2220D") {
        let (of_line, line_codes) = read_status(line);
        codes.extend(line_codes);
        if outcome == AckOutcome::Unclear {
            outcome = of_line;
        }
    }
    Ok(Acknowledgment {
        level: AckLevel::Claim {
            control: text(trn.element(2)).ok_or_else(|| place.error(ElementError::Missing))?,
            payer_control: reference(within, "1K"),
        },
        outcome,
        codes,
    })
}
