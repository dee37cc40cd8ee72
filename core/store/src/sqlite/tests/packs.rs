//! What a published pack costs.

use super::holding;
use crate::Store;
use crate::conformance::sample::published;

#[test]
fn a_file_that_two_versions_share_is_kept_once() {
    let store = holding(&[
        published("a", "1f", "old\n"),
        published("a", "2e", "new\n"),
        published("a", "3d", "old\n"),
    ]);
    let kept: i64 = store
        .writer
        .query_row("SELECT count(*) FROM shared", [], |row| row.get(0))
        .unwrap();
    // The manifest, and two texts of the rules.
    assert_eq!(kept, 3);
    assert_eq!(store.read().unwrap().packs().unwrap().len(), 3);
    assert!(store.verify().unwrap().is_clean());
}
