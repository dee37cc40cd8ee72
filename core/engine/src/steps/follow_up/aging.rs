//! How old what is open is, by payer and stage, from a basis date that is named.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use scrubjay_model::{Money, ReceivableStage};
use scrubjay_store::{OpenClaim, Reader};
use serde::Serialize;

use crate::EngineError;

/// From which day the age of what is open is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgingBasis {
    /// The last day of service.
    #[default]
    Service,
    /// The day of the first sending.
    Submission,
    /// The day since which the patient owes some of it: the patient's balances only.
    PatientResponsibility,
}

impl AgingBasis {
    /// Every basis.
    pub const ALL: [Self; 3] = [Self::Service, Self::Submission, Self::PatientResponsibility];

    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Submission => "submission",
            Self::PatientResponsibility => "patient_responsibility",
        }
    }

    fn of(self, open: &OpenClaim<'_>) -> Option<NaiveDate> {
        match self {
            Self::Service => open.service,
            Self::Submission => open.submitted,
            Self::PatientResponsibility => open.patient_since,
        }
    }
}

impl fmt::Display for AgingBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Service => "the last day of service",
            Self::Submission => "the day of the first sending",
            Self::PatientResponsibility => "the day since which the patient owes it",
        })
    }
}

/// A basis that there is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("age is counted from `service`, `submission` or `patient_responsibility`")]
pub struct UnknownBasis;

impl FromStr for AgingBasis {
    type Err = UnknownBasis;

    fn from_str(name: &str) -> Result<Self, UnknownBasis> {
        let mut all = Self::ALL.into_iter();
        all.find(|basis| basis.as_str() == name).ok_or(UnknownBasis)
    }
}

/// The buckets of age in days: the last day of each but the last.
const LAST_DAYS: [i64; 4] = [30, 60, 90, 120];

/// What is open, with the number of claims.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OpenSum {
    /// Claims.
    pub claims: u64,
    /// What is open on them.
    pub open: Money,
}

impl OpenSum {
    fn add(&mut self, amount: Money) {
        self.claims += 1;
        self.open += amount;
    }

    fn add_sum(&mut self, other: Self) {
        self.claims += other.claims;
        self.open += other.open;
    }
}

/// What is open by age.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AgeBuckets {
    /// Up to 30 days.
    pub days_0_30: OpenSum,
    /// 31 to 60 days.
    pub days_31_60: OpenSum,
    /// 61 to 90 days.
    pub days_61_90: OpenSum,
    /// 91 to 120 days.
    pub days_91_120: OpenSum,
    /// Over 120 days.
    pub over_120: OpenSum,
    /// Without the day that age is counted from, such as a claim that was not
    /// sent yet.
    pub undated: OpenSum,
    /// Below zero: somebody overpaid. Not part of any other column.
    pub credits: OpenSum,
}

impl AgeBuckets {
    /// All that is open, credits left out.
    #[must_use]
    pub fn open(&self) -> OpenSum {
        let mut all = OpenSum::default();
        for sum in [
            self.days_0_30,
            self.days_31_60,
            self.days_61_90,
            self.days_91_120,
            self.over_120,
            self.undated,
        ] {
            all.add_sum(sum);
        }
        all
    }

    fn add(&mut self, amount: Money, age: Option<i64>) {
        let bucket = match age {
            _ if amount.is_negative() => &mut self.credits,
            None => &mut self.undated,
            // What is dated ahead is not old.
            Some(age) => match LAST_DAYS.iter().position(|last| age <= *last) {
                Some(0) => &mut self.days_0_30,
                Some(1) => &mut self.days_31_60,
                Some(2) => &mut self.days_61_90,
                Some(_) => &mut self.days_91_120,
                None => &mut self.over_120,
            },
        };
        bucket.add(amount);
    }

    fn add_all(&mut self, other: &Self) {
        self.days_0_30.add_sum(other.days_0_30);
        self.days_31_60.add_sum(other.days_31_60);
        self.days_61_90.add_sum(other.days_61_90);
        self.days_91_120.add_sum(other.days_91_120);
        self.over_120.add_sum(other.over_120);
        self.undated.add_sum(other.undated);
        self.credits.add_sum(other.credits);
    }
}

/// What is open with one payer at one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgingLine {
    /// Payer key.
    pub payer: String,
    /// Stage.
    pub stage: ReceivableStage,
    /// By age.
    #[serde(flatten)]
    pub buckets: AgeBuckets,
}

/// How old what is open is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aging {
    /// From which day age is counted.
    pub basis: AgingBasis,
    /// To which day it is counted.
    pub on: NaiveDate,
    /// By payer and stage, where something is open.
    pub lines: Vec<AgingLine>,
    /// All of it. A claim of which payers and the patient owe parts counts in
    /// the line of each.
    pub total: AgeBuckets,
    /// What payers owe and this basis does not speak of.
    pub not_aged: OpenSum,
}

/// What is open on a day, from the small rows of the store.
pub(crate) fn aging(
    reader: &dyn Reader,
    basis: AgingBasis,
    on: NaiveDate,
) -> Result<Aging, EngineError> {
    let mut payers: BTreeMap<String, BTreeMap<ReceivableStage, AgeBuckets>> = BTreeMap::new();
    let mut not_aged = OpenSum::default();
    reader.open_claims(&mut |open| {
        let age = basis.of(&open).map(|day| (on - day).num_days());
        let mut add = |stage: ReceivableStage, amount: Money| {
            if amount.is_zero() {
                return;
            }
            if !payers.contains_key(open.payer) {
                payers.insert(open.payer.to_owned(), BTreeMap::new());
            }
            if let Some(stages) = payers.get_mut(open.payer) {
                stages.entry(stage).or_default().add(amount, age);
            }
        };
        add(ReceivableStage::Patient, open.patient);
        if basis != AgingBasis::PatientResponsibility {
            add(open.stage, open.insurance);
        } else if open.insurance.is_positive() {
            not_aged.add(open.insurance);
        }
    })?;
    let mut lines = Vec::new();
    let mut total = AgeBuckets::default();
    for (payer, stages) in payers {
        for (stage, buckets) in stages {
            total.add_all(&buckets);
            lines.push(AgingLine {
                payer: payer.clone(),
                stage,
                buckets,
            });
        }
    }
    Ok(Aging {
        basis,
        on,
        lines,
        total,
        not_aged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_stands_in_the_bucket_of_its_age_and_a_credit_in_none() {
        let cents = Money::from_cents;
        let mut buckets = AgeBuckets::default();
        for age in [-3, 0, 30, 31, 60, 61, 90, 91, 120, 121, 4000] {
            buckets.add(cents(100), Some(age));
        }
        buckets.add(cents(7), None);
        buckets.add(cents(-500), Some(45));
        let claims = |sum: OpenSum| sum.claims;
        assert_eq!(claims(buckets.days_0_30), 3);
        assert_eq!(claims(buckets.days_31_60), 2);
        assert_eq!(claims(buckets.days_61_90), 2);
        assert_eq!(claims(buckets.days_91_120), 2);
        assert_eq!(claims(buckets.over_120), 2);
        assert_eq!(buckets.undated.open, cents(7));
        assert_eq!(buckets.credits.open, cents(-500));
        assert_eq!(buckets.open().open, cents(1107));
    }

    #[test]
    fn a_basis_is_named_as_reports_name_it() {
        for basis in AgingBasis::ALL {
            assert_eq!(basis.as_str().parse(), Ok(basis));
        }
        assert_eq!("discharge".parse::<AgingBasis>(), Err(UnknownBasis));
    }
}
