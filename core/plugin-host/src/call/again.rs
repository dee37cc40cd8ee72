//! What a plugin said in a process of its own, said again here: the process is
//! not to be trusted any more than the plugin is, so that what comes from there
//! goes through the same checks as what a plugin says here.

use chrono::{Datelike, NaiveDate};
use scrubjay_hooks::{About, ClaimSubject, Effect, Finding, Hook, Severity};
use scrubjay_plugin::abi::{self, Str};
use serde::{Deserialize, Serialize};

use super::said::Said;
use crate::fault::Fault;
use crate::info::{self, PluginInfo};
use crate::text::{self, Expected, Sized32};

/// What a plugin said during one call, between processes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    findings: Vec<Finding>,
    effects: Vec<(String, Effect)>,
    fault: Option<ToldFault>,
}

/// A fault between processes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ToldFault {
    /// The one for which the plugin is not to blame.
    OutOfRange,
    /// Any other, in its words.
    Said(String),
}

impl From<Said> for Told {
    fn from(said: Said) -> Self {
        Self {
            findings: said.findings,
            effects: said.effects,
            fault: said.fault.map(|fault| match fault {
                Fault::OutOfRange => ToldFault::OutOfRange,
                fault => ToldFault::Said(fault.to_string()),
            }),
        }
    }
}

impl Told {
    /// Says it again, as if the plugin did here.
    pub(crate) fn again(self, info: &PluginInfo, hook: Hook, subject: &ClaimSubject<'_>) -> Said {
        let mut said = Said::default();
        for finding in &self.findings {
            let taken = find_again(&mut said, info, subject, finding);
            said.answer(taken);
        }
        for (rule, effect) in &self.effects {
            let taken = ask_again(&mut said, info, hook, rule, effect);
            said.answer(taken);
        }
        match self.fault {
            None => {}
            Some(ToldFault::OutOfRange) => said.fault(Fault::OutOfRange),
            Some(ToldFault::Said(text)) => said.fault(Fault::Told {
                said: text::plain(&text),
            }),
        }
        said
    }
}

/// The size of a struct as a plugin of that minor version says it.
fn size<T: Sized32>(info: &PluginInfo) -> u32 {
    match T::expected(info.abi.1) {
        Expected::Exactly(size) | Expected::AtLeast(size) => size,
    }
}

/// The edit of a rule, borrowed from its text; absent, and so a fault, where it
/// is another plugin's.
fn edit(info: &PluginInfo, rule: &str) -> Str {
    let edit = rule
        .strip_prefix("plugin:")
        .and_then(|rest| rest.strip_prefix(info.id.as_str()))
        .and_then(|rest| rest.strip_prefix('/'));
    Str::maybe(edit)
}

fn find_again(
    said: &mut Said,
    info: &PluginInfo,
    subject: &ClaimSubject<'_>,
    finding: &Finding,
) -> Result<(), Fault> {
    let prevents: Vec<Str> = finding
        .prevents
        .iter()
        .map(|code| Str::of(code.as_str()))
        .collect();
    let (about, line, field) = match &finding.about {
        About::Whole => (abi::ABOUT_WHOLE, 0, Str::ABSENT),
        About::Line { line } => (abi::ABOUT_LINE, *line, Str::ABSENT),
        About::Field { field } => (abi::ABOUT_FIELD, 0, Str::of(field)),
    };
    let given = abi::Finding {
        size: size::<abi::Finding>(info),
        severity: match finding.severity {
            Severity::Info => 1,
            Severity::Warn => 2,
            Severity::Block => 3,
        },
        edit: edit(info, &finding.rule),
        message: Str::of(&finding.message),
        about,
        line,
        field,
        cite: Str::maybe(finding.cite.as_deref()),
        prevents: prevents.as_ptr(),
        // More than a number can say are more than a finding may have.
        prevents_count: u32::try_from(prevents.len()).unwrap_or(u32::MAX),
        flags: if finding.overridable {
            abi::FINDING_OVERRIDABLE
        } else {
            0
        },
    };
    // SAFETY: a whole finding, whose texts are those of `finding` and whose list
    // is the one above; all of it is there until this returns.
    unsafe { said.finding(info, subject, &raw const given) }
}

fn ask_again(
    said: &mut Said,
    info: &PluginInfo,
    hook: Hook,
    rule: &str,
    effect: &Effect,
) -> Result<(), Fault> {
    let mut given = abi::Effect {
        size: size::<abi::Effect>(info),
        kind: info::effect_bit(effect.kind()),
        edit: edit(info, rule),
        reason: Str::ABSENT,
        field: Str::ABSENT,
        value: Str::ABSENT,
        tag: Str::ABSENT,
        owner: Str::ABSENT,
        category: Str::ABSENT,
        recoverable: Str::ABSENT,
        until: 0,
        days: 0,
    };
    match effect {
        Effect::Repair {
            field,
            value,
            reason,
        } => {
            given.field = Str::of(field);
            given.value = Str::of(value);
            given.reason = Str::of(reason);
        }
        Effect::HoldUntil { until, reason } => {
            given.until = number(*until);
            given.reason = Str::of(reason);
        }
        Effect::OpenTask {
            reason,
            owner,
            days,
        } => {
            given.reason = Str::of(reason);
            given.owner = Str::of(&owner.0);
            given.days = *days;
        }
        Effect::ClassifyDenial {
            category,
            recoverable,
            action,
            owner,
            days,
        } => {
            given.category = Str::of(category.as_str());
            given.recoverable = Str::of(recoverable.as_str());
            given.reason = Str::of(action);
            given.owner = Str::of(&owner.0);
            given.days = *days;
        }
        Effect::Tag { tag } => given.tag = Str::of(tag),
        // The interface has no bit for the others: `kind` is zero, which is refused.
        _ => {}
    }
    // SAFETY: a whole effect, whose texts are those of `rule` and `effect`, which
    // are there until this returns.
    unsafe { said.effect(info, hook, &raw const given) }
}

/// A day as a plugin writes it, which may be any day that the calendar has.
fn number(date: NaiveDate) -> i32 {
    let in_year = date.month() * 100 + date.day();
    date.year()
        .saturating_mul(10_000)
        .saturating_add(in_year.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{claim, info};

    /// What becomes of an answer, as a process could write it.
    fn said(answer: serde_json::Value) -> Said {
        let claim = claim();
        let subject = ClaimSubject {
            payer: None,
            ..ClaimSubject::of(&claim, NaiveDate::default())
        };
        let told: Told = serde_json::from_value(answer).unwrap();
        told.again(&info(), Hook::Scrub, &subject)
    }

    fn finding(rule: &str, message: &str) -> serde_json::Value {
        serde_json::json!({
            "rule": rule, "severity": "block", "message": message, "about": "field",
            "field": "place", "prevents": ["16"], "cite": "a source", "overridable": true,
        })
    }

    #[test]
    fn an_honest_answer_is_heard_to_the_letter() {
        let honest = finding("plugin:mine/edit", "a message");
        let until = serde_json::json!({
            "effect": "hold_until", "until": "2026-04-01", "reason": "later",
        });
        let said = said(serde_json::json!({
            "findings": [honest], "effects": [["plugin:mine/edit", until]], "fault": null,
        }));
        assert_eq!(said.fault, None);
        assert_eq!(serde_json::to_value(&said.findings[0]).unwrap(), honest);
        let (rule, effect) = &said.effects[0];
        assert_eq!(rule, "plugin:mine/edit");
        assert_eq!(serde_json::to_value(effect).unwrap(), until);
    }

    #[test]
    fn a_process_cannot_say_what_a_plugin_cannot() {
        let find =
            |finding| serde_json::json!({ "findings": [finding], "effects": [], "fault": null });
        let ask = |rule: &str, effect| serde_json::json!({ "findings": [], "effects": [[rule, effect]], "fault": null });
        let tag = serde_json::json!({ "effect": "tag", "tag": "seen" });
        let far = serde_json::json!({
            "effect": "hold_until", "until": "+262142-12-31", "reason": "for ever",
        });
        for (answer, fault) in [
            (
                find(finding("medicare/timely-filing", "another's rule")),
                "handed in a finding's `edit` that is missing",
            ),
            (
                find(finding("plugin:other/edit", "another's rule")),
                "handed in a finding's `edit` that is missing",
            ),
            (
                find(finding("plugin:mine/edit", "\u{1b}[2J")),
                "handed in a finding's `message` that has control characters",
            ),
            (
                find(finding("plugin:mine/edit", &"x".repeat(3_000))),
                "handed in a finding's `message` that is longer than 2000 bytes",
            ),
            (
                ask("plugin:mine/edit", tag),
                "asked for `tag`, which its descriptor does not declare",
            ),
            (
                ask("plugin:mine/edit", far),
                "handed in an effect's `until` that has no meaning",
            ),
        ] {
            let said = said(answer);
            assert!(said.findings.is_empty() && said.effects.is_empty());
            assert_eq!(said.fault.unwrap().to_string(), fault);
        }
        let many = vec![finding("plugin:mine/edit", "one of many"); 101];
        let said = said(serde_json::json!({ "findings": many, "effects": [], "fault": null }));
        assert_eq!(said.findings.len(), abi::MAX_SAID);
        assert!(matches!(said.fault, Some(Fault::Flood { .. })));
    }

    #[test]
    fn a_fault_comes_over_in_its_words_and_with_its_blame() {
        let fault = |fault| {
            said(serde_json::json!({ "findings": [], "effects": [], "fault": fault }))
                .fault
                .unwrap()
        };
        let text = format!("panicked\n{}", "x".repeat(3_000));
        let told = fault(serde_json::json!({ "said": text }));
        assert!(told.counts());
        let words = told.to_string();
        assert!(words.starts_with("panicked xxx") && words.len() == abi::MAX_MESSAGE);
        assert!(!fault(serde_json::json!("out_of_range")).counts());
    }
}
