//! Medicare's tables as the practice has them from CMS: the folder into which
//! they were imported, and the files that `codes:` of `scrubjay.yaml` names.
//! None of them ships.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use scrubjay_codes::{
    AddOnTable, CodeClasses, CodeFolder, CodeFolderError, CodeTables, FeeScheduleTable, FileKind,
    Gpci, Import, ImportError, MueTable, PtpReader, PtpTable, RowFault, read_add_ons,
    read_code_classes, read_fee_schedule, read_gpci, read_mue, refuse_archive,
};
use serde::Deserialize;

/// Where the tables of CMS's are that rules may look into.
///
/// A table that is named file by file stands for every day, and instead of
/// those of its kind in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeFiles {
    /// Folder of imported tables, instead of `codes` beside `scrubjay.yaml`.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// Procedure-to-procedure edits of a quarter, which CMS splits over several
    /// files (`ccipra-vNNNrN-fN.txt`).
    #[serde(default)]
    pub ncci_ptp: Vec<PathBuf>,
    /// Medically unlikely edits of a quarter (`MCR_MUE_*.csv`).
    #[serde(default)]
    pub mue: Option<PathBuf>,
    /// Add-on codes of a quarter (`AOC_*.txt`).
    #[serde(default)]
    pub addon: Option<PathBuf>,
    /// Relative values of the physician fee schedule (`PPRRVU*.csv`).
    #[serde(default)]
    pub fees: Option<PathBuf>,
    /// What localities make of them (`GPCI*.csv`).
    #[serde(default)]
    pub gpci: Option<PathBuf>,
    /// The practice's own members of code classes, such as its office visits
    /// under the AMA's licence (`class,codes` and a line each).
    #[serde(default)]
    pub classes: Option<PathBuf>,
    /// The practice's locality: its Medicare contractor and the number there,
    /// such as `10112 00`.
    #[serde(default)]
    pub locality: Option<Locality>,
}

/// The folder of imported tables, where `scrubjay.yaml` names no other.
pub const FOLDER: &str = "codes";

/// A locality of Medicare's fee schedule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Locality {
    contractor: String,
    number: String,
}

impl fmt::Display for Locality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.contractor, self.number)
    }
}

/// A locality that is not written as one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a locality is written as its contractor and its number, such as `10112 00`; `{written}` is not"
)]
pub struct LocalityError {
    written: String,
}

impl TryFrom<String> for Locality {
    type Error = LocalityError;

    fn try_from(written: String) -> Result<Self, LocalityError> {
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        match written.split_whitespace().collect::<Vec<_>>()[..] {
            [contractor, number] if digits(contractor, 5) && digits(number, 2) => Ok(Self {
                contractor: contractor.to_owned(),
                number: number.to_owned(),
            }),
            _ => Err(LocalityError { written }),
        }
    }
}

impl CodeFiles {
    /// Makes the paths absolute to a folder, and finds the tables that were
    /// imported there.
    pub(crate) fn settle(&mut self, folder: &Path) {
        let imported = self.folder.as_deref().map(|imported| folder.join(imported));
        self.folder = imported.or_else(|| {
            let usual = folder.join(FOLDER);
            usual.is_dir().then_some(usual)
        });
        let single = [
            &mut self.mue,
            &mut self.addon,
            &mut self.fees,
            &mut self.gpci,
            &mut self.classes,
        ];
        let files = self.ncci_ptp.iter_mut();
        for path in files.chain(single.into_iter().flatten()) {
            *path = folder.join(&path);
        }
    }

    /// What is missing beside what is there: a price needs all of the three.
    /// The fees alone still say how a service is paid, and the others may have
    /// been imported.
    pub(crate) fn lacks(&self) -> Option<&'static str> {
        match (&self.gpci, &self.locality) {
            (Some(_), None) => Some("locality"),
            _ => None,
        }
    }
}

/// Why a table that `scrubjay.yaml` names could not be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodeFileError {
    /// The file cannot be opened.
    #[error(
        "{path}: `codes: {key}` of scrubjay.yaml names this file, and it cannot be opened; \
         mend the path, or take `{key}` out", path = path.display()
    )]
    Open {
        /// The entry below `codes:`.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be read, or is another file than it should be.
    #[error(
        "{path}: `codes: {key}` of scrubjay.yaml names this file, and it cannot be taken in; \
         fetch it from CMS again, or take `{key}` out", path = path.display()
    )]
    Import {
        /// The entry below `codes:`.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ImportError,
    },
    /// A folder that is named is not there.
    #[error(
        "{path}: `codes: folder` of scrubjay.yaml names this folder, and it is not there; import \
         a table into it with `scrubjay codes import`, or take `folder` out", path = path.display()
    )]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The folder of imported tables cannot be used.
    #[error(transparent)]
    Folder(#[from] CodeFolderError),
    /// No file of indices is at hand for the practice's locality.
    #[error(
        "`codes:` of scrubjay.yaml names the locality `{locality}`, and no table of localities is \
         at hand; import one (`scrubjay codes import gpci GPCIyyyy.csv`), or take `locality` out"
    )]
    NoLocalities {
        /// The locality.
        locality: Locality,
    },
    /// The file of indices does not have the practice's locality.
    #[error(
        "{path}: the locality `{locality}`, which `codes:` of scrubjay.yaml names, is not in this \
         file; its columns for the contractor and the locality number tell those that are",
        path = path.display()
    )]
    NoSuchLocality {
        /// The file.
        path: PathBuf,
        /// The locality.
        locality: Locality,
    },
}

/// Rows of a file that did not go in; the others did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsLeftOut {
    /// The file.
    pub path: PathBuf,
    /// How many rows.
    pub count: usize,
    /// The first of them, where its line is known.
    pub first: Option<RowFault>,
}

impl fmt::Display for RowsLeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, count, first } = self;
        let path = path.display();
        let rows = if *count == 1 { "row" } else { "rows" };
        match first {
            Some(first) => write!(
                f,
                "{path}: {count} {rows} left out, the first at {first}; the others are in"
            ),
            None => write!(
                f,
                "{path}: {count} {rows} left out, since they stand earlier too"
            ),
        }
    }
}

/// The tables that were read. Those that were named come before those that were
/// imported.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) imported: CodeTables,
    pub(crate) pairs: Option<PtpTable>,
    pub(crate) mue: Option<MueTable>,
    pub(crate) add_ons: Option<AddOnTable>,
    pub(crate) fees: Option<FeeScheduleTable>,
    indices: Option<Gpci>,
    /// The practice's, where one is named.
    locality: Option<Locality>,
    /// Those that ship, with the practice's own members.
    pub(crate) classes: Option<CodeClasses>,
    pub(crate) left_out: Vec<RowsLeftOut>,
}

impl Tables {
    /// Reads the folder and the files.
    pub(crate) fn read(files: &CodeFiles) -> Result<Self, CodeFileError> {
        let mut tables = Self {
            locality: files.locality.clone(),
            ..Self::default()
        };
        if let Some(path) = &files.folder {
            if !path.is_dir() {
                return Err(CodeFileError::NoFolder { path: path.clone() });
            }
            tables.imported = CodeFolder::at(path).tables()?;
        }
        tables.pairs = tables.read_pairs(&files.ncci_ptp)?;
        if let Some(path) = &files.mue {
            tables.mue = Some(tables.take("mue", path, read_mue)?);
        }
        if let Some(path) = &files.addon {
            tables.add_ons = Some(tables.take("addon", path, read_add_ons)?);
        }
        if let Some(path) = &files.fees {
            tables.fees = Some(tables.take("fees", path, read_fee_schedule)?);
        }
        tables.read_indices(files)?;
        if let Some(path) = &files.classes {
            let own = tables.take("classes", path, read_code_classes)?;
            let mut classes = CodeClasses::shipped().clone();
            classes.extend(&own);
            tables.classes = Some(classes);
        }
        Ok(tables)
    }

    /// What the practice's locality makes of a fee on a day.
    pub(crate) fn indices_on(&self, day: NaiveDate) -> Option<&Gpci> {
        if let Some(indices) = &self.indices {
            return Some(indices);
        }
        let Locality { contractor, number } = self.locality.as_ref()?;
        self.imported.localities_on(day)?.get(contractor, number)
    }

    /// Whether there are prices for some day.
    pub(crate) fn has_prices(&self) -> bool {
        self.has_fees() && self.locality.is_some()
    }

    /// Whether there is a fee schedule for some day.
    pub(crate) fn has_fees(&self) -> bool {
        let imported = [FileKind::FeeSchedule, FileKind::FeeScheduleQualifying];
        self.fees.is_some() || imported.into_iter().any(|kind| self.imported.has(kind))
    }

    /// Finds the practice's locality in the file that is named, or in one of
    /// those that were imported: localities come and go with the years.
    fn read_indices(&mut self, files: &CodeFiles) -> Result<(), CodeFileError> {
        let Some(locality) = &files.locality else {
            return Ok(());
        };
        let Locality { contractor, number } = locality;
        let absent = |path: &Path| CodeFileError::NoSuchLocality {
            path: path.to_owned(),
            locality: locality.clone(),
        };
        if let Some(path) = &files.gpci {
            let localities = self.take("gpci", path, read_gpci)?;
            let indices = localities.get(contractor, number);
            self.indices = Some(indices.ok_or_else(|| absent(path))?.clone());
            return Ok(());
        }
        let versions = self.imported.versions().iter();
        let mut years = versions.filter(|version| version.kind == FileKind::Gpci);
        let found = years.clone().any(|year| {
            let first = year.days.starts.unwrap_or(NaiveDate::MIN);
            let localities = self.imported.localities_on(first);
            localities.is_some_and(|table| table.get(contractor, number).is_some())
        });
        match years.next_back() {
            _ if found => Ok(()),
            Some(last) => Err(absent(&last.path)),
            None => Err(CodeFileError::NoLocalities {
                locality: locality.clone(),
            }),
        }
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        path: &Path,
        read: impl FnOnce(BufReader<File>) -> Result<Import<T>, ImportError>,
    ) -> Result<T, CodeFileError> {
        let mut file = open(key, path)?;
        let import = refuse_archive(&mut file)
            .and_then(|()| read(file))
            .map_err(refused(key, path))?;
        self.note(path, import.refused, import.faults.first().copied());
        Ok(import.table)
    }

    /// One table of several files: each tells of its own faults.
    fn read_pairs(&mut self, paths: &[PathBuf]) -> Result<Option<PtpTable>, CodeFileError> {
        const KEY: &str = "ncci_ptp";
        let Some(last) = paths.last() else {
            return Ok(None);
        };
        let mut reader = PtpReader::default();
        for path in paths {
            let (taken, refused_before) = (reader.taken(), reader.refused());
            let listed = reader.faults().len();
            let mut file = open(KEY, path)?;
            refuse_archive(&mut file)
                .and_then(|()| reader.read(file))
                .map_err(refused(KEY, path))?;
            let count = reader.refused() - refused_before;
            let first = reader.faults().get(listed).copied();
            // A quarter of which one file gave nothing would lack its edits.
            if reader.taken() == taken {
                let nothing = ImportError::NothingTaken {
                    refused: count,
                    first,
                };
                return Err(refused(KEY, path)(nothing));
            }
            self.note(path, count, first);
        }
        let before = reader.refused();
        let import = reader.finish().map_err(refused(KEY, last))?;
        self.note(last, import.refused - before, None);
        Ok(Some(import.table))
    }

    fn note(&mut self, path: &Path, count: usize, first: Option<RowFault>) {
        if count > 0 {
            self.left_out.push(RowsLeftOut {
                path: path.to_owned(),
                count,
                first,
            });
        }
    }
}

fn open(key: &'static str, path: &Path) -> Result<BufReader<File>, CodeFileError> {
    let file = File::open(path).map_err(|source| CodeFileError::Open {
        key,
        path: path.to_owned(),
        source,
    })?;
    Ok(BufReader::new(file))
}

fn refused(key: &'static str, path: &Path) -> impl FnOnce(ImportError) -> CodeFileError {
    let path = path.to_owned();
    move |source| CodeFileError::Import { key, path, source }
}
