//! `scrubjay x12`: what a file says, whether it is valid, and the answer to it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use scrubjay_x12::balance::{Balance, Identity, balance};
use scrubjay_x12::{
    AckError, AckRequest, ControlNumbers, FileError, Overlay, Report, TransactionSet, acknowledge,
    check, read, show, to_json,
};
use serde::Serialize;

use crate::run::print_json;

/// What to do with X12 files; `-` is the standard input.
#[derive(Debug, Subcommand)]
pub(crate) enum X12Command {
    /// Check files by their guides (SNIP types 1 to 4). Values are masked.
    ///
    /// Exits with 1 where a file has errors, 2 where one cannot be opened.
    Check {
        /// Files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// A payer's companion guide, as YAML; may be given more than once.
        #[arg(long, value_name = "FILE")]
        overlay: Vec<PathBuf>,
        /// Print one JSON document instead of the report.
        #[arg(long)]
        json: bool,
    },
    /// Print the loops and segments as a tree. Shows patients' data.
    Show {
        /// File.
        file: PathBuf,
    },
    /// Print the file as JSON. Shows patients' data.
    Json {
        /// File.
        file: PathBuf,
    },
    /// Write the 999 or TA1 that answers a file to the standard output.
    ///
    /// Exits with 1 where the answer does not accept everything.
    Ack {
        /// File.
        file: PathBuf,
        /// A payer's companion guide, as YAML; may be given more than once.
        #[arg(long, value_name = "FILE")]
        overlay: Vec<PathBuf>,
        /// When it is written, instead of now: 2026-03-02T08:15:00Z.
        #[arg(long, value_name = "TIME")]
        at: Option<DateTime<Utc>>,
        /// The first control number; those after it count up.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999_999_999))]
        number: u32,
    },
    /// Add up an 835: each line, each claim, the whole payment.
    ///
    /// Exits with 1 where an identity does not hold or cannot be evaluated.
    Balance {
        /// File.
        file: PathBuf,
        /// Print one JSON document instead of the table.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn x12(command: &X12Command) -> anyhow::Result<ExitCode> {
    match command {
        X12Command::Check {
            files,
            overlay,
            json,
        } => check_files(files, &overlays(overlay)?, *json),
        X12Command::Show { file } => {
            let mut out = std::io::stdout().lock();
            for interchange in read_file(file)? {
                for set in &interchange.sets {
                    write!(out, "{}", show(set))?;
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        X12Command::Json { file } => {
            let document = to_json(&read_file(file)?);
            print_json(&mut std::io::stdout().lock(), &document)?;
            Ok(ExitCode::SUCCESS)
        }
        X12Command::Ack {
            file,
            overlay,
            at,
            number,
        } => {
            let at = at.unwrap_or_else(Utc::now);
            answer(file, &overlays(overlay)?, at, *number)
        }
        X12Command::Balance { file, json } => balance_file(file, *json),
    }
}

/// What `check --json` prints of a file.
#[derive(Serialize)]
struct Checked {
    file: String,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
}

fn check_files(files: &[PathBuf], overlays: &[Overlay], json: bool) -> anyhow::Result<ExitCode> {
    let overlays: Vec<&Overlay> = overlays.iter().collect();
    let mut out = std::io::stdout().lock();
    let mut documents = Vec::new();
    let mut valid = 0;
    let mut unopened = 0;
    for file in files {
        // A file that cannot be opened must not keep the others from being checked.
        let bytes = match bytes_of(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                unopened += 1;
                eprintln!("scrubjay: {error:#}");
                continue;
            }
        };
        let checked = check(&bytes, &overlays);
        let is_valid = checked.as_ref().is_ok_and(Report::is_valid);
        valid += usize::from(is_valid);
        if json {
            documents.push(document(file, checked));
            continue;
        }
        let verdict = if is_valid { "valid" } else { "NOT VALID" };
        writeln!(out, "{}: {verdict}", file.display())?;
        match checked {
            Ok(report) => write!(out, "{report}")?,
            Err(error) => writeln!(out, "  {error}")?,
        }
    }
    if json {
        print_json(&mut out, &documents)?;
    } else if files.len() > 1 {
        writeln!(out, "{valid} of {} files are valid", files.len())?;
    }
    Ok(match (unopened, files.len() - valid) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(1),
        _ => ExitCode::from(2),
    })
}

fn document(file: &Path, checked: Result<Report, FileError>) -> Checked {
    let valid = checked.as_ref().is_ok_and(Report::is_valid);
    let (report, unreadable) = match checked {
        Ok(report) => (Some(report), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Checked {
        file: file.display().to_string(),
        valid,
        report,
        unreadable,
    }
}

/// Control numbers that count up from the one asked for, back to 1 at the end.
struct Counting {
    next: u32,
}

impl ControlNumbers for Counting {
    fn next_interchange(&mut self) -> u32 {
        let number = self.next;
        self.next = number % 999_999_999 + 1;
        number
    }
    fn next_group(&mut self) -> u32 {
        self.next_interchange()
    }
    fn next_set(&mut self) -> u32 {
        self.next_interchange()
    }
}

fn answer(
    file: &Path,
    overlays: &[Overlay],
    at: DateTime<Utc>,
    number: u32,
) -> anyhow::Result<ExitCode> {
    let overlays: Vec<&Overlay> = overlays.iter().collect();
    let bytes = bytes_of(file)?;
    let request = AckRequest {
        date: &at.format("%Y%m%d").to_string(),
        time: &at.format("%H%M").to_string(),
        overlays: &overlays,
    };
    let written = match acknowledge(&bytes, request, &mut Counting { next: number }) {
        Err(error @ AckError::NothingToAcknowledge) => {
            eprintln!("scrubjay: {}: {error}", file.display());
            return Ok(ExitCode::SUCCESS);
        }
        written => written.with_context(|| format!("{} cannot be answered", file.display()))?,
    };
    let mut out = std::io::stdout().lock();
    let mut accepted = true;
    for one in &written {
        out.write_all(&one.bytes)?;
        accepted &= accepts(&one.bytes);
    }
    Ok(if accepted {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Whether an answer of ours accepts everything, warnings aside.
fn accepts(answer: &[u8]) -> bool {
    read(answer).is_ok_and(|interchanges| {
        interchanges.iter().all(|interchange| {
            let taken = |code: &str| matches!(code, "A" | "E");
            interchange
                .acknowledgments
                .iter()
                .all(|ta1| taken(ta1.element(4)))
                && interchange.sets.iter().all(|set| {
                    set.root
                        .segment("AK9")
                        .is_none_or(|ak9| taken(ak9.element(1)))
                })
        })
    })
}

/// What `balance --json` prints of a set.
#[derive(Serialize)]
struct Balanced {
    set: String,
    balanced: bool,
    #[serde(flatten)]
    balance: Balance,
}

fn balance_file(file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let interchanges = read_file(file)?;
    let balances: Vec<Balanced> = interchanges
        .iter()
        .flat_map(|interchange| &interchange.sets)
        .filter(|set| is_remittance(set))
        .map(|set| {
            let balance = balance(set);
            Balanced {
                set: set.control_number.clone(),
                balanced: balance.holds(),
                balance,
            }
        })
        .collect();
    anyhow::ensure!(
        !balances.is_empty(),
        "{} holds no 835: name a remittance file",
        file.display()
    );
    let mut out = std::io::stdout().lock();
    if json {
        print_json(&mut out, &balances)?;
    } else {
        for one in &balances {
            writeln!(out, "835, set {}", one.set)?;
            for (name, identity) in one.balance.identities() {
                writeln!(out, "  {name:<14}{}", in_words(identity))?;
            }
        }
    }
    Ok(if balances.iter().all(|one| one.balanced) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn is_remittance(set: &TransactionSet) -> bool {
    set.guide.is_some_and(|guide| guide.transaction() == "835")
}

fn in_words(identity: Identity) -> String {
    match identity {
        Identity::Balanced => "balanced".to_owned(),
        Identity::Unbalanced { at, by } => {
            format!("unbalanced by {by} (stated less computed), {at}")
        }
        Identity::NotEvaluable { at } => format!("not evaluable: an amount is no number, {at}"),
    }
}

fn read_file(file: &Path) -> anyhow::Result<Vec<scrubjay_x12::Interchange>> {
    read(&bytes_of(file)?).with_context(|| format!("{} cannot be read", file.display()))
}

fn bytes_of(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("{} cannot be opened", file.display()))
}

fn overlays(files: &[PathBuf]) -> anyhow::Result<Vec<Overlay>> {
    files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("overlay {} cannot be opened", file.display()))?;
            Overlay::from_yaml(&text).with_context(|| file.display().to_string())
        })
        .collect()
}
