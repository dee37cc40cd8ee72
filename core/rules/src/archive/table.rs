//! Tables of three states put together: row by row, and cell by cell.

use std::collections::BTreeMap;

/// A row with its cells by column.
#[derive(Debug, Clone)]
struct Row {
    /// As it stands in its file, with the comments above it.
    text: String,
    cells: BTreeMap<String, String>,
}

/// A table as it stands in its file.
#[derive(Debug, Default)]
struct Sheet {
    /// Comments and the line of column names.
    head: String,
    columns: Vec<String>,
    rows: Vec<Row>,
    /// What stands behind the last row.
    tail: String,
}

/// Puts the rows and cells that changed from `base` to `local` into `new`, and
/// tells each row that does. Where both have changed a cell, the practice's
/// stands. Columns are those of the new table.
pub(super) fn merge_tables(
    base: &str,
    local: &str,
    new: &str,
    kept: &mut dyn FnMut(&str, bool),
) -> String {
    let (base, local, new) = (Sheet::read(base), Sheet::read(local), Sheet::read(new));
    let width = [&base, &local, &new].map(Sheet::key_width);
    let width = width.into_iter().max().unwrap_or(1);
    let (was, is) = (base.by_key(width), local.by_key(width));
    let comes = new.by_key(width);
    let mut result: Vec<(String, String)> = Vec::new();
    for (key, row) in new.keyed(width) {
        let text = match (was.get(&key), is.get(&key)) {
            (None, None) => row.text.clone(),
            // Taken away by the practice.
            (Some(was), None) => {
                kept(&key, !row.says(was));
                continue;
            }
            (was, Some(is)) => new.merged_row(was.copied(), is, row, &mut |also| kept(&key, also)),
        };
        result.push((key, text));
    }
    let mut above: Option<String> = None;
    for (key, row) in local.keyed(width) {
        let gone = was.get(&key).is_some_and(|was| was.says(row));
        if !comes.contains_key(&key) && !gone {
            kept(&key, was.contains_key(&key));
            let place = above.as_ref().and_then(|above| {
                let found = result.iter().position(|(placed, _)| placed == above);
                Some(found? + 1)
            });
            let text = if local.columns == new.columns {
                row.text.clone()
            } else {
                new.written(&row.cells)
            };
            result.insert(place.unwrap_or(0), (key.clone(), text));
        }
        if result.iter().any(|(placed, _)| *placed == key) {
            above = Some(key);
        }
    }
    let mut text = new.head.clone();
    for part in result.iter().map(|(_, row)| row).chain([&new.tail]) {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(part);
    }
    text
}

impl Row {
    /// Whether both say the same.
    fn says(&self, other: &Self) -> bool {
        self.cells == other.cells
    }
}

impl Sheet {
    fn read(text: &str) -> Self {
        let mut sheet = Self::default();
        let text = text.trim_start_matches('\u{feff}');
        let mut piece = String::new();
        for line in text.split_inclusive('\n') {
            // Comments and empty lines go with what stands below them.
            let alone = piece.lines().all(is_beside);
            piece.push_str(line);
            if alone && is_beside(line) {
                continue;
            }
            let record: String = piece
                .lines()
                .skip_while(|line| is_beside(line))
                .fold(String::new(), |record, line| record + line + "\n");
            if record.matches('"').count() % 2 == 1 {
                // A cell goes on in the next line.
                continue;
            }
            sheet.take(std::mem::take(&mut piece), &record);
        }
        sheet.tail = piece;
        sheet
    }

    /// Takes the column names, or a row.
    fn take(&mut self, text: String, record: &str) {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(record.as_bytes());
        let cells: Vec<String> = match reader.records().next() {
            Some(Ok(cells)) => cells.iter().map(str::to_owned).collect(),
            // What cannot be read is told when the pack is checked.
            _ => vec![record.to_owned()],
        };
        if self.columns.is_empty() {
            self.head = text;
            self.columns = cells;
            return;
        }
        let numbered = (self.columns.len()..).map(|at| format!("cell {at}"));
        let columns = self.columns.iter().cloned().chain(numbered);
        let cells = columns.zip(cells).filter(|(_, cell)| !cell.is_empty());
        let cells = cells.collect();
        self.rows.push(Row { text, cells });
    }

    fn key(&self, row: &Row, width: usize) -> String {
        let columns = self.columns.iter().take(width);
        let cells: Vec<&str> = columns
            .map(|column| row.cells.get(column).map_or("", String::as_str))
            .collect();
        cells.join(", ")
    }

    /// How many cells it takes to name a row; all where rows are the same.
    fn key_width(&self) -> usize {
        let most = self.columns.len().max(1);
        let alone = |width: &usize| {
            let mut keys: Vec<String> = self.rows.iter().map(|row| self.key(row, *width)).collect();
            keys.sort();
            keys.windows(2).all(|pair| pair[0] != pair[1])
        };
        (1..=most).find(alone).unwrap_or(most)
    }

    /// Rows with their keys; a key that repeats is numbered.
    fn keyed(&self, width: usize) -> impl Iterator<Item = (String, &Row)> {
        let mut count: BTreeMap<String, u32> = BTreeMap::new();
        self.rows.iter().map(move |row| {
            let key = self.key(row, width);
            let number = count.entry(key.clone()).or_default();
            *number += 1;
            let key = match *number {
                1 => key,
                number => format!("{key} ({number})"),
            };
            (key, row)
        })
    }

    fn by_key(&self, width: usize) -> BTreeMap<String, &Row> {
        self.keyed(width).collect()
    }

    /// A row of this, the new table, with the cells that the practice changed.
    fn merged_row(
        &self,
        was: Option<&Row>,
        is: &Row,
        comes: &Row,
        kept: &mut dyn FnMut(bool),
    ) -> String {
        let nothing = BTreeMap::new();
        let was = was.map_or(&nothing, |was| &was.cells);
        let mut cells = comes.cells.clone();
        let (mut own, mut also_changed) = (false, false);
        for column in &self.columns {
            let (before, now) = (was.get(column), is.cells.get(column));
            if before == now || now == comes.cells.get(column) {
                continue;
            }
            own = true;
            also_changed |= before != comes.cells.get(column);
            match now {
                Some(cell) => cells.insert(column.clone(), cell.clone()),
                None => cells.remove(column),
            };
        }
        if !own {
            return comes.text.clone();
        }
        kept(also_changed);
        if cells == is.cells {
            return is.text.clone();
        }
        self.written(&cells)
    }

    /// A row of these cells as it is written.
    fn written(&self, cells: &BTreeMap<String, String>) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let row = self.columns.iter().map(|column| {
            let cell = cells.get(column);
            cell.map_or("", String::as_str)
        });
        // To memory, of cells that are there: neither fails.
        let _ = writer.write_record(row);
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Whether a line is a comment or empty.
fn is_beside(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn merged(base: &str, local: &str, new: &str) -> (String, Vec<(String, bool)>) {
        let mut changes = Vec::new();
        let text = merge_tables(base, local, new, &mut |key, also| {
            changes.push((key.to_owned(), also));
        });
        (text, changes)
    }

    const BASE: &str = "# Days, by payer.\npayer,days,source\n# The hill.\nsummit,120,contract\nharbor,180,contract\n*,90,common\n";

    #[test]
    fn a_row_that_was_edited_stays_and_the_others_come() {
        let local = BASE.replace("summit,120", "summit,60");
        let new = BASE
            .replace("harbor,180", "harbor,365")
            .replace("# Days", "# The days");
        let (text, changes) = merged(BASE, &local, &new);
        assert_eq!(text, new.replace("summit,120", "summit,60"));
        assert_eq!(changes, [("summit".to_owned(), false)]);
    }

    #[test]
    fn cells_of_one_row_come_from_both_and_where_both_changed_one_it_is_told() {
        let local = BASE.replace("summit,120", "summit,60");
        let new = BASE.replace("summit,120,contract", "summit,120,manual 2026");
        let (text, changes) = merged(BASE, &local, &new);
        assert!(text.contains("\nsummit,60,manual 2026\n"), "{text}");
        assert_eq!(changes, [("summit".to_owned(), false)]);
        let new = BASE.replace("summit,120", "summit,100");
        let (text, changes) = merged(BASE, &local, &new);
        assert!(text.contains("\nsummit,60,contract\n"), "{text}");
        assert_eq!(changes, [("summit".to_owned(), true)]);
    }

    #[test]
    fn rows_of_ones_own_stay_in_their_place_and_fit_new_columns() {
        let local = BASE.replace("harbor,180", "acme,30,contract\nharbor,180");
        let (text, changes) = merged(BASE, &local, BASE);
        assert_eq!(text, local);
        assert_eq!(changes, [("acme".to_owned(), false)]);
        let wider = "payer,since,days,source\nsummit,2026-01-01,120,contract\n*,,90,common\n";
        let (text, changes) = merged(BASE, &local, wider);
        assert_eq!(
            text,
            "payer,since,days,source\nsummit,2026-01-01,120,contract\nacme,,30,contract\n*,,90,common\n"
        );
        assert_eq!(changes, [("acme".to_owned(), false)]);
    }

    #[test]
    fn a_row_that_was_taken_away_stays_away() {
        let local = BASE.replace("harbor,180,contract\n", "");
        let (text, changes) = merged(BASE, &local, BASE);
        assert_eq!(text, local);
        assert_eq!(changes, [("harbor".to_owned(), false)]);
        let new = BASE.replace("harbor,180", "harbor,100");
        assert_eq!(merged(BASE, &local, &new).1, [("harbor".to_owned(), true)]);
        // Given up by others: it goes, unless the practice had changed it.
        let local = BASE.replace("summit,120", "summit,60");
        let (text, changes) = merged(BASE, &local, "payer,days,source\n*,90,common\n");
        assert_eq!(
            text,
            "payer,days,source\n# The hill.\nsummit,60,contract\n*,90,common\n"
        );
        assert_eq!(changes, [("summit".to_owned(), true)]);
    }

    #[test]
    fn what_a_spreadsheet_makes_of_line_breaks_and_quotes_is_no_change() {
        let sheet = format!("\u{feff}{}", BASE.replace('\n', "\r\n"))
            .replace("summit,120,contract", "\"summit\",120,\"contract\"");
        let new = BASE.replace("harbor,180", "harbor,365");
        let (text, changes) = merged(BASE, &sheet, &new);
        assert_eq!((text, changes), (new, vec![]));
    }

    #[test]
    fn a_cell_may_have_line_breaks_and_keys_may_repeat() {
        let base = "code,payer,note\nG1,a,\"one\ntwo\"\nG1,b,x\n";
        let local = base.replace("G1,b,x", "G1,b,y");
        let (text, changes) = merged(base, &local, base);
        assert_eq!((text, changes), (local, vec![("G1, b".to_owned(), false)]));
    }

    fn table() -> impl Strategy<Value = String> {
        let row = (0..6u8, 0..4u8, 0..3u8);
        proptest::collection::vec(row, 0..10).prop_map(|rows| {
            let rows = rows.iter().map(|(a, b, c)| format!("k{a},{b},{c}\n"));
            format!("key,b,c\n{}", rows.collect::<String>())
        })
    }

    fn cells(text: &str) -> Vec<BTreeMap<String, String>> {
        let mut rows: Vec<_> = Sheet::read(text)
            .rows
            .into_iter()
            .map(|row| row.cells)
            .collect();
        rows.sort();
        rows
    }

    proptest! {
        #[test]
        fn without_a_change_of_ones_own_the_new_table_comes_as_it_is(
            base in table(), new in table()
        ) {
            let (text, changes) = merged(&base, &base, &new);
            prop_assert_eq!(text, new);
            prop_assert_eq!(changes, vec![]);
        }

        #[test]
        fn with_no_new_table_every_row_stays_as_it_is(base in table(), local in table()) {
            prop_assert_eq!(cells(&merged(&base, &local, &base).0), cells(&local));
        }
    }
}
