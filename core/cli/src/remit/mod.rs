//! `scrubjay remit`: what payers paid, what became of it, and what people do
//! about it.

mod act;
mod show;

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;
use scrubjay::model::TraceNumber;
use scrubjay::store::{Access, Store};
use scrubjay::{RemittanceSummary, find_remittance, remittance, remittances};

use crate::place::Place;
use crate::run::print_json;

/// What to do about remittances.
#[derive(Debug, Subcommand)]
pub(crate) enum RemitCommand {
    /// List the remittances that came, with what became of each.
    List {
        #[command(flatten)]
        place: Place,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Show one: its claims with ours, those that wait with what they may be,
    /// what was paid or taken beside the claims, and where it waits, why.
    Show {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        place: Place,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Say which claim of ours a remitted claim is that matched none, and post it.
    Match(act::MatchArguments),
    /// Take a posted remittance back by reversing entries.
    Undo(act::UndoArguments),
    /// Post a remittance again that was undone.
    Repost(act::RepostArguments),
}

/// Which remittance.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// Trace number (TRN02).
    trace: TraceNumber,
    /// Who made it (TRN03), where several payers use the number.
    #[arg(long, value_name = "ID")]
    originator: Option<String>,
}

impl Which {
    /// The remittance in the practice's database.
    fn find(&self, place: &Place) -> anyhow::Result<RemittanceSummary> {
        let store = place.open(Access::Read)?;
        let reader = store.read()?;
        let originator = self.originator.as_deref();
        Ok(find_remittance(reader.as_ref(), &self.trace, originator)?)
    }
}

pub(crate) fn remit(command: &RemitCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        RemitCommand::List { place, json } => {
            let store = place.open(Access::Read)?;
            let listed = remittances(store.read()?.as_ref())?;
            if *json {
                print_json(&mut out, &listed)?;
            } else {
                show::list(&mut out, &listed)?;
            }
        }
        RemitCommand::Show { which, place, json } => {
            let store = place.open(Access::Read)?;
            let originator = which.originator.as_deref();
            let one = remittance(store.read()?.as_ref(), &which.trace, originator)?;
            if *json {
                print_json(&mut out, &one)?;
            } else {
                show::show(&mut out, &one)?;
            }
        }
        RemitCommand::Match(arguments) => return act::match_by_hand(&mut out, arguments),
        RemitCommand::Undo(arguments) => return act::undo(&mut out, arguments),
        RemitCommand::Repost(arguments) => return act::repost(&mut out, arguments),
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
