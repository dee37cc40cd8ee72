//! `scrubjay rules definitions`: files by which editors know the vocabulary.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::rules::write_definitions;

/// Where to write.
#[derive(Debug, clap::Args)]
pub(crate) struct DefinitionsArguments {
    /// Folder; a Rhai language server reads it beside the packs.
    #[arg(long, default_value = ".rhai", value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn write(
    out: &mut impl Write,
    arguments: &DefinitionsArguments,
) -> anyhow::Result<ExitCode> {
    let files = write_definitions(&arguments.out)
        .with_context(|| format!("{} cannot be written", arguments.out.display()))?;
    for file in files {
        writeln!(out, "wrote {}", file.display())?;
    }
    Ok(ExitCode::SUCCESS)
}
