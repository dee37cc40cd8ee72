//! Prices of the charge master.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{NaiveDate, Utc};
use rust_decimal::Decimal;
use scrubjay::model::{Modifier, Money, ProcedureCode};
use scrubjay::{Config, Price};
use serde::Serialize;

use crate::run::print_json;
use crate::table::dollars;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct PriceArguments {
    /// Procedure code.
    code: ProcedureCode,
    /// Modifiers in order, with commas between them.
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    modifiers: Vec<Modifier>,
    /// Date of service; today without it.
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    /// Payer, by its key.
    #[arg(long)]
    payer: Option<String>,
    /// Units.
    #[arg(long, default_value = "1")]
    units: Decimal,
    /// Folder of the practice.
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Priced<'p> {
    #[serde(flatten)]
    row: &'p Price,
    units: Decimal,
    amount: Option<Money>,
}

pub(crate) fn price(out: &mut impl Write, arguments: &PriceArguments) -> anyhow::Result<ExitCode> {
    let mut config = Config::of_folder(&arguments.dir)?;
    config.read_prices()?;
    anyhow::ensure!(
        config.charge_master.is_some(),
        "scrubjay.yaml names no charge master; add `charge_master: prices.csv` and the file"
    );
    let payer = arguments.payer.as_deref();
    anyhow::ensure!(
        payer.is_none_or(|key| config.payer_by_key(key).is_some()),
        "there is no payer `{}` in scrubjay.yaml",
        payer.unwrap_or_default()
    );
    let on = arguments.on.unwrap_or_else(|| Utc::now().date_naive());
    let found = config
        .prices
        .find(&arguments.code, &arguments.modifiers, payer, on);
    let Some(row) = found else {
        eprintln!(
            "scrubjay: the charge master has no price for {} on {on}",
            arguments.code
        );
        return Ok(ExitCode::from(1));
    };
    let units = arguments.units;
    let amount = row.times(units);
    if arguments.json {
        print_json(out, &Priced { row, units, amount })?;
        return Ok(ExitCode::SUCCESS);
    }
    let amount = amount.map_or_else(|| "too much".to_owned(), dollars);
    writeln!(
        out,
        "{} on {on}: {} a unit, {amount} for {} (line {} of the charge master)",
        arguments.code,
        dollars(row.price),
        units.normalize(),
        row.line
    )?;
    Ok(ExitCode::SUCCESS)
}
