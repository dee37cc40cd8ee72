//! `scrubjay claims submit`: ready claims are sent, all or some.

use std::io::Write;
use std::process::ExitCode;

use scrubjay::model::ClaimId;
use scrubjay::{Delivery, EngineError, Preview, Selection, Sent, Waiting};

use crate::place::Place;
use crate::run::print_json;
use crate::table::dollars;

/// Which claims, and who sends them.
#[derive(Debug, clap::Args)]
pub(crate) struct SubmitArguments {
    /// Only these claims; all that are ready where none is named.
    claims: Vec<ClaimId>,
    /// Only those to this payer, by its key.
    #[arg(long)]
    payer: Option<String>,
    /// Only those that leave by this channel.
    #[arg(long)]
    channel: Option<String>,
    /// Print what would leave and what the rules would hold, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Who sends them; stands in the journal.
    #[arg(long, value_name = "NAME", default_value = "scrubjay")]
    by: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn submit(
    out: &mut impl Write,
    arguments: &SubmitArguments,
) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.place.engine()?;
    let mut selection = Selection::default();
    selection.claims.clone_from(&arguments.claims);
    selection.payer.clone_from(&arguments.payer);
    selection.channel.clone_from(&arguments.channel);
    let mut stuck = false;
    let ended = if arguments.dry_run {
        let preview = engine.preview_submit(&selection);
        preview.map(|preview| print_preview(out, &preview, arguments.json))
    } else {
        let sent = engine.submit_only(&selection, &arguments.by);
        sent.and_then(|sent| Ok((sent, engine.deliver()?, engine.held_claims(&selection)?)))
            .map(|(sent, deliveries, held)| {
                stuck = deliveries.iter().any(|one| one.problem.is_some());
                tell_problems(&deliveries);
                print_sent(out, &sent, held, arguments.json)
            })
    };
    match ended {
        Ok(printed) => printed.map(|()| ExitCode::from(u8::from(stuck))),
        Err(EngineError::Submit(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}

/// Files that were written and are due still at the other side.
fn tell_problems(deliveries: &[Delivery]) {
    for delivery in deliveries {
        if let Some(problem) = &delivery.problem {
            eprintln!("scrubjay: {} is due still: {problem}", delivery.name);
        }
    }
}

fn print_sent(
    out: &mut impl Write,
    sent: &[Sent],
    held: Waiting,
    json: bool,
) -> anyhow::Result<()> {
    if json {
        return print_json(out, sent);
    }
    if sent.is_empty() {
        match held.claims {
            0 => writeln!(out, "nothing was sent: no claim is ready, and none is held")?,
            claims => writeln!(
                out,
                "nothing was sent: {claims} claim(s) are held, {}; `scrubjay work list` tells by what, `scrubjay claims show CLAIM` what is wrong",
                dollars(held.charge)
            )?,
        }
    }
    for file in sent {
        writeln!(
            out,
            "{}: {} for channel {}, interchange {}",
            file.name,
            file.contents(),
            file.channel,
            file.interchange
        )?;
    }
    Ok(())
}

fn print_preview(out: &mut impl Write, preview: &Preview, json: bool) -> anyhow::Result<()> {
    if json {
        return print_json(out, preview);
    }
    if preview.files.is_empty() && preview.held.is_empty() {
        writeln!(out, "nothing is ready to be sent")?;
    }
    for file in &preview.files {
        let claims: Vec<&str> = file.claims.iter().map(ClaimId::as_str).collect();
        writeln!(
            out,
            "channel {} would take {} claims, {}: {}",
            file.channel,
            claims.len(),
            dollars(file.charge),
            claims.join(", ")
        )?;
    }
    for held in &preview.held {
        writeln!(out, "claim {} would be held by {}", held.claim, held.by)?;
    }
    Ok(())
}
