//! Medicaid's medically unlikely edits, which come in columns of fixed width.

use std::io::BufRead;

use super::addon::julian;
use super::mue::{Mue, MueAdjudication, MueTable};
use crate::Validity;
use crate::import::{Import, ImportError, Line, Lines, RowFaultKind, Tally, columns};
use crate::procedure::Procedure;

/// Reads `MCD-MUE-*-vYYYYqN-*.txt` in its fixed-width form: columns 1-5 code,
/// 6-10 most units with leading zeros, 11-22 which letter explains it, 23-29
/// effective and 30-36 deletion date as yyyyddd (blank where it is in force),
/// 37 publication indicator (Medicaid NCCI Edit Design Manual). Medicaid counts
/// each line alone, so that every limit is of a line.
///
/// # Errors
/// The file cannot be read, or no row goes in.
pub fn read_medicaid_mue(file: impl BufRead) -> Result<Import<MueTable>, ImportError> {
    let mut lines = Lines::new(file);
    let mut tally = Tally::default();
    let mut table = MueTable::default();
    while let Some(line) = lines.next()? {
        let (number, line) = match line {
            Line::Text(number, line) => (number, line),
            Line::TooLong(number) => {
                tally.refuse(number, RowFaultKind::TooLong);
                continue;
            }
        };
        let is_row = || Procedure::read(columns(line, 1, 5)).is_some();
        // Notices may come first; behind the first row everything is one.
        if line.trim_ascii().is_empty() || table.0.is_empty() && !is_row() {
            tally.skipped += 1;
            continue;
        }
        match read_row(line).and_then(|(code, mue)| table.add(code, mue)) {
            Ok(()) => tally.taken += 1,
            Err(why) => tally.refuse(number, why),
        }
    }
    tally.finish(table)
}

fn read_row(line: &[u8]) -> Result<(Procedure, Mue), RowFaultKind> {
    let code = Procedure::read_column(columns(line, 1, 5), "code (1-5)")?;
    let digits = columns(line, 6, 10);
    let sound = digits.len() == 5 && digits.iter().all(u8::is_ascii_digit);
    let units = std::str::from_utf8(digits)
        .ok()
        .filter(|_| sound)
        .and_then(|digits| digits.parse().ok())
        .ok_or(RowFaultKind::Column {
            column: "MUE value (6-10)",
            expected: "five digits, such as 00012",
        })?;
    let starts = julian(columns(line, 23, 29), "effective date (23-29)")?;
    let last = julian(columns(line, 30, 36), "deletion date (30-36)")?;
    if starts.is_none() {
        return Err(RowFaultKind::Short("effective date (23-29)"));
    }
    let mue = Mue {
        units,
        adjudication: MueAdjudication::Line,
        rationale: String::new(),
        validity: Validity {
            starts,
            // The deletion date is the last day.
            stops: last.and_then(|last| last.succ_opt()),
        },
    };
    Ok((code, mue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, units: &str, starts: &str, ends: &str) -> String {
        format!("{code:<5}{units:<5}{:<12}{starts:<7}{ends:<7}1", "06.A4500")
    }

    fn file() -> String {
        [
            row("J9999", "00012", "2020001", "2026090"),
            row("J9999", "00010", "2026091", ""),
            row("E0100", "00002", "2011001", ""),
            row("D0120", "00001", "2011001", ""),
            row("J9998", "   12", "2011001", ""),
            row("J9997", "00001", "2026367", ""),
            row("J9996", "00001", "", ""),
            row("E0100", "00003", "2011001", ""),
            "J9995".to_owned(),
        ]
        .join("\r\n")
    }

    #[test]
    fn a_limit_holds_on_its_days() {
        let import = read_medicaid_mue(file().as_bytes()).unwrap();
        assert_eq!((import.taken, import.skipped, import.refused), (3, 0, 6));
        let lines: Vec<_> = import.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [4, 5, 6, 7, 8, 9]);
        let on = |code, day: &str| {
            let mue = import.table.get(code, day.parse().unwrap());
            mue.map(|mue| mue.units)
        };
        assert_eq!(on("J9999", "2026-03-31"), Some(12));
        assert_eq!(on("J9999", "2026-04-01"), Some(10));
        assert_eq!(on("J9999", "2019-12-31"), None);
        assert_eq!(on("E0100", "2031-01-01"), Some(2));
        assert_eq!(on("D0120", "2026-03-31"), None);
    }

    #[test]
    fn notices_may_stand_above_and_another_file_is_refused() {
        let noticed = format!(
            "\u{feff}An invented notice\n\n{}\n",
            row("E0100", "00002", "2011001", "")
        );
        let import = read_medicaid_mue(noticed.as_bytes()).unwrap();
        assert_eq!((import.taken, import.skipped), (1, 2));
        for other in [
            "",
            "HCPCS,MUE\nE0100,2\n",
            "E0100\tG9002\t\t20260101\t*\t1\tInvented\n",
        ] {
            assert!(read_medicaid_mue(other.as_bytes()).is_err(), "{other}");
        }
    }
}
