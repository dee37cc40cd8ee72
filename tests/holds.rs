//! A claim that is held does not leave, whatever is called: holds, releases and
//! the choice of what is sent.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{ClaimId, Work};
use scrubjay::store::ClaimFilter;
use scrubjay::{Engine, EngineError, Once, Selection, SubmitError};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::{claim_status, claims, functional, remittance};
use scrubjay_tests::scrubjay;

const RULES: &str = "rules: [packs]\n";

/// Nothing may pass this one.
const NEVER: &str = "/// id: local/never\n/// title: A rule of a test\n/// hook: scrub\nfn never(claim) { if claim.charge == 100.01 { block(\"it is wrong\"); } }\n";

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn work(engine: &Engine, number: usize) -> Work {
    let row = engine.read().unwrap().claim(&id(number)).unwrap().unwrap();
    row.status.work
}

/// The control numbers of all claims in the outbox.
fn left(practice: &Practice) -> Vec<String> {
    let mut left = Vec::new();
    for name in practice.sent() {
        let file = std::fs::read_to_string(practice.path("outbox").join(name)).unwrap();
        for segment in file.split('~').map(str::trim) {
            if let Some(rest) = segment.strip_prefix("CLM*") {
                left.push(rest.split('*').next().unwrap().to_owned());
            }
        }
    }
    left.sort();
    left
}

fn only(number: usize) -> Selection {
    let mut selection = Selection::default();
    selection.claims.push(id(number));
    selection
}

#[test]
fn no_call_and_no_command_gets_a_held_claim_out() {
    let practice = Practice::new(RULES);
    practice.pack("local", NEVER);
    practice.write("inbox/claims.837", &claims(3));
    assert_eq!(practice.run().code, 0);
    assert_eq!(left(&practice), ["S00001", "S00002"]);
    let stays = |practice: &Practice, what: &str| {
        let left = left(practice);
        assert!(
            !left.iter().any(|claim| claim.starts_with("S00000")),
            "{what}: {left:?}"
        );
    };

    let mut engine = Engine::open(practice.folder()).unwrap();
    let far = "2027-01-01T00:00:00Z".parse().unwrap();
    let refused = engine.submit_only(&only(0), "Ana").unwrap_err();
    let EngineError::Submit(SubmitError::NotReady {
        work: Work::Held,
        holds,
        ..
    }) = refused
    else {
        panic!("{refused}");
    };
    assert_eq!(holds.len(), 1);
    assert!(engine.preview_submit(&only(0)).is_err());
    for selection in [("payer", "sample"), ("channel", "house")] {
        let mut chosen = Selection::default();
        match selection {
            ("payer", payer) => chosen.payer = Some(payer.to_owned()),
            (_, channel) => chosen.channel = Some(channel.to_owned()),
        }
        assert!(engine.submit_only(&chosen, "Ana").unwrap().is_empty());
        assert!(engine.preview_submit(&chosen).unwrap().files.is_empty());
    }
    assert!(engine.submit().unwrap().is_empty());
    assert!(matches!(engine.once("a").submit().unwrap(), Once::Done(sent) if sent.is_empty()));
    assert!(engine.once("b").submit_only(&only(0), "Ana").is_err());
    assert!(engine.release(&id(0), "Ana", "please").is_err());
    assert!(engine.once("c").release(&id(0), "Ana", "please").is_err());
    // A person's hold on top of the rule's, and its end, let nothing go.
    let day = "2026-03-03".parse().unwrap();
    engine.hold(&id(0), "Ana", "wait", Some(day)).unwrap();
    engine
        .once("d")
        .hold(&id(0), "Ana", "wait", Some(day))
        .unwrap();
    engine.tick(far).unwrap();
    engine.once("e").tick(far).unwrap();
    assert!(engine.submit().unwrap().is_empty());
    // A correction that leaves the fault in it is judged like the first.
    let other = claims(1).replace("HI*ABK:J029", "HI*ABK:J020");
    let corrected = engine
        .correct(&id(0), other.as_bytes(), "Ana", "the code")
        .unwrap();
    assert_eq!(corrected.work, Work::Held);
    assert!(
        engine
            .once("f")
            .correct(&id(0), other.as_bytes(), "Ana", "the code")
            .is_err()
    );
    // Answers and payments to what was never sent move it nowhere.
    for file in [
        claim_status(
            13,
            "PR",
            "NONE",
            &[("S00000", "A3:21:PR"), ("S00000", "A2:20:PR")],
        ),
        functional(14, 1, "R:5"),
        remittance(0),
        claims(1),
    ] {
        engine.take_in("a file", file.as_bytes()).unwrap();
        engine
            .once(&file)
            .take_in("a file", file.as_bytes())
            .unwrap();
        assert!(
            matches!(work(&engine, 0), Work::Held),
            "{}",
            work(&engine, 0)
        );
        engine.submit().unwrap();
        stays(&practice, "a file");
    }
    engine.run_inbox().unwrap();
    engine.once("g").run_inbox().unwrap();
    assert_eq!(work(&engine, 0), Work::Held);
    drop(engine);
    stays(&practice, "a call");

    for command in [
        &["claims", "submit", "S00000"][..],
        &["claims", "submit", "S00000", "--dry-run"],
        &["claims", "submit", "--payer", "sample"],
        &["claims", "submit", "--channel", "house"],
        &["claims", "submit"],
        &[
            "claims", "release", "S00000", "--by", "Ana", "--reason", "please",
        ],
        &[
            "claims", "hold", "S00000", "--by", "Ana", "--reason", "wait",
        ],
        &[
            "claims", "release", "S00000", "--by", "Ana", "--reason", "please",
        ],
        &["rules", "replay", "S00000"],
        &["db", "rebuild"],
    ] {
        let _ = practice.scrubjay(command);
        stays(&practice, &command.join(" "));
    }
    // A file that was left half-written under a number that was never sent.
    practice.write("outbox/000000999-house.837p.tmp", &claims(1));
    let folder = practice.folder().to_string_lossy().into_owned();
    for command in [
        &["run", &folder][..],
        &["tick", &folder, "--at", "2027-06-01T00:00:00Z"],
        &["run", &folder, "--watch", "--until-idle", "1"],
        &["report", &folder],
    ] {
        let _ = scrubjay(command);
        stays(&practice, &command.join(" "));
    }
    let engine = Engine::open(practice.folder()).unwrap();
    assert_eq!(work(&engine, 0), Work::Held);
    drop(engine);
    assert!(
        practice
            .scrubjay(&["db", "verify"])
            .good()
            .contains("clean")
    );
}

#[test]
fn a_person_holds_a_ready_claim_until_a_day_and_the_tick_lets_it_go() {
    let practice = Practice::new("");
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(2).as_bytes()).unwrap();
    drop(engine);
    let held = practice.scrubjay(&[
        "claims",
        "hold",
        "S00000",
        "--by",
        "Ana",
        "--reason",
        "a line is missing",
        "--until",
        "2026-03-06",
    ]);
    assert_eq!(
        held.good(),
        "claim S00000 is held by Ana until 2026-03-06\n"
    );
    let past = practice.scrubjay(&[
        "claims",
        "hold",
        "S00001",
        "--by",
        "Ana",
        "--reason",
        "x",
        "--until",
        "2026-03-02",
    ]);
    assert_eq!(past.code, 1);
    assert!(
        past.err.contains("give a day after 2026-03-02"),
        "{}",
        past.err
    );
    let planned = practice.scrubjay(&["claims", "submit", "--dry-run"]).good();
    assert_eq!(
        planned,
        "channel house would take 1 claims, 100.02: S00001\n"
    );
    assert!(practice.sent().is_empty());
    let sent = practice
        .scrubjay(&["claims", "submit", "--by", "Bo"])
        .good();
    assert!(sent.contains("1 claims for channel house"), "{sent}");
    assert_eq!(left(&practice), ["S00001"]);
    let late = practice.scrubjay(&["claims", "hold", "S00001", "--by", "Ana", "--reason", "x"]);
    assert!(late.err.contains("is submitted"), "{}", late.err);

    let mut engine = Engine::open(practice.folder()).unwrap();
    let at = |day: &str| format!("{day}T08:00:00Z").parse().unwrap();
    assert!(engine.tick(at("2026-03-05")).unwrap().lifted.is_empty());
    assert_eq!(engine.tick(at("2026-03-06")).unwrap().lifted, [id(0)]);
    assert!(engine.tick(at("2026-03-07")).unwrap().lifted.is_empty());
    assert_eq!(work(&engine, 0), Work::Ready);
    assert!(
        engine
            .read()
            .unwrap()
            .open_work(Some(&id(0)))
            .unwrap()
            .is_empty()
    );
    engine.submit_only(&only(0), "Bo").unwrap();
    let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
    assert!(row.touched);
    drop(engine);
    let history = practice.scrubjay(&["claims", "history", "S00000"]).good();
    assert!(
        history.contains("held until 2026-03-06: a line is missing  [Ana by call hold]"),
        "{history}"
    );
    assert!(history.contains("[Bo by call submit]"), "{history}");
}

#[test]
fn a_hold_without_a_day_waits_for_a_person_and_outlives_a_correction() {
    let practice = Practice::new("");
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(1).as_bytes()).unwrap();
    engine.hold(&id(0), "Ana", "ask first", None).unwrap();
    engine
        .tick("2027-01-01T08:00:00Z".parse().unwrap())
        .unwrap();
    assert_eq!(work(&engine, 0), Work::Held);
    let other = claims(1).replace("HI*ABK:J029", "HI*ABK:J020");
    let corrected = engine
        .correct(&id(0), other.as_bytes(), "Bo", "the code")
        .unwrap();
    assert_eq!(corrected.work, Work::Held);
    engine.release(&id(0), "Ana", "asked").unwrap();
    assert_eq!(work(&engine, 0), Work::Ready);
}

#[test]
fn what_is_asked_for_and_not_there_is_named() {
    let practice = Practice::new("");
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(1).as_bytes()).unwrap();
    drop(engine);
    for (asked, said) in [
        (&["--payer", "nobody"][..], "there is no payer `nobody`"),
        (
            &["--channel", "fax"],
            "there is no channel `fax`; scrubjay.yaml names: house",
        ),
        (&["K-1"], "there is no claim K-1"),
    ] {
        let refused = practice.scrubjay(&[&["claims", "submit"], asked].concat());
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    assert!(practice.sent().is_empty());
}

#[test]
fn a_channel_may_want_each_payer_apart_and_no_more_than_so_many_claims() {
    let practice = Practice::new("");
    let configured = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    let configured = configured.replace(
        "usage: T }",
        "usage: T, batches: { per: payer, claims: 2 } }",
    );
    let other =
        "  - { key: other, name: Other Payer, id: OTHERPAY, line: commercial, channel: house }\n";
    practice.write("scrubjay.yaml", &format!("{configured}{other}"));
    let mut engine = Engine::open(practice.folder()).unwrap();
    let file = claims(5);
    let (first, rest) = file
        .split_once("NM1*PR*2*SAMPLE PAYER*****PI*SAMPLEPAY")
        .unwrap();
    let file = format!("{first}NM1*PR*2*OTHER PAYER*****PI*OTHERPAY{rest}");
    engine.take_in("claims.837", file.as_bytes()).unwrap();
    let counts: Vec<usize> = engine
        .submit()
        .unwrap()
        .iter()
        .map(|file| file.claims)
        .collect();
    assert_eq!(counts, [1, 2, 2]);
    assert_eq!(left(&practice).len(), 5);
}

#[test]
fn a_void_by_file_is_held_where_its_number_is_of_another_patients_claim() {
    let (_practice, mut engine) = Practice::with_sent(2);
    let paid = Payment::of("T1", [Remitted::sample(0)]);
    engine.take_in("t1.835", paid.file(9).as_bytes()).unwrap();
    let first: ClaimId = "S00000".parse().unwrap();
    let number = engine.read().unwrap().claim(&first).unwrap().unwrap();
    let number = number.payer_control.unwrap();

    // Both claims again as voids of the first one: its own patient's, and another's.
    let original = claims(2);
    let mut voids = original
        .replace("SAMPLE1*PERSON", "OTHER*NOBODY")
        .replace(":B:1*", ":B:8*")
        .replace("HI*ABK", &format!("REF*F8*{number}~\nHI*ABK"))
        .replace("000000001", "000000002");
    let segments = |text: &str| text.matches('~').count() - 4;
    let (was, is) = (segments(&original), segments(&voids));
    voids = voids.replace(&format!("SE*{was}*"), &format!("SE*{is}*"));
    let taken = engine.take_in("voids.837", voids.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");

    let rows = engine
        .read()
        .unwrap()
        .claims(&ClaimFilter::default())
        .unwrap();
    let came: Vec<_> = rows[2..].iter().map(|row| row.replaces.clone()).collect();
    assert_eq!(came, [Some(first.clone()), None]);
    assert_eq!(rows[3].status.work, Work::Held);
    let open = engine.read().unwrap().open_work(Some(&rows[3].id)).unwrap();
    assert!(
        open[0].reason.contains("of another patient"),
        "{}",
        open[0].reason
    );
    engine.submit().unwrap();
    let rows = engine
        .read()
        .unwrap()
        .claims(&ClaimFilter::default())
        .unwrap();
    assert_eq!(rows[1].status.work, Work::Submitted);
    assert_eq!(rows[3].status.work, Work::Held);
}
