//! CAS: a group code and up to six reasons with amounts.

use scrubjay_model::{Adjustment, AsSent};
use scrubjay_x12::Loop;

use crate::draft::Draft;
use crate::value::{Place, plain, quantity};
use crate::{ElementError, ReadError};

/// Triplets in one CAS.
const TRIPLETS: usize = 6;

/// Every triplet of every CAS of a loop, in order.
pub(crate) fn read_adjustments(within: &Loop) -> Result<Vec<Adjustment>, ReadError> {
    let mut all = Vec::new();
    for cas in within.segments_with("CAS") {
        for reason in (0..TRIPLETS).map(|triplet| 2 + 3 * triplet) {
            let place = |element| Place {
                within,
                segment: cas,
                id: "CAS",
                element,
            };
            if (reason..reason + 3).all(|element| cas.element(element).trim().is_empty()) {
                continue;
            }
            let units = cas.element(reason + 2).trim();
            all.push(Adjustment {
                group: AsSent::read(cas.element(1).trim()),
                carc: AsSent::read(cas.element(reason).trim()),
                amount: place(reason + 1).amount()?,
                units: match units {
                    "" => None,
                    units => Some(
                        quantity(units)
                            .ok_or_else(|| place(reason + 2).error(ElementError::NotAQuantity))?,
                    ),
                },
            });
        }
    }
    Ok(all)
}

/// Adjustments with those of one group together, as CAS segments list them.
pub(crate) fn by_group(adjustments: Vec<Adjustment>) -> Vec<Adjustment> {
    let mut groups: Vec<(AsSent<_>, Vec<Adjustment>)> = Vec::new();
    for adjustment in adjustments {
        match groups
            .iter_mut()
            .find(|(group, _)| *group == adjustment.group)
        {
            Some((_, listed)) => listed.push(adjustment),
            None => groups.push((adjustment.group.clone(), vec![adjustment])),
        }
    }
    groups.into_iter().flat_map(|(_, listed)| listed).collect()
}

/// One CAS a group, and another where it has more than six reasons.
pub(crate) fn draft_adjustments(adjustments: &[Adjustment]) -> Vec<Draft> {
    let mut drafts: Vec<(String, Draft)> = Vec::new();
    for adjustment in by_group(adjustments.to_vec()) {
        let group = adjustment.group.text();
        let mut cas =
            match drafts.pop_if(|(open, cas)| *open == group && cas.len() < 1 + 3 * TRIPLETS) {
                Some((_, cas)) => cas,
                None => Draft::new("CAS").held_whole().owned(1, group.as_str()),
            };
        let next = cas.len() + 1;
        cas = cas
            .owned(next, adjustment.carc.text())
            .owned(next + 1, adjustment.amount.to_x12())
            .owned(next + 2, adjustment.units.map(plain).unwrap_or_default());
        drafts.push((group, cas));
    }
    drafts.into_iter().map(|(_, cas)| cas).collect()
}
