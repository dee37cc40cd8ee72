//! Letters as the patient reads them: what waited is looked at again before it goes
//! out, and each has both addresses.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::hooks::CollectionStep;
use scrubjay::model::{AccountNumber, HoldKind, PaymentWay};
use scrubjay::{Engine, LetterSent};
use scrubjay_tests::patients::{dollars, morning, owing, owing_of};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{claims, remittance};

fn pay(engine: &mut Engine, account: &AccountNumber, amount: i64) {
    engine
        .take_patient_payment(account, dollars(amount), PaymentWay::Card, &[], "Ana")
        .unwrap();
}

fn deliver(engine: &mut Engine, day: &str) -> Vec<LetterSent> {
    engine.deliver_letters(morning(day)).unwrap()
}

/// What went out to an account, kind by kind, and what was withdrawn.
fn of(sent: &[LetterSent], account: &AccountNumber) -> Vec<String> {
    let sent = sent.iter().filter(|letter| letter.account == *account);
    sent.map(|letter| match &letter.withdrawn {
        Some(why) => format!("no {}: {why}", letter.kind),
        None => letter.kind.to_owned(),
    })
    .collect()
}

/// What the account's last letter asks for.
fn last_asks(engine: &Engine, account: &AccountNumber) -> scrubjay::model::Money {
    let account = engine.patient_account(account).unwrap();
    account.dealings.letters.last().unwrap().owed
}

#[test]
fn a_statement_that_waited_asks_for_what_is_owed_when_it_goes_out() {
    let (practice, mut engine, accounts) = owing("plans: { least: '5.00' }", "");
    assert_eq!(engine.letters_waiting().unwrap(), 3);
    let [first, second, third] = accounts.as_slice() else {
        panic!("{accounts:?}");
    };
    // One pays a part, one all of it, one agrees on a plan.
    pay(&mut engine, first, 5);
    pay(&mut engine, second, 20);
    let begins = "2026-05-01".parse().unwrap();
    engine.agree_plan(third, 4, begins, "Ana").unwrap();
    let sent = deliver(&mut engine, "2026-03-18");
    assert_eq!(
        of(&sent, first),
        [
            "no statement: it asks for 20.00, and 15.00 is owed",
            "statement"
        ]
    );
    assert_eq!(
        of(&sent, second),
        ["no statement: nothing_owed: the patient owes nothing"]
    );
    assert_eq!(of(&sent, third).len(), 1);
    assert!(of(&sent, third)[0].contains("plan_in_good_standing"));
    let letters = std::fs::read_dir(practice.path("letters")).unwrap();
    assert_eq!(letters.count(), 2, "one letter, as text and as a page");
    assert_eq!(last_asks(&engine, first), dollars(15));
    // Withdrawn once.
    assert!(deliver(&mut engine, "2026-03-19").is_empty());
    assert_eq!(engine.letters_waiting().unwrap(), 0);
    drop(engine);
    let shown = practice
        .scrubjay(&["account", "show", first.as_str()])
        .good();
    assert!(shown.contains("withdrawn 2026-03-18"), "{shown}");
}

#[test]
fn a_letter_waits_while_the_account_is_on_hold_and_is_then_dated_anew() {
    let (_practice, mut engine, accounts) = owing("", "");
    let first = &accounts[0];
    let kind = HoldKind::BadAddress;
    engine
        .hold_account(first, kind, "Mail came back", "Ana")
        .unwrap();
    assert!(of(&deliver(&mut engine, "2026-03-17"), first).is_empty());
    engine.tick(morning("2026-03-31")).unwrap();
    engine
        .release_account(first, kind, "Called", "Ana")
        .unwrap();
    let sent = of(&deliver(&mut engine, "2026-03-31"), first);
    assert_eq!(
        sent,
        ["no statement: it was made on 2026-03-17", "statement"]
    );
    let account = engine.patient_account(first).unwrap();
    let letter = account.dealings.letters.last().unwrap();
    assert_eq!(letter.made.to_string(), "2026-03-31");
    let (issued, _) = account.dealings.statements().next().unwrap();
    assert_eq!(issued.to_string(), "2026-03-31");
}

#[test]
fn no_reminder_goes_out_of_a_debt_that_an_agency_has_or_that_is_paid() {
    let policy = "notice: 0, agencies: { east: { name: East Recovery } }";
    let (_practice, mut engine, accounts) = owing(policy, "");
    deliver(&mut engine, "2026-03-17");
    let day = "2026-04-08";
    engine.tick(morning(day)).unwrap();
    let [first, second, third] = accounts.as_slice() else {
        panic!("{accounts:?}");
    };
    let step = |engine: &mut Engine, account, step| {
        engine
            .take_collection_step(account, step, "It is time", "Ana")
            .map(drop)
    };
    step(&mut engine, first, CollectionStep::FinalNotice).unwrap();
    deliver(&mut engine, day);
    for account in &accounts {
        step(&mut engine, account, CollectionStep::Reminder).unwrap();
    }
    step(&mut engine, first, CollectionStep::Agency).unwrap();
    let again = step(&mut engine, first, CollectionStep::Reminder);
    assert!(again.unwrap_err().to_string().contains("with_agency"));
    pay(&mut engine, second, 20);
    pay(&mut engine, third, 8);
    let sent = deliver(&mut engine, day);
    assert!(of(&sent, first)[0].contains("with_agency"));
    assert_eq!(of(&sent, first).len(), 1);
    assert!(of(&sent, second)[0].contains("nothing_owed"));
    assert_eq!(of(&sent, third).last().unwrap(), "reminder");
    assert_eq!(last_asks(&engine, third), dollars(12));
}

#[test]
fn a_letter_has_the_address_of_the_patient_and_of_the_practice() {
    let (practice, engine, accounts) = owing("", "");
    drop(engine);
    // As the register of the practice has it.
    let text = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    let address = "address: { line1: 1 SAMPLE ST, line2: FLOOR 2, city: AUSTIN, state: TX, zip: '787010001' }";
    let text = text.replace("  submitter:", &format!("  {address}\n  submitter:"));
    practice.write("scrubjay.yaml", &text);
    let out = practice
        .scrubjay(&["statement", "run", "--at", "2026-03-17T16:00:00Z"])
        .good();
    assert_eq!(out.matches("put into the folder").count(), 3, "{out}");
    let found = std::fs::read_dir(practice.path("letters")).unwrap();
    let mut names: Vec<String> = found
        .map(|one| one.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(accounts[0].as_str()))
        .collect();
    names.sort();
    let read =
        |name: &String| std::fs::read_to_string(practice.path("letters").join(name)).unwrap();
    let (page, text) = (read(&names[0]), read(&names[1]));
    let from = [
        "SAMPLE PRACTICE",
        "1 SAMPLE ST",
        "FLOOR 2",
        "AUSTIN TX 78701-0001",
    ];
    let to = ["PERSON SAMPLE0", "2 SAMPLE ST", "AUSTIN TX 78702"];
    for block in [&from[..], &to[..]] {
        assert!(text.contains(&block.join("\n")), "{text}");
        assert!(page.contains(&block.join("<br>\n")), "{page}");
    }
    assert_eq!(page.matches("<address>").count(), 2, "{page}");
}

#[test]
fn a_stop_that_a_rule_set_once_is_lifted_by_a_person_and_the_statement_goes() {
    let practice = Practice::new("rules: [packs]\n");
    practice.pack(
        "careful",
        "/// id: careful/first\n/// title: Look at the first statement\n/// hook: statement\n\
         fn first(account) { if account.balance == 20 { hold_statement(\"Look first\"); } }\n",
    );
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(3).as_bytes()).unwrap();
    engine.submit().unwrap();
    engine
        .take_in("paid.835", remittance(0).as_bytes())
        .unwrap();
    let accounts = engine.tick(morning("2026-03-17")).unwrap().accounts.touched;
    let first = &accounts[0];
    // The rule asks for it no more, and the stop stays all the same.
    pay(&mut engine, first, 5);
    engine.tick(morning("2026-03-24")).unwrap();
    assert!(deliver(&mut engine, "2026-03-24").is_empty());
    drop(engine);
    let shown = practice
        .scrubjay(&["account", "show", first.as_str()])
        .good();
    assert!(shown.contains("stopped by careful/first"), "{shown}");
    let resume = [
        "statement",
        "resume",
        first.as_str(),
        "--reason",
        "Seen",
        "--by",
        "Ana",
    ];
    assert!(practice.scrubjay(&resume).good().contains("go again"));
    assert_eq!(practice.scrubjay(&resume).code, 1);
    let run = ["statement", "run", "--at", "2026-03-24T16:00:00Z"];
    let out = practice.scrubjay(&run).good();
    assert_eq!(out.matches("put into the folder").count(), 1, "{out}");
}

#[test]
fn a_childs_bill_is_given_to_somebody_and_goes_to_who_is_then_entered() {
    let claims = claims(3).replacen("DMG*D8*19850101", "DMG*D8*20160101", 1);
    let (practice, mut engine, accounts) = owing_of(&claims, "", "");
    engine.tick(morning("2026-03-24")).unwrap();
    let key = (&accounts[0]).into();
    let open = engine.read().unwrap().record_work(&key).unwrap();
    assert_eq!(open.len(), 1, "given once: {open:?}");
    assert!(open[0].reason.contains("who answers"), "{}", open[0].reason);
    drop(engine);
    practice.write(
        "patients.csv",
        "key,last,first,born,street,city,state,zip,guarantor_last,guarantor_first,guarantor_born\n\
         P-1,SAMPLE0,PERSON,2016-01-01,2 SAMPLE ST,AUSTIN,TX,78702,SAMPLE9,PARENT,1980-01-01\n",
    );
    let file = practice.path("patients.csv").display().to_string();
    let registered = practice.scrubjay(&["register", &file]);
    assert!(registered.code < 2, "{}", registered.err);
    let run = ["statement", "run", "--at", "2026-03-31T15:00:00Z"];
    let out = practice.scrubjay(&run).good();
    assert!(
        out.contains(&format!("of account {}", accounts[0])),
        "{out}"
    );
    let found = std::fs::read_dir(practice.path("letters")).unwrap();
    let mut texts = found
        .map(|one| one.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .filter(|text| text.contains(&format!("Account: {}", accounts[0])));
    let text = texts.next().expect("a letter");
    assert!(
        text.contains("PARENT SAMPLE9\n2 SAMPLE ST\nAUSTIN TX 78702\n"),
        "{text}"
    );
    assert!(text.contains("Patient: PERSON SAMPLE0"), "{text}");
}

#[test]
fn who_misses_an_instalment_reads_of_the_plan_and_until_when_it_goes_on() {
    let (practice, mut engine, accounts) = owing("plans: { least: '5.00' }", "");
    let first = &accounts[0];
    let begins = "2026-03-20".parse().unwrap();
    engine.agree_plan(first, 2, begins, "Ana").unwrap();
    let day = "2026-03-31";
    engine.tick(morning(day)).unwrap();
    let sent = deliver(&mut engine, day);
    let reminder = sent.iter().find(|one| one.kind == "reminder").unwrap();
    let path = practice.path(&format!("letters/{}.txt", reminder.name));
    let text = std::fs::read_to_string(path).unwrap().replace('\n', " ");
    assert!(
        text.contains("$10.00 of your payment plan is overdue"),
        "{text}"
    );
    assert!(text.contains("Pay it by 2026-04-29"), "{text}");
}
