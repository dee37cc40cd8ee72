//! The code sets that ship and the tables that the practice imported, as rules
//! look into them.

use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_codes::{
    AddOnType, CodeClasses, CodeTables, FeeScheduleTable, FileKind, Icd10Standing, ImportedTable,
    ModifierIndicator, MueAdjudication, PhysicianFee, ProcedureKind, carc, place_of_service,
};
use scrubjay_hooks::{
    AddOnKind, AddOnStanding, CodeBooks, CodeTable, DiagnosisStanding, GlobalPeriod, PairStanding,
    PaymentPolicy, ProcedureStanding, ReasonStanding, UnitLimit, UnitLimitKind,
};
use scrubjay_model::{ClaimKind, Money};
use scrubjay_rules::{LoadOptions, PublicKey};

use crate::code_files::Tables;
use crate::{CodeFileError, CodeFiles, RowsLeftOut};

/// ICD-10-CM as it is compiled in, unpacked when a rule first asks, the claim
/// adjustment reason codes, and what the practice has of Medicare's tables: the
/// date of service picks among the versions. Share it: the tables may be large.
///
/// ```
/// use scrubjay::hooks::{CodeBooks, CodeTable, DiagnosisStanding};
/// use scrubjay::{CodeFiles, PracticeCodes};
/// let codes = PracticeCodes::read(&CodeFiles::default())?;
/// let day = "2026-03-02".parse().unwrap();
/// assert_eq!(codes.icd10_on("E11.65", day), DiagnosisStanding::Billable);
/// assert!(!codes.has_table(CodeTable::Ncci), "none of Medicare's tables ships");
/// # Ok::<(), scrubjay::CodeFileError>(())
/// ```
#[derive(Debug, Default)]
pub struct PracticeCodes {
    tables: Tables,
}

impl PracticeCodes {
    /// Reads the folder of imported tables, and the files that `codes:` of
    /// `scrubjay.yaml` names.
    ///
    /// # Errors
    /// Where one cannot be read, is damaged, is another file than it should be,
    /// or does not have the practice's locality. Single rows that are broken are
    /// [left out](Self::left_out).
    pub fn read(files: &CodeFiles) -> Result<Self, CodeFileError> {
        let tables = Tables::read(files)?;
        Ok(Self { tables })
    }

    /// Rows that did not go in, by file. CDT codes are always among them: they
    /// are the ADA's.
    #[must_use]
    pub fn left_out(&self) -> &[RowsLeftOut] {
        &self.tables.left_out
    }

    /// The tables that were imported into the practice's folder.
    #[must_use]
    pub fn imported(&self) -> &CodeTables {
        &self.tables.imported
    }

    fn fees_on(&self, day: NaiveDate) -> Option<&FeeScheduleTable> {
        let named = self.tables.fees.as_ref();
        named.or_else(|| self.tables.imported.fees_on(day))
    }

    /// The classes that ship, with the practice's own members.
    fn classes(&self) -> &CodeClasses {
        self.tables
            .classes
            .as_ref()
            .unwrap_or_else(|| CodeClasses::shipped())
    }
}

impl CodeBooks for PracticeCodes {
    fn icd10_on(&self, code: &str, day: NaiveDate) -> DiagnosisStanding {
        match self.tables.imported.icd10().standing(code, day) {
            Icd10Standing::Billable => DiagnosisStanding::Billable,
            Icd10Standing::Header => DiagnosisStanding::Heading,
            Icd10Standing::Absent => DiagnosisStanding::Absent,
            Icd10Standing::NoRelease => DiagnosisStanding::Unknown,
        }
    }

    fn icd10_exists(&self, code: &str) -> Option<bool> {
        Some(self.tables.imported.icd10().find(code).is_some())
    }

    fn icd10_is_manifestation(&self, code: &str) -> Option<bool> {
        let known = self.tables.imported.icd10().find(code)?;
        Some(known.is_manifestation())
    }

    fn icd10_excludes1(&self, one: &str, other: &str) -> Option<bool> {
        Some(self.tables.imported.icd10().excludes1(one, other))
    }

    fn carc(&self, code: &str) -> ReasonStanding {
        match carc(code).map(|reason| reason.validity.stops) {
            None => ReasonStanding::Absent,
            Some(Some(day)) => ReasonStanding::StopsOn(day),
            Some(None) => ReasonStanding::InUse,
        }
    }

    fn procedure_on(&self, code: &str, day: NaiveDate) -> ProcedureStanding {
        let found = self.tables.imported.version_on(FileKind::Hcpcs, day);
        let Some((version, ImportedTable::Hcpcs(table))) = found else {
            return ProcedureStanding::Unknown;
        };
        match table.code(code) {
            Some(entry) if entry.validity.holds_on(day) => ProcedureStanding::InForce,
            Some(_) => ProcedureStanding::NotInForce,
            // A release lists no code of another owner, and a later one does not
            // list those that went before.
            None if ProcedureKind::of(code) == Some(ProcedureKind::Hcpcs)
                && version.days.holds_on(day) =>
            {
                ProcedureStanding::NotInForce
            }
            None => ProcedureStanding::Unknown,
        }
    }

    fn class(&self, name: &str) -> Option<&[String]> {
        self.classes().get(name)
    }

    fn class_names(&self) -> Vec<&str> {
        self.classes().names().collect()
    }

    fn has_table(&self, table: CodeTable) -> bool {
        let tables = &self.tables;
        let imported = |kinds: &[FileKind]| kinds.iter().any(|kind| tables.imported.has(*kind));
        match table {
            CodeTable::Ncci => {
                tables.pairs.is_some()
                    || imported(&[FileKind::PtpPractitioner, FileKind::PtpHospital])
            }
            CodeTable::Mue => {
                let kinds = [
                    FileKind::MuePractitioner,
                    FileKind::MueHospital,
                    FileKind::MueSupplier,
                ];
                tables.mue.is_some() || imported(&kinds)
            }
            CodeTable::AddOn => tables.add_ons.is_some() || imported(&[FileKind::AddOns]),
            CodeTable::Mpfs => tables.has_fees(),
            CodeTable::Fees => tables.has_prices(),
        }
    }

    fn pair_on(
        &self,
        claim: ClaimKind,
        column_1: &str,
        column_2: &str,
        day: NaiveDate,
    ) -> PairStanding {
        let named = self.tables.pairs.as_ref();
        let Some(pairs) = named.or_else(|| self.tables.imported.pairs_on(claim, day)) else {
            return PairStanding::Unknown;
        };
        if is_dental(column_1) || is_dental(column_2) {
            return PairStanding::Unknown;
        }
        let found = pairs.find(column_1, column_2, day);
        match found.map(|edit| edit.modifier) {
            Some(ModifierIndicator::NotAllowed) => PairStanding::Bundled {
                modifier_allowed: false,
            },
            Some(ModifierIndicator::Allowed) => PairStanding::Bundled {
                modifier_allowed: true,
            },
            // Indicator 9 marks an edit that says nothing.
            Some(ModifierIndicator::NotApplicable) | None => PairStanding::Free,
        }
    }

    fn unit_limit_on(&self, claim: ClaimKind, code: &str, day: NaiveDate) -> Option<UnitLimit> {
        let named = self.tables.mue.as_ref();
        let limits = named.or_else(|| self.tables.imported.limits_on(claim, day))?;
        let limit = limits.get(code, day)?;
        Some(UnitLimit {
            units: limit.units,
            kind: match limit.adjudication {
                MueAdjudication::Line => UnitLimitKind::Line,
                MueAdjudication::DayByPolicy => UnitLimitKind::Policy,
                MueAdjudication::DayClinical => UnitLimitKind::Clinical,
            },
        })
    }

    fn add_on_on(&self, code: &str, day: NaiveDate) -> AddOnStanding {
        let named = self.tables.add_ons.as_ref();
        let Some(add_ons) = named.or_else(|| self.tables.imported.add_ons_on(day)) else {
            return AddOnStanding::Unknown;
        };
        if is_dental(code) {
            return AddOnStanding::Unknown;
        }
        match add_ons.get(code, day) {
            Some(bond) => AddOnStanding::AddOn {
                kind: match bond.kind {
                    AddOnType::Listed => AddOnKind::Listed,
                    AddOnType::Contractor => AddOnKind::Contractor,
                    AddOnType::ListedAndContractor => AddOnKind::ListedAndContractor,
                },
                primaries: bond.primaries,
            },
            None => AddOnStanding::NotAddOn,
        }
    }

    fn payment_policy_on(
        &self,
        code: &str,
        modifier: Option<&str>,
        day: NaiveDate,
    ) -> Option<PaymentPolicy> {
        Some(payment_policy(self.fees_on(day)?.get(code, modifier)?))
    }

    fn fee_on(
        &self,
        code: &str,
        modifier: Option<&str>,
        place: &str,
        day: NaiveDate,
    ) -> Option<Money> {
        let indices = self.tables.indices_on(day)?;
        let rate = place_of_service(place)?.medicare_rate?;
        self.fees_on(day)?.get(code, modifier)?.price(rate, indices)
    }
}

fn payment_policy(fee: &PhysicianFee) -> PaymentPolicy {
    let indicator = |column: &str| column.chars().next();
    PaymentPolicy {
        status: fee.status,
        global: GlobalPeriod::from_code(&fee.global_days),
        preoperative: fee.preoperative,
        intraoperative: fee.intraoperative,
        postoperative: fee.postoperative,
        components: indicator(&fee.components),
        multiple: indicator(&fee.multiple),
        bilateral: indicator(&fee.bilateral),
        assistant: indicator(&fee.assistant),
        co_surgeons: indicator(&fee.co_surgeons),
        team: indicator(&fee.team),
        endoscopic_base: fee.endoscopic_base.clone(),
    }
}

/// CDT codes are never taken in, so that no table can say that it has none.
fn is_dental(code: &str) -> bool {
    ProcedureKind::of(code) == Some(ProcedureKind::Cdt)
}

/// What the engine loads packs with: who must have signed, the code sets that
/// ship, and the practice's tables. A pack's tests then find what the engine
/// would find.
#[must_use]
pub fn load_options(keys: &[PublicKey], codes: &Arc<PracticeCodes>) -> LoadOptions {
    LoadOptions {
        keys: keys.to_vec(),
        books: Arc::clone(codes) as Arc<dyn CodeBooks>,
    }
}
