//! `scrubjay rules fmt`: one layout for all rule files.

use std::io::Write;
use std::process::ExitCode;

use scrubjay::rules::{Formatted, Formatting, format_files};

use super::Packs;

/// What to format, and whether to write.
#[derive(Debug, clap::Args)]
pub(crate) struct FmtArguments {
    #[command(flatten)]
    packs: Packs,
    /// Name the files that are not formatted, and write nothing.
    #[arg(long)]
    check: bool,
}

pub(super) fn fmt(out: &mut impl Write, arguments: &FmtArguments) -> anyhow::Result<ExitCode> {
    let (formatting, word) = if arguments.check {
        (Formatting::Check, "not formatted")
    } else {
        (Formatting::Write, "formatted")
    };
    let mut code = ExitCode::SUCCESS;
    for (file, formatted) in format_files(&arguments.packs.folders()?, formatting)? {
        match formatted {
            Formatted::Anew => {
                writeln!(out, "{word}: {}", file.display())?;
                if arguments.check {
                    code = ExitCode::from(1);
                }
            }
            Formatted::Faulty(error) => {
                for fault in error.diagnostics() {
                    writeln!(out, "{fault}")?;
                }
                code = ExitCode::from(1);
            }
            _ => {}
        }
    }
    Ok(code)
}
