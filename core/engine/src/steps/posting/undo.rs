//! A posting is taken back: every posting set of it reversed, every claim as
//! the rest of its journal makes it, its denial work as before. Nothing is
//! deleted. After that the trace number may come again.

use std::collections::{BTreeMap, BTreeSet};

use scrubjay_model::{
    Claim, ClaimId, ClaimPaymentStatus, ClaimStatus, Money, PayerClaimControlNumber,
    Responsibility, ResponsibleParty, TraceNumber, Work, WorkItem, WorkItemId, WorkKind,
};
use scrubjay_store::{
    Counter, Decided, Event, JournalRow, MoneyKind, Move, Reader, Sequence, StoreError,
    first_status,
};
use serde::Serialize;

use super::record::{on_record, posted_by, remittance_row, rows_of};
use super::standing_on::{stands_on, taken_up};
use super::{RemittanceError, quarantine};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::appeal;
use crate::steps::build::later;
use crate::steps::work::is_same;

/// A remittance whose posting was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Trace number.
    pub trace: TraceNumber,
    /// Claims that are as they were before.
    pub claims: Vec<ClaimId>,
    /// What its payment had come to.
    pub paid: Money,
}

/// Takes back what a remittance posted, with what was bound to it by hand. The
/// desk's stamp says who.
pub(crate) fn undo(
    desk: &mut Desk<'_>,
    originator: &str,
    trace: &TraceNumber,
    reason: &str,
) -> Result<Undone, EngineError> {
    let reason = reason.trim();
    if reason.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(RemittanceError::Unsigned.into());
    }
    let reader = desk.tx.as_ref();
    let record = on_record(reader, originator, trace)?;
    let (remittance, payer) = remittance_row(reader, record.taken)?;
    let mut rows = Vec::new();
    for (first, last) in &record.postings {
        rows.extend(rows_of(reader, *first, *last)?);
    }
    if rows
        .iter()
        .any(|row| matches!(row.event, Event::Erased { .. }))
    {
        let (trace, why) = (trace.clone(), "claims of it were given up by a purge");
        return Err(RemittanceError::NotOnRecord { trace, why }.into());
    }
    if let Some(later) = taken_up(reader, record.taken, &remittance, &payer)? {
        let trace = trace.clone();
        return Err(RemittanceError::TakenUp { trace, later }.into());
    }
    let mut touched = Vec::new();
    for id in claims_of(&rows) {
        touched.push(Touched::read(reader, id, &rows, trace)?);
    }
    for claim in touched.iter().filter(|claim| claim.was_decided) {
        let what = format!("had its decision undone with remittance {trace}");
        later::unsettle(desk, &claim.id, &what)?;
    }
    move_money_back(desk, &rows)?;
    settle_work(desk, &rows, &touched, trace)?;
    appeal::posting_undone(desk, &rows)?;
    for claim in &touched {
        claim.restore(desk)?;
    }
    desk.record(&Event::RemittanceUndone {
        originator: originator.to_owned(),
        trace: trace.clone(),
        taken: record.taken,
        reason: reason.to_owned(),
    })?;
    for claim in touched.iter().filter(|claim| claim.went_on) {
        let reason = format!(
            "remittance {trace} was undone after this claim had gone on from it: look at what was \
             done since"
        );
        desk.open_work(
            WorkKind::PostingReview,
            Some(&claim.id),
            Money::ZERO,
            reason,
        )?;
    }
    Ok(Undone {
        trace: trace.clone(),
        claims: touched.into_iter().map(|claim| claim.id).collect(),
        paid: remittance.paid,
    })
}

/// The claims that rows of a posting changed, in the order of their ids.
fn claims_of(rows: &[JournalRow]) -> BTreeSet<ClaimId> {
    rows.iter()
        .filter_map(|row| match &row.event {
            Event::ClaimRemitted { claim, .. } | Event::MoneyMoved { claim, .. } => claim.clone(),
            Event::TakenBack { claim, .. }
            | Event::RemittedHeld { claim, .. }
            | Event::DenialSettled { claim, .. } => Some(claim.clone()),
            _ => None,
        })
        .collect()
}

/// The rows of a claim's history that no longer count, since what they belong
/// to was undone before.
pub(crate) fn gone(history: &[JournalRow]) -> BTreeSet<Sequence> {
    history
        .iter()
        .filter_map(|row| match &row.event {
            Event::PostingUndone { rows, .. } => Some(rows),
            _ => None,
        })
        .flatten()
        .copied()
        .collect()
}

/// A claim that a posting changed, as it is without that.
struct Touched {
    id: ClaimId,
    /// Its rows in the posting.
    rows: Vec<Sequence>,
    decided: Decided,
    /// Where it stood before the posting.
    before: ClaimStatus,
    /// Where all the rest of its journal has brought it.
    status: ClaimStatus,
    tags: BTreeSet<String>,
    payer_control: Option<PayerClaimControlNumber>,
    /// Every work item that was ever opened on it.
    items: BTreeMap<WorkItemId, WorkItem>,
    /// The row that opened each.
    opened: BTreeMap<WorkItemId, Sequence>,
    /// Whether the posting decided it, and did not only reverse what was decided.
    was_decided: bool,
    /// Whether it was moved, or its money was, after the posting.
    went_on: bool,
}

impl Touched {
    fn read(
        reader: &dyn Reader,
        id: ClaimId,
        posting: &[JournalRow],
        trace: &TraceNumber,
    ) -> Result<Self, EngineError> {
        let own: BTreeSet<Sequence> = posting.iter().map(|row| row.sequence).collect();
        let history = reader.history(&id)?;
        let before = gone(&history);
        let rows: Vec<Sequence> = history
            .iter()
            .map(|row| row.sequence)
            .filter(|sequence| own.contains(sequence))
            .collect();
        let first = rows.first().copied().unwrap_or_default();
        let made = history.iter().find_map(|row| made(&row.event));
        let Some(document) = made else {
            let problem = format!("the journal does not tell how claim {id} was made");
            return Err(StoreError::Contradiction { problem }.into());
        };
        let mut touched = Self {
            id,
            rows,
            decided: Decided::default(),
            before: first_status(document),
            status: first_status(document),
            tags: BTreeSet::new(),
            payer_control: None,
            items: BTreeMap::new(),
            opened: BTreeMap::new(),
            was_decided: posting.iter().any(|row| decides(&row.event, document)),
            went_on: false,
        };
        for row in &history {
            if let Event::WorkOpened { item } = &row.event {
                touched.opened.insert(item.id.clone(), row.sequence);
            }
            if let Event::WorkOpened { item } | Event::WorkAssigned { item } = &row.event {
                touched.items.insert(item.id.clone(), item.as_ref().clone());
            }
            if own.contains(&row.sequence) || before.contains(&row.sequence) {
                continue;
            }
            let later = row.sequence > first;
            if later && let Some(later) = stands_on(reader, row)? {
                return Err(RemittanceError::LaterDecision {
                    trace: trace.clone(),
                    later,
                    claim: touched.id,
                }
                .into());
            }
            touched.take(&row.event, later);
        }
        Ok(touched)
    }

    /// Takes in a row that still counts.
    fn take(&mut self, event: &Event, later: bool) {
        self.decided.take(event);
        match event {
            Event::Moved { to, .. } => {
                // Where the decision had left it goes with the decision.
                if !(later && self.was_decided && follows_decision(*to)) {
                    moved(&mut self.status, *to);
                }
                if !later {
                    moved(&mut self.before, *to);
                }
                self.went_on |= later;
            }
            // What another undoing moved back only ends what does not count.
            Event::MoneyMoved {
                money: MoneyKind::PostingUndone,
                ..
            } => {}
            Event::MoneyMoved { .. } | Event::RecordMoneyMoved { .. } => self.went_on |= later,
            Event::Tagged { tag, .. } => {
                self.tags.insert(tag.clone());
            }
            Event::PayerControlLearned { payer_control, .. } => {
                self.payer_control = Some(payer_control.clone());
            }
            _ => {}
        }
    }

    /// Where it stands when the money is moved back. What it went on to may have
    /// stood on the posting: a claim on which insurance owes again is with
    /// whoever had it before, so that it is followed up, and nothing is billed
    /// of which the patient owes nothing.
    fn stands(&self, reader: &dyn Reader) -> Result<ClaimStatus, EngineError> {
        let mut status = self.status;
        if !self.went_on {
            return Ok(status);
        }
        let insurance = reader.balance(&self.id, ResponsibleParty::Insurance)?;
        let patient = reader.balance(&self.id, ResponsibleParty::Patient)?;
        if !insurance.is_zero() {
            if matches!(status.work, Work::Adjudicated | Work::Closed) {
                status.work = self.before.work;
            }
            if matches!(
                status.responsibility,
                Responsibility::Patient | Responsibility::None
            ) {
                status.responsibility = self.before.responsibility;
            }
        }
        if !patient.is_positive() {
            status.patient = self.before.patient;
        }
        Ok(status)
    }

    fn restore(&self, desk: &mut Desk<'_>) -> Result<(), EngineError> {
        let status = self.stands(desk.tx.as_ref())?;
        desk.record(&Event::PostingUndone {
            claim: self.id.clone(),
            rows: self.rows.clone(),
            decided: self.decided.clone(),
            status,
            tags: self.tags.iter().cloned().collect(),
            payer_control: self.payer_control.clone(),
        })
    }
}

fn made(event: &Event) -> Option<&Claim> {
    match event {
        Event::ClaimCreated { claim, .. } => Some(claim),
        _ => None,
    }
}

/// Whether an event is a decision on a claim that may stand.
fn decides(event: &Event, document: &Claim) -> bool {
    let passes = [
        ClaimPaymentStatus::Reversal,
        ClaimPaymentStatus::Predetermination,
    ];
    matches!(event, Event::ClaimRemitted { claim: Some(claim), remitted, .. }
        if *claim == document.id && !passes.contains(&remitted.status))
}

/// Whether a claim is moved so since its payer has decided.
const fn follows_decision(to: Move) -> bool {
    matches!(
        to,
        Move::Work(Work::Adjudicated | Work::Closed) | Move::Responsibility(_)
    )
}

const fn moved(status: &mut ClaimStatus, to: Move) {
    match to {
        Move::Work(to) => status.work = to,
        Move::Adjudication(to) => status.adjudication = to,
        Move::Responsibility(to) => status.responsibility = to,
        Move::Appeal(to) => status.appeal = to,
        Move::Patient(to) => status.patient = to,
    }
}

/// Reverses every posting set, the last one first.
fn move_money_back(desk: &mut Desk<'_>, rows: &[JournalRow]) -> Result<(), EngineError> {
    for row in rows.iter().rev() {
        if let Event::MoneyMoved {
            claim, postings, ..
        } = &row.event
        {
            desk.move_money(
                MoneyKind::PostingUndone,
                claim.as_ref(),
                postings.reversed(),
            )?;
        }
    }
    Ok(())
}

/// Closes the work that the posting opened, and opens again what it closed.
fn settle_work(
    desk: &mut Desk<'_>,
    rows: &[JournalRow],
    touched: &[Touched],
    trace: &TraceNumber,
) -> Result<(), EngineError> {
    let opened: Vec<&WorkItem> = rows
        .iter()
        .filter_map(|row| match &row.event {
            Event::WorkOpened { item } => Some(item.as_ref()),
            _ => None,
        })
        .collect();
    let closed: Vec<&WorkItemId> = rows
        .iter()
        .filter_map(|row| match &row.event {
            Event::WorkClosed { item, .. } if opened.iter().all(|one| one.id != *item) => {
                Some(item)
            }
            _ => None,
        })
        .collect();
    if !opened.is_empty() {
        for item in desk.tx.open_work(None)? {
            let is_it = opened.iter().any(|one| one.id == item.id);
            let is_copy = || opened.iter().any(|one| is_same(one, &item));
            if is_it || is_copy() && was_opened_again(desk.tx.as_ref(), touched, &item)? {
                desk.record(&Event::WorkClosed {
                    item: item.id,
                    outcome: format!("remittance {trace} was undone"),
                })?;
            }
        }
    }
    for id in closed {
        let of_claim = touched
            .iter()
            .find_map(|claim| claim.items.get(id))
            .cloned();
        let item = match of_claim {
            Some(item) => Some(item),
            None => quarantine::item(desk.tx.as_ref(), id)?,
        };
        if let Some(item) = item {
            open_again(desk, &item)?;
        }
    }
    Ok(())
}

/// Whether an item was opened by no posting, so that it is one that an undoing
/// opened again: two postings may ask for the same in the same words.
fn was_opened_again(
    reader: &dyn Reader,
    touched: &[Touched],
    item: &WorkItem,
) -> Result<bool, EngineError> {
    let at = touched.iter().find_map(|claim| claim.opened.get(&item.id));
    match at {
        Some(at) => Ok(posted_by(reader, *at)?.is_none()),
        None => Ok(true),
    }
}

/// Opens a closed item again as it was, under a new number.
fn open_again(desk: &mut Desk<'_>, item: &WorkItem) -> Result<(), EngineError> {
    let number = desk.tx.last_number(Counter::Work)? + 1;
    let id = format!("W{number:06}")
        .parse()
        .map_err(|error| StoreError::Contradiction {
            problem: format!("work item {number}: {error}"),
        })?;
    desk.record(&Event::WorkOpened {
        item: Box::new(WorkItem { id, ..item.clone() }),
    })
}
