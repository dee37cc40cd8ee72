//! All tables of a folder, in memory: the day picks the version.

use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_model::ClaimKind;

use super::CodeVersion;
use crate::{
    AddOnTable, FeeScheduleTable, FileKind, GpciTable, HcpcsTable, Icd10Releases, ImportedTable,
    MueTable, PtpTable, Versions, shipped_icd10,
};

/// The tables of a folder, every version of each. Share it between threads:
/// looking up takes no lock.
#[derive(Debug, Clone)]
pub struct CodeTables {
    /// By kind, in the order in which kinds are declared.
    tables: Vec<Versions<ImportedTable>>,
    versions: Vec<CodeVersion>,
    /// Those that ship with those that were imported; `None` where none was.
    icd10: Option<Icd10Releases>,
}

impl Default for CodeTables {
    fn default() -> Self {
        Self {
            tables: FileKind::ALL.map(|_| Versions::default()).to_vec(),
            versions: Vec::new(),
            icd10: None,
        }
    }
}

impl CodeTables {
    /// Adds a version. Where two have a day in common, the one added later
    /// counts: add them by their first day.
    pub(super) fn add(&mut self, version: CodeVersion, table: ImportedTable) {
        let CodeVersion { kind, days, .. } = version;
        match table {
            ImportedTable::Icd10Order(table) => self.releases().add(days, table),
            ImportedTable::Icd10Tabular(list) => self.releases().add_tabular(days, list),
            table => {
                if let Some(versions) = self.tables.get_mut(kind as usize) {
                    versions.add(days, Arc::new(table));
                }
            }
        }
        self.versions.push(version);
    }

    fn releases(&mut self) -> &mut Icd10Releases {
        self.icd10.get_or_insert_with(|| shipped_icd10().clone())
    }

    /// Every version, by kind and first day.
    #[must_use]
    pub fn versions(&self) -> &[CodeVersion] {
        &self.versions
    }

    /// Whether a version of that table is there, for whatever day.
    #[must_use]
    pub fn has(&self, kind: FileKind) -> bool {
        self.versions.iter().any(|version| version.kind == kind)
    }

    /// The table for a day. Of a table whose rows carry days the next later
    /// version tells of a day before the first one; `None` where nobody can say.
    #[must_use]
    pub fn on(&self, kind: FileKind, day: NaiveDate) -> Option<&ImportedTable> {
        let versions = self.tables.get(kind as usize)?;
        let on = versions.on(day);
        if kind.has_history() {
            on.or_else(|| versions.first_after(day))
        } else {
            on
        }
    }

    /// The table for a day with what is told of it, as [`CodeTables::on`].
    #[must_use]
    pub fn version_on(
        &self,
        kind: FileKind,
        day: NaiveDate,
    ) -> Option<(&CodeVersion, &ImportedTable)> {
        let table = self.on(kind, day)?;
        let of_kind = || self.versions.iter().filter(|version| version.kind == kind);
        let later = || of_kind().find(|version| version.days.starts > Some(day));
        let version = of_kind()
            .rev()
            .find(|version| version.days.holds_on(day))
            .or_else(later)?;
        Some((version, table))
    }

    /// Pairs for a day: those for outpatient hospitals judge institutional claims,
    /// those for practitioners the others.
    #[must_use]
    pub fn pairs_on(&self, claim: ClaimKind, day: NaiveDate) -> Option<&PtpTable> {
        let kind = match claim {
            ClaimKind::Institutional => FileKind::PtpHospital,
            _ => FileKind::PtpPractitioner,
        };
        match self.on(kind, day)? {
            ImportedTable::Ptp(table) => Some(table),
            _ => None,
        }
    }

    /// Unit limits for a day, by the claim as for pairs. Where only those for
    /// suppliers of equipment were imported, they stand for the practitioners'.
    #[must_use]
    pub fn limits_on(&self, claim: ClaimKind, day: NaiveDate) -> Option<&MueTable> {
        let kind = match claim {
            ClaimKind::Institutional => FileKind::MueHospital,
            _ if self.has(FileKind::MuePractitioner) => FileKind::MuePractitioner,
            _ => FileKind::MueSupplier,
        };
        match self.on(kind, day)? {
            ImportedTable::Mue(table) => Some(table),
            _ => None,
        }
    }

    /// Add-on codes for a day.
    #[must_use]
    pub fn add_ons_on(&self, day: NaiveDate) -> Option<&AddOnTable> {
        match self.on(FileKind::AddOns, day)? {
            ImportedTable::AddOns(table) => Some(table),
            _ => None,
        }
    }

    /// The fee schedule for a day; that for qualifying participants where only
    /// that one was imported.
    #[must_use]
    pub fn fees_on(&self, day: NaiveDate) -> Option<&FeeScheduleTable> {
        let kind = if self.has(FileKind::FeeSchedule) {
            FileKind::FeeSchedule
        } else {
            FileKind::FeeScheduleQualifying
        };
        match self.on(kind, day)? {
            ImportedTable::FeeSchedule(table) => Some(table),
            _ => None,
        }
    }

    /// Localities for a day.
    #[must_use]
    pub fn localities_on(&self, day: NaiveDate) -> Option<&GpciTable> {
        match self.on(FileKind::Gpci, day)? {
            ImportedTable::Gpci(table) => Some(table),
            _ => None,
        }
    }

    /// HCPCS Level II for a day.
    #[must_use]
    pub fn hcpcs_on(&self, day: NaiveDate) -> Option<&HcpcsTable> {
        match self.on(FileKind::Hcpcs, day)? {
            ImportedTable::Hcpcs(table) => Some(table),
            _ => None,
        }
    }

    /// ICD-10-CM: the releases that ship, and those that were imported.
    #[must_use]
    pub fn icd10(&self) -> &Icd10Releases {
        self.icd10.as_ref().unwrap_or_else(|| shipped_icd10())
    }
}
