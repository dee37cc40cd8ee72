//! Double entry: every money event is a set of postings that sums to zero.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ClaimId, Money};

/// Who owes a receivable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponsibleParty {
    /// The payer that the claim stands with.
    Insurance,
    /// The patient or guarantor.
    Patient,
}

/// Why an amount was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteOffReason {
    /// Filed too late.
    TimelyFiling,
    /// No authorization.
    NoAuthorization,
    /// Bundled.
    Bundled,
    /// Any other denial given up.
    Denied,
    /// Below the small-balance threshold.
    SmallBalance,
    /// Bad debt.
    BadDebt,
    /// Charity care.
    Charity,
    /// A discount by the practice's policy, as for the uninsured or for prompt
    /// payment.
    Discount,
    /// Discharged by a bankruptcy court (11 U.S.C. 524).
    Bankruptcy,
    /// The law forbids to ask the patient for it, as with a qualified Medicare
    /// beneficiary (42 U.S.C. 1396a(n)(3)(B)).
    NotBillable,
    /// The practice's own error, or goodwill.
    Administrative,
}

impl WriteOffReason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::TimelyFiling,
        Self::NoAuthorization,
        Self::Bundled,
        Self::Denied,
        Self::SmallBalance,
        Self::BadDebt,
        Self::Charity,
        Self::Discount,
        Self::Bankruptcy,
        Self::NotBillable,
        Self::Administrative,
    ];

    /// The name used in scripts and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TimelyFiling => "timely_filing",
            Self::NoAuthorization => "no_authorization",
            Self::Bundled => "bundled",
            Self::Denied => "denied",
            Self::SmallBalance => "small_balance",
            Self::BadDebt => "bad_debt",
            Self::Charity => "charity",
            Self::Discount => "discount",
            Self::Bankruptcy => "bankruptcy",
            Self::NotBillable => "not_billable",
            Self::Administrative => "administrative",
        }
    }
}

/// The payer key of money that the patient pays.
pub const PATIENT: &str = "patient";

/// An account of the ledger. Debits are positive, credits negative.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "account", rename_all = "snake_case")]
pub enum Account {
    /// What is owed on a claim, by whom.
    Receivable {
        /// Claim.
        claim: ClaimId,
        /// Who owes it.
        party: ResponsibleParty,
    },
    /// Gross charges.
    Revenue,
    /// The difference between charge and contract.
    ContractualAdjustment,
    /// What the law takes off Medicare's payments across the board (2 U.S.C. 901a,
    /// CARC 253): no price that was agreed, and nothing to appeal.
    Sequestration,
    /// Adjustments that are neither contractual nor a write-off.
    OtherAdjustment,
    /// Given up, by reason.
    WriteOff {
        /// Why.
        reason: WriteOffReason,
    },
    /// Money received, by payer key (`patient` for the patient's own).
    Cash {
        /// Payer key.
        payer: String,
    },
    /// Money received that no claim claims yet, by payer key.
    UnappliedCash {
        /// Payer key.
        payer: String,
    },
    /// Money to be given back.
    RefundsPayable,
    /// Balances that a payer takes or moves at provider level (PLB), by payer key.
    PayerTakebacks {
        /// Payer key.
        payer: String,
    },
    /// Interest that a payer paid or took (PLB L6, prompt pay).
    Interest,
    /// Owed by patients and placed with a collection agency, by its key.
    Placed {
        /// Agency.
        agency: String,
    },
    /// What agencies keep of what they collect.
    AgencyFees,
    /// Late fees and interest charged to patients.
    PatientFees,
}

impl Account {
    /// The account's heading in a trial balance.
    #[must_use]
    pub const fn heading(&self) -> &'static str {
        match self {
            Self::Receivable {
                party: ResponsibleParty::Insurance,
                ..
            } => "receivable, insurance",
            Self::Receivable {
                party: ResponsibleParty::Patient,
                ..
            } => "receivable, patient",
            Self::Revenue => "revenue",
            Self::ContractualAdjustment => "contractual adjustment",
            Self::Sequestration => "sequestration",
            Self::OtherAdjustment => "other adjustment",
            Self::WriteOff { .. } => "write-off",
            Self::Cash { .. } => "cash",
            Self::UnappliedCash { .. } => "unapplied cash",
            Self::RefundsPayable => "refunds payable",
            Self::PayerTakebacks { .. } => "payer takebacks",
            Self::Interest => "interest",
            Self::Placed { .. } => "placed with agency",
            Self::AgencyFees => "agency fees",
            Self::PatientFees => "patient fees",
        }
    }
}

/// One side of a money event. A debit is positive, a credit negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Account.
    #[serde(flatten)]
    pub account: Account,
    /// Amount.
    pub amount: Money,
}

/// Postings that do not sum to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a posting set must sum to zero; this one is off by {off_by}")]
pub struct UnbalancedSet {
    /// Debits less credits.
    pub off_by: Money,
}

/// The postings of one money event.
///
/// INVARIANT: they sum to zero; checked when made and when read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Posting>", into = "Vec<Posting>")]
pub struct PostingSet(Vec<Posting>);

impl PostingSet {
    /// Nothing moved.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// A transfer of `amount` from one account to another: debit `to`, credit `from`.
    ///
    /// ```
    /// use scrubjay_model::{Account, Money, PostingSet};
    /// let set = PostingSet::transfer(Account::Revenue, Account::RefundsPayable, Money::from_cents(5));
    /// assert_eq!(set.postings().iter().map(|p| p.amount).sum::<Money>(), Money::ZERO);
    /// ```
    #[must_use]
    pub fn transfer(from: Account, to: Account, amount: Money) -> Self {
        let mut set = Self::empty();
        set.add_transfer(from, to, amount);
        set
    }

    /// Adds a transfer to the set; one of nothing adds nothing.
    pub fn add_transfer(&mut self, from: Account, to: Account, amount: Money) {
        if !amount.is_zero() {
            self.0.push(Posting {
                account: to,
                amount,
            });
            self.0.push(Posting {
                account: from,
                amount: -amount,
            });
        }
    }

    /// Adds every posting of another set.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The set that undoes this one.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|posting| Posting {
                    account: posting.account.clone(),
                    amount: -posting.amount,
                })
                .collect(),
        )
    }

    /// The postings in order.
    #[must_use]
    pub fn postings(&self) -> &[Posting] {
        &self.0
    }

    /// Whether nothing moves.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Posting>> for PostingSet {
    type Error = UnbalancedSet;

    fn try_from(postings: Vec<Posting>) -> Result<Self, UnbalancedSet> {
        let off_by: Money = postings.iter().map(|posting| posting.amount).sum();
        if off_by.is_zero() {
            Ok(Self(postings))
        } else {
            Err(UnbalancedSet { off_by })
        }
    }
}

impl From<PostingSet> for Vec<Posting> {
    fn from(set: PostingSet) -> Self {
        set.0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receivable { claim, .. } => write!(f, "{} {claim}", self.heading()),
            Self::Cash { payer }
            | Self::UnappliedCash { payer }
            | Self::PayerTakebacks { payer } => {
                write!(f, "{} {payer}", self.heading())
            }
            Self::Placed { agency } => write!(f, "{} {agency}", self.heading()),
            Self::WriteOff { reason } => write!(f, "{} {reason:?}", self.heading()),
            _ => f.pad(self.heading()),
        }
    }
}
