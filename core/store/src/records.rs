//! Records as their projection has them, and how they are asked for.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_hooks::{Hook, Severity};
use scrubjay_model::{Carc, PatientKey, Person, Record, RecordId, RecordKey, RecordKind, WorkItem};
use serde::{Deserialize, Serialize};

use crate::{JournalRow, LedgerRow, Sequence, StoreError};

/// A stable key of a person at this practice, as
/// [`patient_key`](crate::patient_key) makes it of a claim's patient: so a
/// patient's claims are found, and the patient of a claim, and a person who
/// was registered twice.
#[must_use]
pub fn person_key(person: &Person) -> String {
    crate::journal::hex(&crate::project::person_digest(person))
}

/// A record as its projection has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRow {
    /// Key.
    pub key: RecordKey,
    /// The patient, by the host's key. A statement and a plan have that of
    /// their account; what belongs to a claim has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientKey>,
    /// The id of what it belongs to: of the visit of a charge, the account of
    /// a statement or plan, the claim of an appeal or a question about its
    /// status; the [`person_key`] of a
    /// patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RecordId>,
    /// Where it stands: see [`Record::state`](scrubjay_model::Record::state).
    pub state: String,
    /// The day of its list: see [`Record::day`](scrubjay_model::Record::day).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// Day on which somebody must look at it next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Journal row that holds it as it now stands.
    pub sequence: Sequence,
}

/// Which records. What is not told is not asked for.
///
/// ```
/// use scrubjay_model::RecordKind;
/// use scrubjay_store::RecordFilter;
///
/// let unanswered = RecordFilter {
///     kind: Some(RecordKind::Eligibility),
///     state: Some("asked".to_owned()),
///     ..RecordFilter::default()
/// };
/// # let _ = unanswered;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// Only this kind.
    pub kind: Option<RecordKind>,
    /// Only records of this patient.
    pub patient: Option<PatientKey>,
    /// Only records that belong to this, as [`RecordRow::parent`] names it.
    /// Ids of two kinds may be the same, so tell the kind too.
    pub parent: Option<RecordId>,
    /// Only records that stand so.
    pub state: Option<String>,
    /// Only records whose day is this one or later.
    pub from: Option<NaiveDate>,
    /// Only records whose day is this one or earlier.
    pub to: Option<NaiveDate>,
    /// Only records that are due on this day or earlier, by that day.
    pub due_by: Option<NaiveDate>,
    /// At most so many.
    pub limit: Option<u32>,
}

impl RecordFilter {
    /// Whether a row is asked for; the limit aside.
    pub(crate) fn admits(&self, row: &RecordRow) -> bool {
        fn is<T: PartialEq>(wanted: Option<&T>, held: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| held == Some(wanted))
        }
        is(self.kind.as_ref(), Some(&row.key.kind))
            && is(self.patient.as_ref(), row.patient.as_ref())
            && is(self.parent.as_ref(), row.parent.as_ref())
            && is(self.state.as_ref(), Some(&row.state))
            && (self.from.is_none() || row.day.is_some_and(|day| self.from <= Some(day)))
            && self
                .to
                .is_none_or(|to| row.day.is_some_and(|day| day <= to))
            && self
                .due_by
                .is_none_or(|by| row.due.is_some_and(|due| due <= by))
    }
}

/// A finding on a record as it was journalled, without its message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFindingRow {
    /// Journal row of the judgement.
    pub sequence: Sequence,
    /// Record.
    pub record: RecordKey,
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

/// A person's passing of findings on a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordOverrideRow {
    /// Journal row.
    pub sequence: Sequence,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Record.
    pub record: RecordKey,
    /// The rules whose findings were passed, sorted.
    pub rules: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Reads of records; every [`Reader`](crate::Reader) has them.
pub trait RecordReader {
    /// A record as it now stands.
    ///
    /// # Errors
    /// Where the store cannot read, or the row cannot be read back.
    fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError>;
    /// A record's row.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn record_row(&self, key: &RecordKey) -> Result<Option<RecordRow>, StoreError>;
    /// Rows of records by the day of their list, those without one first and
    /// those of one day in the order in which they were made; by the day on
    /// which they are due where the filter asks for that.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn records(&self, filter: &RecordFilter) -> Result<Vec<RecordRow>, StoreError>;
    /// Journal rows about a record, in order.
    ///
    /// # Errors
    /// Where the store cannot read, or a row cannot be read back.
    fn record_history(&self, key: &RecordKey) -> Result<Vec<JournalRow>, StoreError>;
    /// Findings on records, of one or all, in order.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn record_findings(&self, key: Option<&RecordKey>)
    -> Result<Vec<RecordFindingRow>, StoreError>;
    /// Findings on records that persons have passed, of one or all, in order.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn record_overrides(
        &self,
        key: Option<&RecordKey>,
    ) -> Result<Vec<RecordOverrideRow>, StoreError>;
    /// Open work about a record, in order.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn record_work(&self, key: &RecordKey) -> Result<Vec<WorkItem>, StoreError>;
    /// The ledger rows of a record's money ([`Event::RecordMoneyMoved`](crate::Event::RecordMoneyMoved)), in
    /// order.
    ///
    /// # Errors
    /// Where the store cannot read.
    fn record_ledger(&self, key: &RecordKey) -> Result<Vec<LedgerRow>, StoreError>;
}
