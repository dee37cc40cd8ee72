//! Patients, their coverages and what they have agreed to.

use super::*;
use crate::{Money, Name, PriorPayment, Relationship};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn held(order: CoverageOrder, plan: &str, from: &str, to: Option<&str>) -> PatientCoverage {
    PatientCoverage {
        coverage: Coverage {
            order,
            payer: Some("99901".parse().unwrap()),
            payer_name: Name::organization("CEDAR HEALTH PLAN"),
            member: Some("CH000111".parse().unwrap()),
            subscriber: None,
            relationship: Relationship::Own,
            group_number: None,
            plan_name: Some(plan.to_owned()),
            filing_indicator: None,
            msp_type: None,
            paid: None,
        },
        from: Some(day(from)),
        to: to.map(day),
    }
}

fn patient() -> PatientRecord {
    PatientRecord {
        key: "P-7".parse().unwrap(),
        registered: day("2026-01-05"),
        person: Person {
            name: Name::person("WREN", "ADA"),
            born: Some(day("1958-04-30")),
            ..Person::default()
        },
        phone: Some("512 555 0100".to_owned()),
        email: None,
        guarantor: None,
        coverages: vec![
            held(CoverageOrder::Secondary, "supplement", "2025-01-01", None),
            held(
                CoverageOrder::Primary,
                "old",
                "2024-01-01",
                Some("2025-12-31"),
            ),
            held(CoverageOrder::Primary, "new", "2026-01-01", None),
        ],
        msp: MspAnswers::default(),
        provider: None,
        site: None,
        consent: Consent::default(),
    }
}

#[test]
fn the_payers_of_a_day_come_in_the_order_of_payment() {
    let patient = Patient::new(patient()).unwrap();
    let on = |text: &str| -> Vec<String> {
        let coverages = patient.coverages_on(day(text));
        let names = coverages.into_iter().map(|held| held.plan_name);
        names.map(Option::unwrap).collect()
    };
    assert_eq!(on("2024-06-01"), ["old"]);
    assert_eq!(on("2025-12-31"), ["old", "supplement"]);
    assert_eq!(on("2026-01-01"), ["new", "supplement"]);
    assert!(on("2023-12-31").is_empty());
}

#[test]
fn two_payers_cannot_both_be_first_at_the_same_time() {
    let mut both = patient();
    both.coverages[1].to = Some(day("2026-01-01"));
    assert_eq!(
        Patient::new(both.clone()),
        Err(PatientError::SamePlace {
            first: 2,
            second: 3,
            order: "P"
        })
    );
    both.coverages[1].to = None;
    both.coverages[1].from = None;
    assert!(Patient::new(both.clone()).is_err());
    // Of those that come later, the place is not known.
    for held in &mut both.coverages {
        held.coverage.order = CoverageOrder::Later;
    }
    assert!(Patient::new(both).is_ok());
}

#[test]
fn what_cannot_be_a_patient_is_refused_and_nothing_is_repeated() {
    let refused = |change: fn(&mut PatientRecord)| {
        let mut record = patient();
        change(&mut record);
        Patient::new(record).unwrap_err()
    };
    let nameless = refused(|patient| patient.person.name.last = " ".to_owned());
    assert_eq!(nameless, PatientError::NoName);
    let unborn = refused(|patient| patient.person.born = Some(day("2026-01-06")));
    assert!(matches!(
        unborn,
        PatientError::Order {
            earlier: "born",
            ..
        }
    ));
    assert!(!unborn.to_string().contains("2026"));
    let dead = refused(|patient| patient.person.died = Some(day("1958-04-29")));
    assert!(matches!(dead, PatientError::Order { later: "died", .. }));
    assert_eq!(
        refused(|patient| patient.coverages[1].to = Some(day("2023-12-31"))),
        PatientError::CoverageDates { coverage: 2 }
    );
    assert_eq!(
        refused(
            |patient| patient.coverages[0].coverage.paid = Some(PriorPayment {
                paid: Money::ZERO,
                adjustments: Vec::new(),
                decided: None,
                patient_owes: None,
                payer: None,
                remarks: Vec::new(),
            })
        ),
        PatientError::Paid { coverage: 1 }
    );
    let many = refused(|patient| {
        let one = patient.coverages[0].clone();
        patient.coverages = vec![one; MAX_COVERAGES + 1];
    });
    assert_eq!(many, PatientError::TooMany { count: 61 });
    assert!(matches!(
        refused(|patient| patient.consent.part2 = Part2Consent::Consent {
            on: day("2026-02-01"),
            revoked: Some(day("2026-01-31")),
        }),
        PatientError::Order {
            later: "revoked",
            ..
        }
    ));
}

#[test]
fn protected_records_are_told_only_while_the_consent_holds() {
    let consent = Part2Consent::Consent {
        on: day("2026-02-01"),
        revoked: Some(day("2026-03-01")),
    };
    let told = ["2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"];
    let told = told.map(|on| consent.may_disclose(day(on)));
    assert_eq!(told, [false, true, true, false]);
    assert!(!Part2Consent::NoConsent.may_disclose(day("2026-02-01")));
    assert!(Part2Consent::NotProtected.may_disclose(day("2026-02-01")));
    assert!(consent.needs_notice() && !Part2Consent::NotProtected.needs_notice());
}

#[test]
fn a_guarantor_is_billed_in_the_patients_place() {
    let mut record = patient();
    assert_eq!(record.billed(), &record.person);
    let parent = Person {
        name: Name::person("WREN", "OTTO"),
        ..Person::default()
    };
    record.guarantor = Some(parent.clone());
    assert_eq!(record.billed(), &parent);
}

#[test]
fn a_patient_reads_back_as_written_and_not_with_two_first_payers() {
    let mut record = patient();
    record.consent.part2 = Part2Consent::Consent {
        on: day("2026-02-01"),
        revoked: None,
    };
    let patient = Patient::new(record).unwrap();
    let json = serde_json::to_string(&patient).unwrap();
    assert_eq!(serde_json::from_str::<Patient>(&json).unwrap(), patient);
    let wrong = json.replace("\"order\":\"S\"", "\"order\":\"P\"");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<Patient>(&wrong).is_err());
}
