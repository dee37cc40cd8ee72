//! Reads CMS's files of procedure-to-procedure edits.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::filter;
use super::ptp::{EMPTY, MAGIC, ModifierIndicator, PtpTable};
use super::ptp_row::{BEFORE_1996, MAX_TERMS, NO_DAY, Pair, Terms, day_number};
use crate::import::{
    Import, ImportError, Line, Lines, RowFault, RowFaultKind, Tally, compact_date, text,
};
use crate::procedure::Procedure;

/// Rationales that a table tells apart; CMS uses some twenty.
const MAX_RATIONALES: usize = 255;

/// One row on its way into the table. The order of the fields is the table's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    pair: Pair,
    terms: Terms,
}

/// Collects the files of a quarter: CMS splits one table into four.
///
/// ```
/// use scrubjay_codes::PtpReader;
/// let mut reader = PtpReader::default();
/// reader.read(&b"G9001\tG9002\t\t20260101\t*\t1\tInvented\r\n"[..])?;
/// reader.read(&b"G9003\tG9001\t*\t19960101\t20251231\t0\tInvented\r\n"[..])?;
/// let edits = reader.finish()?.table;
/// let day = "2026-03-02".parse().unwrap();
/// assert_eq!(edits.between("G9002", "G9001", day).unwrap().column_2(), "G9002");
/// assert!(edits.between("G9001", "G9003", day).is_none());
/// # Ok::<(), scrubjay_codes::ImportError>(())
/// ```
#[derive(Debug, Default)]
pub struct PtpReader {
    rows: Vec<Row>,
    rationales: Vec<String>,
    tally: Tally,
}

/// How many rows of each sort were met so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) taken: usize,
    pub(crate) skipped: usize,
    pub(crate) refused: usize,
    /// Those refused that are listed.
    pub(crate) faults: usize,
}

impl PtpReader {
    /// Reads one file (`ccipra-vNNNrN-fN.txt`, `ccioph-...`): notices, column
    /// names, then tab-separated column 1, column 2, `*` where it stood before
    /// 1996, effective date, deletion date or `*`, modifier indicator, rationale.
    /// Lines of faults count within their file.
    ///
    /// # Errors
    /// The file cannot be read on. What was read before stays.
    pub fn read(&mut self, file: impl BufRead) -> Result<(), ImportError> {
        let mut lines = Lines::new(file);
        let mut in_data = false;
        while let Some(line) = lines.next()? {
            let (number, line) = match line {
                Line::Text(number, line) => (number, line),
                Line::TooLong(number) => {
                    self.tally.refuse(number, RowFaultKind::TooLong);
                    continue;
                }
            };
            let mut cells = [&b""[..]; 7];
            for (cell, found) in cells.iter_mut().zip(line.split(|byte| *byte == b'\t')) {
                *cell = found.trim_ascii();
            }
            in_data |= Procedure::read(cells[0]).is_some() && !cells[1].is_empty();
            if !in_data || line.trim_ascii().is_empty() {
                self.tally.skipped += 1;
                continue;
            }
            match self.row(cells) {
                Ok(row) => {
                    self.rows.push(row);
                    self.tally.taken += 1;
                }
                Err(why) => self.tally.refuse(number, why),
            }
        }
        Ok(())
    }

    fn row(&mut self, cells: [&[u8]; 7]) -> Result<Row, RowFaultKind> {
        let [
            column_1,
            column_2,
            before,
            effective,
            deleted,
            modifier,
            rationale,
        ] = cells;
        let date = |cell, column| {
            compact_date(cell)
                .and_then(day_number)
                .ok_or(RowFaultKind::Column {
                    column,
                    expected: "a date as yyyymmdd",
                })
        };
        let modifier = match modifier {
            b"0" => ModifierIndicator::NotAllowed,
            b"1" => ModifierIndicator::Allowed,
            b"9" => ModifierIndicator::NotApplicable,
            b"" => return Err(RowFaultKind::Short("modifier indicator")),
            _ => {
                return Err(RowFaultKind::Column {
                    column: "modifier indicator",
                    expected: "0, 1 or 9",
                });
            }
        };
        Procedure::read_column(column_1, "column 1")?;
        Procedure::read_column(column_2, "column 2")?;
        let pair = Pair::read(column_1, column_2).ok_or(RowFaultKind::Column {
            column: "column 1 or 2",
            expected: "a procedure code with three digits in the middle",
        })?;
        let terms = Terms {
            effective: date(effective, "effective date")?,
            deleted: match deleted {
                b"*" | b"" => NO_DAY,
                day => date(day, "deletion date")?,
            },
            flags: modifier.bits() | if before == b"*" { BEFORE_1996 } else { 0 },
            text: self.rationale(rationale),
        };
        Ok(Row { pair, terms })
    }

    fn rationale(&mut self, cell: &[u8]) -> u8 {
        let known = self
            .rationales
            .iter()
            .position(|known| known.as_bytes() == cell);
        let at = known.unwrap_or_else(|| {
            let new = text(cell);
            let at = self.rationales.iter().position(|known| *known == new);
            at.unwrap_or_else(|| {
                self.rationales.push(new);
                self.rationales.len() - 1
            })
        });
        // Those beyond the bound lose their words, not their edit.
        u8::try_from(at.min(MAX_RATIONALES)).unwrap_or(u8::MAX)
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            taken: self.tally.taken,
            skipped: self.tally.skipped,
            refused: self.tally.refused,
            faults: self.tally.faults.len(),
        }
    }

    /// Rows of the files so far that go in.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.tally.taken
    }

    /// Rows of the files so far that do not go in.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.tally.refused
    }

    /// The first thousand of them: those that came with a file tell of its lines.
    #[must_use]
    pub fn faults(&self) -> &[RowFault] {
        &self.tally.faults
    }

    /// The table. A row that stands twice is counted as refused, without its line.
    ///
    /// # Errors
    /// No row went in.
    pub fn finish(mut self) -> Result<Import<PtpTable>, ImportError> {
        self.rows.sort_unstable();
        let before = self.rows.len();
        self.rows.dedup();
        self.tally.taken -= before - self.rows.len();
        self.tally.refused += before - self.rows.len();
        let table = PtpTable::from_bytes(self.bytes()?)?;
        self.tally.finish(table)
    }

    /// The block: see `ptp.rs`. The rows are sorted already.
    fn bytes(&self) -> Result<Vec<u8>, ImportError> {
        let rows = &self.rows;
        let mut texts = self
            .rationales
            .iter()
            .take(MAX_RATIONALES)
            .fold(String::new(), |texts, one| texts + one + "\n");
        texts.truncate(texts.trim_end_matches('\n').len());
        let mut filter = vec![0; filter::blocks_for(rows.len()) * filter::BLOCK];
        let homes = filter::homes_for(rows.len());
        let mut by_home = Vec::with_capacity(rows.len());
        for row in rows {
            let hash = row.pair.hash();
            filter::add(&mut filter, hash);
            by_home.push((hash.home(homes), row));
        }
        by_home.sort_by_key(|(home, _)| *home);
        // Each row at home, or behind the one that took its place.
        let mut terms = BTreeMap::new();
        let mut slots = Vec::with_capacity(homes);
        for (home, row) in by_home {
            let next = u32::try_from(terms.len()).map_err(|_| ImportError::Pack)?;
            let which = *terms.entry(row.terms).or_insert(next);
            slots.resize(slots.len().max(home), EMPTY);
            slots.push(row.pair.slot(which));
        }
        if terms.len() > MAX_TERMS {
            return Err(ImportError::Pack);
        }
        let mut bytes = MAGIC.to_vec();
        for count in [
            rows.len(),
            homes,
            slots.len(),
            filter.len() / filter::BLOCK,
            terms.len(),
            texts.len(),
        ] {
            let count = u32::try_from(count).map_err(|_| ImportError::Pack)?;
            bytes.extend(count.to_le_bytes());
        }
        bytes.extend(slots.into_iter().flat_map(u64::to_le_bytes));
        bytes.extend(filter);
        let mut in_order: Vec<(u32, Terms)> = terms
            .into_iter()
            .map(|(terms, which)| (which, terms))
            .collect();
        in_order.sort_unstable();
        bytes.extend(in_order.into_iter().flat_map(|(_, terms)| terms.to_bytes()));
        bytes.extend(texts.into_bytes());
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    const NOTICES: &str = "An invented notice about copyrights\r\n\
        of the second line\r\n\r\n\
        Column1/Column 2 Edits\r\n\
        Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n\
        \t\tprior to 1996\tDate\tDate *=no data\t0=not allowed\t\r\n";
    const ROWS: &str = "G9001\tG9002\t\t20200101\t20251231\t0\tInvented reason\r\n\
        G9001\tG9002\t\t20260401\t*\t1\tInvented reason\r\n\
        G9001\tG9003\t*\t19960101\t*\t9\tAnother\x20one\r\n\
        G9004\tG9001\t\t20260101\t20260101\t1\tTaken back\r\n\
        G9004\tD0120\t\t20260101\t*\t1\tDental\r\n\
        G9004\tG9005\t\t20260231\t*\t1\tNo such day\r\n\
        G9004\tG9005\t\t20260101\t*\t7\tNo such indicator\r\n\
        G9004\tG9005\t\t20260101\r\n\
        G9X04\tG9005\t\t20260101\t*\t1\tOf no set\r\n\
        not a row\r\n";

    fn table(file: &str) -> Import<PtpTable> {
        let mut reader = PtpReader::default();
        reader.read(file.as_bytes()).unwrap();
        reader.finish().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_quarters_file_is_read_with_its_notices_and_without() {
        let (with, without) = (table(&format!("{NOTICES}{ROWS}")), table(ROWS));
        assert_eq!((with.taken, with.skipped, with.refused), (4, 6, 6));
        assert_eq!((without.taken, without.skipped, without.refused), (4, 0, 6));
        assert_eq!(with.table.as_bytes(), without.table.as_bytes());
        assert_eq!(
            with.faults
                .iter()
                .map(|fault| fault.line)
                .collect::<Vec<_>>(),
            [11, 12, 13, 14, 15, 16]
        );
        assert_eq!(with.faults[0].why, RowFaultKind::Dental);
    }

    #[test]
    fn the_day_picks_among_the_times_of_a_pair() {
        let table = table(ROWS).table;
        let modifier = |on: &str| {
            table
                .find("G9001", "G9002", day(on))
                .map(|edit| edit.modifier)
        };
        assert_eq!(modifier("2019-12-31"), None);
        assert_eq!(modifier("2020-01-01"), Some(ModifierIndicator::NotAllowed));
        assert_eq!(modifier("2025-12-31"), Some(ModifierIndicator::NotAllowed));
        assert_eq!(modifier("2026-01-01"), None);
        assert_eq!(modifier("2026-04-01"), Some(ModifierIndicator::Allowed));
        let old = table.find("G9001", "G9003", day("2026-01-01")).unwrap();
        assert!(old.before_1996);
        assert_eq!(old.rationale, "Another one");
    }

    #[test]
    fn an_edit_that_was_taken_back_never_held() {
        let table = table(ROWS).table;
        assert_eq!(table.between("G9004", "G9001", day("2026-01-01")), None);
    }

    #[test]
    fn column_1_is_paid_whichever_way_the_two_are_named() {
        let table = table(ROWS).table;
        let edit = table.between("G9002", "G9001", day("2026-04-01")).unwrap();
        assert_eq!(
            (edit.column_1().as_str(), edit.column_2().as_str()),
            ("G9001", "G9002")
        );
        assert!(table.find("G9002", "G9001", day("2026-04-01")).is_none());
        assert!(table.between("G9001", "junk", day("2026-04-01")).is_none());
    }

    #[test]
    fn a_quarter_tells_what_it_changed() {
        let old =
            table("G9001\tG9002\t\t20260101\t*\t0\tx\nG9001\tG9003\t\t20260101\t*\t0\tx\n").table;
        let new =
            table("G9001\tG9002\t\t20260101\t*\t1\tx\nG9004\tG9003\t\t20260401\t*\t0\tx\n").table;
        let changes = new.changes_since(&old);
        assert_eq!(changes.changed, ["G9001 G9002 2026-01-01"]);
        assert_eq!(changes.added, ["G9004 G9003 2026-04-01"]);
        assert_eq!(changes.removed, ["G9001 G9003 2026-01-01"]);
    }

    #[test]
    fn a_damaged_block_is_refused_or_answers_without_a_panic() {
        let whole = table(ROWS).table.as_bytes().to_vec();
        for length in 0..whole.len() {
            assert!(PtpTable::from_bytes(whole[..length].to_vec()).is_err());
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xFF;
            if let Ok(table) = PtpTable::from_bytes(damaged) {
                let _ = table.between("G9001", "G9002", day("2026-04-01"));
                let _ = table.iter().count();
            }
        }
    }

    /// First and last day of an edit.
    type Days = (u16, Option<u16>);

    proptest! {
        /// Against the obvious: a map from each pair to its rows.
        #[test]
        fn every_pair_is_found_as_a_plain_map_finds_it(
            rows in prop::collection::vec((0u32..12, 0u32..12, 0u16..40, prop::option::of(0u16..40)), 1..600),
            at in 0u16..60,
        ) {
            let start = day("2025-12-01");
            let on = |days: u16| start + chrono::TimeDelta::days(i64::from(days));
            // Letters at the end too, as some sets have them.
            let name = |n: u32| if n % 5 == 4 { format!("{n:04}T") } else { format!("G{n:04}") };
            let mut file = String::new();
            let mut plain: BTreeMap<(u32, u32), Vec<Days>> = BTreeMap::new();
            for (one, two, from, to) in rows {
                let until = to.map_or("*".to_owned(), |to| on(to).format("%Y%m%d").to_string());
                let from_day = on(from).format("%Y%m%d");
                file += &format!("{}\tH{two:04}\t\t{from_day}\t{until}\t1\tInvented\n", name(one));
                plain.entry((one, two)).or_default().push((from, to));
            }
            let table = table(&file).table;
            for one in 0..12 {
                for two in 0..12 {
                    let holds = plain.get(&(one, two)).is_some_and(|rows| {
                        rows.iter().any(|(from, to)| *from <= at && to.is_none_or(|to| at <= to && to != *from))
                    });
                    let found = table.find(&name(one), &format!("H{two:04}"), on(at));
                    prop_assert_eq!(found.is_some(), holds);
                }
            }
        }
    }
}
