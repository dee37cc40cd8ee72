//! Why the engine could not do what it was asked.

use std::path::PathBuf;

use scrubjay_store::StoreError;

/// What went wrong, where, and what to do. Never carries patient data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A file or folder could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The configuration could not be understood.
    #[error("{path}: {problem}", path = path.display())]
    Config {
        /// Path.
        path: PathBuf,
        /// What is wrong, with its place where known.
        problem: String,
    },
    /// The rule packs could not be loaded.
    #[error(transparent)]
    Rules(#[from] scrubjay_rules::LoadError),
    /// The folders of the rule packs cannot be watched.
    #[error(transparent)]
    RuleWatch(#[from] scrubjay_rules::WatchError),
    /// A folder cannot be watched.
    #[error("{path} cannot be watched: {source}", path = path.display())]
    Watch {
        /// Folder.
        path: PathBuf,
        /// What the system said.
        source: notify::Error,
    },
    /// A native plugin could not be loaded.
    #[error(transparent)]
    Plugin(#[from] scrubjay_plugin_host::PluginError),
    /// The database could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule pack was not published or rolled back.
    #[error(transparent)]
    Publish(#[from] crate::PublishError),
    /// A claim was not released.
    #[error(transparent)]
    Release(#[from] crate::ReleaseError),
    /// Claims that passed every edit could not be written.
    #[error("claims for channel `{channel}` could not be written: {problem}")]
    Submission {
        /// Channel.
        channel: String,
        /// What is wrong.
        problem: String,
    },
}

impl EngineError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
