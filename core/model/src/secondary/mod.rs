//! The claim to the next payer, with all that the payer before it decided
//! (`domain.md` 2.6 point 7, 2.7; 005010X222A1, 1.4.1).

mod lines;

use chrono::NaiveDate;

use crate::{
    AsSent, Carried, Claim, ClaimId, ClaimPaymentStatus, Coverage, Frequency, GroupCode, Money,
    PriorPayment, Rarc, Relationship, RemittanceClaim,
};

/// A claim that its payer has decided.
#[derive(Debug, Clone, Copy)]
pub struct Adjudicated<'a> {
    /// The claim, as it was sent.
    pub claim: &'a Claim,
    /// What its payer decided (835).
    pub remitted: &'a RemittanceClaim,
    /// When: the day of the payment, or of the remittance without one.
    pub decided: NaiveDate,
}

/// Why no claim to the next payer can be made. Never carries the data itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecondaryError {
    /// The payer has sent it on itself: a claim of ours would be a second one.
    #[error("the payer has forwarded the claim; wait for the next payer's answer")]
    Forwarded,
    /// The payer has not decided it.
    #[error("the payer has not processed the claim (CLP02); bill the payer that should")]
    NotProcessed,
    /// A reversal takes a decision back.
    #[error("the remittance reverses the claim; wait for the correction")]
    Reversed,
    /// The claim goes to no payer, or to one without an id.
    #[error("the claim's payer has no id, which each decision on a line must name; give it one")]
    NoPayer,
    /// The next payer does not come later than this one.
    #[error("the next coverage does not pay after the one that has decided; put them in order")]
    Order,
    /// A line of the claim that the payer does not speak of, or the other way
    /// round.
    #[error(
        "line {line} of the {of} has no counterpart; compare the remittance with the claim by hand"
    )]
    Unmatched {
        /// `claim` or `remittance`.
        of: &'static str,
        /// Which, 1-based.
        line: usize,
    },
    /// What was paid and what was taken off do not make the charge.
    #[error(
        "line {line} of the claim does not balance: charge less payment and adjustments leaves {difference}"
    )]
    LineUnbalanced {
        /// Which, 1-based.
        line: usize,
        /// What is left; below zero where too much was taken off.
        difference: Money,
    },
    /// The same of the whole claim.
    #[error("the claim does not balance: charge less payment and adjustments leaves {difference}")]
    Unbalanced {
        /// What is left.
        difference: Money,
    },
}

/// Remark codes that a claim can tell of an earlier payer (MOA).
const REMARKS: usize = 5;

/// Makes the claim to the next payer out of a claim that its payer has decided.
///
/// Every adjustment of the claim and of its lines is on it, with the day of the
/// decision, the remark codes and what the patient owes; nothing is added up or
/// made to balance. Payers that decided earlier stay with what they decided.
/// The control number stays and the claim is an original, under the id given.
///
/// What belongs to the first payer alone does not go to the next: its control
/// number, its authorization and referral (they are named as another payer's),
/// the number that it knows the patient by, and the numbers that it gave to
/// providers. Of remark codes a claim can tell
/// five; the lines keep all of theirs.
///
/// # Errors
/// [`SecondaryError`] where the payer has forwarded or not decided it, a line
/// has no counterpart, or the decision does not balance: that is for a person.
pub fn secondary_claim(
    adjudicated: Adjudicated<'_>,
    next: &Coverage,
    id: ClaimId,
) -> Result<Claim, SecondaryError> {
    let Adjudicated {
        claim,
        remitted,
        decided,
    } = adjudicated;
    match remitted.status {
        ClaimPaymentStatus::Forwarded(_) => return Err(SecondaryError::Forwarded),
        ClaimPaymentStatus::Reversal => return Err(SecondaryError::Reversed),
        ClaimPaymentStatus::Processed(_) => {}
        _ => return Err(SecondaryError::NotProcessed),
    }
    let first = claim.destination().ok_or(SecondaryError::NoPayer)?;
    let payer = first.payer.as_ref().ok_or(SecondaryError::NoPayer)?;
    if next.order <= first.order {
        return Err(SecondaryError::Order);
    }
    let decisions = lines::decisions(claim, remitted, decided, payer)?;
    let by_line = !remitted.lines.is_empty();
    check_claim(claim, remitted)?;
    let mut secondary = claim.clone();
    secondary.id = id;
    secondary.frequency = Frequency::Original;
    secondary.payer_control = None;
    for (line, decision) in secondary.lines.iter_mut().zip(decisions) {
        line.prior.extend(decision);
        line.authorization = None;
    }
    let owes = remitted
        .all_adjustments()
        .filter(|of| of.group.sound() == Some(&GroupCode::PatientResponsibility))
        .map(|of| of.amount)
        .sum::<Money>();
    let prior = Coverage {
        paid: Some(PriorPayment {
            paid: remitted.paid,
            adjustments: remitted.adjustments.clone(),
            // Where lines were decided, they say when.
            decided: (!by_line).then_some(decided),
            patient_owes: (!owes.is_zero()).then_some(owes),
            payer: None,
            remarks: remarks(remitted),
        }),
        ..first.clone()
    };
    let others = coverages(claim, next, prior);
    secondary.carried = carried(claim, &others);
    secondary.coverages = std::iter::once(Coverage {
        paid: None,
        ..next.clone()
    })
    .chain(others.into_iter().map(|(_, coverage)| coverage))
    .collect();
    secondary.authorization = None;
    secondary.referral = None;
    // The number that the next payer knows the patient by, where it is their own.
    let own = next.relationship == Relationship::Own;
    secondary.patient.member = next.member.clone().filter(|_| own);
    Ok(secondary)
}

/// Charge, payment and every adjustment of the claim and its lines: identity 2
/// of `domain.md` 2.6.
fn check_claim(claim: &Claim, remitted: &RemittanceClaim) -> Result<(), SecondaryError> {
    let taken: Money = remitted.all_adjustments().map(|of| of.amount).sum();
    let difference = claim.charge - remitted.paid - taken;
    if difference.is_zero() {
        return Ok(());
    }
    Err(SecondaryError::Unbalanced { difference })
}

/// Remark codes of the claim, then of its lines, each once.
fn remarks(remitted: &RemittanceClaim) -> Vec<AsSent<Rarc>> {
    let of_lines = remitted.lines.iter().flat_map(|line| &line.remarks);
    let mut distinct: Vec<AsSent<Rarc>> = Vec::new();
    for code in remitted.remarks.iter().chain(of_lines) {
        if !distinct.contains(code) {
            distinct.push(code.clone());
        }
    }
    distinct.truncate(REMARKS);
    distinct
}

/// The other payers in their order of payment, each with its place behind the
/// first coverage of the claim that was decided, where it had one.
fn coverages(claim: &Claim, next: &Coverage, prior: Coverage) -> Vec<(Option<usize>, Coverage)> {
    let is_next = |other: &Coverage| {
        other.paid.is_none()
            && (other.order == next.order || (other.payer.is_some() && other.payer == next.payer))
    };
    let others = (1..)
        .zip(claim.coverages.iter().skip(1))
        .filter(|(_, other)| !is_next(other))
        .map(|(place, other)| (Some(place), other.clone()));
    let mut all: Vec<_> = std::iter::once((None, prior)).chain(others).collect();
    all.sort_by_key(|(_, coverage)| coverage.order);
    all
}

/// Levels and loops that speak of the payer a claim goes to.
const OF_PAYER: [&str; 5] = ["2000B", "2010BA", "2010BB", "2010BC", "2010BD"];

/// What the claim carried, under the places that other payers have now,
/// without what belonged to the first payer alone.
fn carried(claim: &Claim, others: &[(Option<usize>, Coverage)]) -> Vec<Carried> {
    let mut all = Vec::new();
    for kept in &claim.carried {
        let loop_id = kept.at.split(['[', '/', '.']).next().unwrap_or_default();
        if OF_PAYER.contains(&loop_id) {
            continue;
        }
        let at = match place_in(&kept.at) {
            None => kept.at.clone(),
            Some((place, rest)) => {
                let now = others.iter().position(|(was, _)| *was == Some(place));
                // The next payer is no other payer any more.
                let Some(now) = now else { continue };
                format!("2320[{}]{rest}", now + 1)
            }
        };
        let segments: Vec<String> = kept
            .segments
            .iter()
            .filter(|text| !is_payers_number(loop_id, text))
            .cloned()
            .collect();
        if !segments.is_empty() {
            all.push(Carried { at, segments });
        }
    }
    let now = others.iter().position(|(was, _)| was.is_none());
    let numbers = [("G1", &claim.authorization), ("9F", &claim.referral)];
    let named: Vec<String> = numbers
        .into_iter()
        .filter_map(|(qualifier, number)| Some(format!("REF*{qualifier}*{}", number.as_ref()?)))
        .collect();
    if let (Some(now), false) = (now, named.is_empty()) {
        all.push(Carried {
            at: format!("2320[{}]/2330B", now + 1),
            segments: named,
        });
    }
    all
}

/// The place of another payer in a path, and the path behind it.
fn place_in(at: &str) -> Option<(usize, &str)> {
    let (place, rest) = at.strip_prefix("2320[")?.split_once(']')?;
    Some((place.parse().ok()?, rest))
}

/// Whether a segment is a number that the payer gave to a provider.
fn is_payers_number(loop_id: &str, segment: &str) -> bool {
    let of_provider = loop_id.starts_with("2310") || loop_id.starts_with("2400");
    of_provider && (segment.starts_with("REF*G2*") || segment.starts_with("REF*LU*"))
}

#[cfg(test)]
mod tests;
