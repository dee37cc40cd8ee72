//! Folds events into projections. Live posting and rebuilding use this one
//! fold, so that what was rebuilt is what was there.

mod claims;
mod money;
mod records;

use claims::fits;

pub use claims::first_status;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use scrubjay_model::{ClaimId, FileHash, Person, WorkItem, WorkItemId};
use sha2::{Digest, Sha256};

use crate::tables::{Change, ClaimEntry, ClaimNumber, Tables, WorkEntry};
use crate::{
    CallRow, Counter, Event, FileRow, InterchangeKey, MoneyKind, PayerRecord, Sequence, StoreError,
};

/// Folds the event of a journal row into the projections.
///
/// It is pure but for `tables`: the same events give the same tables. Where it
/// fails it may have written some of them, and the transaction must be dropped.
///
/// # Errors
/// Where the event contradicts the tables, or they cannot be used.
pub(crate) fn fold<T: Tables>(
    tables: &mut T,
    sequence: Sequence,
    at: DateTime<Utc>,
    event: &Event,
) -> Result<(), StoreError> {
    Fold {
        tables,
        sequence,
        at,
    }
    .event(event)
}

struct Fold<'t, T> {
    tables: &'t mut T,
    sequence: Sequence,
    at: DateTime<Utc>,
}

impl<T: Tables> Fold<'_, T> {
    fn event(&mut self, event: &Event) -> Result<(), StoreError> {
        match event {
            Event::FileTaken {
                file,
                name,
                transaction,
                interchanges,
                items,
            } => self.file_taken(file, name, transaction, interchanges, *items),
            Event::FileRefused { file, name, reason } => self.file_refused(file, name, reason),
            Event::ClaimCreated {
                claim,
                payer,
                replaces,
            } => self.claim_created(claim, payer, replaces.as_ref()),
            Event::ClaimRevised { claim, by_hand, .. } => self.claim_revised(claim, *by_hand),
            Event::Judged {
                claim,
                hook,
                outcome,
            } => self.judged(claim, *hook, outcome),
            Event::Overridden { claim, .. } | Event::HeldByHand { claim, .. } => {
                self.touched_by_hand(claim)
            }
            // Read from the journal itself: there are few.
            Event::PackPublished { .. } | Event::PackRolledBack { .. } => Ok(()),
            Event::Moved { claim, to } => self.moved(claim, *to),
            Event::MoveRefused { claim, .. } | Event::DeadlineReached { claim, .. } => {
                self.about(claim).map(drop)
            }
            Event::BatchWritten {
                interchange,
                group,
                sets,
                ..
            } => self.batch_written(*interchange, *group, sets),
            Event::BatchDelivered { claims, .. } => self.about_each(claims).map(drop),
            Event::QuestionsWritten {
                interchange, group, ..
            } => self.group_written(*interchange, *group),
            Event::QuestionsDelivered { group, .. } => self.group_delivered(*group),
            Event::Acknowledged {
                acknowledgment,
                claims,
            } => self.acknowledged(acknowledgment, claims),
            Event::RemittanceTaken { remittance, .. } => self.remittance_taken(remittance),
            Event::ClaimRemitted { claim: None, .. } => Ok(()),
            Event::ClaimRemitted {
                claim: Some(claim),
                remitted,
                decided,
                allowed,
                denied,
                ..
            } => self.claim_remitted(claim, remitted, *decided, *allowed, *denied),
            Event::RemittancePosted { .. }
            | Event::RemittanceQuarantined { .. }
            | Event::RemittanceSetAside { .. }
            | Event::DepositTaken { .. }
            | Event::DepositAsked { .. } => Ok(()),
            Event::RemittedHeld { claim, .. } => self.about(claim).map(drop),
            Event::TakenBack { claim, amount, .. } => self.taken_back(claim, *amount),
            Event::PostingUndone {
                claim,
                decided,
                status,
                tags,
                payer_control,
                ..
            } => self.posting_undone(claim, decided, *status, tags, payer_control.as_ref()),
            Event::RemittanceUndone {
                originator, trace, ..
            } => self.remittance_undone(originator, trace),
            Event::PayerControlLearned {
                claim,
                payer_control,
            } => self.payer_control_learned(claim, payer_control),
            Event::MoneyMoved {
                money,
                claim,
                postings,
            } => self.money_moved(*money, claim.as_ref(), postings),
            Event::Denied { denial } => self.about(&denial.claim).map(drop),
            Event::DenialSettled { claim, .. } => self.about(claim).map(drop),
            Event::WorkOpened { item } => self.work_opened(item),
            Event::WorkAssigned { item } => {
                let open = self.about_open_work(&item.id)?;
                let opened = self.sequence;
                self.tables.put_work(&item.id, WorkEntry { opened, ..open })
            }
            Event::WorkClosed { item, .. } => {
                let open = self.about_open_work(item)?;
                let closed = Some(self.sequence);
                self.tables.put_work(item, WorkEntry { closed, ..open })
            }
            Event::Tagged { claim, tag } => self.tagged(claim, tag),
            Event::RecordKept { record, due } => self.record_kept(record, *due),
            Event::RecordJudged {
                record,
                hook,
                outcome,
            } => self.record_judged(record, *hook, outcome),
            Event::RecordOverridden { record, .. } => self.record_overridden(record),
            Event::RecordMoneyMoved {
                record,
                money,
                claim,
                postings,
            } => self.record_money_moved(record, *money, claim.as_ref(), postings),
            Event::CallTaken { key, call, content } => self.call_taken(key, call, content),
            Event::Purged {
                carried,
                interchange,
                group,
                ..
            } => {
                self.tables
                    .put_counter(Counter::Interchange, *interchange)?;
                self.tables.put_counter(Counter::Group, *group)?;
                self.money_moved(MoneyKind::CarriedForward, None, carried)
            }
            Event::Erased { of } => self.erased(of),
        }
    }

    /// The claim's number; notes that this event is about it.
    fn about(&mut self, claim: &ClaimId) -> Result<ClaimNumber, StoreError> {
        let number = self.number(claim)?;
        self.tables.put_history(number, self.sequence)?;
        Ok(number)
    }

    /// As [`about`](Self::about) for a list that may name a claim twice; each
    /// comes once, in the order in which the claims were made. A claim that was
    /// given up by a purge is passed over.
    fn about_each<'a>(
        &mut self,
        claims: impl IntoIterator<Item = &'a ClaimId>,
    ) -> Result<BTreeSet<ClaimNumber>, StoreError> {
        let mut numbers = BTreeSet::new();
        for claim in claims {
            numbers.extend(self.number_unless_purged(claim)?);
        }
        for number in &numbers {
            self.tables.put_history(*number, self.sequence)?;
        }
        Ok(numbers)
    }

    /// Changes the row of the claim that this event is about.
    fn change(
        &mut self,
        claim: &ClaimId,
        change: impl FnOnce(&mut ClaimEntry) -> Result<Change, StoreError>,
    ) -> Result<(), StoreError> {
        let number = self.about(claim)?;
        self.tables.change_claim(number, change)
    }

    /// As [`change`](Self::change), where what the payer has paid may change too.
    fn change_decided(
        &mut self,
        claim: &ClaimId,
        change: impl FnOnce(&mut ClaimEntry) -> Result<Change, StoreError>,
    ) -> Result<(), StoreError> {
        let number = self.about(claim)?;
        let mut changed = None;
        self.tables.change_claim(number, |entry| {
            let before = PayerRecord::of(entry);
            let made = change(entry)?;
            let now = PayerRecord::of(entry);
            if now != before {
                changed = Some((entry.row.payer.clone(), before, now));
            }
            Ok(made)
        })?;
        let Some((payer, before, now)) = changed else {
            return Ok(());
        };
        let record = self.tables.payer_record(&payer)?.changed(before, now);
        for amount in [record.charged, record.paid] {
            fits(amount)?;
        }
        self.tables.put_payer_record(&payer, record)
    }

    fn number(&self, claim: &ClaimId) -> Result<ClaimNumber, StoreError> {
        self.tables.claim_number(claim)?.ok_or_else(|| {
            StoreError::contradiction(format!("claim {claim} is not in the database"))
        })
    }

    fn number_unless_purged(&self, claim: &ClaimId) -> Result<Option<ClaimNumber>, StoreError> {
        match self.tables.claim_number(claim)? {
            None if self.tables.counter(Counter::Purged)? == 0 => self.number(claim).map(Some),
            number => Ok(number),
        }
    }

    /// Numbers go on where they were; nothing else is left of an erased row.
    fn erased(&mut self, of: &str) -> Result<(), StoreError> {
        let counters: &[Counter] = match of {
            "claim_created" => &[Counter::Claim, Counter::Purged],
            "work_opened" => &[Counter::Work],
            // More than there were where a record was changed, but never fewer.
            "record_kept" => &[Counter::Record],
            _ => &[],
        };
        for counter in counters {
            let last = self.tables.counter(*counter)?;
            self.tables.put_counter(*counter, last + 1)?;
        }
        Ok(())
    }

    fn file_taken(
        &mut self,
        file: &FileHash,
        name: &str,
        transaction: &str,
        interchanges: &[InterchangeKey],
        items: u64,
    ) -> Result<(), StoreError> {
        self.not_taken(file)?;
        for key in interchanges {
            if self.tables.interchange_file(key)?.is_some() {
                return Err(StoreError::contradiction(format!(
                    "an interchange of `{name}` was taken in before"
                )));
            }
            self.tables.put_interchange(key, file)?;
        }
        self.tables.put_file(FileRow {
            file: file.clone(),
            name: name.to_owned(),
            at: self.at,
            transaction: Some(transaction.to_owned()),
            items,
            refused: None,
        })
    }

    fn file_refused(
        &mut self,
        file: &FileHash,
        name: &str,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.not_taken(file)?;
        self.tables.put_file(FileRow {
            file: file.clone(),
            name: name.to_owned(),
            at: self.at,
            transaction: None,
            items: 0,
            refused: Some(reason.to_owned()),
        })
    }

    fn not_taken(&self, file: &FileHash) -> Result<(), StoreError> {
        match self.tables.file_row(file)? {
            Some(earlier) if earlier.refused.is_none() => Err(StoreError::contradiction(format!(
                "this file was taken in before, as `{}`",
                earlier.name
            ))),
            _ => Ok(()),
        }
    }

    fn work_opened(&mut self, item: &WorkItem) -> Result<(), StoreError> {
        if self.tables.work_entry(&item.id)?.is_some() {
            return Err(StoreError::contradiction(format!(
                "work item {} was opened before",
                item.id
            )));
        }
        let (record, claim) = match (&item.record, &item.claim) {
            (Some(key), claim) => {
                let (record, claim) = self.work_about_record(key, claim.as_ref())?;
                (Some(record), claim)
            }
            (None, Some(claim)) => (None, Some(self.about(claim)?)),
            (None, None) => (None, None),
        };
        let last = self.tables.counter(Counter::Work)?;
        self.tables.put_counter(Counter::Work, last + 1)?;
        self.tables.put_work(
            &item.id,
            WorkEntry {
                opened: self.sequence,
                claim,
                record,
                closed: None,
            },
        )
    }

    /// The entry of a work item that is open; notes that this event is about
    /// what the item is about.
    fn about_open_work(&mut self, item: &WorkItemId) -> Result<WorkEntry, StoreError> {
        let entry = self.tables.work_entry(item)?;
        let Some(open) = entry.filter(|entry| entry.closed.is_none()) else {
            return Err(StoreError::contradiction(format!(
                "work item {item} is not open"
            )));
        };
        if let Some(claim) = open.claim {
            self.tables.put_history(claim, self.sequence)?;
        }
        if let Some(record) = open.record {
            self.tables.put_record_history(record, self.sequence)?;
        }
        Ok(open)
    }

    fn call_taken(&mut self, key: &str, call: &str, content: &str) -> Result<(), StoreError> {
        match self.tables.call_row(key)? {
            Some(earlier) if earlier.call != call || earlier.content != content => {
                Err(StoreError::KeyReused {
                    key: key.to_owned(),
                })
            }
            Some(_) => Err(StoreError::contradiction(format!(
                "the call with the key `{key}` was carried out before"
            ))),
            None => self.tables.put_call(
                key,
                CallRow {
                    call: call.to_owned(),
                    content: content.to_owned(),
                    sequence: self.sequence,
                },
            ),
        }
    }
}

/// See [`crate::person_key`].
pub(crate) fn person_digest(person: &Person) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let first = person.name.first.as_deref().unwrap_or_default();
    let born = person.born.map(|day| day.to_string()).unwrap_or_default();
    for part in [person.name.last.as_str(), first, born.as_str()] {
        hasher.update(part.trim().to_ascii_uppercase().as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().into()
}
