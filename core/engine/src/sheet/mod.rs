//! Sheets: comma-separated files of the practice's own systems, with a line of
//! column names on top.
//!
//! A row that cannot be used is told of by its line and column, never by what
//! stands in it, and the rows behind it go on.

mod columns;
mod intake;

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::NaiveDate;

pub use columns::UnreadColumn;
pub(crate) use intake::{SheetTaken, brought, is_sheet, take_in};

/// A sheet as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// Names of the columns, in lower case.
    pub(crate) columns: Vec<String>,
    /// Rows that have a cell for each column.
    pub(crate) rows: Vec<Row>,
    /// Rows that have not.
    pub(crate) bad: Vec<RowError>,
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Line of the file, from 1.
    pub(crate) line: u64,
    /// What stands in each column; empty cells are left out.
    cells: BTreeMap<String, String>,
}

/// Why a file is no sheet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// It is no text in UTF-8.
    #[error("it is no text in UTF-8: save it as CSV UTF-8")]
    NotText,
    /// There is no first line, or it names no column.
    #[error("line 1 must name the columns")]
    NoColumns,
    /// A column is named twice.
    #[error("line 1 names the column `{column}` twice")]
    Twice {
        /// Column.
        column: String,
    },
    /// No step takes a sheet with these columns.
    #[error("no step takes a sheet with these columns; {known}")]
    Unknown {
        /// The sheets that are taken, with the columns that each must have.
        known: String,
    },
    /// A column is not there that the step needs.
    #[error("line 1 must name a column `{column}`")]
    Lacks {
        /// Column.
        column: String,
    },
    /// A column is there that the step does not know: nothing of it is passed over.
    #[error("line 1 names a column `{column}` that is not known here; mend or leave it out")]
    NotKnown {
        /// Column.
        column: String,
    },
    /// None of its rows can be used.
    #[error("no row of it can be used; the first: {first}")]
    NoRow {
        /// What is wrong with the first.
        first: RowError,
    },
}

/// Why a row of a sheet was not used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct RowError {
    /// Line of the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub problem: RowProblem,
}

/// What is wrong with a row. What stands in it is not repeated: it may be a
/// patient's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowProblem {
    /// It has more or fewer cells than there are columns.
    #[error("it has {cells} cells, and there are {columns} columns")]
    Cells {
        /// Cells.
        cells: usize,
        /// Columns.
        columns: usize,
    },
    /// It cannot be read as a row.
    #[error("it is no row of a CSV file: look for a quotation mark that is not closed")]
    Unreadable,
    /// A cell that is needed is empty.
    #[error("`{column}` is empty, and is needed")]
    Missing {
        /// Column.
        column: String,
    },
    /// A cell holds what it cannot.
    #[error("`{column}`: {problem}")]
    Value {
        /// Column.
        column: String,
        /// What is wrong, without the value.
        problem: String,
    },
    /// The row as a whole cannot be taken.
    #[error("{0}")]
    Refused(String),
}

/// In documents it is its text.
impl serde::Serialize for RowProblem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Sheet {
    /// Reads a sheet. The separator is the comma, or the semicolon where the
    /// first line has one and no comma.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        let text = std::str::from_utf8(bytes).map_err(|_| SheetError::NotText)?;
        // With both marks at its end a line would be counted as the one before.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = text.replace("\r\n", "\n");
        let first = text.lines().next().unwrap_or_default();
        let separator = match first.contains(';') && !first.contains(',') {
            true => b';',
            false => b',',
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut columns: Vec<String> = Vec::new();
        let (mut rows, mut bad) = (Vec::new(), Vec::new());
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    let problem = RowProblem::Unreadable;
                    bad.push(RowError { line, problem });
                    continue;
                }
            };
            if columns.is_empty() {
                columns = named(&record)?;
                continue;
            }
            if record.iter().all(str::is_empty) {
                continue;
            }
            let line = record.position().map_or(1, csv::Position::line);
            if record.len() == columns.len() {
                let cells = columns.iter().zip(&record);
                let cells = cells.filter(|(_, cell)| !cell.is_empty());
                let cells = cells.map(|(column, cell)| (column.clone(), cell.to_owned()));
                let cells = cells.collect();
                rows.push(Row { line, cells });
            } else {
                let (cells, columns) = (record.len(), columns.len());
                let problem = RowProblem::Cells { cells, columns };
                bad.push(RowError { line, problem });
            }
        }
        if columns.is_empty() {
            return Err(SheetError::NoColumns);
        }
        Ok(Self { columns, rows, bad })
    }
}

fn named(record: &csv::StringRecord) -> Result<Vec<String>, SheetError> {
    let columns: Vec<String> = record.iter().map(str::to_ascii_lowercase).collect();
    if columns.iter().all(String::is_empty) {
        return Err(SheetError::NoColumns);
    }
    let twice = (1..columns.len()).find(|&at| columns[..at].contains(&columns[at]));
    match twice {
        Some(at) => Err(SheetError::Twice {
            column: columns[at].clone(),
        }),
        None => Ok(columns),
    }
}

impl Sheet {
    /// Reads a sheet that must have these columns.
    pub(crate) fn of_kind(bytes: &[u8], needed: &[&str]) -> Result<Self, SheetError> {
        let sheet = Self::read(bytes)?;
        match needed.iter().find(|column| !sheet.has(column)) {
            Some(lacking) => Err(SheetError::Lacks {
                column: (*lacking).to_owned(),
            }),
            None => Ok(sheet),
        }
    }

    /// Refuses columns beside these.
    pub(crate) fn of_no_more(self, known: &[&str]) -> Result<Self, SheetError> {
        let mut columns = self.columns.iter();
        match columns.find(|column| !known.contains(&column.as_str())) {
            Some(column) => Err(SheetError::NotKnown {
                column: column.clone(),
            }),
            None => Ok(self),
        }
    }

    /// Whether it has a column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|named| named == column)
    }
}

/// Columns with a day on which something happened that a sheet tells of.
const HAPPENED: &[&str] = &["registered", "booked", "arrived", "closed", "entered"];

/// The last day on which something happened that a sheet tells of, for a clock
/// that goes by the files. `None` where it names none, or is no sheet.
pub(crate) fn last_day(bytes: &[u8]) -> Option<NaiveDate> {
    let sheet = Sheet::read(bytes).ok()?;
    let cells = sheet
        .rows
        .iter()
        .flat_map(|row| HAPPENED.iter().filter_map(|column| row.text(column)));
    cells.filter_map(|text| text.parse().ok()).max()
}

impl Row {
    /// What stands in a column that takes one of these words, whatever their case.
    pub(crate) fn word<T: Copy>(
        &self,
        column: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, RowError> {
        let Some(text) = self.text(column) else {
            return Ok(None);
        };
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text));
        let found = found.map(|(_, meaning)| Some(*meaning));
        found.ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(column, &format!("it is one of {}", known.join(", ")))
        })
    }

    /// What stands in a column, where anything does.
    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// What stands in a column that must hold something.
    pub(crate) fn need(&self, column: &str) -> Result<&str, RowError> {
        self.text(column).ok_or_else(|| {
            self.error(RowProblem::Missing {
                column: column.to_owned(),
            })
        })
    }

    /// What stands in a column, read as what it is. The error of `T` must not
    /// repeat what it was given.
    pub(crate) fn parse<T>(&self, column: &str) -> Result<Option<T>, RowError>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        self.text(column)
            .map(|text| text.parse().map_err(|error| self.wrong(column, &error)))
            .transpose()
    }

    /// As [`parse`](Self::parse), in a column that must hold something.
    pub(crate) fn need_parsed<T>(&self, column: &str) -> Result<T, RowError>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let text = self.need(column)?;
        text.parse().map_err(|error| self.wrong(column, &error))
    }

    /// The error that a cell holds what it cannot.
    pub(crate) fn wrong(&self, column: &str, problem: &dyn std::fmt::Display) -> RowError {
        self.error(RowProblem::Value {
            column: column.to_owned(),
            problem: problem.to_string(),
        })
    }

    /// The error that the row as a whole cannot be taken.
    pub(crate) fn refused(&self, problem: &dyn std::fmt::Display) -> RowError {
        self.error(RowProblem::Refused(problem.to_string()))
    }

    fn error(&self, problem: RowProblem) -> RowError {
        RowError {
            line: self.line,
            problem,
        }
    }
}

#[cfg(test)]
mod tests;
