//! An appeal goes to the payer, and comes back decided; or is given up.

use chrono::{NaiveDate, TimeDelta};
use scrubjay_model::{
    Appeal, AppealCase, AppealDecision, AppealFiling, AppealOutcome, AppealRecord, AppealWay,
    BusinessCalendar, Deadline, DeadlineBasis, DeadlineKind, Evidence, Length, Money, RecordId,
    RecordKind, Roll, WorkKind,
};
use scrubjay_store::Move;
use serde::Serialize;

use super::error::AppealCallError;
use super::level::{level_of, time_to_file};
use super::{DecidedAppeal, FiledAppeal, keep, read_one, signed, state};
use crate::EngineError;
use crate::desk::{Desk, service_level};

/// How an appeal went to the payer, as a person tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filing {
    /// Day of it.
    pub on: NaiveDate,
    /// By which way.
    pub way: AppealWay,
    /// Tracking, confirmation or reference number.
    pub reference: Option<String>,
    /// Documents that went along beside those that are on record.
    pub with: Vec<Evidence>,
}

/// Notes that an appeal was filed: the payer's clock runs. The desk's stamp says who.
pub(crate) fn file(
    desk: &mut Desk<'_>,
    id: &RecordId,
    filing: &Filing,
) -> Result<FiledAppeal, EngineError> {
    signed(desk)?;
    let case = read_one(desk, id)?;
    if case.filed.is_some() || case.withdrawn.is_some() {
        return Err(AppealCallError::Stands {
            appeal: id.clone(),
            state: state(id, &case),
            wanted: "drafted",
            done: "filed",
        }
        .into());
    }
    not_ahead(desk, "filing", filing.on)?;
    let mut record = case.into_record();
    record.filed = Some(filing.on);
    record.filing = Some(AppealFiling {
        way: filing.way,
        by: desk.stamp.actor.clone(),
        reference: filing.reference.clone(),
    });
    record.evidence.extend(filing.with.iter().cloned());
    let claim = record.claim.clone();
    let due = decision_due(desk, &record, filing.on)?;
    let case = keep(desk, id, record, due.succ_opt())?;
    desk.move_claim(&claim, Move::Appeal(Appeal::Filed))?;
    let outcome = format!("appeal {id} was filed on {}", filing.on);
    for kind in [WorkKind::Denial, WorkKind::Deadline] {
        desk.close_work(&claim, kind, &outcome)?;
    }
    Ok(FiledAppeal {
        appeal: id.clone(),
        claim,
        decision_due: due,
        timely: case.is_timely(&BusinessCalendar::default()),
    })
}

/// The last day for the payer to decide.
fn decision_due(
    desk: &Desk<'_>,
    appeal: &AppealRecord,
    filed: NaiveDate,
) -> Result<NaiveDate, EngineError> {
    let payer = desk.tx.claim(&appeal.claim)?.map(|row| row.payer);
    let basis = appeal.deadline.as_ref();
    let basis = basis.map_or(appeal.drafted, |deadline| deadline.basis);
    let level = payer.and_then(|payer| level_of(desk.config, &payer, appeal.level, basis));
    let usual = Length::CalendarDays(desk.config.denials.decided_within);
    let deadline = Deadline {
        kind: DeadlineKind::AppealDecision {
            level: appeal.level,
        },
        basis: filed,
        basis_of: DeadlineBasis::Sent,
        length: level.and_then(|level| level.decided).unwrap_or(usual),
        roll: Roll::None,
        proof: None,
    };
    Ok(deadline.due(&BusinessCalendar::default()))
}

fn not_ahead(desk: &Desk<'_>, what: &'static str, on: NaiveDate) -> Result<(), AppealCallError> {
    match on > desk.today() {
        true => Err(AppealCallError::Future { what, on }),
        false => Ok(()),
    }
}

/// Notes what the payer decided on an appeal. `granted` is told where it granted a
/// part. The desk's stamp says who.
pub(crate) fn decide(
    desk: &mut Desk<'_>,
    id: &RecordId,
    on: NaiveDate,
    outcome: AppealOutcome,
    granted: Option<Money>,
) -> Result<DecidedAppeal, EngineError> {
    signed(desk)?;
    let case = read_one(desk, id)?;
    if case.filed.is_none() || case.decision.is_some() {
        return Err(AppealCallError::Stands {
            appeal: id.clone(),
            state: state(id, &case),
            wanted: "filed",
            done: "decided",
        }
        .into());
    }
    not_ahead(desk, "decision", on)?;
    let granted = match (outcome, granted) {
        (AppealOutcome::PartiallyOverturned, Some(granted)) => granted,
        (AppealOutcome::Overturned, None) => case.amount,
        (AppealOutcome::Upheld | AppealOutcome::Dismissed, None) => Money::ZERO,
        _ => return Err(AppealCallError::Granted.into()),
    };
    let decision = AppealDecision {
        on,
        outcome,
        granted,
    };
    let paid_by = granted.is_positive().then(|| {
        let days = TimeDelta::days(i64::from(desk.config.denials.paid_within));
        on.checked_add_signed(days).unwrap_or(NaiveDate::MAX)
    });
    let case = settle(desk, id, case, decision, paid_by)?;
    let next = if case.open_amount().is_positive() {
        go_on(desk, id, &case)?
    } else {
        None
    };
    Ok(DecidedAppeal {
        appeal: id.clone(),
        claim: case.claim.clone(),
        open: case.open_amount(),
        next,
        paid_by,
    })
}

/// Keeps a decision, moves the claim, and closes what was asked about it.
pub(super) fn settle(
    desk: &mut Desk<'_>,
    id: &RecordId,
    case: AppealCase,
    decision: AppealDecision,
    paid_by: Option<NaiveDate>,
) -> Result<AppealCase, EngineError> {
    let mut record = case.into_record();
    record.decision = Some(decision);
    let due = paid_by.and_then(|day| day.succ_opt());
    let case = keep(desk, id, record, due)?;
    let to = case.status(desk.today(), &BusinessCalendar::default());
    desk.move_claim(&case.claim, Move::Appeal(to))?;
    let key = RecordKind::Appeal.with(id.clone());
    let outcome = format!("the appeal is {}", decision.outcome.as_str());
    desk.close_record_work(&key, WorkKind::FollowUp, &outcome)?;
    Ok(case)
}

/// What is still contested is given to whoever works denials: the next level in its
/// time, or a write-off with a reason.
fn go_on(
    desk: &mut Desk<'_>,
    id: &RecordId,
    case: &AppealCase,
) -> Result<Option<(u8, Option<NaiveDate>)>, EngineError> {
    let (Some(decision), Some(row)) = (case.decision, desk.tx.claim(&case.claim)?) else {
        return Ok(None);
    };
    let number = case.level.checked_add(1);
    let level = number.and_then(|number| level_of(desk.config, &row.payer, number, decision.on));
    let level = level.filter(|level| level.least.is_none_or(|least| case.open_amount() >= least));
    let outcome = decision.outcome.as_str().replace('_', " ");
    let told = format!("appeal {id} (level {}) is {outcome}", case.level);
    let (reason, next) = match level {
        Some(level) => {
            let due = time_to_file(desk.config, &row.payer, &level, decision.on);
            let due = due.map(|deadline| deadline.due(&BusinessCalendar::default()));
            let by = due.map_or_else(String::new, |due| format!(" by {due}"));
            let name = &level.name;
            let reason = format!("{told}: draft the next level ({name}){by}, or write it off");
            (reason, Some((level.level, due)))
        }
        None => (
            format!("{told}, and no level is left: write it off with a reason"),
            None,
        ),
    };
    let (owner, days) = service_level(WorkKind::Denial);
    desk.close_work(&case.claim, WorkKind::Denial, &told)?;
    desk.open_work_for(
        WorkKind::Denial,
        Some(&case.claim),
        case.open_amount(),
        reason,
        owner,
        days,
    )?;
    Ok(next)
}

/// Gives a draft up. The desk's stamp says who.
pub(crate) fn withdraw(desk: &mut Desk<'_>, id: &RecordId) -> Result<RecordId, EngineError> {
    signed(desk)?;
    let case = read_one(desk, id)?;
    if case.filed.is_some() || case.withdrawn.is_some() {
        return Err(AppealCallError::Stands {
            appeal: id.clone(),
            state: state(id, &case),
            wanted: "drafted",
            done: "withdrawn",
        }
        .into());
    }
    give_up(desk, id, case)?;
    Ok(id.clone())
}

/// A draft that nobody will file.
pub(super) fn give_up(
    desk: &mut Desk<'_>,
    id: &RecordId,
    case: AppealCase,
) -> Result<(), EngineError> {
    let mut record = case.into_record();
    record.withdrawn = Some(desk.today());
    let case = keep(desk, id, record, None)?;
    let row = desk.tx.claim(&case.claim)?;
    if row.is_some_and(|row| row.status.appeal == Appeal::Drafted) {
        desk.move_claim(&case.claim, Move::Appeal(Appeal::None))?;
    }
    Ok(())
}
