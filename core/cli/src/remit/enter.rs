//! `scrubjay remit enter`: remittances that came on paper.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::act::{ended, perhaps_twice};
use crate::place::Place;
use crate::table::dollars;

/// Which sheet, who filled it in, and from what.
#[derive(Debug, clap::Args)]
pub(crate) struct EnterArguments {
    /// The sheet, a CSV file.
    file: PathBuf,
    /// Who entered it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What it was entered from, such as `paper, box 12`.
    #[arg(long, value_name = "TEXT")]
    source: String,
    #[command(flatten)]
    place: Place,
}

pub(super) fn enter(out: &mut impl Write, arguments: &EnterArguments) -> anyhow::Result<ExitCode> {
    let file = &arguments.file;
    let sheet = std::fs::read(file).with_context(|| file.display().to_string())?;
    let mut engine = arguments.place.engine()?;
    let entered = engine.enter_remittances(&sheet, &arguments.by, &arguments.source);
    ended(entered, |entered| {
        entered.iter().try_for_each(|one| {
            writeln!(
                out,
                "remittance {} of {}: {} posted on {} claims, {} match none of ours{}",
                one.trace,
                one.payer,
                dollars(one.paid),
                one.claims,
                one.unmatched,
                perhaps_twice(one.held)
            )
        })
    })
}
