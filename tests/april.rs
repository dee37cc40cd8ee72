//! A patient's way through steps 1 to 5 in the sample clinic, from the files of
//! `examples/clinic/april` and the commands of its README; and what becomes of
//! it where a rule of the shelf is taken away.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::fs;
use std::path::Path;
use std::process::Command;

use scrubjay_tests::{ClinicCopy, oracle_python, repository, scrubjay, shared};

/// A copy of the clinic, and the April that comes to it.
struct April {
    clinic: ClinicCopy,
}

impl April {
    /// The clinic after its week in March, with the packs as they ship less
    /// those rules.
    fn without(rules: &[(&str, &str)]) -> Self {
        let clinic = ClinicCopy::new();
        for (file, rule) in rules {
            take_out(&clinic.rules().join(file), rule);
        }
        let april = Self { clinic };
        april.run(&[]);
        april
    }

    /// Puts files of April into the inbox and runs; what was printed.
    fn run(&self, files: &[&str]) -> String {
        for file in files {
            let from = repository().join("examples/clinic/april").join(file);
            fs::copy(from, self.clinic.folder().join("inbox").join(file)).unwrap();
        }
        let ran = self.clinic.run(&[]);
        let printed = String::from_utf8(ran.stdout).unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.success(), "{printed}{said}");
        printed
    }

    /// What a command prints.
    fn say(&self, command: &[&str]) -> String {
        let folder = self.clinic.folder();
        let ran = scrubjay(&[command, &["--dir", &folder.to_string_lossy()]].concat());
        let printed = String::from_utf8(ran.stdout).unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.success(), "{command:?}: {printed}{said}");
        printed
    }

    /// A file of the outbox, a segment a line.
    fn sent(&self, name: &str) -> String {
        let text = fs::read_to_string(self.clinic.folder().join("outbox").join(name)).unwrap();
        text.replace('~', "\n").replace("\n\n", "\n")
    }

    fn was_sent(&self, name: &str) -> bool {
        self.clinic.folder().join("outbox").join(name).exists()
    }

    fn booked(&self) -> String {
        self.run(&["01-patients.csv", "02-visits.csv"])
    }

    fn seen(&self) {
        self.run(&["06-visit-kept.csv", "07-charges.csv"]);
    }
}

/// Takes a rule out of a file of a pack, and the pack's tests, which ask for it.
fn take_out(file: &Path, rule: &str) {
    let text = fs::read_to_string(file).unwrap();
    let from = text.find(&format!("/// id: {rule}\n")).unwrap();
    let end = from + text[from..].find("\n}\n").unwrap() + 3;
    fs::write(file, format!("{}{}", &text[..from], &text[end..])).unwrap();
    fs::remove_dir_all(file.with_file_name("tests")).unwrap();
}

#[test]
fn a_patient_comes_from_the_schedule_to_the_payers_acknowledgment() {
    let april = April::without(&[]);
    let printed = april.booked();
    assert!(printed.contains("01-patients.csv"), "{printed}");
    assert!(!april.sent("000000003-clearinghouse.270").contains("SRAMA"));

    april.run(&["03-medicare.271"]);
    let patient = april.say(&["patient", "show", "JC-3001"]);
    assert!(
        patient.contains("P summit-advantage, member number on file, from 2026-01-01"),
        "{patient}"
    );
    assert!(
        patient.contains("P medicare, member number on file, from ever to 2025-12-31"),
        "{patient}"
    );
    let to_the_plan = april.sent("000000004-clearinghouse.270");
    assert!(to_the_plan.contains("*MI*SRA448120\n"), "{to_the_plan}");
    let request = april.sent("000000005-clearinghouse.278");
    assert!(request.contains("SV1*HC:J0897**UN*60\n"), "{request}");

    april.run(&["04-advantage.271", "05-authorization.278"]);
    let granted = april.say(&["auth", "list"]);
    assert!(granted.contains("SRA55019") && granted.contains("approved"));

    april.seen();
    let charges = april.say(&["charge", "list"]);
    assert!(charges.contains("2,268.00"), "{charges}");
    // Two units were entered of what names a whole visit.
    assert!(charges.contains("G0444 x1") && charges.contains("38.00"));

    let built = april.say(&["claims", "build"]);
    assert!(
        built.contains("SJ000045 to summit-advantage, 2,306.00, is held"),
        "{built}"
    );
    assert!(built.contains("block base/authorization-covers"), "{built}");
    let history = april.say(&["claims", "history", "SJ000045"]);
    assert!(
        history.contains("changed: billing.address.zip"),
        "{history}"
    );
    let folder = april.clinic.folder();
    let folder = folder.to_string_lossy();
    let unsigned = scrubjay(&["claims", "submit", "SJ000045", "--dir", &folder]);
    assert!(!unsigned.status.success(), "no way around the rules");

    april.say(&[
        "claims",
        "release",
        "SJ000045",
        "--by",
        "Ana Duarte",
        "--reason",
        "Summit Ridge raised SRA55019 to 80 units by telephone, call 3381",
    ]);
    april.say(&["claims", "submit"]);
    let claim = april.sent("000000006-clearinghouse.837p");
    for segment in [
        "CLM*SJ000045*2306***11:B:1*Y*A*Y*Y\n",
        "REF*G1*SRA55019\n",
        "N4*Austin*TX*787010410\n",
        "SV1*HC:J0897:JZ*2268*UN*72***1\n",
    ] {
        assert!(claim.contains(segment), "{segment}{claim}");
    }
    april.run(&["08-ack.999", "09-claim-status.277"]);
    let shown = april.say(&["claims", "show", "SJ000045"]);
    assert!(shown.contains("accepted"), "{shown}");
    assert!(shown.contains("passed by Ana Duarte"), "{shown}");

    for entry in fs::read_dir(april.clinic.folder().join("outbox")).unwrap() {
        let path = entry.unwrap().path();
        let checked = scrubjay(&["x12", "check", &path.to_string_lossy()]);
        assert!(checked.status.success(), "{}", path.display());
    }
    judged_by_another(&april);
    assert!(april.say(&["db", "verify"]).contains("clean"));
    let trial = april.say(&["ledger", "trial-balance"]);
    let sum = trial.lines().last().unwrap().trim();
    assert!(sum.starts_with("sum") && sum.ends_with(" 0.00"), "{trial}");
}

#[test]
fn a_new_telephone_number_takes_nothing_back_of_what_the_payer_said() {
    let april = April::without(&[]);
    april.booked();
    april.run(&["03-medicare.271"]);
    let inbox = april.clinic.folder().join("inbox");
    let told = fs::read_to_string(inbox.join("01-patients.csv")).unwrap();
    for (number, file) in [("555-0178", "11-moved.csv"), ("555-0179", "12-again.csv")] {
        let news = told.replace("555-0177", number);
        assert_ne!(news, told);
        fs::write(inbox.join(file), news).unwrap();
        april.run(&[]);
        let patient = april.say(&["patient", "show", "JC-3001"]);
        assert!(patient.contains("P summit-advantage"), "{file}: {patient}");
    }
    // Cover that is told anew counts.
    fs::write(
        inbox.join("13-cover.csv"),
        told.replace("2JC4TE5MK73", "3JC4TE5MK73"),
    )
    .unwrap();
    april.run(&[]);
    let patient = april.say(&["patient", "show", "JC-3001"]);
    assert!(!patient.contains("summit-advantage"), "{patient}");
}

#[test]
fn an_answer_about_another_person_changes_nothing_and_is_work() {
    let april = April::without(&[]);
    april.booked();
    let other = |file: &str| {
        let from = repository().join("examples/clinic/april").join(file);
        let text = fs::read_to_string(from).unwrap();
        let text = text.replace("THISTLEWOOD*MARGUERITE", "OAKES*PERCIVAL");
        let text = text.replace("2JC4TE5MK73", "9XY8WV7UT65");
        text.replace("MI*SRA448120", "MI*SRA000001")
    };
    let inbox = april.clinic.folder().join("inbox");
    fs::write(inbox.join("03-other.271"), other("03-medicare.271")).unwrap();
    april.run(&[]);
    let patient = april.say(&["patient", "show", "JC-3001"]);
    assert!(!patient.contains("summit-advantage"), "{patient}");
    let work = april.say(&["work", "list", "--kind", "eligibility"]);
    assert!(work.contains("names another person"), "{work}");
    april.run(&["03-medicare.271"]);
    fs::write(inbox.join("05-other.278"), other("05-authorization.278")).unwrap();
    april.run(&[]);
    let granted = april.say(&["auth", "list"]);
    assert!(
        granted.contains("asked") && !granted.contains("SRA55019"),
        "{granted}"
    );
    let work = april.say(&["work", "list", "--kind", "authorization"]);
    assert!(work.contains("names another person"), "{work}");
    assert!(!work.contains("OAKES"), "{work}");
}

/// The independent judge finds the claim sound. It has no guide for questions.
fn judged_by_another(april: &April) {
    let (Some(shared), Some(python)) = (shared(), oracle_python()) else {
        return;
    };
    let claim = april
        .clinic
        .folder()
        .join("outbox/000000006-clearinghouse.837p");
    let output = Command::new(python)
        .arg(shared.join("oracle/x12_oracle.py"))
        .arg(claim)
        .output()
        .expect("the oracle starts");
    let verdict = String::from_utf8_lossy(&output.stdout);
    assert!(verdict.contains("\"status\": \"VALID\""), "{verdict}");
}

#[test]
fn without_the_rule_of_registration_the_telephone_number_stays_as_entered() {
    let entered = repository().join("examples/clinic/april/01-patients.csv");
    let look = |april: &April| {
        let file = entered.to_string_lossy();
        april.say(&["register", "--check", &file, "--json"])
    };
    let as_it_ships = look(&April::without(&[]));
    assert!(as_it_ships.contains("base/phone-format"), "{as_it_ships}");
    let bare = look(&April::without(&[(
        "base/identity.rhai",
        "base/phone-format",
    )]));
    assert!(!bare.contains("base/phone-format"), "{bare}");
    assert!(bare.contains("base/registered-zip-format"), "{bare}");
}

#[test]
fn without_the_rule_of_eligibility_medicare_stays_the_payer() {
    let april = April::without(&[("medicare/advantage.rhai", "medicare/advantage-plan")]);
    april.booked();
    april.run(&["03-medicare.271"]);
    let patient = april.say(&["patient", "show", "JC-3001"]);
    assert!(!patient.contains("summit-advantage"), "{patient}");
    assert!(!april.was_sent("000000004-clearinghouse.270"));
}

#[test]
fn without_the_rule_of_authorization_nothing_is_asked() {
    let april = April::without(&[(
        "commercial/planned.rhai",
        "commercial/planned-authorization",
    )]);
    april.booked();
    april.run(&["03-medicare.271"]);
    assert!(april.was_sent("000000004-clearinghouse.270"));
    assert!(!april.was_sent("000000005-clearinghouse.278"));
}

#[test]
fn without_the_rule_of_charges_a_whole_visit_is_charged_twice() {
    let april = April::without(&[("base/charges.rhai", "base/once-a-visit")]);
    april.booked();
    april.seen();
    let charges = april.say(&["charge", "list"]);
    assert!(charges.contains("G0444 x2"), "{charges}");
    assert!(charges.contains("76.00"), "{charges}");
}

#[test]
fn without_the_rule_of_claims_a_zip_code_goes_out_with_its_dash() {
    let april = April::without(&[("base/registration.rhai", "base/zip-format")]);
    april.booked();
    april.seen();
    april.say(&["claims", "build"]);
    let history = april.say(&["claims", "history", "SJ000045"]);
    assert!(
        !history.contains("changed: billing.address.zip"),
        "{history}"
    );
}

#[test]
fn without_the_rule_of_scrubbing_more_units_go_out_than_were_granted() {
    let april = April::without(&[("base/authorization.rhai", "base/authorization-covers")]);
    april.booked();
    april.run(&["03-medicare.271"]);
    april.run(&["04-advantage.271", "05-authorization.278"]);
    april.seen();
    let built = april.say(&["claims", "build"]);
    assert!(built.contains("SJ000045"), "{built}");
    assert!(!built.contains("is held"), "{built}");
}

/// The week's claims once more, JC2017 as a replacement of a claim that its payer
/// has taken and not decided on.
fn early_replacement(april: &April) {
    let inbox = april.clinic.folder().join("inbox");
    let text = fs::read_to_string(inbox.join("03-claims-wednesday.837")).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = lines
        .iter()
        .position(|line| line.starts_with("CLM*JC2017*"));
    let at = at.unwrap();
    lines[at] = lines[at].replacen(":1*", ":7*", 1);
    lines.insert(at + 1, "REF*F8*SR26063X864~".to_owned());
    let end = lines
        .iter_mut()
        .find(|line| line.starts_with("SE*"))
        .unwrap();
    let (count, rest) = end[3..].split_once('*').unwrap();
    *end = format!("SE*{}*{rest}", count.parse::<u32>().unwrap() + 1);
    fs::write(inbox.join("10-again.837"), lines.join("\n") + "\n").unwrap();
    april.run(&[]);
}

#[test]
fn without_the_rule_of_submitting_a_replacement_leaves_before_the_payer_has_decided() {
    let rule = "base/replacement-names-original";
    let trace = |april: &April| {
        early_replacement(april);
        april.say(&["claims", "trace", "JC2017.2"])
    };
    let held = trace(&April::without(&[]));
    assert!(held.contains(&format!("ran {rule}")), "{held}");
    let shown = held.split("at submit").nth(1).unwrap();
    assert!(
        shown.contains(rule) && shown.contains("1 finding(s)"),
        "{held}"
    );
    let bare = trace(&April::without(&[("base/coverage.rhai", rule)]));
    assert!(!bare.contains(rule), "{bare}");
}

#[test]
fn without_the_rule_of_acknowledgments_a_refused_claim_has_no_time_to_file_beside_it() {
    let rule = "base/refused-claim";
    let work = |april: &April| april.say(&["work", "list", "--kind", "rejection"]);
    let told = work(&April::without(&[]));
    assert!(told.contains(rule), "{told}");
    let bare = work(&April::without(&[("base/acknowledgments.rhai", rule)]));
    assert!(bare.contains("JC2010") && !bare.contains(rule), "{bare}");
}
