//! `scrubjay work`: what is open, whose it is, and by when; and what people do
//! about it.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use scrubjay::EngineError;
use scrubjay::model::{Owner, RecordKey, WorkItem, WorkItemId, WorkKind};
use scrubjay::store::{Access, Store};

use crate::known;
use crate::place::Place;
use crate::run::print_json;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// What to say of work.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkCommand {
    /// List open work, what is due first on top.
    List {
        #[command(flatten)]
        place: Place,
        /// Only the work of this owner.
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
        /// Only this kind of work, such as `registration`.
        #[arg(long, value_parser = kind)]
        kind: Option<&'static str>,
        /// Only what is due on that day or earlier.
        #[arg(long, value_name = "DATE")]
        due_by: Option<NaiveDate>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Close an item, saying how it ended.
    ///
    /// What something else waits for, such as a claim that is held, is closed by
    /// that alone; the command then says what stands, and exits with 1.
    Close {
        /// Item, such as `W000017`.
        item: WorkItemId,
        /// How it ended.
        #[arg(long, value_name = "TEXT")]
        outcome: String,
        /// Who closes it.
        #[arg(long, value_name = "NAME")]
        by: String,
        #[command(flatten)]
        place: Place,
    },
    /// Give an item to another owner, a person or a queue. Its last day stays.
    Assign {
        /// Item, such as `W000017`.
        item: WorkItemId,
        /// Who is to work it.
        owner: String,
        /// Who says so.
        #[arg(long, value_name = "NAME")]
        by: String,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) fn work(command: &WorkCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let code = match command {
        WorkCommand::List {
            place,
            owner,
            kind,
            due_by,
            json,
        } => {
            let store = place.open(Access::Read)?;
            let mut open = store.read()?.open_work(None)?;
            open.retain(|item| {
                owner.as_ref().is_none_or(|owner| item.owner.0 == *owner)
                    && kind.is_none_or(|kind| item.kind.as_str() == kind)
                    && due_by.is_none_or(|day| item.due <= day)
            });
            open.sort_by(|a, b| (a.due, &a.id).cmp(&(b.due, &b.id)));
            if *json {
                print_json(&mut out, &open)?;
            } else {
                print_work(&mut out, &open)?;
            }
            ExitCode::SUCCESS
        }
        WorkCommand::Close {
            item,
            outcome,
            by,
            place,
        } => {
            let closed = place.engine()?.close_work(item, by, outcome);
            ended(closed, |closed| {
                writeln!(out, "work {item} is closed: {}", closed.outcome)
            })?
        }
        WorkCommand::Assign {
            item,
            owner,
            by,
            place,
        } => {
            let owner = Owner(owner.clone());
            let given = place.engine()?.assign_work(item, &owner, by);
            ended(given, |given| {
                writeln!(out, "work {item} is {}'s, due {}", given.owner.0, given.due)
            })?
        }
    };
    out.flush()?;
    Ok(code)
}

/// Prints what was done; what was refused is told, and ends with 1.
fn ended<T>(
    done: Result<T, EngineError>,
    print: impl FnOnce(T) -> std::io::Result<()>,
) -> anyhow::Result<ExitCode> {
    match done {
        Ok(done) => {
            print(done)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(EngineError::Work(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}

fn kind(given: &str) -> Result<&'static str, String> {
    known::word(given, &WorkKind::ALL.map(WorkKind::as_str))
}

/// What work is about, by its own name: a patient's key too, for whoever works it.
fn about(item: &WorkItem) -> String {
    let record = |record: &RecordKey| format!("{} {}", record.kind, record.id);
    match (&item.claim, &item.record) {
        (_, Some(key)) => record(key),
        (Some(claim), None) => format!("claim {claim}"),
        (None, None) => String::new(),
    }
}

/// Open work as a table.
pub(crate) fn print_work(out: &mut impl Write, open: &[WorkItem]) -> std::io::Result<()> {
    let rows = open.iter().map(|item| {
        vec![
            item.id.to_string(),
            item.due.to_string(),
            item.owner.0.clone(),
            item.kind.as_str().to_owned(),
            about(item),
            dollars(item.amount),
            item.reason.clone(),
        ]
    });
    let columns = [
        Text("work"),
        Text("due"),
        Text("owner"),
        Text("kind"),
        Text("about"),
        Number("amount"),
        Text("reason"),
    ];
    print_table(out, &columns, rows.collect())
}
