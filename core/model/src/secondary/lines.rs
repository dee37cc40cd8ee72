//! Which line of a remittance speaks of which line of a claim.

use chrono::NaiveDate;

use super::SecondaryError;
use crate::{Claim, Money, PayerId, PriorPayment, RemittanceClaim, RemittanceLine, ServiceLine};

/// What was decided of each line of the claim; nothing where the payer decided
/// the claim as a whole.
///
/// A payer may split a line: then all of its parts are the decision.
pub(super) fn decisions(
    claim: &Claim,
    remitted: &RemittanceClaim,
    decided: NaiveDate,
    payer: &PayerId,
) -> Result<Vec<Option<PriorPayment>>, SecondaryError> {
    if remitted.lines.is_empty() {
        return Ok(vec![None; claim.lines.len()]);
    }
    let parts = parts(claim, remitted)?;
    let mut decisions = Vec::with_capacity(claim.lines.len());
    for ((line, said), number) in parts.into_iter().zip(1..) {
        if said.is_empty() {
            return Err(SecondaryError::Unmatched {
                of: "claim",
                line: number,
            });
        }
        let decision = PriorPayment {
            paid: said.iter().map(|part| part.paid).sum(),
            adjustments: said
                .iter()
                .flat_map(|part| part.adjustments.clone())
                .collect(),
            decided: Some(decided),
            patient_owes: None,
            payer: Some(payer.as_str().to_owned()),
            remarks: said.iter().flat_map(|part| part.remarks.clone()).collect(),
        };
        let taken: Money = decision.adjustments.iter().map(|of| of.amount).sum();
        let difference = line.charge - decision.paid - taken;
        if !difference.is_zero() {
            return Err(SecondaryError::LineUnbalanced {
                line: number,
                difference,
            });
        }
        decisions.push(Some(decision));
    }
    Ok(decisions)
}

/// Each line of the claim with the remittance's lines about it: by our line
/// control number, else by what was done, when and for how much.
fn parts<'a>(
    claim: &'a Claim,
    remitted: &'a RemittanceClaim,
) -> Result<Vec<(&'a ServiceLine, Vec<&'a RemittanceLine>)>, SecondaryError> {
    let mut parts: Vec<(&ServiceLine, Vec<&RemittanceLine>)> =
        claim.lines.iter().map(|line| (line, Vec::new())).collect();
    let mut left = Vec::new();
    for (said, number) in remitted.lines.iter().zip(1..) {
        let control = said.control.as_deref();
        let named = parts
            .iter_mut()
            .find(|(line, _)| control.is_some() && line.control.as_deref() == control);
        match named {
            Some((_, listed)) => listed.push(said),
            None => left.push((number, said)),
        }
    }
    for (number, said) in left {
        let fitting = parts
            .iter_mut()
            .find(|(line, listed)| listed.is_empty() && is_about(said, line));
        let Some((_, listed)) = fitting else {
            return Err(SecondaryError::Unmatched {
                of: "remittance",
                line: number,
            });
        };
        listed.push(said);
    }
    Ok(parts)
}

fn is_about(said: &RemittanceLine, line: &ServiceLine) -> bool {
    said.procedure == line.procedure
        && said.modifiers == line.modifiers
        && said.charge == line.charge
        && (said.from.is_none() || said.from == line.from)
}
