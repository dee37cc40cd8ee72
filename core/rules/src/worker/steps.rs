//! A judgement step by step, so that a benchmark can tell where the time goes.

use std::fmt;
use std::hint::black_box;
use std::sync::Arc;

use scrubjay_hooks::{Context, Hook, Subject};

use super::RuleWorker;
use crate::api::frame;
use crate::facts::Facts;
use crate::ruleset::RuleSet;
use crate::view::Wants;

/// How far a judgement goes. What a whole one does beyond [`Calls`](Self::Calls)
/// is to record findings, effects and what ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Reads from the subject what cards ask.
    Facts,
    /// Finds the rules that concern it.
    Index,
    /// Builds what scripts see.
    View,
    /// Calls the rules.
    Calls,
}

/// A worker that stops after a step.
pub struct Steps(RuleWorker);

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Steps")
    }
}

impl Steps {
    /// A worker of some rules.
    #[must_use]
    pub fn of(rules: &RuleSet) -> Self {
        Self(RuleWorker::new(&rules.live))
    }

    /// Goes up to a step and no further, and gives how many rules concern the subject.
    pub fn go(&mut self, last: Part, hook: Hook, subject: Subject<'_>, context: Context) -> usize {
        let worker = &mut self.0;
        worker.catch_up();
        let facts = black_box(Facts::of(subject, context));
        if last < Part::Index {
            return 0;
        }
        let mut selected = std::mem::take(&mut worker.selected);
        worker.generation.select(hook, &facts, &mut selected);
        let found = black_box(&selected).len();
        if last >= Part::View {
            let generation = Arc::clone(&worker.generation);
            let wants = Wants::of(selected.iter().map(|at| generation.rule(*at).1.wants));
            let seen = black_box(worker.see(subject, context, &facts, wants));
            if let Some(seen) = seen.filter(|_| last >= Part::Calls) {
                for at in &selected {
                    let (pack, rule) = generation.rule(*at);
                    frame(&worker.script.frame).enter(
                        hook,
                        &facts,
                        &pack.tables,
                        &pack.manifest.needs,
                    );
                    black_box(worker.call_rule(*at, rule, &seen, &facts));
                }
            }
        }
        worker.selected = selected;
        found
    }
}
