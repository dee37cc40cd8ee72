//! `scrubjay collect step` and `collect validated`: what a person does about an
//! account within the guards.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use scrubjay::AccountFact;
use scrubjay::hooks::CollectionStep;
use scrubjay::model::AccountNumber;

use super::{Signed, named, told};

/// Which step, of which account.
#[derive(Debug, clap::Args)]
pub(crate) struct StepArguments {
    /// Account.
    account: AccountNumber,
    /// `reminder`, `call`, `final_notice`, `agency`, `credit_report`, `suit` or `recall`.
    #[arg(value_parser = step)]
    step: CollectionStep,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signed: Signed,
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
        account,
        step,
        reason,
        signed,
    } = arguments;
    let mut engine = signed.place.engine()?;
    let done = engine.take_collection_step(account, *step, reason, &signed.by);
    told(out, signed.json, done, |done| {
        format!(
            "account {}: {} by {}",
            done.account,
            done.step.as_str(),
            done.by
        )
    })
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
