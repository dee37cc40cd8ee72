//! Why the engine could not do what it was asked.

use std::path::PathBuf;

use scrubjay_hooks::Hook;
use scrubjay_model::ClaimId;
use scrubjay_store::StoreError;

/// What went wrong, where, and what to do. Never carries patient data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A file or folder could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The configuration could not be understood.
    #[error("{path}: {problem}", path = path.display())]
    Config {
        /// Path.
        path: PathBuf,
        /// What is wrong, with its place where known.
        problem: String,
    },
    /// The rule packs could not be loaded.
    #[error(transparent)]
    Rules(#[from] scrubjay_rules::LoadError),
    /// A table that the configuration names could not be taken in.
    #[error(transparent)]
    Codes(#[from] crate::CodeFileError),
    /// The folders of the rule packs cannot be watched.
    #[error(transparent)]
    RuleWatch(#[from] scrubjay_rules::WatchError),
    /// A folder cannot be watched.
    #[error("{path} cannot be watched: {source}", path = path.display())]
    Watch {
        /// Folder.
        path: PathBuf,
        /// What the system said.
        source: notify::Error,
    },
    /// The clock cannot be moved so.
    #[error(transparent)]
    Clock(#[from] crate::MoveClockError),
    /// A native plugin could not be loaded.
    #[error(transparent)]
    Plugin(#[from] scrubjay_plugin_host::PluginError),
    /// A channel names a plugin that is not there.
    #[error(
        "channel `{channel}` is to be carried by plugin `{plugin}`, which is not loaded: \
             name its file under `plugins:` in scrubjay.yaml, or mend the id"
    )]
    NoCarrier {
        /// Channel.
        channel: String,
        /// The plugin's id.
        plugin: String,
    },
    /// A channel's transport does not take its settings.
    #[error("channel `{channel}`: {problem}")]
    Channel {
        /// Channel.
        channel: String,
        /// Why not.
        problem: scrubjay_hooks::TransportError,
    },
    /// A channel over HTTPS could not be set up.
    #[error("channel `{channel}`: {problem}")]
    Https {
        /// Channel.
        channel: String,
        /// Why not.
        problem: crate::HttpsWayError,
    },
    /// The database could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A rule pack was not published or rolled back.
    #[error(transparent)]
    Publish(#[from] crate::PublishError),
    /// The charge master could not be read.
    #[error(transparent)]
    ChargeMaster(#[from] crate::ChargeMasterFileError),
    /// A charge was not taken, or not taken back.
    #[error(transparent)]
    Charge(#[from] crate::ChargeEntryError),
    /// A claim was not released.
    #[error(transparent)]
    Release(#[from] crate::ReleaseError),
    /// A claim was not held.
    #[error(transparent)]
    Hold(#[from] crate::HoldError),
    /// A claim was not mended.
    #[error(transparent)]
    Correction(#[from] crate::CorrectionError),
    /// No claims were built.
    #[error(transparent)]
    Build(#[from] crate::BuildError),
    /// A claim was not replaced or voided.
    #[error(transparent)]
    Version(#[from] crate::VersionError),
    /// What was asked for is not there to be sent.
    #[error(transparent)]
    Submit(#[from] crate::SubmitError),
    /// A patient was not registered.
    #[error(transparent)]
    Registration(#[from] crate::RegistrationError),
    /// A visit was not booked or moved on.
    #[error(transparent)]
    Visit(#[from] crate::VisitError),
    /// What was found on a record was not passed.
    #[error(transparent)]
    Pass(#[from] crate::PassError),
    /// A sheet cannot be read.
    #[error(transparent)]
    Sheet(#[from] crate::SheetError),
    /// Nobody was asked about a patient's cover.
    #[error(transparent)]
    Ask(#[from] crate::AskError),
    /// There is no estimate of what care will cost.
    #[error(transparent)]
    Estimate(#[from] crate::EstimateRefusal),
    /// Nothing was done about an authorization.
    #[error(transparent)]
    Authorization(#[from] crate::AuthorizationCallError),
    /// Something was not done to a patient's account.
    #[error(transparent)]
    Account(#[from] crate::PatientAccountError),
    /// Nothing was done about a denial.
    #[error(transparent)]
    Denial(#[from] crate::DenialCallError),
    /// Nothing was done about an appeal.
    #[error(transparent)]
    Appeal(#[from] crate::AppealCallError),
    /// A fee table that a contract names could not be taken in.
    #[error(transparent)]
    FeeTable(#[from] crate::FeeTableError),
    /// Nothing was done about a remittance.
    #[error(transparent)]
    Remittance(#[from] crate::RemittanceError),
    /// Work was not closed or given to another owner.
    #[error(transparent)]
    Work(#[from] crate::WorkError),
    /// Claims that passed every edit could not be written.
    #[error("claims for channel `{channel}` could not be written: {problem}")]
    Submission {
        /// Channel.
        channel: String,
        /// What is wrong.
        problem: String,
    },
    /// A claim was asked about that is not in the database.
    #[error("there is no claim {claim}; `scrubjay claims list` shows them")]
    NoClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// A rule was asked for that no pack has.
    #[error("no pack has a rule `{rule}`; `scrubjay rules list` shows them")]
    NoRule {
        /// Rule.
        rule: String,
    },
    /// A rule was to be tried on a claim and takes something else.
    #[error(
        "`{rule}` runs at the hook `{hook}`, to which no claim comes; try it by a test of its pack"
    )]
    NotAboutClaims {
        /// Rule.
        rule: String,
        /// Hook.
        hook: Hook,
    },
    /// A file was to be read for its claims and cannot be.
    #[error("the file cannot be read for claims: {reason}")]
    NotClaims {
        /// Why, with segment and position.
        reason: String,
    },
}

impl EngineError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
