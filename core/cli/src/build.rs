//! `scrubjay claims build`: claims are made of charges, and of what payers before
//! the next one have decided.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use scrubjay::hooks::Finding;
use scrubjay::model::{ChargeId, EncounterId, PatientKey};
use scrubjay::{BuildSelection, Built, Engine, EngineError, NextPayers};

use crate::place::Place;
use crate::run::print_json;
use crate::table::dollars;

/// Which charges, and who bills them.
#[derive(Debug, clap::Args)]
pub(crate) struct BuildArguments {
    /// Only charges of these visits; of all where none is named.
    #[arg(value_name = "VISIT")]
    visits: Vec<EncounterId>,
    /// Only charges of this patient.
    #[arg(long, value_name = "KEY")]
    patient: Option<PatientKey>,
    /// Only charges that go to this payer, by its key.
    #[arg(long, value_name = "KEY")]
    payer: Option<String>,
    /// Only services of this day or earlier.
    #[arg(long, value_name = "DATE")]
    through: Option<NaiveDate>,
    /// Say what would be built, and keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Build the claims to the next payers instead, of claims that the payers
    /// before have decided.
    #[arg(long, conflicts_with_all = ["visits", "patient", "payer", "through"])]
    secondary: bool,
    /// Who builds them.
    #[arg(long, value_name = "NAME", default_value = "scrubjay")]
    by: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn build(out: &mut impl Write, arguments: &BuildArguments) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine()?;
    let done = if arguments.secondary {
        next_payers(&mut engine, arguments).map(|next| print_next(out, &next, arguments))
    } else {
        of_charges(&mut engine, arguments).map(|built| print_built(out, &built, arguments))
    };
    match done {
        Ok(printed) => printed.map(|()| ExitCode::SUCCESS),
        Err(EngineError::Build(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}

fn of_charges(engine: &mut Engine, arguments: &BuildArguments) -> Result<Built, EngineError> {
    let mut selection = BuildSelection::default();
    selection.encounters.clone_from(&arguments.visits);
    selection.patient.clone_from(&arguments.patient);
    selection.payer.clone_from(&arguments.payer);
    selection.through = arguments.through;
    if arguments.dry_run {
        engine.preview_claims(&selection)
    } else {
        engine.build_claims(&selection, &arguments.by)
    }
}

fn next_payers(engine: &mut Engine, arguments: &BuildArguments) -> Result<NextPayers, EngineError> {
    if arguments.dry_run {
        engine.preview_next_claims()
    } else {
        engine.build_next_claims(&arguments.by)
    }
}

/// What is said of something that is not kept.
const fn would(arguments: &BuildArguments) -> &'static str {
    if arguments.dry_run {
        "would be "
    } else {
        "is "
    }
}

fn print_built(
    out: &mut impl Write,
    built: &Built,
    arguments: &BuildArguments,
) -> anyhow::Result<()> {
    if arguments.json {
        return print_json(out, built);
    }
    if built.claims.is_empty() && built.left_out.is_empty() {
        writeln!(out, "no charge is to be billed")?;
    }
    for claim in &built.claims {
        let charges: Vec<&str> = claim.charges.iter().map(ChargeId::as_str).collect();
        writeln!(
            out,
            "claim {} to {}, {}, {}{}: charges {}",
            claim.claim,
            claim.payer,
            dollars(claim.charge),
            would(arguments),
            claim.work,
            charges.join(", ")
        )?;
        print_findings(out, &claim.findings)?;
    }
    for left in &built.left_out {
        writeln!(
            out,
            "charge {}, {}, stands on no claim: {}",
            left.charge,
            dollars(left.amount),
            left.why
        )?;
    }
    Ok(())
}

fn print_next(
    out: &mut impl Write,
    next: &NextPayers,
    arguments: &BuildArguments,
) -> anyhow::Result<()> {
    if arguments.json {
        return print_json(out, next);
    }
    if next.claims.is_empty() && next.left_out.is_empty() {
        writeln!(out, "no next payer is to be asked")?;
    }
    for claim in &next.claims {
        writeln!(
            out,
            "claim {} to {} after {}, {} owed, {}{}",
            claim.claim,
            claim.payer,
            claim.after,
            dollars(claim.owed),
            would(arguments),
            claim.work
        )?;
        print_findings(out, &claim.findings)?;
    }
    for left in &next.left_out {
        writeln!(out, "claim {}: {}", left.claim, left.why)?;
    }
    Ok(())
}

/// What rules found, a line each.
pub(crate) fn print_findings(out: &mut impl Write, findings: &[Finding]) -> anyhow::Result<()> {
    for finding in findings {
        writeln!(
            out,
            "  {} {}: {}",
            finding.severity, finding.rule, finding.message
        )?;
    }
    Ok(())
}
