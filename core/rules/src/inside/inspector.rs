//! Judges a subject as claims are judged, and looks inside each rule.

use std::sync::Arc;

use arc_swap::ArcSwap;
use scrubjay_hooks::{Context, Effect, Finding, Hook, Outcome, Subject};

use super::recorder::{CallNoted, Noted, SharedRecorder, notes};
use super::shown::{Shown, effect_in_words};
use super::trace::{
    Call, ConditionSeen, Inside, Met, NotSeen, Place, RanTrace, RuleTrace, Step, ValueRead,
};
use super::twin::SiteKind;
use crate::facts::Facts;
use crate::generation::Generation;
use crate::limit::Running;
use crate::pack::Pack;
use crate::rule::Rule;
use crate::ruleset::RuleSet;
use crate::script::Script;
use crate::source::Source;
use crate::worker::RuleWorker;

/// Judges subjects and tells of each rule whether it ran and, where it did,
/// which conditions it met with which values.
///
/// Each rule is run twice: as it is, for what it says; and by a twin that is
/// watched, for how it came to that. Where the two do not agree, what was
/// watched is not shown.
///
/// ```
/// # use std::path::PathBuf;
/// use scrubjay_rules::{Inspector, RuleSet};
///
/// # let base = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules/base"));
/// let rules = RuleSet::load(&[base])?;
/// let inspector = Inspector::new(&rules); // `inspector.judge(hook, subject, context)`
/// # drop(inspector);
/// # Ok::<(), scrubjay_rules::LoadError>(())
/// ```
pub struct Inspector {
    generation: Arc<Generation>,
    plain: RuleWorker,
    watched: RuleWorker,
    recorder: SharedRecorder,
}

impl std::fmt::Debug for Inspector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspector").finish_non_exhaustive()
    }
}

impl Inspector {
    /// For the rules that judge claims.
    #[must_use]
    pub fn new(rules: &RuleSet) -> Self {
        Self::of(rules.generation())
    }

    /// For the same with drafts, which run as though they were active; so do
    /// shadow rules.
    #[must_use]
    pub fn with_drafts(rules: &RuleSet) -> Self {
        let packs = rules.generation().packs.clone();
        // Faults of the packs have been told already.
        Self::of(Arc::new(Generation::new(
            packs,
            Running::Tests,
            &mut Vec::new(),
        )))
    }

    pub(crate) fn of(generation: Arc<Generation>) -> Self {
        let live = Arc::new(ArcSwap::new(Arc::clone(&generation)));
        let (script, recorder) = Script::recording();
        Self {
            generation,
            plain: RuleWorker::new(&live),
            watched: RuleWorker::with_script(&live, script),
            recorder,
        }
    }

    /// Every rule of a hook, in the order in which they run.
    pub fn judge(&mut self, hook: Hook, subject: Subject<'_>, context: Context) -> Vec<RuleTrace> {
        if hook.subject() != subject.kind() || !subject.is_judged_at(hook) {
            return Vec::new();
        }
        let generation = Arc::clone(&self.generation);
        generation
            .all()
            .filter(|at| generation.rule(*at).1.card.hook == hook)
            .map(|at| self.trace(at, subject, context))
            .collect()
    }

    /// The hook of a rule; `None` where there is no such rule.
    #[must_use]
    pub fn hook_of(&self, rule: &str) -> Option<Hook> {
        let at = self.generation.find(rule)?;
        Some(self.generation.rule(at).1.card.hook)
    }

    /// One rule; `None` where there is no such rule, or its hook takes other
    /// subjects.
    pub fn rule(
        &mut self,
        rule: &str,
        subject: Subject<'_>,
        context: Context,
    ) -> Option<RuleTrace> {
        let at = self.generation.find(rule)?;
        let hook = self.generation.rule(at).1.card.hook;
        (hook.subject() == subject.kind()).then(|| self.trace(at, subject, context))
    }

    fn trace(&mut self, at: u32, subject: Subject<'_>, context: Context) -> RuleTrace {
        let generation = Arc::clone(&self.generation);
        let (pack, rule) = generation.rule(at);
        let facts = Facts::of(subject, context);
        let met = match generation.passed_over(at, &facts) {
            Some(why) => Met::PassedOver {
                because: generation.because(at, why),
            },
            None => Met::Ran(self.run(at, pack, rule, subject, context)),
        };
        let (file, line) = rule.stands;
        RuleTrace {
            rule: rule.card.id.clone(),
            version: pack.version.to_string(),
            hook: rule.card.hook,
            status: rule.card.status,
            card: Place {
                file: pack.sources[file].path().to_owned(),
                line,
                column: 1,
            },
            met,
        }
    }

    fn run(
        &mut self,
        at: u32,
        pack: &Pack,
        rule: &Rule,
        subject: Subject<'_>,
        context: Context,
    ) -> RanTrace {
        let (mut said, mut again) = (Outcome::default(), Outcome::default());
        self.plain.run_one(at, subject, context, &mut said);
        notes(&self.recorder).take();
        self.watched.run_one(at, subject, context, &mut again);
        let calls = notes(&self.recorder).take();
        let has_twin = notes(&self.recorder)
            .twin(&rule.card.id)
            .is_some_and(|known| known.twin.is_some());
        let inside = if !has_twin {
            Inside::NotSeen(NotSeen::NoTwin)
        } else if said != again {
            Inside::NotSeen(NotSeen::Differs)
        } else {
            self.seen(pack, rule, calls, &said)
        };
        RanTrace {
            asked: said
                .effects
                .iter()
                .map(|(_, effect)| effect_in_words(effect))
                .collect(),
            findings: said.findings,
            effects: said.effects.into_iter().map(|(_, effect)| effect).collect(),
            inside,
        }
    }

    /// What was noted, with what the rule said and asked for where it did so.
    fn seen(&self, pack: &Pack, rule: &Rule, calls: Vec<CallNoted>, said: &Outcome) -> Inside {
        let places = Places::new(self, pack, rule);
        let mut left = Left {
            findings: &said.findings,
            effects: &said.effects,
        };
        let calls = calls
            .into_iter()
            .map(|call| places.call(call, &mut left))
            .collect();
        Inside::Seen {
            calls,
            unwatched: places.unwatched(),
        }
    }
}

/// Findings and effects that no step has told of yet.
struct Left<'o> {
    findings: &'o [Finding],
    effects: &'o [(String, Effect)],
}

impl Left<'_> {
    /// Tells of the next ones.
    fn tell(&mut self, findings: usize, effects: usize, steps: &mut Vec<Step>) {
        let (now, later) = self.findings.split_at(findings.min(self.findings.len()));
        steps.extend(now.iter().cloned().map(Step::Finding));
        self.findings = later;
        let (now, later) = self.effects.split_at(effects.min(self.effects.len()));
        steps.extend(
            now.iter()
                .map(|(_, effect)| Step::Asked(effect_in_words(effect))),
        );
        self.effects = later;
    }
}

/// Where the conditions of a rule stand.
struct Places<'i> {
    inspector: &'i Inspector,
    pack: &'i Pack,
    rule: &'i Rule,
    text: Source,
}

impl<'i> Places<'i> {
    fn new(inspector: &'i Inspector, pack: &'i Pack, rule: &'i Rule) -> Self {
        Self {
            inspector,
            pack,
            rule,
            text: Source::new("", rule.runnable.text.as_str()),
        }
    }

    fn call(&self, call: CallNoted, left: &mut Left<'_>) -> Call {
        let mut steps = Vec::new();
        let (mut said, mut asked) = (0, 0);
        for noted in &call.steps {
            // A call that stopped keeps nothing of what it said.
            if !call.stopped {
                left.tell(noted.said - said, noted.asked - asked, &mut steps);
                (said, asked) = (noted.said, noted.asked);
            }
            steps.push(Step::Condition(self.condition(noted)));
        }
        if call.stopped {
            let values = self.values(&call.unfinished);
            if !values.is_empty() {
                steps.push(Step::Stopped(values));
            }
            // The fault.
            left.tell(1, 0, &mut steps);
        } else {
            left.tell(call.said - said, call.asked - asked, &mut steps);
        }
        Call {
            line: call.line,
            steps,
            left_off: call.left_off,
        }
    }

    fn condition(&self, noted: &Noted) -> ConditionSeen {
        let site = notes(&self.inspector.recorder).site(noted.site).cloned();
        let (place, text) = site.map_or_else(
            || (self.place(0), String::new()),
            |site| {
                let text = written(site.kind, &self.text.text()[site.span.clone()]);
                (self.place(site.span.start), text)
            },
        );
        ConditionSeen {
            place,
            text,
            outcome: noted.outcome,
            values: self.values(&noted.values),
            parts: noted
                .parts
                .iter()
                .map(|part| self.condition(part))
                .collect(),
        }
    }

    fn values(&self, values: &[(usize, Shown)]) -> Vec<ValueRead> {
        let recorder = notes(&self.inspector.recorder);
        values
            .iter()
            .filter_map(|(number, shown)| {
                let (_, value) = recorder.value(*number)?;
                Some(ValueRead {
                    expression: one_line(&self.text.text()[value.span.clone()]),
                    value: shown.clone(),
                })
            })
            .collect()
    }

    fn unwatched(&self) -> Vec<Place> {
        let recorder = notes(&self.inspector.recorder);
        let twin = recorder
            .twin(&self.rule.card.id)
            .and_then(|known| known.twin.as_ref());
        twin.map(|twin| twin.unwatched.iter().map(|at| self.place(*at)).collect())
            .unwrap_or_default()
    }

    /// The place in the pack of a byte of the rule's text.
    fn place(&self, at: usize) -> Place {
        place_in_pack(self.pack, self.rule, &self.text, at)
    }
}

/// The place in a pack of a byte of a rule's text.
pub(super) fn place_in_pack(pack: &Pack, rule: &Rule, text: &Source, at: usize) -> Place {
    let (line, column) = text.place(at);
    let fits = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    let at = rhai::Position::new(fits(line), fits(column));
    let (file, line, column) = rule.runnable.place(at);
    Place {
        file: pack.sources[file].path().to_owned(),
        line,
        column,
    }
}

/// A condition as it is shown.
pub(super) fn written(kind: SiteKind, text: &str) -> String {
    match kind {
        SiteKind::Arm => format!("switch arm {}", one_line(text)),
        SiteKind::Decision | SiteKind::Operand => one_line(text),
    }
}

/// A text with its line breaks and indents made into blanks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
