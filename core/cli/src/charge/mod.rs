//! `scrubjay charge`: what is charged for visits, and what is not yet.

mod enter;
mod list;
mod missing;
mod price;

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;
use scrubjay::EngineError;

/// What to do about charges.
#[derive(Debug, Subcommand)]
pub(crate) enum ChargeCommand {
    /// Enter one charge of a visit, or correct one that is not billed yet.
    ///
    /// Exits with 1 where it cannot be taken, and with 3 where it is held.
    Add(enter::AddArguments),
    /// Take in files of charges: CSV, or FHIR R4 as JSON.
    ///
    /// Exits with 1 where a file was refused or a row of one was not taken in.
    Import(enter::ImportArguments),
    /// List charges with what holds them.
    List(list::ListArguments),
    /// Show a charge: as it was entered, what rules made of it and found on it.
    Show(list::ShowArguments),
    /// List visits that are not charged for in time, and how long charges take.
    ///
    /// Exits with 1 where there is such a visit.
    Missing(missing::MissingArguments),
    /// Say that there is nothing to charge for a visit.
    None(missing::NoneArguments),
    /// Look a price up in the charge master.
    ///
    /// Exits with 1 where there is none.
    Price(price::PriceArguments),
    /// Take back a charge that was entered wrongly and is not billed.
    ///
    /// Exits with 1 where it cannot be.
    Void(enter::VoidArguments),
}

pub(crate) fn charge(command: &ChargeCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let ended = match command {
        ChargeCommand::Add(arguments) => enter::add(&mut out, arguments),
        ChargeCommand::Import(arguments) => enter::import(&mut out, arguments),
        ChargeCommand::List(arguments) => list::list(&mut out, arguments),
        ChargeCommand::Show(arguments) => list::show(&mut out, arguments),
        ChargeCommand::Missing(arguments) => missing::missing(&mut out, arguments),
        ChargeCommand::None(arguments) => missing::none(&mut out, arguments),
        ChargeCommand::Price(arguments) => price::price(&mut out, arguments),
        ChargeCommand::Void(arguments) => enter::void(&mut out, arguments),
    };
    out.flush()?;
    ended
}

/// What was done, or why a charge was refused.
fn unless_refused<T>(ended: Result<T, EngineError>) -> anyhow::Result<Option<T>> {
    match ended {
        Ok(done) => Ok(Some(done)),
        Err(EngineError::Charge(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// What a charge is for, on one line: `J0696-JZ x2`.
fn service(charge: &scrubjay::model::ChargeRecord) -> String {
    let modifiers = charge.modifiers.iter().map(|code| format!("-{code}"));
    let modifiers: String = modifiers.collect();
    format!(
        "{}{modifiers} x{}",
        charge.procedure,
        charge.units.normalize()
    )
}
