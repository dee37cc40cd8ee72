//! The projections as SQLite tables, with the rows that one transaction
//! changes again and again held back until they are read or committed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use scrubjay_model::{ClaimId, FileHash, TraceNumber, WorkItemId};

use super::columns::{
    Cell, Columns, cents, counter_name, file_cells, group_cells, heading_key, integer, signed, text,
};
use super::lookups::{
    Unwritten, all_headings, finding_cells, money_cells, posting_cells, read_call, read_claim,
    read_claims_of_patient, read_counter, read_file, read_group, read_interchange, read_number,
    read_remittance, work_cells, write_claim,
};
use super::open::{forget_look, note_look, note_terms, read_payers, write_payer};
use crate::tables::{
    Change, ClaimEntry, ClaimNumber, FindingEntry, Heading, HeadingEntry, MoneyEntry, PostingEntry,
    SentKey, Tables, WorkEntry, no_such_claim,
};
use crate::{
    CallRow, Counter, FileRow, GroupRow, InterchangeKey, PayerRecord, Sequence, StoreError,
};

/// Claims held back at most; then all are written and forgotten.
const CLAIMS_HELD: usize = 4096;

/// A value that the database may not have yet.
struct Held<V> {
    value: V,
    unwritten: bool,
}

/// A claim's row that the database may not have yet, or not as it is now.
struct HeldClaim {
    entry: ClaimEntry,
    unwritten: Unwritten,
}

#[derive(Default)]
struct Cache {
    claims: BTreeMap<ClaimNumber, HeldClaim>,
    numbers: HashMap<ClaimId, ClaimNumber>,
    /// Claims that were held for a patient, whose row may since name another.
    patients: HashMap<[u8; 32], Vec<ClaimNumber>>,
    /// The claim that was looked for last and is not there: a claim is asked
    /// for before it is made, by who makes it and by the projection.
    missing: Option<ClaimId>,
    headings: BTreeMap<Heading, Held<HeadingEntry>>,
    counters: BTreeMap<Counter, Held<u64>>,
    payers: BTreeMap<String, Held<PayerRecord>>,
    /// Claims that something has happened to since their rows were written.
    stirred: BTreeSet<ClaimNumber>,
}

/// The projections behind one connection, within one transaction.
pub(super) struct SqlTables<'c> {
    pub(super) connection: &'c Connection,
    cache: RefCell<Cache>,
}

impl<'c> SqlTables<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            cache: RefCell::default(),
        }
    }

    /// Writes every row that was held back.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        let cache = &mut *self.cache.borrow_mut();
        for (number, held) in &mut cache.claims {
            write_claim(self.connection, *number, &held.entry, held.unwritten)?;
            held.unwritten = Unwritten::Nothing;
        }
        for number in std::mem::take(&mut cache.stirred) {
            forget_look(self.connection, number)?;
        }
        for (payer, held) in cache.payers.iter_mut().filter(|(_, held)| held.unwritten) {
            write_payer(self.connection, payer, &held.value)?;
            held.unwritten = false;
        }
        for (heading, held) in cache.headings.iter_mut().filter(|(_, held)| held.unwritten) {
            let entry = held.value;
            self.run(
                "INSERT INTO accounts VALUES (?1, ?2, ?3)
                 ON CONFLICT (n) DO UPDATE SET cents = excluded.cents",
                [
                    integer(entry.number),
                    text(&heading_key(heading)?),
                    cents(entry.balance)?,
                ],
            )?;
            held.unwritten = false;
        }
        for (counter, held) in cache.counters.iter_mut().filter(|(_, held)| held.unwritten) {
            self.run(
                "INSERT INTO counters VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET last = excluded.last",
                [text(counter_name(*counter)), integer(held.value)],
            )?;
            held.unwritten = false;
        }
        Ok(())
    }

    /// Notes when claims need a look next.
    pub(super) fn note_looks(
        &self,
        looks: &[(ClaimId, NaiveDate)],
        terms: u64,
    ) -> Result<(), StoreError> {
        self.flush()?;
        for (claim, day) in looks {
            if let Some(number) = read_number(self.connection, claim)? {
                note_look(self.connection, number, *day)?;
            }
        }
        note_terms(self.connection, terms)
    }

    /// A claim's row, as the transaction has left it.
    pub(super) fn claim_entry(&self, id: &ClaimId) -> Result<Option<ClaimEntry>, StoreError> {
        let Some(number) = self.claim_number(id)? else {
            return Ok(None);
        };
        if let Some(held) = self.cache.borrow().claims.get(&number) {
            return Ok(Some(held.entry.clone()));
        }
        let found = read_claim(self.connection, "n", integer(number))?;
        Ok(found.map(|(_, entry)| entry))
    }

    /// The claims of a patient, as the transaction has left them, in the order
    /// in which they were made. What is held back stays so: every claim that is
    /// made asks for those before it.
    pub(super) fn claims_of_patient(
        &self,
        patient: &[u8; 32],
    ) -> Result<BTreeMap<ClaimNumber, ClaimEntry>, StoreError> {
        let mut found = read_claims_of_patient(self.connection, patient)?;
        let cache = self.cache.borrow();
        found.retain(|number, _| !cache.claims.contains_key(number));
        for number in cache.patients.get(patient).into_iter().flatten() {
            if let Some(held) = cache.claims.get(number)
                && held.entry.patient == *patient
            {
                found.insert(*number, held.entry.clone());
            }
        }
        Ok(found)
    }

    /// Forgets claims where too many are held.
    fn make_room(&self) -> Result<(), StoreError> {
        if self.cache.borrow().claims.len() >= CLAIMS_HELD {
            self.flush()?;
            let mut cache = self.cache.borrow_mut();
            cache.claims.clear();
            cache.numbers.clear();
            cache.patients.clear();
        }
        Ok(())
    }

    pub(super) fn run<const N: usize>(
        &self,
        sql: &str,
        cells: [Cell<'_>; N],
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params_from_iter(cells))?;
        Ok(())
    }

    fn load_headings(&self) -> Result<(), StoreError> {
        let cache = &mut *self.cache.borrow_mut();
        if cache.headings.is_empty() {
            for (heading, value) in all_headings(self.connection)? {
                let held = Held {
                    value,
                    unwritten: false,
                };
                cache.headings.insert(heading, held);
            }
        }
        Ok(())
    }
}

impl Cache {
    fn hold(&mut self, number: ClaimNumber, entry: ClaimEntry, unwritten: Unwritten) {
        if self.missing.as_ref() == Some(&entry.row.id) {
            self.missing = None;
        }
        self.numbers.insert(entry.row.id.clone(), number);
        self.patients.entry(entry.patient).or_default().push(number);
        self.claims.insert(number, HeldClaim { entry, unwritten });
    }

    /// Changes a claim that is held.
    fn change(
        &mut self,
        number: ClaimNumber,
        change: impl FnOnce(&mut ClaimEntry) -> Result<Change, StoreError>,
    ) -> Result<(), StoreError> {
        let held = self.claims.get_mut(&number);
        let held = held.ok_or_else(|| no_such_claim(number))?;
        let patient = held.entry.patient;
        let control = held.entry.row.control.clone();
        let payer_control = held.entry.row.payer_control.clone();
        if change(&mut held.entry)? == Change::None {
            return Ok(());
        }
        let row = &held.entry.row;
        let changed = if held.entry.patient != patient || row.control != control {
            Unwritten::Whole
        } else if row.payer_control != payer_control {
            Unwritten::PayerControl
        } else {
            Unwritten::State
        };
        held.unwritten = held.unwritten.max(changed);
        if held.entry.patient != patient {
            let of_patient = self.patients.entry(held.entry.patient).or_default();
            of_patient.push(number);
        }
        Ok(())
    }
}

impl Tables for SqlTables<'_> {
    fn claim_number(&self, id: &ClaimId) -> Result<Option<ClaimNumber>, StoreError> {
        {
            let cache = self.cache.borrow();
            if let Some(number) = cache.numbers.get(id) {
                return Ok(Some(*number));
            }
            if cache.missing.as_ref() == Some(id) {
                return Ok(None);
            }
        }
        // Whoever walks through all claims holds no more of them than a writer does.
        self.make_room()?;
        let mut cache = self.cache.borrow_mut();
        // What is known by its id is soon asked for by its number.
        let Some((number, entry)) = read_claim(self.connection, "id", text(id.as_str()))? else {
            cache.missing = Some(id.clone());
            return Ok(None);
        };
        cache.hold(number, entry, Unwritten::Nothing);
        Ok(Some(number))
    }

    fn put_claim(&mut self, claim: ClaimNumber, entry: ClaimEntry) -> Result<(), StoreError> {
        self.make_room()?;
        self.cache.get_mut().hold(claim, entry, Unwritten::Whole);
        Ok(())
    }

    fn change_claim(
        &mut self,
        claim: ClaimNumber,
        change: impl FnOnce(&mut ClaimEntry) -> Result<Change, StoreError>,
    ) -> Result<(), StoreError> {
        if !self.cache.get_mut().claims.contains_key(&claim) {
            self.make_room()?;
            let found = read_claim(self.connection, "n", integer(claim))?;
            let (number, entry) = found.ok_or_else(|| no_such_claim(claim))?;
            self.cache.get_mut().hold(number, entry, Unwritten::Nothing);
        }
        self.cache.get_mut().change(claim, change)
    }

    fn put_history(&mut self, claim: ClaimNumber, sequence: Sequence) -> Result<(), StoreError> {
        self.cache.get_mut().stirred.insert(claim);
        // An event that opens with one mention of a claim may mention it again.
        self.run(
            "INSERT OR IGNORE INTO history VALUES (?1, ?2)",
            [integer(claim), integer(sequence)],
        )
    }

    fn put_finding(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        finding: FindingEntry,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO findings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            finding_cells(sequence, ordinal, &finding),
        )
    }

    fn file_row(&self, file: &FileHash) -> Result<Option<FileRow>, StoreError> {
        read_file(self.connection, file)
    }

    fn put_file(&mut self, row: FileRow) -> Result<(), StoreError> {
        let mut find = self
            .connection
            .prepare_cached("SELECT n FROM files WHERE file = ?1")?;
        let held: Option<i64> = find
            .query_row([row.file.as_str()], |row| row.get(0))
            .optional()?;
        let order = match held {
            Some(order) => order,
            None => self
                .connection
                .prepare_cached("SELECT coalesce(max(n), 0) + 1 FROM files")?
                .query_row([], |row| row.get(0))?,
        };
        self.run(
            "INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            file_cells(order.unsigned_abs(), &row),
        )
    }

    fn interchange_file(&self, key: &InterchangeKey) -> Result<Option<FileHash>, StoreError> {
        read_interchange(self.connection, key)
    }

    fn put_interchange(&mut self, key: &InterchangeKey, file: &FileHash) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO interchanges VALUES (?1, ?2, ?3, ?4)",
            [
                text(&key.sender),
                text(&key.control),
                text(&key.content),
                text(file.as_str()),
            ],
        )
    }

    fn group_row(&self, group: u32) -> Result<Option<GroupRow>, StoreError> {
        read_group(self.connection, group)
    }

    fn put_group(&mut self, group: u32, row: GroupRow) -> Result<(), StoreError> {
        self.run(
            "INSERT OR REPLACE INTO sent_groups VALUES (?1, ?2, ?3, ?4)",
            group_cells(group, row),
        )
    }

    fn put_sent(
        &mut self,
        (group, set, place): SentKey,
        claim: ClaimNumber,
    ) -> Result<(), StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("INSERT INTO sent VALUES (?1, ?2, ?3, ?4)")?;
        statement.execute(params![group, set, place, signed(claim)])?;
        Ok(())
    }

    fn remittance_row(
        &self,
        originator: &str,
        trace: &TraceNumber,
    ) -> Result<Option<Sequence>, StoreError> {
        read_remittance(self.connection, originator, trace)
    }

    fn put_remittance(
        &mut self,
        originator: &str,
        trace: &TraceNumber,
        sequence: Sequence,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO remittances VALUES (?1, ?2, ?3)",
            [text(originator), text(trace.as_str()), integer(sequence)],
        )
    }

    fn drop_remittance(&mut self, originator: &str, trace: &TraceNumber) -> Result<(), StoreError> {
        self.run(
            "DELETE FROM remittances WHERE originator = ?1 AND trace = ?2",
            [text(originator), text(trace.as_str())],
        )
    }

    fn work_entry(&self, item: &WorkItemId) -> Result<Option<WorkEntry>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT opened, claim, record, closed FROM work_items WHERE id = ?1")?;
        let mut rows = statement.query([item.as_str()])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let mut columns = Columns::new(row, "work_items");
        Ok(Some(WorkEntry {
            opened: columns.integer()?,
            claim: columns.optional_integer()?,
            record: columns.optional_integer()?,
            closed: columns.optional_integer()?,
        }))
    }

    fn put_work(&mut self, item: &WorkItemId, entry: WorkEntry) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO work_items VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (opened) DO UPDATE SET closed = excluded.closed
             ON CONFLICT (id) DO UPDATE SET opened = excluded.opened, closed = excluded.closed",
            work_cells(item, &entry),
        )
    }

    fn heading(&self, heading: &Heading) -> Result<Option<HeadingEntry>, StoreError> {
        self.load_headings()?;
        let cache = self.cache.borrow();
        Ok(cache.headings.get(heading).map(|held| held.value))
    }

    fn headings(&self) -> Result<u64, StoreError> {
        self.load_headings()?;
        Ok(self.cache.borrow().headings.len() as u64)
    }

    fn put_heading(&mut self, heading: &Heading, value: HeadingEntry) -> Result<(), StoreError> {
        let held = Held {
            value,
            unwritten: true,
        };
        self.cache.get_mut().headings.insert(heading.clone(), held);
        Ok(())
    }

    fn put_money(&mut self, sequence: Sequence, entry: MoneyEntry) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO money VALUES (?1, ?2, ?3)",
            money_cells(sequence, entry),
        )
    }

    fn put_posting(
        &mut self,
        sequence: Sequence,
        ordinal: u32,
        posting: PostingEntry,
    ) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO postings VALUES (?1, ?2, ?3, ?4, ?5)",
            posting_cells(sequence, ordinal, posting)?,
        )
    }

    fn counter(&self, counter: Counter) -> Result<u64, StoreError> {
        if let Some(held) = self.cache.borrow().counters.get(&counter) {
            return Ok(held.value);
        }
        let value = read_counter(self.connection, counter)?;
        let held = Held {
            value,
            unwritten: false,
        };
        self.cache.borrow_mut().counters.insert(counter, held);
        Ok(value)
    }

    fn put_counter(&mut self, counter: Counter, value: u64) -> Result<(), StoreError> {
        let held = Held {
            value,
            unwritten: true,
        };
        self.cache.get_mut().counters.insert(counter, held);
        Ok(())
    }

    fn call_row(&self, key: &str) -> Result<Option<CallRow>, StoreError> {
        read_call(self.connection, key)
    }

    fn put_call(&mut self, key: &str, row: CallRow) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO calls VALUES (?1, ?2, ?3, ?4)",
            [
                text(key),
                text(&row.call),
                text(&row.content),
                integer(row.sequence),
            ],
        )
    }

    fn payer_record(&self, payer: &str) -> Result<PayerRecord, StoreError> {
        if let Some(held) = self.cache.borrow().payers.get(payer) {
            return Ok(held.value);
        }
        let found = read_payers(self.connection, Some(payer))?.pop();
        let value = found.map(|(_, record)| record).unwrap_or_default();
        let held = Held {
            value,
            unwritten: false,
        };
        self.cache
            .borrow_mut()
            .payers
            .insert(payer.to_owned(), held);
        Ok(value)
    }

    fn put_payer_record(&mut self, payer: &str, value: PayerRecord) -> Result<(), StoreError> {
        let held = Held {
            value,
            unwritten: true,
        };
        self.cache.get_mut().payers.insert(payer.to_owned(), held);
        Ok(())
    }
}
