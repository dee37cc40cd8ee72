//! Charges become claims, and what happens to those: from files and commands alone.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay_tests::practice::Practice;
use scrubjay_tests::{repository, scrubjay};
use serde_json::Value;

const ALSO: &str =
    "  - { key: second, name: Second Payer, id: SECONDPAY, line: commercial, channel: house }
providers:
  - { npi: '1245319599', last: SAMPLE, first: DOCTOR, taxonomy: 207Q00000X }
rules: [packs]
";

const PATIENTS: &str = "\
key,last,first,born,sex,street,city,state,zip,registered,release,assignment,order,payer_id,payer_name,member,relationship
P-1,SAMPLE,PATIENT,1980-04-01,F,2 SAMPLE ST,AUSTIN,TX,78702,2026-01-05,2026-01-05,2026-01-05,primary,SAMPLEPAY,Sample Payer,M1,own
P-1,SAMPLE,PATIENT,1980-04-01,F,2 SAMPLE ST,AUSTIN,TX,78702,2026-01-05,2026-01-05,2026-01-05,secondary,SECONDPAY,Second Payer,M2,own
P-2,OTHER,PERSON,1975-09-30,,3 SAMPLE ST,AUSTIN,TX,78702,2026-01-05,2026-01-05,2026-01-05,primary,SAMPLEPAY,Sample Payer,M3,own
";

const VISITS: &str = "\
id,patient,provider,place,booked,scheduled,arrived,closed
V-1,P-1,1245319599,11,2026-02-20,2026-02-27,2026-02-27,2026-02-27
V-2,P-2,1245319599,11,2026-02-20,2026-02-27,2026-02-27,2026-02-27
V-3,P-2,1245319599,11,2026-02-20,2026-02-27,2026-02-27,
";

const CHARGES: &str = "\
id,visit,procedure,diagnoses,amount,entered,provider
C-1,V-1,G0463,J029,100.00,2026-02-27,1245319599
C-2,V-1,J1100,J029;R509,40.00,2026-02-27,1245319599
C-3,V-2,G0463,E119,100.00,2026-02-27,1245319599
C-4,V-2,G0463,E119,60.00,2026-02-27,1000000004
C-5,V-3,G0463,E119,100.00,2026-02-27,1245319599
";

/// The rules of the claim as it is made, as they ship.
fn shipped() -> String {
    std::fs::read_to_string(repository().join("payer-rules/base/registration.rhai")).unwrap()
}

/// A practice with its patients, visits and charges taken in on 2 March 2026.
fn charged(rules: &str) -> Practice {
    let practice = Practice::new(ALSO);
    let configured = std::fs::read_to_string(practice.path("scrubjay.yaml")).unwrap();
    let address = "  address: { line1: 1 SAMPLE ST, city: AUSTIN, state: TX, zip: '787010001' }\n";
    let at = configured.find("  contact:").unwrap();
    practice.write(
        "scrubjay.yaml",
        &format!("{}{address}{}", &configured[..at], &configured[at..]),
    );
    practice.pack("base", rules);
    practice.write(
        "packs/base/pack.yaml",
        "id: base\ntitle: A pack of a test\nversion: 1.0.0\nneeds: [address]\n",
    );
    // The clock follows the interchanges: this one says what day it is.
    practice.write("inbox/a.999", &no_news("260302"));
    practice.write("inbox/b-patients.csv", PATIENTS);
    practice.write("inbox/c-visits.csv", VISITS);
    practice.write("inbox/d-charges.csv", CHARGES);
    let ran = practice.run();
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    practice
}

/// An answer to what nobody sent, of a day.
fn no_news(day: &str) -> String {
    format!(
        "ISA*00*          *00*          *ZZ*SAMPLERECEIVER *ZZ*SAMPLESENDER   *{day}*0815*^*00501*000000077*0*T*:~\n\
         TA1*000000999*{day}*0815*A*000~\nIEA*0*000000077~\n"
    )
}

fn built(practice: &Practice, more: &[&str]) -> Value {
    let out = practice.scrubjay(&[&["claims", "build", "--json"], more].concat());
    serde_json::from_str(&out.good()).unwrap()
}

fn texts(of: &Value, key: &str, field: &str) -> Vec<String> {
    let listed = of[key].as_array().unwrap().iter();
    listed
        .map(|one| one[field].as_str().unwrap().to_owned())
        .collect()
}

/// The newest file in the outbox, valid as X12.
fn left(practice: &Practice) -> String {
    let name = practice.sent().pop().unwrap();
    let path = practice.path("outbox").join(name);
    let checked = scrubjay(&["x12", "check", &path.to_string_lossy()]);
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stdout)
    );
    std::fs::read_to_string(path).unwrap()
}

fn shown(practice: &Practice, claim: &str) -> String {
    practice.scrubjay(&["claims", "show", claim]).good()
}

/// The sample payer's 835 about the claim of the first visit: it pays 84 of 140,
/// leaves 21 to the patient, and the rest is contractual.
fn remittance(claim: &str) -> String {
    let body = [
        "BPR*I*84*C*ACH*CCP*01*999999992*DA*1*1999999999**01*999999992*DA*2*20260316".to_owned(),
        "TRN*1*TRACE1*1999999999".to_owned(),
        "DTM*405*20260316".to_owned(),
        "N1*PR*SAMPLE PAYER".to_owned(),
        "N3*9 PAYER ST".to_owned(),
        "N4*AUSTIN*TX*787010009".to_owned(),
        "REF*2U*SAMPLEPAY".to_owned(),
        "PER*BL*SUPPORT*TE*8005550100".to_owned(),
        "N1*PE*SAMPLE PRACTICE*XX*1234567893".to_owned(),
        "LX*1".to_owned(),
        format!("CLP*{claim}*1*140*84*21*12*PAYERS-NUMBER*11*1"),
        "NM1*QC*1*SAMPLE*PATIENT****MI*M1".to_owned(),
        "SVC*HC:G0463*100*60**1".to_owned(),
        "DTM*472*20260227".to_owned(),
        "CAS*CO*45*25".to_owned(),
        "CAS*PR*2*15".to_owned(),
        "REF*6R*C-1".to_owned(),
        "SVC*HC:J1100*40*24**1".to_owned(),
        "DTM*472*20260227".to_owned(),
        "CAS*CO*45*10".to_owned(),
        "CAS*PR*2*6".to_owned(),
        "REF*6R*C-2".to_owned(),
    ];
    format!(
        "ISA*00*          *00*          *ZZ*SAMPLEPAY      *ZZ*SAMPLESENDER   *260316*0815*^*00501*000000501*0*T*:~\n\
         GS*HP*SAMPLEPAY*SAMPLESENDER*20260316*0815*501*X*005010X221A1~\nST*835*0001~\n{}~\nSE*{}*0001~\nGE*1*501~\nIEA*1*000000501~\n",
        body.join("~\n"),
        body.len() + 2
    )
}

#[test]
fn charges_become_claims_and_what_cannot_is_told_of() {
    let practice = charged("");
    let preview = built(&practice, &["--dry-run"]);
    assert_eq!(texts(&preview, "claims", "charge"), ["140.00", "100.00"]);
    assert_eq!(texts(&preview, "claims", "work"), ["ready", "ready"]);
    let none = practice.scrubjay(&["claims", "list"]).good();
    assert!(none.contains("none"), "{none}");

    let claims = built(&practice, &["--by", "Ana"]);
    assert_eq!(claims, preview);
    assert_eq!(texts(&claims, "left_out", "charge"), ["C-4", "C-5"]);
    assert_eq!(
        texts(&claims, "left_out", "why"),
        ["unknown_provider", "visit_not_closed"]
    );
    let again = built(&practice, &[]);
    assert!(again["claims"].as_array().unwrap().is_empty());
    let work = practice.scrubjay(&["work", "list"]).good();
    assert_eq!(work.matches("on no claim").count(), 1, "{work}");

    practice.scrubjay(&["claims", "submit"]).good();
    let file = left(&practice);
    assert_eq!(file.matches("CLM*").count(), 2, "{file}");
    assert!(file.contains("REF*6R*C-2~"), "{file}");
    let verified = practice.scrubjay(&["db", "verify"]).good();
    assert!(verified.contains("clean"), "{verified}");
}

#[test]
fn a_rule_at_the_hook_claim_holds_a_built_claim_and_without_it_the_claim_goes() {
    for (rules, work) in [(shipped(), "held"), (String::new(), "ready")] {
        let practice = charged(&rules);
        // The second patient's sex is not known.
        let claims = built(&practice, &["V-2"]);
        assert_eq!(texts(&claims, "claims", "work"), [work]);
        let findings = claims["claims"][0]["findings"].as_array().unwrap();
        let rules: Vec<&str> = findings
            .iter()
            .map(|one| one["rule"].as_str().unwrap())
            .collect();
        assert_eq!(
            rules.contains(&"base/demographics"),
            work == "held",
            "{rules:?}"
        );
    }
}

#[test]
fn the_next_payer_is_asked_for_the_rest_and_no_charge_is_booked_twice() {
    let practice = charged("");
    let claims = built(&practice, &["V-1"]);
    let first = texts(&claims, "claims", "claim").remove(0);
    practice.scrubjay(&["claims", "submit"]).good();
    practice.write("inbox/e.835", &remittance(&first));
    let ran = practice.run().good();
    assert!(ran.contains("to the next payer was made"), "{ran}");
    let file = left(&practice);
    for part in [
        "SBR*S*18*******CI~",
        "AMT*D*84~",
        "AMT*EAF*21~",
        "SVD*SAMPLEPAY*60*HC:G0463",
    ] {
        assert!(file.contains(part), "{part}: {file}");
    }
    let second = file
        .split("CLM*")
        .nth(1)
        .unwrap()
        .split('*')
        .next()
        .unwrap();
    let owed = shown(&practice, second);
    assert!(owed.contains("owed by the payer 21.00"), "{owed}");
    let closed = shown(&practice, &first);
    assert!(
        closed.contains("owed by the payer 0.00, by the patient 0.00"),
        "{closed}"
    );
    let trial = practice.scrubjay(&["ledger", "trial-balance"]).good();
    assert!(trial.contains("140.00"), "{trial}");
    let again = practice
        .scrubjay(&["claims", "build", "--secondary"])
        .good();
    assert_eq!(again, "no next payer is to be asked\n");
}

#[test]
fn a_claim_is_replaced_with_its_late_charge_and_voided_with_a_reason() {
    let practice = charged("");
    let claims = built(&practice, &["V-1"]);
    let first = texts(&claims, "claims", "claim").remove(0);
    practice.scrubjay(&["claims", "submit"]).good();
    let replace = |claim: &str| {
        let why = ["--by", "Ana", "--reason", "a late charge"];
        practice.scrubjay(&[&["claims", "replace", claim], &why[..]].concat())
    };
    let early = replace(&first);
    assert_eq!(early.code, 1);
    assert!(
        early.err.contains("has not told its own number"),
        "{}",
        early.err
    );
    practice.write("inbox/e.835", &remittance(&first));
    practice.write(
        "inbox/f-late.csv",
        "id,visit,procedure,diagnoses,amount,entered,provider\n\
         C-9,V-1,J0696,J029,30.00,2026-03-01,1245319599\n",
    );
    practice.run().good();

    let replaced = replace(&first).good();
    let second = format!("{first}.2");
    assert!(
        replaced.contains(&format!("claim {second} replaces {first}")),
        "{replaced}"
    );
    let twice = replace(&first);
    assert!(
        twice.err.contains(&format!("by claim {second}")),
        "{}",
        twice.err
    );
    practice.scrubjay(&["claims", "submit", &second]).good();
    let file = left(&practice);
    assert!(
        file.contains(&format!("CLM*{second}*170***11:B:7")),
        "{file}"
    );
    assert!(file.contains("REF*F8*PAYERS-NUMBER~"), "{file}");
    let original = shown(&practice, &first);
    assert!(original.contains("work            void"), "{original}");
    let charge = practice.scrubjay(&["charge", "show", "C-9"]).good();
    assert!(charge.contains(&second), "{charge}");

    let unsigned = practice.scrubjay(&["claims", "void", &second, "--by", "Ana", "--reason", " "]);
    assert_eq!(unsigned.code, 1);
    let late = practice.scrubjay(&["claims", "void", &first, "--by", "Ana", "--reason", "x"]);
    assert!(late.err.contains("is void"), "{}", late.err);
    let verified = practice.scrubjay(&["db", "verify"]).good();
    assert!(verified.contains("clean"), "{verified}");
}

/// What stands under a heading of `claims show`.
fn balance_of(practice: &Practice, claim: &str) -> String {
    let shown = shown(practice, claim);
    let line = shown
        .lines()
        .find(|line| line.contains("owed by the payer"));
    line.unwrap().trim().to_owned()
}

#[test]
fn a_claim_to_the_next_payer_follows_the_decision_before_it() {
    let practice = charged("");
    let claims = built(&practice, &["V-1"]);
    let first = texts(&claims, "claims", "claim").remove(0);
    practice.scrubjay(&["claims", "submit"]).good();
    practice.write("inbox/e.835", &remittance(&first));
    practice.run().good();
    let file = left(&practice);
    let second = file.split("CLM*").nth(1).unwrap();
    let second = second.split('*').next().unwrap();
    let who = ["--by", "Ana", "--reason", "another practice's"];
    practice
        .scrubjay(&[&["remit", "undo", "TRACE1"], &who[..]].concat())
        .good();
    let nothing = "owed by the payer 0.00, by the patient 0.00";
    assert!(balance_of(&practice, second).contains(nothing));
    assert!(
        balance_of(&practice, &first).contains("owed by the payer 140.00, by the patient 0.00")
    );
    let work = practice.scrubjay(&["work", "list"]).good();
    assert!(
        work.contains(&format!("the claim before it, {first}")),
        "{work}"
    );
    practice
        .scrubjay(&["remit", "repost", "TRACE1", "--by", "Ana"])
        .good();
    practice
        .scrubjay(&["claims", "build", "--secondary"])
        .good();
    assert!(balance_of(&practice, second).contains("owed by the payer 21.00"));
    assert!(balance_of(&practice, &first).contains(nothing));
    let work = practice.scrubjay(&["work", "list"]).good();
    assert!(!work.contains("the claim before it"), "{work}");
    let verified = practice.scrubjay(&["db", "verify"]).good();
    assert!(verified.contains("clean"), "{verified}");
}

#[test]
fn a_void_waits_for_the_payers_decision_and_goes_with_it() {
    let coverage =
        std::fs::read_to_string(repository().join("payer-rules/base/coverage.rhai")).unwrap();
    let at = coverage
        .find("/// id: base/replacement-names-original")
        .unwrap();
    let end = coverage[at..].find("\n}\n").unwrap() + at + 3;
    // Without the table that the pack keeps beside it.
    let undecided = "(claim.original == \"none\" || claim.original == \"pended\")";
    let rule = coverage[at..end].replace("table(\"undecided\").has(claim.original)", undecided);
    assert!(rule.contains(undecided));
    let practice = charged(&rule);
    let claims = built(&practice, &["V-2"]);
    let first = texts(&claims, "claims", "claim").remove(0);
    practice.scrubjay(&["claims", "submit"]).good();
    practice.write("inbox/e.277", &taken_by_payer(&first));
    practice.run().good();
    let who = ["--by", "Ana", "--reason", "another patient's"];
    practice
        .scrubjay(&[&["claims", "void", &first], &who[..]].concat())
        .good();
    practice.scrubjay(&["claims", "submit"]).good();
    let nothing = practice.scrubjay(&["claims", "submit"]).good();
    assert!(nothing.contains("1 claim(s) are held, 100.00"), "{nothing}");
    let void = format!("{first}.2");
    assert!(shown(&practice, &void).contains("held"));
    // One that has not left is taken back, and what it was to void stands.
    let back = practice.scrubjay(&[&["claims", "void", &void], &who[..]].concat());
    let back = back.good();
    assert!(
        back.contains(&format!("claim {first} stands as it did")),
        "{back}"
    );
    practice
        .scrubjay(&[&["claims", "void", &first], &who[..]].concat())
        .good();
    practice.scrubjay(&["claims", "submit"]).good();
    practice.write("inbox/f.835", &payment(&first));
    practice.run().good();
    let file = left(&practice);
    assert!(
        file.contains(&format!("CLM*{first}.3*100***11:B:8")),
        "{file}"
    );
    assert!(file.contains("REF*F8*PAYERS-NUMBER~"), "{file}");
}

/// The payer's 277CA: it has the claim, under a number of its own.
fn taken_by_payer(claim: &str) -> String {
    let body = [
        "BHT*0085*08*ANSWER*20260303*0815*TH".to_owned(),
        "HL*1**20*1".to_owned(),
        "NM1*PR*2*SAMPLE PAYER*****46*SAMPLEPAY".to_owned(),
        "TRN*1*R1".to_owned(),
        "DTP*050*D8*20260303".to_owned(),
        "DTP*009*D8*20260303".to_owned(),
        "HL*2*1*21*1".to_owned(),
        "NM1*41*2*SAMPLE PRACTICE*****46*SAMPLESENDER".to_owned(),
        "TRN*2*NONE".to_owned(),
        "STC*A1:19:PR*20260303*WQ*100".to_owned(),
        "HL*3*2*19*1".to_owned(),
        "NM1*85*2*SAMPLE PRACTICE*****XX*1234567893".to_owned(),
        "TRN*1*0".to_owned(),
        "STC*A1:19:PR**WQ*100".to_owned(),
        "HL*4*3*PT".to_owned(),
        "NM1*QC*1*OTHER*PERSON****MI*M3".to_owned(),
        format!("TRN*2*{claim}"),
        "STC*A2:20:PR*20260303*WQ*100".to_owned(),
        "REF*1K*PAYERS-NUMBER".to_owned(),
        "DTP*472*D8*20260227".to_owned(),
    ];
    format!(
        "ISA*00*          *00*          *ZZ*SAMPLEPAY      *ZZ*SAMPLESENDER   *260303*0815*^*00501*000000601*0*T*:~\n\
         GS*HN*SAMPLEPAY*SAMPLESENDER*20260303*0815*601*X*005010X214~\nST*277*0001*005010X214~\n{}~\nSE*{}*0001~\nGE*1*601~\nIEA*1*000000601~\n",
        body.join("~\n"),
        body.len() + 2
    )
}

/// The sample payer's 835 about the claim of the second visit: it pays 80 of 100,
/// and the rest is contractual.
fn payment(claim: &str) -> String {
    let body = [
        "BPR*I*80*C*ACH*CCP*01*999999992*DA*1*1999999999**01*999999992*DA*2*20260316".to_owned(),
        "TRN*1*TRACE2*1999999999".to_owned(),
        "DTM*405*20260316".to_owned(),
        "N1*PR*SAMPLE PAYER".to_owned(),
        "N3*9 PAYER ST".to_owned(),
        "N4*AUSTIN*TX*787010009".to_owned(),
        "REF*2U*SAMPLEPAY".to_owned(),
        "PER*BL*SUPPORT*TE*8005550100".to_owned(),
        "N1*PE*SAMPLE PRACTICE*XX*1234567893".to_owned(),
        "LX*1".to_owned(),
        format!("CLP*{claim}*1*100*80*0*12*PAYERS-NUMBER*11*1"),
        "NM1*QC*1*OTHER*PERSON****MI*M3".to_owned(),
        "SVC*HC:G0463*100*80**1".to_owned(),
        "DTM*472*20260227".to_owned(),
        "CAS*CO*45*20".to_owned(),
        "REF*6R*C-3".to_owned(),
    ];
    format!(
        "ISA*00*          *00*          *ZZ*SAMPLEPAY      *ZZ*SAMPLESENDER   *260316*0815*^*00501*000000602*0*T*:~\n\
         GS*HP*SAMPLEPAY*SAMPLESENDER*20260316*0815*602*X*005010X221A1~\nST*835*0001~\n{}~\nSE*{}*0001~\nGE*1*602~\nIEA*1*000000602~\n",
        body.join("~\n"),
        body.len() + 2
    )
}
