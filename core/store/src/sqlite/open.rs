//! Claims that are not done with, in small rows; notes of when each needs a
//! look; and what payers have paid so far.

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use scrubjay_model::{ClaimId, ReceivableStage};

use super::columns::{Cell, Columns, cents, integer, signed, text};
use crate::open_claim::{day_number, day_of};
use crate::tables::{ClaimEntry, ClaimNumber};
use crate::{OpenClaim, PayerRecord, StoreError};

/// The columns of `open_claims` that the journal gives.
pub(super) const OPEN_COLUMNS: &str =
    "n, id, payer, stage, insurance, patient, service, submitted, patient_since";

pub(super) fn open_cells<'a>(
    number: ClaimNumber,
    open: &OpenClaim<'a>,
) -> Result<[Cell<'a>; 9], StoreError> {
    let day = |day: Option<NaiveDate>| {
        let number = day.map(day_number);
        Cell::Owned(number.map_or(rusqlite::types::Value::Null, Into::into))
    };
    Ok([
        integer(number),
        text(open.claim),
        text(open.payer),
        text(open.stage.as_str()),
        cents(open.insurance)?,
        cents(open.patient)?,
        day(open.service),
        day(open.submitted),
        day(open.patient_since),
    ])
}

/// Puts or takes out a claim's row. The note of its next look is left alone.
pub(super) fn write_open(
    connection: &Connection,
    number: ClaimNumber,
    entry: &ClaimEntry,
) -> Result<(), StoreError> {
    let Some(open) = OpenClaim::of(entry) else {
        connection
            .prepare_cached("DELETE FROM open_claims WHERE n = ?1")?
            .execute([signed(number)])?;
        return Ok(());
    };
    let mut statement = connection.prepare_cached(
        "INSERT INTO open_claims (n, id, payer, stage, insurance, patient, service, submitted, \
         patient_since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
         ON CONFLICT (n) DO UPDATE SET payer = ?3, stage = ?4, insurance = ?5, patient = ?6, \
         service = ?7, submitted = ?8, patient_since = ?9",
    )?;
    statement.execute(params_from_iter(open_cells(number, &open)?))?;
    Ok(())
}

/// Hands over each open claim.
pub(super) fn read_open(
    connection: &Connection,
    each: &mut dyn FnMut(OpenClaim<'_>),
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {OPEN_COLUMNS} FROM open_claims ORDER BY n"
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut columns = Columns::new(row, "open_claims");
        columns.integer()?;
        each(OpenClaim {
            claim: columns.text()?,
            payer: columns.text()?,
            stage: columns.parse(stage)?,
            insurance: columns.cents()?,
            patient: columns.cents()?,
            service: columns.optional_signed()?.and_then(day_of),
            submitted: columns.optional_signed()?.and_then(day_of),
            patient_since: columns.optional_signed()?.and_then(day_of),
        });
    }
    Ok(())
}

fn stage(name: &str) -> Option<ReceivableStage> {
    let mut stages = ReceivableStage::ALL.into_iter();
    stages.find(|stage| stage.as_str() == name)
}

/// Something has happened to a claim: its clocks must be looked at.
pub(super) fn forget_look(connection: &Connection, number: ClaimNumber) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE open_claims SET look = 0 WHERE n = ?1 AND look <> 0")?
        .execute([signed(number)])?;
    Ok(())
}

pub(super) fn note_look(
    connection: &Connection,
    number: ClaimNumber,
    day: NaiveDate,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE open_claims SET look = ?2 WHERE n = ?1")?
        .execute([signed(number), day_number(day)])?;
    Ok(())
}

pub(super) fn note_terms(connection: &Connection, terms: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO look_terms VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET terms = ?1",
        )?
        .execute([terms.cast_signed()])?;
    Ok(())
}

pub(super) fn read_to_look_at(
    connection: &Connection,
    day: NaiveDate,
    terms: u64,
) -> Result<Vec<ClaimId>, StoreError> {
    let noted: Option<i64> = connection
        .prepare_cached("SELECT terms FROM look_terms")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let by = if noted == Some(terms.cast_signed()) {
        day_number(day)
    } else {
        i64::MAX
    };
    let mut statement =
        connection.prepare_cached("SELECT id FROM open_claims WHERE look <= ?1 ORDER BY n")?;
    let mut rows = statement.query([by])?;
    let mut claims = Vec::new();
    while let Some(row) = rows.next()? {
        claims.push(Columns::new(row, "open_claims").parse(|text| text.parse().ok())?);
    }
    Ok(claims)
}

const PAYER_COLUMNS: &str = "payer, decided, charged, paid, denied, denied_charged, denied_paid";

pub(super) fn payer_cells<'a>(
    payer: &'a str,
    record: &PayerRecord,
) -> Result<[Cell<'a>; 7], StoreError> {
    Ok([
        text(payer),
        integer(record.decided),
        cents(record.charged)?,
        cents(record.paid)?,
        integer(record.denied),
        cents(record.denied_charged)?,
        cents(record.denied_paid)?,
    ])
}

pub(super) fn write_payer(
    connection: &Connection,
    payer: &str,
    record: &PayerRecord,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO payer_records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params_from_iter(payer_cells(payer, record)?))?;
    Ok(())
}

/// What payers have paid: all of them, or the one of that key.
pub(super) fn read_payers(
    connection: &Connection,
    only: Option<&str>,
) -> Result<Vec<(String, PayerRecord)>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {PAYER_COLUMNS} FROM payer_records WHERE ?1 IS NULL OR payer = ?1 ORDER BY payer"
    ))?;
    let mut rows = statement.query([only])?;
    let mut payers = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::new(row, "payer_records");
        let payer = columns.text()?.to_owned();
        let record = PayerRecord {
            decided: columns.integer()?,
            charged: columns.cents()?,
            paid: columns.cents()?,
            denied: columns.integer()?,
            denied_charged: columns.cents()?,
            denied_paid: columns.cents()?,
        };
        payers.push((payer, record));
    }
    Ok(payers)
}
