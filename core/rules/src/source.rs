//! A file of a pack in memory, by lines.

use std::path::{Path, PathBuf};

/// A file as it was read when its pack was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    path: PathBuf,
    text: String,
    /// Byte offset at which each line starts.
    starts: Vec<usize>,
}

impl Source {
    pub(crate) fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        let text = text.into();
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            path: path.into(),
            text,
            starts,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A line without its end, 1-based; empty where there is none.
    pub(crate) fn line(&self, number: usize) -> &str {
        let Some(start) = number.checked_sub(1).and_then(|at| self.starts.get(at)) else {
            return "";
        };
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        self.text[*start..end].trim_end_matches(['\n', '\r'])
    }

    /// The text of the lines from one up to another, 1-based, without that one.
    pub(crate) fn span(&self, from: usize, to: usize) -> &str {
        let start = |line: usize| {
            let start = line.checked_sub(1).and_then(|at| self.starts.get(at));
            start.copied().unwrap_or(self.text.len())
        };
        &self.text[start(from)..start(to)]
    }

    /// Line and column of a byte offset, both 1-based, the column in characters.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).map_or(0, |at| self.starts[at]);
        let column = self.text.get(start..offset).unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_not_bytes() {
        let source = Source::new("x", "é = 1\r\nnext\n");
        assert_eq!(source.place(3), (1, 3));
        assert_eq!(source.line(1), "é = 1");
        assert_eq!(source.line(2), "next");
        assert_eq!(source.line(9), "");
    }
}
