//! Geographic practice cost indices: what a place makes of the national values.

use std::collections::BTreeMap;
use std::io::Read;

use rust_decimal::Decimal;

use crate::Changes;
use crate::import::{Import, ImportError, RowFaultKind, Tally};
use crate::rows::Rows;

/// The indices of one locality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpci {
    /// State, two letters; none in files before 2021.
    pub state: Option<String>,
    /// Name of the locality.
    pub name: String,
    /// Physician's work, with the floor of 1.0 where the file gives it both ways.
    pub work: Decimal,
    /// Practice expense.
    pub practice_expense: Decimal,
    /// Malpractice.
    pub malpractice: Decimal,
}

/// The localities of one year.
#[derive(Debug, Clone, Default)]
pub struct GpciTable(pub(crate) BTreeMap<(String, String), Gpci>);

impl GpciTable {
    /// The indices of a contractor's locality, such as `10112` and `00`.
    #[must_use]
    pub fn get(&self, contractor: &str, locality: &str) -> Option<&Gpci> {
        self.0.get(&(pad(contractor, 5), pad(locality, 2)))
    }

    /// What changed since an older year; a locality is shown as `10112 00`.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Changes {
        Changes::between(old.0.iter(), self.0.iter(), |(contractor, locality)| {
            format!("{contractor} {locality}")
        })
    }

    /// Every locality: contractor, number, indices.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str, &Gpci)> {
        self.0
            .iter()
            .map(|((contractor, locality), gpci)| (contractor.as_str(), locality.as_str(), gpci))
    }
}

/// Zeros that a spreadsheet took away come back.
fn pad(number: &str, width: usize) -> String {
    format!("{number:0>width$}")
}

/// Reads `GPCIyyyy.csv`: titles, a row of column names, then one row a
/// locality, then footnotes. The columns are found by their names, since the
/// state came in 2021 and the floor is given in one column or in two.
///
/// # Errors
/// The file cannot be read, names no such columns, or no row goes in.
pub fn read_gpci(file: impl Read) -> Result<Import<GpciTable>, ImportError> {
    let mut rows = Rows::new(file);
    let expected = "contractor, locality number, PW, PE and MP GPCI";
    let (columns, skipped) = rows.find_header(expected, |names| {
        let find = |parts: &[&str]| {
            names
                .iter()
                .position(|name| parts.iter().any(|part| name.contains(part)))
        };
        let floored = names.iter().position(|name| {
            name.contains("PWGPCI") && name.contains("FLOOR") && !name.contains("WITHOUT")
        });
        Some(Columns {
            contractor: find(&["CONTRACTOR", "MAC", "CARRIER"])?,
            state: names.iter().position(|name| name == "STATE"),
            locality: find(&["LOCALITYNUMBER"])?,
            name: find(&["LOCALITYNAME"])?,
            work: floored.or_else(|| find(&["PWGPCI", "WORKGPCI"]))?,
            expense: find(&["PEGPCI"])?,
            malpractice: find(&["MPGPCI"])?,
        })
    })?;
    let mut tally = Tally {
        skipped,
        ..Tally::default()
    };
    let mut table = GpciTable::default();
    while let Some(row) = rows.next()? {
        // Footnotes stand below, in the first column only.
        if row.cell(columns.locality).is_empty() && row.cell(columns.work).is_empty() {
            tally.skipped += 1;
            continue;
        }
        let number = |at: usize, column: &'static str, width: usize| {
            let text = row.cell_text(at);
            let sound =
                !text.is_empty() && text.len() <= width && text.bytes().all(|b| b.is_ascii_digit());
            let expected = "a number";
            if sound {
                Ok(pad(&text, width))
            } else {
                Err(RowFaultKind::Column { column, expected })
            }
        };
        let index = |at: usize, column: &'static str| {
            let value = row
                .cell_text(at)
                .parse::<Decimal>()
                .ok()
                .filter(|value| !value.is_sign_negative());
            value.ok_or(RowFaultKind::Column {
                column,
                expected: "an index such as 1.024",
            })
        };
        let read = || -> Result<((String, String), Gpci), RowFaultKind> {
            let key = (
                number(columns.contractor, "contractor", 5)?,
                number(columns.locality, "locality number", 2)?,
            );
            let state = columns
                .state
                .map(|at| row.cell_text(at))
                .filter(|state| !state.is_empty());
            let name = row
                .cell_text(columns.name)
                .trim_end_matches('*')
                .trim_end()
                .to_owned();
            let work = index(columns.work, "PW GPCI")?;
            let practice_expense = index(columns.expense, "PE GPCI")?;
            let malpractice = index(columns.malpractice, "MP GPCI")?;
            Ok((
                key,
                Gpci {
                    state,
                    name,
                    work,
                    practice_expense,
                    malpractice,
                },
            ))
        };
        match read() {
            Ok((key, _)) if table.0.contains_key(&key) => {
                tally.refuse(row.line, RowFaultKind::Repeated)
            }
            Ok((key, gpci)) => {
                table.0.insert(key, gpci);
                tally.taken += 1;
            }
            Err(why) => tally.refuse(row.line, why),
        }
    }
    tally.finish(table)
}

/// Where each column stands.
struct Columns {
    contractor: usize,
    state: Option<usize>,
    locality: usize,
    name: usize,
    work: usize,
    expense: usize,
    malpractice: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localities_are_read_and_footnotes_left() {
        let file = "ADDENDUM E. INVENTED INDICES,,,,,,\r\n,,,,,,\r\n\
            Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2026 PW GPCI (with 1.0 Floor)***,2026 PE GPCI,2026 MP GPCI\r\n\
            9992,XA,0,INVENTIA*,1,0.875,0.566\r\n\
            09993,XB,01,\"NORTH, AND SOUTH\",1.017,1.093,0.662\r\n\
            09993,XB,02,BROKEN,one,1.093,0.662\r\n\
            09993,XB,01,AGAIN,1.017,1.093,0.662\r\n\
            ,,,,,,\r\n* An invented footnote.,,,,,,\r\n";
        let import = read_gpci(file.as_bytes()).unwrap();
        assert_eq!((import.taken, import.skipped, import.refused), (2, 5, 2));
        assert_eq!(
            import
                .faults
                .iter()
                .map(|fault| fault.line)
                .collect::<Vec<_>>(),
            [6, 7]
        );
        let gpci = import.table.get("09992", "00").unwrap();
        assert_eq!(
            (
                gpci.name.as_str(),
                gpci.practice_expense.to_string().as_str()
            ),
            ("INVENTIA", "0.875")
        );
        assert_eq!(
            import.table.get("9993", "1").unwrap().name,
            "NORTH, AND SOUTH"
        );
    }

    #[test]
    fn the_floor_counts_where_both_are_given_and_an_old_file_has_no_state() {
        let both = "MAC,State,Locality Number,Locality Name,PW GPCI (without 1.0 Floor),PW GPCI (with 1.0 Floor),PE GPCI,MP GPCI\n\
            10112,AL,00,INVENTIA,0.981,1.000,0.875,0.566\n";
        assert_eq!(
            read_gpci(both.as_bytes())
                .unwrap()
                .table
                .get("10112", "00")
                .unwrap()
                .work
                .to_string(),
            "1.000"
        );
        let old = "Medicare Administrative Contractor (MAC),Locality Number,Locality Name,2019 PW GPCI,2019 PE GPCI,2019 MP GPCI\n\
            10112,00,INVENTIA,0.981,0.875,0.566\n";
        let table = read_gpci(old.as_bytes()).unwrap().table;
        let gpci = table.get("10112", "00").unwrap();
        assert_eq!(
            (gpci.state.as_deref(), gpci.work.to_string().as_str()),
            (None, "0.981")
        );
    }
}
