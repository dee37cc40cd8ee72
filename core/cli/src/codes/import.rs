//! `scrubjay codes import`.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use chrono::NaiveDate;
use scrubjay::codes::{
    Added, CodeFolder, CodeVersion, FileKind, FileRows, OfficialFile, Present, ReadFiles, Validity,
    read_official,
};
use serde_json::json;

use super::{count, days, folder_of, rows, today};

/// Which files, as what, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArguments {
    /// What it is: icd10-order, icd10-tabular, hcpcs, ncci, ncci-hospital, mue,
    /// mue-hospital, mue-supplier, mue-medicaid, mue-medicaid-hospital,
    /// mue-medicaid-supplier, addon, mpfs, mpfs-qualifying, gpci.
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: FileKind,
    /// The file, unpacked, under its own name; of `ncci` all files of a quarter.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Folder for the imported table, instead of the practice's.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// Folder of the practice.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
    /// The first day for which it stands, where the file's name does not tell.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// The last day; without it, the table stands until a later one begins.
    #[arg(long, value_name = "DATE", requires = "from")]
    to: Option<NaiveDate>,
    /// Put it in the place of one for the same days.
    #[arg(long)]
    replace: bool,
    /// How many of the rows left out are shown.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    faults: usize,
    /// Print one JSON document instead of the summary.
    #[arg(long)]
    json: bool,
}

fn kind(word: &str) -> Result<FileKind, String> {
    FileKind::from_name(word).ok_or_else(|| {
        let words = FileKind::ALL.map(FileKind::as_str);
        format!("it is one of {}", words.join(", "))
    })
}

pub(super) fn import(
    out: &mut impl Write,
    arguments: &ImportArguments,
) -> anyhow::Result<ExitCode> {
    let days = arguments.from.map(|from| Validity {
        starts: Some(from),
        stops: arguments.to.and_then(|last| last.succ_opt()),
    });
    let folder = match &arguments.into {
        Some(into) => CodeFolder::at(into),
        None => folder_of(&arguments.dir)?,
    };
    let files = arguments.files.iter().map(|path| open(path));
    let read = read_official(arguments.kind, days, files.collect::<Result<_, _>>()?)?;
    let present = if arguments.replace {
        Present::Replace
    } else {
        Present::Keep
    };
    let (version, added) = folder
        .add(&read, today(), present)
        .context("nothing was imported; `--replace` puts a new table in the place of an old one")?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &document(&read, &version, added))?;
        writeln!(out)?;
    } else {
        print(out, arguments, &read, &version, added)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn open(path: &Path) -> anyhow::Result<OfficialFile<BufReader<File>>> {
    let name = path.file_name().unwrap_or_default();
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    Ok(OfficialFile {
        name: name.to_string_lossy().into_owned(),
        content: BufReader::with_capacity(1 << 16, file),
    })
}

fn print(
    out: &mut impl Write,
    arguments: &ImportArguments,
    read: &ReadFiles,
    version: &CodeVersion,
    added: Added,
) -> std::io::Result<()> {
    for file in &read.files {
        print_file(out, file, arguments.faults)?;
    }
    if read.repeated > 0 {
        writeln!(out, "{} stand twice, and are in once", rows(read.repeated))?;
    }
    if matches!(
        read.kind,
        FileKind::FeeSchedule | FileKind::FeeScheduleQualifying
    ) {
        writeln!(out, "descriptions are the AMA's (CPT) and were not read")?;
    }
    let end = match added {
        Added::New => "imported",
        Added::Replaced => "imported, in the place of the one before,",
        Added::Same => "was there already:",
    };
    writeln!(
        out,
        "{end} {}: {}, {}, {}",
        version.name(),
        read.kind.title(),
        days(version.days),
        rows(version.rows),
    )?;
    writeln!(
        out,
        "{} ({} bytes)",
        version.path.display(),
        count(version.size)
    )
}

fn print_file(out: &mut impl Write, file: &FileRows, most: usize) -> std::io::Result<()> {
    writeln!(
        out,
        "{}: {} in, {} passed over as notices or blank, {} left out",
        file.name,
        rows(file.taken),
        count(file.skipped as u64),
        count(file.refused as u64),
    )?;
    let shown = file.faults.iter().take(most);
    for fault in shown.clone() {
        writeln!(out, "  {fault}")?;
    }
    let rest = file.refused - shown.len();
    if rest > 0 {
        writeln!(out, "  and {} more", count(rest as u64))?;
    }
    Ok(())
}

fn document(read: &ReadFiles, version: &CodeVersion, added: Added) -> serde_json::Value {
    let files: Vec<_> = read
        .files
        .iter()
        .map(|file| {
            let faults = file.faults.iter();
            let faults: Vec<_> = faults
                .map(|fault| json!({ "line": fault.line, "why": fault.why.to_string() }))
                .collect();
            json!({
                "file": file.name,
                "taken": file.taken,
                "skipped": file.skipped,
                "left_out": file.refused,
                "faults": faults,
            })
        })
        .collect();
    json!({
        "version": version.name(),
        "kind": read.kind.as_str(),
        "from": version.days.starts,
        "to": version.days.stops.and_then(|stops| stops.pred_opt()),
        "rows": version.rows,
        "repeated": read.repeated,
        "path": version.path,
        "bytes": version.size,
        "became": match added {
            Added::New => "new",
            Added::Replaced => "replaced",
            Added::Same => "same",
        },
        "files": files,
    })
}
