//! What the engine itself finds on what was told: payers without a name,
//! addresses that the post does not know.

use scrubjay_model::Address;

use super::*;

fn says_nothing(_: &RegistrationSubject<'_>, _: &mut Outcome) {}

/// A practice with another way out for payers that it does not know.
fn office(more: &str) -> Engine {
    let config: Config = serde_yaml::from_str(&format!("{PAYERS}{more}")).unwrap();
    let clock = FixedClock::noon("2026-03-02".parse().unwrap());
    EngineBuilder::new(config)
        .clock(Box::new(clock))
        .open()
        .unwrap()
}

fn rules(registered: &super::super::Registered) -> Vec<&str> {
    let findings = registered.findings.iter();
    findings.map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn a_payer_that_was_told_by_its_id_has_the_name_that_the_practice_knows() {
    let mut engine = engine(says_nothing);
    let sheet = "key,last,payer_id,member\nP-1,WREN,SRA77,M-1\n";
    let taken = engine.register_sheet(sheet.as_bytes(), "Ana").unwrap();
    let coverage = &taken.patients[0].record.coverages[0].coverage;
    assert_eq!(coverage.payer_name.last, "Summit Ridge");
    let again = engine.register_sheet(sheet.as_bytes(), "Ana").unwrap();
    assert_eq!((again.patients.len(), again.unchanged.len()), (0, 1));

    let told = engine.register(patient("P-2"), "Ana").unwrap();
    let coverage = &told.record.coverages[0].coverage;
    assert_eq!(coverage.payer_name.last, "Summit Ridge");
    assert_eq!(
        engine.register(patient("P-2"), "Ana").unwrap().kept,
        Kept::Unchanged
    );
}

#[test]
fn a_payer_without_a_name_anywhere_is_found_as_it_is_registered() {
    let mut office = office("default_channel: house\n");
    let mut unknown = patient("P-1");
    unknown.coverages = vec![coverage("NOBODY1", CoverageOrder::Primary)];
    let registered = office.register(unknown.clone(), "Ana").unwrap();
    assert_eq!(registered.held_by, ["engine/payer-name"]);
    unknown.coverages[0].coverage.payer_name = Name::organization("Nobody Mutual");
    let registered = office.register(unknown, "Ana").unwrap();
    assert!(registered.held_by.is_empty());
}

#[test]
fn states_and_zip_codes_that_the_post_does_not_know_are_found() {
    let mut office = office("");
    let mut told = patient("P-1");
    let address = |state: &str, zip: &str| {
        Some(Address {
            line1: "1 ELM ST".to_owned(),
            city: "AUSTIN".to_owned(),
            state: state.to_owned(),
            zip: zip.to_owned(),
            ..Address::default()
        })
    };
    told.person.address = address("XT", "7870");
    let mut dependent = coverage("SRA77", CoverageOrder::Primary);
    dependent.coverage.relationship = Relationship::Child;
    dependent.coverage.subscriber = Some(Person {
        name: Name::person("WREN", "BEN"),
        address: address("TX", "787010410000"),
        ..Person::default()
    });
    told.coverages = vec![dependent];
    let registered = office.check_registration(&told).unwrap();
    assert_eq!(rules(&registered), ["engine/address"; 3]);
    let fields: Vec<&About> = registered.findings.iter().map(|one| &one.about).collect();
    for (at, field) in [
        "patient.address.state",
        "patient.address.zip",
        "subscriber.address.zip",
    ]
    .into_iter()
    .enumerate()
    {
        let field = field.to_owned();
        assert_eq!(fields[at], &About::Field { field });
    }
    for finding in &registered.findings {
        assert!(!finding.message.contains("787"), "{}", finding.message);
    }
    told.person.address = address("TX", "78701-0410");
    told.coverages.clear();
    assert!(rules(&office.check_registration(&told).unwrap()).is_empty());
}

#[test]
fn a_practice_without_all_nine_digits_is_told_so() {
    let practice = |zip: &str| {
        format!(
            "practice:\n  name: SAMPLE PRACTICE\n  npi: '1234567893'\n  tax_id: '741234567'\n  \
             contact: {{ name: BILLING, phone: '5125550100' }}\n  \
             submitter: {{ id: SAMPLESENDER }}\n  \
             address: {{ line1: 1 SAMPLE ST, city: AUSTIN, state: TX, zip: '{zip}' }}\n"
        )
    };
    for (zip, found) in [
        ("78701", &["engine/billing-address"][..]),
        ("78701-0410", &[]),
    ] {
        let mut office = office(&practice(zip));
        let registered = office.register(patient("P-1"), "Ana").unwrap();
        assert_eq!(rules(&registered), found, "{zip}");
        assert!(registered.held_by.is_empty());
    }
}
