//! Single rows of the projections: read by their key, and written.

use std::collections::BTreeMap;

use rusqlite::{Connection, params_from_iter};
use scrubjay_model::{ClaimId, FileHash, Money, TraceNumber, WorkItemId};

use super::columns::{
    CLAIM_COLUMNS, Cell, Columns, carcs, cents, claim_cells, counter_name, integer,
    optional_integer, text,
};
use super::open::write_open;
use crate::tables::{
    ClaimEntry, ClaimNumber, FindingEntry, Heading, HeadingEntry, MoneyEntry, PostingEntry,
    WorkEntry,
};
use crate::{CallRow, Counter, FileRow, GroupRow, InterchangeKey, Sequence, StoreError};

/// What of a claim's row the database does not have yet. To set a column that
/// an index holds costs that index an entry taken out and put in again, at a
/// place of its own for each claim: what has not changed is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unwritten {
    /// Nothing.
    Nothing,
    /// Columns that no index holds, or only one of few claims.
    State,
    /// The payer's control number too.
    PayerControl,
    /// Everything: a new row, or another patient or control number.
    Whole,
}

/// Puts a claim's row, new or changed.
pub(super) fn write_claim(
    connection: &Connection,
    number: ClaimNumber,
    entry: &ClaimEntry,
    unwritten: Unwritten,
) -> Result<(), StoreError> {
    macro_rules! state {
        () => {
            "payer = ?4, work = ?5, adjudication = ?6, responsibility = ?7, appeal = ?8, \
             patient_billing = ?9, charge = ?10, service_from = ?11, service_to = ?12, submitted = ?14, \
             submissions = ?15, first_decided = ?16, first_denied = ?17, last_paid = ?18, paid = ?19, \
             allowed = ?20, denied = ?21, held = ?22, touched = ?23, rejected = ?24, replaces = ?25, \
             replaced_by = ?26, tags = ?28, document = ?30, owed_by_insurance = ?31, owed_by_patient = ?32, \
             patient_since = ?33"
        };
    }
    let sql = match unwritten {
        Unwritten::Nothing => return Ok(()),
        Unwritten::State => concat!("UPDATE claims SET ", state!(), " WHERE n = ?1"),
        Unwritten::PayerControl => concat!(
            "UPDATE claims SET payer_control = ?27, ",
            state!(),
            " WHERE n = ?1"
        ),
        Unwritten::Whole => concat!(
            "INSERT INTO claims VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
             ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33) \
             ON CONFLICT (n) DO UPDATE SET control = ?3, payer_control = ?27, patient = ?29, ",
            state!()
        ),
    };
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params_from_iter(claim_cells(number, entry)?))?;
    write_open(connection, number, entry)
}

/// A claim by its number or its id.
pub(super) fn read_claim(
    connection: &Connection,
    by: &str,
    key: Cell<'_>,
) -> Result<Option<(ClaimNumber, ClaimEntry)>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {CLAIM_COLUMNS} FROM claims WHERE {by} = ?1"
    ))?;
    let mut rows = statement.query([key])?;
    match rows.next()? {
        Some(row) => Columns::new(row, "claims").claim().map(Some),
        None => Ok(None),
    }
}

/// The claims of a patient, by their numbers.
pub(super) fn read_claims_of_patient(
    connection: &Connection,
    patient: &[u8; 32],
) -> Result<BTreeMap<ClaimNumber, ClaimEntry>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {CLAIM_COLUMNS} FROM claims WHERE substr(patient, 1, 8) = ?1 AND patient = ?2"
    ))?;
    let mut rows = statement.query([&patient[..8], patient.as_slice()])?;
    let mut claims = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (number, entry) = Columns::new(row, "claims").claim()?;
        claims.insert(number, entry);
    }
    Ok(claims)
}

pub(super) fn read_number(
    connection: &Connection,
    id: &ClaimId,
) -> Result<Option<ClaimNumber>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT n FROM claims WHERE id = ?1")?;
    let mut rows = statement.query([id.as_str()])?;
    match rows.next()? {
        Some(row) => Columns::new(row, "claims").integer().map(Some),
        None => Ok(None),
    }
}

pub(super) fn read_counter(connection: &Connection, counter: Counter) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT last FROM counters WHERE name = ?1")?;
    let mut rows = statement.query([counter_name(counter)])?;
    match rows.next()? {
        Some(row) => Columns::new(row, "counters").integer(),
        None => Ok(0),
    }
}

pub(super) fn all_headings(
    connection: &Connection,
) -> Result<BTreeMap<Heading, HeadingEntry>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT n, account, cents FROM accounts")?;
    let mut rows = statement.query([])?;
    let mut headings = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::new(row, "accounts");
        let number = columns.integer()?;
        let heading = columns.heading()?;
        let balance: Money = columns.cents()?;
        headings.insert(heading, HeadingEntry { number, balance });
    }
    Ok(headings)
}

pub(super) fn read_file(
    connection: &Connection,
    file: &FileHash,
) -> Result<Option<FileRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT file, name, at, taken_as, items, refused FROM files WHERE file = ?1",
    )?;
    let mut rows = statement.query([file.as_str()])?;
    match rows.next()? {
        Some(row) => Columns::new(row, "files").file().map(Some),
        None => Ok(None),
    }
}

pub(super) fn read_interchange(
    connection: &Connection,
    key: &InterchangeKey,
) -> Result<Option<FileHash>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT file FROM interchanges WHERE sender = ?1 AND control = ?2 AND content = ?3",
    )?;
    let mut rows = statement.query([&key.sender, &key.control, &key.content])?;
    match rows.next()? {
        Some(row) => Columns::new(row, "interchanges")
            .parse(|text| text.parse().ok())
            .map(Some),
        None => Ok(None),
    }
}

pub(super) fn read_remittance(
    connection: &Connection,
    originator: &str,
    trace: &TraceNumber,
) -> Result<Option<Sequence>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT sequence FROM remittances WHERE originator = ?1 AND trace = ?2")?;
    let mut rows = statement.query([originator, trace.as_str()])?;
    match rows.next()? {
        Some(row) => Columns::new(row, "remittances").integer().map(Some),
        None => Ok(None),
    }
}

pub(super) fn read_group(
    connection: &Connection,
    group: u32,
) -> Result<Option<GroupRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT interchange, written, delivered FROM sent_groups WHERE control = ?1",
    )?;
    let mut rows = statement.query([group])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut columns = Columns::new(row, "sent_groups");
    Ok(Some(GroupRow {
        interchange: columns.small()?,
        written: columns.integer()?,
        delivered: columns.optional_integer()?,
    }))
}

pub(super) fn read_call(connection: &Connection, key: &str) -> Result<Option<CallRow>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT call, content, sequence FROM calls WHERE key = ?1")?;
    let mut rows = statement.query([key])?;
    match rows.next()? {
        Some(row) => Columns::new(row, "calls").call().map(Some),
        None => Ok(None),
    }
}

pub(super) fn finding_cells(
    sequence: Sequence,
    ordinal: u32,
    finding: &FindingEntry,
) -> [Cell<'_>; 8] {
    [
        integer(sequence),
        integer(ordinal.into()),
        integer(finding.about),
        text(finding.hook.as_str()),
        text(&finding.rule),
        text(finding.severity.as_str()),
        integer(finding.shadow.into()),
        carcs(&finding.prevents),
    ]
}

pub(super) fn work_cells<'a>(item: &'a WorkItemId, entry: &WorkEntry) -> [Cell<'a>; 5] {
    [
        integer(entry.opened),
        text(item.as_str()),
        optional_integer(entry.claim),
        optional_integer(entry.record),
        optional_integer(entry.closed),
    ]
}

pub(super) fn money_cells(sequence: Sequence, entry: MoneyEntry) -> [Cell<'static>; 3] {
    [
        integer(sequence),
        text(entry.money.as_str()),
        optional_integer(entry.claim),
    ]
}

pub(super) fn posting_cells(
    sequence: Sequence,
    ordinal: u32,
    posting: PostingEntry,
) -> Result<[Cell<'static>; 5], StoreError> {
    Ok([
        integer(sequence),
        integer(ordinal.into()),
        integer(posting.heading),
        optional_integer(posting.claim),
        cents(posting.amount)?,
    ])
}
