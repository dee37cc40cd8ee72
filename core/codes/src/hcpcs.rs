//! HCPCS Level II: codes and modifiers, from CMS's quarterly file.

use std::collections::BTreeMap;
use std::io::BufRead;

use crate::import::{
    Import, ImportError, Line, Lines, RowFaultKind, Tally, columns, compact_date, text,
};
use crate::procedure::Procedure;
use crate::{Changes, Validity};

/// The codes and modifiers of one HCPCS Level II release.
#[derive(Debug, Clone, Default)]
pub struct HcpcsTable {
    pub(crate) codes: BTreeMap<Procedure, HcpcsEntry>,
    pub(crate) modifiers: BTreeMap<[u8; 2], HcpcsEntry>,
}

/// What the release says of a code or modifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HcpcsEntry {
    /// The whole description.
    pub long: String,
    /// The short description.
    pub short: String,
    /// When it was added, and the day after its termination date.
    pub validity: Validity,
}

impl HcpcsTable {
    /// A code.
    #[must_use]
    pub fn code(&self, code: &str) -> Option<&HcpcsEntry> {
        self.codes.get(&Procedure::read(code.as_bytes())?)
    }

    /// A modifier.
    #[must_use]
    pub fn modifier(&self, modifier: &str) -> Option<&HcpcsEntry> {
        self.modifiers
            .get(&<[u8; 2]>::try_from(modifier.as_bytes()).ok()?)
    }

    /// Every code in order.
    pub fn codes(&self) -> impl ExactSizeIterator<Item = (String, &HcpcsEntry)> {
        self.codes.iter().map(|(code, entry)| (code.code(), entry))
    }

    /// What changed since an older release, codes first, then modifiers.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Changes {
        let mut changes = Changes::between(old.codes(), self.codes(), String::clone);
        let modifiers = Changes::between(old.modifiers(), self.modifiers(), String::clone);
        changes.added.extend(modifiers.added);
        changes.removed.extend(modifiers.removed);
        changes.changed.extend(modifiers.changed);
        changes
    }

    /// Every modifier in order.
    pub fn modifiers(&self) -> impl ExactSizeIterator<Item = (String, &HcpcsEntry)> {
        self.modifiers
            .iter()
            .map(|(modifier, entry)| (text(modifier), entry))
    }
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Code(Procedure),
    Modifier([u8; 2]),
}

/// Reads the fixed-width file `HCPC20YY_*_ANWEB_*.txt`: columns 1-5 code (a
/// modifier's two characters stand in 4-5), 6-10 sequence, 11 what the record is (3 and 7
/// begin a code and a modifier, 4 and 8 go on with its description), 12-91
/// description, 92-119 short description, 269-276 added, 285-292 terminated.
///
/// Dental codes and codes of digits are refused: neither is CMS's to give away.
///
/// # Errors
/// The file cannot be read, or no record of it goes in.
pub fn read_hcpcs(file: impl BufRead) -> Result<Import<HcpcsTable>, ImportError> {
    let mut lines = Lines::new(file);
    let mut tally = Tally::default();
    let mut table = HcpcsTable::default();
    // What the continuations that come belong to: an entry, or a refusal.
    let mut open: Option<Result<Subject, RowFaultKind>> = None;
    while let Some(line) = lines.next()? {
        let (number, line) = match line {
            Line::Text(number, line) => (number, line),
            Line::TooLong(number) => {
                tally.refuse(number, RowFaultKind::TooLong);
                continue;
            }
        };
        if line.trim_ascii().is_empty() {
            tally.skipped += 1;
            continue;
        }
        let taken = match line.get(10) {
            Some(b'3' | b'7') => {
                let subject = subject(line);
                let taken = subject.and_then(|subject| begin(&mut table, subject, line));
                open = Some(taken.and(subject));
                taken
            }
            Some(b'4' | b'8') => match open {
                None => Err(RowFaultKind::Orphan),
                Some(Err(why)) => Err(why),
                Some(Ok(begun)) => subject(line).and_then(|subject| {
                    if subject != begun {
                        return Err(RowFaultKind::Orphan);
                    }
                    go_on(&mut table, subject, line);
                    Ok(())
                }),
            },
            Some(_) => Err(RowFaultKind::Column {
                column: "record id (11)",
                expected: "3, 4, 7 or 8",
            }),
            None => Err(RowFaultKind::Short("record id (11)")),
        };
        match taken {
            Ok(()) => tally.taken += 1,
            Err(why) => tally.refuse(number, why),
        }
    }
    tally.finish(table)
}

fn subject(line: &[u8]) -> Result<Subject, RowFaultKind> {
    // Another file's row may have a fitting digit in column 11 by chance.
    if !line[5..10].iter().all(u8::is_ascii_digit) {
        return Err(RowFaultKind::Column {
            column: "sequence (6-10)",
            expected: "five digits",
        });
    }
    if matches!(line[10], b'7' | b'8') {
        let modifier = columns(line, 1, 5);
        let sound = modifier
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        return <[u8; 2]>::try_from(modifier)
            .ok()
            .filter(|_| sound)
            .map(Subject::Modifier)
            .ok_or(RowFaultKind::Column {
                column: "modifier (4-5)",
                expected: "two letters or digits",
            });
    }
    let code = columns(line, 1, 5);
    if code.first().is_some_and(u8::is_ascii_digit) {
        return Err(RowFaultKind::Cpt);
    }
    let read = Procedure::read_column(code, "code (1-5)")?;
    if !code[1..].iter().all(u8::is_ascii_digit) {
        return Err(RowFaultKind::Column {
            column: "code (1-5)",
            expected: "a letter and four digits",
        });
    }
    Ok(Subject::Code(read))
}

fn begin(table: &mut HcpcsTable, subject: Subject, line: &[u8]) -> Result<(), RowFaultKind> {
    let long = text(columns(line, 12, 91));
    if long.is_empty() {
        return Err(RowFaultKind::Short("description (12-91)"));
    }
    let date = |first: usize, column: &'static str| match columns(line, first, first + 7) {
        b"" => Ok(None),
        digits => compact_date(digits).map(Some).ok_or(RowFaultKind::Column {
            column,
            expected: "a date as yyyymmdd",
        }),
    };
    let terminated = date(285, "termination date (285-292)")?;
    let entry = HcpcsEntry {
        long,
        short: text(columns(line, 92, 119)),
        validity: Validity {
            starts: date(269, "added date (269-276)")?,
            // The termination date is the last day of use.
            stops: terminated.and_then(|last| last.succ_opt()),
        },
    };
    let replaced = match subject {
        Subject::Code(code) if table.codes.contains_key(&code) => true,
        Subject::Modifier(modifier) if table.modifiers.contains_key(&modifier) => true,
        Subject::Code(code) => table.codes.insert(code, entry).is_some(),
        Subject::Modifier(modifier) => table.modifiers.insert(modifier, entry).is_some(),
    };
    if replaced {
        Err(RowFaultKind::Repeated)
    } else {
        Ok(())
    }
}

fn go_on(table: &mut HcpcsTable, subject: Subject, line: &[u8]) {
    let entry = match subject {
        Subject::Code(code) => table.codes.get_mut(&code),
        Subject::Modifier(modifier) => table.modifiers.get_mut(&modifier),
    };
    let more = text(columns(line, 12, 91));
    if let Some(entry) = entry.filter(|_| !more.is_empty()) {
        entry.long.push(' ');
        entry.long.push_str(&more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(
        code: &str,
        sequence: u32,
        kind: char,
        long: &str,
        short: &str,
        added: &str,
        ended: &str,
    ) -> String {
        let head = format!("{code:>5}{sequence:05}{kind}{long:<80}{short:<28}");
        format!("{head:<268}{added:<16}{ended:<8}{:<28}", "")
    }

    fn sample() -> String {
        [
            record(
                "A0021",
                100,
                '3',
                "Invented ambulance service, outside the state, per mile,",
                "Ambulance inv",
                "19850101",
                "",
            ),
            record("A0021", 200, '4', "  as invented for this test", "", "", ""),
            record(
                "D0120",
                100,
                '3',
                "periodic invention",
                "dental",
                "19850101",
                "",
            ),
            record("D0120", 200, '4', "goes on", "", "", ""),
            record("99213", 100, '3', "invented visit", "visit", "19850101", ""),
            record(
                "J9999",
                100,
                '3',
                "Invented drug",
                "Inv drug",
                "20240101",
                "20260331",
            ),
            record("RT", 100, '7', "Right side, invented", "Right", "", ""),
            record("RT", 200, '8', "and told further", "", "", ""),
            record("J9998", 200, '4', "of nothing", "", "", ""),
            record("J9997", 100, '3', "Invented", "Inv", "20261301", ""),
            record("J9999", 100, '3', "again", "again", "", ""),
        ]
        .join("\r\n")
    }

    #[test]
    fn a_quarters_file_is_read_and_what_is_not_cmss_is_refused() {
        let import = read_hcpcs(sample().as_bytes()).unwrap();
        let whys: Vec<_> = import
            .faults
            .iter()
            .map(|fault| (fault.line, fault.why))
            .collect();
        let date = RowFaultKind::Column {
            column: "added date (269-276)",
            expected: "a date as yyyymmdd",
        };
        assert_eq!(
            whys,
            [
                (3, RowFaultKind::Dental),
                (4, RowFaultKind::Dental),
                (5, RowFaultKind::Cpt),
                (9, RowFaultKind::Orphan),
                (10, date),
                (11, RowFaultKind::Repeated),
            ]
        );
        assert_eq!((import.taken, import.refused), (5, 6));
        let table = import.table;
        assert_eq!(
            table.code("A0021").unwrap().long,
            "Invented ambulance service, outside the state, per mile, as invented for this test"
        );
        assert_eq!(
            table.modifier("RT").unwrap().long,
            "Right side, invented and told further"
        );
        assert_eq!(
            table.codes().map(|(code, _)| code).collect::<Vec<_>>(),
            ["A0021", "J9999"]
        );
        assert!(table.code("D0120").is_none() && table.code("99213").is_none());
    }

    #[test]
    fn a_terminated_code_may_be_used_on_its_last_day() {
        let table = read_hcpcs(sample().as_bytes()).unwrap().table;
        let validity = table.code("J9999").unwrap().validity;
        assert!(validity.holds_on("2026-03-31".parse().unwrap()));
        assert!(!validity.holds_on("2026-04-01".parse().unwrap()));
        assert!(!validity.holds_on("2023-12-31".parse().unwrap()));
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let error = read_hcpcs(&b"HCPCS,MOD,DESCRIPTION\nJ0897,,x\n"[..]).unwrap_err();
        assert!(matches!(error, ImportError::NothingTaken { .. }));
    }
}
