//! `scrubjay register`: patients of a sheet are registered, or looked at.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::hooks::Finding;
use scrubjay::{EngineError, Kept, Registered, RegisteredSheet};

use crate::place::Place;
use crate::run::print_json;

/// Which sheets, and who registers.
#[derive(Debug, clap::Args)]
pub(crate) struct RegisterArguments {
    /// CSV files with a line of column names: `key` and `last`, and what else is
    /// known; a row for each coverage of a patient.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print what would be found, and keep nothing.
    #[arg(long)]
    check: bool,
    /// Who registers; stands in the journal.
    #[arg(long, value_name = "NAME", default_value = "scrubjay")]
    by: String,
    /// Print one JSON document a file. It names nobody.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn register(arguments: &RegisterArguments) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let mut engine = arguments.place.engine_or_make()?;
    let mut to_mend = false;
    for path in &arguments.files {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let taken = match arguments.check {
            true => engine.check_sheet(&bytes),
            false => engine.register_sheet(&bytes, &arguments.by),
        };
        let sheet = match taken {
            Ok(sheet) => sheet,
            Err(EngineError::Sheet(problem)) => {
                eprintln!("scrubjay: {}: {problem}", path.display());
                to_mend = true;
                continue;
            }
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        to_mend |= !sheet.bad.is_empty();
        to_mend |= sheet.patients.iter().any(|one| !one.held_by.is_empty());
        if arguments.json {
            print_json(&mut out, &sheet)?;
        } else {
            print_sheet(&mut out, &sheet)?;
        }
        for column in &sheet.unread {
            eprintln!("scrubjay: {}: {column}", path.display());
        }
        for bad in &sheet.bad {
            eprintln!("scrubjay: {}: {bad}", path.display());
        }
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(to_mend)))
}

fn print_sheet(out: &mut impl Write, sheet: &RegisteredSheet) -> std::io::Result<()> {
    for patient in &sheet.patients {
        print_registered(out, patient)?;
    }
    if !sheet.unchanged.is_empty() {
        let number = sheet.unchanged.len();
        writeln!(out, "{number} patient(s) as they were told before")?;
    }
    Ok(())
}

fn print_registered(out: &mut impl Write, patient: &Registered) -> std::io::Result<()> {
    let kept = match patient.kept {
        Kept::New => "registered",
        Kept::Changed => "changed",
        Kept::Unchanged => "as before",
    };
    let held = if patient.held_by.is_empty() {
        ""
    } else {
        ", to be mended"
    };
    writeln!(out, "patient {}: {kept}{held}", patient.patient)?;
    print_findings(out, &patient.findings)?;
    for repair in &patient.repairs {
        writeln!(
            out,
            "  mended {}: {} became {}: {} ({})",
            repair.field, repair.before, repair.after, repair.reason, repair.rule
        )?;
    }
    for first in &patient.routed {
        writeln!(out, "  payer {} comes first ({})", first.payer, first.rule)?;
    }
    for reason in &patient.to_verify {
        writeln!(out, "  the payer is asked about the cover: {reason}")?;
    }
    for visit in &patient.visits {
        if !visit.held_by.is_empty() {
            let rules = visit.held_by.join(", ");
            writeln!(out, "  visit {}: to be mended: {rules}", visit.encounter)?;
        }
    }
    Ok(())
}

/// What was found, a line each.
pub(crate) fn print_findings(out: &mut impl Write, findings: &[Finding]) -> std::io::Result<()> {
    for finding in findings {
        let shadow = if finding.shadow { ", shadow" } else { "" };
        writeln!(
            out,
            "  {}{shadow} {}: {}",
            finding.severity, finding.rule, finding.message
        )?;
    }
    Ok(())
}
