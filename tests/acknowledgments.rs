//! What was sent is matched to what is answered to it, at every stop on the way;
//! what is rejected goes back to work, and what is not answered is missed.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::sync::Arc;

use scrubjay::hooks::{
    Context, Effect, Finding, Handler, Hook, Outcome, Ran, Severity, Subject, Worker,
};
use scrubjay::model::{AckOutcome, ClaimId, DeadlineKind, Owner, Work, WorkItem, WorkKind};
use scrubjay::store::{ClaimFilter, SqliteStore};
use scrubjay::{Engine, EngineBuilder, answers_to, sent_files};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{claim_status, claims, functional, interchange};

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

/// A practice that has sent so many claims in one file, interchange 1, group 1.
fn sent(count: usize) -> (Practice, Engine) {
    let practice = Practice::new("");
    let mut engine = Engine::open(practice.folder()).unwrap();
    take(&mut engine, &claims(count));
    assert_eq!(engine.submit().unwrap().len(), 1);
    (practice, engine)
}

fn take(engine: &mut Engine, file: &str) -> String {
    let taken = engine.take_in("a file", file.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");
    taken.to_string()
}

fn work(engine: &Engine, number: usize) -> Work {
    let row = engine.read().unwrap().claim(&id(number)).unwrap().unwrap();
    row.status.work
}

fn open(engine: &Engine, kind: WorkKind) -> Vec<WorkItem> {
    let mut open = engine.read().unwrap().open_work(None).unwrap();
    open.retain(|item| item.kind == kind);
    open
}

/// What we called the set of a file that was sent (BHT03).
fn batch(practice: &Practice, place: usize) -> String {
    let name = practice.sent()[place].clone();
    let file = std::fs::read_to_string(practice.path("outbox").join(name)).unwrap();
    let bht = file
        .split('~')
        .find(|segment| segment.trim().starts_with("BHT"))
        .unwrap();
    bht.split('*').nth(3).unwrap().to_owned()
}

#[test]
fn every_stop_on_the_way_is_kept_and_only_the_last_word_moves_the_claim() {
    let (practice, mut engine) = sent(2);
    let batch = batch(&practice, 0);
    take(&mut engine, &interchange(11, 1, "A"));
    take(&mut engine, &functional(12, 1, "E:5"));
    assert_eq!(work(&engine, 0), Work::Submitted);
    let forwarded = [("S00000", "A0:20:PR"), ("S00001", "A1:19:PR")];
    take(&mut engine, &claim_status(13, "AY", &batch, &forwarded));
    assert_eq!(work(&engine, 0), Work::Submitted);
    let decided = [("S00000", "A2:20:PR"), ("S00001", "A7:562:85")];
    take(&mut engine, &claim_status(14, "PR", &batch, &decided));
    assert_eq!(work(&engine, 0), Work::Accepted);
    assert_eq!(work(&engine, 1), Work::Rejected);
    let rejected = open(&engine, WorkKind::Rejection);
    assert_eq!(rejected.len(), 1);
    assert_eq!(
        rejected[0].reason,
        "rejected before adjudication: by the payer, A7:562:85"
    );
    assert!(open(&engine, WorkKind::AcknowledgmentReview).is_empty());

    let reader = engine.read().unwrap();
    let answers = answers_to(reader.as_ref(), &id(0)).unwrap();
    let said: Vec<AckOutcome> = answers[0]
        .answers
        .iter()
        .map(|one| one.answer.outcome)
        .collect();
    use AckOutcome::{Accepted, Received};
    assert_eq!(said, [Accepted, Accepted, Received, Accepted]);
    let files = sent_files(reader.as_ref()).unwrap();
    assert!(files[0].with_errors);
    assert_eq!(
        (files[0].by_claim.accepted, files[0].by_claim.rejected),
        (1, 1)
    );
    drop(reader);
    drop(engine);
    let shown = practice.scrubjay(&["ack", "show", "S00000"]).good();
    for part in [
        "TA1 from SAMPLERECEIVER: accepted",
        "999 from SAMPLESENDER: accepted with errors (IK5:E:5)",
        "277CA from clearinghouse HOPAY: received (A0:20:PR)",
        "277CA from payer HOPPR: accepted (A2:20:PR)",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let listed = practice.scrubjay(&["ack", "list"]).good();
    assert!(listed.contains("with errors"), "{listed}");
    assert!(
        practice
            .scrubjay(&["db", "verify"])
            .good()
            .contains("clean")
    );
}

#[test]
fn a_rejected_file_brings_all_its_claims_back_and_a_late_word_does_not() {
    let (practice, mut engine) = sent(2);
    take(&mut engine, &functional(12, 1, "R:5"));
    assert_eq!(open(&engine, WorkKind::Rejection).len(), 2);
    for number in 0..2 {
        assert_eq!(work(&engine, number), Work::Rejected);
        let released = engine.release(&id(number), "Ana", "the receiver mended its set-up");
        assert_eq!(released.unwrap().work, Work::Ready);
    }
    assert!(open(&engine, WorkKind::Rejection).is_empty());
    assert_eq!(engine.submit().unwrap().len(), 1);
    // The clearinghouse takes its time over what it had before.
    let first = batch(&practice, 0);
    take(
        &mut engine,
        &claim_status(13, "AY", &first, &[("S00000", "A3:21:PR")]),
    );
    take(&mut engine, &functional(14, 1, "R:5"));
    assert_eq!(work(&engine, 0), Work::Submitted);
    let second = batch(&practice, 1);
    take(
        &mut engine,
        &claim_status(15, "PR", &second, &[("S00000", "A2:20:PR")]),
    );
    assert_eq!(work(&engine, 0), Work::Accepted);
    let answers = answers_to(engine.read().unwrap().as_ref(), &id(0)).unwrap();
    let counts: Vec<usize> = answers.iter().map(|sent| sent.answers.len()).collect();
    assert_eq!(counts, [3, 1]);
}

#[test]
fn a_corrected_claim_goes_again_and_its_time_to_file_runs_from_the_service() {
    let practice = Practice::new("");
    practice.configure("");
    let configured = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    practice.write(
        "scrubjay.yaml",
        &configured.replace(
            ", channel: house }",
            ", channel: house, terms: { timely_filing: 90 days } }",
        ),
    );
    let mut engine = Engine::open(practice.folder()).unwrap();
    take(&mut engine, &claims(1));
    engine.submit().unwrap();
    let due = |engine: &Engine| {
        let deadlines = engine.deadlines(&id(0)).unwrap();
        let filing = deadlines
            .into_iter()
            .find(|deadline| deadline.kind == DeadlineKind::TimelyFiling)
            .unwrap();
        (filing.basis.to_string(), filing.proof.is_some())
    };
    let first = batch(&practice, 0);
    // What is asked about this sending is moot once the claim is mended.
    take(
        &mut engine,
        &claim_status(12, "PR", &first, &[("S00000", "A4:35:PR")]),
    );
    assert_eq!(open(&engine, WorkKind::AcknowledgmentReview).len(), 1);
    take(
        &mut engine,
        &claim_status(13, "PR", &first, &[("S00000", "A2:20:PR")]),
    );
    assert_eq!(due(&engine), ("2026-02-27".to_owned(), true));
    take(
        &mut engine,
        &claim_status(14, "PR", &first, &[("S00000", "A7:562:85")]),
    );
    // What was taken back proves nothing.
    assert_eq!(due(&engine), ("2026-02-27".to_owned(), false));
    let rejected = open(&engine, WorkKind::Rejection);
    assert!(
        rejected[0].reason.ends_with("at the payer by 2026-05-28"),
        "{rejected:?}"
    );

    let mended = claims(1)
        .replace("*100.01*", "*120.01*")
        .replace("HI*ABK:J029", "HI*ABK:J020");
    assert_ne!(mended, claims(1));
    let same = engine.correct(&id(0), claims(1).as_bytes(), "Ana", "nothing");
    assert!(
        same.unwrap_err()
            .to_string()
            .contains("says what claim S00000 says already")
    );
    let two = engine.correct(&id(0), claims(2).as_bytes(), "Ana", "which");
    assert!(two.unwrap_err().to_string().contains("holds 2 claims"));
    let corrected = engine
        .correct(&id(0), mended.as_bytes(), "Ana", "the code was wrong")
        .unwrap();
    assert_eq!(corrected.changed, ["charge", "diagnoses", "lines"]);
    assert_eq!(corrected.work, Work::Ready);
    assert!(open(&engine, WorkKind::Rejection).is_empty());
    assert!(open(&engine, WorkKind::AcknowledgmentReview).is_empty());
    let reader = engine.read().unwrap();
    let balance = reader
        .balance(&id(0), scrubjay::model::ResponsibleParty::Insurance)
        .unwrap();
    assert_eq!(balance.to_string(), "120.01");
    drop(reader);
    engine.submit().unwrap();
    assert_eq!(due(&engine), ("2026-02-27".to_owned(), false));
    let late = engine.correct(&id(0), claims(1).as_bytes(), "Ana", "again");
    assert!(late.unwrap_err().to_string().contains("is submitted"));
    drop(engine);
    let history = practice.scrubjay(&["claims", "history", "S00000"]).good();
    assert!(
        history.contains(
            "changed: charge, diagnoses, lines: the code was wrong  [Ana by call correct]"
        ),
        "{history}"
    );
    assert!(
        practice
            .scrubjay(&["db", "verify"])
            .good()
            .contains("clean")
    );
}

#[test]
fn acceptance_after_a_rejection_is_looked_at_by_a_person() {
    let (practice, mut engine) = sent(3);
    let batch = batch(&practice, 0);
    let all = |status| [("S00000", status), ("S00001", status), ("S00002", status)];
    take(
        &mut engine,
        &claim_status(13, "PR", &batch, &all("A7:562:85")),
    );
    engine.release(&id(1), "Ana", "send it again").unwrap();
    take(
        &mut engine,
        &claim_status(14, "AY", &batch, &[("S00002", "A2:20:PR")]),
    );
    assert_eq!(work(&engine, 2), Work::Rejected, "the payer has refused it");
    take(
        &mut engine,
        &claim_status(15, "PR", &batch, &all("A2:20:PR")[..2]),
    );
    assert_eq!(work(&engine, 0), Work::Accepted);
    assert_eq!(work(&engine, 1), Work::Held, "it must not go twice");
    let reviews = open(&engine, WorkKind::AcknowledgmentReview);
    assert_eq!(reviews.len(), 3);
    assert!(
        reviews
            .iter()
            .all(|item| item.owner == Owner("billing".into()))
    );
    assert!(engine.submit().unwrap().is_empty());
}

#[test]
fn an_answer_to_what_was_never_sent_and_one_in_part_become_work() {
    let (_practice, mut engine) = sent(2);
    let said = take(
        &mut engine,
        &claim_status(
            13,
            "PR",
            "STRANGE",
            &[("X1", "A2:20:PR"), ("X2", "A3:21:PR")],
        ),
    );
    assert!(
        said.contains("2 answer(s) speak of nothing that we sent"),
        "{said}"
    );
    let items = open(&engine, WorkKind::AcknowledgmentReview);
    assert_eq!(items.len(), 1);
    assert!(
        items[0].reason.starts_with("2 answer(s) in a file"),
        "{}",
        items[0].reason
    );
    let partial = functional(14, 1, "P")
        .replace("AK2*837*0001*005010X222A1~\nIK5*P~\n", "")
        .replace("SE*6*", "SE*4*");
    take(&mut engine, &partial);
    let items = open(&engine, WorkKind::AcknowledgmentReview);
    assert_eq!(items.len(), 2);
    assert!(
        items[1]
            .reason
            .contains("with 2 claim(s) was taken in part"),
        "{}",
        items[1].reason
    );
    assert_eq!(items[1].amount.to_string(), "200.03");
    assert_eq!(work(&engine, 0), Work::Submitted);
}

#[test]
fn what_is_not_answered_in_time_is_missed_once_and_listed() {
    let (practice, mut engine) = sent(3);
    let at = |day: &str| format!("{day}T12:00:00Z").parse().unwrap();
    // Sent on Monday, 2 March: the second business day is Wednesday.
    assert!(engine.tick(at("2026-03-04")).unwrap().fired.is_empty());
    let fired = engine.tick(at("2026-03-05")).unwrap().fired;
    assert_eq!(fired.len(), 3);
    assert!(
        fired
            .iter()
            .all(|one| one.deadline.kind == DeadlineKind::FileAcknowledgment)
    );
    let missing = open(&engine, WorkKind::MissingAcknowledgment);
    assert_eq!(missing.len(), 1, "one file is one piece of work");
    assert_eq!(missing[0].amount.to_string(), "300.06");
    assert!(
        missing[0].reason.contains("3 claim(s)"),
        "{}",
        missing[0].reason
    );
    assert_eq!(missing[0].due.to_string(), "2026-03-07");
    assert!(engine.tick(at("2026-03-06")).unwrap().fired.is_empty());
    let listed = practice.scrubjay(&["ack", "missing", "--on", "2026-03-06"]);
    assert_eq!(listed.code, 1);
    assert!(
        listed.out.contains("file_acknowledgment") && listed.out.contains("300.06"),
        "{}",
        listed.out
    );

    take(&mut engine, &functional(12, 1, "A"));
    assert!(open(&engine, WorkKind::MissingAcknowledgment).is_empty());
    take(
        &mut engine,
        &claim_status(13, "PR", "NONE", &[("S00000", "A2:20:PR")]),
    );
    // The fifth business day is Monday, 9 March.
    assert!(engine.tick(at("2026-03-09")).unwrap().fired.is_empty());
    let fired = engine.tick(at("2026-03-10")).unwrap().fired;
    assert_eq!(fired.len(), 2);
    assert_eq!(open(&engine, WorkKind::MissingAcknowledgment).len(), 2);
    assert!(engine.tick(at("2026-03-11")).unwrap().fired.is_empty());
    take(
        &mut engine,
        &claim_status(14, "PR", "NONE", &[("S00001", "A3:21:PR")]),
    );
    assert_eq!(open(&engine, WorkKind::MissingAcknowledgment).len(), 1);
}

#[test]
fn a_channel_that_gives_no_such_answer_is_not_waited_for() {
    let practice = Practice::new("");
    let configured = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    practice.write(
        "scrubjay.yaml",
        &configured.replace(
            "usage: T }",
            "usage: T, answers: { file: never, claims: 1 business day } }",
        ),
    );
    let mut engine = Engine::open(practice.folder()).unwrap();
    take(&mut engine, &claims(1));
    engine.submit().unwrap();
    let fired = engine
        .tick("2026-03-04T12:00:00Z".parse().unwrap())
        .unwrap()
        .fired;
    assert_eq!(fired.len(), 1);
    assert_eq!(fired[0].deadline.kind, DeadlineKind::ClaimAcknowledgment);
}

/// A handler of a host's at the hook `acknowledgment`.
struct Desk;

impl Handler for Desk {
    fn name(&self) -> &str {
        "desk"
    }

    fn handles(&self, hook: Hook) -> bool {
        hook == Hook::Acknowledgment
    }

    fn worker(&self) -> Box<dyn Worker> {
        Box::new(Self)
    }
}

impl Worker for Desk {
    fn judge(&mut self, _: Hook, subject: Subject<'_>, _: Context, outcome: &mut Outcome) {
        let Subject::Acknowledgment(subject) = subject else {
            return;
        };
        assert_eq!(subject.sent.to_string(), "2026-03-02");
        assert!(subject.submission.is_some());
        let codes = subject.acknowledgment.map(|one| one.codes.join(","));
        let mut findings = 0;
        let mut say = |effect| outcome.effects.push(("desk/ack".to_owned(), effect));
        match codes.as_deref() {
            None => say(Effect::Tag {
                tag: "silent".to_owned(),
            }),
            Some(codes) if codes.starts_with("A7") => {
                say(Effect::CorrectAndResubmit {
                    reason: "ask the provider for its number".to_owned(),
                    owner: Owner("credentialing".to_owned()),
                    days: 1,
                });
                findings = 1;
            }
            Some(codes) if codes.starts_with("A2") => say(Effect::CorrectAndResubmit {
                reason: "never".to_owned(),
                owner: Owner("billing".to_owned()),
                days: 1,
            }),
            Some(_) => {}
        }
        outcome.ran.push(Ran {
            rule: "desk/ack".into(),
            version: "desk@1".into(),
            findings,
        });
        if findings > 0 {
            outcome.findings.push(Finding {
                rule: "desk/ack".to_owned(),
                severity: Severity::Block,
                message: "the number is not enrolled".to_owned(),
                about: scrubjay::hooks::About::Whole,
                prevents: Vec::new(),
                cite: None,
                overridable: true,
                shadow: false,
            });
        }
    }
}

#[test]
fn handlers_judge_each_answer_and_its_absence_and_their_effects_are_carried_out() {
    let practice = Practice::new("");
    let open_engine = || {
        EngineBuilder::of_folder(practice.folder(), &practice.path("scrubjay.db"))
            .unwrap()
            .handler(Arc::new(Desk))
            .open()
            .unwrap()
    };
    let mut engine = open_engine();
    take(&mut engine, &claims(2));
    engine.submit().unwrap();
    engine
        .tick("2026-03-05T12:00:00Z".parse().unwrap())
        .unwrap();
    let mut tagged = ClaimFilter::default();
    tagged.work = Some(Work::Submitted);
    let rows = engine.read().unwrap().claims(&tagged).unwrap();
    assert!(rows.iter().all(|row| row.tags == ["silent"]));

    take(
        &mut engine,
        &claim_status(
            13,
            "PR",
            "NONE",
            &[("S00000", "A7:562:85"), ("S00001", "A2:20:PR")],
        ),
    );
    let mend = open(&engine, WorkKind::Rejection);
    assert_eq!(mend.len(), 1);
    assert_eq!(mend[0].owner, Owner("credentialing".to_owned()));
    assert!(
        mend[0]
            .reason
            .starts_with("ask the provider for its number (desk/ack)")
    );
    // The block holds it, and a person may pass it.
    assert_eq!(work(&engine, 0), Work::Held);
    let released = engine.release(&id(0), "Ana", "enrolled").unwrap();
    assert_eq!(released.rules, ["desk/ack"]);
    // A claim that was accepted is not sent again, and the engine says so.
    assert_eq!(work(&engine, 1), Work::Accepted);
    let told = open(&engine, WorkKind::AcknowledgmentReview);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].reason, "engine/effect-refused");
    drop(engine);
    let store = SqliteStore::open(practice.path("scrubjay.db")).unwrap();
    assert!(store.verify().unwrap().is_clean());
}
