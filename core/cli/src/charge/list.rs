//! Charges as they stand.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::ValueEnum;
use scrubjay::model::{Billing, ChargeId, EncounterId};
use scrubjay::store::{Access, Cause, Store};
use scrubjay::{ChargeFilter, ChargeStory, ListedCharge, charge_story, charges};

use super::{service, unless_refused};
use crate::known;
use crate::place::Place;
use crate::run::print_json;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// What became of a charge.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum State {
    /// It stands on no claim yet.
    Unbilled,
    /// It stands on a claim.
    Billed,
    /// It was taken back.
    Void,
}

/// Which charges.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArguments {
    /// Only those of this visit.
    #[arg(long)]
    visit: Option<EncounterId>,
    /// Only those that stand so.
    #[arg(long)]
    state: Option<State>,
    /// Only those that wait for a person.
    #[arg(long)]
    held: bool,
    /// Only those of this date of service or later.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Only those of this date of service or earlier.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn list(out: &mut impl Write, arguments: &ListArguments) -> anyhow::Result<ExitCode> {
    let state = arguments.state.map(|state| match state {
        State::Unbilled => "unbilled",
        State::Billed => "billed",
        State::Void => "void",
    });
    let filter = ChargeFilter {
        visit: arguments.visit.clone(),
        state: state.map(str::to_owned),
        only_held: arguments.held,
        from: arguments.from,
        to: arguments.to,
    };
    let store = arguments.place.open(Access::Read)?;
    let reader = store.read()?;
    known::visit(reader.as_ref(), arguments.visit.as_ref())?;
    let listed = charges(reader.as_ref(), &filter)?;
    if arguments.json {
        print_json(out, &listed)?;
    } else {
        print_list(out, listed)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_list(out: &mut impl Write, listed: Vec<ListedCharge>) -> anyhow::Result<()> {
    let columns = [
        Text("charge"),
        Text("visit"),
        Text("service"),
        Text("for"),
        Number("amount"),
        Text("entered"),
        Text("state"),
        Text("held by"),
    ];
    let rows = listed.into_iter().map(|one| {
        let charge = &one.charge;
        vec![
            charge.id.to_string(),
            charge.encounter.to_string(),
            charge.service.to_string(),
            service(charge),
            dollars(charge.amount),
            charge.entered.to_string(),
            state(&charge.billing),
            one.held.unwrap_or_default(),
        ]
    });
    Ok(print_table(out, &columns, rows.collect())?)
}

fn state(billing: &Billing) -> String {
    match billing {
        Billing::Billed { claim } => format!("on claim {claim}"),
        other => other.as_str().to_owned(),
    }
}

/// Which charge.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArguments {
    /// Charge.
    charge: ChargeId,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn show(out: &mut impl Write, arguments: &ShowArguments) -> anyhow::Result<ExitCode> {
    let store = arguments.place.open(Access::Read)?;
    let story = charge_story(store.read()?.as_ref(), &arguments.charge);
    let Some(story) = unless_refused(story)? else {
        return Ok(ExitCode::from(1));
    };
    if arguments.json {
        print_json(out, &story)?;
    } else {
        print_story(out, &story)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_story(out: &mut impl Write, story: &ChargeStory) -> anyhow::Result<()> {
    let charge = &story.charge;
    writeln!(
        out,
        "charge {} of visit {}: {} on {} for {}, {}",
        charge.id,
        charge.encounter,
        service(charge),
        charge.service,
        dollars(charge.amount),
        state(&charge.billing)
    )?;
    writeln!(
        out,
        "entered on {}, {} days after the service, as {} for {}",
        charge.entered,
        charge.lag_days(),
        service(&story.entered),
        dollars(story.entered.amount)
    )?;
    for step in &story.steps {
        let cause = match &step.cause {
            Cause::File { .. } => "a file".to_owned(),
            Cause::Rule { rule, .. } => rule.clone(),
            Cause::Call { call, .. } => call.clone(),
            Cause::Clock => "the clock".to_owned(),
        };
        let modifiers: Vec<String> = step.modifiers.iter().map(ToString::to_string).collect();
        writeln!(
            out,
            "  {} {} by {cause}: modifiers [{}], {} units, {}, {}",
            step.at.date_naive(),
            step.by,
            modifiers.join(" "),
            step.units.normalize(),
            dollars(step.amount),
            state(&step.billing)
        )?;
    }
    for finding in &story.findings {
        writeln!(
            out,
            "  {} {}: {}",
            finding.severity, finding.rule, finding.message
        )?;
    }
    for passed in &story.passed {
        let rules = match passed.rules.is_empty() {
            true => "said why".to_owned(),
            false => format!("passed {}", passed.rules.join(", ")),
        };
        writeln!(
            out,
            "  {} {} {rules}: {}",
            passed.at.date_naive(),
            passed.by,
            passed.reason
        )?;
    }
    for item in &story.work {
        writeln!(
            out,
            "  work {} for {} by {}: {}",
            item.id, item.owner.0, item.due, item.reason
        )?;
    }
    Ok(())
}
