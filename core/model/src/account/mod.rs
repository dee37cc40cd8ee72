//! The patient account: claims, what is owed on them, and what stops billing.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::checked::checked;
use crate::{AccountNumber, ClaimId, Dealings, DealingsError, Money, PatientKey};

/// Why a patient is not billed for now. Each stops statements, reminders and
/// collection alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// In bankruptcy: every act to collect is stayed (11 U.S.C. 362(a)(6)).
    Bankruptcy,
    /// Deceased: only the estate may be asked.
    Deceased,
    /// The patient contests the bill, as in a patient-provider dispute
    /// (45 CFR 149.620).
    Dispute,
    /// Financial assistance is applied for (26 CFR 1.501(r)-6).
    FinancialAssistancePending,
    /// A payer has yet to decide.
    InsurancePending,
    /// Mail comes back: who never got a statement is not in default.
    BadAddress,
}

impl HoldKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Bankruptcy,
        Self::Deceased,
        Self::Dispute,
        Self::FinancialAssistancePending,
        Self::InsurancePending,
        Self::BadAddress,
    ];

    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bankruptcy => "bankruptcy",
            Self::Deceased => "deceased",
            Self::Dispute => "dispute",
            Self::FinancialAssistancePending => "financial_assistance_pending",
            Self::InsurancePending => "insurance_pending",
            Self::BadAddress => "bad_address",
        }
    }
}

/// A hold on an account, from a day on and until one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountHold {
    /// Why.
    pub kind: HoldKind,
    /// First day.
    pub since: NaiveDate,
    /// Last day; `None` while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl AccountHold {
    /// Whether it holds on that day.
    #[must_use]
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.since <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// What the patient owes on one claim, as its ledger accounts say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountClaim {
    /// Claim.
    pub claim: ClaimId,
    /// Owed by the patient; below zero where the patient overpaid.
    pub balance: Money,
}

/// What a [`PatientAccount`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// Number.
    pub number: AccountNumber,
    /// The patient, by the host's key.
    pub patient: PatientKey,
    /// Claims, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<AccountClaim>,
    /// Money received that no claim has taken up yet; never below zero.
    #[serde(default)]
    pub unapplied: Money,
    /// Holds, past and present.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<AccountHold>,
    /// What has passed between the practice and the patient.
    #[serde(default, skip_serializing_if = "Dealings::is_none")]
    pub dealings: Dealings,
}

/// An account whose parts disagree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// A claim twice: its balance would count twice.
    #[error("claim `{0}` stands on the account twice")]
    ClaimTwice(ClaimId),
    /// Unapplied money below zero.
    #[error("the account's unapplied money is {0}: below zero it is a claim's balance")]
    Unapplied(Money),
    /// A hold that ends before it begins.
    #[error("the account's `{kind}` hold ends before it begins", kind = .0.as_str())]
    HoldDates(HoldKind),
    /// A hold of a kind that holds already.
    #[error("the account has a `{kind}` hold in that time already", kind = .0.as_str())]
    AlreadyHeld(HoldKind),
    /// Dealings that cannot be.
    #[error(transparent)]
    Dealings(#[from] DealingsError),
    /// A release of a hold that is not there.
    #[error("the account has no `{kind}` hold to release", kind = .0.as_str())]
    NotHeld(HoldKind),
}

impl AccountRecord {
    fn check(&self) -> Result<(), AccountError> {
        for (at, owed) in self.claims.iter().enumerate() {
            if self.claims[..at].iter().any(|one| one.claim == owed.claim) {
                return Err(AccountError::ClaimTwice(owed.claim.clone()));
            }
        }
        if self.unapplied.is_negative() {
            return Err(AccountError::Unapplied(self.unapplied));
        }
        for (at, hold) in self.holds.iter().enumerate() {
            if hold.until.is_some_and(|until| until < hold.since) {
                return Err(AccountError::HoldDates(hold.kind));
            }
            let overlaps = |other: &AccountHold| {
                other.kind == hold.kind && (other.is_on(hold.since) || hold.is_on(other.since))
            };
            if self.holds[..at].iter().any(overlaps) {
                return Err(AccountError::AlreadyHeld(hold.kind));
            }
        }
        self.dealings.check()?;
        Ok(())
    }

    /// What the patient owes: all claims' balances without unapplied money.
    /// Below zero it is a credit, to be refunded.
    #[must_use]
    pub fn balance(&self) -> Money {
        let owed: Money = self.claims.iter().map(|claim| claim.balance).sum();
        owed - self.unapplied
    }

    /// Whether the patient may be billed on a day.
    ///
    /// # Errors
    /// Every kind of hold on that day, in order, never an empty list.
    pub fn may_bill(&self, day: NaiveDate) -> Result<(), Vec<HoldKind>> {
        let on = self.holds.iter().filter(|hold| hold.is_on(day));
        let mut kinds: Vec<HoldKind> = on.map(|hold| hold.kind).collect();
        kinds.sort_unstable();
        if kinds.is_empty() { Ok(()) } else { Err(kinds) }
    }
}

checked! {
    /// An account with each claim once and each kind of hold once at a time.
    PatientAccount(AccountRecord) or AccountError, in "AccountRecord"
}

impl PatientAccount {
    /// Holds the account from that day on.
    ///
    /// # Errors
    /// [`AccountError::AlreadyHeld`] where a hold of the kind is on then or
    /// begins later.
    pub fn hold(&mut self, kind: HoldKind, since: NaiveDate) -> Result<(), AccountError> {
        let mut next = self.0.clone();
        let until = None;
        next.holds.push(AccountHold { kind, since, until });
        next.check()?;
        self.0 = next;
        Ok(())
    }

    /// Ends the hold of that kind, the given day being its last.
    ///
    /// # Errors
    /// [`AccountError::NotHeld`] where none is on that day without an end.
    pub fn release(&mut self, kind: HoldKind, last: NaiveDate) -> Result<(), AccountError> {
        let open = self
            .0
            .holds
            .iter_mut()
            .find(|hold| hold.kind == kind && hold.until.is_none() && hold.since <= last);
        open.ok_or(AccountError::NotHeld(kind))?.until = Some(last);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
