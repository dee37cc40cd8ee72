//! An archive read line by line, then file by file.

use sha2::{Digest as _, Sha256};

use super::ArchiveError;
use crate::content::PackFile;
use crate::signature::hex;

/// Bytes of a line of the head at most.
const MAX_LINE: usize = 1_024;

/// A file as the head lists it.
pub(super) struct Listed<'a> {
    digest: &'a str,
    bytes: usize,
    name: &'a str,
}

/// The head of an archive, line by line.
pub(super) struct Head<'a> {
    pub(super) rest: &'a [u8],
    line: usize,
}

impl<'a> Head<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            line: 0,
        }
    }

    fn peek(&self) -> Option<(&'a str, &'a [u8])> {
        let within = &self.rest[..self.rest.len().min(MAX_LINE)];
        let end = within.iter().position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(&self.rest[..end]).ok()?;
        Some((line, &self.rest[end + 1..]))
    }

    pub(super) fn next(&mut self) -> Option<&'a str> {
        let (line, rest) = self.peek()?;
        self.rest = rest;
        self.line += 1;
        Some(line)
    }

    pub(super) fn error(&self, expected: &'static str) -> ArchiveError {
        let line = self.line.max(1);
        ArchiveError::Head { line, expected }
    }

    /// The value of a line that must be there.
    pub(super) fn value(
        &mut self,
        key: &str,
        expected: &'static str,
    ) -> Result<&'a str, ArchiveError> {
        let line = self.next();
        line.and_then(|line| line.strip_prefix(key)?.strip_prefix(": "))
            .ok_or_else(|| self.error(expected))
    }

    /// The value of a line that may be there.
    pub(super) fn maybe(&mut self, key: &str) -> Option<&'a str> {
        let (line, rest) = self.peek()?;
        let value = line.strip_prefix(key)?.strip_prefix(": ")?;
        self.rest = rest;
        self.line += 1;
        Some(value)
    }

    pub(super) fn file(&mut self) -> Result<Listed<'a>, ArchiveError> {
        let line = self.next();
        let parts = line.and_then(|line| {
            let (digest, line) = line.split_once(' ')?;
            let (bytes, name) = line.split_once(' ')?;
            let bytes = bytes.parse().ok()?;
            Some(Listed {
                digest,
                bytes,
                name,
            })
        });
        parts.ok_or_else(|| self.error("a file's hash, its length and its name"))
    }
}

/// The files behind the head.
pub(super) fn contents(
    mut rest: &[u8],
    listed: &[Listed<'_>],
) -> Result<Vec<PackFile>, ArchiveError> {
    let mut files = Vec::new();
    for file in listed {
        let changed = || ArchiveError::FileChanged {
            name: file.name.to_owned(),
        };
        let bytes = rest.get(..file.bytes).ok_or(ArchiveError::CutShort)?;
        if hex(&Sha256::digest(bytes)) != file.digest {
            return Err(changed());
        }
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| changed())?;
        rest = rest[file.bytes..]
            .strip_prefix(b"\n")
            .ok_or(ArchiveError::CutShort)?;
        files.push(PackFile {
            name: file.name.to_owned(),
            text,
        });
    }
    if rest.is_empty() {
        Ok(files)
    } else {
        Err(ArchiveError::CutShort)
    }
}
