//! The fold of money: every posting set lands on the general ledger and on
//! what each claim owes.

use scrubjay_model::{Account, ClaimId, Money, PostingSet, ResponsibleParty};

use super::Fold;
use super::claims::fits;
use crate::tables::{Change, Heading, HeadingEntry, MoneyEntry, PostingEntry, Tables};
use crate::{MoneyKind, StoreError};

impl<T: Tables> Fold<'_, T> {
    pub(super) fn money_moved(
        &mut self,
        money: MoneyKind,
        claim: Option<&ClaimId>,
        postings: &PostingSet,
    ) -> Result<(), StoreError> {
        let off_by: Money = postings
            .postings()
            .iter()
            .map(|posting| posting.amount)
            .sum();
        // INVARIANT: a posting set sums to zero; the type says so, and here it is asserted again.
        if !off_by.is_zero() {
            return Err(StoreError::contradiction(format!(
                "the postings of a money event are off by {off_by}"
            )));
        }
        let owed = postings
            .postings()
            .iter()
            .filter_map(|posting| match &posting.account {
                Account::Receivable { claim, .. } => Some(claim),
                _ => None,
            });
        self.about_each(owed.chain(claim))?;
        let about = match claim {
            Some(claim) => Some(self.number(claim)?),
            None => None,
        };
        let entry = MoneyEntry {
            money,
            claim: about,
        };
        self.tables.put_money(self.sequence, entry)?;
        for (posting, ordinal) in postings.postings().iter().zip(0u32..) {
            let amount = fits(posting.amount)?;
            let (heading, claim) = match &posting.account {
                Account::Receivable { claim, party } => {
                    let number = self.number(claim)?;
                    let today = self.at.date_naive();
                    self.tables.change_claim(number, |entry| {
                        let balance = entry.balance_mut(*party);
                        *balance = fits(*balance + amount)?;
                        let owes = balance.is_positive();
                        if *party == ResponsibleParty::Patient {
                            // What is added to an open balance does not make it younger.
                            let since = entry.patient_since.unwrap_or(today);
                            entry.patient_since = owes.then_some(since);
                        }
                        Ok(Change::Made)
                    })?;
                    (Heading::Receivables(*party), Some(number))
                }
                account => (Heading::Account(account.clone()), None),
            };
            let heading = self.add(&heading, amount)?;
            let posting = PostingEntry {
                heading,
                claim,
                amount,
            };
            self.tables.put_posting(self.sequence, ordinal, posting)?;
        }
        Ok(())
    }

    /// Adds to a heading's balance and returns its number.
    fn add(&mut self, heading: &Heading, amount: Money) -> Result<u64, StoreError> {
        let mut entry = match self.tables.heading(heading)? {
            Some(entry) => entry,
            None => HeadingEntry {
                number: self.tables.headings()? + 1,
                balance: Money::ZERO,
            },
        };
        entry.balance = fits(entry.balance + amount)?;
        self.tables.put_heading(heading, entry)?;
        Ok(entry.number)
    }
}
