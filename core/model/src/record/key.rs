//! How records are named.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    AccountNumber, ChargeId, EncounterId, PatientKey, RecordId, StatementNumber, ValueError,
    ValueKind,
};

/// What kind of record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordKind {
    /// A patient.
    Patient,
    /// A visit.
    Encounter,
    /// A question about cover, with its answer once it has come.
    Eligibility,
    /// A prior authorization.
    Authorization,
    /// An estimate of what care will cost.
    Estimate,
    /// A charge line.
    Charge,
    /// A question where a claim stands, with its answer once it has come.
    ClaimStatus,
    /// A patient's account.
    Account,
    /// A statement.
    Statement,
    /// A payment plan.
    Plan,
    /// An appeal.
    Appeal,
}

impl RecordKind {
    /// Every kind, in the order of the steps.
    pub const ALL: &'static [Self] = &[
        Self::Patient,
        Self::Encounter,
        Self::Eligibility,
        Self::Authorization,
        Self::Estimate,
        Self::Charge,
        Self::ClaimStatus,
        Self::Account,
        Self::Statement,
        Self::Plan,
        Self::Appeal,
    ];

    /// The name used in the database and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Encounter => "encounter",
            Self::Eligibility => "eligibility",
            Self::Authorization => "authorization",
            Self::Estimate => "estimate",
            Self::Charge => "charge",
            Self::ClaimStatus => "claim_status",
            Self::Account => "account",
            Self::Statement => "statement",
            Self::Plan => "plan",
            Self::Appeal => "appeal",
        }
    }

    /// Whether records of this kind belong to a claim: what happens to them
    /// happens to the claim too.
    #[must_use]
    pub const fn is_of_claim(self) -> bool {
        matches!(self, Self::ClaimStatus | Self::Appeal)
    }

    /// The key of a record of this kind.
    #[must_use]
    pub const fn with(self, id: RecordId) -> RecordKey {
        RecordKey { kind: self, id }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for RecordKind {
    type Err = ValueError;

    fn from_str(name: &str) -> Result<Self, ValueError> {
        let mut kinds = Self::ALL.iter().copied();
        kinds.find(|kind| kind.as_str() == name).ok_or_else(|| {
            ValueError::new(
                ValueKind::Identifier,
                "a kind of record, such as `encounter`",
                "there is none of that name",
            )
        })
    }
}

/// The name of a record: its kind, and its id within the kind.
///
/// As text it leaves out a patient's id, which may be a medical record number.
///
/// ```
/// use scrubjay_model::{EncounterId, PatientKey, RecordKey};
///
/// let visit: EncounterId = "V-100".parse()?;
/// assert_eq!(RecordKey::from(&visit).to_string(), "encounter V-100");
/// let patient: PatientKey = "P-7".parse()?;
/// assert_eq!(RecordKey::from(&patient).to_string(), "patient");
/// # Ok::<(), scrubjay_model::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordKey {
    /// Kind.
    pub kind: RecordKind,
    /// Id.
    pub id: RecordId,
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            RecordKind::Patient => f.pad(self.kind.as_str()),
            kind => write!(f, "{kind} {}", self.id),
        }
    }
}

macro_rules! from {
    ($($id:ident => $kind:ident),+ $(,)?) => {
        $(
            const _: () = assert!($id::MAX_LEN <= RecordId::MAX_LEN);

            impl From<&$id> for RecordKey {
                fn from(id: &$id) -> Self {
                    RecordKind::$kind.with(RecordId::same(id.as_str()))
                }
            }
        )+
    };
}

from! {
    PatientKey => Patient,
    EncounterId => Encounter,
    ChargeId => Charge,
    AccountNumber => Account,
    StatementNumber => Statement,
}
