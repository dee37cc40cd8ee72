//! Whether a card lets a rule near a subject, and which of its lines does not.

use std::fmt::Write;

use chrono::NaiveDate;
use scrubjay_hooks::{Hook, SubjectKind};

use crate::card::{Applies, Basis, Card, Codes, RuleScope, Status};
use crate::facts::{Facts, LineFacts};
use crate::pack::PackScope;

/// The line of a card or pack that keeps a rule from a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Status,
    Effective,
    PackLines,
    PackPayers,
    PackStates,
    Lines,
    Payers,
    States,
    Claim,
    Groups,
    Carcs,
    Remarks,
    Diagnoses,
    NoLines,
    Places,
    Procedures,
    Modifiers,
    /// Each is met by some line, and no line meets all.
    Together,
}

/// Which states of a rule's life run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Running {
    /// Active and shadow rules: the real thing.
    Live,
    /// Drafts too: a pack's own tests.
    Tests,
}

impl Running {
    pub(crate) const fn includes(self, status: Status) -> bool {
        match status {
            Status::Active | Status::Shadow => true,
            Status::Draft => matches!(self, Self::Tests),
            Status::Retired => false,
        }
    }
}

/// Whom a rule speaks for: the limits that `replaces` and `disables` go by.
pub(crate) fn scope_limit(card: &Card, pack: &PackScope, facts: &Facts<'_>) -> Option<Limit> {
    let applies = &card.applies;
    let listed = |limit: &Option<Vec<String>>, value: Option<&str>| one_of(limit, value);
    let of_line = |limit: &Option<Vec<_>>| {
        limit
            .as_ref()
            .is_none_or(|lines| facts.line.is_some_and(|line| lines.contains(&line)))
    };
    if !effective(card, facts) {
        Some(Limit::Effective)
    } else if !of_line(&pack.lines) {
        Some(Limit::PackLines)
    } else if !listed(&pack.payers, facts.payer) {
        Some(Limit::PackPayers)
    } else if !listed(&pack.states, facts.state) {
        Some(Limit::PackStates)
    } else if !of_line(&applies.lines) {
        Some(Limit::Lines)
    } else if !listed(&applies.payers, facts.payer) {
        Some(Limit::Payers)
    } else if !listed(&applies.states, facts.state) {
        Some(Limit::States)
    } else if !applies
        .claim
        .as_ref()
        .is_none_or(|kinds| facts.kind.is_some_and(|kind| kinds.contains(&kind)))
    {
        Some(Limit::Claim)
    } else {
        None
    }
}

/// The first line of a card that passes a subject over; `None` where it runs.
pub(crate) fn limit(
    card: &Card,
    pack: &PackScope,
    running: Running,
    facts: &Facts<'_>,
) -> Option<Limit> {
    if !running.includes(card.status) {
        return Some(Limit::Status);
    }
    if let Some(limit) = scope_limit(card, pack, facts) {
        return Some(limit);
    }
    let applies = &card.applies;
    if !one_of(&applies.groups, facts.group) {
        return Some(Limit::Groups);
    }
    if !one_of(&applies.carcs, facts.carc) {
        return Some(Limit::Carcs);
    }
    if !applies.remarks.as_ref().is_none_or(|wanted| {
        facts
            .remarks
            .iter()
            .any(|sent| wanted.iter().any(|code| code == sent))
    }) {
        return Some(Limit::Remarks);
    }
    if !applies
        .diagnoses
        .as_ref()
        .is_none_or(|codes| facts.diagnoses.iter().any(|code| codes.set.contains(code)))
    {
        return Some(Limit::Diagnoses);
    }
    line_limit(card, facts)
}

/// What keeps every line away, for a rule that asks for one.
fn line_limit(card: &Card, facts: &Facts<'_>) -> Option<Limit> {
    let applies = &card.applies;
    let asks =
        applies.places.is_some() || applies.procedures.is_some() || applies.modifiers.is_some();
    if !asks && card.scope == RuleScope::Claim {
        return None;
    }
    if facts.lines.iter().any(|line| line_matches(applies, line)) {
        return None;
    }
    let none = |fits: &dyn Fn(&LineFacts<'_>) -> bool| !facts.lines.iter().any(fits);
    Some(if facts.lines.is_empty() {
        Limit::NoLines
    } else if none(&|line| place_fits(applies, line)) {
        Limit::Places
    } else if none(&|line| procedure_fits(applies, line)) {
        Limit::Procedures
    } else if none(&|line| modifier_fits(applies, line)) {
        Limit::Modifiers
    } else {
        Limit::Together
    })
}

/// Whether a line is one that the card lets through.
pub(crate) fn line_matches(applies: &Applies, line: &LineFacts<'_>) -> bool {
    place_fits(applies, line) && procedure_fits(applies, line) && modifier_fits(applies, line)
}

fn place_fits(applies: &Applies, line: &LineFacts<'_>) -> bool {
    one_of(&applies.places, line.place)
}

fn procedure_fits(applies: &Applies, line: &LineFacts<'_>) -> bool {
    applies
        .procedures
        .as_ref()
        .is_none_or(|codes| line.procedure.is_some_and(|code| codes.set.contains(code)))
}

fn modifier_fits(applies: &Applies, line: &LineFacts<'_>) -> bool {
    let wanted = applies.modifiers.as_ref();
    wanted.is_none_or(|wanted| line.modifiers.any_of(wanted))
}

fn one_of(limit: &Option<Vec<String>>, value: Option<&str>) -> bool {
    limit
        .as_ref()
        .is_none_or(|listed| value.is_some_and(|value| listed.iter().any(|one| one == value)))
}

fn effective(card: &Card, facts: &Facts<'_>) -> bool {
    let (from, to) = card.effective;
    // A claim without a date of service is judged on the day it came in, so
    // that what is wrong with it is still found.
    let on = match card.basis {
        Basis::Service => facts.service.unwrap_or(facts.received),
        Basis::Received => facts.received,
        Basis::Today => facts.today,
    };
    from.is_none_or(|from| from <= on) && to.is_none_or(|to| on <= to)
}

impl Limit {
    /// Whether it is about what the subject says, not about whom it goes to.
    pub(crate) const fn is_of_content(self) -> bool {
        matches!(
            self,
            Self::Groups
                | Self::Carcs
                | Self::Remarks
                | Self::Diagnoses
                | Self::Places
                | Self::Procedures
                | Self::Modifiers
                | Self::Together
        )
    }

    /// The line of the card, as people write it.
    pub(crate) fn describe(self, card: &Card, pack: &PackScope) -> String {
        let applies = &card.applies;
        match self {
            Self::Status => format!("status: {}", card.status.as_str()),
            Self::Effective => {
                let day =
                    |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
                format!(
                    "effective: {}..{}",
                    day(card.effective.0),
                    day(card.effective.1)
                )
            }
            Self::PackLines => of_pack(
                "lines",
                pack.lines.iter().flatten().map(|line| line.as_str()),
            ),
            Self::PackPayers => of_pack("payers", pack.payers.iter().flatten().map(String::as_str)),
            Self::PackStates => of_pack("states", pack.states.iter().flatten().map(String::as_str)),
            Self::Lines => list(
                "lines",
                applies.lines.iter().flatten().map(|line| line.as_str()),
            ),
            Self::Payers => texts("payers", &applies.payers),
            Self::States => texts("states", &applies.states),
            Self::Claim => list(
                "claim",
                applies.claim.iter().flatten().map(|kind| kind.as_str()),
            ),
            Self::Groups => texts("groups", &applies.groups),
            Self::Carcs => texts("carcs", &applies.carcs),
            Self::Remarks => texts("remarks", &applies.remarks),
            Self::Diagnoses => codes("diagnoses", applies.diagnoses.as_ref()),
            Self::NoLines => "there are no services to hold it against".to_owned(),
            Self::Places => texts("places", &applies.places),
            Self::Procedures => codes("procedures", applies.procedures.as_ref()),
            Self::Modifiers => texts("modifiers", &applies.modifiers),
            Self::Together => "no line meets places, procedures and modifiers together".to_owned(),
        }
    }
}

/// Limits that hold for every subject: whom it goes to.
const SCOPE_KEYS: [&str; 3] = ["payers", "lines", "states"];

/// What else a card may limit a rule by, where that kind of subject comes.
const fn limits_of(kind: SubjectKind) -> &'static [&'static str] {
    match kind {
        SubjectKind::Claim
        | SubjectKind::Acknowledgment
        | SubjectKind::Remittance
        | SubjectKind::FollowUp => &["claim", "places", "procedures", "modifiers", "diagnoses"],
        SubjectKind::Denial => &[
            "claim",
            "places",
            "procedures",
            "modifiers",
            "diagnoses",
            "groups",
            "carcs",
            "remarks",
        ],
        SubjectKind::Authorization | SubjectKind::Charge => {
            &["places", "procedures", "modifiers", "diagnoses"]
        }
        SubjectKind::Eligibility | SubjectKind::Registration => &["places"],
        SubjectKind::Metric => &["groups", "carcs", "remarks"],
        SubjectKind::Account => &[],
    }
}

/// Whether a card may have a limit at a hook.
pub(crate) fn may_limit(hook: Hook, key: &str) -> bool {
    SCOPE_KEYS.contains(&key) || limits_of(hook.subject()).contains(&key)
}

/// The hooks at which a card may have a limit, in words.
pub(crate) fn hooks_with(key: &str) -> String {
    let hooks = Hook::ALL
        .into_iter()
        .filter(|hook| limits_of(hook.subject()).contains(&key));
    let names: Vec<&str> = hooks.map(Hook::as_str).collect();
    names.join(", ")
}

fn list<'a>(key: &str, values: impl Iterator<Item = &'a str>) -> String {
    let mut text = format!("{key}: [");
    for (at, value) in values.enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{value}", if at > 0 { ", " } else { "" });
    }
    text.push(']');
    text
}

fn of_pack<'a>(key: &str, values: impl Iterator<Item = &'a str>) -> String {
    format!("scope of the pack: {}", list(key, values))
}

fn texts(key: &str, values: &Option<Vec<String>>) -> String {
    list(key, values.iter().flatten().map(String::as_str))
}

fn codes(key: &str, codes: Option<&Codes>) -> String {
    list(key, codes.iter().map(|codes| codes.written.as_str()))
}
