//! Questions to payers on their way out: about cover (270), authorizations
//! (278), and where claims stand (276). They leave by the outbox as claims do,
//! exactly once, under control numbers of the same count.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use scrubjay_edi::{Exchange, Party, WriteError, WrittenExchange};
use scrubjay_model::{AsSent, MemberId, Name, Person, Provider, RecordKey};
use scrubjay_store::Event;
use scrubjay_x12::ControlNumbers;

use crate::EngineError;
use crate::config::Practice;
use crate::desk::Desk;
use crate::intake::file_hash;
use crate::steps::submission::{Sent, TEMPORARY, numbers, party, route, write_durably};

/// Who sends a file, who receives it, and when.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    pub(crate) sender: Party,
    pub(crate) receiver: Party,
    /// ISA15.
    pub(crate) usage: &'static str,
    pub(crate) at: DateTime<Utc>,
}

/// Questions that leave together.
pub(crate) struct Questions<'q> {
    pub(crate) channel: &'q str,
    /// Transaction, which ends the file's name.
    pub(crate) transaction: &'static str,
    /// The records that ask, in the order in which they are written.
    pub(crate) asked: Vec<RecordKey>,
    pub(crate) write: &'q Write<'q>,
}

/// Writes the questions into one file.
pub(crate) type Write<'q> =
    dyn Fn(&Envelope, &mut dyn ControlNumbers) -> Result<WrittenExchange, WriteError> + 'q;

/// Writes questions to the outbox under a temporary name, and journals that
/// they leave. The caller keeps each record as asked in the same transaction,
/// commits, and then publishes the file as those of claims are.
pub(crate) fn send_questions(
    desk: &mut Desk<'_>,
    outbox: &Path,
    carried: &dyn Fn(&str) -> bool,
    questions: Questions<'_>,
) -> Result<(Sent, PathBuf), EngineError> {
    let channel = questions.channel;
    let refuse = |problem: String| EngineError::Submission {
        channel: channel.to_owned(),
        problem,
    };
    let route = route(desk.config, channel).ok_or_else(|| {
        refuse(
            "the configuration names no practice or no such channel; add both to scrubjay.yaml"
                .to_owned(),
        )
    })?;
    let envelope = Envelope {
        sender: party(&route.submitter),
        receiver: party(&route.receiver),
        usage: route.usage.as_x12(),
        at: desk.stamp.at,
    };
    let mut numbers = numbers(desk.tx.as_ref())?;
    let written =
        (questions.write)(&envelope, &mut numbers).map_err(|error| refuse(error.to_string()))?;
    let name = format!(
        "{:09}-{channel}.{}",
        written.interchange, questions.transaction
    );
    let temporary = outbox.join(format!("{name}.{TEMPORARY}"));
    write_durably(outbox, &temporary, &written.bytes)?;
    let sent = Sent {
        name: name.clone(),
        channel: channel.to_owned(),
        interchange: written.interchange,
        claims: 0,
        questions: questions.asked.len(),
    };
    desk.record(&Event::QuestionsWritten {
        name,
        channel: channel.to_owned(),
        interchange: written.interchange,
        group: written.group,
        asked: questions.asked,
        content: carried(channel).then(|| file_hash(&written.bytes)),
    })?;
    Ok((sent, temporary))
}

/// Whether an answer names another person than it was asked about: two of last
/// name, date of birth and member number are told and differ. One alone may be
/// the payer's correction.
pub(crate) fn names_another(
    asked: (&Person, &[&MemberId]),
    said: (&Person, Option<&MemberId>),
) -> bool {
    let last = |person: &Person| person.name.last.trim().to_ascii_uppercase();
    let (asked_name, said_name) = (last(asked.0), last(said.0));
    let name = !asked_name.is_empty() && !said_name.is_empty() && asked_name != said_name;
    let born = asked.0.born.zip(said.0.born);
    let born = born.is_some_and(|(asked, said)| asked != said);
    let member = said
        .1
        .is_some_and(|said| !asked.1.is_empty() && asked.1.iter().all(|known| *known != said));
    [name, born, member]
        .into_iter()
        .filter(|differs| *differs)
        .count()
        >= 2
}

/// Who asks: the practice.
pub(crate) fn asker(practice: &Practice) -> Provider {
    Provider {
        name: Name::organization(practice.name.as_str()),
        npi: Some(AsSent::Sound(practice.npi)),
        ..Provider::default()
    }
}

/// Who gives trace numbers (TRN03): 1 and the tax number, else 9 and nine
/// characters.
pub(crate) fn originator(practice: &Practice) -> String {
    let digits: String = practice
        .tax_id
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    if digits.len() == 9 {
        format!("1{digits}")
    } else {
        format!("9{digits:0>9.9}")
    }
}

/// What is wrong with a question by its guide, where something is: one that
/// cannot be written must not keep the others of its file from leaving.
pub(crate) fn fault_of(desk: &Desk<'_>, write: &Write<'_>) -> Option<String> {
    let end = || Party {
        qualifier: "ZZ".to_owned(),
        id: "PARTNER".to_owned(),
        name: "PARTNER".to_owned(),
    };
    let envelope = Envelope {
        sender: end(),
        receiver: end(),
        usage: "T",
        at: desk.stamp.at,
    };
    let written = match write(&envelope, &mut Ones) {
        Ok(written) => written,
        Err(error) => return Some(error.to_string()),
    };
    match scrubjay_x12::check(&written.bytes, &[]) {
        Ok(report) => report
            .sets
            .iter()
            .flat_map(|set| &set.findings)
            .next()
            .map(|finding| finding.text.clone()),
        Err(error) => Some(error.to_string()),
    }
}

/// Control numbers of a file that never leaves.
struct Ones;

impl ControlNumbers for Ones {
    fn next_interchange(&mut self) -> u32 {
        1
    }

    fn next_group(&mut self) -> u32 {
        1
    }

    fn next_set(&mut self) -> u32 {
        1
    }
}

impl Envelope {
    /// These items in it.
    pub(crate) fn around<'i, T>(&self, items: &'i [T]) -> Exchange<'i, T> {
        Exchange {
            items,
            sender: self.sender.clone(),
            receiver: self.receiver.clone(),
            usage: self.usage,
            at: self.at,
        }
    }
}
