//! What comes of what payers answer.

use super::*;

#[test]
fn a_plan_behind_a_medicare_card_takes_its_place_where_the_rule_says_so() {
    for has_rule in [true, false] {
        let rules = [("advantage.rhai", ADVANTAGE)];
        let mut office = Office::with_rules(if has_rule { &rules } else { &[] });
        booked(&mut office, vec![medicare()], "2026-03-20");
        let asked = office.day("2026-03-02");
        let found = answer(&asked[0], behind_the_card(Some("MA777")));
        office.answered("2026-03-02", &[found]);
        let held = |on: &str| -> Vec<(String, String)> {
            let coverages = office.patient().coverages_on(day(on));
            let told = |coverage: &Coverage| {
                let member = coverage.member.as_ref().unwrap();
                (coverage.payer_name.last.clone(), member.to_string())
            };
            coverages.iter().map(told).collect()
        };
        let medicare = [("Medicare".to_owned(), "MMCR01".to_owned())];
        assert_eq!(held("2025-12-31"), medicare);
        if !has_rule {
            assert_eq!(held("2026-03-20"), medicare);
            assert_eq!(office.inquiries().len(), 1);
            continue;
        }
        assert_eq!(
            held("2026-03-20"),
            [("Sample Advantage".to_owned(), "MA777".to_owned())]
        );
        // The plan is asked in its turn.
        let asked = office.day("2026-03-03");
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].payer.id.as_ref().unwrap().as_str(), "MADV1");
        assert_eq!(
            asked[0].subscriber.member.as_ref().unwrap().as_str(),
            "MA777"
        );
        office.answered("2026-03-03", &[answer(&asked[0], |_| ())]);
        assert!(office.work(WorkKind::Eligibility).is_empty());
    }
}

#[test]
fn a_plan_whose_member_number_nobody_knows_is_somebodys_work() {
    let mut office = Office::with_rules(&[("advantage.rhai", ADVANTAGE)]);
    booked(&mut office, vec![medicare()], "2026-03-20");
    let asked = office.day("2026-03-02");
    office.answered("2026-03-02", &[answer(&asked[0], behind_the_card(None))]);
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    assert!(
        open[0].reason.contains("member number is not known"),
        "{open:?}"
    );
    assert_eq!(open[0].owner.0, "front_desk");
    let patient = office.patient();
    let now = patient.coverages_on(day("2026-03-20"));
    assert_eq!(now[0].payer_name.last, "Sample Advantage");

    // The plan is asked by name and date of birth; what it says brings no card.
    let asked = office.day("2026-03-03");
    assert_eq!(asked[0].payer.id.as_ref().unwrap().as_str(), "MADV1");
    assert_eq!(asked[0].subscriber.member, None);
    office.answered("2026-03-03", &[answer(&asked[0], |_| ())]);
    assert_eq!(office.work(WorkKind::Eligibility).len(), 1);
}

#[test]
fn a_refusal_is_work_in_plain_words_until_the_payer_answers() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    let asked = office.day("2026-03-02");
    let refused = answer(&asked[0], |record| {
        record.benefits.clear();
        record.rejections.push(EligibilityRejection {
            at: "2100C".into(),
            reason: "75".into(),
            action: FollowUpAction::Correct,
        });
    });
    office.answered("2026-03-03", &[refused]);
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    for part in [
        "does not know this person",
        "AAA 75",
        "mend it and ask again",
    ] {
        assert!(open[0].reason.contains(part), "{open:?}");
    }
    assert_eq!(office.inquiries()[0].state(), "rejected");

    office.on("2026-03-04", |desk, _| {
        let visit = "V-1".parse().unwrap();
        ask(desk, &"P-7".parse().unwrap(), Some(&visit)).unwrap()
    });
    let again = office.day("2026-03-04");
    office.answered("2026-03-04", &[answer(&again[0], |_| ())]);
    assert!(office.work(WorkKind::Eligibility).is_empty());
}

#[test]
fn an_answer_is_known_by_its_content_where_its_name_was_lost_and_else_set_aside() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    let asked = office.day("2026-03-02");
    let mut nameless = answer(&asked[0], |_| ());
    nameless.traces.clear();
    nameless.batch = Some("THEIRS".to_owned());
    let mut strange = nameless.clone();
    strange.subscriber.member = Some("OTHER".parse().unwrap());
    let remarks = office.answered("2026-03-03", &[nameless, strange]);
    assert_eq!(
        remarks,
        ["an answer about cover was set aside: it belongs to no question of ours"]
    );
    assert_eq!(office.inquiries()[0].state(), "answered");
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    assert!(open[0].record.is_none() && !open[0].reason.contains("OTHER"));
}

#[test]
fn a_claim_is_judged_on_the_last_answer_about_its_patient_and_a_past_one_on_that_of_its_day() {
    let mut office = Office::new();
    let claim = scrubjay_store::conformance::sample::claim("A", 150);
    let payer = claim.destination().unwrap().payer.clone().unwrap();
    office.on("2026-03-02", |desk, _| {
        let mut record = patient(vec![coverage(
            payer.as_str(),
            "Payer",
            CoverageOrder::Primary,
        )])
        .into_record();
        record.person = claim.patient.clone();
        desk.keep(Patient::new(record).unwrap(), None).unwrap();
        desk.keep(visit("2026-03-04"), None).unwrap();
    });
    office.config.default_channel = Some("house".to_owned());
    let latest = |office: &Office, before: u64| {
        let reader = office.store.read().unwrap();
        let found = latest_for_claim(reader.as_ref(), &office.config, &claim, before);
        found.unwrap().map(|answer| answer.plan_from)
    };
    let row = |office: &Office| {
        office
            .store
            .read()
            .unwrap()
            .last_row()
            .unwrap()
            .unwrap()
            .sequence
    };
    assert_eq!(latest(&office, u64::MAX), None);
    let mut seen = Vec::new();
    for (on, from) in [("2026-03-02", "2026-01-01"), ("2026-03-04", "2026-02-01")] {
        let asked = office.day(on);
        let told = answer(&asked[0], |record| record.plan_from = Some(day(from)));
        office.answered(on, &[told]);
        seen.push((row(&office) + 1, Some(Some(day(from)))));
    }
    for (before, answer) in seen {
        assert_eq!(latest(&office, before), answer);
    }
}

const ASKS_FIRST: &str = "
/// id: medicare/asks-first
/// title: A payer whose answer names a plan wants to be asked before the service
/// hook: eligibility
/// severity: info
/// cite: a test
fn asks_first(check) {
    if !check.answer.is_missing() {
        require_authorization(\"G0151\", \"the answer says so\");
    }
}
";

#[test]
fn a_rule_about_an_answer_can_want_an_authorization_once() {
    let mut office = Office::with_rules(&[("asks.rhai", ASKS_FIRST)]);
    office.on("2026-03-02", |desk, _| {
        desk.keep(patient(vec![medicare()]), None).unwrap();
        let mut booked = visit("2026-03-20").into_record();
        booked.planned.push(scrubjay_model::PlannedService {
            procedure: "G0151".parse().unwrap(),
            modifiers: Vec::new(),
            units: 2.into(),
            place: None,
        });
        desk.keep(Encounter::new(booked).unwrap(), None).unwrap();
    });
    for on in ["2026-03-02", "2026-03-18"] {
        for request in office.day(on) {
            office.answered(on, &[answer(&request, |_| ())]);
        }
    }
    let reader = office.store.read().unwrap();
    let wanted = reader
        .records(&RecordFilter {
            kind: Some(RecordKind::Authorization),
            ..RecordFilter::default()
        })
        .unwrap();
    assert_eq!(wanted.len(), 1, "{wanted:?}");
    assert_eq!(
        wanted[0].parent.as_ref().map(|visit| visit.as_str()),
        Some("V-1")
    );
}
