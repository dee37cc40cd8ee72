//! A folder of imported tables: versions side by side, each in a file of its
//! own, found by what stands in it and not by its name.

mod body;
mod cells;
mod head;
mod tables;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::{FileKind, ImportedTable, ReadFiles, Validity};
use head::{Head, MAX_HEAD};
pub use tables::CodeTables;

/// What the names of imported tables end in.
const EXTENSION: &str = "codes";
/// Largest table that is read; the pairs of a quarter take thirty million bytes.
const MAX_BODY: u64 = 1 << 30;

/// A folder of imported tables.
///
/// ```
/// use scrubjay_codes::{CodeFolder, FileKind, OfficialFile, Present, read_official};
/// # let scratch = std::env::temp_dir().join(format!("scrubjay-doc-{}", std::process::id()));
/// let file = OfficialFile {
///     name: "ccipra-v320r0-f1.txt".to_owned(),
///     content: &b"G9001\tG9002\t\t20260101\t*\t1\tInvented\r\n"[..],
/// };
/// let read = read_official(FileKind::PtpPractitioner, None, vec![file])?;
///
/// let folder = CodeFolder::at(&scratch);
/// let today = "2026-01-05".parse()?;
/// folder.add(&read, today, Present::Keep)?;
///
/// let tables = folder.tables()?;
/// let day = "2026-03-02".parse()?;
/// let pairs = tables.pairs_on(scrubjay_model::ClaimKind::Professional, day).unwrap();
/// assert!(pairs.find("G9001", "G9002", day).is_some());
/// # std::fs::remove_dir_all(&scratch)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFolder {
    path: PathBuf,
}

/// One version of a table, as its file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeVersion {
    /// What it is.
    pub kind: FileKind,
    /// For which days it stands.
    pub days: Validity,
    /// The official files that it was read from.
    pub sources: Vec<String>,
    /// Rows in it.
    pub rows: usize,
    /// Rows of the official files that did not go in.
    pub left_out: usize,
    /// The day on which it was imported.
    pub imported: NaiveDate,
    /// The file.
    pub path: PathBuf,
    /// Bytes of the file.
    pub size: u64,
}

impl CodeVersion {
    /// Its name: the kind and its first day, such as `ncci@2026-01-01`.
    #[must_use]
    pub fn name(&self) -> String {
        match self.days.starts {
            Some(starts) => format!("{}@{starts}", self.kind),
            None => self.kind.to_string(),
        }
    }
}

/// What is done where the folder has a version for the same days already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Present {
    /// It is kept, unless the two are the same.
    Keep,
    /// It gives way.
    Replace,
}

/// What became of a version that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    New,
    /// It took the place of one for the same days.
    Replaced,
    /// The folder had the same table for the same days.
    Same,
}

/// Why a folder of imported tables cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodeFolderError {
    /// A file or the folder cannot be read.
    #[error("{path} cannot be read", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{path} cannot be written", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is damaged.
    #[error(
        "{path} is damaged, or was written by another version of this program; delete it and import the official file again{of}",
        path = .path.display(), of = of(.sources)
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The official files that it was read from, where it still tells.
        sources: Vec<String>,
    },
    /// A version for the same days is there.
    #[error(
        "{path} holds the same days already, of {was}; say that it is to be replaced, where the new one is a correction",
        path = .path.display(), was = .sources.join(", ")
    )]
    Present {
        /// Its file.
        path: PathBuf,
        /// The official files that it was read from.
        sources: Vec<String>,
    },
}

fn of(sources: &[String]) -> String {
    if sources.is_empty() {
        return String::new();
    }
    format!(": {}", sources.join(", "))
}

impl CodeFolder {
    /// The folder at a path. It need not be there: it holds nothing then.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its versions, by kind and first day. Files of other names are not looked at.
    ///
    /// # Errors
    /// The folder or a file cannot be read, or a file is damaged.
    pub fn versions(&self) -> Result<Vec<CodeVersion>, CodeFolderError> {
        let mut versions = Vec::new();
        for path in self.files()? {
            let Opened { head, size, .. } = open(&path)?;
            versions.push(head.version(path, size));
        }
        versions.sort_by_key(|version| (version.kind, version.days.starts, version.imported));
        Ok(versions)
    }

    /// The version of that name, such as `ncci@2026-01-01`; of a kind alone, the
    /// one that begins last.
    ///
    /// # Errors
    /// As [`CodeFolder::versions`].
    pub fn version(&self, name: &str) -> Result<Option<CodeVersion>, CodeFolderError> {
        let mut versions = self.versions()?;
        versions.retain(|version| version.name() == name || version.kind.as_str() == name);
        Ok(versions.pop())
    }

    /// Reads a version's table.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged.
    pub fn table(path: &Path) -> Result<(CodeVersion, ImportedTable), CodeFolderError> {
        let (head, body, size) = read(path)?;
        let kind = head.kind;
        let version = head.version(path.to_owned(), size);
        match body::read(kind, body) {
            Some(table) => Ok((version, table)),
            None => Err(CodeFolderError::Damaged {
                path: version.path,
                sources: version.sources,
            }),
        }
    }

    /// Reads every table.
    ///
    /// # Errors
    /// As [`CodeFolder::versions`].
    pub fn tables(&self) -> Result<CodeTables, CodeFolderError> {
        let mut tables = CodeTables::default();
        for version in self.versions()? {
            let (version, table) = Self::table(&version.path)?;
            tables.add(version, table);
        }
        Ok(tables)
    }

    /// Writes a version into the folder, which is made where it is not there.
    /// The file is whole or not there: it is written beside and renamed.
    ///
    /// # Errors
    /// The folder cannot be written, or has another table for the same days and
    /// that is to be kept.
    pub fn add(
        &self,
        read_in: &ReadFiles,
        today: NaiveDate,
        present: Present,
    ) -> Result<(CodeVersion, Added), CodeFolderError> {
        let path = self.path.join(file_name(read_in.kind, read_in.days));
        let body = body::write(&read_in.table);
        let head = Head::of(read_in, today, &body);
        let mut added = Added::New;
        if path.exists() {
            added = Added::Replaced;
            match (read(&path), present) {
                (Ok((was, was_body, size)), _) if was_body == body => {
                    return Ok((was.version(path, size), Added::Same));
                }
                (Ok((was, ..)), Present::Keep) => {
                    return Err(CodeFolderError::Present {
                        path,
                        sources: was.sources,
                    });
                }
                (Err(damaged), Present::Keep) => return Err(damaged),
                (_, Present::Replace) => {}
            }
        }
        let size = self.write(&path, &head.to_bytes(), &body)?;
        Ok((head.version(path, size), added))
    }

    fn write(&self, path: &Path, head: &[u8], body: &[u8]) -> Result<u64, CodeFolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| CodeFolderError::Write { path, source }
        };
        fs::create_dir_all(&self.path).map_err(failed(&self.path))?;
        let beside = path.with_extension(format!("part-{}", std::process::id()));
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(head)?;
            file.write_all(body)?;
            file.sync_all()
        });
        if let Err(source) = written.and_then(|()| fs::rename(&beside, path)) {
            // What is half written is of no use; the first error is the one to tell.
            let _ = fs::remove_file(&beside);
            return Err(failed(path)(source));
        }
        Ok((head.len() + body.len()) as u64)
    }

    /// The files of imported tables, in the order of their names.
    fn files(&self) -> Result<Vec<PathBuf>, CodeFolderError> {
        let failed = |source| CodeFolderError::Read {
            path: self.path.clone(),
            source,
        };
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == EXTENSION)
            {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

/// Such as `ncci_2026-01-01_2026-03-31.codes`.
fn file_name(kind: FileKind, days: Validity) -> String {
    let day = |day: Option<NaiveDate>| day.map_or("open".to_owned(), |day| day.to_string());
    let last = days.stops.and_then(|stops| stops.pred_opt());
    format!("{kind}_{}_{}.{EXTENSION}", day(days.starts), day(last))
}

fn damaged(path: &Path) -> CodeFolderError {
    CodeFolderError::Damaged {
        path: path.to_owned(),
        sources: Vec::new(),
    }
}

/// A table's file whose head was read.
struct Opened {
    head: Head,
    /// The file, behind what was read.
    file: File,
    /// What was read of the body.
    begins: Vec<u8>,
    /// Bytes of the file.
    size: u64,
}

fn open(path: &Path) -> Result<Opened, CodeFolderError> {
    let failed = |source| CodeFolderError::Read {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut begins = Vec::with_capacity(MAX_HEAD);
    let mut first = (&mut file).take(MAX_HEAD as u64);
    first.read_to_end(&mut begins).map_err(failed)?;
    let (head, length) = Head::read(&begins).ok_or_else(|| damaged(path))?;
    let whole = head.body.checked_add(length as u64) == Some(size);
    if !whole || head.body > MAX_BODY {
        return Err(CodeFolderError::Damaged {
            path: path.to_owned(),
            sources: head.sources,
        });
    }
    begins.drain(..length);
    Ok(Opened {
        head,
        file,
        begins,
        size,
    })
}

/// Reads a table and holds it against its checksum.
fn read(path: &Path) -> Result<(Head, Vec<u8>, u64), CodeFolderError> {
    let Opened {
        head,
        mut file,
        begins: mut body,
        size,
    } = open(path)?;
    let rest = usize::try_from(head.body).unwrap_or(usize::MAX);
    body.reserve_exact(rest.saturating_sub(body.len()));
    file.read_to_end(&mut body)
        .map_err(|source| CodeFolderError::Read {
            path: path.to_owned(),
            source,
        })?;
    if !head.is_of(&body) {
        return Err(CodeFolderError::Damaged {
            path: path.to_owned(),
            sources: head.sources,
        });
    }
    Ok((head, body, size))
}

#[cfg(test)]
mod tests;
