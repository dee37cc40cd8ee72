//! Step 2 from files alone and by the program: patients and visits come in by
//! sheets, what is wrong with them is told, and rules decide what that is.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::collections::BTreeMap;

use scrubjay::model::{FixedClock, PatientKey, Record, RecordKey, RecordKind};
use scrubjay::store::RecordFilter;
use scrubjay::{Config, Engine, EngineBuilder, Once};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::claims;
use scrubjay_tests::{repository, scrubjay};

const COLUMNS: &str = "key,registered,last,first,born,sex,street,city,state,zip,phone,order,payer_id,payer_name,member,relationship,subscriber_last,subscriber_first,subscriber_born,from,to\n";

/// Ada with two coverages, one of them her husband's, and a telephone number as
/// people write it.
const ADA: &str = "\
P-1,2026-03-01,WREN,ADA,1960-02-29,F,1 ELM ST,AUSTIN,TX,78701,(512) 555-0100,P,SAMPLEPAY,,M-1,own,,,,2026-01-01,
P-1,,WREN,,,,,,,,,S,,Sample Payer,M-2,spouse,WREN,BEN,1961-04-01,,
";

/// The base pack's rules of registration, in a practice of their own.
fn practice(identity: &str) -> Practice {
    let practice = Practice::new("rules: [packs]\n");
    let pack = repository().join("payer-rules/base/pack.yaml");
    practice.write(
        "packs/base/pack.yaml",
        &std::fs::read_to_string(pack).unwrap(),
    );
    practice.write("packs/base/identity.rhai", identity);
    // The clock is that of the files: the second of March.
    practice.write("inbox/0.837", &claims(1));
    practice
}

fn identity() -> String {
    std::fs::read_to_string(repository().join("payer-rules/base/identity.rhai")).unwrap()
}

/// The same text without one rule: its card and its function.
fn without(rules: &str, id: &str) -> String {
    let start = rules.find(&format!("/// id: {id}\n")).unwrap();
    let end = start + rules[start..].find("\n}\n").unwrap() + 3;
    format!("{}{}", &rules[..start], &rules[end..])
}

fn key(patient: &str) -> PatientKey {
    patient.parse().unwrap()
}

fn phone(practice: &Practice, patient: &str) -> Option<String> {
    let engine = Engine::open(practice.folder()).unwrap();
    let record = engine.read().unwrap().record(&(&key(patient)).into());
    match record.unwrap() {
        Some(Record::Patient(patient)) => patient.phone.clone(),
        _ => None,
    }
}

#[test]
fn patients_and_visits_come_by_the_inbox_and_every_bad_row_is_told_of() {
    let practice = practice(&identity());
    let sheet = format!(
        "{COLUMNS}{ADA}\
         P-2,2026-03-01,FINCH,BEA,1990-01-01,,2 OAK ST,AUSTIN,TX,78702,,P,SAMPLEPAY,,M-3,own,,,,,\n\
         P-3,2026-03-01,LARK,CAL,eleven,M,3 ASH ST,AUSTIN,TX,78703,,P,SAMPLEPAY,,M-4,own,,,,,\n\
         P-4,2026-03-01,TEAL\n"
    );
    practice.write("inbox/1-patients.csv", &sheet);
    practice.write(
        "inbox/2-visits.csv",
        "id,patient,provider,place,booked,scheduled,services,diagnoses\n\
         V-1,P-1,1234567893,11,2026-02-20,2026-03-09,G0439*1;J0696:25*2,E11.9;I10\n\
         V-2,P-9,1234567893,11,,2026-03-09,,\n\
         V-3,P-1,1234567890,11,,2026-03-09,,\n",
    );
    let ran = practice.run();
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for told in [
        "1-patients.csv: patients taken in, 2 patients registered, 1 held",
        "line 5: `born`: ",
        "line 6: it has 3 cells",
        "2-visits.csv: visits taken in, 1 visits booked",
        "line 3: `patient`: nobody of that key is registered",
        "line 4: `provider`: ",
    ] {
        assert!(ran.out.contains(told), "{told} is not in {}", ran.out);
    }
    for told in ["eleven", "LARK", "555", "P-9", "V-2"] {
        assert!(!ran.out.contains(told), "{told} is in {}", ran.out);
    }
    assert_eq!(phone(&practice, "P-1").as_deref(), Some("5125550100"));

    let work = practice.scrubjay(&["work", "list", "--owner", "front_desk"]);
    let work = work.good();
    assert!(work.contains("patient P-2"), "{work}");
    assert!(work.contains("base/registration-complete"), "{work}");
    assert_eq!(work.matches("of the sheet").count(), 2, "{work}");
    let shown = practice.scrubjay(&["visit", "show", "V-1"]).good();
    assert!(shown.contains("planned  J0696:25 x2"), "{shown}");
    let shown = practice.scrubjay(&["patient", "show", "P-1"]).good();
    assert!(shown.contains("S sample, member number on file"), "{shown}");
    assert!(!shown.contains("WREN") && !shown.contains("M-1"), "{shown}");

    // The same files do nothing; a row that is mended mends the registration.
    let rows = |practice: &Practice| {
        let engine = Engine::open(practice.folder()).unwrap();
        engine.read().unwrap().last_row().unwrap().unwrap().sequence
    };
    let before = rows(&practice);
    assert_eq!(practice.run().code, 0);
    assert_eq!(rows(&practice), before);
    practice.write(
        "inbox/3-mended.csv",
        &sheet.replace("1990-01-01,,", "1990-01-01,F,"),
    );
    let ran = practice.run();
    assert!(
        ran.out.contains("patients taken in, 1 patients changed"),
        "{}",
        ran.out
    );
    assert_eq!(phone(&practice, "P-1").as_deref(), Some("5125550100"));
    let list = practice.scrubjay(&["patient", "list", "--to-mend"]).good();
    assert!(!list.contains("P-2"), "{list}");
    let verified = practice.scrubjay(&["db", "verify"]).good();
    assert!(verified.contains("clean"), "{verified}");
}

#[test]
fn where_the_clock_goes_by_files_a_sheet_is_taken_in_at_its_own_day() {
    let practice = practice(&identity());
    std::fs::remove_file(practice.path("inbox/0.837")).unwrap();
    practice.write("inbox/1-patients.csv", &format!("{COLUMNS}{ADA}"));
    assert_eq!(practice.run().code, 0);
    let engine = Engine::open(practice.folder()).unwrap();
    let row = engine.read().unwrap().last_row().unwrap().unwrap();
    assert_eq!(row.stamp.at.date_naive().to_string(), "2026-03-01");
}

#[test]
fn a_rule_that_is_taken_away_mends_and_holds_no_more() {
    let sheet = format!(
        "{COLUMNS}{ADA}\
         P-2,2026-03-01,FINCH,BEA,1990-01-01,,2 OAK ST,AUSTIN,TX,78702,,P,SAMPLEPAY,,M-3,own,,,,,\n"
    );
    let register = |identity: &str| {
        let practice = practice(identity);
        assert_eq!(practice.run().code, 0);
        practice.write("patients.csv", &sheet);
        let file = practice.path("patients.csv").display().to_string();
        let printed = practice.scrubjay(&["register", &file, "--by", "Ana"]);
        (phone(&practice, "P-1").unwrap(), printed)
    };
    let (mended, printed) = register(&identity());
    assert_eq!(mended, "5125550100");
    assert_eq!(printed.code, 1, "{}{}", printed.out, printed.err);
    let shapes = "mended phone: (NNN) NNN-NNNN became NNNNNNNNNN";
    assert!(printed.out.contains(shapes), "{}", printed.out);

    let fewer = without(&identity(), "base/phone-format");
    let (as_told, printed) = register(&fewer);
    assert_eq!(as_told, "(512) 555-0100");
    assert_eq!(printed.code, 1);

    let fewer = without(&fewer, "base/registration-complete");
    let (_, printed) = register(&fewer);
    assert_eq!(printed.code, 0, "{}{}", printed.out, printed.err);
}

#[test]
fn the_front_desk_books_moves_on_and_passes_by_the_program() {
    let practice = practice(
        "/// id: base/known\n/// title: A rule of a test\n/// hook: registration\n/// overridable: true\n\
         fn known(registration) { if !registration.has_phone { block(\"ask for a number\"); } }\n",
    );
    assert_eq!(practice.run().code, 0);
    practice.write(
        "patients.csv",
        &format!("{COLUMNS}{}", ADA.replace("(512) 555-0100", "")),
    );
    let file = practice.path("patients.csv").display().to_string();
    let checked = practice.scrubjay(&["register", &file, "--check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.out.contains("ask for a number"), "{}", checked.out);
    let list = practice.scrubjay(&["patient", "list"]).good();
    assert!(!list.contains("P-1"), "{list}");

    let booking = [
        "visit",
        "add",
        "V-1",
        "--patient",
        "P-1",
        "--provider",
        "1234567893",
        "--on",
        "2026-03-09",
    ];
    let early = practice.scrubjay(&booking);
    assert_eq!(early.code, 1);
    assert!(early.err.contains("is not registered"), "{}", early.err);
    assert_eq!(practice.scrubjay(&["register", &file]).code, 1);
    let booked = practice.scrubjay(&booking);
    assert_eq!(booked.code, 0, "{}{}", booked.out, booked.err);

    let pass = [
        "patient", "pass", "P-1", "--by", "Ana", "--reason", "has none",
    ];
    practice.scrubjay(&pass).good();
    let work = practice.scrubjay(&["work", "list", "--json"]).good();
    assert_eq!(work.trim(), "[]");

    practice
        .scrubjay(&["visit", "arrive", "V-1", "--on", "2026-03-10"])
        .good();
    practice
        .scrubjay(&["visit", "close", "V-1", "--on", "2026-03-11"])
        .good();
    let late = practice.scrubjay(&["visit", "cancel", "V-1"]);
    assert_eq!(late.code, 1);
    assert!(
        late.err.contains("is closed and cannot become cancelled"),
        "{}",
        late.err
    );
    let shown = practice
        .scrubjay(&["visit", "list", "--status", "closed", "--json"])
        .good();
    assert!(shown.contains("\"day\": \"2026-03-10\""), "{shown}");
    let not_there = scrubjay(&["patient", "list", "--dir", "nowhere"]);
    assert_eq!(not_there.status.code(), Some(2));
}

#[test]
fn a_misspelt_column_of_patients_and_visits_is_told() {
    let practice = practice(&identity());
    assert_eq!(practice.run().code, 0);
    let file = |name: &str, text: &str| {
        practice.write(name, text);
        practice.path(name).display().to_string()
    };
    let patients = file("patients.csv", "key,last,frist,sex\nP-1,WREN,ADA,F\n");
    let told = practice.scrubjay(&["register", &patients]);
    let says = "the column `frist` is not read: did you mean `first`?";
    assert!(told.err.contains(says), "{}", told.err);
    let visits = file(
        "visits.csv",
        "id,patient,provider,place,scheduled,diagnosis\nV-1,P-1,1234567893,11,2026-03-09,E11.9\n",
    );
    let told = practice.scrubjay(&["visit", "import", &visits]);
    let says = "the column `diagnosis` is not read: did you mean `diagnoses`?";
    assert!(told.err.contains(says), "{}", told.err);
}

#[test]
fn a_filter_with_a_value_that_nobody_knows_is_refused_with_those_that_there_are() {
    let practice = practice(&identity());
    assert_eq!(practice.run().code, 0);
    for (arguments, says) in [
        (&["work", "list", "--kind", "xyz"][..], "registration"),
        (&["claims", "list", "--work", "xyz"], "held"),
        (&["claims", "list", "--payer", "xyz"], "sample"),
        (&["eligibility", "list", "--state", "xyz"], "answered"),
        (&["eligibility", "list", "--patient", "P-99"], "registered"),
        (&["auth", "list", "--status", "xyz"], "approved"),
        (&["auth", "list", "--patient", "P-99"], "registered"),
        (&["visit", "list", "--status", "xyz"], "scheduled"),
        (&["visit", "list", "--patient", "P-99"], "registered"),
        (&["charge", "list", "--state", "xyz"], "unbilled"),
        (&["charge", "list", "--visit", "V-99"], "visit list"),
        (&["ack", "show", "NOBODYS"], "claims list"),
    ] {
        let refused = practice.scrubjay(arguments);
        assert_eq!(refused.code, 2, "{arguments:?}: {}", refused.out);
        assert!(refused.err.contains(says), "{arguments:?}: {}", refused.err);
    }
    practice
        .scrubjay(&["work", "list", "--kind", "task"])
        .good();
    practice
        .scrubjay(&["claims", "list", "--payer", "sample"])
        .good();
}

/// Every patient as they are on file.
fn on_file(engine: &Engine) -> BTreeMap<RecordKey, Record> {
    let reader = engine.read().unwrap();
    let filter = RecordFilter {
        kind: Some(RecordKind::Patient),
        ..RecordFilter::default()
    };
    let rows = reader.records(&filter).unwrap().into_iter();
    rows.map(|row| {
        let record = reader.record(&row.key).unwrap().unwrap();
        (row.key, record)
    })
    .collect()
}

fn engine() -> Engine {
    EngineBuilder::new(Config::default())
        .clock(Box::new(FixedClock::noon("2026-03-02".parse().unwrap())))
        .open()
        .unwrap()
}

#[test]
fn rows_in_any_order_give_the_same_patients() {
    let mut rows: Vec<String> = Vec::new();
    for number in 0..6 {
        rows.push(format!("Q-{number},,ROE,R{number},1970-01-0{},M,,,,,,P,PAY{number},,M{number},own,,,,2025-01-01,2025-12-31", number + 1));
        rows.push(format!(
            "Q-{number},,ROE,,,,,,TX,7870{number},,P,OTHER,,N{number},own,,,,2026-01-01,"
        ));
        rows.push(format!(
            "Q-{number},,ROE,,,,9 FIR ST,,,,555,S,THIRD,,T{number},child,ROE,PARENT,,2026-01-01,"
        ));
    }
    let register = |rows: &[String]| {
        let mut engine = engine();
        let sheet = format!("{COLUMNS}{}\n", rows.join("\n"));
        let taken = engine.register_sheet(sheet.as_bytes(), "Ana").unwrap();
        assert_eq!((taken.used, taken.bad.len()), (rows.len() as u64, 0));
        let again = engine.register_sheet(sheet.as_bytes(), "Ana").unwrap();
        assert_eq!((again.patients.len(), again.unchanged.len()), (0, 6));
        on_file(&engine)
    };
    let first = register(&rows);
    assert_eq!(first.len(), 6);
    let mut seed = 7_u64;
    for _ in 0..20 {
        for at in (1..rows.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let other = usize::try_from(seed >> 33).unwrap() % (at + 1);
            rows.swap(at, other);
        }
        assert_eq!(register(&rows), first);
    }
}

#[test]
fn a_call_that_is_made_again_under_its_key_registers_once() {
    let mut engine = engine();
    let sheet = format!("{COLUMNS}{ADA}");
    let taken = engine.register_sheet(sheet.as_bytes(), "Ana").unwrap();
    let mut changed = taken.patients[0].record.clone();
    changed.email = Some("a@example.org".to_owned());
    let first = engine.once("k").register(changed.clone(), "Ana").unwrap();
    assert!(matches!(first, Once::Done(_)));
    let again = engine.once("k").register(changed.clone(), "Ana").unwrap();
    assert!(matches!(again, Once::DoneBefore { .. }));
    assert!(engine.once("k").register(changed, "Ben").is_err());
}
