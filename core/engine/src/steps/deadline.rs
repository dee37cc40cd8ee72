//! Clocks on claims: what is due by when, and who is told, once.
//!
//! A deadline is worked out from the claim and its journal each time, never
//! kept: what changes the claim changes its deadlines. That somebody was told
//! is an event, so that nobody is told twice.

use chrono::NaiveDate;
use scrubjay_hooks::Hook;
use scrubjay_model::{
    AckLevel, AckOutcome, Adjudication, Appeal, BusinessCalendar, Claim, ClaimId, ClaimKind,
    Deadline, DeadlineBasis, DeadlineKind, DeadlineStage, EncounterId, Length, LineOfBusiness,
    Proof, ProofKind, RecordKey, Work, WorkKind,
};
use scrubjay_store::{ClaimRow, Event, JournalRow, Move, Reader, SharedRows};
use serde::Serialize;

use crate::desk::{Desk, service_level};
use crate::steps::account::look::{self, AccountsTick};
use crate::steps::appeal::clock::AppealWarning;
use crate::steps::authorization::clock::AuthorizationWarning;
use crate::steps::awaited::{Missed, awaited, is_awaited};
use crate::steps::build::{build_next_of, is_with_next_payer};
use crate::steps::denial::standing::standing;
use crate::steps::follow_up::{self, looks};
use crate::steps::sendings::{sendings, spoken_of};
use crate::steps::{appeal, hold, posting};
use crate::{Config, EngineError, Terms};

/// A deadline that somebody was told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fired {
    /// Claim.
    pub claim: ClaimId,
    /// The deadline.
    pub deadline: Deadline,
    /// Its last day.
    pub due: NaiveDate,
    /// How far gone it is.
    pub stage: DeadlineStage,
}

/// What one tick of the clock did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tick {
    /// The deadlines that fired, in the order of their claims.
    pub fired: Vec<Fired>,
    /// Claims that a person had held until a day that has come, and that are
    /// ready again.
    pub lifted: Vec<ClaimId>,
    /// Visits that took place, are not charged for in time, and were given to
    /// somebody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uncharged: Vec<EncounterId>,
    /// Questions to payers that are due since, and wait to be written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<RecordKey>,
    /// What somebody was told of authorizations: not decided in time, or running
    /// out before visits that are booked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorizations: Vec<AuthorizationWarning>,
    /// Appeals that were not decided, or not paid, in time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub appeals: Vec<AppealWarning>,
    /// What happened on patients' accounts.
    #[serde(skip_serializing_if = "AccountsTick::is_nothing")]
    pub accounts: AccountsTick,
    /// Claims to the next payer that were made, of claims that the payer before
    /// has decided.
    pub next: Vec<ClaimId>,
    /// Whether a claim was looked at, which is noted for the next tick.
    #[serde(skip)]
    pub(crate) looked: bool,
}

impl Tick {
    /// Whether nothing was due.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.fired.is_empty()
            && self.lifted.is_empty()
            && self.uncharged.is_empty()
            && self.wanted.is_empty()
            && self.authorizations.is_empty()
            && self.accounts.is_nothing()
            && self.next.is_empty()
    }
}

/// Whether a claim's clocks may tell somebody: nobody works on one that is closed
/// or withdrawn.
const fn may_fire(work: Work) -> bool {
    !matches!(work, Work::Closed | Work::Void)
}

/// Lets claims go whose hold has run out, and fires every deadline that has come
/// to a stage it has not fired at.
pub(crate) fn fire_due(desk: &mut Desk<'_>) -> Result<Tick, EngineError> {
    let (today, terms) = (desk.today(), looks::terms_of(desk.config));
    let mut tick = Tick {
        fired: Vec::new(),
        lifted: Vec::new(),
        uncharged: Vec::new(),
        wanted: Vec::new(),
        authorizations: Vec::new(),
        appeals: Vec::new(),
        accounts: AccountsTick::default(),
        next: Vec::new(),
        looked: false,
    };
    let mut with_next = Vec::new();
    for id in desk.tx.claims_to_look_at(today, terms)? {
        let Some(row) = desk.tx.claim(&id)? else {
            continue;
        };
        if hold::lift_if_due(desk, &row)? {
            tick.lifted.push(id);
        } else if is_with_next_payer(&row) {
            with_next.push(row);
        }
    }
    let made = build_next_of(desk, with_next)?.claims.into_iter();
    tick.next = made.map(|made| made.claim).collect();
    let mut missed = Missed::default();
    let mut shared = SharedRows::default();
    let mut looks = Vec::new();
    // What has happened just now is looked at too.
    let mut claims = desk.tx.claims_to_look_at(today, terms)?;
    claims.sort();
    for id in claims {
        let Some(row) = desk.tx.claim(&id)? else {
            continue;
        };
        let history = desk.tx.clock_history(&id, &mut shared)?;
        let deadlines = if may_fire(row.status.work) {
            deadlines_of(desk.tx.as_ref(), desk.config, &row, &history)?
        } else {
            Vec::new()
        };
        let judged = desk.config.follow_up.look;
        let judged = judged.filter(|_| desk.handlers.has(Hook::FollowUp));
        let next = looks::next_look(&row, &deadlines, &history, today, judged);
        let looked = follow_up::look::look(desk, &row, &history)?;
        // What rules have just said counts from the next tick on.
        if !looked.kept {
            looks.push((id, next));
        }
        tick.wanted.extend(looked.wanted);
        for fired in due(desk, &row, deadlines, &history) {
            tell(desk, &row, &fired)?;
            if is_awaited(fired.deadline.kind) {
                missed.note(desk, &row, &fired, &desk.tx.history(&row.id)?)?;
            }
            tick.fired.push(fired);
        }
    }
    missed.tell(desk)?;
    follow_up::ask::fire_due(desk)?;
    tick.looked = !looks.is_empty();
    // Behind all that this tick has done to them.
    desk.tx.note_looks(&looks, terms)?;
    tick.accounts = look::look_at_due(desk)?;
    posting::fire_missing(desk)?;
    tick.appeals = appeal::clock::fire_due(desk)?;
    Ok(tick)
}

/// The deadlines of a claim that fire today.
fn due(
    desk: &Desk<'_>,
    row: &ClaimRow,
    deadlines: Vec<Deadline>,
    history: &[JournalRow],
) -> Vec<Fired> {
    let today = desk.today();
    let calendar = BusinessCalendar::default();
    let put_off = follow_up::look::is_put_off(history, today);
    let mut fired = Vec::new();
    for deadline in deadlines {
        let stage = deadline.stage(today, &calendar);
        let due = deadline.due(&calendar);
        let first = match deadline.kind {
            // Looking before the time is up tells nothing, and rules may put it off.
            DeadlineKind::FollowUp if today < due || put_off => continue,
            DeadlineKind::FollowUp => DeadlineStage::Early,
            kind if is_awaited(kind) && stage != DeadlineStage::Breached => continue,
            kind if is_awaited(kind) => DeadlineStage::Early,
            _ => stage,
        };
        if stage < DeadlineStage::Half || was_told(history, &deadline, first) {
            continue;
        }
        fired.push(Fired {
            claim: row.id.clone(),
            deadline,
            due,
            stage,
        });
    }
    fired
}

/// Whether somebody was told of this deadline at that stage or a later one.
fn was_told(history: &[JournalRow], asked: &Deadline, at_least: DeadlineStage) -> bool {
    history.iter().any(|row| match &row.event {
        Event::DeadlineReached {
            deadline, stage, ..
        } => {
            let of = |one: &Deadline| (one.kind, one.basis, one.basis_of);
            of(deadline) == of(asked) && *stage >= at_least
        }
        _ => false,
    })
}

/// Journals that a deadline was reached, and gives it to someone.
fn tell(desk: &mut Desk<'_>, row: &ClaimRow, fired: &Fired) -> Result<(), EngineError> {
    desk.record(&Event::DeadlineReached {
        claim: fired.claim.clone(),
        deadline: Box::new(fired.deadline.clone()),
        due: fired.due,
        stage: fired.stage,
    })?;
    let due = fired.due;
    expire(desk, row, fired)?;
    let breached = fired.stage == DeadlineStage::Breached;
    let (kind, amount, reason) = match fired.deadline.kind {
        // Told with the others of its file.
        kind if is_awaited(kind) => return Ok(()),
        DeadlineKind::FollowUp if fired.deadline.basis_of == DeadlineBasis::Decision => (
            WorkKind::FollowUp,
            row.charge,
            format!(
                "the payer says that it decided on {}, and no remittance has come by {due}: ask for it, and look for the payment",
                fired.deadline.basis
            ),
        ),
        DeadlineKind::FollowUp => (
            WorkKind::FollowUp,
            row.charge,
            format!(
                "no answer to what was sent on {}: ask the payer for its status",
                fired.deadline.basis
            ),
        ),
        DeadlineKind::Appeal { level } if breached => (
            WorkKind::Deadline,
            row.denied,
            format!(
                "the time for appeal {level} ended on {due}: it is lost unless the payer reopens"
            ),
        ),
        DeadlineKind::Appeal { level } => (
            WorkKind::Deadline,
            row.denied,
            format!("appeal {level} must be at the payer by {due}"),
        ),
        _ if breached => (
            WorkKind::Deadline,
            row.charge,
            format!("the time to file ended on {due}: look for proof of timely filing"),
        ),
        _ => (
            WorkKind::Deadline,
            row.charge,
            format!("the claim must be at the payer by {due}"),
        ),
    };
    // Half of the time used is worth a row, not yet somebody's day.
    if kind == WorkKind::Deadline && fired.stage < DeadlineStage::ThreeQuarters {
        return Ok(());
    }
    let (usual, days) = service_level(kind);
    let owner = match fired.deadline.kind {
        // Whoever works the denial appeals it.
        DeadlineKind::Appeal { .. } => service_level(WorkKind::Denial).0,
        _ => usual,
    };
    let open = desk.tx.open_work(Some(&row.id))?;
    if open
        .iter()
        .any(|item| item.kind == kind && item.reason == reason)
    {
        return Ok(());
    }
    desk.close_work(&row.id, kind, "another took its place")?;
    desk.open_work_for(kind, Some(&row.id), amount, reason, owner, days)
}

/// A draft, or a lost appeal, whose next level was not filed in its time.
fn expire(desk: &mut Desk<'_>, row: &ClaimRow, fired: &Fired) -> Result<(), EngineError> {
    let over = fired.stage == DeadlineStage::Breached
        && matches!(fired.deadline.kind, DeadlineKind::Appeal { .. });
    // That nobody began one leaves the claim where it is.
    if over && row.status.appeal != Appeal::None {
        desk.move_claim(&row.id, Move::Appeal(Appeal::Expired))?;
    }
    Ok(())
}

/// The deadlines of a claim, with the proof that its journal holds.
pub(crate) fn deadlines_of(
    reader: &dyn Reader,
    config: &Config,
    row: &ClaimRow,
    history: &[JournalRow],
) -> Result<Vec<Deadline>, EngineError> {
    if config.is_self_pay(&row.payer) || row.status.work == Work::Void {
        return Ok(Vec::new());
    }
    let payer = config.payer_by_key(&row.payer);
    let line = payer.map_or(LineOfBusiness::Other, |payer| payer.profile.line);
    let none = Terms::default();
    let terms = payer.map_or(&none, |payer| &payer.terms);
    let begin = |kind, basis, basis_of, length| Deadline {
        kind,
        basis,
        basis_of,
        length,
        roll: terms.rolls.into(),
        proof: None,
    };
    let mut deadlines = Vec::new();
    // A replacement is not a first claim, and its time is another.
    if let (Some(length), None) = (terms.filing(line), &row.replaces)
        && let Some(claim) = reader.claim_document(&row.id)?
        && let Some((basis, basis_of)) = filing_basis(&claim, row)
    {
        let mut filing = begin(DeadlineKind::TimelyFiling, basis, basis_of, length);
        if let Some(proof) = proof_of_filing(history, &row.id) {
            // Proof from before the service proves nothing, and is left out.
            let _ = filing.prove(proof);
        }
        deadlines.push(filing);
    }
    if matches!(row.status.work, Work::Submitted | Work::Accepted)
        && let Some(sent) = last_sent(history)
    {
        let length = terms.follow_up.map_or_else(
            || {
                let days = u16::try_from(config.mature_after_days).unwrap_or(u16::MAX);
                Length::CalendarDays(days)
            },
            |period| period.0,
        );
        deadlines.push(begin(
            DeadlineKind::FollowUp,
            sent,
            DeadlineBasis::Sent,
            length,
        ));
        if let Some(decided) = follow_up::answer::decided(reader, &row.id, sent)? {
            let days = Length::CalendarDays(config.follow_up.remittance_within);
            let basis = DeadlineBasis::Decision;
            deadlines.push(begin(DeadlineKind::FollowUp, decided, basis, days));
        }
    }
    deadlines.extend(awaited(config, row, history).map(|(_, deadline)| deadline));
    let refused = matches!(
        row.status.adjudication,
        Adjudication::Denied | Adjudication::PartiallyPaid
    );
    if refused
        && row.status.work == Work::Adjudicated
        && row.replaced_by.is_none()
        && standing(history).open().is_positive()
    {
        deadlines.extend(appeal::level::running(reader, config, row)?);
    }
    Ok(deadlines)
}

/// Professional claims are counted from the first day of service, institutional
/// ones from the last (42 CFR 424.44(b); CMS Pub. 100-04, chapter 1, 70).
fn filing_basis(claim: &Claim, row: &ClaimRow) -> Option<(NaiveDate, DeadlineBasis)> {
    match claim.kind {
        ClaimKind::Institutional => row
            .service_to
            .or(row.service_from)
            .map(|day| (day, DeadlineBasis::ServiceThrough)),
        _ => row
            .service_from
            .map(|day| (day, DeadlineBasis::ServiceFrom)),
    }
}

/// The payer's first word that it has the claim, and did not take back: a
/// rejection starts no new time and ends no old one.
fn proof_of_filing(history: &[JournalRow], claim: &ClaimId) -> Option<Proof> {
    let sent = sendings(history, claim);
    // A late word on an earlier sending takes nothing back from the last one.
    let rejects = |row: &&JournalRow| match &row.event {
        Event::Acknowledged { acknowledgment, .. } => {
            acknowledgment.outcome == AckOutcome::Rejected
                && sent.last().is_none_or(|last| {
                    row.sequence < last.row
                        || spoken_of(acknowledgment, &sent) == sent.len().checked_sub(1)
                })
        }
        _ => false,
    };
    let taken_back = history.iter().rfind(rejects).map_or(0, |row| row.sequence);
    let gone = posting::gone(history);
    let mut standing = history.iter().filter(|row| !gone.contains(&row.sequence));
    standing.find_map(|row| {
        let (what, on) = match &row.event {
            Event::Acknowledged { .. } if row.sequence <= taken_back => return None,
            Event::Acknowledged { acknowledgment, .. }
                if matches!(acknowledgment.level, AckLevel::Claim { .. })
                    && acknowledgment.outcome == AckOutcome::Accepted =>
            {
                (ProofKind::ClaimAcknowledgment, row.stamp.at.date_naive())
            }
            Event::ClaimRemitted { decided, .. } => (ProofKind::PayerDocument, *decided),
            _ => return None,
        };
        Some(Proof {
            what,
            on,
            reference: format!("journal row {}", row.sequence),
        })
    })
}

fn last_sent(history: &[JournalRow]) -> Option<NaiveDate> {
    history
        .iter()
        .rev()
        .find(|row| matches!(row.event, Event::BatchWritten { .. }))
        .map(|row| row.stamp.at.date_naive())
}
