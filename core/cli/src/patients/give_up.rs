//! `scrubjay account write-off` and `account move`: what a patient owes given up, and
//! what was paid moved to another claim.

use std::io::Write;
use std::process::ExitCode;

use scrubjay::model::{AccountNumber, ClaimId, Money, WriteOffReason};

use super::{Signed, named, owes, told};

/// What is given up, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct WriteOffArguments {
    /// Account.
    account: AccountNumber,
    /// `bad_debt`, `small_balance`, `charity`, `discount`, `bankruptcy`,
    /// `not_billable` or `administrative`.
    #[arg(value_parser = why)]
    why: WriteOffReason,
    /// How much, the oldest first; all that is owed without it.
    #[arg(long, value_name = "AMOUNT")]
    amount: Option<Money>,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signed: Signed,
}

/// What is moved from where to where.
#[derive(Debug, clap::Args)]
pub(crate) struct MoveArguments {
    /// Account.
    account: AccountNumber,
    /// How much of what the patient has paid.
    amount: Money,
    /// Claim that it stands on.
    #[arg(long, value_name = "CLAIM")]
    from: ClaimId,
    /// Claim that it is for.
    #[arg(long, value_name = "CLAIM")]
    to: ClaimId,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signed: Signed,
}

fn why(name: &str) -> Result<WriteOffReason, String> {
    use WriteOffReason::{
        Administrative, BadDebt, Bankruptcy, Charity, Discount, NotBillable, SmallBalance,
    };
    let reasons = [
        BadDebt,
        SmallBalance,
        Charity,
        Discount,
        Bankruptcy,
        NotBillable,
        Administrative,
    ];
    named(name, &reasons.map(|reason| (reason.as_str(), reason)))
}

pub(crate) fn write_off(
    out: &mut impl Write,
    arguments: &WriteOffArguments,
) -> anyhow::Result<ExitCode> {
    let WriteOffArguments {
        account,
        why,
        amount,
        reason,
        signed,
    } = arguments;
    let mut engine = signed.place.engine()?;
    let by = &signed.by;
    let done = match amount {
        Some(amount) => engine.give_up_patient_balance(account, *why, *amount, reason, by),
        None => engine.give_up_all(account, *why, reason, by),
    };
    told(out, signed.json, done, owes)
}

pub(crate) fn move_payment(
    out: &mut impl Write,
    arguments: &MoveArguments,
) -> anyhow::Result<ExitCode> {
    let MoveArguments {
        account,
        amount,
        from,
        to,
        reason,
        signed,
    } = arguments;
    let mut engine = signed.place.engine()?;
    let done = engine.move_patient_payment(account, from, to, *amount, reason, &signed.by);
    told(out, signed.json, done, |account| {
        format!("{amount} is moved to claim {to}; {}", owes(account))
    })
}
