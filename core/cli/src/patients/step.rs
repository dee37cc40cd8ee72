//! `scrubjay collect step` and `collect validated`: what a person does about an
//! account within the guards.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use scrubjay::hooks::CollectionStep;
use scrubjay::model::AccountNumber;
use scrubjay::{AccountFact, EngineError, StepDone};
use serde::Serialize;

use super::{Signed, named, told};
use crate::run::print_json;

/// Which step, of which accounts.
#[derive(Debug, clap::Args)]
pub(crate) struct StepArguments {
    /// `reminder`, `call`, `final_notice`, `agency`, `credit_report`, `suit` or `recall`.
    #[arg(value_parser = step)]
    step: CollectionStep,
    /// Accounts; each is looked at by itself.
    #[arg(required = true, value_name = "ACCOUNT")]
    accounts: Vec<AccountNumber>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signed: Signed,
}

/// What became of the step on an account.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Taken(StepDone),
    Refused {
        account: &'a AccountNumber,
        refused: String,
    },
}

/// When the agency told the patient what they owe.
#[derive(Debug, clap::Args)]
pub(crate) struct ValidatedArguments {
    /// Account.
    account: AccountNumber,
    /// Day of the agency's validation notice.
    on: NaiveDate,
    #[command(flatten)]
    signed: Signed,
}

fn step(name: &str) -> Result<CollectionStep, String> {
    named(name, &CollectionStep::ALL.map(|step| (step.as_str(), step)))
}

pub(crate) fn take(out: &mut impl Write, arguments: &StepArguments) -> anyhow::Result<ExitCode> {
    let StepArguments {
        step,
        accounts,
        reason,
        signed,
    } = arguments;
    let mut engine = signed.place.engine()?;
    let mut outcomes = Vec::new();
    for account in accounts {
        outcomes.push(
            match engine.take_collection_step(account, *step, reason, &signed.by) {
                Ok(done) => Outcome::Taken(done),
                Err(EngineError::Account(refused)) => Outcome::Refused {
                    account,
                    refused: refused.to_string(),
                },
                Err(error) => return Err(error.into()),
            },
        );
    }
    let mut code = ExitCode::SUCCESS;
    for outcome in &outcomes {
        match outcome {
            Outcome::Taken(_) if signed.json => {}
            Outcome::Taken(done) => {
                let (step, by) = (done.step.as_str(), &done.by);
                writeln!(out, "account {}: {step} by {by}", done.account)?;
            }
            Outcome::Refused { account, refused } => {
                eprintln!("scrubjay: account {account}: {refused}");
                code = ExitCode::from(1);
            }
        }
    }
    if signed.json {
        print_json(out, &outcomes)?;
    }
    out.flush()?;
    Ok(code)
}

pub(crate) fn validated(
    out: &mut impl Write,
    arguments: &ValidatedArguments,
) -> anyhow::Result<ExitCode> {
    let ValidatedArguments {
        account,
        on,
        signed,
    } = arguments;
    let mut engine = signed.place.engine()?;
    let fact = AccountFact::ValidationNotice(*on);
    let noted = engine.note_on_account(account, fact, &signed.by);
    told(out, signed.json, noted, |_| {
        format!("the agency's notice of {on} is noted on account {account}")
    })
}
