//! What rules may ask for about a denial: whether it can be done, and doing it.

use scrubjay_hooks::{Effect, EffectKind, Finding, Hook, Outcome};
use scrubjay_model::{Claim, ClaimId, Denial, Money};
use scrubjay_store::ClaimRow;

use super::settle::{self, is_for_denials, is_unclear, no_transfer};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::appeal;
use crate::steps::refusal::{all_can_be_done, refused};

/// What this step can do.
const CARRIED_OUT: [EffectKind; 7] = [
    EffectKind::ClassifyDenial,
    EffectKind::Appeal,
    EffectKind::CorrectAndResubmit,
    EffectKind::Transfer,
    EffectKind::WriteOff,
    EffectKind::OpenTask,
    EffectKind::Tag,
];

/// What a rule wants done once the claim stands where the decision leaves it.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Which of the decision's denials: two may read alike.
    place: usize,
    denial: Denial,
    rule: String,
    effect: Effect,
    outcome: Outcome,
}

/// A denial with what rules see beside it.
pub(super) struct About<'a> {
    pub(super) row: &'a ClaimRow,
    pub(super) claim: Option<&'a Claim>,
    pub(super) denial: &'a Denial,
    /// Owed by insurance, less what rules give up of it already.
    pub(super) free: Money,
}

/// The ways in which a rule may deal with a denial; two of them contradict each other.
const fn is_a_way_out(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Appeal { .. }
            | Effect::CorrectAndResubmit { .. }
            | Effect::Transfer { .. }
            | Effect::WriteOff { .. }
    )
}

/// Whether every effect of an outcome can be carried out. All are, or none.
///
/// # Errors
/// The finding of the first one that cannot.
pub(super) fn can_be_done(
    desk: &Desk<'_>,
    about: &About<'_>,
    outcome: &Outcome,
) -> Result<Result<(), Box<Finding>>, EngineError> {
    if let Err(finding) = all_can_be_done(Hook::Denial, outcome, &CARRIED_OUT) {
        return Ok(Err(finding));
    }
    // A rule that classifies says what the payer means.
    let classified = outcome
        .effects
        .iter()
        .rev()
        .find_map(|(_, effect)| match effect {
            Effect::ClassifyDenial { category, .. } => Some(*category),
            _ => None,
        });
    let category = classified.unwrap_or(about.denial.category);
    let mut way: Option<EffectKind> = None;
    let mut given = Money::ZERO;
    for (rule, effect) in &outcome.effects {
        if !is_a_way_out(effect) {
            continue;
        }
        let refuse = |why: &str| Ok(Err(Box::new(refused(rule, effect, why))));
        if way
            .replace(effect.kind())
            .is_some_and(|before| before != effect.kind())
        {
            return refuse("another rule deals with the same denial in another way");
        }
        if reason_of(effect).trim().is_empty() {
            return refuse("it gives no reason");
        }
        if !about.denial.amount.is_positive() {
            return refuse("nothing is refused");
        }
        match effect {
            Effect::WriteOff { why, amount, .. } => {
                if !is_for_denials(*why) {
                    return refuse("that reason is one of what patients owe");
                }
                if amount.is_some_and(|amount| !amount.is_positive()) {
                    return refuse("its amount is not above zero");
                }
                if is_unclear(category) {
                    return refuse("nobody knows yet what the payer means: a person looks first");
                }
                given += amount.unwrap_or(about.denial.amount - given);
                if given > about.denial.amount || given > about.free {
                    return refuse("more would be given up than is refused and owed");
                }
            }
            Effect::Transfer { to, .. } => {
                if given.is_positive() {
                    return refuse("it is moved by another rule already");
                }
                given = about.denial.amount;
                if given > about.free {
                    return refuse("more would be moved than is owed");
                }
                let why = no_transfer(desk, about.row, about.claim, about.denial, *to);
                if let Some(why) = why {
                    return refuse(why);
                }
            }
            Effect::Appeal { level, .. } => {
                let why = appeal::cannot_begin(desk, about.row, about.denial, *level)?;
                if let Some(why) = why {
                    return refuse(&why);
                }
            }
            _ if about.claim.is_none() => return refuse("the claim is not on file"),
            _ => {}
        }
    }
    Ok(Ok(()))
}

fn reason_of(effect: &Effect) -> &str {
    match effect {
        Effect::Appeal { reason, .. }
        | Effect::CorrectAndResubmit { reason, .. }
        | Effect::Transfer { reason, .. }
        | Effect::WriteOff { reason, .. } => reason,
        _ => "",
    }
}

/// How much of a denial the effects settle.
pub(super) fn settled(denial: &Denial, effects: &[(String, Effect)]) -> Money {
    let mut given = Money::ZERO;
    for (_, effect) in effects {
        match effect {
            Effect::WriteOff { amount, .. } => {
                given += amount.unwrap_or(denial.amount - given);
            }
            Effect::Transfer { .. } => return denial.amount,
            _ => {}
        }
    }
    given
}

/// What of an outcome waits until the claim stands where the decision leaves it.
pub(super) fn wanted(place: usize, denial: &Denial, outcome: &Outcome) -> Vec<Wanted> {
    let later = outcome.effects.iter().filter(|(_, effect)| {
        matches!(
            effect,
            Effect::Appeal { .. } | Effect::Transfer { .. } | Effect::WriteOff { .. }
        )
    });
    later
        .map(|(rule, effect)| Wanted {
            place,
            denial: denial.clone(),
            rule: rule.clone(),
            effect: effect.clone(),
            outcome: outcome.clone(),
        })
        .collect()
}

/// Does what rules asked for, which was found to be possible before.
pub(crate) fn carry_out(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    wanted: Vec<Wanted>,
) -> Result<(), EngineError> {
    let (mut given, mut of) = (Money::ZERO, None);
    for one in &wanted {
        if of.replace(one.place) != Some(one.place) {
            given = Money::ZERO;
        }
        let (rule, outcome) = (&one.rule, &one.outcome);
        match &one.effect {
            Effect::WriteOff { why, amount, .. } => {
                let amount = amount.unwrap_or(one.denial.amount - given);
                given += amount;
                if amount.is_positive() {
                    for event in settle::given_up(claim, *why, amount) {
                        desk.record_by_rule(rule, outcome, &event)?;
                    }
                }
                let told = format!("written off ({rule})");
                settle::go_on(desk, claim, None, &told)?;
            }
            Effect::Transfer { to, .. } => {
                for event in settle::transferred(claim, *to, one.denial.amount) {
                    desk.record_by_rule(rule, outcome, &event)?;
                }
                let told = format!("asked of another ({rule})");
                settle::go_on(desk, claim, Some(*to), &told)?;
            }
            Effect::Appeal { level, .. } => {
                appeal::begin(desk, claim, &one.denial, *level)?;
            }
            _ => {}
        }
    }
    Ok(())
}
