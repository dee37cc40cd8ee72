//! The pack's own tables, looked up by key.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult};

use super::date::Date;
use super::{Api, Kind, fault, frame};
use crate::frame::Frame;
use crate::table::Table;

/// A table, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct TableRef(Arc<Table>);

/// A row, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct RowRef {
    table: Arc<Table>,
    row: usize,
}

type Read = Result<Dynamic, Box<EvalAltResult>>;

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const TABLE: Kind = Kind::Table;
    const KEY: (&str, Kind) = ("key", Kind::Any);
    api.engine
        .register_type_with_name::<TableRef>("table")
        .register_type_with_name::<RowRef>("row");
    let tables = Arc::clone(shared);
    api.call(
        Kind::Any,
        "table",
        &[("name", Kind::Text)],
        TABLE,
        "A table of the pack, by the name of its file without `.csv`.",
        move |name: &str| -> Result<TableRef, Box<EvalAltResult>> {
            let found = frame(&tables).tables.find(name).map(TableRef);
            found.ok_or_else(|| fault("the pack has no such table"))
        },
    )
    .call(
        TABLE,
        "get",
        &[KEY],
        Kind::Row,
        "The row whose first cell is the key; the row `*` where the key has none; else missing.",
        |table: &mut TableRef, key: Dynamic| -> Read {
            let row = table.0.find(&key_text(&key)?);
            Ok(row_of(&table.0, row))
        },
    )
    .call(
        TABLE,
        "get",
        &[KEY, ("second_key", Kind::Any)],
        Kind::Row,
        "The row whose first two cells are the keys; `*` in a cell stands for any key.",
        |table: &mut TableRef, first: Dynamic, second: Dynamic| -> Read {
            let row = table.0.find_pair(&key_text(&first)?, &key_text(&second)?);
            Ok(row_of(&table.0, row))
        },
    )
    .call(
        TABLE,
        "has",
        &[KEY],
        Kind::Bool,
        "Whether the key has a row of its own.",
        |table: &mut TableRef, key: Dynamic| -> Result<bool, Box<EvalAltResult>> {
            Ok(table.0.has(&key_text(&key)?))
        },
    );
    const DAY: (&str, Kind) = ("day", Kind::Date);
    api.call(
        TABLE,
        "get_on",
        &[KEY, DAY],
        Kind::Row,
        "The row of the key that holds on a day, by its columns `from` and `to`, both days included and an empty cell without limit; a row `*` where the key has none that holds; else missing.",
        |table: &mut TableRef, key: Dynamic, day: Date| -> Read {
            let row = dated(&table.0)?.find_on(&key_text(&key)?, day.0);
            Ok(row_of(&table.0, row))
        },
    )
    .call(
        TABLE,
        "get_on",
        &[KEY, ("second_key", Kind::Any), DAY],
        Kind::Row,
        "As above, by the first two columns.",
        |table: &mut TableRef, first: Dynamic, second: Dynamic, day: Date| -> Read {
            let row = dated(&table.0)?.find_pair_on(&key_text(&first)?, &key_text(&second)?, day.0);
            Ok(row_of(&table.0, row))
        },
    );
    // `row.days` reads the cell of the column `days`.
    api.engine
        .register_indexer_get(|row: &mut RowRef, column: &str| -> Read {
            row.table
                .cell(row.row, column)
                .ok_or_else(|| fault("the table has no such column"))
        });
}

fn dated(table: &Table) -> Result<&Table, Box<EvalAltResult>> {
    if table.is_dated() {
        Ok(table)
    } else {
        Err(fault(
            "the table has no columns `from` and `to`, so no day can pick its row",
        ))
    }
}

fn row_of(table: &Arc<Table>, row: Option<usize>) -> Dynamic {
    super::maybe(row.map(|row| RowRef {
        table: Arc::clone(table),
        row,
    }))
}

/// A key as the table's cells have it. A missing key finds only the row `*`.
fn key_text(key: &Dynamic) -> Result<String, Box<EvalAltResult>> {
    if key.is_unit() {
        return Ok(String::new());
    }
    if key.is_string() || key.is_int() || key.is_decimal() {
        return Ok(key.to_string().trim().to_owned());
    }
    if let Some(date) = key.read_lock::<Date>() {
        return Ok(date.to_string());
    }
    if let Some(npi) = key.read_lock::<super::party::NpiRef>() {
        return Ok(npi.text.to_string());
    }
    Err(fault("a key of a table is text, a number or a date"))
}
