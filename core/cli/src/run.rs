//! `scrubjay run`, `scrubjay report` and `scrubjay tick`.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use scrubjay::{DATABASE_NAME, Day, Engine, EngineError, Report, Run, Tick};
use serde::Serialize;

use crate::RunArguments;
use crate::child;
use crate::live::Lines;
use crate::plugin::said::print_warnings;
use crate::table::Column::Text;
use crate::table::print_table;
use crate::{patients, report, watch};

/// What `--json` prints.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a Run>,
    report: &'a Report,
}

/// What `scrubjay run` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct WatchedRun {
    #[command(flatten)]
    run: RunArguments,
    /// Take in files as they arrive, under the rules as they are saved, a line
    /// each; until Ctrl-C. With `--json`, one document a line.
    ///
    /// A file is taken when it ends with its IEA segment and has not changed
    /// for 0.3 seconds, or was renamed into the inbox. One without that end is
    /// refused when it has not changed for ten seconds. Channels that a plugin
    /// carries are asked for what waits there, and given what is due, every minute.
    #[arg(long)]
    watch: bool,
    /// End when nothing has arrived for so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "watch")]
    until_idle: Option<u64>,
}

pub(crate) fn run(arguments: &WatchedRun) -> anyhow::Result<ExitCode> {
    let WatchedRun {
        run: arguments,
        watch,
        until_idle,
    } = arguments;
    let mut engine = open(arguments)?;
    for rows in engine.codes().left_out() {
        eprintln!("scrubjay: {rows}");
    }
    if *watch {
        let lines = if arguments.json {
            Lines::Json
        } else {
            Lines::Text
        };
        return watch::watch(&mut engine, lines, until_idle.map(Duration::from_secs));
    }
    let run = engine.run_inbox()?;
    print_warnings(&engine);
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
    Ok(if run.refused() > 0 || run.undone() > 0 {
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

/// What `scrubjay tick` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct TickArguments {
    #[command(flatten)]
    run: RunArguments,
    /// Fire what is due at this time instead of now: 2026-03-02T08:15:00Z.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    /// Move a clock that follows its files (`clock: interchange`) on to this day:
    /// each morning on the way fires what is due, sends claims that are ready, asks
    /// payers, and hands on letters.
    ///
    /// Exits with 1 where the clock is not moved, or stands later.
    #[arg(long, value_name = "DATE", conflicts_with = "at")]
    to: Option<NaiveDate>,
}

pub(crate) fn tick(arguments: &TickArguments) -> anyhow::Result<ExitCode> {
    let mut engine = open(&arguments.run)?;
    let mut out = std::io::stdout().lock();
    if let Some(to) = arguments.to {
        let days = match engine.move_clock(to) {
            Ok(days) => days,
            Err(EngineError::Clock(refused)) => {
                eprintln!("scrubjay: {refused}");
                return Ok(ExitCode::from(1));
            }
            Err(error) => return Err(error.into()),
        };
        if arguments.run.json {
            print_json(&mut out, &days)?;
            return Ok(ExitCode::SUCCESS);
        }
        if days.is_empty() {
            writeln!(out, "nothing is due")?;
        }
        for day in &days {
            print_day(&mut out, day)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let tick = engine.tick(arguments.at.unwrap_or_else(Utc::now))?;
    if arguments.run.json {
        print_json(&mut out, &tick)?;
    } else if tick.is_nothing() {
        writeln!(out, "nothing is due")?;
    } else {
        print_tick(&mut out, &tick)?;
        if let Some(letters) = patients::collect::waiting(&engine, &tick.accounts)? {
            writeln!(out, "{letters}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A morning of a clock that was moved.
fn print_day(out: &mut impl Write, day: &Day) -> std::io::Result<()> {
    writeln!(out, "{}", day.day)?;
    print_tick(out, &day.tick)?;
    for sent in &day.sent {
        writeln!(out, "wrote {}: {}", sent.name, sent.contents())?;
    }
    for letter in &day.letters {
        writeln!(out, "{}", patients::statement::letter(letter))?;
    }
    Ok(())
}

fn print_tick(out: &mut impl Write, tick: &Tick) -> std::io::Result<()> {
    for claim in &tick.lifted {
        writeln!(out, "claim {claim} is ready again: its hold has run out")?;
    }
    for visit in &tick.uncharged {
        writeln!(out, "visit {visit} is not charged for")?;
    }
    for question in &tick.wanted {
        writeln!(
            out,
            "{question} waits to be asked: scrubjay eligibility ask"
        )?;
    }
    for claim in &tick.next {
        writeln!(out, "claim {claim} to the next payer was made")?;
    }
    for line in &patients::collect::said(&tick.accounts) {
        writeln!(out, "{line}")?;
    }
    for told in &tick.authorizations {
        writeln!(out, "{}: {}", told.record, told.reason)?;
    }
    if tick.fired.is_empty() {
        return Ok(());
    }
    let columns = [Text("claim"), Text("deadline"), Text("due"), Text("stage")];
    let rows = tick
        .fired
        .iter()
        .map(|fired| {
            vec![
                fired.claim.to_string(),
                fired.deadline.kind.as_str().to_owned(),
                fired.due.to_string(),
                fired.stage.as_str().to_owned(),
            ]
        })
        .collect();
    print_table(out, &columns, rows)
}

fn open(arguments: &RunArguments) -> anyhow::Result<Engine> {
    let folder = &arguments.folder;
    anyhow::ensure!(folder.is_dir(), "{} is not a folder", folder.display());
    let database = arguments
        .db
        .clone()
        .unwrap_or_else(|| folder.join(DATABASE_NAME));
    let engine = child::engine(folder, &database)?;
    print_warnings(&engine);
    Ok(engine)
}

pub(crate) fn print_json(
    out: &mut impl Write,
    document: &(impl Serialize + ?Sized),
) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)
        .context("the document could not be written as JSON")?;
    writeln!(out)?;
    Ok(())
}
