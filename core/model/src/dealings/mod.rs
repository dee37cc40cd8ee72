//! What passes between the practice and a patient who owes: letters, calls,
//! help applied for, steps of collection, placement with an agency.

mod agency;
mod pursuit;

pub use agency::{AgencyAction, AgencyNews, Placement};
pub use pursuit::{CollectionStep, Contact, ContactKind, SurpriseBill, SurpriseKind};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{AccountClaim, FinancialAssistance, Money, StatementNumber};

/// The most contacts that an account keeps; older ones stand in the journal.
pub const MAX_CONTACTS: usize = 200;

/// A step of collection that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTaken {
    /// The step.
    pub step: CollectionStep,
    /// Day.
    pub on: NaiveDate,
    /// Who asked for it: a rule or a person.
    pub by: String,
}

/// What a letter to the patient is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum LetterKind {
    /// A statement, by its number.
    Statement {
        /// Number.
        number: StatementNumber,
    },
    /// A reminder of a statement.
    Reminder,
    /// The last notice before an agency: it names what may follow and tells of
    /// financial assistance (26 CFR 1.501(r)-6(c)(4)).
    FinalNotice,
    /// A plan of payment in parts is offered.
    PlanOffer {
        /// Monthly instalments.
        instalments: u8,
    },
}

impl LetterKind {
    /// The name used in reports and file names.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Statement { .. } => "statement",
            Self::Reminder => "reminder",
            Self::FinalNotice => "final_notice",
            Self::PlanOffer { .. } => "plan_offer",
        }
    }
}

/// A letter to the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it is.
    #[serde(flatten)]
    pub kind: LetterKind,
    /// Day on which it was made.
    pub made: NaiveDate,
    /// What it asks for.
    pub owed: Money,
    /// Day on which it was handed on to whoever carries it; `None` until then.
    /// Time that the law counts from a letter is counted from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<NaiveDate>,
    /// Day on which it was withdrawn before anybody carried it, since it no longer
    /// said what is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<NaiveDate>,
}

impl Letter {
    /// A letter that is to go out.
    #[must_use]
    pub const fn new(kind: LetterKind, made: NaiveDate, owed: Money) -> Self {
        Self {
            kind,
            made,
            owed,
            delivered: None,
            withdrawn: None,
        }
    }

    /// Whether it is to go out still.
    #[must_use]
    pub const fn waits(&self) -> bool {
        self.delivered.is_none() && self.withdrawn.is_none()
    }
}

/// How a patient paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentWay {
    /// Coins and notes.
    Cash,
    /// A check.
    Check,
    /// A credit or debit card.
    Card,
    /// A transfer from a bank account.
    Transfer,
}

impl PaymentWay {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Cash, Self::Check, Self::Card, Self::Transfer];

    /// The name used on receipts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Check => "check",
            Self::Card => "card",
            Self::Transfer => "transfer",
        }
    }
}

/// A payment that the patient made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Day.
    pub on: NaiveDate,
    /// Amount, above zero.
    pub amount: Money,
    /// How.
    pub way: PaymentWay,
    /// Day on which the bank took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<NaiveDate>,
    /// What was taken off for paying soon when this payment came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<PromptDiscount>,
}

/// What was taken off for paying soon. It stands as long as every payment does
/// that earned it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptDiscount {
    /// First day whose payments earned it.
    pub since: NaiveDate,
    /// What was taken off, claim by claim, each above zero.
    pub claims: Vec<AccountClaim>,
}

/// A rule or person has stopped statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// First day on which one may go; `None` until a person lifts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Who asked for it.
    pub by: String,
    /// Why, without patient data.
    pub reason: String,
}

impl Pause {
    /// Whether it stops statements on that day.
    #[must_use]
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.until.is_none_or(|until| day < until)
    }
}

/// A note on an account, such as of a promise to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNote {
    /// Day.
    pub on: NaiveDate,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
    /// Day by which the patient promised to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<NaiveDate>,
}

/// What has passed between the practice and the patient about an account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Dealings {
    /// Financial assistance.
    pub assistance: FinancialAssistance,
    /// What part of the balance assistance took off, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<u8>,
    /// Protection from a bill out of the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surprise: Option<SurpriseBill>,
    /// Day on which the patient told us to stop speaking to them
    /// (15 U.S.C. 1692c(c)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_contact: Option<NaiveDate>,
    /// Day of a debt collector's validation notice (12 CFR 1006.34).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_notice: Option<NaiveDate>,
    /// Statements are stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// Letters, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<Letter>,
    /// Payments, oldest first; what became of the money stands in the ledger.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// When the patient was spoken to, the last [`MAX_CONTACTS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Steps of collection, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepTaken>,
    /// The last placement with an agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// What agencies are to be told, or were, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agency_news: Vec<AgencyNews>,
    /// Notes, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<AccountNote>,
}

/// Dealings whose parts disagree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DealingsError {
    /// Assistance decided before it was applied for.
    #[error("financial assistance was decided before it was applied for")]
    DecidedEarly,
    /// More than all of it.
    #[error("financial assistance of {percent} percent is more than all of it")]
    Percent {
        /// Percent.
        percent: u8,
    },
    /// An amount that must be above zero and is not.
    #[error("{what} is {amount}, and must be above zero")]
    Amount {
        /// What.
        what: &'static str,
        /// Amount.
        amount: Money,
    },
    /// A share of the network below zero.
    #[error("the share in the network is {0}, below zero")]
    Share(Money),
}

impl Dealings {
    /// Whether nothing has passed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn check(&self) -> Result<(), DealingsError> {
        let assistance = &self.assistance;
        if assistance
            .applied
            .zip(assistance.decided)
            .is_some_and(|(applied, decided)| decided < applied)
        {
            return Err(DealingsError::DecidedEarly);
        }
        if let Some(percent) = self.granted.filter(|percent| *percent > 100) {
            return Err(DealingsError::Percent { percent });
        }
        let share = self.surprise.and_then(|surprise| surprise.in_network_share);
        if let Some(share) = share.filter(|share| share.is_negative()) {
            return Err(DealingsError::Share(share));
        }
        let paid = self.receipts.iter().map(|one| ("a receipt", one.amount));
        let placed = self
            .placement
            .iter()
            .flat_map(|placement| &placement.claims);
        let placed = placed.map(|one| ("what was placed on a claim", one.balance));
        let off = self.receipts.iter().filter_map(|one| one.discount.as_ref());
        let off = off.flat_map(|discount| &discount.claims);
        let off = off.map(|one| ("a discount", one.balance));
        match paid
            .chain(placed)
            .chain(off)
            .find(|(_, amount)| !amount.is_positive())
        {
            Some((what, amount)) => Err(DealingsError::Amount { what, amount }),
            None => Ok(()),
        }
    }

    /// The placement that stands: an agency has the account.
    #[must_use]
    pub fn placed(&self) -> Option<&Placement> {
        self.placement
            .as_ref()
            .filter(|placement| placement.recalled.is_none())
    }

    /// Notes a contact, and lets the oldest go where there are too many.
    pub fn note_contact(&mut self, contact: Contact) {
        let at = self.contacts.partition_point(|one| one.on <= contact.on);
        self.contacts.insert(at, contact);
        let over = self.contacts.len().saturating_sub(MAX_CONTACTS);
        self.contacts.drain(..over);
    }

    /// The days on which statements reached whoever carries them, with what
    /// each asked for, oldest first.
    pub fn statements(&self) -> impl Iterator<Item = (NaiveDate, Money)> {
        self.letters.iter().filter_map(|letter| match letter.kind {
            LetterKind::Statement { .. } => Some((letter.delivered?, letter.owed)),
            _ => None,
        })
    }

    /// The day on which the patient was last told in writing of financial
    /// assistance and of what may follow.
    #[must_use]
    pub fn final_notice(&self) -> Option<NaiveDate> {
        let notices = self.letters.iter().rev();
        notices
            .filter(|letter| letter.kind == LetterKind::FinalNotice)
            .find_map(|letter| letter.delivered)
    }
}

#[cfg(test)]
mod tests;
