//! `scrubjay codes diff`.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::codes::{
    Changes, CodeFolder, FileKind, ImportedTable, OfficialFile, Validity, read_official,
    recognize_file,
};
use serde_json::json;

use super::{Tables, count};

/// Which two versions.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArguments {
    /// The older one: a name as `codes list` shows it, such as
    /// `ncci@2026-01-01`, an imported table's file, or an official file.
    old: String,
    /// The newer one.
    new: String,
    #[command(flatten)]
    tables: Tables,
    /// Print one JSON document instead of the lines.
    #[arg(long)]
    json: bool,
}

pub(super) fn diff(out: &mut impl Write, arguments: &DiffArguments) -> anyhow::Result<ExitCode> {
    let folder = arguments.tables.folder()?;
    let (old_kind, old) = table(&folder, &arguments.old)?;
    let (new_kind, new) = table(&folder, &arguments.new)?;
    let changes = new.changes_since(&old).with_context(|| {
        format!(
            "{} is {}, and {} is {}: name two versions of one table",
            arguments.old,
            old_kind.title(),
            arguments.new,
            new_kind.title()
        )
    })?;
    if arguments.json {
        let document = json!({
            "added": changes.added,
            "removed": changes.removed,
            "changed": changes.changed,
        });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)?;
    } else {
        print(out, &changes)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(out: &mut impl Write, changes: &Changes) -> std::io::Result<()> {
    let Changes {
        added,
        removed,
        changed,
    } = changes;
    for (sign, codes) in [('+', added), ('-', removed), ('~', changed)] {
        for code in codes {
            writeln!(out, "{sign} {code}")?;
        }
    }
    let [added, removed, changed] =
        [added, removed, changed].map(|codes| count(codes.len() as u64));
    writeln!(out, "{added} added, {removed} removed, {changed} changed")
}

/// The table that is meant by a name or a path.
fn table(folder: &CodeFolder, meant: &str) -> anyhow::Result<(FileKind, ImportedTable)> {
    let path = Path::new(meant);
    if !path.is_file() {
        let version = folder.version(meant)?.with_context(|| {
            format!(
                "{meant} is neither a file nor a table in {}; `scrubjay codes list` shows those",
                folder.path().display()
            )
        })?;
        let (version, table) = CodeFolder::table(&version.path)?;
        return Ok((version.kind, table));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some((kind, days)) = recognize_file(&name) else {
        let (version, table) = CodeFolder::table(path).with_context(|| {
            format!("{meant} has no official file's name, and so should be an imported table")
        })?;
        return Ok((version.kind, table));
    };
    read(kind, days, path, &name)
}

fn read(
    kind: FileKind,
    days: Validity,
    path: &Path,
    name: &str,
) -> anyhow::Result<(FileKind, ImportedTable)> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let file = OfficialFile {
        name: name.to_owned(),
        content: BufReader::new(file),
    };
    let read = read_official(kind, Some(days), vec![file])?;
    for rows in read.files.iter().filter(|rows| rows.refused > 0) {
        eprintln!(
            "scrubjay: {}: {} rows left out; `scrubjay codes import` shows them",
            rows.name,
            count(rows.refused as u64)
        );
    }
    Ok((kind, read.table))
}
