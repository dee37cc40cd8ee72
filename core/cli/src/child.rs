//! `scrubjay plugin-child`: this program as the process of one plugin.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::plugins::PluginHost;
use scrubjay::{Engine, EngineBuilder};

/// The subcommand, which a host starts and nobody else.
pub(crate) const SUBCOMMAND: &str = "plugin-child";

/// Opens the engine of a folder; its plugins may run in processes of this program.
pub(crate) fn engine(folder: &Path, database: &Path) -> anyhow::Result<Engine> {
    let builder = EngineBuilder::of_folder(folder, database)?;
    Ok(with_processes(builder)?.open()?)
}

/// What is made of the builder may run plugins in processes of this program.
pub(crate) fn with_processes(builder: EngineBuilder) -> anyhow::Result<EngineBuilder> {
    Ok(builder.child_program(program()?, [SUBCOMMAND]))
}

/// A host of plugins outside of an engine, whose plugins may do so too.
pub(crate) fn named(host: PluginHost) -> anyhow::Result<PluginHost> {
    Ok(host.child_program(program()?, [SUBCOMMAND]))
}

fn program() -> anyhow::Result<std::path::PathBuf> {
    std::env::current_exe().context("this program does not know where it is")
}

/// Serves one plugin, until the host ends it.
#[cfg(unix)]
pub(crate) fn serve() -> anyhow::Result<ExitCode> {
    scrubjay::plugins::serve_child()?;
    Ok(ExitCode::SUCCESS)
}

/// Serves none.
#[cfg(not(unix))]
pub(crate) fn serve() -> anyhow::Result<ExitCode> {
    anyhow::bail!("a plugin has no process of its own on this system")
}
