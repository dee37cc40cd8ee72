//! Which claims and patients go, and the rows about each.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use scrubjay_model::{Account, ClaimId, PatientKey, PostingSet, RecordKey};

use super::patients::{Chart, find_patients, patient_of};
use crate::sqlite::columns::{Columns, signed};
use crate::sqlite::rows::{ROW, read_row};
use crate::tables::ClaimNumber;
use crate::{Event, Sequence, StoreError};

/// What is given up.
pub(super) struct Plan<'c> {
    connection: &'c Connection,
    last_old: Sequence,
    ids: BTreeMap<ClaimId, ClaimNumber>,
    patients: BTreeMap<PatientKey, Chart>,
    /// Rows about those claims, with the other claims that each is about.
    rows: BTreeMap<Sequence, RowAbout>,
}

struct RowAbout {
    claims: BTreeSet<ClaimId>,
    /// The record whose money it is.
    record: Option<RecordKey>,
    /// Its patient.
    patient: Option<PatientKey>,
    /// Whether the claims must go together: not so where a row only lists them.
    binds: bool,
}

impl<'c> Plan<'c> {
    /// Finds what may go, where the rows up to `last_old` are old.
    pub(super) fn make(connection: &'c Connection, last_old: Sequence) -> Result<Self, StoreError> {
        let mut plan = Self {
            connection,
            last_old,
            ids: BTreeMap::new(),
            patients: find_patients(connection, last_old)?,
            rows: BTreeMap::new(),
        };
        plan.find_finished()?;
        plan.find_rows()?;
        plan.keep_what_is_shared();
        Ok(plan)
    }

    /// How many claims go.
    pub(super) fn claims(&self) -> u64 {
        self.ids.len() as u64
    }

    /// How many patients go.
    pub(super) fn patients(&self) -> u64 {
        self.patients.len() as u64
    }

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
        for about in self.rows.values_mut() {
            if let Some(record) = &about.record {
                about.patient = patient_of(self.connection, record)?;
            }
        }
        Ok(())
    }

    /// Leaves out claims and patients that are bound to one that stays, until
    /// none is.
    fn keep_what_is_shared(&mut self) {
        loop {
            let before = (self.ids.len(), self.patients.len());
            for about in self.rows.values().filter(|about| about.binds) {
                let claims_go = about.claims.iter().all(|id| self.ids.contains_key(id));
                let patient_goes = match (&about.record, &about.patient) {
                    (None, _) => true,
                    (Some(_), Some(patient)) => self.patients.contains_key(patient),
                    (Some(_), None) => false,
                };
                if !(claims_go && patient_goes) {
                    self.ids.retain(|id, _| !about.claims.contains(id));
                }
            }
            let ids = &self.ids;
            self.patients
                .retain(|_, chart| chart.claims.iter().all(|id| ids.contains_key(id)));
            let patients: BTreeSet<PatientKey> = self.patients.keys().cloned().collect();
            self.patients
                .retain(|_, chart| chart.others.is_subset(&patients));
            if (self.ids.len(), self.patients.len()) == before {
                return;
            }
        }
    }

    /// Rows about nothing but claims that go, rows about the records of
    /// patients who go, and remitted claims of none.
    pub(super) fn rows_to_erase(&self) -> Result<BTreeSet<Sequence>, StoreError> {
        let mut erased: BTreeSet<Sequence> = self
            .patients
            .values()
            .flat_map(|chart| &chart.rows)
            .copied()
            .collect();
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

pub(super) fn is_there(connection: &Connection, id: &ClaimId) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM claims WHERE id = ?1")?;
    Ok(statement.exists([id.as_str()])?)
}

/// The claims that an event names, and the record whose money it is, beside the one in whose history it stands.
fn about(event: &Event) -> RowAbout {
    let mut claims = BTreeSet::new();
    let mut whose = None;
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
        } => claims.extend(claims_of(claim.as_ref(), postings)),
        Event::RecordMoneyMoved {
            record,
            claim,
            postings,
            ..
        } => {
            whose = Some(record.clone());
            claims.extend(claims_of(claim.as_ref(), postings));
        }
        Event::BatchWritten { sets, .. } => {
            binds = false;
            claims.extend(sets.iter().flat_map(|(_, listed)| listed).cloned());
        }
        Event::Acknowledged { claims: listed, .. }
        | Event::BatchDelivered { claims: listed, .. } => {
            binds = false;
            claims.extend(listed.iter().cloned());
        }
        _ => {}
    }
    RowAbout {
        claims,
        record: whose,
        patient: None,
        binds,
    }
}

/// The claims that a money event is about, or moves the money of.
pub(super) fn claims_of(claim: Option<&ClaimId>, postings: &PostingSet) -> BTreeSet<ClaimId> {
    let accounts = postings.postings().iter().map(|posting| &posting.account);
    let owing = accounts.filter_map(|account| match account {
        Account::Receivable { claim, .. } => Some(claim),
        _ => None,
    });
    owing.chain(claim).cloned().collect()
}
