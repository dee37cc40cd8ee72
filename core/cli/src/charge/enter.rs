//! Charges are entered, taken in by files, and taken back.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay::model::{
    ChargeId, EncounterId, Icd10, Modifier, Money, Npi, PlaceOfService, ProcedureCode,
};
use scrubjay::{ChargeEntry, Charged, Derivation, Ended};

use super::{service, unless_refused};
use crate::place::Place;
use crate::run::print_json;
use crate::table::dollars;

/// A charge, and who enters it.
#[derive(Debug, clap::Args)]
pub(crate) struct AddArguments {
    /// Id of the charge: the same one again corrects it.
    id: ChargeId,
    /// Visit.
    #[arg(long)]
    visit: EncounterId,
    /// Procedure code.
    #[arg(long, value_name = "CODE")]
    procedure: ProcedureCode,
    /// Modifiers in order, with commas between them.
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    modifiers: Vec<Modifier>,
    /// Units.
    #[arg(long, default_value = "1")]
    units: Decimal,
    /// Diagnoses without points, the first one first, with commas between them.
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    diagnoses: Vec<Icd10>,
    /// Dollars for all units; the charge master's without it.
    #[arg(long, value_name = "DOLLARS")]
    amount: Option<Money>,
    /// Date of service; the visit's without it.
    #[arg(long, value_name = "DATE")]
    service: Option<NaiveDate>,
    /// Day of entry; today without it.
    #[arg(long, value_name = "DATE")]
    entered: Option<NaiveDate>,
    /// NPI of who gave the service; the visit's without it.
    #[arg(long, value_name = "NPI")]
    provider: Option<Npi>,
    /// Place of service, two digits; the visit's without it.
    #[arg(long = "at", value_name = "PLACE")]
    at: Option<PlaceOfService>,
    /// Who enters it; stands in the journal.
    #[arg(long, value_name = "NAME", default_value = "scrubjay")]
    by: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn add(out: &mut impl Write, arguments: &AddArguments) -> anyhow::Result<ExitCode> {
    let asked = arguments;
    let entry = ChargeEntry {
        modifiers: asked.modifiers.clone(),
        units: asked.units,
        diagnoses: asked.diagnoses.clone(),
        amount: asked.amount,
        service: asked.service,
        entered: asked.entered,
        provider: asked.provider,
        place: asked.at.clone(),
        ..ChargeEntry::of(
            asked.id.clone(),
            asked.visit.clone(),
            asked.procedure.clone(),
        )
    };
    let mut engine = asked.place.engine_or_make()?;
    let Some(charged) = unless_refused(engine.charge(entry, &asked.by))? else {
        return Ok(ExitCode::from(1));
    };
    if asked.json {
        print_json(out, &charged)?;
    } else {
        print_charged(out, &charged)?;
    }
    Ok(ExitCode::from(if charged.held { 3 } else { 0 }))
}

fn print_charged(out: &mut impl Write, charged: &Charged) -> anyhow::Result<()> {
    let charge = &charged.charge;
    writeln!(
        out,
        "charge {} {}: {} for {}",
        charge.id,
        charged.outcome.as_str(),
        service(charge),
        dollars(charge.amount)
    )?;
    for derived in &charged.derived {
        let change = match &derived.change {
            Derivation::Modifier { modifier } => format!("modifier {modifier} added"),
            Derivation::Units { before, after } => {
                format!(
                    "units {} instead of {}",
                    after.normalize(),
                    before.normalize()
                )
            }
        };
        writeln!(out, "  {change}: {} ({})", derived.reason, derived.rule)?;
    }
    for finding in &charged.findings {
        writeln!(
            out,
            "  {} {}: {}",
            finding.severity, finding.rule, finding.message
        )?;
    }
    if charged.held {
        writeln!(out, "  held: it is not billed until it is mended or passed")?;
    }
    Ok(())
}

/// Which files.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArguments {
    /// Files of charges, ending in .csv or .json.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn import(
    out: &mut impl Write,
    arguments: &ImportArguments,
) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine_or_make()?;
    let mut taken = Vec::new();
    for path in &arguments.files {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        taken.push(engine.take_in(&name, &bytes)?);
    }
    let is_whole = taken.iter().all(|file| match &file.ended {
        Ended::TakenIn { remarks, .. } => remarks.is_empty(),
        Ended::AlreadyTaken { .. } => true,
        _ => false,
    });
    if arguments.json {
        print_json(out, &taken)?;
    } else {
        for file in &taken {
            writeln!(out, "{file}")?;
        }
    }
    Ok(ExitCode::from(u8::from(!is_whole)))
}

/// Which charge, who, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct VoidArguments {
    /// Charge.
    charge: ChargeId,
    /// Who takes it back.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn void(out: &mut impl Write, arguments: &VoidArguments) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine_or_make()?;
    let ended = engine.void_charge(&arguments.charge, &arguments.by, &arguments.reason);
    let Some(charge) = unless_refused(ended)? else {
        return Ok(ExitCode::from(1));
    };
    if arguments.json {
        print_json(out, &charge)?;
    } else {
        writeln!(
            out,
            "charge {} is taken back by {}",
            charge.id,
            arguments.by.trim()
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
