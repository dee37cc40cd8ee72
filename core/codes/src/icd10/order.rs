//! Reads the ICD-10-CM order file, the list of all codes that NCHS publishes.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::table::{Icd10Table, Key, Names};
use crate::import::{Import, ImportError, Line, Lines, RowFaultKind, Tally, columns, text};

/// Reads an order file (`icd10cm_order_YYYY.txt`): columns 7-13 code, 15 the
/// billable flag, 17-76 short and 78- long description. The file does not say
/// for which days it stands: that is in its name and on its page, such as
/// [`Validity::fiscal_year`](crate::Validity::fiscal_year).
///
/// # Errors
/// The file cannot be read, or no line of it is a code.
pub fn read_icd10_order(file: impl BufRead) -> Result<Import<Icd10Table>, ImportError> {
    let mut lines = Lines::new(file);
    let mut tally = Tally::default();
    let mut codes: BTreeMap<Key, (bool, String)> = BTreeMap::new();
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
        let row = read_row(line).and_then(|(key, billable, name)| match codes.entry(key) {
            std::collections::btree_map::Entry::Occupied(_) => Err(RowFaultKind::Repeated),
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert((billable, name));
                Ok(())
            }
        });
        match row {
            Ok(()) => tally.taken += 1,
            Err(why) => tally.refuse(number, why),
        }
    }
    let mut all = String::new();
    let mut offsets = vec![0];
    for (_, name) in codes.values() {
        all.push_str(name);
        offsets.push(u32::try_from(all.len()).map_err(|_| ImportError::Pack)?);
    }
    let names = Names::Own { text: all, offsets };
    let table = Icd10Table::new(
        codes
            .into_iter()
            .map(|(key, (billable, _))| (key, billable)),
        names,
    );
    tally.finish(table)
}

fn read_row(line: &[u8]) -> Result<(Key, bool, String), RowFaultKind> {
    let code = std::str::from_utf8(columns(line, 7, 13))
        .ok()
        .and_then(Key::read);
    let code = code.filter(|_| line.get(5) == Some(&b' '));
    let key = code.ok_or(RowFaultKind::Column {
        column: "code (7-13)",
        expected: "an ICD-10-CM code",
    })?;
    let billable = match columns(line, 15, 15) {
        b"1" => true,
        b"0" => false,
        _ => {
            return Err(RowFaultKind::Column {
                column: "billable flag (15)",
                expected: "0 or 1",
            });
        }
    };
    let long = columns(line, 78, usize::MAX);
    let name = if long.is_empty() {
        columns(line, 17, 76)
    } else {
        long
    };
    if name.is_empty() {
        return Err(RowFaultKind::Short("description (17-)"));
    }
    Ok((key, billable, text(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::icd10::Icd10Standing;
    use crate::import::RowFault;

    fn row(order: u32, code: &str, flag: &str, short: &str, long: &str) -> String {
        format!("{order:05} {code:<7} {flag} {short:<60} {long}")
    }

    #[test]
    fn an_order_file_is_read_with_carriage_returns_and_windows_text() {
        let mut file = [
            row(
                1,
                "H81",
                "0",
                "Disorders of vestibular function",
                "Disorders of vestibular function",
            ),
            row(2, "H810", "0", "Meniere's disease", "X"),
            row(
                3,
                "H8101",
                "1",
                "Meniere's disease, right ear",
                "Meniere's disease, right ear",
            ),
            String::new(),
        ]
        .join("\r\n")
        .replace('X', "Meni?re's disease")
        .into_bytes();
        let accent = file.iter().position(|byte| *byte == b'?').unwrap();
        file[accent] = 0xE8;
        let import = read_icd10_order(&file[..]).unwrap();
        assert_eq!((import.taken, import.refused), (3, 0));
        assert_eq!(
            import.table.find("H81.0").unwrap().description(),
            "Menière's disease"
        );
        assert_eq!(import.table.standing("H8101"), Icd10Standing::Billable);
        assert_eq!(import.table.standing("H81"), Icd10Standing::Header);
    }

    #[test]
    fn a_broken_row_is_named_and_the_rest_goes_in() {
        let file = [
            row(1, "A00", "0", "Cholera", "Cholera"),
            row(2, "A0O!", "1", "bad code", "bad code"),
            row(3, "A000", "7", "bad flag", "bad flag"),
            "00004 A001".to_owned(),
            row(5, "A00", "0", "again", "again"),
            row(6, "A009", "1", "Cholera, unspecified", ""),
        ]
        .join("\n");
        let import = read_icd10_order(file.as_bytes()).unwrap();
        assert_eq!(import.taken, 2);
        assert_eq!(
            import
                .faults
                .iter()
                .map(|RowFault { line, .. }| *line)
                .collect::<Vec<_>>(),
            [2, 3, 4, 5]
        );
        assert_eq!(import.faults[3].why, RowFaultKind::Repeated);
        assert_eq!(
            import.table.find("A009").unwrap().description(),
            "Cholera, unspecified"
        );
    }

    #[test]
    fn a_file_without_any_code_is_refused() {
        let error = read_icd10_order(&b"<html>\nnot here\n"[..]).unwrap_err();
        assert!(matches!(
            error,
            ImportError::NothingTaken { refused: 2, .. }
        ));
    }
}
