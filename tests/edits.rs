//! The engine's own edits find what any payer would turn down, before any pack,
//! and say where and what to do; each claim leaves only without them.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::hooks::{Finding, Hook};
use scrubjay::model::{ClaimId, Work};
use scrubjay::store::Event;
use scrubjay::{Ended, Engine};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::claims;

fn id(text: &str) -> ClaimId {
    text.parse().unwrap()
}

fn engine(practice: &Practice, files: &[&str]) -> Engine {
    let mut engine = Engine::open(practice.folder()).unwrap();
    for file in files {
        let taken = engine.take_in("claims.837", file.as_bytes()).unwrap();
        assert!(matches!(taken.ended, Ended::TakenIn { .. }), "{taken}");
    }
    engine
}

/// What the engine's own edits found on a claim at the hook `scrub`.
fn found(engine: &Engine, claim: &str) -> Vec<Finding> {
    let history = engine.read().unwrap().history(&id(claim)).unwrap();
    let judged = history.into_iter().rev().find_map(|row| match row.event {
        Event::Judged {
            hook: Hook::Scrub,
            outcome,
            ..
        } => Some(outcome),
        _ => None,
    });
    judged.unwrap().findings
}

fn work(engine: &Engine, claim: &str) -> Work {
    let row = engine.read().unwrap().claim(&id(claim)).unwrap().unwrap();
    row.status.work
}

#[test]
fn a_sound_claim_has_run_every_edit_and_none_has_anything_to_say() {
    let practice = Practice::new("");
    let engine = engine(&practice, &[&claims(1)]);
    assert_eq!(found(&engine, "S00000"), []);
    assert_eq!(work(&engine, "S00000"), Work::Ready);
    drop(engine);
    let trace = practice.scrubjay(&["claims", "trace", "S00000"]).good();
    for edit in [
        "no-channel",
        "x12",
        "balance",
        "diagnosis-on-date",
        "duplicate-claim",
    ] {
        assert!(
            trace.contains(&format!("ran engine/{edit} of engine@")),
            "{trace}"
        );
    }
}

#[test]
fn each_fault_is_found_by_its_edit_with_its_place_and_holds_the_claim() {
    for (right, wrong, rule, says, may_pass) in [
        // A relation that no guide lists.
        ("SBR*P*18*", "SBR*P*ZZ*", "engine/x12", "SBR02", false),
        (
            "N4*AUSTIN*TX*78702",
            "N4**TX*78702",
            "engine/x12",
            "N401 in loop 2010BA",
            false,
        ),
        (
            "SV1*HC:G0463*100.01*",
            "SV1*HC:G0463*90*",
            "engine/balance",
            "sum of the lines' charges",
            false,
        ),
        (
            "HI*ABK:J029",
            "HI*ABK:E11",
            "engine/diagnosis-on-date",
            "diagnosis 1, `E11`, in ICD-10-CM of 2026-02-27: it is a heading",
            true,
        ),
        (
            "HI*ABK:J029",
            "HI*ABK:J02999",
            "engine/diagnosis-on-date",
            "is not in it",
            true,
        ),
    ] {
        let file = claims(1).replace(right, wrong);
        assert_ne!(file, claims(1), "{right}");
        let practice = Practice::new("");
        let mut engine = Engine::open(practice.folder()).unwrap();
        let taken = engine.take_in("claims.837", file.as_bytes()).unwrap();
        if taken.is_refused() {
            // The file did not come in at all, which is as well.
            panic!("{wrong}: {taken}");
        }
        let found = found(&engine, "S00000");
        let said: Vec<&Finding> = found.iter().filter(|one| one.rule == rule).collect();
        assert_eq!(said.len(), 1, "{wrong}: {found:?}");
        assert!(said[0].message.contains(says), "{}", said[0].message);
        assert_eq!(said[0].overridable, may_pass, "{wrong}");
        assert_eq!(work(&engine, "S00000"), Work::Held);
        assert!(engine.submit().unwrap().is_empty());
        let released = engine.release(&id("S00000"), "Ana", "seen");
        assert_eq!(released.is_ok(), may_pass, "{wrong}");
    }
}

#[test]
fn the_same_services_twice_are_one_claim_too_many_until_a_person_says_otherwise() {
    let practice = Practice::new("");
    let second = claims(1)
        .replace("CLM*S00000", "CLM*T00000")
        .replace("*000000001*", "*000000002*")
        .replace("IEA*1*000000001", "IEA*1*000000002");
    let third = second
        .replace("CLM*T00000", "CLM*T00001")
        .replace("*UN*1***1", "*UN*2***1")
        .replace("000000002", "000000003");
    let mut engine = engine(&practice, &[&claims(1), &second, &third]);
    let found = found(&engine, "T00000");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].rule, "engine/duplicate-claim");
    assert!(found[0].message.contains("claim S00000 already"));
    assert_eq!(
        work(&engine, "T00001"),
        Work::Ready,
        "other units, another service"
    );
    engine
        .release(&id("T00000"), "Ana", "seen twice that day")
        .unwrap();
    let sent: usize = engine
        .submit()
        .unwrap()
        .iter()
        .map(|file| file.claims)
        .sum();
    assert_eq!(sent, 3);
}

#[test]
fn a_repair_changes_the_form_is_shown_and_one_of_substance_is_refused() {
    let rule = |zip: &str| {
        format!(
            "/// id: local/zip\n/// title: A rule of a test\n/// hook: claim\n/// severity: info\nfn zip(claim) {{ repair(\"patient.address.zip\", \"{zip}\", \"its form\"); }}\n"
        )
    };
    let practice = Practice::new("rules: [packs]\n");
    practice.pack("local", &rule("78702"));
    let file = claims(1).replace("TX*78702", "TX*787-02");
    let taken = engine(&practice, &[&file]);
    assert_eq!(work(&taken, "S00000"), Work::Ready);
    drop(taken);
    let shown = practice.scrubjay(&["claims", "show", "S00000"]).good();
    assert!(
        shown.contains("repaired on 2026-03-02: patient.address.zip: its form (local/zip)"),
        "{shown}"
    );

    let practice = Practice::new("rules: [packs]\n");
    practice.pack("local", &rule("78703"));
    let engine = engine(&practice, &[&claims(1)]);
    assert_eq!(work(&engine, "S00000"), Work::Held);
    let shown = practice.scrubjay(&["claims", "show", "S00000"]).good();
    assert!(shown.contains("engine/effect-refused (block)"), "{shown}");
    assert!(!shown.contains("repaired"), "{shown}");
}

#[test]
fn what_a_message_says_is_never_a_patients() {
    let practice = Practice::new("");
    let broken = claims(1).replace(
        "N3*2 SAMPLE ST~\nN4*AUSTIN*TX*78702",
        "N3*2 SAMPLE ST~\nN4*AUSTIN*XX*7870",
    );
    let engine = engine(&practice, &[&broken]);
    for finding in found(&engine, "S00000") {
        for private in ["SAMPLE0", "PERSON", "M00000", "AUSTIN", "7870", "1985"] {
            assert!(!finding.message.contains(private), "{}", finding.message);
        }
    }
}
