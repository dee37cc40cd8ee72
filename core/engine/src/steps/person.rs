//! Whose claim it is: the keys under which a claim's patient is found, however a
//! name is spelled, and who is plainly somebody else.

use std::collections::BTreeSet;

use scrubjay_model::{Claim, CoverageOrder, Frequency, Person, Relationship};
use scrubjay_store::{ClaimFilter, ClaimRow, Reader, patient_key};

use crate::EngineError;

/// The keys of a claim's patient: the one under which the claim was made, the one
/// of its present spelling, and for a claim that stands behind another those of
/// that one too. The first is the one under which it was made.
pub(crate) fn keys_of(reader: &dyn Reader, claim: &Claim) -> Result<Vec<String>, EngineError> {
    let mut keys = own_keys(reader, claim)?;
    if !stands_behind_another(claim) {
        return Ok(keys);
    }
    let mut filter = ClaimFilter::default();
    filter.control = Some(claim.control.as_str().to_owned());
    for row in reader.claims(&filter)? {
        let Some(other) = reader.claim_document(&row.id)? else {
            continue;
        };
        let others = own_keys(reader, &other)?;
        if others.iter().any(|key| keys.contains(key)) {
            keys.extend(others);
        }
    }
    let mut seen = BTreeSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    Ok(keys)
}

/// The keys of a claim by itself.
pub(crate) fn own_keys(reader: &dyn Reader, claim: &Claim) -> Result<Vec<String>, EngineError> {
    let spelled = patient_key(claim);
    let made = reader.claim_patient(&claim.id)?;
    let mut keys = Vec::from_iter(made);
    if !keys.contains(&spelled) {
        keys.push(spelled);
    }
    Ok(keys)
}

fn stands_behind_another(claim: &Claim) -> bool {
    let later = claim
        .destination()
        .is_some_and(|to| to.order != CoverageOrder::Primary);
    later || claim.frequency != Frequency::Original
}

/// All claims of a claim's patient, itself among them, in the order in which
/// they were made.
pub(crate) fn claims_of(reader: &dyn Reader, claim: &Claim) -> Result<Vec<ClaimRow>, EngineError> {
    let mut found: Vec<ClaimRow> = Vec::new();
    let keys = keys_of(reader, claim)?;
    for key in &keys {
        let mut filter = ClaimFilter::default();
        filter.patient = Some(key.clone());
        found.extend(reader.claims(&filter)?);
    }
    if keys.len() > 1 {
        found.sort_by(|one, other| (one.created, &one.id).cmp(&(other.created, &other.id)));
        found.dedup_by(|one, other| one.id == other.id);
    }
    Ok(found)
}

/// What tells that the patient of a claim as it should be is another person than
/// before; empty where it is the same, spelled otherwise or with one mark mended.
pub(crate) fn other_patient(before: &Claim, after: &Claim) -> Vec<&'static str> {
    let (was, is) = (&before.patient, &after.patient);
    let mut marks = differing(was, is);
    let member = |claim: &Claim| claim.destination().and_then(|to| to.member.clone());
    if let (Some(was), Some(is)) = (member(before), member(after))
        && was != is
    {
        marks.push("member number");
    }
    // Those who are insured with another have all else in common with each other.
    let own = |claim: &Claim| {
        let to = claim.destination();
        to.is_none_or(|to| to.relationship == Relationship::Own)
    };
    let shares = !own(before) && !own(after) && marks.contains(&FIRST);
    if marks.len() > 1 || shares {
        marks
    } else {
        Vec::new()
    }
}

/// The same of the person who is insured, where both name one.
pub(crate) fn other_subscriber(before: &Claim, after: &Claim) -> Vec<&'static str> {
    let named = |claim: &Claim| claim.destination().and_then(|to| to.subscriber.clone());
    let (Some(was), Some(is)) = (named(before), named(after)) else {
        return Vec::new();
    };
    let marks = differing(&was, &is);
    if marks.len() > 1 { marks } else { Vec::new() }
}

const FIRST: &str = "first name";

/// The marks of a person that are not alike, of those that both have.
fn differing(was: &Person, is: &Person) -> Vec<&'static str> {
    let first = |person: &Person| person.name.first.clone().unwrap_or_default();
    let mut marks = Vec::new();
    if !alike(&was.name.last, &is.name.last) {
        marks.push("last name");
    }
    if !alike(&first(was), &first(is)) {
        marks.push(FIRST);
    }
    if was.born.zip(is.born).is_some_and(|(was, is)| was != is) {
        marks.push("birth date");
    }
    if was.sex.zip(is.sex).is_some_and(|(was, is)| was != is) {
        marks.push("sex");
    }
    marks
}

/// Whether two names may be one, spelled otherwise: the same letters, one a part
/// of the other, or a slip or two apart.
fn alike(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> Vec<char> {
        let plain = name.chars().filter(|c| c.is_alphanumeric());
        plain.flat_map(char::to_uppercase).collect()
    };
    let (one, other) = (letters(one), letters(other));
    let shorter = one.len().min(other.len());
    if one.starts_with(&other) || other.starts_with(&one) {
        return true;
    }
    let slips = if shorter > 4 { 2 } else { 1 };
    shorter > 1 && distance(&one, &other) <= slips
}

/// How many letters must be put in, left out or changed to make one the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (place, against) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != against);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_no_other_name_and_another_name_is() {
        for (one, other) in [
            ("OBRIEN", "O'Brien"),
            ("JON", "JOHN"),
            ("ANNA", "ANNA MARIA"),
            ("SAMPEL", "SAMPLE"),
            ("", "ANNA"),
        ] {
            assert!(alike(one, other), "{one} {other}");
        }
        for (one, other) in [("PATIENT", "PERSON"), ("ANNA", "MARIE"), ("LI", "WU")] {
            assert!(!alike(one, other), "{one} {other}");
        }
        assert_eq!(distance(&['A', 'B'], &[]), 2);
    }
}
