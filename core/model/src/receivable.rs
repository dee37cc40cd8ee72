//! Where what is open on a claim waits: the stage of accounts receivable.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Adjudication, Appeal, ClaimStatus, Work};

/// Where money that is open on a claim waits. A claim's stage is that of what
/// payers owe; what the patient owes on it is [`ReceivableStage::Patient`].
///
/// ```
/// use scrubjay_model::{ClaimStatus, ReceivableStage, Responsibility, Work};
///
/// let mut status = ClaimStatus::new(Responsibility::Primary);
/// assert_eq!(ReceivableStage::of(status), ReceivableStage::Unsent);
/// status.work = Work::Submitted;
/// assert_eq!(ReceivableStage::of(status).as_str(), "sent");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceivableStage {
    /// Not sent yet.
    Unsent,
    /// Rejected before adjudication, and not sent again.
    Rejected,
    /// Sent, and no word from the payer on it.
    Sent,
    /// The payer has it.
    Accepted,
    /// The payer waits for something.
    Pended,
    /// Denied, or in part.
    Denied,
    /// Its denial is contested.
    Appealed,
    /// Decided without a denial, and something is open still.
    Decided,
    /// The patient owes it.
    Patient,
}

impl ReceivableStage {
    /// Every stage, in the order of a claim's life.
    pub const ALL: [Self; 9] = [
        Self::Unsent,
        Self::Rejected,
        Self::Sent,
        Self::Accepted,
        Self::Pended,
        Self::Denied,
        Self::Appealed,
        Self::Decided,
        Self::Patient,
    ];

    /// Where what payers owe on a claim waits.
    #[must_use]
    pub const fn of(status: ClaimStatus) -> Self {
        match (status.work, status.adjudication) {
            (Work::Draft | Work::Held | Work::Ready, _) => Self::Unsent,
            (Work::Rejected, _) => Self::Rejected,
            (Work::Submitted | Work::Accepted, Adjudication::Pended) => Self::Pended,
            (Work::Submitted, _) => Self::Sent,
            (Work::Accepted, _) => Self::Accepted,
            _ if matches!(status.appeal, Appeal::Drafted | Appeal::Filed) => Self::Appealed,
            (_, Adjudication::Denied | Adjudication::PartiallyPaid) => Self::Denied,
            (_, Adjudication::Pended) => Self::Pended,
            _ => Self::Decided,
        }
    }

    /// The name used in reports and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsent => "unsent",
            Self::Rejected => "rejected",
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Pended => "pended",
            Self::Denied => "denied",
            Self::Appealed => "appealed",
            Self::Decided => "decided",
            Self::Patient => "patient",
        }
    }
}

impl fmt::Display for ReceivableStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Responsibility;

    #[test]
    fn a_denied_claim_that_was_sent_again_waits_for_the_payer_and_an_appeal_is_told_apart() {
        let mut status = ClaimStatus::new(Responsibility::Primary);
        status.adjudication = Adjudication::Denied;
        status.work = Work::Adjudicated;
        assert_eq!(ReceivableStage::of(status), ReceivableStage::Denied);
        status.appeal = Appeal::Filed;
        assert_eq!(ReceivableStage::of(status), ReceivableStage::Appealed);
        status.work = Work::Submitted;
        assert_eq!(ReceivableStage::of(status), ReceivableStage::Sent);
    }
}
