//! Full, read-only, foreign and newer databases: a clear error, nothing half done.

use std::path::Path;

use rusqlite::Connection;

use super::{SqliteStore, all, on_disk, quick};
use crate::conformance::keep;
use crate::conformance::sample::{charged, created, one_of_each, stamp};
use crate::sqlite::{Access, SqliteOptions};
use crate::{Store, StoreError};

#[test]
fn a_full_database_keeps_what_it_had_and_says_so() {
    let (_folder, path, mut store) = on_disk();
    keep(&mut store, &one_of_each()).unwrap();
    drop(store);
    let size = std::fs::metadata(&path).unwrap().len();
    let options = quick(|options| options.quota = Some(size + 16 * 4096));
    let mut store = SqliteStore::open_with(&path, options).unwrap();
    let mut error = None;
    let mut kept = 0;
    for number in 0..2000 {
        let name = format!("C{number}");
        let before = all_rows(&store);
        match keep(&mut store, &[created(&name, 150), charged(&name, 150)]) {
            Ok(_) => kept += 1,
            Err(found) => {
                assert_eq!(all_rows(&store), before);
                error = Some(found);
                break;
            }
        }
    }
    let error = error.expect("the quota was reached");
    assert!(matches!(error, StoreError::Full), "{error}");
    assert!(kept > 2, "{kept}");
    assert!(store.verify().unwrap().is_clean());
    drop(store);
    // With more room the work goes on where it stopped.
    let mut store = SqliteStore::open(&path).unwrap();
    keep(&mut store, &[created("LATER", 10)]).unwrap();
    assert!(store.verify().unwrap().is_clean());
}

fn all_rows(store: &SqliteStore) -> usize {
    store.read().unwrap().journal(1, u32::MAX).unwrap().len()
}

#[test]
fn a_large_transaction_on_a_full_database_leaves_no_trace() {
    let (_folder, path, store) = on_disk();
    drop(store);
    let size = std::fs::metadata(&path).unwrap().len();
    let options = quick(|options| options.quota = Some(size + 16 * 4096));
    let mut store = SqliteStore::open_with(&path, options).unwrap();
    keep(&mut store, &one_of_each()).unwrap();
    let before = all(&store);
    let mut transaction = store.begin().unwrap();
    let mut failed = None;
    for number in 0..100_000 {
        let name = format!("C{number}");
        if let Err(error) = transaction.append(&stamp(0), &created(&name, 150)) {
            failed = Some(error);
            break;
        }
    }
    assert!(matches!(failed, Some(StoreError::Full)), "{failed:?}");
    assert!(matches!(transaction.commit(), Err(StoreError::Abandoned)));
    assert_eq!(all(&store), before);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn a_read_only_database_is_read_and_refuses_to_be_written() {
    let (_folder, path, mut store) = on_disk();
    keep(&mut store, &one_of_each()).unwrap();
    let before = all(&store);
    drop(store);
    let mut store = SqliteStore::open_with(&path, reads()).unwrap();
    assert_eq!(all(&store), before);
    let error = store.begin().err().unwrap();
    assert!(matches!(error, StoreError::ReadOnly), "{error}");
    assert!(matches!(store.rebuild(), Err(StoreError::ReadOnly)));
    assert!(store.verify().unwrap().is_clean());
    drop(store);
    assert_eq!(all(&SqliteStore::open(&path).unwrap()), before);
}

fn reads() -> SqliteOptions {
    SqliteOptions {
        access: Access::Read,
        ..SqliteOptions::default()
    }
}

#[test]
fn a_reader_opens_what_a_program_killed_at_its_start_left_behind() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("empty.db");
    std::fs::write(&path, b"").unwrap();
    let store = SqliteStore::open_with(&path, reads()).unwrap();
    assert_eq!(all_rows(&store), 0);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn a_reader_opens_what_a_program_killed_in_the_middle_left_behind() {
    let (folder, path, mut store) = on_disk();
    keep(&mut store, &one_of_each()).unwrap();
    let before = all(&store);
    drop(store);
    // A change that is on the disk in part, with the journal that undoes it:
    // copied while the writer is still at it.
    let writer = Connection::open(&path).unwrap();
    writer
        .execute_batch(
            "PRAGMA journal_mode = delete; PRAGMA cache_size = 1; BEGIN;
             UPDATE journal SET hash = zeroblob(32);
             CREATE TABLE half (made); INSERT INTO half
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
             SELECT randomblob(1000) FROM n;",
        )
        .unwrap();
    let left = folder.path().join("left.db");
    std::fs::copy(&path, &left).unwrap();
    let journal = |path: &Path| format!("{}-journal", path.display());
    std::fs::copy(journal(&path), journal(&left)).unwrap();
    let store = SqliteStore::open_with(&left, reads()).unwrap();
    assert_eq!(all(&store), before);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_written_is_said_to_be_read_only() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, path, mut store) = on_disk();
    keep(&mut store, &one_of_each()).unwrap();
    drop(store);
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&path, 0o444);
    mode(folder.path(), 0o555);
    // Root may write whatever the mode says.
    if std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .is_err()
    {
        let refused = SqliteStore::open(&path)
            .and_then(|mut store| keep(&mut store, &[created("B", 60)]))
            .unwrap_err();
        assert!(matches!(refused, StoreError::ReadOnly), "{refused}");
    }
    mode(folder.path(), 0o755);
    mode(&path, 0o644);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(all_rows(&store), one_of_each().len());
}

#[test]
fn a_file_of_another_kind_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("picture.db");
    std::fs::write(&picture, [0x89; 5000]).unwrap();
    let other = folder.path().join("other.db");
    let connection = Connection::open(&other).unwrap();
    connection
        .execute_batch("CREATE TABLE recipes (name TEXT)")
        .unwrap();
    drop(connection);
    for path in [&picture, &other] {
        let before = std::fs::read(path).unwrap();
        let error = SqliteStore::open(path).err().unwrap();
        assert!(matches!(error, StoreError::NotOurs), "{error}");
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
    for nowhere in [folder.path(), &folder.path().join("no/such/folder.db")] {
        let error = SqliteStore::open(nowhere).err().unwrap();
        assert!(matches!(error, StoreError::CannotOpen { .. }), "{error}");
    }
    assert!(SqliteStore::open_with(folder.path().join("none.db"), reads()).is_err());
}

#[test]
fn a_database_of_a_later_version_is_refused_by_its_number() {
    let (_folder, path, store) = on_disk();
    drop(store);
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = SqliteStore::open(&path).err().unwrap();
    assert!(
        matches!(error, StoreError::NewerDatabase { found: 99, .. }),
        "{error}"
    );
}

#[test]
fn projections_of_another_version_are_rebuilt_when_the_file_is_opened() {
    let (_folder, path, mut store) = on_disk();
    keep(&mut store, &one_of_each()).unwrap();
    let before = all(&store);
    store
        .writer
        .execute_batch("UPDATE head SET projections = 0; DROP TABLE claims; DELETE FROM money;")
        .unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(all(&store), before);
    assert!(store.verify().unwrap().is_clean());
}
