//! What stands on top of an imported table's file: lines of text, so that a
//! person can read them, and a checksum over them and what follows.
//!
//! ```text
//! scrubjay code table 1
//! kind ncci
//! source ccipra-v320r0-f1.txt        one line a file
//! from 2026-01-01                    left out where it is not known
//! until 2026-04-01                   the day from which it no longer stands
//! rows 650000
//! left-out 3
//! imported 2026-01-05
//! body 7495021                       bytes behind the empty line
//! sum 9c1d3f0a6b2e4d58
//! ```

use std::fmt::Write;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::CodeVersion;
use crate::{FileKind, ReadFiles, Validity};

const MAGIC: &str = "scrubjay code table 1";
/// Most bytes of a head, its empty line too.
pub(super) const MAX_HEAD: usize = 16 * 1024;
/// Characters of a source's name that are kept, so that a head stays in its bound.
const MAX_NAME: usize = 120;
/// Sources that are named; CMS splits a table into four files.
const MAX_SOURCES: usize = 24;

/// What a table's file tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: FileKind,
    pub(super) sources: Vec<String>,
    days: Validity,
    rows: usize,
    left_out: usize,
    imported: NaiveDate,
    /// Bytes of the body.
    pub(super) body: u64,
    sum: u64,
}

impl Head {
    pub(super) fn of(read: &ReadFiles, today: NaiveDate, body: &[u8]) -> Self {
        let name = |name: &String| -> String {
            let printable = name.chars().filter(|c| !c.is_control());
            printable.take(MAX_NAME).collect()
        };
        let files = read.files.iter();
        let mut head = Self {
            kind: read.kind,
            sources: files
                .clone()
                .take(MAX_SOURCES)
                .map(|file| name(&file.name))
                .collect(),
            days: read.days,
            rows: read.rows,
            left_out: files.map(|file| file.refused).sum(),
            imported: today,
            body: body.len() as u64,
            sum: 0,
        };
        head.sum = head.sum_with(body);
        head
    }

    pub(super) fn version(self, path: PathBuf, size: u64) -> CodeVersion {
        CodeVersion {
            kind: self.kind,
            days: self.days,
            sources: self.sources,
            rows: self.rows,
            left_out: self.left_out,
            imported: self.imported,
            path,
            size,
        }
    }

    /// The lines that the checksum stands under.
    fn lines(&self) -> String {
        let mut lines = format!("{MAGIC}\nkind {}\n", self.kind);
        let mut line = |word: &str, value: &dyn std::fmt::Display| {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{word} {value}");
        };
        for source in &self.sources {
            line("source", source);
        }
        if let Some(starts) = &self.days.starts {
            line("from", starts);
        }
        if let Some(stops) = &self.days.stops {
            line("until", stops);
        }
        line("rows", &self.rows);
        line("left-out", &self.left_out);
        line("imported", &self.imported);
        line("body", &self.body);
        lines
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        format!("{}sum {:016x}\n\n", self.lines(), self.sum).into_bytes()
    }

    /// Reads a head off the begin of a file: the head, and how long it is.
    /// `None` where there is none.
    pub(super) fn read(begins: &[u8]) -> Option<(Self, usize)> {
        let end = begins.windows(2).position(|two| two == b"\n\n")?;
        let text = std::str::from_utf8(&begins[..end]).ok()?;
        let mut lines = text.lines();
        lines.next().filter(|line| *line == MAGIC)?;
        let mut head = Self {
            kind: FileKind::Hcpcs,
            sources: Vec::new(),
            days: Validity::default(),
            rows: 0,
            left_out: 0,
            imported: NaiveDate::MIN,
            body: 0,
            sum: 0,
        };
        let mut read = 0;
        for line in lines {
            let (word, value) = line.split_once(' ')?;
            read += 1;
            match word {
                "kind" => head.kind = FileKind::from_name(value)?,
                "source" => head.sources.push(value.to_owned()),
                "from" => head.days.starts = Some(value.parse().ok()?),
                "until" => head.days.stops = Some(value.parse().ok()?),
                "rows" => head.rows = value.parse().ok()?,
                "left-out" => head.left_out = value.parse().ok()?,
                "imported" => head.imported = value.parse().ok()?,
                "body" => head.body = value.parse().ok()?,
                "sum" => head.sum = u64::from_str_radix(value, 16).ok()?,
                _ => return None,
            }
        }
        // Written anew it must be the same: nothing is missing, twice or astray.
        let length = end + 2;
        (read > 0 && head.to_bytes() == begins[..length]).then_some((head, length))
    }

    /// Whether the body is the one that the head was written for.
    pub(super) fn is_of(&self, body: &[u8]) -> bool {
        body.len() as u64 == self.body && self.sum_with(body) == self.sum
    }

    fn sum_with(&self, body: &[u8]) -> u64 {
        checksum(checksum(0, self.lines().as_bytes()), body)
    }
}

/// A checksum against damage, not against forgery: four strands of eight bytes
/// each, since thirty million bytes must not cost a tenth of a second.
///
/// Every step of a strand can be undone, and so can the end: two blocks that
/// differ in one word never have the same sum.
fn checksum(seed: u64, bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let step = |strand: u64, word: u64| (strand ^ word).wrapping_mul(ODD).rotate_left(29);
    let mut strands = [seed, seed ^ 1, seed ^ 2, seed ^ 3];
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        for (strand, word) in strands.iter_mut().zip(words) {
            *strand = step(*strand, u64::from_le_bytes(*word));
        }
    }
    let mut last = [0; 32];
    last[..rest.len()].copy_from_slice(rest);
    let (words, _) = last.as_chunks::<8>();
    for (strand, word) in strands.iter_mut().zip(words) {
        *strand = step(*strand, u64::from_le_bytes(*word));
    }
    strands.into_iter().fold(bytes.len() as u64, step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_changed_byte_changes_the_sum(
            bytes in prop::collection::vec(any::<u8>(), 1..200),
            at in any::<prop::sample::Index>(),
            by in 1u8..,
        ) {
            let mut damaged = bytes.clone();
            damaged[at.index(bytes.len())] ^= by;
            prop_assert_ne!(checksum(0, &damaged), checksum(0, &bytes));
        }

        #[test]
        fn a_shorter_block_has_another_sum(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
            let shorter = &bytes[..bytes.len() - 1];
            prop_assert_ne!(checksum(0, shorter), checksum(0, &bytes));
        }
    }
}
