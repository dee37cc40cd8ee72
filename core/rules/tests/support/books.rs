//! The code sets that ship, as packs find them in the engine: without any table
//! that a practice imports.

use chrono::NaiveDate;
use scrubjay_codes::{CodeClasses, Icd10Standing, carc, icd10, icd10_on, shipped_icd10};
use scrubjay_hooks::{CodeBooks, DiagnosisStanding, ReasonStanding};

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
