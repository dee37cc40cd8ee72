//! The fold of records: what is kept, what was found on it, what it belongs to.

use chrono::{Datelike, NaiveDate};
use scrubjay_hooks::{Hook, Outcome};
use scrubjay_model::{
    ClaimId, PatientKey, PostingSet, Record, RecordId, RecordKey, RecordKind, RecordParent,
};

use super::claims::findings;
use super::{Fold, person_digest};
use crate::journal::hex;
use crate::tables::{ClaimNumber, RecordNumber, Tables};
use crate::{Counter, MoneyKind, RecordRow, StoreError};

impl<T: Tables> Fold<'_, T> {
    pub(super) fn record_kept(
        &mut self,
        record: &Record,
        due: Option<NaiveDate>,
    ) -> Result<(), StoreError> {
        let key = record.key();
        let held = self.tables.record_entry(&key)?;
        if held.is_some() && key.kind == RecordKind::Statement {
            return Err(StoreError::contradiction(format!(
                "{key} was issued before, and an issued statement does not change"
            )));
        }
        let (parent, patient_of_parent) = self.parent(record, &key)?;
        let number = match held {
            Some((number, before)) => {
                may_belong(&key, before.parent.as_ref(), parent.as_ref())?;
                number
            }
            None => {
                let next = self.tables.counter(Counter::Record)? + 1;
                self.tables.put_counter(Counter::Record, next)?;
                next
            }
        };
        let row = RecordRow {
            patient: record.patient().cloned().or(patient_of_parent),
            parent,
            state: record.state().to_owned(),
            day: in_calendar(record.day())?,
            due: in_calendar(due)?,
            sequence: self.sequence,
            key,
        };
        self.tables.put_record(number, row)?;
        self.tables.put_record_history(number, self.sequence)
    }

    /// What a record belongs to, which must be there, and whose patient it has
    /// then. An event about a claim's appeal is about the claim too.
    fn parent(
        &mut self,
        record: &Record,
        key: &RecordKey,
    ) -> Result<(Option<RecordId>, Option<PatientKey>), StoreError> {
        match record.parent() {
            Some(RecordParent::Record(parent)) => {
                let (_, row) = self.tables.record_entry(&parent)?.ok_or_else(|| {
                    StoreError::contradiction(format!(
                        "{key} belongs to {parent}, which is not in the database"
                    ))
                })?;
                Ok((Some(parent.id), row.patient))
            }
            Some(RecordParent::Claim(claim)) => {
                self.about(claim)?;
                Ok((Some(id(claim.as_str())?), None))
            }
            None => match record {
                Record::Patient(patient) => {
                    let person = hex(&person_digest(&patient.person));
                    Ok((Some(id(&person)?), None))
                }
                _ => Ok((None, None)),
            },
        }
    }

    /// The record's number; notes that this event is about it, and about the
    /// claim of one that belongs to a claim.
    fn about_record(&mut self, key: &RecordKey) -> Result<RecordNumber, StoreError> {
        let (number, claim) = self.noted(key)?;
        if let Some(claim) = claim {
            self.about(&claim)?;
        }
        Ok(number)
    }

    /// The record's number, and the claim of one that belongs to a claim; notes
    /// that this event is about the record, and leaves the claim to the caller.
    fn noted(&mut self, key: &RecordKey) -> Result<(RecordNumber, Option<ClaimId>), StoreError> {
        let (number, row) = self
            .tables
            .record_entry(key)?
            .ok_or_else(|| StoreError::contradiction(format!("{key} is not in the database")))?;
        self.tables.put_record_history(number, self.sequence)?;
        let claim = row.parent.filter(|_| key.kind.is_of_claim());
        let claim = claim.map(|claim| claim.as_str().parse());
        let claim = claim
            .transpose()
            .map_err(|_| StoreError::contradiction(format!("{key} belongs to no claim")))?;
        Ok((number, claim))
    }

    /// The record that a work item is about, and its claim: work about an
    /// appeal is work about the claim.
    pub(super) fn work_about_record(
        &mut self,
        key: &RecordKey,
        claim: Option<&ClaimId>,
    ) -> Result<(RecordNumber, Option<ClaimNumber>), StoreError> {
        let (number, of_record) = self.noted(key)?;
        if let (Some(claim), Some(of_record)) = (claim, &of_record)
            && claim != of_record
        {
            return Err(StoreError::contradiction(format!(
                "the work item is about claim {claim}, and {key} about claim {of_record}"
            )));
        }
        let claim = claim.or(of_record.as_ref());
        Ok((number, claim.map(|claim| self.about(claim)).transpose()?))
    }

    /// Money of a record. That of one that belongs to a claim is the claim's.
    pub(super) fn record_money_moved(
        &mut self,
        record: &RecordKey,
        money: MoneyKind,
        claim: Option<&ClaimId>,
        postings: &PostingSet,
    ) -> Result<(), StoreError> {
        if record.kind.is_of_claim() {
            return Err(StoreError::contradiction(format!(
                "money that {record} brings is the claim's: it moves by the claim"
            )));
        }
        self.about_record(record)?;
        self.money_moved(money, claim, postings)
    }

    pub(super) fn record_judged(
        &mut self,
        record: &RecordKey,
        hook: Hook,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let number = self.about_record(record)?;
        for (entry, ordinal) in findings(number, hook, outcome).zip(0u32..) {
            self.tables
                .put_record_finding(self.sequence, ordinal, entry)?;
        }
        Ok(())
    }

    pub(super) fn record_overridden(&mut self, record: &RecordKey) -> Result<(), StoreError> {
        let number = self.about_record(record)?;
        self.tables.put_record_override(self.sequence, number)
    }
}

/// What a record belongs to does not change once it was told: else what is
/// left of it after a purge would belong to nothing. A patient's name may.
fn may_belong(
    key: &RecordKey,
    before: Option<&RecordId>,
    now: Option<&RecordId>,
) -> Result<(), StoreError> {
    if key.kind == RecordKind::Patient || before.is_none() || before == now {
        return Ok(());
    }
    Err(StoreError::contradiction(format!(
        "{key} was kept as belonging to something else, which does not change"
    )))
}

fn id(text: &str) -> Result<RecordId, StoreError> {
    text.parse()
        .map_err(|error| StoreError::contradiction(format!("{error}")))
}

/// Days of four-digit years: their text sorts as they do.
fn in_calendar(day: Option<NaiveDate>) -> Result<Option<NaiveDate>, StoreError> {
    if day.is_some_and(|day| !(0..=9999).contains(&day.year())) {
        return Err(StoreError::contradiction(
            "a day of the record is not of a year from 0 to 9999",
        ));
    }
    Ok(day)
}
