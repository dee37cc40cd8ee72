//! Rows of comma-separated files, found by the names of their columns.

use std::io::Read;

use crate::import::{ImportError, text};

/// Reads a comma-separated file; lines may end in CR, LF or both.
pub(crate) struct Rows<R> {
    reader: csv::Reader<LineFeeds<R>>,
    record: csv::ByteRecord,
}

/// One row: its line, 1-based, and its cells without blanks at the ends.
pub(crate) struct Row<'a> {
    pub(crate) line: u64,
    record: &'a csv::ByteRecord,
}

impl<'a> Row<'a> {
    /// A cell; empty where the row ends before.
    pub(crate) fn cell(&self, at: usize) -> &'a [u8] {
        self.record.get(at).unwrap_or_default().trim_ascii()
    }

    /// A cell as text on one line.
    pub(crate) fn cell_text(&self, at: usize) -> String {
        let text = text(self.cell(at));
        if text.contains(['\t', '\n', '\r']) {
            return text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        text
    }

    /// The cells as names: letters and digits only, in capitals.
    pub(crate) fn names(&self) -> Vec<String> {
        (0..self.record.len())
            .map(|at| squeeze(self.cell(at)))
            .collect()
    }

    pub(crate) fn is_blank(&self) -> bool {
        (0..self.record.len()).all(|at| self.cell(at).is_empty())
    }
}

fn squeeze(cell: &[u8]) -> String {
    cell.iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| char::from(byte.to_ascii_uppercase()))
        .collect()
}

/// Passes a file on with every line ended by LF, the last one too, so that the
/// lines that the CSV reader counts are those of an editor.
struct LineFeeds<R> {
    inner: R,
    after_cr: bool,
    ended: bool,
}

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if buffer.is_empty() || self.ended {
            return Ok(0);
        }
        loop {
            let read = self.inner.read(buffer)?;
            if read == 0 {
                self.ended = true;
                buffer[0] = b'\n';
                return Ok(1);
            }
            let mut kept = 0;
            for at in 0..read {
                let byte = buffer[at];
                let ends_pair = byte == b'\n' && self.after_cr;
                self.after_cr = byte == b'\r';
                if !ends_pair {
                    buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            // A lone line feed behind a carriage return: nothing to pass on yet.
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

impl<R: Read> Rows<R> {
    pub(crate) fn new(file: R) -> Self {
        let file = LineFeeds {
            inner: file,
            after_cr: false,
            ended: false,
        };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(file);
        Self {
            reader,
            record: csv::ByteRecord::new(),
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, ImportError> {
        let before = self.reader.position().line();
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {
                // The reader says where it is now, behind the row's line feed;
                // its own word on where the row began counts blank lines in.
                let inside = self.record.iter().flatten().filter(|byte| **byte == b'\n');
                let behind = u64::try_from(inside.count())
                    .unwrap_or(u64::MAX)
                    .saturating_add(1);
                let line = self.reader.position().line().saturating_sub(behind);
                Ok(Some(Row {
                    line,
                    record: &self.record,
                }))
            }
            Ok(false) => Ok(None),
            Err(error) => {
                let source = match error.into_kind() {
                    csv::ErrorKind::Io(source) => source,
                    other => std::io::Error::other(format!("{other:?}")),
                };
                Err(ImportError::Read {
                    line: before,
                    source,
                })
            }
        }
    }

    /// Goes to the row of column names, which `choose` knows by its cells, and
    /// gives what `choose` made of it with the number of rows before.
    pub(crate) fn find_header<T>(
        &mut self,
        expected: &'static str,
        choose: impl Fn(&[String]) -> Option<T>,
    ) -> Result<(T, usize), ImportError> {
        let mut before = 0;
        while let Some(row) = self.next()? {
            if let Some(found) = choose(&row.names()) {
                return Ok((found, before + 1));
            }
            before += 1;
        }
        Err(ImportError::NoHeader { expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, as a slow pipe may.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let (Some((first, rest)), false) = (self.0.split_first(), buffer.is_empty()) else {
                return Ok(0);
            };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn a_row_stands_on_the_line_that_an_editor_shows() {
        for end in ["\n", "\r\n", "\r"] {
            let file = ["a,b", "", "\"c", "d\",e", "f", "", "g"].join(end);
            let mut rows = Rows::new(Drip(file.as_bytes()));
            let mut lines = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                lines.push((row.line, row.cell_text(0)));
            }
            let expected = [(1, "a"), (3, "c d"), (5, "f"), (7, "g")];
            assert_eq!(
                lines,
                expected.map(|(line, text)| (line, text.to_owned())),
                "{end:?}"
            );
        }
    }
}
