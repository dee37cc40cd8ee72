//! Why a plugin was not loaded.

use std::path::PathBuf;

use crate::spec::Sha256;

/// Why a plugin was not loaded. The running version, where there is one, stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PluginError {
    /// The file cannot be read.
    #[error("cannot read plugin {}", path.display())]
    Read {
        /// File.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The private copy cannot be made.
    #[error("cannot keep a private copy of plugin {} in {}", path.display(), folder.display())]
    Copy {
        /// File.
        path: PathBuf,
        /// Where the copy should have gone.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file has another hash than the configuration says.
    #[error("plugin {} has SHA-256 {found}, and the configuration pins {pinned}: \
             compare with what the vendor published before changing it", path.display())]
    Hash {
        /// File.
        path: PathBuf,
        /// What the configuration says.
        pinned: Sha256,
        /// What the file has.
        found: Sha256,
    },
    /// The host loads pinned plugins only, and this one is not.
    #[error("plugin {} is not pinned: this host needs `sha256: {found}` beside its path, \
             once you have compared it with what the vendor published", path.display())]
    NotPinned {
        /// File.
        path: PathBuf,
        /// What the file has.
        found: Sha256,
    },
    /// The file is no shared library of this machine.
    #[error("plugin {} is {found}; this host needs {needed}", path.display())]
    Image {
        /// File.
        path: PathBuf,
        /// What it is.
        found: String,
        /// What the host needs.
        needed: String,
    },
    /// The system's loader refused it.
    #[error("plugin {} cannot be mapped: {reason}", path.display())]
    Map {
        /// File.
        path: PathBuf,
        /// What the loader says: a missing library or symbol, mostly.
        reason: String,
    },
    /// The entry symbol is missing.
    #[error("plugin {} does not export `{symbol}`: it is no Scrubjay plugin, or the symbol is hidden",
            path.display())]
    NoEntry {
        /// File.
        path: PathBuf,
        /// Symbol.
        symbol: &'static str,
    },
    /// The entry symbol is something else.
    #[error("plugin {} exports `{symbol}`, but it is no entry of a Scrubjay plugin", path.display())]
    NotAnEntry {
        /// File.
        path: PathBuf,
        /// Symbol.
        symbol: &'static str,
    },
    /// Made for another major version of the interface.
    #[error("plugin {} is made for interface {major}.{minor}, and this host has {host_major}.{host_minor}: \
             ask the vendor for a build against major version {host_major}", path.display())]
    Abi {
        /// File.
        path: PathBuf,
        /// The plugin's.
        major: u32,
        /// The plugin's.
        minor: u32,
        /// The host's.
        host_major: u32,
        /// The host's.
        host_minor: u32,
    },
    /// A struct says of itself a size that it cannot have.
    #[error("plugin {} hands in a `{name}` of {found} bytes where interface {major}.{minor} has {needed}",
            path.display())]
    Size {
        /// File.
        path: PathBuf,
        /// Struct.
        name: &'static str,
        /// What it says.
        found: u32,
        /// What it must be, or be at least.
        needed: u32,
        /// The plugin's.
        major: u32,
        /// The plugin's.
        minor: u32,
    },
    /// The descriptor says something that cannot be meant.
    #[error("plugin {} says of itself a `{field}` that {problem}", path.display())]
    Descriptor {
        /// File.
        path: PathBuf,
        /// Field.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A function that every plugin has is missing.
    #[error("plugin {} has no function `{function}`", path.display())]
    NoFunction {
        /// File.
        path: PathBuf,
        /// Function.
        function: &'static str,
    },
    /// None of the plugin's hooks is offered to plugins.
    #[error(
        "plugin `{id}` would never be asked: none of its hooks is offered to plugins \
             by this host, which offers {offered}"
    )]
    NoHook {
        /// Plugin.
        id: String,
        /// The hooks that are.
        offered: String,
    },
    /// A plugin of that id is loaded already.
    #[error("plugin `{id}` of {} is loaded already, from {}", path.display(), loaded.display())]
    Duplicate {
        /// Plugin.
        id: String,
        /// File.
        path: PathBuf,
        /// The other's file.
        loaded: PathBuf,
    },
    /// The plugin itself would not start.
    #[error("plugin `{id}` would not start (status {status}){}", 
            said.as_ref().map_or_else(String::new, |said| format!(": {said}")))]
    Create {
        /// Plugin.
        id: String,
        /// What `create` returned.
        status: i32,
        /// What the plugin said.
        said: Option<String>,
    },
    /// The replacement is another plugin, or is asked at other hooks.
    #[error("plugin `{id}` cannot be replaced while it runs: {problem}")]
    Replacement {
        /// Plugin.
        id: String,
        /// Why.
        problem: String,
    },
}
