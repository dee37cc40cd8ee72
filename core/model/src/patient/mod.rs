//! The patient as the practice knows them: who, covered by whom, and what they
//! have agreed to.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{Coverage, CoverageOrder, MspAnswers, Npi, PatientKey, Person};

/// The most coverages of a patient, past ones among them.
pub const MAX_COVERAGES: usize = 60;

/// A coverage with the days on which it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientCoverage {
    /// The coverage; what a payer has decided stands on claims, never here.
    pub coverage: Coverage,
    /// First day; `None` where nobody knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day; `None` while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

impl PatientCoverage {
    /// Whether it counts on that day.
    #[must_use]
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let begins_by_end_of = |one: &Self, other: &Self| {
            let days = one.from.zip(other.to);
            days.is_none_or(|(from, to)| from <= to)
        };
        begins_by_end_of(self, other) && begins_by_end_of(other, self)
    }
}

/// Whether the patient's records come from a programme that treats substance
/// use disorder, which may tell others only with consent (42 CFR 2.31, 2.33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Part2Consent {
    /// They do not.
    #[default]
    NotProtected,
    /// They do, and the patient has not consented.
    NoConsent,
    /// They do, and the patient has consented to disclosure for treatment,
    /// payment and operations.
    Consent {
        /// Day of the consent.
        on: NaiveDate,
        /// Day from which it is revoked (42 CFR 2.31(a)(6)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revoked: Option<NaiveDate>,
    },
}

impl Part2Consent {
    /// Whether the records may be told to a payer on that day.
    #[must_use]
    pub fn may_disclose(self, day: NaiveDate) -> bool {
        match self {
            Self::NotProtected => true,
            Self::NoConsent => false,
            Self::Consent { on, revoked } => on <= day && revoked.is_none_or(|from| day < from),
        }
    }

    /// How it stands on a day; `None` where it is no such record.
    #[must_use]
    pub fn on(self, day: NaiveDate) -> Option<Part2> {
        match self {
            Self::NotProtected => None,
            consent if consent.may_disclose(day) => Some(Part2::Consented),
            _ => Some(Part2::NoConsent),
        }
    }

    /// Whether a notice that forbids to pass them on must go along
    /// (42 CFR 2.32).
    #[must_use]
    pub const fn needs_notice(self) -> bool {
        !matches!(self, Self::NotProtected)
    }
}

/// A record of substance use disorder treatment on a day, which may be told of with
/// the patient's consent only (42 CFR 2.31 to 2.33): what rules see of a
/// [`Part2Consent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part2 {
    /// There is a consent in force.
    Consented,
    /// There is none.
    NoConsent,
}

impl Part2 {
    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consented => "consented",
            Self::NoConsent => "no_consent",
        }
    }
}

/// What the patient has signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Consent {
    /// Day on which they let the payer be told what a claim needs (CLM09).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<NaiveDate>,
    /// Day on which they let the payer pay the practice (CLM08).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<NaiveDate>,
    /// Records about substance use disorder.
    pub part2: Part2Consent,
}

/// What a [`Patient`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientRecord {
    /// The host's key, such as a medical record number.
    pub key: PatientKey,
    /// Day of registration.
    pub registered: NaiveDate,
    /// Name, address, dates and sex.
    pub person: Person,
    /// Telephone number as it was told; its form is for rules to mend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address as it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Who answers for the bills, where it is not the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guarantor: Option<Person>,
    /// Coverages, past ones among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverages: Vec<PatientCoverage>,
    /// What they answered about payers that come before Medicare.
    #[serde(default)]
    pub msp: MspAnswers,
    /// The provider whom they see as a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Npi>,
    /// The practice's site where they are seen as a rule, by its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// What they have signed.
    #[serde(default)]
    pub consent: Consent,
}

/// A patient whose parts disagree. It repeats nothing that they told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatientError {
    /// No last name: no claim can be made.
    #[error("the patient has no last name")]
    NoName,
    /// Two days in the wrong order.
    #[error("the patient's `{later}` is before `{earlier}`")]
    Order {
        /// The field that should come first.
        earlier: &'static str,
        /// The field that should come after.
        later: &'static str,
    },
    /// A coverage that ends before it begins.
    #[error("coverage {coverage} of the patient ends before it begins")]
    CoverageDates {
        /// Coverage, 1-based.
        coverage: usize,
    },
    /// Two coverages in the same place at the same time.
    #[error(
        "coverages {first} and {second} of the patient are both `{order}` at the same time: \
         end one, or give it another place"
    )]
    SamePlace {
        /// The one, 1-based.
        first: usize,
        /// The other, 1-based.
        second: usize,
        /// Place in the order of payment (SBR01).
        order: &'static str,
    },
    /// A payer's decision on a coverage: it belongs to a claim.
    #[error("coverage {coverage} of the patient holds what a payer paid, which belongs to a claim")]
    Paid {
        /// Coverage, 1-based.
        coverage: usize,
    },
    /// More coverages than [`MAX_COVERAGES`].
    #[error("the patient has {count} coverages, and at most {MAX_COVERAGES} are kept")]
    TooMany {
        /// How many.
        count: usize,
    },
}

impl PatientRecord {
    fn check(&self) -> Result<(), PatientError> {
        if self.person.name.last.trim().is_empty() {
            return Err(PatientError::NoName);
        }
        let part2 = match self.consent.part2 {
            Part2Consent::Consent { on, revoked } => (Some(on), revoked),
            _ => (None, None),
        };
        for (earlier, first, later, second) in [
            (
                "born",
                self.person.born,
                "registered",
                Some(self.registered),
            ),
            ("born", self.person.born, "died", self.person.died),
            ("consent", part2.0, "revoked", part2.1),
        ] {
            if first
                .zip(second)
                .is_some_and(|(first, second)| second < first)
            {
                return Err(PatientError::Order { earlier, later });
            }
        }
        self.check_coverages()
    }

    fn check_coverages(&self) -> Result<(), PatientError> {
        let count = self.coverages.len();
        if count > MAX_COVERAGES {
            return Err(PatientError::TooMany { count });
        }
        for (second, held) in (1..).zip(&self.coverages) {
            let coverage = second;
            if held.coverage.paid.is_some() {
                return Err(PatientError::Paid { coverage });
            }
            if held.from.zip(held.to).is_some_and(|(from, to)| to < from) {
                return Err(PatientError::CoverageDates { coverage });
            }
            let order = held.coverage.order;
            let taken = |other: &PatientCoverage| {
                // Those of which only "later" is known may be several.
                order != CoverageOrder::Later
                    && other.coverage.order == order
                    && other.overlaps(held)
            };
            let before = &self.coverages[..second - 1];
            if let Some(at) = before.iter().position(taken) {
                return Err(PatientError::SamePlace {
                    first: at + 1,
                    second,
                    order: order.as_x12(),
                });
            }
        }
        Ok(())
    }

    /// The coverages that count on a day, the first payer first.
    #[must_use]
    pub fn coverages_on(&self, day: NaiveDate) -> Vec<Coverage> {
        let on = self.coverages.iter().filter(|held| held.is_on(day));
        let mut found: Vec<Coverage> = on.map(|held| held.coverage.clone()).collect();
        found.sort_by_key(|coverage| coverage.order);
        found
    }

    /// Who answers for the bills: the guarantor or, where there is none, the
    /// patient.
    #[must_use]
    pub fn billed(&self) -> &Person {
        self.guarantor.as_ref().unwrap_or(&self.person)
    }
}

checked! {
    /// A patient with each place in the order of payment held once at a time.
    ///
    /// Whether a member number, an address or a telephone number is right is
    /// for the rules of registration to say.
    Patient(PatientRecord) or PatientError, in "PatientRecord"
}

#[cfg(test)]
mod tests;
