//! Finds the rules that could concern a subject without looking at the others.
//!
//! A rule stands in the bucket of the narrowest thing that its card names
//! (payer, else state, else line of business, else everywhere), and in that
//! bucket under its procedures or reason codes, where it names some. What
//! comes out is checked against the whole card afterwards: the index may give
//! too much, never too little. A test holds it against a plain walk over all.

use std::collections::HashMap;

use scrubjay_model::LineOfBusiness;

use crate::card::Card;
use crate::codes::{CodeRange, within};
use crate::facts::Facts;
use crate::pack::PackScope;

/// Rules of one hook, by whom they concern.
#[derive(Debug, Default)]
pub(crate) struct HookIndex {
    everywhere: Bucket,
    by_line: HashMap<LineOfBusiness, Bucket>,
    by_state: HashMap<Box<str>, Bucket>,
    by_payer: HashMap<Box<str>, Bucket>,
}

/// Rules of one place in the index, by code.
#[derive(Debug, Default)]
struct Bucket {
    /// Rules whose card names no codes.
    any: Vec<u32>,
    by_procedure: HashMap<Box<str>, Vec<u32>>,
    procedure_ranges: Vec<(CodeRange, u32)>,
    by_carc: HashMap<Box<str>, Vec<u32>>,
}

impl HookIndex {
    pub(crate) fn add(&mut self, rule: u32, card: &Card, pack: &PackScope) {
        let applies = &card.applies;
        // The card's limits and the pack's both hold, so either may be indexed by.
        if let Some(payers) = applies.payers.as_ref().or(pack.payers.as_ref()) {
            for payer in payers {
                self.by_payer
                    .entry(payer.as_str().into())
                    .or_default()
                    .add(rule, card);
            }
        } else if let Some(states) = applies.states.as_ref().or(pack.states.as_ref()) {
            for state in states {
                self.by_state
                    .entry(state.as_str().into())
                    .or_default()
                    .add(rule, card);
            }
        } else if let Some(lines) = applies.lines.as_ref().or(pack.lines.as_ref()) {
            for line in lines {
                self.by_line.entry(*line).or_default().add(rule, card);
            }
        } else {
            self.everywhere.add(rule, card);
        }
    }

    /// Rules that could concern the subject, in their order, each once.
    pub(crate) fn candidates(&self, facts: &Facts<'_>, found: &mut Vec<u32>) {
        found.clear();
        self.everywhere.find(facts, found);
        let buckets = [
            facts.line.and_then(|line| self.by_line.get(&line)),
            facts.state.and_then(|state| self.by_state.get(state)),
            facts.payer.and_then(|payer| self.by_payer.get(payer)),
        ];
        for bucket in buckets.into_iter().flatten() {
            bucket.find(facts, found);
        }
        found.sort_unstable();
        found.dedup();
    }
}

impl Bucket {
    fn add(&mut self, rule: u32, card: &Card) {
        if let Some(procedures) = &card.applies.procedures {
            for code in procedures.set.exact() {
                self.by_procedure.entry(code.into()).or_default().push(rule);
            }
            let ranges = procedures.set.ranges().iter().cloned();
            self.procedure_ranges
                .extend(ranges.map(|range| (range, rule)));
        } else if let Some(carcs) = &card.applies.carcs {
            for code in carcs {
                self.by_carc
                    .entry(code.as_str().into())
                    .or_default()
                    .push(rule);
            }
        } else {
            self.any.push(rule);
        }
    }

    fn find(&self, facts: &Facts<'_>, found: &mut Vec<u32>) {
        found.extend_from_slice(&self.any);
        if !(self.by_procedure.is_empty() && self.procedure_ranges.is_empty()) {
            for code in facts.lines.iter().filter_map(|line| line.procedure) {
                found.extend(self.by_procedure.get(code).into_iter().flatten());
                let ranged = self
                    .procedure_ranges
                    .iter()
                    .filter(|(range, _)| within(code, range));
                found.extend(ranged.map(|(_, rule)| *rule));
            }
        }
        if !self.by_carc.is_empty()
            && let Some(carc) = facts.carc
        {
            found.extend(self.by_carc.get(carc).into_iter().flatten());
        }
    }
}
