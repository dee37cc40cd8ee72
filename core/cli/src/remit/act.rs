//! `scrubjay remit match`, `undo` and `repost`: what a person does to a remittance.

use std::io::Write;
use std::process::ExitCode;

use scrubjay::model::ClaimId;
use scrubjay::store::Difference;
use scrubjay::{EngineError, WaitingClaim};

use super::Which;
use crate::place::Place;
use crate::table::dollars;

/// Which remitted claim is which of ours, who says so, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct MatchArguments {
    #[command(flatten)]
    which: Which,
    /// Place of the remitted claim in the remittance, from 1.
    ordinal: u32,
    /// Our claim.
    claim: ClaimId,
    /// Who says so.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why it is that one.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// What differs, where it is that claim all the same.
    #[arg(long, value_name = "WHAT")]
    despite: Vec<Differs>,
    #[command(flatten)]
    place: Place,
}

/// What may differ between a remitted claim and ours.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Differs {
    /// The claim went to another payer.
    Payer,
    /// The claim has another total charge.
    Charge,
}

impl From<Differs> for Difference {
    fn from(differs: Differs) -> Self {
        match differs {
            Differs::Payer => Self::Payer,
            Differs::Charge => Self::Charge,
        }
    }
}

/// Which remittance is taken back, by whom, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct UndoArguments {
    #[command(flatten)]
    which: Which,
    /// Who takes it back.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    place: Place,
}

/// Which remittance will not be posted, who says so, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct SetAsideArguments {
    #[command(flatten)]
    which: Which,
    /// Who says so.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    place: Place,
}

/// Which remittance is posted again, and by whom.
#[derive(Debug, clap::Args)]
pub(crate) struct RepostArguments {
    #[command(flatten)]
    which: Which,
    /// Who posts it.
    #[arg(long, value_name = "NAME")]
    by: String,
    #[command(flatten)]
    place: Place,
}

pub(super) fn match_by_hand(
    out: &mut impl Write,
    arguments: &MatchArguments,
) -> anyhow::Result<ExitCode> {
    let MatchArguments {
        which,
        ordinal,
        claim,
        by,
        reason,
        despite,
        place,
    } = arguments;
    let found = which.find(place)?;
    let mut engine = place.engine()?;
    let waiting = WaitingClaim {
        originator: &found.originator,
        trace: &found.trace,
        ordinal: *ordinal,
    };
    let despite: Vec<Difference> = despite.iter().map(|one| (*one).into()).collect();
    let bound = engine.match_despite(&waiting, claim, by, reason, &despite);
    ended(bound, |bound| {
        writeln!(
            out,
            "claim {} of remittance {} is {}: {} posted",
            bound.ordinal,
            bound.trace,
            bound.claim,
            dollars(bound.paid)
        )
    })
}

pub(super) fn undo(out: &mut impl Write, arguments: &UndoArguments) -> anyhow::Result<ExitCode> {
    let UndoArguments {
        which,
        by,
        reason,
        place,
    } = arguments;
    let found = which.find(place)?;
    let mut engine = place.engine()?;
    let undone = engine.undo_remittance(&found.originator, &found.trace, by, reason);
    ended(undone, |undone| {
        writeln!(
            out,
            "remittance {} of {} is undone, {} claims are as before",
            undone.trace,
            dollars(undone.paid),
            undone.claims.len()
        )
    })
}

pub(super) fn set_aside(
    out: &mut impl Write,
    arguments: &SetAsideArguments,
) -> anyhow::Result<ExitCode> {
    let SetAsideArguments {
        which,
        by,
        reason,
        place,
    } = arguments;
    let found = which.find(place)?;
    let mut engine = place.engine()?;
    let aside = engine.set_aside_remittance(&found.originator, &found.trace, by, reason);
    ended(aside, |aside| {
        writeln!(
            out,
            "remittance {} of {} is set aside",
            aside.trace,
            dollars(aside.paid)
        )
    })
}

pub(super) fn repost(
    out: &mut impl Write,
    arguments: &RepostArguments,
) -> anyhow::Result<ExitCode> {
    let RepostArguments { which, by, place } = arguments;
    let found = which.find(place)?;
    let mut engine = place.engine()?;
    let posted = engine.repost_remittance(&found.originator, &found.trace, by);
    ended(posted, |posted| {
        writeln!(
            out,
            "remittance {} of {} is posted again: {} claims, {} match none of ours{}",
            posted.trace,
            dollars(posted.paid),
            posted.claims,
            posted.unmatched,
            perhaps_twice(posted.held)
        )
    })
}

/// What is said of claims that are held, where there are any.
pub(super) fn perhaps_twice(held: usize) -> String {
    match held {
        0 => String::new(),
        held => format!(", {held} perhaps paid twice and held"),
    }
}

/// Prints what was done; what was refused is told, and ends with 1.
pub(super) fn ended<T>(
    done: Result<T, EngineError>,
    print: impl FnOnce(T) -> std::io::Result<()>,
) -> anyhow::Result<ExitCode> {
    match done {
        Ok(done) => {
            print(done)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(EngineError::Remittance(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}
