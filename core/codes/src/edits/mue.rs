//! Medically unlikely edits: the most units of a code.

use std::collections::BTreeMap;
use std::io::Read;

use chrono::NaiveDate;

use crate::import::{Import, ImportError, RowFaultKind, Tally};
use crate::procedure::Procedure;
use crate::rows::Rows;
use crate::{Changes, Validity};

/// How units are counted against the limit, and whether more can be paid (MAI).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MueAdjudication {
    /// 1: each line alone; more may stand on another line with a modifier.
    Line,
    /// 2: all lines of the day together; absolute, by policy.
    DayByPolicy,
    /// 3: all lines of the day together; more may be paid on appeal with records.
    DayClinical,
}

/// The limit of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mue {
    /// Most units.
    pub units: u32,
    /// How they are counted.
    pub adjudication: MueAdjudication,
    /// Why, in CMS's words.
    pub rationale: String,
    /// Its days, where the file gives some; else those of its quarter.
    pub validity: Validity,
}

/// The limits of one quarter, for one kind of biller. A code has several where
/// the file tells of former days too, as Medicaid's does.
#[derive(Debug, Clone, Default)]
pub struct MueTable(pub(crate) BTreeMap<Procedure, Vec<Mue>>);

impl MueTable {
    /// The limit of a code on a day; `None` where none is published, which does
    /// not say that there is none.
    #[must_use]
    pub fn get(&self, code: &str, day: NaiveDate) -> Option<&Mue> {
        let limits = self.0.get(&Procedure::read(code.as_bytes())?)?;
        limits.iter().find(|mue| mue.validity.holds_on(day))
    }

    /// What changed since an older quarter; a limit is shown as `J9999`, with its
    /// first day where it has one.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Changes {
        Changes::between(old.keyed(), self.keyed(), |(code, from)| match from {
            Some(from) => format!("{} {from}", code.code()),
            None => code.code(),
        })
    }

    fn keyed(&self) -> impl Iterator<Item = ((Procedure, Option<NaiveDate>), &Mue)> {
        let all = self.0.iter();
        all.flat_map(|(code, limits)| limits.iter().map(|mue| ((*code, mue.validity.starts), mue)))
    }

    /// Every limit by code.
    pub fn iter(&self) -> impl Iterator<Item = (String, &Mue)> {
        self.keyed().map(|((code, _), mue)| (code.code(), mue))
    }

    /// Adds a limit.
    pub(crate) fn add(&mut self, code: Procedure, mue: Mue) -> Result<(), RowFaultKind> {
        let limits = self.0.entry(code).or_default();
        let key = |one: &Mue| one.validity.starts;
        match limits.binary_search_by_key(&key(&mue), key) {
            Ok(_) => Err(RowFaultKind::Repeated),
            Err(at) => {
                limits.insert(at, mue);
                Ok(())
            }
        }
    }
}

/// Reads `MCR_MUE_*_Eff_MM-DD-YYYY.csv` (practitioner, outpatient hospital or
/// DME supplier): notices, a row of column names, then code, value, MAI such as
/// `2 Date of Service Edit: Policy`, rationale.
///
/// # Errors
/// The file cannot be read, names no such columns, or no row goes in.
pub fn read_mue(file: impl Read) -> Result<Import<MueTable>, ImportError> {
    let mut rows = Rows::new(file);
    let expected = "code, MUE values, MUE adjudication indicator";
    let ((code, value, mai, why), skipped) = rows.find_header(expected, |names| {
        let find = |part: &str| names.iter().position(|name| name.contains(part));
        Some((
            find("CPTCODE")?,
            find("MUEVALUE")?,
            find("ADJUDICATIONINDICATOR")?,
            find("RATIONALE"),
        ))
    })?;
    let mut tally = Tally {
        skipped,
        ..Tally::default()
    };
    let mut table = MueTable::default();
    while let Some(row) = rows.next()? {
        if row.is_blank() {
            tally.skipped += 1;
            continue;
        }
        let read = || -> Result<(Procedure, Mue), RowFaultKind> {
            let procedure = Procedure::read_column(row.cell(code), "code")?;
            let units = row
                .cell_text(value)
                .parse()
                .map_err(|_| RowFaultKind::Column {
                    column: "MUE value",
                    expected: "a whole number",
                })?;
            let adjudication = match row.cell(mai).first() {
                Some(b'1') => MueAdjudication::Line,
                Some(b'2') => MueAdjudication::DayByPolicy,
                Some(b'3') => MueAdjudication::DayClinical,
                _ => {
                    return Err(RowFaultKind::Column {
                        column: "MUE adjudication indicator",
                        expected: "1, 2 or 3 and its meaning",
                    });
                }
            };
            let rationale = why.map_or_else(String::new, |at| row.cell_text(at));
            Ok((
                procedure,
                Mue {
                    units,
                    adjudication,
                    rationale,
                    validity: Validity::default(),
                },
            ))
        };
        match read().and_then(|(procedure, mue)| table.add(procedure, mue)) {
            Ok(()) => tally.taken += 1,
            Err(why) => tally.refuse(row.line, why),
        }
    }
    tally.finish(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICE: &str = "\"An invented notice, in quotes,\r\nover two lines\",,,\r\n";
    const HEADER: &str = "\"HCPCS/\r\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n";
    const ROWS: &str = "J9999,12,3 Date of Service Edit: Clinical,\"Invented, by test\"\r\n\
        A0021,250,1 Line Edit,Nature of \x65quipment\r\n\
        D0120,1,2 Date of Service Edit: Policy,x\r\n\
        J9998,many,1 Line Edit,x\r\n\
        J9997,1,9 Other,x\r\n\
        J9999,13,1 Line Edit,again\r\n\
        J9996,0,2 Date of Service Edit: Policy,Invented\r\n";

    fn day() -> NaiveDate {
        "2026-02-02".parse().unwrap()
    }

    #[test]
    fn limits_are_read_below_notices_and_without_them() {
        for file in [format!("{NOTICE}{HEADER}{ROWS}"), format!("{HEADER}{ROWS}")] {
            let import = read_mue(file.as_bytes()).unwrap();
            assert_eq!((import.taken, import.refused), (3, 4));
            let mue = import.table.get("J9999", day()).unwrap();
            assert_eq!(
                (mue.units, mue.adjudication),
                (12, MueAdjudication::DayClinical)
            );
            assert_eq!(mue.rationale, "Invented, by test");
            assert_eq!(
                import.table.get("J9996", day()).unwrap().adjudication,
                MueAdjudication::DayByPolicy
            );
            assert!(import.table.get("D0120", day()).is_none());
        }
    }

    #[test]
    fn a_fault_names_the_line_of_the_file_though_cells_hold_line_breaks() {
        let import = read_mue(format!("{NOTICE}{HEADER}{ROWS}").as_bytes()).unwrap();
        let lines: Vec<_> = import.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [7, 8, 9, 10]);
    }

    #[test]
    fn windows_text_and_lines_that_end_in_a_bare_carriage_return_are_read() {
        let mut file = b"HCPCS/CPT Code,DME Supplier Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r".to_vec();
        file.extend_from_slice(b"E0100,2,1 Line Edit,CMS\x92s policy\r");
        let import = read_mue(&file[..]).unwrap();
        let mue = import.table.get("E0100", day()).unwrap();
        assert_eq!(mue.rationale, "CMS’s policy");
    }

    #[test]
    fn a_file_without_the_columns_is_refused() {
        assert!(matches!(
            read_mue(&b"a,b,c\n1,2,3\n"[..]),
            Err(ImportError::NoHeader { .. })
        ));
    }
}
