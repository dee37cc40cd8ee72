//! What every importer of an official file shares: lines, text encodings, faults.

use std::io::BufRead;

use chrono::NaiveDate;

/// Longest line that is read; an official file stays far below.
pub(crate) const MAX_LINE: usize = 64 * 1024;
/// Faults that are listed; those after are only counted.
pub(crate) const MAX_FAULTS: usize = 1_000;

/// An imported file: what went in, and what did not.
#[derive(Debug, Clone)]
#[must_use]
pub struct Import<T> {
    /// What went in.
    pub table: T,
    /// Rows that went in.
    pub taken: usize,
    /// Rows that are no data: notices, headers, empty lines.
    pub skipped: usize,
    /// The first thousand rows that did not go in, each with its line and why.
    pub faults: Vec<RowFault>,
    /// Rows that did not go in.
    pub refused: usize,
}

impl<T> Import<T> {
    /// The same with another table.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Import<U> {
        Import {
            table: change(self.table),
            taken: self.taken,
            skipped: self.skipped,
            faults: self.faults,
            refused: self.refused,
        }
    }
}

/// A row that did not go in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct RowFault {
    /// Line, 1-based.
    pub line: u64,
    /// Why.
    pub why: RowFaultKind,
}

/// Why a row did not go in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowFaultKind {
    /// The row ends before its last needed column.
    #[error("the row is too short: column `{0}` is not there")]
    Short(&'static str),
    /// A column is not what it should be.
    #[error("column `{column}` should be {expected}")]
    Column {
        /// The column.
        column: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A dental code, which only the ADA's licence covers.
    #[error("codes that begin with D are the ADA's (CDT) and are not taken in")]
    Dental,
    /// A CPT code in a file that has none.
    #[error("codes of digits are the AMA's (CPT) and are not taken in from this file")]
    Cpt,
    /// A continuation that nothing precedes.
    #[error("it continues a record that did not begin")]
    Orphan,
    /// The same key stands earlier in the file.
    #[error("the same entry stands earlier in the file")]
    Repeated,
    /// The line is longer than any line of such a file.
    #[error("the line is longer than {MAX_LINE} bytes")]
    TooLong,
}

/// Why a file could not be imported at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file could not be read on.
    #[error("could not read on after line {line}; check the file and the disk")]
    Read {
        /// Last line that was read, 1-based.
        line: u64,
        /// Why.
        source: std::io::Error,
    },
    /// No line of the file names the columns.
    #[error("no line names the columns {expected}: is this the right file?")]
    NoHeader {
        /// Columns that were looked for.
        expected: &'static str,
    },
    /// No row of the file went in.
    #[error("no row could be taken in ({refused} were refused): is this the right file?")]
    NothingTaken {
        /// Rows that were refused.
        refused: usize,
        /// The first of them.
        first: Option<RowFault>,
    },
    /// The file is packed.
    #[error("it is a zip archive or a workbook: unpack it, and import the text file that is in it")]
    Archive,
    /// The XML is not well formed.
    #[error("line {line}: the XML is not well formed")]
    Xml {
        /// Line, 1-based.
        line: u32,
        /// Why.
        source: roxmltree::Error,
    },
    /// The compact form is damaged, or was written by another version.
    #[error("the compact table is damaged or of another version: import the official file again")]
    Pack,
}

/// Refuses an archive by its first bytes, so that the answer is what to do and
/// not that no row is one. The reader stays where it is.
///
/// # Errors
/// The file is a zip archive, as CMS's downloads and workbooks are, or cannot be read.
pub fn refuse_archive(file: &mut impl BufRead) -> Result<(), ImportError> {
    let begins = file
        .fill_buf()
        .map_err(|source| ImportError::Read { line: 0, source })?;
    if begins.starts_with(b"PK\x03\x04") {
        return Err(ImportError::Archive);
    }
    Ok(())
}

/// Collects rows and faults on the way.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) taken: usize,
    pub(crate) skipped: usize,
    pub(crate) faults: Vec<RowFault>,
    pub(crate) refused: usize,
}

impl Tally {
    pub(crate) fn refuse(&mut self, line: u64, why: RowFaultKind) {
        self.refused += 1;
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(RowFault { line, why });
        }
    }

    /// The import, or an error where nothing went in.
    pub(crate) fn finish<T>(self, table: T) -> Result<Import<T>, ImportError> {
        if self.taken == 0 {
            return Err(ImportError::NothingTaken {
                refused: self.refused,
                first: self.faults.first().copied(),
            });
        }
        Ok(Import {
            table,
            taken: self.taken,
            skipped: self.skipped,
            faults: self.faults,
            refused: self.refused,
        })
    }
}

/// Reads lines as bytes, without their ends and without a byte-order mark.
pub(crate) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    number: u64,
}

/// One line of a file.
pub(crate) enum Line<'a> {
    Text(u64, &'a [u8]),
    TooLong(u64),
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            number: 0,
        }
    }

    /// The next line; memory stays bounded whatever its length.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, ImportError> {
        self.buffer.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let line = self.number;
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(source) if source.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(ImportError::Read { line, source }),
            };
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let piece = end.map_or(chunk, |end| &chunk[..end]);
            if self.buffer.len() + piece.len() <= MAX_LINE {
                self.buffer.extend_from_slice(piece);
            } else {
                too_long = true;
            }
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        if too_long {
            return Ok(Some(Line::TooLong(self.number)));
        }
        let mut line = self.buffer.as_slice();
        if self.number == 1 {
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        line = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(Some(Line::Text(self.number, line)))
    }
}

/// Windows-1252's characters from 0x80 to 0x9F; five bytes have none.
const CP1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž',
    '\u{fffd}', '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}',
    'ž', 'Ÿ',
];

/// The text of a piece: UTF-8 where it is, else Windows-1252, which CMS's
/// files are in.
pub(crate) fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes
            .iter()
            .map(|byte| match byte {
                0x80..=0x9F => CP1252[usize::from(byte - 0x80)],
                _ => char::from(*byte),
            })
            .collect(),
    }
}

/// The bytes of columns `first..=last`, 1-based as the record layouts count
/// them, without blanks at the ends; empty where the line ends before. A column
/// is a character: in a file that somebody made UTF-8 of, an accent takes two bytes.
pub(crate) fn columns(line: &[u8], first: usize, last: usize) -> &[u8] {
    let text = if line.is_ascii() {
        None
    } else {
        std::str::from_utf8(line).ok()
    };
    let byte = |column: usize| match text {
        None => column.min(line.len()),
        Some(text) => text
            .char_indices()
            .nth(column)
            .map_or(line.len(), |(at, _)| at),
    };
    line[byte(first - 1)..byte(last)].trim_ascii()
}

/// A date as `yyyymmdd`.
pub(crate) fn compact_date(text: &[u8]) -> Option<NaiveDate> {
    if text.len() != 8 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |from: usize, to: usize| -> u32 {
        text[from..to]
            .iter()
            .fold(0, |n, digit| n * 10 + u32::from(digit - b'0'))
    };
    NaiveDate::from_ymd_opt(
        i32::try_from(number(0, 4)).ok()?,
        number(4, 6),
        number(6, 8),
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_a_line_feed_with_or_without_a_carriage_return() {
        let mut lines = Lines::new(&b"\xEF\xBB\xBFone\r\ntwo\n\r\nlast"[..]);
        let mut read = Vec::new();
        while let Some(Line::Text(number, line)) = lines.next().unwrap() {
            read.push((number, line.to_vec()));
        }
        assert_eq!(
            read,
            [
                (1, b"one".to_vec()),
                (2, b"two".to_vec()),
                (3, Vec::new()),
                (4, b"last".to_vec())
            ]
        );
    }

    #[test]
    fn a_line_without_end_is_reported_and_the_next_goes_on() {
        let mut file = vec![b'x'; MAX_LINE * 3];
        file.extend_from_slice(b"\nnext\n");
        let mut lines = Lines::new(std::io::BufReader::with_capacity(512, &file[..]));
        assert!(matches!(lines.next().unwrap(), Some(Line::TooLong(1))));
        assert!(matches!(
            lines.next().unwrap(),
            Some(Line::Text(2, b"next"))
        ));
        assert!(lines.next().unwrap().is_none());
    }

    #[test]
    fn text_is_utf_8_or_else_windows_1252() {
        assert_eq!(text("Ménière".as_bytes()), "Ménière");
        assert_eq!(text(b"M\xE9ni\xE8re\x92s"), "Ménière’s");
    }

    #[test]
    fn a_column_is_a_character_in_either_encoding() {
        for line in ["Ménière right".as_bytes(), b"M\xE9ni\xE8re right"] {
            assert_eq!(columns(line, 9, 13), b"right");
            assert_eq!(columns(line, 9, usize::MAX), b"right");
            assert_eq!(text(columns(line, 1, 7)), "Ménière");
            assert_eq!(columns(line, 14, 20), b"");
        }
    }

    #[test]
    fn a_day_that_the_calendar_lacks_is_no_date() {
        assert_eq!(
            compact_date(b"20260228"),
            NaiveDate::from_ymd_opt(2026, 2, 28)
        );
        for text in ["20260229", "2026022", "202602280", "2026 228", "00000000"] {
            assert_eq!(compact_date(text.as_bytes()), None, "{text}");
        }
    }
}
