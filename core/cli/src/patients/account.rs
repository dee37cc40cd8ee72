//! `scrubjay account`: list, show, history, pay, refund, return, hold, release, contact, note.

use std::io::Write;
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;
use scrubjay::hooks::ContactKind;
use scrubjay::model::{
    AccountNumber, AssistanceStatus, Axis, ClaimId, HoldKind, Money, PatientAccount, PaymentWay,
};
use scrubjay::store::{ClaimFilter, Event};
use scrubjay::{AccountFact, Engine, EngineError};

use super::assist::{AssistCommand, assist};
use super::give_up::{MoveArguments, WriteOffArguments, move_payment, write_off};
use super::protect::{ProtectArguments, protect};
use super::{Looking, Signed, named, owes, refuse, told};
use crate::claims::line_of;
use crate::happened::to_a_record;
use crate::place::Place;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List accounts with what is owed.
    List {
        #[command(flatten)]
        looking: Looking,
    },
    /// Show an account: claims, letters, holds, steps, and what stands open. No names.
    Show {
        /// Account.
        account: AccountNumber,
        #[command(flatten)]
        looking: Looking,
    },
    /// Show what has happened on an account, with its money. No names, no notes.
    History {
        /// Account.
        account: AccountNumber,
        #[command(flatten)]
        place: Place,
    },
    /// Take a payment: to the claims named, and else to the oldest that is owed.
    Pay {
        /// Account.
        account: AccountNumber,
        /// Amount, such as `25.00`.
        amount: Money,
        /// `cash`, `check`, `card` or `transfer`.
        #[arg(long, value_name = "WAY", value_parser = way)]
        way: PaymentWay,
        /// What of it goes to which claim, such as `K-17=10.00`.
        #[arg(long = "to", value_name = "CLAIM=AMOUNT", value_parser = part)]
        parts: Vec<(ClaimId, Money)>,
        #[command(flatten)]
        signed: Signed,
    },
    /// Give money back that the account has to its credit.
    ///
    /// Exits with 1 where there is not so much.
    Refund {
        /// Account.
        account: AccountNumber,
        /// Amount.
        amount: Money,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
    /// Take a payment off that the bank took back.
    Return {
        /// Account.
        account: AccountNumber,
        /// Number of the payment, as `account show` has it.
        receipt: usize,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
    /// Give up what the patient owes.
    ///
    /// Exits with 1 where so much is not owed. What an agency has is recalled first.
    WriteOff(WriteOffArguments),
    /// Move what the patient has paid on a claim to another claim.
    Move(MoveArguments),
    /// Hold an account, or release it: `bankruptcy`, `deceased`, `dispute`,
    /// `financial_assistance_pending`, `insurance_pending`, `bad_address`.
    Hold {
        /// Account.
        account: AccountNumber,
        /// Kind of hold.
        #[arg(value_parser = hold)]
        kind: HoldKind,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// End the hold instead.
        #[arg(long)]
        release: bool,
        #[command(flatten)]
        signed: Signed,
    },
    /// Financial assistance: apply, grant, deny.
    #[command(subcommand)]
    Assist(AssistCommand),
    /// Note that the law protects the patient from a bill out of the network.
    Protect(ProtectArguments),
    /// Note that the patient was spoken to, or what they said.
    Contact {
        /// Account.
        account: AccountNumber,
        /// `call`, `conversation`, `letter` or `message`.
        #[arg(long, value_parser = contact)]
        kind: Option<ContactKind>,
        /// When, such as `2026-04-08T15:00:00Z`; now without it.
        #[arg(long, value_name = "TIME")]
        at: Option<DateTime<Utc>>,
        /// The patient told us to stop, on this day.
        #[arg(long, value_name = "DATE")]
        stop: Option<NaiveDate>,
        /// A note.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// The patient promised to pay by this day.
        #[arg(long, value_name = "DATE", requires = "note")]
        promised: Option<NaiveDate>,
        #[command(flatten)]
        signed: Signed,
    },
}

fn way(name: &str) -> Result<PaymentWay, String> {
    named(name, &PaymentWay::ALL.map(|way| (way.as_str(), way)))
}

fn contact(name: &str) -> Result<ContactKind, String> {
    named(name, &ContactKind::ALL.map(|kind| (kind.as_str(), kind)))
}

fn hold(name: &str) -> Result<HoldKind, String> {
    named(name, &HoldKind::ALL.map(|kind| (kind.as_str(), kind)))
}

fn part(text: &str) -> Result<(ClaimId, Money), String> {
    let (claim, amount) = text
        .split_once('=')
        .ok_or_else(|| "write a claim, `=` and an amount, such as `K-17=10.00`".to_owned())?;
    let claim: ClaimId = claim.parse().map_err(|error| format!("{error}"))?;
    let amount: Money = amount.parse().map_err(|error| format!("{error}"))?;
    Ok((claim, amount))
}

pub(crate) fn account(command: &AccountCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        AccountCommand::List { looking } => {
            let engine = looking.place.engine()?;
            list(&mut out, &engine, looking.json)
        }
        AccountCommand::Show { account, looking } => {
            let engine = looking.place.engine()?;
            let found = engine.patient_account(account);
            let claims = statuses(&engine)?;
            told(&mut out, looking.json, found, |found| shown(found, &claims))
        }
        AccountCommand::History { account, place } => {
            let engine = place.engine()?;
            history(&mut out, &engine, account)
        }
        AccountCommand::Pay {
            account,
            amount,
            way,
            parts,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.take_patient_payment(account, *amount, *way, parts, &signed.by);
            told(&mut out, signed.json, done, |paid| {
                let mut lines = vec![format!(
                    "payment {} of {} on account {account}",
                    paid.receipt,
                    dollars(*amount)
                )];
                let applied = paid.applied.iter();
                lines.extend(
                    applied.map(|(claim, part)| format!("  {} to claim {claim}", dollars(*part))),
                );
                if paid.discount.is_positive() {
                    lines.push(format!(
                        "  {} taken off for paying soon",
                        dollars(paid.discount)
                    ));
                }
                if paid.off_agency.is_positive() {
                    lines.push(format!(
                        "  {} less with the collection agency, which its next file tells",
                        dollars(paid.off_agency)
                    ));
                }
                if paid.unapplied.is_positive() {
                    lines.push(format!("  {} waits as a credit", dollars(paid.unapplied)));
                }
                lines.push(format!("owed now: {}", dollars(paid.balance)));
                lines.join("\n")
            })
        }
        AccountCommand::Refund {
            account,
            amount,
            reason,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.refund_patient(account, *amount, reason, &signed.by);
            told(&mut out, signed.json, done, owes)
        }
        AccountCommand::Return {
            account,
            receipt,
            reason,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let done = engine.return_patient_payment(account, *receipt, reason, &signed.by);
            told(&mut out, signed.json, done, owes)
        }
        AccountCommand::Hold {
            account,
            kind,
            reason,
            release,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let (done, word) = match release {
                true => (
                    engine.release_account(account, *kind, reason, &signed.by),
                    "released from",
                ),
                false => (
                    engine.hold_account(account, *kind, reason, &signed.by),
                    "on hold for",
                ),
            };
            told(&mut out, signed.json, done, |_| {
                format!("account {account} is {word} {}", kind.as_str())
            })
        }
        AccountCommand::WriteOff(arguments) => write_off(&mut out, arguments),
        AccountCommand::Move(arguments) => move_payment(&mut out, arguments),
        AccountCommand::Assist(command) => assist(&mut out, command),
        AccountCommand::Protect(arguments) => protect(&mut out, arguments),
        AccountCommand::Contact {
            account,
            kind,
            at,
            stop,
            note,
            promised,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let facts = [
                stop.map(|day| AccountFact::StopContact(Some(day))),
                note.as_ref().map(|text| AccountFact::Note {
                    text: text.clone(),
                    promised: *promised,
                }),
            ];
            for fact in facts.into_iter().flatten() {
                let noted = engine.note_on_account(account, fact, &signed.by);
                let code = told(&mut out, signed.json, noted, |_| {
                    format!("noted on account {account}")
                })?;
                if code != ExitCode::SUCCESS {
                    return Ok(code);
                }
            }
            let Some(kind) = kind else {
                return Ok(ExitCode::SUCCESS);
            };
            let at = at.unwrap_or_else(|| engine.now());
            let noted = engine.note_contact(account, *kind, at, &signed.by);
            told(&mut out, signed.json, noted, |noted| {
                let mut lines = vec![format!(
                    "{} on {} noted on account {account}",
                    kind.as_str(),
                    noted.on
                )];
                lines.extend(noted.broke.iter().map(|stop| format!("  against {stop}")));
                lines.join("\n")
            })
        }
    }
}

fn list(out: &mut impl Write, engine: &Engine, json: bool) -> anyhow::Result<ExitCode> {
    let accounts = engine.patient_accounts()?;
    if json {
        serde_json::to_writer_pretty(&mut *out, &accounts)?;
        writeln!(out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = accounts.iter().map(|account| {
        let dealings = &account.dealings;
        let holds = account.holds.iter().filter(|hold| hold.until.is_none());
        let holds: Vec<&str> = holds.map(|hold| hold.kind.as_str()).collect();
        let last = dealings.letters.last();
        vec![
            account.number.to_string(),
            account.claims.len().to_string(),
            dollars(account.balance()),
            dollars(account.unapplied),
            last.map(|letter| format!("{} {}", letter.kind.as_str(), letter.made))
                .unwrap_or_default(),
            holds.join(", "),
        ]
    });
    let columns = [
        Text("account"),
        Number("claims"),
        Number("owed"),
        Number("credit"),
        Text("last letter"),
        Text("holds"),
    ];
    print_table(out, &columns, rows.collect())?;
    Ok(ExitCode::SUCCESS)
}

fn history(
    out: &mut impl Write,
    engine: &Engine,
    account: &AccountNumber,
) -> anyhow::Result<ExitCode> {
    if let Err(EngineError::Account(refused)) = engine.patient_account(account) {
        return refuse(&refused);
    }
    let mut before = None;
    for row in engine.read()?.record_history(&account.into())? {
        let what = to_a_record(&row.event, before.as_ref());
        writeln!(out, "{}", line_of(&row, &what))?;
        if let Event::RecordKept { record, .. } = row.event {
            before = Some(record);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Each claim's place in patient billing.
fn statuses(engine: &Engine) -> anyhow::Result<Vec<(ClaimId, &'static str)>> {
    let rows = engine.read()?.claims(&ClaimFilter::default())?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.status.patient.as_str()))
        .collect())
}

fn shown(account: &PatientAccount, claims: &[(ClaimId, &'static str)]) -> String {
    let mut lines = vec![owes(account)];
    for owed in &account.claims {
        let status = claims.iter().find(|(claim, _)| *claim == owed.claim);
        let status = status.map_or("", |(_, status)| status);
        lines.push(format!(
            "  claim {} {} {status}",
            owed.claim,
            dollars(owed.balance)
        ));
    }
    if account.unapplied.is_positive() {
        lines.push(format!(
            "  {} waits as a credit",
            dollars(account.unapplied)
        ));
    }
    for hold in &account.holds {
        let until = hold
            .until
            .map_or_else(String::new, |day| format!(" until {day}"));
        lines.push(format!(
            "hold {} since {}{until}",
            hold.kind.as_str(),
            hold.since
        ));
    }
    let dealings = &account.dealings;
    if let Some(pause) = &dealings.pause {
        let until = match pause.until {
            Some(day) => format!("until {day}"),
            None => "until somebody lifts it (`statement resume`)".to_owned(),
        };
        lines.push(format!(
            "statements are stopped by {} {until}: {}",
            pause.by, pause.reason
        ));
    }
    if dealings.assistance.status != AssistanceStatus::None {
        lines.push(format!(
            "assistance {}",
            dealings.assistance.status.as_str()
        ));
    }
    for letter in &dealings.letters {
        let went = match (letter.delivered, letter.withdrawn) {
            (Some(day), _) => format!("went out {day}"),
            (None, Some(day)) => format!("withdrawn {day}, and never went out"),
            (None, None) => "waits".to_owned(),
        };
        lines.push(format!(
            "{} of {} for {}: {went}",
            letter.kind.as_str(),
            letter.made,
            dollars(letter.owed)
        ));
    }
    for (number, receipt) in (1..).zip(&dealings.receipts) {
        let back = receipt
            .returned
            .map_or_else(String::new, |day| format!(", taken back {day}"));
        lines.push(format!(
            "payment {number} of {} by {} on {}{back}",
            dollars(receipt.amount),
            receipt.way.as_str(),
            receipt.on
        ));
    }
    for taken in &dealings.steps {
        lines.push(format!(
            "{} on {} by {}",
            taken.step.as_str(),
            taken.on,
            taken.by
        ));
    }
    if let Some(placement) = dealings.placed() {
        lines.push(format!(
            "with agency {}: {}",
            placement.agency,
            dollars(placement.amount())
        ));
    }
    for contact in &dealings.contacts {
        lines.push(format!("{} on {}", contact.kind.as_str(), contact.on));
    }
    lines.join("\n")
}
