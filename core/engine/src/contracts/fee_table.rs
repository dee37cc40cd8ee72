//! A payer's table of fees: CSV with the columns `code`, `modifier` and `fee`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scrubjay_model::Money;

use crate::sheet::{RowError, Sheet, SheetError};

/// Why a table of fees cannot be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeeTableError {
    /// It cannot be read.
    #[error(
        "{path}: `contract:` of a payer in scrubjay.yaml names this fee table, and it cannot be opened: {source}", path = path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is no sheet.
    #[error("{path}: {problem}", path = path.display())]
    Sheet {
        /// The file.
        path: PathBuf,
        /// Why not.
        problem: SheetError,
    },
    /// A row of it cannot be used. Prices are not guessed, so that none is.
    #[error("{path}: {problem}; a fee table has the columns code, modifier and fee", path = path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Which row, and why.
        problem: RowError,
    },
    /// A code stands twice with the same modifier.
    #[error("{path}: line {line} has a code and modifier that stand above; take one of them out", path = path.display())]
    Twice {
        /// The file.
        path: PathBuf,
        /// Line of the second.
        line: u64,
    },
}

/// Fees by code and modifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FeeTable(BTreeMap<(String, Option<String>), Money>);

impl FeeTable {
    pub(super) fn read(path: &Path) -> Result<Self, FeeTableError> {
        let bytes = std::fs::read(path).map_err(|source| FeeTableError::Open {
            path: path.to_owned(),
            source,
        })?;
        Self::of(&bytes, path)
    }

    fn of(bytes: &[u8], path: &Path) -> Result<Self, FeeTableError> {
        let path = || path.to_owned();
        let sheet = Sheet::read(bytes).map_err(|problem| FeeTableError::Sheet {
            path: path(),
            problem,
        })?;
        let row_error = |problem| FeeTableError::Row {
            path: path(),
            problem,
        };
        if let Some(problem) = sheet.bad.first() {
            return Err(row_error(problem.clone()));
        }
        let mut fees = BTreeMap::new();
        for row in &sheet.rows {
            let code = row.need("code").map_err(row_error)?.to_ascii_uppercase();
            let modifier = row.text("modifier").map(str::to_ascii_uppercase);
            let fee: Money = row.need_parsed("fee").map_err(row_error)?;
            if fee.is_negative() {
                let problem = row.wrong("fee", &"it is below nothing");
                return Err(row_error(problem));
            }
            if fees.insert((code, modifier), fee).is_some() {
                let (path, line) = (path(), row.line);
                return Err(FeeTableError::Twice { path, line });
            }
        }
        Ok(Self(fees))
    }

    /// The fee of a code with that modifier alone, or without any.
    pub(super) fn fee(&self, code: &str, modifier: Option<&str>) -> Option<Money> {
        let key = (code.to_owned(), modifier.map(str::to_owned));
        self.0.get(&key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_read_by_code_and_modifier_and_a_wrong_row_is_named() {
        let of = |text: &str| FeeTable::of(text.as_bytes(), Path::new("fees.csv"));
        let table = of("code,modifier,fee\nG0439,,120.50\nG0439,26,40\n").unwrap();
        assert_eq!(table.fee("G0439", None), Some(Money::from_cents(12_050)));
        assert_eq!(
            table.fee("G0439", Some("26")),
            Some(Money::from_cents(4000))
        );
        assert_eq!(table.fee("G0438", None), None);
        for (text, said) in [
            ("code,modifier,fee\nG0439,,free\n", "line 2"),
            ("code,modifier,fee\nG0439,,-1\n", "below nothing"),
            ("code,modifier,fee\n,,1\n", "`code` is empty"),
            ("code,modifier,fee\nG0439,,1\nG0439,,2\n", "line 3"),
            ("", "line 1 must name the columns"),
        ] {
            let error = of(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
