//! The clock's look at patients' accounts: statements by their cycle, and steps
//! of collection that rules ask for.

use chrono::NaiveDate;
use scrubjay_hooks::{Effect, EffectKind, Finding, Hook, Outcome};
use scrubjay_model::{
    AccountNumber, LetterKind, Money, Pause, RecordKey, WorkKind, WriteOffReason,
};
use serde::Serialize;

use super::agency;
use super::collection::{self, StepDone};
use super::error::PatientAccountError;
use super::facts::Facts;
use super::guard::{Act, Guard, Stop, plus, stops};
use super::money::{give_up, oldest_first};
use super::plan::{self, PlanChange};
use super::policy::PatientPolicy;
use super::statement::{self, Issued};
use super::{account, bring_up, change, due_accounts, keep, next_look};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::judged::{JudgedRecord, weigh_record};

/// A statement that was due and did not go out, or a step that a rule asked for
/// and was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotDone {
    /// Account.
    pub account: AccountNumber,
    /// `statement`, or the step of collection.
    pub what: &'static str,
    /// Guards that stand in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<Stop>,
    /// Rules that stand in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_by: Vec<String>,
}

/// What the clock did to patients' accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AccountsTick {
    /// Accounts that claims came to, or whose claims came back from the patient.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<AccountNumber>,
    /// Statements issued.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Issued>,
    /// Steps of collection taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepDone>,
    /// Plans whose standing changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<PlanChange>,
    /// What was due or asked for and was not done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_done: Vec<NotDone>,
}

impl AccountsTick {
    /// Whether nothing happened.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Looks at every account and plan whose day has come.
pub(crate) fn look_at_due(desk: &mut Desk<'_>) -> Result<AccountsTick, EngineError> {
    let mut tick = AccountsTick {
        touched: bring_up(desk)?,
        plans: plan::look_at_due(desk)?,
        ..AccountsTick::default()
    };
    for number in due_accounts(desk.tx.as_ref(), desk.today())? {
        look(desk, &number, &mut tick)?;
    }
    Ok(tick)
}

fn facts_of(desk: &Desk<'_>, number: &AccountNumber) -> Result<Facts, EngineError> {
    let reader = desk.tx.as_ref();
    Facts::of(reader, account(reader, number)?, desk.stamp.at)
}

fn look(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    tick: &mut AccountsTick,
) -> Result<(), EngineError> {
    let facts = facts_of(desk, number)?;
    let open = facts
        .claims
        .iter()
        .any(|owed| !owed.patient.is_zero() || !owed.insurance.is_zero());
    broken_promises(desk, &facts)?;
    agency::take_back(desk, &facts)?;
    let (mut deferred, mut next) = (None, next_look(desk));
    if open || facts.account.dealings.placed().is_some() {
        if next_statement(&facts, &desk.config.patients) <= desk.today() {
            bill(desk, number, tick)?;
        }
        let before = tick.not_done.len();
        deferred = collection::look(desk, number, tick)?;
        let stops = tick.not_done[before..].iter().flat_map(|one| &one.stops);
        if stops
            .map(|stop| stop.guard)
            .any(|guard| guard == Guard::Hours)
        {
            // The right hour comes every day.
            next = plus(desk.today(), 1);
        }
    }
    let after = facts_of(desk, number)?;
    let is_over = after.account.balance().is_zero() && after.account.dealings.placed().is_none();
    next = deferred.unwrap_or(next);
    // Statements have their own cycle, which no look may overrun. One that was due
    // today and did not go out is tried again at the next look.
    let statement = next_statement(&after, &desk.config.patients);
    if deferred.is_some() || statement > desk.today() {
        next = next.min(statement);
    }
    let next = next.max(plus(desk.today(), 1));
    keep(
        desk,
        after.account.into_record(),
        (!is_over).then_some(next),
    )
    .map(drop)
}

/// Tells somebody of promises whose day has gone by since the last look without
/// a payment.
fn broken_promises(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), EngineError> {
    let (today, dealings) = (facts.today(), &facts.account.dealings);
    let look = i64::from(desk.config.patients.look);
    for note in &dealings.notes {
        let Some(day) = note.promised else {
            continue;
        };
        let paid = dealings
            .receipts
            .iter()
            .any(|receipt| receipt.on >= note.on);
        let just_now = (1..=look).contains(&(today - day).num_days());
        if paid || !just_now || !facts.asked().is_positive() {
            continue;
        }
        let reason = format!("the patient promised to pay by {day}, and has not");
        give_once(desk, facts, reason)?;
    }
    Ok(())
}

/// Gives an account to somebody, where nobody has it for that reason.
fn give_once(desk: &mut Desk<'_>, facts: &Facts, reason: String) -> Result<(), EngineError> {
    let key: RecordKey = (&facts.account.number).into();
    let open = desk.tx.record_work(&key)?;
    if open.iter().any(|item| item.reason == reason) {
        return Ok(());
    }
    desk.open_record_work(WorkKind::PatientAccount, &key, facts.asked(), reason)
}

/// The day on which the cycle comes round: today where there was no statement, or
/// none that was not withdrawn.
fn next_statement(facts: &Facts, policy: &PatientPolicy) -> NaiveDate {
    let letters = facts.account.dealings.letters.iter();
    let statements = letters.filter(|letter| {
        letter.withdrawn.is_none() && matches!(letter.kind, LetterKind::Statement { .. })
    });
    let last = statements.map(|letter| letter.made).max();
    last.map_or(facts.today(), |last| plus(last, u64::from(policy.cycle)))
}

/// A statement, where neither a guard nor a rule stands in the way.
pub(crate) fn bill(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    tick: &mut AccountsTick,
) -> Result<(), EngineError> {
    let facts = facts_of(desk, number)?;
    let config = desk.config;
    let outcome = facts.show(config, None, |subject| desk.judge(Hook::Statement, subject));
    let can = [
        EffectKind::SendStatement,
        EffectKind::HoldStatement,
        EffectKind::OfferPlan,
        EffectKind::WriteOff,
    ];
    let judged = weigh(desk, Hook::Statement, &facts, outcome, &can)?;
    carry_out(desk, number, &judged)?;
    let facts = facts_of(desk, number)?;
    let stops = stops(&facts, Act::Statement, &config.patients);
    let held_by = judged.held_by;
    if !held_by.is_empty() {
        let reason = format!("no statement goes out: {}", held_by.join(", "));
        give_once(desk, &facts, reason)?;
    }
    // Who answers for a child is for somebody to find out: no day brings it.
    if let Some(stop) = stops.iter().find(|stop| stop.guard == Guard::Minor) {
        give_once(desk, &facts, format!("no statement goes out: {}", stop.why))?;
    }
    if held_by.is_empty() && stops.is_empty() {
        match statement::issue(desk, &facts) {
            Ok(issued) => tick.statements.push(issued),
            // One account that does not add up keeps no other from its statement.
            Err(EngineError::Account(error @ PatientAccountError::Statement(_))) => {
                let key: RecordKey = number.into();
                let reason = format!("no statement goes out: {error}");
                desk.open_record_work(WorkKind::PatientAccount, &key, facts.asked(), reason)?;
            }
            Err(error) => return Err(error),
        }
    } else {
        tick.not_done.push(NotDone {
            account: number.clone(),
            what: "statement",
            stops,
            held_by,
        });
    }
    Ok(())
}

/// Weighs what rules said of an account: what a guard forbids is refused, and
/// with it everything that was asked for at the hook.
pub(crate) fn weigh(
    desk: &mut Desk<'_>,
    hook: Hook,
    facts: &Facts,
    outcome: Outcome,
    can: &[EffectKind],
) -> Result<JudgedRecord, EngineError> {
    if outcome == Outcome::default() {
        return Ok(JudgedRecord::default());
    }
    let key: RecordKey = (&facts.account.number).into();
    let policy = &desk.config.patients;
    let owing = oldest_first(desk.tx.as_ref(), &facts.account.number)?;
    let owing: Money = owing.iter().map(|(_, owed)| *owed).sum();
    let judged = weigh_record(desk, hook, &key, outcome, can, |outcome| {
        let found = outcome.effects.iter();
        let found: Vec<Finding> = found
            .flat_map(|(rule, effect)| against(rule, effect, facts, policy, owing))
            .collect();
        if found.is_empty() { Ok(()) } else { Err(found) }
    })?;
    Ok(judged.0)
}

/// What guards find against an effect.
fn against(
    rule: &str,
    effect: &Effect,
    facts: &Facts,
    policy: &PatientPolicy,
    owing: Money,
) -> Vec<Finding> {
    let stopped = |act, asked: &str| -> Vec<Finding> {
        let stops = stops(facts, act, policy);
        stops.iter().map(|stop| stop.finding(rule, asked)).collect()
    };
    let refused = |why: String| vec![crate::steps::refusal::refused(rule, effect, &why)];
    match effect {
        Effect::SendStatement { .. } => stopped(Act::Statement, "send_statement"),
        Effect::StageCollection { step, .. } => stopped(Act::Step(*step), step.as_str()),
        Effect::OfferPlan { instalments, .. } => {
            match plan::may_settle(facts, policy, *instalments) {
                Ok(()) => Vec::new(),
                Err(PatientAccountError::Stopped { stops }) => stops
                    .iter()
                    .map(|stop| stop.finding(rule, "offer_plan"))
                    .collect(),
                Err(error) => refused(error.to_string()),
            }
        }
        Effect::WriteOff { amount, .. } if amount.is_some_and(|amount| amount > owing) => {
            refused(format!("the patient owes {owing}"))
        }
        Effect::WriteOff { .. } if !owing.is_positive() => {
            refused("the patient owes nothing".to_owned())
        }
        _ => Vec::new(),
    }
}

/// Carries out what both hooks have in common.
pub(crate) fn carry_out(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    judged: &JudgedRecord,
) -> Result<(), EngineError> {
    for (rule, effect) in &judged.effects {
        match effect {
            Effect::HoldStatement { until, reason } => {
                let pause = Pause {
                    until: *until,
                    by: rule.clone(),
                    reason: reason.clone(),
                };
                change(desk, number, |dealings| dealings.pause = Some(pause))?;
            }
            Effect::OfferPlan { instalments, .. }
                if !plan::was_offered(&facts_of(desk, number)?, *instalments) =>
            {
                plan::offer(desk, number, *instalments)?;
            }
            Effect::WriteOff { why, amount, .. } => write_off(desk, number, *why, *amount)?,
            // Tags and tasks are done, and what one hook has of its own is its step's.
            _ => {}
        }
    }
    Ok(())
}

/// Gives up what is told, or all that is owed, as far as it is still owed.
fn write_off(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    why: WriteOffReason,
    amount: Option<Money>,
) -> Result<(), EngineError> {
    let owing = oldest_first(desk.tx.as_ref(), number)?;
    let owing: Money = owing.iter().map(|(_, owed)| *owed).sum();
    let amount = amount.map_or(owing, |amount| amount.min(owing));
    if amount.is_positive() {
        give_up(desk, number, why, amount)?;
    }
    Ok(())
}
