//! What is open: how old it is, what to work first, and a clock that looks only
//! where something may be due.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::fmt::Debug;
use std::str::FromStr;
use std::time::Duration;

use scrubjay::model::{Money, ReceivableStage};
use scrubjay::store::SqliteStore;
use scrubjay::{AgingBasis, Config, Engine, EngineBuilder, HistoryOf, WorklistQuestion};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::remit::{Payment, Remitted};
use scrubjay_tests::sample::{CONFIGURATION, claims};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn day<T: FromStr<Err: Debug>>(text: &str) -> Option<T> {
    Some(text.parse().unwrap())
}

#[test]
fn what_is_open_is_aged_from_the_basis_that_is_named() {
    let (_practice, mut engine) = Practice::with_sent(4);
    // S00000 is paid but for what is the patient's, S00001 in full, the others open.
    let patients_share = Remitted::sample(0).less(&[("CO", "45", 3001), ("PR", "3", 2000)]);
    let paid = Payment::of("T1", [patients_share, Remitted::sample(1)]).file(1);
    let taken = engine.take_in("paid.835", paid.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");

    // Service on 27 February: the sixtieth day is 28 April.
    let aging = engine
        .aging(AgingBasis::Service, day("2026-04-28"))
        .unwrap();
    let sent = aging
        .lines
        .iter()
        .find(|line| line.stage == ReceivableStage::Sent)
        .unwrap();
    assert_eq!(sent.payer, "sample");
    assert_eq!(sent.buckets.days_31_60.claims, 2);
    assert_eq!(sent.buckets.days_31_60.open, money("200.07"));
    assert_eq!(sent.buckets.open(), sent.buckets.days_31_60);
    let next = engine
        .aging(AgingBasis::Service, day("2026-04-29"))
        .unwrap();
    assert_eq!(next.total.days_61_90.open, money("220.07"));
    assert_eq!(next.total.open().open, money("220.07"));

    // The patient owes since the remittance of 16 March was posted.
    let basis = AgingBasis::PatientResponsibility;
    let aging = engine.aging(basis, day("2026-04-28")).unwrap();
    assert_eq!(aging.lines.len(), 1);
    assert_eq!(aging.lines[0].stage, ReceivableStage::Patient);
    assert_eq!(aging.total.days_31_60.open, money("20.00"));
    assert_eq!(aging.not_aged.open, money("200.07"));
    // Sent on 2 March: what the patient owes is no younger for being the patient's.
    let aging = engine
        .aging(AgingBasis::Submission, day("2026-04-01"))
        .unwrap();
    assert_eq!(aging.total.days_0_30.open, money("220.07"));
    let aging = engine
        .aging(AgingBasis::Submission, day("2026-04-02"))
        .unwrap();
    assert_eq!(aging.total.days_31_60.open, money("220.07"));
}

#[test]
fn a_claim_that_was_never_sent_has_no_day_of_sending_and_is_told() {
    let practice = Practice::new("");
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(2).as_bytes()).unwrap();
    let aging = engine
        .aging(AgingBasis::Submission, day("2026-04-01"))
        .unwrap();
    assert_eq!(aging.total.undated.open, money("200.03"));
    assert_eq!(aging.lines[0].stage, ReceivableStage::Unsent);
    let list = engine.worklist(&WorklistQuestion::default(), None).unwrap();
    assert!(list.items.is_empty());
    assert_eq!(list.unsent, 2);
}

/// Two payers: one pays half of what is charged, the other nothing. What they
/// are is told by what they have decided.
fn two_payers(cost: &str) -> (Practice, Engine) {
    let second =
        "  - { key: harbor, name: Harbor Plan, id: HARBOR, line: commercial, channel: house }\n";
    let practice = Practice::new(&format!(
        "{second}follow_up: {{ cost: '{cost}', history: 2 }}\n"
    ));
    let config = Config::of_folder(practice.folder()).unwrap();
    let mut engine = EngineBuilder::new(config).open().unwrap();
    let sample = claims(6);
    let harbor = sample
        .replace("SAMPLE PAYER*****PI*SAMPLEPAY", "HARBOR PLAN*****PI*HARBOR")
        .replace("S0000", "H0000")
        .replace("D8*20260227", "D8*20260226")
        .replace(
            "*260302*0815*^*00501*000000001",
            "*260302*0815*^*00501*000000002",
        )
        .replace("IEA*1*000000001", "IEA*1*000000002");
    for (name, file) in [("sample.837", &sample), ("harbor.837", &harbor)] {
        let taken = engine.take_in(name, file.as_bytes()).unwrap();
        assert!(!taken.is_refused(), "{taken}");
    }
    engine.submit().unwrap();
    let half = |number| Remitted::sample(number).less(&[("CO", "45", 5000 + 1 + number as i64)]);
    let paid = Payment::of("T1", [half(0), half(1)]).file(11);
    let refused = |number| {
        let mut one = Remitted::sample(number);
        one.control = format!("H{number:05}");
        one.day = "20260226";
        one.less(&[("CO", "50", 10_000 + 1 + number as i64)])
    };
    let denied = Payment::of("T2", [refused(0), refused(1)])
        .file(12)
        .replace("N1*PR*SAMPLE PAYER", "N1*PR*HARBOR PLAN")
        .replace("REF*2U*SAMPLEPAY", "REF*2U*HARBOR");
    for (name, file) in [("paid.835", paid), ("denied.835", denied)] {
        let taken = engine.take_in(name, file.as_bytes()).unwrap();
        assert!(!taken.is_refused(), "{taken}");
    }
    (practice, engine)
}

#[test]
fn what_is_worked_first_follows_from_what_each_payer_has_paid() {
    let (_practice, engine) = two_payers("10.00");
    let list = engine
        .worklist(&WorklistQuestion::default(), day("2026-04-01"))
        .unwrap();
    let claims: Vec<&str> = list.items.iter().map(|item| item.claim.as_str()).collect();
    // The dearest of those that are as likely, and of two that are worth the same to
    // the cent the earlier; the other payer pays nothing.
    assert_eq!(claims, ["S00005", "S00003", "S00004", "S00002"]);
    assert_eq!((list.worth, list.not_worth), (4, 6));
    let first = &list.items[0];
    assert_eq!(first.likelihood.of, HistoryOf::Payer);
    assert_eq!(first.likelihood.percent().to_string(), "50.0");
    // 100.06 open x 100.00 paid of 200.03 charged is 50.02, less 10.00.
    assert_eq!(first.expected, money("40.02"));
    assert_eq!(first.age, Some(33));
    assert_eq!(
        first.why(),
        "100.06 open x 50.0 % (sample has paid 100.00 of 200.03 on 2 decided claims) less 10.00 to work it"
    );
    let mut two = WorklistQuestion::default();
    two.most = 2;
    let short = engine.worklist(&two, day("2026-04-01")).unwrap();
    assert_eq!(short.items, list.items[..2]);
    assert_eq!(short.expected, list.expected);
    let mut denied = WorklistQuestion::default();
    denied.stage = Some(ReceivableStage::Denied);
    let none = engine.worklist(&denied, None).unwrap();
    assert_eq!((none.items.len(), none.not_worth), (0, 2));
    assert_eq!(none.not_worth_open, money("200.03"));
}

#[test]
fn the_program_prints_ages_and_the_worklist() {
    let (practice, engine) = Practice::with_sent(2);
    drop(engine);
    practice.run().good();
    practice.write("inbox/claims.837", &claims(2));
    practice.run().good();
    let said = practice
        .scrubjay(&["ar", "aging", "--on", "2026-04-28"])
        .good();
    assert!(
        said.starts_with("aged from the last day of service to 2026-04-28"),
        "{said}"
    );
    assert!(said.contains("200.03"), "{said}");
    let said = practice
        .scrubjay(&["ar", "worklist", "--on", "2026-04-28"])
        .good();
    assert!(
        said.contains("S00001") && said.contains("no history: assumed"),
        "{said}"
    );
    let json = practice
        .scrubjay(&["ar", "aging", "--basis", "submission", "--json"])
        .good();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["basis"], "submission");
    let wrong = practice.scrubjay(&["ar", "aging", "--basis", "discharge"]);
    assert!(
        wrong.code != 0 && wrong.err.contains("patient_responsibility"),
        "{wrong:?}"
    );
}

#[test]
fn a_tick_that_looks_where_something_is_due_fires_all_that_one_that_looks_everywhere_does() {
    let terms = ", channel: house, terms: { timely_filing: 100 days, follow_up: 45 days } }";
    let made = || {
        let practice = Practice::new("");
        let configuration = CONFIGURATION.replace(", channel: house }", terms);
        practice.write("scrubjay.yaml", &configuration);
        let mut engine = Engine::open(practice.folder()).unwrap();
        engine.take_in("claims.837", claims(5).as_bytes()).unwrap();
        engine.submit().unwrap();
        practice
    };
    let (lean, whole) = (made(), made());
    let tick = |practice: &Practice, now: scrubjay::Instant| {
        let mut engine = Engine::open(practice.folder()).unwrap();
        engine.tick(now).unwrap().fired
    };
    let paid = Payment::of("T1", [Remitted::sample(3).less(&[("CO", "50", 10_004)])]).file(1);
    let mut now: scrubjay::Instant = "2026-03-03T12:00:00Z".parse().unwrap();
    let mut fired = 0;
    for turn in 0..70 {
        // What was noted of looks is gone with a rebuild.
        let mut store = SqliteStore::open(whole.path("scrubjay.db")).unwrap();
        store.rebuild().unwrap();
        drop(store);
        let (some, all) = (tick(&lean, now), tick(&whole, now));
        assert_eq!(some, all, "{now}");
        fired += some.len();
        if turn == 20 {
            for practice in [&lean, &whole] {
                let mut engine = Engine::open(practice.folder()).unwrap();
                engine.take_in("denied.835", paid.as_bytes()).unwrap();
            }
        }
        now += Duration::from_secs(37 * 3600);
    }
    assert!(fired >= 15, "the clocks are tried: {fired}");
}

#[test]
fn another_contract_is_looked_at_whatever_was_noted_under_the_one_before() {
    let under = |days: u32| {
        let terms = format!(", channel: house, terms: {{ follow_up: {days} days }} }}");
        CONFIGURATION.replace(", channel: house }", &terms)
    };
    let (practice, engine) = Practice::with_sent(2);
    drop(engine);
    practice.write("scrubjay.yaml", &under(60));
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(2).as_bytes()).unwrap();
    engine.submit().unwrap();
    let now = "2026-04-10T12:00:00Z".parse().unwrap();
    let follow_ups = |tick: scrubjay::Tick| {
        let fired = tick.fired.into_iter();
        fired
            .filter(|one| one.deadline.kind.as_str() == "follow_up")
            .count()
    };
    assert_eq!(follow_ups(engine.tick(now).unwrap()), 0);
    assert_eq!(follow_ups(engine.tick(now).unwrap()), 0);
    drop(engine);
    practice.write("scrubjay.yaml", &under(30));
    let mut engine = Engine::open(practice.folder()).unwrap();
    assert_eq!(follow_ups(engine.tick(now).unwrap()), 2);
    assert_eq!(follow_ups(engine.tick(now).unwrap()), 0);
}
