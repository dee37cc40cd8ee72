//! `scrubjay denials`: list, show, write off.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use scrubjay::model::{ClaimId, Money, WriteOffReason};
use scrubjay::{DenialFilter, ListedDenial, ShownDenial};

use crate::appeal::words;
use crate::patients::{Looking, Signed, told};
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// What to do about denials.
#[derive(Debug, Subcommand)]
pub(crate) enum DenialsCommand {
    /// List denials, what is worth most on top.
    ///
    /// Exits with 1 where a filter names what there is not.
    List {
        /// Only those that stand so: `open`, `appealed`, `resubmitted`, `overturned`,
        /// `paid_on_correction`, `written_off` or `transferred`.
        #[arg(long)]
        state: Option<String>,
        /// Only those of this payer, by its key.
        #[arg(long)]
        payer: Option<String>,
        /// Only those of this root cause, such as `authorization`.
        #[arg(long)]
        cause: Option<String>,
        /// Only those that this owner works.
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
        #[command(flatten)]
        looking: Looking,
    },
    /// Show the denial of a claim: reasons, clocks, worth, appeals, what became of it.
    ///
    /// Exits with 1 where nothing of the claim was refused.
    Show {
        /// Claim.
        claim: ClaimId,
        #[command(flatten)]
        looking: Looking,
    },
    /// Give up what was refused of a claim, with a reason.
    ///
    /// Exits with 1 where it cannot be, and says why.
    WriteOff {
        /// Claim.
        claim: ClaimId,
        /// What kind of write-off it is.
        #[arg(long, value_parser = kinds())]
        why: WriteOffReason,
        /// How much, where not all that is refused and open.
        #[arg(long)]
        amount: Option<Money>,
        /// Why, in words.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
}

fn kinds() -> impl TypedValueParser<Value = WriteOffReason> {
    PossibleValuesParser::new(WriteOffReason::ALL.map(WriteOffReason::as_str)).map(|named| {
        let mut all = WriteOffReason::ALL.into_iter();
        let found = all.find(|reason| reason.as_str() == named);
        found.unwrap_or(WriteOffReason::Denied)
    })
}

pub(crate) fn denials(command: &DenialsCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        DenialsCommand::List {
            state,
            payer,
            cause,
            owner,
            looking,
        } => {
            let filter = DenialFilter {
                state: state.clone(),
                payer: payer.clone(),
                cause: cause.clone(),
                owner: owner.clone(),
            };
            match looking.place.engine()?.denials(&filter) {
                Ok(listed) if !looking.json => {
                    list(&mut out, &listed)?;
                    Ok(ExitCode::SUCCESS)
                }
                found => told(&mut out, true, found, |_| String::new()),
            }
        }
        DenialsCommand::Show { claim, looking } => {
            let found = looking.place.engine()?.show_denial(claim);
            told(&mut out, looking.json, found, show)
        }
        DenialsCommand::WriteOff {
            claim,
            why,
            amount,
            reason,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.write_off_denial(claim, *why, *amount, reason, &signed.by);
            told(&mut out, signed.json, done, |gone| {
                format!(
                    "{} of claim {} is written off ({}); {} is refused and open, {} owed by the payer",
                    dollars(gone.amount),
                    gone.claim,
                    words(why.as_str()),
                    dollars(gone.open),
                    dollars(gone.owed)
                )
            })
        }
    }
}

fn list(out: &mut impl Write, listed: &[ListedDenial]) -> anyhow::Result<()> {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let rows = listed.iter().map(|one| {
        vec![
            one.claim.to_string(),
            one.payer.clone(),
            one.codes.join(" "),
            one.cause.as_str().to_owned(),
            one.recoverable.as_str().to_owned(),
            dollars(one.open),
            dollars(one.worth.expected),
            one.state.to_owned(),
            one.owner
                .as_ref()
                .map_or_else(String::new, |owner| owner.0.clone()),
            day(one.due),
            day(one.contest_by),
        ]
    });
    let columns = [
        Text("claim"),
        Text("payer"),
        Text("codes"),
        Text("root cause"),
        Text("recoverable"),
        Number("open"),
        Number("worth"),
        Text("state"),
        Text("owner"),
        Text("work by"),
        Text("contest by"),
    ];
    print_table(out, &columns, rows.collect())?;
    out.flush()?;
    Ok(())
}

fn show(shown: &ShownDenial) -> String {
    let one = &shown.denial;
    let worth = &one.worth;
    let mut lines = vec![
        format!(
            "claim {} to {}, decided on {}: {}",
            one.claim,
            one.payer,
            one.decided,
            words(one.state)
        ),
        format!(
            "  refused {}, open {}",
            dollars(one.amount),
            dollars(one.open)
        ),
        format!(
            "  root cause {}, recoverable: {}",
            words(one.cause.as_str()),
            one.recoverable.as_str()
        ),
        format!(
            "  worth {} by {}: {} % of {} case(s) and the prior, at {} each",
            dollars(worth.expected),
            worth.way.as_str(),
            worth.chance.normalize(),
            worth.cases,
            dollars(worth.cost)
        ),
    ];
    for amount in &shown.amounts {
        let line = amount
            .line
            .map_or_else(String::new, |line| format!(" on line {line}"));
        lines.push(format!(
            "  {}-{}{line}, {}: {} ({})",
            amount.group,
            amount.carc,
            dollars(amount.amount),
            words(amount.category.as_str()),
            amount.classified_by
        ));
    }
    lines.push(format!("  to do: {}", one.action));
    if let (Some(owner), Some(due)) = (&one.owner, one.due) {
        lines.push(format!("  for {} by {due}", owner.0));
    }
    if let Some(by) = one.contest_by {
        lines.push(format!("  to be contested by {by}"));
    }
    if let Some(later) = &shown.replaced_by {
        lines.push(format!("  replaced by claim {later}"));
    }
    for appeal in &shown.appeals {
        lines.push(format!(
            "  appeal {} (level {}), {}: {}",
            appeal.appeal,
            appeal.level,
            dollars(appeal.amount),
            words(appeal.state)
        ));
    }
    for (outcome, amount) in &shown.settled {
        lines.push(format!(
            "  {} {}",
            words(outcome.as_str()),
            dollars(*amount)
        ));
    }
    lines.join("\n")
}
