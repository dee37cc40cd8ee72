//! Wanted once, bound to what covers, and asked.

use std::path::Path;

use super::*;

#[test]
fn what_a_rule_wants_is_wanted_once_in_one_request_and_follows_the_visit() {
    let mut office = Office::new(WANTS_ALL);
    office.keep(
        "2026-03-02",
        visit("V-1", "2026-03-20", &[("G0151", 4), ("G0152", 1)]),
    );
    for _ in 0..2 {
        office.check("2026-03-02", "V-1");
    }
    let held = office.only();
    assert_eq!(held.authorization.status, AuthorizationStatus::Required);
    assert_eq!(held.authorization.services.len(), 2);
    assert_eq!(held.authorization.from, Some(day("2026-03-20")));
    assert!(office.work().is_empty());
    // Moved, and for more: what nobody has asked yet goes along.
    office.keep(
        "2026-03-03",
        visit("V-1", "2026-03-24", &[("G0151", 6), ("G0152", 1)]),
    );
    office.on("2026-03-03", |desk| check_due(desk).unwrap());
    let held = office.only();
    assert_eq!(held.authorization.to, Some(day("2026-03-24")));
    assert_eq!(held.authorization.services[0].approved, Decimal::from(6));

    let requests = office.ask("2026-03-03");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].services.len(), 2);
    assert_eq!(office.only().authorization.asked, Some(day("2026-03-03")));
    assert!(office.ask("2026-03-03").is_empty());
    office.check("2026-03-03", "V-1");
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Asked
    );
}

#[test]
fn without_the_rule_nothing_is_wanted_and_a_visit_that_is_called_off_lets_go() {
    let silent = WANTS_ALL.replace("!service.is_authorized", "false");
    let mut office = Office::new(&silent);
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.on("2026-03-02", |desk| check_due(desk).unwrap());
    assert!(office.all().is_empty());

    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.on("2026-03-02", |desk| check_due(desk).unwrap());
    let mut called_off = visit("V-1", "2026-03-20", &[("G0151", 4)]);
    called_off
        .move_to(EncounterStatus::Cancelled, day("2026-03-03"))
        .unwrap();
    office.keep("2026-03-03", called_off);
    office.on("2026-03-03", |desk| check_due(desk).unwrap());
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Cancelled
    );
    assert!(office.ask("2026-03-03").is_empty());
}

#[test]
fn visits_are_booked_under_an_approval_until_its_units_are_spoken_for() {
    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", approved("A1", "SUMMIT", 10));
    for (id, on) in [
        ("V-1", "2026-03-20"),
        ("V-2", "2026-03-27"),
        ("V-3", "2026-04-03"),
    ] {
        office.keep("2026-03-02", visit(id, on, &[("G0151", 4)]));
        office.check("2026-03-02", id);
    }
    let all = office.all();
    let of = |id: &str| {
        let id: EncounterId = id.parse().unwrap();
        let mut under = all.iter().filter(|held| held.is_for(&id));
        under.next().unwrap().authorization.status
    };
    assert_eq!(of("V-1"), AuthorizationStatus::Approved);
    assert_eq!(of("V-2"), AuthorizationStatus::Approved);
    // Eight of ten are spoken for: two are not four.
    assert_eq!(of("V-3"), AuthorizationStatus::Required);
    assert_eq!(all.len(), 2);
}

#[test]
fn a_payer_that_is_asked_by_telephone_is_work_and_one_that_does_not_exist_too() {
    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", patient("OLD"));
    office.keep("2026-03-02", visit("V-1", "2026-03-03", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    let work = office.work();
    assert_eq!(work.len(), 1);
    assert!(
        work[0].reason.contains("by phone to authorize G0151"),
        "{}",
        work[0].reason
    );
    assert_eq!(
        (work[0].owner.0.as_str(), work[0].due),
        ("authorizations", day("2026-03-03"))
    );
    assert!(office.ask("2026-03-02").is_empty());

    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", patient("SELF"));
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    assert!(office.all().is_empty());
    assert!(office.reasons()[0].contains("no payer is on file"));
}

#[test]
fn what_is_put_off_is_asked_from_its_day_on() {
    let put_off = WANTS_ALL.replace(
        "    for service",
        "    if today() < date(\"2026-03-10\") { put_off_until(date(\"2026-03-10\"), \"the records are not ready\"); }\n    for service",
    );
    let mut office = Office::new(&put_off.replace("put_off_until", "defer"));
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Required
    );
    assert!(office.ask("2026-03-09").is_empty());
    assert_eq!(office.ask("2026-03-10").len(), 1);
}

#[test]
fn an_outbox_is_where_the_requests_are() {
    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    let outbox = office.outbox.path().to_owned();
    let sent = office.on("2026-03-02", |desk| {
        write_wanted(desk, &outbox, &|_| false).unwrap()
    });
    assert_eq!(sent[0].0.questions, 1);
    assert_eq!(sent[0].1.extension().map(Path::new), Some(Path::new("tmp")));
    assert!(sent[0].0.name.ends_with("-house.278"), "{}", sent[0].0.name);
}
