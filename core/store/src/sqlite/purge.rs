//! Retention: what is long finished may be given up, and the chain still proves
//! the rest.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Months, Utc};
use rusqlite::Connection;
use scrubjay_model::{Account, ClaimId, Money, Posting, PostingSet};

use super::SqliteStore;
use super::columns::{Columns, signed};
use super::lookups::{all_headings, read_counter};
use super::rows::{ROW, read_row};
use super::transaction::SqliteTransaction;
use crate::journal::{digest, read_instant};
use crate::tables::{ClaimNumber, Heading};
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
    /// Journal rows whose content is gone.
    pub rows: u64,
}

impl SqliteStore {
    /// Gives up claims that were finished before an instant: void or closed,
    /// nothing owed, no open work, and nothing happened to them since. Claims
    /// that replace each other, or share a money event, go together or not at
    /// all. Remitted claims that never matched a claim go by their age alone.
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
    let mut plan = Plan {
        connection: transaction.connection(),
        last_old: last_row_before(connection, before)?,
        ids: BTreeMap::new(),
        rows: BTreeMap::new(),
    };
    plan.find_finished()?;
    plan.find_rows()?;
    plan.keep_what_is_shared();
    let rows = plan.rows_to_erase()?;
    let claims = plan.ids.len() as u64;
    if rows.is_empty() {
        return Ok(PurgeReport { claims: 0, rows: 0 });
    }
    let carried = carried(connection, &rows)?;
    for sequence in &rows {
        erase(connection, *sequence)?;
    }
    let event = Event::Purged {
        before,
        claims,
        rows: runs(&rows),
        carried,
        interchange: read_counter(connection, Counter::Interchange)?,
        group: read_counter(connection, Counter::Group)?,
    };
    transaction.write_row(stamp, &event)?;
    transaction.rebuild()?;
    Ok(PurgeReport {
        claims,
        rows: rows.len() as u64,
    })
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

/// Which claims, and the rows about each.
struct Plan<'c> {
    connection: &'c Connection,
    last_old: Sequence,
    ids: BTreeMap<ClaimId, ClaimNumber>,
    /// Rows about those claims, with the other claims that each is about.
    rows: BTreeMap<Sequence, RowAbout>,
}

struct RowAbout {
    claims: BTreeSet<ClaimId>,
    /// Whether the claims must go together: not so where a row only lists them.
    binds: bool,
}

impl Plan<'_> {
    fn find_finished(&mut self) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT c.n, c.id FROM claims c
             WHERE c.work IN ('closed', 'void')
             AND c.owed_by_insurance = 0 AND c.owed_by_patient = 0
             AND (SELECT max(h.sequence) FROM history h WHERE h.claim = c.n) <= ?1
             AND NOT EXISTS (SELECT 1 FROM work_items w WHERE w.claim = c.n AND w.closed IS NULL)",
        )?;
        let mut rows = statement.query([signed(self.last_old)])?;
        while let Some(row) = rows.next()? {
            let mut columns = Columns::new(row, "claims");
            let number = columns.integer()?;
            let id = columns.parse(|text| text.parse().ok())?;
            self.ids.insert(id, number);
        }
        Ok(())
    }

    fn find_rows(&mut self) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(&format!(
            "{ROW} JOIN history h ON h.sequence = j.sequence WHERE h.claim = ?1"
        ))?;
        for (id, number) in &self.ids {
            let mut rows = statement.query([signed(*number)])?;
            while let Some(row) = rows.next()? {
                let row = read_row(self.connection, row)?;
                let entry = self.rows.entry(row.sequence);
                let about = entry.or_insert_with(|| about(&row.event));
                about.claims.insert(id.clone());
            }
        }
        Ok(())
    }

    /// Leaves out claims that are bound to one that stays, until none is.
    fn keep_what_is_shared(&mut self) {
        loop {
            let before = self.ids.len();
            for about in self.rows.values().filter(|about| about.binds) {
                if !about.claims.iter().all(|id| self.ids.contains_key(id)) {
                    self.ids.retain(|id, _| !about.claims.contains(id));
                }
            }
            if self.ids.len() == before {
                return;
            }
        }
    }

    /// Rows about nothing but claims that go, and remitted claims of none.
    fn rows_to_erase(&self) -> Result<BTreeSet<Sequence>, StoreError> {
        let mut erased = BTreeSet::new();
        for (sequence, about) in &self.rows {
            let mut stay = false;
            for id in about.claims.iter().filter(|id| !self.ids.contains_key(*id)) {
                // One that is not there went with an earlier purge.
                stay |= is_there(self.connection, id)?;
            }
            if !stay {
                erased.insert(*sequence);
            }
        }
        let mut statement = self.connection.prepare(&format!(
            "{ROW} WHERE j.kind = 'claim_remitted' AND j.payload <> '' AND j.sequence <= ?1"
        ))?;
        let mut rows = statement.query([signed(self.last_old)])?;
        while let Some(row) = rows.next()? {
            let row = read_row(self.connection, row)?;
            if matches!(row.event, Event::ClaimRemitted { claim: None, .. }) {
                erased.insert(row.sequence);
            }
        }
        Ok(erased)
    }
}

fn is_there(connection: &Connection, id: &ClaimId) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM claims WHERE id = ?1")?;
    Ok(statement.exists([id.as_str()])?)
}

/// The claims that an event names, beside the one in whose history it stands.
fn about(event: &Event) -> RowAbout {
    let mut claims = BTreeSet::new();
    let mut binds = true;
    match event {
        Event::ClaimCreated {
            claim, replaces, ..
        } => {
            claims.insert(claim.id.clone());
            claims.extend(replaces.clone());
        }
        Event::MoneyMoved {
            claim, postings, ..
        }
        | Event::RecordMoneyMoved {
            claim, postings, ..
        } => {
            claims.extend(claim.clone());
            let accounts = postings.postings().iter().map(|posting| &posting.account);
            claims.extend(accounts.filter_map(|account| match account {
                Account::Receivable { claim, .. } => Some(claim.clone()),
                _ => None,
            }));
        }
        Event::BatchWritten { sets, .. } => {
            binds = false;
            claims.extend(sets.iter().flat_map(|(_, listed)| listed).cloned());
        }
        Event::Acknowledged { claims: listed, .. } => {
            binds = false;
            claims.extend(listed.iter().cloned());
        }
        _ => {}
    }
    RowAbout { claims, binds }
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

pub(super) fn erase(connection: &Connection, sequence: Sequence) -> Result<(), StoreError> {
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
