//! A call under an idempotency key is carried out once.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::store::StoreError;
use scrubjay::{Engine, EngineError, Once};
use scrubjay_tests::sample::{CLAIMS_A_REMITTANCE, CONFIGURATION, claims, remittance};
use tempfile::TempDir;

fn practice() -> (TempDir, Engine) {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("inbox")).unwrap();
    std::fs::write(folder.path().join("scrubjay.yaml"), CONFIGURATION).unwrap();
    let engine = Engine::open(folder.path()).unwrap();
    (folder, engine)
}

fn rows(engine: &Engine) -> usize {
    let reader = engine.read().unwrap();
    reader.journal(1, u32::MAX).unwrap().len()
}

fn is_refused<T>(answer: &Result<Once<T>, EngineError>) -> bool {
    matches!(
        answer,
        Err(EngineError::Store(StoreError::KeyReused { key })) if key == "k"
    )
}

#[test]
fn the_same_call_again_does_nothing_and_another_is_refused() {
    let (_folder, mut engine) = practice();
    let file = claims(CLAIMS_A_REMITTANCE);
    let first = engine.once("k").take_in("a.837", file.as_bytes()).unwrap();
    assert!(matches!(first, Once::Done(_)));
    let before = rows(&engine);
    let again = engine.once("k").take_in("a.837", file.as_bytes()).unwrap();
    assert!(matches!(again, Once::DoneBefore { row } if row as usize <= before));
    assert!(is_refused(
        &engine.once("k").take_in("b.837", file.as_bytes())
    ));
    assert!(is_refused(&engine.once("k").take_in("a.837", b"ISA*")));
    assert!(is_refused(&engine.once("k").submit()));
    assert!(is_refused(&engine.once("k").run_inbox()));
    let now = "2026-05-01T00:00:00Z".parse().unwrap();
    assert!(is_refused(&engine.once("k").tick(now)));
    assert_eq!(rows(&engine), before);
}

#[test]
fn each_call_that_changes_state_keeps_its_key_past_a_restart() {
    let (folder, mut engine) = practice();
    std::fs::write(
        folder.path().join("inbox/claims.837"),
        claims(CLAIMS_A_REMITTANCE),
    )
    .unwrap();
    let now = "2026-05-01T00:00:00Z".parse().unwrap();
    let Once::Done(run) = engine.once("run").run_inbox().unwrap() else {
        panic!("the first run is carried out");
    };
    assert_eq!((run.files.len(), run.sent.len()), (1, 1));
    assert!(matches!(engine.once("send").submit().unwrap(), Once::Done(sent) if sent.is_empty()));
    let Once::Done(tick) = engine.once("tick").tick(now).unwrap() else {
        panic!("the first tick is carried out");
    };
    // Neither the file nor a claim of it was answered.
    assert_eq!(tick.fired.len(), 2 * CLAIMS_A_REMITTANCE);
    // A file that cannot be read is refused under its key as well.
    assert!(matches!(
        engine.once("bad").take_in("bad", b"nothing").unwrap(),
        Once::Done(intake) if intake.is_refused()
    ));
    drop(engine);

    std::fs::write(folder.path().join("inbox/paid.835"), remittance(0)).unwrap();
    let mut engine = Engine::open(folder.path()).unwrap();
    let before = rows(&engine);
    assert!(matches!(
        engine.once("run").run_inbox().unwrap(),
        Once::DoneBefore { .. }
    ));
    assert!(matches!(
        engine.once("send").submit().unwrap(),
        Once::DoneBefore { .. }
    ));
    assert!(matches!(
        engine.once("tick").tick(now).unwrap(),
        Once::DoneBefore { .. }
    ));
    assert!(matches!(
        engine.once("bad").take_in("bad", b"nothing").unwrap(),
        Once::DoneBefore { .. }
    ));
    assert_eq!(rows(&engine), before);
    assert!(matches!(
        engine.once("next").run_inbox().unwrap(),
        Once::Done(_)
    ));
}
