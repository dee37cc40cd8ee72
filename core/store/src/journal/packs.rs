//! How a published rule pack is written: each file's text stands once, under
//! its SHA-256, whatever the number of versions that hold it.

use serde::{Deserialize, Serialize};

use super::{Digest, Shared, UnreadableError, digest, hex, read_hex, unwritable};
use crate::{Event, PublishedFile, StoreError};

pub(crate) const PUBLISHED: &str = "pack_published";
pub(crate) const ROLLED_BACK: &str = "pack_rolled_back";

/// The payload: each file as its name and the SHA-256 of its text.
#[derive(Serialize, Deserialize)]
struct PublishedText {
    pack: String,
    version: String,
    hash: String,
    files: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

pub(super) fn write(
    pack: &str,
    version: &str,
    hash: &str,
    files: &[PublishedFile],
    note: Option<&str>,
) -> Result<(String, Vec<(Digest, String)>), StoreError> {
    let shared: Vec<(Digest, String)> = files
        .iter()
        .map(|file| (digest(file.text.as_bytes()), file.text.clone()))
        .collect();
    let names = files.iter().map(|file| file.name.clone());
    let payload = serde_json::to_string(&PublishedText {
        pack: pack.to_owned(),
        version: version.to_owned(),
        hash: hash.to_owned(),
        files: names
            .zip(shared.iter().map(|(digest, _)| hex(digest)))
            .collect(),
        note: note.map(str::to_owned),
    });
    Ok((payload.map_err(|_| unwritable())?, shared))
}

pub(super) fn read(
    payload: &str,
    shared: &impl Shared,
    sequence: u64,
) -> Result<Event, StoreError> {
    let text: PublishedText = serde_json::from_str(payload)
        .map_err(|error| UnreadableError::new("payload", &error).at(sequence))?;
    let missing = || UnreadableError("a file of the pack is missing".to_owned()).at(sequence);
    let mut files = Vec::new();
    for (name, digest) in text.files {
        let digest = read_hex(&digest).ok_or_else(missing)?;
        let text = shared.file(&digest)?.ok_or_else(missing)?;
        files.push(PublishedFile { name, text });
    }
    Ok(Event::PackPublished {
        pack: text.pack,
        version: text.version,
        hash: text.hash,
        files,
        note: text.note,
    })
}

/// Finds every file, and tells nothing of what is in it: for those who list
/// packs and need no text.
pub(crate) struct WithoutText;

impl Shared for WithoutText {
    fn ran(&self, _digest: &Digest) -> Result<Option<Vec<scrubjay_hooks::Ran>>, StoreError> {
        Ok(None)
    }

    fn file(&self, _digest: &Digest) -> Result<Option<String>, StoreError> {
        Ok(Some(String::new()))
    }
}
