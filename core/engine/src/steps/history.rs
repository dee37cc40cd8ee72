//! Earlier claims of a patient, as far as rules see them.

use scrubjay_hooks::{EarlierClaim, EarlierService};
use scrubjay_model::{Claim, Frequency, Work};
use scrubjay_store::Reader;

use crate::EngineError;
use crate::steps::person;

/// How many earlier claims of a patient rules are shown at most.
pub(crate) const HISTORY_LIMIT: usize = 200;

/// Earlier claims of the same patient, oldest first.
pub(crate) fn history(
    reader: &dyn Reader,
    claim: &Claim,
) -> Result<Vec<EarlierClaim>, EngineError> {
    let rows = person::claims_of(reader, claim)?;
    let recent = rows.len().saturating_sub(HISTORY_LIMIT + 1);
    let mut history = Vec::new();
    for row in rows
        .into_iter()
        .skip(recent)
        .filter(|row| row.id != claim.id)
    {
        let Some(earlier) = reader.claim_document(&row.id)? else {
            continue;
        };
        let denied = reader
            .denials(Some(&row.id))?
            .iter()
            .map(|denial| denial.carc.text())
            .collect();
        let withdrawn = row.status.work == Work::Void || row.replaced_by.is_some();
        let seen = earlier_claim(&earlier);
        history.push(EarlierClaim {
            withdrawn: withdrawn || seen.withdrawn,
            denied,
            ..seen
        });
    }
    Ok(history)
}

/// A claim as rules see it of later ones; what happened to it is left open.
pub(crate) fn earlier_claim(claim: &Claim) -> EarlierClaim {
    EarlierClaim {
        billing_npi: claim
            .billing
            .npi
            .as_ref()
            .map(|npi| npi.text())
            .unwrap_or_default(),
        id: claim.id.clone(),
        order: claim.order(),
        // A void bills nothing.
        withdrawn: claim.frequency == Frequency::Void,
        services: claim
            .lines
            .iter()
            .map(|line| EarlierService {
                from: line.from,
                procedure: line.procedure.clone(),
                modifiers: line.modifiers.clone(),
                units: line.units,
            })
            .collect(),
        denied: Vec::new(),
    }
}
