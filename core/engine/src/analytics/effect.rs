//! The record of each rule: how often it fired, was passed, was right or wrong.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_hooks::{Hook, Severity};
use scrubjay_model::{ClaimId, Denial, Money};
use scrubjay_store::{ClaimFilter, ClaimRow, FindingRow, Reader, Sequence};
use serde::Serialize;

use crate::EngineError;

/// Which rules, over which claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EffectFilter {
    /// Only this rule.
    pub rule: Option<String>,
    /// Only claims made on or after this day (UTC).
    pub from: Option<NaiveDate>,
    /// Only claims made on or before this day (UTC).
    pub to: Option<NaiveDate>,
}

/// A number of claims, and the dollars that go with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EffectCount {
    /// Claims, each counted once.
    pub claims: usize,
    /// Dollars, as the column says.
    pub amount: Money,
}

impl EffectCount {
    fn add(&mut self, amount: Money) {
        self.claims += 1;
        self.amount += amount;
    }
}

/// The record of one rule.
///
/// What counts are its findings at the hooks `claim`, `scrub` and `submit`,
/// which speak before the payer does. Each column counts claims once, however
/// many findings the rule made on them. Claims that a purge has given up are
/// not counted.
///
/// A finding was **put to the test** where the claim was sent with it: a
/// warning, a shadow finding of any weight but `info`, or a block that a person
/// passed. A block that was not passed proves nothing, since nobody knows what
/// the payer would have said. `right`, `wrong` and `undecided` divide the claims
/// on which the rule was put to the test; each is in exactly one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleEffect {
    /// Rule.
    pub rule: String,
    /// Claims on which it found something, and their charges.
    pub fired: EffectCount,
    /// Of `fired`, claims that it held: at least one block that was no shadow
    /// finding; and their charges. Whether a person passed it later does not matter.
    pub held: EffectCount,
    /// Of `fired`, claims on which a person passed its findings, and their charges.
    pub overridden: EffectCount,
    /// Put to the test, and the payer denied some of the claim with a reason
    /// code that the rule prevents, whatever came of the denial; and the amount
    /// denied with those codes. A rule that names no codes can never be right.
    pub right: EffectCount,
    /// Put to the test, not right, and the payer has paid something, reversals
    /// taken off; and what it paid.
    pub wrong: EffectCount,
    /// Put to the test, and neither: not answered yet, or answered without
    /// payment for another reason; and the charges.
    pub undecided: EffectCount,
}

/// The record of every rule that fired, those that fired most first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RuleEffects {
    /// Of rules while they were live.
    pub live: Vec<RuleEffect>,
    /// Of rules while they were in shadow: what they would have done.
    pub shadow: Vec<RuleEffect>,
}

/// What a rule found on one claim.
#[derive(Debug, Default)]
struct OnClaim {
    blocks: bool,
    warns: bool,
    prevents: BTreeSet<String>,
}

impl RuleEffects {
    /// The records as the journal has them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn of(reader: &dyn Reader, filter: &EffectFilter) -> Result<Self, EngineError> {
        let claims: BTreeMap<ClaimId, ClaimRow> = reader
            .claims(&ClaimFilter::default())?
            .into_iter()
            .filter(|row| {
                let day = row.created.date_naive();
                filter.from.is_none_or(|from| from <= day) && filter.to.is_none_or(|to| day <= to)
            })
            .map(|row| (row.id.clone(), row))
            .collect();
        let mut denials: BTreeMap<ClaimId, Vec<Denial>> = BTreeMap::new();
        for denial in reader.denials(None)? {
            denials
                .entry(denial.claim.clone())
                .or_default()
                .push(denial);
        }
        let mut passed: BTreeSet<(String, ClaimId)> = BTreeSet::new();
        for row in reader.overrides(None)? {
            let rules = row.rules.into_iter();
            passed.extend(rules.map(|rule| (rule, row.claim.clone())));
        }
        let mut effects = Self::default();
        for ((life, rule), on_claims) in by_rule(reader, filter)? {
            let mut effect = RuleEffect::none(rule);
            for (id, on_claim) in on_claims {
                let Some(claim) = claims.get(&id) else {
                    continue;
                };
                let was_passed = passed.contains(&(effect.rule.clone(), id.clone()));
                let denied = denials.get(&id).map_or(&[][..], Vec::as_slice);
                effect.count(claim, &on_claim, life, was_passed, denied);
            }
            if effect.fired.claims > 0 {
                match life {
                    Life::Shadow => effects.shadow.push(effect),
                    Life::Live => effects.live.push(effect),
                }
            }
        }
        for list in [&mut effects.live, &mut effects.shadow] {
            // Rules come in the order of their names, which stays among equals.
            list.sort_by_key(|effect| std::cmp::Reverse(effect.fired.claims));
        }
        Ok(effects)
    }
}

/// Where a rule was in its life when it spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Life {
    Live,
    Shadow,
}

type ByRule = BTreeMap<(Life, String), BTreeMap<ClaimId, OnClaim>>;

fn by_rule(reader: &dyn Reader, filter: &EffectFilter) -> Result<ByRule, EngineError> {
    let mut rules = ByRule::new();
    for finding in reader.findings(None)? {
        let asked = filter
            .rule
            .as_ref()
            .is_none_or(|rule| *rule == finding.rule);
        if !asked || !speaks_first(&finding) {
            continue;
        }
        let life = if finding.shadow {
            Life::Shadow
        } else {
            Life::Live
        };
        let of_rule = rules.entry((life, finding.rule)).or_default();
        let on_claim = of_rule.entry(finding.claim).or_default();
        on_claim.blocks |= finding.severity == Severity::Block;
        on_claim.warns |= finding.severity == Severity::Warn;
        let codes = finding.prevents.iter().map(|code| code.as_str().to_owned());
        on_claim.prevents.extend(codes);
    }
    Ok(rules)
}

/// Whether it was found before the payer had its say.
const fn speaks_first(finding: &FindingRow) -> bool {
    matches!(finding.hook, Hook::Claim | Hook::Scrub | Hook::Submit)
}

impl RuleEffect {
    fn none(rule: String) -> Self {
        let none = EffectCount::default();
        Self {
            rule,
            fired: none,
            held: none,
            overridden: none,
            right: none,
            wrong: none,
            undecided: none,
        }
    }

    fn count(
        &mut self,
        claim: &ClaimRow,
        found: &OnClaim,
        life: Life,
        was_passed: bool,
        denials: &[Denial],
    ) {
        self.fired.add(claim.charge);
        let weighs = found.blocks || found.warns;
        let tested = match life {
            Life::Shadow => weighs,
            Life::Live => {
                if found.blocks {
                    self.held.add(claim.charge);
                }
                if was_passed {
                    self.overridden.add(claim.charge);
                }
                weighs && (was_passed || !found.blocks)
            }
        };
        if !tested || claim.submitted.is_none() {
            return;
        }
        let prevented: Vec<Money> = denials
            .iter()
            .filter(|denial| found.prevents.contains(&denial.carc.text()))
            .map(|denial| denial.amount)
            .collect();
        if !prevented.is_empty() {
            self.right.add(prevented.into_iter().sum());
        } else if claim.paid.is_positive() {
            self.wrong.add(claim.paid);
        } else {
            self.undecided.add(claim.charge);
        }
    }
}

/// When each rule last found something, at whatever hook, shadow rules too.
///
/// # Errors
/// Where the store cannot be read.
pub fn last_fired(reader: &dyn Reader) -> Result<BTreeMap<String, DateTime<Utc>>, EngineError> {
    let mut last: BTreeMap<String, Sequence> = BTreeMap::new();
    for finding in reader.findings(None)? {
        last.insert(finding.rule, finding.sequence);
    }
    let mut fired = BTreeMap::new();
    for (rule, sequence) in last {
        if let Some(row) = reader.journal(sequence, 1)?.into_iter().next() {
            fired.insert(rule, row.stamp.at);
        }
    }
    Ok(fired)
}
