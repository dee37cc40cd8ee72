//! Charges as a sheet has them.

use std::fmt::Display;
use std::str::FromStr;

use rust_decimal::Decimal;
use scrubjay_model::Icd10;

use super::{ChargeEntry, enter_all};
use crate::EngineError;
use crate::desk::Desk;
use crate::sheet::{Row, RowError, Sheet, SheetTaken};

/// The columns that a sheet of charges must have.
pub(crate) const NEEDED: &[&str] = &["id", "visit", "procedure"];

/// The columns that it may have beside.
pub(crate) const COLUMNS: &[&str] = &[
    "patient",
    "modifiers",
    "units",
    "diagnoses",
    "amount",
    "service",
    "entered",
    "provider",
    "place",
];

/// Takes in a sheet of charges.
pub(crate) fn take_sheet(desk: &mut Desk<'_>, sheet: &Sheet) -> Result<SheetTaken, EngineError> {
    let (mut entries, mut bad) = (Vec::new(), Vec::new());
    for row in &sheet.rows {
        match read(row) {
            Ok(entry) => entries.push((row, entry)),
            Err(error) => bad.push(error),
        }
    }
    let batch = enter_all(desk, entries)?;
    let (used, brought) = (batch.used() as u64, batch.brought());
    let refused = batch.refused.into_iter();
    bad.extend(refused.map(|(row, why)| row.refused(&why)));
    Ok(SheetTaken { used, brought, bad })
}

fn read(row: &Row) -> Result<ChargeEntry, RowError> {
    let plain = ChargeEntry::of(
        row.need_parsed("id")?,
        row.need_parsed("visit")?,
        row.need_parsed("procedure")?,
    );
    Ok(ChargeEntry {
        patient: row.parse("patient")?,
        modifiers: listed(row, "modifiers", str::to_owned)?,
        units: row.parse("units")?.unwrap_or(Decimal::ONE),
        diagnoses: listed::<Icd10>(row, "diagnoses", |code| code.replacen('.', "", 1))?,
        amount: row.parse("amount")?,
        service: row.parse("service")?,
        entered: row.parse("entered")?,
        provider: row.parse("provider")?,
        place: row.parse("place")?,
        ..plain
    })
}

/// Codes with semicolons or blanks between them.
fn listed<T: FromStr<Err: Display>>(
    row: &Row,
    column: &str,
    mend: fn(&str) -> String,
) -> Result<Vec<T>, RowError> {
    let written = row.text(column).unwrap_or_default();
    written
        .split([';', ' '])
        .filter(|code| !code.is_empty())
        .map(|code| {
            mend(code)
                .parse()
                .map_err(|error| row.wrong(column, &error))
        })
        .collect()
}
