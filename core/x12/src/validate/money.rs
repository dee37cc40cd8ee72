//! Balancing (SNIP type 3): amounts of claims and payments that must add up.

use rust_decimal::Decimal;

use crate::balance::{adjustments, amount};
use crate::guide::Guide;
use crate::{Fault, FaultKind, Loop, SegmentBuf};

/// Checks the amounts inside a set, or inside one claim.
pub(super) fn check(guide: &Guide, root: &Loop, faults: &mut Vec<Fault>) {
    match guide.transaction() {
        "837P" => claims(root, ("SV1", 2), faults),
        "837I" => claims(root, ("SV2", 3), faults),
        "837D" => claims(root, ("SV3", 2), faults),
        "835" => payments(root, faults),
        _ => {}
    }
}

fn unbalanced(at: &SegmentBuf, loop_id: &'static str, element: usize, what: &'static str) -> Fault {
    Fault::new(
        at.position.unwrap_or_default(),
        FaultKind::Unbalanced(what),
        &at.id,
    )
    .within(loop_id)
    .at_element(element)
}

/// CLM02 is the sum of its lines' charges (005010X222A1, CLM02; X223A2; X224A2).
fn claims(root: &Loop, (service, charge): (&str, usize), faults: &mut Vec<Fault>) {
    for claim in root.walk().filter(|inner| inner.id == "2300") {
        let Some(clm) = claim.segment("CLM") else {
            continue;
        };
        let mut lines = 0;
        let mut sum = Some(Decimal::ZERO);
        for line in claim.children("2400") {
            let Some(sv) = line.segment(service) else {
                continue;
            };
            lines += 1;
            sum = sum
                .zip(amount(sv.element(charge)))
                .and_then(|(sum, more)| sum.checked_add(more));
            line_decisions(line, sv, charge, faults);
        }
        let total = amount(clm.element(2));
        if lines > 0
            && let (Some(total), Some(sum)) = (total, sum)
            && total != sum
        {
            let what = "CLM02 is not the sum of the lines' charges";
            faults.push(unbalanced(clm, "2300", 2, what));
        }
        other_payers(claim, clm, faults);
    }
}

/// What a payer paid and adjusted on a line is its charge (005010X222A1, 1.4.1.1).
fn line_decisions(line: &Loop, sv: &SegmentBuf, charge: usize, faults: &mut Vec<Fault>) {
    for decision in line.children("2430") {
        let Some(svd) = decision.segment("SVD") else {
            continue;
        };
        let parts = amount(svd.element(2)).zip(adjustments(decision));
        if let (Some((paid, adjusted)), Some(charge)) = (parts, amount(sv.element(charge)))
            && paid.checked_add(adjusted) != Some(charge)
        {
            let what = "SVD02 and the line's adjustments are not its charge";
            faults.push(unbalanced(svd, "2430", 2, what).warning());
        }
    }
}

/// What another payer paid and adjusted is the claim's charge (005010X222A1, 1.4.1.1).
fn other_payers(claim: &Loop, clm: &SegmentBuf, faults: &mut Vec<Fault>) {
    for payer in claim.children("2320") {
        let Some(paid) = payer.qualified("AMT", "D") else {
            continue;
        };
        let id = payer
            .child("2330B")
            .and_then(|named| named.segment("NM1"))
            .map(|nm1| nm1.element(9));
        let mut adjusted = adjustments(payer);
        for decision in claim
            .children("2400")
            .flat_map(|line| line.children("2430"))
        {
            let theirs = decision.segment("SVD").map(|svd| svd.element(1)) == id;
            if theirs {
                adjusted = adjusted
                    .zip(adjustments(decision))
                    .and_then(|(sum, more)| sum.checked_add(more));
            }
        }
        if let (Some(paid_amount), Some(adjusted), Some(total)) =
            (amount(paid.element(2)), adjusted, amount(clm.element(2)))
            && paid_amount.checked_add(adjusted) != Some(total)
        {
            let what = "AMT*D and the payer's adjustments are not the claim's charge";
            faults.push(unbalanced(paid, "2320", 2, what).warning());
        }
    }
}

/// The identities of 005010X221A1, 1.10.2.1, by claim; and of the whole set
/// where the whole set is at hand.
fn payments(root: &Loop, faults: &mut Vec<Fault>) {
    for claim in root.walk().filter(|inner| inner.id == "2100") {
        let sums = crate::balance::of_claim(claim);
        let is_off = |off: Option<Decimal>| off.is_some_and(|off| !off.is_zero());
        for (svc, off) in sums.lines {
            if is_off(off) {
                let what = "SVC02 less the line's adjustments is not SVC03";
                faults.push(unbalanced(svc, "2110", 3, what));
            }
        }
        if let Some((clp, off)) = sums.claim
            && is_off(off)
        {
            let what = "CLP03 less all adjustments is not CLP04";
            faults.push(unbalanced(clp, "2100", 4, what));
        }
    }
    if let Some(bpr) = root.segment("BPR")
        && crate::balance::of_transaction(root, bpr).is_some_and(|off| !off.is_zero())
    {
        let what = "BPR02 is not what is paid on claims less provider adjustments";
        faults.push(unbalanced(bpr, "ST", 2, what));
    }
}
