//! 277CA: what became of each claim before adjudication.

use chrono::NaiveDate;
use scrubjay_model::{AckHop, AckLevel, AckOutcome, AckSource, Acknowledgment, SentSet};
use scrubjay_x12::{Loop, TransactionSet};

use crate::claim::batch_named;
use crate::value::{Place, loop_at, reference, text};
use crate::{ElementError, ReadError};

pub(super) fn read_277ca(set: &TransactionSet) -> Result<Vec<Acknowledgment>, ReadError> {
    let mut answers = Vec::new();
    let sources = set.root.children("2000A");
    for (from, receiver) in
        sources.flat_map(|from| from.children("2000B").map(move |to| (from, to)))
    {
        let source = read_source(from, receiver);
        answers.extend(read_batch(receiver, &source));
        for provider in receiver.children("2000C") {
            answers.extend(read_provider(receiver, provider, &source));
            for patient in provider.children("2000D") {
                for answered in patient.children("2200D") {
                    answers.push(read_claim(answered, &source)?);
                }
            }
        }
    }
    Ok(answers)
}

/// Who answers (2100A), and to which of our sets (2200B).
fn read_source(from: &Loop, receiver: &Loop) -> AckSource {
    let name = from.child("2100A").and_then(|named| named.segment("NM1"));
    let hop = match name.map_or("", |nm1| nm1.element(1)) {
        "AY" => Some(AckHop::Clearinghouse),
        "PR" => Some(AckHop::Payer),
        _ => None,
    };
    let sending = match batch_of(receiver) {
        AckLevel::Set {
            group,
            set: Some(set),
        } if group > 0 => set.parse().ok().map(|set| SentSet { group, set }),
        _ => None,
    };
    AckSource {
        hop,
        id: name.and_then(|nm1| text(nm1.element(9))),
        sending,
        on: None,
    }
}

/// The first day that a status is of (STC02).
fn status_day(within: &Loop) -> Option<NaiveDate> {
    within
        .segments_with("STC")
        .find_map(|stc| NaiveDate::parse_from_str(stc.element(2).trim(), "%Y%m%d").ok())
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
fn read_batch(receiver: &Loop, source: &AckSource) -> Option<Acknowledgment> {
    let within = receiver.child("2200B")?;
    let (outcome, codes) = read_status(within);
    (outcome == AckOutcome::Rejected).then(|| Acknowledgment {
        level: batch_of(receiver),
        outcome,
        codes,
        source: dated(source, within),
    })
}

/// A provider whose claims were all turned down without being listed. Which
/// claims these are cannot be told from the answer alone.
fn read_provider(receiver: &Loop, provider: &Loop, source: &AckSource) -> Option<Acknowledgment> {
    let within = provider.child("2200C")?;
    let (outcome, codes) = read_status(within);
    let alone = provider.child("2000D").is_none();
    (alone && outcome == AckOutcome::Rejected).then(|| Acknowledgment {
        level: batch_of(receiver),
        outcome: AckOutcome::Unclear,
        codes,
        source: dated(source, within),
    })
}

fn dated(source: &AckSource, within: &Loop) -> AckSource {
    AckSource {
        on: status_day(within),
        ..source.clone()
    }
}

fn read_claim(within: &Loop, source: &AckSource) -> Result<Acknowledgment, ReadError> {
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
        source: dated(source, within),
    })
}
