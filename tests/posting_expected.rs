//! What a payer allows is held against what its contract says, and nothing is
//! expected where that says nothing.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{ClaimId, Money, WorkKind};
use scrubjay::{Config, Engine, EngineBuilder, EngineError};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::{CONFIGURATION, claims};

/// By hand: 1.30 x 1.000 + 1.21 x 0.875 + 0.10 x 0.566 = 2.41535, times 33.4009
/// is 80.67 in an office.
const FEES: &str = "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT\r\n\
    G0463,,Invented,A,,1.30,1.21,,0.53,,0.10,2.61,1.93,0,XXX,0,0,0,0,0,0,0,0,,33.4009,09,0,99,0,0,0\r\n";
const GPCI: &str = "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2026 PW GPCI,2026 PE GPCI,2026 MP GPCI\r\n\
    99912,XA,0,INVENTIA,1.000,0.875,0.566\r\n";
const CODES: &str = "codes: { fees: cms/fees.csv, gpci: cms/gpci.csv, locality: 99912 00 }\n";

/// A practice with a contract with the sample payer, its claims sent.
fn with_contract(contract: &str, count: usize) -> (Practice, Engine) {
    let practice = Practice::new("");
    practice.write("cms/fees.csv", FEES);
    practice.write("cms/gpci.csv", GPCI);
    practice.write("fees/sample.csv", "code,modifier,fee\nG0463,,79.00\n");
    let said = format!("channel: house, contract: {contract} }}");
    let configuration = CONFIGURATION.replace("channel: house }", &said);
    practice.write("scrubjay.yaml", &format!("{configuration}{CODES}"));
    let mut engine = EngineBuilder::new(Config::of_folder(practice.folder()).unwrap())
        .open()
        .unwrap();
    engine
        .take_in("claims.837", claims(count).as_bytes())
        .unwrap();
    engine.submit().unwrap();
    (practice, engine)
}

fn id(number: usize) -> ClaimId {
    format!("S{number:05}").parse().unwrap()
}

fn take(engine: &mut Engine, payment: &Payment, number: usize) {
    let took = engine
        .take_in(&payment.trace, payment.file(number).as_bytes())
        .unwrap();
    assert!(!took.is_refused(), "{took}");
}

/// Underpayments: claim, amount, reason.
fn short(engine: &Engine) -> Vec<(ClaimId, Money, String)> {
    let items = engine.read().unwrap().open_work(None).unwrap();
    items
        .into_iter()
        .filter(|item| item.kind == WorkKind::Underpayment)
        .map(|item| (item.claim.unwrap(), item.amount, item.reason))
        .collect()
}

/// Charged 100 dollars and cents, of which that is taken off by contract.
fn allowed(number: usize, off: i64) -> Remitted {
    Remitted::sample(number).less(&[("CO", "45", off)])
}

#[test]
fn what_is_allowed_below_the_contract_is_work_with_both_figures_and_the_term() {
    let contract =
        "[ { name: office, percent_of_charge: 80, fee_table: fees/sample.csv, lesser_of: true } ]";
    let (_practice, mut engine) = with_contract(contract, 4);
    // Expected are 79.00 of the table, the charges being 100.01 and on.
    let payment = Payment::of("T1", [allowed(0, 2101), allowed(1, 2103), allowed(2, 3003)]);
    take(&mut engine, &payment, 9);
    let found = short(&engine);
    assert_eq!(found.len(), 1, "a cent is let pass: {found:?}");
    assert_eq!(
        (found[0].0.clone(), found[0].1),
        (id(2), Money::from_cents(900))
    );
    for said in [
        "70.00 allowed",
        "79.00 expected",
        "office: the lesser of 80 % of the charge",
    ] {
        assert!(found[0].2.contains(said), "{}", found[0].2);
    }
    let lines = engine.expected(&id(2)).unwrap();
    assert_eq!(lines[0].line.expected, Some(Money::from_cents(7900)));
    assert_eq!(lines[0].short(), Some(Money::from_cents(900)));
    assert_eq!(engine.expected(&id(3)).unwrap()[0].allowed, None);

    // The payer makes it good: the item is closed, and what was short is paid.
    let again = [
        allowed(2, 3003).reversed(),
        allowed(2, 2103),
        allowed(3, 2104),
    ];
    take(&mut engine, &Payment::of("T2", again), 10);
    assert!(short(&engine).is_empty());
}

#[test]
fn percent_of_medicare_goes_by_the_fee_schedule_in_the_practices_locality() {
    let (_practice, mut engine) = with_contract("[ { percent_of_medicare: 110 } ]", 2);
    take(
        &mut engine,
        &Payment::of("T1", [allowed(0, 1127), allowed(1, 2000)]),
        9,
    );
    let lines = engine.expected(&id(0)).unwrap();
    assert_eq!(lines[0].line.expected, Some(Money::from_cents(8874)));
    let found = short(&engine);
    // 88.74 allowed on the first, 80.02 on the second.
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].0.clone(), found[0].1),
        (id(1), Money::from_cents(872))
    );
}

#[test]
fn nothing_is_expected_where_no_term_covers_the_day_or_the_code_or_the_payer_refused() {
    for contract in [
        "[ { percent_of_charge: 90, from: 2026-03-01 } ]",
        "[ { percent_of_charge: 90, codes: [G0439, 'J*'] } ]",
        "[]",
    ] {
        let (_practice, mut engine) = with_contract(contract, 1);
        take(&mut engine, &Payment::of("T1", [allowed(0, 9000)]), 9);
        assert!(short(&engine).is_empty(), "{contract}");
        let told = engine.expected(&id(0)).unwrap();
        assert!(
            told.iter().all(|line| line.line.expected.is_none()),
            "{told:?}"
        );
    }
    let (_practice, mut engine) = with_contract("[ { percent_of_charge: 90 } ]", 2);
    let refused = Remitted::sample(0).less(&[("CO", "197", 10_001)]);
    take(
        &mut engine,
        &Payment::of("T1", [refused, allowed(1, 1000)]),
        9,
    );
    assert!(short(&engine).is_empty());
    let unknown = engine.expected(&"NEVER".parse().unwrap()).unwrap_err();
    assert!(matches!(unknown, EngineError::NoClaim { .. }), "{unknown}");
}

#[test]
fn a_contract_that_cannot_be_meant_stops_the_opening_with_its_place() {
    let open = |contract: &str, table: &str| {
        let practice = Practice::new("");
        practice.write("fees/sample.csv", table);
        let said = format!("channel: house, contract: {contract} }}");
        practice.write(
            "scrubjay.yaml",
            &CONFIGURATION.replace("channel: house }", &said),
        );
        Engine::open(practice.folder())
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    let table = "code,modifier,fee\nG0463,,79.00\n";
    for (contract, table, said) in [
        ("[ { name: x } ]", table, "says what it pays"),
        ("[ { fee_table: fees/none.csv } ]", table, "none.csv"),
        (
            "[ { fee_table: fees/sample.csv } ]",
            "code,modifier,fee\nG0463,,much\n",
            "line 2",
        ),
    ] {
        let error = open(contract, table);
        assert!(error.contains(said), "{contract}: {error}");
    }
}

#[test]
fn the_program_says_what_a_claim_is_worth() {
    let (practice, engine) = with_contract("[ { percent_of_charge: 80 } ]", 0);
    drop(engine);
    practice.write("inbox/1.837", &claims(1));
    practice.write(
        "inbox/2.835",
        &Payment::of("T1", [allowed(0, 3001)]).file(9),
    );
    let _ = practice.run().good();
    let told = practice.scrubjay(&["remit", "expected", "S00000"]).good();
    for said in ["80.01", "70.00", "10.01", "80 % of the charge"] {
        assert!(told.contains(said), "{told}");
    }
    assert_eq!(practice.scrubjay(&["remit", "expected", "NEVER"]).code, 1);
}
