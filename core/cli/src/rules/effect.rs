//! `scrubjay rules effect`: is a rule worth having?

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay::store::{Access, Store as _};
use scrubjay::{DATABASE_NAME, EffectCount, EffectFilter, RuleEffect, RuleEffects};

use crate::place::Place;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// Which rules, over which claims.
#[derive(Debug, clap::Args)]
pub(crate) struct EffectArguments {
    #[command(flatten)]
    place: Place,
    /// Only this rule.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// Only claims made on or after this day (UTC).
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Only claims made on or before this day (UTC).
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn effect(out: &mut impl Write, arguments: &EffectArguments) -> anyhow::Result<()> {
    let mut filter = EffectFilter::default();
    filter.rule.clone_from(&arguments.rule);
    (filter.from, filter.to) = (arguments.from, arguments.to);
    let store = arguments.place.open(Access::Read)?;
    let effects = RuleEffects::of(store.read()?.as_ref(), &filter)?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &effects)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(out, "Live rules")?;
    list(out, &effects.live)?;
    writeln!(out, "Shadow rules: what they would have done")?;
    list(out, &effects.shadow)?;
    writeln!(
        out,
        "Claims and dollars: charges; denied where right, paid where wrong.\n\
         Right: sent with the finding, and denied with a code that the rule prevents.\n\
         Wrong: sent with the finding, not denied so, and paid."
    )?;
    Ok(())
}

fn list(out: &mut impl Write, effects: &[RuleEffect]) -> std::io::Result<()> {
    let mut columns = vec![Text("rule")];
    for name in ["fired", "held", "overridden", "right", "wrong", "undecided"] {
        columns.extend([Number(name), Number("$")]);
    }
    let rows = effects.iter().map(|effect| {
        let mut row = vec![effect.rule.clone()];
        for EffectCount { claims, amount } in [
            effect.fired,
            effect.held,
            effect.overridden,
            effect.right,
            effect.wrong,
            effect.undecided,
        ] {
            row.extend([claims.to_string(), dollars(amount)]);
        }
        row
    });
    print_table(out, &columns, rows.collect())
}

/// When each rule last fired, where a folder has a database.
pub(crate) fn last_fired(folder: &Path) -> anyhow::Result<Option<BTreeMap<String, DateTime<Utc>>>> {
    let database = folder.join(DATABASE_NAME);
    if !database.is_file() {
        return Ok(None);
    }
    let store = Place::of(folder, &database).open(Access::Read)?;
    let fired = scrubjay::last_fired(store.read()?.as_ref())?;
    Ok(Some(fired))
}

pub(crate) fn when(fired: &BTreeMap<String, DateTime<Utc>>, rule: &str) -> String {
    fired
        .get(rule)
        .map_or_else(|| "never".to_owned(), |at| at.date_naive().to_string())
}
