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
