//! The appeal: drafted, filed in time, decided, and taken to the next level.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{Appeal, BusinessCalendar, ClaimId, Deadline, DenialCategory, Money};

/// What kind of document supports an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EvidenceKind {
    /// The letter itself.
    Letter,
    /// The payer's own form.
    Form,
    /// Clinical notes, results, operative report.
    MedicalRecord,
    /// The remittance with the denial.
    Remittance,
    /// Proof of timely filing (277CA, 999, receipt).
    ProofOfFiling,
    /// An authorization or its confirmation.
    Authorization,
    /// The payer's policy, a contract clause, a coverage determination.
    Policy,
    /// The patient's consent to appeal for them.
    Consent,
    /// Anything else.
    Other,
}

impl EvidenceKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Letter,
        Self::Form,
        Self::MedicalRecord,
        Self::Remittance,
        Self::ProofOfFiling,
        Self::Authorization,
        Self::Policy,
        Self::Consent,
        Self::Other,
    ];

    /// The name used in commands and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Form => "form",
            Self::MedicalRecord => "medical_record",
            Self::Remittance => "remittance",
            Self::ProofOfFiling => "proof_of_filing",
            Self::Authorization => "authorization",
            Self::Policy => "policy",
            Self::Consent => "consent",
            Self::Other => "other",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A document of an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its kind.
    pub kind: EvidenceKind,
    /// Where it is kept, by the host's key: never a patient's name or number.
    pub reference: String,
}

/// By which way an appeal goes to the payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AppealWay {
    /// By post or courier, with a receipt where there is one.
    Mail,
    /// By fax.
    Fax,
    /// By the payer's portal.
    Portal,
    /// As an electronic attachment or message.
    Electronic,
}

impl AppealWay {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Mail, Self::Fax, Self::Portal, Self::Electronic];

    /// The name used in commands and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Fax => "fax",
            Self::Portal => "portal",
            Self::Electronic => "electronic",
        }
    }
}

/// How an appeal went to the payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealFiling {
    /// By which way.
    pub way: AppealWay,
    /// Who filed it.
    pub by: String,
    /// What shows it: a tracking, confirmation or reference number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOutcome {
    /// The payer kept its decision.
    Upheld,
    /// The payer changed all of it.
    Overturned,
    /// The payer changed part of it.
    PartiallyOverturned,
    /// Not looked at: too late, or not in order. The decision stands.
    Dismissed,
}

impl AppealOutcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [
        Self::Upheld,
        Self::Overturned,
        Self::PartiallyOverturned,
        Self::Dismissed,
    ];

    /// The name used in commands and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::Overturned => "overturned",
            Self::PartiallyOverturned => "partially_overturned",
            Self::Dismissed => "dismissed",
        }
    }
}

/// The payer's decision on an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealDecision {
    /// Day of the decision.
    pub on: NaiveDate,
    /// What came of it.
    pub outcome: AppealOutcome,
    /// How much of the amount the payer granted.
    pub granted: Money,
}

/// What an [`AppealCase`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealRecord {
    /// Claim.
    pub claim: ClaimId,
    /// Level, as the payer counts: 1 is the first.
    pub level: u8,
    /// Amount contested, above zero.
    pub amount: Money,
    /// Root cause of the denial that is contested; `None` in records of earlier
    /// versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<DenialCategory>,
    /// Time to file it, from the payer's contract or the law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// Day it was drafted.
    pub drafted: NaiveDate,
    /// Day it was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed: Option<NaiveDate>,
    /// How it was filed, where that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing: Option<AppealFiling>,
    /// Day on which the draft was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<NaiveDate>,
    /// What the payer decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<AppealDecision>,
    /// Documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// An appeal whose parts disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppealError {
    /// Levels count from 1.
    #[error("the appeal's level is 0: the first is 1")]
    Level,
    /// Nothing is contested.
    #[error("the appeal's amount must be above zero, and is {0}")]
    Amount(Money),
    /// Two days in the wrong order.
    #[error("the appeal's `{later}` is before its `{earlier}`")]
    Order {
        /// The field that should come first.
        earlier: &'static str,
        /// The field that should come after.
        later: &'static str,
    },
    /// Decided without having been filed.
    #[error("the appeal is decided and was never filed")]
    NotFiled,
    /// Given up after it was filed: it is the payer's to decide then.
    #[error("the appeal is filed, and only a draft is withdrawn")]
    Withdrawn,
    /// Filed with nothing to it.
    #[error("the appeal is filed with no document: name its letter or form at least")]
    NoEvidence,
    /// A document without a reference.
    #[error("document {document} of the appeal has no reference")]
    NoReference {
        /// Document, 1-based.
        document: usize,
    },
    /// The amount granted does not fit the outcome.
    #[error("the appeal's outcome is {outcome:?}, and {granted} of {amount} were granted")]
    Granted {
        /// Outcome.
        outcome: AppealOutcome,
        /// Amount granted.
        granted: Money,
        /// Amount contested.
        amount: Money,
    },
    /// There is nothing left to take further.
    #[error("the appeal cannot go to the next level: {0}")]
    NoNextLevel(&'static str),
}

impl AppealRecord {
    fn check(&self) -> Result<(), AppealError> {
        if self.level == 0 {
            return Err(AppealError::Level);
        }
        if !self.amount.is_positive() {
            return Err(AppealError::Amount(self.amount));
        }
        let nameless = |document: &Evidence| document.reference.trim().is_empty();
        if let Some(at) = self.evidence.iter().position(nameless) {
            return Err(AppealError::NoReference { document: at + 1 });
        }
        let order = |earlier, later| Err(AppealError::Order { earlier, later });
        if let Some(withdrawn) = self.withdrawn {
            if self.filed.is_some() {
                return Err(AppealError::Withdrawn);
            }
            if withdrawn < self.drafted {
                return order("drafted", "withdrawn");
            }
        }
        if let Some(filed) = self.filed {
            if filed < self.drafted {
                return order("drafted", "filed");
            }
            if self.evidence.is_empty() {
                return Err(AppealError::NoEvidence);
            }
        }
        let Some(decision) = self.decision else {
            return Ok(());
        };
        let filed = self.filed.ok_or(AppealError::NotFiled)?;
        if decision.on < filed {
            return order("filed", "decision");
        }
        let AppealDecision {
            outcome, granted, ..
        } = decision;
        let amount = self.amount;
        let fits = match outcome {
            AppealOutcome::Upheld | AppealOutcome::Dismissed => granted.is_zero(),
            AppealOutcome::Overturned => granted == amount,
            AppealOutcome::PartiallyOverturned => granted.is_positive() && granted < amount,
        };
        if fits {
            Ok(())
        } else {
            Err(AppealError::Granted {
                outcome,
                granted,
                amount,
            })
        }
    }

    /// What is still contested: the amount without what was granted.
    #[must_use]
    pub fn open_amount(&self) -> Money {
        let granted = self.decision.map(|decision| decision.granted);
        self.amount - granted.unwrap_or(Money::ZERO)
    }

    /// Where it stands on a day, on the claim's axis `appeal`.
    ///
    /// A draft whose time to file has run out is expired.
    #[must_use]
    pub fn status(&self, today: NaiveDate, calendar: &BusinessCalendar) -> Appeal {
        match (self.decision.map(|decision| decision.outcome), self.filed) {
            (Some(AppealOutcome::Upheld | AppealOutcome::Dismissed), _) => Appeal::Upheld,
            (Some(AppealOutcome::Overturned), _) => Appeal::Overturned,
            (Some(AppealOutcome::PartiallyOverturned), _) => Appeal::PartiallyOverturned,
            (None, Some(_)) => Appeal::Filed,
            (None, None) if self.withdrawn.is_some() => Appeal::None,
            (None, None) => {
                let deadline = self.deadline.as_ref();
                let expired = deadline.is_some_and(|deadline| today > deadline.due(calendar));
                if expired {
                    Appeal::Expired
                } else {
                    Appeal::Drafted
                }
            }
        }
    }

    /// Whether it was filed within its time; `None` while it is not filed, or
    /// its time is not known.
    #[must_use]
    pub fn is_timely(&self, calendar: &BusinessCalendar) -> Option<bool> {
        let (filed, deadline) = self.filed.zip(self.deadline.as_ref())?;
        Some(filed <= deadline.due(calendar))
    }
}

checked! {
    /// An appeal whose days, documents and amounts agree.
    ///
    /// The payer's place for it in the claim's life is the axis [`Appeal`].
    AppealCase(AppealRecord) or AppealError, in "AppealRecord"
}

impl AppealCase {
    /// Drafts the next level over what is still contested. The documents go
    /// along; the time to file is the next level's own.
    ///
    /// # Errors
    /// [`AppealError::NoNextLevel`] where it is not decided, all was granted,
    /// or no level is left to count; [`AppealError::Order`] where the draft is
    /// from before the decision.
    pub fn next_level(
        &self,
        drafted: NaiveDate,
        deadline: Option<Deadline>,
    ) -> Result<Self, AppealError> {
        let decision = self
            .decision
            .ok_or(AppealError::NoNextLevel("the payer has not decided"))?;
        if self.open_amount().is_zero() {
            return Err(AppealError::NoNextLevel("all of it was granted"));
        }
        if drafted < decision.on {
            return Err(AppealError::Order {
                earlier: "decision",
                later: "drafted",
            });
        }
        let level = self.level.checked_add(1);
        Self::new(AppealRecord {
            claim: self.claim.clone(),
            level: level.ok_or(AppealError::NoNextLevel("there are no more levels"))?,
            amount: self.open_amount(),
            cause: self.cause,
            deadline,
            drafted,
            filed: None,
            filing: None,
            withdrawn: None,
            decision: None,
            evidence: self.evidence.clone(),
        })
    }
}

#[cfg(test)]
mod tests;
