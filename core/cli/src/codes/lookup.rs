//! `scrubjay codes lookup`.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use scrubjay::codes::{Found, LookupSet, look_up};
use serde_json::json;

use super::{Tables, today};

/// Which code of which set, and on which day.
#[derive(Debug, clap::Args)]
pub(crate) struct LookupArguments {
    /// Where to look: icd10, pos, carc, rarc, group, claim-status,
    /// filing-indicator, or the kind of an imported table, such as ncci.
    #[arg(value_name = "KIND", value_parser = set)]
    set: LookupSet,
    /// The code; of `gpci`, the contractor and the locality's number: "10112 00".
    code: String,
    /// The other code of a pair, the modifier of a fee, a second diagnosis.
    #[arg(long, value_name = "CODE")]
    with: Option<String>,
    /// The day that is asked about, instead of today.
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    #[command(flatten)]
    tables: Tables,
    /// Print one JSON document instead of the lines.
    #[arg(long)]
    json: bool,
}

fn set(word: &str) -> Result<LookupSet, String> {
    LookupSet::from_name(word).ok_or_else(|| {
        let words: Vec<_> = LookupSet::all().map(LookupSet::as_str).collect();
        format!("it is one of {}", words.join(", "))
    })
}

pub(super) fn lookup(
    out: &mut impl Write,
    arguments: &LookupArguments,
) -> anyhow::Result<ExitCode> {
    let day = arguments.on.unwrap_or_else(today);
    let tables = arguments.tables.folder()?.tables()?;
    let with = arguments.with.as_deref();
    match look_up(&tables, arguments.set, &arguments.code, with, day) {
        Ok(found) => {
            print(out, arguments, &found)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("scrubjay: {error}");
            Ok(ExitCode::from(1))
        }
    }
}

fn print(out: &mut impl Write, arguments: &LookupArguments, found: &Found) -> anyhow::Result<()> {
    if arguments.json {
        let facts = found.facts.iter();
        let facts: Vec<_> = facts
            .map(|fact| json!({ "name": fact.name, "value": fact.value }))
            .collect();
        let document = json!({
            "set": arguments.set.as_str(),
            "code": found.code,
            "facts": facts,
            "source": found.source,
        });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(out, "{} {}", arguments.set.as_str(), found.code)?;
    let widest = found.facts.iter().map(|fact| fact.name.len()).max();
    let width = widest.unwrap_or_default().max("source".len());
    for fact in &found.facts {
        writeln!(out, "  {:width$}  {}", fact.name, fact.value)?;
    }
    writeln!(out, "  {:width$}  {}", "source", found.source)?;
    Ok(())
}
