//! What the contract says against what the payer allows, line by line.

use chrono::NaiveDate;
use scrubjay_model::{
    Claim, ClaimId, ClaimPaymentStatus, CoverageOrder, Money, RemittanceClaim, RemittanceLine,
    WorkKind,
};
use scrubjay_store::{ClaimRow, Reader};
use serde::Serialize;

use super::Payment;
use super::sorted::Sorted;
use crate::contracts::{Contracts, ExpectedLine};
use crate::desk::Desk;
use crate::steps::reason::{Place, place};
use crate::{Config, EngineError};

/// What a line of a claim is worth by contract, and what was allowed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedPayment {
    /// What the contract says.
    #[serde(flatten)]
    pub line: ExpectedLine,
    /// What the last decision allows; `None` where there is none, or it refuses
    /// some of the line.
    pub allowed: Option<Money>,
}

impl ExpectedPayment {
    /// By how much less was allowed than the contract says, where that is more
    /// than its term lets pass.
    #[must_use]
    pub fn short(&self) -> Option<Money> {
        let short = self.line.expected? - self.allowed?;
        (short > self.line.tolerance).then_some(short)
    }
}

/// What the contract with a claim's payer says of each of its lines. None for a
/// claim to a later payer: what that owes follows from what came before.
pub(super) fn by_contract(
    config: &Config,
    contracts: &Contracts,
    payer: &str,
    claim: &Claim,
) -> Vec<ExpectedLine> {
    let terms = config
        .payer_by_key(payer)
        .map(|payer| payer.contract.as_slice());
    match terms {
        Some(terms) if !terms.is_empty() && claim.order() == CoverageOrder::Primary => {
            contracts.expected(terms, claim)
        }
        _ => Vec::new(),
    }
}

/// What all lines are worth together; `None` where one of them is not told.
pub(super) fn total(lines: &[ExpectedLine]) -> Option<Money> {
    if lines.is_empty() {
        return None;
    }
    let told: Option<Vec<Money>> = lines.iter().map(|line| line.expected).collect();
    told.map(|amounts| amounts.into_iter().sum())
}

/// What the contract says that a claim is worth, where it tells it of every line.
pub(crate) fn expected_of(
    config: &Config,
    contracts: &Contracts,
    payer: &str,
    claim: &Claim,
) -> Option<Money> {
    total(&by_contract(config, contracts, payer, claim))
}

/// Gives what was allowed too little for to a person, and takes it back where a
/// later decision allows enough.
pub(super) fn check(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    remitted: &RemittanceClaim,
    row: &ClaimRow,
    claim: Option<&Claim>,
    lines: &[ExpectedLine],
) -> Result<(), EngineError> {
    if lines.is_empty() {
        return Ok(());
    }
    desk.close_work(
        &row.id,
        WorkKind::Underpayment,
        "the payer has decided anew",
    )?;
    let first_payer = matches!(
        remitted.status,
        ClaimPaymentStatus::Processed(1) | ClaimPaymentStatus::Forwarded(1)
    );
    let Some(claim) = claim.filter(|_| first_payer && payment.payer == row.payer) else {
        return Ok(());
    };
    let compared = compared(lines, claim, remitted, payment.decided);
    let mut short = Money::ZERO;
    let mut told = Vec::new();
    for line in &compared {
        let (Some(less), Some(expected), Some(allowed)) =
            (line.short(), line.line.expected, line.allowed)
        else {
            continue;
        };
        short += less;
        let term = line.line.term.as_deref().unwrap_or_default();
        told.push(format!(
            "line {}: {allowed} allowed, {expected} expected by {term}",
            line.line.line
        ));
    }
    if told.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "the payer allows {short} less than its contract says; {}",
        told.join("; ")
    );
    desk.open_work(WorkKind::Underpayment, Some(&row.id), short, reason)
}

/// The lines of a claim with what was allowed for each.
fn compared(
    lines: &[ExpectedLine],
    claim: &Claim,
    remitted: &RemittanceClaim,
    decided: NaiveDate,
) -> Vec<ExpectedPayment> {
    let mut left: Vec<&RemittanceLine> = remitted.lines.iter().collect();
    let mut compared = Vec::new();
    for (line, ours) in lines.iter().zip(&claim.lines) {
        let at = left
            .iter()
            .position(|theirs| ours.control.is_some() && theirs.control == ours.control);
        let at = at.or_else(|| {
            left.iter()
                .position(|theirs| theirs.control.is_none() && theirs.procedure == ours.procedure)
        });
        let theirs = at.map(|at| left.remove(at));
        // Another code than was billed is another price.
        let theirs = theirs.filter(|theirs| theirs.procedure == ours.procedure);
        compared.push(ExpectedPayment {
            line: line.clone(),
            allowed: theirs.and_then(|theirs| allowed(theirs, remitted, decided)),
        });
    }
    // A decision on the whole of a claim of one line is one on the line.
    if remitted.lines.is_empty()
        && let [one] = compared.as_mut_slice()
    {
        let sorted = Sorted::of(remitted, decided);
        let is_plain = sorted.refused.is_empty() && sorted.review.is_empty();
        one.allowed = is_plain.then(|| remitted.charge - sorted.contractual);
    }
    compared
}

/// The charge less what the contract takes off; `None` where some of it is
/// refused, or an earlier payer's decision stands in it.
fn allowed(line: &RemittanceLine, remitted: &RemittanceClaim, decided: NaiveDate) -> Option<Money> {
    let mut remarks = line.remarks.clone();
    remarks.extend(remitted.remarks.iter().cloned());
    let mut allowed = line.charge;
    for adjustment in &line.adjustments {
        match place(adjustment, &remarks, decided) {
            Place::Contractual => allowed -= adjustment.amount,
            Place::Refused(_) | Place::Review(_) | Place::AlreadyPosted => return None,
            Place::Patient | Place::Sequestration | Place::OtherAdjustment => {}
        }
    }
    Some(allowed)
}

/// What a claim is worth by contract, line by line, and what the last decision
/// that stands allows for it.
pub(crate) fn expected_payment(
    reader: &dyn Reader,
    config: &Config,
    contracts: &Contracts,
    id: &ClaimId,
) -> Result<Vec<ExpectedPayment>, EngineError> {
    let (Some(row), Some(claim)) = (reader.claim(id)?, reader.claim_document(id)?) else {
        return Err(EngineError::NoClaim { claim: id.clone() });
    };
    let lines = by_contract(config, contracts, &row.payer, &claim);
    let decisions = reader.remitted(id)?;
    let last = decisions
        .last()
        .filter(|last| last.remitted.status != ClaimPaymentStatus::Reversal);
    Ok(match last {
        Some(last) => compared(&lines, &claim, &last.remitted, last.decided),
        None => lines
            .into_iter()
            .map(|line| ExpectedPayment {
                line,
                allowed: None,
            })
            .collect(),
    })
}
