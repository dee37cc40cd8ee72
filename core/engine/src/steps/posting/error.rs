//! Why a remittance was not found, matched, undone or posted again.

use scrubjay_model::{ClaimId, Money, TraceNumber, Work};

use super::Imbalance;
use crate::sheet::{RowError, SheetError};

/// Why nothing was done about a remittance; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemittanceError {
    /// None of that trace number is posted.
    #[error("no remittance with trace number {trace} is posted; `scrubjay remit list` shows them")]
    Unknown {
        /// Trace number.
        trace: TraceNumber,
    },
    /// Several payers have used the trace number.
    #[error(
        "several payers sent a remittance with trace number {trace}; say whose with the originator, one of {}",
        originators.join(", ")
    )]
    Several {
        /// Trace number.
        trace: TraceNumber,
        /// Originators (TRN03) that used it.
        originators: Vec<String>,
    },
    /// Nobody is named, or no reason is given.
    #[error("this names who does it and why; give both")]
    Unsigned,
    /// The remitted claim is not there, or does not wait.
    #[error(
        "claim {ordinal} of remittance {trace} does not wait for a match; `scrubjay remit show {trace}` shows those that do"
    )]
    NotWaiting {
        /// Trace number.
        trace: TraceNumber,
        /// Its place in the remittance, from 1.
        ordinal: u32,
    },
    /// The money of a held claim is the payer's again.
    #[error(
        "claim {ordinal} of remittance {trace} cannot be accepted: the payer has taken its money back since"
    )]
    TakenBackSince {
        /// Trace number.
        trace: TraceNumber,
        /// Its place in the remittance, from 1.
        ordinal: u32,
    },
    /// There is no such claim.
    #[error("there is no claim {claim}; `scrubjay claims list` shows them")]
    UnknownClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// The claim went to another payer.
    #[error(
        "claim {claim} went to {went_to}, and the remittance is of {payer}; if it is that claim all the same, say so: `--despite payer`"
    )]
    OtherPayer {
        /// Claim.
        claim: ClaimId,
        /// Payer key of the claim.
        went_to: String,
        /// Payer key of the remittance.
        payer: String,
    },
    /// The claim has another total charge.
    #[error(
        "claim {claim} is of {charge}, and the payer decides on {remitted}; if it is that claim all the same, say so: `--despite charge`"
    )]
    OtherCharge {
        /// Claim.
        claim: ClaimId,
        /// Its charge.
        charge: Money,
        /// What the payer says that its charge is.
        remitted: Money,
    },
    /// No payer can have decided on the claim.
    #[error("claim {claim} is {work}: no payer has had it, so none can have paid it")]
    NeverSent {
        /// Claim.
        claim: ClaimId,
        /// Where it stands.
        work: Work,
    },
    /// A later posting stands on this one.
    #[error(
        "remittance {trace} cannot be undone while remittance {later}, which came later, stands on claim {claim}; undo that one first"
    )]
    LaterDecision {
        /// Trace number.
        trace: TraceNumber,
        /// Trace number of the later one.
        later: TraceNumber,
        /// Claim that both decide on.
        claim: ClaimId,
    },
    /// A later remittance takes up what this one carried forward.
    #[error(
        "remittance {trace} cannot be undone while remittance {later}, which came later, takes up what it carried forward; undo that one first"
    )]
    TakenUp {
        /// Trace number.
        trace: TraceNumber,
        /// Trace number of the later one.
        later: TraceNumber,
    },
    /// It does not wait.
    #[error(
        "no remittance with trace number {trace} waits to be posted; `scrubjay remit list` shows those that do"
    )]
    NotQuarantined {
        /// Trace number.
        trace: TraceNumber,
    },
    /// What was posted cannot be told any more.
    #[error(
        "what remittance {trace} posted cannot be told from the journal any more: {why}; mend its claims one by one"
    )]
    NotOnRecord {
        /// Trace number.
        trace: TraceNumber,
        /// Why not.
        why: &'static str,
    },
    /// A remittance that was entered names no claim and no amount.
    #[error("remittance {trace} has nothing in it")]
    Empty {
        /// Trace number.
        trace: TraceNumber,
    },
    /// A remittance that was entered does not add up.
    #[error(
        "remittance {trace} does not add up: {imbalance} (stated less computed); mend what was entered"
    )]
    Unbalanced {
        /// Trace number.
        trace: TraceNumber,
        /// What is off.
        imbalance: Imbalance,
    },
    /// The payment was posted before, as an 835 or by hand.
    #[error(
        "a payment of {payer} with trace number {trace} was posted before; undo that one first"
    )]
    PostedBefore {
        /// Trace number.
        trace: TraceNumber,
        /// Payer key.
        payer: String,
    },
    /// What was entered is no sheet.
    #[error("the sheet cannot be read: {problem}")]
    Sheet {
        /// Why not.
        problem: SheetError,
    },
    /// Rows of what was entered cannot be used, so that none of it was.
    #[error("nothing was posted, since rows cannot be used:{}", listed(rows))]
    Rows {
        /// Which, and why.
        rows: Vec<RowError>,
    },
    /// It was not undone, so it cannot be posted again.
    #[error("remittance {trace} was not undone; only one that was can be posted again")]
    NotUndone {
        /// Trace number.
        trace: TraceNumber,
    },
}

fn listed(rows: &[RowError]) -> String {
    rows.iter().map(|row| format!("\n  {row}")).collect()
}
