//! What was answered to what was sent, read from the journal.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use scrubjay_model::{AckLevel, AckOutcome, Acknowledgment, ClaimId};
use scrubjay_store::{Cause, Event, FileRow, Reader, Sequence};
use serde::Serialize;

use crate::EngineError;
use crate::steps::sendings::{Sending, sendings, spoken_of};

/// A file that was sent, with what was answered to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentFile {
    /// File name.
    pub file: String,
    /// Channel.
    pub channel: String,
    /// When it was written.
    pub sent: DateTime<Utc>,
    /// ISA13.
    pub interchange: u32,
    /// GS06.
    pub group: u32,
    /// Claims in it.
    pub claims: u32,
    /// What the last TA1 said of it.
    pub envelope: Option<AckOutcome>,
    /// What the last 999, or a 277CA to the whole of it, said of a set: one that
    /// rejects weighs most, and one taken in part counts as unclear.
    pub sets: Option<AckOutcome>,
    /// Whether a 999 took it although it found errors.
    pub with_errors: bool,
    /// Claims by the last 277CA on each.
    pub by_claim: ClaimAnswers,
}

/// Claims of a file by the last answer on each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ClaimAnswers {
    /// Taken into adjudication.
    pub accepted: u32,
    /// Turned down.
    pub rejected: u32,
    /// On their way.
    pub received: u32,
    /// Neither yes nor no.
    pub unclear: u32,
}

/// An answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerToClaim {
    /// Journal row.
    pub sequence: Sequence,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Name of the file that brought it.
    pub brought_by: Option<String>,
    /// The answer.
    #[serde(flatten)]
    pub answer: Acknowledgment,
}

/// A sending of a claim, with every answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentClaim {
    /// File name.
    pub file: String,
    /// Channel.
    pub channel: String,
    /// When it was written.
    pub sent: DateTime<Utc>,
    /// ISA13.
    pub interchange: u32,
    /// Every answer, in the order in which they came.
    pub answers: Vec<AnswerToClaim>,
}

/// Rows read at once.
const AT_ONCE: u32 = 1_000;

/// Every file of claims that was sent, oldest first, with what was answered to
/// it. Reads the journal from its beginning.
///
/// # Errors
/// Where the store cannot be read.
pub fn sent_files(reader: &dyn Reader) -> Result<Vec<SentFile>, EngineError> {
    let mut files = Files::default();
    let mut from = 1;
    loop {
        let rows = reader.journal(from, AT_ONCE)?;
        let Some(last) = rows.last() else {
            break;
        };
        from = last.sequence + 1;
        for row in rows {
            files.see(row.stamp.at, row.event);
        }
    }
    Ok(files.finish())
}

#[derive(Default)]
struct Files {
    files: Vec<SentFile>,
    /// The last answer on each claim of each file.
    claims: BTreeMap<(usize, ClaimId), AckOutcome>,
    /// The file that each claim was last sent in.
    last: BTreeMap<ClaimId, usize>,
}

impl Files {
    fn see(&mut self, at: DateTime<Utc>, event: Event) {
        match event {
            Event::BatchWritten {
                name,
                channel,
                interchange,
                group,
                sets,
                ..
            } => {
                let claims: Vec<ClaimId> =
                    sets.into_iter().flat_map(|(_, of_set)| of_set).collect();
                self.files.push(SentFile {
                    file: name,
                    channel,
                    sent: at,
                    interchange,
                    group,
                    claims: u32::try_from(claims.len()).unwrap_or(u32::MAX),
                    envelope: None,
                    sets: None,
                    with_errors: false,
                    by_claim: ClaimAnswers::default(),
                });
                let place = self.files.len() - 1;
                self.last
                    .extend(claims.into_iter().map(|claim| (claim, place)));
            }
            Event::Acknowledged {
                acknowledgment,
                claims,
            } => self.answered(&acknowledgment, claims),
            _ => {}
        }
    }

    fn answered(&mut self, answer: &Acknowledgment, claims: Vec<ClaimId>) {
        let outcome = answer.outcome;
        match &answer.level {
            AckLevel::Interchange { control } => {
                let mut named = self.files.iter_mut().rev();
                if let Some(file) = named.find(|file| file.interchange == *control) {
                    file.envelope = Some(outcome);
                }
            }
            AckLevel::Set { group, .. } => {
                let mut named = self.files.iter_mut().rev();
                if let Some(file) = named.find(|file| file.group == *group) {
                    file.with_errors |= answer.has_errors();
                    file.sets = Some(file.sets.map_or(outcome, |before| heavier(before, outcome)));
                }
            }
            AckLevel::Claim { .. } => {
                for claim in claims {
                    let named = answer.source.sending.and_then(|sending| {
                        self.files
                            .iter()
                            .rposition(|file| file.group == sending.group)
                    });
                    if let Some(place) = named.or_else(|| self.last.get(&claim).copied()) {
                        self.claims.insert((place, claim), outcome);
                    }
                }
            }
        }
    }

    fn finish(mut self) -> Vec<SentFile> {
        for ((place, _), outcome) in self.claims {
            let Some(file) = self.files.get_mut(place) else {
                continue;
            };
            let count = match outcome {
                AckOutcome::Accepted => &mut file.by_claim.accepted,
                AckOutcome::Rejected => &mut file.by_claim.rejected,
                AckOutcome::Received => &mut file.by_claim.received,
                AckOutcome::Unclear => &mut file.by_claim.unclear,
            };
            *count += 1;
        }
        self.files
    }
}

/// Of the answers to several sets of a file, the one that asks for most work.
fn heavier(one: AckOutcome, other: AckOutcome) -> AckOutcome {
    let weight = |outcome| match outcome {
        AckOutcome::Received => 0,
        AckOutcome::Accepted => 1,
        AckOutcome::Unclear => 2,
        AckOutcome::Rejected => 3,
    };
    if weight(other) > weight(one) {
        other
    } else {
        one
    }
}

/// Every sending of a claim, oldest first, with every answer to it. None where
/// it was never sent.
///
/// # Errors
/// Where there is no such claim, or the store cannot be read.
pub fn answers_to(reader: &dyn Reader, claim: &ClaimId) -> Result<Vec<SentClaim>, EngineError> {
    if reader.claim(claim)?.is_none() {
        return Err(EngineError::NoClaim {
            claim: claim.clone(),
        });
    }
    let history = reader.history(claim)?;
    let sent = sendings(&history, claim);
    let mut found: Vec<SentClaim> = sent.iter().map(without_answers).collect();
    for row in &history {
        let Event::Acknowledged { acknowledgment, .. } = &row.event else {
            continue;
        };
        // What came before a sending is no answer to it.
        let known = sent.partition_point(|sending| sending.row < row.sequence);
        let Some(place) = spoken_of(acknowledgment, &sent[..known]) else {
            continue;
        };
        found[place].answers.push(AnswerToClaim {
            sequence: row.sequence,
            at: row.stamp.at,
            brought_by: file_of(reader, &row.stamp.cause)?.map(|file| file.name),
            answer: acknowledgment.clone(),
        });
    }
    Ok(found)
}

fn without_answers(sending: &Sending) -> SentClaim {
    SentClaim {
        file: sending.file.clone(),
        channel: sending.channel.clone(),
        sent: sending.at,
        interchange: sending.interchange,
        answers: Vec::new(),
    }
}

fn file_of(reader: &dyn Reader, cause: &Cause) -> Result<Option<FileRow>, EngineError> {
    Ok(match cause {
        Cause::File { file } => reader.file(file)?,
        _ => None,
    })
}
