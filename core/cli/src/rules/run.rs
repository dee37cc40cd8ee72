//! `scrubjay rules run`: one rule on claims that need not have met it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use chrono::NaiveDate;
use scrubjay::Config;
use scrubjay::explain::{Attempts, try_rule_on_claim, try_rule_on_file};
use scrubjay::model::ClaimId;
use scrubjay::rules::RuleSet;
use scrubjay::store::{Access, Store};

use super::Packs;
use super::inside::{Detail, print_trace};
use crate::place::Place;

/// Which rule, on which claims.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArguments {
    /// Rule, such as `medicare/timely-filing`; a draft will do.
    rule: String,
    /// An X12 file of claims (837), or a claim of the practice's database.
    /// Claims of a file are met as they came, with no earlier ones.
    #[arg(long, value_name = "FILE|ID")]
    claim: String,
    /// Packs, or folders of packs, instead of those of the practice.
    #[arg(long, value_name = "FOLDER")]
    packs: Vec<PathBuf>,
    #[command(flatten)]
    place: Place,
    /// Judge as though this were today and the claim came in on it; else the
    /// day of the file's interchange, or that on which the claim was made.
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(out: &mut impl Write, arguments: &RunArguments) -> anyhow::Result<ExitCode> {
    // A pack whose tests fail is one that somebody is mending.
    let packs = Packs::of(&arguments.packs, arguments.place.folder());
    let rules = packs.load_untested()?;
    let tried = attempts(arguments, &rules)?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &tried)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    for attempt in &tried.attempts {
        writeln!(
            out,
            "{} to {}, on {}",
            attempt.claim, attempt.payer, attempt.today
        )?;
        print_trace(out, &attempt.trace, Detail::All)?;
    }
    for unread in &tried.unread {
        writeln!(out, "a claim could not be read: {unread}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn attempts(arguments: &RunArguments, rules: &RuleSet) -> anyhow::Result<Attempts> {
    let RunArguments { rule, today, .. } = arguments;
    let config = Config::of_folder(arguments.place.folder())?;
    let path = Path::new(&arguments.claim);
    if path.is_file() {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        return try_rule_on_file(&config, rules, rule, &bytes, *today)
            .with_context(|| path.display().to_string());
    }
    let claim: ClaimId = arguments
        .claim
        .parse()
        .with_context(|| format!("`{}` is neither a file nor a claim", arguments.claim))?;
    let store = arguments.place.open(Access::Read)?;
    let reader = store.read()?;
    try_rule_on_claim(reader.as_ref(), &config, rules, rule, &claim, *today)
        .with_context(|| format!("`{}` is no file here", arguments.claim))
}
