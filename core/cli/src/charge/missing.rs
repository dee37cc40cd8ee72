//! Visits without charges, and how long charges take.

use std::io::Write;
use std::process::ExitCode;

use chrono::{Days, NaiveDate, Utc};
use scrubjay::model::{Axis, EncounterId, EncounterStatus};
use scrubjay::store::{Access, Store};
use scrubjay::{ChargeLag, Config, LagOf, MissingCharge, charge_lag, missing_charges};
use serde::Serialize;

use super::unless_refused;
use crate::place::Place;
use crate::run::print_json;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// As of when, and of which services.
#[derive(Debug, clap::Args)]
pub(crate) struct MissingArguments {
    /// As of that day instead of today.
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    /// Count the lag of services from so many days back.
    #[arg(long, value_name = "DAYS", default_value = "90")]
    lag_days: u16,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct Told {
    missing: Vec<MissingCharge>,
    lag: ChargeLag,
}

pub(crate) fn missing(
    out: &mut impl Write,
    arguments: &MissingArguments,
) -> anyhow::Result<ExitCode> {
    let store = arguments.place.open(Access::Read)?;
    let reader = store.read()?;
    let config = Config::of_folder(arguments.place.folder())?;
    let today = arguments.on.unwrap_or_else(|| Utc::now().date_naive());
    let back = Days::new(u64::from(arguments.lag_days));
    let from = today.checked_sub_days(back).unwrap_or(today);
    let told = Told {
        missing: missing_charges(reader.as_ref(), &config, today)?,
        lag: charge_lag(reader.as_ref(), &config, from, today)?,
    };
    if arguments.json {
        print_json(out, &told)?;
    } else {
        print_missing(out, &told.missing)?;
        print_lag(out, &told.lag)?;
    }
    Ok(ExitCode::from(u8::from(!told.missing.is_empty())))
}

fn print_missing(out: &mut impl Write, missing: &[MissingCharge]) -> anyhow::Result<()> {
    if missing.is_empty() {
        writeln!(out, "every visit is charged for or still in time")?;
        return Ok(());
    }
    let columns = [
        Text("visit"),
        Text("service"),
        Number("days"),
        Text("provider"),
        Text("state"),
        Number("booked services"),
        Text("owner"),
    ];
    let rows = missing.iter().map(|one| {
        vec![
            one.visit.to_string(),
            one.service.to_string(),
            one.days.to_string(),
            one.provider.as_str().to_owned(),
            one.status.as_str().to_owned(),
            one.planned.to_string(),
            one.owner.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    });
    print_table(out, &columns, rows.collect())?;
    let is_unkept = |one: &MissingCharge| one.status == EncounterStatus::Scheduled;
    if missing.iter().any(is_unkept) {
        writeln!(
            out,
            "those still scheduled: did they take place? `visit arrive`, `cancel` or `no-show` says so"
        )?;
    }
    Ok(())
}

fn print_lag(out: &mut impl Write, lag: &ChargeLag) -> anyhow::Result<()> {
    let Some(all) = &lag.all else {
        writeln!(out, "no charge for services of {} to {}", lag.from, lag.to)?;
        return Ok(());
    };
    writeln!(
        out,
        "days from service to entry, for services of {} to {}",
        lag.from, lag.to
    )?;
    let columns = [
        Text("provider"),
        Number("charges"),
        Number("median"),
        Number("90th percentile"),
        Number("late"),
        Number("late amount"),
    ];
    let row = |name: &str, lag: &LagOf| {
        vec![
            name.to_owned(),
            lag.charges.to_string(),
            lag.median.to_string(),
            lag.percentile_90.to_string(),
            lag.late.to_string(),
            dollars(lag.late_amount),
        ]
    };
    let of_each = lag.by_provider.iter().map(|(name, lag)| row(name, lag));
    let rows = of_each.chain([row("all", all)]).collect();
    Ok(print_table(out, &columns, rows)?)
}

/// Which visit, who, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct NoneArguments {
    /// Visit.
    visit: EncounterId,
    /// Who says so.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why there is nothing to charge.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn none(out: &mut impl Write, arguments: &NoneArguments) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine_or_make()?;
    let NoneArguments {
        visit, by, reason, ..
    } = arguments;
    let ended = unless_refused(engine.nothing_to_charge(visit, by, reason))?;
    if ended.is_none() {
        return Ok(ExitCode::from(1));
    }
    writeln!(
        out,
        "there is nothing to charge for visit {visit}, says {}",
        by.trim()
    )?;
    Ok(ExitCode::SUCCESS)
}
