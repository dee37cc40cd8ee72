//! What is known of one code, for a person: every set in the same form.

mod imported;
mod shipped;

use chrono::NaiveDate;

use crate::{CodeTables, FileKind, ProcedureKind};

pub use shipped::{ShippedSet, shipped_sets};

/// A set of codes that can be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LookupSet {
    /// ICD-10-CM: the releases that ship and those that were imported.
    Icd10,
    /// Places of service.
    PlaceOfService,
    /// Claim adjustment reason codes.
    Carc,
    /// Remark codes.
    Rarc,
    /// Adjustment group codes.
    Group,
    /// Claim status categories.
    ClaimStatus,
    /// Claim filing indicators.
    FilingIndicator,
    /// A table that was imported.
    Imported(FileKind),
}

impl LookupSet {
    /// The sets that ship.
    pub const SHIPPED: [Self; 7] = [
        Self::Icd10,
        Self::PlaceOfService,
        Self::Carc,
        Self::Rarc,
        Self::Group,
        Self::ClaimStatus,
        Self::FilingIndicator,
    ];

    /// Every set: those that ship, then those that can be imported.
    pub fn all() -> impl Iterator<Item = Self> {
        // Releases of ICD-10-CM are looked up together with those that ship.
        let imported = FileKind::ALL
            .into_iter()
            .filter(|kind| !matches!(kind, FileKind::Icd10Order | FileKind::Icd10Tabular));
        Self::SHIPPED
            .into_iter()
            .chain(imported.map(Self::Imported))
    }

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Icd10 => "icd10",
            Self::PlaceOfService => "pos",
            Self::Carc => "carc",
            Self::Rarc => "rarc",
            Self::Group => "group",
            Self::ClaimStatus => "claim-status",
            Self::FilingIndicator => "filing-indicator",
            Self::Imported(kind) => kind.as_str(),
        }
    }

    /// The set of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|set| set.as_str() == name)
    }
}

/// What is known of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The code, as its set writes it.
    pub code: String,
    /// What is known, in the order in which people read it.
    pub facts: Vec<Fact>,
    /// Where it comes from.
    pub source: String,
}

/// One thing that is known of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub name: &'static str,
    /// What is known.
    pub value: String,
}

/// Why nothing can be said of a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The set does not have the code.
    #[error("{set} has no `{code}`{note}")]
    Absent {
        /// The set.
        set: &'static str,
        /// The code.
        code: String,
        /// What that does not say.
        note: &'static str,
    },
    /// No version of the table covers the day.
    #[error(
        "no version of `{set}` for {day} is at hand; import one with `scrubjay codes import {set}`, or ask about another day with --on"
    )]
    NoVersion {
        /// The set.
        set: &'static str,
        /// The day.
        day: NaiveDate,
    },
    /// Dental codes are in no table.
    #[error(
        "codes that begin with D are the ADA's (CDT): no table here holds them, so nothing can be said of one"
    )]
    Dental,
    /// A second code is wanted.
    #[error("`{set}` is about two codes: name the other one with --with")]
    OneCode {
        /// The set.
        set: &'static str,
    },
    /// A second code is not wanted.
    #[error("`{set}` is about one code: leave --with out")]
    TwoCodes {
        /// The set.
        set: &'static str,
    },
}

/// What is known of a code on a day. `with` is the other code of a pair, the
/// modifier of a fee, the second diagnosis of a claim, or a locality's number.
///
/// ```
/// use scrubjay_codes::{CodeTables, LookupSet, look_up};
/// let day = "2026-03-01".parse().unwrap();
/// let found = look_up(&CodeTables::default(), LookupSet::Carc, "197", None, day)?;
/// assert_eq!(found.facts[0].name, "meaning");
/// # Ok::<(), scrubjay_codes::LookupError>(())
/// ```
///
/// # Errors
/// No version covers the day, or the set does not have the code; where that does
/// not say that the code is wrong, the message tells so.
pub fn look_up(
    tables: &CodeTables,
    set: LookupSet,
    code: &str,
    with: Option<&str>,
    day: NaiveDate,
) -> Result<Found, LookupError> {
    let code = code.trim().to_ascii_uppercase();
    let with = with.map(|with| with.trim().to_ascii_uppercase());
    let with = with.as_deref();
    match set {
        LookupSet::Imported(kind) => imported::look_up(tables, kind, &code, with, day),
        LookupSet::Icd10 => shipped::icd10(tables, &code, with, day),
        _ => match with {
            Some(_) => Err(LookupError::TwoCodes { set: set.as_str() }),
            None => shipped::look_up(set, &code, day),
        },
    }
}

/// Facts on their way.
#[derive(Debug, Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, name: &'static str, value: impl Into<String>) -> &mut Self {
        let value = value.into();
        if !value.is_empty() {
            self.0.push(Fact { name, value });
        }
        self
    }

    fn found(self, code: &str, source: impl Into<String>) -> Found {
        Found {
            code: code.to_owned(),
            facts: self.0,
            source: source.into(),
        }
    }
}

/// Days as people write them.
fn days(days: crate::Validity) -> String {
    let last = days.stops.and_then(|stops| stops.pred_opt());
    match (days.starts, last) {
        (Some(starts), Some(last)) => format!("{starts} to {last}"),
        (Some(starts), None) => format!("from {starts}"),
        (None, Some(last)) => format!("until {last}"),
        (None, None) => String::new(),
    }
}

fn is_dental(code: &str) -> bool {
    ProcedureKind::of(code) == Some(ProcedureKind::Cdt)
}

#[cfg(test)]
mod tests;
