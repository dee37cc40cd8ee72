//! Our claim behind a remitted one: by number where a number leads to it, else
//! by likeness, and only where one is clearly most like it.

use scrubjay_model::{Claim, ClaimId, RemittanceClaim, Work};
use scrubjay_store::{ClaimFilter, ClaimRow, Difference, Matched, Reader};

use super::later_payer::is_later;
use super::likeness::{
    Candidate, Likeness, compared, first_day, is_another, nearness, same_member, same_name,
};
use crate::{Config, EngineError};

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
    sender: Sender<'p>,
    rows: Option<Vec<ClaimRow>>,
}

/// Who sent a remittance, by key.
#[derive(Debug, Clone, Copy)]
enum Sender<'p> {
    /// A payer that the practice has on file.
    OnFile(&'p str),
    /// One that it has not: it may be any payer by another name, so that its key
    /// says nothing against a claim.
    Stranger(&'p str),
}

impl<'p> Sender<'p> {
    const fn key(self) -> &'p str {
        match self {
            Self::OnFile(key) | Self::Stranger(key) => key,
        }
    }

    /// Whether what a claim and its remittance differ in speaks against a match.
    fn may_differ(self, differences: &[Difference]) -> bool {
        match self {
            Self::OnFile(_) => differences.is_empty(),
            Self::Stranger(_) => differences.iter().all(|one| *one == Difference::Payer),
        }
    }
}

impl<'p> Known<'p> {
    /// Of the payer of that key.
    pub(super) fn of(config: &Config, payer: &'p str) -> Self {
        let sender = match config.payer_by_key(payer) {
            Some(_) => Sender::OnFile(payer),
            None => Sender::Stranger(payer),
        };
        Self { sender, rows: None }
    }

    /// Our claim, where it is sure.
    pub(super) fn find(
        &mut self,
        reader: &dyn Reader,
        remitted: &RemittanceClaim,
    ) -> Result<Found, EngineError> {
        if let Some((row, matched)) = by_number(reader, self.sender, remitted)? {
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
        let payer = self.sender.key();
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
        let mut near: Vec<ClaimRow> = near
            .into_iter()
            .take(LOOKED_AT)
            .map(|(_, row)| row.clone())
            .collect();
        // A number may lead to another payer's claim, or to one of another charge.
        for row in numbered(reader, remitted)? {
            if was_sent(row.status.work) && near.iter().all(|known| known.id != row.id) {
                near.push(row);
            }
        }
        let mut like = Vec::new();
        for row in near {
            if let Some(claim) = reader.claim_document(&row.id)? {
                let of_payer = (row.payer != payer).then(|| row.payer.clone());
                like.push(Candidate {
                    of_payer,
                    ..compared(&row, &claim, remitted, day)
                });
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
    let sender = Sender::OnFile(payer);
    let mut known = Known { sender, rows: None };
    let mut like = known.candidates(reader, remitted)?;
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

/// Money is never guessed: the charge must be the same, the patient and the payer
/// too, and no other claim may be nearly as like.
fn is_clear(best: &Candidate, next: Option<&Candidate>) -> bool {
    let agrees = |like| best.agrees.contains(&like);
    best.score >= SURE
        && best.of_payer.is_none()
        && agrees(Likeness::Charge)
        && (agrees(Likeness::Member) || agrees(Likeness::Name))
        && next.is_none_or(|next| best.score - next.score >= LEAD)
}

/// By our number or the payer's, which must lead to a claim of that payer and
/// charge whose patient is not clearly another: payers return damaged numbers,
/// practices give one to many claims, and two payers may use one. Of a payer that
/// is not on file charge and patient must agree.
fn by_number(
    reader: &dyn Reader,
    sender: Sender<'_>,
    remitted: &RemittanceClaim,
) -> Result<Option<(ClaimRow, Matched)>, EngineError> {
    if let Some(row) = agreeing(reader, by_our_number(reader, remitted)?, sender, remitted)? {
        return Ok(Some((row, Matched::Control)));
    }
    let theirs = agreeing(reader, by_their_number(reader, remitted)?, sender, remitted)?;
    Ok(theirs.map(|row| (row, Matched::PayerControl)))
}

/// The claims to which either number leads, whatever else they are.
fn numbered(reader: &dyn Reader, remitted: &RemittanceClaim) -> Result<Vec<ClaimRow>, EngineError> {
    let mut rows = by_our_number(reader, remitted)?;
    rows.extend(by_their_number(reader, remitted)?);
    rows.truncate(LOOKED_AT);
    Ok(rows)
}

fn by_our_number(
    reader: &dyn Reader,
    remitted: &RemittanceClaim,
) -> Result<Vec<ClaimRow>, EngineError> {
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
    Ok(ours)
}

fn by_their_number(
    reader: &dyn Reader,
    remitted: &RemittanceClaim,
) -> Result<Vec<ClaimRow>, EngineError> {
    let Some(control) = &remitted.payer_control else {
        return Ok(Vec::new());
    };
    let mut filter = ClaimFilter::default();
    filter.payer_control = Some(control.as_str().to_owned());
    Ok(reader.claims(&filter)?)
}

/// What a remitted claim and a claim of ours differ in, though a number or a
/// person says that they are the same. A later payer is another by its nature.
pub(super) fn differences(
    reader: &dyn Reader,
    row: &ClaimRow,
    payer: &str,
    remitted: &RemittanceClaim,
) -> Result<Vec<Difference>, EngineError> {
    let mut differences = Vec::new();
    if !is_later(&remitted.status) && !has_a_say(reader, payer, row)? {
        differences.push(Difference::Payer);
    }
    if row.charge != remitted.charge.abs() {
        differences.push(Difference::Charge);
    }
    Ok(differences)
}

/// Whether a claim went to a payer, or the payer has decided on it.
pub(super) fn has_a_say(
    reader: &dyn Reader,
    payer: &str,
    row: &ClaimRow,
) -> Result<bool, EngineError> {
    if row.payer == payer {
        return Ok(true);
    }
    let decided = reader.remitted(&row.id)?;
    Ok(decided.iter().any(|one| one.payer == payer))
}

/// How far a claim of the right number agrees: the first of these that differs
/// between two claims says which agrees more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Agreement {
    payer: bool,
    member: bool,
    name: bool,
}

impl Agreement {
    /// None where it is not surely that claim: of another payer's the patient
    /// must agree too.
    fn of(own: bool, claim: &Claim, remitted: &RemittanceClaim) -> Option<Self> {
        let (member, name) = (same_member(claim, remitted), same_name(claim, remitted));
        let is_it = member || name || own && !is_another(claim, remitted);
        is_it.then_some(Self {
            payer: own,
            member,
            name,
        })
    }
}

/// The one of several claims of one number that agrees most; where two agree
/// alike, the one whose own number it is.
fn agreeing(
    reader: &dyn Reader,
    rows: Vec<ClaimRow>,
    sender: Sender<'_>,
    remitted: &RemittanceClaim,
) -> Result<Option<ClaimRow>, EngineError> {
    let payer = sender.key();
    let mut agree: Vec<(Agreement, ClaimRow)> = Vec::new();
    for row in rows {
        if !sender.may_differ(&differences(reader, &row, payer, remitted)?) {
            continue;
        }
        let claim = reader.claim_document(&row.id)?;
        let own = row.payer == payer;
        let agreement = claim.and_then(|claim| Agreement::of(own, &claim, remitted));
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
            of_payer: None,
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
        let elsewhere = Candidate {
            of_payer: Some("another".to_owned()),
            ..best
        };
        assert!(!is_clear(&elsewhere, None));
    }
}
