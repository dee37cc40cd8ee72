//! `scrubjay rules`: what it prints and how it ends.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay_tests::{copy_folder, repository, scrubjay};

#[test]
fn the_packs_that_ship_are_sound_and_listed() {
    let packs = repository().join("payer-rules");
    let packs = packs.to_string_lossy();
    let checked = scrubjay(&["rules", "check", &packs]);
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{text}");
    assert!(text.contains("sound, and every test passes"), "{text}");
    let listed = scrubjay(&["rules", "list", &packs]);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(text.contains("base/charge-sum"), "{text}");
    let docs = scrubjay(&["rules", "docs", &packs]);
    assert!(String::from_utf8_lossy(&docs.stdout).contains("`base/charge-sum`"));
}

#[test]
fn the_vocabulary_that_the_program_prints_is_the_one_that_analysts_read() {
    let printed = scrubjay(&["rules", "vocabulary"]);
    let page = std::fs::read(repository().join("payer-rules/VOCABULARY.md")).unwrap();
    assert_eq!(printed.stdout, page);
}

#[test]
fn a_broken_rule_is_shown_with_a_caret_and_the_exit_says_so() {
    let scratch = tempfile::TempDir::new().unwrap();
    let pack = scratch.path().join("base");
    copy_folder(&repository().join("payer-rules/base"), &pack);
    let script = std::fs::read_dir(&pack)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "rhai"))
        .unwrap();
    let text = std::fs::read_to_string(&script).unwrap();
    std::fs::write(
        &script,
        text.replacen("claim.", "claim.no_such_field + claim.", 1),
    )
    .unwrap();
    let checked = scrubjay(&["rules", "check", &pack.to_string_lossy()]);
    assert_eq!(checked.status.code(), Some(1));
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        text.contains("no_such_field") && text.contains('^'),
        "{text}"
    );
    assert!(text.contains("to mend; nothing would load"), "{text}");
}
