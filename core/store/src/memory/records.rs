//! Records in memory: their tables, and reads of them.

use std::ops::Deref;

use scrubjay_model::{Record, RecordKey, WorkItem};

use super::reader::View;
use super::{MemoryStore, Projections};
use crate::reading::{item_of, record_of, record_override_of};
use crate::tables::{FindingEntry, RecordNumber, RecordTables, no_such_record};
use crate::{
    JournalRow, LedgerRow, RecordFilter, RecordFindingRow, RecordOverrideRow, RecordReader,
    RecordRow, Sequence, StoreError,
};

impl RecordTables for Projections {
    fn record_entry(
        &self,
        key: &RecordKey,
    ) -> Result<Option<(RecordNumber, RecordRow)>, StoreError> {
        let Some(number) = self.record_numbers.rows().get(key) else {
            return Ok(None);
        };
        let row = self.records.rows().get(number);
        Ok(row.map(|row| (*number, row.clone())))
    }

    fn put_record(&mut self, record: RecordNumber, row: RecordRow) -> Result<(), StoreError> {
        self.record_numbers.put(row.key.clone(), record);
        self.records.put(record, row);
        Ok(())
    }

    fn put_record_history(
        &mut self,
        record: RecordNumber,
        sequence: Sequence,
    ) -> Result<(), StoreError> {
        match &mut self.tally {
            Some(tally) => tally.add_record_history(record, sequence),
            None => self.record_history.put((record, sequence), ()),
        }
        Ok(())
    }

    fn put_record_finding(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        finding: FindingEntry,
    ) -> Result<(), StoreError> {
        match &mut self.tally {
            Some(tally) => tally.add_record_finding(sequence, ordinal, &finding),
            None => self.record_findings.put((sequence, ordinal), finding),
        }
        Ok(())
    }

    fn put_record_override(
        &mut self,
        sequence: Sequence,
        record: RecordNumber,
    ) -> Result<(), StoreError> {
        self.record_overrides.put(sequence, record);
        Ok(())
    }
}

impl MemoryStore {
    fn record_number(&self, key: &RecordKey) -> Option<RecordNumber> {
        self.projections.record_numbers.rows().get(key).copied()
    }

    fn record_key(&self, number: RecordNumber) -> Result<RecordKey, StoreError> {
        let row = self.projections.records.rows().get(&number);
        row.map(|row| row.key.clone())
            .ok_or_else(|| no_such_record(number))
    }

    /// Places of the journal rows about a record, in order.
    fn about_record(&self, key: &RecordKey) -> impl Iterator<Item = Sequence> {
        let number = self.record_number(key);
        let about = number.map(|number| {
            let range = (number, 0)..=(number, Sequence::MAX);
            self.projections.record_history.rows().range(range)
        });
        about
            .into_iter()
            .flatten()
            .map(|((_, sequence), ())| *sequence)
    }
}

impl<S: Deref<Target = MemoryStore>> RecordReader for View<S> {
    fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        let store = self.store();
        match store.projections.record_entry(key)? {
            Some((_, row)) => record_of(store.row(row.sequence)?).map(Some),
            None => Ok(None),
        }
    }

    fn record_row(&self, key: &RecordKey) -> Result<Option<RecordRow>, StoreError> {
        let found = self.store().projections.record_entry(key)?;
        Ok(found.map(|(_, row)| row))
    }

    fn records(&self, filter: &RecordFilter) -> Result<Vec<RecordRow>, StoreError> {
        let rows = self.store().projections.records.rows().values();
        let mut found: Vec<&RecordRow> = rows.filter(|row| filter.admits(row)).collect();
        // The sort keeps the order in which records of one day were made.
        match filter.due_by {
            Some(_) => found.sort_by_key(|row| row.due),
            None => found.sort_by_key(|row| row.day),
        }
        let limit = filter.limit.map_or(usize::MAX, |limit| limit as usize);
        Ok(found.into_iter().take(limit).cloned().collect())
    }

    fn record_history(&self, key: &RecordKey) -> Result<Vec<JournalRow>, StoreError> {
        let store = self.store();
        let about = store.about_record(key);
        about.map(|sequence| store.row(sequence)).collect()
    }

    fn record_findings(
        &self,
        key: Option<&RecordKey>,
    ) -> Result<Vec<RecordFindingRow>, StoreError> {
        let store = self.store();
        let only = key.map(|key| store.record_number(key));
        let rows = store.projections.record_findings.rows().iter();
        rows.filter(|(_, entry)| only.is_none_or(|number| number == Some(entry.about)))
            .map(|((sequence, _), entry)| {
                Ok(RecordFindingRow {
                    sequence: *sequence,
                    record: store.record_key(entry.about)?,
                    hook: entry.hook,
                    rule: entry.rule.clone(),
                    severity: entry.severity,
                    shadow: entry.shadow,
                    prevents: entry.prevents.clone(),
                })
            })
            .collect()
    }

    fn record_overrides(
        &self,
        key: Option<&RecordKey>,
    ) -> Result<Vec<RecordOverrideRow>, StoreError> {
        let store = self.store();
        let only = key.map(|key| store.record_number(key));
        let rows = store.projections.record_overrides.rows().iter();
        rows.filter(|(_, number)| only.is_none_or(|wanted| wanted == Some(**number)))
            .map(|(sequence, _)| record_override_of(store.row(*sequence)?))
            .collect()
    }

    fn record_work(&self, key: &RecordKey) -> Result<Vec<WorkItem>, StoreError> {
        let store = self.store();
        let Some(number) = store.record_number(key) else {
            return Ok(Vec::new());
        };
        let mut opened: Vec<Sequence> = store
            .projections
            .work
            .rows()
            .values()
            .filter(|entry| entry.closed.is_none() && entry.record == Some(number))
            .map(|entry| entry.opened)
            .collect();
        opened.sort_unstable();
        let rows = opened.into_iter().map(|sequence| store.row(sequence));
        rows.map(|row| item_of(row?)).collect()
    }

    fn record_ledger(&self, key: &RecordKey) -> Result<Vec<LedgerRow>, StoreError> {
        let store = self.store();
        store.ledger_of(store.about_record(key))
    }
}
