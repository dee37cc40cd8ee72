//! Add-on codes: services that are only paid beside another one.

use std::collections::BTreeMap;
use std::io::BufRead;

use chrono::NaiveDate;

use crate::import::{Import, ImportError, Line, Lines, RowFaultKind, Tally, text};
use crate::procedure::Procedure;
use crate::{Changes, Validity};

/// How firmly an add-on code is bound to its primary codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddOnType {
    /// 1: only beside one of the codes listed.
    Listed,
    /// 2: no code is listed; the contractor decides.
    Contractor,
    /// 3: some codes are listed, and the contractor may accept others.
    ListedAndContractor,
}

/// One add-on code with a primary code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bond {
    pub(crate) kind: AddOnType,
    /// `None` where the contractor names the codes (`CCCCC`).
    pub(crate) primary: Option<Procedure>,
    pub(crate) validity: Validity,
}

/// How firm a bond is, and its days.
type Terms = (AddOnType, Validity);

/// What must stand beside an add-on code on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddOn {
    /// How firmly.
    pub kind: AddOnType,
    /// The primary codes listed, in order.
    pub primaries: Vec<String>,
}

/// The add-on codes of one quarter.
#[derive(Debug, Clone, Default)]
pub struct AddOnTable(pub(crate) BTreeMap<Procedure, Vec<Bond>>);

impl AddOnTable {
    /// What must stand beside a code on a day; `None` where it is no add-on code then.
    #[must_use]
    pub fn get(&self, code: &str, day: NaiveDate) -> Option<AddOn> {
        let bonds = self.0.get(&Procedure::read(code.as_bytes())?)?;
        let valid = || bonds.iter().filter(|bond| bond.validity.holds_on(day));
        // The firmest kind would refuse what a looser one allows.
        let kind = valid().map(|bond| bond.kind).max()?;
        let mut primaries: Vec<_> = valid().filter_map(|bond| bond.primary).collect();
        primaries.sort();
        primaries.dedup();
        Some(AddOn {
            kind,
            primaries: primaries.into_iter().map(Procedure::code).collect(),
        })
    }

    /// What changed since an older quarter; a bond is shown as `G9991 G9001`, with
    /// `contractor` where the contractor names the codes.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Changes {
        Changes::between(
            old.keyed().into_iter(),
            self.keyed().into_iter(),
            |(code, primary)| {
                let primary = primary.map_or("contractor".to_owned(), Procedure::code);
                format!("{} {primary}", code.code())
            },
        )
    }

    /// Every bond by its two codes: how firm, and its days.
    fn keyed(&self) -> BTreeMap<(Procedure, Option<Procedure>), Vec<Terms>> {
        let mut keyed = BTreeMap::<_, Vec<Terms>>::new();
        for (code, bonds) in &self.0 {
            for bond in bonds {
                let days = keyed.entry((*code, bond.primary)).or_default();
                days.push((bond.kind, bond.validity));
            }
        }
        keyed
    }

    /// How many add-on codes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads `AOC_VyyyyQn-MCR.txt`: type, add-on code, its deletion date, primary
/// code (`CCCCC` for the contractor's), its deletion date, effective and
/// deletion date of the pair, notes; separated by tabs or commas; dates as
/// yyyyddd with the day of the year.
///
/// # Errors
/// The file cannot be read, or no row goes in.
pub fn read_add_ons(file: impl BufRead) -> Result<Import<AddOnTable>, ImportError> {
    let mut lines = Lines::new(file);
    let mut tally = Tally::default();
    let mut table = AddOnTable::default();
    while let Some(line) = lines.next()? {
        let (number, line) = match line {
            Line::Text(number, line) => (number, line),
            Line::TooLong(number) => {
                tally.refuse(number, RowFaultKind::TooLong);
                continue;
            }
        };
        let separator = if line.contains(&b'\t') { b'\t' } else { b',' };
        let mut cells = [&b""[..]; 7];
        for (cell, found) in cells.iter_mut().zip(line.split(|byte| *byte == separator)) {
            *cell = found.trim_ascii().trim_ascii_start();
            *cell = cell
                .strip_prefix(b"\"")
                .and_then(|cell| cell.strip_suffix(b"\""))
                .unwrap_or(cell);
        }
        // Notices and column names come first, and none begins with a type.
        if table.is_empty() && !matches!(cells[0], b"1" | b"2" | b"3")
            || line.trim_ascii().is_empty()
        {
            tally.skipped += 1;
            continue;
        }
        match read_row(cells) {
            Ok((code, bond)) => {
                let bonds = table.0.entry(code).or_default();
                if bonds.contains(&bond) {
                    tally.refuse(number, RowFaultKind::Repeated);
                } else {
                    bonds.push(bond);
                    tally.taken += 1;
                }
            }
            Err(why) => tally.refuse(number, why),
        }
    }
    tally.finish(table)
}

fn read_row(cells: [&[u8]; 7]) -> Result<(Procedure, Bond), RowFaultKind> {
    let [kind, code, code_ends, primary, primary_ends, starts, ends] = cells;
    let kind = match kind {
        b"1" => AddOnType::Listed,
        b"2" => AddOnType::Contractor,
        b"3" => AddOnType::ListedAndContractor,
        _ => {
            return Err(RowFaultKind::Column {
                column: "type",
                expected: "1, 2 or 3",
            });
        }
    };
    let code = Procedure::read_column(code, "add-on code")?;
    let primary = match primary {
        b"CCCCC" => None,
        primary => Some(Procedure::read_column(primary, "primary code")?),
    };
    let ends = [
        julian(code_ends, "add-on code's deletion date")?,
        julian(primary_ends, "primary code's deletion date")?,
        julian(ends, "deletion date")?,
    ];
    let validity = Validity {
        starts: julian(starts, "effective date")?,
        // A deletion date is the last day; the first of the three counts.
        stops: ends
            .into_iter()
            .flatten()
            .min()
            .and_then(|last| last.succ_opt()),
    };
    Ok((
        code,
        Bond {
            kind,
            primary,
            validity,
        },
    ))
}

pub(super) fn julian(cell: &[u8], column: &'static str) -> Result<Option<NaiveDate>, RowFaultKind> {
    if cell.is_empty() {
        return Ok(None);
    }
    let digits = text(cell);
    let date = digits
        .is_ascii()
        .then(|| digits.split_at_checked(4))
        .flatten()
        .and_then(|(year, day)| {
            let all_digits = day.len() == 3 && cell.iter().all(u8::is_ascii_digit);
            all_digits
                .then(|| NaiveDate::from_yo_opt(year.parse().ok()?, day.parse().ok()?))
                .flatten()
        });
    date.map(Some).ok_or(RowFaultKind::Column {
        column,
        expected: "a date as yyyyddd",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "An invented notice about copyrights\r\n\
        AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\tAOC_Edit_DelDT\tSpecial_Instruction_Notes\r\n\
        1\tG9991\t\tG9001\t\t2013091\t\t\r\n\
        1\tG9991\t\tG9002\t2026090\t2013091\t\t\r\n\
        2\tG9992\t\tCCCCC\t\t2013091\t\tContractor Defined Primary Codes\r\n\
        3\tG9993\t\tG9003\t\t2026091\t\t\r\n\
        1\tD9999\t\tG9003\t\t2026091\t\t\r\n\
        1\tG9994\t\tG9003\t\t2026367\t\t\r\n\
        9\tG9995\t\tG9003\t\t2026001\t\t\r\n\
        1\tG9991\t\tG9001\t\t2013091\t\t\r\n";

    #[test]
    fn an_add_on_code_names_what_it_needs_on_the_day() {
        let import = read_add_ons(FILE.as_bytes()).unwrap();
        assert_eq!((import.taken, import.skipped, import.refused), (4, 2, 4));
        assert_eq!(
            import
                .faults
                .iter()
                .map(|fault| fault.line)
                .collect::<Vec<_>>(),
            [7, 8, 9, 10]
        );
        let on = |code, day: &str| import.table.get(code, day.parse().unwrap());
        assert_eq!(
            on("G9991", "2026-03-31").unwrap().primaries,
            ["G9001", "G9002"]
        );
        assert_eq!(on("G9991", "2026-04-01").unwrap().primaries, ["G9001"]);
        assert_eq!(
            on("G9992", "2026-04-01").unwrap().kind,
            AddOnType::Contractor
        );
        assert_eq!(on("G9993", "2026-03-31"), None);
        assert!(on("G9993", "2026-04-01").is_some());
        assert_eq!(on("G9001", "2026-04-01"), None);
    }

    #[test]
    fn commas_and_quotes_do_as_well_and_notices_may_be_missing() {
        let file = "1,\"G9991\",,G9001,,2013091,\n";
        assert_eq!(read_add_ons(file.as_bytes()).unwrap().table.len(), 1);
    }
}
