//! Every table of the crate is read and holds together.

use super::*;
use crate::guide::{TABLES, guides};

#[test]
fn every_table_is_read() {
    assert!(
        Dictionary::parse(include_str!("../guides/dictionary.txt"))
            .is_ok_and(|d| d.segments.len() > 60)
    );
    for text in TABLES {
        if let Err(error) = parse(text) {
            panic!("{error}");
        }
    }
}

#[test]
fn every_loop_of_a_guide_has_its_own_id_and_an_opening_segment() {
    for guide in guides() {
        let mut ids: Vec<_> = guide.loops.iter().map(|def| def.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), guide.loops.len(), "{}", guide.transaction);
        let mut tags: Vec<_> = guide
            .loops
            .iter()
            .flat_map(|def| &def.slots)
            .map(|slot| slot.tag)
            .collect();
        tags.sort_unstable();
        tags.dedup();
        assert!(
            tags.len() <= 64 && !tags.contains(&0),
            "{}",
            guide.transaction
        );
        for def in &guide.loops {
            assert!(!def.slots.is_empty(), "{} {}", guide.transaction, def.id);
            assert_eq!(def.slots[0].usage, Usage::Required);
        }
    }
}

#[test]
fn a_loop_that_holds_the_claim_is_known() {
    let guide = crate::guide_named("837P").unwrap();
    let holds: Vec<_> = guide
        .loops
        .iter()
        .filter(|def| def.holds_unit)
        .map(|def| def.id)
        .collect();
    assert_eq!(holds, ["ST", "2000A", "2000B", "2000C"]);
}
