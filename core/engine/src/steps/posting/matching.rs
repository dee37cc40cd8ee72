//! Our claim behind a remitted one: by number where a number leads to it, else
//! by likeness, and only where one is clearly most like it.

use scrubjay_model::{Claim, ClaimId, RemittanceClaim, Work};
use scrubjay_store::{ClaimFilter, ClaimRow, Matched, Reader};

use super::likeness::{
    Candidate, Likeness, compared, first_day, is_another, nearness, same_member, same_name,
};
use crate::EngineError;

/// From this score on, of 100, a claim is taken for the remitted one...
const SURE: u8 = 70;
/// ...where the next is less like it by so much.
const LEAD: u8 = 15;
/// At most so many claims are looked at closely for one remitted claim.
const LOOKED_AT: usize = 50;
/// At most so many are shown to a person.
const SHOWN: usize = 3;

/// What looking for a claim came to.
#[derive(Debug)]
pub(crate) enum Found {
    /// It is this one.
    Sure(Box<ClaimRow>, Matched),
    /// It is perhaps one of these, the likest first.
    Unsure(Vec<Candidate>),
}

/// The claims that a payer may have decided on, read once a remittance and
/// only where a number leads nowhere.
#[derive(Debug)]
pub(super) struct Known<'p> {
    payer: &'p str,
    rows: Option<Vec<ClaimRow>>,
}

impl<'p> Known<'p> {
    pub(super) const fn of(payer: &'p str) -> Self {
        Self { payer, rows: None }
    }

    /// Our claim, where it is sure.
    pub(super) fn find(
        &mut self,
        reader: &dyn Reader,
        remitted: &RemittanceClaim,
    ) -> Result<Found, EngineError> {
        if let Some((row, matched)) = by_number(reader, remitted)? {
            return Ok(Found::Sure(Box::new(row), matched));
        }
        let mut like = self.candidates(reader, remitted)?;
        if let [best, rest @ ..] = like.as_slice()
            && is_clear(best, rest.first())
            && let Some(row) = reader.claim(&best.claim)?
        {
            let score = best.score;
            return Ok(Found::Sure(Box::new(row), Matched::Likeness { score }));
        }
        like.truncate(SHOWN);
        Ok(Found::Unsure(like))
    }

    /// The claims that are like a remitted one, the likest first.
    fn candidates(
        &mut self,
        reader: &dyn Reader,
        remitted: &RemittanceClaim,
    ) -> Result<Vec<Candidate>, EngineError> {
        let payer = self.payer;
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => none.insert(had_by(reader, payer)?),
        };
        let day = first_day(remitted);
        let mut near: Vec<(u8, &ClaimRow)> = rows
            .iter()
            .map(|row| (nearness(row, remitted, day), row))
            .filter(|(nearness, _)| *nearness > 0)
            .collect();
        // Sorting keeps the order in which claims were made among equals.
        near.sort_by_key(|(nearness, _)| std::cmp::Reverse(*nearness));
        let mut like = Vec::new();
        for (_, row) in near.into_iter().take(LOOKED_AT) {
            if let Some(claim) = reader.claim_document(&row.id)? {
                like.push(compared(row, &claim, remitted, day));
            }
        }
        like.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
        Ok(like)
    }
}

/// The claims that a remitted one may be, for a person to choose from.
pub(super) fn candidates(
    reader: &dyn Reader,
    payer: &str,
    remitted: &RemittanceClaim,
) -> Result<Vec<Candidate>, EngineError> {
    let mut like = Known::of(payer).candidates(reader, remitted)?;
    like.truncate(SHOWN);
    Ok(like)
}

/// Claims of a payer that have left and are not withdrawn.
fn had_by(reader: &dyn Reader, payer: &str) -> Result<Vec<ClaimRow>, EngineError> {
    let mut filter = ClaimFilter::default();
    filter.payer = Some(payer.to_owned());
    let mut rows = reader.claims(&filter)?;
    rows.retain(|row| was_sent(row.status.work));
    Ok(rows)
}

/// Whether a payer can have had a claim that stands so.
pub(super) const fn was_sent(work: Work) -> bool {
    matches!(
        work,
        Work::Submitted | Work::Accepted | Work::Rejected | Work::Adjudicated | Work::Closed
    )
}

/// Money is never guessed: the charge must be the same and the patient too,
/// and no other claim may be nearly as like.
fn is_clear(best: &Candidate, next: Option<&Candidate>) -> bool {
    let agrees = |like| best.agrees.contains(&like);
    best.score >= SURE
        && agrees(Likeness::Charge)
        && (agrees(Likeness::Member) || agrees(Likeness::Name))
        && next.is_none_or(|next| best.score - next.score >= LEAD)
}

/// By our number or the payer's, which must lead to a claim whose patient
/// agrees, or whose charge does and whose patient is not clearly another:
/// payers return damaged numbers, and practices give one to many claims.
fn by_number(
    reader: &dyn Reader,
    remitted: &RemittanceClaim,
) -> Result<Option<(ClaimRow, Matched)>, EngineError> {
    let control = remitted.control.trim();
    let mut ours = Vec::new();
    if let Ok(id) = control.parse::<ClaimId>() {
        ours.extend(reader.claim(&id)?);
    }
    // Beside our own, the number that the claim came to us with.
    let mut filter = ClaimFilter::default();
    filter.control = Some(control.to_owned());
    for row in reader.claims(&filter)? {
        if ours.iter().all(|known: &ClaimRow| known.id != row.id) {
            ours.push(row);
        }
    }
    if let Some(row) = agreeing(reader, ours, remitted)? {
        return Ok(Some((row, Matched::Control)));
    }
    let Some(control) = &remitted.payer_control else {
        return Ok(None);
    };
    let mut filter = ClaimFilter::default();
    filter.payer_control = Some(control.as_str().to_owned());
    let theirs = agreeing(reader, reader.claims(&filter)?, remitted)?;
    Ok(theirs.map(|row| (row, Matched::PayerControl)))
}

/// How far a claim of the right number agrees: the first of these that differs
/// between two claims says which agrees more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Agreement {
    patient_and_charge: bool,
    member: bool,
    name: bool,
    charge: bool,
}

impl Agreement {
    /// None where it is clearly another claim.
    fn of(row: &ClaimRow, claim: &Claim, remitted: &RemittanceClaim) -> Option<Self> {
        let (member, name) = (same_member(claim, remitted), same_name(claim, remitted));
        let charge = row.charge == remitted.charge.abs();
        let patient = member || name;
        let is_it = patient || charge && !is_another(claim, remitted);
        is_it.then_some(Self {
            patient_and_charge: patient && charge,
            member,
            name,
            charge,
        })
    }
}

/// The one of several claims of one number that agrees most; where two agree
/// alike, the one whose own number it is.
fn agreeing(
    reader: &dyn Reader,
    rows: Vec<ClaimRow>,
    remitted: &RemittanceClaim,
) -> Result<Option<ClaimRow>, EngineError> {
    let mut agree: Vec<(Agreement, ClaimRow)> = Vec::new();
    for row in rows {
        let claim = reader.claim_document(&row.id)?;
        let agreement = claim.and_then(|claim| Agreement::of(&row, &claim, remitted));
        agree.extend(agreement.map(|agreement| (agreement, row)));
    }
    let Some(best) = agree.iter().map(|(agreement, _)| *agreement).max() else {
        return Ok(None);
    };
    agree.retain(|(agreement, _)| *agreement == best);
    if agree.len() > 1 {
        agree.retain(|(_, row)| row.id.as_str() == remitted.control.trim());
    }
    Ok(agree.pop().map(|(_, row)| row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(score: u8, agrees: &[Likeness]) -> Candidate {
        Candidate {
            claim: "A".parse().unwrap(),
            score,
            agrees: agrees.to_vec(),
        }
    }

    #[test]
    fn only_a_clear_best_of_the_same_charge_and_patient_is_taken() {
        use Likeness::{Charge, ControlNumber, Dates, Member, Procedures};
        let best = candidate(88, &[ControlNumber, Member, Dates, Procedures, Charge]);
        assert!(is_clear(&best, None));
        assert!(is_clear(&best, Some(&candidate(73, &[Member]))));
        assert!(!is_clear(&best, Some(&candidate(74, &[Member]))));
        let other_charge = candidate(85, &[ControlNumber, Member, Dates, Procedures]);
        assert!(!is_clear(&other_charge, None));
        let no_patient = candidate(70, &[ControlNumber, Dates, Procedures, Charge]);
        assert!(!is_clear(&no_patient, None));
        assert!(!is_clear(&candidate(69, &[Member, Charge]), None));
    }
}
