//! `scrubjay db` and `scrubjay ledger`: is the database what its journal says?

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use scrubjay::model::{ClaimId, Money};
use scrubjay::store::{Access, Store};

use crate::place::Place;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// What to do with the database.
#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Check the hash chain, the ledger and every projection.
    ///
    /// Exits with 1 where anything is wrong.
    Verify {
        #[command(flatten)]
        place: Place,
    },
    /// Drop every projection and make it anew from the journal.
    Rebuild {
        #[command(flatten)]
        place: Place,
    },
    /// Copy the database while others work on it.
    Backup {
        /// The copy; a file that is not there yet.
        to: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

/// What to say of the ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Print the balance of every account; they sum to zero.
    TrialBalance {
        #[command(flatten)]
        place: Place,
    },
    /// Print every posting of a claim.
    Claim {
        /// Claim.
        claim: ClaimId,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) fn db(command: &DbCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        DbCommand::Verify { place } => {
            let report = place.open(Access::Read)?.verify()?;
            writeln!(
                out,
                "{} journal rows, {} claims, {} posting sets",
                report.rows, report.claims, report.posting_sets
            )?;
            if let Some(head) = &report.head {
                writeln!(out, "last row {} has hash {}", head.sequence, head.hash)?;
            }
            for fault in &report.faults {
                writeln!(out, "{fault}")?;
            }
            if report.more > 0 {
                writeln!(out, "and {} more", report.more)?;
            }
            if !report.is_clean() {
                return Ok(ExitCode::from(1));
            }
            writeln!(out, "clean")?;
        }
        DbCommand::Rebuild { place } => {
            place.open(Access::Write)?.rebuild()?;
            writeln!(out, "every projection was made anew from the journal")?;
        }
        DbCommand::Backup { to, place } => {
            place.open(Access::Read)?.backup_to(to)?;
            writeln!(out, "copied to {}", to.display())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn ledger(command: &LedgerCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        LedgerCommand::TrialBalance { place } => {
            let store = place.open(Access::Read)?;
            let balances = store.read()?.trial_balance()?;
            let sum: Money = balances.iter().map(|(_, balance)| *balance).sum();
            let mut rows: Vec<Vec<String>> = balances
                .into_iter()
                .map(|(account, balance)| vec![account, dollars(balance)])
                .collect();
            rows.push(vec!["sum".to_owned(), dollars(sum)]);
            print_table(&mut out, &[Text("account"), Number("balance")], rows)?;
        }
        LedgerCommand::Claim { claim, place } => {
            let store = place.open(Access::Read)?;
            let mut running = Money::ZERO;
            let mut rows = Vec::new();
            for row in store.read()?.ledger(claim)? {
                running += row.amount;
                rows.push(vec![
                    row.sequence.to_string(),
                    row.at.date_naive().to_string(),
                    format!("{:?}", row.money),
                    row.account.heading().to_owned(),
                    dollars(row.amount),
                ]);
            }
            anyhow::ensure!(!rows.is_empty(), "no money moved on a claim {claim}");
            anyhow::ensure!(
                running.is_zero(),
                "the postings of claim {claim} are off by {running}"
            );
            let columns = [
                Number("row"),
                Text("date"),
                Text("event"),
                Text("account"),
                Number("amount"),
            ];
            print_table(&mut out, &columns, rows)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
