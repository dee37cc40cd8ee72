//! A card held against its pack, the code lists and itself: a rule that can
//! never run looks like a rule that has nothing to say.

use chrono::NaiveDate;
use scrubjay_hooks::{CodeBooks, ReasonStanding};

use crate::card::{Applies, Card, Codes};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::fields::Fields;
use crate::pack::PackScope;
use crate::tables::Tables;

/// Group codes that adjustments carry.
const GROUPS: [&str; 5] = ["CO", "PR", "OA", "PI", "CR"];

/// Tells what keeps a rule from ever running, and codes that do not exist.
pub(crate) fn card(
    card: &Card,
    pack: &PackScope,
    tables: &Tables,
    books: &dyn CodeBooks,
    fields: &mut Fields<'_>,
) {
    for own in card.replaces.iter().filter(|id| **id == card.id) {
        fields.value_fault("replaces", own, "a rule cannot take its own place", None);
    }
    for own in card.disables.iter().filter(|id| **id == card.id) {
        fields.value_fault("disables", own, "a rule cannot turn itself off", None);
    }
    let last_day = card.effective.1;
    let prevents = card.prevents.iter().map(|carc| carc.as_str());
    reasons(fields, "prevents", prevents, last_day, books);
    let applies = &card.applies;
    fields.within("applies", |fields| {
        let carcs = applies.carcs.iter().flatten().map(String::as_str);
        reasons(fields, "carcs", carcs, last_day, books);
        shapes(fields, applies);
        empty(fields, applies, tables);
        let names = |list: &Option<Vec<_>>| list.clone();
        outside(
            fields,
            "payers",
            names(&applies.payers),
            names(&pack.payers),
        );
        outside(
            fields,
            "states",
            names(&applies.states),
            names(&pack.states),
        );
        let lines = |list: &Option<Vec<scrubjay_model::LineOfBusiness>>| {
            list.as_ref()
                .map(|lines| lines.iter().map(|line| line.as_str().to_owned()).collect())
        };
        outside(fields, "lines", lines(&applies.lines), lines(&pack.lines));
    });
}

/// Reason codes that are on no list, or no longer.
fn reasons<'a>(
    fields: &mut Fields<'_>,
    key: &'static str,
    codes: impl Iterator<Item = &'a str>,
    last_day: Option<NaiveDate>,
    books: &dyn CodeBooks,
) {
    for code in codes {
        match books.carc(code) {
            ReasonStanding::InUse | ReasonStanding::Unknown => {}
            // The list changes three times a year: a code that is newer than ours
            // must not keep a pack from judging claims.
            ReasonStanding::Absent => {
                let message = format!("no reason code `{code}` is known");
                let help =
                    "is it on X12's list of claim adjustment reason codes (CARC), newer than ours?";
                fields.push(fields.of_value(key, code, message).help(help).warning());
            }
            ReasonStanding::StopsOn(day) if last_day.is_some_and(|last| last < day) => {}
            ReasonStanding::StopsOn(day) => {
                let message = format!("the reason code `{code}` is retired as of {day}");
                let help = "take it out, or let `effective` end before that day";
                fields.push(fields.of_value(key, code, message).help(help).warning());
            }
        }
    }
}

/// Values that no claim or denial can have.
fn shapes(fields: &mut Fields<'_>, applies: &Applies) {
    let mut refuse =
        |key, values: &Option<Vec<String>>, fits: &dyn Fn(&str) -> bool, what: &str| {
            for value in values.iter().flatten().filter(|value| !fits(value)) {
                let help = did_you_mean(value, GROUPS).filter(|_| key == "groups");
                fields.value_fault(key, value, format!("`{value}` is no {what}"), help);
            }
        };
    let two = |fits: fn(u8) -> bool| move |text: &str| text.len() == 2 && text.bytes().all(fits);
    refuse(
        "groups",
        &applies.groups,
        &|code| GROUPS.contains(&code),
        "group code: they are CO, PR, OA, PI and CR",
    );
    refuse(
        "states",
        &applies.states,
        &two(|b| b.is_ascii_uppercase()),
        "state: they are two letters, such as `TX`",
    );
    refuse(
        "modifiers",
        &applies.modifiers,
        &two(|b| b.is_ascii_alphanumeric()),
        "modifier: they are two letters or digits",
    );
    refuse(
        "places",
        &applies.places,
        &two(|b| b.is_ascii_digit()),
        "place of service: they are two digits, in quotes where the first is a zero",
    );
}

/// Lists without an entry, which nothing can meet.
fn empty(fields: &mut Fields<'_>, applies: &Applies, tables: &Tables) {
    let listed = |list: &Option<Vec<String>>| list.as_ref().is_some_and(Vec::is_empty);
    let of_codes =
        |codes: &Option<Codes>| codes.as_ref().is_some_and(|codes| codes.written.is_empty());
    let keys = [
        ("claim", applies.claim.as_ref().is_some_and(Vec::is_empty)),
        ("payers", listed(&applies.payers)),
        ("lines", applies.lines.as_ref().is_some_and(Vec::is_empty)),
        ("states", listed(&applies.states)),
        ("places", listed(&applies.places)),
        ("procedures", of_codes(&applies.procedures)),
        ("modifiers", listed(&applies.modifiers)),
        ("diagnoses", of_codes(&applies.diagnoses)),
        ("groups", listed(&applies.groups)),
        ("carcs", listed(&applies.carcs)),
        ("remarks", listed(&applies.remarks)),
    ];
    for (key, _) in keys.iter().filter(|(_, empty)| *empty) {
        let message = format!("`{key}` lists nothing, so the rule never runs");
        fields.fault(key, message, format!("leave `{key}` out to set no limit"));
    }
    for (key, codes) in [
        ("procedures", &applies.procedures),
        ("diagnoses", &applies.diagnoses),
    ] {
        let Some(codes) = codes.as_ref().filter(|codes| codes.set.is_empty()) else {
            continue;
        };
        // A list may be empty for a time, so that this is no error.
        for class in codes
            .written
            .split(", ")
            .filter_map(|entry| entry.strip_prefix('@'))
        {
            if tables.has_class(class) {
                let message = format!("the class `{class}` has no codes, so the rule never runs");
                fields.push(fields.of_value(key, class, message).warning());
            }
        }
    }
}

/// What the card names and its pack does not speak for.
fn outside(
    fields: &mut Fields<'_>,
    key: &'static str,
    card: Option<Vec<String>>,
    pack: Option<Vec<String>>,
) {
    let (Some(card), Some(pack)) = (card, pack) else {
        return;
    };
    let outside: Vec<&String> = card.iter().filter(|value| !pack.contains(value)).collect();
    let never = outside.len() == card.len();
    let help = format!("pack.yaml says `{key}: [{}]`", pack.join(", "));
    for value in outside {
        let what = if never {
            ", so the rule never runs"
        } else {
            ""
        };
        let told: Diagnostic = fields
            .of_value(
                key,
                value,
                format!("the pack does not speak for `{value}`{what}"),
            )
            .help(help.as_str());
        fields.push(if never { told } else { told.warning() });
    }
}
