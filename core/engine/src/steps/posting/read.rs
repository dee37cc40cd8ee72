//! Remittances as a host asks for them: what came, what became of each, and
//! what waits.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_model::{
    ClaimId, ClaimPaymentStatus, Money, ProviderAdjustment, Remittance, RemittanceClaim,
    TraceNumber,
};
use scrubjay_store::{Cause, Event, Matched, Reader, Sequence};
use serde::Serialize;

use super::record::{postings_of, remittance_row, rows_of};
use super::{Candidate, RemittanceError, matching};
use crate::EngineError;

/// What became of a remittance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RemittanceState {
    /// It is posted.
    Posted,
    /// It waits for a person, and nothing of it is posted.
    Quarantined {
        /// What is wrong, with the difference.
        problem: String,
    },
    /// It waited, and one of the same trace number and payer is posted now.
    Replaced {
        /// What was wrong.
        problem: String,
    },
    /// It waited, and a person says that it will not be posted.
    SetAside {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// It was posted, and a person took that back.
    Undone {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
}

impl RemittanceState {
    /// The state in one word.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Quarantined { .. } => "quarantined",
            Self::Replaced { .. } => "replaced",
            Self::SetAside { .. } => "set aside",
            Self::Undone { .. } => "undone",
        }
    }
}

/// One remittance that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemittanceSummary {
    /// Journal row that took it in.
    pub row: Sequence,
    /// When.
    pub at: DateTime<Utc>,
    /// Who brought it.
    pub by: String,
    /// Name of the file that brought it, or of the call.
    pub from: String,
    /// What a person entered it from; `None` for an 835.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who made the trace number (TRN03).
    pub originator: String,
    /// Trace number.
    pub trace: TraceNumber,
    /// Payer key.
    pub payer: String,
    /// Date of the payment.
    pub effective: Option<NaiveDate>,
    /// Payment method (BPR04).
    pub method: String,
    /// Amount of the payment.
    pub paid: Money,
    /// Provider-level adjustments together; positive reduces the payment.
    pub provider_level: Money,
    /// Claims in it.
    pub claims: u32,
    /// What became of it.
    #[serde(flatten)]
    pub state: RemittanceState,
}

/// A remitted claim of a remittance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostedClaim {
    /// Place in the remittance, from 1.
    pub ordinal: u32,
    /// Control number as the payer returned it.
    pub control: String,
    /// Status (CLP02).
    pub status: ClaimPaymentStatus,
    /// Charge.
    pub charge: Money,
    /// Paid.
    pub paid: Money,
    /// Our claim; `None` where it waits.
    pub claim: Option<ClaimId>,
    /// How it was found.
    pub matched: Option<Matched>,
    /// Our claim that it settles again, where it is held for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<ClaimId>,
    /// Where it waits, the claims that it may be, the likest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub perhaps: Vec<Candidate>,
}

/// A remittance with what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostedRemittance {
    /// What came, and what became of it.
    #[serde(flatten)]
    pub summary: RemittanceSummary,
    /// Its claims in order; none of one in quarantine.
    pub remitted: Vec<PostedClaim>,
    /// Its provider-level adjustments in order.
    pub provider_adjustments: Vec<ProviderAdjustment>,
}

/// Every remittance in the order in which they came.
///
/// # Errors
/// Where the store cannot be read.
pub fn remittances(reader: &dyn Reader) -> Result<Vec<RemittanceSummary>, EngineError> {
    let mut listed: Vec<RemittanceSummary> = Vec::new();
    let mut causes: Vec<Cause> = Vec::new();
    for row in reader.remittances()? {
        if matches!(
            row.event,
            Event::RemittanceTaken { .. } | Event::RemittanceQuarantined { .. }
        ) {
            causes.push(row.stamp.cause.clone());
        }
        match row.event {
            Event::RemittanceTaken {
                remittance,
                payer,
                claims,
                source,
            } => listed.push(RemittanceSummary {
                source,
                ..summary(
                    reader,
                    row.sequence,
                    &row.stamp,
                    &remittance,
                    (payer, claims),
                    RemittanceState::Posted,
                )?
            }),
            Event::RemittanceQuarantined {
                remittance,
                payer,
                claims,
                problem,
            } => listed.push(summary(
                reader,
                row.sequence,
                &row.stamp,
                &remittance,
                (payer, claims),
                RemittanceState::Quarantined { problem },
            )?),
            Event::RemittanceSetAside {
                quarantined,
                reason,
                ..
            } => {
                let by = row.stamp.actor;
                if let Some(one) = listed.iter_mut().find(|one| one.row == quarantined) {
                    one.state = RemittanceState::SetAside { by, reason };
                }
            }
            Event::RemittanceUndone { taken, reason, .. } => {
                let by = row.stamp.actor;
                if let Some(one) = listed.iter_mut().find(|one| one.row == taken) {
                    one.state = RemittanceState::Undone { by, reason };
                }
            }
            _ => {}
        }
    }
    replace(&mut listed, &causes);
    Ok(listed)
}

/// Says of what waits that one which came later, by another file, is posted in
/// its place.
fn replace(listed: &mut [RemittanceSummary], causes: &[Cause]) {
    let mut posted: BTreeMap<(String, TraceNumber), &Cause> = BTreeMap::new();
    for (one, cause) in listed.iter_mut().zip(causes).rev() {
        let key = (one.payer.clone(), one.trace.clone());
        match &one.state {
            RemittanceState::Posted => {
                posted.insert(key, cause);
            }
            RemittanceState::Quarantined { problem }
                if posted.get(&key).is_some_and(|by| *by != cause) =>
            {
                let problem = problem.clone();
                one.state = RemittanceState::Replaced { problem };
            }
            _ => {}
        }
    }
}

fn summary(
    reader: &dyn Reader,
    row: Sequence,
    stamp: &scrubjay_store::Stamp,
    remittance: &Remittance,
    (payer, claims): (String, u32),
    state: RemittanceState,
) -> Result<RemittanceSummary, EngineError> {
    let from = match &stamp.cause {
        Cause::File { file } => reader
            .file(file)?
            .map_or_else(|| file.to_string(), |file| file.name),
        Cause::Call { call, .. } => call.clone(),
        Cause::Rule { rule, .. } => rule.clone(),
        Cause::Clock => "clock".to_owned(),
    };
    let provider_adjustments = &remittance.provider_adjustments;
    Ok(RemittanceSummary {
        row,
        at: stamp.at,
        by: stamp.actor.clone(),
        from,
        source: None,
        originator: remittance.originator.clone(),
        trace: remittance.trace.clone(),
        payer,
        effective: remittance.effective,
        method: remittance.method.clone(),
        paid: remittance.paid,
        provider_level: provider_adjustments.iter().map(|one| one.amount).sum(),
        claims,
        state,
    })
}

/// The remittance of a trace number that came last: one that is posted before
/// one that is not. The originator tells apart those of two payers.
///
/// # Errors
/// [`RemittanceError`] where there is none, or several payers' are there; where
/// the store cannot be read.
pub fn find_remittance(
    reader: &dyn Reader,
    trace: &TraceNumber,
    originator: Option<&str>,
) -> Result<RemittanceSummary, EngineError> {
    let mut found = remittances(reader)?;
    found.retain(|one| {
        one.trace == *trace && originator.is_none_or(|wanted| one.originator == wanted)
    });
    let mut by_originator: BTreeMap<String, Vec<RemittanceSummary>> = BTreeMap::new();
    for one in found {
        by_originator
            .entry(one.originator.clone())
            .or_default()
            .push(one);
    }
    let trace = trace.clone();
    if by_originator.len() > 1 {
        let originators = by_originator.into_keys().collect();
        return Err(RemittanceError::Several { trace, originators }.into());
    }
    let of_one = by_originator.into_values().next().unwrap_or_default();
    of_one
        .into_iter()
        .max_by_key(|one| (one.state == RemittanceState::Posted, one.row))
        .ok_or_else(|| RemittanceError::Unknown { trace }.into())
}

/// A remittance with its claims, and the claims that those which wait may be.
///
/// # Errors
/// As [`find_remittance`].
pub fn remittance(
    reader: &dyn Reader,
    trace: &TraceNumber,
    originator: Option<&str>,
) -> Result<PostedRemittance, EngineError> {
    let summary = find_remittance(reader, trace, originator)?;
    let (head, payer) = remittance_row(reader, summary.row)?;
    let mut remitted: BTreeMap<u32, PostedClaim> = BTreeMap::new();
    for (first, last) in postings_of(reader, summary.row)? {
        for row in rows_of(reader, first, last)? {
            // A later row is that of a person who bound or accepted it.
            match row.event {
                Event::ClaimRemitted {
                    claim,
                    remitted: one,
                    matched,
                    ..
                } => {
                    let waits = claim.is_none() && summary.state == RemittanceState::Posted;
                    let perhaps = if waits {
                        matching::candidates(reader, &payer, &one)?
                    } else {
                        Vec::new()
                    };
                    let posted = PostedClaim {
                        claim,
                        matched,
                        perhaps,
                        ..posted_claim(&one)
                    };
                    remitted.insert(one.ordinal, posted);
                }
                Event::RemittedHeld {
                    claim,
                    remitted: one,
                    ..
                } => {
                    let held = PostedClaim {
                        held: Some(claim),
                        ..posted_claim(&one)
                    };
                    remitted.insert(one.ordinal, held);
                }
                _ => {}
            }
        }
    }
    Ok(PostedRemittance {
        summary,
        remitted: remitted.into_values().collect(),
        provider_adjustments: head.provider_adjustments,
    })
}

fn posted_claim(remitted: &RemittanceClaim) -> PostedClaim {
    PostedClaim {
        ordinal: remitted.ordinal,
        control: remitted.control.clone(),
        status: remitted.status.clone(),
        charge: remitted.charge,
        paid: remitted.paid,
        claim: None,
        matched: None,
        held: None,
        perhaps: Vec::new(),
    }
}
