//! Identifiers, each its own type, so that ours and the payer's never mix.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ValueError, ValueKind};

macro_rules! identifier {
    ($(#[$docs:meta])* $name:ident, $max:literal, $expected:literal) => {
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The longest that is read, in characters.
            pub const MAX_LEN: usize = $max;

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;

            fn try_from(text: String) -> Result<Self, ValueError> {
                let problem = if text.trim().is_empty() {
                    "it is empty"
                } else if text.chars().count() > $max {
                    "it is too long"
                } else if text.chars().any(char::is_control) {
                    "it has control characters"
                } else {
                    return Ok(Self(text));
                };
                Err(ValueError::new(ValueKind::Identifier, $expected, problem))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

identifier!(
    /// Our name for a claim, sent as CLM01 and returned by the payer as CLP01.
    ///
    /// At most 20 characters: payers need return no more (005010X222A1, CLM01).
    ClaimId, 20, "a claim id of 1 to 20 characters"
);
identifier!(
    /// The control number that the practice-management system gave, as it came.
    PatientControlNumber, 80, "a patient control number"
);
identifier!(
    /// The payer's name for a claim: CLP07, REF*F8, the internal control number.
    PayerClaimControlNumber, 80, "a payer claim control number"
);
identifier!(
    /// A payer, by the id used on its electronic channel.
    PayerId, 80, "a payer id"
);
identifier!(
    /// A member's number with a payer.
    MemberId, 80, "a member id"
);
identifier!(
    /// The check or EFT trace number of a payment, TRN02.
    TraceNumber, 50, "a trace number"
);
identifier!(
    /// A work item.
    WorkItemId, 80, "a work item id"
);
identifier!(
    /// The SHA-256 of a file's bytes, in lower-case hexadecimal.
    FileHash, 64, "a SHA-256 in hexadecimal"
);
identifier!(
    /// A patient, by the key of the host's own register.
    PatientKey, 80, "a patient key"
);
identifier!(
    /// A visit.
    EncounterId, 80, "an encounter id"
);
identifier!(
    /// A charge line, as it was entered.
    ChargeId, 80, "a charge id"
);
identifier!(
    /// A prior authorization, by the payer's number (REF*G1).
    AuthorizationNumber, 50, "an authorization number"
);
identifier!(
    /// A patient account.
    AccountNumber, 80, "an account number"
);
identifier!(
    /// A statement sent to a patient.
    StatementNumber, 80, "a statement number"
);
identifier!(
    /// A record that the trade has no number for, by one of ours: an inquiry
    /// (its trace number, TRN02), a request for authorization, a payment plan,
    /// an appeal, an estimate.
    RecordId, 80, "a record id"
);

impl RecordId {
    /// The text of another identifier, whose form is this one's too.
    pub(crate) fn same(text: &str) -> Self {
        Self(text.to_owned())
    }
}
