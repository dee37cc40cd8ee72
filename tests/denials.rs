//! What payers refuse is dealt with: at once where a rule says so, by a person with a
//! reason, or by the corrected claim that is paid.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::fs;

use scrubjay::model::{
    Account, ClaimId, DenialCategory, Money, Responsibility, ResponsibleParty, Work, WorkItem,
    WorkKind, WriteOffReason,
};
use scrubjay::store::{Access, SqliteOptions, SqliteStore};
use scrubjay::{
    DenialCallError, DenialFilter, Engine, EngineError, Filing, ListedDenial, ReplaceWith, WayToPay,
};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted, Taken};
use scrubjay_tests::sample::claims;
use scrubjay_tests::{copy_folder, repository};

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// A practice with its rules that has sent claims.
fn sent(practice: &Practice, count: usize) -> Engine {
    let mut engine = Engine::open(practice.folder()).unwrap();
    take(&mut engine, "claims.837", &claims(count));
    engine.submit().unwrap();
    engine
}

/// A practice with the pack `denials` as it ships, less one rule where one is named.
fn shipped_without(rule: Option<&str>) -> (Practice, Engine) {
    let practice = Practice::new("rules: [packs]\n");
    let pack = practice.path("packs/denials");
    copy_folder(&repository().join("payer-rules/denials"), &pack);
    if let Some(rule) = rule {
        let file = pack.join("ways.rhai");
        let text = fs::read_to_string(&file).unwrap();
        let from = text.find(&format!("/// id: {rule}\n")).unwrap();
        let end = from + text[from..].find("\n}\n").unwrap() + 3;
        fs::write(&file, format!("{}{}", &text[..from], &text[end..])).unwrap();
        fs::remove_dir_all(pack.join("tests")).unwrap();
    }
    let engine = sent(&practice, 1);
    (practice, engine)
}

/// A practice with one rule of a test's own at the hook `denial`.
fn with_rule(body: &str) -> (Practice, Engine) {
    let practice = Practice::new("rules: [packs]\n");
    practice.pack(
        "t",
        &format!(
            "/// id: t/one\n/// title: A rule\n/// hook: denial\nfn one(denial) {{\n{body}\n}}\n"
        ),
    );
    let engine = sent(&practice, 1);
    (practice, engine)
}

fn take(engine: &mut Engine, name: &str, file: &str) {
    let taken = engine.take_in(name, file.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");
}

fn remit(engine: &mut Engine, number: usize, taken: &[Taken]) {
    let mut remitted = Remitted::sample(number);
    remitted.taken.extend(taken.iter().copied());
    let trace = format!("T{number}");
    take(
        engine,
        &trace,
        &Payment::of(&trace, [remitted]).file(500 + number),
    );
}

fn taken(group: &'static str, carc: &'static str, amount: i64) -> Taken {
    (group, carc, cents(amount))
}

fn owed(engine: &Engine, claim: &ClaimId) -> (Money, Money) {
    let reader = engine.read().unwrap();
    let by = |party| reader.balance(claim, party).unwrap();
    (
        by(ResponsibleParty::Insurance),
        by(ResponsibleParty::Patient),
    )
}

fn open(engine: &Engine, kind: WorkKind) -> Vec<WorkItem> {
    let mut open = engine.read().unwrap().open_work(None).unwrap();
    open.retain(|item| item.kind == kind);
    open
}

fn account(engine: &Engine, wanted: &Account) -> Money {
    let accounts = engine.read().unwrap().accounts().unwrap();
    let found = accounts.iter().find(|(account, _)| account == wanted);
    found.map_or(Money::ZERO, |(_, balance)| *balance)
}

fn given_up(engine: &Engine, reason: WriteOffReason) -> Money {
    account(engine, &Account::WriteOff { reason })
}

fn listed(engine: &Engine) -> Vec<ListedDenial> {
    engine.denials(&DenialFilter::default()).unwrap()
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
fn a_rule_begins_an_appeal_and_without_it_nobody_does() {
    for rule in [None, Some("denials/appeal-units")] {
        let (practice, mut engine) = shipped_without(rule);
        remit(&mut engine, 0, &[taken("CO", "151", 10_001)]);
        let begun = engine.appeals(&Default::default()).unwrap();
        let work = open(&engine, WorkKind::Denial).remove(0).reason;
        if rule.is_some() {
            assert!(
                begun.is_empty() && !work.contains("appeal level 1"),
                "{work}"
            );
            continue;
        }
        assert_eq!(
            (begun[0].state, begun[0].amount),
            ("drafted", cents(10_001))
        );
        assert!(
            work.contains("appeal level 1: The record supports"),
            "{work}"
        );
        assert_eq!(listed(&engine)[0].state, "appealed");
        // A person writes its letter: the same appeal goes on.
        let draft = engine
            .appeal(&id(0), None, "See the notes.", "Ana")
            .unwrap();
        assert_eq!(draft.appeal, begun[0].appeal);
        is_sound(&practice, engine);
    }
}

#[test]
fn a_rule_has_a_claim_corrected_and_without_it_the_table_says_what_to_do() {
    for rule in [None, Some("denials/correct-modifier")] {
        let (_practice, mut engine) = shipped_without(rule);
        remit(&mut engine, 0, &[taken("CO", "182", 10_001)]);
        let work = open(&engine, WorkKind::Denial).remove(0);
        let asked = work
            .reason
            .contains("correct and send again: Put the modifier");
        assert_eq!(asked, rule.is_none(), "{}", work.reason);
        assert_eq!(work.owner.0, "coding");
    }
}

#[test]
fn a_rule_asks_the_patient_for_what_the_payer_puts_to_them() {
    for rule in [None, Some("denials/patient-owes")] {
        let (practice, mut engine) = shipped_without(rule);
        remit(&mut engine, 0, &[taken("PR", "204", 10_001)]);
        let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
        if rule.is_some() {
            assert_eq!(owed(&engine, &id(0)), (cents(10_001), Money::ZERO));
            assert_eq!(row.status.responsibility, Responsibility::Primary);
            continue;
        }
        assert_eq!(owed(&engine, &id(0)), (Money::ZERO, cents(10_001)));
        assert_eq!(row.status.responsibility, Responsibility::Patient);
        assert!(open(&engine, WorkKind::Denial).is_empty());
        assert_eq!(listed(&engine)[0].state, "transferred");
        // Undone, the payer owes it again.
        engine
            .undo_remittance("1999999999", &"T0".parse().unwrap(), "Ana", "another's")
            .unwrap();
        assert_eq!(owed(&engine, &id(0)), (cents(10_001), Money::ZERO));
        assert!(listed(&engine).is_empty());
        is_sound(&practice, engine);
    }
}

#[test]
fn a_rule_gives_up_what_is_small_and_never_as_contractual() {
    for rule in [None, Some("denials/small")] {
        let (practice, mut engine) = shipped_without(rule);
        remit(
            &mut engine,
            0,
            &[taken("CO", "45", 2_001), taken("CO", "97", 150)],
        );
        let small = given_up(&engine, WriteOffReason::SmallBalance);
        assert_eq!(
            account(&engine, &Account::ContractualAdjustment),
            cents(2_001)
        );
        let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
        if rule.is_some() {
            assert_eq!((small, row.status.work), (Money::ZERO, Work::Adjudicated));
            continue;
        }
        assert_eq!((small, row.status.work), (cents(150), Work::Closed));
        assert_eq!(owed(&engine, &id(0)), (Money::ZERO, Money::ZERO));
        assert!(open(&engine, WorkKind::Denial).is_empty());
        assert_eq!(listed(&engine)[0].state, "written_off");
        is_sound(&practice, engine);
    }
}

#[test]
fn two_refusals_that_read_alike_are_each_given_up() {
    let (practice, mut engine) = shipped_without(None);
    let twice = [taken("CO", "97", 150), taken("CO", "97", 150)];
    remit(
        &mut engine,
        0,
        &[&twice[..], &[taken("CO", "45", 2_001)]].concat(),
    );
    assert_eq!(given_up(&engine, WriteOffReason::SmallBalance), cents(300));
    assert_eq!(owed(&engine, &id(0)), (Money::ZERO, Money::ZERO));
    is_sound(&practice, engine);
}

#[test]
fn what_a_rule_may_not_ask_is_refused_with_all_else_that_it_asks() {
    let refused: [(&str, &str, &str); 7] = [
        ("write_off(\"denied\", \"  \");", "45", "it gives no reason"),
        (
            "write_off(\"bad_debt\", \"why not\");",
            "197",
            "what patients owe",
        ),
        (
            "write_off(\"denied\", 100.02, \"all and more\");",
            "197",
            "more would be given up",
        ),
        (
            "write_off(\"denied\", \"whatever it is\");",
            "ZZ9",
            "a person looks first",
        ),
        (
            "transfer(\"patient\", \"let them pay\");",
            "197",
            "its group code is not PR",
        ),
        (
            "transfer(\"secondary\", \"ask another\");",
            "197",
            "names no such payer",
        ),
        (
            "write_off(\"denied\", 1.0, \"a part\"); appeal(1, \"and the rest\", \"x\", 3);",
            "197",
            "in another way",
        ),
    ];
    for (body, carc, why) in refused {
        let (practice, mut engine) = with_rule(&format!("    tag(\"seen\");\n    {body}"));
        let carc = if carc == "45" { "97" } else { carc };
        remit(&mut engine, 0, &[taken("CO", carc, 10_001)]);
        let review = open(&engine, WorkKind::PostingReview);
        assert!(
            review[0].reason.contains(why),
            "{body}: {}",
            review[0].reason
        );
        let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
        assert!(row.tags.is_empty(), "{body}");
        assert_eq!(
            owed(&engine, &id(0)),
            (cents(10_001), Money::ZERO),
            "{body}"
        );
        assert_eq!(open(&engine, WorkKind::Denial).len(), 1, "{body}");
        assert!(
            engine.appeals(&Default::default()).unwrap().is_empty(),
            "{body}"
        );
        is_sound(&practice, engine);
    }
}

fn refusal(done: Result<impl std::fmt::Debug, EngineError>) -> DenialCallError {
    match done {
        Err(EngineError::Denial(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_person_gives_up_what_is_refused_with_a_reason_and_no_more() {
    let practice = Practice::new("");
    let mut engine = sent(&practice, 3);
    remit(&mut engine, 0, &[taken("CO", "197", 10_001)]);
    let why = WriteOffReason::NoAuthorization;
    let ask = |engine: &mut Engine, why, amount, reason: &str| {
        refusal(engine.write_off_denial(&id(0), why, amount, reason, "Ana"))
    };
    assert_eq!(ask(&mut engine, why, None, " "), DenialCallError::Unsigned);
    let charity = ask(&mut engine, WriteOffReason::Charity, None, "x");
    assert!(
        matches!(charity, DenialCallError::NotForDenials { .. }),
        "{charity}"
    );
    for amount in [0, -1, 10_002] {
        let wrong = ask(&mut engine, why, Some(cents(amount)), "x");
        assert!(matches!(wrong, DenialCallError::Amount { .. }), "{wrong}");
    }
    let none = refusal(engine.write_off_denial(&id(1), why, None, "x", "Ana"));
    assert!(matches!(none, DenialCallError::NotDenied { .. }), "{none}");

    // While the payer has an appeal to decide nothing is given up.
    let draft = engine
        .appeal(&id(0), None, "It was approved.", "Ana")
        .unwrap();
    let filing = Filing {
        on: "2026-03-16".parse().unwrap(),
        way: scrubjay::model::AppealWay::Mail,
        reference: None,
        with: Vec::new(),
    };
    engine.file_appeal(&draft.appeal, &filing, "Ana").unwrap();
    let held = ask(&mut engine, why, None, "x");
    assert!(matches!(held, DenialCallError::AtPayer { .. }), "{held}");
    let upheld = scrubjay::model::AppealOutcome::Upheld;
    engine
        .decide_appeal(&draft.appeal, filing.on, upheld, None, "Ana")
        .unwrap();

    let part = engine
        .write_off_denial(
            &id(0),
            why,
            Some(cents(4_000)),
            "a part, by the manager",
            "Ana",
        )
        .unwrap();
    assert_eq!((part.open, part.owed), (cents(6_001), cents(6_001)));
    assert_eq!(listed(&engine)[0].open, cents(6_001));
    let rest = engine
        .write_off_denial(&id(0), why, None, "no approval was asked for", "Ana")
        .unwrap();
    assert_eq!((rest.amount, rest.open), (cents(6_001), Money::ZERO));
    assert_eq!(given_up(&engine, why), cents(10_001));
    assert_eq!(
        account(&engine, &Account::ContractualAdjustment),
        Money::ZERO
    );
    assert!(open(&engine, WorkKind::Denial).is_empty());
    let row = engine.read().unwrap().claim(&id(0)).unwrap().unwrap();
    assert_eq!(row.status.work, Work::Closed);
    assert_eq!(listed(&engine)[0].state, "written_off");
    drop(engine);
    let history = practice.scrubjay(&["claims", "history", "S00000"]).good();
    assert!(history.contains("no approval was asked for"), "{history}");
    let engine = Engine::open(practice.folder()).unwrap();
    is_sound(&practice, engine);
}

#[test]
fn a_replacement_that_is_paid_closes_the_denial_of_the_claim_before() {
    let practice = Practice::new("");
    let mut engine = sent(&practice, 2);
    remit(&mut engine, 0, &[taken("CO", "16", 10_001)]);
    let mended = claims(1).replace("ABK:J029", "ABK:J0190");
    let version = engine
        .replace(
            &id(0),
            ReplaceWith::File(mended.as_bytes()),
            "Ana",
            "the diagnosis of the chart",
        )
        .unwrap();
    let later = version.claim.unwrap();
    engine.submit().unwrap();
    assert_eq!(listed(&engine)[0].state, "resubmitted");
    let mut paid = Remitted::sample(0).less(&[("CO", "45", 2_001)]);
    paid.control = later.to_string();
    paid.payer_control = "P9".to_owned();
    take(
        &mut engine,
        "paid.835",
        &Payment::of("T9", [paid]).file(900),
    );
    let one = listed(&engine).remove(0);
    assert_eq!(
        (one.claim, one.state, one.open),
        (id(0), "paid_on_correction", Money::ZERO)
    );

    // What was won counts for the next one like it.
    remit(&mut engine, 1, &[taken("CO", "16", 10_002)]);
    let next = engine.show_denial(&id(1)).unwrap().denial;
    assert_eq!(
        (next.worth.way, next.worth.cases),
        (WayToPay::Correction, 1)
    );
    assert_eq!(next.cause, DenialCategory::Information);
    // (5 x 75 % + 1) of 6 cases of 100.02, less 8.00.
    assert_eq!(next.worth.expected, cents(7_118));
    engine
        .undo_remittance("1999999999", &"T9".parse().unwrap(), "Ana", "another's")
        .unwrap();
    let before = engine.show_denial(&id(0)).unwrap();
    assert_eq!(
        (before.denial.state, before.replaced_by),
        ("resubmitted", Some(later))
    );
    is_sound(&practice, engine);
}

#[test]
fn denials_are_listed_by_worth_and_a_filter_names_only_what_there_is() {
    let practice = Practice::new("");
    let mut engine = sent(&practice, 3);
    remit(&mut engine, 0, &[taken("CO", "197", 3_000)]);
    remit(&mut engine, 1, &[taken("CO", "197", 10_002)]);
    remit(&mut engine, 2, &[taken("PR", "204", 10_003)]);
    let order: Vec<ClaimId> = listed(&engine).into_iter().map(|one| one.claim).collect();
    assert_eq!(order[0], id(1));
    let one = &listed(&engine)[0];
    assert!(one.owner.is_some() && one.due.is_some() && one.work.is_some());
    drop(engine);
    let list = |also: &[&str]| practice.scrubjay(&[&["denials", "list"], also].concat());
    let all = list(&[]).good();
    assert!(
        all.contains("authorization") && all.contains("worth"),
        "{all}"
    );
    let some = list(&[
        "--cause",
        "authorization",
        "--state",
        "open",
        "--payer",
        "sample",
        "--json",
    ])
    .good();
    let some: serde_json::Value = serde_json::from_str(&some).unwrap();
    assert_eq!(some.as_array().unwrap().len(), 2, "{some}");
    for wrong in [
        ["--cause", "authorisation"],
        ["--state", "opened"],
        ["--payer", "smaple"],
        ["--owner", "nobody"],
    ] {
        let said = list(&wrong);
        assert_eq!(said.code, 1, "{wrong:?}");
        assert!(said.err.contains("there are"), "{}", said.err);
    }
    let shown = practice.scrubjay(&["denials", "show", "S00001"]).good();
    for part in ["root cause authorization", "worth ", "to do: ", "for "] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let off = [
        "denials",
        "write-off",
        "S00001",
        "--why",
        "no_authorization",
        "--reason",
        "too late to ask",
        "--by",
        "Ana",
    ];
    let said = practice.scrubjay(&off).good();
    assert!(
        said.contains("100.02 of claim S00001 is written off"),
        "{said}"
    );
}
