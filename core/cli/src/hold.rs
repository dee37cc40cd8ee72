//! `scrubjay claims hold`: a person holds a claim that is still to leave.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use scrubjay::EngineError;
use scrubjay::model::ClaimId;

use crate::place::Place;

/// Which claim, who, why, and until when.
#[derive(Debug, clap::Args)]
pub(crate) struct HoldArguments {
    /// Claim.
    claim: ClaimId,
    /// Who holds it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why it is not to leave.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// First day on which it may go again by itself; without one it waits for
    /// `claims release`.
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn hold(out: &mut impl Write, arguments: &HoldArguments) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine()?;
    let HoldArguments {
        claim,
        by,
        reason,
        until,
        ..
    } = arguments;
    match engine.hold(claim, by, reason, *until) {
        Ok(held) => {
            let end = held
                .until
                .map_or_else(String::new, |until| format!(" until {until}"));
            writeln!(out, "claim {claim} is held by {}{end}", by.trim())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(EngineError::Hold(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}
