//! What a payer answered about a patient's cover (271).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

mod answer;
mod inquiry;
mod other_payer;

pub use answer::BenefitQuery;
pub use inquiry::{AskOccasion, AskStage, EligibilityInquiry, InquiryRecord};
pub use other_payer::{OtherPayer, OtherPayerKind};

use crate::checked::checked;
use crate::{Carried, MemberId, Money, PatientKey, PayerId, Person, ServiceType};

/// What a benefit says (EB01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BenefitKind {
    /// Cover is active (1 to 5).
    Active,
    /// Cover is not active (6 to 8).
    Inactive,
    /// The patient's share by percent (A).
    CoInsurance,
    /// The patient's share by visit or day (B).
    CoPayment,
    /// What the patient pays before the plan does (C).
    Deductible,
    /// What the plan limits (F).
    Limitation,
    /// The most that the patient pays (G).
    OutOfPocket,
    /// Not covered (I).
    NonCovered,
    /// Anything else, such as a description or a contact.
    Other,
}

impl BenefitKind {
    /// Reads EB01.
    #[must_use]
    pub fn from_x12(code: &str) -> Self {
        match code {
            "1" | "2" | "3" | "4" | "5" => Self::Active,
            "6" | "7" | "8" => Self::Inactive,
            "A" => Self::CoInsurance,
            "B" => Self::CoPayment,
            "C" => Self::Deductible,
            "F" => Self::Limitation,
            "G" => Self::OutOfPocket,
            "I" => Self::NonCovered,
            _ => Self::Other,
        }
    }
}

/// Whom an amount is for (EB02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenefitLevel {
    /// This person (IND).
    Individual,
    /// The family together (FAM).
    Family,
    /// Not told, or another circle of persons.
    Unstated,
}

/// For which time an amount is (EB06).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenefitPeriod {
    /// A calendar, service or contract year (22, 23, 25).
    Year,
    /// What is left of it (29).
    Remaining,
    /// A visit (27).
    Visit,
    /// A day (7).
    Day,
    /// A lifetime (32).
    Lifetime,
    /// Not told, or another time.
    Unstated,
}

/// Whether it concerns the plan's own network (EB12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BenefitNetwork {
    /// In the network (Y).
    In,
    /// Out of the network (N).
    Out,
    /// Both, or not told (W, U, or empty).
    Any,
}

/// One benefit (an EB segment with what follows it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Benefit {
    /// What it says.
    pub kind: BenefitKind,
    /// Service types that it is about (EB03); none means all of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_types: Vec<ServiceType>,
    /// Whom it is for.
    pub level: BenefitLevel,
    /// For which time.
    pub period: BenefitPeriod,
    /// For which network.
    pub network: BenefitNetwork,
    /// Type of insurance (EB04), such as MA and MB for Medicare's two parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance_type: Option<String>,
    /// The plan, in the payer's words (EB05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// First day that it holds, where it has days of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Last day that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    /// Dollars (EB07).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Share as a fraction, 0.2 for 20 percent (EB08).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Decimal>,
    /// Whether the payer wants an authorization first (EB11); `None` where it
    /// does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<bool>,
}

impl Benefit {
    /// A benefit of which no more is said.
    #[must_use]
    pub const fn of(kind: BenefitKind) -> Self {
        Self {
            kind,
            service_types: Vec::new(),
            level: BenefitLevel::Unstated,
            period: BenefitPeriod::Unstated,
            network: BenefitNetwork::Any,
            insurance_type: None,
            plan: None,
            from: None,
            to: None,
            amount: None,
            share: None,
            authorization: None,
        }
    }

    /// Whether it holds on that day: one without days of its own always does.
    #[must_use]
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// What to do with a refused inquiry (AAA04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpAction {
    /// Mend it and ask again (C).
    Correct,
    /// Ask again as it is (P, R).
    Resend,
    /// Ask again after this many days (W 30, X 10).
    Wait(u8),
    /// Do not ask again (N, S, Y).
    Stop,
    /// Not told.
    Unstated,
}

impl FollowUpAction {
    /// The code for AAA04. Several codes mean one action: the first is given.
    #[must_use]
    pub const fn as_x12(self) -> &'static str {
        match self {
            Self::Correct => "C",
            Self::Resend => "R",
            Self::Wait(days) if days > 10 => "W",
            Self::Wait(_) => "X",
            Self::Stop => "N",
            Self::Unstated => "",
        }
    }

    /// Reads AAA04.
    #[must_use]
    pub fn from_x12(code: &str) -> Self {
        match code {
            "C" => Self::Correct,
            "P" | "R" => Self::Resend,
            "W" => Self::Wait(30),
            "X" => Self::Wait(10),
            "N" | "S" | "Y" => Self::Stop,
            _ => Self::Unstated,
        }
    }
}

/// Why an inquiry was refused (AAA).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EligibilityRejection {
    /// Loop that it is about, such as `2100C`.
    pub at: String,
    /// Reason (AAA03), such as 72 for a wrong member number.
    pub reason: String,
    /// What to do.
    pub action: FollowUpAction,
}

/// What an [`EligibilityAnswer`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EligibilityRecord {
    /// The patient, by the host's key.
    pub patient: PatientKey,
    /// Payer asked.
    pub payer: PayerId,
    /// Member number as the payer gave it back, which may be the right one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The patient as the payer has them, where it says so: another date of
    /// birth or spelling of the name is what a claim would be refused for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// Day of asking.
    pub asked: NaiveDate,
    /// Day of service asked about (DTP*291).
    pub service: NaiveDate,
    /// First day of the plan (DTP*346, 356).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_from: Option<NaiveDate>,
    /// Last day of the plan (DTP*347, 357); `None` while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_to: Option<NaiveDate>,
    /// Benefits, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benefits: Vec<Benefit>,
    /// Other payers named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_payers: Vec<OtherPayer>,
    /// Why it was refused, where it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejections: Vec<EligibilityRejection>,
    /// What the answer says beyond that: loops as paths from the patient's
    /// level, such as `2100C/2110C[3]`, benefits being counted in this order
    /// and the other payers behind them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<Carried>,
}

/// An answer that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EligibilityError {
    /// It says nothing at all.
    #[error("the answer has neither benefits nor other payers nor rejections")]
    Empty,
    /// The plan ends before it begins.
    #[error("the answer's `plan_to` is before its `plan_from`")]
    PlanDates,
    /// A benefit or another payer's cover ends before it begins.
    #[error("{what} {number} of the answer ends before it begins")]
    Days {
        /// `benefit` or `other payer`.
        what: &'static str,
        /// Which, 1-based.
        number: usize,
    },
    /// Only one that pays beside the payer has a place in the order of payment:
    /// a managed-care organization stands in for it, and a prior one is gone.
    #[error("other payer {number} does not pay beside this one, and has an order of payment")]
    NotInOrder {
        /// Which, 1-based.
        number: usize,
    },
    /// An amount below zero.
    #[error("benefit {benefit} has an amount below zero")]
    Amount {
        /// Benefit, 1-based.
        benefit: usize,
    },
    /// A share that is not a part of one.
    #[error("benefit {benefit} has a share outside 0 to 1: 20 percent is 0.2")]
    Share {
        /// Benefit, 1-based.
        benefit: usize,
    },
    /// An answer to another inquiry.
    #[error("the answer's `{field}` is not the one that was asked about")]
    Disagrees {
        /// Field.
        field: &'static str,
    },
    /// A day of the answer without an answer, or the other way round.
    #[error("the inquiry has only one of `answered` and `answer`")]
    HalfAnswered,
    /// An answer to a question that has not left.
    #[error("the inquiry is answered and was not asked yet")]
    NotAsked,
    /// A question that is answered cannot leave again.
    #[error("the inquiry is answered: what is asked anew is another inquiry")]
    Answered,
    /// Answered before it was asked.
    #[error("the inquiry is answered before it was asked")]
    AnsweredEarly,
}

checked! {
    /// A payer's answer about one patient's cover.
    EligibilityAnswer(EligibilityRecord) or EligibilityError, in "EligibilityRecord"
}

/// Whether there is cover for a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageAnswer {
    /// There is.
    Active,
    /// There is none (CARC 26, 27, 200).
    Inactive,
    /// The plan does not cover this type of service (CARC 96, 204).
    NonCovered,
    /// The answer says both, or neither: a person must look.
    Unclear,
    /// The inquiry was refused: nothing is known.
    Rejected,
}

#[cfg(test)]
mod tests;
