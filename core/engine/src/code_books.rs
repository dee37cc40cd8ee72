//! The code sets that ship, as rules look into them.

use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_codes::{Icd10Standing, carc, icd10, icd10_on};
use scrubjay_hooks::{CodeBooks, DiagnosisStanding, ReasonStanding};
use scrubjay_rules::{LoadOptions, PublicKey};

/// ICD-10-CM as it is compiled in, unpacked when a rule first asks, and the
/// claim adjustment reason codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShippedCodes;

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

    fn carc(&self, code: &str) -> ReasonStanding {
        match carc(code).map(|reason| reason.validity.stops) {
            None => ReasonStanding::Absent,
            Some(Some(day)) => ReasonStanding::StopsOn(day),
            Some(None) => ReasonStanding::InUse,
        }
    }
}

/// What the engine loads packs with: the code sets that ship, and who must have
/// signed. A pack's tests then find what the engine would find.
#[must_use]
pub fn load_options(keys: &[PublicKey]) -> LoadOptions {
    LoadOptions {
        keys: keys.to_vec(),
        books: Arc::new(ShippedCodes),
    }
}
