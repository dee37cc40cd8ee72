//! Why nothing was done about an appeal.

use chrono::NaiveDate;
use scrubjay_model::{AppealError, ClaimId, Money, RecordId};

/// Why nothing was done about an appeal; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppealCallError {
    /// There is no such claim.
    #[error("there is no claim {claim}; `scrubjay claims list` shows them")]
    UnknownClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// There is no such appeal.
    #[error("there is no appeal {appeal}; `scrubjay appeal list` shows them")]
    UnknownAppeal {
        /// Appeal.
        appeal: RecordId,
    },
    /// There is no such state.
    #[error("`{state}` is no state of an appeal; there are {}", super::read::STATES.join(", "))]
    UnknownState {
        /// What was asked for.
        state: String,
    },
    /// There is no such payer.
    #[error("there is no payer `{payer}`; scrubjay.yaml and `scrubjay claims list` name them")]
    UnknownPayer {
        /// What was asked for.
        payer: String,
    },
    /// Nobody is named.
    #[error("who contests a decision says so; give a name")]
    Unsigned,
    /// Nothing is refused.
    #[error("nothing of claim {claim} is refused that still stands: there is nothing to contest")]
    NotDenied {
        /// Claim.
        claim: ClaimId,
    },
    /// The payer takes no appeal against it.
    #[error(
        "claim {claim} was refused as unprocessable (MA130), against which there is no appeal: correct it and send it as a new claim"
    )]
    NoRight {
        /// Claim.
        claim: ClaimId,
    },
    /// There is one already.
    #[error(
        "appeal {appeal} of claim {claim} is {state} already: go on with that one, or withdraw it"
    )]
    AlreadyOpen {
        /// Claim.
        claim: ClaimId,
        /// Appeal.
        appeal: RecordId,
        /// Where it stands.
        state: &'static str,
    },
    /// The levels before come first.
    #[error(
        "appeal level {asked} of claim {claim} comes too early or too late: the next is {next}"
    )]
    LevelOrder {
        /// Claim.
        claim: ClaimId,
        /// What was asked for.
        asked: u8,
        /// What comes next.
        next: u8,
    },
    /// The payer has no such level.
    #[error(
        "payer `{payer}` has no appeal level {level} for claim {claim}; its levels stand under `terms: appeals:` in scrubjay.yaml; where none is left, write the denial off"
    )]
    NoLevel {
        /// Claim.
        claim: ClaimId,
        /// Level.
        level: u8,
        /// Payer's key.
        payer: String,
    },
    /// Too little is contested for that level.
    #[error("{amount} of claim {claim} is contested, and level {level} takes {least} and more")]
    TooLittle {
        /// Claim.
        claim: ClaimId,
        /// Level.
        level: u8,
        /// Contested.
        amount: Money,
        /// The least.
        least: Money,
    },
    /// It is not where this can be done to it.
    #[error("appeal {appeal} is {state}, and only one that is {wanted} can be {done}")]
    Stands {
        /// Appeal.
        appeal: RecordId,
        /// Where it stands.
        state: &'static str,
        /// Where it should stand.
        wanted: &'static str,
        /// What was to be done.
        done: &'static str,
    },
    /// A day that has not come.
    #[error("the {what} is told of {on}, which has not come")]
    Future {
        /// What happened on it.
        what: &'static str,
        /// Day.
        on: NaiveDate,
    },
    /// A part was granted, and how much is not told, or told where it cannot be.
    #[error("say how much was granted where a part was, and only there")]
    Granted,
    /// Its parts do not agree.
    #[error(transparent)]
    Parts(#[from] AppealError),
    /// A letter could not be put away.
    #[error("letter {name} could not be put away: {said}")]
    Letter {
        /// Its name.
        name: String,
        /// What the system said.
        said: String,
    },
    /// The letter cannot be written.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// Nobody knows what goes there.
    #[error("{template}:{line}: there is no `{{{{{placeholder}}}}}`; there are {}", .known.join(", "))]
    Unknown {
        /// File name of the template.
        template: String,
        /// Line, from 1.
        line: usize,
        /// What stands between the braces.
        placeholder: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// The braces do not close on their line.
    #[error("{template}:{line}: `{{{{` has no `}}}}` on its line")]
    Open {
        /// File name of the template.
        template: String,
        /// Line, from 1.
        line: usize,
    },
}
