//! `scrubjay visit`: visits are booked, kept or not, and closed.

mod shown;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use chrono::NaiveDate;
use clap::Subcommand;
use scrubjay::model::{
    Axis, EncounterId, EncounterRecord, EncounterStatus, Icd10, Npi, PatientKey, PlaceOfService,
    PlannedService, RecordKind,
};
use scrubjay::store::{Access, RecordFilter, Store};
use scrubjay::{EngineError, Kept, Visited, planned_service};

use self::shown::{Shown, lines, print_lines};
use crate::known;
use crate::patient::{Passing, pass};
use crate::place::Place;
use crate::register::print_findings;
use crate::run::print_json;

/// What to do with visits.
#[derive(Debug, Subcommand)]
pub(crate) enum VisitCommand {
    /// Book a visit of a registered patient, or tell it anew.
    ///
    /// Exits with 1 where it cannot be booked, or the registration is to be mended for it.
    Add(AddArguments),
    /// Book the visits of CSV files: `id`, `patient`, `scheduled`, and what else is known.
    ///
    /// Exits with 1 where a row could not be used; the rest is done.
    Import {
        /// Files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        told: Told,
    },
    /// List visits by their day.
    List {
        #[command(flatten)]
        place: Place,
        /// Only this patient's.
        #[arg(long)]
        patient: Option<PatientKey>,
        /// Only visits in this state, such as `scheduled`.
        #[arg(long, value_parser = status)]
        status: Option<EncounterStatus>,
        /// Only from this day on.
        #[arg(long, value_name = "DATE")]
        from: Option<NaiveDate>,
        /// Only up to this day.
        #[arg(long, value_name = "DATE")]
        to: Option<NaiveDate>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Show a visit: days, services, what was found for it, open work.
    Show {
        /// Visit.
        visit: EncounterId,
        #[command(flatten)]
        place: Place,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// The patient is there.
    Arrive(MoveArguments),
    /// The visit is documented.
    Close(MoveArguments),
    /// The visit is called off.
    Cancel(MoveArguments),
    /// The patient did not come.
    NoShow(MoveArguments),
    /// Pass what rules found on the registration for a visit.
    ///
    /// Exits with 1 where it may not be passed, and says what must be mended first.
    Pass {
        /// Visit.
        visit: EncounterId,
        #[command(flatten)]
        passing: Passing,
    },
}

/// Who tells, and how it is answered.
#[derive(Debug, clap::Args)]
pub(crate) struct Told {
    /// Who does it; stands in the journal.
    #[arg(long, value_name = "NAME", default_value = "scrubjay")]
    by: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// A visit to book.
#[derive(Debug, clap::Args)]
pub(crate) struct AddArguments {
    /// Visit.
    visit: EncounterId,
    /// Patient.
    #[arg(long)]
    patient: PatientKey,
    /// NPI of the provider.
    #[arg(long)]
    provider: Npi,
    /// Place of service.
    #[arg(long, default_value = "11")]
    place_of_service: PlaceOfService,
    /// Day that it is booked for.
    #[arg(long, value_name = "DATE")]
    on: NaiveDate,
    /// Day on which it was booked.
    #[arg(long, value_name = "DATE")]
    booked: Option<NaiveDate>,
    /// A service that is planned, such as `J0696:25*2`; may be repeated.
    #[arg(long = "service", value_name = "CODE", value_parser = planned_service)]
    services: Vec<PlannedService>,
    /// A diagnosis that it is for; may be repeated.
    #[arg(long = "dx", value_name = "CODE")]
    diagnoses: Vec<Icd10>,
    #[command(flatten)]
    told: Told,
}

/// A visit that moves on.
#[derive(Debug, clap::Args)]
pub(crate) struct MoveArguments {
    /// Visit.
    visit: EncounterId,
    /// As of that day instead of today.
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
    #[command(flatten)]
    told: Told,
}

fn status(name: &str) -> Result<EncounterStatus, String> {
    let states = EncounterStatus::STATES;
    let found = states.iter().find(|state| state.as_str() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
        format!("there are {}", names.join(", "))
    })
}

pub(crate) fn visit(command: &VisitCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        VisitCommand::Add(arguments) => return add(&mut out, arguments),
        VisitCommand::Import { files, told } => return import(&mut out, files, told),
        VisitCommand::List {
            place,
            patient,
            status,
            from,
            to,
            json,
        } => {
            let filter = RecordFilter {
                kind: Some(RecordKind::Encounter),
                patient: patient.clone(),
                state: status.map(|status| status.as_str().to_owned()),
                from: *from,
                to: *to,
                ..RecordFilter::default()
            };
            let store = place.open(Access::Read)?;
            let reader = store.read()?;
            known::patient(reader.as_ref(), patient.as_ref())?;
            let lines = lines(reader.as_ref(), &filter)?;
            match json {
                true => print_json(&mut out, &lines)?,
                false => print_lines(&mut out, lines)?,
            }
        }
        VisitCommand::Show { visit, place, json } => {
            let store = place.open(Access::Read)?;
            let shown = Shown::of(store.read()?.as_ref(), visit)?;
            match json {
                true => print_json(&mut out, &shown)?,
                false => shown.print(&mut out)?,
            }
        }
        VisitCommand::Arrive(arguments) => {
            return move_on(&mut out, arguments, EncounterStatus::Arrived);
        }
        VisitCommand::Close(arguments) => {
            return move_on(&mut out, arguments, EncounterStatus::Closed);
        }
        VisitCommand::Cancel(arguments) => {
            return move_on(&mut out, arguments, EncounterStatus::Cancelled);
        }
        VisitCommand::NoShow(arguments) => {
            return move_on(&mut out, arguments, EncounterStatus::NoShow);
        }
        VisitCommand::Pass { visit, passing } => return pass(&mut out, &visit.into(), passing),
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn add(out: &mut impl Write, arguments: &AddArguments) -> anyhow::Result<ExitCode> {
    let mut engine = arguments.told.place.engine()?;
    let record = EncounterRecord {
        id: arguments.visit.clone(),
        patient: arguments.patient.clone(),
        provider: arguments.provider,
        place: arguments.place_of_service.clone(),
        status: EncounterStatus::Scheduled,
        booked: arguments.booked,
        scheduled: arguments.on,
        arrived: None,
        closed: None,
        planned: arguments.services.clone(),
        diagnoses: arguments.diagnoses.clone(),
    };
    let booked = engine.schedule(record, &arguments.told.by);
    print_visited(out, booked, &arguments.told)
}

fn move_on(
    out: &mut impl Write,
    arguments: &MoveArguments,
    to: EncounterStatus,
) -> anyhow::Result<ExitCode> {
    let MoveArguments { visit, on, told } = arguments;
    let mut engine = told.place.engine()?;
    let moved = engine.move_visit(visit, to, *on, &told.by);
    print_visited(out, moved, told)
}

fn print_visited(
    out: &mut impl Write,
    visited: Result<Visited, EngineError>,
    told: &Told,
) -> anyhow::Result<ExitCode> {
    let visited = match visited {
        Ok(visited) => visited,
        Err(EngineError::Visit(refused)) => {
            eprintln!("scrubjay: {refused}");
            return Ok(ExitCode::from(1));
        }
        Err(error) => return Err(error.into()),
    };
    if told.json {
        print_json(out, &visited)?;
    } else {
        print_visit(out, &visited)?;
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(!visited.held_by.is_empty())))
}

fn print_visit(out: &mut impl Write, visited: &Visited) -> std::io::Result<()> {
    let kept = match visited.kept {
        Kept::New => "",
        Kept::Changed => ", changed",
        Kept::Unchanged => ", as before",
    };
    let status = visited.status.as_str();
    writeln!(out, "visit {}: {status}{kept}", visited.encounter)?;
    print_findings(out, &visited.findings)
}

fn import(out: &mut impl Write, files: &[PathBuf], told: &Told) -> anyhow::Result<ExitCode> {
    let mut engine = told.place.engine()?;
    let mut stuck = false;
    for path in files {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        let sheet = match engine.schedule_sheet(&bytes, &told.by) {
            Ok(sheet) => sheet,
            Err(EngineError::Sheet(problem)) => {
                eprintln!("scrubjay: {}: {problem}", path.display());
                stuck = true;
                continue;
            }
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        if told.json {
            print_json(out, &sheet)?;
        } else {
            for visited in &sheet.visits {
                print_visit(out, visited)?;
            }
            if !sheet.unchanged.is_empty() {
                let number = sheet.unchanged.len();
                writeln!(out, "{number} visit(s) as they were told before")?;
            }
        }
        for column in &sheet.unread {
            eprintln!("scrubjay: {}: {column}", path.display());
        }
        for bad in &sheet.bad {
            stuck = true;
            eprintln!("scrubjay: {}: {bad}", path.display());
        }
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(stuck)))
}
