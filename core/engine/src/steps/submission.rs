//! Step 5, the way out: ready claims are written to a file for each channel.
//!
//! A file is first written under a temporary name, then the decision is
//! committed, then the file gets its name: whatever stops the engine in
//! between, [`finish_interrupted`] ends with each claim sent exactly once.

use std::io::Write;
use std::path::{Path, PathBuf};

use scrubjay_edi::{ClaimBatch, Party};
use scrubjay_model::{Claim, ClaimKind, Work};
use scrubjay_store::{Counter, Event, Move, Reader};
use scrubjay_x12::ControlNumbers;
use serde::Serialize;

use crate::config::{Channel, Contact, TradingPartner};
use crate::desk::Desk;
use crate::intake::file_hash;
use crate::steps::authorization::units;
use crate::steps::build::settle_original;
use crate::steps::selection::{Batch, Selection, gather};
use crate::{Config, EngineError};

/// A file that was written for a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// File name in the outbox.
    pub name: String,
    /// Channel.
    pub channel: String,
    /// ISA13.
    pub interchange: u32,
    /// Claims in it.
    pub claims: usize,
    /// Questions to the payer in it; a file has either claims or questions.
    #[serde(skip_serializing_if = "no_questions")]
    pub questions: usize,
}

impl Sent {
    /// What is in it, for people: `14 claims`, `1 questions`.
    #[must_use]
    pub fn contents(&self) -> String {
        match self.questions {
            0 => format!("{} claims", self.claims),
            questions => format!("{questions} questions"),
        }
    }
}

// serde asks by reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn no_questions(questions: &usize) -> bool {
    *questions == 0
}

/// Who sends and who receives, for one channel.
pub(super) struct Route {
    pub(super) submitter: TradingPartner,
    contact: Contact,
    pub(super) receiver: TradingPartner,
    pub(super) usage: crate::config::Usage,
}

/// Control numbers that follow the last ones in the journal.
pub(super) struct Numbers {
    interchange: u32,
    group: u32,
    set: u32,
}

impl ControlNumbers for Numbers {
    fn next_interchange(&mut self) -> u32 {
        // ISA13 has nine digits.
        self.interchange = self.interchange % 999_999_999 + 1;
        self.interchange
    }

    fn next_group(&mut self) -> u32 {
        self.group = self.group % 999_999_999 + 1;
        self.group
    }

    fn next_set(&mut self) -> u32 {
        self.set += 1;
        self.set
    }
}

pub(super) const TEMPORARY: &str = "tmp";

/// Who takes a file out of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carriage {
    /// A transport of the engine's.
    Carried,
    /// Whoever else fetches it there.
    Left,
}

/// Judges the chosen ready claims once more, writes those that nothing holds to
/// the outbox, and marks them as sent.
///
/// Returns the files with the temporary names that [`publish`] must change
/// once the desk's transaction is committed.
pub(crate) fn submit_ready(
    desk: &mut Desk<'_>,
    selection: &Selection,
    outbox: &Path,
    carried: &dyn Fn(&str) -> bool,
) -> Result<Vec<(Sent, PathBuf)>, EngineError> {
    let (batches, _) = gather(desk, selection)?;
    let mut sent = Vec::new();
    for Batch { channel, claims } in batches {
        let carriage = match carried(&channel) {
            true => Carriage::Carried,
            false => Carriage::Left,
        };
        sent.push(send_batch(desk, outbox, &channel, carriage, &claims)?);
    }
    Ok(sent)
}

fn send_batch(
    desk: &mut Desk<'_>,
    outbox: &Path,
    channel: &str,
    carriage: Carriage,
    claims: &[Claim],
) -> Result<(Sent, PathBuf), EngineError> {
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
    let mut numbers = numbers(desk.tx.as_ref())?;
    let listed: Vec<&Claim> = claims.iter().collect();
    let batch = ClaimBatch {
        claims: &listed,
        submitter: party(&route.submitter),
        contact_name: route.contact.name.clone(),
        contact_phone: route.contact.phone.clone(),
        receiver: party(&route.receiver),
        usage: route.usage.as_x12(),
        at: desk.stamp.at,
    };
    let written = scrubjay_edi::write_claims(&batch, &mut numbers)
        .map_err(|error| refuse(error.to_string()))?;
    let suffix = match claims.first().map(|claim| claim.kind) {
        Some(ClaimKind::Institutional) => "837i",
        Some(ClaimKind::Dental) => "837d",
        _ => "837p",
    };
    let name = format!("{:09}-{channel}.{suffix}", written.interchange);
    let temporary = outbox.join(format!("{name}.{TEMPORARY}"));
    write_durably(outbox, &temporary, &written.bytes)?;
    desk.record(&Event::BatchWritten {
        name: name.clone(),
        channel: channel.to_owned(),
        interchange: written.interchange,
        group: written.group,
        sets: written.sets.clone(),
        content: match carriage {
            Carriage::Carried => Some(file_hash(&written.bytes)),
            Carriage::Left => None,
        },
    })?;
    for claim in claims {
        desk.move_claim(&claim.id, Move::Work(Work::Submitted))?;
        settle_original(desk, claim)?;
        units::count(desk, claim)?;
    }
    let sent = Sent {
        name,
        channel: channel.to_owned(),
        interchange: written.interchange,
        claims: claims.len(),
        questions: 0,
    };
    Ok((sent, temporary))
}

pub(super) fn party(partner: &TradingPartner) -> Party {
    Party {
        qualifier: partner.qualifier.clone(),
        id: partner.id.clone(),
        name: partner.name.clone().unwrap_or_else(|| partner.id.clone()),
    }
}

pub(super) fn route(config: &Config, channel: &str) -> Option<Route> {
    let practice = config.practice.as_ref()?;
    let Channel {
        receiver, usage, ..
    } = config.channels.get(channel)?.clone();
    let mut submitter = practice.submitter.clone();
    submitter.name.get_or_insert_with(|| practice.name.clone());
    Some(Route {
        submitter,
        contact: practice.contact.clone(),
        receiver,
        usage,
    })
}

pub(super) fn numbers(reader: &dyn Reader) -> Result<Numbers, EngineError> {
    let last = |counter| -> Result<u32, EngineError> {
        Ok(u32::try_from(reader.last_number(counter)?).unwrap_or(u32::MAX) % 1_000_000_000)
    };
    Ok(Numbers {
        interchange: last(Counter::Interchange)?,
        group: last(Counter::Group)?,
        set: 0,
    })
}

pub(super) fn write_durably(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    std::fs::create_dir_all(folder).map_err(EngineError::file(folder))?;
    let mut file = std::fs::File::create(path).map_err(EngineError::file(path))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(EngineError::file(path))
}

/// Gives a file of a committed batch its name.
pub(crate) fn publish(temporary: &Path) -> Result<(), EngineError> {
    let named = temporary.with_extension("");
    std::fs::rename(temporary, &named).map_err(EngineError::file(temporary))
}

/// The interchange in the name of a file.
pub(super) fn interchange_of(name: &str) -> Option<u32> {
    name.split('-').next()?.parse().ok()
}

/// Ends what an interrupted run left in the outbox: a file whose batch was
/// committed gets its name, one whose batch was not is removed, since its
/// claims are still ready and will be written again.
pub(crate) fn finish_interrupted(reader: &dyn Reader, outbox: &Path) -> Result<(), EngineError> {
    let Ok(entries) = std::fs::read_dir(outbox) else {
        return Ok(());
    };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path
            .extension()
            .is_none_or(|extension| extension != TEMPORARY)
        {
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let interchange = name.and_then(interchange_of);
        let committed = match interchange {
            Some(number) => !reader.sent_groups(number)?.is_empty(),
            None => false,
        };
        if committed {
            publish(&path)?;
        } else {
            std::fs::remove_file(&path).map_err(EngineError::file(&path))?;
        }
    }
    Ok(())
}
