//! The claim, and what payers answer about it: remittances and denials.

use chrono::NaiveDate;
use scrubjay_model::{
    Adjudication, AsSent, Authorization, Claim, ClaimId, CoverageOrder, Denial, EligibilityRecord,
    Modifier, Money, Part2, PayerProfile, ProcedureCode, Remittance, RemittanceClaim, Submission,
};
use serde::{Deserialize, Serialize};

/// A claim at the hooks `claim`, `scrub` and `submit`.
#[derive(Debug, Clone, Copy)]
pub struct ClaimSubject<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Its payer; `None` where the practice's configuration does not know it.
    pub payer: Option<&'a PayerProfile>,
    /// Earlier claims of the same patient at this practice, oldest first.
    pub history: &'a [EarlierClaim],
    /// When the claim came in; the date that filing limits are measured at.
    pub received: NaiveDate,
    /// The patient's authorizations with this payer, as on file.
    pub authorizations: &'a [Authorization],
    /// The payer's latest answer about the patient's cover.
    pub eligibility: Option<&'a EligibilityRecord>,
    /// How often it was sent already, oldest first.
    pub submissions: &'a [Submission],
    /// What the payer decided on the claim that this one replaces or voids.
    pub original: Option<Adjudication>,
    /// Day on which an earlier payer said that it sent the claim on to this
    /// one itself (CLP02 19 to 21).
    pub forwarded: Option<NaiveDate>,
    /// Whether its record is one of substance use disorder treatment, and may
    /// be told of; `None` where it is no such record.
    pub part2: Option<Part2>,
}

impl<'a> ClaimSubject<'a> {
    /// A claim of which nothing more is known.
    ///
    /// ```
    /// use scrubjay_hooks::ClaimSubject;
    /// # use scrubjay_model::{Claim, PayerProfile};
    /// # fn judged(claim: &Claim, payer: &PayerProfile, today: chrono::NaiveDate) {
    /// let subject = ClaimSubject {
    ///     payer: Some(payer),
    ///     ..ClaimSubject::of(claim, today)
    /// };
    /// # let _ = subject;
    /// # }
    /// ```
    #[must_use]
    pub const fn of(claim: &'a Claim, received: NaiveDate) -> Self {
        Self {
            claim,
            payer: None,
            history: &[],
            received,
            authorizations: &[],
            eligibility: None,
            submissions: &[],
            original: None,
            forwarded: None,
            part2: None,
        }
    }
}

/// A remitted claim at the hook `remittance`.
#[derive(Debug, Clone, Copy)]
pub struct RemittanceSubject<'a> {
    /// The whole remittance.
    pub remittance: &'a Remittance,
    /// The remitted claim.
    pub remitted: &'a RemittanceClaim,
    /// Our claim, where one matches.
    pub claim: Option<&'a Claim>,
    /// What the contract says that the payer allows.
    pub expected: Option<Money>,
    /// The payer, where the practice knows it.
    pub payer: Option<&'a PayerProfile>,
}

/// A denial at the hook `denial`, as the fallback table classifies it.
#[derive(Debug, Clone, Copy)]
pub struct DenialSubject<'a> {
    /// The denial.
    pub denial: &'a Denial,
    /// Our claim.
    pub claim: Option<&'a Claim>,
    /// The payer, where the practice knows it.
    pub payer: Option<&'a PayerProfile>,
    /// Day of the first 999 or 277CA that accepted the claim: the proof of timely
    /// filing.
    pub accepted: Option<NaiveDate>,
}

/// An earlier claim of the same patient, as far as rules need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierClaim {
    /// Claim.
    pub id: ClaimId,
    /// Billing provider's NPI, as sent.
    pub billing_npi: String,
    /// Place of its payer in the order of payment: a claim to the next payer has
    /// the same services and is no duplicate.
    pub order: CoverageOrder,
    /// Whether it is void or was replaced.
    pub withdrawn: bool,
    /// Its services.
    pub services: Vec<EarlierService>,
    /// Reason codes by which it was denied.
    pub denied: Vec<String>,
}

/// A service on an earlier claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierService {
    /// First day of service.
    pub from: Option<NaiveDate>,
    /// Procedure.
    pub procedure: Option<AsSent<ProcedureCode>>,
    /// Modifiers.
    pub modifiers: Vec<AsSent<Modifier>>,
    /// Units, to a thousandth.
    pub units: rust_decimal::Decimal,
}
