//! A pack's tables: CSV files whose first column is the key.

use std::collections::HashMap;

use chrono::NaiveDate;
use rhai::{Dynamic, INT, ImmutableString};
use rust_decimal::Decimal;

use crate::api::date::Date;
use crate::codes::{CodeKind, CodeSet};
use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// The key of the row that stands for every key without a row of its own.
const ELSE: &str = "*";

/// A table in memory.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Column names, as the first line has them.
    columns: Vec<Box<str>>,
    /// First cell and line of each row.
    keys: Vec<(Box<str>, usize)>,
    /// Cells, each of its column's type; an empty cell is `()`.
    rows: Vec<Vec<Dynamic>>,
    /// Rows by the first column; several where keys repeat.
    by_key: HashMap<Box<str>, Vec<usize>>,
    /// Rows by the first two columns; several where pairs repeat.
    by_pair: HashMap<Box<str>, HashMap<Box<str>, Vec<usize>>>,
}

/// The columns that say from when to when a row holds, both days included.
const DAYS: [&str; 2] = ["from", "to"];

/// Rows that a table may have: a bound on memory, far above any payer's list.
const MAX_ROWS: usize = 200_000;

impl Table {
    /// Reads a CSV file. Blank lines and lines that start with `#` are skipped.
    pub(crate) fn read(source: &Source, faults: &mut Vec<Diagnostic>) -> Self {
        let mut table = Self::default();
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .has_headers(true)
            .from_reader(source.text().trim_start_matches('\u{feff}').as_bytes());
        match reader.headers() {
            Ok(headers) => table.columns = headers.iter().map(Into::into).collect(),
            Err(error) => faults.push(fault(source, &error)),
        }
        if table.columns.iter().all(|name| name.is_empty()) {
            faults.push(
                Diagnostic::at(source, 1, 1, "the table has no column names")
                    .help("the first line names the columns, the first of them is the key"),
            );
        }
        let mut cells: Vec<csv::StringRecord> = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) if cells.len() < MAX_ROWS => cells.push(record),
                Ok(_) => {
                    let message = format!("the table has more than {MAX_ROWS} rows");
                    faults.push(Diagnostic::of_file(source.path(), message));
                    break;
                }
                Err(error) => faults.push(fault(source, &error)),
            }
        }
        let types: Vec<Type> = (0..table.columns.len())
            .map(|column| Type::of(column, cells.iter().filter_map(|row| row.get(column))))
            .collect();
        for row in &cells {
            table.add(row, &types);
        }
        table
    }

    fn add(&mut self, row: &csv::StringRecord, types: &[Type]) {
        let at = self.rows.len();
        let line = row
            .position()
            .map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
        let first = row.get(0).unwrap_or_default();
        if let Some(second) = row.get(1) {
            let seconds = self.by_pair.entry(first.into()).or_default();
            seconds.entry(second.into()).or_default().push(at);
        }
        self.by_key.entry(first.into()).or_default().push(at);
        self.keys.push((first.into(), line));
        self.rows.push(
            row.iter()
                .zip(types)
                .map(|(cell, of)| of.value(cell))
                .collect(),
        );
    }

    /// The first row of a key; of `*` where the key has none.
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        let rows = self.by_key.get(key).or_else(|| self.by_key.get(ELSE))?;
        rows.first().copied()
    }

    /// The row of a pair of keys; `*` stands for any first or any second key.
    pub(crate) fn find_pair(&self, first: &str, second: &str) -> Option<usize> {
        [(first, second), (first, ELSE), (ELSE, second), (ELSE, ELSE)]
            .into_iter()
            .find_map(|(a, b)| self.by_pair.get(a)?.get(b)?.first().copied())
    }

    /// Whether its rows say from when to when they hold.
    pub(crate) fn is_dated(&self) -> bool {
        DAYS.iter()
            .all(|name| self.columns.iter().any(|column| **column == **name))
    }

    /// The first row of a key that holds on a day; of `*` where the key has none.
    pub(crate) fn find_on(&self, key: &str, day: NaiveDate) -> Option<usize> {
        [key, ELSE]
            .into_iter()
            .find_map(|key| self.holding(self.by_key.get(key)?, day))
    }

    /// As [`find_pair`](Self::find_pair), of the rows that hold on a day.
    pub(crate) fn find_pair_on(&self, first: &str, second: &str, day: NaiveDate) -> Option<usize> {
        [(first, second), (first, ELSE), (ELSE, second), (ELSE, ELSE)]
            .into_iter()
            .find_map(|(a, b)| self.holding(self.by_pair.get(a)?.get(b)?, day))
    }

    /// The first of some rows that holds on a day; an empty cell sets no limit.
    fn holding(&self, rows: &[usize], day: NaiveDate) -> Option<usize> {
        let date = |row, column| {
            let cell = self.cell(row, column)?;
            cell.try_cast::<Date>().map(|date| date.0)
        };
        rows.iter().copied().find(|row| {
            date(*row, DAYS[0]).is_none_or(|from| from <= day)
                && date(*row, DAYS[1]).is_none_or(|to| day <= to)
        })
    }

    /// Whether a key has a row of its own.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    /// The cell of a row in a column, by name; none where there is no such column.
    pub(crate) fn cell(&self, row: usize, column: &str) -> Option<Dynamic> {
        let at = self.columns.iter().position(|name| **name == *column)?;
        self.rows.get(row)?.get(at).cloned()
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(AsRef::as_ref)
    }

    /// The first column as a set of codes: what `@name` means. Fails with the
    /// line of the first entry that is no code.
    pub(crate) fn class(&self, kind: CodeKind) -> Result<CodeSet, (usize, &'static str)> {
        let mut set = CodeSet::default();
        for (entry, line) in &self.keys {
            set.add(entry, kind).map_err(|problem| (*line, problem))?;
        }
        Ok(set)
    }
}

/// What a column holds: one type for all its cells, so that a rule that
/// compares a cell with something of another kind is told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Number,
    Date,
}

impl Type {
    /// The first column is the key, always text. A column of numbers has
    /// nothing but numbers without leading zeros: those are codes.
    fn of<'a>(column: usize, cells: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut filled = cells.filter(|cell| !cell.is_empty()).peekable();
        if column == 0 || filled.peek().is_none() {
            return Self::Text;
        }
        let number = |cell: &str| {
            let digits = cell.trim_start_matches('-');
            digits.len() <= 15
                && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && (digits == "0" || digits.starts_with("0.") || !digits.starts_with('0'))
                && cell.parse::<Decimal>().is_ok()
        };
        if filled.clone().all(number) {
            Self::Number
        } else if filled.all(|cell| cell.parse::<NaiveDate>().is_ok()) {
            Self::Date
        } else {
            Self::Text
        }
    }

    fn value(self, cell: &str) -> Dynamic {
        let text = || Dynamic::from(ImmutableString::from(cell));
        match self {
            _ if cell.is_empty() => Dynamic::UNIT,
            Self::Text => text(),
            Self::Number => match cell.parse::<INT>() {
                Ok(whole) => whole.into(),
                Err(_) => cell
                    .parse::<Decimal>()
                    .map_or_else(|_| text(), Dynamic::from_decimal),
            },
            Self::Date => cell
                .parse()
                .map_or_else(|_| text(), |date| Dynamic::from(Date(date))),
        }
    }
}

fn fault(source: &Source, error: &csv::Error) -> Diagnostic {
    let line = error
        .position()
        .map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => Diagnostic::at(
            source,
            line,
            1,
            format!("this row has {len} of the {expected_len} cells that the first line names"),
        )
        .help("a cell with a comma in it stands in quotes"),
        _ => Diagnostic::at(
            source,
            line,
            1,
            format!("this row cannot be read as CSV: {error}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Table, Vec<Diagnostic>) {
        let mut faults = Vec::new();
        let table = Table::read(&Source::new("tables/t.csv", text), &mut faults);
        (table, faults)
    }

    #[test]
    fn a_key_without_a_row_gets_the_row_of_the_star() {
        let (table, _) = read("payer,days\n# contract of 2024\nsummit,90\n*,180\n");
        let days = |key| table.find(key).and_then(|row| table.cell(row, "days"));
        assert_eq!(days("summit").unwrap().as_int(), Ok(90));
        assert_eq!(days("other").unwrap().as_int(), Ok(180));
        assert!(!table.has("other"));
    }

    #[test]
    fn the_first_two_columns_find_a_row_together() {
        let (table, _) = read("payer,procedure\nsummit,G0447\n*,J0897\n");
        assert!(table.find_pair("summit", "G0447").is_some());
        assert!(table.find_pair("summit", "J0897").is_some());
        assert!(table.find_pair("other", "G0447").is_none());
    }

    #[test]
    fn of_rows_with_one_key_the_day_picks_and_the_star_stands_where_none_holds() {
        let (table, _) = read(
            "payer,plan,days,from,to\nsummit,ppo,120,,2025-12-31\nsummit,ppo,90,2026-01-01,\n*,*,60,2020-01-01,\n",
        );
        let on = |key, day: &str| {
            let row = table.find_on(key, day.parse().unwrap())?;
            table.cell(row, "days")?.as_int().ok()
        };
        assert_eq!(on("summit", "2025-12-31"), Some(120));
        assert_eq!(on("summit", "2026-01-01"), Some(90));
        assert_eq!(on("other", "2026-01-01"), Some(60));
        assert_eq!(on("other", "2019-12-31"), None);
        let day = "2026-01-01".parse().unwrap();
        assert_eq!(table.find_pair_on("summit", "ppo", day), Some(1));
        assert_eq!(table.find_pair_on("summit", "hmo", day), Some(2));
    }

    #[test]
    fn a_column_has_one_type_and_codes_with_leading_zeros_stay_text() {
        let (table, _) = read("key,days,from,id,rate\n1,90,2024-01-01,04412,1.5\n2,,,60054,2\n");
        let kind = |row, column| table.cell(row, column).unwrap().type_name().to_owned();
        assert_eq!(kind(0, "key"), "string");
        assert_eq!(kind(0, "days"), "i64");
        assert!(table.cell(1, "days").unwrap().is_unit());
        assert!(table.cell(0, "from").unwrap().is::<Date>());
        assert_eq!(kind(1, "id"), "string");
        assert_eq!(kind(0, "rate"), "decimal");
    }

    #[test]
    fn a_short_row_is_named_by_its_line() {
        let (_, faults) = read("a,b\n1,2\n3\n");
        assert_eq!(faults[0].line, 3);
        assert!(
            faults[0].message.contains("1 of the 2 cells"),
            "{}",
            faults[0].message
        );
    }
}
