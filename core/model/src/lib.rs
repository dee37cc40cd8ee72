//! The vocabulary of the revenue cycle as plain data: claims, coverages,
//! remittances, money, status axes, deadlines. No I/O, no clock, no database.
//!
//! ```
//! use scrubjay_model::{Money, Npi};
//!
//! let billed: Money = "150.25".parse()?;
//! assert_eq!((billed + Money::from_cents(75)).to_string(), "151.00");
//! assert!("1234567893".parse::<Npi>().is_ok());
//! assert!("1234567890".parse::<Npi>().is_err()); // wrong check digit
//! # Ok::<(), scrubjay_model::ValueError>(())
//! ```
//!
//! Values that come from outside may be wrong, and a wrong value must still be
//! kept, shown and held against the claim. So a claim's fields hold
//! [`AsSent`]: the typed value where it is sound, and what was sent where it
//! is not.
//!
//! What we make ourselves must be right from the start. So a [`Statement`], an
//! [`Authorization`] or a [`PaymentPlan`] is made of its `...Record` of plain
//! fields through a check, lends those fields to be read, and changes only by
//! methods that keep its parts in agreement. Reading it back from storage goes
//! through the same check.
//!
//! Not here: reading X12 (`scrubjay-x12`, `scrubjay-edi`), storing, deciding.
#![forbid(unsafe_code)]

mod account;
mod acknowledgment;
mod appeal;
mod as_sent;
mod assistance;
mod authorization;
mod calendar;
mod charge;
mod checked;
mod claim;
mod claim_status;
mod clock;
mod codes;
mod coverage;
mod deadline;
mod dealings;
mod denial;
mod eligibility;
mod encounter;
mod error;
mod estimate;
mod ids;
mod ledger;
mod money;
mod msp;
mod npi;
mod party;
mod patient;
mod patient_money;
mod payer;
mod plan;
mod postal;
mod receivable;
mod record;
mod remittance;
mod secondary;
mod statement;
mod status;
mod status_inquiry;
mod submission;
mod work;

pub use account::{
    AccountClaim, AccountError, AccountHold, AccountRecord, HoldKind, PatientAccount,
};
pub use acknowledgment::{AckHop, AckLevel, AckOutcome, AckSource, Acknowledgment, SentSet};
pub use appeal::{
    AppealCase, AppealDecision, AppealError, AppealFiling, AppealOutcome, AppealRecord, AppealWay,
    Evidence, EvidenceKind,
};
pub use as_sent::AsSent;
pub use assistance::{AssistanceStatus, FinancialAssistance};
pub use authorization::{
    Authorization, AuthorizationError, AuthorizationGap, AuthorizationKind, AuthorizationRecord,
    AuthorizationStatus, AuthorizationUse, AuthorizationWay, AuthorizedService, PlannedService,
    ReviewAnswer, ReviewOutcome,
};
pub use calendar::{BusinessCalendar, FederalHoliday, Holidays, federal_holiday};
pub use charge::{Billing, Charge, ChargeError, ChargeRecord};
pub use claim::{
    Carried, Claim, ClaimKind, Diagnosis, Frequency, InstitutionalDetails, PriorPayment,
    ServiceLine,
};
pub use claim_status::{
    ClaimStatusAnswer, ClaimStatusError, ClaimStatusRecord, LineStatus, PayerStatus,
    PayerStatusCode, StatusStage,
};
pub use clock::{Clock, FixedClock};
pub use codes::{
    Carc, GroupCode, Icd10, Modifier, PlaceOfService, ProcedureCode, Rarc, ServiceType,
};
pub use coverage::{Coverage, CoverageOrder, Relationship};
pub use deadline::{
    Deadline, DeadlineBasis, DeadlineError, DeadlineKind, DeadlineStage, Length, Proof, ProofKind,
    Roll, Urgency,
};
pub use dealings::{
    AccountNote, AgencyAction, AgencyNews, CollectionStep, Contact, ContactKind, Dealings,
    DealingsError, Letter, LetterKind, MAX_CONTACTS, Pause, PaymentWay, Placement, PromptDiscount,
    Receipt, StepTaken, SurpriseBill, SurpriseKind,
};
pub use denial::{Denial, DenialCategory, DenialOutcome, Recoverable};
pub use eligibility::{
    AskOccasion, AskStage, Benefit, BenefitKind, BenefitLevel, BenefitNetwork, BenefitPeriod,
    BenefitQuery, CoverageAnswer, EligibilityAnswer, EligibilityError, EligibilityInquiry,
    EligibilityRecord, EligibilityRejection, FollowUpAction, InquiryRecord, OtherPayer,
    OtherPayerKind,
};
pub use encounter::{Encounter, EncounterError, EncounterRecord, EncounterStatus};
pub use error::{ValueError, ValueKind};
pub use estimate::{
    Estimate, EstimateError, EstimateKind, EstimateLine, EstimateRecord, EstimateStep,
    EstimateStepKind, SUBSTANTIAL_EXCESS,
};
pub use ids::{
    AccountNumber, AuthorizationNumber, ChargeId, ClaimId, EncounterId, FileHash, MemberId,
    PatientControlNumber, PatientKey, PayerClaimControlNumber, PayerId, RecordId, StatementNumber,
    TraceNumber, WorkItemId,
};
pub use ledger::{
    Account, PATIENT, Posting, PostingSet, ResponsibleParty, UnbalancedSet, WriteOffReason,
};
pub use money::Money;
pub use msp::{AccidentKind, GroupPlan, MspAnswers};
pub use npi::Npi;
pub use party::{Address, Name, Person, Provider, Sex};
pub use patient::{
    Consent, MAX_COVERAGES, Part2, Part2Consent, Patient, PatientCoverage, PatientError,
    PatientRecord,
};
pub use patient_money::PatientMoney;
pub use payer::{LineOfBusiness, PayerProfile};
pub use plan::{
    Instalment, MAX_INSTALMENTS, PaymentPlan, PlanError, PlanPayment, PlanRecord, PlanStatus,
    PlanTerms,
};
pub use postal::PostalFault;
pub use receivable::ReceivableStage;
pub use record::{Record, RecordKey, RecordKind, RecordParent};
pub use remittance::{
    Adjustment, ClaimPaymentStatus, ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine,
};
pub use secondary::{Adjudicated, SecondaryError, secondary_claim};
pub use statement::{
    Explanation, Statement, StatementAmounts, StatementError, StatementLine, StatementRecord,
};
pub use status::{
    Adjudication, Appeal, Axis, ClaimStatus, PatientBilling, RefusedTransition, Responsibility,
    Work,
};
pub use status_inquiry::{StatusInquiry, StatusInquiryError, StatusInquiryRecord};
pub use submission::{Channel, Submission, SubmissionError, SubmissionRecord};
pub use work::{Owner, WorkItem, WorkKind};
