//! One thread's hand: its own engine, its own compiled rules.

#[cfg(feature = "bench")]
pub(crate) mod steps;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rhai::{Dynamic, EvalAltResult};
use scrubjay_hooks::{
    About, Context, Effect, Finding, Hook, NotRun, Outcome, Ran, Severity, Subject, Worker,
};

use crate::api::claim::LineRef;
use crate::api::frame;
use crate::card::{RuleScope, Status};
use crate::facts::Facts;
use crate::frame::Said;
use crate::generation::{Generation, PassedOver};
use crate::intern::Interner;
use crate::limit::line_matches;
use crate::pack::Pack;
use crate::rule::Rule;
use crate::script::{Compiled, Script, Stage, told};
use crate::seen::{Eye, Seen};
use crate::tables::Tables;
use crate::view::Wants;

/// The rule of every finding about a rule that could not be run to its end.
pub const RULE_FAULT: &str = "rule-fault";

pub(crate) struct RuleWorker {
    live: Arc<ArcSwap<Generation>>,
    generation: Arc<Generation>,
    script: Script,
    /// Compiled when first met, by the rule's place in the generation.
    compiled: Vec<Option<Compiled>>,
    texts: Interner,
    stage: Stage,
    selected: Vec<u32>,
    /// Tables that stand in the place of every pack's own: those of a test.
    instead: Option<Arc<Tables>>,
}

/// What a rule left behind on one subject.
struct Answer {
    said: Vec<Said>,
    asked: Vec<Effect>,
    /// What stopped it.
    fault: Option<Box<EvalAltResult>>,
}

impl RuleWorker {
    pub(crate) fn new(live: &Arc<ArcSwap<Generation>>) -> Self {
        Self::with_script(live, Script::new())
    }

    pub(crate) fn with_script(live: &Arc<ArcSwap<Generation>>, script: Script) -> Self {
        let generation = live.load_full();
        let compiled = generation.all().map(|_| None).collect();
        Self {
            live: Arc::clone(live),
            generation,
            script,
            compiled,
            texts: Interner::default(),
            stage: Stage::default(),
            selected: Vec::new(),
            instead: None,
        }
    }

    /// Lets rules look into these tables and not into those of their packs.
    /// What cards say was worked out when the pack was loaded and stays.
    pub(crate) fn look_into(&mut self, tables: Arc<Tables>) {
        // Sets are kept by the tables' place in memory, which may come again.
        frame(&self.script.frame).forget_sets();
        self.instead = Some(tables);
    }

    /// Goes over to the newest generation; never within one subject. What is
    /// compiled of packs that are the same is kept.
    fn catch_up(&mut self) {
        let newest = self.live.load();
        if Arc::ptr_eq(&newest, &self.generation) {
            return;
        }
        let before = std::mem::replace(&mut self.generation, Arc::clone(&newest));
        frame(&self.script.frame).forget_sets();
        self.stage = Stage::default();
        let mut kept: HashMap<*const Rule, Compiled> = before
            .all()
            .zip(self.compiled.drain(..))
            .filter_map(|(at, compiled)| Some((std::ptr::from_ref(before.rule(at).1), compiled?)))
            .collect();
        // `before` lives until the end of this function, so that a rule's place
        // in memory names that rule and no other.
        self.compiled = newest
            .all()
            .map(|at| kept.remove(&std::ptr::from_ref(newest.rule(at).1)))
            .collect();
    }

    /// Judges with a set of rules already chosen.
    fn run(
        &mut self,
        rules: &[u32],
        hook: Hook,
        subject: Subject<'_>,
        context: Context,
        facts: &Facts<'_>,
        outcome: &mut Outcome,
    ) {
        let generation = Arc::clone(&self.generation);
        let wants = Wants::of(rules.iter().map(|at| generation.rule(*at).1.wants));
        let Some(seen) = self.see(subject, context, facts, wants) else {
            return;
        };
        outcome.ran.reserve(rules.len());
        for at in rules {
            let (pack, rule) = generation.rule(*at);
            let tables = self.instead.as_ref().unwrap_or(&pack.tables);
            frame(&self.script.frame).enter(hook, facts, tables, &pack.manifest.needs);
            let answer = self.call_rule(*at, rule, &seen, facts);
            self.record(pack, rule, answer, outcome);
        }
    }

    /// Calls a rule on the subject, or on each line that its card lets through.
    fn call_rule(&mut self, at: u32, rule: &Rule, seen: &Seen, facts: &Facts<'_>) -> Answer {
        let mut said = Vec::new();
        let mut asked = Vec::new();
        let mut fault = None;
        match (rule.card.scope, &seen.claim) {
            (RuleScope::Line, Some(claim)) => {
                let lines = facts.lines.iter().enumerate();
                for (line, _) in lines.filter(|(_, line)| line_matches(&rule.card.applies, line)) {
                    let line = Dynamic::from(LineRef {
                        claim: Arc::clone(claim),
                        at: line,
                    });
                    let called = self.call(at, rule, [seen.subject.clone(), line]);
                    fault = called.err();
                    if fault.is_some() {
                        break;
                    }
                    self.collect(&mut said, &mut asked);
                }
            }
            _ => {
                fault = self.call(at, rule, [seen.subject.clone()]).err();
                if fault.is_none() {
                    self.collect(&mut said, &mut asked);
                }
            }
        }
        Answer { said, asked, fault }
    }

    /// Adds a rule's answer to the outcome.
    fn record(&self, pack: &Pack, rule: &Rule, answer: Answer, outcome: &mut Outcome) {
        let Answer { said, asked, fault } = answer;
        let shadow = rule.card.status == Status::Shadow && !self.generation.is_for_tests();
        let before = outcome.findings.len();
        outcome
            .findings
            .extend(said.into_iter().map(|said| finding(rule, said, shadow)));
        if let Some(error) = fault {
            outcome
                .findings
                .push(fault_finding(pack, rule, &error, shadow));
        }
        // A shadow rule changes nothing.
        if !shadow {
            outcome.effects.extend(
                asked
                    .into_iter()
                    .map(|effect| (rule.card.id.clone(), effect)),
            );
        }
        outcome.ran.push(Ran {
            rule: Arc::clone(&rule.id),
            version: Arc::clone(&pack.version),
            findings: u32::try_from(outcome.findings.len() - before).unwrap_or(u32::MAX),
        });
    }

    fn collect(&mut self, said: &mut Vec<Said>, asked: &mut Vec<Effect>) {
        let mut frame = frame(&self.script.frame);
        said.append(&mut frame.said);
        asked.append(&mut frame.effects);
    }

    fn see(
        &mut self,
        subject: Subject<'_>,
        context: Context,
        facts: &Facts<'_>,
        wants: Wants,
    ) -> Option<Seen> {
        let mut eye = Eye {
            texts: &mut self.texts,
            context,
            facts,
        };
        eye.see(subject, wants)
    }

    fn call<const N: usize>(
        &mut self,
        at: u32,
        rule: &Rule,
        arguments: [Dynamic; N],
    ) -> Result<(), Box<EvalAltResult>> {
        let slot = &mut self.compiled[at as usize];
        let compiled = match slot {
            Some(compiled) => compiled,
            // Checked when the pack was loaded, so this compiles.
            None => slot.insert(self.script.compile_rule(rule)?),
        };
        self.script.run(compiled, &mut self.stage, arguments)
    }
}

impl RuleWorker {
    /// Runs one rule, whose card lets the subject through.
    pub(crate) fn run_one(
        &mut self,
        at: u32,
        subject: Subject<'_>,
        context: Context,
        outcome: &mut Outcome,
    ) {
        let hook = self.generation.rule(at).1.card.hook;
        let facts = Facts::of(subject, context);
        self.run(&[at], hook, subject, context, &facts, outcome);
    }

    /// Compiles every rule that has not been, as though it were met now.
    pub(crate) fn compile_all(&mut self) {
        for at in self.generation.all() {
            let slot = &mut self.compiled[at as usize];
            if slot.is_none() {
                // Checked when the pack was loaded, so this compiles.
                *slot = self.script.compile_rule(self.generation.rule(at).1).ok();
            }
        }
    }
}

impl RuleWorker {
    /// Calls one rule whatever its card says, on the first line where it is
    /// about lines, and forgets what it found.
    pub(crate) fn try_rule(
        &mut self,
        at: u32,
        hook: Hook,
        subject: Subject<'_>,
        context: Context,
    ) -> Result<(), Box<EvalAltResult>> {
        let generation = Arc::clone(&self.generation);
        let (pack, rule) = generation.rule(at);
        let facts = Facts::of(subject, context);
        let wants = Wants {
            history: true,
            file: true,
        };
        let Some(seen) = self.see(subject, context, &facts, wants) else {
            return Ok(());
        };
        frame(&self.script.frame).enter(hook, &facts, &pack.tables, &pack.manifest.needs);
        match (rule.card.scope, &seen.claim) {
            (RuleScope::Line, Some(claim)) => {
                let line = Dynamic::from(LineRef {
                    claim: Arc::clone(claim),
                    at: 0,
                });
                self.call(at, rule, [seen.subject.clone(), line])
            }
            _ => self.call(at, rule, [seen.subject.clone()]),
        }
    }

    /// Rules of some hooks whose cards pass a subject over by what it is about,
    /// not by whom it goes to or where the rule is in its life.
    pub(crate) fn passed_over_by_content(
        &self,
        hooks: &[Hook],
        subject: Subject<'_>,
        context: Context,
    ) -> Vec<String> {
        let facts = Facts::of(subject, context);
        let passed = self.generation.all().filter(|at| {
            let rule = self.generation.rule(*at).1;
            hooks.contains(&rule.card.hook)
                && matches!(self.generation.passed_over(*at, &facts), Some(PassedOver::Card(limit)) if limit.is_of_content())
        });
        passed
            .map(|at| self.generation.rule(at).1.card.id.clone())
            .collect()
    }
}

fn finding(rule: &Rule, said: Said, shadow: bool) -> Finding {
    Finding {
        rule: rule.card.id.clone(),
        severity: said.severity,
        message: said.message,
        about: said.about,
        prevents: rule.card.prevents.clone(),
        cite: rule.card.cite.clone(),
        overridable: rule.card.overridable,
        shadow,
    }
}

/// A rule that stopped: what it was, where and why, without data.
fn fault_finding(pack: &Pack, rule: &Rule, error: &EvalAltResult, shadow: bool) -> Finding {
    let (text, at) = told(error);
    // Where Rhai tells no place, the function's first line is meant.
    let (file, line, column) = rule.runnable.place(at);
    let path = pack.sources[file].path();
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let place = format!("{}/{name}:{line}:{column}", pack.manifest.id);
    Finding {
        rule: RULE_FAULT.to_owned(),
        severity: Severity::Block,
        message: format!("`{}` stopped at {place}: {text}", rule.card.id),
        about: About::Whole,
        prevents: Vec::new(),
        cite: None,
        overridable: false,
        shadow,
    }
}

/// Why no rule runs on a void as it is made.
const VOID: &str = "frequency: void, which is judged at submit";

impl Worker for RuleWorker {
    fn judge(&mut self, hook: Hook, subject: Subject<'_>, context: Context, outcome: &mut Outcome) {
        self.catch_up();
        if hook.subject() != subject.kind() || !subject.is_judged_at(hook) {
            return;
        }
        let facts = Facts::of(subject, context);
        let mut selected = std::mem::take(&mut self.selected);
        self.generation.select(hook, &facts, &mut selected);
        if !selected.is_empty() {
            self.run(&selected, hook, subject, context, &facts, outcome);
        }
        self.selected = selected;
    }

    fn not_run(&mut self, hook: Hook, subject: Subject<'_>, context: Context) -> Vec<NotRun> {
        self.catch_up();
        let facts = Facts::of(subject, context);
        let generation = &self.generation;
        let of_hook = generation
            .all()
            .filter(|at| generation.rule(*at).1.card.hook == hook);
        if !subject.is_judged_at(hook) {
            let not_run = of_hook.map(|at| NotRun {
                rule: generation.rule(at).1.card.id.clone(),
                because: VOID.to_owned(),
            });
            return not_run.collect();
        }
        of_hook
            .filter_map(|at| {
                let why = generation.passed_over(at, &facts)?;
                let rule = generation.rule(at).1.card.id.clone();
                Some(NotRun {
                    rule,
                    because: generation.because(at, why),
                })
            })
            .collect()
    }
}
