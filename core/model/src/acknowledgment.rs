//! What a clearinghouse or payer says of what we sent (TA1, 999, 277CA).

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
}
