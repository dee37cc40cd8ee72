//! A person closes open work, or gives it to another owner. What something else
//! waits for is closed by that alone.

use scrubjay_model::{
    Money, Owner, RecordKey, RecordKind, ResponsibleParty, Work, WorkItem, WorkItemId, WorkKind,
};
use scrubjay_store::{Event, Reader};
use serde::Serialize;

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::pass;

/// Work that a person has closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkClosed {
    /// The item as it was open.
    pub item: WorkItem,
    /// How it ended, as the person says.
    pub outcome: String,
}

/// Why work cannot be closed by hand: what it asks for still stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Standing {
    /// The claim is held.
    #[error(
        "the claim is held; mend it or release it (`scrubjay claims correct`, `claims release`)"
    )]
    Held,
    /// The claim is rejected.
    #[error("the claim is rejected; correct it and send it again (`scrubjay claims correct`)")]
    Rejected,
    /// A payer refused money that nobody has decided about.
    #[error(
        "insurance still owes {owed} on the claim; it closes with the payer's next decision, or when it is given up (`scrubjay denials write-off`)"
    )]
    Refused {
        /// What insurance owes on the claim.
        owed: Money,
    },
    /// The money of a remitted claim waits for its claim.
    #[error(
        "its money waits as unapplied cash; say which claim it is (`scrubjay remit match`), or take the remittance back (`scrubjay remit undo`)"
    )]
    Unmatched,
    /// A remittance is not posted.
    #[error(
        "the remittance is not posted; it closes when the payer's corrected one is, or when it is set aside (`scrubjay remit set-aside`)"
    )]
    NotPosted,
    /// Rules found something on the record that is neither mended nor passed.
    #[error("what was found on the {record} is neither mended nor passed")]
    Found {
        /// Record.
        record: RecordKey,
    },
}

/// Why work was not closed or given to another; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// There is no such item, or it is closed.
    #[error("no work item {item} is open; `scrubjay work list` shows those that are")]
    NotOpen {
        /// Item.
        item: WorkItemId,
    },
    /// Nobody is named, or it is not said how it ended.
    #[error("work is closed by somebody, with an outcome; give both")]
    Unsigned,
    /// Nobody is named who gives it, or none who takes it.
    #[error("work is given by somebody to an owner; give both")]
    NoOwner,
    /// It stands with that owner already.
    #[error("work item {item} is {}'s already", .owner.0)]
    SameOwner {
        /// Item.
        item: WorkItemId,
        /// Owner.
        owner: Owner,
    },
    /// What it asks for still stands.
    #[error("work item {item} is not closed by hand: {standing}")]
    Stands {
        /// Item.
        item: WorkItemId,
        /// What stands.
        standing: Standing,
    },
}

/// Closes an open item. The desk's stamp says who.
pub(crate) fn close(
    desk: &mut Desk<'_>,
    id: &WorkItemId,
    outcome: &str,
) -> Result<WorkClosed, EngineError> {
    let outcome = outcome.trim().to_owned();
    if outcome.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(WorkError::Unsigned.into());
    }
    let item = open_item(desk.tx.as_ref(), id)?;
    if let Some(standing) = standing(desk, &item)? {
        let item = item.id;
        return Err(WorkError::Stands { item, standing }.into());
    }
    desk.record(&Event::WorkClosed {
        item: item.id.clone(),
        outcome: outcome.clone(),
    })?;
    Ok(WorkClosed { item, outcome })
}

/// Gives an open item to another owner; its last day stays. The desk's stamp
/// says who.
pub(crate) fn assign(
    desk: &mut Desk<'_>,
    id: &WorkItemId,
    owner: &Owner,
) -> Result<WorkItem, EngineError> {
    let owner = Owner(owner.0.trim().to_owned());
    if owner.0.is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(WorkError::NoOwner.into());
    }
    let item = open_item(desk.tx.as_ref(), id)?;
    if item.owner == owner {
        let item = item.id;
        return Err(WorkError::SameOwner { item, owner }.into());
    }
    let item = WorkItem { owner, ..item };
    desk.record(&Event::WorkAssigned {
        item: Box::new(item.clone()),
    })?;
    Ok(item)
}

/// Whether two items are the same piece of work: one that is opened again gets
/// another number.
pub(crate) fn is_same(one: &WorkItem, other: &WorkItem) -> bool {
    one.kind == other.kind
        && one.claim == other.claim
        && one.record == other.record
        && one.opened == other.opened
        && one.reason == other.reason
}

/// Closes an item that may have been closed before.
pub(crate) fn close_if_open(
    desk: &mut Desk<'_>,
    id: &WorkItemId,
    outcome: &str,
) -> Result<(), EngineError> {
    let open = desk.tx.open_work(None)?;
    if !open.iter().any(|item| item.id == *id) {
        return Ok(());
    }
    desk.record(&Event::WorkClosed {
        item: id.clone(),
        outcome: outcome.to_owned(),
    })
}

fn open_item(reader: &dyn Reader, id: &WorkItemId) -> Result<WorkItem, EngineError> {
    let mut open = reader.open_work(None)?.into_iter();
    let item = open.find(|item| item.id == *id);
    item.ok_or_else(|| WorkError::NotOpen { item: id.clone() }.into())
}

/// What an item waits for that only its cause can end.
fn standing(desk: &Desk<'_>, item: &WorkItem) -> Result<Option<Standing>, EngineError> {
    let work = match &item.claim {
        Some(claim) => desk.tx.claim(claim)?.map(|row| row.status.work),
        None => None,
    };
    Ok(match item.kind {
        WorkKind::ScrubHold if work == Some(Work::Held) => Some(Standing::Held),
        WorkKind::Rejection if work == Some(Work::Rejected) => Some(Standing::Rejected),
        WorkKind::Denial => refused(desk, item)?,
        WorkKind::UnmatchedRemittance => Some(Standing::Unmatched),
        WorkKind::UnbalancedRemittance => Some(Standing::NotPosted),
        WorkKind::Registration
        | WorkKind::Eligibility
        | WorkKind::Authorization
        | WorkKind::Charge => found(desk, item)?,
        _ => None,
    })
}

/// What a payer refused stays worked while insurance owes anything: closed by
/// hand, nobody would ask for it any more.
fn refused(desk: &Desk<'_>, item: &WorkItem) -> Result<Option<Standing>, EngineError> {
    let Some(claim) = &item.claim else {
        return Ok(None);
    };
    let owed = desk.tx.balance(claim, ResponsibleParty::Insurance)?;
    Ok(owed.is_positive().then_some(Standing::Refused { owed }))
}

/// What rules found on the record that the item was opened for. A charge waits
/// while work about it is open, whoever opened it.
fn found(desk: &Desk<'_>, item: &WorkItem) -> Result<Option<Standing>, EngineError> {
    let Some(record) = &item.record else {
        return Ok(None);
    };
    let stands =
        record.kind == RecordKind::Charge || pass::is_open_for(desk.tx.as_ref(), record, item)?;
    let record = record.clone();
    Ok(stands.then_some(Standing::Found { record }))
}
