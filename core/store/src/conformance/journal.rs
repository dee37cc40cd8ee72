//! Files, keys, transactions, and the journal itself.

use scrubjay_model::PostingSet;

use super::sample::{
    batch, charged, created, denied, file_refused, hash, id, key, one_of_each, published, taken,
};
use super::{everything, kept, read, refused, stamp};
use crate::{Cause, Event, MemoryStore, PackStep, Stamp, Store, StoreError};

pub(super) fn a_file_is_known_by_its_hash_and_its_interchanges(store: &mut dyn Store) {
    kept(store, &[taken("b", "1"), taken("a", "2")]);
    let reader = read(store);
    let row = reader.file(&hash("a")).unwrap().unwrap();
    assert_eq!((row.transaction.as_deref(), row.items), (Some("837P"), 3));
    assert_eq!(reader.file(&hash("c")).unwrap(), None);
    assert_eq!(reader.interchange(&key("2")).unwrap(), Some(hash("a")));
    assert_eq!(reader.interchange(&key("3")).unwrap(), None);
    let names: Vec<String> = reader
        .files()
        .unwrap()
        .into_iter()
        .map(|row| row.name)
        .collect();
    assert_eq!(names, ["b.837", "a.837"]);
    drop(reader);
    for again in [
        taken("a", "9"),
        taken("c", "2"),
        file_refused("a", "no ISA"),
    ] {
        let error = refused(store, &again);
        assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    }
}

pub(super) fn a_refused_file_may_be_dropped_again(store: &mut dyn Store) {
    kept(store, &[file_refused("a", "no ISA"), taken("b", "1")]);
    kept(store, &[file_refused("a", "still no ISA")]);
    let row = read(store).file(&hash("a")).unwrap().unwrap();
    assert_eq!(row.refused.as_deref(), Some("still no ISA"));
    kept(store, &[taken("a", "2")]);
    let files = read(store).files().unwrap();
    assert_eq!(files.len(), 2);
    assert_eq!((files[0].refused.clone(), files[0].items), (None, 3));
}

pub(super) fn a_key_admits_one_call_with_one_content(store: &mut dyn Store) {
    let call = |key: &str, content: &str| Event::CallTaken {
        key: key.to_owned(),
        call: "write_off".to_owned(),
        content: content.to_owned(),
    };
    kept(store, &[call("k1", "aa")]);
    let seen = read(store).seen_key("k1").unwrap().unwrap();
    assert_eq!(
        (seen.call.as_str(), seen.content.as_str()),
        ("write_off", "aa")
    );
    assert_eq!(seen.sequence, 1);
    assert_eq!(read(store).seen_key("k2").unwrap(), None);
    let other = refused(store, &call("k1", "bb"));
    assert!(
        matches!(other, StoreError::KeyReused { ref key } if key == "k1"),
        "{other}"
    );
    let same = refused(store, &call("k1", "aa"));
    assert!(matches!(same, StoreError::Contradiction { .. }), "{same}");
    kept(store, &[call("k2", "bb")]);
}

pub(super) fn a_dropped_transaction_leaves_no_trace(store: &mut dyn Store) {
    kept(store, &[created("B", 60), charged("B", 60), denied("B")]);
    let before = everything(read(store).as_ref()).unwrap();
    let mut transaction = store.begin().unwrap();
    for event in one_of_each() {
        transaction.append(&stamp(), &event).unwrap();
    }
    transaction.append(&stamp(), &charged("B", 5)).unwrap();
    assert_ne!(everything(transaction.as_ref()).unwrap(), before);
    drop(transaction);
    assert_eq!(everything(read(store).as_ref()).unwrap(), before);
    assert!(read(store).file(&hash("a")).unwrap().is_none());
    assert!(read(store).seen_key("k").unwrap().is_none());
    kept(store, &one_of_each());
}

pub(super) fn a_transaction_sees_its_own_events(store: &mut dyn Store) {
    let mut transaction = store.begin().unwrap();
    for event in one_of_each() {
        transaction.append(&stamp(), &event).unwrap();
    }
    let inside = everything(transaction.as_ref()).unwrap();
    transaction.commit().unwrap();
    assert_eq!(everything(read(store).as_ref()).unwrap(), inside);
}

pub(super) fn an_event_reads_back_as_it_was_written(store: &mut dyn Store) {
    let causes = [
        Cause::Clock,
        Cause::File { file: hash("a") },
        Cause::Rule {
            rule: "everywhere/member-id".to_owned(),
            version: "1f".repeat(32),
        },
        Cause::Call {
            call: "tag".to_owned(),
            key: Some("k\u{e9}".to_owned()),
        },
    ];
    let mut written = Vec::new();
    let mut transaction = store.begin().unwrap();
    for (event, number) in one_of_each().into_iter().zip(0usize..) {
        let stamp = Stamp {
            at: stamp().at + chrono::TimeDelta::nanoseconds(number as i64),
            actor: "Ana \"night\" P\u{e9}rez".to_owned(),
            cause: causes[number % causes.len()].clone(),
        };
        transaction.append(&stamp, &event).unwrap();
        written.push((stamp, event));
    }
    transaction.commit().unwrap();
    let rows = read(store).journal(1, u32::MAX).unwrap();
    assert_eq!(rows.len(), written.len());
    for ((row, (stamp, event)), sequence) in rows.into_iter().zip(written).zip(1..) {
        assert_eq!(row.sequence, sequence);
        assert_eq!((row.stamp, row.event), (stamp, event));
    }
    let last = one_of_each().len() as u64;
    let reader = read(store);
    let some = reader.journal(4, 2).unwrap();
    let places: Vec<u64> = some.iter().map(|row| row.sequence).collect();
    assert_eq!(places, [4, 5]);
    let row = reader.last_row().unwrap();
    assert_eq!(row.map(|row| row.sequence), Some(last));
    assert_eq!(reader.journal(last + 1, 9).unwrap(), []);
}

pub(super) fn the_same_events_give_the_same_hashes_in_every_store(store: &mut dyn Store) {
    let mut reference = MemoryStore::new();
    for transaction in one_of_each().chunks(3) {
        kept(store, transaction);
        kept(&mut reference, transaction);
    }
    let (ours, theirs) = (read(store), read(&reference));
    assert_eq!(
        everything(ours.as_ref()).unwrap(),
        everything(theirs.as_ref()).unwrap()
    );
}

pub(super) fn published_packs_are_listed_in_order_and_read_back_whole(store: &mut dyn Store) {
    let (first, second) = (published("a", "1f", "old\n"), published("a", "2e", "new\n"));
    let back = Event::PackRolledBack {
        pack: "a".to_owned(),
        hash: "1f".repeat(32),
    };
    kept(store, &[first.clone(), second, back]);
    let reader = read(store);
    let packs = reader.packs().unwrap();
    let told: Vec<(u64, &str, bool)> = packs
        .iter()
        .map(|row| {
            (
                row.sequence,
                &row.hash[..2],
                row.step == PackStep::RolledBack,
            )
        })
        .collect();
    assert_eq!(told, [(1, "1f", false), (2, "2e", false), (3, "1f", true)]);
    assert_eq!(
        (packs[0].pack.as_str(), packs[0].by.as_str()),
        ("a", "night run")
    );
    assert_eq!(
        packs[0].step,
        PackStep::Published {
            version: "1.0.0".to_owned(),
            note: Some("first".to_owned())
        }
    );
    assert_eq!(reader.journal(1, 1).unwrap()[0].event, first);
}

pub(super) fn what_only_the_store_may_journal_is_refused(store: &mut dyn Store) {
    let purged = Event::Purged {
        before: stamp().at,
        claims: 0,
        patients: 0,
        rows: Vec::new(),
        carried: PostingSet::empty(),
        interchange: 0,
        group: 0,
    };
    let erased = Event::Erased {
        of: "moved".to_owned(),
    };
    for event in [purged, erased] {
        let error = refused(store, &event);
        assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    }
    assert!(read(store).last_row().unwrap().is_none());
}

pub(super) fn a_claims_history_lists_every_row_about_it(store: &mut dyn Store) {
    kept(store, &one_of_each());
    kept(store, &[created("B", 60), batch(2, &["B", "A"])]);
    let about = |text| {
        let rows = read(store).history(&id(text)).unwrap();
        rows.iter().map(|row| row.sequence).collect::<Vec<_>>()
    };
    let of_first = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 16, 17, 18, 19, 20, 21, 22, 24, 31, 32, 33, 37, 43,
    ];
    assert_eq!(about("A"), of_first);
    assert_eq!(about("B"), [42, 43]);
    assert!(about("Z").is_empty());
}
