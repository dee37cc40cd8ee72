//! Collection: steps that rules or persons ask for, within the guards.

use chrono::NaiveDate;
use scrubjay_hooks::{CollectionStep, Effect, EffectKind, Hook};
use scrubjay_model::{
    AccountNumber, Letter, LetterKind, PatientBilling, RecordKey, StepTaken, WorkKind,
};
use serde::Serialize;

use super::error::PatientAccountError;
use super::facts::Facts;
use super::guard::{Act, Guard, stops};
use super::look::{AccountsTick, NotDone, carry_out, weigh};
use super::{account, agency, change, move_claims};
use crate::EngineError;
use crate::desk::Desk;

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepDone {
    /// Account.
    pub account: AccountNumber,
    /// Step.
    pub step: CollectionStep,
    /// Who asked for it: a rule or a person.
    pub by: String,
}

const CAN: [EffectKind; 5] = [
    EffectKind::StageCollection,
    EffectKind::HoldStatement,
    EffectKind::OfferPlan,
    EffectKind::Defer,
    EffectKind::WriteOff,
];

fn facts_of(desk: &Desk<'_>, number: &AccountNumber) -> Result<Facts, EngineError> {
    let reader = desk.tx.as_ref();
    Facts::of(reader, account(reader, number)?, desk.stamp.at)
}

/// Asks the rules what to do about an account, and does what neither a guard
/// nor another rule stops. The day until which a rule puts the next step off.
pub(crate) fn look(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    tick: &mut AccountsTick,
) -> Result<Option<NaiveDate>, EngineError> {
    let facts = facts_of(desk, number)?;
    let config = desk.config;
    let mut outcome = facts.show(config, None, |subject| {
        desk.judge(Hook::Collection, subject)
    });
    // What was done since the last statement is not done again.
    outcome.effects.retain(|(_, effect)| match effect {
        Effect::StageCollection { step, .. } => !was_taken(&facts, *step),
        _ => true,
    });
    let asked: Vec<CollectionStep> = outcome
        .effects
        .iter()
        .filter_map(|(_, it)| step_of(it))
        .collect();
    let judged = weigh(desk, Hook::Collection, &facts, outcome, &CAN)?;
    if judged.effects.is_empty() {
        for step in asked {
            let stops = stops(&facts, Act::Step(step), &config.patients);
            tick.not_done.push(NotDone {
                account: number.clone(),
                what: step.as_str(),
                stops,
                held_by: judged.held_by.clone(),
            });
        }
        return Ok(None);
    }
    carry_out(desk, number, &judged)?;
    let today = desk.today();
    let deferred = judged
        .effects
        .iter()
        .filter_map(|(_, effect)| match effect {
            Effect::Defer { until, .. } => Some(*until).filter(|until| *until > today),
            _ => None,
        });
    let deferred = deferred.max();
    if !judged.held_by.is_empty() || deferred.is_some() {
        return Ok(deferred);
    }
    for (rule, effect) in &judged.effects {
        if let Some(step) = step_of(effect) {
            take_asked(desk, number, step, rule, tick)?;
        }
    }
    Ok(None)
}

const fn step_of(effect: &Effect) -> Option<CollectionStep> {
    match effect {
        Effect::StageCollection { step, .. } => Some(*step),
        _ => None,
    }
}

/// Whether a step was taken since the last statement or, where it is one that
/// is taken once, ever.
fn was_taken(facts: &Facts, step: CollectionStep) -> bool {
    let since = match step.is_extraordinary() {
        true => NaiveDate::MIN,
        false => facts
            .statements
            .last()
            .map_or(NaiveDate::MIN, |sent| sent.issued),
    };
    let mut steps = facts.account.dealings.steps.iter();
    steps.any(|taken| taken.step == step && taken.on >= since)
}

/// Takes a step that a rule asked for, where no rule has anything against this
/// very step.
fn take_asked(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    step: CollectionStep,
    rule: &str,
    tick: &mut AccountsTick,
) -> Result<(), EngineError> {
    let (stops, held_by) = against(desk, number, step)?;
    if stops.is_empty() && held_by.is_empty() {
        tick.steps.push(take(desk, number, step, rule)?);
    } else {
        tick.not_done.push(NotDone {
            account: number.clone(),
            what: step.as_str(),
            stops,
            held_by,
        });
    }
    Ok(())
}

/// The rules that have something against a step.
pub(crate) fn held_by(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    step: CollectionStep,
) -> Result<Vec<String>, EngineError> {
    Ok(against(desk, number, step)?.1)
}

/// The guards and the rules that stand against a step.
fn against(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    step: CollectionStep,
) -> Result<(Vec<super::guard::Stop>, Vec<String>), EngineError> {
    let facts = facts_of(desk, number)?;
    let config = desk.config;
    let stops = stops(&facts, Act::Step(step), &config.patients);
    let mut outcome = facts.show(config, Some(step), |subject| {
        desk.judge(Hook::Collection, subject)
    });
    // Rules are asked whether it may be, not what else.
    outcome.effects.clear();
    let judged = weigh(desk, Hook::Collection, &facts, outcome, &CAN)?;
    Ok((stops, judged.held_by))
}

/// A person takes a step, within the same guards and rules.
pub(crate) fn take_by_hand(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    step: CollectionStep,
) -> Result<StepDone, EngineError> {
    let (stops, held_by) = against(desk, number, step)?;
    if !stops.is_empty() {
        return Err(PatientAccountError::Stopped { stops }.into());
    }
    if !held_by.is_empty() {
        return Err(PatientAccountError::HeldBy { rules: held_by }.into());
    }
    let by = desk.stamp.actor.clone();
    take(desk, number, step, &by)
}

fn take(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    step: CollectionStep,
    by: &str,
) -> Result<StepDone, EngineError> {
    let facts = facts_of(desk, number)?;
    let (today, owed) = (desk.today(), facts.asked());
    let key: RecordKey = number.into();
    let mut letter = None;
    match step {
        CollectionStep::Reminder => letter = Some(LetterKind::Reminder),
        CollectionStep::FinalNotice => letter = Some(LetterKind::FinalNotice),
        CollectionStep::Agency => agency::place(desk, &facts)?,
        CollectionStep::Recall => agency::recall(desk, number)?,
        CollectionStep::Call => {
            let reason = format!("call the patient about {owed} ({by})");
            desk.open_record_work(WorkKind::PatientAccount, &key, owed, reason)?;
        }
        CollectionStep::CreditReport | CollectionStep::Suit => {
            let what = match step {
                CollectionStep::Suit => "file a suit over",
                _ => "report to the credit bureaus",
            };
            let reason = format!("{what} {owed}, as far as it is still owed ({by})");
            desk.open_record_work(WorkKind::PatientAccount, &key, owed, reason)?;
        }
    }
    let taken = StepTaken {
        step,
        on: today,
        by: by.to_owned(),
    };
    let kept = change(desk, number, |dealings| {
        let letter = letter.map(|kind| Letter::new(kind, today, owed));
        dealings.letters.extend(letter);
        dealings.steps.push(taken);
    })?;
    match step {
        CollectionStep::Reminder => move_claims(desk, &kept, &[PatientBilling::Reminded])?,
        CollectionStep::FinalNotice => move_claims(desk, &kept, &[PatientBilling::PreCollection])?,
        _ => {}
    }
    Ok(StepDone {
        account: number.clone(),
        step,
        by: by.to_owned(),
    })
}

/// Whether a patient may be called at the desk's time.
pub(crate) fn may_call(
    desk: &Desk<'_>,
    number: &AccountNumber,
) -> Result<Vec<super::guard::Stop>, EngineError> {
    let facts = facts_of(desk, number)?;
    let mut stops = stops(
        &facts,
        Act::Step(CollectionStep::Call),
        &desk.config.patients,
    );
    // A talk about a bill needs no statement before it.
    stops.retain(|stop| !matches!(stop.guard, Guard::NoStatement | Guard::TimeToPay));
    Ok(stops)
}
