//! Step 5, beyond the folders: transports carry what is in the outbox to the other
//! side, and what waits there to the inbox.
//!
//! A file is due from the moment at which its batch is journalled until its
//! delivery is. A crash between the two, wherever, ends with the same file under
//! the same name being carried again, which leaves one file there
//! ([`Transport::deliver`]). Only files that the engine wrote are carried, by
//! their hash in the journal: there is no way out around the rules.
//!
//! [`Transport::deliver`]: scrubjay_hooks::Transport::deliver

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use scrubjay_hooks::{FileName, Kept, Transport};
use scrubjay_model::{ClaimId, FileHash};
use scrubjay_store::{Event, Reader};
use serde::Serialize;

use super::submission::{TEMPORARY, interchange_of};
use crate::EngineError;
use crate::intake::file_hash;

/// What became of a file of claims that was due at the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// File name.
    pub name: String,
    /// Channel.
    pub channel: String,
    /// Why it is due still, and what to do; `None` where it was delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What a channel brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fetched {
    /// Channel.
    pub channel: String,
    /// Files that are new in the inbox, by their names there.
    pub files: Vec<String>,
    /// What kept it from bringing in more, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A file of the outbox that a transport carries.
pub(crate) struct Due {
    pub(crate) path: PathBuf,
    pub(crate) name: FileName,
    pub(crate) channel: String,
    /// `None` where the journal knows of no such file.
    pub(crate) batch: Option<Batch>,
}

/// What the journal says of a file.
pub(crate) struct Batch {
    pub(crate) content: FileHash,
    pub(crate) held: HeldIn,
    pub(crate) delivered: bool,
}

/// What is in a file.
pub(crate) enum HeldIn {
    Claims(Vec<ClaimId>),
    /// Questions, under this group's number.
    Questions {
        group: u32,
    },
}

/// The files of the outbox whose channels a transport carries, oldest first.
/// Those that were written when none did are left for whoever fetches them there.
pub(crate) fn due(
    reader: &dyn Reader,
    outbox: &Path,
    carried: impl Fn(&str) -> bool,
) -> Result<Vec<Due>, EngineError> {
    let entries = match fs::read_dir(outbox) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(EngineError::file(outbox)(error)),
    };
    let mut due = Vec::new();
    for entry in entries {
        let path = entry.map_err(EngineError::file(outbox))?.path();
        let is_written = path.is_file() && path.extension() != Some(OsStr::new(TEMPORARY));
        let name = path.file_name().and_then(OsStr::to_str);
        let (true, Some(name)) = (is_written, name) else {
            continue;
        };
        let (Some(channel), Ok(name)) = (channel_of(name), FileName::new(name)) else {
            continue;
        };
        if !carried(channel) {
            continue;
        }
        let channel = channel.to_owned();
        let batch = match find_batch(reader, &name)? {
            Found::Carried(batch) => Some(batch),
            Found::Left => continue,
            Found::Nothing => None,
        };
        due.push(Due {
            path,
            name,
            channel,
            batch,
        });
    }
    due.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(due)
}

/// The channel in a name such as `000000001-house.837p`.
fn channel_of(name: &str) -> Option<&str> {
    let (number, rest) = name.split_once('-')?;
    number.parse::<u32>().ok()?;
    rest.rsplit_once('.').map(|(channel, _)| channel)
}

enum Found {
    Carried(Batch),
    Left,
    Nothing,
}

fn find_batch(reader: &dyn Reader, file: &FileName) -> Result<Found, EngineError> {
    let Some(interchange) = interchange_of(file.as_str()) else {
        return Ok(Found::Nothing);
    };
    for group in reader.sent_groups(interchange)? {
        let claims = reader.sent(group, None)?;
        let Some(first) = claims.first() else {
            match find_questions(reader, group, file)? {
                Found::Nothing => continue,
                found => return Ok(found),
            }
        };
        let history = reader.history(first)?;
        let written = history.iter().find_map(|row| match &row.event {
            Event::BatchWritten { name, content, .. } if name == file.as_str() => Some(content),
            _ => None,
        });
        let delivered = history.iter().any(
            |row| matches!(&row.event, Event::BatchDelivered { name, .. } if name == file.as_str()),
        );
        match written {
            Some(Some(content)) => {
                return Ok(Found::Carried(Batch {
                    content: content.clone(),
                    held: HeldIn::Claims(claims),
                    delivered,
                }));
            }
            Some(None) => return Ok(Found::Left),
            None => {}
        }
    }
    Ok(Found::Nothing)
}

/// A file of questions, by the group in it.
fn find_questions(reader: &dyn Reader, group: u32, file: &FileName) -> Result<Found, EngineError> {
    let Some(row) = reader.sent_group(group)? else {
        return Ok(Found::Nothing);
    };
    let written = reader.journal(row.written, 1)?.pop();
    Ok(match written.map(|row| row.event) {
        Some(Event::QuestionsWritten { name, content, .. }) if name == file.as_str() => content
            .map_or(Found::Left, |content| {
                Found::Carried(Batch {
                    content,
                    held: HeldIn::Questions { group },
                    delivered: row.delivered.is_some(),
                })
            }),
        _ => Found::Nothing,
    })
}

/// The bytes of a file that may leave: those that were written.
pub(crate) fn read_due(due: &Due) -> Result<Vec<u8>, String> {
    let path = due.path.display();
    let Some(batch) = &due.batch else {
        return Err(format!(
            "the engine did not write {path}: take it out of the outbox, and send claims \
             through the engine"
        ));
    };
    let bytes = fs::read(&due.path).map_err(|error| format!("{path} cannot be read: {error}"))?;
    if file_hash(&bytes) == batch.content {
        Ok(bytes)
    } else {
        Err(format!(
            "{path} is not what the engine wrote: find out who changed it, and put the file back \
             from a backup"
        ))
    }
}

/// Puts a file that was delivered out of the way of those that are due.
pub(crate) fn put_away(outbox: &Path, due: &Due) -> Result<(), EngineError> {
    let folder = outbox.join("delivered");
    fs::create_dir_all(&folder).map_err(EngineError::file(&folder))?;
    fs::rename(&due.path, folder.join(due.name.as_str())).map_err(EngineError::file(&due.path))
}

/// Brings what waits at the other side of a channel to a folder. A file is on disk
/// there before the transport may take it away; one that is there already is not
/// written again.
#[must_use]
pub fn fetch_into(folder: &Path, channel: &str, transport: &dyn Transport) -> Fetched {
    let (mut files, mut failed) = (Vec::new(), None);
    let ended = transport.fetch(
        &mut |name, bytes| match keep(folder, channel, name, bytes) {
            Ok(new) => {
                files.extend(new);
                Kept::Yes
            }
            Err(error) => {
                let folder = folder.display();
                failed = Some(format!("{name} cannot be kept in {folder}: {error}"));
                Kept::No
            }
        },
    );
    Fetched {
        channel: channel.to_owned(),
        files,
        problem: failed.or_else(|| ended.err().map(|error| error.to_string())),
    }
}

/// Keeps a fetched file in the inbox, so that it outlives a crash; gives its name
/// there, or none where it was there already.
fn keep(inbox: &Path, channel: &str, name: &FileName, bytes: &[u8]) -> io::Result<Option<String>> {
    fs::create_dir_all(inbox)?;
    let plain = format!("{channel}-{name}");
    // Some senders give every file the same name.
    let (stem, ending) = match plain.rfind('.') {
        Some(at) => plain.split_at(at),
        None => (plain.as_str(), ""),
    };
    let hash = file_hash(bytes);
    let other = format!("{stem}-{}{ending}", &hash.as_str()[..12]);
    for place in [&plain, &other] {
        match fs::read(inbox.join(place)) {
            Ok(there) if there == bytes => return Ok(None),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write(inbox, place, bytes)?;
                return Ok(Some(place.clone()));
            }
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!(
        "other files are there as {plain} and {other}"
    )))
}

fn write(inbox: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    // Hidden until it is whole, and so no file of the inbox.
    let part = inbox.join(format!(".{name}.part"));
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, inbox.join(name))?;
    // The name too must be on disk before the other side gives the file up.
    #[cfg(unix)]
    File::open(inbox)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_told_from_the_name_of_its_file() {
        assert_eq!(channel_of("000000012-house.837p"), Some("house"));
        assert_eq!(channel_of("000000012-a-b.c.837i"), Some("a-b.c"));
        for name in ["house.837p", "12-house", "x-house.837p", ""] {
            assert_eq!(channel_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_fetched_file_is_kept_once_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = folder.path().join("inbox");
        let name = FileName::new("RESP.999").unwrap();
        let first = keep(&inbox, "house", &name, b"one").unwrap();
        assert_eq!(first.as_deref(), Some("house-RESP.999"));
        assert_eq!(keep(&inbox, "house", &name, b"one").unwrap(), None);
        let second = keep(&inbox, "house", &name, b"two").unwrap().unwrap();
        assert!(second.starts_with("house-RESP-") && second.ends_with(".999"));
        assert_eq!(keep(&inbox, "house", &name, b"two").unwrap(), None);
        assert_eq!(fs::read(inbox.join("house-RESP.999")).unwrap(), b"one");
        assert_eq!(fs::read(inbox.join(second)).unwrap(), b"two");
        assert_eq!(fs::read_dir(&inbox).unwrap().count(), 2);
    }
}
