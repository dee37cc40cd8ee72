//! Code tables as a test writes them: a few invented rows in the place of the
//! files that a practice has from CMS, so that a test says the same in every
//! practice.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_hooks::{
    AddOnKind, AddOnStanding, CodeBooks, CodeTable, DiagnosisStanding, GlobalPeriod, PairStanding,
    PaymentPolicy, ProcedureStanding, ReasonStanding, UnitLimit, UnitLimitKind,
};
use scrubjay_model::{ClaimKind, Money};
use serde::Deserialize;
use serde_yaml::{Mapping, Value};

use super::words::{Amount, Word, Words};

/// Code tables of a test. A table that is not written is not at hand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CodesSpec {
    /// Diagnoses beside those that ship: `{ E11: heading, E1165: billable }`.
    icd10: BTreeMap<String, Diagnosis>,
    /// Diagnoses that a note keeps apart.
    excludes1: Vec<[String; 2]>,
    /// Procedure codes with the last day that they may be used on, or `always`.
    hcpcs: Option<BTreeMap<String, Use>>,
    ncci: Option<Vec<PairSpec>>,
    mue: Option<BTreeMap<String, LimitSpec>>,
    add_on: Option<BTreeMap<String, BondSpec>>,
    /// By code, or code and modifier: `G0412`, `G0412:26`.
    mpfs: Option<BTreeMap<String, PolicySpec>>,
    fees: Option<BTreeMap<String, Amount>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Diagnosis {
    Billable,
    Heading,
    Absent,
    /// Billable, behind the disease that it comes from.
    Manifestation,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Use {
    Until(NaiveDate),
    Always(Always),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Always {
    Always,
}

/// Column 2 is not paid beside column 1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PairSpec {
    pays: String,
    not: String,
    /// Whether a modifier may part the two.
    #[serde(default)]
    modifier: bool,
    #[serde(default)]
    from: Option<NaiveDate>,
    #[serde(default)]
    to: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitSpec {
    units: u32,
    kind: LimitKind,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LimitKind {
    Line,
    Policy,
    Clinical,
}

/// The primary codes of an add-on code; none where the contractor decides.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct BondSpec {
    primaries: Words,
    #[serde(default)]
    kind: BondKind,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BondKind {
    #[default]
    Listed,
    Contractor,
    ListedAndContractor,
}

/// What is left out is as of a service that is paid and has no global days.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PolicySpec {
    status: Option<Word>,
    global_days: Option<Word>,
    bilateral: Option<Word>,
    multiple: Option<Word>,
    assistant: Option<Word>,
    co_surgeons: Option<Word>,
    team: Option<Word>,
    components: Option<Word>,
}

/// The tables of a test over what ships: ICD-10-CM and the reason codes.
#[derive(Debug)]
pub(crate) struct ExampleCodes {
    written: CodesSpec,
    ships: Arc<dyn CodeBooks>,
}

impl ExampleCodes {
    pub(crate) fn read(written: &Mapping, ships: &Arc<dyn CodeBooks>) -> Result<Self, String> {
        let written: CodesSpec = serde_yaml::from_value(Value::Mapping(written.clone()))
            .map_err(|error| format!("`codes`: {error}"))?;
        for (code, policy) in written.mpfs.iter().flatten() {
            if let Some(days) = &policy.global_days
                && GlobalPeriod::from_code(&days.0).is_none()
            {
                return Err(format!(
                    "`codes`: `{}` are no global days of `{code}`: they are 000, 010, 090, MMM, XXX, YYY or ZZZ",
                    days.0
                ));
            }
        }
        Ok(Self {
            written,
            ships: Arc::clone(ships),
        })
    }
}

/// A code with its modifier, as the keys of `mpfs` and `fees` are written.
fn key(code: &str, modifier: Option<&str>) -> String {
    modifier.map_or_else(|| code.to_owned(), |modifier| format!("{code}:{modifier}"))
}

impl CodeBooks for ExampleCodes {
    fn icd10_on(&self, code: &str, day: NaiveDate) -> DiagnosisStanding {
        match self.written.icd10.get(&code.replace('.', "")) {
            Some(Diagnosis::Billable | Diagnosis::Manifestation) => DiagnosisStanding::Billable,
            Some(Diagnosis::Heading) => DiagnosisStanding::Heading,
            Some(Diagnosis::Absent) => DiagnosisStanding::Absent,
            None => self.ships.icd10_on(code, day),
        }
    }

    fn icd10_exists(&self, code: &str) -> Option<bool> {
        match self.written.icd10.get(&code.replace('.', "")) {
            Some(standing) => Some(!matches!(standing, Diagnosis::Absent)),
            None => self.ships.icd10_exists(code),
        }
    }

    fn icd10_is_manifestation(&self, code: &str) -> Option<bool> {
        match self.written.icd10.get(code) {
            Some(standing) => Some(matches!(standing, Diagnosis::Manifestation)),
            None => self.ships.icd10_is_manifestation(code),
        }
    }

    fn icd10_excludes1(&self, one: &str, other: &str) -> Option<bool> {
        let written = self.written.excludes1.iter();
        let mut pairs = written.map(|[a, b]| (a.as_str(), b.as_str()));
        if pairs.any(|pair| pair == (one, other) || pair == (other, one)) {
            return Some(true);
        }
        self.ships.icd10_excludes1(one, other)
    }

    fn carc(&self, code: &str) -> ReasonStanding {
        self.ships.carc(code)
    }

    fn procedure_on(&self, code: &str, day: NaiveDate) -> ProcedureStanding {
        let Some(codes) = &self.written.hcpcs else {
            return ProcedureStanding::Unknown;
        };
        match codes.get(code) {
            Some(Use::Always(Always::Always)) => ProcedureStanding::InForce,
            Some(Use::Until(last)) if day <= *last => ProcedureStanding::InForce,
            Some(Use::Until(_)) | None => ProcedureStanding::NotInForce,
        }
    }

    fn class(&self, name: &str) -> Option<&[String]> {
        self.ships.class(name)
    }

    fn class_names(&self) -> Vec<&str> {
        self.ships.class_names()
    }

    fn has_table(&self, table: CodeTable) -> bool {
        let written = &self.written;
        match table {
            CodeTable::Ncci => written.ncci.is_some(),
            CodeTable::Mue => written.mue.is_some(),
            CodeTable::AddOn => written.add_on.is_some(),
            CodeTable::Mpfs => written.mpfs.is_some(),
            CodeTable::Fees => written.fees.is_some(),
        }
    }

    fn pair_on(
        &self,
        _: ClaimKind,
        column_1: &str,
        column_2: &str,
        day: NaiveDate,
    ) -> PairStanding {
        let Some(pairs) = &self.written.ncci else {
            return PairStanding::Unknown;
        };
        let edit = pairs.iter().find(|edit| {
            edit.pays == column_1
                && edit.not == column_2
                && edit.from.is_none_or(|from| from <= day)
                && edit.to.is_none_or(|to| day <= to)
        });
        edit.map_or(PairStanding::Free, |edit| PairStanding::Bundled {
            modifier_allowed: edit.modifier,
        })
    }

    fn unit_limit_on(&self, _: ClaimKind, code: &str, _: NaiveDate) -> Option<UnitLimit> {
        let limit = self.written.mue.as_ref()?.get(code)?;
        Some(UnitLimit {
            units: limit.units,
            kind: match limit.kind {
                LimitKind::Line => UnitLimitKind::Line,
                LimitKind::Policy => UnitLimitKind::Policy,
                LimitKind::Clinical => UnitLimitKind::Clinical,
            },
        })
    }

    fn add_on_on(&self, code: &str, _: NaiveDate) -> AddOnStanding {
        let Some(bonds) = &self.written.add_on else {
            return AddOnStanding::Unknown;
        };
        bonds
            .get(code)
            .map_or(AddOnStanding::NotAddOn, |bond| AddOnStanding::AddOn {
                kind: match bond.kind {
                    BondKind::Listed => AddOnKind::Listed,
                    BondKind::Contractor => AddOnKind::Contractor,
                    BondKind::ListedAndContractor => AddOnKind::ListedAndContractor,
                },
                primaries: bond.primaries.0.iter().map(|word| word.0.clone()).collect(),
            })
    }

    fn payment_policy_on(
        &self,
        code: &str,
        modifier: Option<&str>,
        _: NaiveDate,
    ) -> Option<PaymentPolicy> {
        let policy = self.written.mpfs.as_ref()?.get(&key(code, modifier))?;
        let letter = |word: &Option<Word>| word.as_ref().and_then(|word| word.0.chars().next());
        Some(PaymentPolicy {
            status: letter(&policy.status).unwrap_or('A'),
            global: Some(
                policy
                    .global_days
                    .as_ref()
                    .and_then(|days| GlobalPeriod::from_code(&days.0))
                    .unwrap_or(GlobalPeriod::NotApplicable),
            ),
            preoperative: None,
            intraoperative: None,
            postoperative: None,
            components: letter(&policy.components),
            multiple: letter(&policy.multiple),
            bilateral: letter(&policy.bilateral),
            assistant: letter(&policy.assistant),
            co_surgeons: letter(&policy.co_surgeons),
            team: letter(&policy.team),
            endoscopic_base: None,
        })
    }

    fn fee_on(&self, code: &str, modifier: Option<&str>, _: &str, _: NaiveDate) -> Option<Money> {
        let Amount(amount) = *self.written.fees.as_ref()?.get(&key(code, modifier))?;
        Decimal::try_into(amount).ok()
    }
}
