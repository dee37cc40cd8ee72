//! Loads native plugins over the C ABI and calls them as hook handlers.
//!
//! A plugin is one shared library against `scrubjay_plugin.h`, in any language
//! that can make a C library. Loaded, it is a [`Handler`](scrubjay_hooks::Handler)
//! like a rule pack or a built-in check, and its findings stand beside theirs.
//!
//! ```
//! use scrubjay_plugin_host::{PluginError, PluginHost, PluginSpec};
//!
//! let host = PluginHost::new()?;
//! let spec = PluginSpec::new("plugins/libfee_schedule.so").setting("table", "fees.csv");
//! match host.load(&spec) {
//!     Ok(plugin) => println!("{} {}", plugin.info().id, plugin.info().version),
//!     Err(PluginError::Read { path, .. }) => println!("{} is not there", path.display()),
//!     Err(error) => println!("refused: {error}"),
//! }
//! # Ok::<(), PluginError>(())
//! ```
//!
//! What goes wrong inside a plugin, as far as a process can contain it, ends as
//! a finding `plugin-fault` that holds the claim and names the plugin: an error
//! status, a caught panic, text that is no text, more findings than a call may
//! make, an effect that was not declared, a call beyond its time. A plugin that
//! faults again and again is set aside, and every later claim is held.
//!
//! A plugin that scribbles over memory, aborts or never comes back takes the
//! process with it, unless it runs in one of its own: [`Isolation::Process`],
//! `isolation: process` in a configuration. A crash, a hang or a want of memory
//! there is such a finding too, and costs that call: a new process is started
//! with the next call, and where that one is lost as well, after a wait that
//! doubles from 100 ms to 30 s, while which calls are held at once. The host
//! names the program to run in ([`PluginHost::child_program`]), which calls
//! [`serve_child`]. That process has no environment, no descriptors and no
//! standard streams of the host's, sees of a claim what the plugin declares to
//! need, and ends with the host.
//!
//! A plugin may carry files as well: claims out to a server, acknowledgments in.
//! [`Plugin::channel`] is then the [`Transport`](scrubjay_hooks::Transport) of a
//! channel.
//!
//! What is not here: deciding what becomes of a claim (`scrubjay`), rule packs
//! (`scrubjay-rules`).

mod call;
#[cfg(unix)]
mod child;
mod clock;
mod error;
mod fault;
mod host;
mod image;
mod info;
mod instance;
mod library;
mod mapped;
mod plugin;
#[cfg(test)]
mod samples;
mod services;
mod signature;
mod spec;
mod text;
mod transport;
mod view;

#[cfg(unix)]
pub use child::{ServeError, serve_child};
pub use error::{ChildError, Ending, PluginError};
pub use fault::PLUGIN_FAULT;
pub use host::{PluginHost, Trust};
pub use info::{LinesSeen, Need, PluginInfo, Threading};
pub use plugin::Plugin;
pub use services::{LogLevel, PluginLog};
pub use signature::{
    NotAKey, PluginKey, PluginSignatureError, signature_path, signature_text, signed_text,
};
pub use spec::{Budget, Isolation, PluginSpec, Setting, Sha256};
pub use transport::PluginTransport;
