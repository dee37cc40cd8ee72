//! Whatever is changed behind the store's back is found and named.

use rusqlite::types::Value;

use super::{SqliteStore, all, holding, on_disk};
use crate::conformance::keep;
use crate::conformance::sample::{charged, created, one_of_each};
use crate::sqlite::{Fault, FaultPlace};

fn small() -> SqliteStore {
    let mut store = holding(&one_of_each());
    keep(&mut store, &[created("B", 60), charged("B", 60)]).unwrap();
    store
}

fn rows_named(store: &SqliteStore) -> Vec<u64> {
    let report = store.verify().unwrap();
    assert!(!report.is_clean());
    let rows = report.faults.into_iter().filter_map(|fault| match fault {
        Fault {
            place: FaultPlace::Row(sequence),
            ..
        } => Some(sequence),
        _ => None,
    });
    rows.collect()
}

fn set(store: &SqliteStore, table: &str, column: &str, key: i64, value: &Value) {
    let (column_of_key, cast) = match table {
        "stamps" => ("id", true),
        _ => ("sequence", column != "hash"),
    };
    let value = match value {
        Value::Blob(bytes) => Value::Blob(bytes.clone()),
        other => other.clone(),
    };
    let target = if cast && matches!(value, Value::Blob(_)) {
        "CAST(?1 AS TEXT)"
    } else {
        "?1"
    };
    let sql = format!("UPDATE {table} SET {column} = {target} WHERE {column_of_key} = ?2");
    store.writer.execute(&sql, (value, key)).unwrap();
}

fn get(store: &SqliteStore, table: &str, column: &str, key: i64) -> Vec<u8> {
    let column_of_key = if table == "stamps" { "id" } else { "sequence" };
    let sql = format!("SELECT CAST({column} AS BLOB) FROM {table} WHERE {column_of_key} = ?1");
    store
        .writer
        .query_row(&sql, [key], |row| row.get(0))
        .unwrap()
}

#[test]
fn an_untouched_journal_verifies_clean() {
    let report = small().verify().unwrap();
    assert!(report.is_clean(), "{:?}", report.faults);
    assert_eq!(
        (report.rows, report.claims, report.posting_sets),
        (43, 2, 3)
    );
    let head = report.head.unwrap();
    assert_eq!((head.sequence, head.hash.len()), (43, 64));
    let empty = SqliteStore::open_in_memory().unwrap().verify().unwrap();
    assert!(empty.is_clean() && empty.head.is_none());
}

#[test]
fn any_one_byte_changed_in_any_journal_row_is_found_and_the_row_named() {
    let store = small();
    let rows = store.verify().unwrap().rows as i64;
    let mut flips = 0;
    for sequence in 1..=rows {
        for column in ["kind", "payload", "hash"] {
            let sound = get(&store, "journal", column, sequence);
            for place in 0..sound.len() {
                // A bit that keeps text text, and one that does not.
                let bit = if place % 2 == 0 { 0x01 } else { 0x80 };
                let mut changed = sound.clone();
                changed[place] ^= bit;
                set(&store, "journal", column, sequence, &Value::Blob(changed));
                let named = rows_named(&store);
                assert_eq!(named, [sequence as u64], "{column} byte {place}");
                flips += 1;
            }
            set(&store, "journal", column, sequence, &Value::Blob(sound));
        }
    }
    assert!(store.verify().unwrap().is_clean());
    assert!(flips > 4000, "{flips}");
}

#[test]
fn any_one_byte_changed_in_a_stamp_is_found_in_the_rows_that_bear_it() {
    let store = small();
    let stamps: i64 = store
        .writer
        .query_row("SELECT count(*) FROM stamps", [], |row| row.get(0))
        .unwrap();
    for id in 1..=stamps {
        let bearing: Vec<u64> = store
            .writer
            .prepare("SELECT sequence FROM journal WHERE stamp = ?1 ORDER BY sequence")
            .unwrap()
            .query_map([id], |row| row.get::<_, i64>(0))
            .unwrap()
            .map(|sequence| sequence.unwrap() as u64)
            .collect();
        for column in ["at", "actor", "cause"] {
            let sound = get(&store, "stamps", column, id);
            for place in 0..sound.len() {
                let mut changed = sound.clone();
                // Not a bit that makes it another stamp: the table forbids that.
                changed[place] ^= 0x10;
                set(&store, "stamps", column, id, &Value::Blob(changed));
                assert_eq!(rows_named(&store), bearing, "{column} byte {place}");
            }
            set(&store, "stamps", column, id, &Value::Blob(sound));
        }
    }
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn a_row_given_another_stamp_is_found() {
    let store = small();
    for sequence in 1..=20 {
        let held: i64 = store
            .writer
            .query_row(
                "SELECT stamp FROM journal WHERE sequence = ?1",
                [sequence],
                |row| row.get(0),
            )
            .unwrap();
        for other in [held + 1, held ^ 2, 1000, -held] {
            set(&store, "journal", "stamp", sequence, &Value::Integer(other));
            assert!(rows_named(&store).contains(&(sequence as u64)));
        }
        set(&store, "journal", "stamp", sequence, &Value::Integer(held));
    }
}

#[test]
fn a_row_taken_out_moved_or_cut_off_the_end_is_found() {
    for (change, row) in [
        ("DELETE FROM journal WHERE sequence = 1", Some(2)),
        ("DELETE FROM journal WHERE sequence = 9", Some(10)),
        ("DELETE FROM journal WHERE sequence > 20", None),
        ("DELETE FROM journal", None),
        (
            "UPDATE journal SET sequence = 99 WHERE sequence = 31",
            Some(99),
        ),
        (
            "UPDATE journal SET sequence = 0 WHERE sequence = 1",
            Some(0),
        ),
        ("UPDATE head SET sequence = 30", None),
        ("UPDATE head SET hash = zeroblob(32)", None),
        ("DELETE FROM head", None),
    ] {
        let store = small();
        store.writer.execute_batch(change).unwrap();
        let named = rows_named(&store);
        if let Some(row) = row {
            assert!(named.contains(&row), "{change}: {named:?}");
        }
    }
}

#[test]
fn a_changed_or_missing_list_of_rules_or_file_of_a_pack_is_found() {
    for change in [
        "UPDATE shared SET text = replace(text, 'member', 'number')",
        "UPDATE shared SET digest = zeroblob(32) WHERE text LIKE '[[%'",
        "DELETE FROM shared WHERE text LIKE '[[%'",
        "UPDATE shared SET text = replace(text, 'claim', 'clam')",
        "UPDATE shared SET digest = zeroblob(32) WHERE text LIKE 'fn %'",
        "DELETE FROM shared WHERE text LIKE 'fn %'",
    ] {
        let store = small();
        store.writer.execute_batch(change).unwrap();
        assert!(!store.verify().unwrap().is_clean(), "{change}");
    }
    let store = small();
    store
        .writer
        .execute_batch("INSERT INTO stamps VALUES (99, 'a', 'b', 'c')")
        .unwrap();
    assert!(!store.verify().unwrap().is_clean());
}

#[test]
fn a_projection_changed_by_hand_is_found_named_and_mended_by_a_rebuild() {
    for (table, change) in [
        ("claims", "UPDATE claims SET paid = paid + 1 WHERE n = 2"),
        ("claims", "UPDATE claims SET first_denied = 1 WHERE n = 2"),
        ("claims", "DELETE FROM claims WHERE n = 2"),
        (
            "claims",
            "UPDATE claims SET owed_by_patient = 5 WHERE n = 1",
        ),
        ("history", "DELETE FROM history WHERE sequence = 5"),
        ("history", "INSERT INTO history VALUES (2, 1)"),
        ("findings", "UPDATE findings SET severity = 'info'"),
        ("findings", "UPDATE findings SET shadow = 2"),
        ("findings", "UPDATE findings SET prevents = '29'"),
        ("files", "UPDATE files SET items = 4"),
        ("files", "DELETE FROM files"),
        ("interchanges", "UPDATE interchanges SET control = '2'"),
        ("sent_groups", "UPDATE sent_groups SET interchange = 1"),
        ("sent_groups", "UPDATE sent_groups SET written = 1"),
        ("sent", "UPDATE sent SET claim = 2"),
        ("remittances", "UPDATE remittances SET trace = 'X'"),
        ("work_items", "UPDATE work_items SET closed = NULL"),
        (
            "accounts",
            "UPDATE accounts SET cents = cents + 1 WHERE n = 1",
        ),
        (
            "money",
            "UPDATE money SET kind = 'refund' WHERE sequence = 43",
        ),
        ("money", "UPDATE money SET claim = NULL WHERE sequence = 43"),
        (
            "postings",
            "UPDATE postings SET cents = cents + 1 WHERE sequence = 9",
        ),
        ("postings", "DELETE FROM postings WHERE sequence = 43"),
        (
            "counters",
            "UPDATE counters SET last = 9 WHERE name = 'claim'",
        ),
        ("calls", "UPDATE calls SET content = 'bb'"),
        ("calls", "INSERT INTO calls VALUES ('x', 'y', 'z', 1)"),
        ("records", "UPDATE records SET patient = 'P2'"),
        ("records", "UPDATE records SET due = NULL"),
        ("records", "UPDATE records SET state = 'settled'"),
        ("records", "UPDATE records SET sequence = 3"),
        ("records", "DELETE FROM records"),
        (
            "records",
            "INSERT INTO records VALUES (2, 'charge', 'C1', NULL, NULL, 'void', NULL, NULL, 27)",
        ),
        ("record_history", "DELETE FROM record_history"),
        ("record_history", "INSERT INTO record_history VALUES (1, 1)"),
        ("record_findings", "UPDATE record_findings SET rule = 'x'"),
        ("record_findings", "DELETE FROM record_findings"),
        ("record_overrides", "UPDATE record_overrides SET record = 2"),
        ("work_items", "UPDATE work_items SET record = 1"),
    ] {
        let mut store = small();
        let sound = all(&store);
        assert_ne!(store.writer.execute(change, []).unwrap(), 0, "{change}");
        let report = store.verify().unwrap();
        let named = report.faults.iter().any(|fault| {
            matches!(&fault.place, FaultPlace::Projection { table: named, .. } if *named == table)
        });
        assert!(named, "{change}: {:?}", report.faults);
        store.rebuild().unwrap();
        assert_eq!(all(&store), sound, "{change}");
        assert!(store.verify().unwrap().is_clean(), "{change}");
    }
}

#[test]
fn a_damaged_row_stops_a_rebuild_and_leaves_the_projections_as_they_were() {
    let mut store = small();
    let claims = store
        .writer
        .query_row("SELECT count(*) FROM claims", [], |row| row.get(0));
    let claims: i64 = claims.unwrap();
    store
        .writer
        .execute("UPDATE journal SET payload = '{}' WHERE sequence = 7", [])
        .unwrap();
    let error = store.rebuild().unwrap_err();
    assert!(error.to_string().contains("row 7"), "{error}");
    let left: i64 = store
        .writer
        .query_row("SELECT count(*) FROM claims", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, claims);
}

#[test]
fn an_error_about_a_damaged_row_repeats_nothing_of_its_content() {
    let store = small();
    store
        .writer
        .execute(
            "UPDATE journal SET payload = replace(payload, '\"WREN\"', '7') WHERE sequence = 3",
            [],
        )
        .unwrap();
    let report = store.verify().unwrap();
    let said = format!("{report:?}");
    assert!(!said.contains("WREN") && !said.contains("1960"), "{said}");
}

#[test]
fn a_file_with_a_torn_page_is_reported_not_believed() {
    let (_folder, path, mut store) = on_disk();
    keep(&mut store, &one_of_each()).unwrap();
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    let last = bytes.len() - 4096;
    bytes[last..last + 16].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    // Either the store says that it cannot be opened, or what is wrong.
    if let Ok(store) = SqliteStore::open(&path)
        && let Ok(report) = store.verify()
    {
        assert!(!report.is_clean());
    }
}
