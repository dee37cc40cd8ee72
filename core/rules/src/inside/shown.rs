//! A value as a condition's reader is shown it.

use std::fmt;

use rhai::Dynamic;
use scrubjay_hooks::Effect;
use serde::{Serialize, Serializer};

use crate::api::Kind;
use crate::api::compare::kind_of;
use crate::api::date::Date;
use crate::api::party::NpiRef;

/// Characters of a text that are shown.
const LONGEST: usize = 60;

/// Entries of a list that are shown.
const MOST: usize = 8;

/// A value, or that it is kept back.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shown {
    /// As a rule writes it: text in quotes, dates and numbers bare.
    Plain(String),
    /// A name, an address or a number of a person, or something made of one.
    Masked,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Masked => f.write_str("(masked)"),
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A value as it is shown; `None` for what has no short form, such as a claim.
/// Where it is not `plain`, it may be about a person.
pub(super) fn shown(value: &Dynamic, plain: bool) -> Option<Shown> {
    match kind_of(value) {
        Kind::Missing => Some(Shown::Plain("missing".to_owned())),
        Kind::Date => Some(Shown::Plain(value.read_lock::<Date>()?.to_string())),
        Kind::Bool => Some(Shown::Plain(value.to_string())),
        Kind::Number | Kind::Text | Kind::Npi | Kind::List(_) if !plain => Some(Shown::Masked),
        Kind::Number => Some(Shown::Plain(value.to_string())),
        Kind::Text => Some(Shown::Plain(quoted(&value.to_string()))),
        Kind::Npi => {
            let npi = value.read_lock::<NpiRef>()?;
            Some(Shown::Plain(quoted(&npi.text)))
        }
        Kind::List(_) => {
            let entries = value.read_lock::<rhai::Array>()?;
            Some(Shown::Plain(list(&entries)))
        }
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    format!("{short:?}")
}

fn list(entries: &rhai::Array) -> String {
    let shown: Option<Vec<String>> = entries
        .iter()
        .take(MOST)
        .map(|entry| shown(entry, true).map(|shown| shown.to_string()))
        .collect();
    match shown {
        // Things without a short form, such as lines.
        None => format!("a list of {}", entries.len()),
        Some(shown) if entries.len() > MOST => {
            format!("[{}, ... {} in all]", shown.join(", "), entries.len())
        }
        Some(shown) => format!("[{}]", shown.join(", ")),
    }
}

/// What an effect asks for, in words and without the value of a repair, which
/// may be of a person.
#[must_use]
pub fn effect_in_words(effect: &Effect) -> String {
    match effect {
        Effect::Repair { field, reason, .. } => format!("repair `{field}`: {reason}"),
        Effect::HoldUntil { until, reason } => format!("hold until {until}: {reason}"),
        Effect::OpenTask {
            reason,
            owner,
            days,
        } => format!("task for {} within {days} days: {reason}", owner.0),
        Effect::Tag { tag } => format!("tag `{tag}`"),
        Effect::ClassifyDenial {
            category,
            recoverable,
            action,
            owner,
            days,
        } => format!(
            "classify as {}, {}: {action}, by {} within {days} days",
            category.as_str(),
            recoverable.as_str(),
            owner.0
        ),
        Effect::VerifyCoverage { reason } => format!("verify the cover: {reason}"),
        Effect::RequireAuthorization { procedure, reason } => match procedure {
            Some(procedure) => format!("require an authorization of {procedure}: {reason}"),
            None => format!("require an authorization: {reason}"),
        },
        Effect::Route { payer, reason } => format!("route to `{payer}`: {reason}"),
        Effect::AddModifier { modifier, reason } => format!("add modifier {modifier}: {reason}"),
        Effect::SetUnits { units, reason } => format!("set the units to {units}: {reason}"),
        Effect::Defer { until, reason } => format!("defer until {until}: {reason}"),
        Effect::FollowUp { way, reason } => format!("follow up by {}: {reason}", way.as_str()),
        Effect::Transfer { to, reason } => format!("transfer the balance to {to}: {reason}"),
        Effect::WriteOff {
            why,
            amount,
            reason,
        } => match amount {
            Some(amount) => format!("write off {amount} as {}: {reason}", why.as_str()),
            None => format!("write off as {}: {reason}", why.as_str()),
        },
        Effect::Appeal {
            level,
            reason,
            owner,
            days,
        } => format!(
            "appeal at level {level}, by {} within {days} days: {reason}",
            owner.0
        ),
        Effect::CorrectAndResubmit {
            reason,
            owner,
            days,
        } => format!(
            "correct and resubmit, by {} within {days} days: {reason}",
            owner.0
        ),
        Effect::SendStatement { reason } => format!("send a statement: {reason}"),
        Effect::HoldStatement { until, reason } => match until {
            Some(until) => format!("hold statements until {until}: {reason}"),
            None => format!("hold statements: {reason}"),
        },
        Effect::OfferPlan {
            instalments,
            reason,
        } => format!("offer a plan of {instalments} instalments: {reason}"),
        Effect::StageCollection { step, reason } => {
            format!("collection step `{}`: {reason}", step.as_str())
        }
        Effect::ProposeRule { reason } => format!("propose a rule: {reason}"),
    }
}
