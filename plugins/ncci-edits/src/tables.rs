//! The official tables: which files the settings name, read and told apart.

use std::fs::File;
use std::io::BufReader;

use scrubjay_codes::{
    AddOnTable, FileKind, Import, ImportError, MueTable, PtpReader, PtpTable, RowFault, Validity,
    Versions, read_add_ons, read_mue, recognize_file,
};
use scrubjay_plugin::{ClaimKind, Host, Level};

/// Rows left out that are logged one by one, for each file.
const LOGGED: usize = 20;

/// Pairs and limits for one kind of biller.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    /// CMS splits the pairs of a quarter into several files.
    pub(crate) ptp: Vec<PtpTable>,
    /// Limits, each for the quarter that its file's name tells.
    pub(crate) mue: Versions<MueTable>,
}

/// All that is loaded.
#[derive(Debug)]
pub(crate) struct Tables {
    practitioner: Edits,
    hospital: Edits,
    pub(crate) add_ons: Option<AddOnTable>,
}

/// A table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TableError {
    #[error(
        "no table is named: give one of the settings ptp, mue, addon, ptp_hospital, mue_hospital"
    )]
    None,
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
        let tables = Self {
            practitioner: Edits {
                ptp: ptp(host, &PTP)?,
                mue: mue(host, &MUE)?,
            },
            hospital: Edits {
                ptp: ptp(host, &PTP_HOSPITAL)?,
                mue: mue(host, &MUE_HOSPITAL)?,
            },
            add_ons: add_ons(host)?,
        };
        let edits = [&tables.practitioner, &tables.hospital];
        if edits.iter().all(|edits| edits.is_empty()) && tables.add_ons.is_none() {
            return Err(TableError::None);
        }
        Ok(tables)
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
        self.ptp.is_empty() && self.mue.iter().next().is_none()
    }
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
