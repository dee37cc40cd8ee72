//! What patients owe: billed in plain words, paid, placed with an agency and taken
//! back, by the program and in a program.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::sync::{Arc, Mutex};

use scrubjay::hooks::{CollectionStep, Notice, Notifier, NotifyError};
use scrubjay::model::{HoldKind, Money, PaymentWay};
use scrubjay::{Config, Engine, EngineBuilder, Once};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{claims, remittance};

type Instant = scrubjay::Instant;

fn morning(day: &str) -> Instant {
    format!("{day}T15:00:00Z").parse().unwrap()
}

fn dollars(amount: i64) -> Money {
    Money::from_cents(amount * 100)
}

/// A practice with three claims that are paid, of which twenty dollars each are
/// the patient's.
fn practice(policy: &str) -> (Practice, Engine) {
    practice_with(&format!("notice: 0, {policy}"))
}

fn practice_with(policy: &str) -> (Practice, Engine) {
    let practice = Practice::new(&format!("patients: {{ {policy} }}\n"));
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(3).as_bytes()).unwrap();
    engine.submit().unwrap();
    engine
        .take_in("paid.835", remittance(0).as_bytes())
        .unwrap();
    (practice, engine)
}

fn is_balanced(engine: &Engine) -> bool {
    let balance = engine.read().unwrap().trial_balance().unwrap();
    balance.iter().map(|(_, sum)| *sum).sum::<Money>().is_zero()
}

#[test]
fn a_statement_says_what_insurance_did_and_why_and_is_the_same_whenever_it_is_written() {
    let (practice, mut engine) = practice("words: { G0463: Clinic visit }");
    let tick = engine.tick(morning("2026-03-17")).unwrap().accounts;
    assert_eq!(tick.statements.len(), 3);
    let issued = &tick.statements[0];
    assert_eq!(
        (issued.owed, issued.due.to_string()),
        (dollars(20), "2026-04-07".to_owned())
    );
    let (statement, written) = engine.statement(&issued.statement).unwrap();
    assert_eq!(statement.totals.left(), statement.totals.owed);
    for words in [
        "Clinic visit (G0463)",
        "Sample Payer paid $60.00.",
        "$20.01 was taken off by the agreement with your insurance.",
        "$20.00 is your copayment.",
        "Please pay $20.00 by 2026-04-07.",
        "If you think that this is wrong",
        "financial assistance",
    ] {
        assert!(written.text.contains(words), "{words}\n{}", written.text);
        assert!(written.html.contains(words), "{words}\n{}", written.html);
    }
    engine.deliver_letters(morning("2026-03-17")).unwrap();
    let name = format!("letters/{}-{}", issued.account, issued.statement);
    let read =
        |ending: &str| std::fs::read_to_string(practice.path(&format!("{name}.{ending}"))).unwrap();
    assert_eq!(
        (read("txt"), read("html")),
        (written.text.clone(), written.html)
    );

    // What happens later does not change what was issued; nothing is sent twice.
    let account = issued.account.clone();
    let statement = issued.statement.clone();
    engine
        .take_patient_payment(&account, dollars(5), PaymentWay::Cash, &[], "Ana")
        .unwrap();
    assert_eq!(engine.statement(&statement).unwrap().1.text, written.text);
    assert!(
        engine
            .deliver_letters(morning("2026-03-18"))
            .unwrap()
            .is_empty()
    );
    assert!(
        engine
            .tick(morning("2026-03-17"))
            .unwrap()
            .accounts
            .is_nothing()
    );
    let next = engine.tick(morning("2026-04-16")).unwrap().accounts;
    let again = next
        .statements
        .iter()
        .find(|one| one.account == account)
        .unwrap();
    assert_eq!(again.owed, dollars(15));
}

/// A carrier that is out, and then is there.
#[derive(Clone, Default)]
struct Carrier {
    names: Arc<Mutex<Vec<String>>>,
    works: Arc<Mutex<bool>>,
}

impl Notifier for Carrier {
    fn notify(&self, notice: &Notice<'_>) -> Result<(), NotifyError> {
        let name = notice.name.to_string();
        if !*self.works.lock().unwrap() {
            let said = "nobody answers".to_owned();
            return Err(NotifyError { name, said });
        }
        self.names.lock().unwrap().push(name);
        Ok(())
    }
}

#[test]
fn a_letter_that_was_not_taken_over_stays_due_and_no_time_runs() {
    let practice = Practice::new("");
    let config = Config::of_folder(practice.folder()).unwrap();
    let carrier = Carrier::default();
    let builder = EngineBuilder::new(config).notifier(Box::new(carrier.clone()));
    let mut engine = builder.open().unwrap();
    engine.take_in("claims.837", claims(3).as_bytes()).unwrap();
    engine.submit().unwrap();
    engine
        .take_in("paid.835", remittance(0).as_bytes())
        .unwrap();
    engine.tick(morning("2026-03-17")).unwrap();
    let sent = engine.deliver_letters(morning("2026-03-17")).unwrap();
    assert!(sent.iter().all(|letter| letter.problem.is_some()));
    let account = sent[0].account.clone();
    let first = |engine: &Engine| {
        engine
            .patient_account(&account)
            .unwrap()
            .dealings
            .statements()
            .next()
    };
    assert_eq!(first(&engine), None);
    *carrier.works.lock().unwrap() = true;
    assert_eq!(
        engine.deliver_letters(morning("2026-03-20")).unwrap().len(),
        3
    );
    assert_eq!(carrier.names.lock().unwrap().len(), 3);
    let (day, owed) = first(&engine).unwrap();
    assert_eq!(
        (day.to_string(), owed),
        ("2026-03-20".to_owned(), dollars(20))
    );
}

#[test]
fn an_agency_is_told_what_is_placed_and_what_is_taken_back_and_the_books_balance() {
    let (practice, mut engine) = practice("agencies: { east: { name: East Recovery } }");
    engine.tick(morning("2026-03-17")).unwrap();
    engine.deliver_letters(morning("2026-03-17")).unwrap();
    engine.tick(morning("2026-04-08")).unwrap();
    let accounts: Vec<_> = engine
        .patient_accounts()
        .unwrap()
        .into_iter()
        .map(|one| one.number.clone())
        .collect();
    let why = "Nobody answers";
    for step in [CollectionStep::FinalNotice, CollectionStep::Agency] {
        for account in &accounts {
            engine
                .take_collection_step(account, step, why, "Ana")
                .unwrap();
        }
        engine.deliver_letters(morning("2026-04-08")).unwrap();
    }
    let export = |engine: &mut Engine, again| {
        let mut csv = String::new();
        let file = engine
            .export_to_agency("east", again, "Ana", &mut |file| {
                csv.clone_from(&file.csv);
                Ok(())
            })
            .unwrap();
        (file, csv)
    };
    let (told, csv) = export(&mut engine, None);
    assert_eq!((told.placed.len(), told.recalled.len()), (3, 0));
    assert_eq!(csv.lines().count(), 4);
    assert!(
        csv.contains(",20.00,") && csv.contains("2026-03-17"),
        "{csv}"
    );
    assert!(export(&mut engine, None).0.placed.is_empty(), "told once");
    let day = "2026-04-08".parse().unwrap();
    assert_eq!(export(&mut engine, Some(day)).1, csv);

    // The agency collects from one; another applies for help, and is taken back.
    let [first, second, third] = accounts.as_slice() else {
        panic!("{accounts:?}");
    };
    let paid = engine
        .agency_collected(first, dollars(20), dollars(5), "Ana")
        .unwrap();
    assert!(paid.dealings.placed().is_none() && paid.balance().is_zero());
    assert!(
        engine
            .agency_collected(first, dollars(1), dollars(0), "Ana")
            .is_err()
    );
    let back = engine.apply_for_assistance(second, "Ana").unwrap();
    assert_eq!(
        (back.balance(), back.dealings.placed()),
        (dollars(20), None)
    );
    let (told, csv) = export(&mut engine, None);
    assert_eq!(told.recalled, std::slice::from_ref(second));
    assert!(csv.lines().nth(1).unwrap().starts_with("recall,"), "{csv}");
    // Nobody pursues a patient in bankruptcy, whoever has the account.
    engine
        .hold_account(third, HoldKind::Bankruptcy, "A notice came", "Ana")
        .unwrap();
    let (told, _) = export(&mut engine, None);
    assert_eq!(told.recalled, std::slice::from_ref(third));
    let back = engine.patient_account(third).unwrap();
    assert_eq!(
        (back.balance(), back.dealings.placed()),
        (dollars(20), None)
    );
    assert!(is_balanced(&engine));
    drop(engine);
    assert!(
        practice
            .scrubjay(&["db", "verify"])
            .good()
            .contains("clean")
    );
}

#[test]
fn an_agency_waits_for_as_long_as_the_final_notice_gives() {
    let (_practice, mut engine) = practice_with("agencies: { east: { name: East Recovery } }");
    engine.tick(morning("2026-03-17")).unwrap();
    engine.deliver_letters(morning("2026-03-17")).unwrap();
    engine.tick(morning("2026-04-08")).unwrap();
    let account = engine.patient_accounts().unwrap()[0].number.clone();
    let mut step = |on: &str, step| {
        engine.tick(morning(on)).unwrap();
        engine.take_collection_step(&account, step, "Nobody answers", "Ana")
    };
    step("2026-04-08", CollectionStep::FinalNotice).unwrap();
    // What was not delivered was not told.
    assert!(step("2026-04-08", CollectionStep::Agency).is_err());
    engine.deliver_letters(morning("2026-04-08")).unwrap();
    let mut step = |on: &str| {
        engine.tick(morning(on)).unwrap();
        let step = CollectionStep::Agency;
        engine.take_collection_step(&account, step, "Nobody answers", "Ana")
    };
    let early = step("2026-05-07").unwrap_err();
    assert!(early.to_string().contains("final_notice"), "{early}");
}

#[test]
fn the_same_payment_under_one_key_is_taken_once() {
    let (_practice, mut engine) = practice("");
    let account = engine.tick(morning("2026-03-17")).unwrap().accounts.touched[0].clone();
    let mut pay = |amount| {
        let (way, by) = (PaymentWay::Card, "Ana");
        engine
            .once("till-7")
            .take_patient_payment(&account, amount, way, &[], by)
    };
    assert!(matches!(pay(dollars(5)).unwrap(), Once::Done(_)));
    assert!(matches!(pay(dollars(5)).unwrap(), Once::DoneBefore { .. }));
    assert!(pay(dollars(6)).is_err());
    assert_eq!(
        engine.patient_account(&account).unwrap().balance(),
        dollars(15)
    );
}

#[test]
fn who_pays_soon_and_who_has_no_insurance_gets_the_practices_discount() {
    let (_practice, mut engine) =
        practice("discounts: { prompt_pay: { percent: 10, within: 20 } }");
    engine.tick(morning("2026-03-17")).unwrap();
    engine.deliver_letters(morning("2026-03-17")).unwrap();
    let account = engine.patient_accounts().unwrap()[0].number.clone();
    let pay = |engine: &mut Engine, amount| {
        engine
            .take_patient_payment(&account, amount, PaymentWay::Check, &[], "Ana")
            .unwrap()
    };
    assert_eq!(pay(&mut engine, dollars(18)).discount, dollars(2));
    assert!(is_balanced(&engine));

    let alone = "payers: [{ key: alone, name: Sample Payer, id: SAMPLEPAY, line: self-pay }]\n\
                 patients: { discounts: { self_pay: 30 } }\n";
    let practice = Practice::new("");
    let text = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    let head = text.split("payers:").next().unwrap();
    practice.write("scrubjay.yaml", &format!("{head}{alone}"));
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(1).as_bytes()).unwrap();
    engine.tick(morning("2026-03-03")).unwrap();
    // 100.01 less 30 percent of it, 30.00.
    let owed = engine.patient_accounts().unwrap()[0].balance();
    assert_eq!(owed, "70.01".parse().unwrap());
}

#[test]
fn people_do_all_of_it_by_command() {
    let (practice, engine) = practice("plans: { least: '5.00' }");
    drop(engine);
    let run = |arguments: &[&str]| practice.scrubjay(arguments);
    let at = "2026-03-17T15:00:00Z";
    let out = run(&["statement", "run", "--at", at]).good();
    assert_eq!(out.matches("put into the folder").count(), 3, "{out}");
    let json = run(&["account", "list", "--json"]).good();
    let accounts: serde_json::Value = serde_json::from_str(&json).unwrap();
    let account = accounts[0]["number"].as_str().unwrap();
    assert!(run(&["account", "list"]).good().contains("20.00"));
    let by = ["--by", "Ana"];
    let with = |arguments: &[&str]| run(&[arguments, &by].concat());

    let paid = with(&["account", "pay", account, "5.00", "--way", "check"]).good();
    assert!(paid.contains("owed now: 15.00"), "{paid}");
    let refused = with(&[
        "account",
        "refund",
        account,
        "5.00",
        "--reason",
        "Asked for it",
    ]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("the credit of the account is 0.00"),
        "{}",
        refused.err
    );
    let plan = with(&["plan", "offer", account, "3", "--first", "2026-04-01"]).good();
    assert_eq!(plan.matches("5.00 by").count(), 3, "{plan}");
    assert!(
        run(&["plan", "show", account, "--on", "2026-03-20"])
            .good()
            .contains("current")
    );
    with(&["plan", "cancel", account, "--reason", "Changed their mind"]).good();
    with(&[
        "account",
        "hold",
        account,
        "dispute",
        "--reason",
        "A letter came",
    ])
    .good();
    let shown = run(&["account", "show", account]).good();
    assert!(
        shown.contains("hold dispute") && shown.contains("statement of 2026-03-17"),
        "{shown}"
    );
    assert!(!shown.contains("SAMPLE0"), "names nobody: {shown}");
    with(&[
        "account",
        "hold",
        account,
        "dispute",
        "--release",
        "--reason",
        "Answered",
    ])
    .good();
    with(&["account", "assist", "apply", account]).good();
    let granted = with(&[
        "account", "assist", "grant", account, "50", "--reason", "In need",
    ])
    .good();
    assert!(granted.contains("owes 7.50"), "{granted}");
    with(&[
        "account",
        "contact",
        account,
        "--kind",
        "call",
        "--at",
        at,
        "--note",
        "Will pay",
        "--promised",
        "2026-04-01",
    ])
    .good();
    let collected = run(&["collect", "run", "--at", "2026-03-25T15:00:00Z"]).good();
    assert!(collected.contains("nothing is due"), "{collected}");
    assert!(run(&["db", "verify"]).good().contains("clean"));
}
