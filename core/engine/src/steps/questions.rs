//! Questions to payers on their way out: about cover (270), authorizations
//! (278), and where claims stand (276). They leave by the outbox as claims do,
//! exactly once, under control numbers of the same count.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use scrubjay_edi::{Party, WriteError, WrittenExchange};
use scrubjay_model::RecordKey;
use scrubjay_store::Event;
use scrubjay_x12::ControlNumbers;

use crate::EngineError;
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
