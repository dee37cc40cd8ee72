//! A person passes what rules found: what may be passed, what may not, and what
//! the journal keeps of it.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{ClaimId, Work, WorkKind};
use scrubjay::store::{Event, StoreError};
use scrubjay::{Engine, EngineError, Hold, Once, ReleaseError};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::claims;

/// A rule with a card of its own that says one thing of claims that carry a code.
fn rule(id: &str, card: &str, body: &str) -> String {
    let name = id.replace(['/', '-'], "_");
    format!("/// id: {id}\n/// title: A rule of a test\n{card}fn {name}(claim) {{ {body} }}\n\n")
}

const SCRUB: &str = "/// hook: scrub\n";
const MAY_PASS: &str = "/// hook: scrub\n/// overridable: true\n/// prevents: [50]\n";
const RULES: &str = "rules: [packs]\n";

fn practice(rules: &[String]) -> Practice {
    let practice = Practice::new(RULES);
    practice.pack("local", &rules.concat());
    practice.write("inbox/claims.837", &claims(1));
    practice
}

fn id() -> ClaimId {
    "S00000".parse().unwrap()
}

fn work(engine: &Engine) -> Work {
    engine
        .read()
        .unwrap()
        .claim(&id())
        .unwrap()
        .unwrap()
        .status
        .work
}

#[test]
fn a_block_that_may_be_passed_is_passed_by_a_person_and_the_claim_leaves() {
    let practice = practice(&[
        rule("local/look", MAY_PASS, "block(\"look at it\");"),
        rule("local/odd", SCRUB, "warn(\"odd\");"),
        rule("local/note", SCRUB, "info(\"noted\");"),
    ]);
    assert_eq!(practice.run().code, 0);
    assert!(practice.sent().is_empty());
    let said = practice
        .scrubjay(&[
            "claims",
            "release",
            "S00000",
            "--by",
            "Ana",
            "--reason",
            "records are on file",
        ])
        .good();
    assert_eq!(
        said,
        "claim S00000 is ready; Ana passed local/look, local/odd\n"
    );
    let shown = practice.scrubjay(&["claims", "show", "S00000"]).good();
    assert!(
        shown.contains("passed by Ana on 2026-03-02: records are on file"),
        "{shown}"
    );
    assert!(!shown.contains("  work W"), "{shown}");
    let history = practice.scrubjay(&["claims", "history", "S00000"]).good();
    assert!(
        history
            .contains("passed local/look, local/odd: records are on file  [Ana by call release]"),
        "{history}"
    );
    assert_eq!(practice.run().code, 0);
    assert_eq!(practice.sent().len(), 1);
    let engine = Engine::open(practice.folder()).unwrap();
    let row = engine.read().unwrap().claim(&id()).unwrap().unwrap();
    assert!(row.touched && row.held);
    assert_eq!(row.status.work, Work::Submitted);
    let late = practice.scrubjay(&[
        "claims", "release", "S00000", "--by", "Ana", "--reason", "again",
    ]);
    assert_eq!(late.code, 1);
    assert!(late.err.contains("is submitted"), "{}", late.err);
}

#[test]
fn what_nobody_may_pass_is_named_and_nothing_changes() {
    let practice = practice(&[
        rule("local/look", MAY_PASS, "block(\"look at it\");"),
        rule("local/never", SCRUB, "block(\"the NPI is wrong\");"),
        rule(
            "local/later",
            SCRUB,
            "hold_until(date(\"2026-03-09\"), \"the plan starts\");",
        ),
        rule(
            "local/broken",
            "/// hook: scrub\n/// applies: { places: [\"11\"] }\n",
            "if claim.charge == 100.01 { throw \"no\"; }",
        ),
    ]);
    assert_eq!(practice.run().code, 0);
    let before = practice.scrubjay(&["claims", "history", "S00000"]).good();
    let refused = practice.scrubjay(&[
        "claims", "release", "S00000", "--by", "Ana", "--reason", "please",
    ]);
    assert_eq!(refused.code, 1);
    for part in [
        "mend first:",
        "  local/never: the NPI is wrong",
        "  local/later: held until 2026-03-09: the plan starts",
        "  rule-fault: `local/broken` stopped",
    ] {
        assert!(refused.err.contains(part), "{part} in {}", refused.err);
    }
    assert!(!refused.err.contains("local/look"), "{}", refused.err);
    assert_eq!(
        practice.scrubjay(&["claims", "history", "S00000"]).good(),
        before
    );
    for (by, reason) in [("", "because"), ("Ana", "  ")] {
        let unsigned = practice.scrubjay(&[
            "claims", "release", "S00000", "--by", by, "--reason", reason,
        ]);
        assert_eq!(unsigned.code, 1, "{}", unsigned.err);
    }
    let unknown = practice.scrubjay(&[
        "claims", "release", "NOBODY", "--by", "Ana", "--reason", "x",
    ]);
    assert!(
        unknown.err.contains("there is no claim NOBODY"),
        "{}",
        unknown.err
    );
}

#[test]
fn a_claim_held_until_a_day_may_be_released_from_that_day_on() {
    let practice = practice(&[rule(
        "local/later",
        SCRUB,
        "hold_until(date(\"2026-03-09\"), \"the plan starts\");",
    )]);
    assert_eq!(practice.run().code, 0);
    let mut engine = Engine::open(practice.folder()).unwrap();
    let refused = engine.release(&id(), "Ana", "it has started").unwrap_err();
    let EngineError::Release(ReleaseError::MustBeMended { holds, .. }) = refused else {
        panic!("{refused}");
    };
    assert!(matches!(&holds[..], [Hold::Until { rule, .. }] if rule == "local/later"));
    engine
        .tick("2026-03-09T08:00:00Z".parse().unwrap())
        .unwrap();
    let released = engine.release(&id(), "Ana", "it has started").unwrap();
    assert!(released.rules.is_empty());
    assert_eq!(work(&engine), Work::Ready);
}

#[test]
fn the_hook_submit_looks_at_a_released_claim_and_what_was_passed_there_stays_passed() {
    let practice = practice(&[
        rule("local/look", MAY_PASS, "block(\"look at it\");"),
        rule(
            "local/door",
            "/// hook: submit\n/// overridable: true\n",
            "block(\"look again\");",
        ),
    ]);
    assert_eq!(practice.run().code, 0);
    let mut engine = Engine::open(practice.folder()).unwrap();
    assert_eq!(
        engine.release(&id(), "Ana", "first").unwrap().rules,
        ["local/look"]
    );
    assert!(engine.submit().unwrap().is_empty());
    assert_eq!(work(&engine), Work::Held);
    let open = engine.read().unwrap().open_work(Some(&id())).unwrap();
    assert!(
        matches!(&open[..], [item] if item.kind == WorkKind::ScrubHold && item.reason == "local/door")
    );
    assert_eq!(
        engine.release(&id(), "Bo", "second").unwrap().rules,
        ["local/door"]
    );
    assert_eq!(engine.submit().unwrap().len(), 1);
    assert_eq!(work(&engine), Work::Submitted);
    drop(engine);
    assert!(
        practice
            .scrubjay(&["db", "verify"])
            .good()
            .contains("clean")
    );
}

#[test]
fn a_warning_on_a_ready_claim_is_passed_once() {
    let practice = Practice::new(RULES);
    practice.pack("local", &rule("local/odd", SCRUB, "warn(\"odd\");"));
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(1).as_bytes()).unwrap();
    assert_eq!(
        engine.release(&id(), "Ana", "seen").unwrap().rules,
        ["local/odd"]
    );
    assert_eq!(work(&engine), Work::Ready);
    let again = engine.release(&id(), "Ana", "seen").unwrap_err();
    assert!(matches!(
        again,
        EngineError::Release(ReleaseError::NothingToPass { .. })
    ));
}

#[test]
fn a_release_under_a_key_is_carried_out_once() {
    let practice = practice(&[rule("local/look", MAY_PASS, "block(\"look at it\");")]);
    assert_eq!(practice.run().code, 0);
    let mut engine = Engine::open(practice.folder()).unwrap();
    let first = engine.once("k").release(&id(), "Ana", "on file").unwrap();
    assert!(matches!(first, Once::Done(_)));
    let again = engine.once("k").release(&id(), "Ana", "on file").unwrap();
    assert!(matches!(again, Once::DoneBefore { .. }));
    let other = engine.once("k").release(&id(), "Bo", "on file");
    assert!(matches!(
        other,
        Err(EngineError::Store(StoreError::KeyReused { .. }))
    ));
    let history = engine.read().unwrap().history(&id()).unwrap();
    let passed = history
        .iter()
        .filter(|row| matches!(row.event, Event::Overridden { .. }));
    assert_eq!(passed.count(), 1);
}
