//! Why nothing was installed.

use std::io;
use std::path::{Path, PathBuf};

use crate::archive::{ArchiveError, PackVersion};
use crate::diagnostic::LoadError;
use crate::signature::{PublicKey, SignatureError};

/// Why nothing was installed. The folder is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The signature is not what it must be.
    #[error("{0}")]
    Signature(#[from] SignatureError),
    /// Not the practice's key.
    #[error(
        "the practice has changed the pack, so {key} must sign it anew: use one of the keys that are trusted here"
    )]
    WrongKey {
        /// The key that was given.
        key: PublicKey,
    },
    /// Nobody would have signed what is installed.
    #[error(
        "the practice has changed the pack, so nobody has signed it as it would be, and only signed packs may run here: sign it with --sign KEYFILE, or take it as it is shipped with --discard-local"
    )]
    Unsigned,
    /// It is not newer than what is there.
    #[error(
        "{id} {there} is here, and {comes} is not newer; --allow-downgrade takes it all the same"
    )]
    NotNewer {
        /// Pack.
        id: String,
        /// The version that is here.
        there: PackVersion,
        /// The version that comes.
        comes: PackVersion,
    },
    /// Nobody knows what the practice has changed.
    #[error(
        "{folder} was not installed from an archive, so nobody knows what was changed in it: name the archive of its version with --base FILE, or take the pack as it is shipped with --discard-local", folder = folder.display()
    )]
    NoBase {
        /// The pack's folder.
        folder: PathBuf,
    },
    /// The base is of another pack.
    #[error("the archive that was named as the base is of the pack `{id}`")]
    OtherBase {
        /// Its id.
        id: String,
    },
    /// The archive that the pack came from cannot be read any more.
    #[error("{path}: {source}", path = path.display())]
    Shipped {
        /// Path.
        path: PathBuf,
        /// What is wrong.
        source: ArchiveError,
    },
    /// Something else stands where the pack would.
    #[error("{path} is there and is {what}: move it away, or install elsewhere", path = path.display())]
    InTheWay {
        /// Path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The pack does not load, or fails its tests, as it is shipped.
    #[error("the pack is not sound as it is shipped: {0}")]
    Unsound(LoadError),
    /// It is sound as it is shipped, and not with the practice's changes.
    #[error(
        "the pack is sound as it is shipped, and not with what was changed here: {0}\nchange it here so that it fits, or take the pack as it is shipped with --discard-local"
    )]
    UnsoundWithChanges(LoadError),
    /// It does not stand beside the other packs.
    #[error("the pack does not go with the others in the folder: {0}")]
    Unfit(LoadError),
    /// A pack of the folder cannot be read.
    #[error(transparent)]
    Folder(#[from] LoadError),
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

pub(super) fn file_error(path: &Path) -> impl FnOnce(io::Error) -> InstallError {
    let path = path.to_owned();
    move |source| InstallError::File { path, source }
}
