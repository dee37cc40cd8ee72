//! Remittances that came on paper or by a portal: entered by a person, held
//! against the same identities, and posted by the same road.

use scrubjay_model::{Money, Remittance, TraceNumber};
use serde::Serialize;

use super::balanced::imbalance;
use super::{RemittanceError, RemittanceState, payer_key, post, remittances};
use crate::EngineError;
use crate::desk::Desk;

/// A remittance that a person has entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entered {
    /// Trace number.
    pub trace: TraceNumber,
    /// Payer key.
    pub payer: String,
    /// Its payment.
    pub paid: Money,
    /// Claims in it.
    pub claims: usize,
    /// How many of them match none of ours.
    pub unmatched: usize,
    /// How many of them are perhaps paid twice, and held.
    pub held: usize,
}

/// Posts a remittance that a person entered. The desk's stamp says who.
///
/// Its trace number is taken as the payer's own, whoever is named as its
/// originator: the same payment may come as an 835 too, and posts once.
pub(crate) fn enter(
    desk: &mut Desk<'_>,
    remittance: &Remittance,
    source: &str,
) -> Result<Entered, EngineError> {
    let source = source.trim();
    if source.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(RemittanceError::Unsigned.into());
    }
    let trace = remittance.trace.clone();
    if remittance.claims.is_empty() && remittance.provider_adjustments.is_empty() {
        return Err(RemittanceError::Empty { trace }.into());
    }
    if let Some(imbalance) = imbalance(remittance) {
        return Err(RemittanceError::Unbalanced { trace, imbalance }.into());
    }
    let payer = payer_key(desk.config, remittance);
    let posted = remittances(desk.tx.as_ref())?.into_iter().any(|one| {
        one.trace == trace && one.payer == payer && one.state == RemittanceState::Posted
    });
    if posted {
        return Err(RemittanceError::PostedBefore { trace, payer }.into());
    }
    let entered = Remittance {
        originator: payer.clone(),
        ..remittance.clone()
    };
    let posted = post(desk, &entered, Some(source))?;
    Ok(Entered {
        trace,
        payer,
        paid: posted.paid,
        claims: posted.claims,
        unmatched: posted.unmatched,
        held: posted.held,
    })
}
