//! Records at the desk: kept, read, and given to someone.

use chrono::NaiveDate;
use scrubjay_model::{
    Charge, ChargeId, Encounter, EncounterId, Money, Owner, Patient, PatientKey, Record, RecordId,
    RecordKey, WorkKind,
};
use scrubjay_store::{Counter, Event, RecordFilter, StoreError};

use super::{Desk, service_level};
use crate::EngineError;

impl Desk<'_> {
    /// Keeps a record as it now stands, with the day on which somebody must
    /// look at it next.
    pub(crate) fn keep(
        &mut self,
        record: impl Into<Record>,
        due: Option<NaiveDate>,
    ) -> Result<(), EngineError> {
        let record = record.into();
        self.record(&Event::RecordKept { record, due })
    }

    /// An id for a record that we name: letters, and a number that no other
    /// record has. Two records that are made in one transaction are each kept
    /// before the next id is asked for.
    pub(crate) fn new_record_id(&self, letters: &str) -> Result<RecordId, EngineError> {
        let number = self.tx.last_number(Counter::Record)? + 1;
        let id = format!("{letters}{number:06}").parse();
        Ok(id.map_err(|error| StoreError::Contradiction {
            problem: format!("record {number}: {error}"),
        })?)
    }

    /// A patient, where registered.
    pub(crate) fn patient(&self, key: &PatientKey) -> Result<Option<Patient>, EngineError> {
        match self.tx.record(&key.into())? {
            Some(Record::Patient(patient)) => Ok(Some(*patient)),
            _ => Ok(None),
        }
    }

    /// A visit.
    pub(crate) fn encounter(&self, id: &EncounterId) -> Result<Option<Encounter>, EngineError> {
        match self.tx.record(&id.into())? {
            Some(Record::Encounter(encounter)) => Ok(Some(*encounter)),
            _ => Ok(None),
        }
    }

    /// A charge.
    pub(crate) fn charge(&self, id: &ChargeId) -> Result<Option<Charge>, EngineError> {
        match self.tx.record(&id.into())? {
            Some(Record::Charge(charge)) => Ok(Some(*charge)),
            _ => Ok(None),
        }
    }

    /// Records, whole, in the order of their rows.
    pub(crate) fn records(&self, filter: &RecordFilter) -> Result<Vec<Record>, EngineError> {
        let mut records = Vec::new();
        for row in self.tx.records(filter)? {
            records.extend(self.tx.record(&row.key)?);
        }
        Ok(records)
    }

    /// Opens work about a record with the service level of its kind.
    pub(crate) fn open_record_work(
        &mut self,
        kind: WorkKind,
        record: &RecordKey,
        amount: Money,
        reason: String,
    ) -> Result<(), EngineError> {
        let (owner, days) = service_level(kind);
        self.open_record_work_for(kind, record, amount, reason, owner, days)
    }

    /// Opens work about a record for an owner, due in so many calendar days.
    pub(crate) fn open_record_work_for(
        &mut self,
        kind: WorkKind,
        record: &RecordKey,
        amount: Money,
        reason: String,
        owner: Owner,
        days: u32,
    ) -> Result<(), EngineError> {
        let mut item = self.work_item(kind, amount, reason, owner, days)?;
        item.record = Some(record.clone());
        self.record(&Event::WorkOpened {
            item: Box::new(item),
        })
    }

    /// Closes every open item of one kind on a record.
    pub(crate) fn close_record_work(
        &mut self,
        record: &RecordKey,
        kind: WorkKind,
        outcome: &str,
    ) -> Result<(), EngineError> {
        for item in self.tx.record_work(record)? {
            if item.kind == kind {
                self.record(&Event::WorkClosed {
                    item: item.id,
                    outcome: outcome.to_owned(),
                })?;
            }
        }
        Ok(())
    }
}
