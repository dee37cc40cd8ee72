//! Pairs: beside one code the other is not paid (domain: `ncci.ptp`).

use scrubjay_codes::{ModifierIndicator, PtpEdit};
use scrubjay_plugin::{Call, Refusal};

use crate::report::{Edit, Report, Weight, words};
use crate::services::{Origin, Service, Services};
use crate::tables::Edits;

const PTP: Edit = Edit {
    name: "ptp",
    prevents: &["97", "231", "236"],
    cite: "CMS NCCI Policy Manual for Medicare, chapter I, and the PTP edit table loaded",
};

/// An edit between two services, of which `unpaid` is in column 2.
struct Conflict<'s, 'a> {
    paid: &'s Service<'a>,
    unpaid: &'s Service<'a>,
    edit: PtpEdit<'s>,
}

/// Finds, for each line, why it would not be paid, or which earlier service
/// would not be paid any more.
pub(crate) fn check(
    services: &Services<'_>,
    edits: &Edits,
    call: &Call<'_>,
    report: &mut Report,
) -> Result<(), Refusal> {
    if !edits.has_pairs() {
        return Ok(());
    }
    let before = services.looked_back_on();
    for one in &services.now {
        if call.is_cancelled() {
            return Err(Refusal::cancelled());
        }
        let others = services
            .now
            .iter()
            .filter(|other| !std::ptr::eq(*other, one));
        let unpaid = others
            .chain(before)
            .filter_map(|other| conflict(edits, other, one));
        // One finding a line: within the claim first, and no modifier first.
        let firmest = unpaid.min_by_key(|conflict| {
            let elsewhere = matches!(conflict.paid.origin, Origin::Claim(_));
            (elsewhere, conflict.edit.modifier)
        });
        let unpaid_before = before.iter().find_map(|other| conflict(edits, one, other));
        for conflict in firmest.into_iter().chain(unpaid_before) {
            note(&conflict, one, report);
        }
    }
    Ok(())
}

/// The edit in force that does not pay `unpaid` beside `paid`, unless a
/// modifier on either parts the two.
fn conflict<'s, 'a>(
    edits: &'s Edits,
    paid: &'s Service<'a>,
    unpaid: &'s Service<'a>,
) -> Option<Conflict<'s, 'a>> {
    let day = paid.shared_day(unpaid)?;
    let edit = edits.pair(paid.procedure, unpaid.procedure, day)?;
    let stands = match edit.modifier {
        ModifierIndicator::NotAllowed => true,
        ModifierIndicator::Allowed => !paid.is_parted && !unpaid.is_parted,
        ModifierIndicator::NotApplicable => false,
    };
    stands.then_some(Conflict { paid, unpaid, edit })
}

fn note(conflict: &Conflict<'_, '_>, about: &Service<'_>, report: &mut Report) {
    let Conflict { paid, unpaid, edit } = conflict;
    let what_to_do = match edit.modifier {
        ModifierIndicator::NotAllowed => "no modifier parts the two: bill the one that is paid",
        _ => "where the record shows a separate service, a modifier such as XS or 59 says so",
    };
    let (one, beside) = (unpaid.origin, paid.origin);
    let message = format!(
        "{one}: {} is not paid beside {} of {beside} on the same day; {what_to_do} ({})",
        unpaid.procedure,
        paid.procedure,
        words(edit.rationale)
    );
    let within = matches!((one, beside), (Origin::Line(_), Origin::Line(_)));
    let weight = match edit.modifier {
        _ if !within => report.looking_back(),
        ModifierIndicator::NotAllowed => Weight::Refuse,
        _ => Weight::Hold,
    };
    report.note(PTP, weight, about, message);
}
