//! The code sets that ship, as packs find them in the engine: without any table
//! that a practice imports, and with the strictest that it could.
#![allow(dead_code, reason = "each test takes what it needs")]

use chrono::NaiveDate;
use scrubjay_codes::{CodeClasses, Icd10Standing, carc, icd10, icd10_on, shipped_icd10};
use scrubjay_hooks::{
    AddOnKind, AddOnStanding, CodeBooks, CodeTable, DiagnosisStanding, GlobalPeriod, PairStanding,
    PaymentPolicy, ProcedureStanding, ReasonStanding, UnitLimit, UnitLimitKind,
};
use scrubjay_model::ClaimKind;

/// ICD-10-CM, reason codes and code classes.
#[derive(Debug)]
pub(crate) struct ShippedCodes;

impl CodeBooks for ShippedCodes {
    fn icd10_on(&self, code: &str, day: NaiveDate) -> DiagnosisStanding {
        match icd10_on(code, day) {
            Icd10Standing::Billable => DiagnosisStanding::Billable,
            Icd10Standing::Header => DiagnosisStanding::Heading,
            Icd10Standing::Absent => DiagnosisStanding::Absent,
            Icd10Standing::NoRelease => DiagnosisStanding::Unknown,
        }
    }

    fn icd10_exists(&self, code: &str) -> Option<bool> {
        Some(icd10(code).is_some())
    }

    fn icd10_is_manifestation(&self, code: &str) -> Option<bool> {
        Some(icd10(code)?.is_manifestation())
    }

    fn icd10_excludes1(&self, one: &str, other: &str) -> Option<bool> {
        Some(shipped_icd10().excludes1(one, other))
    }

    fn carc(&self, code: &str) -> ReasonStanding {
        match carc(code).map(|reason| reason.validity.stops) {
            None => ReasonStanding::Absent,
            Some(Some(day)) => ReasonStanding::StopsOn(day),
            Some(None) => ReasonStanding::InUse,
        }
    }

    fn class(&self, name: &str) -> Option<&[String]> {
        CodeClasses::shipped().get(name)
    }

    fn class_names(&self) -> Vec<&str> {
        CodeClasses::shipped().names().collect()
    }
}

/// The same with tables by which no service is paid beside another, in any
/// number, or at all.
#[derive(Debug)]
pub(crate) struct EverythingRefused;

impl CodeBooks for EverythingRefused {
    fn icd10_on(&self, code: &str, day: NaiveDate) -> DiagnosisStanding {
        ShippedCodes.icd10_on(code, day)
    }

    fn icd10_exists(&self, code: &str) -> Option<bool> {
        ShippedCodes.icd10_exists(code)
    }

    fn icd10_is_manifestation(&self, code: &str) -> Option<bool> {
        ShippedCodes.icd10_is_manifestation(code)
    }

    fn icd10_excludes1(&self, one: &str, other: &str) -> Option<bool> {
        ShippedCodes.icd10_excludes1(one, other)
    }

    fn carc(&self, code: &str) -> ReasonStanding {
        ShippedCodes.carc(code)
    }

    fn procedure_on(&self, _: &str, _: NaiveDate) -> ProcedureStanding {
        ProcedureStanding::NotInForce
    }

    fn class(&self, name: &str) -> Option<&[String]> {
        ShippedCodes.class(name)
    }

    fn class_names(&self) -> Vec<&str> {
        ShippedCodes.class_names()
    }

    fn has_table(&self, _: CodeTable) -> bool {
        true
    }

    fn pair_on(&self, _: ClaimKind, _: &str, _: &str, _: NaiveDate) -> PairStanding {
        PairStanding::Bundled {
            modifier_allowed: false,
        }
    }

    fn unit_limit_on(&self, _: ClaimKind, _: &str, _: NaiveDate) -> Option<UnitLimit> {
        Some(UnitLimit {
            units: 0,
            kind: UnitLimitKind::Line,
        })
    }

    fn add_on_on(&self, _: &str, _: NaiveDate) -> AddOnStanding {
        AddOnStanding::AddOn {
            kind: AddOnKind::Listed,
            primaries: Vec::new(),
        }
    }

    fn payment_policy_on(&self, _: &str, _: Option<&str>, _: NaiveDate) -> Option<PaymentPolicy> {
        Some(PaymentPolicy {
            status: 'N',
            global: Some(GlobalPeriod::NinetyDays),
            preoperative: None,
            intraoperative: None,
            postoperative: None,
            components: Some('9'),
            multiple: Some('9'),
            bilateral: Some('9'),
            assistant: Some('9'),
            co_surgeons: Some('9'),
            team: Some('9'),
            endoscopic_base: None,
        })
    }
}
