//! `scrubjay ack`: what was answered to what was sent, and what was not.

use std::io::Write;
use std::process::ExitCode;

use chrono::{NaiveDate, Utc};
use clap::Subcommand;
use scrubjay::model::{AckLevel, AckOutcome, Acknowledgment, ClaimId};
use scrubjay::store::{Access, Store};
use scrubjay::{AnswerToClaim, Config, SentClaim, SentFile, answers_to, sent_files, unanswered};

use crate::known;
use crate::place::Place;
use crate::run::print_json;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// What to say of acknowledgments.
#[derive(Debug, Subcommand)]
pub(crate) enum AckCommand {
    /// List the files that were sent, with what was answered to each.
    List {
        #[command(flatten)]
        place: Place,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Show every answer to a claim: TA1, 999 and 277CA, of each stop on the way.
    Show {
        /// Claim.
        claim: ClaimId,
        #[command(flatten)]
        place: Place,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// List what was sent and not answered in time, with who asks.
    ///
    /// Exits with 1 where there is any.
    Missing {
        #[command(flatten)]
        place: Place,
        /// As of that day instead of today.
        #[arg(long, value_name = "DATE")]
        on: Option<NaiveDate>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn ack(command: &AckCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        AckCommand::List { place, json } => {
            let store = place.open(Access::Read)?;
            let files = sent_files(store.read()?.as_ref())?;
            if *json {
                print_json(&mut out, &files)?;
            } else {
                list(&mut out, &files)?;
            }
        }
        AckCommand::Show { claim, place, json } => {
            let store = place.open(Access::Read)?;
            let reader = store.read()?;
            known::claim(reader.as_ref(), claim)?;
            let sendings = answers_to(reader.as_ref(), claim)?;
            if *json {
                print_json(&mut out, &sendings)?;
            } else {
                show(&mut out, claim, &sendings)?;
            }
        }
        AckCommand::Missing { place, on, json } => {
            let store = place.open(Access::Read)?;
            let config = Config::of_folder(place.folder())?;
            let today = on.unwrap_or_else(|| Utc::now().date_naive());
            let missing = unanswered(store.read()?.as_ref(), &config, today)?;
            if *json {
                print_json(&mut out, &missing)?;
            } else {
                list_missing(&mut out, &missing)?;
            }
            if !missing.is_empty() {
                return Ok(ExitCode::from(1));
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn list(out: &mut impl Write, files: &[SentFile]) -> anyhow::Result<()> {
    let columns = [
        Text("file"),
        Text("channel"),
        Text("sent"),
        Number("claims"),
        Text("TA1"),
        Text("999"),
        Number("accepted"),
        Number("rejected"),
        Number("received"),
        Number("unclear"),
    ];
    let rows = files
        .iter()
        .map(|file| {
            let sets = match file.sets {
                Some(AckOutcome::Accepted) if file.with_errors => "with errors",
                said => outcome(said),
            };
            vec![
                file.file.clone(),
                file.channel.clone(),
                file.sent.date_naive().to_string(),
                file.claims.to_string(),
                outcome(file.envelope).to_owned(),
                sets.to_owned(),
                file.by_claim.accepted.to_string(),
                file.by_claim.rejected.to_string(),
                file.by_claim.received.to_string(),
                file.by_claim.unclear.to_string(),
            ]
        })
        .collect();
    Ok(print_table(out, &columns, rows)?)
}

const fn outcome(said: Option<AckOutcome>) -> &'static str {
    match said {
        None => "-",
        Some(AckOutcome::Received) => "received",
        Some(AckOutcome::Accepted) => "accepted",
        Some(AckOutcome::Rejected) => "rejected",
        Some(AckOutcome::Unclear) => "unclear",
    }
}

fn show(out: &mut impl Write, claim: &ClaimId, sendings: &[SentClaim]) -> anyhow::Result<()> {
    if sendings.is_empty() {
        writeln!(out, "claim {claim} was never sent")?;
    }
    for sending in sendings {
        writeln!(
            out,
            "sent on {} by channel {} in {}",
            sending.sent.date_naive(),
            sending.channel,
            sending.file
        )?;
        if sending.answers.is_empty() {
            writeln!(out, "  no answer")?;
        }
        for answer in &sending.answers {
            writeln!(out, "  {}", answer_line(answer))?;
        }
    }
    Ok(())
}

fn answer_line(answer: &AnswerToClaim) -> String {
    let AnswerToClaim { answer: said, .. } = answer;
    let by = match (said.source.hop, &said.source.id) {
        (Some(hop), Some(id)) => format!("{} {id}", hop.as_str()),
        (Some(hop), None) => hop.as_str().to_owned(),
        (None, Some(id)) => id.clone(),
        (None, None) => "unnamed".to_owned(),
    };
    let file = answer.brought_by.as_deref().unwrap_or("a call");
    format!(
        "{}  {} from {by}: {} ({}) [{file}]",
        answer.at.date_naive(),
        transaction(said),
        words(said),
        said.codes.join(", ")
    )
}

const fn transaction(said: &Acknowledgment) -> &'static str {
    match said.level {
        AckLevel::Interchange { .. } => "TA1",
        // Only a 277CA says which stop on the way it is.
        AckLevel::Set { .. } if said.source.hop.is_none() => "999",
        AckLevel::Set { .. } => "277CA",
        AckLevel::Claim { .. } => "277CA",
    }
}

fn words(said: &Acknowledgment) -> &'static str {
    if said.has_errors() {
        "accepted with errors"
    } else if said.is_partial() {
        "accepted in part"
    } else {
        outcome(Some(said.outcome))
    }
}

fn list_missing(out: &mut impl Write, missing: &[scrubjay::Unanswered]) -> anyhow::Result<()> {
    if missing.is_empty() {
        writeln!(out, "everything that was sent is answered or still in time")?;
        return Ok(());
    }
    let columns = [
        Text("missing"),
        Text("file"),
        Text("channel"),
        Text("sent"),
        Text("due"),
        Text("owner"),
        Number("claims"),
        Number("charge"),
        Text("first"),
    ];
    let rows = missing
        .iter()
        .map(|one| {
            vec![
                one.missing.to_owned(),
                one.file.clone(),
                one.channel.clone(),
                one.sent.to_string(),
                one.due.to_string(),
                one.owner.clone(),
                one.claims.len().to_string(),
                dollars(one.charge),
                one.claims
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ]
        })
        .collect();
    Ok(print_table(out, &columns, rows)?)
}
