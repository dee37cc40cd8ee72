//! `scrubjay plan`: offer, agree, show, cancel.

use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use scrubjay::model::{AccountNumber, PlanStatus};
use scrubjay::{EngineError, PatientAccountError};

use super::{Looking, Signed, told};
use crate::table::dollars;

/// What to do with payment plans.
#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Offer a plan by letter; with `--first` the patient has agreed to it.
    ///
    /// Exits with 1 where a guard or the practice's policy stops it.
    Offer {
        /// Account.
        account: AccountNumber,
        /// Monthly instalments.
        instalments: u8,
        /// The patient agrees, and pays the first one by this day.
        #[arg(long, value_name = "DATE")]
        first: Option<NaiveDate>,
        #[command(flatten)]
        signed: Signed,
    },
    /// Show the plan that counts.
    Show {
        /// Account.
        account: AccountNumber,
        /// Where it stands on this day; without it today, by the practice's clock.
        #[arg(long, value_name = "DATE")]
        on: Option<NaiveDate>,
        #[command(flatten)]
        looking: Looking,
    },
    /// Give the plan up; what was paid stays paid.
    Cancel {
        /// Account.
        account: AccountNumber,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
}

pub(crate) fn plan(command: &PlanCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        PlanCommand::Offer {
            account,
            instalments,
            first: Some(first),
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.agree_plan(account, *instalments, *first, &signed.by);
            told(&mut out, signed.json, done, |agreed| {
                let mut lines = vec![format!(
                    "plan {} over {}",
                    agreed.plan,
                    dollars(agreed.balance)
                )];
                let each = agreed.instalments.iter();
                lines.extend(each.map(|one| format!("  {} by {}", dollars(one.amount), one.due)));
                lines.join("\n")
            })
        }
        PlanCommand::Offer {
            account,
            instalments,
            first: None,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.offer_plan(account, *instalments, &signed.by);
            told(&mut out, signed.json, done, |letter| {
                format!(
                    "{instalments} instalments over {} are offered by letter",
                    dollars(letter.owed)
                )
            })
        }
        PlanCommand::Show {
            account,
            on,
            looking,
        } => {
            let engine = looking.place.engine()?;
            let found = engine.plan_of(account).and_then(|found| {
                let account = account.clone();
                found.ok_or_else(|| EngineError::from(PatientAccountError::NoPlan { account }))
            });
            let on = match on {
                Some(on) => *on,
                None => engine.today()?,
            };
            told(&mut out, looking.json, found, |(id, plan)| {
                let mut lines = vec![format!(
                    "plan {id} over {}: {}",
                    dollars(plan.balance),
                    stands(plan.status(on))
                )];
                let each = plan.instalments.iter();
                lines.extend(each.map(|one| format!("  {} by {}", dollars(one.amount), one.due)));
                let paid = plan.payments.iter();
                lines.extend(
                    paid.map(|one| format!("  paid {} on {}", dollars(one.amount), one.on)),
                );
                lines.join("\n")
            })
        }
        PlanCommand::Cancel {
            account,
            reason,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.cancel_plan(account, reason, &signed.by);
            told(&mut out, signed.json, done, |id| {
                format!("plan {id} is given up")
            })
        }
    }
}

/// Where a plan stands, in words.
pub(crate) fn stands(status: PlanStatus) -> String {
    match status {
        PlanStatus::Current => "current".to_owned(),
        PlanStatus::Missed {
            instalment,
            overdue,
            cure_by,
        } => format!(
            "behind: instalment {instalment} is missed, {} overdue, to be made good by {cure_by}",
            dollars(overdue)
        ),
        PlanStatus::Defaulted { on, .. } => format!("in default since {on}"),
        PlanStatus::PaidOff => "paid off".to_owned(),
    }
}
