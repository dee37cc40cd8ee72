//! Proof that a claim was filed in time, from the acknowledgments in the journal.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_model::{
    AckLevel, AckOutcome, Acknowledgment, BusinessCalendar, ClaimId, DeadlineKind,
};
use scrubjay_store::{ClaimRow, Event, JournalRow, Reader, Sequence};
use serde::Serialize;

use super::error::AppealCallError;
use crate::steps::deadline::deadlines_of;
use crate::steps::posting;
use crate::steps::sendings::{sendings, spoken_of};
use crate::{Config, EngineError};

/// The sendings of a claim, and what was answered to each: what a payer is shown
/// that says a claim came too late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofOfFiling {
    /// Claim.
    pub claim: ClaimId,
    /// The last day on which it could be filed, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Its sendings and those of the claims that it replaces, oldest first.
    pub sendings: Vec<ProvenSending>,
}

/// A file that left with the claim in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProvenSending {
    /// The claim as it was called in it: an earlier version of it, maybe.
    pub claim: ClaimId,
    /// Name of the file.
    pub file: String,
    /// Channel that it left by.
    pub channel: String,
    /// ISA13.
    pub interchange: u32,
    /// GS06.
    pub group: u32,
    /// ST02 as a number.
    pub set: u32,
    /// When it left.
    pub sent: DateTime<Utc>,
    /// What was answered.
    pub answers: Vec<ProvingAnswer>,
}

/// An answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProvingAnswer {
    /// `TA1`, `999` or `277CA`.
    pub what: &'static str,
    /// Whether it was taken.
    pub outcome: AckOutcome,
    /// Day of the answer: as it tells, else as it came.
    pub on: NaiveDate,
    /// Who gave it, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it was traced by: our control number, and the payer's.
    pub trace: Vec<String>,
    /// Codes behind the outcome.
    pub codes: Vec<String>,
    /// Journal row that holds it.
    pub row: Sequence,
    /// Hash of that row, by which it can be shown unchanged.
    pub hash: String,
}

impl ProofOfFiling {
    /// The first day on which a 999 or a 277CA accepted it.
    #[must_use]
    pub fn accepted(&self) -> Option<NaiveDate> {
        let answers = self.sendings.iter().flat_map(|sending| &sending.answers);
        let accepted =
            answers.filter(|answer| answer.outcome == AckOutcome::Accepted && answer.what != "TA1");
        accepted.map(|answer| answer.on).min()
    }

    /// Whether that was in time; `None` where one of the days is not known.
    #[must_use]
    pub fn in_time(&self) -> Option<bool> {
        Some(self.accepted()? <= self.due?)
    }

    /// The proof in lines for a letter, without patient data.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for sending in &self.sendings {
            lines.push(format!(
                "- Claim {} left on {} in file {}: interchange {:09}, group {}, set {:04}",
                sending.claim,
                sending.sent.date_naive(),
                sending.file,
                sending.interchange,
                sending.group,
                sending.set
            ));
            lines.extend(sending.answers.iter().map(answer_line));
        }
        if let Some(accepted) = self.accepted() {
            let within = self.due.map_or_else(String::new, |due| {
                format!("; the last day to file was {due}")
            });
            lines.push(format!("- First accepted on {accepted}{within}"));
        }
        lines
    }
}

fn answer_line(answer: &ProvingAnswer) -> String {
    let outcome = match answer.outcome {
        AckOutcome::Received => "received",
        AckOutcome::Accepted => "accepted",
        AckOutcome::Rejected => "rejected",
        AckOutcome::Unclear => "answered",
    };
    let from = answer.from.as_ref();
    let from = from.map_or_else(String::new, |from| format!(" by {from}"));
    let mut known = answer.codes.clone();
    known.extend(answer.trace.iter().cloned());
    let known = match known.is_empty() {
        true => String::new(),
        false => format!(" ({})", known.join(", ")),
    };
    format!("- {outcome} on {}{from}, {}{known}", answer.on, answer.what)
}

/// How many versions of a claim are looked back at.
const VERSIONS: usize = 20;

/// Assembles the proof of a claim.
pub(crate) fn proof_of_filing(
    reader: &dyn Reader,
    config: &Config,
    claim: &ClaimId,
) -> Result<ProofOfFiling, EngineError> {
    let claim = claim.clone();
    let Some(row) = reader.claim(&claim)? else {
        return Err(AppealCallError::UnknownClaim { claim }.into());
    };
    let mut proof = ProofOfFiling {
        claim,
        due: None,
        sendings: Vec::new(),
    };
    let mut version = Some(row);
    for _ in 0..VERSIONS {
        let Some(row) = version.take() else { break };
        let history = reader.history(&row.id)?;
        let mut sent = proven(&row, &history);
        sent.append(&mut proof.sendings);
        proof.sendings = sent;
        let first = deadlines_of(reader, config, &row, &history)?
            .into_iter()
            .find(|deadline| deadline.kind == DeadlineKind::TimelyFiling);
        // That of the first version counts: a replacement has another time.
        let due = first.map(|first| first.due(&BusinessCalendar::default()));
        proof.due = due.or(proof.due);
        if let Some(before) = &row.replaces {
            version = reader.claim(before)?;
        }
    }
    Ok(proof)
}

fn proven(row: &ClaimRow, history: &[JournalRow]) -> Vec<ProvenSending> {
    let sent = sendings(history, &row.id);
    let mut proven: Vec<ProvenSending> = sent
        .iter()
        .map(|sending| ProvenSending {
            claim: row.id.clone(),
            file: sending.file.clone(),
            channel: sending.channel.clone(),
            interchange: sending.interchange,
            group: sending.set.group,
            set: sending.set.set,
            sent: sending.at,
            answers: Vec::new(),
        })
        .collect();
    let gone = posting::gone(history);
    for row in history.iter().filter(|row| !gone.contains(&row.sequence)) {
        let Event::Acknowledged { acknowledgment, .. } = &row.event else {
            continue;
        };
        let of = spoken_of(acknowledgment, &sent).and_then(|place| proven.get_mut(place));
        if let Some(of) = of {
            of.answers.push(answer(row, acknowledgment));
        }
    }
    proven
}

fn answer(row: &JournalRow, said: &Acknowledgment) -> ProvingAnswer {
    let (what, trace) = match &said.level {
        AckLevel::Interchange { control } => ("TA1", vec![format!("interchange {control:09}")]),
        AckLevel::Set { group, set } => {
            let set = set.iter().map(|set| format!("set {set}"));
            let group = format!("group {group}");
            ("999", std::iter::once(group).chain(set).collect())
        }
        AckLevel::Claim {
            control,
            payer_control,
        } => {
            let theirs = payer_control
                .iter()
                .map(|theirs| format!("your number {theirs}"));
            let ours = format!("our number {control}");
            ("277CA", std::iter::once(ours).chain(theirs).collect())
        }
    };
    ProvingAnswer {
        what,
        outcome: said.outcome,
        on: said.source.on.unwrap_or_else(|| row.stamp.at.date_naive()),
        from: said.source.id.clone(),
        trace,
        codes: said.codes.clone(),
        row: row.sequence,
        hash: row.hash.clone(),
    }
}
