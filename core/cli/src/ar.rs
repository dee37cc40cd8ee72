//! `scrubjay ar`: how old what is open is, and what to work first.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use scrubjay::model::ReceivableStage;
use scrubjay::{AgeBuckets, Aging, AgingBasis, OpenSum, Worklist, WorklistQuestion};

use crate::place::Place;
use crate::run::print_json;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// What to say of open claims.
#[derive(Debug, Subcommand)]
pub(crate) enum ArCommand {
    /// What is open by payer, stage and age.
    Aging {
        #[command(flatten)]
        place: Place,
        /// The day that age is counted from: `service`, `submission` or
        /// `patient_responsibility`.
        #[arg(long, default_value = "service")]
        basis: AgingBasis,
        /// Count to this day instead of today.
        #[arg(long, value_name = "DATE")]
        on: Option<NaiveDate>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// The claims that are most worth working, with why.
    Worklist {
        #[command(flatten)]
        place: Place,
        /// Only this payer's claims, by its key.
        #[arg(long, value_name = "KEY")]
        payer: Option<String>,
        /// Only claims at this stage, such as `denied`.
        #[arg(long, value_name = "STAGE", value_parser = stage)]
        stage: Option<ReceivableStage>,
        /// At most so many.
        #[arg(long, value_name = "NUMBER", default_value_t = 50)]
        most: usize,
        /// Count to this day instead of today.
        #[arg(long, value_name = "DATE")]
        on: Option<NaiveDate>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
}

fn stage(name: &str) -> Result<ReceivableStage, String> {
    let mut stages = ReceivableStage::ALL.into_iter();
    stages.find(|stage| stage.as_str() == name).ok_or_else(|| {
        let names: Vec<&str> = ReceivableStage::ALL.map(ReceivableStage::as_str).to_vec();
        format!(
            "there is no such stage; the stages are {}",
            names.join(", ")
        )
    })
}

pub(crate) fn ar(command: &ArCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        ArCommand::Aging {
            place,
            basis,
            on,
            json,
        } => {
            let aging = place.engine()?.aging(*basis, *on)?;
            if *json {
                print_json(&mut out, &aging)?;
            } else {
                print_aging(&mut out, &aging)?;
            }
        }
        ArCommand::Worklist {
            place,
            payer,
            stage,
            most,
            on,
            json,
        } => {
            let mut question = WorklistQuestion::default();
            question.payer.clone_from(payer);
            question.stage = *stage;
            question.most = *most;
            let list = place.engine()?.worklist(&question, *on)?;
            if *json {
                print_json(&mut out, &list)?;
            } else {
                print_worklist(&mut out, &list)?;
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn print_aging(out: &mut impl Write, aging: &Aging) -> anyhow::Result<()> {
    writeln!(out, "aged from {} to {}", aging.basis, aging.on)?;
    let columns = [
        Text("payer"),
        Text("stage"),
        Number("claims"),
        Number("0-30"),
        Number("31-60"),
        Number("61-90"),
        Number("91-120"),
        Number("over 120"),
        Number("no date"),
        Number("open"),
        Number("credits"),
    ];
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in &aging.lines {
        rows.push(cells(&line.payer, line.stage.as_str(), &line.buckets));
    }
    if !rows.is_empty() {
        rows.push(cells("all", "", &aging.total));
    }
    print_table(out, &columns, rows)?;
    let OpenSum { claims, open } = aging.not_aged;
    if claims > 0 {
        writeln!(
            out,
            "payers owe {} more on {claims} claims, which have no such day",
            dollars(open)
        )?;
    }
    Ok(())
}

fn cells(payer: &str, stage: &str, buckets: &AgeBuckets) -> Vec<String> {
    let open = buckets.open();
    let mut cells = vec![
        payer.to_owned(),
        stage.to_owned(),
        (open.claims + buckets.credits.claims).to_string(),
    ];
    let sums = [
        buckets.days_0_30,
        buckets.days_31_60,
        buckets.days_61_90,
        buckets.days_91_120,
        buckets.over_120,
        buckets.undated,
        open,
        buckets.credits,
    ];
    cells.extend(sums.map(|sum| dollars(sum.open)));
    cells
}

fn print_worklist(out: &mut impl Write, list: &Worklist) -> anyhow::Result<()> {
    let rows = list.items.iter().map(|item| {
        vec![
            item.claim.to_string(),
            item.payer.clone(),
            item.stage.to_string(),
            item.age
                .map_or_else(|| "-".to_owned(), |age| age.to_string()),
            dollars(item.expected),
            item.why(),
        ]
    });
    let columns = [
        Text("claim"),
        Text("payer"),
        Text("stage"),
        Number("days"),
        Number("worth"),
        Text("why"),
    ];
    print_table(out, &columns, rows.collect())?;
    writeln!(
        out,
        "{} of {} claims that are worth working, {} in all",
        list.items.len(),
        list.worth,
        dollars(list.expected)
    )?;
    if list.not_worth > 0 {
        writeln!(
            out,
            "{} claims cost more to work than they are likely to bring ({} open)",
            list.not_worth,
            dollars(list.not_worth_open)
        )?;
    }
    if list.unsent > 0 {
        writeln!(out, "{} claims were not sent yet", list.unsent)?;
    }
    Ok(())
}
