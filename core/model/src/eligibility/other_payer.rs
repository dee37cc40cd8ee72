//! Another payer that an answer names: who else pays, or who runs the plan.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{CoverageOrder, MemberId, Name, PayerId};

/// What another payer is to the one that answered (NM101 of loop 2120).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum OtherPayerKind {
    /// Another payer (PR, or PRP, SEP and TTP with its order of payment).
    #[default]
    Payer,
    /// The organization that manages the care in the payer's place (Y2).
    ManagedCare,
    /// One that covered the patient before (P4).
    Prior,
}

/// Another payer that the answer names (EB01 R, loop 2120).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OtherPayer {
    /// Its name; where it has none, what the answer calls the coverage.
    pub name: Name,
    /// Its id, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerId>,
    /// Its place in the order of payment, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<CoverageOrder>,
    /// What it is to the payer that answered.
    #[serde(default)]
    pub kind: OtherPayerKind,
    /// Type of insurance (EB04): HM or HN for an HMO, PR for a PPO, QM for a
    /// qualified Medicare beneficiary, 12 to 47 for why Medicare is secondary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance_type: Option<String>,
    /// Number of the plan (REF*18), such as a Medicare contract number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The patient's member number with it (REF*1W, REF*IG).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// First day of its cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day of its cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// Types of insurance (code list 1336) by which Medicare and Medicaid name a
/// managed-care plan: HMO, HMO with Medicare risk, indemnity, PPO, point of
/// service, exclusive provider organization.
const MANAGED: [&str; 6] = ["HM", "HN", "IN", "PR", "PS", "EP"];

/// Reasons that Medicare pays second (code list 1336).
const MEDICARE_SECONDARY: [&str; 9] = ["12", "13", "14", "15", "16", "41", "42", "43", "47"];

impl OtherPayer {
    /// A payer of that name.
    #[must_use]
    pub fn named(name: Name) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    /// Whether it stands behind a Medicare or Medicaid card: then it is the
    /// one to bill, and not the payer that answered. In the answer of a
    /// commercial payer an HMO may as well be another coverage.
    #[must_use]
    pub fn manages_care(&self) -> bool {
        let managed = |code: &str| MANAGED.contains(&code);
        match self.kind {
            OtherPayerKind::ManagedCare => true,
            OtherPayerKind::Payer => self.insurance_type.as_deref().is_some_and(managed),
            OtherPayerKind::Prior => false,
        }
    }

    /// Why Medicare pays after it (SBR05), where the answer says so.
    #[must_use]
    pub fn medicare_secondary(&self) -> Option<&str> {
        let code = self.insurance_type.as_deref()?;
        MEDICARE_SECONDARY.contains(&code).then_some(code)
    }

    /// Whether its cover counts on that day.
    #[must_use]
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}
