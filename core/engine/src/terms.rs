//! How long a payer gives for what: its contract, or the law where that says so.

use scrubjay_model::{Length, LineOfBusiness, Roll};
use serde::Deserialize;

use crate::AppealTerm;

/// A length as people write it: `90 days`, `10 business days`, `12 months`, `1 year`.
///
/// ```
/// use scrubjay::{Period, model::Length};
/// assert_eq!("90 days".parse(), Ok(Period(Length::CalendarDays(90))));
/// assert_eq!("1 year".parse(), Ok(Period(Length::Years(1))));
/// assert!("90".parse::<Period>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Period(pub Length);

/// A length that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{found}` is no length of time; write a number and days, business days, months or years, such as `90 days`"
)]
pub struct PeriodError {
    /// What was written.
    pub found: String,
}

impl std::str::FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let refuse = || PeriodError {
            found: text.to_owned(),
        };
        let (number, unit) = text.trim().split_once(' ').ok_or_else(refuse)?;
        let number = number.parse().map_err(|_| refuse())?;
        Ok(Self(match unit.trim() {
            "day" | "days" => Length::CalendarDays(number),
            "business day" | "business days" => Length::BusinessDays(number),
            "month" | "months" => Length::Months(number),
            "year" | "years" => Length::Years(number),
            _ => return Err(refuse()),
        }))
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        text.parse()
    }
}

/// What a payer's contract says of time, in `scrubjay.yaml`:
///
/// ```yaml
/// terms: { timely_filing: 90 days, appeals: [180 days, 60 days] }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// From the service to the payer's receipt of a first claim.
    #[serde(default)]
    pub timely_filing: Option<Period>,
    /// From the decision to the receipt of an appeal, level by level.
    #[serde(default)]
    pub appeals: Vec<AppealTerm>,
    /// From sending to the first look at a claim that is not answered.
    #[serde(default)]
    pub follow_up: Option<Period>,
    /// How long an answer about cover is relied on; 30 days where it is not told.
    #[serde(default)]
    pub cover_fresh: Option<Period>,
    /// From asking about cover to the answer; two business days where it is not
    /// told.
    #[serde(default)]
    pub cover_answer: Option<Period>,
    /// Whether a last day without business goes on to the next one.
    #[serde(default)]
    pub rolls: Rolls,
}

/// Where a last day goes that is a weekend or a holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rolls {
    /// It stays.
    #[default]
    Never,
    /// To the next business day.
    NextBusinessDay,
}

impl From<Rolls> for Roll {
    fn from(rolls: Rolls) -> Self {
        match rolls {
            Rolls::Never => Self::None,
            Rolls::NextBusinessDay => Self::NextBusinessDay,
        }
    }
}

impl Terms {
    /// The time to file: the contract's, else the law's where there is one
    /// (Medicare 42 CFR 424.44; Medicaid's outer limit 42 CFR 447.45(d)(1)).
    #[must_use]
    pub fn filing(&self, line: LineOfBusiness) -> Option<Length> {
        self.timely_filing.map(|period| period.0).or(match line {
            LineOfBusiness::Medicare => Some(Length::Years(1)),
            LineOfBusiness::Medicaid => Some(Length::Months(12)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_written_as_people_say_them_and_a_bare_number_is_refused() {
        let terms: Terms = serde_yaml::from_str(
            "{ timely_filing: 95 days, appeals: [12 months, 10 business days], rolls: next_business_day }",
        )
        .unwrap();
        assert_eq!(
            terms.filing(LineOfBusiness::Medicaid),
            Some(Length::CalendarDays(95))
        );
        assert_eq!(terms.appeals[1].within, Period(Length::BusinessDays(10)));
        assert_eq!(Roll::from(terms.rolls), Roll::NextBusinessDay);
        for wrong in [
            "timely_filing: 95",
            "timely_filing: -3 days",
            "timely_filing: 5 weeks",
        ] {
            let error = serde_yaml::from_str::<Terms>(wrong).unwrap_err();
            assert!(error.to_string().contains("such as `90 days`"), "{error}");
        }
    }

    #[test]
    fn the_law_speaks_only_where_no_contract_does() {
        let terms = Terms::default();
        assert_eq!(
            terms.filing(LineOfBusiness::Medicare),
            Some(Length::Years(1))
        );
        assert_eq!(terms.filing(LineOfBusiness::Commercial), None);
    }
}
