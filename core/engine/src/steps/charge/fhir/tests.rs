use super::*;

/// A charge item with what a test puts in its place.
fn item(change: &str) -> String {
    let mut item: Value = serde_json::from_str(
        r#"{
            "resourceType": "ChargeItem",
            "id": "item-1",
            "identifier": [{ "value": "C-1" }],
            "status": "billable",
            "code": { "coding": [{ "code": "J0696" }, { "code": "JZ" }] },
            "subject": { "reference": "Patient/P-7" },
            "context": { "reference": "Encounter/V-1" },
            "occurrenceDateTime": "2026-03-02T09:30:00-06:00",
            "performer": [{ "actor": { "reference": "Practitioner/ana" } }],
            "quantity": { "value": 1.5 },
            "priceOverride": { "value": 30.10, "currency": "USD" },
            "enteredDate": "2026-03-03",
            "reason": [{ "coding": [{ "code": "E11.9" }] }]
        }"#,
    )
    .unwrap();
    let change: Value = serde_json::from_str(change).unwrap();
    let (Value::Object(item), Value::Object(change)) = (&mut item, change) else {
        panic!("both are objects");
    };
    for (name, value) in change {
        match value {
            Value::Null => item.remove(&name),
            value => item.insert(name, value),
        };
    }
    serde_json::to_string(item).unwrap()
}

const ANA: &str = r#"{ "resourceType": "Practitioner", "id": "ana", "identifier": [
    { "system": "http://example.com/staff", "value": "12" },
    { "system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893" }] }"#;

fn bundle(resources: &[&str]) -> Reading {
    let entries: Vec<String> = resources
        .iter()
        .map(|resource| format!(r#"{{ "resource": {resource} }}"#))
        .collect();
    let text = format!(
        r#"{{ "resourceType": "Bundle", "type": "collection", "entry": [{}] }}"#,
        entries.join(",")
    );
    read(text.as_bytes()).unwrap()
}

fn entry(reading: &Reading) -> &ChargeEntry {
    match &reading.acts[..] {
        [(_, Act::Enter(entry))] => entry,
        other => panic!("{other:?} {:?}", reading.misread),
    }
}

#[test]
fn a_charge_item_is_a_charge_with_everything_that_it_says() {
    let reading = bundle(&[ANA, &item("{}")]);
    let read = entry(&reading);
    let expected = ChargeEntry {
        patient: Some("P-7".parse().unwrap()),
        modifiers: vec!["JZ".parse().unwrap()],
        units: "1.5".parse().unwrap(),
        diagnoses: vec!["E119".parse().unwrap()],
        amount: Some("30.10".parse().unwrap()),
        service: Some("2026-03-02".parse().unwrap()),
        entered: Some("2026-03-03".parse().unwrap()),
        provider: Some("1234567893".parse().unwrap()),
        ..ChargeEntry::of(
            "C-1".parse().unwrap(),
            "V-1".parse().unwrap(),
            "J0696".parse().unwrap(),
        )
    };
    assert_eq!(*read, expected);
    assert!(reading.misread.is_empty());
    // By its own id, at a visit that the bundle identifies, of what the visit says.
    let visit =
        r#"{ "resourceType": "Encounter", "id": "e9", "identifier": [{ "value": "V-9" }] }"#;
    let plain = item(
        r#"{ "identifier": null, "performer": null, "quantity": null, "priceOverride": null,
             "reason": null, "enteredDate": null,
             "context": { "reference": "http://example.com/fhir/Encounter/e9" } }"#,
    );
    let reading = bundle(&[visit, &plain]);
    let read = entry(&reading);
    assert_eq!((read.id.as_str(), read.visit.as_str()), ("item-1", "V-9"));
    assert_eq!(
        (read.units, read.amount, read.provider),
        (1.into(), None, None)
    );
}

#[test]
fn what_cannot_be_read_is_told_by_its_place_and_never_by_what_stands_there() {
    for (change, told) in [
        (
            r#"{ "status": null }"#,
            "entry[1].resource.status: it is missing",
        ),
        (
            r#"{ "status": "SECRET" }"#,
            "entry[1].resource.status: it is no status",
        ),
        (
            r#"{ "status": "planned" }"#,
            "entry[1].resource.status: a charge with the status `planned`",
        ),
        (
            r#"{ "code": "SECRET" }"#,
            "entry[1].resource.code: it has another shape",
        ),
        (
            r#"{ "code": { "coding": [{ "code": "SECRET" }] } }"#,
            "entry[1].resource.code.coding[0].code: ",
        ),
        (
            r#"{ "context": { "display": "SECRET" } }"#,
            "entry[1].resource.context: it refers to",
        ),
        (
            r#"{ "quantity": { "value": "SECRET" } }"#,
            "entry[1].resource.quantity.value: it has another shape",
        ),
        (
            r#"{ "quantity": { "value": 0.12345678901234567 } }"#,
            "entry[1].resource.quantity.value: a number",
        ),
        (
            r#"{ "priceOverride": { "value": 1.005 } }"#,
            "entry[1].resource.priceOverride.value: ",
        ),
        (
            r#"{ "priceOverride": { "value": 1, "currency": "EUR" } }"#,
            "entry[1].resource.priceOverride.currency: ",
        ),
        (
            r#"{ "factorOverride": 2 }"#,
            "entry[1].resource.factorOverride: it changes",
        ),
        (
            r#"{ "occurrenceDateTime": "2026-03" }"#,
            "entry[1].resource.occurrenceDateTime: a whole date",
        ),
        (
            r#"{ "performer": [{ "actor": { "reference": "Practitioner/SECRET" } }] }"#,
            "entry[1].resource.performer[0].actor: it refers to",
        ),
        (
            r#"{ "reason": [{ "coding": [{ "code": "SECRET!" }] }] }"#,
            "entry[1].resource.reason[0].coding[0].code: ",
        ),
        (
            r#"{ "modifierExtension": [{ "url": "SECRET" }] }"#,
            "entry[1].resource.modifierExtension: it changes",
        ),
        (
            r#"{ "resourceType": "Invoice" }"#,
            "entry[1].resource: only ChargeItem and Claim",
        ),
    ] {
        let reading = bundle(&[ANA, &item(change)]);
        assert!(reading.acts.is_empty(), "{change}");
        let misread = reading.misread[0].to_string();
        assert!(misread.starts_with(told), "{misread}");
        assert!(!misread.contains("SECRET"), "{misread}");
    }
}

#[test]
fn fields_that_nothing_reads_are_counted_and_named_with_their_first_place() {
    let with = item(r#"{ "bodysite": [{ "text": "SECRET" }], "note": [] }"#);
    let reading = bundle(&[ANA, &with, &with]);
    assert_eq!(reading.acts.len(), 2);
    let remarks: Vec<String> = reading.unread.remarks().collect();
    assert_eq!(
        remarks,
        [
            "ChargeItem.bodysite is not read: first at entry[1].resource, 2 in all",
            "ChargeItem.note is not read: first at entry[1].resource, 2 in all",
            "Practitioner beside what charges need of it is not read: first at entry[0].resource, 1 in all",
        ]
    );
}

#[test]
fn the_lines_of_a_claim_are_charges_one_by_one() {
    let claim = r#"{
        "resourceType": "Claim", "id": "K9", "status": "active", "use": "claim",
        "patient": { "reference": "Patient/P-7" }, "created": "2026-03-04",
        "insurance": [{ "sequence": 1 }],
        "careTeam": [{ "sequence": 1, "provider": { "identifier":
            { "system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893" } } }],
        "diagnosis": [
            { "sequence": 1, "diagnosisCodeableConcept": { "coding": [{ "code": "I10" }] } },
            { "sequence": 2, "diagnosisCodeableConcept": { "coding": [{ "code": "E11.9" }] } }],
        "item": [
            { "sequence": 1, "productOrService": { "coding": [{ "code": "G0463" }] },
              "modifier": [{ "coding": [{ "code": "25" }] }], "diagnosisSequence": [2, 1],
              "careTeamSequence": [1], "servicedDate": "2026-03-02",
              "locationCodeableConcept": { "coding": [{ "code": "22" }] },
              "unitPrice": { "value": 10.01 }, "quantity": { "value": 3 },
              "encounter": [{ "reference": "Encounter/V-1" }] },
            { "sequence": 2, "productOrService": { "coding": [{ "code": "J0696" }] } },
            { "sequence": 3, "productOrService": { "coding": [{ "code": "J0696" }] },
              "diagnosisSequence": [7], "encounter": [{ "reference": "Encounter/V-1" }] },
            { "sequence": 4, "productOrService": { "coding": [{ "code": "J0696" }] },
              "net": { "value": 12 }, "encounter": [{ "reference": "Encounter/V-1" }] }
        ] }"#;
    let reading = bundle(&[claim]);
    let ids: Vec<&str> = reading
        .acts
        .iter()
        .map(|(_, act)| match act {
            Act::Enter(entry) => entry.id.as_str(),
            Act::TakeBack(_) => "taken back",
        })
        .collect();
    assert_eq!(ids, ["K9-1", "K9-4"]);
    let Act::Enter(first) = &reading.acts[0].1 else {
        panic!("it is entered");
    };
    let expected = ChargeEntry {
        patient: Some("P-7".parse().unwrap()),
        modifiers: vec!["25".parse().unwrap()],
        units: 3.into(),
        diagnoses: vec!["E119".parse().unwrap(), "I10".parse().unwrap()],
        amount: Some("30.03".parse().unwrap()),
        service: Some("2026-03-02".parse().unwrap()),
        entered: Some("2026-03-04".parse().unwrap()),
        provider: Some("1234567893".parse().unwrap()),
        place: Some("22".parse().unwrap()),
        ..ChargeEntry::of(
            "K9-1".parse().unwrap(),
            "V-1".parse().unwrap(),
            "G0463".parse().unwrap(),
        )
    };
    assert_eq!(**first, expected);
    let told: Vec<String> = reading.misread.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("entry[0].resource.item[1].encounter: it is missing"));
    assert!(told[1].starts_with("entry[0].resource.item[2].diagnosisSequence: "));
    let cancelled = claim.replacen("active", "cancelled", 1);
    let reading = bundle(&[&cancelled]);
    assert_eq!(reading.acts.len(), 4);
    assert!(
        reading
            .acts
            .iter()
            .all(|(_, act)| matches!(act, Act::TakeBack(_)))
    );
}

#[test]
fn what_is_no_fhir_is_refused_with_its_place() {
    for (text, told) in [
        ("{", "line 1, column 1: it is no JSON"),
        ("{\"secret\": 1}", "resourceType: it is missing"),
        ("[]", "resourceType: it is missing"),
        (
            r#"{ "resourceType": "Bundle", "entry": 1 }"#,
            "entry: it is no list",
        ),
    ] {
        let refused = read(text.as_bytes()).unwrap_err();
        assert!(refused.starts_with(told), "{refused}");
    }
    let alone = read(item(r#"{ "performer": null }"#).as_bytes()).unwrap();
    assert_eq!(entry(&alone).id.as_str(), "C-1");
    let deleted =
        br#"{ "resourceType": "Bundle", "entry": [{ "request": { "method": "DELETE" } }] }"#;
    let reading = read(deleted).unwrap();
    assert!(
        reading.misread[0]
            .to_string()
            .starts_with("entry[0].request.method: nothing is deleted")
    );
}
