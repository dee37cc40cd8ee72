//! The projections as typed tables: what the fold writes to and both stores keep.

use chrono::NaiveDate;
use scrubjay_hooks::{Hook, Severity};
use scrubjay_model::{
    Account, Carc, ClaimId, FileHash, Money, RecordKey, ResponsibleParty, TraceNumber, WorkItemId,
};

use crate::{
    CallRow, ClaimRow, Counter, FileRow, GroupRow, InterchangeKey, MoneyKind, PayerRecord,
    RecordRow, Sequence, StoreError,
};

/// A claim's place in the order in which claims were made, from 1.
pub(crate) type ClaimNumber = u64;

/// A record's place in the order in which records were made, from 1.
pub(crate) type RecordNumber = u64;

/// A claim's row with what readers do not see of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimEntry {
    pub(crate) row: ClaimRow,
    /// SHA-256 that stands for the patient.
    pub(crate) patient: [u8; 32],
    /// Journal row that holds the claim as it now stands.
    pub(crate) document: Sequence,
    pub(crate) owed_by_insurance: Money,
    pub(crate) owed_by_patient: Money,
    /// Day since which the patient owes something.
    pub(crate) patient_since: Option<NaiveDate>,
}

impl ClaimEntry {
    pub(crate) const fn balance(&self, party: ResponsibleParty) -> Money {
        match party {
            ResponsibleParty::Insurance => self.owed_by_insurance,
            ResponsibleParty::Patient => self.owed_by_patient,
        }
    }

    pub(crate) const fn balance_mut(&mut self, party: ResponsibleParty) -> &mut Money {
        match party {
            ResponsibleParty::Insurance => &mut self.owed_by_insurance,
            ResponsibleParty::Patient => &mut self.owed_by_patient,
        }
    }
}

/// A finding of the judgement in a journal row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FindingEntry {
    /// Number of the claim or record that it is about.
    pub(crate) about: u64,
    pub(crate) hook: Hook,
    pub(crate) rule: String,
    pub(crate) severity: Severity,
    pub(crate) shadow: bool,
    pub(crate) prevents: Vec<Carc>,
}

/// A work item; the item itself stands in the journal row that opened it, or
/// the last that gave it to another owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkEntry {
    /// That row.
    pub(crate) opened: Sequence,
    pub(crate) claim: Option<ClaimNumber>,
    pub(crate) record: Option<RecordNumber>,
    pub(crate) closed: Option<Sequence>,
}

/// A heading of the general ledger. Receivables stand there as one control
/// account a party; what each claim owes stands with the claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Heading {
    Receivables(ResponsibleParty),
    Account(Account),
}

/// A heading with its number, given in the order of first use, and its balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeadingEntry {
    pub(crate) number: u64,
    pub(crate) balance: Money,
}

/// The money event in a journal row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MoneyEntry {
    pub(crate) money: MoneyKind,
    pub(crate) claim: Option<ClaimNumber>,
}

/// One posting of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PostingEntry {
    /// Number of the heading.
    pub(crate) heading: u64,
    /// The claim whose receivable it is.
    pub(crate) claim: Option<ClaimNumber>,
    pub(crate) amount: Money,
}

/// What became of a row that could be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Made,
    None,
}

/// Where a claim went: group, set, and place in the set.
pub(crate) type SentKey = (u32, u32, u32);

/// What the fold reads and writes.
pub(crate) trait Tables: RecordTables {
    fn claim_number(&self, id: &ClaimId) -> Result<Option<ClaimNumber>, StoreError>;
    /// Puts a new claim.
    fn put_claim(&mut self, claim: ClaimNumber, entry: ClaimEntry) -> Result<(), StoreError>;
    /// Changes a claim's row in place, as `change` says.
    fn change_claim(
        &mut self,
        claim: ClaimNumber,
        change: impl FnOnce(&mut ClaimEntry) -> Result<Change, StoreError>,
    ) -> Result<(), StoreError>;
    /// Notes that a journal row is about a claim: its clocks must be looked at anew.
    fn put_history(&mut self, claim: ClaimNumber, sequence: Sequence) -> Result<(), StoreError>;
    fn put_finding(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        finding: FindingEntry,
    ) -> Result<(), StoreError>;
    fn file_row(&self, file: &FileHash) -> Result<Option<FileRow>, StoreError>;
    fn put_file(&mut self, row: FileRow) -> Result<(), StoreError>;
    fn interchange_file(&self, key: &InterchangeKey) -> Result<Option<FileHash>, StoreError>;
    fn put_interchange(&mut self, key: &InterchangeKey, file: &FileHash) -> Result<(), StoreError>;
    fn group_row(&self, group: u32) -> Result<Option<GroupRow>, StoreError>;
    fn put_group(&mut self, group: u32, row: GroupRow) -> Result<(), StoreError>;
    fn put_sent(&mut self, key: SentKey, claim: ClaimNumber) -> Result<(), StoreError>;
    fn remittance_row(
        &self,
        originator: &str,
        trace: &TraceNumber,
    ) -> Result<Option<Sequence>, StoreError>;
    fn put_remittance(
        &mut self,
        originator: &str,
        trace: &TraceNumber,
        sequence: Sequence,
    ) -> Result<(), StoreError>;
    /// Forgets a remittance, so that its trace number may come again.
    fn drop_remittance(&mut self, originator: &str, trace: &TraceNumber) -> Result<(), StoreError>;
    fn work_entry(&self, item: &WorkItemId) -> Result<Option<WorkEntry>, StoreError>;
    fn put_work(&mut self, item: &WorkItemId, entry: WorkEntry) -> Result<(), StoreError>;
    fn heading(&self, heading: &Heading) -> Result<Option<HeadingEntry>, StoreError>;
    fn headings(&self) -> Result<u64, StoreError>;
    fn put_heading(&mut self, heading: &Heading, entry: HeadingEntry) -> Result<(), StoreError>;
    fn put_money(&mut self, sequence: Sequence, entry: MoneyEntry) -> Result<(), StoreError>;
    fn put_posting(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        posting: PostingEntry,
    ) -> Result<(), StoreError>;
    fn counter(&self, counter: Counter) -> Result<u64, StoreError>;
    fn put_counter(&mut self, counter: Counter, last: u64) -> Result<(), StoreError>;
    fn call_row(&self, key: &str) -> Result<Option<CallRow>, StoreError>;
    fn put_call(&mut self, key: &str, row: CallRow) -> Result<(), StoreError>;
    fn payer_record(&self, payer: &str) -> Result<PayerRecord, StoreError>;
    fn put_payer_record(&mut self, payer: &str, record: PayerRecord) -> Result<(), StoreError>;
}

/// What the fold of records reads and writes.
pub(crate) trait RecordTables {
    fn record_entry(
        &self,
        key: &RecordKey,
    ) -> Result<Option<(RecordNumber, RecordRow)>, StoreError>;
    /// Puts a record's row, new or changed.
    fn put_record(&mut self, record: RecordNumber, row: RecordRow) -> Result<(), StoreError>;
    /// Notes that a journal row is about a record.
    fn put_record_history(
        &mut self,
        record: RecordNumber,
        sequence: Sequence,
    ) -> Result<(), StoreError>;
    fn put_record_finding(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        finding: FindingEntry,
    ) -> Result<(), StoreError>;
    fn put_record_override(
        &mut self,
        sequence: Sequence,
        record: RecordNumber,
    ) -> Result<(), StoreError>;
}

/// A claim's number that no row has: the tables contradict themselves.
pub(crate) fn no_such_claim(claim: ClaimNumber) -> StoreError {
    StoreError::contradiction(format!("claim number {claim} has no row"))
}

/// A record's number that no row has: the tables contradict themselves.
pub(crate) fn no_such_record(record: RecordNumber) -> StoreError {
    StoreError::contradiction(format!("record number {record} has no row"))
}
