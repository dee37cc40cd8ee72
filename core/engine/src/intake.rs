//! A file comes in: what it is, whether it was here before, and which step
//! takes it. A file is taken in whole or refused whole, in one transaction.

use std::fmt;

use scrubjay_model::{FileHash, Money, Remittance};
use scrubjay_store::{Event, InterchangeKey};
use scrubjay_x12::{Interchange, TransactionSet};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::{acknowledgment, authorization, claim, eligibility, follow_up, posting};

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Intake {
    /// Name without folders.
    pub name: String,
    /// SHA-256 of its bytes.
    pub file: FileHash,
    /// How it ended.
    #[serde(flatten)]
    pub ended: Ended,
}

/// How a file ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ended {
    /// It was taken in.
    TakenIn {
        /// What it was, such as `837P` or `835`.
        transaction: String,
        /// What it brought, in a few words each.
        brought: Vec<String>,
        /// What a person should know: claims held or set aside, what matched nothing.
        remarks: Vec<String>,
    },
    /// It was taken in before, as this file or inside another; nothing was done.
    AlreadyTaken {
        /// Name of the file that brought it.
        earlier: String,
    },
    /// It was refused; nothing of it was taken in.
    Refused {
        /// Why, with segment and position, and what to do.
        reason: String,
    },
}

impl Intake {
    /// Whether the file was refused.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self.ended, Ended::Refused { .. })
    }
}

impl fmt::Display for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ended {
            Ended::TakenIn {
                transaction,
                brought,
                remarks,
            } => {
                write!(
                    f,
                    "{}: {transaction} taken in, {}",
                    self.name,
                    brought.join(", ")
                )?;
                remarks
                    .iter()
                    .try_for_each(|remark| write!(f, "; {remark}"))
            }
            Ended::AlreadyTaken { earlier } if *earlier == self.name => {
                write!(f, "{}: already taken in; nothing was done", self.name)
            }
            Ended::AlreadyTaken { earlier } => {
                write!(
                    f,
                    "{}: already taken in as {earlier}; nothing was done",
                    self.name
                )
            }
            Ended::Refused { reason } => write!(f, "{}: refused: {reason}", self.name),
        }
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(crate) fn file_hash(bytes: &[u8]) -> FileHash {
    sha256(bytes)
        .parse()
        .expect("64 hexadecimal digits are a file hash")
}

/// A file read as X12, or the reason why it cannot be.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Interchange>, String> {
    scrubjay_x12::read(bytes).map_err(|error| error.to_string())
}

/// Takes in a file's interchanges at an open desk. The caller commits where
/// the result is not a refusal, and drops the transaction where it is.
pub(crate) fn take_in(
    desk: &mut Desk<'_>,
    name: &str,
    file: &FileHash,
    interchanges: &[Interchange],
) -> Result<Ended, EngineError> {
    let mut keys = Vec::new();
    let mut fresh = Vec::new();
    let mut earlier = None;
    for interchange in interchanges {
        let key = key_of(interchange);
        match desk.tx.interchange(&key)? {
            Some(brought_by) => earlier = Some(brought_by),
            None if keys.contains(&key) => {}
            None => {
                keys.push(key);
                fresh.push(interchange);
            }
        }
    }
    if let (true, Some(earlier)) = (fresh.is_empty(), earlier) {
        let earlier = desk
            .tx
            .file(&earlier)?
            .map_or_else(|| name.to_owned(), |row| row.name);
        return Ok(Ended::AlreadyTaken { earlier });
    }
    let mut taken = Taken::default();
    if fresh.len() < interchanges.len() {
        let repeated = interchanges.len() - fresh.len();
        taken.remarks.push(format!(
            "{repeated} interchange(s) were taken in before and passed over"
        ));
    }
    for interchange in fresh {
        if let Some(reason) = taken.take_interchange(desk, interchange)? {
            return Ok(Ended::Refused { reason });
        }
    }
    if taken.transactions.is_empty() {
        return Ok(Ended::Refused {
            reason: "segment 1 (ISA) at byte 0: the envelope holds no transaction; ask the sender for the file again"
                .to_owned(),
        });
    }
    acknowledgment::set_aside(desk, name, &taken.unmatched)?;
    if let Some(first) = taken.unmatched.first() {
        let number = taken.unmatched.len();
        taken.remarks.push(format!(
            "{number} answer(s) speak of nothing that we sent, first of {first}"
        ));
    }
    let transaction = taken.transactions.join("+");
    desk.record(&Event::FileTaken {
        file: file.clone(),
        name: name.to_owned(),
        transaction: transaction.clone(),
        interchanges: keys,
        items: taken.items,
    })?;
    Ok(Ended::TakenIn {
        transaction,
        brought: taken.brought(),
        remarks: taken.remarks,
    })
}

fn key_of(interchange: &Interchange) -> InterchangeKey {
    let header = &interchange.header;
    InterchangeKey {
        sender: format!(
            "{}:{}",
            header.sender_qualifier.trim(),
            header.sender_id.trim()
        ),
        control: header.control_number.trim().to_owned(),
        content: sha256(&interchange.raw),
    }
}

/// What has been taken in of a file so far.
#[derive(Debug, Default)]
struct Taken {
    transactions: Vec<String>,
    items: u64,
    claims: usize,
    held: usize,
    answers: usize,
    /// Answers that speak of nothing we sent.
    unmatched: Vec<String>,
    remittances: usize,
    remitted: usize,
    paid: Money,
    /// Answers about patients' cover, and those of them that refuse.
    covers: (usize, usize),
    /// Answers where claims stand.
    statuses: usize,
    /// Answers about authorizations, and those of them that grant.
    decisions: (usize, usize),
    remarks: Vec<String>,
}

impl Taken {
    /// Takes in one interchange; returns the reason where the file must be refused.
    fn take_interchange(
        &mut self,
        desk: &mut Desk<'_>,
        interchange: &Interchange,
    ) -> Result<Option<String>, EngineError> {
        if let Some(fault) = interchange.faults.iter().find(|fault| fault.is_error()) {
            return Ok(Some(fault.to_string()));
        }
        let answers = scrubjay_edi::read_interchange_acknowledgments(interchange);
        if !answers.is_empty() {
            self.name("TA1");
            self.take_answers(desk, answers, interchange)?;
        }
        for set in &interchange.sets {
            if let Some(fault) = set.faults.iter().find(|fault| fault.is_error()) {
                return Ok(Some(fault.to_string()));
            }
            let refused = match set.guide.map(|guide| guide.transaction()) {
                Some("837P" | "837I" | "837D") => self.take_claims(desk, set)?,
                Some("835") => self.take_remittance(desk, set)?,
                Some("271") => self.take_cover(desk, set)?,
                Some("278R") => self.take_decisions(desk, set)?,
                Some("277") => self.take_statuses(desk, set)?,
                Some("999" | "277CA") => match scrubjay_edi::read_acknowledgments(set) {
                    Ok(answers) => {
                        self.name(transaction_name(set));
                        self.take_answers(desk, answers, interchange)?;
                        None
                    }
                    Err(error) => Some(error.to_string()),
                },
                Some(other) => Some(format!(
                    "{}: {other} is not taken in from a folder; this step takes 837, 835, 271, 277, 278, 999, 277CA and TA1",
                    set.position()
                )),
                None => Some(format!(
                    "{}: no guide for this transaction and version; this step takes 5010 837, 835, 271, 277, 278, 999, 277CA and TA1",
                    set.position()
                )),
            };
            if refused.is_some() {
                return Ok(refused);
            }
        }
        Ok(None)
    }

    fn name(&mut self, transaction: &str) {
        if !self.transactions.iter().any(|listed| listed == transaction) {
            self.transactions.push(transaction.to_owned());
        }
    }

    fn take_claims(
        &mut self,
        desk: &mut Desk<'_>,
        set: &TransactionSet,
    ) -> Result<Option<String>, EngineError> {
        let created = claim::create_claims(desk, set)?;
        if created.claims.is_empty() {
            // Nothing of use came: say why rather than take in a hollow file.
            let reason =
                created.unread.into_iter().next().unwrap_or_else(|| {
                    format!("{}: the transaction holds no claim", set.position())
                });
            return Ok(Some(reason));
        }
        self.name(transaction_name(set));
        self.items += created.claims.len() as u64;
        self.claims += created.claims.len();
        self.held += created.held;
        self.remarks.extend(
            created
                .unread
                .into_iter()
                .map(|why| format!("a claim could not be read: {why}")),
        );
        Ok(None)
    }

    fn take_answers(
        &mut self,
        desk: &mut Desk<'_>,
        mut answers: Vec<scrubjay_model::Acknowledgment>,
        interchange: &Interchange,
    ) -> Result<(), EngineError> {
        let sender = interchange.header.sender_id.trim();
        for source in answers.iter_mut().map(|answer| &mut answer.source) {
            // A TA1 and a 999 do not name who speaks: the envelope does.
            if source.id.is_none() && !sender.is_empty() {
                source.id = Some(sender.to_owned());
            }
        }
        let answered = acknowledgment::acknowledge(desk, answers)?;
        self.items += answered.answers as u64;
        self.answers += answered.answers;
        self.unmatched.extend(answered.unmatched);
        Ok(())
    }

    fn take_cover(
        &mut self,
        desk: &mut Desk<'_>,
        set: &TransactionSet,
    ) -> Result<Option<String>, EngineError> {
        let covered = match eligibility::take_answers(desk, set)? {
            Ok(covered) => covered,
            Err(reason) => return Ok(Some(reason)),
        };
        self.name(transaction_name(set));
        self.items += covered.answers as u64;
        self.covers.0 += covered.answers;
        self.covers.1 += covered.rejected;
        self.remarks.extend(covered.remarks);
        Ok(None)
    }

    fn take_decisions(
        &mut self,
        desk: &mut Desk<'_>,
        set: &TransactionSet,
    ) -> Result<Option<String>, EngineError> {
        let decided = match authorization::take_answers(desk, set)? {
            Ok(decided) => decided,
            Err(reason) => return Ok(Some(reason)),
        };
        self.name("278");
        self.items += decided.answers as u64;
        self.decisions.0 += decided.answers;
        self.decisions.1 += decided.granted;
        self.remarks.extend(decided.remarks);
        Ok(None)
    }

    fn take_statuses(
        &mut self,
        desk: &mut Desk<'_>,
        set: &TransactionSet,
    ) -> Result<Option<String>, EngineError> {
        let told = match follow_up::answer::take_answers(desk, set)? {
            Ok(told) => told,
            Err(reason) => return Ok(Some(reason)),
        };
        self.name("277");
        self.items += told.answers as u64;
        self.statuses += told.answers;
        self.remarks.extend(told.remarks);
        Ok(None)
    }

    fn take_remittance(
        &mut self,
        desk: &mut Desk<'_>,
        set: &TransactionSet,
    ) -> Result<Option<String>, EngineError> {
        let remittance = match scrubjay_edi::read_remittance(set) {
            Ok(remittance) => remittance,
            Err(error) => return Ok(Some(error.to_string())),
        };
        self.name(transaction_name(set));
        self.items += remittance.claims.len() as u64;
        // What a person entered stands under the payer's key.
        let payer = posting::payer_key(desk.config, &remittance);
        let trace = &remittance.trace;
        let posted = desk.tx.remittance(&remittance.originator, trace)?;
        if posted.is_some() || desk.tx.remittance(&payer, trace)?.is_some() {
            self.remarks.push(
                "a payment with this trace number of this payer was posted before; this one is not posted".to_owned(),
            );
            return self.quarantine(desk, &remittance, "its trace number was posted before");
        }
        let balance = scrubjay_x12::balance::balance(set);
        if let Some(problem) = balance.first_unbalanced() {
            self.remarks.push(format!("quarantined: {problem}"));
            return self.quarantine(desk, &remittance, &problem);
        }
        let posted = posting::post(desk, &remittance, None)?;
        self.remittances += 1;
        self.remitted += posted.claims;
        self.paid += posted.paid;
        if posted.unmatched > 0 {
            self.remarks.push(format!(
                "{} remitted claim(s) match no claim of ours",
                posted.unmatched
            ));
        }
        if posted.held > 0 {
            self.remarks.push(format!(
                "{} remitted claim(s) are perhaps paid twice: their money is held",
                posted.held
            ));
        }
        Ok(None)
    }

    /// An 835 that cannot be posted as it stands is kept apart and never
    /// adjusted to fit; a person decides.
    fn quarantine(
        &mut self,
        desk: &mut Desk<'_>,
        remittance: &Remittance,
        problem: &str,
    ) -> Result<Option<String>, EngineError> {
        posting::quarantine(desk, remittance, problem)?;
        Ok(None)
    }

    fn brought(&self) -> Vec<String> {
        let mut brought = Vec::new();
        if self.claims > 0 {
            brought.push(format!("{} claims, {} held", self.claims, self.held));
        }
        if self.answers > 0 {
            brought.push(format!("{} answers", self.answers));
        }
        if self.remittances > 0 {
            brought.push(format!(
                "{} remittance(s) of {} claims, {} paid",
                self.remittances, self.remitted, self.paid
            ));
        }
        match self.covers {
            (0, _) => {}
            (answers, 0) => brought.push(format!("{answers} answer(s) about cover")),
            (answers, refused) => brought.push(format!(
                "{answers} answer(s) about cover, {refused} refused"
            )),
        }
        if self.statuses > 0 {
            brought.push(format!("{} answer(s) where claims stand", self.statuses));
        }
        if self.decisions.0 > 0 {
            brought.push(format!(
                "{} answer(s) about authorizations, {} granted",
                self.decisions.0, self.decisions.1
            ));
        }
        if brought.is_empty() {
            brought.push("nothing posted".to_owned());
        }
        brought
    }
}

fn transaction_name(set: &TransactionSet) -> &str {
    set.guide.map_or("unknown", |guide| guide.transaction())
}
