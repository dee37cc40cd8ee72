//! The contract between the engine and whatever judges a claim.
//!
//! Everything that happens takes one road: a subject comes to a [`Hook`],
//! [`Handler`]s read it and answer with [`Finding`]s and [`Effect`]s, the
//! engine decides. A built-in check, a native plugin and a script rule are all
//! handlers; there is no second way in.
//!
//! Not here: how a handler is written (`scrubjay-rules`, `scrubjay-plugin-host`)
//! and what the engine does with the answer (`scrubjay`).
#![forbid(unsafe_code)]

mod code_books;
mod effect;
mod finding;
mod handler;
mod hook;
mod notifier;
mod subject;
mod transport;

pub use code_books::{
    AddOnKind, AddOnStanding, CodeBooks, CodeTable, DiagnosisStanding, GlobalPeriod, NoCodeBooks,
    PairStanding, PaymentPolicy, ProcedureStanding, ReasonStanding, UnitLimit, UnitLimitKind,
};
pub use effect::{Effect, EffectKind, FollowUpWay};
pub use finding::{About, Finding, Severity};
pub use handler::{Context, Handler, NotRun, Outcome, Ran, Worker};
pub use hook::Hook;
pub use notifier::{Notice, Notifier, NotifyError};
/// How a record under 42 CFR Part 2 stands on a day.
pub use scrubjay_model::Part2;
/// The words of collection, which stand on accounts too.
pub use scrubjay_model::{CollectionStep, Contact, ContactKind, SurpriseBill, SurpriseKind};
pub use subject::{
    AccountSubject, AcknowledgmentSubject, AuthorizationSubject, ChargeSubject, ClaimSubject,
    Collector, DenialSubject, EarlierClaim, EarlierService, EligibilitySubject, FacilityKind,
    FollowUpSubject, GoodFaithEstimate, MetricSubject, OwedClaim, PlanFunding, RegistrationSubject,
    RemittanceSubject, StatementSent, StatusAnswer, StatusSaid, Subject, SubjectKind,
};
pub use transport::{FileName, Keep, Kept, NotAFileName, Transport, TransportError};
