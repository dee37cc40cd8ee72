//! `scrubjay collect`: run, step, validated, export, paid, recall.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;
use scrubjay::hooks::CollectionStep;
use scrubjay::model::{AccountNumber, Clock, Money};
use scrubjay::{AccountsTick, Engine, SystemClock};

use super::plan::stands;
use super::step::{self, StepArguments, ValidatedArguments};
use super::{Looking, Signed, owes, told};
use crate::table::dollars;

/// What to do about accounts in collection.
#[derive(Debug, Subcommand)]
pub(crate) enum CollectCommand {
    /// Look at every account whose day has come: what rules ask for is done as far
    /// as the guards let it.
    Run {
        /// The time to go by; now without it.
        #[arg(long, value_name = "TIME")]
        at: Option<DateTime<Utc>>,
        #[command(flatten)]
        looking: Looking,
    },
    /// Take a step on accounts by hand, where neither a guard nor a rule stands
    /// against it.
    ///
    /// Exits with 1 where one does, and names it; the other accounts are done.
    Step(StepArguments),
    /// Note that the agency has sent its validation notice.
    Validated(ValidatedArguments),
    /// Write what an agency must be told: accounts placed and taken back, and what
    /// patients have paid to us meanwhile.
    ///
    /// Exits with 1 where a file of that name is there.
    Export {
        /// The agency's key in scrubjay.yaml.
        agency: String,
        /// File to write (CSV), under a name that is not taken. It holds patient data.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Write once more what it was told on this day.
        #[arg(long, value_name = "DATE")]
        again: Option<NaiveDate>,
        #[command(flatten)]
        signed: Signed,
    },
    /// The agency has collected, kept its fee, and sent the rest.
    Paid {
        /// Account.
        account: AccountNumber,
        /// What the patient paid to it.
        amount: Money,
        /// What it kept of that.
        #[arg(long, value_name = "AMOUNT")]
        fee: Money,
        #[command(flatten)]
        signed: Signed,
    },
    /// Take an account back from its agency.
    Recall {
        /// Account.
        account: AccountNumber,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
}

pub(crate) fn collect(command: &CollectCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        CollectCommand::Run { at, looking } => {
            let mut engine = looking.place.engine()?;
            let at = at.unwrap_or_else(|| SystemClock.now());
            let done = engine.bill_patients(at)?;
            let waiting = waiting(&engine, &done)?;
            told(&mut out, looking.json, Ok(done), |done| {
                let mut lines = said(done);
                lines.extend(waiting);
                match lines.is_empty() {
                    true => "nothing is due".to_owned(),
                    false => lines.join("\n"),
                }
            })
        }
        CollectCommand::Step(arguments) => step::take(&mut out, arguments),
        CollectCommand::Validated(arguments) => step::validated(&mut out, arguments),
        CollectCommand::Export {
            agency,
            out: file,
            again,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let written = engine.export_to_agency(agency, *again, &signed.by, &mut |written| {
                written.save(file)
            });
            told(&mut out, signed.json, written, |written| {
                format!(
                    "{}: {} placed, {} changed, {} taken back",
                    file.display(),
                    written.placed.len(),
                    written.changed.len(),
                    written.recalled.len()
                )
            })
        }
        CollectCommand::Paid {
            account,
            amount,
            fee,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.agency_collected(account, *amount, *fee, &signed.by);
            told(&mut out, signed.json, done, |found| {
                let left = found
                    .dealings
                    .placed()
                    .map_or(Money::ZERO, |one| one.amount());
                format!("{}; with the agency: {}", owes(found), dollars(left))
            })
        }
        CollectCommand::Recall {
            account,
            reason,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let step = CollectionStep::Recall;
            let done = engine.take_collection_step(account, step, reason, &signed.by);
            told(&mut out, signed.json, done, |done| {
                format!("account {} is taken back by {}", done.account, done.by)
            })
        }
    }
}

/// That letters wait, where something was done that makes them: they are not handed
/// on by the clock.
pub(crate) fn waiting(engine: &Engine, done: &AccountsTick) -> anyhow::Result<Option<String>> {
    if done.is_nothing() {
        return Ok(None);
    }
    let count = engine.letters_waiting()?;
    let letters = match count {
        0 => return Ok(None),
        1 => "1 letter waits".to_owned(),
        count => format!("{count} letters wait"),
    };
    Ok(Some(format!(
        "{letters}: `scrubjay statement run` hands them on"
    )))
}

/// What was done on accounts and what was not, a line each.
pub(crate) fn said(done: &AccountsTick) -> Vec<String> {
    let issued = done.statements.iter();
    let mut lines: Vec<String> = issued
        .map(|issued| {
            format!(
                "statement {} of account {}: {} by {}",
                issued.statement,
                issued.account,
                dollars(issued.owed),
                issued.due
            )
        })
        .collect();
    let steps = done.steps.iter();
    let steps: Vec<String> = steps
        .map(|step| {
            format!(
                "account {}: {} ({})",
                step.account,
                step.step.as_str(),
                step.by
            )
        })
        .collect();
    lines.extend(steps);
    for change in &done.plans {
        lines.push(format!(
            "account {}: plan {} is {}",
            change.account,
            change.plan,
            stands(change.status)
        ));
    }
    for not in &done.not_done {
        let mut why: Vec<String> = not.stops.iter().map(ToString::to_string).collect();
        why.extend(not.held_by.iter().map(|rule| format!("rule {rule}")));
        lines.push(format!(
            "account {}: no {}: {}",
            not.account,
            not.what,
            why.join("; ")
        ));
    }
    lines
}
