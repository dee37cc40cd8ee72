//! The sendings of a claim, as its journal has them, and what was answered to
//! the last one.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_model::{
    AckLevel, AckOutcome, Acknowledgment, Channel, Claim, ClaimId, SentSet, Submission,
    SubmissionRecord,
};
use scrubjay_store::{Event, JournalRow, Sequence};

/// One sending of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sending {
    pub(crate) row: Sequence,
    pub(crate) at: DateTime<Utc>,
    /// File name.
    pub(crate) file: String,
    pub(crate) channel: String,
    pub(crate) interchange: u32,
    pub(crate) set: SentSet,
}

impl Sending {
    pub(crate) fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }

    /// As handlers see it; `None` where the claim names no payer's id.
    pub(crate) fn submission(&self, claim: &Claim) -> Option<Submission> {
        let payer = claim.destination()?.payer.clone()?;
        Submission::new(SubmissionRecord {
            claim: claim.id.clone(),
            frequency: claim.frequency.clone(),
            payer,
            charge: claim.charge,
            at: self.at,
            channel: Channel::Edi {
                interchange: self.interchange,
                group: self.set.group,
                set: format!("{:04}", self.set.set),
                file: None,
            },
        })
        .ok()
    }
}

/// Every sending of a claim, oldest first.
pub(crate) fn sendings(history: &[JournalRow], claim: &ClaimId) -> Vec<Sending> {
    let written = history.iter().filter_map(|row| match &row.event {
        Event::BatchWritten {
            name,
            channel,
            interchange,
            group,
            sets,
            ..
        } => {
            let (set, _) = sets.iter().find(|(_, claims)| claims.contains(claim))?;
            Some(Sending {
                row: row.sequence,
                at: row.stamp.at,
                file: name.clone(),
                channel: channel.clone(),
                interchange: *interchange,
                set: SentSet {
                    group: *group,
                    set: *set,
                },
            })
        }
        _ => None,
    });
    written.collect()
}

/// Which of a claim's sendings an answer speaks of, by its place. An answer
/// that names none speaks of the last one.
pub(crate) fn spoken_of(answer: &Acknowledgment, sendings: &[Sending]) -> Option<usize> {
    let named = |sending: &Sending| match &answer.level {
        AckLevel::Interchange { control } => sending.interchange == *control,
        AckLevel::Set { group, .. } => sending.set.group == *group,
        AckLevel::Claim { .. } => answer
            .source
            .sending
            .is_none_or(|named| named == sending.set),
    };
    sendings
        .iter()
        .rposition(named)
        .or(sendings.len().checked_sub(1))
}

/// The answers to a claim's last sending, oldest first, with their rows.
pub(crate) fn answers_to_last<'h>(
    history: &'h [JournalRow],
    sendings: &[Sending],
) -> Vec<(&'h JournalRow, &'h Acknowledgment)> {
    let Some(last) = sendings.last() else {
        return Vec::new();
    };
    let answers = history.iter().filter_map(|row| match &row.event {
        Event::Acknowledged { acknowledgment, .. } if row.sequence > last.row => {
            Some((row, acknowledgment))
        }
        _ => None,
    });
    answers
        .filter(|(_, answer)| spoken_of(answer, sendings) == Some(sendings.len() - 1))
        .collect()
}

/// The last answer that rejected, among those to one sending.
pub(crate) fn rejection<'h>(
    answers: &[(&'h JournalRow, &'h Acknowledgment)],
) -> Option<&'h Acknowledgment> {
    let mut rejected = answers
        .iter()
        .rev()
        .filter(|(_, answer)| answer.outcome == AckOutcome::Rejected);
    rejected.next().map(|(_, answer)| *answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scrubjay_model::AckSource;

    fn sent(group: u32) -> Sending {
        Sending {
            row: u64::from(group),
            at: DateTime::UNIX_EPOCH,
            file: format!("{group}.837p"),
            channel: "house".to_owned(),
            interchange: group + 100,
            set: SentSet { group, set: 1 },
        }
    }

    fn answer(level: AckLevel, sending: Option<SentSet>) -> Acknowledgment {
        Acknowledgment {
            level,
            outcome: AckOutcome::Rejected,
            codes: Vec::new(),
            source: AckSource {
                sending,
                ..AckSource::default()
            },
        }
    }

    #[test]
    fn an_answer_speaks_of_the_sending_that_it_names_and_else_of_the_last() {
        let twice = [sent(7), sent(8)];
        let claim = || AckLevel::Claim {
            control: "A".to_owned(),
            payer_control: None,
        };
        let group = |group| AckLevel::Set { group, set: None };
        let of = |level, named: Option<u32>| {
            let named = named.map(|group| SentSet { group, set: 1 });
            spoken_of(&answer(level, named), &twice)
        };
        assert_eq!(of(AckLevel::Interchange { control: 107 }, None), Some(0));
        assert_eq!(of(group(7), None), Some(0));
        assert_eq!(of(group(8), None), Some(1));
        assert_eq!(of(claim(), Some(7)), Some(0));
        assert_eq!(of(claim(), Some(99)), Some(1));
        assert_eq!(of(claim(), None), Some(1));
        assert_eq!(spoken_of(&answer(claim(), None), &[]), None);
    }
}
