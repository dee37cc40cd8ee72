//! Who is asked when, and who is not.

use super::*;

#[test]
fn a_visit_is_asked_about_when_booked_two_days_before_and_on_its_day_and_no_more() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    let mut asked = Vec::new();
    let mut today = day("2026-03-02");
    while today <= day("2026-03-22") {
        for request in office.day(&today.to_string()) {
            asked.push(today.to_string());
            assert_eq!(request.service, Some(day("2026-03-20")));
            let answer = answer(&request, |_| ());
            assert!(office.answered(&today.to_string(), &[answer]).is_empty());
        }
        today = today.succ_opt().unwrap();
    }
    assert_eq!(asked, ["2026-03-02", "2026-03-18", "2026-03-20"]);
    let occasions: Vec<_> = office
        .inquiries()
        .iter()
        .map(|one| (one.occasion.unwrap().as_str(), one.state()))
        .collect();
    let all = ["booked", "before", "day"].map(|occasion| (occasion, "answered"));
    assert_eq!(occasions, all);
    assert!(office.work(WorkKind::Eligibility).is_empty());
}

#[test]
fn an_answer_that_grows_old_before_the_visit_is_asked_for_again() {
    let mut office = Office::new();
    office.config.payers[2].terms.cover_fresh = Some("10 days".parse().unwrap());
    let summit = coverage("SUMMIT", "Summit Health", CoverageOrder::Primary);
    booked(&mut office, vec![medicare_second(), summit], "2026-04-20");
    let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut today = day("2026-03-02");
    while today < day("2026-04-10") {
        for request in office.day(&today.to_string()) {
            let payer = request.payer.id.clone().unwrap().to_string();
            asked.entry(payer).or_default().push(today.to_string());
            office.answered(&today.to_string(), &[answer(&request, |_| ())]);
        }
        today = today.succ_opt().unwrap();
    }
    // Ten days by the contract, and a month has begun.
    assert_eq!(
        asked["SUMMIT"],
        ["2026-03-02", "2026-03-13", "2026-03-24", "2026-04-01"]
    );
    assert_eq!(asked["MCR01"], ["2026-03-02", "2026-04-01"]);
}

#[test]
fn a_visit_that_is_moved_is_asked_about_for_its_new_day() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    assert_eq!(office.day("2026-03-02").len(), 1);
    for scheduled in ["2026-03-25", "2026-03-27"] {
        office.on("2026-03-03", |desk, _| {
            desk.keep(visit(scheduled), None).unwrap();
            // One that waits for the day before is not asked.
            want_due(desk).unwrap();
        });
    }
    let days: Vec<_> = office
        .day("2026-03-03")
        .iter()
        .map(|asked| asked.service.unwrap().to_string())
        .collect();
    assert_eq!(days, ["2026-03-27"]);
    let states: Vec<&str> = office.inquiries().iter().map(|one| one.state()).collect();
    assert_eq!(states, ["asked", "withdrawn", "asked"]);
}

#[test]
fn what_is_not_answered_in_time_is_told_once() {
    let mut office = Office::new();
    // A Monday: two business days end on Wednesday.
    booked(&mut office, vec![medicare()], "2026-03-20");
    for (on, open) in [
        ("2026-03-02", 0),
        ("2026-03-04", 0),
        ("2026-03-05", 1),
        ("2026-03-09", 1),
    ] {
        office.day(on);
        assert_eq!(office.work(WorkKind::Eligibility).len(), open, "{on}");
    }
    let late = answer(&first_question(&office), |_| ());
    office.answered("2026-03-10", &[late]);
    assert!(office.work(WorkKind::Eligibility).is_empty());
}

#[test]
fn who_cannot_be_asked_by_file_is_somebodys_work_and_the_others_are_asked() {
    let mut office = Office::new();
    let paper = coverage("PAPER", "Paper Mutual", CoverageOrder::Primary);
    let mut nobody = coverage("SUMMIT", "Summit Health", CoverageOrder::Tertiary);
    // A child without a subscriber is no question.
    nobody.coverage.relationship = Relationship::Child;
    nobody.coverage.member = None;
    booked(
        &mut office,
        vec![paper, medicare_second(), nobody],
        "2026-03-20",
    );
    let asked = office.day("2026-03-02");
    let payers: Vec<&str> = asked
        .iter()
        .map(|one| one.payer.id.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(payers, ["MCR01"]);
    let mut reasons: Vec<String> = office
        .work(WorkKind::Eligibility)
        .into_iter()
        .map(|item| item.reason)
        .collect();
    reasons.sort();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].starts_with("no channel leads to payer PAPER"));
    assert!(reasons[1].starts_with("the question about cover cannot be written"));
    let states: Vec<&str> = office.inquiries().iter().map(|one| one.state()).collect();
    assert_eq!(states, ["wanted", "asked", "withdrawn"]);
}

#[test]
fn a_payer_is_not_told_of_protected_treatment_without_consent() {
    let mut office = Office::new();
    office.on("2026-03-02", |desk, _| {
        let mut record = patient(vec![medicare()]).into_record();
        record.consent.part2 = Part2Consent::NoConsent;
        desk.keep(Patient::new(record).unwrap(), None).unwrap();
        desk.keep(visit("2026-03-20"), None).unwrap();
    });
    assert!(office.day("2026-03-02").is_empty());
    assert!(office.inquiries().is_empty());
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    assert!(open[0].reason.contains("has not consented"));
}

#[test]
fn a_question_about_a_visit_that_was_called_off_does_not_leave() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    office.on("2026-03-02", |desk, _| {
        want_due(desk).unwrap();
        let mut visit = visit("2026-03-20");
        let off = EncounterStatus::Cancelled;
        visit.move_to(off, day("2026-03-02")).unwrap();
        desk.keep(visit, None).unwrap();
    });
    assert!(office.day("2026-03-02").is_empty());
    assert_eq!(office.inquiries()[0].state(), "withdrawn");
}

const VERIFY: &str = "
/// id: medicare/always
/// title: Always asks again
/// hook: eligibility
/// severity: info
/// cite: a test
fn always(check) { verify_coverage(\"once more\"); }
";

#[test]
fn a_rule_that_always_wants_to_know_asks_once_a_day() {
    let mut office = Office::with_rules(&[("always.rhai", VERIFY)]);
    booked(&mut office, vec![medicare()], "2026-03-20");
    for on in ["2026-03-02", "2026-03-03"] {
        for _ in 0..3 {
            for request in office.day(on) {
                office.answered(on, &[answer(&request, |_| ())]);
            }
        }
    }
    // The one of the booking; its answer came on the same day.
    assert_eq!(office.inquiries().len(), 1);
}
