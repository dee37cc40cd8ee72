//! What the findings and effects of a hook come to for a claim, before anything
//! of it is kept or done.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use scrubjay_hooks::{Effect, EffectKind, Finding, Hook, Outcome};
use scrubjay_model::Claim;

use crate::steps::refusal::{all_can_be_done, refused};
use crate::steps::repair::repair;

/// What a hook comes to.
#[derive(Debug)]
pub(crate) struct Weighed {
    /// What holds the claim: rules, and days to wait for. None where it may go on.
    pub(crate) held_by: Vec<String>,
    pub(crate) effects: Effects,
}

/// Whether the effects of the hook can be carried out: all of them or none.
#[derive(Debug)]
pub(crate) enum Effects {
    Refused,
    Accepted {
        /// The claim with its repairs, where there are any.
        revised: Option<Box<Revised>>,
    },
}

/// A claim with its repairs made.
#[derive(Debug)]
pub(crate) struct Revised {
    pub(crate) claim: Claim,
    /// Each repair: field, why, and the rule that asked for it.
    pub(crate) changes: Vec<String>,
}

/// Weighs the outcome of a hook. Rules that a person has passed do not hold the
/// claim where they may be passed. Effects that cannot be carried out become a
/// finding of the outcome, which holds the claim.
pub(crate) fn weigh(
    hook: Hook,
    claim: &Claim,
    outcome: &mut Outcome,
    passed: &BTreeSet<String>,
    today: NaiveDate,
) -> Weighed {
    let effects = match plan(hook, claim, outcome) {
        Ok(revised) => Effects::Accepted { revised },
        Err(refused) => {
            outcome.findings.push(*refused);
            Effects::Refused
        }
    };
    let mut held_by: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.holds())
        .filter(|finding| !(finding.overridable && passed.contains(&finding.rule)))
        .map(|finding| finding.rule.clone())
        .collect();
    if matches!(effects, Effects::Accepted { .. }) {
        held_by.extend(outcome.effects.iter().filter_map(|(rule, effect)| {
            let Effect::HoldUntil { until, reason } = effect else {
                return None;
            };
            // From that day on it may go.
            (*until > today).then(|| format!("{rule} until {until}: {reason}"))
        }));
    }
    Weighed { held_by, effects }
}

/// What comes of a claim's hooks that this step can do.
const CARRIED_OUT: [EffectKind; 4] = [
    EffectKind::Repair,
    EffectKind::HoldUntil,
    EffectKind::OpenTask,
    EffectKind::Tag,
];

/// Makes every repair on a copy of the claim. Either all effects of the hook
/// can be carried out, or the finding says which cannot and none is.
fn plan(
    hook: Hook,
    claim: &Claim,
    outcome: &Outcome,
) -> Result<Option<Box<Revised>>, Box<Finding>> {
    all_can_be_done(hook, outcome, &CARRIED_OUT)?;
    let mut revised: Option<Box<Revised>> = None;
    for (rule, effect) in &outcome.effects {
        if let Effect::Repair {
            field,
            value,
            reason,
        } = effect
        {
            let revised = revised.get_or_insert_with(|| {
                Box::new(Revised {
                    claim: claim.clone(),
                    changes: Vec::new(),
                })
            });
            repair(&mut revised.claim, field, value)
                .map_err(|error| Box::new(refused(rule, effect, &error.to_string())))?;
            revised.changes.push(format!("{field}: {reason} ({rule})"));
        }
    }
    Ok(revised)
}
