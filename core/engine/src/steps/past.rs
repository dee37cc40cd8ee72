//! What a past decision was made on: the subject as it stood before a journal row.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_hooks::{
    AcknowledgmentSubject, ClaimSubject, DenialSubject, EarlierClaim, Hook, RemittanceSubject,
    Subject,
};
use scrubjay_model::{
    AckLevel, AckOutcome, Acknowledgment, Adjustment, Authorization, Claim, ClaimId, Denial,
    EligibilityRecord, Money, PayerProfile, Remittance, RemittanceClaim, Submission, TraceNumber,
    Work,
};
use scrubjay_store::{Event, JournalRow, Move, Reader, Sequence};

use crate::steps::authorization::on_file::seen_before;
use crate::steps::chain;
use crate::steps::eligibility::latest_for_claim;
use crate::steps::history::{HISTORY_LIMIT, earlier_claim};
use crate::steps::person;
use crate::steps::posting;
use crate::steps::reason::{Place, place};
use crate::steps::sendings::{answers_to_last, sendings};
use crate::{Config, EngineError};

/// A claim as handlers saw it at a past decision.
///
/// The journal gives it all but the payer's profile, which is that of the
/// configuration as it is now. A claim that a purge has given up since is
/// missing from the history.
#[derive(Debug)]
pub(crate) struct Past {
    /// The clock of the decision.
    pub(crate) at: DateTime<Utc>,
    claim: Claim,
    payer: Option<PayerProfile>,
    history: Vec<EarlierClaim>,
    /// What its payer had answered about the patient's cover.
    eligibility: Option<EligibilityRecord>,
    authorizations: Vec<Authorization>,
    /// What stood before it: an original, an earlier payer's claim.
    before: chain::Before,
    /// Day on which it was first accepted.
    accepted: Option<NaiveDate>,
    /// What else came to the hook.
    with: With,
}

/// The day on which a file or claim acknowledgment first accepted a claim, by the
/// claim's journal rows: what proves that it was filed in time.
pub(crate) fn first_accepted(rows: &[JournalRow], claim: &ClaimId) -> Option<NaiveDate> {
    let accepted = rows.iter().filter(|row| match &row.event {
        Event::Acknowledged {
            acknowledgment,
            claims,
        } => {
            let of_file = matches!(acknowledgment.level, AckLevel::Interchange { .. });
            acknowledgment.outcome == AckOutcome::Accepted && !of_file && claims.contains(claim)
        }
        _ => false,
    });
    accepted.map(|row| row.stamp.at.date_naive()).min()
}

/// What comes to a hook beside the claim.
#[derive(Debug)]
enum With {
    Nothing,
    /// A denial, as the table classifies it.
    Denial(Box<Denial>),
    /// A remitted claim, and its remittance without its claims.
    Remittance(Box<(Remittance, RemittanceClaim, Option<Money>)>),
    /// What had come in answer to the claim.
    Answer(Box<Answered>),
}

/// What had come in answer to a claim's last sending.
#[derive(Debug)]
struct Answered {
    /// The answer that was judged; `None` where nothing had come in time.
    answer: Option<Acknowledgment>,
    received: Vec<Acknowledgment>,
    submission: Option<Submission>,
    sent: NaiveDate,
}

impl Past {
    /// What was judged in one of a claim's journal rows. `None` where it cannot
    /// be told: where a purge was there first.
    pub(crate) fn before(
        reader: &dyn Reader,
        config: &Config,
        rows: &[JournalRow],
        judged: &JournalRow,
    ) -> Result<Option<Self>, EngineError> {
        let Event::Judged { hook, .. } = &judged.event else {
            return Ok(None);
        };
        let with = match hook {
            Hook::Claim | Hook::Scrub | Hook::Submit => Some(With::Nothing),
            Hook::Denial => {
                denial_behind(rows, judged.sequence).map(|denial| With::Denial(Box::new(denial)))
            }
            Hook::Remittance => remitted_behind(reader, rows, judged.sequence)?
                .map(|remitted| With::Remittance(Box::new(remitted))),
            Hook::Acknowledgment => {
                answered(rows, judged).map(|answered| With::Answer(Box::new(answered)))
            }
            _ => None,
        };
        let Some(with) = with else {
            return Ok(None);
        };
        let Some(claim) = document_before(rows, judged.sequence) else {
            return Ok(None);
        };
        let payer = rows.iter().find_map(|row| match &row.event {
            Event::ClaimCreated { payer, .. } => config.payer_by_key(payer),
            _ => None,
        });
        let until = rows.partition_point(|row| row.sequence < judged.sequence);
        Ok(Some(Self {
            accepted: first_accepted(&rows[..until], &claim.id),
            at: judged.stamp.at,
            history: history_before(reader, &claim, judged.sequence)?,
            eligibility: latest_for_claim(reader, config, &claim, judged.sequence)?,
            authorizations: match with {
                With::Nothing => seen_before(reader, config, &claim, judged.sequence)?,
                _ => Vec::new(),
            },
            before: chain::before(reader, &claim, judged.sequence)?,
            claim,
            payer: payer.map(|payer| payer.profile.clone()),
            with,
        }))
    }

    /// Shows it as the handlers were shown it.
    pub(crate) fn show<T>(&self, see: impl FnOnce(Subject<'_>) -> T) -> T {
        let payer = self.payer.as_ref();
        let claim = Some(&self.claim);
        match &self.with {
            With::Denial(denial) => see(Subject::Denial(&DenialSubject {
                denial,
                claim,
                payer,
                accepted: self.accepted,
            })),
            With::Remittance(remitted) => see(Subject::Remittance(&RemittanceSubject {
                remittance: &remitted.0,
                remitted: &remitted.1,
                claim,
                expected: remitted.2,
                payer,
            })),
            With::Answer(answered) => see(Subject::Acknowledgment(&AcknowledgmentSubject {
                acknowledgment: answered.answer.as_ref(),
                received: &answered.received,
                submission: answered.submission.as_ref(),
                payer,
                ..AcknowledgmentSubject::of(&self.claim, answered.sent)
            })),
            With::Nothing => see(Subject::Claim(&ClaimSubject {
                payer,
                history: &self.history,
                eligibility: self.eligibility.as_ref(),
                authorizations: &self.authorizations,
                original: self.before.original,
                forwarded: self.before.forwarded,
                ..ClaimSubject::of(&self.claim, self.at.date_naive())
            })),
        }
    }
}

/// The claim as it stood before a row.
fn document_before(rows: &[JournalRow], before: Sequence) -> Option<Claim> {
    let earlier = rows.iter().rev().filter(|row| row.sequence < before);
    let mut documents = earlier.filter_map(|row| match &row.event {
        Event::ClaimCreated { claim, .. } | Event::ClaimRevised { claim, .. } => Some(claim),
        _ => None,
    });
    documents.next().map(|claim| claim.as_ref().clone())
}

/// The denial that was classified in a row, which was journalled right behind
/// it, as it was before scripts had their say.
fn denial_behind(rows: &[JournalRow], judged: Sequence) -> Option<Denial> {
    let mut behind = rows.iter().filter(|row| row.sequence > judged);
    let denial = behind.find_map(|row| match &row.event {
        Event::Denied { denial } => Some(denial.as_ref().clone()),
        _ => None,
    })?;
    let adjustment = Adjustment {
        group: denial.group.clone(),
        carc: denial.carc.clone(),
        amount: denial.amount,
        units: None,
    };
    let Place::Refused(defaults) = place(&adjustment, &denial.remarks, denial.decided) else {
        return None;
    };
    Some(Denial {
        category: defaults.category,
        recoverable: defaults.recoverable,
        action: defaults.action,
        classified_by: "scrubjay-codes".to_owned(),
        ..denial
    })
}

/// What had come in answer to the claim's last sending by a row. An answer that was
/// judged was journalled under the same stamp; else a day was up, and none had come.
fn answered(rows: &[JournalRow], judged: &JournalRow) -> Option<Answered> {
    let until = rows.partition_point(|row| row.sequence < judged.sequence);
    let before = &rows[..until];
    let claim = document_before(rows, judged.sequence)?;
    let sent = sendings(before, &claim.id);
    let last = sent.last()?;
    let answers = answers_to_last(before, &sent);
    let latest = before.iter().rev().find_map(|row| match &row.event {
        Event::Acknowledged { acknowledgment, .. } => Some((row, acknowledgment)),
        _ => None,
    });
    let judged_answer = latest.filter(|(row, _)| row.stamp == judged.stamp);
    Some(Answered {
        answer: judged_answer.map(|(_, answer)| answer.clone()),
        received: answers.iter().map(|(_, one)| (*one).clone()).collect(),
        submission: last.submission(&claim),
        sent: last.day(),
    })
}

/// The remitted claim that was looked at in a row, which was journalled right
/// behind it, and the head of its remittance, journalled before it.
fn remitted_behind(
    reader: &dyn Reader,
    rows: &[JournalRow],
    judged: Sequence,
) -> Result<Option<(Remittance, RemittanceClaim, Option<Money>)>, EngineError> {
    let mut behind = rows.iter().filter(|row| row.sequence > judged);
    let remitted = behind.find_map(|row| match &row.event {
        Event::ClaimRemitted {
            trace,
            remitted,
            expected,
            ..
        } => Some((trace, remitted.as_ref(), *expected)),
        _ => None,
    });
    let Some((trace, remitted, expected)) = remitted else {
        return Ok(None);
    };
    let head = head_of(reader, trace, judged)?;
    Ok(head.map(|remittance| (remittance, remitted.clone(), expected)))
}

/// Looks back from a row for the remittance of a trace number.
fn head_of(
    reader: &dyn Reader,
    trace: &TraceNumber,
    before: Sequence,
) -> Result<Option<Remittance>, EngineError> {
    const AT_ONCE: u32 = 500;
    let mut end = before;
    while end > 1 {
        let from = end.saturating_sub(u64::from(AT_ONCE)).max(1);
        let rows = reader.journal(from, AT_ONCE)?;
        let found = rows.into_iter().rev().find_map(|row| match row.event {
            Event::RemittanceTaken { remittance, .. }
                if row.sequence < before && remittance.trace == *trace =>
            {
                Some(*remittance)
            }
            _ => None,
        });
        if found.is_some() {
            return Ok(found);
        }
        end = from;
    }
    Ok(None)
}

/// Earlier claims of the same patient as they stood before a row, oldest first.
fn history_before(
    reader: &dyn Reader,
    claim: &Claim,
    before: Sequence,
) -> Result<Vec<EarlierClaim>, EngineError> {
    let mut known = Vec::new();
    for row in person::claims_of(reader, claim)? {
        let mut rows = reader.history(&row.id)?;
        rows.retain(|row| row.sequence < before);
        let gone = posting::gone(&rows);
        rows.retain(|row| !gone.contains(&row.sequence));
        if let Some(document) = document_before(&rows, before) {
            known.push((document, rows));
        }
    }
    let recent = known.len().saturating_sub(HISTORY_LIMIT + 1);
    let earlier = known.into_iter().skip(recent);
    let earlier = earlier.filter(|(document, _)| document.id != claim.id);
    Ok(earlier
        .map(|(document, rows)| {
            let seen = earlier_claim(&document);
            let withdrawn = rows.iter().any(|row| withdraws(&row.event, &document));
            EarlierClaim {
                withdrawn: withdrawn || seen.withdrawn,
                denied: rows.iter().filter_map(reason).collect(),
                ..seen
            }
        })
        .collect())
}

fn withdraws(event: &Event, claim: &Claim) -> bool {
    match event {
        Event::Moved {
            to: Move::Work(Work::Void),
            claim: moved,
        } => *moved == claim.id,
        Event::ClaimCreated { replaces, .. } => replaces.as_ref() == Some(&claim.id),
        _ => false,
    }
}

fn reason(row: &JournalRow) -> Option<String> {
    match &row.event {
        Event::Denied { denial } => Some(denial.carc.text()),
        _ => None,
    }
}
