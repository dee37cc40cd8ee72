//! `scrubjay scrub`: claims in bulk, judged and not kept.

mod sheet;
mod table;

use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use scrubjay::config::RulesFrom;
use scrubjay::hooks::Finding;
use scrubjay::store::Access;
use scrubjay::{
    Config, DATABASE_NAME, EngineBuilder, ScrubInput, ScrubOptions, ScrubSummary, Scrubber,
    files_below,
};

use crate::child;
use crate::place::Place;
use crate::plugin::said::print_lines;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// Which claims, by which rules, and how it is told.
#[derive(Debug, clap::Args)]
pub(crate) struct ScrubArguments {
    /// X12 files with claims (837), folders of files, or `-` for the standard input.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
    /// Packs, or folders of packs, instead of those of the practice; may be
    /// given more than once.
    #[arg(long, value_name = "FOLDER")]
    packs: Vec<PathBuf>,
    /// Folder with a `scrubjay.yaml` that names payers, rules, code tables and
    /// plugins; without one, the nearest `payer-rules` and no payers.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
    /// Print a JSON document a line: for each claim `file`, `set`, `segment`,
    /// `claim`, `kind`, `payer`, `charge`, `decision` (clean, warn, hold),
    /// `findings`, `repairs`, `asks`, `faults`; for what is wrong with a file
    /// `file`, `segment`, `problem` (skipped, warning, unsound, unread, refused),
    /// `reason`.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV: a row for each finding, each repair and each problem of a file.
    #[arg(long)]
    csv: bool,
    /// Exit with 3 where a claim is held (`block`), or held or to be looked at
    /// (`warn`).
    #[arg(long, value_enum, value_name = "WEIGHT")]
    deny: Option<Deny>,
    /// Judge as though this were today and the claims came in on it; else on
    /// the day of their interchange.
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
    /// Threads that judge; the output is the same with any number. Without it,
    /// one for each core.
    #[arg(long, value_name = "NUMBER")]
    threads: Option<NonZeroUsize>,
    /// Claims that are remembered, so that later ones of the same patient are
    /// held against them; the oldest are forgotten.
    #[arg(long, value_name = "NUMBER", default_value_t = ScrubOptions::default().remember)]
    remember: usize,
}

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Deny {
    /// A claim that is held.
    Block,
    /// One that is held, or that a person should look at.
    Warn,
}

pub(crate) fn scrub(arguments: &ScrubArguments) -> anyhow::Result<ExitCode> {
    let scrubber = scrubber(arguments)?;
    for rows in scrubber.codes().left_out() {
        eprintln!("scrubjay: {rows}");
    }
    let inputs = inputs(&arguments.paths)?;
    let mut options = ScrubOptions::default();
    options.today = arguments.today;
    options.threads = arguments.threads.unwrap_or(options.threads);
    options.remember = arguments.remember;

    let out = BufWriter::new(io::stdout().lock());
    let summary = if arguments.json {
        let mut out = out;
        let summary = scrubber.scrub(inputs, &options, |found| {
            serde_json::to_writer(&mut out, &found)?;
            writeln!(out)?;
            anyhow::Ok(())
        })?;
        out.flush()?;
        summary
    } else if arguments.csv {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record(sheet::COLUMNS)?;
        let summary = scrubber.scrub(inputs, &options, |found| {
            sheet::write_rows(&mut rows, &found)?;
            anyhow::Ok(())
        })?;
        rows.flush()?;
        summary
    } else {
        let mut table = table::Lines::new(out);
        let summary = scrubber.scrub(inputs, &options, |found| anyhow::Ok(table.print(&found)?))?;
        table.out.flush()?;
        summary
    };
    print_lines(scrubber.take_plugin_lines());
    print_summary(&summary)?;
    Ok(exit_code(&summary, arguments.deny))
}

/// What judges: the practice's rules, or those that were named.
fn scrubber(arguments: &ScrubArguments) -> anyhow::Result<Scrubber> {
    let mut config = Config::of_folder(&arguments.dir)?;
    if !arguments.packs.is_empty() {
        // Whoever names packs answers for them, as with `rules check`.
        config.rules.clone_from(&arguments.packs);
        config.rules_from = RulesFrom::Folders;
        config.rule_keys.clear();
    }
    let published = config.rules_from == RulesFrom::Published;
    anyhow::ensure!(
        published || !config.rules.is_empty(),
        "{} names no rules: name packs with --packs, or a practice with --dir",
        arguments.dir.display()
    );
    let builder = child::with_processes(EngineBuilder::new(config))?;
    let builder = if published {
        let database = arguments.dir.join(DATABASE_NAME);
        let store = Place::of(&arguments.dir, &database).open(Access::Read)?;
        builder.store(Box::new(store))
    } else {
        builder
    };
    Ok(builder.scrubber()?)
}

/// Files and those of folders; `-` once.
fn inputs(paths: &[PathBuf]) -> anyhow::Result<Vec<ScrubInput>> {
    let mut inputs = Vec::new();
    let mut has_input = false;
    for path in paths {
        if path == Path::new("-") {
            anyhow::ensure!(!has_input, "`-` can be read only once");
            has_input = true;
            inputs.push(ScrubInput::reader("-", io::stdin()));
        } else {
            let files = files_below(std::slice::from_ref(path))?;
            inputs.extend(files.into_iter().map(ScrubInput::file));
        }
    }
    Ok(inputs)
}

fn exit_code(summary: &ScrubSummary, deny: Option<Deny>) -> ExitCode {
    let denied = match deny {
        None => 0,
        Some(Deny::Block) => summary.held,
        Some(Deny::Warn) => summary.held + summary.warned,
    };
    if summary.has_failures() || summary.claims == 0 {
        ExitCode::from(1)
    } else if denied > 0 {
        ExitCode::from(3)
    } else {
        ExitCode::SUCCESS
    }
}

/// Text for a terminal or a sheet: what moves the cursor is left out.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn prevents(finding: &Finding) -> String {
    let codes: Vec<&str> = finding.prevents.iter().map(|carc| carc.as_str()).collect();
    codes.join(" ")
}

fn weight(finding: &Finding) -> &'static str {
    if finding.shadow {
        "shadow"
    } else {
        finding.severity.as_str()
    }
}

fn print_summary(summary: &ScrubSummary) -> io::Result<()> {
    let mut out = io::stderr().lock();
    writeln!(
        out,
        "{} files with claims, {} skipped; {} claims, {}",
        summary.files,
        summary.skipped,
        summary.claims,
        dollars(summary.charge)
    )?;
    writeln!(
        out,
        "{} clean, {} to look at, {} held ({}); {} rule faults",
        summary.clean,
        summary.warned,
        summary.held,
        dollars(summary.charge_held),
        summary.faults
    )?;
    if summary.has_failures() {
        writeln!(
            out,
            "{} claims could not be read; {} faults of files and envelopes",
            summary.unread, summary.refused
        )?;
    }
    if summary.forgotten > 0 {
        writeln!(
            out,
            "{} claims were forgotten on the way, and later ones not held against them; \
             --remember takes more",
            summary.forgotten
        )?;
    }
    if summary.rules.is_empty() {
        return Ok(());
    }
    let columns = [
        Text("rule"),
        Text("severity"),
        Number("findings"),
        Number("claims"),
        Number("at stake"),
    ];
    let rows = summary.rules.iter().map(|rule| {
        let severity = if rule.shadow {
            "shadow"
        } else {
            rule.severity.as_str()
        };
        vec![
            plain(&rule.rule),
            severity.to_owned(),
            rule.findings.to_string(),
            rule.claims.to_string(),
            dollars(rule.charge),
        ]
    });
    print_table(&mut out, &columns, rows.collect())
}
