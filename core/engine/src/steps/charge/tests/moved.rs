//! Visits that get another day or do not take place, and days that have not come.

use super::*;
use crate::VisitError;
use crate::steps::eligibility::tests::patient;
use crate::steps::visit::{move_on, schedule};

fn practice() -> Practice {
    let mut practice = Practice::new(nothing);
    practice.config.prices = ChargeMaster::parse(
        b"code,price,from,to\nG0439,195.00,,2026-03-03\nG0439,205.00,2026-03-04,\nG0463,100.00,,\n",
    )
    .unwrap();
    practice.on("2026-03-02", |desk| {
        desk.keep(patient(Vec::new()), None).unwrap();
    });
    practice
}

/// The visit is told for another day.
fn came(practice: &mut Practice, on: &str) {
    practice.on("2026-03-09", |desk| {
        let mut told = visit("V-1").into_record();
        (told.scheduled, told.arrived) = (day(on), Some(day(on)));
        schedule(desk, told).unwrap();
    });
}

fn tasks(practice: &Practice, charge: &str) -> Vec<String> {
    let open = practice.work(&(&id(charge)).into());
    let open = open.into_iter();
    open.filter(|item| item.reason.starts_with("the visit of this charge"))
        .map(|item| item.reason)
        .collect()
}

fn enter(practice: &mut Practice, entry: ChargeEntry) {
    practice
        .on("2026-03-05", |desk| charge(desk, entry))
        .unwrap();
}

#[test]
fn charges_with_their_visits_day_go_with_it_at_the_price_of_the_new_day() {
    let mut practice = practice();
    enter(&mut practice, entry("C-1", "V-1", "G0439"));
    let given = ChargeEntry {
        amount: Some(Money::from_cents(15_000)),
        ..entry("C-2", "V-1", "G0463")
    };
    enter(&mut practice, given);
    came(&mut practice, "2026-03-04");
    for (name, cents) in [("C-1", 20_500), ("C-2", 15_000)] {
        let kept = practice.kept(name);
        assert_eq!(kept.service, day("2026-03-04"), "{name}");
        assert_eq!(kept.amount, Money::from_cents(cents), "{name}");
        assert!(tasks(&practice, name).is_empty());
    }
    // The file that brought it says nothing new.
    let again = practice.on("2026-03-09", |desk| {
        charge(desk, entry("C-1", "V-1", "G0439"))
    });
    assert_eq!(again.unwrap().outcome, ChargeOutcome::Unchanged);
}

#[test]
fn a_charge_with_a_day_of_its_own_and_one_on_a_claim_are_told_of_once() {
    let mut practice = practice();
    let own_day = ChargeEntry {
        service: Some(day("2026-03-03")),
        ..entry("C-1", "V-1", "G0463")
    };
    enter(&mut practice, own_day);
    enter(&mut practice, entry("C-2", "V-1", "G0463"));
    practice.on("2026-03-05", |desk| {
        let mut billed = desk.charge(&id("C-2")).unwrap().unwrap();
        billed.bill("K-1".parse().unwrap()).unwrap();
        desk.keep(billed, None).unwrap();
    });
    came(&mut practice, "2026-03-04");
    assert_eq!(practice.kept("C-1").service, day("2026-03-03"));
    assert_eq!(practice.kept("C-2").service, day("2026-03-02"));
    assert!(tasks(&practice, "C-1")[0].contains("stays on 2026-03-03"));
    assert!(tasks(&practice, "C-2")[0].contains("stands on claim K-1"));
    // What is for a day before its visit is not billed so.
    let reader = practice.store.read().unwrap();
    assert!(is_held(reader.as_ref(), &id("C-1")).unwrap());
    drop(reader);

    came(&mut practice, "2026-03-01");
    assert_eq!(tasks(&practice, "C-1").len(), 1);
    let reader = practice.store.read().unwrap();
    let held = reader.record_work(&(&id("C-1")).into()).unwrap();
    let before_visit = |item: &WorkItem| item.reason.contains("engine/before-visit");
    assert!(!held.iter().any(before_visit), "{held:?}");
    drop(reader);
    enter(
        &mut practice,
        ChargeEntry {
            service: Some(day("2026-03-01")),
            ..entry("C-1", "V-1", "G0463")
        },
    );
    assert!(tasks(&practice, "C-1").is_empty());
}

#[test]
fn charges_of_a_visit_that_is_called_off_after_all_are_told_of() {
    let mut practice = practice();
    enter(&mut practice, entry("C-1", "V-1", "G0463"));
    practice.on("2026-03-05", |desk| {
        move_on(
            desk,
            &"V-1".parse().unwrap(),
            EncounterStatus::Cancelled,
            None,
        )
        .unwrap()
    });
    assert!(tasks(&practice, "C-1")[0].contains("take the charge back"));
}

#[test]
fn what_has_not_come_is_neither_arrived_nor_charged_for() {
    let mut practice = practice();
    let refused = practice.on("2026-03-09", |desk| {
        let mut told = visit("V-3").into_record();
        told.arrived = Some(day("2026-03-10"));
        schedule(desk, told).unwrap_err()
    });
    assert!(
        matches!(
            refused,
            EngineError::Visit(VisitError::ToCome {
                field: "arrived",
                ..
            })
        ),
        "{refused}"
    );
    for (service, entered, field) in [
        (Some("2026-03-10"), None, "service"),
        (None, Some("2026-03-10"), "entered"),
    ] {
        let told = ChargeEntry {
            service: service.map(day),
            entered: entered.map(day),
            ..entry("C-1", "V-1", "G0463")
        };
        let refused = practice.on("2026-03-09", |desk| charge(desk, told));
        let why = why(refused.unwrap_err());
        let to_come = matches!(&why, ChargeEntryError::ToCome { field: of, .. } if *of == field);
        assert!(to_come, "{why}");
    }
}

#[test]
fn a_visit_whose_day_passes_unkept_is_asked_about_until_somebody_says_what_became_of_it() {
    let mut practice = practice();
    let v3: EncounterId = "V-3".parse().unwrap();
    let key = RecordKey::from(&v3);
    practice.on("2026-03-02", |desk| {
        let mut told = visit("V-3").into_record();
        (told.status, told.arrived) = (EncounterStatus::Scheduled, None);
        schedule(desk, told).unwrap();
    });
    let refused = practice.on("2026-03-02", |desk| {
        no_charge(desk, &v3, "nothing will be done")
    });
    assert!(matches!(
        why(refused.unwrap_err()),
        ChargeEntryError::NotSeen {
            is: "scheduled",
            ..
        }
    ));
    let tick =
        |practice: &mut Practice, today| practice.on(today, |desk| open_missing(desk).unwrap());
    assert!(tick(&mut practice, "2026-03-05").is_empty());
    assert!(tick(&mut practice, "2026-03-06").contains(&v3));
    assert!(!tick(&mut practice, "2026-03-07").contains(&v3));
    let open = practice.work(&key);
    assert_eq!(open[0].owner.0, "front_desk");
    assert!(open[0].reason.starts_with("did the visit take place"));
    let reader = practice.store.read().unwrap();
    let missing = missing_charges(reader.as_ref(), &practice.config, day("2026-03-07")).unwrap();
    let listed = missing.iter().find(|one| one.visit == v3).unwrap();
    assert_eq!(listed.status, EncounterStatus::Scheduled);
    assert_eq!(listed.owner.as_deref(), Some("front_desk"));
    drop(reader);
    practice.on("2026-03-07", |desk| {
        let came = Some(day("2026-03-02"));
        move_on(desk, &v3, EncounterStatus::Arrived, came).unwrap()
    });
    assert!(practice.work(&key).is_empty());
    // It took place, and has no charge.
    assert!(tick(&mut practice, "2026-03-08").contains(&v3));
    assert_eq!(practice.work(&key)[0].kind, WorkKind::Charge);
}
