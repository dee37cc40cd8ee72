//! Payers that are late, and approvals that run out.

use super::*;

#[test]
fn each_payer_has_its_time_to_decide_and_is_pressed_once_when_it_is_up() {
    let due = |payer: &str, asked: &str, urgency: Urgency| {
        let config: Config = serde_yaml::from_str(PRACTICE).unwrap();
        let Record::Authorization {
            id, authorization, ..
        } = approved("A1", payer, 4)
        else {
            unreachable!();
        };
        let mut record = authorization.into_record();
        record.status = AuthorizationStatus::Asked;
        (record.asked, record.decided) = (Some(day(asked)), None);
        let held = AuthorizationOnFile {
            id,
            encounter: None,
            urgency,
            authorization: Authorization::new(record).unwrap(),
        };
        clock::decision(&config, &held).map(|(_, due)| due.to_string())
    };
    let (standard, expedited) = (Urgency::Standard, Urgency::Expedited);
    let is = |day: &str| Some(day.to_owned());
    assert_eq!(due("MADV1", "2026-03-02", standard), is("2026-03-09"));
    assert_eq!(due("MADV1", "2026-03-02", expedited), is("2026-03-05"));
    assert_eq!(due("MADV1", "2025-12-31", standard), None);
    assert_eq!(due("SUMMIT", "2026-03-02", standard), is("2026-03-17"));
    assert_eq!(due("OLD", "2026-03-02", standard), is("2026-03-16"));
    assert_eq!(due("OLD", "2026-03-02", expedited), None);

    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", patient("MADV1"));
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    office.ask("2026-03-02");
    let mut fired = Vec::new();
    for on in [
        "2026-03-09",
        "2026-03-10",
        "2026-03-11",
        "2026-03-18",
        "2026-03-19",
    ] {
        for told in office.on(on, |desk| clock::fire_due(desk).unwrap()) {
            fired.push((on, told.reason));
        }
    }
    assert_eq!(fired.len(), 2, "{fired:?}");
    assert_eq!(fired[0].0, "2026-03-10");
    assert!(fired[0].1.contains("by 2026-03-09") && fired[0].1.contains("escalate"));
    assert_eq!(fired[1].0, "2026-03-18");
    assert!(fired[1].1.contains("the visit is on 2026-03-20"));
}

#[test]
fn an_approval_that_runs_out_before_visits_that_are_booked_is_told_of_once() {
    let mut office = Office::new("");
    office.on("2026-03-02", |desk| {
        let held = AuthorizationOnFile::of(approved("A1", "SUMMIT", 10)).unwrap();
        clock::keep(desk, held).unwrap();
    });
    let fire = |office: &mut Office, on: &str| -> Vec<String> {
        let told = office.on(on, |desk| clock::fire_due(desk).unwrap());
        told.into_iter().map(|one| one.reason).collect()
    };
    office.keep("2026-03-02", visit("V-1", "2026-05-20", &[("G0151", 4)]));
    office.keep("2026-03-02", visit("V-2", "2026-06-10", &[("G0151", 4)]));
    assert!(fire(&mut office, "2026-05-16").is_empty());
    let told = fire(&mut office, "2026-05-17");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("ends on 2026-05-31") && told[0].contains("2026-06-10"),
        "{told:?}"
    );
    for on in ["2026-05-18", "2026-05-31", "2026-06-05"] {
        assert!(fire(&mut office, on).is_empty(), "{on}");
    }
    // Without a visit behind its end nobody is bothered.
    let mut office = Office::new("");
    office.on("2026-03-02", |desk| {
        let held = AuthorizationOnFile::of(approved("A1", "SUMMIT", 10)).unwrap();
        clock::keep(desk, held).unwrap();
    });
    office.keep("2026-03-02", visit("V-1", "2026-05-20", &[("G0151", 4)]));
    assert!(fire(&mut office, "2026-05-20").is_empty());
    // More is booked than is left: told when the last visit is booked, not before.
    office.keep("2026-03-02", visit("V-2", "2026-05-21", &[("G0151", 4)]));
    office.check("2026-03-02", "V-2");
    assert!(office.work().is_empty());
    office.keep("2026-03-02", visit("V-3", "2026-05-22", &[("G0151", 4)]));
    for _ in 0..2 {
        office.check("2026-03-02", "V-3");
    }
    let reasons = office.reasons();
    assert_eq!(reasons.len(), 1);
    assert!(
        reasons[0].contains("10 are left, and visits are booked for 12"),
        "{reasons:?}"
    );
}
