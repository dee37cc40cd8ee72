//! Records in SQLite: their tables, read by key and by what lists ask for.

use rusqlite::{Connection, ToSql};
use scrubjay_model::{PatientKey, Record, RecordId, RecordKey, WorkItem};

use super::columns::{Cell, Columns, date, integer, optional_text, signed, text};
use super::lookups::finding_cells;
use super::reader::{Source, ledger_of};
use super::rows::{row_at, rows_of};
use super::tables::SqlTables;
use crate::reading::{item_of, record_of, record_override_of};
use crate::tables::{FindingEntry, RecordNumber, RecordTables};
use crate::{
    JournalRow, LedgerRow, RecordFilter, RecordFindingRow, RecordOverrideRow, RecordReader,
    RecordRow, Sequence, StoreError,
};

impl RecordTables for SqlTables<'_> {
    fn record_entry(
        &self,
        key: &RecordKey,
    ) -> Result<Option<(RecordNumber, RecordRow)>, StoreError> {
        read_record(self.connection, key)
    }

    fn put_record(&mut self, record: RecordNumber, row: RecordRow) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (n) DO UPDATE SET patient = excluded.patient, parent = excluded.parent,
             state = excluded.state, day = excluded.day, due = excluded.due,
             sequence = excluded.sequence",
            record_cells(record, &row),
        )
    }

    fn put_record_history(
        &mut self,
        record: RecordNumber,
        sequence: Sequence,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO record_history VALUES (?1, ?2)",
            [integer(record), integer(sequence)],
        )
    }

    fn put_record_finding(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        finding: FindingEntry,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO record_findings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            finding_cells(sequence, ordinal, &finding),
        )
    }

    fn put_record_override(
        &mut self,
        sequence: Sequence,
        record: RecordNumber,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO record_overrides VALUES (?1, ?2)",
            [integer(sequence), integer(record)],
        )
    }
}

impl<S: Source> RecordReader for S {
    fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        match read_record(self.some(), key)? {
            Some((_, row)) => record_of(row_at(self.some(), row.sequence)?).map(Some),
            None => Ok(None),
        }
    }

    fn record_row(&self, key: &RecordKey) -> Result<Option<RecordRow>, StoreError> {
        let found = read_record(self.some(), key)?;
        Ok(found.map(|(_, row)| row))
    }

    fn records(&self, filter: &RecordFilter) -> Result<Vec<RecordRow>, StoreError> {
        read_records(self.some(), filter)
    }

    fn record_history(&self, key: &RecordKey) -> Result<Vec<JournalRow>, StoreError> {
        about_record(self.some(), key, "")
    }

    fn record_findings(
        &self,
        key: Option<&RecordKey>,
    ) -> Result<Vec<RecordFindingRow>, StoreError> {
        read_findings(self.some(), key)
    }

    fn record_overrides(
        &self,
        key: Option<&RecordKey>,
    ) -> Result<Vec<RecordOverrideRow>, StoreError> {
        let rows = match key {
            Some(key) => {
                let passed = "AND j.kind = 'record_overridden'";
                about_record(self.some(), key, passed)?
            }
            None => rows_of(
                self.some(),
                "JOIN record_overrides o ON o.sequence = j.sequence ORDER BY o.sequence",
                &[],
            )?,
        };
        rows.into_iter().map(record_override_of).collect()
    }

    fn record_work(&self, key: &RecordKey) -> Result<Vec<WorkItem>, StoreError> {
        let opened = "AND j.sequence IN (SELECT w.opened FROM work_items w \
             WHERE w.opened = j.sequence AND w.record = h.record AND w.closed IS NULL)";
        let rows = about_record(self.some(), key, opened)?;
        rows.into_iter().map(item_of).collect()
    }

    fn record_ledger(&self, key: &RecordKey) -> Result<Vec<LedgerRow>, StoreError> {
        let connection = self.all()?;
        match read_record(connection, key)? {
            Some((number, _)) => ledger_of(connection, "record_history", "record", number),
            None => Ok(Vec::new()),
        }
    }
}

/// The columns of `records`, in order.
pub(super) const RECORD_COLUMNS: &str = "n, kind, id, patient, parent, state, day, due, sequence";

pub(super) fn record_cells(number: RecordNumber, row: &RecordRow) -> [Cell<'_>; 9] {
    [
        integer(number),
        text(row.key.kind.as_str()),
        text(row.key.id.as_str()),
        optional_text(row.patient.as_ref().map(PatientKey::as_str)),
        optional_text(row.parent.as_ref().map(RecordId::as_str)),
        text(&row.state),
        date(row.day),
        date(row.due),
        integer(row.sequence),
    ]
}

fn record(columns: &mut Columns<'_>) -> Result<(RecordNumber, RecordRow), StoreError> {
    let number = columns.integer()?;
    let row = RecordRow {
        key: key(columns)?,
        patient: columns.optional(|text| text.parse().ok())?,
        parent: columns.optional(|text| text.parse().ok())?,
        state: columns.text()?.to_owned(),
        day: columns.date()?,
        due: columns.date()?,
        sequence: columns.integer()?,
    };
    Ok((number, row))
}

fn key(columns: &mut Columns<'_>) -> Result<RecordKey, StoreError> {
    Ok(RecordKey {
        kind: columns.parse(|text| text.parse().ok())?,
        id: columns.parse(|text| text.parse().ok())?,
    })
}

fn read_record(
    connection: &Connection,
    key: &RecordKey,
) -> Result<Option<(RecordNumber, RecordRow)>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {RECORD_COLUMNS} FROM records WHERE kind = ?1 AND id = ?2"
    ))?;
    let mut rows = statement.query([key.kind.as_str(), key.id.as_str()])?;
    match rows.next()? {
        Some(row) => record(&mut Columns::new(row, "records")).map(Some),
        None => Ok(None),
    }
}

fn read_records(
    connection: &Connection,
    filter: &RecordFilter,
) -> Result<Vec<RecordRow>, StoreError> {
    let days = [filter.from, filter.to, filter.due_by].map(|day| day.map(|day| day.to_string()));
    let [from, to, due_by] = &days;
    let kind = filter.kind.map(|kind| kind.as_str());
    let patient = filter.patient.as_ref().map(PatientKey::as_str);
    let parent = filter.parent.as_ref().map(RecordId::as_str);
    let wanted: [(&str, Option<&dyn ToSql>); 7] = [
        ("kind =", kind.as_ref().map(|value| value as _)),
        ("patient =", patient.as_ref().map(|value| value as _)),
        ("parent =", parent.as_ref().map(|value| value as _)),
        ("state =", filter.state.as_ref().map(|value| value as _)),
        ("day >=", from.as_ref().map(|value| value as _)),
        ("day <=", to.as_ref().map(|value| value as _)),
        ("due <=", due_by.as_ref().map(|value| value as _)),
    ];
    let mut sql = format!("SELECT {RECORD_COLUMNS} FROM records");
    let mut parameters: Vec<&dyn ToSql> = Vec::new();
    for (condition, value) in wanted {
        if let Some(value) = value {
            parameters.push(value);
            let joint = if parameters.len() == 1 {
                "WHERE"
            } else {
                "AND"
            };
            sql.push_str(&format!(" {joint} {condition} ?{}", parameters.len()));
        }
    }
    let day = if due_by.is_some() { "due" } else { "day" };
    sql.push_str(&format!(" ORDER BY {day}, n"));
    if let Some(limit) = &filter.limit {
        parameters.push(limit);
        sql.push_str(&format!(" LIMIT ?{}", parameters.len()));
    }
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(parameters.as_slice())?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record(&mut Columns::new(row, "records"))?.1);
    }
    Ok(records)
}

/// Journal rows about a record, in order; `h` is its history, `j` the journal.
fn about_record(
    connection: &Connection,
    key: &RecordKey,
    condition: &str,
) -> Result<Vec<JournalRow>, StoreError> {
    match read_record(connection, key)? {
        Some((number, _)) => rows_of(
            connection,
            &format!(
                "JOIN record_history h ON h.sequence = j.sequence \
                 WHERE h.record = ?1 {condition} ORDER BY h.sequence"
            ),
            &[&signed(number)],
        ),
        None => Ok(Vec::new()),
    }
}

/// Findings on one record or all, in order.
fn read_findings(
    connection: &Connection,
    of: Option<&RecordKey>,
) -> Result<Vec<RecordFindingRow>, StoreError> {
    let mut sql = "SELECT r.kind, r.id, f.sequence, f.record, f.hook, f.rule, f.severity, \
         f.shadow, f.prevents FROM record_findings f JOIN records r ON r.n = f.record"
        .to_owned();
    let mut parameters = Vec::new();
    if let Some(of) = of {
        let Some((number, _)) = read_record(connection, of)? else {
            return Ok(Vec::new());
        };
        parameters.push(signed(number));
        sql.push_str(
            " WHERE f.record = ?1 AND f.sequence IN \
             (SELECT sequence FROM record_history WHERE record = ?1)",
        );
    }
    sql.push_str(" ORDER BY f.sequence, f.ordinal");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let mut findings = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::new(row, "record_findings");
        let record = key(&mut columns)?;
        let sequence = columns.integer()?;
        let entry = columns.finding()?;
        findings.push(RecordFindingRow {
            sequence,
            record,
            hook: entry.hook,
            rule: entry.rule,
            severity: entry.severity,
            shadow: entry.shadow,
            prevents: entry.prevents,
        });
    }
    Ok(findings)
}
