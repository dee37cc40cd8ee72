//! `scrubjay codes list`.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use scrubjay::codes::{CodeVersion, ShippedSet, Validity, shipped_sets};
use serde_json::json;

use super::{Tables, count, days, today};
use crate::table::Column::{Number, Text};
use crate::table::print_table;

/// Which practice's.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    tables: Tables,
    /// Print one JSON document instead of the tables.
    #[arg(long)]
    json: bool,
}

pub(super) fn list(out: &mut impl Write, arguments: &ListArguments) -> anyhow::Result<ExitCode> {
    let folder = arguments.tables.folder()?;
    let (shipped, imported) = (shipped_sets(), folder.versions()?);
    if arguments.json {
        let document = json!({
            "shipped": shipped.iter().flat_map(shipped_json).collect::<Vec<_>>(),
            "imported": imported.iter().map(imported_json).collect::<Vec<_>>(),
        });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "Sets that ship")?;
    let columns = [
        Text("set"),
        Text("what"),
        Text("days"),
        Number("codes"),
        Number("bytes"),
        Text("source"),
    ];
    print_table(
        out,
        &columns,
        shipped.iter().flat_map(shipped_rows).collect(),
    )?;
    writeln!(out, "\nTables in {}", folder.path().display())?;
    let columns = [
        Text("table"),
        Text("what"),
        Text("days"),
        Number("rows"),
        Number("left out"),
        Number("bytes"),
        Text("imported"),
        Text("source"),
    ];
    print_table(out, &columns, imported.iter().map(imported_row).collect())?;
    for version in ended(&imported, today()) {
        let last = version.days.stops.and_then(|stops| stops.pred_opt());
        writeln!(
            out,
            "{} is the last of its kind and ended on {}: nothing is said of later days until the next one is imported",
            version.name(),
            last.map(|last| last.to_string()).unwrap_or_default(),
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The last version of each kind, where it has ended.
fn ended(versions: &[CodeVersion], today: NaiveDate) -> impl Iterator<Item = &CodeVersion> {
    versions.iter().filter(move |version| {
        let stops = |one: &CodeVersion| one.days.stops.unwrap_or(NaiveDate::MAX);
        let of_kind = versions.iter().filter(|other| other.kind == version.kind);
        stops(version) <= today && of_kind.map(stops).max() == Some(stops(version))
    })
}

fn shipped_rows(set: &ShippedSet) -> Vec<Vec<String>> {
    let row = |at: usize, (validity, rows): &(Validity, usize)| {
        let dated = *validity != Validity::default();
        vec![
            set.set.as_str().to_owned(),
            set.title.to_owned(),
            if dated {
                days(*validity)
            } else {
                String::new()
            },
            count(*rows as u64),
            // All versions of a set are packed into one.
            if at == 0 {
                count(set.size as u64)
            } else {
                String::new()
            },
            set.source.to_owned(),
        ]
    };
    let versions = set.versions.iter().enumerate();
    versions.map(|(at, version)| row(at, version)).collect()
}

fn imported_row(version: &CodeVersion) -> Vec<String> {
    vec![
        version.name(),
        version.kind.title().to_owned(),
        days(version.days),
        count(version.rows as u64),
        count(version.left_out as u64),
        count(version.size),
        version.imported.to_string(),
        version.sources.join(", "),
    ]
}

fn shipped_json(set: &ShippedSet) -> Vec<serde_json::Value> {
    let versions = set.versions.iter();
    versions
        .map(|(validity, rows)| {
            json!({
                "set": set.set.as_str(),
                "title": set.title,
                "from": validity.starts,
                "to": validity.stops.and_then(|stops| stops.pred_opt()),
                "codes": rows,
                "source": set.source,
            })
        })
        .collect()
}

fn imported_json(version: &CodeVersion) -> serde_json::Value {
    json!({
        "version": version.name(),
        "kind": version.kind.as_str(),
        "title": version.kind.title(),
        "from": version.days.starts,
        "to": version.days.stops.and_then(|stops| stops.pred_opt()),
        "rows": version.rows,
        "left_out": version.left_out,
        "bytes": version.size,
        "imported": version.imported,
        "sources": version.sources,
        "path": version.path,
    })
}
