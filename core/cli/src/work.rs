//! `scrubjay work`: what is open, whose it is, and by when.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use scrubjay::model::{RecordKey, WorkItem};
use scrubjay::store::{Access, Store};

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
        #[arg(long)]
        kind: Option<String>,
        /// Only what is due on that day or earlier.
        #[arg(long, value_name = "DATE")]
        due_by: Option<NaiveDate>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn work(command: &WorkCommand) -> anyhow::Result<ExitCode> {
    let WorkCommand::List {
        place,
        owner,
        kind,
        due_by,
        json,
    } = command;
    let store = place.open(Access::Read)?;
    let mut open = store.read()?.open_work(None)?;
    open.retain(|item| {
        owner.as_ref().is_none_or(|owner| item.owner.0 == *owner)
            && kind.as_ref().is_none_or(|kind| item.kind.as_str() == kind)
            && due_by.is_none_or(|day| item.due <= day)
    });
    open.sort_by(|a, b| (a.due, &a.id).cmp(&(b.due, &b.id)));
    let mut out = std::io::stdout().lock();
    if *json {
        print_json(&mut out, &open)?;
    } else {
        print_work(&mut out, &open)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
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
