//! `scrubjay codes`: the code sets that ship, and the tables that a practice imports.

mod diff;
mod import;
mod list;
mod lookup;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use scrubjay::codes::{CodeFolder, Validity};
use scrubjay::model::Clock;
use scrubjay::{CODE_FOLDER, Config, SystemClock};

/// What to do with code sets.
#[derive(Debug, Subcommand)]
pub(crate) enum CodesCommand {
    /// Take in an official file as CMS or NCHS published it.
    ///
    /// Rows that are broken are told with their lines; the others go in. Words
    /// of CPT are not read, and codes of CDT are refused.
    Import(import::ImportArguments),
    /// List the sets that ship and the tables that were imported, each with its
    /// versions.
    List(list::ListArguments),
    /// Show what is known of a code on a day.
    ///
    /// Exits with 1 where its set does not have it.
    Lookup(lookup::LookupArguments),
    /// Show what changed from one version of a table to another.
    Diff(diff::DiffArguments),
}

/// Where the imported tables are.
#[derive(Debug, clap::Args)]
pub(super) struct Tables {
    /// Folder of the practice: its tables are in `codes/`, or where its
    /// `scrubjay.yaml` says.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
}

impl Tables {
    fn folder(&self) -> anyhow::Result<CodeFolder> {
        folder_of(&self.dir)
    }
}

/// The folder of imported tables of a practice.
fn folder_of(practice: &Path) -> anyhow::Result<CodeFolder> {
    let named = Config::of_folder(practice)?.codes.folder;
    Ok(CodeFolder::at(
        named.unwrap_or_else(|| practice.join(CODE_FOLDER)),
    ))
}

pub(crate) fn codes(command: &CodesCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let code = match command {
        CodesCommand::Import(arguments) => import::import(&mut out, arguments)?,
        CodesCommand::List(arguments) => list::list(&mut out, arguments)?,
        CodesCommand::Lookup(arguments) => lookup::lookup(&mut out, arguments)?,
        CodesCommand::Diff(arguments) => diff::diff(&mut out, arguments)?,
    };
    out.flush()?;
    Ok(code)
}

fn today() -> NaiveDate {
    SystemClock.now().date_naive()
}

/// Days as people write them.
fn days(days: Validity) -> String {
    let last = days.stops.and_then(|stops| stops.pred_opt());
    match (days.starts, last) {
        (Some(starts), Some(last)) => format!("{starts} to {last}"),
        (Some(starts), None) => format!("from {starts}"),
        (None, Some(last)) => format!("until {last}"),
        (None, None) => "every day".to_owned(),
    }
}

/// A count with commas.
fn count(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 row`, `2 rows`.
fn rows(number: usize) -> String {
    format!(
        "{} {}",
        count(number as u64),
        if number == 1 { "row" } else { "rows" }
    )
}
