//! `scrubjay remit`: what payers paid, what became of it, and what people do
//! about it.

mod act;
mod deposits;
mod enter;
mod expected;
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
    /// Say of a remittance that waits that it will not be posted.
    #[command(name = "set-aside")]
    SetAside(act::SetAsideArguments),
    /// Post a remittance again that was undone.
    Repost(act::RepostArguments),
    /// Post remittances that came on paper or by a portal, from a sheet.
    ///
    /// Columns: payer, trace, payment, paid_on, claim, charge, paid, adjustments
    /// (such as `CO-45 20.01; PR-3 20.00`), and procedure where a row is a line;
    /// method, status, payer_control and remarks may be left out. All of the sheet
    /// is posted, or none of it.
    Enter(enter::EnterArguments),
    /// Show which deposits and remittances belong together; with a sheet, take the
    /// bank's deposits in first (columns trace, amount, deposited_on).
    ///
    /// Exits with 1 where the sheet was refused.
    Deposits(deposits::DepositsArguments),
    /// Show what a claim is worth by contract, and what its payer allows.
    Expected(expected::ExpectedArguments),
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
        RemitCommand::SetAside(arguments) => return act::set_aside(&mut out, arguments),
        RemitCommand::Undo(arguments) => return act::undo(&mut out, arguments),
        RemitCommand::Repost(arguments) => return act::repost(&mut out, arguments),
        RemitCommand::Enter(arguments) => return enter::enter(&mut out, arguments),
        RemitCommand::Deposits(arguments) => return deposits::deposits(&mut out, arguments),
        RemitCommand::Expected(arguments) => return expected::expected(&mut out, arguments),
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
