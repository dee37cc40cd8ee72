//! `scrubjay claims release`: a person passes what rules found.

use std::io::Write;
use std::process::ExitCode;

use scrubjay::EngineError;
use scrubjay::model::ClaimId;

use crate::place::Place;

/// Which claim, who, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct ReleaseArguments {
    /// Claim.
    claim: ClaimId,
    /// Who passes it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why it may go all the same.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn release(
    out: &mut impl Write,
    arguments: &ReleaseArguments,
) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine()?;
    match engine.release(&arguments.claim, &arguments.by, &arguments.reason) {
        Ok(released) => {
            let rules = if released.rules.is_empty() {
                "nothing that still holds".to_owned()
            } else {
                released.rules.join(", ")
            };
            writeln!(
                out,
                "claim {} is {}; {} passed {rules}",
                released.claim, released.work, arguments.by
            )?;
            Ok(ExitCode::SUCCESS)
        }
        Err(EngineError::Release(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}
