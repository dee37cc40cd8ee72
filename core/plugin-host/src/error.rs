//! Why a plugin was not loaded.

use std::path::PathBuf;

use crate::signature::{PluginSignatureError, signature_path};
use crate::spec::Sha256;

/// How the process of a plugin ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ending {
    /// By a signal: 6 is an abort, also for want of memory, 11 a wild pointer.
    #[error("was ended by signal {0}")]
    Signal(i32),
    /// By itself.
    #[error("ended itself with status {0}")]
    Status(i32),
    /// It no longer listened, and the host ended it.
    #[error("closed its pipe to the host")]
    Closed,
}

/// Why a plugin cannot be had in a process of its own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChildError {
    /// The host named no program.
    #[error(
        "this program names none to run it in: leave out `isolation: process`, \
             or have the program name one with `child_program`"
    )]
    NoProgram,
    /// The system does not have what it takes.
    #[error("this system cannot do so: leave out `isolation: process`")]
    NotHere,
    /// The program could not be started.
    #[error("`{}` cannot be started: {source}", program.display())]
    Start {
        /// Program.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The process says why it will not have it.
    #[error("{said}")]
    Refused {
        /// In its words, which name the file or the plugin.
        said: String,
    },
    /// The process ended on the way.
    #[error("its process {ending}")]
    Lost {
        /// How.
        ending: Ending,
    },
    /// It took too long.
    #[error("it was not ready within {limit_ms} ms: mend it, or allow more with `start_ms`")]
    Slow {
        /// Its time.
        limit_ms: u32,
    },
    /// The process says what is no answer.
    #[error("`{}` does not answer as a program that serves plugins", program.display())]
    NoAnswer {
        /// Program.
        program: PathBuf,
    },
    /// A new process says another thing of the plugin than the first did.
    #[error("it says something else of itself than when it was loaded")]
    Changed,
}

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
    #[error("plugin {} is neither pinned nor signed: this host needs a signature in {}, by a key \
             that it trusts, or `sha256: {found}` beside its path, once you have compared it with \
             what the vendor published", path.display(), signature_path(path).display())]
    NotPinned {
        /// File.
        path: PathBuf,
        /// What the file has.
        found: Sha256,
    },
    /// The signature beside the file does not vouch for it.
    #[error("plugin {} cannot be trusted: {problem}", path.display())]
    Signature {
        /// File.
        path: PathBuf,
        /// Why not.
        problem: PluginSignatureError,
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
    /// An extension that the descriptor promises is missing.
    #[error("plugin {} says that it has the extension `{extension}`, and does not give it", path.display())]
    NoExtension {
        /// File.
        path: PathBuf,
        /// Its id.
        extension: &'static str,
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
    /// It cannot be had in a process of its own.
    #[error("plugin {} in a process of its own: {problem}", path.display())]
    Child {
        /// File.
        path: PathBuf,
        /// Why.
        problem: ChildError,
    },
    /// A limit that nothing would keep.
    #[error("plugin {}: `{limit}` is only kept in a process of its own: \
             add `isolation: process` or leave it out", path.display())]
    Limit {
        /// File.
        path: PathBuf,
        /// Its name in the budget.
        limit: &'static str,
    },
}
