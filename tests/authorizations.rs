//! Prior authorization from end to end, by the program: a visit is booked, the
//! payer is asked and grants, and a claim counts down what was granted.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay_tests::practice::Practice;
use scrubjay_tests::sample::{SampleClaim, claims_of, functional};
use scrubjay_tests::scrubjay;
use serde_json::Value;

const PATIENTS: &str = "\
key,last,first,born,sex,street,city,state,zip,order,payer_id,payer_name,member,relationship
P-0,SAMPLE0,PERSON,1985-01-01,F,2 SAMPLE ST,AUSTIN,TX,78702,primary,SAMPLEPAY,SAMPLE PAYER,M00000,self
";

const LISTED: &str = r#"
/// id: listed/wants-authorization
/// title: A listed service wants an authorization
/// hook: authorization
/// severity: info
/// applies: { procedures: [G0151] }
fn listed_service(planned) {
    for service in planned.services {
        if service.procedure == "G0151" && !service.is_authorized {
            require_authorization(service.procedure, "it is on the payer's list");
        }
    }
}

/// id: listed/number-covers
/// title: No more units than are left of the authorization
/// hook: scrub
/// scope: line
/// severity: block
/// overridable: true
/// applies: { procedures: [G0151] }
fn number_covers(claim, line) {
    for held in claim.authorizations {
        if held.number == claim.authorization && held.left(line.procedure) < line.units {
            line.block(`only ${held.left(line.procedure)} units are left`);
        }
    }
}
"#;

/// A practice with a visit that is booked for four units of a listed service.
fn booked(rules: &str) -> Practice {
    let practice = Practice::new("rules: [packs]\n");
    practice.pack("listed", rules);
    // The first file sets the clock: 2 March 2026.
    practice.write("inbox/00-clock.999", &functional(90, 9999, "A"));
    practice.write("inbox/01-patients.csv", PATIENTS);
    practice.run().good();
    practice
        .scrubjay(&[
            "visit",
            "add",
            "V-1",
            "--patient",
            "P-0",
            "--provider",
            "1234567893",
            "--on",
            "2026-03-09",
            "--service",
            "G0151*4",
            "--dx",
            "J029",
        ])
        .good();
    practice
}

fn json(practice: &Practice, arguments: &[&str]) -> Value {
    let printed = practice.scrubjay(&[arguments, &["--json"]].concat()).good();
    serde_json::from_str(&printed).unwrap()
}

/// A payer's answer to the only request of a file.
fn answer(request: &str, outcome: &str, number: &str) -> String {
    let trace = request.split('~').find_map(|segment| {
        let mut elements = segment.trim().split('*');
        (elements.next() == Some("TRN")).then(|| segment.trim().to_owned())
    });
    let trace = trace.unwrap().replacen("TRN*1*", "TRN*2*", 1);
    let body = [
        "BHT*0007*11*ANSWER1*20260303*0900*18".to_owned(),
        "HL*1**20*1".to_owned(),
        "NM1*PR*2*SAMPLE PAYER*****PI*SAMPLEPAY".to_owned(),
        "HL*2*1*21*1".to_owned(),
        "NM1*1P*2*SAMPLE PRACTICE*****XX*1234567893".to_owned(),
        "HL*3*2*22*1".to_owned(),
        "NM1*IL*1*SAMPLE0*PERSON****MI*M00000".to_owned(),
        "HL*4*3*EV*1".to_owned(),
        trace,
        "UM*HS*I".to_owned(),
        format!("HCR*{outcome}*{number}"),
        "DTP*007*RD8*20260101-20260430".to_owned(),
        "HL*5*4*SS*0".to_owned(),
        "SV1*HC:G0151**UN*4".to_owned(),
    ];
    let segments = body.len() + 2;
    format!(
        "ISA*00*          *00*          *ZZ*SAMPLERECEIVER *ZZ*SAMPLESENDER   *260303*0900*^*00501*000000071*0*T*:~\n\
         GS*HI*SAMPLERECEIVER*SAMPLESENDER*20260303*0900*71*X*005010X217~\nST*278*0001*005010X217~\n{}~\n\
         SE*{segments}*0001~\nGE*1*71~\nIEA*1*000000071~\n",
        body.join("~\n")
    )
}

/// A claim of that patient under a number, of so many units.
fn claim(number: &str, units: u32) -> String {
    let plain = claims_of(&[SampleClaim {
        place: "11",
        day: "20260227",
        lines: &[("G0151", "400", units)],
    }]);
    let with_number = plain.replacen("HI*ABK", &format!("REF*G1*{number}~\nHI*ABK"), 1);
    // One segment more.
    let counted = with_number.split('~').count();
    let end = with_number.find("SE*").unwrap();
    let until = end + with_number[end..].find('*').unwrap() + 1;
    let rest = with_number[until..].find('*').unwrap() + until;
    // ISA, GS, GE and IEA stand outside; the last piece is empty.
    format!(
        "{}{}{}",
        &with_number[..until],
        counted - 5,
        &with_number[rest..]
    )
}

#[test]
fn a_visit_is_booked_the_payer_grants_and_a_claim_counts_down_the_units() {
    let practice = booked(LISTED);
    let asked = json(&practice, &["auth", "ask"]);
    assert_eq!(asked[0]["questions"], 1);
    let name = asked[0]["name"].as_str().unwrap();
    assert!(name.ends_with(".278"), "{name}");
    let path = practice.path("outbox").join(name);
    let request = std::fs::read_to_string(&path).unwrap();
    let shown = path.to_string_lossy().into_owned();
    let checked = scrubjay(&["x12", "check", &shown]);
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
    );
    // Asked once, whatever runs.
    practice.run().good();
    assert_eq!(json(&practice, &["auth", "ask"]), Value::Array(Vec::new()));

    practice.write("inbox/02-granted.278", &answer(&request, "A1", "AUTH77"));
    let said = practice.run().good();
    assert!(
        said.contains("1 answer(s) about authorizations, 1 granted"),
        "{said}"
    );
    let held = json(&practice, &["auth", "list"]);
    assert_eq!(held[0]["status"], "approved");
    assert_eq!(held[0]["number"], "AUTH77");
    let id = held[0]["id"].as_str().unwrap().to_owned();

    practice.write("inbox/03-claim.837", &claim("AUTH77", 3));
    let said = practice.run().good();
    assert!(said.contains("1 claims, 0 held"), "{said}");
    let held = json(&practice, &["auth", "show", &id]);
    assert_eq!(held["services"][0]["used"], "3", "{held}");
    assert_eq!(held["uses"][0]["claim"], "S00000");

    // A rejection gives back, and what is sent again counts once.
    let file = practice
        .sent()
        .into_iter()
        .find(|name| name.ends_with(".837p"))
        .unwrap();
    let sent = std::fs::read_to_string(practice.path("outbox").join(file)).unwrap();
    practice.write("inbox/04-rejected.999", &rejection(&sent));
    practice.run().good();
    let used = |id: &str| json(&practice, &["auth", "show", id])["services"][0]["used"].clone();
    assert_eq!(used(&id), "0");
    practice
        .scrubjay(&[
            "claims", "release", "S00000", "--by", "Ana", "--reason", "as it is",
        ])
        .good();
    practice.scrubjay(&["claims", "submit"]).good();
    assert_eq!(used(&id), "3");
}

/// A 999 that turns down the one set of a file.
fn rejection(sent: &str) -> String {
    let group = sent
        .split('~')
        .find_map(|segment| segment.trim().strip_prefix("GS*"))
        .and_then(|rest| rest.split('*').nth(5))
        .unwrap();
    let body = [
        format!("AK1*HC*{group}*005010X222A1"),
        "AK2*837*0001*005010X222A1".to_owned(),
        "IK5*R*5".to_owned(),
        "AK9*R*1*1*0".to_owned(),
    ];
    format!(
        "ISA*00*          *00*          *ZZ*SAMPLERECEIVER *ZZ*SAMPLESENDER   *260303*0900*^*00501*000000072*0*T*:~\n\
         GS*FA*SAMPLERECEIVER*SAMPLESENDER*20260303*0900*72*X*005010X231A1~\nST*999*0001*005010X231A1~\n{}~\n\
         SE*6*0001~\nGE*1*72~\nIEA*1*000000072~\n",
        body.join("~\n")
    )
}

#[test]
fn more_units_than_are_left_hold_the_claim_and_without_the_rule_they_do_not() {
    for (rules, held) in [
        (LISTED.to_owned(), 1),
        (without(LISTED, "listed/number-covers"), 0),
    ] {
        let practice = booked(&rules);
        granted_four(&practice);
        practice.write("inbox/03-claim.837", &claim("AUTH77", 5));
        let said = practice.run().out;
        assert!(said.contains(&format!("1 claims, {held} held")), "{said}");
    }
}

#[test]
fn without_the_rule_nobody_is_asked() {
    let practice = booked(&without(LISTED, "listed/wants-authorization"));
    assert_eq!(json(&practice, &["auth", "ask"]), Value::Array(Vec::new()));
    assert_eq!(json(&practice, &["auth", "list"]), Value::Array(Vec::new()));
    // A person may ask all the same.
    let asked = json(
        &practice,
        &[
            "auth",
            "ask",
            "V-1",
            "--by",
            "Ana",
            "--reason",
            "a new plan",
            "--expedited",
        ],
    );
    assert_eq!(asked[0]["questions"], 1);
    let held = json(&practice, &["auth", "list"]);
    assert_eq!(held[0]["urgency"], "expedited");
    let again = practice.scrubjay(&["auth", "ask", "V-1", "--by", "Ana"]);
    assert_eq!(again.code, 1, "{}", again.err);
    assert!(
        again.err.contains("nothing is left to ask"),
        "{}",
        again.err
    );
}

/// A pack without one of its rules.
fn without(pack: &str, rule: &str) -> String {
    let rules = pack.split("\n/// id: ").skip(1);
    let kept = rules.filter(|text| !text.starts_with(rule));
    kept.map(|text| format!("/// id: {text}\n")).collect()
}

#[test]
fn a_correction_that_spells_the_patient_otherwise_stays_under_the_authorization() {
    let practice = booked(LISTED);
    granted_four(&practice);
    practice.write("inbox/03-claim.837", &claim("AUTH77", 5));
    assert!(practice.run().out.contains("1 claims, 1 held"));
    let correct = |text: &str| {
        practice.write("mended.837", text);
        let file = practice.path("mended.837").display().to_string();
        let who = ["--by", "Ana", "--reason", "as the card has it"];
        practice.scrubjay(&[&["claims", "correct", "S00000", &file], &who[..]].concat())
    };
    let mine = "SAMPLE0*PERSON****MI*M00000";
    let spelled = claim("AUTH77", 5).replace(mine, "SAMPEL0*PERSONE****MI*M00000");
    let printed = correct(&spelled).out;
    assert!(printed.contains("is held"), "{printed}");
    let work = practice.scrubjay(&["work", "list"]).good();
    assert!(work.contains("listed/number-covers"), "{work}");

    let another = claim("AUTH77", 5)
        .replace(mine, "HERON*BEA****MI*M00099")
        .replace("DMG*D8*19850101", "DMG*D8*19910101");
    let refused = correct(&another);
    assert_eq!(refused.code, 1, "{}", refused.out);
    let named = "(last name, first name, birth date, member number differ)";
    assert!(refused.err.contains(named), "{}", refused.err);
    assert!(!refused.err.contains("HERON"), "{}", refused.err);

    // Within what is left, under the new spelling, it goes and is counted.
    let fits = claim("AUTH77", 4).replace(mine, "SAMPEL0*PERSONE****MI*M00000");
    let printed = correct(&fits).good();
    assert!(printed.contains("is ready"), "{printed}");
    practice.scrubjay(&["claims", "submit"]).good();
    let held = json(&practice, &["auth", "list"]);
    assert_eq!(held[0]["services"][0]["used"], "4", "{held}");
}

/// Four units of the listed service, heard by telephone.
fn granted_four(practice: &Practice) {
    let from_to = ["--from", "2026-01-01", "--to", "2026-04-30"];
    let heard = ["--service", "G0151*4", "--way", "phone", "--by", "Ana"];
    let named = ["auth", "record", "--patient", "P-0", "--number", "AUTH77"];
    practice
        .scrubjay(&[&named[..], &from_to, &heard].concat())
        .good();
}

const NUMBER: &str = r#"
/// id: listed/number-missing
/// title: A listed service goes under the number of its authorization
/// hook: scrub
/// severity: block
/// applies: { procedures: [G0151] }
fn number_missing(claim) {
    if claim.authorization.is_missing() {
        block("authorization", "no authorization");
    }
}
"#;

/// A claim of the listed service without a number.
fn bare() -> String {
    claims_of(&[SampleClaim {
        place: "11",
        day: "20260227",
        lines: &[("G0151", "400", 4)],
    }])
}

#[test]
fn a_claim_that_is_held_for_an_authorization_goes_when_it_is_granted() {
    for by_answer in [true, false] {
        let practice = booked(&format!("{LISTED}{NUMBER}"));
        let asked = json(&practice, &["auth", "ask"]);
        practice.write("inbox/03-claim.837", &bare());
        assert!(practice.run().out.contains("1 claims, 1 held"));
        let nothing = practice.scrubjay(&["claims", "submit"]).good();
        assert!(nothing.contains("1 claim(s) are held, 400.00"), "{nothing}");
        if by_answer {
            let name = asked[0]["name"].as_str().unwrap();
            let request = std::fs::read_to_string(practice.path("outbox").join(name)).unwrap();
            practice.write("inbox/04-granted.278", &answer(&request, "A1", "AUTH77"));
            practice.run().good();
        } else {
            granted_four(&practice);
            practice.scrubjay(&["claims", "submit"]).good();
        }
        let sent = practice.sent();
        let file = sent.iter().find(|name| name.ends_with(".837p")).unwrap();
        let text = std::fs::read_to_string(practice.path("outbox").join(file)).unwrap();
        assert!(text.contains("REF*G1*AUTH77~"), "{text}");
        let work = practice.scrubjay(&["work", "list"]).good();
        assert!(!work.contains("listed/number-missing"), "{work}");
    }
}
