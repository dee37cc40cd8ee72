//! `scrubjay claims`: what became of claims.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use clap::Subcommand;
use scrubjay::model::{
    Adjudication, Appeal, Axis, ClaimId, PatientBilling, Responsibility, ResponsibleParty, Work,
};
use scrubjay::store::{Access, Cause, ClaimFilter, Event, JournalRow, Move, Reader, Store};

use crate::known;
use crate::place::Place;
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};
use crate::{build, correct, hold, release, submit, version};

/// What to say of claims.
#[derive(Debug, Subcommand)]
pub(crate) enum ClaimsCommand {
    /// List claims with their status.
    List {
        #[command(flatten)]
        place: Place,
        /// Only this payer, by its key.
        #[arg(long)]
        payer: Option<String>,
        /// Only claims in this state as a piece of work, such as `held`.
        #[arg(long, value_parser = work)]
        work: Option<&'static str>,
    },
    /// Show a claim: status, money, findings, denials, open work. No patient data.
    Show {
        /// Claim.
        claim: ClaimId,
        #[command(flatten)]
        place: Place,
        /// As it stood at the end of that day (UTC), answered from the journal.
        #[arg(long, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// List everything that happened to a claim.
    History {
        /// Claim.
        claim: ClaimId,
        #[command(flatten)]
        place: Place,
    },
    /// Show which rules ran on a claim, in which version, and what they found.
    Trace {
        /// Claim.
        claim: ClaimId,
        #[command(flatten)]
        place: Place,
    },
    /// Pass what rules found on a claim, so that it may go.
    ///
    /// Exits with 1 where it may not be passed, and says what must be mended first.
    Release(release::ReleaseArguments),
    /// Hold a claim that is still to leave.
    ///
    /// Exits with 1 where it cannot be held.
    Hold(hold::HoldArguments),
    /// Put a mended claim in the place of one that no payer has taken: held,
    /// ready or rejected.
    ///
    /// Exits with 1 where it cannot be, and says why.
    Correct(correct::CorrectArguments),
    /// Send claims that are ready: all, or those that are named.
    ///
    /// Exits with 1 where one that is named is not ready, or a file did not come
    /// through to the other side.
    Submit(submit::SubmitArguments),
    /// Make claims of charges, or with `--secondary` the claims to next payers.
    ///
    /// A charge that stands on no claim is listed with the reason. Exits with 1
    /// where what is asked for is not there.
    Build(build::BuildArguments),
    /// Replace a claim that its payer has (CLM05-3 7).
    ///
    /// Exits with 1 where it cannot be, and says what to do instead.
    Replace(version::ReplaceArguments),
    /// Void a claim: by a claim to the payer that has it (CLM05-3 8), at once
    /// where none has.
    ///
    /// Exits with 1 where it cannot be, and says what to do instead.
    Void(version::VoidArguments),
    /// Print the status axes with their states and moves.
    States,
}

pub(crate) fn claims(command: &ClaimsCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        ClaimsCommand::List { place, payer, work } => {
            let store = place.open(Access::Read)?;
            let reader = store.read()?;
            known::payer(reader.as_ref(), place, payer.as_deref())?;
            list(&mut out, reader.as_ref(), payer.clone(), *work)?;
        }
        ClaimsCommand::Show {
            claim,
            place,
            as_of,
        } => {
            let store = place.open(Access::Read)?;
            match as_of {
                Some(day) => {
                    let past = store.as_of(end_of(*day))?;
                    show(&mut out, past.read()?.as_ref(), claim)?;
                }
                None => show(&mut out, store.read()?.as_ref(), claim)?,
            }
        }
        ClaimsCommand::History { claim, place } => {
            let store = place.open(Access::Read)?;
            for row in known(store.read()?.as_ref(), claim)? {
                writeln!(out, "{}", history_line(&row))?;
            }
        }
        ClaimsCommand::Trace { claim, place } => {
            let store = place.open(Access::Read)?;
            trace(&mut out, &known(store.read()?.as_ref(), claim)?)?;
        }
        ClaimsCommand::Release(arguments) => return release::release(&mut out, arguments),
        ClaimsCommand::Hold(arguments) => return hold::hold(&mut out, arguments),
        ClaimsCommand::Correct(arguments) => return correct::correct(&mut out, arguments),
        ClaimsCommand::Submit(arguments) => return submit::submit(&mut out, arguments),
        ClaimsCommand::Build(arguments) => return build::build(&mut out, arguments),
        ClaimsCommand::Replace(arguments) => return version::replace(&mut out, arguments),
        ClaimsCommand::Void(arguments) => return version::void(&mut out, arguments),
        ClaimsCommand::States => {
            axis::<Work>(&mut out)?;
            axis::<Adjudication>(&mut out)?;
            axis::<Responsibility>(&mut out)?;
            axis::<Appeal>(&mut out)?;
            axis::<PatientBilling>(&mut out)?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn end_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1) - TimeDelta::nanoseconds(1)
}

fn work(given: &str) -> Result<&'static str, String> {
    let states: Vec<&str> = Work::STATES.iter().map(|state| state.as_str()).collect();
    known::word(given, &states)
}

/// A claim's history, or the error that there is no such claim.
fn known(reader: &dyn Reader, claim: &ClaimId) -> anyhow::Result<Vec<JournalRow>> {
    let history = reader.history(claim)?;
    anyhow::ensure!(
        !history.is_empty(),
        "there is no claim {claim}; `scrubjay claims list` shows them"
    );
    Ok(history)
}

fn list(
    out: &mut impl Write,
    reader: &dyn Reader,
    payer: Option<String>,
    work: Option<&str>,
) -> anyhow::Result<()> {
    let mut filter = ClaimFilter::default();
    filter.payer = payer;
    let mut rows = Vec::new();
    for claim in reader.claims(&filter)? {
        if work.is_some_and(|work| claim.status.work.as_str() != work) {
            continue;
        }
        let date = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        rows.push(vec![
            claim.id.to_string(),
            claim.payer,
            date(claim.service_from),
            dollars(claim.charge),
            dollars(claim.paid),
            claim.status.work.to_string(),
            claim.status.adjudication.to_string(),
            claim.status.responsibility.to_string(),
        ]);
    }
    let columns = [
        Text("claim"),
        Text("payer"),
        Text("service"),
        Number("charge"),
        Number("paid"),
        Text("work"),
        Text("adjudication"),
        Text("responsibility"),
    ];
    Ok(print_table(out, &columns, rows)?)
}

fn show(out: &mut impl Write, reader: &dyn Reader, id: &ClaimId) -> anyhow::Result<()> {
    let claim = reader
        .claim(id)?
        .with_context(|| format!("there is no claim {id} at that time"))?;
    let status = claim.status;
    writeln!(
        out,
        "Claim {id} to {}, charge {}",
        claim.payer,
        dollars(claim.charge)
    )?;
    for (axis, state) in [
        (Work::NAME, status.work.as_str()),
        (Adjudication::NAME, status.adjudication.as_str()),
        (Responsibility::NAME, status.responsibility.as_str()),
        (Appeal::NAME, status.appeal.as_str()),
        (PatientBilling::NAME, status.patient.as_str()),
    ] {
        writeln!(out, "  {axis:15} {state}")?;
    }
    if let Some(original) = &claim.replaces {
        writeln!(out, "  replaces        {original}")?;
    }
    if let Some(later) = &claim.replaced_by {
        writeln!(out, "  replaced by     {later}")?;
    }
    if let Some(submitted) = claim.submitted {
        writeln!(
            out,
            "  sent            {}, {} time(s)",
            submitted.date_naive(),
            claim.submissions
        )?;
    }
    writeln!(
        out,
        "  paid {}, owed by the payer {}, by the patient {}",
        dollars(claim.paid),
        dollars(reader.balance(id, ResponsibleParty::Insurance)?),
        dollars(reader.balance(id, ResponsibleParty::Patient)?),
    )?;
    for finding in reader.findings(Some(id))? {
        let shadow = if finding.shadow { ", shadow" } else { "" };
        writeln!(
            out,
            "  finding {} ({}{shadow})",
            finding.rule, finding.severity
        )?;
    }
    for row in reader.history(id)? {
        if let Event::ClaimRevised {
            changes, by_hand, ..
        } = &row.event
        {
            let by = if *by_hand {
                format!("corrected by {}", row.stamp.actor)
            } else {
                "repaired".to_owned()
            };
            let on = row.stamp.at.date_naive();
            writeln!(out, "  {by} on {on}: {}", changes.join("; "))?;
        }
    }
    for passed in reader.overrides(Some(id))? {
        writeln!(
            out,
            "  passed by {} on {}: {}",
            passed.by,
            passed.at.date_naive(),
            passed.reason
        )?;
    }
    for denial in reader.denials(Some(id))? {
        writeln!(
            out,
            "  denied {}-{} {}: {}; {}",
            denial.group,
            denial.carc,
            dollars(denial.amount),
            denial.category.as_str(),
            denial.action
        )?;
    }
    for item in reader.open_work(Some(id))? {
        writeln!(
            out,
            "  work {} for {} by {}: {}",
            item.id, item.owner.0, item.due, item.reason
        )?;
    }
    Ok(())
}

fn history_line(row: &JournalRow) -> String {
    line_of(row, &happened(&row.event))
}

/// A row of a history, with what happened in words.
pub(crate) fn line_of(row: &JournalRow, what: &str) -> String {
    let cause = match &row.stamp.cause {
        Cause::File { file } => format!("file {}", &file.as_str()[..12.min(file.as_str().len())]),
        Cause::Rule { rule, version } => format!("rule {rule} of {version}"),
        Cause::Call { call, .. } => format!("call {call}"),
        Cause::Clock => "clock".to_owned(),
    };
    let at = row.stamp.at.format("%Y-%m-%d %H:%M");
    format!(
        "{:>6}  {at}  {what}  [{} by {cause}]",
        row.sequence, row.stamp.actor
    )
}

/// An event in a few words, without patient data.
fn happened(event: &Event) -> String {
    match event {
        Event::ClaimCreated { payer, .. } => format!("made, to {payer}"),
        Event::ClaimRevised { changes, .. } => format!("changed: {}", changes.join("; ")),
        Event::Judged { hook, outcome, .. } => {
            let rules: Vec<&str> = outcome
                .findings
                .iter()
                .map(|finding| finding.rule.as_str())
                .collect();
            let found = if rules.is_empty() {
                "nothing found".to_owned()
            } else {
                rules.join(", ")
            };
            format!("judged at {hook} by {} rules: {found}", outcome.ran.len())
        }
        Event::Overridden { rules, reason, .. } => {
            let rules = if rules.is_empty() {
                "nothing that still holds".to_owned()
            } else {
                rules.join(", ")
            };
            format!("passed {rules}: {reason}")
        }
        Event::HeldByHand { reason, until, .. } => until.map_or_else(
            || format!("held: {reason}"),
            |until| format!("held until {until}: {reason}"),
        ),
        Event::Moved { to, .. } => match to {
            Move::Work(to) => format!("work: {to}"),
            Move::Adjudication(to) => format!("adjudication: {to}"),
            Move::Responsibility(to) => format!("responsibility: {to}"),
            Move::Appeal(to) => format!("appeal: {to}"),
            Move::Patient(to) => format!("patient: {to}"),
        },
        Event::MoveRefused { refused, .. } => refused.clone(),
        Event::BatchWritten { name, .. } => format!("written to {name}"),
        Event::BatchDelivered { name, channel, .. } => {
            format!("{name} was delivered by channel {channel}")
        }
        Event::Acknowledged { acknowledgment, .. } => {
            format!(
                "answered: {:?} ({})",
                acknowledgment.outcome,
                acknowledgment.codes.join(", ")
            )
        }
        Event::ClaimRemitted {
            payer,
            remitted,
            denied,
            ..
        } => {
            format!(
                "remitted by {payer}: paid {}, denied {}",
                dollars(remitted.paid),
                dollars(*denied)
            )
        }
        Event::RemittedHeld {
            payer, remitted, ..
        } => format!(
            "decided on once more by {payer} and held: paid {}",
            dollars(remitted.paid)
        ),
        Event::TakenBack { reason, amount, .. } => {
            format!("taken back by the payer ({reason}): {}", dollars(*amount))
        }
        Event::PostingUndone { rows, .. } => {
            format!("posting undone, {} rows of this claim", rows.len())
        }
        Event::PayerControlLearned { .. } => "the payer told its control number".to_owned(),
        Event::MoneyMoved {
            money, postings, ..
        } => {
            format!(
                "money moved ({money:?}), {} postings",
                postings.postings().len()
            )
        }
        Event::Denied { denial } => {
            format!(
                "denied {}-{} {}",
                denial.group,
                denial.carc,
                dollars(denial.amount)
            )
        }
        Event::DenialSettled {
            outcome, amount, ..
        } => format!(
            "denial of {} settled: {}",
            dollars(*amount),
            outcome.as_str().replace('_', " ")
        ),
        Event::WorkOpened { item } => format!(
            "work {} opened for {}: {}",
            item.id, item.owner.0, item.reason
        ),
        Event::WorkClosed { item, outcome } => format!("work {item} closed: {outcome}"),
        Event::Tagged { tag, .. } => format!("tagged {tag}"),
        Event::DeadlineReached { deadline, due, .. } => {
            format!("deadline {}: due {due}", deadline.kind.as_str())
        }
        Event::WorkAssigned { item } => format!("work {} given to {}", item.id, item.owner.0),
        other => crate::happened::to_a_record(other, None),
    }
}

fn trace(out: &mut impl Write, history: &[JournalRow]) -> anyhow::Result<()> {
    for row in history {
        let Event::Judged { hook, outcome, .. } = &row.event else {
            continue;
        };
        writeln!(
            out,
            "{} at {hook}, {}",
            row.sequence,
            row.stamp.at.format("%Y-%m-%d %H:%M")
        )?;
        for ran in &outcome.ran {
            writeln!(
                out,
                "  ran {} of {}: {} finding(s)",
                ran.rule, ran.version, ran.findings
            )?;
        }
        for finding in &outcome.findings {
            writeln!(
                out,
                "  {} {}: {}",
                finding.severity, finding.rule, finding.message
            )?;
        }
        for (rule, effect) in &outcome.effects {
            writeln!(out, "  {rule} asked for `{}`", effect.kind().as_str())?;
        }
    }
    Ok(())
}

fn axis<A: Axis>(out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{}", A::NAME)?;
    for state in A::STATES {
        let to: Vec<&str> = A::MOVES
            .iter()
            .filter(|(from, _)| from == state)
            .map(|(_, to)| to.as_str())
            .collect();
        let to = if to.is_empty() {
            "nowhere".to_owned()
        } else {
            to.join(", ")
        };
        writeln!(out, "  {:24} to {to}", state.as_str())?;
    }
    Ok(())
}
