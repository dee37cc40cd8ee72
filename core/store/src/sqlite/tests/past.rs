//! The store as it was.

use super::{all, holding};
use crate::conformance::keep;
use crate::conformance::sample::{charged, created, id, one_of_each, stamp};
use crate::{MemoryStore, Store};

#[test]
fn the_past_is_what_the_journal_said_then() {
    let events = one_of_each();
    let store = holding(&events);
    for minutes in 0..events.len() as i64 {
        let mut then = MemoryStore::new();
        let last = minutes as usize;
        keep(&mut then, &events[..=last]).unwrap();
        let answer = store.as_of(stamp(minutes).at).unwrap();
        assert_eq!(all(&answer), all(&then), "after {minutes} minutes");
    }
    assert_eq!(
        all(&store.as_of(stamp(-1).at).unwrap()),
        all(&MemoryStore::new())
    );
    assert_eq!(all(&store.as_of(stamp(10_000).at).unwrap()), all(&store));
}

#[test]
fn rows_before_one_of_the_past_belong_to_it_where_a_clock_ran_ahead() {
    let mut store = holding(&[]);
    for (minutes, event) in [
        (0, created("A", 150)),
        (900, charged("A", 150)),
        (5, created("B", 60)),
    ] {
        let mut transaction = store.begin().unwrap();
        transaction.append(&stamp(minutes), &event).unwrap();
        transaction.commit().unwrap();
    }
    let then = store.as_of(stamp(5).at).unwrap();
    assert!(then.read().unwrap().claim(&id("B")).unwrap().is_some());
    assert_eq!(then.read().unwrap().journal(1, 9).unwrap().len(), 3);
    let earlier = store.as_of(stamp(4).at).unwrap();
    assert_eq!(earlier.read().unwrap().journal(1, 9).unwrap().len(), 1);
}
