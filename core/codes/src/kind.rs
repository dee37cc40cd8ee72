//! The official files that can be imported.

use std::fmt;

/// An official file that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// ICD-10-CM tabular XML: [`read_icd10_tabular`](crate::read_icd10_tabular).
    Icd10Tabular,
    /// ICD-10-CM order file: [`read_icd10_order`](crate::read_icd10_order). It
    /// comes behind the tabular list, since it says more exactly which codes stand.
    Icd10Order,
    /// HCPCS Level II: [`read_hcpcs`](crate::read_hcpcs).
    Hcpcs,
    /// Pairs for practitioners: [`PtpReader`](crate::PtpReader).
    PtpPractitioner,
    /// Pairs for outpatient hospitals: [`PtpReader`](crate::PtpReader).
    PtpHospital,
    /// Unit limits for practitioners: [`read_mue`](crate::read_mue).
    MuePractitioner,
    /// Unit limits for outpatient hospitals: [`read_mue`](crate::read_mue).
    MueHospital,
    /// Unit limits for suppliers of equipment: [`read_mue`](crate::read_mue).
    MueSupplier,
    /// Medicaid's unit limits for practitioners:
    /// [`read_medicaid_mue`](crate::read_medicaid_mue).
    MueMedicaidPractitioner,
    /// Medicaid's unit limits for outpatient hospitals:
    /// [`read_medicaid_mue`](crate::read_medicaid_mue).
    MueMedicaidHospital,
    /// Medicaid's unit limits for suppliers of equipment:
    /// [`read_medicaid_mue`](crate::read_medicaid_mue).
    MueMedicaidSupplier,
    /// Add-on codes: [`read_add_ons`](crate::read_add_ons).
    AddOns,
    /// Relative values: [`read_fee_schedule`](crate::read_fee_schedule).
    FeeSchedule,
    /// Relative values for qualifying participants of an alternative payment
    /// model, with their own conversion factor.
    FeeScheduleQualifying,
    /// Localities: [`read_gpci`](crate::read_gpci).
    Gpci,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Icd10Tabular,
        Self::Icd10Order,
        Self::Hcpcs,
        Self::PtpPractitioner,
        Self::PtpHospital,
        Self::MuePractitioner,
        Self::MueHospital,
        Self::MueSupplier,
        Self::MueMedicaidPractitioner,
        Self::MueMedicaidHospital,
        Self::MueMedicaidSupplier,
        Self::AddOns,
        Self::FeeSchedule,
        Self::FeeScheduleQualifying,
        Self::Gpci,
    ];

    /// The word for it, on the command line and in the names of imported tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Icd10Order => "icd10-order",
            Self::Icd10Tabular => "icd10-tabular",
            Self::Hcpcs => "hcpcs",
            Self::PtpPractitioner => "ncci",
            Self::PtpHospital => "ncci-hospital",
            Self::MuePractitioner => "mue",
            Self::MueHospital => "mue-hospital",
            Self::MueSupplier => "mue-supplier",
            Self::MueMedicaidPractitioner => "mue-medicaid",
            Self::MueMedicaidHospital => "mue-medicaid-hospital",
            Self::MueMedicaidSupplier => "mue-medicaid-supplier",
            Self::AddOns => "addon",
            Self::FeeSchedule => "mpfs",
            Self::FeeScheduleQualifying => "mpfs-qualifying",
            Self::Gpci => "gpci",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What it is, for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Icd10Order => "ICD-10-CM, order file",
            Self::Icd10Tabular => "ICD-10-CM, tabular list",
            Self::Hcpcs => "HCPCS Level II codes and modifiers",
            Self::PtpPractitioner => "NCCI pairs for practitioners",
            Self::PtpHospital => "NCCI pairs for outpatient hospitals",
            Self::MuePractitioner => "unit limits for practitioners",
            Self::MueHospital => "unit limits for outpatient hospitals",
            Self::MueSupplier => "unit limits for suppliers of equipment",
            Self::MueMedicaidPractitioner => "Medicaid's unit limits for practitioners",
            Self::MueMedicaidHospital => "Medicaid's unit limits for outpatient hospitals",
            Self::MueMedicaidSupplier => "Medicaid's unit limits for suppliers of equipment",
            Self::AddOns => "add-on codes",
            Self::FeeSchedule => "physician fee schedule",
            Self::FeeScheduleQualifying => {
                "physician fee schedule for qualifying participants of a payment model"
            }
            Self::Gpci => "localities of the physician fee schedule",
        }
    }

    /// Whether its rows carry days of their own, so that a later file tells of
    /// earlier days too.
    #[must_use]
    pub const fn has_history(self) -> bool {
        matches!(
            self,
            Self::PtpPractitioner
                | Self::PtpHospital
                | Self::MueMedicaidPractitioner
                | Self::MueMedicaidHospital
                | Self::MueMedicaidSupplier
                | Self::AddOns
        )
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own_that_names_it_again() {
        for kind in FileKind::ALL {
            assert_eq!(FileKind::from_name(kind.as_str()), Some(kind));
        }
        assert_eq!(FileKind::from_name("cpt"), None);
    }
}
