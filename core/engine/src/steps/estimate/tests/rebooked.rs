//! What becomes of estimates where visits move or are called off, and where
//! patients ask for one anew.

use scrubjay_model::EncounterStatus;

use super::*;
use crate::steps::visit::{move_on, schedule};

/// A visit is told for another day.
fn moved(office: &mut Office, on: &str, to: &str) {
    office.on(on, |desk, _| {
        let mut visit = desk.encounter(&visit()).unwrap().unwrap().into_record();
        visit.scheduled = day(to);
        schedule(desk, visit).unwrap();
    });
}

fn visit() -> EncounterId {
    "V-1".parse().unwrap()
}

fn asked_for(office: &mut Office, on: &str) -> NaiveDate {
    office.on(on, |desk, _| {
        let patient = "P-7".parse().unwrap();
        super::super::request(desk, &patient, Some(&visit()))
            .unwrap()
            .due
    })
}

fn given(office: &mut Office, on: &str, estimate: &Estimate) -> Result<(), String> {
    office.on(on, |desk, _| {
        let given = give(desk, &estimate.id).map(drop);
        given.map_err(|error| error.to_string())
    })
}

fn dues(office: &Office) -> Vec<NaiveDate> {
    let open = office.work(WorkKind::Eligibility);
    let own = open
        .iter()
        .filter(|item| item.reason.starts_with("a good-faith"));
    own.map(|item| item.due).collect()
}

fn wanted() -> EstimateRequest {
    request(vec![service(20_000, None, "98")])
}

#[test]
fn a_visit_that_is_called_off_wants_no_estimate() {
    for off in [EncounterStatus::Cancelled, EncounterStatus::NoShow] {
        let mut office = Office::new();
        booked(&mut office, Vec::new(), "2026-03-20");
        office.day("2026-03-02");
        let estimate = made(&mut office, "2026-03-03", &wanted()).unwrap();
        asked_for(&mut office, "2026-03-03");
        assert!(!dues(&office).is_empty());
        office.on("2026-03-04", |desk, _| {
            move_on(desk, &visit(), off, None).unwrap()
        });
        assert!(dues(&office).is_empty(), "{:?}", dues(&office));
        let key = RecordKind::Estimate.with(estimate.id.clone());
        let row = office.store.read().unwrap().record_row(&key).unwrap();
        assert_eq!(row.unwrap().due, None);
        office.day("2026-03-10");
        assert!(dues(&office).is_empty());
        let error = given(&mut office, "2026-03-10", &estimate).unwrap_err();
        assert!(error.contains("is called off"), "{error}");
        let error = made(&mut office, "2026-03-10", &wanted()).unwrap_err();
        assert!(error.contains("is called off"), "{error}");
    }
}

#[test]
fn a_visit_that_moves_wants_its_estimate_for_the_new_day() {
    for (to, due) in [
        // Three to nine business days from the rebooking, then ten and more.
        ("2026-03-13", Some("2026-03-10")),
        ("2026-03-30", Some("2026-03-12")),
        // Two business days off: none that nobody asks for.
        ("2026-03-11", None),
    ] {
        let mut office = Office::new();
        booked(&mut office, Vec::new(), "2026-03-20");
        office.day("2026-03-02");
        let old = made(&mut office, "2026-03-03", &wanted()).unwrap();
        moved(&mut office, "2026-03-09", to);
        let due: Vec<NaiveDate> = due.into_iter().map(day).collect();
        assert_eq!(dues(&office), due, "{to}");
        office.day("2026-03-09");
        assert_eq!(dues(&office), due, "{to}");
        let error = given(&mut office, "2026-03-09", &old).unwrap_err();
        assert!(error.contains("make the estimate anew"), "{error}");
        let new = made(&mut office, "2026-03-09", &wanted()).unwrap();
        assert_eq!((new.asked, new.service), (day("2026-03-09"), Some(day(to))));
        given(&mut office, "2026-03-09", &new).unwrap();
        assert!(dues(&office).is_empty());
    }
}

#[test]
fn an_estimate_that_was_given_for_another_day_is_given_anew() {
    let mut office = Office::new();
    booked(&mut office, Vec::new(), "2026-03-20");
    office.day("2026-03-02");
    let estimate = made(&mut office, "2026-03-03", &wanted()).unwrap();
    given(&mut office, "2026-03-03", &estimate).unwrap();
    moved(&mut office, "2026-03-09", "2026-03-30");
    assert_eq!(dues(&office), [day("2026-03-12")]);
}

#[test]
fn what_a_patient_asks_for_is_not_answered_by_an_older_estimate() {
    let mut office = Office::new();
    booked(&mut office, Vec::new(), "2026-03-20");
    office.day("2026-03-02");
    let old = made(&mut office, "2026-03-02", &wanted()).unwrap();
    assert_eq!(asked_for(&mut office, "2026-03-04"), day("2026-03-09"));
    given(&mut office, "2026-03-04", &old).unwrap();
    assert_eq!(dues(&office), [day("2026-03-09")]);
    let new = made(&mut office, "2026-03-05", &wanted()).unwrap();
    given(&mut office, "2026-03-05", &new).unwrap();
    assert!(dues(&office).is_empty());
}

#[test]
fn where_cover_is_found_no_good_faith_estimate_is_due_unless_the_patient_asked() {
    let mut office = Office::new();
    booked(&mut office, Vec::new(), "2026-03-20");
    office.day("2026-03-02");
    made(&mut office, "2026-03-02", &wanted()).unwrap();
    let asked = asked_for(&mut office, "2026-03-03");
    office.on("2026-03-03", |desk, _| {
        let patient = crate::steps::eligibility::tests::patient(vec![summit()]);
        desk.keep(patient, None).unwrap();
    });
    office.day("2026-03-03");
    assert_eq!(dues(&office), [asked]);
}
