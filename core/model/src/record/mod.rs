//! What lives longer than one call and is no claim: patients, visits, charges,
//! accounts. One type over all of them, so that they are kept in one way.

mod key;

pub use key::{RecordKey, RecordKind};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    AppealCase, AskStage, Authorization, AuthorizationStatus, Axis, Charge, ClaimId,
    EligibilityInquiry, Encounter, EncounterId, Estimate, Patient, PatientAccount, PatientKey,
    PaymentPlan, RecordId, Statement, StatusInquiry, Urgency,
};

/// A record as it stands.
///
/// ```
/// use scrubjay_model::{AccountRecord, Dealings, Money, PatientAccount, Record, RecordKind};
///
/// let account = PatientAccount::new(AccountRecord {
///     number: "AC-1".parse()?,
///     patient: "P-7".parse()?,
///     claims: Vec::new(),
///     unapplied: Money::ZERO,
///     holds: Vec::new(),
///     dealings: Dealings::default(),
/// })?;
/// let record = Record::from(account);
/// assert_eq!(record.kind(), RecordKind::Account);
/// assert_eq!(record.state(), "settled");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Record {
    /// A patient.
    Patient(Box<Patient>),
    /// A visit.
    Encounter(Box<Encounter>),
    /// A question about cover, with its answer once it has come.
    Eligibility(Box<EligibilityInquiry>),
    /// A prior authorization, from the day on which it was wanted.
    Authorization {
        /// Id, sent as the trace number (TRN02): the payer's number comes later.
        id: RecordId,
        /// Visit that it is for, where it is for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encounter: Option<EncounterId>,
        /// How soon the payer must decide.
        urgency: Urgency,
        /// The authorization.
        authorization: Box<Authorization>,
    },
    /// An estimate of what care will cost.
    Estimate(Box<Estimate>),
    /// A charge line.
    Charge(Box<Charge>),
    /// A question where a claim stands, with its answer once it has come.
    ClaimStatus(Box<StatusInquiry>),
    /// A patient's account.
    Account(Box<PatientAccount>),
    /// A statement as it was issued.
    Statement(Box<Statement>),
    /// A payment plan.
    Plan {
        /// Id: an account may have one plan after another.
        id: RecordId,
        /// The plan.
        plan: Box<PaymentPlan>,
    },
    /// An appeal at one level.
    Appeal {
        /// Id: a claim may have several, one a denial and level.
        id: RecordId,
        /// The appeal.
        appeal: Box<AppealCase>,
    },
}

/// What a record belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordParent<'r> {
    /// Another record: the visit of a charge, the account of a statement.
    Record(RecordKey),
    /// A claim.
    Claim(&'r ClaimId),
}

impl Record {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Patient(_) => RecordKind::Patient,
            Self::Encounter(_) => RecordKind::Encounter,
            Self::Eligibility(_) => RecordKind::Eligibility,
            Self::Authorization { .. } => RecordKind::Authorization,
            Self::Estimate(_) => RecordKind::Estimate,
            Self::Charge(_) => RecordKind::Charge,
            Self::ClaimStatus(_) => RecordKind::ClaimStatus,
            Self::Account(_) => RecordKind::Account,
            Self::Statement(_) => RecordKind::Statement,
            Self::Plan { .. } => RecordKind::Plan,
            Self::Appeal { .. } => RecordKind::Appeal,
        }
    }

    /// The key under which it is kept.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Patient(patient) => (&patient.key).into(),
            Self::Encounter(encounter) => (&encounter.id).into(),
            Self::Eligibility(inquiry) => self.kind().with(inquiry.id.clone()),
            Self::Estimate(estimate) => self.kind().with(estimate.id.clone()),
            Self::Charge(charge) => (&charge.id).into(),
            Self::ClaimStatus(inquiry) => self.kind().with(inquiry.id.clone()),
            Self::Account(account) => (&account.number).into(),
            Self::Statement(statement) => (&statement.number).into(),
            Self::Authorization { id, .. } | Self::Plan { id, .. } | Self::Appeal { id, .. } => {
                self.kind().with(id.clone())
            }
        }
    }

    /// The patient, where the record names one. A statement and a plan have
    /// that of their account.
    #[must_use]
    pub fn patient(&self) -> Option<&PatientKey> {
        match self {
            Self::Patient(patient) => Some(&patient.key),
            Self::Encounter(encounter) => Some(&encounter.patient),
            Self::Eligibility(inquiry) => Some(&inquiry.patient),
            Self::Authorization { authorization, .. } => Some(&authorization.patient),
            Self::Estimate(estimate) => Some(&estimate.patient),
            Self::Charge(charge) => Some(&charge.patient),
            Self::Account(account) => Some(&account.patient),
            Self::ClaimStatus(_) | Self::Statement(_) | Self::Plan { .. } | Self::Appeal { .. } => {
                None
            }
        }
    }

    /// What it belongs to: the visit of a charge, and of an inquiry, an
    /// authorization or an estimate that is for one; the account of a statement or plan; the
    /// claim of an appeal or of a question about its status.
    #[must_use]
    pub fn parent(&self) -> Option<RecordParent<'_>> {
        let record = |key| Some(RecordParent::Record(key));
        match self {
            Self::Patient(_) | Self::Encounter(_) | Self::Account(_) => None,
            Self::Eligibility(inquiry) => record(inquiry.encounter.as_ref()?.into()),
            Self::Authorization { encounter, .. } => record(encounter.as_ref()?.into()),
            Self::Estimate(estimate) => record(estimate.encounter.as_ref()?.into()),
            Self::Charge(charge) => record((&charge.encounter).into()),
            Self::ClaimStatus(inquiry) => Some(RecordParent::Claim(&inquiry.claim)),
            Self::Statement(statement) => record((&statement.account).into()),
            Self::Plan { plan, .. } => record((&plan.account).into()),
            Self::Appeal { appeal, .. } => Some(RecordParent::Claim(&appeal.claim)),
        }
    }

    /// Where it stands, whatever the day, in one word:
    ///
    /// | kind | states |
    /// |---|---|
    /// | patient | `active`, `deceased` |
    /// | encounter | as [`EncounterStatus`](crate::EncounterStatus) |
    /// | eligibility | `wanted`, `withdrawn`, `asked`, `answered`, `rejected` |
    /// | authorization | as [`AuthorizationStatus`] |
    /// | estimate | `due`, `given` |
    /// | charge | `unbilled`, `billed`, `void` |
    /// | claim_status | `wanted`, `withdrawn`, `asked`, `answered` |
    /// | account | `owing`, `placed`, `credit`, `settled` |
    /// | statement | `issued` |
    /// | plan | `open`, `paid_off`, `cancelled` |
    /// | appeal | `drafted`, `withdrawn`, `filed`, `upheld`, `overturned`, `partially_overturned`, `dismissed` |
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Patient(patient) if patient.person.died.is_some() => "deceased",
            Self::Patient(_) => "active",
            Self::Encounter(encounter) => encounter.status.as_str(),
            Self::Eligibility(inquiry) => inquiry.state(),
            Self::Authorization { authorization, .. } => authorization.status.as_str(),
            Self::Estimate(estimate) if estimate.given.is_some() => "given",
            Self::Estimate(_) => "due",
            Self::Charge(charge) => charge.billing.as_str(),
            Self::ClaimStatus(inquiry) if inquiry.answer.is_some() => "answered",
            Self::ClaimStatus(inquiry) => match inquiry.stage {
                AskStage::Wanted => "wanted",
                AskStage::Withdrawn => "withdrawn",
                AskStage::Asked => "asked",
            },
            Self::Account(account) if account.balance().is_positive() => "owing",
            // Off our books and not settled: what the agency has may come back.
            Self::Account(account) if account.dealings.placed().is_some() => "placed",
            Self::Account(account) if account.balance().is_negative() => "credit",
            Self::Account(_) => "settled",
            Self::Statement(_) => "issued",
            Self::Plan { plan, .. } if plan.left(NaiveDate::MAX).is_zero() => "paid_off",
            Self::Plan { plan, .. } if plan.cancelled.is_some() => "cancelled",
            Self::Plan { .. } => "open",
            Self::Appeal { appeal, .. } => match (appeal.decision, appeal.filed) {
                (Some(decision), _) => decision.outcome.as_str(),
                (None, Some(_)) => "filed",
                (None, None) if appeal.withdrawn.is_some() => "withdrawn",
                (None, None) => "drafted",
            },
        }
    }

    /// The day by which lists of its kind are ordered:
    ///
    /// | kind | day |
    /// |---|---|
    /// | patient | of registration |
    /// | encounter | of arrival or, until then, the day booked |
    /// | eligibility | of asking |
    /// | authorization | approved: its last; else of asking |
    /// | estimate | of asking |
    /// | charge | of service |
    /// | claim_status | of asking |
    /// | account | none |
    /// | statement | of issue |
    /// | plan | of agreement |
    /// | appeal | of drafting |
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::Patient(patient) => Some(patient.registered),
            Self::Encounter(encounter) => Some(encounter.service_date()),
            Self::Eligibility(inquiry) => Some(inquiry.asked),
            Self::Authorization { authorization, .. } => match authorization.status {
                AuthorizationStatus::Approved => authorization.to,
                _ => authorization.asked,
            },
            Self::Estimate(estimate) => Some(estimate.asked),
            Self::Charge(charge) => Some(charge.service),
            Self::ClaimStatus(inquiry) => Some(inquiry.asked),
            Self::Account(_) => None,
            Self::Statement(statement) => Some(statement.issued),
            Self::Plan { plan, .. } => Some(plan.agreed),
            Self::Appeal { appeal, .. } => Some(appeal.drafted),
        }
    }
}

macro_rules! from {
    ($($made:ident => $variant:ident),+ $(,)?) => {
        $(impl From<$made> for Record {
            fn from(made: $made) -> Self {
                Self::$variant(Box::new(made))
            }
        })+
    };
}

from! {
    Patient => Patient,
    Encounter => Encounter,
    EligibilityInquiry => Eligibility,
    Estimate => Estimate,
    Charge => Charge,
    StatusInquiry => ClaimStatus,
    PatientAccount => Account,
    Statement => Statement,
}

#[cfg(test)]
mod tests;
