//! `scrubjay remit deposits`: what the bank has against what payers say.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use scrubjay::model::Money;
use scrubjay::store::{Access, Store};
use scrubjay::{Association, associations};

use crate::place::Place;
use crate::run::print_json;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// Which sheet, where one is to be taken in.
#[derive(Debug, clap::Args)]
pub(crate) struct DepositsArguments {
    /// A sheet of deposits to take in first, a CSV file.
    file: Option<PathBuf>,
    /// Only what does not agree.
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    place: Place,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn deposits(
    out: &mut impl Write,
    arguments: &DepositsArguments,
) -> anyhow::Result<ExitCode> {
    let place = &arguments.place;
    if let Some(file) = &arguments.file {
        let sheet = std::fs::read(file).with_context(|| file.display().to_string())?;
        let name = file.file_name().unwrap_or(file.as_os_str());
        let mut engine = place.engine()?;
        let took = engine.take_in(&name.to_string_lossy(), &sheet)?;
        eprintln!("{took}");
        if took.is_refused() {
            return Ok(ExitCode::from(1));
        }
    }
    let store = place.open(Access::Read)?;
    let mut listed = associations(store.read()?.as_ref())?;
    listed.retain(|one| !arguments.open || one.as_str() != "agrees");
    if arguments.json {
        print_json(out, &listed)?;
    } else {
        let columns = [
            Text("trace"),
            Text("payer"),
            Number("deposited"),
            Number("paid"),
            Number("difference"),
            Text("stands"),
        ];
        let rows = listed.iter().map(cells).collect();
        print_table(out, &columns, rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn cells(one: &Association) -> Vec<String> {
    let deposited: Money = one.deposits.iter().map(|deposit| deposit.amount).sum();
    let paid: Money = one
        .remittances
        .iter()
        .map(|remittance| remittance.paid)
        .sum();
    let payer = one.remittances.first();
    vec![
        one.trace.to_string(),
        payer.map_or_else(|| "-".to_owned(), |one| one.payer.clone()),
        dollars(deposited),
        dollars(paid),
        dollars(one.difference()),
        one.as_str().to_owned(),
    ]
}
