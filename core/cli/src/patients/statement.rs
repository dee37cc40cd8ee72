//! `scrubjay statement`: run, resume, show.

use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;
use scrubjay::model::{AccountNumber, Clock, Letter, LetterKind, Statement, StatementNumber};
use scrubjay::{Engine, EngineError, LetterSent, SystemClock};
use serde::Serialize;

use super::{Looking, Signed, refuse, told};

/// What to do with statements.
#[derive(Debug, Subcommand)]
pub(crate) enum StatementCommand {
    /// Issue the statements that are due, and put letters that wait into the folder:
    /// `tick` issues and hands nothing on.
    ///
    /// A letter that no longer says what is owed, or that may not go out by now, is
    /// withdrawn, and written anew where it may be.
    ///
    /// Exits with 1 where a letter could not be put there; it stays due.
    Run {
        /// The time to go by, such as `2026-04-08T15:00:00Z`; now without it.
        #[arg(long, value_name = "TIME")]
        at: Option<chrono::DateTime<chrono::Utc>>,
        #[command(flatten)]
        looking: Looking,
    },
    /// Let statements of an account go again that a rule or a person has stopped.
    ///
    /// Guards and rules are asked again when the next is due. Exits with 1 where
    /// nothing is stopped. What a hold stops is released with `account hold --release`.
    Resume {
        /// Account.
        account: AccountNumber,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
    /// Print a statement as it went out, or was to.
    Show {
        /// Statement.
        statement: StatementNumber,
        /// As the HTML page.
        #[arg(long)]
        html: bool,
        #[command(flatten)]
        looking: Looking,
    },
}

#[derive(Serialize)]
struct Done {
    #[serde(flatten)]
    accounts: scrubjay::AccountsTick,
    letters: Vec<LetterSent>,
}

pub(crate) fn statement(command: &StatementCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        StatementCommand::Run { at, looking } => {
            let mut engine = looking.place.engine()?;
            let at = at.unwrap_or_else(|| SystemClock.now());
            let accounts = engine.bill_patients(at)?;
            let letters = engine.deliver_letters(at)?;
            let stuck = letters.iter().any(|letter| letter.problem.is_some());
            let done = Done { accounts, letters };
            told(&mut out, looking.json, Ok(done), said)?;
            Ok(ExitCode::from(u8::from(stuck)))
        }
        StatementCommand::Resume {
            account,
            reason,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.resume_statements(account, reason, &signed.by);
            told(&mut out, signed.json, done, |_| {
                format!("statements of account {account} go again")
            })
        }
        StatementCommand::Show {
            statement,
            html,
            looking,
        } => {
            let engine = looking.place.engine()?;
            let found = engine.statement(statement);
            if let Ok((found, _)) = &found {
                tell_withdrawn(&engine, found)?;
            }
            match found {
                Ok((found, _)) if looking.json => {
                    serde_json::to_writer_pretty(&mut out, &found)?;
                    writeln!(out)?;
                }
                Ok((_, written)) if *html => write!(out, "{}", written.html)?,
                Ok((_, written)) => write!(out, "{}", written.text)?,
                Err(EngineError::Account(refused)) => return refuse(&refused),
                Err(error) => return Err(error.into()),
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn said(done: &Done) -> String {
    let mut lines = super::collect::said(&done.accounts);
    lines.extend(done.letters.iter().map(letter));
    if lines.is_empty() {
        lines.push("nothing is due".to_owned());
    }
    lines.join("\n")
}

/// Says on standard error where a statement never went out.
fn tell_withdrawn(engine: &Engine, statement: &Statement) -> anyhow::Result<()> {
    let account = engine.patient_account(&statement.account)?;
    let of_it = |letter: &&Letter| match &letter.kind {
        LetterKind::Statement { number } => *number == statement.number,
        _ => false,
    };
    let letter = account.dealings.letters.iter().find(of_it);
    if let Some(day) = letter.and_then(|letter| letter.withdrawn) {
        eprintln!("scrubjay: this statement was withdrawn on {day}, and never went out");
    }
    Ok(())
}

/// What became of a letter.
pub(crate) fn letter(letter: &LetterSent) -> String {
    let went = match (&letter.problem, &letter.withdrawn) {
        (Some(problem), _) => problem.clone(),
        (None, Some(why)) => format!("withdrawn: {why}"),
        (None, None) => "put into the folder".to_owned(),
    };
    format!("letter {}: {went}", letter.name)
}
