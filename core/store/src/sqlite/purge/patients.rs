//! Which patients may go: every record of theirs is old and done with.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use scrubjay_model::{Billing, ClaimId, PatientKey, Record, RecordKey, RecordKind};

use super::plan::{claims_of, is_there};
use crate::journal::read_hex;
use crate::reading::record_of;
use crate::sqlite::columns::{Columns, signed};
use crate::sqlite::rows::{ROW, read_row, row_at};
use crate::tables::RecordNumber;
use crate::{Event, Sequence, StoreError};

/// A patient's records.
#[derive(Default)]
pub(super) struct Chart {
    /// Rows about them.
    pub(super) rows: BTreeSet<Sequence>,
    /// Claims that must go too, of those that are there.
    pub(super) claims: BTreeSet<ClaimId>,
    /// Patients who must go too: records of theirs belong to one of these.
    pub(super) others: BTreeSet<PatientKey>,
}

/// Patients with nothing that is open, unsettled, unbilled, or behind the row
/// `last_old`.
pub(super) fn find_patients(
    connection: &Connection,
    last_old: Sequence,
) -> Result<BTreeMap<PatientKey, Chart>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT r.patient FROM records r WHERE r.patient IS NOT NULL GROUP BY r.patient
         HAVING sum(r.state IN ('owing', 'credit', 'placed', 'unbilled')) = 0
         AND max((SELECT max(h.sequence) FROM record_history h WHERE h.record = r.n)) <= ?1
         AND sum(r.n IN (SELECT w.record FROM work_items w
                         WHERE w.closed IS NULL AND w.record IS NOT NULL)) = 0",
    )?;
    let mut rows = statement.query([signed(last_old)])?;
    let mut patients = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let patient: PatientKey = Columns::new(row, "records").parse(|text| text.parse().ok())?;
        let chart = chart(connection, &patient)?;
        patients.insert(patient, chart);
    }
    Ok(patients)
}

/// The patient of a record.
pub(super) fn patient_of(
    connection: &Connection,
    key: &RecordKey,
) -> Result<Option<PatientKey>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT patient FROM records WHERE kind = ?1 AND id = ?2")?;
    let mut rows = statement.query([key.kind.as_str(), key.id.as_str()])?;
    match rows.next()? {
        Some(row) => Columns::new(row, "records").optional(|text| text.parse().ok()),
        None => Ok(None),
    }
}

fn chart(connection: &Connection, patient: &PatientKey) -> Result<Chart, StoreError> {
    let mut chart = Chart::default();
    let mut statement = connection
        .prepare_cached("SELECT n, kind, id, parent, sequence FROM records WHERE patient = ?1")?;
    let mut rows = statement.query([patient.as_str()])?;
    while let Some(row) = rows.next()? {
        let mut columns = Columns::new(row, "records");
        let number: RecordNumber = columns.integer()?;
        let kind: RecordKind = columns.parse(|text| text.parse().ok())?;
        let id = columns.text()?.to_owned();
        let parent = columns.optional_text()?.map(str::to_owned);
        let document = columns.integer()?;
        match kind {
            RecordKind::Patient => {
                let person = parent.as_deref().and_then(read_hex);
                claims_of_person(connection, &person.unwrap_or_default(), &mut chart.claims)?;
            }
            RecordKind::Charge | RecordKind::Account => {
                let record = record_of(row_at(connection, document)?)?;
                named_in(&record, &mut chart.claims);
            }
            _ => {}
        }
        others(connection, kind, &id, &mut chart.others)?;
        rows_about(connection, number, &mut chart)?;
    }
    chart.others.remove(patient);
    let mut there = BTreeSet::new();
    for id in std::mem::take(&mut chart.claims) {
        // One that is not there went with an earlier purge, or was never ours.
        if is_there(connection, &id)? {
            there.insert(id);
        }
    }
    chart.claims = there;
    Ok(chart)
}

/// Claims for a person of that name and birth.
fn claims_of_person(
    connection: &Connection,
    person: &[u8; 32],
    claims: &mut BTreeSet<ClaimId>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM claims WHERE substr(patient, 1, 8) = ?1 AND patient = ?2",
    )?;
    let mut rows = statement.query([&person[..8], person.as_slice()])?;
    while let Some(row) = rows.next()? {
        claims.insert(Columns::new(row, "claims").parse(|text| text.parse().ok())?);
    }
    Ok(())
}

/// Claims that a charge or an account names.
fn named_in(record: &Record, claims: &mut BTreeSet<ClaimId>) {
    match record {
        Record::Charge(charge) => {
            if let Billing::Billed { claim } = &charge.billing {
                claims.insert(claim.clone());
            }
        }
        Record::Account(account) => {
            claims.extend(account.claims.iter().map(|owed| owed.claim.clone()));
        }
        _ => {}
    }
}

/// Patients of the records that belong to a visit or an account.
fn others(
    connection: &Connection,
    kind: RecordKind,
    id: &str,
    others: &mut BTreeSet<PatientKey>,
) -> Result<(), StoreError> {
    let belonging = match kind {
        RecordKind::Encounter => "'eligibility', 'authorization', 'estimate', 'charge'",
        RecordKind::Account => "'statement', 'plan'",
        _ => return Ok(()),
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT patient FROM records WHERE parent = ?1 AND kind IN ({belonging})"
    ))?;
    let mut rows = statement.query([id])?;
    while let Some(row) = rows.next()? {
        others.extend(Columns::new(row, "records").optional(|text| text.parse().ok())?);
    }
    Ok(())
}

/// Rows about a record, and the claims that they name.
fn rows_about(
    connection: &Connection,
    number: RecordNumber,
    chart: &mut Chart,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "{ROW} JOIN record_history h ON h.sequence = j.sequence WHERE h.record = ?1"
    ))?;
    let mut rows = statement.query([signed(number)])?;
    while let Some(row) = rows.next()? {
        let row = read_row(connection, row)?;
        chart.rows.insert(row.sequence);
        match &row.event {
            Event::RecordMoneyMoved {
                claim, postings, ..
            } => chart.claims.extend(claims_of(claim.as_ref(), postings)),
            Event::WorkOpened { item } | Event::WorkAssigned { item } => {
                chart.claims.extend(item.claim.clone())
            }
            _ => {}
        }
    }
    Ok(())
}
