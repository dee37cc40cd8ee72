//! A claim is billed once.

use scrubjay_hooks::{EarlierClaim, EarlierService};
use scrubjay_model::{Frequency, ServiceLine};

use super::{Desk, Found, carcs};
use scrubjay_hooks::About;

/// An original claim of which every service stands on one earlier claim in
/// force to a payer of the same place, with the same provider, day, procedure,
/// modifiers and units: the next payer gets the same services. One that
/// a person knows to be another may be passed.
pub(super) fn duplicate(desk: &Desk<'_>) -> Vec<Found> {
    let claim = desk.subject.claim;
    let Some(billing) = claim.billing.npi.as_ref().map(|npi| npi.text()) else {
        return Vec::new();
    };
    if claim.frequency != Frequency::Original || claim.lines.is_empty() {
        return Vec::new();
    }
    let same = desk.subject.history.iter().find(|earlier| {
        !earlier.withdrawn
            && earlier.id != claim.id
            && earlier.order == claim.order()
            && earlier.billing_npi == billing
            && claim.lines.iter().all(|line| is_on(line, earlier))
    });
    let Some(earlier) = same else {
        return Vec::new();
    };
    let message = format!(
        "every service is on claim {} already: correct or replace that one, or pass this one if it is another",
        earlier.id
    );
    vec![Found {
        prevents: carcs(&["18"]),
        cite: Some("CMS Pub. 100-04, chapter 1, 120"),
        overridable: true,
        ..Found::fault(message, About::Whole)
    }]
}

fn is_on(line: &ServiceLine, earlier: &EarlierClaim) -> bool {
    earlier.services.iter().any(|service| {
        line.procedure.is_some()
            && line.from.is_some()
            && service.from == line.from
            && service.units == line.units
            && service.procedure.as_ref().map(|code| code.text())
                == line.procedure.as_ref().map(|code| code.text())
            && modifiers(service) == sorted(line.modifiers.iter().map(|one| one.text()))
    })
}

fn modifiers(service: &EarlierService) -> Vec<String> {
    sorted(service.modifiers.iter().map(|one| one.text()))
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort_unstable();
    texts
}
