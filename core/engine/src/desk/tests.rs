//! Every pair of states of every axis, at the desk.

use std::collections::VecDeque;

use scrubjay_model::{Adjudication, Appeal, ClaimStatus, PatientBilling, Responsibility};
use scrubjay_store::conformance::sample::{created, id, stamp};
use scrubjay_store::{MemoryStore, Store};

use super::*;

/// The moves that lead from a state to another, `None` where none do.
fn way<A: Axis>(from: A, to: A) -> Option<Vec<A>> {
    let mut open = VecDeque::from([vec![from]]);
    let mut seen = vec![from];
    while let Some(path) = open.pop_front() {
        let last = *path.last()?;
        if last == to {
            return Some(path[1..].to_vec());
        }
        for (_, next) in A::MOVES.iter().filter(|(start, _)| *start == last) {
            if !seen.contains(next) {
                seen.push(*next);
                open.push_back([path.as_slice(), &[*next]].concat());
            }
        }
    }
    None
}

/// Walks every pair of an axis; how many moves were taken and refused.
fn walk<A: Axis>(start: A, to_move: fn(A) -> Move, of: fn(&ClaimStatus) -> A) -> (usize, usize) {
    let (mut taken, mut refusals) = (0, 0);
    for from in A::STATES {
        let way = way(start, *from).expect("every state can be reached");
        for to in A::STATES {
            let mut store = MemoryStore::new();
            let mut handlers = Handlers::new(&[]);
            let config = Config::default();
            let mut desk = Desk {
                tx: store.begin().unwrap(),
                handlers: &mut handlers,
                config: &config,
                stamp: stamp(0),
            };
            let claim = id("A");
            desk.record(&created("A", 150)).unwrap();
            for step in &way {
                assert_eq!(desk.move_claim(&claim, to_move(*step)).unwrap(), Moved::Now);
            }
            let before = desk.tx.last_row().unwrap();
            let moved = desk.move_claim(&claim, to_move(*to)).unwrap();
            let row = desk.tx.claim(&claim).unwrap().unwrap();
            let last = desk.tx.last_row().unwrap().unwrap();
            if from == to {
                assert_eq!(moved, Moved::Already);
                assert_eq!(Some(last), before);
            } else if A::MOVES.contains(&(*from, *to)) {
                assert_eq!(moved, Moved::Now, "{from:?} to {to:?}");
                assert_eq!(of(&row.status), *to);
                assert!(matches!(last.event, Event::Moved { .. }));
                taken += 1;
            } else {
                assert_eq!(moved, Moved::Refused, "{from:?} to {to:?}");
                assert_eq!(of(&row.status), *from);
                let Event::MoveRefused { refused, .. } = last.event else {
                    panic!("{from:?} to {to:?} was not journalled as refused");
                };
                assert!(refused.contains(from.as_str()) && refused.contains(to.as_str()));
                assert_eq!(before.map(|row| row.sequence + 1), Some(last.sequence));
                refusals += 1;
            }
        }
    }
    (taken, refusals)
}

#[test]
fn every_move_that_a_table_has_is_taken_and_every_other_is_journalled_as_refused() {
    fn all<A: Axis>(counted: (usize, usize)) {
        let states = A::STATES.len();
        assert_eq!(counted.0, A::MOVES.len());
        assert_eq!(counted.0 + counted.1, states * (states - 1));
    }
    let mut store = MemoryStore::new();
    let mut tx = store.begin().unwrap();
    tx.append(&stamp(0), &created("A", 150)).unwrap();
    let start = tx.claim(&id("A")).unwrap().unwrap().status;
    all::<Work>(walk(start.work, Move::Work, |status| status.work));
    all::<Adjudication>(walk(start.adjudication, Move::Adjudication, |status| {
        status.adjudication
    }));
    all::<Responsibility>(walk(start.responsibility, Move::Responsibility, |status| {
        status.responsibility
    }));
    all::<Appeal>(walk(start.appeal, Move::Appeal, |status| status.appeal));
    all::<PatientBilling>(walk(start.patient, Move::Patient, |status| status.patient));
}
