//! The projections as sorted tables in memory.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use scrubjay_model::{ClaimId, FileHash, RecordKey, TraceNumber, WorkItemId};

use super::table::Table;
use super::tally::Tally;
use crate::tables::{
    Change, ClaimEntry, ClaimNumber, FindingEntry, Heading, HeadingEntry, MoneyEntry, PostingEntry,
    RecordNumber, SentKey, Tables, WorkEntry, no_such_claim,
};
use crate::{
    CallRow, Counter, FileRow, GroupRow, InterchangeKey, PayerRecord, RecordRow, Sequence,
    StoreError,
};

/// A key of an interchange as a tuple, to sort by.
pub(crate) type InterchangeTuple = (String, String, String);

macro_rules! projections {
    ($($(#[$docs:meta])* $name:ident: $key:ty => $value:ty),+ $(,)?) => {
        /// Every projection.
        #[derive(Debug, Clone, Default)]
        pub(crate) struct Projections {
            $($(#[$docs])* pub(crate) $name: Table<$key, $value>,)+
            /// Where it is there, rows of the tables that are only added to
            /// are summed up and not kept.
            pub(crate) tally: Option<Tally>,
        }

        impl Projections {
            pub(crate) fn begin(&mut self) { $(self.$name.begin();)+ }
            pub(crate) fn commit(&mut self) { $(self.$name.commit();)+ }
            pub(crate) fn roll_back(&mut self) { $(self.$name.roll_back();)+ }
        }
    };
}

projections! {
    claims: ClaimNumber => ClaimEntry,
    claim_numbers: ClaimId => ClaimNumber,
    history: (ClaimNumber, Sequence) => (),
    findings: (Sequence, u32) => FindingEntry,
    /// With the place in the order of arrival.
    files: FileHash => (u64, FileRow),
    interchanges: InterchangeTuple => FileHash,
    groups: u32 => GroupRow,
    sent: SentKey => ClaimNumber,
    remittances: (String, TraceNumber) => Sequence,
    work: WorkItemId => WorkEntry,
    headings: Heading => HeadingEntry,
    money: Sequence => MoneyEntry,
    postings: (Sequence, u32) => PostingEntry,
    counters: Counter => u64,
    calls: String => CallRow,
    payers: String => PayerRecord,
    /// Notes of when a claim needs a look next; none where nobody has looked.
    looks: ClaimNumber => NaiveDate,
    /// By what terms the looks were noted.
    look_terms: () => u64,
    records: RecordNumber => RecordRow,
    record_numbers: RecordKey => RecordNumber,
    record_history: (RecordNumber, Sequence) => (),
    record_findings: (Sequence, u32) => FindingEntry,
    record_overrides: Sequence => RecordNumber,
}

impl Projections {
    /// Files in the order they came.
    pub(crate) fn files_in_order(&self) -> BTreeMap<u64, &FileRow> {
        let rows = self.files.rows().values();
        rows.map(|(order, row)| (*order, row)).collect()
    }
}

fn tuple(key: &InterchangeKey) -> InterchangeTuple {
    (key.sender.clone(), key.control.clone(), key.content.clone())
}

impl Tables for Projections {
    fn claim_number(&self, id: &ClaimId) -> Result<Option<ClaimNumber>, StoreError> {
        Ok(self.claim_numbers.rows().get(id).copied())
    }

    fn put_claim(&mut self, claim: ClaimNumber, entry: ClaimEntry) -> Result<(), StoreError> {
        self.claim_numbers.put(entry.row.id.clone(), claim);
        self.claims.put(claim, entry);
        Ok(())
    }

    fn change_claim(
        &mut self,
        claim: ClaimNumber,
        change: impl FnOnce(&mut ClaimEntry) -> Result<Change, StoreError>,
    ) -> Result<(), StoreError> {
        match self.claims.edit(&claim) {
            Some(entry) => change(entry).map(drop),
            None => Err(no_such_claim(claim)),
        }
    }

    fn put_history(&mut self, claim: ClaimNumber, sequence: Sequence) -> Result<(), StoreError> {
        self.looks.remove(&claim);
        match &mut self.tally {
            Some(tally) => tally.add_history(claim, sequence),
            None => self.history.put((claim, sequence), ()),
        }
        Ok(())
    }

    fn put_finding(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        finding: FindingEntry,
    ) -> Result<(), StoreError> {
        match &mut self.tally {
            Some(tally) => tally.add_finding(sequence, ordinal, &finding),
            None => self.findings.put((sequence, ordinal), finding),
        }
        Ok(())
    }

    fn file_row(&self, file: &FileHash) -> Result<Option<FileRow>, StoreError> {
        Ok(self.files.rows().get(file).map(|(_, row)| row.clone()))
    }

    fn put_file(&mut self, row: FileRow) -> Result<(), StoreError> {
        let order = match self.files.rows().get(&row.file) {
            Some((order, _)) => *order,
            None => self.files.rows().len() as u64 + 1,
        };
        self.files.put(row.file.clone(), (order, row));
        Ok(())
    }

    fn interchange_file(&self, key: &InterchangeKey) -> Result<Option<FileHash>, StoreError> {
        Ok(self.interchanges.rows().get(&tuple(key)).cloned())
    }

    fn put_interchange(&mut self, key: &InterchangeKey, file: &FileHash) -> Result<(), StoreError> {
        self.interchanges.put(tuple(key), file.clone());
        Ok(())
    }

    fn group_row(&self, group: u32) -> Result<Option<GroupRow>, StoreError> {
        Ok(self.groups.rows().get(&group).copied())
    }

    fn put_group(&mut self, group: u32, row: GroupRow) -> Result<(), StoreError> {
        self.groups.put(group, row);
        Ok(())
    }

    fn put_sent(&mut self, key: SentKey, claim: ClaimNumber) -> Result<(), StoreError> {
        self.sent.put(key, claim);
        Ok(())
    }

    fn remittance_row(
        &self,
        originator: &str,
        trace: &TraceNumber,
    ) -> Result<Option<Sequence>, StoreError> {
        let key = (originator.to_owned(), trace.clone());
        Ok(self.remittances.rows().get(&key).copied())
    }

    fn put_remittance(
        &mut self,
        originator: &str,
        trace: &TraceNumber,
        sequence: Sequence,
    ) -> Result<(), StoreError> {
        self.remittances
            .put((originator.to_owned(), trace.clone()), sequence);
        Ok(())
    }

    fn drop_remittance(&mut self, originator: &str, trace: &TraceNumber) -> Result<(), StoreError> {
        self.remittances
            .remove(&(originator.to_owned(), trace.clone()));
        Ok(())
    }

    fn work_entry(&self, item: &WorkItemId) -> Result<Option<WorkEntry>, StoreError> {
        Ok(self.work.rows().get(item).cloned())
    }

    fn put_work(&mut self, item: &WorkItemId, entry: WorkEntry) -> Result<(), StoreError> {
        self.work.put(item.clone(), entry);
        Ok(())
    }

    fn heading(&self, heading: &Heading) -> Result<Option<HeadingEntry>, StoreError> {
        Ok(self.headings.rows().get(heading).copied())
    }

    fn headings(&self) -> Result<u64, StoreError> {
        Ok(self.headings.rows().len() as u64)
    }

    fn put_heading(&mut self, heading: &Heading, entry: HeadingEntry) -> Result<(), StoreError> {
        self.headings.put(heading.clone(), entry);
        Ok(())
    }

    fn put_money(&mut self, sequence: Sequence, entry: MoneyEntry) -> Result<(), StoreError> {
        match &mut self.tally {
            Some(tally) => tally.add_money(sequence, entry),
            None => self.money.put(sequence, entry),
        }
        Ok(())
    }

    fn put_posting(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        posting: PostingEntry,
    ) -> Result<(), StoreError> {
        match &mut self.tally {
            Some(tally) => tally.add_posting(sequence, ordinal, posting),
            None => self.postings.put((sequence, ordinal), posting),
        }
        Ok(())
    }

    fn counter(&self, counter: Counter) -> Result<u64, StoreError> {
        Ok(self.counters.rows().get(&counter).copied().unwrap_or(0))
    }

    fn put_counter(&mut self, counter: Counter, last: u64) -> Result<(), StoreError> {
        self.counters.put(counter, last);
        Ok(())
    }

    fn call_row(&self, key: &str) -> Result<Option<CallRow>, StoreError> {
        Ok(self.calls.rows().get(key).cloned())
    }

    fn put_call(&mut self, key: &str, row: CallRow) -> Result<(), StoreError> {
        self.calls.put(key.to_owned(), row);
        Ok(())
    }

    fn payer_record(&self, payer: &str) -> Result<PayerRecord, StoreError> {
        Ok(self.payers.rows().get(payer).copied().unwrap_or_default())
    }

    fn put_payer_record(&mut self, payer: &str, record: PayerRecord) -> Result<(), StoreError> {
        self.payers.put(payer.to_owned(), record);
        Ok(())
    }
}
