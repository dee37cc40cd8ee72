//! How a payer wants services put together on claims, as `scrubjay.yaml` says it.

use std::collections::BTreeMap;
use std::num::{NonZeroU16, NonZeroU32};

use chrono::{Datelike, NaiveDate, TimeDelta};
use scrubjay_model::{ClaimKind, Length, LineOfBusiness, Name, Npi, ProcedureCode, Provider};
use serde::Deserialize;

use crate::Period;

/// Service lines on a claim at most (005010X222A1 and X223A2, loop 2400).
const PROFESSIONAL_LINES: u16 = 50;
const INSTITUTIONAL_LINES: u16 = 999;

/// What a payer wants of claims, beside `channel` and `terms` of the payer:
///
/// ```yaml
/// billing: { per: 7 days, split: [provider], lines: 12, crossover: 21 days }
/// ```
///
/// ```
/// use scrubjay::{BillingPolicy, ClaimPer};
/// let usual = BillingPolicy::default();
/// assert_eq!(usual.per, ClaimPer::Visit);
/// assert_eq!(usual.most_lines(), 50);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BillingPolicy {
    /// Which 837 its claims travel in; professional where it says nothing.
    pub claim: ClaimKind,
    /// What of a patient may stand on one claim.
    pub per: ClaimPer,
    /// What never stands on one claim together, though a claim could tell it.
    pub split: Vec<SplitBy>,
    /// Service lines at most, where it takes fewer than the guide.
    pub lines: Option<NonZeroU16>,
    /// What only its institutional claims say.
    pub institutional: Option<InstitutionalPolicy>,
    /// Whether it takes replacements and voids (CLM05-3 7 and 8).
    pub replacements: Option<Replacements>,
    /// How long the next payer is waited for that this one sent a claim on to.
    pub crossover: Period,
}

impl Default for BillingPolicy {
    fn default() -> Self {
        Self {
            claim: ClaimKind::Professional,
            per: ClaimPer::Visit,
            split: vec![SplitBy::Place, SplitBy::Provider],
            lines: None,
            institutional: None,
            replacements: None,
            crossover: Period(Length::CalendarDays(30)),
        }
    }
}

impl BillingPolicy {
    /// Service lines on one claim at most: the payer's limit, else the guide's.
    #[must_use]
    pub fn most_lines(&self) -> usize {
        let guide = match self.claim {
            ClaimKind::Institutional => INSTITUTIONAL_LINES,
            ClaimKind::Professional | ClaimKind::Dental => PROFESSIONAL_LINES,
        };
        let own = self.lines.map_or(guide, NonZeroU16::get);
        usize::from(own.min(guide))
    }

    /// Whether the payer takes replacements and voids of such claims: what the
    /// policy says, else no for professional claims to Medicare, whose
    /// contractors reopen in their place (CMS Pub. 100-04, chapter 34).
    #[must_use]
    pub fn takes_replacements(&self, line: LineOfBusiness, kind: ClaimKind) -> bool {
        match self.replacements {
            Some(said) => said == Replacements::Taken,
            None => line != LineOfBusiness::Medicare || kind != ClaimKind::Professional,
        }
    }

    /// Whether services of both are kept apart for that reason.
    pub(crate) fn splits(&self, by: SplitBy) -> bool {
        self.split.contains(&by)
    }

    /// What of the policy cannot be meant.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        match (self.claim, &self.institutional) {
            (ClaimKind::Dental, _) => Some(
                "`claim: dental` cannot be built from charges, which have no tooth: take dental claims in as 837D",
            ),
            (ClaimKind::Institutional, None) => Some(
                "`claim: institutional` needs `institutional:` with `facility_type` and `revenue`",
            ),
            _ => None,
        }
    }
}

/// What of a patient stands on one claim: `visit`, `day`, `month`, or a span of
/// so many days from the first service, such as `7 days`.
///
/// ```
/// use scrubjay::ClaimPer;
/// assert_eq!("visit".parse(), Ok(ClaimPer::Visit));
/// assert!("7 days".parse::<ClaimPer>().is_ok());
/// assert!("a week".parse::<ClaimPer>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum ClaimPer {
    /// The services of one visit.
    #[default]
    Visit,
    /// The services of so many days, the first one's among them.
    Days(NonZeroU32),
    /// The services of one calendar month.
    Month,
}

impl ClaimPer {
    /// The last day that may stand on a claim whose first service is of that
    /// day; `None` where days do not matter.
    pub(crate) fn last_day(self, first: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Visit => None,
            Self::Days(days) => Some(
                first
                    .checked_add_signed(TimeDelta::days(i64::from(days.get()) - 1))
                    .unwrap_or(NaiveDate::MAX),
            ),
            Self::Month => {
                let next = match first.month() {
                    12 => NaiveDate::from_ymd_opt(first.year().saturating_add(1), 1, 1),
                    month => NaiveDate::from_ymd_opt(first.year(), month + 1, 1),
                };
                Some(
                    next.and_then(|day| day.pred_opt())
                        .unwrap_or(NaiveDate::MAX),
                )
            }
        }
    }
}

/// What a claim should stand for, and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{found}` is nothing that a claim can be made of; write visit, day, month or a number of days, such as `7 days`"
)]
pub struct ClaimPerError {
    /// What was written.
    pub found: String,
}

impl std::str::FromStr for ClaimPer {
    type Err = ClaimPerError;

    fn from_str(text: &str) -> Result<Self, ClaimPerError> {
        match text.trim() {
            "visit" => return Ok(Self::Visit),
            "day" => return Ok(Self::Days(NonZeroU32::MIN)),
            "month" => return Ok(Self::Month),
            _ => {}
        }
        let days = text
            .parse::<Period>()
            .ok()
            .and_then(|period| match period.0 {
                Length::CalendarDays(days) => NonZeroU32::new(days.into()),
                _ => None,
            });
        days.map(Self::Days).ok_or_else(|| ClaimPerError {
            found: text.to_owned(),
        })
    }
}

impl TryFrom<String> for ClaimPer {
    type Error = ClaimPerError;

    fn try_from(text: String) -> Result<Self, ClaimPerError> {
        text.parse()
    }
}

/// What keeps services apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitBy {
    /// Another place of service.
    Place,
    /// Another provider who gave them.
    Provider,
}

/// Whether a payer takes claims that replace or void another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacements {
    /// It does.
    Taken,
    /// It does not: what it decided is reopened, or billed anew.
    Refused,
}

/// What an institutional claim says that no charge knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstitutionalPolicy {
    /// The first digits of the type of bill (CLM05-1).
    pub facility_type: String,
    /// Revenue code of services that have none of their own (SV201).
    #[serde(default)]
    pub revenue: Option<String>,
    /// Revenue codes by procedure.
    #[serde(default)]
    pub revenue_of: BTreeMap<ProcedureCode, String>,
}

impl InstitutionalPolicy {
    /// The revenue code of a procedure.
    pub(crate) fn revenue_code(&self, procedure: &ProcedureCode) -> Option<&str> {
        let own = self.revenue_of.get(procedure);
        own.or(self.revenue.as_ref()).map(String::as_str)
    }
}

/// Someone who gives services at the practice, as claims name them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterEntry {
    /// NPI.
    pub npi: Npi,
    /// Last name.
    pub last: String,
    /// First name.
    pub first: String,
    /// Taxonomy code (PRV03).
    #[serde(default)]
    pub taxonomy: Option<String>,
}

impl RosterEntry {
    /// The provider as a claim names them.
    #[must_use]
    pub fn provider(&self) -> Provider {
        Provider {
            name: Name::person(self.last.as_str(), self.first.as_str()),
            npi: Some(self.npi.into()),
            taxonomy: self.taxonomy.clone(),
            ..Provider::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_policy_is_written_as_people_say_it() {
        let policy: BillingPolicy = serde_yaml::from_str(
            "{ per: 7 days, split: [provider], lines: 12, replacements: refused, crossover: 21 days }",
        )
        .unwrap();
        assert_eq!(policy.per, "7 days".parse().unwrap());
        assert!(policy.splits(SplitBy::Provider) && !policy.splits(SplitBy::Place));
        assert_eq!(policy.most_lines(), 12);
        assert_eq!(policy.crossover, Period(Length::CalendarDays(21)));
        assert!(!policy.takes_replacements(LineOfBusiness::Commercial, ClaimKind::Professional));
        for wrong in ["per: 2 months", "per: 0 days", "lines: 0", "split: [payer]"] {
            assert!(
                serde_yaml::from_str::<BillingPolicy>(wrong).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn no_policy_gets_more_lines_on_a_claim_than_its_guide_has() {
        let with = |claim, lines| BillingPolicy {
            claim,
            lines: NonZeroU16::new(lines),
            ..BillingPolicy::default()
        };
        assert_eq!(with(ClaimKind::Professional, 60).most_lines(), 50);
        assert_eq!(with(ClaimKind::Institutional, 60).most_lines(), 60);
        assert_eq!(with(ClaimKind::Institutional, 0).most_lines(), 999);
    }

    #[test]
    fn part_b_takes_no_replacement_unless_the_practice_says_so() {
        let mut policy = BillingPolicy::default();
        let takes = |policy: &BillingPolicy, line, kind| policy.takes_replacements(line, kind);
        let (medicare, other) = (LineOfBusiness::Medicare, LineOfBusiness::MedicareAdvantage);
        assert!(!takes(&policy, medicare, ClaimKind::Professional));
        assert!(takes(&policy, medicare, ClaimKind::Institutional));
        assert!(takes(&policy, other, ClaimKind::Professional));
        policy.replacements = Some(Replacements::Taken);
        assert!(takes(&policy, medicare, ClaimKind::Professional));
    }

    #[test]
    fn a_span_ends_with_its_last_day_and_a_month_with_the_month() {
        let last = |per: &str, first| per.parse::<ClaimPer>().unwrap().last_day(day(first));
        assert_eq!(last("visit", "2026-03-02"), None);
        assert_eq!(last("day", "2026-03-02"), Some(day("2026-03-02")));
        assert_eq!(last("7 days", "2026-03-02"), Some(day("2026-03-08")));
        assert_eq!(last("month", "2028-02-10"), Some(day("2028-02-29")));
        assert_eq!(last("month", "2026-12-31"), Some(day("2026-12-31")));
    }
}
