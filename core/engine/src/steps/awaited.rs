//! Answers that a sending is waiting for, how long, and what is done where
//! they do not come.

use std::collections::BTreeMap;

use scrubjay_model::{
    AckLevel, BusinessCalendar, ClaimId, Deadline, DeadlineBasis, DeadlineKind, DeadlineStage,
    Money, Roll, SentSet, Work, WorkKind,
};
use scrubjay_store::{ClaimFilter, ClaimRow, JournalRow, Reader};

use crate::desk::{Desk, service_level};
use crate::steps::answer;
use crate::steps::deadline::Fired;
use crate::steps::sendings::{Sending, answers_to_last, sendings};
use crate::{Answers, Config, EngineError};

/// The answer that the last sending of a claim waits for, as a deadline: first
/// the word on its file (999), then the word on itself (277CA). A word on the
/// claim is one on its file too. None where the channel gives no such answer,
/// or the claim is not out.
pub(crate) fn awaited(
    config: &Config,
    row: &ClaimRow,
    history: &[JournalRow],
) -> Option<(Sending, Deadline)> {
    if row.status.work != Work::Submitted {
        return None;
    }
    let sent = sendings(history, &row.id);
    let last = sent.last()?;
    let usual = Answers::default();
    let expected = config
        .channels
        .get(&last.channel)
        .map_or(&usual, |channel| &channel.answers);
    let came = answers_to_last(history, &sent);
    let at = |claim: bool| {
        came.iter().any(|(_, one)| match one.level {
            // An envelope that could be read says nothing of what is in it.
            AckLevel::Interchange { .. } => false,
            AckLevel::Set { .. } => !claim,
            AckLevel::Claim { .. } => true,
        })
    };
    let (kind, within) = match expected.file.length() {
        Some(length) if !at(false) => (DeadlineKind::FileAcknowledgment, length),
        _ if !at(true) => (DeadlineKind::ClaimAcknowledgment, expected.claims.length()?),
        _ => return None,
    };
    let deadline = Deadline {
        kind,
        basis: last.day(),
        basis_of: DeadlineBasis::Sent,
        length: within,
        roll: Roll::None,
        proof: None,
    };
    Some((last.clone(), deadline))
}

/// Whether a deadline is one of an answer that is waited for. Looking before
/// the time is up tells nothing.
pub(crate) const fn is_awaited(kind: DeadlineKind) -> bool {
    matches!(
        kind,
        DeadlineKind::FileAcknowledgment | DeadlineKind::ClaimAcknowledgment
    )
}

/// Answers that did not come in time, of one tick.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    /// Claims of files without an answer, by their set.
    files: BTreeMap<SentSet, Vec<(ClaimId, Money, String)>>,
}

impl Missed {
    /// Gives a claim without an answer to someone. A file without one is one
    /// piece of work, whatever number of claims is in it.
    pub(crate) fn note(
        &mut self,
        desk: &mut Desk<'_>,
        row: &ClaimRow,
        fired: &Fired,
        history: &[JournalRow],
    ) -> Result<(), EngineError> {
        let sent = sendings(history, &row.id);
        let Some(last) = sent.last() else {
            return Ok(());
        };
        if fired.deadline.kind == DeadlineKind::FileAcknowledgment {
            let about = format!(
                "{} (interchange {}), sent by channel {} on {}",
                last.file,
                last.interchange,
                last.channel,
                last.day()
            );
            let claims = self.files.entry(last.set).or_default();
            claims.push((row.id.clone(), row.charge, about));
        } else {
            let reason = format!(
                "no 277CA since it was sent in {} on {}, due by {}: ask the payer or clearinghouse whether it has the claim",
                last.file,
                last.day(),
                fired.due
            );
            desk.open_work(
                WorkKind::MissingAcknowledgment,
                Some(&row.id),
                row.charge,
                reason,
            )?;
        }
        answer::judge(desk, &row.id, history, None)
    }

    /// One item for each set, on its first claim: an answer to the set or to
    /// that claim closes it.
    pub(crate) fn tell(self, desk: &mut Desk<'_>) -> Result<(), EngineError> {
        for (set, claims) in self.files {
            let Some((first, _, about)) = claims.first() else {
                continue;
            };
            let reason = format!(
                "no 999 to set {:04} of {about}, with {} claim(s): ask the receiver whether the file came, and send it again if it did not",
                set.set,
                claims.len()
            );
            let amount = claims.iter().map(|(_, charge, _)| *charge).sum();
            desk.open_work(WorkKind::MissingAcknowledgment, Some(first), amount, reason)?;
        }
        Ok(())
    }
}

/// A file or claims of it that nobody has answered in time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unanswered {
    /// What did not come: `file_acknowledgment` (999) or `claim_acknowledgment` (277CA).
    pub missing: &'static str,
    /// File that was sent.
    pub file: String,
    /// Channel.
    pub channel: String,
    /// Day of sending.
    pub sent: chrono::NaiveDate,
    /// Last day on which the answer was in time.
    pub due: chrono::NaiveDate,
    /// Who asks.
    pub owner: String,
    /// Claims, in the order in which they were made.
    pub claims: Vec<ClaimId>,
    /// What they come to.
    pub charge: Money,
}

/// What was sent and not answered in time on a day, the oldest first.
///
/// # Errors
/// Where the store cannot be read.
pub fn unanswered(
    reader: &dyn Reader,
    config: &Config,
    today: chrono::NaiveDate,
) -> Result<Vec<Unanswered>, EngineError> {
    let calendar = BusinessCalendar::default();
    let owner = service_level(WorkKind::MissingAcknowledgment).0.0;
    let mut filter = ClaimFilter::default();
    filter.work = Some(Work::Submitted);
    let mut found: BTreeMap<(chrono::NaiveDate, SentSet, &'static str), Unanswered> =
        BTreeMap::new();
    for row in reader.claims(&filter)? {
        let history = reader.history(&row.id)?;
        let Some((sending, deadline)) = awaited(config, &row, &history) else {
            continue;
        };
        if deadline.stage(today, &calendar) != DeadlineStage::Breached {
            continue;
        }
        let missing = deadline.kind.as_str();
        let one = found
            .entry((sending.day(), sending.set, missing))
            .or_insert_with(|| Unanswered {
                missing,
                file: sending.file.clone(),
                channel: sending.channel.clone(),
                sent: sending.day(),
                due: deadline.due(&calendar),
                owner: owner.clone(),
                claims: Vec::new(),
                charge: Money::ZERO,
            });
        one.claims.push(row.id);
        one.charge += row.charge;
    }
    Ok(found.into_values().collect())
}
