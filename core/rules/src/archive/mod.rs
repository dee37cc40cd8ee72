//! A pack in one file, to be handed on: what is in it, with the hash of each
//! file, and the signature where there is one.
//!
//! The file is text, so that it can be read, mailed and compared:
//!
//! ```text
//! scrubjay pack archive 1
//! id: commercial
//! version: 1.4.0
//! requires: 0.1.0                    only where pack.yaml says so
//! hash: SHA-256 of what is compiled
//! files: 3
//! SHA-256 BYTES contract.rhai        each file, by name
//! SHA-256 BYTES pack.yaml
//! SHA-256 BYTES tables/filing_limits.csv
//! list: SHA-256 of these lines
//!                                    an empty line, then each file and a line break
//! ```
//!
//! The same pack gives the same bytes, and no other bytes are taken for it. The
//! signature is the pack's own file `pack.sig`, over the names and hashes of
//! all others. There are no folders, links or rights in an archive, and names
//! are those that a pack may have, so nothing of it can land elsewhere.

mod head;
mod install;
mod merge;
mod table;
mod version;

use sha2::{Digest as _, Sha256};

use crate::content::PackContent;
use crate::diagnostic::LoadError;
use crate::pack::{MANIFEST, Manifest, manifest};
use crate::signature::{PublicKey, SignatureError, hex};
use crate::source::Source;
use head::{Head, contents};

pub use install::{
    Downgrade, InstallError, InstallOptions, Installed, LocalChanges, Overridden, install,
    overridden,
};
pub use merge::LocalChange;
pub use version::{PackVersion, VersionError};

/// What an archive begins with.
const HEAD: &str = "scrubjay pack archive 1";
/// Bytes of an archive at most.
const MAX_ARCHIVE: usize = 64 * 1024 * 1024;
/// Files of an archive at most.
const MAX_FILES: usize = 2_000;

/// A pack as it is handed on.
///
/// ```
/// use scrubjay_rules::{PackArchive, PackContent};
///
/// # let base = concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules/base");
/// let archive = PackArchive::of(PackContent::read(base)?)?;
/// let bytes = archive.to_bytes();
/// assert_eq!(PackArchive::read(&bytes)?, archive);
/// assert!(PackArchive::read(&bytes[..bytes.len() - 2]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackArchive {
    id: String,
    version: PackVersion,
    requires: Option<PackVersion>,
    content: PackContent,
}

/// Why something is no archive of a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// It is something else, or of a later form.
    #[error("this is no pack archive; `scrubjay rules pack` makes one")]
    NotAnArchive,
    /// It is larger than any pack.
    #[error("the archive is larger than {} MiB", MAX_ARCHIVE >> 20)]
    TooLarge,
    /// A line of its head is not what it must be.
    #[error(
        "line {line} of the archive's head: {expected} must stand there; ask for the file again"
    )]
    Head {
        /// Line, from 1.
        line: usize,
        /// What must stand there.
        expected: &'static str,
    },
    /// It ends too early, or goes on behind its end.
    #[error("the archive is cut or has more in it than it says; ask for the file again")]
    CutShort,
    /// A file is not the one that the head speaks of.
    #[error("`{name}` is not the file that the archive's head speaks of: it was changed since")]
    FileChanged {
        /// Name within the pack.
        name: String,
    },
    /// The head says something that the files do not.
    #[error("the archive's head says another {what} than its files; ask for the file again")]
    HeadDiffers {
        /// What.
        what: &'static str,
    },
    /// Its files make no pack.
    #[error(transparent)]
    NoPack(#[from] LoadError),
    /// Its name cannot be that of a folder.
    #[error(
        "a pack that is handed on is called by small letters, digits, `-` and `_`; `{id}` is not"
    )]
    Name {
        /// Id.
        id: String,
    },
    /// A version is written so that YAML takes it for a fraction.
    #[error(
        "`{key}` of {MANIFEST} is read as the number {read}: write it in quotes, so that no zero is lost"
    )]
    Fraction {
        /// Key.
        key: &'static str,
        /// What YAML makes of it.
        read: String,
    },
    /// Its version cannot be compared.
    #[error("`version: {version}` of {MANIFEST}: {problem}")]
    Version {
        /// Version.
        version: String,
        /// What is wrong with it.
        problem: VersionError,
    },
}

impl PackArchive {
    /// Bytes of an archive at most.
    pub const MAX_BYTES: u64 = MAX_ARCHIVE as u64;

    /// An archive of a pack.
    ///
    /// # Errors
    /// Where its manifest does not say what it is called and which version it is.
    pub fn of(content: PackContent) -> Result<Self, ArchiveError> {
        let manifest = manifest_of(&content)?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        let id = manifest.id;
        let starts_plain = id.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !starts_plain || id.len() > 64 || !id.chars().all(plain) {
            return Err(ArchiveError::Name { id });
        }
        let version = manifest.version;
        let version = version
            .parse()
            .map_err(|problem| ArchiveError::Version { version, problem })?;
        Ok(Self {
            id,
            version,
            requires: manifest.requires,
            content,
        })
    }

    /// Reads an archive, and checks each file by its hash.
    ///
    /// # Errors
    /// Where it is not, byte for byte, what [`to_bytes`](Self::to_bytes) gives.
    pub fn read(bytes: &[u8]) -> Result<Self, ArchiveError> {
        if bytes.len() > MAX_ARCHIVE {
            return Err(ArchiveError::TooLarge);
        }
        let mut head = Head::of(bytes);
        if head.next() != Some(HEAD) {
            return Err(ArchiveError::NotAnArchive);
        }
        let id = head.value("id", "`id:`")?.to_owned();
        let version = head.value("version", "`version:`")?.to_owned();
        let requires = head.maybe("requires").map(str::to_owned);
        let hash = head.value("hash", "`hash:`")?.to_owned();
        let count = head.value("files", "`files:` and their number")?.parse();
        let count: usize = count
            .ok()
            .filter(|count| *count <= MAX_FILES)
            .ok_or_else(|| head.error("`files:` and their number"))?;
        let mut listed = Vec::new();
        let list_at = head.rest;
        for _ in 0..count {
            listed.push(head.file()?);
        }
        let list = &list_at[..list_at.len() - head.rest.len()];
        if head.value("list", "`list:`")? != hex(&Sha256::digest(list)) {
            return Err(ArchiveError::HeadDiffers { what: "list" });
        }
        if head.next() != Some("") {
            return Err(head.error("an empty line"));
        }
        let files = contents(head.rest, &listed)?;
        let made = Self::of(PackContent::of(files)?)?;
        let differs = |what| Err(ArchiveError::HeadDiffers { what });
        if made.id != id {
            return differs("id");
        }
        if made.version.to_string() != version {
            return differs("version");
        }
        if made.requires.as_ref().map(ToString::to_string) != requires {
            return differs("`requires`");
        }
        if made.content.hash() != hash {
            return differs("hash");
        }
        // The same pack in another order, or with a number written otherwise.
        if made.to_bytes() != bytes {
            return differs("order of files");
        }
        Ok(made)
    }

    /// The archive's bytes: the same for the same pack.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let files = self.content.files();
        let mut text = format!("{HEAD}\nid: {}\nversion: {}\n", self.id, self.version);
        if let Some(requires) = &self.requires {
            text.push_str(&format!("requires: {requires}\n"));
        }
        text.push_str(&format!(
            "hash: {}\nfiles: {}\n",
            self.content.hash(),
            files.len()
        ));
        let list_at = text.len();
        for file in files {
            let digest = hex(&Sha256::digest(file.text.as_bytes()));
            text.push_str(&format!("{digest} {} {}\n", file.text.len(), file.name));
        }
        let list = hex(&Sha256::digest(&text.as_bytes()[list_at..]));
        text.push_str(&format!("list: {list}\n\n"));
        for file in files {
            text.push_str(&file.text);
            text.push('\n');
        }
        text.into_bytes()
    }

    /// What the pack is called.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its version.
    #[must_use]
    pub const fn version(&self) -> &PackVersion {
        &self.version
    }

    /// The version of the program that it needs, where it says so.
    #[must_use]
    pub const fn requires(&self) -> Option<&PackVersion> {
        self.requires.as_ref()
    }

    /// The pack.
    #[must_use]
    pub const fn content(&self) -> &PackContent {
        &self.content
    }

    /// The name under which it is handed on: `ID-VERSION.pack`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}.pack", self.id, self.version)
    }

    /// Who has signed it; none where nobody has.
    ///
    /// # Errors
    /// Where it has a signature that does not hold.
    pub fn signer(&self) -> Result<Option<PublicKey>, SignatureError> {
        self.content.signer()
    }
}

/// What the manifest of a pack says.
fn manifest_of(content: &PackContent) -> Result<Manifest, ArchiveError> {
    let mut faults = Vec::new();
    let file = content.files().iter().find(|file| file.name == MANIFEST);
    // INVARIANT: a pack has a manifest, or it would not have been made.
    let text = file.map_or("", |file| file.text.as_str());
    let manifest = manifest(&Source::new(MANIFEST, text), &mut faults);
    if faults.iter().any(crate::ruleset::is_error) {
        return Err(LoadError::new(faults).into());
    }
    let requires = manifest.requires.as_ref().map(ToString::to_string);
    for (key, read) in [
        ("version", Some(&manifest.version)),
        ("requires", requires.as_ref()),
    ] {
        let written = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        let plain = |written: &'_ str| -> String {
            let value = written.split(" #").next().unwrap_or_default().trim();
            value.trim_matches(['"', '\'']).to_owned()
        };
        let is_as_read = |read: &String| written.is_none_or(|written| plain(written) == *read);
        if let Some(read) = read.filter(|read| !is_as_read(read)) {
            let read = read.clone();
            return Err(ArchiveError::Fraction { key, read });
        }
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests;
