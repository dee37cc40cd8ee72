//! The tables of the database, and the way from one version to the next.
//!
//! The journal (`journal`, `stamps`, `shared`, `erased`,
//! `head`) is migrated, step by
//! step, over `PRAGMA user_version`. Projections are never migrated: when
//! their version changes they are dropped and rebuilt from the journal.

use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// `SCJY`: marks the file as one of ours.
const APPLICATION_ID: i32 = 0x5343_4a59;

/// Steps from version N to N + 1 of the journal's tables.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE stamps (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        cause TEXT NOT NULL,
        UNIQUE (at, actor, cause)
    ) STRICT;
    CREATE TABLE shared (
        digest BLOB PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE journal (
        sequence INTEGER PRIMARY KEY,
        stamp INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        sequence INTEGER NOT NULL,
        hash BLOB NOT NULL,
        projections INTEGER NOT NULL
    ) STRICT;
    INSERT INTO head VALUES (1, 0, zeroblob(32), 0);
",
    "
    -- The SHA-256 of the payload of each row that a purge has emptied.
    CREATE TABLE erased (
        sequence INTEGER PRIMARY KEY,
        payload BLOB NOT NULL
    ) STRICT;
",
];

/// Version of the projections; a change drops and rebuilds them.
const PROJECTIONS_VERSION: i64 = 9;

/// The projections, each dropped before it is made.
pub(super) const PROJECTIONS: &str = "
    DROP TABLE IF EXISTS claims;
    CREATE TABLE claims (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        control TEXT NOT NULL,
        payer TEXT NOT NULL,
        work TEXT NOT NULL,
        adjudication TEXT NOT NULL,
        responsibility TEXT NOT NULL,
        appeal TEXT NOT NULL,
        patient_billing TEXT NOT NULL,
        charge INTEGER NOT NULL,
        service_from TEXT,
        service_to TEXT,
        created TEXT NOT NULL,
        submitted TEXT,
        submissions INTEGER NOT NULL,
        first_decided TEXT,
        first_denied INTEGER,
        last_paid TEXT,
        paid INTEGER NOT NULL,
        allowed INTEGER NOT NULL,
        denied INTEGER NOT NULL,
        held INTEGER NOT NULL,
        touched INTEGER NOT NULL,
        rejected INTEGER NOT NULL,
        replaces TEXT,
        replaced_by TEXT,
        payer_control TEXT,
        tags TEXT,
        patient BLOB NOT NULL,
        document INTEGER NOT NULL,
        owed_by_insurance INTEGER NOT NULL,
        owed_by_patient INTEGER NOT NULL,
        patient_since TEXT
    ) STRICT;
    -- Most claims have their control number for an id, and the index of ids finds those.
    CREATE INDEX claims_by_control ON claims (control) WHERE control <> id;
    -- Eight bytes find a patient; their keys come in no order, so a small index stays in memory.
    CREATE INDEX claims_by_patient ON claims (substr(patient, 1, 8));
    CREATE INDEX claims_by_payer_control ON claims (payer_control) WHERE payer_control IS NOT NULL;
    CREATE INDEX claims_ready ON claims (n) WHERE work = 'ready';
    -- Claims that are not done with, in small rows: aging and worklists read all of
    -- them. Days are counted from the year 1. `look` is a note and no projection:
    -- the day before which the clocks need no look, 0 where nobody has looked.
    DROP TABLE IF EXISTS open_claims;
    CREATE TABLE open_claims (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        payer TEXT NOT NULL,
        stage TEXT NOT NULL,
        insurance INTEGER NOT NULL,
        patient INTEGER NOT NULL,
        service INTEGER,
        submitted INTEGER,
        patient_since INTEGER,
        look INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX open_claims_look ON open_claims (look);
    -- By what terms the looks were noted.
    DROP TABLE IF EXISTS look_terms;
    CREATE TABLE look_terms (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        terms INTEGER NOT NULL
    ) STRICT;
    DROP TABLE IF EXISTS payer_records;
    CREATE TABLE payer_records (
        payer TEXT PRIMARY KEY,
        decided INTEGER NOT NULL,
        charged INTEGER NOT NULL,
        paid INTEGER NOT NULL,
        denied INTEGER NOT NULL,
        denied_charged INTEGER NOT NULL,
        denied_paid INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS history;
    CREATE TABLE history (
        claim INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        PRIMARY KEY (claim, sequence)
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS findings;
    CREATE TABLE findings (
        sequence INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        claim INTEGER NOT NULL,
        hook TEXT NOT NULL,
        rule TEXT NOT NULL,
        severity TEXT NOT NULL,
        shadow INTEGER NOT NULL,
        prevents TEXT,
        PRIMARY KEY (sequence, ordinal)
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS files;
    CREATE TABLE files (
        n INTEGER PRIMARY KEY,
        file TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        at TEXT NOT NULL,
        taken_as TEXT,
        items INTEGER NOT NULL,
        refused TEXT
    ) STRICT;
    DROP TABLE IF EXISTS interchanges;
    CREATE TABLE interchanges (
        sender TEXT NOT NULL,
        control TEXT NOT NULL,
        content TEXT NOT NULL,
        file TEXT NOT NULL,
        PRIMARY KEY (sender, control, content)
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS sent_groups;
    CREATE TABLE sent_groups (
        control INTEGER PRIMARY KEY,
        interchange INTEGER NOT NULL,
        written INTEGER NOT NULL,
        delivered INTEGER
    ) STRICT;
    CREATE INDEX sent_groups_by_interchange ON sent_groups (interchange);
    DROP TABLE IF EXISTS sent;
    CREATE TABLE sent (
        control INTEGER NOT NULL,
        st INTEGER NOT NULL,
        place INTEGER NOT NULL,
        claim INTEGER NOT NULL,
        PRIMARY KEY (control, st, place)
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS remittances;
    CREATE TABLE remittances (
        originator TEXT NOT NULL,
        trace TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        PRIMARY KEY (originator, trace)
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS work_items;
    CREATE TABLE work_items (
        opened INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        claim INTEGER,
        record INTEGER,
        closed INTEGER
    ) STRICT;
    CREATE INDEX open_work ON work_items (claim) WHERE closed IS NULL;
    DROP TABLE IF EXISTS accounts;
    CREATE TABLE accounts (
        n INTEGER PRIMARY KEY,
        account TEXT NOT NULL UNIQUE,
        cents INTEGER NOT NULL
    ) STRICT;
    DROP TABLE IF EXISTS money;
    CREATE TABLE money (
        sequence INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        claim INTEGER
    ) STRICT;
    DROP TABLE IF EXISTS postings;
    CREATE TABLE postings (
        sequence INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        account INTEGER NOT NULL,
        claim INTEGER,
        cents INTEGER NOT NULL,
        PRIMARY KEY (sequence, ordinal)
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS counters;
    CREATE TABLE counters (
        name TEXT PRIMARY KEY,
        last INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS calls;
    CREATE TABLE calls (
        key TEXT PRIMARY KEY,
        call TEXT NOT NULL,
        content TEXT NOT NULL,
        sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS records;
    CREATE TABLE records (
        n INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        patient TEXT,
        parent TEXT,
        state TEXT NOT NULL,
        day TEXT,
        due TEXT,
        sequence INTEGER NOT NULL,
        UNIQUE (kind, id)
    ) STRICT;
    CREATE INDEX records_by_patient ON records (patient) WHERE patient IS NOT NULL;
    CREATE INDEX records_by_parent ON records (parent) WHERE parent IS NOT NULL;
    CREATE INDEX records_by_day ON records (kind, state, day);
    CREATE INDEX records_due ON records (due) WHERE due IS NOT NULL;
    DROP TABLE IF EXISTS record_history;
    CREATE TABLE record_history (
        record INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        PRIMARY KEY (record, sequence)
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS record_findings;
    CREATE TABLE record_findings (
        sequence INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        record INTEGER NOT NULL,
        hook TEXT NOT NULL,
        rule TEXT NOT NULL,
        severity TEXT NOT NULL,
        shadow INTEGER NOT NULL,
        prevents TEXT,
        PRIMARY KEY (sequence, ordinal)
    ) STRICT, WITHOUT ROWID;
    DROP TABLE IF EXISTS record_overrides;
    CREATE TABLE record_overrides (
        sequence INTEGER PRIMARY KEY,
        record INTEGER NOT NULL
    ) STRICT;
    DROP INDEX IF EXISTS journal_denials;
    CREATE INDEX journal_denials ON journal (sequence) WHERE kind = 'denied';
    DROP INDEX IF EXISTS journal_undone;
    CREATE INDEX journal_undone ON journal (sequence) WHERE kind = 'posting_undone';
    DROP INDEX IF EXISTS journal_remittances;
    CREATE INDEX journal_remittances ON journal (sequence) WHERE kind IN ('remittance_taken', 'remittance_posted', 'remittance_quarantined', 'remittance_set_aside', 'remittance_undone', 'deposit_taken', 'deposit_asked');
    DROP INDEX IF EXISTS journal_overrides;
    CREATE INDEX journal_overrides ON journal (sequence) WHERE kind = 'overridden';
    DROP INDEX IF EXISTS journal_packs;
    CREATE INDEX journal_packs ON journal (sequence) WHERE kind IN ('pack_published', 'pack_rolled_back');
";

/// Whether the projections must be rebuilt after [`prepare`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prepared {
    Current,
    Rebuild,
}

/// Says whose the file is and whether this program knows its version; makes
/// or migrates the tables where it is not current.
pub(super) fn prepare(connection: &mut Connection) -> Result<Prepared, StoreError> {
    if is_current(connection)? {
        return Ok(Prepared::Current);
    }
    // Another process may be at it too: look again once alone.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = version(&transaction)?;
    for step in &MIGRATIONS[version.min(MIGRATIONS.len())..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    let (rows, projections): (i64, i64) =
        transaction.query_row("SELECT sequence, projections FROM head", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let mut prepared = Prepared::Current;
    if projections != PROJECTIONS_VERSION {
        if rows == 0 {
            drop_and_make(&transaction)?;
        } else {
            prepared = Prepared::Rebuild;
        }
    }
    transaction.commit()?;
    Ok(prepared)
}

/// Drops every projection and makes it again, empty.
pub(super) fn drop_and_make(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(PROJECTIONS)?;
    connection.execute("UPDATE head SET projections = ?1", [PROJECTIONS_VERSION])?;
    Ok(())
}

fn is_current(connection: &mut Connection) -> Result<bool, StoreError> {
    // All of it as of one moment: another process may be making the tables.
    let snapshot = connection.transaction()?;
    if version(&snapshot)? < MIGRATIONS.len() {
        return Ok(false);
    }
    let projections: i64 =
        snapshot.query_row("SELECT projections FROM head", [], |row| row.get(0))?;
    Ok(projections == PROJECTIONS_VERSION)
}

/// The version of the database; refuses one that is not ours or newer than we.
fn version(connection: &Connection) -> Result<usize, StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let application = pragma("application_id")?;
    let version = u32::try_from(pragma("user_version")?).map_err(|_| StoreError::NotOurs)?;
    if application != APPLICATION_ID {
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if application != 0 || version != 0 || tables != 0 {
            return Err(StoreError::NotOurs);
        }
    }
    let known = MIGRATIONS.len() as u32;
    if version > known {
        return Err(StoreError::NewerDatabase {
            found: version,
            known,
        });
    }
    Ok(version as usize)
}
