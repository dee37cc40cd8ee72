//! What the practice knows of a channel beside its address: how soon it
//! answers, and how claims are put together for it.

use scrubjay_model::Length;
use serde::Deserialize;

use crate::{Period, PeriodError};

/// How soon an answer must come, in `scrubjay.yaml`: a length such as
/// `2 business days`, or `never` where the channel gives no such answer.
///
/// ```
/// use scrubjay::{AnswerWithin, Period, model::Length};
/// let two = AnswerWithin::Within(Period(Length::BusinessDays(2)));
/// assert_eq!("2 business days".parse(), Ok(two));
/// assert_eq!("never".parse(), Ok(AnswerWithin::Never));
/// assert!("soon".parse::<AnswerWithin>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum AnswerWithin {
    /// So long after the day of sending.
    Within(Period),
    /// No such answer is given.
    Never,
}

impl AnswerWithin {
    pub(crate) const fn length(self) -> Option<Length> {
        match self {
            Self::Within(period) => Some(period.0),
            Self::Never => None,
        }
    }
}

impl std::str::FromStr for AnswerWithin {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        if text.trim() == "never" {
            Ok(Self::Never)
        } else {
            text.parse().map(Self::Within)
        }
    }
}

impl TryFrom<String> for AnswerWithin {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        text.parse()
    }
}

/// How soon a channel answers what is sent by it.
///
/// ```yaml
/// channels:
///   house: { receiver: { id: HOUSE }, answers: { file: 1 business day, claims: 4 business days } }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// To a file, that it could be read (999).
    pub file: AnswerWithin,
    /// To each claim of a file that was read (277CA).
    pub claims: AnswerWithin,
}

impl Default for Answers {
    fn default() -> Self {
        let within = |days| AnswerWithin::Within(Period(Length::BusinessDays(days)));
        Self {
            file: within(2),
            claims: within(5),
        }
    }
}

/// Whose claims may stand in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchPer {
    /// All that the channel takes, as clearinghouses do.
    #[default]
    Channel,
    /// One payer's.
    Payer,
}

/// How claims are put together for a channel.
///
/// ```yaml
/// channels:
///   house: { receiver: { id: HOUSE }, batches: { per: payer, claims: 1000 } }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Batches {
    /// Whose claims.
    pub per: BatchPer,
    /// How many in a file at most; the guide advises no more than 5,000 claims
    /// in a transaction set.
    pub claims: std::num::NonZeroU32,
}

impl Default for Batches {
    fn default() -> Self {
        Self {
            per: BatchPer::default(),
            claims: std::num::NonZeroU32::MIN.saturating_add(4_999),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_channel_does_not_say_is_usual_and_never_is_a_word() {
        let answers: Answers = serde_yaml::from_str("{ claims: never }").unwrap();
        assert_eq!(answers.file.length(), Some(Length::BusinessDays(2)));
        assert_eq!(answers.claims.length(), None);
        let batches: Batches = serde_yaml::from_str("{ per: payer }").unwrap();
        assert_eq!(
            (batches.per, batches.claims.get()),
            (BatchPer::Payer, 5_000)
        );
        for wrong in ["{ file: 2 }", "{ claim: 2 days }"] {
            assert!(serde_yaml::from_str::<Answers>(wrong).is_err(), "{wrong}");
        }
        assert!(serde_yaml::from_str::<Batches>("{ claims: 0 }").is_err());
    }
}
