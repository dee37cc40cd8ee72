//! How denials are contested: the levels of a payer's contract, and the section
//! `denials` of `scrubjay.yaml`.

use std::path::PathBuf;

use chrono::NaiveDate;
use scrubjay_model::Money;
use serde::Deserialize;

use crate::Period;

/// A level of appeal as a contract has it: a length alone, or more of it.
///
/// ```yaml
/// terms:
///   appeals:
///     - 180 days
///     - { level: 2, name: external review, within: 60 days, decided: 45 days, least: "100.00", to: 2026-12-31 }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct AppealTerm {
    /// Level, as the payer counts; its place in the list where it is not told.
    pub level: Option<u8>,
    /// What the payer calls it.
    pub name: Option<String>,
    /// From the decision to the receipt of the appeal.
    pub within: Period,
    /// From filing to the payer's decision.
    pub decided: Option<Period>,
    /// The least amount that may be contested.
    pub least: Option<Money>,
    /// First day of decisions for which it holds.
    pub from: Option<NaiveDate>,
    /// Last day of decisions for which it holds.
    pub to: Option<NaiveDate>,
}

impl AppealTerm {
    /// Whether it holds for a decision of that day.
    pub(crate) fn holds_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// How a configuration says it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a level of appeal is a length such as `180 days`, or has `within:` with one, and may have `level`, `name`, `decided`, `least`, `from`, `to`"
)]
enum Written {
    Length(Period),
    Whole(Whole),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    level: Option<u8>,
    name: Option<String>,
    within: Period,
    decided: Option<Period>,
    least: Option<Money>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl From<Written> for AppealTerm {
    fn from(written: Written) -> Self {
        match written {
            Written::Length(within) => Self {
                level: None,
                name: None,
                within,
                decided: None,
                least: None,
                from: None,
                to: None,
            },
            Written::Whole(whole) => Self {
                level: whole.level,
                name: whole.name,
                within: whole.within,
                decided: whole.decided,
                least: whole.least,
                from: whole.from,
                to: whole.to,
            },
        }
    }
}

/// How denials are worked:
///
/// ```yaml
/// denials:
///   letters: appeals              # folder that letters are drafted into
///   templates: appeal-templates   # the practice's own templates, by root cause
///   appeal_cost: "25.00"          # what one appeal costs the practice
///   correction_cost: "8.00"       # what one corrected claim costs
///   decided_within: 60            # days for a decision, where nothing else says
///   paid_within: 30               # days from a won appeal to the payment
///   prior: { appeals: 40, corrections: 75, weight: 5 }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DenialPolicy {
    /// Folder that letters of appeals are put into.
    pub letters: PathBuf,
    /// Folder of the practice's own templates. `timely_filing.txt` goes for that
    /// root cause, `appeal.txt` for every other; what is not there is as shipped.
    pub templates: PathBuf,
    /// What it costs the practice to write and follow one appeal.
    pub appeal_cost: Money,
    /// What it costs the practice to send one corrected claim.
    pub correction_cost: Money,
    /// Days in which a payer decides an appeal, where neither its contract nor the
    /// law says.
    pub decided_within: u16,
    /// Days from a won appeal to its payment, before somebody asks.
    pub paid_within: u16,
    /// What is thought of the chance before there is experience.
    pub prior: Prior,
}

/// The chance of being paid, before the practice's own experience with a payer and
/// root cause tells: counted as so many cases with that share won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prior {
    /// Of a hundred appeals, how many bring the money.
    pub appeals: u8,
    /// Of a hundred corrected claims, how many are paid.
    pub corrections: u8,
    /// How many cases it counts as.
    pub weight: u16,
}

impl Default for Prior {
    fn default() -> Self {
        Self {
            appeals: 40,
            corrections: 75,
            weight: 5,
        }
    }
}

impl Default for DenialPolicy {
    fn default() -> Self {
        Self {
            letters: "appeals".into(),
            templates: "appeal-templates".into(),
            appeal_cost: Money::from_cents(2_500),
            correction_cost: Money::from_cents(800),
            decided_within: 60,
            paid_within: 30,
            prior: Prior::default(),
        }
    }
}

impl DenialPolicy {
    /// What cannot be meant, where there is something.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let percents = [self.prior.appeals, self.prior.corrections];
        if percents.into_iter().any(|percent| percent > 100) {
            Some("denials: `prior` has shares of a hundred, 0 to 100")
        } else if self.prior.weight == 0 {
            Some("denials: the `weight` of the `prior` is at least 1")
        } else if self.decided_within == 0 || self.paid_within == 0 {
            Some("denials: `decided_within` and `paid_within` are at least one day")
        } else if self.appeal_cost.is_negative() || self.correction_cost.is_negative() {
            Some("denials: a cost is not below zero")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Terms;

    #[test]
    fn a_level_is_a_length_or_says_more_and_a_misspelt_one_is_refused() {
        let terms: Terms = serde_yaml::from_str(
            "{ appeals: [180 days, { within: 60 days, decided: 45 days, least: '100.00', from: 2026-01-01 }] }",
        )
        .unwrap();
        let second = &terms.appeals[1];
        assert_eq!(second.least, Some(Money::from_cents(10_000)));
        let day = |text: &str| text.parse().unwrap();
        assert!(second.holds_on(day("2026-01-01")) && !second.holds_on(day("2025-12-31")));
        assert!(terms.appeals[0].holds_on(day("1999-01-01")));
        for wrong in ["{ appeals: [{ whithin: 60 days }] }", "{ appeals: [60] }"] {
            let error = serde_yaml::from_str::<Terms>(wrong).unwrap_err();
            assert!(
                error.to_string().contains("a level of appeal is"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_policy_that_cannot_be_meant_is_told() {
        let policy: DenialPolicy = serde_yaml::from_str("{ appeal_cost: '31.50' }").unwrap();
        assert_eq!((policy.fault(), policy.paid_within), (None, 30));
        for wrong in [
            "{ prior: { appeals: 101 } }",
            "{ prior: { weight: 0 } }",
            "{ paid_within: 0 }",
            "{ appeal_cost: '-1.00' }",
        ] {
            let policy: DenialPolicy = serde_yaml::from_str(wrong).unwrap();
            assert!(policy.fault().is_some(), "{wrong}");
        }
        assert!(serde_yaml::from_str::<DenialPolicy>("{ letter: x }").is_err());
    }
}
