//! A denial is contested from the draft to the last level, or to the payment.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::PathBuf;

use scrubjay::model::{
    Appeal, AppealOutcome, AppealWay, ClaimId, DeadlineKind, DenialOutcome, Evidence, EvidenceKind,
    Money, RecordId, WorkItem, WorkKind,
};
use scrubjay::store::{Access, Event, SqliteOptions, SqliteStore};
use scrubjay::{AppealCallError, AppealFilter, Engine, EngineError, Filing, Tick};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::{CONFIGURATION, claim_status, claims, functional};

/// A practice with these terms of the sample payer, that has sent claims.
fn sent(terms: &str, count: usize) -> (Practice, Engine) {
    let practice = Practice::new("");
    let told = format!(", channel: house, terms: {{ {terms} }} }}");
    practice.write(
        "scrubjay.yaml",
        &CONFIGURATION.replace(", channel: house }", &told),
    );
    let mut engine = Engine::open(practice.folder()).unwrap();
    take(&mut engine, "claims.837", &claims(count));
    engine.submit().unwrap();
    (practice, engine)
}

const TWO_LEVELS: &str = "timely_filing: 90 days, appeals: [{ within: 180 days, decided: 45 days }, { name: external review, within: 60 days, least: '50.00' }]";

fn take(engine: &mut Engine, name: &str, file: &str) {
    let taken = engine.take_in(name, file.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");
}

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// An 835 that refuses all of the first claim's 100.01, on 16 March 2026.
fn refuse(engine: &mut Engine, carc: &'static str) {
    let denied = Remitted::sample(0).less(&[("CO", carc, 10_001)]);
    take(engine, "denied.835", &Payment::of("T1", [denied]).file(501));
}

/// An 835 that pays what is left of it after these.
fn pay(engine: &mut Engine, taken: &[(&'static str, &'static str, i64)]) {
    let paid = Remitted::sample(0).less(taken);
    take(engine, "paid.835", &Payment::of("T2", [paid]).file(502));
}

fn tick(engine: &mut Engine, day: &str) -> Tick {
    let now = format!("{day}T12:00:00Z").parse().unwrap();
    engine.tick(now).unwrap()
}

fn on(engine: &Engine) -> Appeal {
    let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
    row.status.appeal
}

fn open(engine: &Engine, kind: WorkKind) -> Vec<WorkItem> {
    let mut open = engine.read().unwrap().open_work(None).unwrap();
    open.retain(|item| item.kind == kind);
    open
}

fn filing(day: &str) -> Filing {
    Filing {
        on: day.parse().unwrap(),
        way: AppealWay::Fax,
        reference: Some("FAX-7".to_owned()),
        with: vec![Evidence {
            kind: EvidenceKind::Authorization,
            reference: "AUTH-88".to_owned(),
        }],
    }
}

fn state(engine: &Engine, appeal: &RecordId) -> &'static str {
    engine.show_appeal(appeal).unwrap().appeal.state
}

fn refused(done: Result<impl std::fmt::Debug, EngineError>) -> AppealCallError {
    match done {
        Err(EngineError::Appeal(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

fn is_sound(practice: &Practice, engine: Engine) {
    let trial = engine.read().unwrap().trial_balance().unwrap();
    let sum: Money = trial.iter().map(|(_, amount)| *amount).sum();
    assert_eq!(sum, Money::ZERO);
    drop(engine);
    let mut options = SqliteOptions::default();
    options.access = Access::Read;
    let store = SqliteStore::open_with(practice.path("scrubjay.db"), options).unwrap();
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn an_appeal_goes_through_its_levels_until_the_payer_pays() {
    let (practice, mut engine) = sent(TWO_LEVELS, 2);
    refuse(&mut engine, "197");
    let first = engine
        .appeal(&id(0), None, "It was approved by telephone.", "Ana")
        .unwrap();
    assert_eq!((first.level, first.amount), (1, cents(10_001)));
    // 180 days from 16 March.
    assert_eq!(first.due.unwrap().to_string(), "2026-09-12");
    assert_eq!(on(&engine), Appeal::Drafted);
    let letter = |name: String| std::fs::read_to_string(practice.path(&format!("appeals/{name}")));
    let text = letter(format!("{}.txt", first.appeal)).unwrap();
    for part in [
        "To: Sample Payer, appeals",
        "Patient: PERSON SAMPLE0, born 1985-01-01, member M00000",
        "Your claim number: P00000",
        "- CO-197 on line 1, 100.01: No authorization",
        "It was approved by telephone.",
        "- 2026-02-27 G0463, 100.01",
        "[add it]",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("{{"), "{text}");
    let page = letter(format!("{}.html", first.appeal)).unwrap();
    assert!(page.contains("<h1>Appeal, level 1"), "{page}");

    let again = refused(engine.appeal(&id(0), None, "Once more.", "Ana"));
    assert!(
        matches!(again, AppealCallError::AlreadyOpen { .. }),
        "{again}"
    );
    let ahead = refused(engine.file_appeal(&first.appeal, &filing("2026-03-17"), "Ana"));
    assert!(matches!(ahead, AppealCallError::Future { .. }), "{ahead}");

    let filed = engine
        .file_appeal(&first.appeal, &filing("2026-03-16"), "Ana")
        .unwrap();
    assert_eq!(filed.decision_due.to_string(), "2026-04-30");
    assert_eq!(filed.timely, Some(true));
    assert_eq!(on(&engine), Appeal::Filed);
    assert!(open(&engine, WorkKind::Denial).is_empty());
    // The time to file does not run while the payer has it.
    let deadlines = engine.deadlines(&id(0)).unwrap();
    let appeals = |kind| matches!(kind, DeadlineKind::Appeal { .. });
    assert!(!deadlines.iter().any(|one| appeals(one.kind)));

    assert!(tick(&mut engine, "2026-04-30").appeals.is_empty());
    let late = tick(&mut engine, "2026-05-01").appeals;
    assert_eq!((late.len(), late[0].missing), (1, "decision"));
    assert!(tick(&mut engine, "2026-06-01").appeals.is_empty());
    assert_eq!(
        open(&engine, WorkKind::FollowUp)
            .iter()
            .filter(|item| item.record.is_some())
            .count(),
        1
    );

    let day = "2026-06-01".parse().unwrap();
    let decided = engine
        .decide_appeal(&first.appeal, day, AppealOutcome::Upheld, None, "Ana")
        .unwrap();
    assert_eq!(decided.next.unwrap().1.unwrap().to_string(), "2026-07-31");
    let work = open(&engine, WorkKind::Denial);
    assert_eq!(work.len(), 1);
    assert!(
        work[0]
            .reason
            .contains("draft the next level (external review) by 2026-07-31")
    );

    let second = engine
        .appeal(&id(0), None, "See the enclosed approval.", "Ana")
        .unwrap();
    assert_eq!((second.level, second.name.as_str()), (2, "external review"));
    // What supported the first supports the second.
    assert!(second.evidence.iter().any(|one| one.reference == "AUTH-88"));
    engine
        .file_appeal(&second.appeal, &filing("2026-06-01"), "Ana")
        .unwrap();
    pay(&mut engine, &[("CO", "45", 2_001)]);
    assert_eq!(state(&engine, &second.appeal), "overturned");
    assert_eq!(on(&engine), Appeal::Overturned);
    assert!(
        open(&engine, WorkKind::FollowUp)
            .iter()
            .all(|item| item.record.is_none())
    );
    let history = engine.read().unwrap().history(&id(0)).unwrap();
    let settled = history.iter().find_map(|row| match &row.event {
        Event::DenialSettled {
            outcome, amount, ..
        } => Some((*outcome, *amount)),
        _ => None,
    });
    assert_eq!(settled, Some((DenialOutcome::Overturned, cents(10_001))));
    is_sound(&practice, engine);
}

#[test]
fn what_the_payer_says_came_too_late_is_answered_from_its_own_acknowledgments() {
    let (practice, mut engine) = sent(TWO_LEVELS, 1);
    let name = practice.sent().remove(0);
    let file = std::fs::read_to_string(practice.path("outbox").join(name)).unwrap();
    let bht = file
        .split('~')
        .find(|one| one.trim().starts_with("BHT"))
        .unwrap();
    let batch = bht.split('*').nth(3).unwrap().to_owned();
    take(&mut engine, "a.999", &functional(12, 1, "A"));
    let taken = claim_status(13, "PR", &batch, &[("S00000", "A2:20:PR")]);
    take(&mut engine, "a.277", &taken);
    refuse(&mut engine, "29");
    let proof = engine.proof_of_filing(&id(0)).unwrap();
    // Ninety days from the service on 27 February.
    assert_eq!(proof.due.unwrap().to_string(), "2026-05-28");
    assert_eq!(proof.in_time(), Some(true));
    let sending = &proof.sendings[0];
    assert_eq!((sending.interchange, sending.group, sending.set), (1, 1, 1));
    let said: Vec<&str> = sending.answers.iter().map(|one| one.what).collect();
    assert_eq!(said, ["999", "277CA"]);
    let history = engine.read().unwrap().history(&id(0)).unwrap();
    for answer in &sending.answers {
        let row = history
            .iter()
            .find(|row| row.sequence == answer.row)
            .unwrap();
        assert_eq!(row.hash, answer.hash, "the journal shows it unchanged");
    }
    let draft = engine.appeal(&id(0), None, "", "Ana").unwrap();
    let put = |ending: &str| {
        let path: PathBuf = practice.path(&format!("appeals/{}{ending}", draft.appeal));
        std::fs::read_to_string(path).unwrap()
    };
    for text in [put(".txt"), put("-proof.txt")] {
        assert!(
            text.contains("interchange 000000001, group 1, set 0001"),
            "{text}"
        );
        assert!(
            text.contains("277CA (A2:20:PR, our number S00000"),
            "{text}"
        );
        assert!(
            text.contains("the last day to file was 2026-05-28"),
            "{text}"
        );
    }
    assert!(
        !put("-proof.txt").contains("SAMPLE0"),
        "nobody's name is needed"
    );
    let kinds: Vec<EvidenceKind> = draft.evidence.iter().map(|one| one.kind).collect();
    assert!(kinds.contains(&EvidenceKind::ProofOfFiling), "{kinds:?}");
}

#[test]
fn a_placeholder_that_there_is_not_is_told_and_nothing_is_drafted() {
    let (practice, mut engine) = sent(TWO_LEVELS, 1);
    refuse(&mut engine, "197");
    practice.write(
        "appeal-templates/authorization.txt",
        "Dear {{payer.nmae}},\n",
    );
    let rows = engine.read().unwrap().last_row().unwrap();
    let wrong = refused(engine.appeal(&id(0), None, "", "Ana")).to_string();
    assert!(
        wrong.contains("authorization.txt:1: there is no `{{payer.nmae}}`"),
        "{wrong}"
    );
    assert!(wrong.contains("payer.name"), "{wrong}");
    assert_eq!(engine.read().unwrap().last_row().unwrap(), rows);
    assert!(!practice.path("appeals").exists());
    practice.write(
        "appeal-templates/authorization.txt",
        "Dear {{payer.name}}, {{amount}}!\n",
    );
    let draft = engine.appeal(&id(0), None, "", "Ana").unwrap();
    let letter = std::fs::read_to_string(practice.path(&format!("appeals/{}.txt", draft.appeal)));
    assert_eq!(letter.unwrap(), "Dear Sample Payer, 100.01!\n");
}

#[test]
fn a_won_appeal_is_waited_for_and_an_undone_payment_opens_it_again() {
    let (practice, mut engine) = sent(TWO_LEVELS, 1);
    refuse(&mut engine, "50");
    let draft = engine
        .appeal(&id(0), None, "See the record.", "Ana")
        .unwrap();
    engine
        .file_appeal(&draft.appeal, &filing("2026-03-16"), "Ana")
        .unwrap();
    let day = "2026-03-16".parse().unwrap();
    let part = Some(cents(6_000));
    let wrong =
        refused(engine.decide_appeal(&draft.appeal, day, AppealOutcome::Upheld, part, "Ana"));
    assert_eq!(wrong, AppealCallError::Granted);
    let decided = engine
        .decide_appeal(
            &draft.appeal,
            day,
            AppealOutcome::PartiallyOverturned,
            part,
            "Ana",
        )
        .unwrap();
    assert_eq!(decided.open, cents(4_001));
    // 40.01 are too little for the external review.
    assert_eq!(decided.next, None);
    assert_eq!(decided.paid_by.unwrap().to_string(), "2026-04-15");
    assert!(
        open(&engine, WorkKind::Denial)[0]
            .reason
            .contains("no level is left")
    );
    let told = tick(&mut engine, "2026-04-16").appeals;
    assert_eq!((told[0].missing, told[0].amount), ("payment", cents(6_000)));

    let (_practice, mut other) = sent(TWO_LEVELS, 1);
    refuse(&mut other, "50");
    let draft = other
        .appeal(&id(0), None, "See the record.", "Ana")
        .unwrap();
    other
        .file_appeal(&draft.appeal, &filing("2026-03-16"), "Ana")
        .unwrap();
    pay(&mut other, &[("CO", "45", 2_001)]);
    assert_eq!(state(&other, &draft.appeal), "overturned");
    let trace = "T2".parse().unwrap();
    other
        .undo_remittance("1999999999", &trace, "Ana", "not ours")
        .unwrap();
    assert_eq!(
        (state(&other, &draft.appeal), on(&other)),
        ("filed", Appeal::Filed)
    );
    is_sound(&practice, engine);
}

#[test]
fn what_cannot_be_contested_is_refused_with_what_to_do() {
    let (_practice, mut engine) = sent(TWO_LEVELS, 2);
    let none = refused(engine.appeal(&id(1), None, "", "Ana"));
    assert!(matches!(none, AppealCallError::NotDenied { .. }), "{none}");
    let rows = "payer,trace,payment,paid_on,claim,charge,paid,adjustments,remarks\n\
                sample,C1,0.00,2026-03-16,S00001,100.02,0.00,CO-16 100.02,MA130\n";
    engine
        .enter_remittances(rows.as_bytes(), "Ana", "paper")
        .unwrap();
    let none = refused(engine.appeal(&id(1), None, "", "Ana"));
    assert!(matches!(none, AppealCallError::NoRight { .. }), "{none}");
    refuse(&mut engine, "197");
    let third = refused(engine.appeal(&id(0), Some(3), "", "Ana"));
    assert!(matches!(third, AppealCallError::NoLevel { .. }), "{third}");
    let unsigned = refused(engine.appeal(&id(0), None, "", " "));
    assert_eq!(unsigned, AppealCallError::Unsigned);
    let unknown = AppealFilter {
        state: Some("lost".to_owned()),
        ..AppealFilter::default()
    };
    let unknown = refused(engine.appeals(&unknown)).to_string();
    assert!(unknown.contains("drafted, withdrawn, filed"), "{unknown}");

    // A draft that nobody wants is given up, and the next one may come.
    let draft = engine.appeal(&id(0), None, "", "Ana").unwrap();
    engine.withdraw_appeal(&draft.appeal, "Ana").unwrap();
    assert_eq!(
        (state(&engine, &draft.appeal), on(&engine)),
        ("withdrawn", Appeal::None)
    );
    let late = refused(engine.file_appeal(&draft.appeal, &filing("2026-03-16"), "Ana"));
    assert!(matches!(late, AppealCallError::Stands { .. }), "{late}");
    assert_eq!(engine.appeal(&id(0), None, "", "Ana").unwrap().level, 1);
}

#[test]
fn a_payer_whose_times_nobody_told_is_appealed_to_without_one() {
    let (practice, mut engine) = sent("timely_filing: 90 days", 1);
    refuse(&mut engine, "197");
    drop(engine);
    let draft = [
        "appeal",
        "draft",
        "S00000",
        "--reason",
        "It was approved.",
        "--by",
        "Ana",
    ];
    let said = practice.scrubjay(&draft).good();
    assert!(said.contains("its time to file is not known"), "{said}");
    let listed = practice.scrubjay(&["appeal", "list"]).good();
    assert!(
        listed.contains("S00000") && listed.contains("authorization"),
        "{listed}"
    );
    let wrong = practice.scrubjay(&["appeal", "list", "--state", "lost"]);
    assert_eq!(wrong.code, 1, "{}", wrong.err);
    let way = practice.scrubjay(&[
        "appeal",
        "file",
        "A000001",
        "--on",
        "2026-03-16",
        "--way",
        "pigeon",
        "--by",
        "Ana",
    ]);
    assert!(
        way.err.contains("possible values: mail, fax"),
        "{}",
        way.err
    );
}
