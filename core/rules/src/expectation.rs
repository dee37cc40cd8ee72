//! What a case expects against what was found.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_hooks::{About, Effect, Finding, Outcome};
use scrubjay_model::{Axis, Money};

use crate::example::{Expected, Says, Word};
use crate::pack::Pack;

/// A finding or an effect.
pub(crate) enum Seen<'a> {
    Finding(&'a Finding),
    Effect(&'a str, &'a Effect),
}

pub(crate) fn seen(outcome: &Outcome) -> Vec<Seen<'_>> {
    let effects = outcome
        .effects
        .iter()
        .map(|(rule, effect)| Seen::Effect(rule, effect));
    outcome
        .findings
        .iter()
        .map(Seen::Finding)
        .chain(effects)
        .collect()
}

impl Seen<'_> {
    pub(crate) fn rule(&self) -> &str {
        match self {
            Self::Finding(finding) => &finding.rule,
            Self::Effect(rule, _) => rule,
        }
    }

    fn is(&self, expected: &Expected) -> bool {
        match expected {
            Expected::Rule(rule) => self.rule() == rule,
            Expected::Says(says) => self.rule() == says.rule && self.fits(says),
        }
    }

    fn fits(&self, says: &Says) -> bool {
        fn same<T: PartialEq>(wanted: Option<T>, got: Option<T>) -> bool {
            wanted.is_none() || wanted == got
        }
        let about = match self {
            Self::Finding(finding) => Some(&finding.about),
            Self::Effect(..) => None,
        };
        let effect = match self {
            Self::Effect(_, effect) => Some(*effect),
            Self::Finding(_) => None,
        };
        let (line, field) = match about {
            Some(About::Line { line }) => (Some(*line), None),
            Some(About::Field { field }) => (None, Some(field.as_str())),
            _ => (None, None),
        };
        let (severity, message) = match self {
            Self::Finding(finding) => (
                Some(finding.severity.as_str()),
                Some(finding.message.as_str()),
            ),
            Self::Effect(..) => (None, None),
        };
        let words = says
            .says
            .as_deref()
            .is_none_or(|words| message.is_some_and(|message| message.contains(words)));
        same(says.severity.as_deref(), severity)
            && same(says.line, line)
            && same(says.field.as_deref(), field)
            && words
            && effect_fits(says, effect)
    }
}

/// What an effect says, under the keys of an expectation.
#[derive(Default)]
struct Told<'e> {
    asks: Option<&'static str>,
    reason: Option<&'e str>,
    repair: Option<&'e str>,
    value: Option<&'e str>,
    hold_until: Option<NaiveDate>,
    tag: Option<&'e str>,
    task: Option<&'e str>,
    category: Option<&'e str>,
    recoverable: Option<&'e str>,
    action: Option<&'e str>,
    owner: Option<&'e str>,
    days: Option<u32>,
    names: Option<&'e str>,
    number: Option<Decimal>,
    until: Option<NaiveDate>,
}

fn told(effect: &Effect) -> Told<'_> {
    let mut told = Told {
        asks: Some(effect.kind().as_str()),
        ..Told::default()
    };
    match effect {
        Effect::Repair { field, value, .. } => {
            told.repair = Some(field);
            told.value = Some(value);
        }
        Effect::HoldUntil { until, .. } => {
            told.hold_until = Some(*until);
            told.until = Some(*until);
        }
        Effect::Tag { tag } => told.tag = Some(tag),
        Effect::OpenTask { reason, .. } => told.task = Some(reason),
        Effect::ClassifyDenial {
            category,
            recoverable,
            action,
            ..
        } => {
            told.category = Some(category.as_str());
            told.recoverable = Some(recoverable.as_str());
            told.action = Some(action);
        }
        Effect::RequireAuthorization { procedure, .. } => {
            told.names = procedure.as_ref().map(|code| code.as_str());
        }
        Effect::Route { payer, .. } => told.names = Some(payer),
        Effect::AddModifier { modifier, .. } => told.names = Some(modifier.as_str()),
        Effect::SetUnits { units, .. } => told.number = Some(*units),
        Effect::Defer { until, .. } => told.until = Some(*until),
        Effect::HoldStatement { until, .. } => told.until = *until,
        Effect::FollowUp { way, .. } => told.names = Some(way.as_str()),
        Effect::Transfer { to, .. } => told.names = Some(to.as_str()),
        Effect::WriteOff { why, amount, .. } => {
            told.names = Some(why.as_str());
            told.number = amount.map(Money::to_decimal);
        }
        Effect::Appeal { level, .. } => told.number = Some(Decimal::from(*level)),
        Effect::OfferPlan { instalments, .. } => {
            told.number = Some(Decimal::from(*instalments));
        }
        Effect::StageCollection { step, .. } => told.names = Some(step.as_str()),
        Effect::VerifyCoverage { .. }
        | Effect::CorrectAndResubmit { .. }
        | Effect::SendStatement { .. }
        | Effect::ProposeRule { .. } => {}
    }
    told.reason = reason(effect);
    if let Effect::OpenTask { owner, days, .. }
    | Effect::ClassifyDenial { owner, days, .. }
    | Effect::Appeal { owner, days, .. }
    | Effect::CorrectAndResubmit { owner, days, .. } = effect
    {
        told.owner = Some(&owner.0);
        told.days = Some(*days);
    }
    told
}

fn reason(effect: &Effect) -> Option<&str> {
    match effect {
        Effect::Tag { .. } | Effect::ClassifyDenial { .. } => None,
        Effect::Repair { reason, .. }
        | Effect::HoldUntil { reason, .. }
        | Effect::OpenTask { reason, .. }
        | Effect::VerifyCoverage { reason }
        | Effect::RequireAuthorization { reason, .. }
        | Effect::Route { reason, .. }
        | Effect::AddModifier { reason, .. }
        | Effect::SetUnits { reason, .. }
        | Effect::Defer { reason, .. }
        | Effect::FollowUp { reason, .. }
        | Effect::Transfer { reason, .. }
        | Effect::WriteOff { reason, .. }
        | Effect::Appeal { reason, .. }
        | Effect::CorrectAndResubmit { reason, .. }
        | Effect::SendStatement { reason }
        | Effect::HoldStatement { reason, .. }
        | Effect::OfferPlan { reason, .. }
        | Effect::StageCollection { reason, .. }
        | Effect::ProposeRule { reason } => Some(reason),
    }
}

fn effect_fits(says: &Says, effect: Option<&Effect>) -> bool {
    let told = effect.map(told).unwrap_or_default();
    let same =
        |wanted: &Option<String>, got: Option<&str>| wanted.is_none() || wanted.as_deref() == got;
    let word = |wanted: &Option<Word>, got: Option<&str>| {
        wanted
            .as_ref()
            .is_none_or(|wanted| got == Some(wanted.0.as_str()))
    };
    let day = |wanted: Option<NaiveDate>, got| wanted.is_none() || wanted == got;
    let in_reason = says
        .reason
        .as_deref()
        .is_none_or(|words| told.reason.is_some_and(|reason| reason.contains(words)));
    let number = says
        .number
        .is_none_or(|number| told.number == Some(number.0));
    same(&says.asks, told.asks)
        && in_reason
        && number
        && same(&says.repair, told.repair)
        && word(&says.value, told.value)
        && day(says.hold_until, told.hold_until)
        && day(says.until, told.until)
        && same(&says.tag, told.tag)
        && same(&says.task, told.task)
        && same(&says.category, told.category)
        && same(&says.recoverable, told.recoverable)
        && same(&says.action, told.action)
        && same(&says.owner, told.owner)
        && (says.days.is_none() || says.days == told.days)
        && word(&says.names, told.names)
}

impl fmt::Display for Seen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finding(finding) => {
                write!(f, "`{}` {}", finding.rule, finding.severity)?;
                match &finding.about {
                    About::Whole => {}
                    About::Line { line } => write!(f, " on line {line}")?,
                    About::Field { field } => write!(f, " on {field}")?,
                }
                write!(f, ": {}", finding.message)
            }
            Self::Effect(rule, effect) => {
                write!(f, "`{rule}` asks for `{}`", effect.kind().as_str())
            }
        }
    }
}

/// How what was found differs from what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Rules that were expected, and why they are not there.
    pub(crate) missing: Vec<(String, &'static str)>,
    pub(crate) unexpected: Vec<String>,
    pub(crate) found: Vec<String>,
}

impl Difference {
    pub(crate) fn message(&self) -> String {
        let missing = self
            .missing
            .iter()
            .map(|(rule, why)| format!("`{rule}` was expected ({why})"));
        let unexpected = self
            .unexpected
            .iter()
            .map(|seen| format!("not expected: {seen}"));
        missing.chain(unexpected).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn help(&self) -> String {
        if self.found.is_empty() {
            "nothing was found".to_owned()
        } else {
            format!("what was found: {}", self.found.join("; "))
        }
    }
}

/// What is expected and not there, and what is there and not expected.
pub(crate) fn difference(
    pack: &Pack,
    expected: &[Expected],
    outcome: &Outcome,
) -> Option<Difference> {
    let seen = seen(outcome);
    let mut left: Vec<&Seen<'_>> = seen.iter().collect();
    let mut missing = Vec::new();
    for wanted in expected {
        match left.iter().position(|seen| seen.is(wanted)) {
            Some(at) => {
                left.remove(at);
            }
            None => missing.push(wanted),
        }
    }
    if missing.is_empty() && left.is_empty() {
        return None;
    }
    let missing = missing.into_iter().map(|wanted| {
        let rule = match wanted {
            Expected::Rule(rule) => rule,
            Expected::Says(says) => &says.rule,
        };
        let why = if !pack.rules.iter().any(|known| known.card.id == *rule) {
            "the pack has no such rule"
        } else if outcome.ran.iter().any(|ran| *ran.rule == **rule) {
            "it ran and did not say so"
        } else {
            "its card passed the example over"
        };
        (rule.clone(), why)
    });
    Some(Difference {
        missing: missing.collect(),
        unexpected: left.iter().map(ToString::to_string).collect(),
        found: seen.iter().map(ToString::to_string).collect(),
    })
}
