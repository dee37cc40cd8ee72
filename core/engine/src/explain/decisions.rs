//! Judges the decisions of a claim's journal again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use scrubjay_hooks::{Context, Hook, Outcome};
use scrubjay_model::ClaimId;
use scrubjay_rules::{Inspector, RuleSet, RuleTrace};
use scrubjay_store::{Event, JournalRow, Reader};

use super::{Decided, DecisionExplained, Explanation, PackShown, RuleExplained};
use crate::past_packs::{PastPacks, packs_of, version_of};
use crate::steps::past::Past;
use crate::{Config, EngineError};

/// Gives the packs to show a decision on, by its journal row and outcome.
pub type PacksThen<'p> = dyn FnMut(&JournalRow, &Outcome) -> Result<Arc<RuleSet>, EngineError> + 'p;

/// The packs that a decision was made on, where they were published in this
/// database and still load, with those that were live beside them; else the
/// packs that are given here.
///
/// # Errors
/// Where the store cannot be read.
pub fn published_or<'r>(
    reader: &'r dyn Reader,
    otherwise: Arc<RuleSet>,
) -> Result<impl FnMut(&JournalRow, &Outcome) -> Result<Arc<RuleSet>, EngineError> + 'r, EngineError>
{
    let mut packs = PastPacks::new(reader, otherwise.options().clone())?;
    Ok(move |row: &JournalRow, outcome: &Outcome| {
        let ran = packs_of(outcome);
        if ran.is_empty() || !packs.unpublished(&ran)?.is_empty() {
            return Ok(Arc::clone(&otherwise));
        }
        let of_then = packs.beside(&ran, row.sequence);
        Ok(match packs.load(of_then)? {
            Ok(rules) => rules,
            // It says so by its version.
            Err(_) => Arc::clone(&otherwise),
        })
    })
}

/// Explains the decisions on a claim: each is judged again on the claim and
/// its patient's earlier claims as they stood then, at the time of the decision,
/// with the payers of `config`. Nothing is written.
///
/// # Errors
/// Where there is no such claim, the store cannot be read, or `packs` fails.
pub fn explain(
    reader: &dyn Reader,
    config: &Config,
    claim: &ClaimId,
    packs: &mut PacksThen<'_>,
) -> Result<Explanation, EngineError> {
    let row = reader.claim(claim)?.ok_or_else(|| EngineError::NoClaim {
        claim: claim.clone(),
    })?;
    let history = reader.history(claim)?;
    let mut decisions = Vec::new();
    // Packs that did not change between two decisions are set up once.
    let mut set_up: Option<(Arc<RuleSet>, Inspector)> = None;
    for judged in &history {
        let Event::Judged { hook, outcome, .. } = &judged.event else {
            continue;
        };
        let rules = packs(judged, outcome)?;
        let inspector = match set_up.take() {
            Some((before, inspector)) if Arc::ptr_eq(&before, &rules) => inspector,
            _ => Inspector::new(&rules),
        };
        let (_, inspector) = set_up.insert((Arc::clone(&rules), inspector));
        let past = Past::before(reader, config, &history, judged)?;
        let shown = past
            .map(|past| past.show(|subject| inspector.judge(*hook, subject, Context::at(past.at))));
        decisions.push(beside(judged, *hook, outcome, shown, &rules));
    }
    Ok(Explanation {
        claim: claim.clone(),
        payer: row.payer,
        decisions,
    })
}

/// Puts what was decided beside what is shown.
fn beside(
    judged: &JournalRow,
    hook: Hook,
    outcome: &Outcome,
    shown: Option<Vec<RuleTrace>>,
    rules: &RuleSet,
) -> DecisionExplained {
    let mut of_packs = BTreeMap::new();
    let mut others = Vec::new();
    for decided in by_handler(outcome) {
        if version_of(&decided.version).is_some() {
            of_packs.insert(decided.rule.clone(), decided);
        } else {
            others.push(decided);
        }
    }
    let packs = packs_shown(of_packs.values(), rules);
    let rules = shown.map(|traces| {
        traces
            .into_iter()
            .map(|trace| {
                let decided = of_packs.remove(&trace.rule);
                RuleExplained::of(trace, decided)
            })
            .collect()
    });
    DecisionExplained {
        sequence: judged.sequence,
        hook,
        at: judged.stamp.at,
        packs,
        rules,
        gone: of_packs.into_values().collect(),
        others,
    }
}

/// An outcome by who ran: findings stand in that order, and each says how many
/// are its own.
fn by_handler(outcome: &Outcome) -> Vec<Decided> {
    let mut findings: VecDeque<_> = outcome.findings.iter().cloned().collect();
    let mut decided: Vec<Decided> = outcome
        .ran
        .iter()
        .map(|ran| {
            let own = findings.len().min(ran.findings as usize);
            Decided {
                rule: ran.rule.to_string(),
                version: ran.version.to_string(),
                findings: findings.drain(..own).collect(),
                effects: outcome
                    .effects
                    .iter()
                    .filter(|(rule, _)| **rule == *ran.rule)
                    .map(|(_, effect)| effect.clone())
                    .collect(),
            }
        })
        .collect();
    // What the engine itself has added, such as an effect that it refused.
    decided.extend(findings.into_iter().map(|finding| Decided {
        rule: finding.rule.clone(),
        version: String::new(),
        findings: vec![finding],
        effects: Vec::new(),
    }));
    decided
}

fn packs_shown<'d>(decided: impl Iterator<Item = &'d Decided>, rules: &RuleSet) -> Vec<PackShown> {
    let mut packs: BTreeMap<String, PackShown> = BTreeMap::new();
    for pack in rules.packs() {
        let version = format!("{}@{}", pack.id, pack.hash.get(..12).unwrap_or(&pack.hash));
        packs.insert(
            pack.id.clone(),
            PackShown {
                pack: pack.id,
                decided_on: None,
                shown_on: Some(version),
            },
        );
    }
    for decided in decided {
        let Some((pack, _)) = version_of(&decided.version) else {
            continue;
        };
        let known = packs.entry(pack.to_owned()).or_insert_with(|| PackShown {
            pack: pack.to_owned(),
            decided_on: None,
            shown_on: None,
        });
        known.decided_on = Some(decided.version.clone());
    }
    packs.into_values().collect()
}
