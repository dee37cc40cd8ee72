//! `scrubjay account assist`: financial assistance.

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;
use scrubjay::AssistanceDecision;
use scrubjay::model::{AccountNumber, Money};

use super::{Signed, owes, told};

/// What is done about assistance.
#[derive(Debug, Subcommand)]
pub(crate) enum AssistCommand {
    /// The patient has applied: nothing is asked for until it is decided.
    Apply {
        /// Account.
        account: AccountNumber,
        #[command(flatten)]
        signed: Signed,
    },
    /// Grant it: take a part off.
    Grant {
        /// Account.
        account: AccountNumber,
        /// Percent of the balance that is taken off.
        percent: u8,
        /// The most that may be asked then; a charitable hospital names it.
        #[arg(long, value_name = "AMOUNT")]
        at_most: Option<Money>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
    /// Refuse it.
    Deny {
        /// Account.
        account: AccountNumber,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
}

pub(crate) fn assist(out: &mut impl Write, command: &AssistCommand) -> anyhow::Result<ExitCode> {
    let (account, decision, reason, signed) = match command {
        AssistCommand::Apply { account, signed } => {
            let mut engine = signed.place.engine()?;
            let done = engine.apply_for_assistance(account, &signed.by);
            return told(out, signed.json, done, |_| {
                format!("account {account} waits for the decision on assistance")
            });
        }
        AssistCommand::Grant {
            account,
            percent,
            at_most,
            reason,
            signed,
        } => {
            let granted = AssistanceDecision::Granted {
                percent: *percent,
                at_most: *at_most,
            };
            (account, granted, reason, signed)
        }
        AssistCommand::Deny {
            account,
            reason,
            signed,
        } => (account, AssistanceDecision::Denied, reason, signed),
    };
    let mut engine = signed.place.engine()?;
    let done = engine.decide_assistance(account, decision, reason, &signed.by);
    told(out, signed.json, done, owes)
}
