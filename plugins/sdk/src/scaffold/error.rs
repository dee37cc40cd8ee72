//! Why a plugin was not started.

use std::fmt;
use std::path::PathBuf;

/// Why a plugin was not started.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// A plugin cannot be called so.
    Name {
        /// The name.
        name: String,
    },
    /// A crate cannot be called so.
    Taken {
        /// The name.
        name: String,
    },
    /// There is such a folder already.
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder does not hold the SDK.
    NoSdk {
        /// The folder.
        folder: PathBuf,
        /// What kept it from being read, where it could not.
        source: Option<std::io::Error>,
    },
    /// A plugin in C takes no SDK.
    SdkOfC,
    /// A file or folder cannot be written.
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl fmt::Display for ScaffoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { name } => write!(
                f,
                "`{name}` is no name for a plugin: take a-z, 0-9 and single dashes between them, \
                 a letter first, 64 characters at most"
            ),
            Self::Taken { name } => write!(
                f,
                "no crate can be called `{name}`: put a word before or behind it"
            ),
            Self::Exists { folder } => write!(
                f,
                "{} is there already: take another name, or remove it first",
                folder.display()
            ),
            Self::NoSdk { folder, .. } => write!(
                f,
                "{} does not hold the SDK: name the folder `plugins/sdk` of a checkout of Scrubjay",
                folder.display()
            ),
            Self::SdkOfC => {
                f.write_str("a plugin in C takes no SDK: the header is copied into its folder")
            }
            Self::Write { path, .. } => write!(f, "cannot write {}", path.display()),
        }
    }
}

impl std::error::Error for ScaffoldError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoSdk { source, .. } => source.as_ref().map(|source| source as _),
            Self::Write { source, .. } => Some(source),
            _ => None,
        }
    }
}
