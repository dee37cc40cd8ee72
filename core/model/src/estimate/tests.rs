//! Estimates that may be given, and those that may not.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn line(expected: i64, share: i64) -> EstimateLine {
    EstimateLine {
        words: "Home visit by a physical therapist".to_owned(),
        procedure: "G0151".parse().unwrap(),
        units: 4.into(),
        expected: Money::from_cents(expected),
        share: Money::from_cents(share),
        steps: Vec::new(),
    }
}

pub(crate) fn estimate() -> EstimateRecord {
    EstimateRecord {
        id: "ES-1".parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        encounter: Some("V-100".parse().unwrap()),
        kind: EstimateKind::GoodFaith,
        provider: "1234567893".parse().unwrap(),
        asked: day("2026-02-20"),
        service: Some(day("2026-03-02")),
        lines: vec![line(30_000, 30_000), line(12_000, 12_000)],
        answer: None,
        remarks: Vec::new(),
        given: None,
    }
}

#[test]
fn a_bill_may_be_contested_from_four_hundred_dollars_beyond_the_estimate() {
    let estimate = estimate();
    assert_eq!(estimate.expected(), Money::from_cents(42_000));
    assert!(!estimate.may_be_contested(Money::from_cents(81_999)));
    assert!(estimate.may_be_contested(Money::from_cents(82_000)));
    let of_the_insured = EstimateRecord {
        kind: EstimateKind::Share,
        ..estimate
    };
    assert!(!of_the_insured.may_be_contested(Money::from_cents(1_000_000)));
}

#[test]
fn an_estimate_is_given_once_and_not_before_it_was_asked_for() {
    let mut estimate = Estimate::new(estimate()).unwrap();
    let before = estimate.clone();
    assert_eq!(
        estimate.give(day("2026-02-19")),
        Err(EstimateError::Order { later: "given" })
    );
    assert_eq!(estimate, before);
    estimate.give(day("2026-02-20")).unwrap();
    assert_eq!(estimate.give(day("2026-02-21")), Err(EstimateError::Given));
    assert_eq!(estimate.given, Some(day("2026-02-20")));
}

#[test]
fn what_must_not_be_given_is_refused_with_its_line() {
    let refused = |change: fn(&mut EstimateRecord)| {
        let mut record = estimate();
        change(&mut record);
        Estimate::new(record).unwrap_err()
    };
    assert_eq!(refused(|one| one.lines.clear()), EstimateError::NoLines);
    assert_eq!(
        refused(|one| one.lines[1].words = "G0151".to_owned()),
        EstimateError::NoWords { line: 2 }
    );
    assert_eq!(
        refused(|one| one.lines[1].units = Decimal::ZERO),
        EstimateError::Units { line: 2 }
    );
    assert_eq!(
        refused(|one| one.lines[0] = line(100, 40)),
        EstimateError::NotAll {
            line: 1,
            left: Money::from_cents(60)
        }
    );
    for (expected, share) in [(100, 101), (100, -1), (-2, -2)] {
        let mut record = estimate();
        record.kind = EstimateKind::Share;
        record.lines[0] = line(expected, share);
        let error = Estimate::new(record).unwrap_err();
        assert!(matches!(error, EstimateError::Share { line: 1, .. }));
    }
    assert_eq!(
        refused(|one| one.service = Some(day("2026-02-19"))),
        EstimateError::Order { later: "service" }
    );
}

#[test]
fn the_insured_owe_their_share_of_what_is_expected() {
    let mut record = estimate();
    record.kind = EstimateKind::Share;
    record.lines = vec![line(30_000, 6_000), line(12_000, 0)];
    let estimate = Estimate::new(record).unwrap();
    assert_eq!(estimate.share(), Money::from_cents(6_000));
    assert_eq!(estimate.expected(), Money::from_cents(42_000));
}

#[test]
fn steps_come_to_the_share_that_they_reckon() {
    let step = |kind, share: i64| EstimateStep {
        kind,
        of: Money::from_cents(30_000),
        rate: None,
        left: None,
        share: Money::from_cents(share),
    };
    let mut record = estimate();
    record.kind = EstimateKind::Share;
    record.lines[0] = line(30_000, 6_000);
    record.lines[0].steps = vec![
        step(EstimateStepKind::Deductible, 7_000),
        step(EstimateStepKind::OutOfPocket, -1_000),
    ];
    assert!(Estimate::new(record.clone()).is_ok());
    record.lines[0].share = Money::from_cents(6_001);
    assert_eq!(
        Estimate::new(record),
        Err(EstimateError::Steps {
            line: 1,
            steps: Money::from_cents(6_000)
        })
    );
}

#[test]
fn an_estimate_reads_back_as_written_and_not_with_a_share_beyond_its_charge() {
    let estimate = Estimate::new(estimate()).unwrap();
    let json = serde_json::to_string(&estimate).unwrap();
    assert_eq!(serde_json::from_str::<Estimate>(&json).unwrap(), estimate);
    let wrong = json.replace("\"share\":\"300.00\"", "\"share\":\"300.01\"");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<Estimate>(&wrong).is_err());
}
