//! Runs every rule once on a complete sample when a pack is loaded: what the
//! checker cannot see, such as a helper that misspells a field, shows there.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use rhai::EvalAltResult;
use scrubjay_hooks::Context;
use scrubjay_model::LineOfBusiness;

use crate::card::Status;
use crate::diagnostic::Diagnostic;
use crate::example::{Example, PayerSpec};
use crate::generation::Generation;
use crate::limit::Running;
use crate::pack::Pack;
use crate::rule::Rule;
use crate::sample;
use crate::script::told;
use crate::worker::RuleWorker;

/// Runs the rules of a pack; a fault is an error of the pack.
pub(crate) fn run(pack: &Arc<Pack>, faults: &mut Vec<Diagnostic>) {
    let generation = Generation::new(vec![Arc::clone(pack)], Running::Tests, &mut Vec::new());
    let live = Arc::new(ArcSwap::from_pointee(generation));
    let mut worker = RuleWorker::new(&live);
    let generation = live.load_full();
    for at in generation.all() {
        let (pack, rule) = generation.rule(at);
        if rule.card.status == Status::Retired {
            continue;
        }
        let example = match sample(pack, rule) {
            Ok(example) => example,
            // Not tried is not sound: it must never pass for that.
            Err(problem) => {
                let message = format!("`{}` cannot be tried on a sample: {problem}", rule.card.id);
                faults.push(pack.card_fault(rule, message));
                continue;
            }
        };
        if let Err(error) = call(&mut worker, at, rule, &example) {
            let (text, place) = told(&error);
            let (file, line, column) = rule.runnable.place(place);
            let message = format!("`{}` stops on a sample: {text}", rule.card.id);
            faults.push(Diagnostic::at(&pack.sources[file], line, column, message));
        }
    }
}

/// A sample that the rule's card would let through, as far as that is easy.
fn sample(pack: &Pack, rule: &Rule) -> Result<Example, String> {
    let (applies, scope) = (&rule.card.applies, &pack.manifest.scope);
    let first = |own: &Option<Vec<String>>, of_pack: &Option<Vec<String>>| {
        own.iter().chain(of_pack).flatten().next().cloned()
    };
    let payer = PayerSpec {
        key: first(&applies.payers, &scope.payers),
        line: applies
            .lines
            .iter()
            .chain(&scope.lines)
            .flatten()
            .next()
            .copied()
            .or(Some(LineOfBusiness::Commercial)),
        state: first(&applies.states, &scope.states).or_else(|| Some("TX".to_owned())),
    };
    let claim = sample::claim(applies)?;
    let kind = rule.card.hook.subject();
    let written = sample::subject(kind, applies)?;
    let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default();
    Example::build(today, Some(&payer), scope, &claim, (kind, &written))
}

fn call(
    worker: &mut RuleWorker,
    at: u32,
    rule: &Rule,
    example: &Example,
) -> Result<(), Box<EvalAltResult>> {
    let context = Context::at(crate::pack_test::noon(example.received));
    let hook = rule.card.hook;
    example.show(|subject| worker.try_rule(at, hook, subject, context))
}
