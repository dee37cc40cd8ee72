//! Charges from files alone: entered once, priced, judged, missed and taken back.
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use scrubjay::{ChargeEntry, Engine, Once};
use scrubjay_tests::practice::Practice;
use scrubjay_tests::{copy_folder, repository, scrubjay};
use serde_json::Value;

const PRICED: &str = "charge_master: prices.csv\n";

const WITH_PACKS: &str = "charge_master: prices.csv\nrules: [packs]\n";

const PRICES: &str = "code,modifier,payer,price,from,to,note\n\
    G0439,,,195.00,2025-01-01,2025-12-31,\n\
    G0439,,,205.00,2026-01-01,,\n\
    G0439,,sample,210.00,2026-01-01,,by contract\n\
    G0463,,,100.00,,,\n\
    G0463,25,,120.00,,,\n\
    J0696,,,10.01,,,\n";

const PATIENTS: &str = "key,last,first,born,sex,street,city,state,zip,phone,registered,release,assignment,order,payer_id,payer_name,member,relationship\n\
    P-1,WREN,CAROLINA,1960-02-29,F,1 NEST ST,AUSTIN,TX,787010001,5125550100,2026-02-20,2026-02-20,2026-02-20,P,SAMPLEPAY,SAMPLE PAYER,M1,self\n\
    P-2,FINCH,ANNA,1985-05-05,F,2 NEST ST,AUSTIN,TX,787010001,5125550101,2026-02-20,2026-02-20,2026-02-20,,,,,\n";

const VISITS: &str = "id,patient,provider,place,scheduled,arrived,closed,status\n\
    V-1,P-1,1234567893,11,2026-03-02,2026-03-02,2026-03-02,closed\n\
    V-2,P-2,1234567893,11,2026-03-02,2026-03-02,,arrived\n\
    V-3,P-2,1234567893,11,2026-03-09,,,scheduled\n";

const CHARGES: &str = "id,visit,procedure,modifiers,units,diagnoses,amount,entered\n\
    C-1,V-1,G0439,,1,Z00.00,,2026-03-02\n\
    C-2,V-1,J0696,,3,J02.9,,2026-03-04\n\
    C-3,V-9,J0696,,3,J02.9,,2026-03-04\n\
    C-4,V-3,J0696,,3,J02.9,,2026-03-04\n\
    C-5,V-1,J069,,3,J02.9,,2026-03-04\n";

const ITEMS: &str = r#"{ "resourceType": "Bundle", "type": "collection", "entry": [
    { "resource": { "resourceType": "ChargeItem", "id": "C-6", "status": "billable",
        "code": { "coding": [{ "code": "G0463" }] }, "bodysite": [],
        "subject": { "reference": "Patient/P-2" }, "context": { "reference": "Encounter/V-2" },
        "enteredDate": "2026-03-12", "priceOverride": { "value": 88.10, "currency": "USD" },
        "reason": [{ "coding": [{ "code": "J02.9" }] }] } },
    { "resource": { "resourceType": "ChargeItem", "id": "C-7", "status": "planned" } } ] }"#;

fn practice() -> Practice {
    let practice = Practice::new(PRICED);
    practice.write("prices.csv", PRICES);
    practice.write("inbox/01-patients.csv", PATIENTS);
    practice.write("inbox/02-visits.csv", VISITS);
    practice
}

fn json(practice: &Practice, arguments: &[&str]) -> Value {
    let printed = practice.scrubjay(&[arguments, &["--json"]].concat());
    serde_json::from_str(&printed.out).unwrap_or_else(|error| panic!("{error}: {}", printed.err))
}

/// Id, amount and what holds each charge.
fn listed(practice: &Practice) -> Vec<[String; 3]> {
    let rows = json(practice, &["charge", "list"]);
    let rows = rows.as_array().unwrap().iter();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.map(|row| ["id", "amount", "held"].map(|name| text(row, name)))
        .collect()
}

fn tick(practice: &Practice, day: &str) -> String {
    let folder = practice.folder().to_string_lossy().into_owned();
    let at = format!("{day}T12:00:00Z");
    let ended = scrubjay(&["tick", &folder, "--at", &at]);
    assert!(ended.status.success());
    String::from_utf8(ended.stdout).unwrap()
}

#[test]
fn charges_come_by_sheets_and_fhir_and_every_bad_row_is_told_with_its_line() {
    let practice = practice();
    practice.write("inbox/03-charges.csv", CHARGES);
    practice.write("inbox/04-charges.json", ITEMS);
    let out = practice.run().good();
    for told in [
        "03-charges.csv: charges taken in, 2 charges entered",
        "line 4: there is no such visit",
        "line 5: the encounter is `scheduled`",
        "line 6: `procedure`: ",
        "04-charges.json: FHIR charges taken in, 1 charges entered",
        "entry[1].resource.status: a charge with the status `planned` is not taken in",
        "ChargeItem.bodysite is not read: first at entry[0].resource, 1 in all",
    ] {
        assert!(out.contains(told), "{told}\n{out}");
    }
    let expected = [
        ["C-1", "210.00", ""],
        ["C-2", "30.03", ""],
        ["C-6", "88.10", ""],
    ];
    assert_eq!(listed(&practice), expected);
    // Late entry: billed all the same, and somebody looks why.
    let late = json(&practice, &["charge", "show", "C-6"]);
    assert_eq!(late["work"][0]["owner"], "charging");
    assert_eq!(late["findings"][0]["rule"], "engine/late-entry");

    // Once more, as the same files and as other ones, it is nothing new.
    let verified = || practice.scrubjay(&["db", "verify"]).good();
    let rows = |out: &str| out.split(' ').next().unwrap().to_owned();
    let before = rows(&verified());
    practice.run().good();
    assert_eq!(rows(&verified()), before);
    practice.write("again/charges.csv", &format!("{CHARGES}\n"));
    let file = practice.path("again/charges.csv").display().to_string();
    let again = practice.scrubjay(&["charge", "import", &file]);
    assert_eq!(again.code, 1);
    assert!(again.out.contains("nothing new; line 4: "), "{}", again.out);
    assert_eq!(listed(&practice), expected);

    // A corrected row corrects.
    practice.write(
        "again/mended.csv",
        "id,visit,procedure,diagnoses,units\nC-2,V-1,J0696,J029,2\n",
    );
    let file = practice.path("again/mended.csv").display().to_string();
    let mended = practice.scrubjay(&["charge", "import", &file]).good();
    assert!(mended.contains("1 charges corrected"), "{mended}");
    assert_eq!(listed(&practice)[1], ["C-2", "20.02", ""]);
    assert!(verified().contains("clean"));
}

#[test]
fn only_a_charge_of_the_patient_and_visit_that_are_named_is_taken_back() {
    let practice = practice();
    practice.write("inbox/03-charges.csv", CHARGES);
    practice.run().good();
    let item = |patient: &str, visit: &str| {
        format!(
            r#"{{ "resourceType": "ChargeItem", "id": "C-1", "status": "entered-in-error",
            "code": {{ "coding": [{{ "code": "G0439" }}] }},
            "subject": {{ "reference": "Patient/{patient}" }},
            "context": {{ "reference": "Encounter/{visit}" }} }}"#
        )
    };
    let import = |name: &str, text: String| {
        practice.write(name, &text);
        let file = practice.path(name).display().to_string();
        practice.scrubjay(&["charge", "import", &file])
    };
    for (name, patient, visit) in [("a", "P-2", "V-1"), ("b", "P-1", "V-2")] {
        let refused = import(&format!("again/{name}.json"), item(patient, visit));
        assert_eq!(refused.code, 1, "{}", refused.out);
        let told = format!("{}{}", refused.out, refused.err);
        assert!(told.contains("it is not taken back"), "{told}");
        assert_eq!(listed(&practice)[0], ["C-1", "210.00", ""]);
    }
    // Of a visit that has charges nobody can say that it has none.
    let none = ["charge", "none", "V-1", "--by", "Ana", "--reason", "no"];
    let refused = practice.scrubjay(&none);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("has charge C-1"), "{}", refused.err);

    let done = import("again/c.json", item("P-1", "V-1"));
    assert!(done.good().contains("1 charges taken back"));
}

#[test]
fn a_visit_without_charges_is_missed_once_and_closed_by_its_charge() {
    let practice = practice();
    practice.run().good();
    let told = tick(&practice, "2026-03-06");
    assert!(told.contains("V-1") && told.contains("V-2"), "{told}");
    assert!(!tick(&practice, "2026-03-07").contains("V-1"));
    let missing = practice.scrubjay(&["charge", "missing", "--on", "2026-03-07"]);
    assert_eq!(missing.code, 1);
    assert!(missing.out.contains("charging"), "{}", missing.out);
    let add = |arguments: &[&str]| {
        let common = [
            "charge",
            "add",
            "C-1",
            "--visit",
            "V-1",
            "--procedure",
            "G0463",
        ];
        practice.scrubjay(&[&common[..], arguments].concat())
    };
    let refused = practice.scrubjay(&[
        "charge",
        "add",
        "C-1",
        "--visit",
        "V-1",
        "--procedure",
        "Q9999",
        "--entered",
        "2026-03-07",
    ]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("no price for Q9999"),
        "{}",
        refused.err
    );
    let entered = [
        "--entered",
        "2026-03-07",
        "--diagnoses",
        "J029",
        "--by",
        "Ana",
    ];
    let added = add(&entered);
    assert_eq!(added.code, 0, "{}{}", added.out, added.err);
    assert!(
        added
            .out
            .contains("charge C-1 entered: G0463 x1 for 100.00"),
        "{}",
        added.out
    );
    let none = [
        "charge",
        "none",
        "V-2",
        "--by",
        "Ana",
        "--reason",
        "stitches looked at",
    ];
    practice.scrubjay(&none).good();
    let missing = json(&practice, &["charge", "missing", "--on", "2026-03-10"]);
    assert_eq!(missing["missing"], Value::Array(Vec::new()));
    assert_eq!(missing["lag"]["all"]["median"], "5");
    assert_eq!(missing["lag"]["all"]["late"], 1);

    let void = [
        "charge",
        "void",
        "C-1",
        "--by",
        "Ana",
        "--reason",
        "another patient's",
    ];
    practice.scrubjay(&void).good();
    // It is not taken in again as if it stood.
    let again = add(&entered);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.err.contains("charge C-1 is void"), "{}", again.err);
    let other = practice.scrubjay(&[
        "charge",
        "add",
        "C-1",
        "--visit",
        "V-1",
        "--procedure",
        "J0696",
        "--entered",
        "2026-03-07",
    ]);
    assert!(other.err.contains("was taken back"), "{}", other.err);
    assert!(tick(&practice, "2026-03-11").contains("V-1"));
}

#[test]
fn a_call_under_a_key_charges_once_and_the_key_is_good_for_nothing_else() {
    let practice = practice();
    practice.run().good();
    let mut engine = Engine::open(practice.folder()).unwrap();
    let entry = |code: &str| ChargeEntry {
        entered: "2026-03-03".parse().ok(),
        ..ChargeEntry::of(
            "C-1".parse().unwrap(),
            "V-1".parse().unwrap(),
            code.parse().unwrap(),
        )
    };
    let first = engine.once("k").charge(entry("G0463"), "Ana").unwrap();
    assert!(matches!(first, Once::Done(charged) if !charged.held));
    let again = engine.once("k").charge(entry("G0463"), "Ana").unwrap();
    assert!(matches!(again, Once::DoneBefore { .. }));
    assert!(engine.once("k").charge(entry("J0696"), "Ana").is_err());
    let id = "C-1".parse().unwrap();
    assert!(engine.once("k").void_charge(&id, "Ana", "wrong").is_err());
    let void = engine.once("v").void_charge(&id, "Ana", "wrong").unwrap();
    assert!(matches!(void, Once::Done(_)));
    let visit = "V-1".parse().unwrap();
    for _ in 0..2 {
        let none = engine.once("n");
        none.nothing_to_charge(&visit, "Ana", "not done").unwrap();
    }
    let on = "2026-03-20".parse().unwrap();
    let missing = engine.missing_charges(on).unwrap();
    let missing: Vec<&str> = missing.iter().map(|one| one.visit.as_str()).collect();
    // Of V-3 nobody has said whether it took place.
    assert_eq!(missing, ["V-2", "V-3"]);
}

#[test]
fn the_charge_master_tells_the_price_of_a_day_and_refuses_what_contradicts() {
    let practice = practice();
    for (arguments, told) in [
        (&["--on", "2025-06-01"][..], "195.00 a unit"),
        (&["--on", "2026-06-01", "--units", "2"][..], "410.00 for 2"),
        (
            &["--on", "2026-06-01", "--payer", "sample"][..],
            "210.00 a unit",
        ),
    ] {
        let asked = [&["charge", "price", "G0439"][..], arguments].concat();
        let out = practice.scrubjay(&asked).good();
        assert!(out.contains(told), "{out}");
    }
    let none = practice.scrubjay(&["charge", "price", "G0439", "--on", "2024-06-01"]);
    assert_eq!(none.code, 1);
    practice.write(
        "prices.csv",
        &format!("{PRICES}G0463,,,1.00,2026-01-01,,\n"),
    );
    let refused = practice.run();
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .err
            .contains("prices.csv: lines 5 and 8 both price G0463"),
        "{}",
        refused.err
    );
}

/// Adds modifier 25 to a visit beside another service, and doses of two units.
const DERIVING: &str = "/// id: local/beside\n/// title: A visit beside a service says so\n/// hook: charge\n\
    /// applies: { procedures: G0463 }\n\
    fn beside(charge) { if charge.any_other(\"J0696\") && !charge.has_modifier(\"25\") { add_modifier(\"25\", \"it stands beside another service\"); } }\n\n\
    /// id: local/dose\n/// title: A dose is two units\n/// hook: charge\n/// applies: { procedures: J0696 }\n\
    fn dose(charge) { if charge.units == 1 { set_units(2, \"a dose is two units\"); } }\n";

const TWO: &str = "id,visit,procedure,diagnoses,entered\nC-1,V-1,G0463,J029,2026-03-02\nC-2,V-1,J0696,J029,2026-03-02\n";

#[test]
fn what_a_pack_derives_is_shown_and_a_rule_that_is_removed_derives_nothing() {
    for (rules, expected) in [
        (
            Some(DERIVING),
            [["C-1", "120.00", ""], ["C-2", "20.02", ""]],
        ),
        (None, [["C-1", "100.00", ""], ["C-2", "10.01", ""]]),
    ] {
        let practice = practice();
        if let Some(rules) = rules {
            practice.configure(WITH_PACKS);
            practice.pack("local", rules);
        }
        practice.write("inbox/03-charges.csv", TWO);
        practice.run().good();
        assert_eq!(listed(&practice), expected);
        let shown = practice.scrubjay(&["charge", "show", "C-1"]).good();
        assert_eq!(
            shown.contains("by local/beside"),
            rules.is_some(),
            "{shown}"
        );
        assert!(shown.contains("as G0463 x1 for 100.00"), "{shown}");
    }
}

#[test]
fn a_shipped_rule_holds_a_charge_until_it_is_mended_and_not_where_it_is_removed() {
    let sheet = "id,visit,procedure,diagnoses,entered\n\
        C-1,V-1,G0463,J029,2026-03-02\nC-2,V-1,J0696,,2026-03-02\n";
    let mended = sheet.replace("J0696,,", "J0696,J029,");
    let practice = practice();
    let base = repository().join("payer-rules/base");
    copy_folder(&base, &practice.path("packs/base"));
    practice.configure(WITH_PACKS);
    practice.write("inbox/03-charges.csv", sheet);
    let out = practice.run().good();
    assert!(out.contains("2 charges entered, 1 of them held"), "{out}");
    let held = json(&practice, &["charge", "list", "--held"]);
    assert_eq!(held.as_array().unwrap().len(), 1);
    assert_eq!(held[0]["id"], "C-2");
    assert_eq!(held[0]["held"], "base/charge-of-the-visit");
    practice.write("inbox/04-mended.csv", &mended);
    let out = practice.run().good();
    assert!(out.contains("1 charges corrected"), "{out}");
    let held = json(&practice, &["charge", "list", "--held"]);
    assert!(held.as_array().unwrap().is_empty());

    let without = self::practice();
    copy_folder(&base, &without.path("packs/base"));
    without.configure(WITH_PACKS);
    std::fs::remove_file(without.path("packs/base/charges.rhai")).unwrap();
    std::fs::remove_file(without.path("packs/base/tests/charges.yaml")).unwrap();
    without.write("inbox/03-charges.csv", sheet);
    let out = without.run().good();
    assert!(
        out.contains("2 charges entered") && !out.contains("of them held"),
        "{out}"
    );
}
