//! A table of any kind that was imported, and how official files become one.

use std::io::BufRead;

use crate::import::refuse_archive;
use crate::{
    AddOnTable, Changes, FeeScheduleTable, FileKind, GpciTable, HcpcsTable, Icd10Table, Import,
    ImportError, MueTable, PtpReader, PtpTable, RowFault, Tabular, Validity, read_add_ons,
    read_fee_schedule, read_gpci, read_hcpcs, read_icd10_order, read_icd10_tabular,
    read_medicaid_mue, read_mue, recognize_file,
};

/// A table of any kind that can be imported.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ImportedTable {
    /// ICD-10-CM of an order file.
    Icd10Order(Icd10Table),
    /// ICD-10-CM of a tabular list, with its notes.
    Icd10Tabular(Tabular),
    /// HCPCS Level II.
    Hcpcs(HcpcsTable),
    /// Pairs.
    Ptp(PtpTable),
    /// Unit limits.
    Mue(MueTable),
    /// Add-on codes.
    AddOns(AddOnTable),
    /// Relative values.
    FeeSchedule(FeeScheduleTable),
    /// Localities.
    Gpci(GpciTable),
}

impl ImportedTable {
    /// What changed since an older version of the same table; `None` where the
    /// two are tables of unlike layouts.
    #[must_use]
    pub fn changes_since(&self, old: &Self) -> Option<Changes> {
        let changes = match (self, old) {
            (Self::Icd10Order(new), Self::Icd10Order(old)) => new.changes_since(old),
            (Self::Icd10Tabular(new), Self::Icd10Tabular(old)) => {
                let [new, old] = [new, old].map(|list| list.clone().table(None));
                new.changes_since(&old)
            }
            (Self::Hcpcs(new), Self::Hcpcs(old)) => new.changes_since(old),
            (Self::Ptp(new), Self::Ptp(old)) => new.changes_since(old),
            (Self::Mue(new), Self::Mue(old)) => new.changes_since(old),
            (Self::AddOns(new), Self::AddOns(old)) => new.changes_since(old),
            (Self::FeeSchedule(new), Self::FeeSchedule(old)) => new.changes_since(old),
            (Self::Gpci(new), Self::Gpci(old)) => new.changes_since(old),
            _ => return None,
        };
        Some(changes)
    }
}

/// One official file on its way in: its name tells what it is and for which days.
#[derive(Debug)]
pub struct OfficialFile<R> {
    /// Its name, without folders.
    pub name: String,
    /// Its content.
    pub content: R,
}

/// What became of the rows of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRows {
    /// The file's name.
    pub name: String,
    /// Rows that went in.
    pub taken: usize,
    /// Rows that are no data: notices, headers, empty lines.
    pub skipped: usize,
    /// Rows that did not go in.
    pub refused: usize,
    /// The first thousand of them, each with its line and why.
    pub faults: Vec<RowFault>,
}

/// Official files that were read into one table.
#[derive(Debug, Clone)]
#[must_use]
pub struct ReadFiles {
    /// What they are.
    pub kind: FileKind,
    /// For which days they stand.
    pub days: Validity,
    /// The table.
    pub table: ImportedTable,
    /// Rows that are in it.
    pub rows: usize,
    /// Rows that stood in more than one of the files, and are in it once.
    pub repeated: usize,
    /// What became of each file's rows.
    pub files: Vec<FileRows>,
}

/// Why official files were not read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadFilesError {
    /// No file was handed in.
    #[error("no file is named")]
    NoFile,
    /// The file's name says that it is another table.
    #[error("{file} is {found} by its name, and not {asked}: import it as `{}`", found.as_str(),
        found = .found.title(), asked = .asked.title())]
    OtherKind {
        /// The file.
        file: String,
        /// What was asked for.
        asked: FileKind,
        /// What the name says.
        found: FileKind,
    },
    /// Nothing tells for which days the file stands.
    #[error(
        "{file}: the name does not tell for which days it stands; say its first day, or give it back the name that it was published under"
    )]
    NoDays {
        /// The file.
        file: String,
    },
    /// The files are of several versions.
    #[error(
        "{file} stands for other days than {first}: import the files of each version by themselves"
    )]
    OtherDays {
        /// The first file.
        first: String,
        /// The one that differs.
        file: String,
    },
    /// Only pairs come in several files.
    #[error("{kind} comes in one file: import {file} by itself", kind = .kind.title())]
    SeveralFiles {
        /// What was asked for.
        kind: FileKind,
        /// The second file.
        file: String,
    },
    /// The file cannot be read, or is another file than it should be.
    #[error("{file} cannot be taken in")]
    Import {
        /// The file.
        file: String,
        /// Why not.
        source: ImportError,
    },
}

/// Reads the official files of one version of a table: one, or all into which
/// CMS splits the pairs of a quarter. `days`, where it is given, counts before
/// what the names tell of the days for which they stand.
///
/// # Errors
/// A file is another one than was asked for, or cannot be read. Nothing is half
/// read: broken rows are listed, and everything else goes in.
pub fn read_official<R: BufRead>(
    kind: FileKind,
    days: Option<Validity>,
    files: Vec<OfficialFile<R>>,
) -> Result<ReadFiles, ReadFilesError> {
    let days = days_of(kind, days, &files)?;
    let (table, rows, repeated, files) = match kind {
        FileKind::PtpPractitioner | FileKind::PtpHospital => read_pairs(files)?,
        _ => read_one(kind, files)?,
    };
    Ok(ReadFiles {
        kind,
        days,
        table,
        rows,
        repeated,
        files,
    })
}

fn days_of<R>(
    kind: FileKind,
    said: Option<Validity>,
    files: &[OfficialFile<R>],
) -> Result<Validity, ReadFilesError> {
    let mut days: Option<(Validity, &str)> = None;
    for OfficialFile { name, .. } in files {
        let told = match recognize_file(name) {
            Some((found, _)) if found != kind => {
                return Err(ReadFilesError::OtherKind {
                    file: name.clone(),
                    asked: kind,
                    found,
                });
            }
            Some((_, told)) => Some(told),
            None => None,
        };
        let told = said
            .or(told)
            .ok_or_else(|| ReadFilesError::NoDays { file: name.clone() })?;
        match days {
            Some((first_days, first)) if first_days != told => {
                return Err(ReadFilesError::OtherDays {
                    first: first.to_owned(),
                    file: name.clone(),
                });
            }
            _ => days = Some((told, name)),
        }
    }
    days.map(|(days, _)| days).ok_or(ReadFilesError::NoFile)
}

/// A table, its rows, those that repeat, and what became of each file.
type Taken = (ImportedTable, usize, usize, Vec<FileRows>);

fn read_one<R: BufRead>(
    kind: FileKind,
    files: Vec<OfficialFile<R>>,
) -> Result<Taken, ReadFilesError> {
    let mut files = files.into_iter();
    let OfficialFile { name, mut content } = files.next().ok_or(ReadFilesError::NoFile)?;
    if let Some(second) = files.next() {
        let file = second.name;
        return Err(ReadFilesError::SeveralFiles { kind, file });
    }
    let read = refuse_archive(&mut content).and_then(|()| read_table(kind, content));
    let import = read.map_err(|source| ReadFilesError::Import {
        file: name.clone(),
        source,
    })?;
    let rows = FileRows {
        name,
        taken: import.taken,
        skipped: import.skipped,
        refused: import.refused,
        faults: import.faults,
    };
    Ok((import.table, import.taken, 0, vec![rows]))
}

fn read_table(kind: FileKind, file: impl BufRead) -> Result<Import<ImportedTable>, ImportError> {
    use ImportedTable as Table;
    Ok(match kind {
        FileKind::Icd10Order => read_icd10_order(file)?.map(Table::Icd10Order),
        FileKind::Icd10Tabular => read_icd10_tabular(file)?.map(Table::Icd10Tabular),
        FileKind::Hcpcs => read_hcpcs(file)?.map(Table::Hcpcs),
        FileKind::PtpPractitioner | FileKind::PtpHospital => {
            let mut reader = PtpReader::default();
            reader.read(file)?;
            reader.finish()?.map(Table::Ptp)
        }
        FileKind::MuePractitioner | FileKind::MueHospital | FileKind::MueSupplier => {
            read_mue(file)?.map(Table::Mue)
        }
        FileKind::MueMedicaidPractitioner
        | FileKind::MueMedicaidHospital
        | FileKind::MueMedicaidSupplier => read_medicaid_mue(file)?.map(Table::Mue),
        FileKind::AddOns => read_add_ons(file)?.map(Table::AddOns),
        FileKind::FeeSchedule | FileKind::FeeScheduleQualifying => {
            read_fee_schedule(file)?.map(Table::FeeSchedule)
        }
        FileKind::Gpci => read_gpci(file)?.map(Table::Gpci),
    })
}

/// One table of several files: each tells of its own faults.
fn read_pairs<R: BufRead>(files: Vec<OfficialFile<R>>) -> Result<Taken, ReadFilesError> {
    let mut reader = PtpReader::default();
    let mut told: Vec<FileRows> = Vec::new();
    for OfficialFile { name, mut content } in files {
        let failed = |source| ReadFilesError::Import {
            file: name.clone(),
            source,
        };
        refuse_archive(&mut content).map_err(failed)?;
        let before = reader.counts();
        reader.read(content).map_err(failed)?;
        let now = reader.counts();
        let faults = reader.faults()[before.faults..].to_vec();
        let rows = FileRows {
            taken: now.taken - before.taken,
            skipped: now.skipped - before.skipped,
            refused: now.refused - before.refused,
            faults,
            name: name.clone(),
        };
        // A quarter of which one file gave nothing would lack its edits.
        if rows.taken == 0 {
            return Err(failed(ImportError::NothingTaken {
                refused: rows.refused,
                first: rows.faults.first().copied(),
            }));
        }
        told.push(rows);
    }
    let last = told.last().map(|rows| rows.name.clone());
    let file = last.ok_or(ReadFilesError::NoFile)?;
    let taken = reader.taken();
    let import = reader
        .finish()
        .map_err(|source| ReadFilesError::Import { file, source })?;
    let repeated = taken - import.taken;
    Ok((
        ImportedTable::Ptp(import.table),
        import.taken,
        repeated,
        told,
    ))
}
