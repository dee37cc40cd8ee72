//! `scrubjay patient`: who is registered, and what is to be mended. Patients are
//! shown by their keys: no name, address, date or number of theirs.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use chrono::NaiveDate;
use clap::Subcommand;
use scrubjay::hooks::Finding;
use scrubjay::model::{
    Coverage, MemberId, PatientKey, PatientRecord, Record, RecordKey, RecordKind, Relationship,
    WorkItem,
};
use scrubjay::store::{Access, Event, Reader, RecordFilter, Store};
use scrubjay::{Config, EngineError};
use serde::Serialize;

use crate::place::Place;
use crate::register::print_findings;
use crate::run::print_json;
use crate::table::Column::{Number, Text};
use crate::table::print_table;
use crate::work::print_work;

/// What to say of patients.
#[derive(Debug, Subcommand)]
pub(crate) enum PatientCommand {
    /// List the patients on file.
    List {
        #[command(flatten)]
        place: Place,
        /// Only those whose registration is to be mended.
        #[arg(long)]
        to_mend: bool,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Show a patient: coverages, what was found last, open work.
    Show {
        /// Patient.
        patient: PatientKey,
        #[command(flatten)]
        place: Place,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Pass what rules found on a registration.
    ///
    /// Exits with 1 where it may not be passed, and says what must be mended first.
    Pass {
        /// Patient.
        patient: PatientKey,
        #[command(flatten)]
        passing: Passing,
    },
}

/// Who passes findings, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Passing {
    /// Who passes it.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn patient(command: &PatientCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        PatientCommand::List {
            place,
            to_mend,
            json,
        } => {
            let store = place.open(Access::Read)?;
            let reader = store.read()?;
            let mut lines = lines(reader.as_ref())?;
            lines.retain(|line| !*to_mend || line.open_work > 0);
            match json {
                true => print_json(&mut out, &lines)?,
                false => print_lines(&mut out, lines)?,
            }
        }
        PatientCommand::Show {
            patient,
            place,
            json,
        } => {
            let store = place.open(Access::Read)?;
            let shown = Shown::of(store.read()?.as_ref(), place, patient)?;
            match json {
                true => print_json(&mut out, &shown)?,
                false => shown.print(&mut out)?,
            }
        }
        PatientCommand::Pass { patient, passing } => {
            return pass(&mut out, &patient.into(), passing);
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Passes what was found on a record.
pub(crate) fn pass(
    out: &mut impl Write,
    record: &RecordKey,
    passing: &Passing,
) -> anyhow::Result<ExitCode> {
    let mut engine = passing.place.engine()?;
    match engine.pass_record(record, &passing.by, &passing.reason) {
        Ok(passed) => {
            let rules = passed.rules.join(", ");
            writeln!(
                out,
                "{} {}: passed by {}: {rules}",
                record.kind,
                record.id,
                passing.by.trim()
            )?;
            Ok(ExitCode::SUCCESS)
        }
        Err(EngineError::Pass(refused)) => {
            eprintln!("scrubjay: {refused}");
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}

/// A patient in the list.
#[derive(Serialize)]
struct Line {
    patient: String,
    registered: Option<NaiveDate>,
    state: String,
    open_work: usize,
}

fn lines(reader: &dyn Reader) -> anyhow::Result<Vec<Line>> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Patient),
        ..RecordFilter::default()
    };
    let mut lines = Vec::new();
    for row in reader.records(&filter)? {
        lines.push(Line {
            open_work: reader.record_work(&row.key)?.len(),
            patient: row.key.id.to_string(),
            registered: row.day,
            state: row.state,
        });
    }
    Ok(lines)
}

fn print_lines(out: &mut impl Write, lines: Vec<Line>) -> std::io::Result<()> {
    let rows = lines.into_iter().map(|line| {
        vec![
            line.patient,
            line.registered
                .map(|day| day.to_string())
                .unwrap_or_default(),
            line.state,
            line.open_work.to_string(),
        ]
    });
    let columns = [
        Text("patient"),
        Text("registered"),
        Text("state"),
        Number("open work"),
    ];
    print_table(out, &columns, rows.collect())
}

/// A patient's coverage, without numbers.
#[derive(Serialize)]
struct ShownCoverage {
    order: &'static str,
    payer: String,
    relationship: Relationship,
    member: OnFile,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// Whether something is on file.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum OnFile {
    Known,
    Missing,
}

/// A patient, without what would name them.
#[derive(Serialize)]
struct Shown {
    patient: String,
    registered: NaiveDate,
    coverages: Vec<ShownCoverage>,
    findings: Vec<Finding>,
    work: Vec<WorkItem>,
}

impl Shown {
    fn of(reader: &dyn Reader, place: &Place, patient: &PatientKey) -> anyhow::Result<Self> {
        let key = RecordKey::from(patient);
        let Some(Record::Patient(record)) = reader.record(&key)? else {
            anyhow::bail!("no patient has that key; `scrubjay patient list` shows them");
        };
        let config = Config::of_folder(place.folder())
            .with_context(|| place.folder().display().to_string())?;
        Ok(Self {
            patient: patient.to_string(),
            registered: record.registered,
            coverages: coverages(&config, &record),
            findings: found_on(reader, &key)?,
            work: reader.record_work(&key)?,
        })
    }

    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(
            out,
            "Patient {}, registered {}",
            self.patient, self.registered
        )?;
        for coverage in &self.coverages {
            let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
            let member = match coverage.member {
                OnFile::Known => "member number on file",
                OnFile::Missing => "no member number",
            };
            writeln!(
                out,
                "  {} {}, {member}, from {} to {}",
                coverage.order,
                coverage.payer,
                day(coverage.from).unwrap_or_else(|| "ever".to_owned()),
                day(coverage.to).unwrap_or_else(|| "now on".to_owned()),
            )?;
        }
        print_findings(out, &self.findings)?;
        if !self.work.is_empty() {
            print_work(out, &self.work)?;
        }
        Ok(())
    }
}

fn coverages(config: &Config, patient: &PatientRecord) -> Vec<ShownCoverage> {
    let mut held: Vec<_> = patient.coverages.iter().collect();
    held.sort_by_key(|held| (held.from, held.coverage.order));
    held.into_iter()
        .map(|held| ShownCoverage {
            order: held.coverage.order.as_x12(),
            payer: payer_key(config, &held.coverage),
            relationship: held.coverage.relationship,
            member: on_file(held.coverage.member.as_ref()),
            from: held.from,
            to: held.to,
        })
        .collect()
}

fn payer_key(config: &Config, coverage: &Coverage) -> String {
    let ids: Vec<&str> = coverage.payer.iter().map(|id| id.as_str()).collect();
    let name = &coverage.payer_name.last;
    config.payer(&ids, name).map_or_else(
        || Config::derived_key(coverage.payer.as_ref(), name),
        |payer| payer.profile.key.clone(),
    )
}

fn on_file(member: Option<&MemberId>) -> OnFile {
    match member {
        Some(_) => OnFile::Known,
        None => OnFile::Missing,
    }
}

/// What was found on a record the last time that it was judged.
pub(crate) fn found_on(reader: &dyn Reader, key: &RecordKey) -> anyhow::Result<Vec<Finding>> {
    let history = reader.record_history(key)?;
    let last = history.into_iter().rev().find_map(|row| match row.event {
        Event::RecordJudged { outcome, .. } => Some(outcome.findings),
        _ => None,
    });
    Ok(last.unwrap_or_default())
}
