//! `scrubjay run` and `scrubjay report`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::{DATABASE_NAME, Engine, Report, Run};
use serde::Serialize;

use crate::RunArguments;
use crate::report;

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a Run>,
    report: &'a Report,
}

pub(crate) fn run(arguments: &RunArguments) -> anyhow::Result<ExitCode> {
    let mut engine = open(arguments)?;
    let run = engine.run_inbox()?;
    let report = engine.report()?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        print_json(
            &mut out,
            &Document {
                run: Some(&run),
                report: &report,
            },
        )?;
    } else {
        report::print_run(&mut out, &run)?;
        report::print_report(&mut out, &report)?;
    }
    out.flush()?;
    Ok(if run.refused() > 0 {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

pub(crate) fn report(arguments: &RunArguments) -> anyhow::Result<ExitCode> {
    let engine = open(arguments)?;
    let report = engine.report()?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        print_json(
            &mut out,
            &Document {
                run: None,
                report: &report,
            },
        )?;
    } else {
        report::print_report(&mut out, &report)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn open(arguments: &RunArguments) -> anyhow::Result<Engine> {
    let folder = &arguments.folder;
    anyhow::ensure!(folder.is_dir(), "{} is not a folder", folder.display());
    let database = arguments
        .db
        .clone()
        .unwrap_or_else(|| folder.join(DATABASE_NAME));
    Ok(Engine::open_with_database(folder, database)?)
}

pub(crate) fn print_json(
    out: &mut impl Write,
    document: &(impl Serialize + ?Sized),
) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)
        .context("the report could not be written as JSON")?;
    writeln!(out)?;
    Ok(())
}
