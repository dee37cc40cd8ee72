//! Coverages before, within and after the time in which another payer comes first.

use super::*;
use crate::steps::eligibility::tests::{coverage, day, medicare, patient};

fn config() -> Config {
    serde_yaml::from_str(
        "payers:
  - { key: medicare, name: Medicare, id: MCR01, line: medicare }
  - { key: plan, name: Sample Advantage, id: MADV1, line: medicare-advantage }
  - { key: summit, name: Summit Health, id: SUMMIT, line: commercial }
",
    )
    .unwrap()
}

struct Case<'c> {
    held: Vec<PatientCoverage>,
    to: &'c str,
    from: &'c str,
    until: Option<&'c str>,
}

/// The coverages after the switch of Medicare on a day of March 2026.
fn switched(case: Case<'_>) -> Patient {
    let config = config();
    let patient = patient(case.held);
    let coverages = patient.coverages_on(day("2026-03-20"));
    let asked = coverages
        .iter()
        .find(|held| held.payer_name.last == "Medicare")
        .unwrap();
    let to = &config.payer_by_key(case.to).unwrap().profile;
    let switch = Switch {
        config: &config,
        asked,
        to,
        named: None,
        place: place_of(&config, asked, to, None),
        from: day(case.from),
        until: case.until.map(day),
    };
    Patient::new(switch.make(&patient, &coverages)).unwrap()
}

fn names(patient: &Patient, on: &str) -> Vec<(CoverageOrder, String)> {
    let held = patient.coverages_on(day(on));
    held.into_iter()
        .map(|held| (held.order, held.payer_name.last))
        .collect()
}

use CoverageOrder::{Primary, Secondary, Tertiary};

fn told(rows: &[(CoverageOrder, &str)]) -> Vec<(CoverageOrder, String)> {
    rows.iter()
        .map(|(order, name)| (*order, (*name).to_owned()))
        .collect()
}

#[test]
fn a_plan_takes_the_place_of_the_card_for_its_time_and_no_longer() {
    let after = switched(Case {
        held: vec![medicare(), coverage("GAP", "Sample Gap", Secondary)],
        to: "plan",
        from: "2026-01-01",
        until: Some("2026-06-30"),
    });
    let card = told(&[(Primary, "Medicare"), (Secondary, "Sample Gap")]);
    let plan = told(&[(Primary, "Sample Advantage"), (Secondary, "Sample Gap")]);
    for (on, held) in [
        ("2025-12-31", &card),
        ("2026-01-01", &plan),
        ("2026-06-30", &plan),
        ("2026-07-01", &card),
    ] {
        assert_eq!(names(&after, on), *held, "{on}");
    }
}

#[test]
fn a_plan_behind_a_secondary_card_stays_secondary() {
    let mut second = medicare();
    second.coverage.order = Secondary;
    let after = switched(Case {
        held: vec![coverage("SUMMIT", "Summit Health", Primary), second],
        to: "plan",
        from: "2026-03-01",
        until: None,
    });
    assert_eq!(
        names(&after, "2026-03-20"),
        told(&[(Primary, "Summit Health"), (Secondary, "Sample Advantage")])
    );
}

#[test]
fn any_other_payer_comes_before_and_those_behind_move_on() {
    let after = switched(Case {
        held: vec![medicare(), coverage("GAP", "Sample Gap", Secondary)],
        to: "summit",
        from: "2026-03-01",
        until: None,
    });
    assert_eq!(
        names(&after, "2026-02-28"),
        told(&[(Primary, "Medicare"), (Secondary, "Sample Gap")])
    );
    assert_eq!(
        names(&after, "2026-03-20"),
        told(&[
            (Primary, "Summit Health"),
            (Secondary, "Medicare"),
            (Tertiary, "Sample Gap")
        ])
    );
}

#[test]
fn a_payer_on_file_behind_keeps_its_numbers_when_it_comes_first() {
    let after = switched(Case {
        held: vec![
            medicare(),
            coverage("SUMMIT", "Summit Health", Secondary),
            coverage("GAP", "Sample Gap", Tertiary),
        ],
        to: "summit",
        from: "2026-03-01",
        until: None,
    });
    let held = after.coverages_on(day("2026-03-20"));
    assert_eq!(
        names(&after, "2026-03-20"),
        told(&[
            (Primary, "Summit Health"),
            (Secondary, "Medicare"),
            (Tertiary, "Sample Gap")
        ])
    );
    assert_eq!(held[0].member.as_ref().unwrap().as_str(), "MSUMMIT");
}

#[test]
fn a_card_that_was_entered_for_the_plans_own_time_is_gone() {
    let mut card = medicare();
    card.from = Some(day("2026-02-01"));
    let after = switched(Case {
        held: vec![card],
        to: "plan",
        from: "2026-01-01",
        until: None,
    });
    assert_eq!(after.coverages.len(), 1);
    assert_eq!(
        names(&after, "2026-02-10"),
        told(&[(Primary, "Sample Advantage")])
    );
}

#[test]
fn no_day_has_more_or_fewer_payers_than_the_switch_explains() {
    let days = [
        "2025-12-31",
        "2026-01-01",
        "2026-03-20",
        "2026-05-31",
        "2026-06-01",
        "2026-12-31",
    ];
    let bounds = [
        None,
        Some("2026-01-01"),
        Some("2026-03-20"),
        Some("2026-05-31"),
    ];
    for from in &bounds[1..3] {
        for until in bounds
            .iter()
            .filter(|until| until.is_none() || *until >= from)
        {
            for card_from in &bounds[..3] {
                for card_to in [None, Some("2026-05-31")] {
                    let mut card = medicare();
                    card.from = card_from.map(day);
                    card.to = card_to.map(day);
                    let before = patient(vec![card.clone()]);
                    let until = *until;
                    if until.is_some_and(|until| day(until) < day("2026-03-20")) {
                        continue;
                    }
                    let from = from.unwrap();
                    let to = "plan";
                    let held = vec![card];
                    let after = switched(Case {
                        held,
                        to,
                        from,
                        until,
                    });
                    for on in days.map(day) {
                        let within = day(from) <= on && until.is_none_or(|until| on <= day(until));
                        let now = after.coverages_on(on);
                        if within {
                            assert_eq!(now.len(), 1, "{on}");
                            assert_eq!(now[0].payer_name.last, "Sample Advantage");
                        } else {
                            assert_eq!(now, before.coverages_on(on), "{on}");
                        }
                    }
                }
            }
        }
    }
}
