//! How a journal row is written as text, and how the rows are chained.
//!
//! The text that is stored is the text that is hashed. What many rows repeat
//! is stored once: who, when and why stands in a stamp, and the list of rules
//! that ran stands under its own SHA-256, which the row names; so does each
//! file of a published rule pack. The kinds of event that come most often have a shorter form, in `wire`.

pub(crate) mod packs;
mod wire;

pub(crate) use wire::read_ran;

use chrono::{DateTime, SecondsFormat, Utc};
use scrubjay_hooks::{Hook, Outcome, Ran};
use sha2::{Digest as _, Sha256};

use crate::{Event, Stamp, StoreError};

/// A SHA-256.
pub(crate) type Digest = [u8; 32];

/// The hash before the first row.
pub(crate) const GENESIS: Digest = [0; 32];

/// Separates these hashes from every other use of SHA-256.
const DOMAIN: &[u8] = b"scrubjay journal row 1\0";

/// A stamp as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StampText {
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) cause: String,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventText {
    pub(crate) kind: String,
    pub(crate) payload: String,
    /// Texts that the payload names by their SHA-256: a list of rules that
    /// ran, or the files of a pack.
    pub(crate) shared: Vec<(Digest, String)>,
}

/// Text that is not what this module wrote. It says nothing of the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UnreadableError(pub(crate) String);

impl UnreadableError {
    fn new(what: &str, error: &serde_json::Error) -> Self {
        // The error's own text may repeat a patient's data.
        Self(format!(
            "its {what} is not readable at character {}",
            error.column()
        ))
    }

    pub(crate) fn at(self, sequence: u64) -> StoreError {
        StoreError::Damaged {
            sequence,
            problem: self.0,
        }
    }
}

impl StampText {
    pub(crate) fn encode(stamp: &Stamp) -> Result<Self, StoreError> {
        Ok(Self {
            at: instant_text(stamp.at),
            actor: stamp.actor.clone(),
            cause: serde_json::to_string(&stamp.cause).map_err(|_| unwritable())?,
        })
    }
}

/// Reads a stamp back.
pub(crate) fn decode_stamp(at: &str, actor: &str, cause: &str) -> Result<Stamp, UnreadableError> {
    Ok(Stamp {
        at: read_instant(at)
            .ok_or_else(|| UnreadableError("its time is not readable".to_owned()))?,
        actor: actor.to_owned(),
        cause: serde_json::from_str(cause)
            .map_err(|error| UnreadableError::new("cause", &error))?,
    })
}

pub(crate) fn instant_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub(crate) fn read_instant(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok()
}

fn unwritable() -> StoreError {
    StoreError::contradiction("the event cannot be written as JSON")
}

const HEAD: &str = "{\"kind\":\"";
const MIDDLE: &str = "\",\"payload\":";

impl EventText {
    pub(crate) fn encode(event: &Event) -> Result<Self, StoreError> {
        match event {
            Event::Judged {
                claim,
                hook,
                outcome,
            } => {
                let judged = wire::Judged::Claim(claim);
                Self::judged(wire::JUDGED, judged, *hook, outcome)
            }
            Event::RecordJudged {
                record,
                hook,
                outcome,
            } => {
                let judged = wire::Judged::Record(record);
                Self::judged(wire::RECORD_JUDGED, judged, *hook, outcome)
            }
            Event::MoneyMoved {
                money,
                claim,
                postings,
            } => {
                let payload = wire::write_money(*money, claim.as_ref(), postings)?;
                Ok(Self::new(wire::MONEY_MOVED, payload, Vec::new()))
            }
            Event::Moved { claim, to } => {
                let payload = wire::write_moved(claim, *to)?;
                Ok(Self::new(wire::MOVED, payload, Vec::new()))
            }
            Event::PackPublished {
                pack,
                version,
                hash,
                files,
                note,
            } => {
                let (payload, shared) = packs::write(pack, version, hash, files, note.as_deref())?;
                Ok(Self::new(packs::PUBLISHED, payload, shared))
            }
            _ => {
                let text = serde_json::to_string(event).map_err(|_| unwritable())?;
                let parts = text
                    .strip_prefix(HEAD)
                    .and_then(|rest| rest.strip_suffix('}'))
                    .and_then(|rest| rest.split_once(MIDDLE));
                let (kind, payload) = parts.ok_or_else(unwritable)?;
                Ok(Self::new(kind, payload.to_owned(), Vec::new()))
            }
        }
    }

    fn judged(
        kind: &str,
        judged: wire::Judged<'_>,
        hook: Hook,
        outcome: &Outcome,
    ) -> Result<Self, StoreError> {
        let (payload, shared) = wire::write_judged(judged, hook, outcome)?;
        Ok(Self::new(kind, payload, shared.into_iter().collect()))
    }

    fn new(kind: &str, payload: String, shared: Vec<(Digest, String)>) -> Self {
        Self {
            kind: kind.to_owned(),
            payload,
            shared,
        }
    }
}

/// Refuses events that only the store itself may journal.
pub(crate) fn may_append(event: &Event) -> Result<(), StoreError> {
    match event {
        Event::Purged { .. } | Event::Erased { .. } => Err(StoreError::contradiction(
            "a purge is journalled by the store that makes it, never appended",
        )),
        _ => Ok(()),
    }
}

/// Texts that rows name by their SHA-256.
pub(crate) trait Shared {
    /// A list of rules that ran; nothing found yet.
    fn ran(&self, digest: &Digest) -> Result<Option<Vec<Ran>>, StoreError>;

    /// A file of a rule pack.
    fn file(&self, digest: &Digest) -> Result<Option<String>, StoreError>;
}

/// No shared texts, for events that name none.
impl Shared for () {
    fn ran(&self, _digest: &Digest) -> Result<Option<Vec<Ran>>, StoreError> {
        Ok(None)
    }

    fn file(&self, _digest: &Digest) -> Result<Option<String>, StoreError> {
        Ok(None)
    }
}

/// Reads an event back; `shared` finds the texts that it names.
pub(crate) fn decode_event(
    kind: &str,
    payload: &str,
    shared: &impl Shared,
    sequence: u64,
) -> Result<Event, StoreError> {
    match kind {
        // No payload is empty but that of an erased row.
        _ if payload.is_empty() => Ok(Event::Erased {
            of: kind.to_owned(),
        }),
        wire::JUDGED | wire::RECORD_JUDGED => wire::read_judged(payload, shared, sequence),
        packs::PUBLISHED => packs::read(payload, shared, sequence),
        wire::MONEY_MOVED => wire::read_money(payload).map_err(|error| error.at(sequence)),
        wire::MOVED => wire::read_moved(payload).map_err(|error| error.at(sequence)),
        _ => {
            let mut text =
                String::with_capacity(HEAD.len() + MIDDLE.len() + kind.len() + payload.len() + 1);
            for part in [HEAD, kind, MIDDLE, payload, "}"] {
                text.push_str(part);
            }
            serde_json::from_str(&text)
                .map_err(|error| UnreadableError::new("payload", &error).at(sequence))
        }
    }
}

/// The SHA-256 of some bytes.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// The hash of a row: over the hash before it, its place, its stamp, its kind
/// and the SHA-256 of its payload, so that a payload may be given up by policy
/// and the chain still stands. Every text goes in behind its length.
pub(crate) fn row_hash(
    before: &Digest,
    sequence: u64,
    [at, actor, cause]: [&[u8]; 3],
    kind: &[u8],
    payload: &Digest,
) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    hasher.update(before);
    hasher.update(sequence.to_be_bytes());
    for text in [at, actor, cause, kind] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    hasher.update(payload);
    hasher.finalize().into()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    text
}

/// Reads 64 digits of lower-case hexadecimal.
pub(crate) fn read_hex(text: &str) -> Option<Digest> {
    let digits = text.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (read_digit(pair[0])? << 4) | read_digit(pair[1])?;
    }
    Some(bytes)
}

const fn read_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
