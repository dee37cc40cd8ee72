//! The desk at which every step works: one open transaction, the handlers,
//! the time, and the road from a subject to a journalled decision.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use scrubjay_hooks::{Context, Effect, Handler, Hook, Outcome, Subject, Worker};
use scrubjay_model::{
    Axis, ClaimId, Money, Owner, PayerClaimControlNumber, Work, WorkItem, WorkItemId, WorkKind,
};
use scrubjay_store::{Cause, Counter, Event, MoneyKind, Move, Stamp, StoreError, Transaction};

use crate::config::ClockSource;
use crate::contracts::Contracts;
use crate::steps::authorization::units;
use crate::{Config, EngineError};

mod record;

/// The handlers of the engine, with one worker each for this thread, and what
/// payers' contracts say, which is shown to them.
pub(crate) struct Handlers {
    workers: Vec<(Vec<Hook>, Box<dyn Worker>)>,
    pub(crate) contracts: Contracts,
}

impl Handlers {
    pub(crate) fn new(handlers: &[std::sync::Arc<dyn Handler>]) -> Self {
        let workers = handlers
            .iter()
            .map(|handler| {
                let hooks = Hook::ALL
                    .into_iter()
                    .filter(|hook| handler.handles(*hook))
                    .collect();
                (hooks, handler.worker())
            })
            .collect();
        Self {
            workers,
            contracts: Contracts::default(),
        }
    }

    /// With the contracts of the practice.
    pub(crate) fn knowing(self, contracts: Contracts) -> Self {
        Self { contracts, ..self }
    }

    /// Whether any handler has something to say at a hook.
    pub(crate) fn has(&self, hook: Hook) -> bool {
        self.workers.iter().any(|(hooks, _)| hooks.contains(&hook))
    }

    /// Asks every handler of a hook, in the order in which they were given.
    pub(crate) fn judge(
        &mut self,
        hook: Hook,
        subject: Subject<'_>,
        now: DateTime<Utc>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        for (hooks, worker) in &mut self.workers {
            if hooks.contains(&hook) {
                worker.judge(hook, subject, Context::at(now), &mut outcome);
            }
        }
        outcome
    }
}

/// One open transaction and what is needed to decide within it.
pub(crate) struct Desk<'a> {
    pub(crate) tx: Box<dyn Transaction + 'a>,
    pub(crate) handlers: &'a mut Handlers,
    pub(crate) config: &'a Config,
    pub(crate) stamp: Stamp,
}

/// Who works what kind of item, and within how many calendar days.
const SERVICE_LEVELS: &[(WorkKind, &str, u32)] = &[
    (WorkKind::ScrubHold, "billing", 2),
    (WorkKind::Rejection, "billing", 2),
    (WorkKind::Denial, "denials", 10),
    (WorkKind::UnmatchedRemittance, "posting", 3),
    (WorkKind::UnbalancedRemittance, "posting", 1),
    (WorkKind::PostingReview, "posting", 3),
    (WorkKind::Underpayment, "posting", 10),
    (WorkKind::Deposit, "posting", 3),
    (WorkKind::Task, "billing", 5),
    (WorkKind::FollowUp, "follow_up", 5),
    (WorkKind::Deadline, "billing", 2),
    (WorkKind::MissingAcknowledgment, "billing", 2),
    (WorkKind::AcknowledgmentReview, "billing", 3),
    (WorkKind::Registration, "front_desk", 2),
    (WorkKind::Eligibility, "front_desk", 2),
    (WorkKind::Authorization, "authorizations", 3),
    (WorkKind::Charge, "charging", 3),
    (WorkKind::PatientAccount, "patient_accounts", 5),
];

/// Who works an item and how long they have, where nothing else says so.
pub(crate) fn service_level(kind: WorkKind) -> (Owner, u32) {
    SERVICE_LEVELS
        .iter()
        .find(|(listed, _, _)| *listed == kind)
        .map_or_else(
            || (Owner("billing".into()), 5),
            |(_, owner, days)| (Owner((*owner).into()), *days),
        )
}

impl Desk<'_> {
    pub(crate) fn today(&self) -> NaiveDate {
        self.stamp.at.date_naive()
    }

    /// Whether a day has not come yet. A clock that goes by the files knows no day
    /// but theirs, and takes any.
    pub(crate) fn is_to_come(&self, day: NaiveDate) -> bool {
        self.config.clock == ClockSource::System && day > self.today()
    }

    /// The last journal row, to tell whether anything has happened since.
    pub(crate) fn last_sequence(&self) -> Result<u64, EngineError> {
        Ok(self.tx.last_row()?.map_or(0, |row| row.sequence))
    }

    pub(crate) fn record(&mut self, event: &Event) -> Result<(), EngineError> {
        self.tx.append(&self.stamp, event)?;
        Ok(())
    }

    /// Journals an event as caused by a rule.
    pub(crate) fn record_by_rule(
        &mut self,
        rule: &str,
        outcome: &Outcome,
        event: &Event,
    ) -> Result<(), EngineError> {
        let version = outcome
            .ran
            .iter()
            .find(|ran| &*ran.rule == rule)
            .map_or_else(String::new, |ran| ran.version.to_string());
        let cause = Cause::Rule {
            rule: rule.to_owned(),
            version,
        };
        let stamp = Stamp {
            cause,
            ..self.stamp.clone()
        };
        self.tx.append(&stamp, event)?;
        Ok(())
    }

    pub(crate) fn judge(&mut self, hook: Hook, subject: Subject<'_>) -> Outcome {
        self.handlers.judge(hook, subject, self.stamp.at)
    }

    /// Moves a claim on an axis. A move that the axis does not have is
    /// journalled as refused, and nothing else happens.
    pub(crate) fn move_claim(&mut self, claim: &ClaimId, to: Move) -> Result<Moved, EngineError> {
        let row = self
            .tx
            .claim(claim)?
            .ok_or_else(|| StoreError::Contradiction {
                problem: format!("claim {claim} is not in the database"),
            })?;
        let status = row.status;
        let allowed = match to {
            Move::Work(to) => status.work.moved(to).map(|_| status.work == to),
            Move::Adjudication(to) => status
                .adjudication
                .moved(to)
                .map(|_| status.adjudication == to),
            Move::Responsibility(to) => status
                .responsibility
                .moved(to)
                .map(|_| status.responsibility == to),
            Move::Appeal(to) => status.appeal.moved(to).map(|_| status.appeal == to),
            Move::Patient(to) => status.patient.moved(to).map(|_| status.patient == to),
        };
        match allowed {
            Ok(true) => Ok(Moved::Already),
            Ok(false) => {
                self.record(&Event::Moved {
                    claim: claim.clone(),
                    to,
                })?;
                if let Move::Work(to) = to {
                    units::follow(self, claim, status.work, to)?;
                    self.settle_work(claim, to)?;
                }
                Ok(Moved::Now)
            }
            Err(refused) => {
                self.record(&Event::MoveRefused {
                    claim: claim.clone(),
                    refused: refused.to_string(),
                })?;
                Ok(Moved::Refused)
            }
        }
    }

    /// Closes what clocks and answers opened, where the claim has got past it.
    fn settle_work(&mut self, claim: &ClaimId, to: Work) -> Result<(), EngineError> {
        let settled: &[WorkKind] = match to {
            Work::Accepted => &[WorkKind::Deadline],
            Work::Ready | Work::Submitted => &[WorkKind::Rejection],
            Work::Adjudicated | Work::Closed | Work::Void => &[
                WorkKind::Deadline,
                WorkKind::FollowUp,
                WorkKind::Rejection,
                WorkKind::MissingAcknowledgment,
                WorkKind::AcknowledgmentReview,
            ],
            _ => &[],
        };
        for kind in settled {
            self.close_work(claim, *kind, &format!("the claim is {to}"))?;
        }
        Ok(())
    }

    /// Opens work with the service level of its kind.
    pub(crate) fn open_work(
        &mut self,
        kind: WorkKind,
        claim: Option<&ClaimId>,
        amount: Money,
        reason: String,
    ) -> Result<(), EngineError> {
        let (owner, days) = service_level(kind);
        self.open_work_for(kind, claim, amount, reason, owner, days)
    }

    /// Opens work for an owner, due in so many calendar days.
    pub(crate) fn open_work_for(
        &mut self,
        kind: WorkKind,
        claim: Option<&ClaimId>,
        amount: Money,
        reason: String,
        owner: Owner,
        days: u32,
    ) -> Result<(), EngineError> {
        let mut item = self.work_item(kind, amount, reason, owner, days)?;
        item.claim = claim.cloned();
        self.record(&Event::WorkOpened {
            item: Box::new(item),
        })
    }

    /// A work item that is about nothing yet.
    fn work_item(
        &self,
        kind: WorkKind,
        amount: Money,
        reason: String,
        owner: Owner,
        days: u32,
    ) -> Result<WorkItem, EngineError> {
        let number = self.tx.last_number(Counter::Work)? + 1;
        let id: WorkItemId =
            format!("W{number:06}")
                .parse()
                .map_err(|error| StoreError::Contradiction {
                    problem: format!("work item {number}: {error}"),
                })?;
        let due = self
            .today()
            .checked_add_signed(TimeDelta::days(i64::from(days)))
            .unwrap_or(NaiveDate::MAX);
        Ok(WorkItem {
            id,
            kind,
            claim: None,
            record: None,
            reason,
            owner,
            amount,
            opened: self.stamp.at,
            due,
        })
    }

    /// Does what a rule may ask for at every hook of a claim: opens a task, or
    /// tags the claim. `amount` is at stake. Any other effect is its step's own.
    pub(crate) fn do_for_claim(
        &mut self,
        claim: &ClaimId,
        amount: Money,
        (rule, effect): &(String, Effect),
        outcome: &Outcome,
    ) -> Result<(), EngineError> {
        match effect {
            Effect::OpenTask {
                reason,
                owner,
                days,
            } => {
                let reason = format!("{reason} ({rule})");
                let owner = owner.clone();
                self.open_work_for(WorkKind::Task, Some(claim), amount, reason, owner, *days)
            }
            Effect::Tag { tag } => {
                let event = Event::Tagged {
                    claim: claim.clone(),
                    tag: tag.clone(),
                };
                self.record_by_rule(rule, outcome, &event)
            }
            _ => Ok(()),
        }
    }

    /// Closes every open item of one kind on a claim.
    pub(crate) fn close_work(
        &mut self,
        claim: &ClaimId,
        kind: WorkKind,
        outcome: &str,
    ) -> Result<(), EngineError> {
        for item in self.tx.open_work(Some(claim))? {
            if item.kind == kind {
                self.record(&Event::WorkClosed {
                    item: item.id,
                    outcome: outcome.to_owned(),
                })?;
            }
        }
        Ok(())
    }

    /// Keeps the payer's control number of a claim, where it is news.
    pub(crate) fn learn_payer_control(
        &mut self,
        claim: &ClaimId,
        payer_control: &PayerClaimControlNumber,
    ) -> Result<(), EngineError> {
        let known = self.tx.claim(claim)?.and_then(|row| row.payer_control);
        if known.as_deref() == Some(payer_control.as_str()) {
            return Ok(());
        }
        let payer_control = payer_control.clone();
        self.record(&Event::PayerControlLearned {
            claim: claim.clone(),
            payer_control,
        })
    }

    /// Moves money; moving nothing is not an event.
    pub(crate) fn move_money(
        &mut self,
        money: MoneyKind,
        claim: Option<&ClaimId>,
        postings: scrubjay_model::PostingSet,
    ) -> Result<(), EngineError> {
        if postings.is_empty() {
            return Ok(());
        }
        self.record(&Event::MoneyMoved {
            money,
            claim: claim.cloned(),
            postings,
        })
    }
}

/// How a move on an axis ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    /// It moved.
    Now,
    /// It was there already.
    Already,
    /// The axis does not have that move; journalled as refused.
    Refused,
}

#[cfg(test)]
mod tests;
