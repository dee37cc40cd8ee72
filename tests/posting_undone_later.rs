//! A posting is undone after its claims have gone on from it: paid by patients,
//! billed, deposited, taken back. Nothing is left that nobody follows up.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{
    Account, ClaimId, Money, PatientBilling, PaymentWay, Responsibility, ResponsibleParty, Work,
    WorkKind,
};
use scrubjay::store::ClaimRow;
use scrubjay::{
    Config, Engine, EngineBuilder, EngineError, RemittanceError, RemittanceState, associations,
    remittances,
};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::claims;
use scrubjay_tests::{copy_folder, repository};

const PAYER: &str = "1999999999";

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// 60.00 paid, 20.00 for the patient, the rest by contract.
fn usual(number: usize) -> Remitted {
    let contract = 2001 + i64::try_from(number).unwrap();
    Remitted::sample(number).less(&[("CO", "45", contract), ("PR", "3", 2000)])
}

fn take(engine: &mut Engine, payment: &Payment) {
    let number = 100 + remittances(engine.read().unwrap().as_ref()).unwrap().len();
    let file = payment.file(number);
    let took = engine.take_in(&payment.trace, file.as_bytes()).unwrap();
    assert!(!took.is_refused(), "{took}");
}

fn undo(engine: &mut Engine, trace: &str) -> Result<(), RemittanceError> {
    let undone = engine.undo_remittance(PAYER, &trace.parse().unwrap(), "Ana", "wrong file");
    match undone {
        Ok(_) => Ok(()),
        Err(EngineError::Remittance(refused)) => Err(refused),
        Err(other) => panic!("{other}"),
    }
}

fn repost(engine: &mut Engine, trace: &str) {
    let trace = trace.parse().unwrap();
    engine.repost_remittance(PAYER, &trace, "Ana").unwrap();
}

/// The clock's look, and what is to leave then.
fn tick(engine: &mut Engine, day: &str) {
    let now = format!("{day}T15:00:00Z").parse().unwrap();
    engine.tick(now).unwrap();
    engine.deliver_letters(now).unwrap();
}

fn row(engine: &Engine, number: usize) -> ClaimRow {
    engine.read().unwrap().claim(&id(number)).unwrap().unwrap()
}

fn owed(engine: &Engine, number: usize) -> (Money, Money) {
    let reader = engine.read().unwrap();
    let by = |party| reader.balance(&id(number), party).unwrap();
    (
        by(ResponsibleParty::Insurance),
        by(ResponsibleParty::Patient),
    )
}

/// What the payer's own account holds.
fn payers_own(engine: &Engine) -> Money {
    let accounts = engine.read().unwrap().accounts().unwrap();
    let own = |account: &Account| matches!(account, Account::PayerTakebacks { .. });
    accounts
        .iter()
        .filter(|(account, _)| own(account))
        .map(|(_, sum)| *sum)
        .sum()
}

#[test]
fn a_claim_that_was_closed_since_is_with_its_payer_again() {
    let (_practice, mut engine) = Practice::with_sent(1);
    let before = row(&engine, 0).status;
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    tick(&mut engine, "2026-03-17");
    let account = engine.patient_accounts().unwrap().remove(0).number.clone();
    engine
        .take_patient_payment(&account, cents(2000), PaymentWay::Card, &[], "Ana")
        .unwrap();
    assert_eq!(row(&engine, 0).status.work, Work::Closed);

    undo(&mut engine, "T1").unwrap();
    assert_eq!(owed(&engine, 0), (cents(10_001), cents(-2000)));
    assert_eq!(row(&engine, 0).status, before);
    let looked = engine.read().unwrap().open_work(Some(&id(0))).unwrap();
    assert!(
        looked
            .iter()
            .any(|item| item.kind == WorkKind::PostingReview)
    );

    repost(&mut engine, "T1");
    tick(&mut engine, "2026-03-18");
    assert_eq!(owed(&engine, 0), (cents(0), cents(0)));
    let status = row(&engine, 0).status;
    assert_eq!(
        (status.work, status.responsibility),
        (Work::Closed, Responsibility::None)
    );
}

#[test]
fn no_statement_is_stopped_for_good_by_what_was_undone_for_a_day() {
    let practice = Practice::new("rules: [packs]\n");
    copy_folder(
        &repository().join("payer-rules/collections"),
        &practice.path("packs/collections"),
    );
    let mut engine = EngineBuilder::new(Config::of_folder(practice.folder()).unwrap())
        .open()
        .unwrap();
    engine.take_in("claims.837", claims(1).as_bytes()).unwrap();
    engine.submit().unwrap();
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    tick(&mut engine, "2026-03-17");
    assert_eq!(row(&engine, 0).status.patient, PatientBilling::Billed);
    undo(&mut engine, "T1").unwrap();
    // Long enough for the next statement to be due while the payer has the claim.
    for day in ["2026-03-18", "2026-04-20", "2026-04-27"] {
        tick(&mut engine, day);
    }
    repost(&mut engine, "T1");
    for day in ["2026-04-28", "2026-05-05", "2026-05-12"] {
        tick(&mut engine, day);
    }
    let account = engine.patient_accounts().unwrap().remove(0);
    let stopped = account.dealings.pause.as_ref();
    let day = "2026-05-12".parse().unwrap();
    assert!(stopped.is_none_or(|pause| !pause.is_on(day)), "{stopped:?}");
    let statements = account.dealings.statements().count();
    assert!(statements >= 2, "{statements} statements");
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
}

#[test]
fn a_payment_that_was_taken_back_since_is_not_undone_before_that() {
    let (_practice, mut engine) = Practice::with_sent(4);
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    // Reversed and noted; then taken, by a file that decides on other claims.
    let noted = Payment::of("T2", [usual(0).reversed(), usual(1)]);
    take(&mut engine, &noted.beside("WO", "S00000", -6000));
    take(
        &mut engine,
        &Payment::of("T3", [usual(2)]).beside("WO", "S00000", 6000),
    );
    assert_eq!(payers_own(&engine), cents(0));
    let refused = undo(&mut engine, "T2").unwrap_err();
    let RemittanceError::LaterDecision { later, claim, .. } = refused else {
        panic!("{refused}");
    };
    assert_eq!((later.as_str(), claim), ("T3", id(0)));
    for trace in ["T3", "T2", "T1"] {
        undo(&mut engine, trace).unwrap();
    }
    assert_eq!(payers_own(&engine), cents(0));
    assert_eq!(owed(&engine, 0), (cents(10_001), cents(0)));
}

#[test]
fn what_a_later_file_took_up_is_not_undone_before_that() {
    let (_practice, mut engine) = Practice::with_sent(4);
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    // More is reversed than is paid: the rest is carried forward, and met.
    take(&mut engine, &Payment::of("T2", [usual(0).reversed()]));
    let met = Payment::of("T3", [usual(1), usual(2)]).beside("FB", "T2", 6000);
    take(&mut engine, &met);
    let refused = undo(&mut engine, "T2").unwrap_err();
    assert!(
        matches!(refused, RemittanceError::TakenUp { .. }),
        "{refused}"
    );
    undo(&mut engine, "T3").unwrap();
    undo(&mut engine, "T2").unwrap();
    assert_eq!(payers_own(&engine), cents(0));
}

#[test]
fn a_deposit_is_asked_about_again_where_its_remittance_was_undone() {
    let (_practice, mut engine) = Practice::with_sent(1);
    let asked = |engine: &Engine| {
        let mut open = engine.read().unwrap().open_work(None).unwrap();
        open.retain(|item| item.kind == WorkKind::Deposit);
        open.len()
    };
    let stands = |engine: &Engine| {
        let all = associations(engine.read().unwrap().as_ref()).unwrap();
        all[0].as_str().to_owned()
    };
    let bank = "trace,amount,deposited_on\nT1,60.00,2026-03-17\n";
    engine.take_in("bank.csv", bank.as_bytes()).unwrap();
    tick(&mut engine, "2026-04-01");
    assert_eq!(asked(&engine), 1);
    take(&mut engine, &Payment::of("T1", [usual(0)]));
    tick(&mut engine, "2026-04-02");
    assert_eq!((asked(&engine), stands(&engine).as_str()), (0, "agrees"));
    undo(&mut engine, "T1").unwrap();
    tick(&mut engine, "2026-04-03");
    tick(&mut engine, "2026-04-04");
    assert_eq!(
        (asked(&engine), stands(&engine).as_str()),
        (1, "no remittance")
    );
    repost(&mut engine, "T1");
    tick(&mut engine, "2026-04-05");
    assert_eq!((asked(&engine), stands(&engine).as_str()), (0, "agrees"));
}

/// A payment whose amount is a dollar off.
fn off(payment: &Payment, number: usize) -> String {
    let total = payment.total();
    let off = total - Money::from_cents(100);
    payment
        .file(number)
        .replace(&format!("BPR*I*{total}"), &format!("BPR*I*{off}"))
}

fn waiting(engine: &Engine) -> usize {
    let mut open = engine.read().unwrap().open_work(None).unwrap();
    open.retain(|item| item.kind == WorkKind::UnbalancedRemittance);
    open.len()
}

fn states(engine: &Engine) -> Vec<&'static str> {
    let all = remittances(engine.read().unwrap().as_ref()).unwrap();
    all.iter().map(|one| one.state.as_str()).collect()
}

#[test]
fn a_quarantined_remittance_ends_when_the_corrected_one_is_posted() {
    let (_practice, mut engine) = Practice::with_sent(1);
    let payment = Payment::of("T1", [usual(0)]);
    engine
        .take_in("off.835", off(&payment, 9).as_bytes())
        .unwrap();
    assert_eq!(
        (waiting(&engine), states(&engine)),
        (1, vec!["quarantined"])
    );
    take(&mut engine, &payment);
    assert_eq!(
        (waiting(&engine), states(&engine)),
        (0, vec!["replaced", "posted"])
    );
    let bank = "trace,amount,deposited_on\nT1,60.00,2026-03-17\n";
    engine.take_in("bank.csv", bank.as_bytes()).unwrap();
    let all = associations(engine.read().unwrap().as_ref()).unwrap();
    assert_eq!(all[0].as_str(), "agrees");
    // Undone, the first one waits again.
    undo(&mut engine, "T1").unwrap();
    assert_eq!(
        (waiting(&engine), states(&engine)),
        (1, vec!["quarantined", "undone"])
    );
    repost(&mut engine, "T1");
    assert_eq!(waiting(&engine), 0);
}

#[test]
fn a_quarantined_remittance_is_set_aside_by_a_person_with_a_reason() {
    let (practice, mut engine) = Practice::with_sent(1);
    let payment = Payment::of("T1", [usual(0)]);
    take(&mut engine, &payment);
    // The same payment once more, by another file.
    engine
        .take_in("again.835", payment.file(77).as_bytes())
        .unwrap();
    assert_eq!(
        (waiting(&engine), states(&engine)),
        (1, vec!["posted", "quarantined"])
    );
    let trace = "T1".parse().unwrap();
    let unsigned = engine.set_aside_remittance(PAYER, &trace, "Ana", " ");
    assert!(matches!(
        unsigned,
        Err(EngineError::Remittance(RemittanceError::Unsigned))
    ));
    for _ in 0..2 {
        let call = engine.once("aside");
        call.set_aside_remittance(PAYER, &trace, "Ana", "it came twice")
            .unwrap();
    }
    assert_eq!(
        (waiting(&engine), states(&engine)),
        (0, vec!["posted", "set aside"])
    );
    let again = engine.set_aside_remittance(PAYER, &trace, "Ana", "it came twice");
    let Err(EngineError::Remittance(refused)) = again else {
        panic!("{again:?}");
    };
    assert!(
        matches!(refused, RemittanceError::NotQuarantined { .. }),
        "{refused}"
    );
    let listed = remittances(engine.read().unwrap().as_ref()).unwrap();
    let RemittanceState::SetAside { by, reason } = &listed[1].state else {
        panic!("{listed:?}");
    };
    assert_eq!((by.as_str(), reason.as_str()), ("Ana", "it came twice"));
    assert_eq!(owed(&engine, 0), (cents(0), cents(2000)));
    drop(practice);
}

#[test]
fn the_program_sets_aside() {
    let practice = Practice::new("");
    practice.write("inbox/1.837", &claims(1));
    practice.write("inbox/2.835", &off(&Payment::of("T1", [usual(0)]), 9));
    let _ = practice.run();
    let by = ["--by", "Ana", "--reason", "the payer has voided it"];
    let aside = practice.scrubjay(&[&["remit", "set-aside", "T1"], &by[..]].concat());
    assert_eq!(aside.good(), "remittance T1 of 59.00 is set aside\n");
    let shown = practice.scrubjay(&["remit", "show", "T1"]).good();
    assert!(
        shown.contains("set aside by Ana: the payer has voided it"),
        "{shown}"
    );
    let open = practice.scrubjay(&["work", "list", "--json"]).good();
    assert!(!open.contains("unbalanced_remittance"), "{open}");
    let again = practice.scrubjay(&[&["remit", "set-aside", "T1"], &by[..]].concat());
    assert_eq!(again.code, 1);
    assert_eq!(practice.scrubjay(&["db", "verify"]).code, 0);
}
