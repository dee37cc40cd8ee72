//! Retention: what is long finished may be given up, and the chain still proves
//! the rest.

mod patients;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Months, Utc};
use rusqlite::Connection;
use scrubjay_model::{Money, Posting, PostingSet};

use self::plan::Plan;
use super::SqliteStore;
use super::columns::{Columns, signed};
use super::lookups::{all_headings, read_counter};
use super::transaction::SqliteTransaction;
use crate::journal::{digest, read_instant};
use crate::tables::Heading;
use crate::{Counter, Event, Sequence, Stamp, StoreError};

/// How long finished claims are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Calendar years since the last thing that happened to the claim.
    pub years: u32,
}

impl Default for Retention {
    /// Six years: 45 CFR 164.316(b)(2)(i). Medicare asks for seven of its
    /// records, Medicare Advantage for ten, and states for more: make it policy.
    fn default() -> Self {
        Self { years: 6 }
    }
}

impl Retention {
    /// The instant before which a finished claim may be given up.
    #[must_use]
    pub fn cutoff(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let months = Months::new(self.years.saturating_mul(12));
        now.checked_sub_months(months)
            .unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

/// What a purge gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurgeReport {
    /// Claims.
    pub claims: u64,
    /// Patients, with every record of theirs.
    pub patients: u64,
    /// Journal rows whose content is gone.
    pub rows: u64,
}

impl SqliteStore {
    /// Gives up claims that were finished before an instant: void or closed,
    /// nothing owed, no open work, and nothing happened to them since. Claims
    /// that replace each other, or share a money event, go together or not at
    /// all. Remitted claims that never matched a claim go by their age alone.
    ///
    /// An appeal, and a question about a claim's status, go with their claim. Every other record goes with its patient:
    /// all of the patient's records and claims, or none. None of them may have
    /// seen anything since, no account be unsettled, no charge be unbilled, no
    /// work be open. A claim that a patient's account has paid on goes with
    /// that patient, so that the account's money stays whole.
    ///
    /// The content of the journal rows about them is overwritten; time, actor,
    /// cause, kind and hash stay, so that the chain is whole, and the purge is
    /// itself a journal row that names every row it emptied. What the money
    /// events came to is carried forward by account: the trial balance does
    /// not change. Files, trace numbers and keys stay known, so that nothing
    /// old can be taken in twice. Rows about many claims, such as a batch, stay
    /// until the last of those claims goes.
    ///
    /// It rebuilds every projection and the file, for which the disk must have
    /// room once more, and writers wait for it. Backups made before still hold
    /// what was given up.
    ///
    /// # Errors
    /// Where the store cannot read or write. Nothing was given up then, unless
    /// the journal already tells of the purge: then only the file could not be
    /// made anew, and a copy by [`backup_to`](Self::backup_to) is free of what
    /// was given up.
    pub fn purge(
        &mut self,
        stamp: &Stamp,
        before: DateTime<Utc>,
    ) -> Result<PurgeReport, StoreError> {
        // Freed space is overwritten, in the file and in its log.
        self.writer.pragma_update(None, "secure_delete", "ON")?;
        let purged = purge(&self.writer, stamp, before).and_then(|report| {
            if report.rows > 0 && self.path.is_some() {
                // A page that was once split still holds copies of its rows
                // beside those that it has now: only a new file does not.
                self.writer.execute_batch("VACUUM")?;
            }
            Ok(report)
        });
        self.writer.pragma_update(None, "secure_delete", "OFF")?;
        let report = purged?;
        if report.rows > 0 && self.path.is_some() {
            self.writer
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(report)
    }
}

fn purge(
    connection: &Connection,
    stamp: &Stamp,
    before: DateTime<Utc>,
) -> Result<PurgeReport, StoreError> {
    let mut transaction = SqliteTransaction::begin(connection)?;
    let last_old = last_row_before(connection, before)?;
    let plan = Plan::make(transaction.connection(), last_old)?;
    let rows = plan.rows_to_erase()?;
    let report = PurgeReport {
        claims: plan.claims(),
        patients: plan.patients(),
        rows: rows.len() as u64,
    };
    if rows.is_empty() {
        return Ok(report);
    }
    let carried = carried(connection, &rows)?;
    for sequence in &rows {
        erase(connection, *sequence)?;
    }
    let event = Event::Purged {
        before,
        claims: report.claims,
        patients: report.patients,
        rows: runs(&rows),
        carried,
        interchange: read_counter(connection, Counter::Interchange)?,
        group: read_counter(connection, Counter::Group)?,
    };
    transaction.write_row(stamp, &event)?;
    transaction.rebuild()?;
    Ok(report)
}

/// The last of the rows at the journal's beginning that are all older.
fn last_row_before(connection: &Connection, before: DateTime<Utc>) -> Result<Sequence, StoreError> {
    let mut statement = connection.prepare(
        "SELECT j.sequence, s.at FROM journal j JOIN stamps s ON s.id = j.stamp ORDER BY j.sequence",
    )?;
    let mut rows = statement.query([])?;
    let mut last = 0;
    while let Some(row) = rows.next()? {
        let at: String = row.get(1)?;
        if read_instant(&at).is_none_or(|at| at >= before) {
            break;
        }
        last = row.get::<_, i64>(0)?.unsigned_abs();
    }
    Ok(last)
}

/// What the money events of those rows came to, by account.
fn carried(connection: &Connection, rows: &BTreeSet<Sequence>) -> Result<PostingSet, StoreError> {
    let mut sums: BTreeMap<u64, Money> = BTreeMap::new();
    let mut statement =
        connection.prepare("SELECT account, cents FROM postings WHERE sequence = ?1")?;
    for sequence in rows {
        let mut postings = statement.query([signed(*sequence)])?;
        while let Some(row) = postings.next()? {
            let mut columns = Columns::new(row, "postings");
            *sums.entry(columns.integer()?).or_default() += columns.cents()?;
        }
    }
    let mut carried = Vec::new();
    for (heading, entry) in all_headings(connection)? {
        let amount = sums.get(&entry.number).copied().unwrap_or_default();
        match heading {
            _ if amount.is_zero() => {}
            Heading::Account(account) => carried.push(Posting { account, amount }),
            // Nothing is owed on a claim that goes, and all that was is in its rows.
            Heading::Receivables(_) => {
                return Err(StoreError::contradiction(
                    "claims to be given up still owe something; verify the database",
                ));
            }
        }
    }
    PostingSet::try_from(carried).map_err(|error| StoreError::contradiction(error.to_string()))
}

pub(in crate::sqlite) fn erase(
    connection: &Connection,
    sequence: Sequence,
) -> Result<(), StoreError> {
    let payload: String = connection
        .prepare_cached("SELECT payload FROM journal WHERE sequence = ?1")?
        .query_row([signed(sequence)], |row| row.get(0))?;
    connection
        .prepare_cached("INSERT INTO erased VALUES (?1, ?2)")?
        .execute((signed(sequence), digest(payload.as_bytes())))?;
    connection
        .prepare_cached("UPDATE journal SET payload = '' WHERE sequence = ?1")?
        .execute([signed(sequence)])?;
    Ok(())
}

/// Rows as first and last of each run.
fn runs(rows: &BTreeSet<Sequence>) -> Vec<(Sequence, Sequence)> {
    let mut runs: Vec<(Sequence, Sequence)> = Vec::new();
    for sequence in rows {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *sequence => *last = *sequence,
            _ => runs.push((*sequence, *sequence)),
        }
    }
    runs
}
