//! Patients in sheets: a row for each coverage of a patient, and one for a
//! patient without any. What the sheet has no column for stays as it is on file.

use std::collections::BTreeMap;

use scrubjay_model::{Patient, PatientKey};
use serde::Serialize;

use super::told::Columns;
use super::{KNOWN, Kept, NEEDED, Registered, name_payers, register, told_last};
use crate::EngineError;
use crate::desk::Desk;
use crate::sheet::{Row, RowError, Sheet, SheetTaken, UnreadColumn, brought};

/// The rows of one patient.
pub(super) struct Rows<'s> {
    pub(super) key: PatientKey,
    pub(super) rows: Vec<&'s Row>,
}

/// What a sheet of patients came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RegisteredSheet {
    /// Each patient of whom something new was told, as they were judged.
    pub patients: Vec<Registered>,
    /// Patients of whom nothing new was told; they were not judged again.
    pub unchanged: Vec<PatientKey>,
    /// Rows that were used.
    pub used: u64,
    /// Rows that could not be used, in the order of their lines.
    pub bad: Vec<RowError>,
    /// Columns that nobody reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<UnreadColumn>,
}

/// Registers the patients of a sheet in the inbox.
pub(crate) fn take_sheet(desk: &mut Desk<'_>, sheet: &Sheet) -> Result<SheetTaken, EngineError> {
    let taken = patients_of(desk, sheet)?;
    let count = |kept: Kept| {
        let of = taken.patients.iter().filter(|one| one.kept == kept);
        of.count()
    };
    let held = taken
        .patients
        .iter()
        .filter(|one| !one.held_by.is_empty())
        .count();
    let brought = brought(&[
        (count(Kept::New), "patients registered"),
        (count(Kept::Changed), "patients changed"),
        (held, "held"),
    ]);
    Ok(SheetTaken {
        used: taken.used,
        brought,
        bad: taken.bad,
    })
}

/// Registers the patients of a sheet, and tells of every row that was not used.
pub(crate) fn register_rows(
    desk: &mut Desk<'_>,
    sheet: &Sheet,
) -> Result<RegisteredSheet, EngineError> {
    let mut taken = patients_of(desk, sheet)?;
    taken.bad.extend(sheet.bad.iter().cloned());
    taken.bad.sort_by_key(|bad| bad.line);
    taken.unread = sheet.unread(NEEDED, KNOWN);
    Ok(taken)
}

/// Registers the patients of a sheet. A patient with a row that cannot be used
/// is left as they are: half of what was told would be another registration.
fn patients_of(desk: &mut Desk<'_>, sheet: &Sheet) -> Result<RegisteredSheet, EngineError> {
    let mut taken = RegisteredSheet::default();
    let columns = Columns::of(sheet);
    for group in group(sheet, &mut taken.bad) {
        let told = told_last(desk, &group.key)?;
        let now = desk.patient(&group.key)?;
        let read = |before: Option<Patient>| {
            let mut given = columns.registration(&group, before, desk.today())?;
            name_payers(desk.config, &mut given);
            Ok(given)
        };
        let given = match read(told.clone()) {
            // Nothing new was told: what has been put right since stays.
            Ok(given) if told.as_deref() == Some(&given) => {
                taken.used += group.rows.len() as u64;
                taken.unchanged.push(group.key);
                continue;
            }
            Ok(_) => read(now),
            Err(bad) => Err(bad),
        };
        let checked = given.and_then(|given| {
            let patient = Patient::new(given);
            patient.map_err(|error| group.rows[0].refused(&error))
        });
        match checked {
            Ok(patient) => {
                taken.used += group.rows.len() as u64;
                taken.patients.push(register(desk, patient.into_record())?);
            }
            Err(bad) => taken.bad.extend(group.refused_for(bad)),
        }
    }
    Ok(taken)
}

/// The rows by patient, in the order of their first ones.
fn group<'s>(sheet: &'s Sheet, bad: &mut Vec<RowError>) -> Vec<Rows<'s>> {
    let mut groups: Vec<Rows<'s>> = Vec::new();
    let mut places: BTreeMap<PatientKey, usize> = BTreeMap::new();
    for row in &sheet.rows {
        match row.need_parsed::<PatientKey>("key") {
            Ok(key) => match places.get(&key) {
                Some(&at) => groups[at].rows.push(row),
                None => {
                    places.insert(key.clone(), groups.len());
                    groups.push(Rows {
                        key,
                        rows: vec![row],
                    });
                }
            },
            Err(error) => bad.push(error),
        }
    }
    groups
}

impl Rows<'_> {
    /// The row that cannot be used, and that the others of the patient go with it.
    fn refused_for(&self, bad: RowError) -> Vec<RowError> {
        let with = |row: &&&Row| row.line != bad.line;
        let others = self.rows.iter().filter(with).map(|row| {
            row.refused(&format!(
                "it was not used, since line {} of the same patient cannot be",
                bad.line
            ))
        });
        let others: Vec<RowError> = others.collect();
        [bad].into_iter().chain(others).collect()
    }
}
