//! Code sets that handlers may look into and that are not their own: whoever
//! builds a handler hands them in.

use std::fmt;

use chrono::NaiveDate;

/// What a diagnosis code is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiagnosisStanding {
    /// It stands in the release of that day and may be billed.
    Billable,
    /// It stands there as a heading only: a longer code must be billed.
    Heading,
    /// The release of that day does not have it.
    Absent,
    /// No release at hand covers the day: nothing can be said.
    Unknown,
}

/// What a claim adjustment reason code (CARC) is on its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReasonStanding {
    /// It stands on the list.
    InUse,
    /// It may no longer be used from this day on.
    StopsOn(NaiveDate),
    /// The list does not have it.
    Absent,
    /// No list is at hand: nothing can be said.
    Unknown,
}

/// Code sets at hand. Each answer may be that nothing is known, and then
/// nobody may be told that a code is wrong.
pub trait CodeBooks: fmt::Debug + Send + Sync {
    /// What an ICD-10-CM code is on a day. With or without its point.
    fn icd10_on(&self, code: &str, day: NaiveDate) -> DiagnosisStanding;

    /// Whether any release of ICD-10-CM at hand has the code. `None` where none
    /// is at hand.
    fn icd10_exists(&self, code: &str) -> Option<bool>;

    /// What a claim adjustment reason code is. Books without that list leave
    /// this as it is.
    fn carc(&self, code: &str) -> ReasonStanding {
        let _ = code;
        ReasonStanding::Unknown
    }
}

/// No code sets: nothing is known of any code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoCodeBooks;

impl CodeBooks for NoCodeBooks {
    fn icd10_on(&self, _: &str, _: NaiveDate) -> DiagnosisStanding {
        DiagnosisStanding::Unknown
    }

    fn icd10_exists(&self, _: &str) -> Option<bool> {
        None
    }
}
