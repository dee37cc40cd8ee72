//! The patient's money: what is posted where when it comes, goes, or is given up.

use crate::{Account, ClaimId, Money, PATIENT, PostingSet, ResponsibleParty, WriteOffReason};

/// Something that happens to money which a patient owes or has paid. Amounts
/// are above zero; one below zero undoes as much.
///
/// ```
/// use scrubjay_model::{Money, PatientMoney};
///
/// let paid = PatientMoney::Received { amount: Money::from_cents(5_000) };
/// let debits: Vec<String> = paid
///     .postings()
///     .postings()
///     .iter()
///     .map(|posting| format!("{}: {}", posting.account, posting.amount))
///     .collect();
/// assert_eq!(debits, ["cash patient: 50.00", "unapplied cash patient: -50.00"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatientMoney {
    /// A payment came, which no claim has taken up yet.
    Received {
        /// Amount.
        amount: Money,
    },
    /// A payment did not hold: a check or card payment that the bank took back.
    /// It must be off the claims first.
    Returned {
        /// Amount.
        amount: Money,
    },
    /// Unapplied money goes to a claim.
    Applied {
        /// Claim.
        claim: ClaimId,
        /// Amount.
        amount: Money,
    },
    /// Unapplied money is to be given back.
    RefundOwed {
        /// Amount.
        amount: Money,
    },
    /// What was to be given back is given back.
    Refunded {
        /// Amount.
        amount: Money,
    },
    /// What the patient owes on a claim is given up.
    GivenUp {
        /// Claim.
        claim: ClaimId,
        /// Why.
        reason: WriteOffReason,
        /// Amount.
        amount: Money,
    },
    /// A late fee or interest is charged on a claim.
    Fee {
        /// Claim.
        claim: ClaimId,
        /// Amount.
        amount: Money,
    },
    /// What the patient owes on a claim is placed with an agency.
    Placed {
        /// Claim.
        claim: ClaimId,
        /// The agency's key.
        agency: String,
        /// Amount.
        amount: Money,
    },
    /// What was placed is taken back, and the patient owes it to us again.
    Recalled {
        /// Claim.
        claim: ClaimId,
        /// The agency's key.
        agency: String,
        /// Amount.
        amount: Money,
    },
    /// An agency collected, kept its fee, and sent the rest.
    Collected {
        /// The agency's key.
        agency: String,
        /// What the patient paid to it.
        amount: Money,
        /// What it kept of that.
        fee: Money,
    },
    /// What an agency could not collect is given up.
    Uncollected {
        /// The agency's key.
        agency: String,
        /// Amount.
        amount: Money,
    },
}

impl PatientMoney {
    /// The postings, which sum to zero.
    #[must_use]
    pub fn postings(&self) -> PostingSet {
        let cash = || Account::Cash {
            payer: PATIENT.to_owned(),
        };
        let unapplied = || Account::UnappliedCash {
            payer: PATIENT.to_owned(),
        };
        let owed = |claim: &ClaimId| Account::Receivable {
            claim: claim.clone(),
            party: ResponsibleParty::Patient,
        };
        let placed = |agency: &String| Account::Placed {
            agency: agency.clone(),
        };
        let (from, to, amount) = match self {
            Self::Received { amount } => (unapplied(), cash(), amount),
            Self::Returned { amount } => (cash(), unapplied(), amount),
            Self::Applied { claim, amount } => (owed(claim), unapplied(), amount),
            Self::RefundOwed { amount } => (Account::RefundsPayable, unapplied(), amount),
            Self::Refunded { amount } => (cash(), Account::RefundsPayable, amount),
            Self::GivenUp {
                claim,
                reason,
                amount,
            } => (owed(claim), Account::WriteOff { reason: *reason }, amount),
            Self::Fee { claim, amount } => (Account::PatientFees, owed(claim), amount),
            Self::Placed {
                claim,
                agency,
                amount,
            } => (owed(claim), placed(agency), amount),
            Self::Recalled {
                claim,
                agency,
                amount,
            } => (placed(agency), owed(claim), amount),
            Self::Uncollected { agency, amount } => {
                let reason = WriteOffReason::BadDebt;
                (placed(agency), Account::WriteOff { reason }, amount)
            }
            Self::Collected {
                agency,
                amount,
                fee,
            } => {
                let mut set = PostingSet::transfer(placed(agency), cash(), *amount - *fee);
                set.add_transfer(placed(agency), Account::AgencyFees, *fee);
                return set;
            }
        };
        PostingSet::transfer(from, to, *amount)
    }

    /// The claim that it is about, where it is about one.
    #[must_use]
    pub const fn claim(&self) -> Option<&ClaimId> {
        match self {
            Self::Applied { claim, .. }
            | Self::GivenUp { claim, .. }
            | Self::Fee { claim, .. }
            | Self::Placed { claim, .. }
            | Self::Recalled { claim, .. } => Some(claim),
            Self::Received { .. }
            | Self::Returned { .. }
            | Self::RefundOwed { .. }
            | Self::Refunded { .. }
            | Self::Collected { .. }
            | Self::Uncollected { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn claim() -> ClaimId {
        "K-1".parse().unwrap()
    }

    fn agency() -> String {
        "east".to_owned()
    }

    /// Balances by account, those of nothing left out.
    fn balances<'a>(done: impl IntoIterator<Item = &'a PatientMoney>) -> BTreeMap<String, Money> {
        let mut sums: BTreeMap<String, Money> = BTreeMap::new();
        for money in done {
            for posting in money.postings().postings() {
                *sums.entry(posting.account.to_string()).or_default() += posting.amount;
            }
        }
        sums.retain(|_, sum| !sum.is_zero());
        sums
    }

    fn one() -> impl Strategy<Value = PatientMoney> {
        let amount = || (-100_000..100_000i64).prop_map(Money::from_cents);
        prop_oneof![
            amount().prop_map(|amount| PatientMoney::Received { amount }),
            amount().prop_map(|amount| PatientMoney::Returned { amount }),
            amount().prop_map(|amount| PatientMoney::Applied {
                claim: claim(),
                amount
            }),
            amount().prop_map(|amount| PatientMoney::RefundOwed { amount }),
            amount().prop_map(|amount| PatientMoney::Refunded { amount }),
            amount().prop_map(|amount| PatientMoney::GivenUp {
                claim: claim(),
                reason: WriteOffReason::Discount,
                amount
            }),
            amount().prop_map(|amount| PatientMoney::Fee {
                claim: claim(),
                amount
            }),
            amount().prop_map(|amount| PatientMoney::Placed {
                claim: claim(),
                agency: agency(),
                amount
            }),
            amount().prop_map(|amount| PatientMoney::Recalled {
                claim: claim(),
                agency: agency(),
                amount
            }),
            (amount(), amount()).prop_map(|(amount, fee)| PatientMoney::Collected {
                agency: agency(),
                amount,
                fee
            }),
            amount().prop_map(|amount| PatientMoney::Uncollected {
                agency: agency(),
                amount
            }),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_debits_are_credits_and_undoing_all_of_it_leaves_nothing(
            done in prop::collection::vec(one(), 0..40),
        ) {
            let after = balances(&done);
            prop_assert_eq!(after.values().copied().sum::<Money>(), Money::ZERO);
            let mut undone: BTreeMap<String, Money> = after;
            for money in &done {
                for posting in money.postings().reversed().postings() {
                    *undone.entry(posting.account.to_string()).or_default() += posting.amount;
                }
            }
            prop_assert!(undone.values().all(|sum| sum.is_zero()));
        }

        #[test]
        fn what_is_received_applied_and_returned_leaves_the_debt_alone(cents in 1..100_000i64) {
            let amount = Money::from_cents(cents);
            let applied = PatientMoney::Applied { claim: claim(), amount };
            let off_the_claim = PatientMoney::Applied { claim: claim(), amount: -amount };
            let done = [
                PatientMoney::Received { amount },
                applied,
                off_the_claim,
                PatientMoney::Returned { amount },
            ];
            prop_assert!(balances(&done).is_empty());
        }
    }

    #[test]
    fn an_agency_account_ends_at_nothing_when_all_is_collected_recalled_or_given_up() {
        let dollars = |amount: i64| Money::from_cents(amount * 100);
        let done = [
            PatientMoney::Placed {
                claim: claim(),
                agency: agency(),
                amount: dollars(100),
            },
            PatientMoney::Collected {
                agency: agency(),
                amount: dollars(40),
                fee: dollars(10),
            },
            PatientMoney::Recalled {
                claim: claim(),
                agency: agency(),
                amount: dollars(25),
            },
            PatientMoney::Uncollected {
                agency: agency(),
                amount: dollars(35),
            },
        ];
        let expected = [
            ("agency fees", 10),
            ("cash patient", 30),
            ("receivable, patient K-1", -75),
            ("write-off BadDebt", 35),
        ];
        let expected = expected.map(|(name, amount)| (name.to_owned(), dollars(amount)));
        assert_eq!(balances(&done), BTreeMap::from(expected));
    }

    #[test]
    fn a_refund_is_owed_until_it_is_given() {
        let amount = Money::from_cents(1_250);
        let received = PatientMoney::Received { amount };
        let owed = PatientMoney::RefundOwed { amount };
        let before = balances([&received, &owed]);
        assert_eq!(before.get("refunds payable"), Some(&-amount));
        assert_eq!(before.get("unapplied cash patient"), None);
        assert!(balances([&received, &owed, &PatientMoney::Refunded { amount }]).is_empty());
    }
}
