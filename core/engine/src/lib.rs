//! A revenue cycle inside your program, the way SQLite is a database inside it.
//!
//! The engine takes in X12 files, makes claims of them, runs payers' rules
//! over them, sends the clean ones and holds the others for people, applies
//! acknowledgments, posts remittances to a double-entry ledger, classifies
//! denials and reports.
//!
//! ```no_run
//! use scrubjay::Engine;
//!
//! let mut clinic = Engine::open("examples/clinic")?;
//! for file in clinic.run_inbox()?.files {
//!     println!("{file}");
//! }
//! for kpi in clinic.report()?.kpis {
//!     println!("{}: {} of {}", kpi.name, kpi.numerator, kpi.denominator);
//! }
//! # Ok::<(), scrubjay::EngineError>(())
//! ```
//!
//! What it is not: a clearinghouse connection (files go to a folder), a user
//! interface, or a source of payers' policy (that is in the packs it loads).
#![forbid(unsafe_code)]

mod acknowledgments;
mod analytics;
mod appealing;
mod billing;
mod builtin;
mod channel;
mod charge_master;
mod charging;
mod code_books;
mod code_files;
pub mod config;
mod contracts;
mod desk;
mod engine;
mod error;
pub mod explain;
mod https;
mod inbox;
mod intake;
mod once;
mod past_packs;
mod plugin_log;
mod published;
mod refused_file;
mod replay;
mod scrub;
mod seen;
mod sheet;
mod steps;
mod terms;
mod time;
mod trial;

pub use acknowledgments::{
    AnswerToClaim, ClaimAnswers, SentClaim, SentFile, answers_to, sent_files,
};
pub use analytics::{
    CashReceived, ClaimCount, DenialCause, EffectCount, EffectFilter, Kpi, KpiUnit, LedgerLine,
    Report, RuleCount, RuleEffect, RuleEffects, Target, WorkQueue, last_fired,
};
pub use appealing::{AppealTerm, DenialPolicy, Prior};
pub use billing::{
    BillingPolicy, ClaimPer, ClaimPerError, InstitutionalPolicy, Replacements, RosterEntry, SplitBy,
};
pub use channel::{AnswerWithin, Answers, BatchPer, Batches};
pub use charge_master::{ChargeMaster, ChargeMasterError, ChargeMasterFileError, Price};
pub use charging::Charging;
pub use code_books::{PracticeCodes, load_options};
pub use code_files::{
    CodeFileError, CodeFiles, FOLDER as CODE_FOLDER, Locality, LocalityError, RowsLeftOut,
};
pub use config::Config;
pub use contracts::{Basis, ExpectedLine, FeeTableError, Term, TermError};
pub use engine::{
    AuthorizationDetails, DATABASE_NAME, Day, Engine, EngineBuilder, MoveClockError, Run,
};
pub use error::EngineError;
pub use https::{HttpsWay, HttpsWayError, Secret};
pub use inbox::{Arrival, InboxWatch};
pub use intake::{Ended, Intake};
pub use once::{Keyed, Once};
pub use plugin_log::PluginLine;
pub use published::{PublishError, PublishedPack, Shelf};
pub use replay::{ReplayEnd, Replayed, replay};
pub use scrub::{
    Asked, FileProblem, ProblemKind, Repair, RuleTally, ScrubDecision, ScrubInput, ScrubOptions,
    ScrubSummary, Scrubbed, ScrubbedClaim, Scrubber, files_below,
};
pub use sheet::{RowError, RowProblem, SheetError, UnreadColumn};
pub use steps::account::agency_file::AgencyFile;
pub use steps::account::assistance::AssistanceDecision;
pub use steps::account::by_hand::{AccountFact, ContactNoted};
pub use steps::account::collection::StepDone;
pub use steps::account::delivery::{LetterFolder, LetterSent};
pub use steps::account::error::PatientAccountError;
pub use steps::account::guard::{Guard, Stop};
pub use steps::account::letter::Written;
pub use steps::account::look::{AccountsTick, NotDone};
pub use steps::account::money::Payment;
pub use steps::account::plan::{AgreedPlan, PlanChange};
pub use steps::account::policy::{Agency, Discounts, PatientPolicy, PlanPolicy, PromptPay};
pub use steps::account::statement::Issued;
pub use steps::appeal::clock::AppealWarning;
pub use steps::appeal::error::{AppealCallError, TemplateError};
pub use steps::appeal::evidence::WantedEvidence;
pub use steps::appeal::proof::{ProofOfFiling, ProvenSending, ProvingAnswer};
pub use steps::appeal::read::{AppealFilter, ListedAppeal, ShownAppeal};
pub use steps::appeal::{DecidedAppeal, DraftedAppeal, FiledAppeal, Filing};
pub use steps::authorization::clock::AuthorizationWarning;
pub use steps::authorization::on_file::AuthorizationOnFile;
pub use steps::authorization::terms::AuthorizationTerms;
pub use steps::authorization::{
    AuthorizationAbout, AuthorizationByHand, AuthorizationCallError, DecisionByHand,
};
pub use steps::awaited::{Unanswered, unanswered};
pub use steps::build::{
    BuildError, BuildSelection, Built, BuiltClaim, LeftOut, NewVersion, NextClaim, NextPayers,
    NoNextClaim, ReplaceWith, VersionError, WhyLeftOut,
};
pub use steps::charge::fhir::{Misread, MisreadProblem};
pub use steps::charge::{
    ChargeEntry, ChargeEntryError, ChargeFilter, ChargeLag, ChargeOutcome, ChargeStep, ChargeStory,
    Charged, Derivation, Derived, LagOf, ListedCharge, MissingCharge, charge_lag, charge_story,
    charges, missing_charges,
};
pub use steps::correction::{Corrected, CorrectionError};
pub use steps::deadline::{Fired, Tick};
pub use steps::denial::error::DenialCallError;
pub use steps::denial::list::{DenialFilter, ListedDenial, ShownDenial};
pub use steps::denial::settle::WrittenOff;
pub use steps::denial::worth::{WayToPay, Worth};
pub use steps::eligibility::AskError;
pub use steps::estimate::{
    EstimateCause, EstimatePayer, EstimateRefusal, EstimateRequest, EstimateService, GivenEstimate,
    RequestedEstimate,
};
pub use steps::exchange::{Delivery, Fetched, fetch_into};
pub use steps::follow_up::aging::{
    AgeBuckets, Aging, AgingBasis, AgingLine, OpenSum, UnknownBasis,
};
pub use steps::follow_up::policy::FollowUpPolicy;
pub use steps::follow_up::worklist::{
    HistoryOf, Likelihood, Worklist, WorklistItem, WorklistQuestion,
};
pub use steps::hold::{Held, HoldError};
pub use steps::pass::{PassError, Passed};
pub use steps::posting::{
    Association, Bound, Candidate, Deposit, Entered, ExpectedPayment, Imbalance, Likeness,
    PostedClaim, PostedRemittance, RemittanceError, RemittanceState, RemittanceSummary, Reposted,
    SetAside, Undone, WaitingClaim, associations, find_remittance, remittance, remittances,
};
pub use steps::registration::{
    JudgedVisit, Kept, MemberOnFile, PayerFirst, Registered, RegisteredSheet, RegistrationError,
    Repaired,
};
pub use steps::release::{Hold, ReleaseError, Released};
pub use steps::selection::{HeldBack, PlannedFile, Preview, Selection, SubmitError, Waiting};
pub use steps::submission::Sent;
pub use steps::visit::{BookedSheet, ListedError, VisitError, Visited, planned_service};
pub use steps::work::{Standing, WorkClosed, WorkError};
pub use terms::{Period, PeriodError, Rolls, Terms};
pub use time::SystemClock;
pub use trial::{JudgedAt, Trial, TrialError, TriedClaim, try_claims};

/// A point in time, as the engine takes and gives it.
pub type Instant = chrono::DateTime<chrono::Utc>;

/// The vocabulary of the revenue cycle.
pub use scrubjay_model as model;

/// The journal, the ledger and their readers.
pub use scrubjay_store as store;

/// Code sets, and the official tables that a practice imports.
pub use scrubjay_codes as codes;

/// The contract for handlers of a host's own.
pub use scrubjay_hooks as hooks;

/// Native plugins.
pub use scrubjay_plugin_host as plugins;

/// Rule packs.
pub use scrubjay_rules as rules;
