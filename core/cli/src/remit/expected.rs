//! `scrubjay remit expected`: what a claim is worth by contract.

use std::io::Write;
use std::process::ExitCode;

use scrubjay::model::ClaimId;
use scrubjay::{EngineError, ExpectedPayment};

use crate::place::Place;
use crate::run::print_json;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// Which claim.
#[derive(Debug, clap::Args)]
pub(crate) struct ExpectedArguments {
    /// Claim.
    claim: ClaimId,
    #[command(flatten)]
    place: Place,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn expected(
    out: &mut impl Write,
    arguments: &ExpectedArguments,
) -> anyhow::Result<ExitCode> {
    let engine = arguments.place.engine()?;
    let lines = match engine.expected(&arguments.claim) {
        Ok(lines) => lines,
        Err(refused @ EngineError::NoClaim { .. }) => {
            eprintln!("scrubjay: {refused}");
            return Ok(ExitCode::from(1));
        }
        Err(error) => return Err(error.into()),
    };
    if arguments.json {
        print_json(out, &lines)?;
        return Ok(ExitCode::SUCCESS);
    }
    if lines.is_empty() {
        writeln!(
            out,
            "no contract says what claim {} is worth",
            arguments.claim
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let columns = [
        Number("line"),
        Number("charge"),
        Number("expected"),
        Number("allowed"),
        Number("short"),
        Text("term"),
    ];
    print_table(out, &columns, lines.iter().map(cells).collect())?;
    Ok(ExitCode::SUCCESS)
}

fn cells(line: &ExpectedPayment) -> Vec<String> {
    let or_dash = |amount: Option<_>| amount.map_or_else(|| "-".to_owned(), dollars);
    vec![
        line.line.line.to_string(),
        dollars(line.line.charge),
        or_dash(line.line.expected),
        or_dash(line.allowed),
        or_dash(line.short()),
        line.line.term.clone().unwrap_or_default(),
    ]
}
