//! One loaded state of all packs. A claim is judged on one generation.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use scrubjay_hooks::Hook;

use crate::card::{Status, is_rule_id};
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::index::HookIndex;
use crate::limit::{Limit, Running, limit, scope_limit};
use crate::pack::Pack;
use crate::rule::Rule;
use crate::shadowed;

/// All packs of one moment, with their rules in the order in which they run.
#[derive(Debug, Default)]
pub(crate) struct Generation {
    pub(crate) packs: Vec<Arc<Pack>>,
    /// Pack and place in it, ordered by rank and id.
    order: Vec<(usize, usize)>,
    running: Option<Running>,
    hooks: BTreeMap<Hook, HookIndex>,
    /// Who stands in whose place: by the rule that gives way.
    gives_way_to: HashMap<u32, Vec<Claimant>>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// A rule or pack that takes another rule's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claimant {
    Replaces(u32),
    Disables(u32),
    Pack(usize),
}

/// Why a rule did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PassedOver {
    Card(Limit),
    ReplacedBy(u32),
    DisabledBy(u32),
    DisabledByPack(usize),
    /// Another rule that replaces the same one is narrower.
    Narrower(u32),
}

impl Generation {
    pub(crate) fn new(
        packs: Vec<Arc<Pack>>,
        running: Running,
        faults: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut order: Vec<(usize, usize)> = packs
            .iter()
            .enumerate()
            .flat_map(|(pack, read)| (0..read.rules.len()).map(move |rule| (pack, rule)))
            .collect();
        order.sort_by(|a, b| {
            let key = |at: &(usize, usize)| {
                let card = &packs[at.0].rules[at.1].card;
                (card.rank, card.id.as_str())
            };
            key(a).cmp(&key(b)).then(a.cmp(b))
        });
        let mut generation = Self {
            packs,
            order,
            running: Some(running),
            ..Self::default()
        };
        generation.check_twice(faults);
        for at in generation.all() {
            let (pack, rule) = generation.rule(at);
            if running.includes(rule.card.status) {
                let (card, scope) = (rule.card.clone(), pack.manifest.scope.clone());
                generation
                    .hooks
                    .entry(card.hook)
                    .or_default()
                    .add(at, &card, &scope);
            }
        }
        generation.find_claimants(faults);
        shadowed::tell(&generation, faults);
        generation
    }

    /// Whether it only runs a pack's tests, where drafts and shadows run in full.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.running == Some(Running::Tests)
    }

    /// Every rule by its place in the order.
    pub(crate) fn all(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.order.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn rule(&self, at: u32) -> (&Pack, &Rule) {
        let (pack, rule) = self.order[at as usize];
        (&self.packs[pack], &self.packs[pack].rules[rule])
    }

    /// Who stands in a rule's place, on some claims or all.
    pub(crate) fn claimants(&self, at: u32) -> &[Claimant] {
        self.gives_way_to.get(&at).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.all().find(|at| self.rule(*at).1.card.id == id)
    }

    fn check_twice(&self, faults: &mut Vec<Diagnostic>) {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        for at in self.all() {
            let (pack, rule) = self.rule(at);
            if let Some(earlier) = seen.insert(&rule.card.id, at) {
                let (other, _) = self.rule(earlier);
                if other.folder != pack.folder {
                    let message = format!(
                        "`{}` also stands in the pack `{}`",
                        rule.card.id, other.manifest.id
                    );
                    faults.push(
                        pack.card_fault(rule, message)
                            .help("give each rule an id of its own"),
                    );
                }
            }
        }
        for (at, pack) in self.packs.iter().enumerate() {
            let twin = self.packs[..at]
                .iter()
                .find(|earlier| earlier.manifest.id == pack.manifest.id);
            if let (Some(twin), Some(source)) = (twin, pack.sources.first()) {
                let message = format!(
                    "a pack `{}` also stands in {}",
                    pack.manifest.id,
                    twin.folder.display()
                );
                faults.push(Diagnostic::at(source, 1, 1, message));
            }
        }
    }

    fn find_claimants(&mut self, faults: &mut Vec<Diagnostic>) {
        let mut found: Vec<(u32, Claimant)> = Vec::new();
        for at in self.all() {
            let (pack, rule) = self.rule(at);
            // A draft or shadow changes nothing, so it takes no one's place.
            if rule.card.status != Status::Active {
                continue;
            }
            let replaced = rule
                .card
                .replaces
                .iter()
                .map(|id| (id, Claimant::Replaces(at)));
            let disabled = rule
                .card
                .disables
                .iter()
                .map(|id| (id, Claimant::Disables(at)));
            for (id, claimant) in replaced.chain(disabled) {
                let Some(target) = self.find(id) else {
                    faults.push(
                        pack.card_fault(rule, format!("there is no rule `{id}`"))
                            .warning(),
                    );
                    continue;
                };
                let (of, other) = self.rule(target);
                if other.card.hook != rule.card.hook {
                    let message = format!(
                        "`{id}` runs at the hook `{}`, this rule at `{}`",
                        other.card.hook, rule.card.hook
                    );
                    faults.push(
                        pack.card_fault(rule, message)
                            .help("a rule stands in for another at the same hook"),
                    );
                } else if breadth(of, other) > breadth(pack, rule) {
                    let message =
                        format!("`{id}` is narrower than this rule, and the narrowest wins");
                    faults.push(pack.card_fault(rule, message));
                } else {
                    found.push((target, claimant));
                }
            }
        }
        for (at, pack) in self.packs.iter().enumerate() {
            for id in pack.manifest.disables.iter().filter(|id| is_rule_id(id)) {
                match self.find(id) {
                    Some(target) => found.push((target, Claimant::Pack(at))),
                    None => {
                        let source = &pack.sources[0];
                        faults.push(
                            Diagnostic::at(
                                source,
                                1,
                                1,
                                format!("`disables`: there is no rule `{id}`"),
                            )
                            .warning(),
                        );
                    }
                }
            }
        }
        for (target, claimant) in found {
            self.gives_way_to.entry(target).or_default().push(claimant);
        }
    }

    /// Rules that run on a subject, in their order.
    pub(crate) fn select(&self, hook: Hook, facts: &Facts<'_>, found: &mut Vec<u32>) {
        found.clear();
        if let Some(index) = self.hooks.get(&hook) {
            index.candidates(facts, found);
            found.retain(|at| self.passed_over(*at, facts).is_none());
        }
    }

    /// Why a rule does not run on a subject; `None` where it runs.
    pub(crate) fn passed_over(&self, at: u32, facts: &Facts<'_>) -> Option<PassedOver> {
        let (pack, rule) = self.rule(at);
        let running = self.running.unwrap_or(Running::Live);
        if let Some(limit) = limit(&rule.card, &pack.manifest.scope, running, facts) {
            return Some(PassedOver::Card(limit));
        }
        if self.gives_way_to.is_empty() {
            return None;
        }
        let own = self.gives_way_to.get(&at).into_iter().flatten();
        for claimant in own {
            match *claimant {
                Claimant::Replaces(by) if self.speaks_for(by, facts) => {
                    return Some(PassedOver::ReplacedBy(by));
                }
                Claimant::Disables(by) if self.speaks_for(by, facts) => {
                    return Some(PassedOver::DisabledBy(by));
                }
                Claimant::Pack(by) if pack_speaks_for(&self.packs[by], facts) => {
                    return Some(PassedOver::DisabledByPack(by));
                }
                _ => {}
            }
        }
        self.narrower_rival(at, facts).map(PassedOver::Narrower)
    }

    /// Another rule that replaces the same one and is narrower, or of the same
    /// breadth and earlier by rank and id.
    fn narrower_rival(&self, at: u32, facts: &Facts<'_>) -> Option<u32> {
        let (pack, rule) = self.rule(at);
        let mine = (Reverse(breadth(pack, rule)), at);
        for id in &rule.card.replaces {
            let Some(target) = self.find(id) else {
                continue;
            };
            for claimant in self.gives_way_to.get(&target).into_iter().flatten() {
                let Claimant::Replaces(other) = *claimant else {
                    continue;
                };
                let (other_pack, other_rule) = self.rule(other);
                let theirs = (Reverse(breadth(other_pack, other_rule)), other);
                if other != at && theirs < mine && self.speaks_for(other, facts) {
                    return Some(other);
                }
            }
        }
        None
    }

    fn speaks_for(&self, at: u32, facts: &Facts<'_>) -> bool {
        let (pack, rule) = self.rule(at);
        scope_limit(&rule.card, &pack.manifest.scope, facts).is_none()
    }

    /// Why a rule did not run, in words.
    pub(crate) fn because(&self, at: u32, why: PassedOver) -> String {
        let (pack, rule) = self.rule(at);
        let name = |at: u32| &self.rule(at).1.card.id;
        match why {
            PassedOver::Card(limit) => limit.describe(&rule.card, &pack.manifest.scope),
            PassedOver::ReplacedBy(by) => format!("replaced by `{}`", name(by)),
            PassedOver::DisabledBy(by) => format!("disabled by `{}`", name(by)),
            PassedOver::DisabledByPack(by) => {
                format!("disabled by the pack `{}`", self.packs[by].manifest.id)
            }
            PassedOver::Narrower(by) => {
                format!("`{}` replaces the same rule and is narrower", name(by))
            }
        }
    }
}

fn pack_speaks_for(pack: &Pack, facts: &Facts<'_>) -> bool {
    let scope = &pack.manifest.scope;
    let one_of = |limit: &Option<Vec<String>>, value: Option<&str>| {
        limit
            .as_ref()
            .is_none_or(|listed| value.is_some_and(|value| listed.iter().any(|one| one == value)))
    };
    scope
        .lines
        .as_ref()
        .is_none_or(|lines| facts.line.is_some_and(|line| lines.contains(&line)))
        && one_of(&scope.payers, facts.payer)
        && one_of(&scope.states, facts.state)
}

/// How narrow a rule's scope is: everywhere, line of business, payer, state.
pub(crate) fn breadth(pack: &Pack, rule: &Rule) -> u8 {
    let (scope, applies) = (&pack.manifest.scope, &rule.card.applies);
    if scope.states.is_some() || applies.states.is_some() {
        3
    } else if scope.payers.is_some() || applies.payers.is_some() {
        2
    } else {
        u8::from(scope.lines.is_some() || applies.lines.is_some())
    }
}
