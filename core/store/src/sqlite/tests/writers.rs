//! Several connections on one file.

use std::time::{Duration, Instant};

use super::{SqliteStore, all, on_disk, quick};
use crate::conformance::keep;
use crate::conformance::sample::{charged, created, id, one_of_each, remittance, stamp};
use crate::{ClaimFilter, Store, StoreError};

#[test]
fn a_second_writer_waits_its_time_then_says_so_and_nothing_is_half_done() {
    let (_folder, path, mut first) = on_disk();
    keep(&mut first, &[created("A", 150)]).unwrap();
    let mut second = SqliteStore::open_with(&path, quick(|_| ())).unwrap();
    let mut open = first.begin().unwrap();
    open.append(&stamp(0), &charged("A", 150)).unwrap();
    let began = Instant::now();
    let error = second.begin().err().unwrap();
    assert!(matches!(error, StoreError::Busy), "{error}");
    assert!(began.elapsed() >= Duration::from_millis(40));
    assert!(began.elapsed() < Duration::from_secs(4));
    // Readers wait for nobody, and see what was committed.
    assert_eq!(second.read().unwrap().journal(1, 9).unwrap().len(), 1);
    open.commit().unwrap();
    keep(&mut second, &[created("B", 60)]).unwrap();
    assert_eq!(all(&first), all(&second));
    assert_eq!(first.read().unwrap().journal(1, 9).unwrap().len(), 3);
    assert!(first.verify().unwrap().is_clean());
}

#[test]
fn a_reader_sees_one_state_until_it_is_dropped() {
    let (_folder, path, store) = on_disk();
    let mut other = SqliteStore::open(&path).unwrap();
    keep(&mut other, &[created("A", 150)]).unwrap();
    let before = store.read().unwrap();
    keep(&mut other, &[created("B", 60)]).unwrap();
    assert_eq!(before.claims(&ClaimFilter::default()).unwrap().len(), 1);
    let after = store.read().unwrap();
    assert_eq!(after.claims(&ClaimFilter::default()).unwrap().len(), 2);
    assert_eq!(before.claims(&ClaimFilter::default()).unwrap().len(), 1);
    drop((before, after));
    assert!(store.read().unwrap().claim(&id("B")).unwrap().is_some());
}

#[test]
fn two_writers_in_turn_make_progress_and_post_nothing_twice() {
    let (_folder, path, store) = on_disk();
    drop(store);
    let threads: Vec<_> = ["X", "Y"]
        .into_iter()
        .map(|writer| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut store = SqliteStore::open(path).unwrap();
                for number in 0..40 {
                    let trace = format!("EFT{number}");
                    // Both take the same remittances; the second of each is refused.
                    let known = store
                        .read()
                        .unwrap()
                        .remittance("1999999999", &trace.parse().unwrap())
                        .unwrap();
                    let mut transaction = store.begin().unwrap();
                    let again = transaction.append(&stamp(number), &remittance(&trace));
                    match again {
                        Ok(_) => {
                            let claim = created(&format!("{writer}{number}"), 10);
                            transaction.append(&stamp(number), &claim).unwrap();
                            transaction.commit().unwrap();
                            assert!(known.is_none());
                        }
                        Err(StoreError::Contradiction { .. }) => drop(transaction),
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let store = SqliteStore::open(&path).unwrap();
    let claims = store
        .read()
        .unwrap()
        .claims(&ClaimFilter::default())
        .unwrap();
    assert_eq!(claims.len(), 40);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn several_programs_may_open_a_new_database_at_once() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scrubjay.db");
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let path = path.clone();
                std::thread::spawn(move || {
                    let mut store = SqliteStore::open(path).unwrap();
                    keep(&mut store, &[created(&format!("C{number}"), 10)]).unwrap();
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let store = SqliteStore::open(&path).unwrap();
        assert_eq!(store.verify().unwrap().claims, 4);
    }
}

const KILLED_DATABASE: &str = "SCRUBJAY_STORE_TEST_KILLED_DATABASE";

/// Not a test by itself: the program that the next test kills.
#[test]
#[ignore = "run by the next test, to be killed"]
fn a_program_that_writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(KILLED_DATABASE) else {
        return;
    };
    let mut store = SqliteStore::open(path).unwrap();
    loop {
        let rows = store.read().unwrap().last_row().unwrap();
        let next = rows.map_or(0, |row| row.sequence);
        let name = format!("C{next}");
        let trace = remittance(&format!("EFT{next}"));
        keep(&mut store, &[created(&name, 10), charged(&name, 10), trace]).unwrap();
    }
}

#[test]
fn a_killed_program_leaves_whole_transactions_only() {
    let (_folder, path, store) = on_disk();
    drop(store);
    let mut before = 0;
    for round in 0..12u64 {
        let mut program = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact"])
            .arg("sqlite::tests::writers::a_program_that_writes_until_it_is_killed")
            .env(KILLED_DATABASE, &path)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Until it writes, and then for another while each time.
        let watched = SqliteStore::open(&path).unwrap();
        let began = Instant::now();
        while watched
            .read()
            .unwrap()
            .last_row()
            .unwrap()
            .map_or(0, |row| row.sequence)
            <= before
        {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it does not write"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_micros(700 * (round * 7 % 12)));
        program.kill().unwrap();
        program.wait().unwrap();
        drop(watched);
        let store = SqliteStore::open(&path).unwrap();
        let report = store.verify().unwrap();
        assert!(report.is_clean(), "{:?}", report.faults);
        assert_eq!(report.rows % 3, 0);
        assert_eq!(report.claims, report.rows / 3);
        assert!(report.rows > before);
        before = report.rows;
    }
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_read_a_database_and_its_backup() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, path, mut store) = on_disk();
    keep(&mut store, &one_of_each()).unwrap();
    let copy = folder.path().join("copy.db");
    store.backup_to(&copy).unwrap();
    let log = folder.path().join("scrubjay.db-wal");
    for path in [path, log, copy] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
    }
}

#[test]
fn what_was_committed_is_there_when_the_file_is_opened_again() {
    let (_folder, path, mut store) = on_disk();
    keep(&mut store, &one_of_each()).unwrap();
    let before = all(&store);
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(all(&store), before);
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn a_backup_taken_while_a_writer_writes_is_whole_and_verifies() {
    let (folder, path, store) = on_disk();
    let mut writer = SqliteStore::open(&path).unwrap();
    keep(&mut writer, &one_of_each()).unwrap();
    let committed = all(&store);
    let mut open = writer.begin().unwrap();
    open.append(&stamp(0), &created("B", 60)).unwrap();
    let copy = folder.path().join("copy.db");
    store.backup_to(&copy).unwrap();
    open.commit().unwrap();
    let mut restored = SqliteStore::open(&copy).unwrap();
    assert_eq!(all(&restored), committed);
    assert!(restored.verify().unwrap().is_clean());
    keep(&mut restored, &[created("C", 70)]).unwrap();
    let error = store.backup_to(&copy).unwrap_err();
    assert!(matches!(error, StoreError::File { .. }), "{error}");
    let nowhere = folder.path().join("no-such-folder").join("copy.db");
    assert!(store.backup_to(nowhere).is_err());
}

#[test]
fn a_store_that_is_closed_leaves_one_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scrubjay.db");
    let mut store = SqliteStore::open(&path).unwrap();
    keep(&mut store, &[created("C1", 10)]).unwrap();
    // Two readers at a time, so that two connections stay open for the next.
    let (first, second) = (store.read().unwrap(), store.read().unwrap());
    assert!(first.claim(&id("C1")).unwrap().is_some());
    drop((first, second));
    drop(store);
    let files: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, ["scrubjay.db"]);
}
