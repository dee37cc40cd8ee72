//! What a clearinghouse or payer says of what we sent (TA1, 999, 277CA).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What the acknowledgment speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "level", rename_all = "snake_case")]
pub enum AckLevel {
    /// A whole interchange (TA1): its control number.
    Interchange {
        /// ISA13 of what we sent.
        control: u32,
    },
    /// A transaction set (999 AK2/IK5): group and set control numbers.
    Set {
        /// GS06 of what we sent.
        group: u32,
        /// ST02 of what we sent; `None` speaks of the whole group.
        set: Option<String>,
    },
    /// One claim (277CA, loop 2200D): the control number we sent.
    Claim {
        /// CLM01 of what we sent (TRN02).
        control: String,
        /// The payer's control number, where it gave one (REF*1K).
        payer_control: Option<String>,
    },
}

/// Whether it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckOutcome {
    /// Received or forwarded: on its way, not yet accepted (A0, A1).
    Received,
    /// Accepted into adjudication (A2), or syntactically accepted (999 A, E).
    Accepted,
    /// Refused (A3, A6, A7, A8; 999 R; TA1 R): it must be mended and sent again.
    Rejected,
    /// Not found, or an answer that says neither yes nor no.
    Unclear,
}

/// At which stop on the way to the payer an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckHop {
    /// A clearinghouse or another go-between (277CA, NM101 is AY).
    Clearinghouse,
    /// The payer itself (277CA, NM101 is PR).
    Payer,
}

impl AckHop {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clearinghouse => "clearinghouse",
            Self::Payer => "payer",
        }
    }
}

/// A transaction set that we sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SentSet {
    /// GS06.
    pub group: u32,
    /// ST02 as a number.
    pub set: u32,
}

/// Who gave an answer, to which sending, and when: as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AckSource {
    /// Stop on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hop: Option<AckHop>,
    /// The organisation's id: NM109 of a 277CA, else the sender of the file (ISA06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The sending that a 277CA names: claims are sent again under their old
    /// control numbers, and a late answer speaks of the earlier sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sending: Option<SentSet>,
    /// Day of the status (STC02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
}

impl AckSource {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// One answer to something we sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgment {
    /// What it speaks of.
    #[serde(flatten)]
    pub level: AckLevel,
    /// Whether it was taken.
    pub outcome: AckOutcome,
    /// Codes behind the outcome, such as `A7:562:85` or `IK5:R:5`.
    pub codes: Vec<String>,
    /// Who gave it, and to which sending.
    #[serde(default, skip_serializing_if = "AckSource::is_unknown")]
    pub source: AckSource,
}

impl Acknowledgment {
    /// Whether it was taken although faults were found in it (999 and TA1: E),
    /// which the next stop may not forgive.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.outcome == AckOutcome::Accepted && self.says("E")
    }

    /// Whether some of a group was taken and some was not (999: P).
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.outcome == AckOutcome::Unclear && self.says("P")
    }

    /// Whether the code of a TA1 or 999 that decides is this one.
    fn says(&self, code: &str) -> bool {
        !matches!(self.level, AckLevel::Claim { .. })
            && self.codes.iter().any(|said| {
                let mut parts = said.split(':');
                matches!(parts.next(), Some("TA1" | "IK5" | "AK9")) && parts.next() == Some(code)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(outcome: AckOutcome, code: &str) -> Acknowledgment {
        Acknowledgment {
            level: AckLevel::Set {
                group: 1,
                set: None,
            },
            outcome,
            codes: vec![code.to_owned()],
            source: AckSource::default(),
        }
    }

    #[test]
    fn what_was_taken_with_errors_or_in_part_is_told_by_its_code() {
        assert!(answer(AckOutcome::Accepted, "IK5:E:I6").has_errors());
        assert!(!answer(AckOutcome::Accepted, "IK5:A").has_errors());
        assert!(answer(AckOutcome::Unclear, "AK9:P").is_partial());
        assert!(!answer(AckOutcome::Rejected, "AK9:R").is_partial());
    }

    #[test]
    fn an_answer_from_before_sources_were_kept_is_still_read() {
        let old = r#"{"level":"set","group":1,"set":null,"outcome":"accepted","codes":["IK5:A"]}"#;
        let read: Acknowledgment = serde_json::from_str(old).unwrap();
        assert!(read.source.is_unknown());
        assert_eq!(serde_json::to_string(&read).unwrap(), old);
    }
}
