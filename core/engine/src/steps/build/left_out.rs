//! Charges that stand on no claim: why, and who is told.

use scrubjay_model::{
    Axis, ChargeId, EncounterId, EncounterStatus, Money, Npi, ProcedureCode, RecordKey, WorkItemId,
    WorkKind,
};
use scrubjay_store::Event;
use serde::Serialize;

use crate::EngineError;
use crate::desk::Desk;

/// A charge that stands on no claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Charge.
    pub charge: ChargeId,
    /// Its visit.
    pub encounter: EncounterId,
    /// What it comes to.
    pub amount: Money,
    /// Why.
    #[serde(flatten)]
    pub why: WhyLeftOut,
}

/// Why a charge stands on no claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "why", rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhyLeftOut {
    /// Work on the charge itself is not done.
    #[error("work item {item} on it is open: close it first")]
    Held {
        /// The item.
        item: WorkItemId,
    },
    /// The visit is not documented yet, or did not take place.
    #[error("its visit is {}, and charges of a closed one are billed", .status.as_str())]
    VisitNotClosed {
        /// Where the visit stands.
        status: EncounterStatus,
    },
    /// The patient of the charge is not known.
    #[error("its patient is not registered: register them")]
    NotRegistered,
    /// Nobody is there to ask for the money.
    #[error(
        "no coverage counts on the day of service, and scrubjay.yaml has no payer of line self-pay: enter the coverage, or add such a payer"
    )]
    NoPayer,
    /// A payer may not be told of the record (42 CFR 2.31, 2.33).
    #[error(
        "the record is one of substance use disorder treatment and no consent stands: get it first"
    )]
    NoConsent,
    /// Nobody knows the name of who gave the service.
    #[error(
        "provider {npi} is not under `providers:` in scrubjay.yaml, which tells names: add theirs"
    )]
    UnknownProvider {
        /// The provider.
        npi: Npi,
    },
    /// Nothing says what the service was for.
    #[error("it has no diagnosis, and the payer wants one for each service: add it")]
    NoDiagnosis,
    /// An institutional claim needs a revenue code.
    #[error(
        "no revenue code is there for {procedure}: add it to `institutional:` of the payer's billing"
    )]
    NoRevenueCode {
        /// The procedure.
        procedure: ProcedureCode,
    },
}

impl WhyLeftOut {
    /// Whether it goes on by itself, so that nobody needs to be told.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(
            self,
            Self::Held { .. }
                | Self::VisitNotClosed {
                    status: EncounterStatus::Scheduled | EncounterStatus::Arrived
                }
        )
    }
}

/// How work of this step on a charge begins.
const ON_NO_CLAIM: &str = "on no claim: ";

/// Gives the charge to someone, once for each reason.
pub(super) fn tell(desk: &mut Desk<'_>, left: &LeftOut) -> Result<(), EngineError> {
    if left.why.waits() {
        return Ok(());
    }
    let key = RecordKey::from(&left.charge);
    let reason = format!("{ON_NO_CLAIM}{}", left.why);
    let open = desk.tx.record_work(&key)?;
    if open.iter().any(|item| item.reason == reason) {
        return Ok(());
    }
    settle(desk, &left.charge, "another reason took its place")?;
    desk.open_record_work(WorkKind::Task, &key, left.amount, reason)
}

/// Closes what this step had opened on a charge.
pub(super) fn settle(
    desk: &mut Desk<'_>,
    charge: &ChargeId,
    outcome: &str,
) -> Result<(), EngineError> {
    for item in desk.tx.record_work(&RecordKey::from(charge))? {
        if item.reason.starts_with(ON_NO_CLAIM) {
            desk.record(&Event::WorkClosed {
                item: item.id,
                outcome: outcome.to_owned(),
            })?;
        }
    }
    Ok(())
}
