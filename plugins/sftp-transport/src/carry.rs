//! Files go to a server and come from it.

use russh_sftp::client::SftpSession;
use russh_sftp::client::fs::Metadata;
use scrubjay_plugin::abi::MAX_FILE;
use scrubjay_plugin::{Exchange, Level};
use tokio::io::AsyncWriteExt;

use crate::error::{SftpError, is_absent, is_denied};
use crate::session::Session;
use crate::settings::{AfterFetch, Settings};

/// Delivers a file: under a hidden name first, then under its own.
pub(crate) async fn deliver(
    session: &Session,
    settings: &Settings,
    name: &str,
    bytes: &[u8],
) -> Result<(), SftpError> {
    let sftp = &session.sftp;
    let folder = settings.out.as_deref().ok_or(SftpError::NoOut)?;
    let (whole, part) = (
        within(folder, name),
        within(folder, &format!(".{name}.part")),
    );
    if is_there(sftp, &whole, bytes).await? {
        return Ok(());
    }
    write(sftp, &part, bytes).await?;
    let renamed = sftp.rename(part.as_str(), whole.as_str()).await;
    let Err(error) = renamed else {
        return Ok(());
    };
    // Servers refuse to rename onto a file, such as one that another run of ours
    // has delivered meanwhile.
    if is_there(sftp, &whole, bytes).await? {
        return Ok(());
    }
    Err(SftpError::while_doing("renaming the whole file to", &whole)(error))
}

async fn write(sftp: &SftpSession, path: &str, bytes: &[u8]) -> Result<(), SftpError> {
    let doing = || SftpError::while_doing("writing", path);
    let mut file = sftp.create(path).await.map_err(doing())?;
    let written = async {
        file.write_all(bytes).await?;
        file.flush().await
    };
    written.await.map_err(|error| doing()(error.into()))?;
    file.sync_all().await.map_err(doing())?;
    file.close().await.map_err(|error| doing()(error.into()))?;
    let about = sftp.metadata(path).await.map_err(doing())?;
    if about.len() == bytes.len() as u64 {
        Ok(())
    } else {
        Err(SftpError::Short {
            path: path.to_owned(),
            found: about.len(),
            size: bytes.len(),
        })
    }
}

/// Whether these bytes are there already. Other bytes are an error.
async fn is_there(sftp: &SftpSession, path: &str, bytes: &[u8]) -> Result<bool, SftpError> {
    let about = match sftp.metadata(path).await {
        Ok(about) => about,
        Err(answer) if is_absent(&answer) => return Ok(false),
        Err(answer) => return Err(SftpError::while_doing("looking for", path)(answer)),
    };
    let same = about.len() == bytes.len() as u64
        && match sftp.read(path).await {
            Ok(there) => there == bytes,
            // A folder that only takes. The name has the interchange's number in
            // it, so that a file of it and of this size is this one.
            Err(answer) if is_denied(&answer) => true,
            // Taken in this moment by the other side: it was there.
            Err(answer) if is_absent(&answer) => true,
            Err(answer) => return Err(SftpError::while_doing("comparing", path)(answer)),
        };
    if same {
        Ok(true)
    } else {
        Err(SftpError::OtherFile {
            path: path.to_owned(),
        })
    }
}

/// A file that waits, as it was listed.
struct Waiting {
    name: String,
    about: Metadata,
}

/// Hands in what waits, in the order of names.
pub(crate) async fn fetch(
    session: &Session,
    settings: &Settings,
    exchange: &Exchange<'_>,
) -> Result<(), SftpError> {
    let sftp = &session.sftp;
    let Some(folder) = settings.waiting.as_deref() else {
        return Ok(());
    };
    for file in list(sftp, folder).await? {
        let path = within(folder, &file.name);
        let doing = || SftpError::while_doing("fetching", &path);
        if file.about.len() > MAX_FILE as u64 {
            let size = file.about.len();
            return Err(SftpError::TooLong { path, size });
        }
        let bytes = match sftp.read(path.as_str()).await {
            Ok(bytes) => bytes,
            // Another of our programs was faster.
            Err(answer) if is_absent(&answer) => continue,
            Err(answer) => return Err(doing()(answer)),
        };
        if !is_settled(sftp, &path, &file.about, &bytes).await {
            let line = format!("{path} is still being written; it is fetched with the next run");
            exchange.log(Level::Info, &line);
            continue;
        }
        exchange.keep(&kept_as(&file.name), &bytes)?;
        give_up(sftp, settings, &path, &file.name).await?;
    }
    Ok(())
}

async fn list(sftp: &SftpSession, folder: &str) -> Result<Vec<Waiting>, SftpError> {
    let listed = sftp.read_dir(folder).await;
    let listed = listed.map_err(SftpError::while_doing("listing", folder))?;
    let mut files: Vec<Waiting> = listed
        .filter(|entry| entry.file_type().is_file() && !entry.file_name().starts_with('.'))
        .map(|entry| Waiting {
            name: entry.file_name(),
            about: entry.metadata(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Whether a file is one that nobody is writing any more, as far as it can be
/// told: it stayed as it was listed, and X12 has its end.
async fn is_settled(sftp: &SftpSession, path: &str, listed: &Metadata, bytes: &[u8]) -> bool {
    let now = sftp.metadata(path).await;
    let stayed = now.is_ok_and(|now| now.size == listed.size && now.mtime == listed.mtime);
    stayed && bytes.len() as u64 == listed.len() && has_end(bytes)
}

/// Whether bytes end as they began: X12 with the trailer of an interchange.
fn has_end(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(4096)..];
    !bytes.starts_with(b"ISA") || tail.windows(3).any(|three| three == b"IEA")
}

/// A name as the host takes it.
fn kept_as(name: &str) -> String {
    const LONGEST: usize = 160;
    let strange = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    let plain: String = name
        .chars()
        .map(|c| if strange(c) { '_' } else { c })
        .collect();
    // The end tells files apart more often than the beginning.
    let start = plain.ceil_char_boundary(plain.len().saturating_sub(LONGEST));
    plain[start..].trim_start_matches('.').to_owned()
}

/// Does with a file there what the settings say, now that the host has it.
async fn give_up(
    sftp: &SftpSession,
    settings: &Settings,
    path: &str,
    name: &str,
) -> Result<(), SftpError> {
    let done = match &settings.after_fetch {
        AfterFetch::Keep => return Ok(()),
        AfterFetch::Delete => sftp.remove_file(path).await,
        AfterFetch::Move(folder) => sftp.rename(path, within(folder, name)).await,
    };
    match done {
        Err(answer) if !is_absent(&answer) => Err(SftpError::while_doing(
            "giving up after it was fetched",
            path,
        )(answer)),
        _ => Ok(()),
    }
}

fn within(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x12_that_was_cut_off_is_told_from_what_has_its_end() {
        assert!(has_end(b"ISA*00~GS~GE~IEA*1*000000001~\r\n"));
        assert!(!has_end(b"ISA*00~GS~"));
        assert!(has_end(b"no x12"));
    }

    #[test]
    fn a_name_is_kept_as_far_as_a_host_takes_it() {
        assert_eq!(kept_as("RESP 1.999"), "RESP 1.999");
        assert_eq!(kept_as("a:b\\c\n.277"), "a_b_c_.277");
        let long = format!("{}.835", "é".repeat(200));
        let kept = kept_as(&long);
        assert!(kept.len() <= 160 && kept.ends_with("é.835"));
    }

    #[test]
    fn a_path_is_made_of_any_folder() {
        assert_eq!(within("/", "a"), "/a");
        assert_eq!(within("in/", "a"), "in/a");
    }
}
