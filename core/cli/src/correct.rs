//! `scrubjay claims correct`: a mended claim takes the place of what it was.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::EngineError;
use scrubjay::model::ClaimId;

use crate::place::Place;

/// Which claim, the file that holds it mended, who, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct CorrectArguments {
    /// Claim.
    claim: ClaimId,
    /// An 837 with that claim alone, as it should be.
    file: PathBuf,
    /// Who corrects it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What was wrong.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn correct(
    out: &mut impl Write,
    arguments: &CorrectArguments,
) -> anyhow::Result<ExitCode> {
    let CorrectArguments {
        claim,
        file,
        by,
        reason,
        place,
    } = arguments;
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let mut engine = place.engine()?;
    match engine.correct(claim, &bytes, by, reason) {
        Ok(corrected) => {
            writeln!(
                out,
                "claim {claim} is {}; {} changed {}",
                corrected.work,
                by.trim(),
                corrected.changed.join(", ")
            )?;
            Ok(ExitCode::SUCCESS)
        }
        Err(EngineError::Correction(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}
