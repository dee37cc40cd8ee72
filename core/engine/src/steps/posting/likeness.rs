//! How like a claim of ours is to a remitted one.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use scrubjay_model::{Claim, ClaimId, Name, RemittanceClaim};
use scrubjay_store::ClaimRow;
use serde::Serialize;

/// What a claim and a remitted claim agree in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// Our control number, damaged on its way: cut off, padded, one character off.
    ControlNumber,
    /// The payer's control number.
    PayerControlNumber,
    /// The member number.
    Member,
    /// Last and first name.
    Name,
    /// First day of service.
    Dates,
    /// Procedures; some of them may be enough for some of the points.
    Procedures,
    /// Total charge.
    Charge,
}

impl Likeness {
    /// In a few words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ControlNumber => "control number",
            Self::PayerControlNumber => "payer's control number",
            Self::Member => "member number",
            Self::Name => "name",
            Self::Dates => "dates",
            Self::Procedures => "procedures",
            Self::Charge => "charge",
        }
    }

    /// What it counts, of 100 for all; the two numbers count once.
    const fn points(self) -> u8 {
        match self {
            Self::ControlNumber | Self::PayerControlNumber => 25,
            Self::Member => 18,
            Self::Name => 12,
            Self::Dates | Self::Procedures | Self::Charge => 15,
        }
    }
}

/// A claim that a remitted one may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Claim.
    pub claim: ClaimId,
    /// How like it is, of 100.
    pub score: u8,
    /// What they agree in.
    pub agrees: Vec<Likeness>,
    /// The payer that it went to, where that is another than the remittance's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_payer: Option<String>,
}

impl std::fmt::Display for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let agrees: Vec<&str> = self.agrees.iter().map(|like| like.as_str()).collect();
        write!(
            f,
            "{} ({} of 100: {})",
            self.claim,
            self.score,
            agrees.join(", ")
        )?;
        match &self.of_payer {
            Some(payer) => write!(f, ", but a claim to {payer}"),
            None => Ok(()),
        }
    }
}

/// How many of the things that a row shows agree; a damaged number is worth the
/// look by itself.
pub(super) fn nearness(row: &ClaimRow, remitted: &RemittanceClaim, day: Option<NaiveDate>) -> u8 {
    let charge = row.charge == remitted.charge.abs();
    let dates = day.is_some() && row.service_from == day;
    let number = same_payer_control(row, remitted) || damaged(row, remitted);
    2 * u8::from(number) + u8::from(charge) + u8::from(dates)
}

pub(super) fn compared(
    row: &ClaimRow,
    claim: &Claim,
    remitted: &RemittanceClaim,
    day: Option<NaiveDate>,
) -> Candidate {
    let shared = shared_procedures(claim, remitted);
    let holds = [
        (Likeness::ControlNumber, damaged(row, remitted)),
        (
            Likeness::PayerControlNumber,
            same_payer_control(row, remitted),
        ),
        (Likeness::Member, same_member(claim, remitted)),
        (Likeness::Name, same_name(claim, remitted)),
        (Likeness::Dates, day.is_some() && row.service_from == day),
        (Likeness::Procedures, shared.0 > 0),
        (Likeness::Charge, row.charge == remitted.charge.abs()),
    ];
    let agrees: Vec<Likeness> = holds
        .into_iter()
        .filter_map(|(like, holds)| holds.then_some(like))
        .collect();
    let both_numbers = agrees.starts_with(&[Likeness::ControlNumber, Likeness::PayerControlNumber]);
    let counted = &agrees[usize::from(both_numbers)..];
    let score = counted
        .iter()
        .map(|like| match like {
            Likeness::Procedures => part_of(like.points(), shared),
            _ => like.points(),
        })
        .sum();
    Candidate {
        claim: row.id.clone(),
        score,
        agrees,
        of_payer: None,
    }
}

/// The points for so many of so many.
fn part_of(points: u8, (shared, all): (usize, usize)) -> u8 {
    let points = usize::from(points) * shared / all.max(1);
    u8::try_from(points).unwrap_or(u8::MAX)
}

/// How many procedures both have, and how many the longer list has.
fn shared_procedures(claim: &Claim, remitted: &RemittanceClaim) -> (usize, usize) {
    let mut ours: BTreeMap<String, usize> = BTreeMap::new();
    for line in &claim.lines {
        if let Some(procedure) = &line.procedure {
            *ours.entry(procedure.text()).or_default() += 1;
        }
    }
    let mut shared = 0;
    for procedure in remitted
        .lines
        .iter()
        .filter_map(|line| line.procedure.as_ref())
    {
        if let Some(left) = ours.get_mut(&procedure.text()).filter(|left| **left > 0) {
            *left -= 1;
            shared += 1;
        }
    }
    (shared, claim.lines.len().max(remitted.lines.len()))
}

pub(super) fn first_day(remitted: &RemittanceClaim) -> Option<NaiveDate> {
    let of_lines = remitted.lines.iter().filter_map(|line| line.from).min();
    remitted.from.or(of_lines)
}

fn same_payer_control(row: &ClaimRow, remitted: &RemittanceClaim) -> bool {
    match (&row.payer_control, &remitted.payer_control) {
        (Some(ours), Some(theirs)) => ours == theirs.as_str(),
        _ => false,
    }
}

pub(super) fn same_member(claim: &Claim, remitted: &RemittanceClaim) -> bool {
    let Some(theirs) = remitted
        .patient
        .as_ref()
        .and_then(|one| one.member.as_ref())
    else {
        return false;
    };
    claim.patient.member.as_ref() == Some(theirs)
        || claim
            .coverages
            .iter()
            .any(|coverage| coverage.member.as_ref() == Some(theirs))
}

pub(super) fn same_name(claim: &Claim, remitted: &RemittanceClaim) -> bool {
    let Some(theirs) = &remitted.patient else {
        return false;
    };
    let ours = &claim.patient.name;
    !theirs.name.last.is_empty()
        && theirs.name.last.eq_ignore_ascii_case(&ours.last)
        && match (&theirs.name.first, &ours.first) {
            (Some(theirs), Some(ours)) => theirs.eq_ignore_ascii_case(ours),
            _ => false,
        }
}

/// Whether the payer clearly names another patient: another last name, and with
/// it another member number, or another first name where there is no number.
pub(super) fn is_another(claim: &Claim, remitted: &RemittanceClaim) -> bool {
    let Some(theirs) = &remitted.patient else {
        return false;
    };
    let ours = &claim.patient.name;
    let differs = |theirs: &str, ours: &str| {
        !theirs.is_empty() && !ours.is_empty() && !theirs.eq_ignore_ascii_case(ours)
    };
    if same_member(claim, remitted) || !differs(&theirs.name.last, &ours.last) {
        return false;
    }
    let coverages = claim.coverages.iter();
    let has_member = claim.patient.member.is_some()
        || coverages
            .into_iter()
            .any(|coverage| coverage.member.is_some());
    let first = |name: &Name| name.first.clone().unwrap_or_default();
    theirs.member.is_some() && has_member || differs(&first(&theirs.name), &first(ours))
}

/// Whether the control number that came back may be ours, damaged.
fn damaged(row: &ClaimRow, remitted: &RemittanceClaim) -> bool {
    let theirs = bare(&remitted.control);
    [row.id.as_str(), row.control.as_str()]
        .into_iter()
        .any(|ours| is_damaged(&bare(ours), &theirs))
}

/// Letters and digits only, in capitals, leading zeros taken off.
fn bare(control: &str) -> Vec<u8> {
    let kept = control.bytes().filter(u8::is_ascii_alphanumeric);
    kept.map(|byte| byte.to_ascii_uppercase())
        .skip_while(|byte| *byte == b'0')
        .collect()
}

/// The same but for marks and zeros, one a part of the other, one character
/// other, or two neighbours swapped.
fn is_damaged(ours: &[u8], theirs: &[u8]) -> bool {
    const LONG_ENOUGH: usize = 5;
    if ours.len().min(theirs.len()) < LONG_ENOUGH {
        return false;
    }
    if ours == theirs || ours.starts_with(theirs) || theirs.starts_with(ours) {
        return true;
    }
    if ours.ends_with(theirs) || theirs.ends_with(ours) {
        return true;
    }
    if ours.len() != theirs.len() {
        return false;
    }
    let off: Vec<usize> = (0..ours.len())
        .filter(|at| ours[*at] != theirs[*at])
        .collect();
    match off[..] {
        [_] => true,
        [first, second] => {
            second == first + 1 && ours[first] == theirs[second] && ours[second] == theirs[first]
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_number_is_known_again_when_it_comes_back_damaged() {
        for (ours, theirs) in [
            ("JC-1013", "jc1013"),
            ("0001013A", "1013A"),
            ("JC10137788", "JC101377"),
            ("JC1013", "PREFIXJC1013"),
            ("JC1013", "JC1018"),
            ("JC1013", "JC1031"),
        ] {
            assert!(is_damaged(&bare(ours), &bare(theirs)), "{ours} {theirs}");
        }
        for (ours, theirs) in [
            ("JC1013", "JC1127"),
            ("JC13", "JC1"),
            ("JC1013", "JC10"),
            ("", ""),
            ("JC1013", "JC2023"),
        ] {
            assert!(!is_damaged(&bare(ours), &bare(theirs)), "{ours} {theirs}");
        }
    }

    #[test]
    fn all_there_is_makes_a_hundred_and_part_of_the_procedures_a_part() {
        let all = [
            Likeness::ControlNumber,
            Likeness::Member,
            Likeness::Name,
            Likeness::Dates,
            Likeness::Procedures,
            Likeness::Charge,
        ];
        let sum: u8 = all.into_iter().map(Likeness::points).sum();
        assert_eq!(sum, 100);
        assert_eq!((part_of(15, (2, 3)), part_of(15, (0, 0))), (10, 0));
    }
}
