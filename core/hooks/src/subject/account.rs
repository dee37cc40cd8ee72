//! The patient's account, as statements and collection see it.

use chrono::{NaiveDate, NaiveTime};
use scrubjay_model::{
    AccountRecord, Claim, ClaimStatus, CollectionStep, Contact, FinancialAssistance, Money,
    PayerProfile, Person, PlanStatus, SurpriseBill,
};
use serde::{Deserialize, Serialize};

/// A claim of an account, with what is open on it.
#[derive(Debug, Clone, Copy)]
pub struct OwedClaim<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its payer, where the practice knows it.
    pub payer: Option<&'a PayerProfile>,
    /// Where it stands on each axis.
    pub status: ClaimStatus,
    /// Open with payers.
    pub insurance_owes: Money,
    /// Open with the patient.
    pub patient_owes: Money,
}

/// A statement that went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementSent {
    /// Day of issue.
    pub issued: NaiveDate,
    /// What it asked for.
    pub owed: Money,
}

/// A good-faith estimate that a patient was given (45 CFR 149.610).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodFaithEstimate {
    /// Day on which it was given.
    pub given: NaiveDate,
    /// Charges that it expects.
    pub expected: Money,
    /// Charges billed so far for what it names.
    pub billed: Money,
}

/// Who collects, which decides whose law it is under.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Collector {
    /// The practice itself.
    #[default]
    Practice,
    /// A debt collector in the sense of 15 U.S.C. 1692a(6).
    ThirdParty,
}

impl Collector {
    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::ThirdParty => "third_party",
        }
    }
}

/// What kind of house the patient was treated in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FacilityKind {
    /// A practice or clinic.
    #[default]
    Practice,
    /// A hospital that is no charity.
    Hospital,
    /// A charitable hospital, which 26 U.S.C. 501(r) binds.
    NonprofitHospital,
}

impl FacilityKind {
    /// The name used in scripts and packs' tests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Hospital => "hospital",
            Self::NonprofitHospital => "nonprofit_hospital",
        }
    }
}

/// A patient's account at the hooks `statement` and `collection`.
#[derive(Debug, Clone, Copy)]
pub struct AccountSubject<'a> {
    /// The account: what is owed on each claim, unapplied money, holds.
    pub account: &'a AccountRecord,
    /// Its claims, with what is open on each.
    pub claims: &'a [OwedClaim<'a>],
    /// The patient.
    pub patient: Option<&'a Person>,
    /// The payer, where all its claims have the same one.
    pub payer: Option<&'a PayerProfile>,
    /// Statements sent, oldest first.
    pub statements: &'a [StatementSent],
    /// Day on which the patient was sent an itemized bill.
    pub itemized: Option<NaiveDate>,
    /// Where its payment plan stands today.
    pub plan: Option<PlanStatus>,
    /// First day on which the patient owed.
    pub owed_since: Option<NaiveDate>,
    /// Day of the patient's last payment.
    pub patient_paid: Option<NaiveDate>,
    /// Day of the last payer's last payment.
    pub payer_paid: Option<NaiveDate>,
    /// State in which the patient lives, two letters.
    pub state: Option<&'a str>,
    /// The good-faith estimate that the patient was given.
    pub estimate: Option<GoodFaithEstimate>,
    /// Financial assistance.
    pub assistance: FinancialAssistance,
    /// Day on which the patient was told in writing of financial assistance and
    /// of what will be done without payment (26 CFR 1.501(r)-6(c)(4)).
    pub assistance_notice: Option<NaiveDate>,
    /// Protection from a bill out of the network.
    pub surprise: Option<SurpriseBill>,
    /// Who collects.
    pub collector: Collector,
    /// Day of the debt collector's validation notice (12 CFR 1006.34).
    pub validation_notice: Option<NaiveDate>,
    /// When the patient was spoken to in the last seven days.
    pub contacts: &'a [Contact],
    /// What kind of house the patient was treated in.
    pub facility: FacilityKind,
    /// State of that house, two letters.
    pub facility_state: Option<&'a str>,
    /// Time of day where the patient lives, when a call is to be made.
    pub local_time: Option<NaiveTime>,
    /// The step that is about to be taken, at the hook `collection`.
    pub next: Option<CollectionStep>,
}

impl<'a> AccountSubject<'a> {
    /// An account of which no more is known.
    #[must_use]
    pub const fn of(account: &'a AccountRecord) -> Self {
        Self {
            account,
            claims: &[],
            patient: None,
            payer: None,
            statements: &[],
            itemized: None,
            plan: None,
            owed_since: None,
            patient_paid: None,
            payer_paid: None,
            state: None,
            estimate: None,
            assistance: FinancialAssistance {
                status: scrubjay_model::AssistanceStatus::None,
                applied: None,
                decided: None,
                at_most: None,
            },
            assistance_notice: None,
            surprise: None,
            collector: Collector::Practice,
            validation_notice: None,
            contacts: &[],
            facility: FacilityKind::Practice,
            facility_state: None,
            local_time: None,
            next: None,
        }
    }
}
