//! HI: diagnoses and value codes. Condition, occurrence and procedure codes
//! are carried.

use scrubjay_model::{AsSent, ClaimKind, Diagnosis, Money};
use scrubjay_x12::{Loop, SegmentBuf};

use super::Held;
use crate::draft::{Draft, owned};
use crate::value::{Place, text};
use crate::{ElementError, ReadError};

/// Composites in one HI.
const IN_ONE: usize = 12;

/// Kinds of diagnosis that stand in a HI of their own on an institutional
/// claim: principal, admitting, reason for visit, external cause, other.
/// The first code of each is ICD-10-CM's, the second ICD-9-CM's.
const KINDS: [[&str; 2]; 5] = [
    ["ABK", "BK"],
    ["ABJ", "BJ"],
    ["APR", "PR"],
    ["ABN", "BN"],
    ["ABF", "BF"],
];

/// The HI that a diagnosis goes to. Professional and dental claims list
/// principal and other together, since lines point into that list.
fn family(kind: ClaimKind, qualifier: &str) -> Option<usize> {
    let listed = KINDS.iter().position(|kind| kind.contains(&qualifier))?;
    let together = kind != ClaimKind::Institutional && listed == KINDS.len() - 1;
    Some(if together { 0 } else { listed })
}

fn diagnosis(kind: ClaimKind, components: &[&str]) -> Option<Diagnosis> {
    let part = |number: usize| components.get(number - 1).copied().unwrap_or_default();
    let qualifier = part(1);
    family(kind, qualifier)?;
    // Anything besides code and present-on-admission has no place in the model.
    let plain = (3..=components.len()).all(|number| number == 9 || part(number).is_empty());
    Some(Diagnosis {
        qualifier: qualifier.to_owned(),
        code: AsSent::read(&text(part(2)).filter(|_| plain)?),
        present_on_admission: text(part(9)),
    })
}

fn value_code<'a>(kind: ClaimKind, components: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let part = |number: usize| components.get(number - 1).copied().unwrap_or_default();
    let plain = (3..=components.len()).all(|number| number == 5 || part(number).is_empty());
    let taken = kind == ClaimKind::Institutional && part(1) == "BE" && plain;
    (taken && !part(2).trim().is_empty()).then(|| (part(2), part(5)))
}

fn composites(hi: &SegmentBuf) -> impl Iterator<Item = (usize, Vec<&str>)> {
    (1..=hi.len()).flat_map(|element| {
        hi.repeats(element)
            .map(move |composite| (element, composite.components().collect()))
    })
}

pub(super) fn read_diagnoses(kind: ClaimKind, within: &Loop) -> Vec<Diagnosis> {
    within
        .segments_with("HI")
        .flat_map(composites)
        .filter_map(|(_, components)| diagnosis(kind, &components))
        .collect()
}

pub(super) fn read_value_codes(
    kind: ClaimKind,
    within: &Loop,
) -> Result<Vec<(String, Money)>, ReadError> {
    let mut codes = Vec::new();
    for hi in within.segments_with("HI") {
        for (element, components) in composites(hi) {
            let Some((code, amount)) = value_code(kind, &components) else {
                continue;
            };
            let place = Place {
                within,
                segment: hi,
                id: "HI",
                element,
            };
            let amount = amount
                .trim()
                .parse()
                .map_err(|_| place.error(ElementError::NotAnAmount))?;
            codes.push((code.trim().to_owned(), amount));
        }
    }
    Ok(codes)
}

/// What of a HI the model does not hold.
pub(super) fn held(kind: ClaimKind, hi: &SegmentBuf) -> Held {
    let mut rest = SegmentBuf::new("HI");
    let mut taken = false;
    for (_, components) in composites(hi) {
        if diagnosis(kind, &components).is_some() || value_code(kind, &components).is_some() {
            taken = true;
        } else {
            rest.push_components(components);
        }
    }
    match (taken, rest.is_empty()) {
        (false, _) => Held::Compared,
        (true, true) => Held::Whole,
        (true, false) => Held::Except(rest),
    }
}

pub(super) fn draft_diagnoses(kind: ClaimKind, diagnoses: &[Diagnosis]) -> Vec<Draft> {
    let mut drafts: Vec<(Option<usize>, Draft)> = Vec::new();
    for Diagnosis {
        qualifier,
        code,
        present_on_admission,
    } in diagnoses
    {
        let family = family(kind, qualifier);
        let mut components = vec![owned(qualifier.as_str()), owned(code.text())];
        if let Some(present) = present_on_admission {
            components.extend((3..9).map(|_| owned("")));
            components.push(owned(present.as_str()));
        }
        let open = drafts.pop_if(|(open, hi)| *open == family && hi.len() < IN_ONE);
        let hi = open.map_or_else(|| Draft::new("HI").held_whole(), |(_, hi)| hi);
        drafts.push((family, hi.push_composite(components)));
    }
    drafts.into_iter().map(|(_, hi)| hi).collect()
}

pub(super) fn draft_value_codes(codes: &[(String, Money)]) -> Vec<Draft> {
    codes
        .chunks(IN_ONE)
        .map(|codes| {
            codes
                .iter()
                .fold(Draft::new("HI").held_whole(), |hi, (code, amount)| {
                    hi.push_composite(vec![
                        owned("BE"),
                        owned(code.as_str()),
                        owned(""),
                        owned(""),
                        owned(amount.to_x12()),
                    ])
                })
        })
        .collect()
}
