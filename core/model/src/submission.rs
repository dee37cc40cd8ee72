//! The sending of a claim: by which way, under which numbers, when.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{AckLevel, Acknowledgment, ClaimId, FileHash, Frequency, Money, PayerId};

/// By which way a claim went, and what it can be found by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case")]
pub enum Channel {
    /// As an 837, to a payer or clearinghouse.
    Edi {
        /// Interchange control number (ISA13), 1 to 999,999,999.
        interchange: u32,
        /// Group control number (GS06), 1 to 999,999,999.
        group: u32,
        /// Transaction set control number (ST02), four to nine characters.
        set: String,
        /// The file that went out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<FileHash>,
    },
    /// Typed in at a payer's portal.
    Portal {
        /// The portal's confirmation number.
        confirmation: String,
    },
    /// On paper, by mail or fax.
    Paper {
        /// Tracking number or fax confirmation; `None` where it went without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracking: Option<String>,
    },
}

/// What a [`Submission`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionRecord {
    /// Claim, as CLM01 carried it.
    pub claim: ClaimId,
    /// Original, replacement or void.
    pub frequency: Frequency,
    /// Payer that it is for.
    pub payer: PayerId,
    /// Charge that it went out with.
    pub charge: Money,
    /// When it went.
    pub at: DateTime<Utc>,
    /// How it went.
    #[serde(flatten)]
    pub channel: Channel,
}

/// A sending that cannot have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// A control number that X12 cannot carry.
    #[error("the submission's {element} must be {expected}")]
    Control {
        /// Element, such as `ISA13`.
        element: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A portal gave no confirmation number.
    #[error("the submission has no portal confirmation: without one nothing proves it")]
    NoConfirmation,
}

impl SubmissionRecord {
    fn check(&self) -> Result<(), SubmissionError> {
        match &self.channel {
            Channel::Edi {
                interchange,
                group,
                set,
                ..
            } => {
                for (element, number) in [("ISA13", interchange), ("GS06", group)] {
                    if !(1..=999_999_999).contains(number) {
                        let expected = "1 to 999999999";
                        return Err(SubmissionError::Control { element, expected });
                    }
                }
                let sound = (4..=9).contains(&set.len())
                    && set.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if !sound {
                    return Err(SubmissionError::Control {
                        element: "ST02",
                        expected: "four to nine letters and digits",
                    });
                }
            }
            Channel::Portal { confirmation } if confirmation.trim().is_empty() => {
                return Err(SubmissionError::NoConfirmation);
            }
            Channel::Portal { .. } | Channel::Paper { .. } => {}
        }
        Ok(())
    }

    /// Whether an acknowledgment speaks of this sending.
    ///
    /// Control numbers come round again after a billion interchanges, and per
    /// partner: look only among the sendings to the one that answered.
    #[must_use]
    pub fn is_answered_by(&self, acknowledgment: &Acknowledgment) -> bool {
        match (&acknowledgment.level, &self.channel) {
            (AckLevel::Interchange { control }, Channel::Edi { interchange, .. }) => {
                control == interchange
            }
            (
                AckLevel::Set { group, set },
                Channel::Edi {
                    group: our_group,
                    set: our_set,
                    ..
                },
            ) => group == our_group && set.as_ref().is_none_or(|set| set == our_set),
            (AckLevel::Claim { control, .. }, _) => control == self.claim.as_str(),
            (_, Channel::Portal { .. } | Channel::Paper { .. }) => false,
        }
    }
}

checked! {
    /// A sending under numbers that its channel can carry.
    Submission(SubmissionRecord) or SubmissionError, in "SubmissionRecord"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AckOutcome;

    fn edi() -> SubmissionRecord {
        SubmissionRecord {
            claim: "K-1".parse().unwrap(),
            frequency: Frequency::Original,
            payer: "60054".parse().unwrap(),
            charge: Money::from_cents(15_025),
            at: "2026-03-09T14:30:00Z".parse().unwrap(),
            channel: Channel::Edi {
                interchange: 17,
                group: 4,
                set: "0002".into(),
                file: None,
            },
        }
    }

    fn says(level: AckLevel) -> Acknowledgment {
        Acknowledgment {
            level,
            outcome: AckOutcome::Accepted,
            codes: Vec::new(),
            source: crate::AckSource::default(),
        }
    }

    #[test]
    fn an_answer_finds_its_sending_at_every_level() {
        let sent = Submission::new(edi()).unwrap();
        let set = |group, set: Option<&str>| AckLevel::Set {
            group,
            set: set.map(str::to_owned),
        };
        let claim = |control: &str| AckLevel::Claim {
            control: control.into(),
            payer_control: None,
        };
        for (level, ours) in [
            (AckLevel::Interchange { control: 17 }, true),
            (AckLevel::Interchange { control: 18 }, false),
            (set(4, None), true),
            (set(4, Some("0002")), true),
            (set(4, Some("0001")), false),
            (set(5, Some("0002")), false),
            (claim("K-1"), true),
            (claim("K-2"), false),
        ] {
            assert_eq!(sent.is_answered_by(&says(level.clone())), ours, "{level:?}");
        }
        let typed = SubmissionRecord {
            channel: Channel::Portal {
                confirmation: "17".into(),
            },
            ..edi()
        };
        assert!(!typed.is_answered_by(&says(AckLevel::Interchange { control: 17 })));
    }

    #[test]
    fn numbers_that_x12_cannot_carry_are_refused_by_element() {
        for (interchange, group, set, at) in [
            (0, 4, "0002", "ISA13"),
            (1_000_000_000, 4, "0002", "ISA13"),
            (17, 0, "0002", "GS06"),
            (17, 4, "2", "ST02"),
            (17, 4, "00*02", "ST02"),
            (17, 4, "0000000002", "ST02"),
        ] {
            let channel = Channel::Edi {
                interchange,
                group,
                set: set.into(),
                file: None,
            };
            let refused = Submission::new(SubmissionRecord { channel, ..edi() });
            assert!(
                matches!(refused, Err(SubmissionError::Control { element, .. }) if element == at),
                "{at}"
            );
        }
    }

    #[test]
    fn a_portal_without_confirmation_proves_nothing() {
        let channel = Channel::Portal {
            confirmation: " ".into(),
        };
        assert_eq!(
            Submission::new(SubmissionRecord { channel, ..edi() }),
            Err(SubmissionError::NoConfirmation)
        );
    }

    #[test]
    fn a_sending_reads_back_as_written_by_every_channel() {
        let channels = [
            edi().channel,
            Channel::Portal {
                confirmation: "77".into(),
            },
            Channel::Paper { tracking: None },
        ];
        for channel in channels {
            let sent = Submission::new(SubmissionRecord { channel, ..edi() }).unwrap();
            let json = serde_json::to_string(&sent).unwrap();
            assert_eq!(serde_json::from_str::<Submission>(&json).unwrap(), sent);
        }
        let json = serde_json::to_string(&Submission::new(edi()).unwrap()).unwrap();
        let wrong = json.replace("\"interchange\":17", "\"interchange\":0");
        assert_ne!(wrong, json);
        assert!(serde_json::from_str::<Submission>(&wrong).is_err());
    }
}
