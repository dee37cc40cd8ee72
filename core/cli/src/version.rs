//! `scrubjay claims replace` and `scrubjay claims void`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::model::ClaimId;
use scrubjay::{EngineError, NewVersion, ReplaceWith};

use crate::build::print_findings;
use crate::place::Place;
use crate::run::print_json;

/// Which claim, with what, who, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct ReplaceArguments {
    /// Claim.
    claim: ClaimId,
    /// An 837 with that claim alone, as it should be; without one, the claim is
    /// made anew of its charges and of the late ones of the same visits.
    file: Option<PathBuf>,
    /// Who replaces it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What was wrong.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// Which claim, who, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct VoidArguments {
    /// Claim.
    claim: ClaimId,
    /// Who voids it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why it should not have been.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn replace(
    out: &mut impl Write,
    arguments: &ReplaceArguments,
) -> anyhow::Result<ExitCode> {
    let file = arguments.file.as_ref();
    let bytes = file
        .map(|file| std::fs::read(file).with_context(|| file.display().to_string()))
        .transpose()?;
    let with = bytes
        .as_deref()
        .map_or(ReplaceWith::Charges, ReplaceWith::File);
    let mut engine = arguments.place.engine()?;
    let done = engine.replace(&arguments.claim, with, &arguments.by, &arguments.reason);
    tell(out, done, "replaces", arguments.json)
}

pub(crate) fn void(out: &mut impl Write, arguments: &VoidArguments) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine()?;
    let done = engine.void(&arguments.claim, &arguments.by, &arguments.reason);
    tell(out, done, "voids", arguments.json)
}

fn tell(
    out: &mut impl Write,
    done: Result<NewVersion, EngineError>,
    does: &str,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let version = match done {
        Ok(version) => version,
        Err(EngineError::Version(refused)) => {
            eprintln!("scrubjay: {refused}");
            return Ok(ExitCode::from(1));
        }
        Err(error) => return Err(error.into()),
    };
    if json {
        print_json(out, &version)?;
        return Ok(ExitCode::SUCCESS);
    }
    let original = &version.original;
    match &version.claim {
        Some(claim) => writeln!(
            out,
            "claim {claim} {does} {original} and is {}",
            version.work
        )?,
        None => match &version.stands {
            Some(stands) => writeln!(
                out,
                "claim {original} is taken back: it had not left, and claim {stands} stands as it did"
            )?,
            None => writeln!(
                out,
                "claim {original} is taken back: no payer had it, and its charges are unbilled"
            )?,
        },
    }
    print_findings(out, &version.findings)?;
    Ok(ExitCode::SUCCESS)
}
