//! The store as the engine sees it: small, synchronous, object-safe.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_hooks::{Hook, Severity};
use scrubjay_model::{
    Account, Carc, Claim, ClaimId, ClaimStatus, Denial, FileHash, Money, RemittanceClaim,
    ResponsibleParty, TraceNumber, Work, WorkItem,
};
use serde::{Deserialize, Serialize};

use crate::{
    Event, InterchangeKey, MoneyKind, OpenClaim, PayerRecord, RecordReader, SharedRows, Stamp,
    StoreError, person_key,
};

/// A journal row's place, from 1 without a gap.
pub type Sequence = u64;

/// A place that keeps the journal, the ledger and the projections.
pub trait Store: Send {
    /// Begins a transaction. There is one writer; another waits, and gives up
    /// with [`StoreError::Busy`] after the store's time.
    ///
    /// # Errors
    /// Where the store cannot write.
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError>;

    /// Reads what was committed last.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn read(&self) -> Result<Box<dyn Reader + '_>, StoreError>;
}

/// One decision, or a batch of them: all of it is kept, or none of it.
///
/// Reads through it see its own events. Dropping it without
/// [`commit`](Transaction::commit) forgets everything.
pub trait Transaction: Reader {
    /// Appends an event to the journal, posts its money, and folds it into
    /// every projection.
    ///
    /// # Errors
    /// Where the event contradicts what is stored, or the store cannot write.
    /// The transaction can then only be dropped: to go on or to commit is
    /// [`StoreError::Abandoned`].
    fn append(&mut self, stamp: &Stamp, event: &Event) -> Result<Sequence, StoreError>;

    /// Notes that these claims need no look before a day, as they stand now and
    /// by these terms. It is a note for speed and no event: whatever happens to a
    /// claim, and a rebuild, take it back, and then the claim is looked at once
    /// more than need be.
    ///
    /// # Errors
    /// Where the store cannot write.
    fn note_looks(&mut self, looks: &[(ClaimId, NaiveDate)], terms: u64) -> Result<(), StoreError>;

    /// Makes it durable.
    ///
    /// # Errors
    /// Where the store cannot write; nothing was kept then.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// A claim as its projection has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// Claim.
    pub id: ClaimId,
    /// The control number it came with.
    pub control: String,
    /// Payer key.
    pub payer: String,
    /// Status.
    pub status: ClaimStatus,
    /// Total charge.
    pub charge: Money,
    /// First day of service.
    pub service_from: Option<NaiveDate>,
    /// Last day of service.
    pub service_to: Option<NaiveDate>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it was first sent.
    pub submitted: Option<DateTime<Utc>>,
    /// How often it was sent.
    pub submissions: u32,
    /// Date of the first decision.
    pub first_decided: Option<NaiveDate>,
    /// Whether the first decision denied any of it.
    pub first_denied: Option<bool>,
    /// Date of the last payment.
    pub last_paid: Option<NaiveDate>,
    /// Insurance payments so far, reversals taken off.
    pub paid: Money,
    /// Amount allowed by the last decision that stands.
    pub allowed: Money,
    /// Amount denied by the last decision that stands.
    pub denied: Money,
    /// Whether it was held by a finding before it was first sent.
    pub held: bool,
    /// Whether a person changed or passed it before it was first sent.
    pub touched: bool,
    /// Whether a clearinghouse or payer ever rejected it.
    pub rejected: bool,
    /// The claim that it replaces or voids.
    pub replaces: Option<ClaimId>,
    /// The claim that replaces or voids it.
    pub replaced_by: Option<ClaimId>,
    /// Payer's control number.
    pub payer_control: Option<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
}

/// Which claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClaimFilter {
    /// Only this payer key.
    pub payer: Option<String>,
    /// Only claims that came with this control number.
    pub control: Option<String>,
    /// Only claims of this patient: key of [`patient_key`].
    pub patient: Option<String>,
    /// Only claims with this payer control number.
    pub payer_control: Option<String>,
    /// Only claims in this state as a piece of work.
    pub work: Option<Work>,
    /// At most so many.
    pub limit: Option<u32>,
}

/// A stable key of a patient at this practice: a SHA-256 over last name, first
/// name and date of birth. It shows no patient data, but whoever has a list of
/// people can find them by it: keep it as you keep the database.
#[must_use]
pub fn patient_key(claim: &Claim) -> String {
    person_key(&claim.patient)
}

/// A remitted claim as it was posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemittedRow {
    /// Journal row.
    pub sequence: Sequence,
    /// Trace number.
    pub trace: TraceNumber,
    /// Payer key.
    pub payer: String,
    /// Our claim.
    pub claim: Option<ClaimId>,
    /// The remitted claim.
    pub remitted: RemittanceClaim,
    /// Date of the decision.
    pub decided: NaiveDate,
}

/// One posting set of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// Journal row.
    pub sequence: Sequence,
    /// When.
    pub at: DateTime<Utc>,
    /// Kind.
    pub money: MoneyKind,
    /// Claim.
    pub claim: Option<ClaimId>,
    /// Account.
    pub account: Account,
    /// Amount; a debit is positive.
    pub amount: Money,
}

/// A file as it was taken in or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// SHA-256 of its bytes.
    pub file: FileHash,
    /// Name.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What it was; `None` where it was refused.
    pub transaction: Option<String>,
    /// Claims, remitted claims or answers in it.
    pub items: u64,
    /// Why it was refused.
    pub refused: Option<String>,
}

/// A journal row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// Place.
    pub sequence: Sequence,
    /// Who, when, why.
    pub stamp: Stamp,
    /// What.
    pub event: Event,
    /// SHA-256 over the row and the hash before it, hexadecimal.
    pub hash: String,
}

/// A functional group that we sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// ISA13 of its file.
    pub interchange: u32,
    /// Journal row that says what is in it.
    pub written: Sequence,
    /// Journal row that says that a file of questions has come to the other
    /// side. That claims have, stands in their histories.
    pub delivered: Option<Sequence>,
}

/// Control numbers that we give out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// ISA13.
    Interchange,
    /// GS06.
    Group,
    /// Claims made.
    Claim,
    /// Work items opened.
    Work,
    /// Claims given up by purges.
    Purged,
    /// Records made.
    Record,
}

/// A finding as it was journalled, without its message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Journal row of the judgement.
    pub sequence: Sequence,
    /// Claim.
    pub claim: ClaimId,
    /// Hook.
    pub hook: Hook,
    /// Rule.
    pub rule: String,
    /// Severity.
    pub severity: Severity,
    /// Found by a shadow rule.
    pub shadow: bool,
    /// Denials that it prevents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prevents: Vec<Carc>,
}

/// A person's passing of findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideRow {
    /// Journal row.
    pub sequence: Sequence,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Claim.
    pub claim: ClaimId,
    /// The rules whose findings were passed, sorted.
    pub rules: Vec<String>,
    /// Why.
    pub reason: String,
}

/// How a version of a rule pack became the live one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackStep {
    /// It was published.
    Published {
        /// The pack's version, for people.
        version: String,
        /// What the publisher said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It was published before, and was made the live one again.
    RolledBack,
}

/// A version of a rule pack that became the live one of its id; its files stand
/// in the journal row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackRow {
    /// Journal row.
    pub sequence: Sequence,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Pack id.
    pub pack: String,
    /// SHA-256 of what is compiled, hexadecimal.
    pub hash: String,
    /// How.
    pub step: PackStep,
}

/// A call that was carried out under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRow {
    /// Name of the call.
    pub call: String,
    /// SHA-256 of what was asked for, hexadecimal.
    pub content: String,
    /// Journal row that recorded it.
    pub sequence: Sequence,
}

/// Reads of the journal, the ledger and the projections.
pub trait Reader: RecordReader {
    /// The call that used an idempotency key. The same content means that it
    /// was carried out already; another means that the key may not be used.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn seen_key(&self, key: &str) -> Result<Option<CallRow>, StoreError>;
    /// Findings, of one claim or all, in order.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn findings(&self, claim: Option<&ClaimId>) -> Result<Vec<FindingRow>, StoreError>;
    /// Findings that persons have passed, of one claim or all, in order.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn overrides(&self, claim: Option<&ClaimId>) -> Result<Vec<OverrideRow>, StoreError>;
    /// Versions of rule packs in the order in which they became the live ones.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn packs(&self) -> Result<Vec<PackRow>, StoreError>;
    /// Every account that is not a receivable with its balance, in the order of [`Account`].
    ///
    /// # Errors
    /// Where the store cannot read.
    fn accounts(&self) -> Result<Vec<(Account, Money)>, StoreError>;
    /// The last journal row.
    ///
    /// # Errors
    /// Where the store cannot read, or the row cannot be read back.
    fn last_row(&self) -> Result<Option<JournalRow>, StoreError>;
    /// A file by its hash. A refused file may be dropped again.
    ///
    /// # Errors
    /// Where the store cannot read; so for every method here.
    fn file(&self, file: &FileHash) -> Result<Option<FileRow>, StoreError>;
    /// The file that brought an interchange.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn interchange(&self, key: &InterchangeKey) -> Result<Option<FileHash>, StoreError>;
    /// Files in the order they came.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn files(&self) -> Result<Vec<FileRow>, StoreError>;
    /// A claim's row.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn claim(&self, id: &ClaimId) -> Result<Option<ClaimRow>, StoreError>;
    /// A claim as it now stands.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn claim_document(&self, id: &ClaimId) -> Result<Option<Claim>, StoreError>;
    /// The [`patient_key`] of a claim's patient as the claim was made: a later
    /// spelling of the name does not change whose claim it is.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn claim_patient(&self, id: &ClaimId) -> Result<Option<String>, StoreError>;
    /// Claims in the order they were made.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn claims(&self, filter: &ClaimFilter) -> Result<Vec<ClaimRow>, StoreError>;
    /// Hands over each claim that is not done with, in the order in which they
    /// were made.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn open_claims(&self, each: &mut dyn FnMut(OpenClaim<'_>)) -> Result<(), StoreError>;
    /// Claims that are not done with and that nobody has noted as needing no look
    /// until after that day ([`Transaction::note_looks`]), in the order in which
    /// they were made. All of them where the terms are not those of the last note.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn claims_to_look_at(&self, day: NaiveDate, terms: u64) -> Result<Vec<ClaimId>, StoreError>;
    /// What each payer has paid on the claims that it has decided, by payer key.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn payer_records(&self) -> Result<Vec<(String, PayerRecord)>, StoreError>;
    /// Claims of a set that we sent, by GS06 and ST02; all sets of the group
    /// where `set` is `None`.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn sent(&self, group: u32, set: Option<u32>) -> Result<Vec<ClaimId>, StoreError>;
    /// Groups (GS06) of an interchange that we sent.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn sent_groups(&self, interchange: u32) -> Result<Vec<u32>, StoreError>;
    /// A group (GS06) that we sent.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn sent_group(&self, group: u32) -> Result<Option<GroupRow>, StoreError>;
    /// Whether a remittance was taken in before, by originator and trace number.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn remittance(
        &self,
        originator: &str,
        trace: &TraceNumber,
    ) -> Result<Option<Sequence>, StoreError>;
    /// What happened to remittances as wholes, in order: taken, posted,
    /// quarantined, undone ([`Event::RemittanceTaken`] and those that follow it);
    /// and the deposits that pay them.
    ///
    /// # Errors
    /// Where the store cannot read, or a row cannot be read back.
    fn remittances(&self) -> Result<Vec<JournalRow>, StoreError>;
    /// Remitted claims posted to a claim, in order; those of undone postings
    /// left out.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn remitted(&self, claim: &ClaimId) -> Result<Vec<RemittedRow>, StoreError>;
    /// Denials, of one claim or all, in order; those of undone postings left out.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn denials(&self, claim: Option<&ClaimId>) -> Result<Vec<Denial>, StoreError>;
    /// Open work, of one claim or all, in the order in which it was opened, or
    /// last given to another owner.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn open_work(&self, claim: Option<&ClaimId>) -> Result<Vec<WorkItem>, StoreError>;
    /// What a party owes on a claim.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn balance(&self, claim: &ClaimId, party: ResponsibleParty) -> Result<Money, StoreError>;
    /// The ledger rows of a claim, in order.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn ledger(&self, claim: &ClaimId) -> Result<Vec<LedgerRow>, StoreError>;
    /// Every account that is not a receivable with its balance, and one row a
    /// party for all receivables together, sorted by heading.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn trial_balance(&self) -> Result<Vec<(String, Money)>, StoreError>;
    /// The last number given out.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn last_number(&self, counter: Counter) -> Result<u64, StoreError>;
    /// Journal rows from a place on, at most `limit`.
    ///
    /// # Errors
    /// Where the store cannot read, or a row cannot be read back.
    fn journal(&self, from: Sequence, limit: u32) -> Result<Vec<JournalRow>, StoreError>;
    /// Journal rows about a claim, in order.
    ///
    /// # Errors
    /// Where the store cannot read, or a row cannot be read back.
    fn history(&self, claim: &ClaimId) -> Result<Vec<JournalRow>, StoreError>;
    /// Of a claim's history the rows that its clocks go by, in order: sendings,
    /// answers, decisions, denials and their undoing, holds by hand, looks of rules at the hook
    /// `follow_up`, and what somebody was told of. Of other claims they say nothing. What it costs does not grow with
    /// the files in which the claim was one of many, where `shared` is the same
    /// for one claim after another.
    ///
    /// # Errors
    /// Where the store cannot read, or a row cannot be read back.
    fn clock_history(
        &self,
        claim: &ClaimId,
        shared: &mut SharedRows,
    ) -> Result<Vec<JournalRow>, StoreError>;
}
