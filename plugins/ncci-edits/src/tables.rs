//! The official tables: those that the practice imported, and the files that
//! the settings name, read and told apart.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_codes::{
    AddOnTable, CodeFolder, CodeFolderError, CodeTables, FileKind, Import, ImportError,
    ImportedTable, MueTable, PtpEdit, PtpReader, PtpTable, RowFault, Validity, Versions,
    read_add_ons, read_mue, recognize_file,
};
use scrubjay_plugin::{ClaimKind, Host, Level};

/// Rows left out that are logged one by one, for each file.
const LOGGED: usize = 20;

/// Where the practice's imported tables are, where no setting names a table.
const FOLDER: &str = "codes";

/// Pairs and limits for one kind of biller. Those that a setting names come
/// before those that were imported.
#[derive(Debug)]
pub(crate) struct Edits {
    /// CMS splits the pairs of a quarter into several files.
    ptp: Vec<PtpTable>,
    /// Limits, each for the quarter that its file's name tells.
    mue: Versions<MueTable>,
    imported: Arc<CodeTables>,
    /// The imported tables that are meant: pairs, and limits, the first that is there.
    pairs: FileKind,
    limits: &'static [FileKind],
}

/// All that is loaded.
#[derive(Debug)]
pub(crate) struct Tables {
    practitioner: Edits,
    hospital: Edits,
    add_ons: Option<AddOnTable>,
    imported: Arc<CodeTables>,
}

/// A table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    #[error(
        "no table is named: import some into the practice's folder `codes`, or give one of the \
         settings codes, ptp, mue, addon, ptp_hospital, mue_hospital"
    )]
    None,
    #[error(
        "`codes` names {folder}, which holds no pairs, limits or add-on codes; import some with `scrubjay codes import`"
    )]
    Nothing { folder: String },
    #[error("`codes`")]
    Folder(#[from] CodeFolderError),
    #[error("`{setting}` names no file between two commas")]
    Empty { setting: &'static str },
    #[error("`{setting}`: {file} cannot be opened")]
    Open {
        setting: &'static str,
        file: String,
        source: std::io::Error,
    },
    #[error("`{setting}` names {file}, which is another table by its name ({found:?})")]
    Kind {
        setting: &'static str,
        file: String,
        found: FileKind,
    },
    #[error(
        "{file}, {first}; none of its {refused} rows could be taken in: is this the right file?"
    )]
    NoRow {
        file: String,
        first: RowFault,
        refused: usize,
    },
    #[error("{file}")]
    Import { file: String, source: ImportError },
}

/// A setting that names files, and what they may be by their names.
struct Named {
    setting: &'static str,
    kinds: &'static [FileKind],
}

const PTP: Named = Named {
    setting: "ptp",
    kinds: &[FileKind::PtpPractitioner],
};
const PTP_HOSPITAL: Named = Named {
    setting: "ptp_hospital",
    kinds: &[FileKind::PtpHospital],
};
const MUE: Named = Named {
    setting: "mue",
    kinds: &[FileKind::MuePractitioner, FileKind::MueSupplier],
};
const MUE_HOSPITAL: Named = Named {
    setting: "mue_hospital",
    kinds: &[FileKind::MueHospital],
};
const ADD_ON: Named = Named {
    setting: "addon",
    kinds: &[FileKind::AddOns],
};

impl Tables {
    pub(crate) fn read(host: &Host<'_>) -> Result<Self, TableError> {
        let imported = Arc::new(imported(host)?);
        let tables = Self {
            practitioner: Edits {
                ptp: ptp(host, &PTP)?,
                mue: mue(host, &MUE)?,
                imported: Arc::clone(&imported),
                pairs: FileKind::PtpPractitioner,
                limits: &[FileKind::MuePractitioner, FileKind::MueSupplier],
            },
            hospital: Edits {
                ptp: ptp(host, &PTP_HOSPITAL)?,
                mue: mue(host, &MUE_HOSPITAL)?,
                imported: Arc::clone(&imported),
                pairs: FileKind::PtpHospital,
                limits: &[FileKind::MueHospital],
            },
            add_ons: add_ons(host)?,
            imported,
        };
        let edits = [&tables.practitioner, &tables.hospital];
        if edits.iter().all(|edits| edits.is_empty()) && !tables.has_add_ons() {
            return Err(match host.setting(FOLDER) {
                Some(folder) => TableError::Nothing {
                    folder: folder.to_owned(),
                },
                None => TableError::None,
            });
        }
        Ok(tables)
    }

    fn has_add_ons(&self) -> bool {
        self.add_ons.is_some() || self.imported.has(FileKind::AddOns)
    }

    /// Add-on codes for a day.
    pub(crate) fn add_ons_on(&self, day: NaiveDate) -> Option<&AddOnTable> {
        let named = self.add_ons.as_ref();
        named.or_else(|| self.imported.add_ons_on(day))
    }

    /// The pairs and limits for the biller of a claim.
    pub(crate) fn of(&self, kind: Option<ClaimKind>) -> &Edits {
        match kind {
            Some(ClaimKind::Institutional) => &self.hospital,
            _ => &self.practitioner,
        }
    }
}

impl Edits {
    fn is_empty(&self) -> bool {
        !self.has_pairs() && !self.has_limits()
    }

    pub(crate) fn has_pairs(&self) -> bool {
        !self.ptp.is_empty() || self.imported.has(self.pairs)
    }

    pub(crate) fn has_limits(&self) -> bool {
        self.mue.iter().next().is_some() || self.imported_limits().is_some()
    }

    /// The edit in force that does not pay one code beside another.
    pub(crate) fn pair(&self, paid: &str, unpaid: &str, day: NaiveDate) -> Option<PtpEdit<'_>> {
        if !self.ptp.is_empty() {
            let mut tables = self.ptp.iter();
            return tables.find_map(|table| table.find(paid, unpaid, day));
        }
        match self.imported.on(self.pairs, day)? {
            ImportedTable::Ptp(table) => table.find(paid, unpaid, day),
            _ => None,
        }
    }

    /// Unit limits for a day.
    pub(crate) fn limits_on(&self, day: NaiveDate) -> Option<&MueTable> {
        if self.mue.iter().next().is_some() {
            return self.mue.on(day);
        }
        match self.imported.on(self.imported_limits()?, day)? {
            ImportedTable::Mue(table) => Some(table),
            _ => None,
        }
    }

    fn imported_limits(&self) -> Option<FileKind> {
        let mut kinds = self.limits.iter().copied();
        kinds.find(|kind| self.imported.has(*kind))
    }
}

/// The tables that the practice imported: from the folder that `codes` names,
/// else from its usual one where no setting names a table.
fn imported(host: &Host<'_>) -> Result<CodeTables, TableError> {
    let named = host.setting(FOLDER).map(str::trim);
    let files = [&PTP, &MUE, &ADD_ON, &PTP_HOSPITAL, &MUE_HOSPITAL];
    let any_file = files
        .iter()
        .any(|named| host.setting(named.setting).is_some());
    let folder = match named {
        None if any_file => return Ok(CodeTables::default()),
        None => FOLDER,
        Some(folder) => folder,
    };
    let tables = CodeFolder::at(host.folder().join(folder)).tables()?;
    for version in tables.versions() {
        let line = format!("{folder}: {} with {} rows", version.name(), version.rows);
        host.log(Level::Info, &line);
    }
    Ok(tables)
}

fn ptp(host: &Host<'_>, named: &Named) -> Result<Vec<PtpTable>, TableError> {
    named
        .files(host)
        .map(|file| {
            let file = file?;
            let (reader, _) = named.open(host, file)?;
            // A reader for each file: lines of faults count within theirs.
            let mut pairs = PtpReader::default();
            let read = pairs.read(reader).and_then(|()| pairs.finish());
            taken(host, file, read)
        })
        .collect()
}

fn mue(host: &Host<'_>, named: &Named) -> Result<Versions<MueTable>, TableError> {
    let mut versions = Versions::default();
    for file in named.files(host) {
        let file = file?;
        let (reader, days) = named.open(host, file)?;
        versions.add(days, taken(host, file, read_mue(reader))?);
    }
    Ok(versions)
}

fn add_ons(host: &Host<'_>) -> Result<Option<AddOnTable>, TableError> {
    let Some(file) = host.setting(ADD_ON.setting).map(str::trim) else {
        return Ok(None);
    };
    let (reader, _) = ADD_ON.open(host, file)?;
    taken(host, file, read_add_ons(reader)).map(Some)
}

impl Named {
    /// The files of the setting, with commas between them.
    fn files<'a>(
        &self,
        host: &Host<'a>,
    ) -> impl Iterator<Item = Result<&'a str, TableError>> + use<'a> {
        let setting = self.setting;
        let files = host.setting(setting).into_iter();
        files
            .flat_map(|files| files.split(','))
            .map(move |file| match file.trim() {
                "" => Err(TableError::Empty { setting }),
                file => Ok(file),
            })
    }

    /// Opens a file, with the days that its name tells; without an official
    /// name it stands for every day.
    fn open(&self, host: &Host<'_>, file: &str) -> Result<(BufReader<File>, Validity), TableError> {
        let path = host.folder().join(file);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let days = match recognize_file(&name) {
            Some((kind, days)) if self.kinds.contains(&kind) => days,
            Some((found, _)) => {
                return Err(TableError::Kind {
                    setting: self.setting,
                    file: file.to_owned(),
                    found,
                });
            }
            None => Validity::default(),
        };
        let opened = File::open(&path).map_err(|source| TableError::Open {
            setting: self.setting,
            file: file.to_owned(),
            source,
        })?;
        Ok((BufReader::new(opened), days))
    }
}

/// The table of an import; what was left out of it goes to the host's log.
fn taken<T>(
    host: &Host<'_>,
    file: &str,
    read: Result<Import<T>, ImportError>,
) -> Result<T, TableError> {
    let import = read.map_err(|source| match source {
        ImportError::NothingTaken {
            first: Some(first),
            refused,
        } => TableError::NoRow {
            file: file.to_owned(),
            first,
            refused,
        },
        source => TableError::Import {
            file: file.to_owned(),
            source,
        },
    })?;
    for fault in import.faults.iter().take(LOGGED) {
        host.log(
            Level::Warn,
            &format!("{file}, {fault}; the row is left out"),
        );
    }
    let rest = import.refused - import.faults.len().min(LOGGED);
    if rest > 0 {
        let line = format!("{file}: {rest} more rows are left out, faulty or standing twice");
        host.log(Level::Warn, &line);
    }
    host.log(Level::Info, &format!("{file}: {} rows", import.taken));
    Ok(import.table)
}
