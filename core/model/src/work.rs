//! Work for people: what, for whom, by when.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{ClaimId, Money, RecordKey, WorkItemId};

/// What kind of work it is, which is also the queue that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// A claim held before submission, with findings to mend.
    ScrubHold,
    /// A claim that a payer or clearinghouse rejected.
    Rejection,
    /// A denial to work.
    Denial,
    /// A remitted claim that no claim of ours matches.
    UnmatchedRemittance,
    /// A remittance that does not balance.
    UnbalancedRemittance,
    /// An adjustment or amount that a person must look at.
    PostingReview,
    /// What the payer allows is less than its contract says.
    Underpayment,
    /// A deposit and a remittance that do not agree, or one without the other.
    Deposit,
    /// A task that a rule opened.
    Task,
    /// A claim that the payer has not answered.
    FollowUp,
    /// A deadline that is near or gone by.
    Deadline,
    /// What was sent and not acknowledged in time.
    MissingAcknowledgment,
    /// An acknowledgment that says neither yes nor no, contradicts another, or
    /// speaks of nothing that was sent.
    AcknowledgmentReview,
    /// A patient's registration with something to mend.
    Registration,
    /// A patient's cover that is not clear before a visit.
    Eligibility,
    /// An authorization to ask for, to ask about, or soon used up.
    Authorization,
    /// A charge with something to mend, or one that is missing.
    Charge,
    /// A patient's account that a person must look at.
    PatientAccount,
}

impl WorkKind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::ScrubHold,
        Self::Rejection,
        Self::Denial,
        Self::UnmatchedRemittance,
        Self::UnbalancedRemittance,
        Self::PostingReview,
        Self::Underpayment,
        Self::Deposit,
        Self::Task,
        Self::FollowUp,
        Self::Deadline,
        Self::MissingAcknowledgment,
        Self::AcknowledgmentReview,
        Self::Registration,
        Self::Eligibility,
        Self::Authorization,
        Self::Charge,
        Self::PatientAccount,
    ];

    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScrubHold => "scrub_hold",
            Self::Rejection => "rejection",
            Self::Denial => "denial",
            Self::UnmatchedRemittance => "unmatched_remittance",
            Self::UnbalancedRemittance => "unbalanced_remittance",
            Self::PostingReview => "posting_review",
            Self::Underpayment => "underpayment",
            Self::Deposit => "deposit",
            Self::Task => "task",
            Self::FollowUp => "follow_up",
            Self::Deadline => "deadline",
            Self::MissingAcknowledgment => "missing_acknowledgment",
            Self::AcknowledgmentReview => "acknowledgment_review",
            Self::Registration => "registration",
            Self::Eligibility => "eligibility",
            Self::Authorization => "authorization",
            Self::Charge => "charge",
            Self::PatientAccount => "patient_account",
        }
    }
}

/// Who works it: a role or a named queue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(pub String);

/// One piece of work with its owner and service level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkItem {
    /// Id.
    pub id: WorkItemId,
    /// Kind.
    pub kind: WorkKind,
    /// Claim that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// Record that it is about, such as a visit or an account, where it is
    /// about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordKey>,
    /// Why it was opened, without patient data.
    pub reason: String,
    /// Who works it.
    pub owner: Owner,
    /// Money at stake.
    pub amount: Money,
    /// When it was opened.
    pub opened: DateTime<Utc>,
    /// Last day of its service level.
    pub due: NaiveDate,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_work_is_among_all_of_them_under_its_own_name() {
        let mut names = WorkKind::ALL.map(WorkKind::as_str).to_vec();
        for (kind, name) in WorkKind::ALL.iter().zip(&names) {
            let written = serde_json::to_string(kind).unwrap();
            assert_eq!(written, format!("\"{name}\""));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), WorkKind::ALL.len());
    }
}
