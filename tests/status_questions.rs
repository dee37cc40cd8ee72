//! Payers are asked where claims stand, as rules at the hook `follow_up` say, and
//! what they answer is kept and worked.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::model::{Adjudication, Record, RecordKind, WorkKind};
use scrubjay::store::{RecordFilter, SqliteStore};
use scrubjay::{Engine, Intake, Tick};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{CONFIGURATION, claims};
use scrubjay_tests::{copy_folder, repository};

/// A practice with the rules of the shelf about open claims, less some, that has
/// sent claims on 2 March.
fn practice(without: &[&str], also: &str) -> (Practice, Engine) {
    let practice = Practice::new("");
    let base = repository().join("payer-rules/base");
    practice.write("packs/base/.keep", "");
    let pack = practice.path("packs/base");
    std::fs::remove_file(pack.join(".keep")).unwrap();
    for file in ["pack.yaml", "receivables.rhai"] {
        std::fs::copy(base.join(file), pack.join(file)).unwrap();
    }
    copy_folder(&base.join("tables"), &pack.join("tables"));
    for rule in without {
        let path = pack.join("receivables.rhai");
        let text = std::fs::read_to_string(&path).unwrap();
        let from = text.find(&format!("/// id: {rule}\n")).unwrap();
        let end = from + text[from..].find("\n}\n").unwrap() + 3;
        std::fs::write(&path, format!("{}{}", &text[..from], &text[end..])).unwrap();
    }
    let configuration = CONFIGURATION.replace(
        "usage: T }",
        "usage: T, answers: { file: never, claims: never } }",
    );
    practice.write(
        "scrubjay.yaml",
        &format!("{configuration}rules: [packs]\nfollow_up: {{ look: 5 }}\n{also}"),
    );
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(2).as_bytes()).unwrap();
    assert_eq!(engine.submit().unwrap().len(), 1);
    (practice, engine)
}

fn tick(engine: &mut Engine, day: &str) -> Tick {
    engine
        .tick(format!("{day}T12:00:00Z").parse().unwrap())
        .unwrap()
}

/// What is open of a kind on claims, in words.
fn open(engine: &Engine, kind: WorkKind) -> Vec<String> {
    let reader = engine.read().unwrap();
    let open = reader.open_work(None).unwrap();
    let open = open.into_iter().filter(|item| item.kind == kind);
    open.map(|item| item.reason).collect()
}

/// The payer's answer about the first claim, to the question of that name.
fn answer(engine: &mut Engine, number: usize, trace: &str, status: &str, last: &str) -> Intake {
    let body = [
        format!("BHT*0010*08*{trace}*20260318*0915*DG"),
        "HL*1**20*1".to_owned(),
        "NM1*PR*2*SAMPLE PAYER*****PI*SAMPLEPAY".to_owned(),
        "HL*2*1*21*1".to_owned(),
        "NM1*41*2*SAMPLE PRACTICE*****46*SAMPLESENDER".to_owned(),
        "HL*3*2*19*1".to_owned(),
        "NM1*1P*2*SAMPLE PRACTICE*****XX*1234567893".to_owned(),
        "HL*4*3*22*0".to_owned(),
        format!("NM1*IL*1*{last}*PERSON****MI*M00000"),
        format!("TRN*2*{trace}"),
        format!("STC*{status}"),
        "REF*1K*ICN4711".to_owned(),
        "REF*EJ*S00000".to_owned(),
        "DTP*472*RD8*20260227-20260227".to_owned(),
    ];
    let mut file = format!(
        "ISA*00*          *00*          *ZZ*SAMPLERECEIVER *ZZ*SAMPLESENDER   *260318*0915*^*00501*{number:09}*0*T*:~\n\
         GS*HN*SAMPLERECEIVER*SAMPLESENDER*20260318*0915*{number}*X*005010X212~\nST*277*0001*005010X212~\n"
    );
    for segment in &body {
        file.push_str(&format!("{segment}~\n"));
    }
    file.push_str(&format!(
        "SE*{}*0001~\nGE*1*{number}~\nIEA*1*{number:09}~\n",
        body.len() + 2
    ));
    let name = format!("{number}.277");
    let taken = engine.take_in(&name, file.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");
    taken
}

/// The questions about claims, with their states.
fn questions(engine: &Engine) -> Vec<(String, &'static str)> {
    let reader = engine.read().unwrap();
    let filter = RecordFilter {
        kind: Some(RecordKind::ClaimStatus),
        ..RecordFilter::default()
    };
    let rows = reader.records(&filter).unwrap().into_iter();
    let records = rows.map(|row| reader.record(&row.key).unwrap().unwrap());
    records
        .map(|record| match &record {
            Record::ClaimStatus(inquiry) => (inquiry.id.to_string(), record.state()),
            _ => unreachable!("only questions were asked for"),
        })
        .collect()
}

#[test]
fn a_claim_that_nobody_answers_is_asked_after_on_the_days_of_its_row() {
    let (practice, mut engine) = practice(&[], "");
    assert!(tick(&mut engine, "2026-03-16").wanted.is_empty());
    // The fifteenth day.
    assert_eq!(tick(&mut engine, "2026-03-17").wanted.len(), 2);
    assert!(
        tick(&mut engine, "2026-03-17").wanted.is_empty(),
        "each once"
    );
    let sent = engine.ask_payers().unwrap();
    assert_eq!((sent.len(), sent[0].questions), (1, 2));
    assert!(sent[0].name.ends_with("-house.276"), "{}", sent[0].name);
    let file = practice.path("outbox").join(&sent[0].name);
    let text = std::fs::read_to_string(&file).unwrap();
    for segment in [
        "ST*276*",
        "REF*EJ*S00000",
        "TRN*1*CS000001",
        "AMT*T3*100.01",
    ] {
        assert!(text.contains(segment), "{segment} {text}");
    }
    let checked = scrubjay_tests::scrubjay(&["x12", "check", &file.to_string_lossy()]);
    assert!(checked.status.success());
    assert!(engine.ask_payers().unwrap().is_empty());
    assert!(tick(&mut engine, "2026-03-18").wanted.is_empty());
    // Two business days, and no answer: a person asks, once.
    assert!(open(&engine, WorkKind::FollowUp).is_empty());
    tick(&mut engine, "2026-03-20");
    assert_eq!(open(&engine, WorkKind::FollowUp).len(), 2);
    tick(&mut engine, "2026-03-21");
    assert_eq!(open(&engine, WorkKind::FollowUp).len(), 2);
    drop(engine);
    let store = SqliteStore::open(practice.path("scrubjay.db")).unwrap();
    assert!(store.verify().unwrap().is_clean());
}

#[test]
fn without_the_rule_nobody_is_asked() {
    let (practice, mut engine) = practice(&["base/ask-after"], "");
    for day in ["2026-03-17", "2026-03-22", "2026-03-31"] {
        assert!(tick(&mut engine, day).wanted.is_empty(), "{day}");
    }
    assert!(engine.ask_payers().unwrap().is_empty());
    assert!(practice.sent().iter().all(|name| !name.ends_with(".276")));
}

#[test]
fn a_payer_that_is_at_work_on_it_is_believed_for_a_while() {
    let (_practice, mut engine) = practice(&[], "");
    tick(&mut engine, "2026-03-17");
    engine.ask_payers().unwrap();
    let taken = answer(
        &mut engine,
        9,
        "CS000001",
        "P1:20*20260318**100.01",
        "SAMPLE0",
    );
    assert!(
        taken.to_string().contains("1 answer(s) where claims stand"),
        "{taken}"
    );
    assert_eq!(
        questions(&engine),
        [
            ("CS000001".to_owned(), "answered"),
            ("CS000002".to_owned(), "asked")
        ]
    );
    let claim = "S00000".parse().unwrap();
    let row = engine.read().unwrap().claim(&claim).unwrap().unwrap();
    assert_eq!(row.status.adjudication, Adjudication::Pended);
    assert_eq!(row.payer_control.as_deref(), Some("ICN4711"));
    // The other one is asked after on the thirtieth day; this one fifteen days after
    // its answer of 18 March.
    tick(&mut engine, "2026-03-20");
    let asked = |engine: &mut Engine, day: &str| {
        let wanted = tick(engine, day).wanted.into_iter();
        let names: Vec<String> = wanted.map(|key| key.id.to_string()).collect();
        names
    };
    assert_eq!(asked(&mut engine, "2026-04-01"), ["CS000003"]);
    assert_eq!(asked(&mut engine, "2026-04-02"), ["CS000004"]);
    assert!(asked(&mut engine, "2026-04-03").is_empty());
}

#[test]
fn what_an_answer_asks_for_is_given_to_somebody() {
    for (status, expected) in [
        ("A4:35*20260318**100.01", "does not find the claim (A4:35)"),
        ("R3:21*20260318**100.01", "wants information (R3:21)"),
        ("F2:88*20260318**100.01", "does not pay (F2:88)"),
        ("E1:484*20260318**100.01", "could not say"),
    ] {
        let (_practice, mut engine) = practice(&["base/finished-elsewhere"], "");
        tick(&mut engine, "2026-03-17");
        engine.ask_payers().unwrap();
        answer(&mut engine, 9, "CS000001", status, "SAMPLE0");
        let told = open(&engine, WorkKind::FollowUp);
        assert_eq!(told.len(), 1, "{status} {told:?}");
        assert!(told[0].contains(expected), "{told:?}");
    }
}

#[test]
fn a_rule_says_what_is_done_where_the_payer_never_had_the_claim() {
    let (_practice, mut engine) = practice(&[], "");
    tick(&mut engine, "2026-03-17");
    engine.ask_payers().unwrap();
    answer(
        &mut engine,
        9,
        "CS000001",
        "A4:35*20260318**100.01",
        "SAMPLE0",
    );
    assert!(open(&engine, WorkKind::FollowUp).is_empty());
    // It has no adjudication yet, so that the claim may be mended and sent again.
    let told = open(&engine, WorkKind::Rejection);
    assert!(told[0].contains("base/finished-elsewhere"), "{told:?}");
}

#[test]
fn a_payment_that_the_payer_tells_of_and_that_does_not_come_is_looked_for() {
    let (_practice, mut engine) = practice(&["base/no-remittance"], "");
    tick(&mut engine, "2026-03-17");
    engine.ask_payers().unwrap();
    answer(
        &mut engine,
        9,
        "CS000001",
        "F1:65*20260318**100.01*60*20260317",
        "SAMPLE0",
    );
    assert!(open(&engine, WorkKind::FollowUp).is_empty());
    tick(&mut engine, "2026-03-31");
    let said = |engine: &Engine| {
        let told = open(engine, WorkKind::FollowUp);
        told.iter()
            .filter(|one| one.contains("no remittance has come"))
            .count()
    };
    assert_eq!(said(&engine), 0);
    // Decided on 17 March; the fifteenth day is 1 April.
    tick(&mut engine, "2026-04-01");
    assert_eq!(said(&engine), 1);
}

#[test]
fn an_answer_about_another_person_is_put_to_no_claim() {
    let (_practice, mut engine) = practice(&[], "");
    tick(&mut engine, "2026-03-17");
    engine.ask_payers().unwrap();
    let body = |engine: &mut Engine, trace: &str, last: &str| {
        answer(engine, 9, trace, "F1:65*20260318**100.01*60", last)
    };
    let taken = body(&mut engine, "CS000002", "SOMEBODY");
    assert!(taken.to_string().contains("set aside"), "{taken}");
    assert!(
        questions(&engine)
            .iter()
            .all(|(_, state)| *state == "asked")
    );
    let told = open(&engine, WorkKind::FollowUp);
    assert_eq!(told.len(), 1);
    assert!(!told[0].contains("SOMEBODY"), "{told:?}");
}

#[test]
fn interest_is_claimed_where_the_law_of_the_state_gives_it() {
    let practice = Practice::new("");
    let commercial = repository().join("payer-rules/commercial");
    practice.write("packs/commercial/.keep", "");
    let pack = practice.path("packs/commercial");
    std::fs::remove_file(pack.join(".keep")).unwrap();
    for file in ["pack.yaml", "prompt-pay.rhai"] {
        std::fs::copy(commercial.join(file), pack.join(file)).unwrap();
    }
    copy_folder(&commercial.join("tables"), &pack.join("tables"));
    let insured = "line: commercial, state: NY, funding: insured,";
    let configuration = CONFIGURATION.replace("line: commercial,", insured);
    practice.write(
        "scrubjay.yaml",
        &format!("{configuration}rules: [packs]\nfollow_up: {{ look: 5 }}\n"),
    );
    let mut engine = Engine::open(practice.folder()).unwrap();
    engine.take_in("claims.837", claims(1).as_bytes()).unwrap();
    engine.submit().unwrap();
    // The payer took it on 2 March; New York gives it thirty days.
    let accepted =
        scrubjay_tests::sample::claim_status(5, "PR", "000000001", &[("S00000", "A2:20:PR")]);
    let taken = engine.take_in("accepted.277", accepted.as_bytes()).unwrap();
    assert!(!taken.is_refused(), "{taken}");
    tick(&mut engine, "2026-04-01");
    assert!(open(&engine, WorkKind::Task).is_empty());
    tick(&mut engine, "2026-05-03");
    let told = open(&engine, WorkKind::Task);
    // 32 days late: 100.01 x 12 % x 32 / 365.
    assert!(
        told[0].contains("interest of 12 percent a year, 1.05 so far"),
        "{told:?}"
    );
    tick(&mut engine, "2026-05-03");
    assert_eq!(open(&engine, WorkKind::Task).len(), 1);
}
