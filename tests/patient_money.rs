//! The patient's money in the cases that go wrong: paid beside an agency, taken
//! back by the bank, discounted for paying soon.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{AccountNumber, Money, PatientAccount, PaymentWay};
use scrubjay::{AccountFact, Engine};
use scrubjay_tests::patients::{dollars, is_balanced, morning, owing, owing_of, place};
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::claims;

const AGENCY: &str = "notice: 0, agencies: { east: { name: East Recovery } }";
const PROMPT: &str = "discounts: { prompt_pay: { percent: 10, within: 20 } }";

fn pay(engine: &mut Engine, account: &AccountNumber, amount: i64) -> scrubjay::Payment {
    engine
        .take_patient_payment(account, dollars(amount), PaymentWay::Check, &[], "Ana")
        .unwrap()
}

fn bounce(engine: &mut Engine, account: &AccountNumber, receipt: usize) -> PatientAccount {
    engine
        .return_patient_payment(account, receipt, "The bank took it back", "Ana")
        .unwrap()
}

/// What the agency is told next: a line a row, the first cells.
fn told(engine: &mut Engine) -> Vec<String> {
    let file = engine.export_to_agency("east", None, "Ana", &mut |_| Ok(()));
    let csv = file.unwrap().csv;
    let rows = csv.lines().skip(1);
    rows.map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        format!("{} {} left {}", cells[0], cells[3], cells[4])
    })
    .collect()
}

fn with_agency(account: &PatientAccount) -> Money {
    account
        .dealings
        .placed()
        .map_or(Money::ZERO, |placed| placed.amount())
}

#[test]
fn what_a_patient_pays_us_beside_an_agency_is_no_credit_and_the_agency_is_told() {
    let (_practice, mut engine, accounts) = owing(AGENCY, "");
    place(&mut engine, &accounts);
    assert_eq!(told(&mut engine), ["place 20.00 left 20.00"; 3]);
    let first = &accounts[0];
    let paid = pay(&mut engine, first, 5);
    assert_eq!(
        (paid.off_agency, paid.unapplied, paid.balance),
        (dollars(5), Money::ZERO, Money::ZERO)
    );
    let account = engine.patient_account(first).unwrap();
    assert_eq!(with_agency(&account), dollars(15));
    let why = "Asks for it";
    assert!(
        engine
            .refund_patient(first, dollars(5), why, "Ana")
            .is_err()
    );
    assert!(is_balanced(&engine));
    assert_eq!(told(&mut engine), ["payment 5.00 left 15.00"]);
    assert!(told(&mut engine).is_empty(), "told once");
    // It collects no more than what it has still.
    let by = "Ana";
    assert!(
        engine
            .agency_collected(first, dollars(16), dollars(4), by)
            .is_err()
    );

    // The check bounces: the agency has all of it again.
    bounce(&mut engine, first, 1);
    assert_eq!(told(&mut engine), ["payment_returned 5.00 left 20.00"]);
    // Paid to the end, it is the agency's no more; too much is a credit.
    let paid = pay(&mut engine, first, 23);
    assert_eq!((paid.off_agency, paid.unapplied), (dollars(20), dollars(3)));
    let account = engine.patient_account(first).unwrap();
    assert_eq!(account.dealings.placed(), None);
    let rows = ["payment 20.00 left 0.00", "recall 0.00 left 0.00"];
    assert_eq!(told(&mut engine), rows);
    assert!(is_balanced(&engine));
    // What the agency never heard of, it needs not hear of.
    let again =
        engine.export_to_agency("east", Some("2026-04-08".parse().unwrap()), by, &mut |_| {
            Ok(())
        });
    assert_eq!(again.unwrap().csv.lines().count(), 8);
}

#[test]
fn an_account_that_is_paid_before_its_agency_heard_of_it_is_not_told_of() {
    let (_practice, mut engine, accounts) = owing(AGENCY, "");
    place(&mut engine, &accounts);
    pay(&mut engine, &accounts[0], 20);
    assert_eq!(told(&mut engine), ["place 20.00 left 20.00"; 2]);
    let claim = engine.patient_account(&accounts[0]).unwrap().claims[0]
        .claim
        .clone();
    let row = engine.read().unwrap().claim(&claim).unwrap().unwrap();
    assert_eq!(row.status.patient, scrubjay::model::PatientBilling::Settled);
}

#[test]
fn what_an_agency_was_sent_is_not_written_over() {
    let (practice, mut engine, accounts) = owing(AGENCY, "");
    place(&mut engine, &accounts);
    drop(engine);
    let file = practice.path("east.csv").display().to_string();
    let export = ["collect", "export", "east", "--out", &file, "--by", "Ana"];
    assert!(practice.scrubjay(&export).good().contains("3 placed"));
    let first = std::fs::read_to_string(&file).unwrap();
    let pay = ["account", "pay", accounts[0].as_str(), "5.00"];
    let pay = [&pay[..], &["--way", "cash", "--by", "Ana"]].concat();
    let paid = practice.scrubjay(&pay).good();
    assert!(
        paid.contains("5.00 less with the collection agency"),
        "{paid}"
    );
    let again = practice.scrubjay(&export);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("is there already"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
    // Nothing was told by it: the next file says it.
    let other = practice.path("east-2.csv").display().to_string();
    let export = ["collect", "export", "east", "--out", &other, "--by", "Ana"];
    assert!(practice.scrubjay(&export).good().contains("1 changed"));
}

#[test]
fn a_check_bounces_after_a_part_of_it_was_given_back_and_the_refund_is_owed() {
    let (practice, mut engine, accounts) = owing("", "");
    let first = &accounts[0];
    let paid = pay(&mut engine, first, 30);
    assert_eq!(paid.unapplied, dollars(10));
    engine
        .refund_patient(first, dollars(10), "Paid too much", "Ana")
        .unwrap();
    let back = bounce(&mut engine, first, 1);
    assert_eq!(
        back.balance(),
        dollars(30),
        "20 of the claim and 10 given back"
    );
    assert!(is_balanced(&engine));
    // The next statement asks for it and says why.
    let tick = engine.tick(morning("2026-04-16")).unwrap().accounts;
    let issued = tick.statements.iter().find(|one| one.account == *first);
    let issued = issued.unwrap();
    assert_eq!(issued.owed, dollars(30));
    let (_, written) = engine.statement(&issued.statement).unwrap();
    let text = written.text.replace('\n', " ");
    let why = "$10.00 that we had given back to you came from a payment that did not go through";
    assert!(text.contains(why), "{}", written.text);
    for told in [
        "Your payment of $30.00 of 2026-03-17 did not go through",
        "We gave $10.00 back to you on 2026-03-17.",
    ] {
        assert!(text.contains(told), "{}", written.text);
    }
    // Paid again, nothing is left.
    assert!(pay(&mut engine, first, 30).balance.is_zero());
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
fn a_discount_for_paying_soon_is_earned_in_two_payments_and_lost_with_one_that_bounces() {
    let (_practice, mut engine, accounts) = owing(PROMPT, "");
    engine.deliver_letters(morning("2026-03-17")).unwrap();
    let [first, second, _] = accounts.as_slice() else {
        panic!("{accounts:?}");
    };
    assert_eq!(pay(&mut engine, first, 10).discount, Money::ZERO);
    let paid = pay(&mut engine, first, 8);
    assert_eq!((paid.discount, paid.balance), (dollars(2), Money::ZERO));
    // The first of the two bounces: the discount was not earned.
    assert_eq!(bounce(&mut engine, first, 1).balance(), dollars(12));
    assert!(is_balanced(&engine));
    // Within the time it can still be earned.
    let paid = pay(&mut engine, first, 10);
    assert_eq!((paid.discount, paid.balance), (dollars(2), Money::ZERO));
    // Later it cannot.
    engine.tick(morning("2026-04-07")).unwrap();
    assert_eq!(pay(&mut engine, second, 18).discount, Money::ZERO);
}

#[test]
fn what_medicare_and_medicaid_leave_to_a_patient_is_not_waived_for_paying_soon() {
    for code in ["MB", "16", "MC", "CH", "OF"] {
        let claims = claims(3).replace("SBR*P*18*******CI", &format!("SBR*P*18*******{code}"));
        let (_practice, mut engine, accounts) = owing_of(&claims, PROMPT, "");
        engine.deliver_letters(morning("2026-03-17")).unwrap();
        let paid = pay(&mut engine, &accounts[0], 18);
        assert_eq!(
            (paid.discount, paid.balance),
            (Money::ZERO, dollars(2)),
            "{code}"
        );
    }
}

#[test]
fn what_happened_to_a_patients_money_is_told_in_words_and_names_nobody() {
    let (practice, mut engine, accounts) =
        owing("notice: 0, agencies: { east: { name: East } }", "");
    place(&mut engine, &accounts);
    let first = &accounts[0];
    pay(&mut engine, first, 5);
    bounce(&mut engine, first, 1);
    engine
        .note_on_account(
            first,
            AccountFact::Note {
                text: "Her sister SAMPLE0 pays".to_owned(),
                promised: None,
            },
            "Ana",
        )
        .unwrap();
    let claim = engine.patient_account(first).unwrap().claims[0]
        .claim
        .to_string();
    drop(engine);
    let account = practice
        .scrubjay(&["account", "history", first.as_str()])
        .good();
    let claim = practice.scrubjay(&["claims", "history", &claim]).good();
    for words in [
        "20.00 placed with agency east",
        "5.00 taken back from agency east",
        "5.00 of the patient's money put to a claim",
        "5.00 of the patient's money taken off a claim",
    ] {
        assert!(account.contains(words), "{words}\n{account}");
        assert!(claim.contains(words), "{words}\n{claim}");
    }
    for words in [
        "statement made for 20.00",
        "final_notice went out",
        "5.00 paid by the patient",
        "5.00 of a payment taken back by the bank",
        "payment 1 did not hold",
        "a note",
    ] {
        assert!(account.contains(words), "{words}\n{account}");
    }
    for history in [&account, &claim] {
        assert!(!history.contains("no words for"), "{history}");
        assert!(!history.contains("SAMPLE0"), "{history}");
    }
}

#[test]
fn where_a_payer_decides_anew_an_agency_asks_for_no_more_than_is_owed() {
    let (practice, mut engine, accounts) = owing(AGENCY, "");
    place(&mut engine, &accounts);
    told(&mut engine);
    // The payer corrects one: of the twenty, fifteen are the patient's.
    let first = Remitted::sample(0).less(&[("CO", "45", 2_001), ("PR", "3", 2_000)]);
    let corrected = Remitted::sample(0).less(&[("CO", "45", 2_001), ("PR", "3", 1_500)]);
    let file = Payment::of("TRACE0009", [first.reversed(), corrected]).file(9);
    let taken = engine.take_in("corrected.835", file.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken:?}");
    let why = "Asks for it";
    let refund = engine.refund_patient(&accounts[0], dollars(5), why, "Ana");
    assert!(refund.is_err(), "it is no credit");
    assert_eq!(told(&mut engine), ["adjustment 5.00 left 15.00"]);
    let account = engine.patient_account(&accounts[0]).unwrap();
    assert_eq!(
        (account.balance(), with_agency(&account)),
        (Money::ZERO, dollars(15))
    );
    assert!(is_balanced(&engine));
    drop(engine);

    // The posting is undone: what the payer has yet to decide is nobody's debt.
    let (_practice, mut engine, accounts) = owing(AGENCY, "");
    place(&mut engine, &accounts);
    told(&mut engine);
    let trace = "TRACE0000".parse().unwrap();
    engine
        .undo_remittance("1999999999", &trace, "Ana", "for another practice")
        .unwrap();
    assert_eq!(told(&mut engine), ["recall 20.00 left 0.00"; 3]);
    for account in &accounts {
        let account = engine.patient_account(account).unwrap();
        assert_eq!(
            (account.balance(), with_agency(&account)),
            (Money::ZERO, Money::ZERO)
        );
    }
    assert!(is_balanced(&engine));
    assert!(
        practice
            .scrubjay(&["db", "verify"])
            .good()
            .contains("clean")
    );
}

#[test]
fn a_person_gives_up_what_is_owed_and_moves_what_was_paid_by_command() {
    let (practice, engine, accounts) = owing("", "");
    let claim = engine.patient_account(&accounts[0]).unwrap().claims[0]
        .claim
        .to_string();
    drop(engine);
    let by = ["--reason", "As the court has it", "--by", "Ana"];
    let run = |arguments: &[&str]| practice.scrubjay(&[arguments, &by].concat());
    let account = accounts[0].as_str();
    let part = [
        "account",
        "write-off",
        account,
        "bankruptcy",
        "--amount",
        "5.00",
    ];
    assert!(run(&part).good().contains("owes 15.00"));
    let rest = run(&["account", "write-off", account, "bankruptcy"]).good();
    assert!(rest.contains("owes nothing"), "{rest}");
    let nothing = run(&["account", "write-off", account, "bankruptcy"]);
    assert_eq!(nothing.code, 1, "{}", nothing.out);
    let history = practice.scrubjay(&["account", "history", account]).good();
    assert!(history.contains("15.00 given up (bankruptcy)"), "{history}");
    let moved = run(&[
        "account", "move", account, "5.00", "--from", &claim, "--to", "K-none",
    ]);
    assert_eq!(moved.code, 1);
    assert!(moved.err.contains("K-none"), "{}", moved.err);
}
