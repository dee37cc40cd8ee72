//! Visits in sheets: a row each. What the sheet has no column for stays as it
//! is on file.

use std::str::FromStr;

use rust_decimal::Decimal;
use scrubjay_model::{
    Axis, Encounter, EncounterId, EncounterRecord, EncounterStatus, Icd10, Modifier, PatientKey,
    PlannedService, ValueError,
};
use serde::Serialize;

use super::{VisitError, Visited, schedule};
use crate::EngineError;
use crate::desk::Desk;
use crate::sheet::{Row, RowError, Sheet, SheetTaken, UnreadColumn, brought};
use crate::steps::registration::Kept;

/// Columns that a sheet of visits must have.
pub(crate) const NEEDED: &[&str] = &["id", "patient", "scheduled"];

/// Columns that it may have beside.
pub(crate) const KNOWN: &[&str] = &[
    "provider",
    "place",
    "status",
    "booked",
    "arrived",
    "closed",
    "services",
    "diagnoses",
];

/// What a sheet of visits came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BookedSheet {
    /// Each visit of which something new was told.
    pub visits: Vec<Visited>,
    /// Visits of which nothing new was told.
    pub unchanged: Vec<EncounterId>,
    /// Rows that could not be used, in the order of their lines.
    pub bad: Vec<RowError>,
    /// Columns that nobody reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<UnreadColumn>,
}

/// Books the visits of a sheet in the inbox.
pub(crate) fn take_sheet(desk: &mut Desk<'_>, sheet: &Sheet) -> Result<SheetTaken, EngineError> {
    let taken = visits_of(desk, sheet)?;
    let count = |kept: Kept| {
        let of = taken.visits.iter().filter(|one| one.kept == kept);
        of.count()
    };
    let held = taken
        .visits
        .iter()
        .filter(|one| !one.held_by.is_empty())
        .count();
    let brought = brought(&[
        (count(Kept::New), "visits booked"),
        (count(Kept::Changed), "visits changed"),
        (held, "with a registration to mend"),
    ]);
    Ok(SheetTaken {
        used: (taken.visits.len() + taken.unchanged.len()) as u64,
        brought,
        bad: taken.bad,
    })
}

/// Books the visits of a sheet, and tells of every row that was not used.
pub(crate) fn schedule_rows(
    desk: &mut Desk<'_>,
    sheet: &Sheet,
) -> Result<BookedSheet, EngineError> {
    let mut taken = visits_of(desk, sheet)?;
    taken.bad.extend(sheet.bad.iter().cloned());
    taken.bad.sort_by_key(|bad| bad.line);
    taken.unread = sheet.unread(NEEDED, KNOWN);
    Ok(taken)
}

/// Books the visits of a sheet.
fn visits_of(desk: &mut Desk<'_>, sheet: &Sheet) -> Result<BookedSheet, EngineError> {
    let mut taken = BookedSheet::default();
    for row in &sheet.rows {
        let id: EncounterId = match row.need_parsed("id") {
            Ok(id) => id,
            Err(bad) => {
                taken.bad.push(bad);
                continue;
            }
        };
        let before = desk.encounter(&id)?;
        match visit(row, sheet, id.clone(), before.as_ref()) {
            Ok(given) if before.as_deref() == Some(&given) => taken.unchanged.push(id),
            Ok(given) => match schedule(desk, given) {
                Ok(visited) => taken.visits.push(visited),
                Err(EngineError::Visit(refused)) => taken.bad.push(told(row, &refused)),
                Err(error) => return Err(error),
            },
            Err(bad) => taken.bad.push(bad),
        }
    }
    Ok(taken)
}

/// Why a row was refused. What stands in it is not repeated: an id that is on file
/// alone is known to be one.
fn told(row: &Row, refused: &VisitError) -> RowError {
    match refused {
        VisitError::UnknownPatient { .. } => row.wrong(
            "patient",
            &"nobody of that key is registered: register them first",
        ),
        VisitError::Disagrees { problem, .. } => row.refused(problem),
        VisitError::ToCome { field, .. } => row.wrong(field, &"a day that has not come"),
        other => row.refused(other),
    }
}

/// A visit as a row tells it, over what was known before.
fn visit(
    row: &Row,
    sheet: &Sheet,
    id: EncounterId,
    before: Option<&Encounter>,
) -> Result<EncounterRecord, RowError> {
    let untold = |column: &str| before.filter(|_| !sheet.has(column));
    let patient: PatientKey = row.need_parsed("patient")?;
    let words = EncounterStatus::STATES.iter();
    let words: Vec<_> = words.map(|status| (status.as_str(), *status)).collect();
    let arrived = match untold("arrived") {
        Some(visit) => visit.arrived,
        None => row.parse("arrived")?,
    };
    let closed = match untold("closed") {
        Some(visit) => visit.closed,
        None => row.parse("closed")?,
    };
    // Without a status the days tell it.
    let by_days = match (arrived, closed) {
        (_, Some(_)) => EncounterStatus::Closed,
        (Some(_), None) => EncounterStatus::Arrived,
        (None, None) => EncounterStatus::Scheduled,
    };
    let told = row.word("status", &words)?;
    let before_days = untold("status").filter(|_| !sheet.has("arrived") && !sheet.has("closed"));
    let status = told.or(before_days.map(|visit| visit.status));
    Ok(EncounterRecord {
        id,
        patient,
        provider: match untold("provider") {
            Some(visit) => visit.provider,
            None => row.need_parsed("provider")?,
        },
        place: match untold("place") {
            Some(visit) => visit.place.clone(),
            None => row.need_parsed("place")?,
        },
        status: status.unwrap_or(by_days),
        booked: match untold("booked") {
            Some(visit) => visit.booked,
            None => row.parse("booked")?,
        },
        scheduled: row.need_parsed("scheduled")?,
        arrived,
        closed,
        planned: match untold("services") {
            Some(visit) => visit.planned.clone(),
            None => listed(row, "services", planned_service)?,
        },
        diagnoses: match untold("diagnoses") {
            Some(visit) => visit.diagnoses.clone(),
            None => listed(row, "diagnoses", diagnosis)?,
        },
    })
}

/// What is wrong with one of several values in a cell; it does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListedError {
    /// A code has another form.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The units are no number.
    #[error("the units behind `*` are a number")]
    Units,
}

/// What stands between semicolons in a column.
fn listed<T>(
    row: &Row,
    column: &str,
    read: impl Fn(&str) -> Result<T, ListedError>,
) -> Result<Vec<T>, RowError> {
    let text = row.text(column).unwrap_or_default();
    let parts = text.split(';').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| read(part).map_err(|problem| row.wrong(column, &problem)))
        .collect()
}

/// A planned service as sheets and people write it: `J0696:25*2` is a procedure,
/// its modifiers, and units, one where none are told.
///
/// ```
/// let service = scrubjay::planned_service("J0696:25*2")?;
/// assert_eq!(service.procedure.as_str(), "J0696");
/// assert_eq!((service.modifiers.len(), service.units), (1, 2.into()));
/// # Ok::<(), scrubjay::ListedError>(())
/// ```
///
/// # Errors
/// [`ListedError`] says what is wrong, and does not repeat it.
pub fn planned_service(text: &str) -> Result<PlannedService, ListedError> {
    let (coded, units) = match text.split_once('*') {
        Some((coded, units)) => {
            let units = Decimal::from_str(units.trim());
            (coded, units.map_err(|_| ListedError::Units)?)
        }
        None => (text, Decimal::ONE),
    };
    let mut codes = coded.split(':').map(str::trim);
    let procedure = codes.next().unwrap_or_default().parse()?;
    let modifiers: Result<Vec<Modifier>, ValueError> = codes.map(str::parse).collect();
    Ok(PlannedService {
        procedure,
        modifiers: modifiers?,
        units,
        place: None,
    })
}

/// A diagnosis, with its point or without.
fn diagnosis(text: &str) -> Result<Icd10, ListedError> {
    Ok(text.replace('.', "").parse()?)
}
