//! Runs a pack's tests plain and watched, and counts what they show.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use scrubjay_hooks::{Outcome, Worker};

use super::coverage::{
    Branches, CaseFailure, CaseReport, ConditionCoverage, PackTests, RuleCoverage,
};
use super::inspector::{place_in_pack, written};
use super::recorder::{Count, SharedRecorder, notes};
use super::trace::{NotSeen, Place};
use super::twin::SiteKind;
use crate::card::Status;
use crate::expectation::difference;
use crate::generation::Generation;
use crate::limit::Running;
use crate::pack::Pack;
use crate::pack_test::{self, PlacedCase};
use crate::rule::Rule;
use crate::script::Script;
use crate::source::Source;
use crate::worker::RuleWorker;

pub(super) struct Runner<'p> {
    pack: &'p Pack,
    plain: RuleWorker,
    watched: RuleWorker,
    recorder: SharedRecorder,
    rules: BTreeMap<String, RuleCoverage>,
    differs: BTreeSet<String>,
}

impl<'p> Runner<'p> {
    pub(super) fn new(pack: &'p Arc<Pack>) -> Self {
        // Faults of the pack have been told already.
        let generation = Generation::new(vec![Arc::clone(pack)], Running::Tests, &mut Vec::new());
        let live = Arc::new(ArcSwap::from_pointee(generation));
        let (script, recorder) = Script::recording();
        let mut watched = RuleWorker::with_script(&live, script);
        watched.compile_all();
        Self {
            pack,
            plain: RuleWorker::new(&live),
            watched,
            recorder,
            rules: BTreeMap::new(),
            differs: BTreeSet::new(),
        }
    }

    pub(super) fn run(mut self) -> PackTests {
        let pack = self.pack;
        for rule in self.living() {
            let (file, line) = rule.stands;
            let coverage = RuleCoverage {
                rule: rule.card.id.clone(),
                card: Place {
                    file: pack.sources[file].path().to_owned(),
                    line,
                    column: 1,
                },
                fired: 0,
                silent: 0,
                passed_over: BTreeMap::new(),
            };
            self.rules.insert(rule.card.id.clone(), coverage);
        }
        let (mut cases, mut faults) = (Vec::new(), Vec::new());
        pack_test::each_case(pack, &mut faults, &mut |placed, _| {
            cases.push(self.case(placed));
        });
        let (conditions, unwatched) = self.conditions();
        PackTests {
            pack: pack.manifest.id.clone(),
            version: pack.version.to_string(),
            cases,
            faults,
            conditions,
            unwatched,
            not_seen: self.not_seen(),
            rules: self
                .living()
                .filter_map(|rule| self.rules.get(&rule.card.id).cloned())
                .collect(),
        }
    }

    /// Rules that are not retired, in the order in which they run.
    fn living(&self) -> impl Iterator<Item = &'p Rule> + use<'p> {
        let pack = self.pack;
        let mut rules: Vec<&Rule> = pack
            .rules
            .iter()
            .filter(|rule| rule.card.status != Status::Retired)
            .collect();
        rules.sort_by(|a, b| (a.card.rank, &a.card.id).cmp(&(b.card.rank, &b.card.id)));
        rules.into_iter()
    }

    fn case(&mut self, placed: PlacedCase<'_>) -> CaseReport {
        let pack = self.pack;
        let met = placed.tables(pack).and_then(|tables| {
            self.plain.look_into(Arc::clone(&tables));
            self.watched.look_into(tables);
            placed.meet(pack, |hooks, subject, context| {
                let outcome = pack_test::judge(&mut self.plain, hooks, subject, context);
                let again = pack_test::judge(&mut self.watched, hooks, subject, context);
                notes(&self.recorder).take();
                let not_run: Vec<_> = hooks
                    .iter()
                    .flat_map(|hook| self.plain.not_run(*hook, subject, context))
                    .collect();
                (outcome, again, not_run)
            })
        });
        let failure = match met {
            Err(problem) => Some(CaseFailure::NoExample(problem)),
            Ok((outcome, again, not_run)) => {
                if outcome != again {
                    self.differs.extend(differing(&outcome, &again));
                }
                self.count(&outcome);
                for passed in not_run {
                    if let Some(rule) = self.rules.get_mut(&passed.rule) {
                        *rule.passed_over.entry(passed.because).or_default() += 1;
                    }
                }
                difference(pack, &placed.case.expect, &outcome).map(|found| CaseFailure::Differs {
                    missing: found.missing,
                    unexpected: found.unexpected,
                    found: found.found,
                })
            }
        };
        CaseReport {
            case: placed.case.case.clone(),
            place: Place {
                file: placed.source.path().to_owned(),
                line: placed.line,
                column: placed.column,
            },
            failure,
        }
    }

    fn count(&mut self, outcome: &Outcome) {
        for ran in &outcome.ran {
            let asked = outcome.effects.iter().any(|(rule, _)| **rule == *ran.rule);
            if let Some(rule) = self.rules.get_mut(&*ran.rule) {
                let fired = ran.findings > 0 || asked;
                rule.fired += usize::from(fired);
                rule.silent += usize::from(!fired);
            }
        }
    }

    fn not_seen(&self) -> Vec<(String, NotSeen)> {
        let recorder = notes(&self.recorder);
        let has_twin = |rule: &Rule| {
            recorder
                .twin(&rule.card.id)
                .is_some_and(|known| known.twin.is_some())
        };
        let without = self.living().filter(|rule| !has_twin(rule));
        let without = without.map(|rule| (rule.card.id.clone(), NotSeen::NoTwin));
        let differs = self.differs.iter();
        without
            .chain(differs.map(|rule| (rule.clone(), NotSeen::Differs)))
            .collect()
    }

    fn conditions(&self) -> (Vec<ConditionCoverage>, Vec<Place>) {
        let recorder = notes(&self.recorder);
        let mut found: BTreeMap<Place, ConditionCoverage> = BTreeMap::new();
        let mut unwatched = BTreeSet::new();
        for rule in self.living() {
            let id = &rule.card.id;
            let Some((first, twin)) = recorder
                .twin(id)
                .and_then(|known| Some((known.first, known.twin.as_ref()?)))
            else {
                continue;
            };
            let text = Source::new("", rule.runnable.text.as_str());
            let ran = self
                .rules
                .get(id)
                .is_some_and(|rule| rule.fired + rule.silent > 0);
            let place = |at| place_in_pack(self.pack, rule, &text, at);
            unwatched.extend(twin.unwatched.iter().map(|at| place(*at)));
            for (at, site) in twin.sites.iter().enumerate() {
                if site.compound {
                    continue;
                }
                let place = place(site.span.start);
                let known = found
                    .entry(place.clone())
                    .or_insert_with(|| ConditionCoverage {
                        place,
                        text: written(site.kind, &text.text()[site.span.clone()]),
                        rules: BTreeSet::new(),
                        branches: branches(site.kind, Count::default()),
                        rule_ran: false,
                    });
                let count = recorder.count(first.site + at);
                known.branches = known.branches.plus(branches(site.kind, count));
                known.rules.insert(id.clone());
                known.rule_ran |= ran;
            }
        }
        (
            found.into_values().collect(),
            unwatched.into_iter().collect(),
        )
    }
}

fn branches(kind: SiteKind, count: Count) -> Branches {
    match kind {
        SiteKind::Arm => Branches::Arm {
            taken: count.met_true,
        },
        SiteKind::Decision | SiteKind::Operand => Branches::Either {
            met_true: count.met_true,
            met_false: count.met_false,
        },
    }
}

/// The rules whose part in two outcomes is not the same.
fn differing(a: &Outcome, b: &Outcome) -> BTreeSet<String> {
    let part = |outcome: &Outcome, rule: &str| {
        let findings: Vec<_> = outcome
            .findings
            .iter()
            .filter(|finding| finding.rule == rule)
            .cloned()
            .collect();
        let effects: Vec<_> = outcome
            .effects
            .iter()
            .filter(|(by, _)| by == rule)
            .cloned()
            .collect();
        let ran: Vec<_> = outcome
            .ran
            .iter()
            .filter(|ran| *ran.rule == *rule)
            .cloned()
            .collect();
        (findings, effects, ran)
    };
    let rules: BTreeSet<String> = a
        .ran
        .iter()
        .chain(&b.ran)
        .map(|ran| ran.rule.to_string())
        .collect();
    let differing: BTreeSet<String> = rules
        .iter()
        .filter(|rule| part(a, rule) != part(b, rule))
        .cloned()
        .collect();
    // A difference that no rule can be named for is one of all of them.
    if differing.is_empty() {
        rules
    } else {
        differing
    }
}
