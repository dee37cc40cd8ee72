//! Cover before the visit, from files alone: a schedule comes in, a 270 leaves,
//! a 271 comes back, and the record follows what it says.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay_tests::practice::Practice;
use scrubjay_tests::{repository, scrubjay};
use serde_json::Value;

/// The sample practice with Medicare and a plan behind its card.
const PAYERS: &str = "  \
  - { key: medicare, name: Medicare, id: MCR01, line: medicare, channel: house }
  - { key: sample-advantage, name: Sample Advantage, id: MADV1, line: medicare-advantage, channel: house }
rules: [packs]
";

const PATIENTS: &str = "\
key,last,first,born,sex,street,city,state,zip,phone,registered,order,payer_id,payer_name,member,relationship
P-7,SAMPLE,PATIENT,1950-04-01,F,1 SAMPLE WAY,AUSTIN,TX,787010001,5125550100,2026-03-02,primary,MCR01,Medicare,1EG4TE5MK73,self
";

const VISITS: &str = "\
id,patient,provider,place,booked,scheduled
V-1,P-7,1234567893,11,2026-03-02,2026-03-20
";

/// A practice whose schedule has come in on 2 March 2026.
fn booked(with_rule: bool) -> Practice {
    let practice = Practice::new("");
    practice.configure(PAYERS);
    let rule = std::fs::read_to_string(repository().join("payer-rules/medicare/advantage.rhai"));
    practice.pack("other", "");
    if with_rule {
        practice.pack("medicare", &rule.unwrap());
    }
    // The clock of the practice follows the files: this one says what day it is.
    practice.write("inbox/a.277", &answer_file(1, "260302", "277", &[]));
    practice.write("inbox/b-patients.csv", PATIENTS);
    practice.write("inbox/c-visits.csv", VISITS);
    practice
}

/// A file to us with one set, of which a test needs no more than the day.
fn answer_file(number: usize, day: &str, set: &str, body: &[String]) -> String {
    let (functional, version) = match set {
        "271" => ("HB", "005010X279A1"),
        _ => ("HN", "005010X214"),
    };
    let mut out = format!(
        "ISA*00*          *00*          *ZZ*SAMPLERECEIVER *ZZ*SAMPLESENDER   *{day}*0815*^*00501*{number:09}*0*T*:~\n\
         GS*{functional}*SAMPLERECEIVER*SAMPLESENDER*20{day}*0815*{number}*X*{version}~\n\
         ST*{set}*0001*{version}~\n"
    );
    for segment in body {
        out.push_str(segment);
        out.push_str("~\n");
    }
    out.push_str(&format!(
        "SE*{}*0001~\nGE*1*{number}~\nIEA*1*{number:09}~\n",
        body.len() + 2
    ));
    out
}

/// The questions of a file that left: trace number, payer and member of each.
fn questions(practice: &Practice, name: &str) -> Vec<[String; 3]> {
    let text = std::fs::read_to_string(practice.path("outbox").join(name)).unwrap();
    let mut found = Vec::new();
    let (mut payer, mut trace) = (String::new(), String::new());
    for segment in text.split('~') {
        let elements: Vec<&str> = segment.trim().split('*').collect();
        match elements[..] {
            ["NM1", "PR", .., id] => payer = id.to_owned(),
            ["TRN", "1", number, ..] => trace = number.to_owned(),
            ["NM1", "IL", .., "MI", member] => {
                found.push([trace.clone(), payer.clone(), member.to_owned()]);
            }
            _ => {}
        }
    }
    found
}

/// Medicare says that a plan stands behind the card.
fn behind_the_card(trace: &str) -> Vec<String> {
    [
        &format!("BHT*0022*11*{trace}*20260303*0815"),
        "HL*1**20*1",
        "NM1*PR*2*MEDICARE*****PI*MCR01",
        "HL*2*1*21*1",
        "NM1*1P*2*SAMPLE PRACTICE*****XX*1234567893",
        "HL*3*2*22*0",
        &format!("TRN*2*{trace}*1741234567"),
        "NM1*IL*1*SAMPLE*PATIENT****MI*1EG4TE5MK73",
        "DMG*D8*19500401*F",
        "DTP*291*D8*20260320",
        "EB*1**30*MB",
        "EB*R**30*HN",
        "REF*1W*MA777",
        "DTP*290*D8*20260101",
        "LS*2120",
        "NM1*PRP*2*SAMPLE ADVANTAGE*****PI*MADV1",
        "LE*2120",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn asked(practice: &Practice) -> Vec<Value> {
    let printed = practice.scrubjay(&["eligibility", "list", "--json"]).good();
    serde_json::from_str(&printed).unwrap()
}

#[test]
fn a_plan_behind_a_medicare_card_is_found_before_the_visit_and_asked_itself() {
    for with_rule in [true, false] {
        let practice = booked(with_rule);
        let _ = practice.run();
        let sent = practice.sent();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert!(sent[0].ends_with("-house.270"), "{sent:?}");
        let path = practice.path("outbox").join(&sent[0]);
        let checked = scrubjay(&["x12", "check", &path.to_string_lossy()]);
        assert!(checked.status.success(), "{checked:?}");
        let first = questions(&practice, &sent[0]);
        assert_eq!(first.len(), 1);
        assert_eq!(first[0][1..], ["MCR01", "1EG4TE5MK73"]);

        let answer = answer_file(2, "260303", "271", &behind_the_card(&first[0][0]));
        practice.write("inbox/d.271", &answer);
        let answer_path = practice.path("inbox/d.271");
        let checked = scrubjay(&["x12", "check", &answer_path.to_string_lossy()]);
        assert!(checked.status.success(), "{checked:?}");
        let _ = practice.run();
        let listed = asked(&practice);
        assert_eq!(listed[0]["state"], "answered");
        let sent = practice.sent();
        if !with_rule {
            assert_eq!((listed.len(), sent.len()), (1, 1));
            continue;
        }
        // The plan was put in Medicare's place, and is asked under its own number.
        assert_eq!(listed.len(), 2);
        let second = questions(&practice, &sent[1]);
        assert_eq!(second[0][1..], ["MADV1", "MA777"]);
        let shown = practice
            .scrubjay(&["eligibility", "show", &first[0][0]])
            .good();
        assert!(
            shown.contains("other payer SAMPLE ADVANTAGE, id MADV1"),
            "{shown}"
        );

        // The same again asks nobody.
        let _ = practice.run();
        assert_eq!(practice.sent().len(), 2);
        let verified = practice.scrubjay(&["db", "verify"]).good();
        assert!(verified.contains("clean"), "{verified}");
    }
}

#[test]
fn a_refusal_and_a_stranger_are_work_and_a_person_asks_again() {
    let practice = booked(false);
    let _ = practice.run();
    let first = questions(&practice, &practice.sent()[0]).remove(0);
    let refused = |trace: &str| {
        let mut body = behind_the_card(trace);
        body.truncate(10);
        body.insert(8, "AAA*N**75*C".to_owned());
        body.retain(|segment| !segment.starts_with("DMG"));
        body
    };
    practice.write(
        "inbox/d.271",
        &answer_file(2, "260303", "271", &refused(&first[0])),
    );
    practice.write("inbox/e.271", &{
        let strange = refused("X-1").into_iter();
        let strange: Vec<String> = strange
            .map(|segment| segment.replace("1EG4TE5MK73", "0OTHER"))
            .collect();
        answer_file(3, "260303", "271", &strange)
    });
    let ran = practice.run();
    assert!(
        ran.out.contains("1 answer(s) about cover, 1 refused"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("was set aside"), "{}", ran.out);
    let shown = practice
        .scrubjay(&["eligibility", "show", &first[0]])
        .good();
    for part in [
        "rejected",
        "refused: AAA 75",
        "open to front_desk",
        "does not know this person",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let again = practice
        .scrubjay(&["eligibility", "ask", "P-7", "--visit", "V-1", "--by", "Ana"])
        .good();
    assert!(again.contains("1 questions for channel house"), "{again}");
    let nobody = practice.scrubjay(&["eligibility", "ask", "P-8"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.err.contains("no patient under that key"));
    assert!(!nobody.err.contains("P-8"));
}

#[test]
fn a_good_faith_estimate_is_made_and_given_from_the_command_line() {
    let practice = booked(false);
    let alone: String = PATIENTS
        .lines()
        .map(|line| line.replace(",primary,MCR01,Medicare,1EG4TE5MK73,self", ",,,,,") + "\n")
        .collect();
    practice.write("inbox/b-patients.csv", &alone);
    let _ = practice.run();
    assert!(practice.sent().is_empty());
    let made = practice
        .scrubjay(&[
            "estimate",
            "make",
            "P-7",
            "--visit",
            "V-1",
            "--by",
            "Ana",
            "--service",
            "G0439=175.00:Yearly wellness visit",
            "--service",
            "J0696*4=80.50:Antibiotic shot",
        ])
        .good();
    assert!(made.contains("good-faith estimate ES"), "{made}");
    assert!(made.contains("255.50 of 255.50"), "{made}");
    let id = made
        .split([' ', ':'])
        .find(|word| word.starts_with("ES"))
        .unwrap();
    let shown = practice.scrubjay(&["estimate", "show", id]).good();
    let given = practice
        .scrubjay(&["estimate", "give", id, "--by", "Ana"])
        .good();
    for part in [
        "Yearly wellness visit",
        "$255.50",
        "$400.00 or more",
        "1234567893",
    ] {
        assert!(given.contains(part), "{part} in {given}");
    }
    assert!(given.contains("Given on") && !shown.contains("Given on"));
    let html = practice
        .scrubjay(&["estimate", "show", id, "--form", "html"])
        .good();
    assert!(html.starts_with("<!doctype html>"), "{html}");
    let again = practice.scrubjay(&["estimate", "give", id, "--by", "Ana"]);
    assert_eq!(again.code, 1);
    assert!(
        again.err.contains("given to the patient before"),
        "{}",
        again.err
    );
}
