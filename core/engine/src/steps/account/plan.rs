//! Payment plans: offered, agreed, paid, missed, made good or in default.

use chrono::NaiveDate;
use scrubjay_hooks::CollectionStep;
use scrubjay_model::{
    AccountNumber, Instalment, Letter, LetterKind, Money, PatientBilling, PaymentPlan, PlanPayment,
    PlanStatus, Record, RecordId, RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::RecordFilter;
use serde::Serialize;

use super::error::PatientAccountError;
use super::facts::{Facts, plan_of};
use super::guard::{Act, Guard, plus, stops};
use super::policy::PatientPolicy;
use super::{account, change, due, keep, move_claims};
use crate::EngineError;
use crate::desk::Desk;

/// A plan as it was agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgreedPlan {
    /// Account.
    pub account: AccountNumber,
    /// Its id.
    pub plan: RecordId,
    /// What it settles.
    pub balance: Money,
    /// Instalments by due date.
    pub instalments: Vec<Instalment>,
}

/// What the clock did to a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanChange {
    /// Account.
    pub account: AccountNumber,
    /// Plan.
    pub plan: RecordId,
    /// Where it stands now.
    #[serde(flatten)]
    pub status: PlanStatus,
}

/// The account with what may be settled by a plan now.
fn settled_by(
    desk: &Desk<'_>,
    number: &AccountNumber,
    instalments: u8,
) -> Result<Facts, EngineError> {
    let reader = desk.tx.as_ref();
    let facts = Facts::of(reader, account(reader, number)?, desk.stamp.at)?;
    may_settle(&facts, &desk.config.patients, instalments)?;
    Ok(facts)
}

/// Whether what can be asked for may be settled by a plan of so many instalments.
///
/// # Errors
/// Where a guard stops it, or the practice does not agree to so many.
pub(crate) fn may_settle(
    facts: &Facts,
    patients: &PatientPolicy,
    instalments: u8,
) -> Result<(), PatientAccountError> {
    let mut stops = stops(facts, Act::Statement, patients);
    stops.retain(|stop| !agreed_in_spite_of(stop.guard));
    if !stops.is_empty() {
        return Err(PatientAccountError::Stopped { stops });
    }
    let policy = patients.plans;
    let balance = facts.asked();
    let each = balance.cents().unwrap_or_default() / i64::from(instalments.max(1));
    let small = instalments > 1 && Money::from_cents(each) < policy.least;
    if instalments == 0 || instalments > policy.most || small {
        return Err(PatientAccountError::PlanPolicy {
            instalments,
            balance,
            most: policy.most,
            least: policy.least,
        });
    }
    Ok(())
}

/// A plan may be agreed on little, and while statements are stopped.
pub(crate) const fn agreed_in_spite_of(guard: Guard) -> bool {
    matches!(guard, Guard::MinimumAmount | Guard::Paused)
}

/// An instalment is reminded of because of the plan, not of a statement.
pub(crate) const fn reminded_in_spite_of(guard: Guard) -> bool {
    matches!(
        guard,
        Guard::PlanInGoodStanding | Guard::NoStatement | Guard::TimeToPay
    )
}

/// Offers the patient a plan, by letter.
pub(crate) fn offer(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    instalments: u8,
) -> Result<Letter, EngineError> {
    let facts = settled_by(desk, number, instalments)?;
    let kind = LetterKind::PlanOffer { instalments };
    let letter = Letter::new(kind, desk.today(), facts.asked());
    let made = letter.clone();
    change(desk, number, |dealings| dealings.letters.push(made))?;
    Ok(letter)
}

/// Whether a plan of so many instalments was offered and not answered since the
/// balance was this.
pub(crate) fn was_offered(facts: &Facts, instalments: u8) -> bool {
    let offered = LetterKind::PlanOffer { instalments };
    let asked = facts.asked();
    let mut letters = facts.account.dealings.letters.iter();
    letters
        .any(|letter| letter.kind == offered && letter.owed == asked && letter.withdrawn.is_none())
}

/// Agrees with the patient on a plan over what can be asked for now.
pub(crate) fn agree(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    instalments: u8,
    first: NaiveDate,
) -> Result<AgreedPlan, EngineError> {
    let facts = settled_by(desk, number, instalments)?;
    if let Some((id, mut old)) = facts.plan.clone() {
        // In default or paid off: else a guard had stopped it.
        old.cancel(desk.today());
        keep_plan(desk, id, old)?;
    }
    let balance = facts.asked();
    let terms = desk.config.patients.plans.terms();
    let today = desk.today();
    let plan = PaymentPlan::monthly(number.clone(), today, balance, first, instalments, terms)
        .map_err(PatientAccountError::from)?;
    let id = desk.new_record_id("PL")?;
    let agreed = AgreedPlan {
        account: number.clone(),
        plan: id.clone(),
        balance,
        instalments: plan.instalments.clone(),
    };
    keep_plan(desk, id, plan)?;
    let account = account(desk.tx.as_ref(), number)?;
    move_claims(
        desk,
        &account,
        &[PatientBilling::Billed, PatientBilling::Plan],
    )?;
    close_work(desk, number, "a plan was agreed")?;
    Ok(agreed)
}

/// Gives a plan up; what was paid on it stays paid.
pub(crate) fn cancel(desk: &mut Desk<'_>, number: &AccountNumber) -> Result<RecordId, EngineError> {
    let found = plan_of(desk.tx.as_ref(), number)?;
    let (id, mut plan) = found.ok_or_else(|| PatientAccountError::NoPlan {
        account: number.clone(),
    })?;
    plan.cancel(desk.today());
    keep_plan(desk, id.clone(), plan)?;
    let account = account(desk.tx.as_ref(), number)?;
    move_claims(desk, &account, &[PatientBilling::Billed])?;
    close_work(desk, number, "the plan was given up")?;
    look_soon(desk, number)?;
    Ok(id)
}

/// A payment on the account is one on its plan.
pub(crate) fn paid(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    amount: Money,
) -> Result<(), EngineError> {
    let Some((id, mut plan)) = plan_of(desk.tx.as_ref(), number)? else {
        return Ok(());
    };
    let on = desk.today();
    let amount = amount.min(plan.left(NaiveDate::MAX));
    if !amount.is_positive() {
        return Ok(());
    }
    plan.pay(PlanPayment { on, amount })
        .map_err(PatientAccountError::from)?;
    if matches!(plan.status(on), PlanStatus::Current | PlanStatus::PaidOff) {
        close_work(desk, number, "the instalment was paid")?;
    }
    keep_plan(desk, id, plan)
}

/// What the bank took back was not paid on the plan either: the last payments
/// come off.
pub(crate) fn payment_returned(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    amount: Money,
) -> Result<(), EngineError> {
    let Some((id, plan)) = plan_of(desk.tx.as_ref(), number)? else {
        return Ok(());
    };
    let mut record = plan.into_record();
    let mut left = amount;
    while left.is_positive() {
        let Some(last) = record.payments.last_mut() else {
            break;
        };
        if last.amount > left {
            last.amount -= left;
            break;
        }
        left -= last.amount;
        record.payments.pop();
    }
    let plan = PaymentPlan::new(record).map_err(PatientAccountError::from)?;
    keep_plan(desk, id, plan)
}

/// Looks at every plan whose day has come.
pub(crate) fn look_at_due(desk: &mut Desk<'_>) -> Result<Vec<PlanChange>, EngineError> {
    let today = desk.today();
    let filter = RecordFilter {
        kind: Some(RecordKind::Plan),
        due_by: Some(today),
        ..RecordFilter::default()
    };
    let mut changes = Vec::new();
    for record in desk.records(&filter)? {
        let Record::Plan { id, plan } = record else {
            continue;
        };
        let status = plan.status(today);
        let number = plan.account.clone();
        match status {
            PlanStatus::Missed {
                instalment,
                overdue,
                cure_by,
            } => missed(desk, &number, instalment, overdue, cure_by)?,
            PlanStatus::Defaulted { instalment, on } => {
                defaulted(desk, &number, instalment, on, plan.left(today))?;
            }
            PlanStatus::Current | PlanStatus::PaidOff => {}
        }
        if !matches!(status, PlanStatus::Current) {
            changes.push(PlanChange {
                account: number,
                plan: id.clone(),
                status,
            });
        }
        keep_plan(desk, id, *plan)?;
    }
    Ok(changes)
}

fn missed(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    instalment: usize,
    overdue: Money,
    cure_by: NaiveDate,
) -> Result<(), EngineError> {
    close_work(desk, number, "another took its place")?;
    let reason = format!(
        "instalment {instalment} of the plan is missed, {overdue} is overdue: it can be made good until {cure_by}"
    );
    desk.open_record_work(WorkKind::PatientAccount, &number.into(), overdue, reason)?;
    // The reminder is a contact like any other.
    let reader = desk.tx.as_ref();
    let facts = Facts::of(reader, account(reader, number)?, desk.stamp.at)?;
    let step = Act::Step(CollectionStep::Reminder);
    let mut stops = stops(&facts, step, &desk.config.patients);
    stops.retain(|stop| !reminded_in_spite_of(stop.guard));
    if stops.is_empty() {
        let letter = Letter::new(LetterKind::Reminder, desk.today(), overdue);
        change(desk, number, |dealings| dealings.letters.push(letter))?;
    }
    Ok(())
}

fn defaulted(
    desk: &mut Desk<'_>,
    number: &AccountNumber,
    instalment: usize,
    on: NaiveDate,
    left: Money,
) -> Result<(), EngineError> {
    close_work(desk, number, "the plan is in default")?;
    let reason = format!(
        "the plan is in default since {on}: instalment {instalment} was not made good; agree on another, or go on without"
    );
    desk.open_record_work(WorkKind::PatientAccount, &number.into(), left, reason)?;
    let account = account(desk.tx.as_ref(), number)?;
    move_claims(desk, &account, &[PatientBilling::Billed])?;
    look_soon(desk, number)
}

/// The account is looked at by the next tick.
fn look_soon(desk: &mut Desk<'_>, number: &AccountNumber) -> Result<(), EngineError> {
    let record = account(desk.tx.as_ref(), number)?.into_record();
    let today = desk.today();
    let soon = due(desk.tx.as_ref(), number)?.map_or(today, |due| due.min(today));
    keep(desk, record, Some(soon)).map(drop)
}

fn close_work(desk: &mut Desk<'_>, number: &AccountNumber, how: &str) -> Result<(), EngineError> {
    let key: RecordKey = number.into();
    desk.close_record_work(&key, WorkKind::PatientAccount, how)
}

/// Keeps a plan with the day on which its status may change.
fn keep_plan(desk: &mut Desk<'_>, id: RecordId, plan: PaymentPlan) -> Result<(), EngineError> {
    let due = next_change(&plan, desk.today());
    let plan = Box::new(plan);
    desk.keep(Record::Plan { id, plan }, due)
}

/// The first day on which the status of a plan may be another, if nothing is paid.
fn next_change(plan: &PaymentPlan, today: NaiveDate) -> Option<NaiveDate> {
    if plan.cancelled.is_some() {
        return None;
    }
    match plan.status(today) {
        PlanStatus::Missed { cure_by, .. } => Some(plus(cure_by, 1)),
        PlanStatus::Current => {
            let grace = u64::from(plan.terms.grace);
            let ends = plan.instalments.iter().map(|one| plus(one.due, grace + 1));
            ends.filter(|day| *day > today).min()
        }
        PlanStatus::Defaulted { .. } | PlanStatus::PaidOff => None,
    }
}
