//! What the journal records. Replaying the events rebuilds every projection.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_hooks::{Hook, Outcome};
use scrubjay_model::{
    Acknowledgment, Adjudication, Appeal, Claim, ClaimId, ClaimStatus, Deadline, DeadlineStage,
    Denial, DenialOutcome, FileHash, Money, PatientBilling, PayerClaimControlNumber, PostingSet,
    Record, RecordKey, Remittance, RemittanceClaim, Responsibility, TraceNumber, Work, WorkItem,
    WorkItemId,
};
use serde::{Deserialize, Serialize};

use crate::{Decided, Matched, MoneyKind, Sequence};

/// Who or what did it, and because of what. Stands in every journal row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// When, from the engine's clock.
    pub at: DateTime<Utc>,
    /// Who: a person's or a program's id.
    pub actor: String,
    /// Because of what: a file, a rule with its pack, a plugin, a call.
    pub cause: Cause,
}

/// Because of what something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Cause {
    /// A file that came in.
    File {
        /// SHA-256 of its bytes.
        file: FileHash,
    },
    /// A rule or plugin.
    Rule {
        /// Rule id.
        rule: String,
        /// Pack hash or plugin version.
        version: String,
    },
    /// A call of the host application, with its idempotency key.
    Call {
        /// Name of the call.
        call: String,
        /// Idempotency key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// The clock reached a deadline.
    Clock,
}

/// One interchange of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InterchangeKey {
    /// ISA05 and ISA06, trimmed and joined with `:`.
    pub sender: String,
    /// ISA13.
    pub control: String,
    /// SHA-256 over its segments, hexadecimal: senders do reuse control numbers.
    pub content: String,
}

/// A file of a published rule pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFile {
    /// Name within the pack, with `/` between folders.
    pub name: String,
    /// Content.
    pub text: String,
}

/// One of the five status axes with the state it goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "axis", content = "to", rename_all = "snake_case")]
pub enum Move {
    /// As a piece of work.
    Work(Work),
    /// What the payer decided.
    Adjudication(Adjudication),
    /// Who owes the balance.
    Responsibility(Responsibility),
    /// The contest of a denial.
    Appeal(Appeal),
    /// Billing the patient.
    Patient(PatientBilling),
}

/// Something that happened. Append-only; the truth.
///
/// As JSON it is `{"kind": ..., "payload": {...}}`; the journal keeps both apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A file was taken in whole.
    FileTaken {
        /// SHA-256 of its bytes.
        file: FileHash,
        /// Name without folders.
        name: String,
        /// What it was, such as `837P` or `835`.
        transaction: String,
        /// Its interchanges.
        interchanges: Vec<InterchangeKey>,
        /// Claims, remitted claims or answers in it.
        items: u64,
    },
    /// A file was refused; nothing of it was taken in.
    FileRefused {
        /// SHA-256 of its bytes.
        file: FileHash,
        /// Name without folders.
        name: String,
        /// Why, with segment and position, without patient data.
        reason: String,
    },
    /// A claim was made.
    ClaimCreated {
        /// The claim.
        claim: Box<Claim>,
        /// Payer key, as configured or derived.
        payer: String,
        /// The claim that it replaces or voids.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<ClaimId>,
    },
    /// A claim was changed by a repair or a person.
    ClaimRevised {
        /// The claim as it now stands.
        claim: Box<Claim>,
        /// What changed: field names and why.
        changes: Vec<String>,
        /// Whether a person did it: the claim then is not touchless.
        by_hand: bool,
    },
    /// Handlers judged a claim at a hook.
    Judged {
        /// Claim.
        claim: ClaimId,
        /// Hook.
        hook: Hook,
        /// Findings, effects and who ran.
        outcome: Outcome,
    },
    /// A person passed what rules found on a claim. Who, is the stamp's actor.
    Overridden {
        /// Claim.
        claim: ClaimId,
        /// The rules whose findings were passed, sorted.
        rules: Vec<String>,
        /// Why.
        reason: String,
    },
    /// A person holds a claim. Who, is the stamp's actor.
    HeldByHand {
        /// Claim.
        claim: ClaimId,
        /// Why.
        reason: String,
        /// First day on which it may go again by itself; `None` until a person
        /// releases it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
    },
    /// A rule pack was published: from here on it is the live one of its id.
    PackPublished {
        /// Pack id.
        pack: String,
        /// The pack's version, for people.
        version: String,
        /// SHA-256 of what is compiled, hexadecimal.
        hash: String,
        /// Its files, sorted by name. The store keeps each text once.
        files: Vec<PublishedFile>,
        /// What the publisher says of it.
        note: Option<String>,
    },
    /// A version of a rule pack that was published before is the live one again.
    PackRolledBack {
        /// Pack id.
        pack: String,
        /// SHA-256 of what is compiled, hexadecimal.
        hash: String,
    },
    /// A claim moved on one axis.
    Moved {
        /// Claim.
        claim: ClaimId,
        /// Where to.
        #[serde(flatten)]
        to: Move,
    },
    /// A move was asked for that the axis' table does not have.
    MoveRefused {
        /// Claim.
        claim: ClaimId,
        /// Axis and both states, in words.
        refused: String,
    },
    /// Claims were written to a file for a payer's channel.
    BatchWritten {
        /// File name.
        name: String,
        /// Channel.
        channel: String,
        /// ISA13.
        interchange: u32,
        /// GS06.
        group: u32,
        /// Each ST02 as a number with its claims.
        sets: Vec<(u32, Vec<ClaimId>)>,
        /// SHA-256 of the file where a transport carries it out, so that no other
        /// is carried in its place; `None` where it is left in the outbox for
        /// whoever fetches it there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<FileHash>,
    },
    /// A transport has carried a file of claims to the other side.
    BatchDelivered {
        /// File name.
        name: String,
        /// Channel.
        channel: String,
        /// Claims in it.
        claims: Vec<ClaimId>,
    },
    /// Questions to payers were written to a file for a channel: about cover,
    /// about authorizations, about where claims stand.
    QuestionsWritten {
        /// File name.
        name: String,
        /// Channel.
        channel: String,
        /// ISA13.
        interchange: u32,
        /// GS06.
        group: u32,
        /// The records that ask, in the order of their transaction sets.
        asked: Vec<RecordKey>,
        /// As [`Event::BatchWritten`] has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<FileHash>,
    },
    /// A transport has carried a file of questions to the other side.
    QuestionsDelivered {
        /// File name.
        name: String,
        /// Channel.
        channel: String,
        /// GS06.
        group: u32,
    },
    /// Something that we sent was answered.
    Acknowledged {
        /// The answer.
        acknowledgment: Acknowledgment,
        /// Claims that it speaks of.
        claims: Vec<ClaimId>,
    },
    /// A remittance was taken in: its head, without its claims.
    RemittanceTaken {
        /// The remittance with `claims` left empty.
        remittance: Box<Remittance>,
        /// Payer key.
        payer: String,
        /// Claims in it.
        claims: u32,
        /// What a person entered it from, such as a paper remittance; `None` for
        /// an 835.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
    },
    /// A deposit came in on the practice's account.
    DepositTaken {
        /// Trace number that the bank passes on, or the number of the check.
        trace: TraceNumber,
        /// Amount.
        amount: Money,
        /// Day of it.
        deposited: NaiveDate,
    },
    /// A deposit or remittance does not agree with its other half, or has none: a
    /// work item about it was opened right behind.
    DepositAsked {
        /// The row that took it in.
        about: Sequence,
    },
    /// A remitted claim was posted, or set aside as unmatched.
    ClaimRemitted {
        /// Trace number of its remittance.
        trace: TraceNumber,
        /// Payer key.
        payer: String,
        /// Our claim; `None` where none matches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<ClaimId>,
        /// The remitted claim.
        remitted: Box<RemittanceClaim>,
        /// Date of the decision.
        decided: NaiveDate,
        /// Money allowed: charge less contractual adjustments.
        allowed: Money,
        /// Money denied.
        denied: Money,
        /// How our claim was found; `None` where none matches, and in rows of
        /// earlier versions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        matched: Option<Matched>,
        /// What the contract with the payer says that it allows on our claim.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected: Option<Money>,
    },
    /// A remitted claim was held, since it settles again what an earlier decision
    /// has settled: its money is on the payer's own account under that claim. So
    /// is a reversal of what was held.
    RemittedHeld {
        /// Trace number of its remittance.
        trace: TraceNumber,
        /// Payer key.
        payer: String,
        /// Our claim.
        claim: ClaimId,
        /// The remitted claim.
        remitted: Box<RemittanceClaim>,
        /// Date of the decision.
        decided: NaiveDate,
    },
    /// A remittance, or a remitted claim of one that waited, was posted whole:
    /// the rows from `first` to this one are that posting.
    RemittancePosted {
        /// Who made the trace number (TRN03).
        originator: String,
        /// Trace number.
        trace: TraceNumber,
        /// The first row of the posting.
        first: Sequence,
    },
    /// A remittance was not posted, and waits for a person.
    RemittanceQuarantined {
        /// The remittance with `claims` left empty.
        remittance: Box<Remittance>,
        /// Payer key.
        payer: String,
        /// Claims in it.
        claims: u32,
        /// What is wrong, with the difference.
        problem: String,
    },
    /// A remittance that waited will not be posted, as a person says, who is the
    /// stamp's actor.
    RemittanceSetAside {
        /// The row that quarantined it.
        quarantined: Sequence,
        /// Who made the trace number (TRN03).
        originator: String,
        /// Trace number.
        trace: TraceNumber,
        /// Why.
        reason: String,
    },
    /// A payer took money back on a claim at provider level (PLB), by name.
    TakenBack {
        /// Claim.
        claim: ClaimId,
        /// Trace number of the remittance.
        trace: TraceNumber,
        /// Payer key.
        payer: String,
        /// Reason (PLB03-1).
        reason: String,
        /// Amount; negative where the payer gave it back.
        amount: Money,
    },
    /// What a posting did to a claim was undone. The claim is again as the rest
    /// of its journal makes it.
    PostingUndone {
        /// Claim.
        claim: ClaimId,
        /// The rows of the claim's that no longer count.
        rows: Vec<Sequence>,
        /// What payers have decided without them.
        decided: Decided,
        /// Where it stands without them.
        status: ClaimStatus,
        /// Its tags without them, sorted.
        tags: Vec<String>,
        /// The payer's control number without them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payer_control: Option<PayerClaimControlNumber>,
    },
    /// A remittance was undone by a person, who is the stamp's actor: its money
    /// was moved back, and its trace number may come again.
    RemittanceUndone {
        /// Who made the trace number (TRN03).
        originator: String,
        /// Trace number.
        trace: TraceNumber,
        /// The row that took it in.
        taken: Sequence,
        /// Why.
        reason: String,
    },
    /// The payer told its control number.
    PayerControlLearned {
        /// Claim.
        claim: ClaimId,
        /// Payer's control number.
        payer_control: PayerClaimControlNumber,
    },
    /// Money moved.
    MoneyMoved {
        /// What kind of money event.
        money: MoneyKind,
        /// Claim that it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<ClaimId>,
        /// Balanced postings.
        postings: PostingSet,
    },
    /// A denial was found and classified.
    Denied {
        /// The denial.
        denial: Box<Denial>,
    },
    /// What was refused of a claim is settled: paid after all, given up, or asked
    /// of another. What a later decision refuses is a denial of its own.
    DenialSettled {
        /// Claim.
        claim: ClaimId,
        /// How it ended.
        outcome: DenialOutcome,
        /// How much of it.
        amount: Money,
    },
    /// Work was opened.
    WorkOpened {
        /// The item.
        item: Box<WorkItem>,
    },
    /// Open work was given to another owner. Who did it, is the stamp's actor.
    WorkAssigned {
        /// The item as it now stands.
        item: Box<WorkItem>,
    },
    /// Work was done.
    WorkClosed {
        /// The item.
        item: WorkItemId,
        /// How it ended.
        outcome: String,
    },
    /// A claim was tagged.
    Tagged {
        /// Claim.
        claim: ClaimId,
        /// Tag.
        tag: String,
    },
    /// A claim's deadline came to a stage at which somebody must know of it.
    DeadlineReached {
        /// Claim.
        claim: ClaimId,
        /// The deadline as it stood.
        deadline: Box<Deadline>,
        /// Its last day.
        due: NaiveDate,
        /// How far gone it was.
        stage: DeadlineStage,
    },
    /// A record was made or changed.
    RecordKept {
        /// The whole of it, as it now stands.
        record: Record,
        /// Day on which somebody must look at it next; `None` where nobody
        /// must, whatever was said before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<NaiveDate>,
    },
    /// Handlers judged a record at a hook.
    RecordJudged {
        /// Record.
        record: RecordKey,
        /// Hook.
        hook: Hook,
        /// Findings, effects and who ran.
        outcome: Outcome,
    },
    /// A person passed what rules found on a record. Who, is the stamp's actor.
    RecordOverridden {
        /// Record.
        record: RecordKey,
        /// The rules whose findings were passed, sorted.
        rules: Vec<String>,
        /// Why.
        reason: String,
    },
    /// Money moved that is a record's: a patient's payment on an account, what
    /// of it goes to which claim, what is given back.
    RecordMoneyMoved {
        /// Record, mostly an account.
        record: RecordKey,
        /// What kind of money event.
        money: MoneyKind,
        /// Claim that it is about too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim: Option<ClaimId>,
        /// Balanced postings.
        postings: PostingSet,
    },
    /// A call of the host application that changes state was carried out. The
    /// same key with another content is refused ([`crate::StoreError::KeyReused`]).
    CallTaken {
        /// Idempotency key.
        key: String,
        /// Name of the call.
        call: String,
        /// SHA-256 of what was asked for, hexadecimal.
        content: String,
    },
    /// Finished claims and patients were given up by a policy of retention: the content of
    /// the rows about them is gone, their hashes stay.
    Purged {
        /// Nothing about them had happened since.
        before: DateTime<Utc>,
        /// How many claims.
        claims: u64,
        /// How many patients, with their records.
        #[serde(default)]
        patients: u64,
        /// The rows, as first and last of each run of them.
        rows: Vec<(Sequence, Sequence)>,
        /// What their money events came to, so that the books still balance.
        carried: PostingSet,
        /// The last ISA13 given out, so that no number comes twice.
        interchange: u64,
        /// The last GS06 given out.
        group: u64,
    },
    /// What is read where a row was given up by a purge. Never appended.
    Erased {
        /// What kind of event it was.
        of: String,
    },
}
