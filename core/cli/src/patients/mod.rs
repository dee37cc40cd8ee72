//! `scrubjay account|statement|plan|collect`: what patients owe, for people.

pub(crate) mod account;
pub(crate) mod assist;
pub(crate) mod collect;
pub(crate) mod give_up;
pub(crate) mod plan;
pub(crate) mod protect;
pub(crate) mod statement;
pub(crate) mod step;

use std::io::Write;
use std::process::ExitCode;

use scrubjay::EngineError;
use scrubjay::model::{Money, PatientAccount};

use crate::place::Place;
use crate::table::dollars;

/// Who, why, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Signed {
    /// Who does it.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: String,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Where to look.
#[derive(Debug, clap::Args)]
pub(crate) struct Looking {
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// What is called so, or the names that there are.
fn named<T: Copy>(name: &str, all: &[(&'static str, T)]) -> Result<T, String> {
    let mut found = all.iter();
    let found = found.find(|(one, _)| *one == name).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        format!("there are {}", names.join(", "))
    })
}

/// Prints what was done, or why not: exit code 1.
pub(crate) fn told<T: serde::Serialize>(
    out: &mut impl Write,
    json: bool,
    done: Result<T, EngineError>,
    say: impl FnOnce(&T) -> String,
) -> anyhow::Result<ExitCode> {
    match done {
        Ok(done) if json => {
            serde_json::to_writer_pretty(&mut *out, &done)?;
            writeln!(out)?;
        }
        Ok(done) => writeln!(out, "{}", say(&done))?,
        Err(EngineError::Account(refused)) => return refuse(&refused),
        Err(EngineError::Appeal(refused)) => return refuse(&refused),
        Err(EngineError::Denial(refused)) => return refuse(&refused),
        Err(error) => return Err(error.into()),
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn refuse(refused: &impl std::fmt::Display) -> anyhow::Result<ExitCode> {
    eprintln!("scrubjay: {refused}");
    Ok(ExitCode::from(1))
}

/// What the patient owes, in words.
pub(crate) fn owes(account: &PatientAccount) -> String {
    let balance = account.balance();
    let owed = match balance {
        balance if balance.is_negative() => format!("has a credit of {}", dollars(-balance)),
        Money::ZERO => "owes nothing".to_owned(),
        balance => format!("owes {}", dollars(balance)),
    };
    format!("account {} {owed}", account.number)
}
