//! What both stores make of a journal row that they have read back.

use std::collections::BTreeSet;

use scrubjay_model::{Account, Claim, ClaimId, Denial, Record, ResponsibleParty, WorkItem};

use crate::tables::Heading;
use crate::{
    Event, JournalRow, OverrideRow, PackRow, PackStep, RecordOverrideRow, RemittedRow, Sequence,
    StoreError,
};

fn not_what_it_should_be(sequence: Sequence) -> StoreError {
    StoreError::Damaged {
        sequence,
        problem: "a projection points to it, but it is of another kind".to_owned(),
    }
}

/// The claim as a row made or revised it.
pub(crate) fn claim_of(row: JournalRow) -> Result<Claim, StoreError> {
    match row.event {
        Event::ClaimCreated { claim, .. } | Event::ClaimRevised { claim, .. } => Ok(*claim),
        _ => Err(not_what_it_should_be(row.sequence)),
    }
}

/// The remitted claim of a row.
pub(crate) fn remitted_of(row: JournalRow) -> Result<RemittedRow, StoreError> {
    match row.event {
        Event::ClaimRemitted {
            trace,
            payer,
            claim,
            remitted,
            decided,
            ..
        } => Ok(RemittedRow {
            sequence: row.sequence,
            trace,
            payer,
            claim,
            remitted: *remitted,
            decided,
        }),
        _ => Err(not_what_it_should_be(row.sequence)),
    }
}

/// The rows that an undone posting no longer counts.
pub(crate) fn undone_rows(rows: Vec<JournalRow>) -> BTreeSet<Sequence> {
    rows.into_iter()
        .filter_map(|row| match row.event {
            Event::PostingUndone { rows, .. } => Some(rows),
            _ => None,
        })
        .flatten()
        .collect()
}

/// The denial of a row.
pub(crate) fn denial_of(row: JournalRow) -> Result<Denial, StoreError> {
    match row.event {
        Event::Denied { denial } => Ok(*denial),
        _ => Err(not_what_it_should_be(row.sequence)),
    }
}

/// What a person passed in a row.
pub(crate) fn override_of(row: JournalRow) -> Result<OverrideRow, StoreError> {
    match row.event {
        Event::Overridden {
            claim,
            rules,
            reason,
        } => Ok(OverrideRow {
            sequence: row.sequence,
            at: row.stamp.at,
            by: row.stamp.actor,
            claim,
            rules,
            reason,
        }),
        _ => Err(not_what_it_should_be(row.sequence)),
    }
}

/// The version of a pack that a row made the live one.
pub(crate) fn pack_of(row: JournalRow) -> Result<PackRow, StoreError> {
    let (pack, hash, step) = match row.event {
        Event::PackPublished {
            pack,
            version,
            hash,
            note,
            ..
        } => (pack, hash, PackStep::Published { version, note }),
        Event::PackRolledBack { pack, hash } => (pack, hash, PackStep::RolledBack),
        _ => return Err(not_what_it_should_be(row.sequence)),
    };
    Ok(PackRow {
        sequence: row.sequence,
        at: row.stamp.at,
        by: row.stamp.actor,
        pack,
        hash,
        step,
    })
}

/// The record as a row made or changed it.
pub(crate) fn record_of(row: JournalRow) -> Result<Record, StoreError> {
    match row.event {
        Event::RecordKept { record, .. } => Ok(record),
        _ => Err(not_what_it_should_be(row.sequence)),
    }
}

/// What a person passed on a record in a row.
pub(crate) fn record_override_of(row: JournalRow) -> Result<RecordOverrideRow, StoreError> {
    match row.event {
        Event::RecordOverridden {
            record,
            rules,
            reason,
        } => Ok(RecordOverrideRow {
            sequence: row.sequence,
            at: row.stamp.at,
            by: row.stamp.actor,
            record,
            rules,
            reason,
        }),
        _ => Err(not_what_it_should_be(row.sequence)),
    }
}

/// The work item that a row opened, or gave to another owner.
pub(crate) fn item_of(row: JournalRow) -> Result<WorkItem, StoreError> {
    match row.event {
        Event::WorkOpened { item } | Event::WorkAssigned { item } => Ok(*item),
        _ => Err(not_what_it_should_be(row.sequence)),
    }
}

/// A heading as a trial balance names it.
pub(crate) fn heading_text(heading: &Heading) -> String {
    match heading {
        Heading::Receivables(ResponsibleParty::Insurance) => "receivable, insurance".to_owned(),
        Heading::Receivables(ResponsibleParty::Patient) => "receivable, patient".to_owned(),
        Heading::Account(account) => account.to_string(),
    }
}

/// The account behind a posting: a receivable is the claim's own.
pub(crate) fn account_of(heading: &Heading, claim: Option<ClaimId>) -> Option<Account> {
    match (heading, claim) {
        (Heading::Receivables(party), Some(claim)) => Some(Account::Receivable {
            claim,
            party: *party,
        }),
        (Heading::Account(account), None) => Some(account.clone()),
        _ => None,
    }
}
