//! Reads of a SQLite store.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rusqlite::{Connection, ToSql, params_from_iter};
use scrubjay_model::{
    Account, Axis, Claim, ClaimId, Denial, FileHash, Money, ResponsibleParty, TraceNumber, Work,
    WorkItem,
};

use super::columns::{CLAIM_COLUMNS, Columns, signed, text};
use super::lookups::{
    all_headings, read_call, read_claim, read_claims_of_patient, read_counter, read_file,
    read_group, read_interchange, read_number, read_remittance,
};
use super::open::{read_open, read_payers, read_to_look_at};
use super::rows::{ROW, read_row_with, row_at, rows_of};
use crate::journal::packs::WithoutText;
use crate::journal::{hex, read_hex};
use crate::reading::{
    account_of, claim_of, denial_of, heading_text, item_of, override_of, pack_of, remitted_of,
    undone_rows,
};
use crate::shared_rows::{CLOCK_KINDS, LOOKED};
use crate::tables::{ClaimEntry, ClaimNumber, Heading};
use crate::{
    CallRow, ClaimFilter, ClaimRow, Counter, FileRow, FindingRow, GroupRow, InterchangeKey,
    JournalRow, LedgerRow, MoneyKind, OpenClaim, OverrideRow, PackRow, PayerRecord, Reader,
    RemittedRow, Sequence, SharedRows, StoreError,
};

/// Something that sees a SQLite store.
pub(super) trait Source {
    /// The connection, with everything written that was held back.
    fn all(&self) -> Result<&Connection, StoreError>;

    /// The connection; claims, accounts and counters may be held back.
    fn some(&self) -> &Connection;

    fn number(&self, id: &ClaimId) -> Result<Option<ClaimNumber>, StoreError> {
        read_number(self.some(), id)
    }

    fn entry(&self, id: &ClaimId) -> Result<Option<ClaimEntry>, StoreError> {
        let found = read_claim(self.some(), "id", text(id.as_str()))?;
        Ok(found.map(|(_, entry)| entry))
    }

    fn counter(&self, counter: Counter) -> Result<u64, StoreError> {
        read_counter(self.some(), counter)
    }

    fn of_patient(
        &self,
        patient: &[u8; 32],
    ) -> Result<BTreeMap<ClaimNumber, ClaimEntry>, StoreError> {
        read_claims_of_patient(self.some(), patient)
    }
}

impl<S: Source> Reader for S {
    fn seen_key(&self, key: &str) -> Result<Option<CallRow>, StoreError> {
        read_call(self.some(), key)
    }

    fn findings(&self, claim: Option<&ClaimId>) -> Result<Vec<FindingRow>, StoreError> {
        const COLUMNS: &str = "SELECT f.sequence, c.id, f.hook, f.rule, f.severity, f.shadow, f.prevents \
             FROM findings f JOIN claims c ON c.n = f.claim";
        let connection = self.all()?;
        let (sql, number) = match claim {
            Some(id) => {
                let Some(number) = self.number(id)? else {
                    return Ok(Vec::new());
                };
                let sql = format!(
                    "{COLUMNS} WHERE f.claim = ?1 AND f.sequence IN \
                     (SELECT sequence FROM history WHERE claim = ?1) ORDER BY f.sequence, f.ordinal"
                );
                (sql, Some(signed(number)))
            }
            None => (format!("{COLUMNS} ORDER BY f.sequence, f.ordinal"), None),
        };
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(number))?;
        let mut findings = Vec::new();
        while let Some(row) = rows.next()? {
            let mut columns = Columns::new(row, "findings");
            findings.push(FindingRow {
                sequence: columns.integer()?,
                claim: columns.parse(|text| text.parse().ok())?,
                hook: columns.parse(|text| text.parse().ok())?,
                rule: columns.text()?.to_owned(),
                severity: columns.parse(|text| text.parse().ok())?,
                shadow: columns.flag()?,
                prevents: columns.carcs()?,
            });
        }
        Ok(findings)
    }

    fn overrides(&self, claim: Option<&ClaimId>) -> Result<Vec<OverrideRow>, StoreError> {
        let rows = match claim {
            Some(claim) => about(self, claim, "AND j.kind = 'overridden'")?,
            None => rows_of(
                self.some(),
                "WHERE j.kind = 'overridden' AND j.payload <> '' ORDER BY j.sequence",
                &[],
            )?,
        };
        rows.into_iter().map(override_of).collect()
    }

    fn packs(&self) -> Result<Vec<PackRow>, StoreError> {
        let mut statement = self.some().prepare_cached(&format!(
            "{ROW} WHERE j.kind IN ('pack_published', 'pack_rolled_back') ORDER BY j.sequence"
        ))?;
        let mut rows = statement.query([])?;
        let mut packs = Vec::new();
        while let Some(row) = rows.next()? {
            packs.push(pack_of(read_row_with(&WithoutText, row)?)?);
        }
        Ok(packs)
    }

    fn accounts(&self) -> Result<Vec<(Account, Money)>, StoreError> {
        let headings = all_headings(self.all()?)?;
        Ok(headings
            .into_iter()
            .filter_map(|(heading, entry)| match heading {
                Heading::Account(account) => Some((account, entry.balance)),
                Heading::Receivables(_) => None,
            })
            .collect())
    }

    fn last_row(&self) -> Result<Option<JournalRow>, StoreError> {
        let rows = rows_of(self.some(), "ORDER BY j.sequence DESC LIMIT 1", &[])?;
        Ok(rows.into_iter().next())
    }

    fn file(&self, file: &FileHash) -> Result<Option<FileRow>, StoreError> {
        read_file(self.some(), file)
    }

    fn interchange(&self, key: &InterchangeKey) -> Result<Option<FileHash>, StoreError> {
        read_interchange(self.some(), key)
    }

    fn files(&self) -> Result<Vec<FileRow>, StoreError> {
        let mut statement = self.some().prepare_cached(
            "SELECT file, name, at, taken_as, items, refused FROM files ORDER BY n",
        )?;
        let mut rows = statement.query([])?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            files.push(Columns::new(row, "files").file()?);
        }
        Ok(files)
    }

    fn claim(&self, id: &ClaimId) -> Result<Option<ClaimRow>, StoreError> {
        Ok(self.entry(id)?.map(|entry| entry.row))
    }

    fn claim_document(&self, id: &ClaimId) -> Result<Option<Claim>, StoreError> {
        match self.entry(id)? {
            Some(entry) => claim_of(row_at(self.some(), entry.document)?).map(Some),
            None => Ok(None),
        }
    }

    fn claim_patient(&self, id: &ClaimId) -> Result<Option<String>, StoreError> {
        Ok(self.entry(id)?.map(|entry| hex(&entry.patient)))
    }

    fn claims(&self, filter: &ClaimFilter) -> Result<Vec<ClaimRow>, StoreError> {
        let patient = filter.patient.as_deref().map(read_hex);
        if patient == Some(None) {
            return Ok(Vec::new());
        }
        let patient = patient.flatten();
        let only_patient = ClaimFilter {
            patient: filter.patient.clone(),
            limit: filter.limit,
            ..ClaimFilter::default()
        };
        if let Some(patient) = patient
            && *filter == only_patient
        {
            let limit = filter.limit.map_or(usize::MAX, |limit| limit as usize);
            let claims = self.of_patient(&patient)?.into_values();
            return Ok(claims.map(|entry| entry.row).take(limit).collect());
        }
        let patient = patient.as_ref().map(<[u8; 32]>::as_slice);
        let patient_start = patient.map(|patient| &patient[..8]);
        let mut conditions = Vec::new();
        let mut parameters: Vec<&dyn ToSql> = Vec::new();
        let wanted: [(&str, Option<&dyn ToSql>); 3] = [
            ("payer", filter.payer.as_ref().map(|value| value as _)),
            ("patient", patient.as_ref().map(|value| value as _)),
            (
                "payer_control",
                filter.payer_control.as_ref().map(|value| value as _),
            ),
        ];
        if let Some(patient) = &patient_start {
            parameters.push(patient);
            conditions.push("substr(patient, 1, 8) = ?1".to_owned());
        }
        for (column, value) in wanted {
            if let Some(value) = value {
                parameters.push(value);
                conditions.push(format!("{column} = ?{}", parameters.len()));
            }
        }
        if let Some(control) = &filter.control {
            parameters.push(control);
            let at = parameters.len();
            // Most claims have their control number for an id: those are found
            // by the index of ids.
            conditions.push(format!(
                "((control = ?{at} AND id = ?{at}) OR (control = ?{at} AND control <> id))"
            ));
        }
        if let Some(work) = filter.work {
            // Written out, since the index of ready claims answers to the word only.
            conditions.push(format!("work = '{}'", Work::as_str(work)));
        }
        let mut sql = format!("SELECT {CLAIM_COLUMNS} FROM claims");
        if !conditions.is_empty() {
            sql.push_str(" WHERE ");
            sql.push_str(&conditions.join(" AND "));
        }
        sql.push_str(" ORDER BY n");
        if let Some(limit) = &filter.limit {
            parameters.push(limit);
            sql.push_str(&format!(" LIMIT ?{}", parameters.len()));
        }
        let mut statement = self.all()?.prepare_cached(&sql)?;
        let mut rows = statement.query(parameters.as_slice())?;
        let mut claims = Vec::new();
        while let Some(row) = rows.next()? {
            claims.push(Columns::new(row, "claims").claim()?.1.row);
        }
        Ok(claims)
    }

    fn open_claims(&self, each: &mut dyn FnMut(OpenClaim<'_>)) -> Result<(), StoreError> {
        read_open(self.all()?, each)
    }

    fn claims_to_look_at(&self, day: NaiveDate, terms: u64) -> Result<Vec<ClaimId>, StoreError> {
        read_to_look_at(self.all()?, day, terms)
    }

    fn payer_records(&self) -> Result<Vec<(String, PayerRecord)>, StoreError> {
        read_payers(self.all()?, None)
    }

    fn sent(&self, group: u32, set: Option<u32>) -> Result<Vec<ClaimId>, StoreError> {
        let mut statement = self.all()?.prepare_cached(
            "SELECT c.id FROM sent s JOIN claims c ON c.n = s.claim
             WHERE s.control = ?1 AND (?2 IS NULL OR s.st = ?2) ORDER BY s.st, s.place",
        )?;
        let mut rows = statement.query((group, set))?;
        let mut claims = Vec::new();
        while let Some(row) = rows.next()? {
            claims.push(Columns::new(row, "claims").parse(|text| text.parse().ok())?);
        }
        Ok(claims)
    }

    fn sent_groups(&self, interchange: u32) -> Result<Vec<u32>, StoreError> {
        let mut statement = self.some().prepare_cached(
            "SELECT control FROM sent_groups WHERE interchange = ?1 ORDER BY control",
        )?;
        let mut rows = statement.query([interchange])?;
        let mut groups = Vec::new();
        while let Some(row) = rows.next()? {
            groups.push(Columns::new(row, "sent_groups").small()?);
        }
        Ok(groups)
    }

    fn sent_group(&self, group: u32) -> Result<Option<GroupRow>, StoreError> {
        read_group(self.some(), group)
    }

    fn remittance(
        &self,
        originator: &str,
        trace: &TraceNumber,
    ) -> Result<Option<Sequence>, StoreError> {
        read_remittance(self.some(), originator, trace)
    }

    fn remitted(&self, claim: &ClaimId) -> Result<Vec<RemittedRow>, StoreError> {
        let rows = about(self, claim, "AND j.kind = 'claim_remitted'")?;
        let undone = undone_of(self, Some(claim))?;
        let standing = rows
            .into_iter()
            .filter(|row| !undone.contains(&row.sequence));
        standing.map(remitted_of).collect()
    }

    fn remittances(&self) -> Result<Vec<JournalRow>, StoreError> {
        rows_of(
            self.some(),
            "WHERE j.kind IN ('remittance_taken', 'remittance_posted', \
             'remittance_quarantined', 'remittance_set_aside', 'remittance_undone', 'deposit_taken', 'deposit_asked') AND j.payload <> '' ORDER BY j.sequence",
            &[],
        )
    }

    fn denials(&self, claim: Option<&ClaimId>) -> Result<Vec<Denial>, StoreError> {
        let rows = match claim {
            Some(claim) => about(self, claim, "AND j.kind = 'denied'")?,
            None => rows_of(
                self.some(),
                "WHERE j.kind = 'denied' AND j.payload <> '' ORDER BY j.sequence",
                &[],
            )?,
        };
        let undone = undone_of(self, claim)?;
        let standing = rows
            .into_iter()
            .filter(|row| !undone.contains(&row.sequence));
        standing.map(denial_of).collect()
    }

    fn open_work(&self, claim: Option<&ClaimId>) -> Result<Vec<WorkItem>, StoreError> {
        const OPEN: &str = "JOIN work_items w ON w.opened = j.sequence WHERE w.closed IS NULL";
        let rows = match claim {
            Some(id) => match self.number(id)? {
                Some(number) => rows_of(
                    self.some(),
                    &format!("{OPEN} AND w.claim = ?1 ORDER BY w.opened"),
                    &[&signed(number)],
                )?,
                None => Vec::new(),
            },
            None => rows_of(self.some(), &format!("{OPEN} ORDER BY w.opened"), &[])?,
        };
        rows.into_iter().map(item_of).collect()
    }

    fn balance(&self, claim: &ClaimId, party: ResponsibleParty) -> Result<Money, StoreError> {
        let entry = self.entry(claim)?;
        Ok(entry.map_or(Money::ZERO, |entry| entry.balance(party)))
    }

    fn ledger(&self, claim: &ClaimId) -> Result<Vec<LedgerRow>, StoreError> {
        let connection = self.all()?;
        let Some(number) = self.number(claim)? else {
            return Ok(Vec::new());
        };
        ledger_of(connection, "history", "claim", number)
    }

    fn trial_balance(&self) -> Result<Vec<(String, Money)>, StoreError> {
        let headings = all_headings(self.all()?)?;
        let mut lines: Vec<(String, Money)> = headings
            .iter()
            .map(|(heading, entry)| (heading_text(heading), entry.balance))
            .collect();
        lines.sort();
        Ok(lines)
    }

    fn last_number(&self, counter: Counter) -> Result<u64, StoreError> {
        Source::counter(self, counter)
    }

    fn journal(&self, from: Sequence, limit: u32) -> Result<Vec<JournalRow>, StoreError> {
        rows_of(
            self.some(),
            "WHERE j.sequence >= ?1 ORDER BY j.sequence LIMIT ?2",
            &[&signed(from), &limit],
        )
    }

    fn history(&self, claim: &ClaimId) -> Result<Vec<JournalRow>, StoreError> {
        about(self, claim, "")
    }

    fn clock_history(
        &self,
        claim: &ClaimId,
        shared: &mut SharedRows,
    ) -> Result<Vec<JournalRow>, StoreError> {
        let Some(number) = self.number(claim)? else {
            return Ok(Vec::new());
        };
        let connection = self.some();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT j.sequence, j.kind FROM history h JOIN journal j ON j.sequence = h.sequence \
             WHERE h.claim = ?1 AND (j.kind IN ('{}') \
             OR (j.kind = 'judged' AND instr(j.payload, '{LOOKED}') > 0)) ORDER BY h.sequence",
            CLOCK_KINDS.join("', '")
        ))?;
        let mut places = statement.query([signed(number)])?;
        let mut rows = Vec::new();
        while let Some(place) = places.next()? {
            let mut columns = Columns::new(place, "history");
            let (sequence, kind) = (columns.integer()?, columns.text()?);
            let read = || row_at(connection, sequence);
            rows.push(shared.about(claim, kind, sequence, read)?);
        }
        Ok(rows)
    }
}

/// The rows of a claim, or of all, that an undone posting no longer counts.
fn undone_of<S: Source + ?Sized>(
    source: &S,
    claim: Option<&ClaimId>,
) -> Result<BTreeSet<Sequence>, StoreError> {
    let rows = match claim {
        Some(claim) => about(source, claim, "AND j.kind = 'posting_undone'")?,
        None => rows_of(
            source.some(),
            "WHERE j.kind = 'posting_undone' AND j.payload <> '' ORDER BY j.sequence",
            &[],
        )?,
    };
    Ok(undone_rows(rows))
}

/// Journal rows about a claim, in order.
fn about<S: Source + ?Sized>(
    source: &S,
    claim: &ClaimId,
    condition: &str,
) -> Result<Vec<JournalRow>, StoreError> {
    match source.number(claim)? {
        Some(number) => rows_of(
            source.some(),
            &format!(
                "JOIN history h ON h.sequence = j.sequence WHERE h.claim = ?1 {condition} ORDER BY h.sequence"
            ),
            &[&signed(number)],
        ),
        None => Ok(Vec::new()),
    }
}

/// The ledger rows of the money events in a history: that of a claim or record.
pub(super) fn ledger_of(
    connection: &Connection,
    history: &str,
    of: &str,
    number: u64,
) -> Result<Vec<LedgerRow>, StoreError> {
    let headings: BTreeMap<u64, Heading> = all_headings(connection)?
        .into_iter()
        .map(|(heading, entry)| (entry.number, heading))
        .collect();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT m.sequence, s.at, m.kind, of.id, p.account, owing.id, p.cents
         FROM {history} h
         JOIN money m ON m.sequence = h.sequence
         JOIN postings p ON p.sequence = h.sequence
         JOIN journal j ON j.sequence = h.sequence
         JOIN stamps s ON s.id = j.stamp
         LEFT JOIN claims of ON of.n = m.claim
         LEFT JOIN claims owing ON owing.n = p.claim
         WHERE h.{of} = ?1 ORDER BY h.sequence, p.ordinal",
    ))?;
    let mut rows = statement.query([signed(number)])?;
    let mut ledger = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::new(row, "postings");
        let sequence = columns.integer()?;
        let at = columns.instant()?;
        let money = columns.parse(|text| {
            MoneyKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == text)
        })?;
        let claim = columns.optional(|text| text.parse().ok())?;
        let heading = columns.integer()?;
        let owing = columns.optional(|text| text.parse().ok())?;
        let account = headings
            .get(&heading)
            .and_then(|heading| account_of(heading, owing))
            .ok_or_else(|| columns.unreadable())?;
        ledger.push(LedgerRow {
            sequence,
            at,
            money,
            claim,
            account,
            amount: columns.cents()?,
        });
    }
    Ok(ledger)
}
