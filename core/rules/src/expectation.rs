//! What a case expects against what was found.

use std::fmt;

use scrubjay_hooks::{About, Effect, Finding, Outcome};

use crate::example::{Expected, Says};
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

fn effect_fits(says: &Says, effect: Option<&Effect>) -> bool {
    let same =
        |wanted: &Option<String>, got: Option<&str>| wanted.is_none() || wanted.as_deref() == got;
    let (mut repair, mut value, mut until, mut tag, mut task) = (None, None, None, None, None);
    let (mut category, mut recoverable, mut action, mut owner, mut days) =
        (None, None, None, None, None);
    match effect {
        Some(Effect::Repair {
            field, value: to, ..
        }) => {
            repair = Some(field.as_str());
            value = Some(to.as_str());
        }
        Some(Effect::HoldUntil { until: day, .. }) => until = Some(*day),
        Some(Effect::Tag { tag: name }) => tag = Some(name.as_str()),
        Some(Effect::OpenTask {
            reason,
            owner: by,
            days: due,
        }) => {
            task = Some(reason.as_str());
            owner = Some(by.0.as_str());
            days = Some(*due);
        }
        Some(Effect::ClassifyDenial {
            category: of,
            recoverable: how,
            action: what,
            owner: by,
            days: due,
        }) => {
            category = Some(of.as_str());
            recoverable = Some(how.as_str());
            action = Some(what.as_str());
            owner = Some(by.0.as_str());
            days = Some(*due);
        }
        Some(_) | None => {}
    }
    same(&says.repair, repair)
        && says
            .value
            .as_ref()
            .is_none_or(|wanted| value == Some(wanted.0.as_str()))
        && (says.hold_until.is_none() || says.hold_until == until)
        && same(&says.tag, tag)
        && same(&says.task, task)
        && same(&says.category, category)
        && same(&says.recoverable, recoverable)
        && same(&says.action, action)
        && same(&says.owner, owner)
        && (says.days.is_none() || says.days == days)
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
