//! What happens to a claim.

use scrubjay_hooks::{Hook, Severity};
use scrubjay_model::{
    AckOutcome, Adjudication, Appeal, CoverageOrder, Owner, PatientBilling, Responsibility, Work,
    WorkItem,
};

use super::sample::{
    answer, batch, claim, created, day, delivered, dollars, id, item, outcome, overridden, stamp,
};
use super::{kept, read, refused};
use crate::{ClaimFilter, ClaimRow, Counter, Event, Move, Reader, Store, StoreError, patient_key};

fn row(store: &dyn Store, text: &str) -> ClaimRow {
    let found = read(store).claim(&id(text));
    found
        .expect("the store can be read")
        .expect("the claim is there")
}

pub(super) fn a_claim_starts_as_a_draft_owed_by_its_first_payer(store: &mut dyn Store) {
    let mut second = claim("B", 60);
    second.coverages[0].order = CoverageOrder::Secondary;
    let mut nobody = claim("C", 60);
    nobody.coverages.clear();
    let made = |claim| Event::ClaimCreated {
        claim: Box::new(claim),
        payer: "cedar".to_owned(),
        replaces: None,
    };
    kept(store, &[created("A", 150), made(second), made(nobody)]);
    let first = row(store, "A");
    assert_eq!(first.status.work, Work::Draft);
    assert_eq!(first.status.responsibility, Responsibility::Primary);
    assert_eq!(first.charge, dollars(150));
    assert_eq!(first.service_from, Some(day(1)));
    assert_eq!(first.created, stamp(0).at);
    let (second, nobody) = (row(store, "B"), row(store, "C"));
    assert_eq!(second.status.responsibility, Responsibility::Secondary);
    assert_eq!(nobody.status.responsibility, Responsibility::Patient);
    let reader = read(store);
    assert_eq!(reader.last_number(Counter::Claim).unwrap(), 3);
    assert_eq!(reader.claim(&id("Z")).unwrap(), None);
    assert_eq!(reader.claim_document(&id("Z")).unwrap(), None);
}

pub(super) fn a_claim_id_is_given_once(store: &mut dyn Store) {
    kept(store, &[created("A", 150)]);
    let error = refused(store, &created("A", 99));
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    assert_eq!(row(store, "A").charge, dollars(150));
}

pub(super) fn a_revised_claim_stands_in_place_of_the_one_before(store: &mut dyn Store) {
    let mut mended = claim("A", 175);
    mended.authorization = Some("AUTH1".to_owned());
    let revised = Event::ClaimRevised {
        claim: Box::new(mended.clone()),
        changes: vec!["authorization: added".to_owned()],
        by_hand: false,
    };
    kept(store, &[created("A", 150), revised]);
    let document = read(store).claim_document(&id("A")).unwrap();
    assert_eq!(document, Some(mended));
    assert_eq!(row(store, "A").charge, dollars(175));
    assert!(!row(store, "A").touched);
}

pub(super) fn only_a_hand_before_the_first_submission_touches_a_claim(store: &mut dyn Store) {
    let by_hand = |text| Event::ClaimRevised {
        claim: Box::new(claim(text, 150)),
        changes: Vec::new(),
        by_hand: true,
    };
    kept(store, &[created("A", 150), by_hand("A"), created("B", 150)]);
    kept(store, &[batch(1, &["B"]), by_hand("B")]);
    assert!(row(store, "A").touched);
    assert!(!row(store, "B").touched);
}

pub(super) fn a_person_who_passes_a_finding_is_remembered_and_touches_the_claim(
    store: &mut dyn Store,
) {
    kept(
        store,
        &[created("A", 150), created("B", 60), batch(1, &["B"])],
    );
    kept(
        store,
        &[overridden("A", "on file"), overridden("B", "late")],
    );
    assert!(row(store, "A").touched);
    assert!(!row(store, "B").touched);
    let reader = read(store);
    let passed = reader.overrides(Some(&id("A"))).unwrap();
    assert_eq!(passed.len(), 1);
    assert_eq!(
        (passed[0].sequence, passed[0].by.as_str()),
        (4, "night run")
    );
    assert_eq!(
        (passed[0].reason.as_str(), passed[0].at),
        ("on file", stamp(0).at)
    );
    assert_eq!(passed[0].rules, ["everywhere/member-id"]);
    assert_eq!(reader.overrides(None).unwrap().len(), 2);
    assert!(reader.overrides(Some(&id("Z"))).unwrap().is_empty());
    drop(reader);
    refused(store, &overridden("Z", "nobody"));
}

fn judged(text: &str, hook: Hook, severity: Severity, shadow: bool) -> Event {
    Event::Judged {
        claim: id(text),
        hook,
        outcome: outcome(severity, shadow),
    }
}

pub(super) fn a_block_before_the_first_submission_marks_the_claim_as_held(store: &mut dyn Store) {
    kept(
        store,
        &[
            created("A", 150),
            created("B", 150),
            judged("A", Hook::Scrub, Severity::Block, false),
            batch(1, &["B"]),
            judged("B", Hook::Scrub, Severity::Block, false),
        ],
    );
    assert!(row(store, "A").held);
    assert!(!row(store, "B").held);
    let findings = read(store).findings(Some(&id("A"))).unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].rule, "everywhere/member-id");
    assert_eq!((findings[0].sequence, findings[0].hook), (3, Hook::Scrub));
    assert_eq!(read(store).findings(None).unwrap().len(), 2);
}

pub(super) fn a_shadow_rule_or_a_warning_holds_nothing(store: &mut dyn Store) {
    kept(
        store,
        &[
            created("A", 150),
            judged("A", Hook::Claim, Severity::Block, true),
            judged("A", Hook::Scrub, Severity::Warn, false),
            judged("A", Hook::Remittance, Severity::Block, false),
        ],
    );
    assert!(!row(store, "A").held);
    let findings = read(store).findings(Some(&id("A"))).unwrap();
    assert_eq!(findings.len(), 3);
    assert!(findings[0].shadow);
}

fn to(text: &str, to: Move) -> Event {
    Event::Moved {
        claim: id(text),
        to,
    }
}

pub(super) fn a_claim_moves_on_each_axis_by_its_table(store: &mut dyn Store) {
    kept(
        store,
        &[
            created("A", 150),
            to("A", Move::Work(Work::Ready)),
            to("A", Move::Adjudication(Adjudication::Denied)),
            to("A", Move::Responsibility(Responsibility::Secondary)),
            to("A", Move::Appeal(Appeal::Drafted)),
            to("A", Move::Patient(PatientBilling::Ready)),
            to("A", Move::Work(Work::Ready)),
        ],
    );
    let status = row(store, "A").status;
    assert_eq!(status.work, Work::Ready);
    assert_eq!(status.adjudication, Adjudication::Denied);
    assert_eq!(status.responsibility, Responsibility::Secondary);
    assert_eq!(status.appeal, Appeal::Drafted);
    assert_eq!(status.patient, PatientBilling::Ready);
}

pub(super) fn an_illegal_move_is_refused_and_nothing_of_the_transaction_is_kept(
    store: &mut dyn Store,
) {
    kept(store, &[created("A", 150)]);
    let mut transaction = store.begin().unwrap();
    let ready = to("A", Move::Work(Work::Ready));
    transaction.append(&stamp(1), &ready).unwrap();
    let illegal = to("A", Move::Work(Work::Adjudicated));
    let error = transaction.append(&stamp(2), &illegal).unwrap_err();
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    let error = transaction.append(&stamp(3), &ready).unwrap_err();
    assert!(matches!(error, StoreError::Abandoned), "{error}");
    let error = transaction.commit().unwrap_err();
    assert!(matches!(error, StoreError::Abandoned), "{error}");
    assert_eq!(row(store, "A").status.work, Work::Draft);
    assert_eq!(read(store).journal(1, 9).unwrap().len(), 1);
    let refused = Event::MoveRefused {
        claim: id("A"),
        refused: "work: draft to adjudicated".to_owned(),
    };
    assert_eq!(kept(store, &[refused]), 2);
    assert_eq!(row(store, "A").status.work, Work::Draft);
}

pub(super) fn a_replacement_and_its_original_name_each_other(store: &mut dyn Store) {
    let replacement = |text| Event::ClaimCreated {
        claim: Box::new(claim(text, 150)),
        payer: "cedar".to_owned(),
        replaces: Some(id("A")),
    };
    kept(store, &[created("A", 150), replacement("B")]);
    assert_eq!(row(store, "A").replaced_by, Some(id("B")));
    assert_eq!(row(store, "B").replaces, Some(id("A")));
    kept(store, &[replacement("C")]);
    assert_eq!(row(store, "A").replaced_by, Some(id("C")));
    let orphan = Event::ClaimCreated {
        claim: Box::new(claim("D", 150)),
        payer: "cedar".to_owned(),
        replaces: Some(id("Z")),
    };
    let error = refused(store, &orphan);
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
}

pub(super) fn a_batch_says_what_was_sent_and_when(store: &mut dyn Store) {
    kept(
        store,
        &[created("A", 150), created("B", 60), created("C", 70)],
    );
    let two_sets = Event::BatchWritten {
        name: "000000101-east.837p".to_owned(),
        channel: "east".to_owned(),
        interchange: 101,
        group: 7,
        sets: vec![(1, vec![id("C"), id("A")]), (2, vec![id("B")])],
        content: None,
    };
    let mut transaction = store.begin().unwrap();
    transaction.append(&stamp(30), &two_sets).unwrap();
    transaction.commit().unwrap();
    let mut transaction = store.begin().unwrap();
    transaction.append(&stamp(90), &batch(8, &["A"])).unwrap();
    transaction.commit().unwrap();
    let sent = row(store, "A");
    assert_eq!((sent.submitted, sent.submissions), (Some(stamp(30).at), 2));
    let reader = read(store);
    assert_eq!(reader.sent(7, Some(1)).unwrap(), [id("C"), id("A")]);
    assert_eq!(reader.sent(7, None).unwrap(), [id("C"), id("A"), id("B")]);
    assert_eq!(reader.sent(9, None).unwrap(), []);
    assert_eq!(reader.sent_groups(101).unwrap(), [7]);
    assert_eq!(reader.sent_groups(108).unwrap(), [8]);
    assert_eq!(reader.last_number(Counter::Interchange).unwrap(), 108);
    assert_eq!(reader.last_number(Counter::Group).unwrap(), 8);
    drop(reader);
    kept(store, &[delivered(8, &["A"])]);
    let history = read(store).history(&id("A")).unwrap();
    assert_eq!(history.last().unwrap().event, delivered(8, &["A"]));
    assert_eq!(row(store, "A").submissions, 2, "carried, not sent again");
}

pub(super) fn a_file_of_questions_has_numbers_among_those_of_claims(store: &mut dyn Store) {
    kept(store, &[created("A", 150), batch(7, &["A"])]);
    let asked = Event::QuestionsWritten {
        name: "000000108-east.270".to_owned(),
        channel: "east".to_owned(),
        interchange: 108,
        group: 8,
        asked: Vec::new(),
        content: None,
    };
    kept(store, std::slice::from_ref(&asked));
    assert!(matches!(
        refused(store, &asked),
        StoreError::Contradiction { .. }
    ));
    let of = |group| Event::QuestionsDelivered {
        name: "000000108-east.270".to_owned(),
        channel: "east".to_owned(),
        group,
    };
    assert!(matches!(
        refused(store, &of(9)),
        StoreError::Contradiction { .. }
    ));
    let written = read(store).sent_group(8).unwrap().unwrap();
    assert_eq!((written.interchange, written.delivered), (108, None));
    kept(store, &[of(8)]);
    let reader = read(store);
    let row = reader.sent_group(8).unwrap().unwrap();
    assert_eq!(row.written, written.written);
    assert_eq!(row.delivered, Some(row.written + 1));
    assert_eq!(reader.journal(row.written, 1).unwrap()[0].event, asked);
    assert_eq!(reader.sent_groups(108).unwrap(), [8]);
    assert_eq!(reader.sent_group(9).unwrap(), None);
    assert_eq!(reader.last_number(Counter::Group).unwrap(), 8);
}

pub(super) fn a_group_control_number_is_given_out_once(store: &mut dyn Store) {
    kept(store, &[created("A", 150), batch(7, &["A"])]);
    let error = refused(store, &batch(7, &["A"]));
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    assert_eq!(row(store, "A").submissions, 1);
    let error = refused(store, &batch(8, &["Z"]));
    assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
}

pub(super) fn a_rejection_is_remembered(store: &mut dyn Store) {
    kept(store, &[created("A", 150), created("B", 60)]);
    kept(
        store,
        &[
            answer(AckOutcome::Rejected, &["A", "A"]),
            answer(AckOutcome::Accepted, &["A", "B"]),
        ],
    );
    assert!(row(store, "A").rejected);
    assert!(!row(store, "B").rejected);
}

pub(super) fn tags_are_sorted_and_held_once(store: &mut dyn Store) {
    let tagged = |tag: &str| Event::Tagged {
        claim: id("A"),
        tag: tag.to_owned(),
    };
    let tags = [tagged("late"), tagged("audit, \"two\""), tagged("late")];
    kept(store, &[created("A", 150)]);
    kept(store, &tags);
    assert_eq!(row(store, "A").tags, ["audit, \"two\"", "late"]);
}

pub(super) fn claims_are_found_by_payer_control_patient_state_and_number(store: &mut dyn Store) {
    let mut other = claim("C", 70);
    other.patient = claim("A", 70).patient;
    other.control = "A".parse().unwrap();
    let other = Event::ClaimCreated {
        claim: Box::new(other),
        payer: "spruce".to_owned(),
        replaces: None,
    };
    let learned = Event::PayerControlLearned {
        claim: id("B"),
        payer_control: "ICN42".parse().unwrap(),
    };
    kept(
        store,
        &[created("A", 150), created("B", 60), other, learned],
    );
    kept(store, &[to("A", Move::Work(Work::Ready))]);
    let found = |change: &dyn Fn(&mut ClaimFilter)| {
        let mut filter = ClaimFilter::default();
        change(&mut filter);
        let rows = read(store).claims(&filter).unwrap();
        let ids = rows.iter().map(|row| row.id.as_str().to_owned());
        ids.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found(&|_| ()), "A B C");
    assert_eq!(found(&|filter| filter.limit = Some(2)), "A B");
    assert_eq!(found(&|filter| filter.payer = Some("cedar".into())), "A B");
    assert_eq!(found(&|filter| filter.control = Some("A".into())), "A C");
    assert_eq!(found(&|filter| filter.work = Some(Work::Ready)), "A");
    assert_eq!(found(&|filter| filter.work = Some(Work::Draft)), "B C");
    assert_eq!(
        found(&|filter| filter.payer_control = Some("ICN42".into())),
        "B"
    );
    let patient = patient_key(&claim("A", 1));
    assert_eq!(
        found(&|filter| filter.patient = Some(patient.clone())),
        "A C"
    );
    assert_eq!(found(&|filter| filter.patient = Some("none".into())), "");
    let both = |filter: &mut ClaimFilter| {
        filter.patient = Some(patient.clone());
        filter.payer = Some("spruce".into());
    };
    assert_eq!(found(&both), "C");
}

pub(super) fn work_stays_open_until_it_is_closed_once(store: &mut dyn Store) {
    let opened = |text, claim| Event::WorkOpened {
        item: Box::new(item(text, claim)),
    };
    let closed = |text: &str| Event::WorkClosed {
        item: text.parse().unwrap(),
        outcome: "paid".to_owned(),
    };
    kept(
        store,
        &[
            created("A", 150),
            opened("W1", Some("A")),
            opened("W2", None),
        ],
    );
    assert_eq!(read(store).open_work(None).unwrap().len(), 2);
    let of_claim = read(store).open_work(Some(&id("A"))).unwrap();
    assert_eq!(of_claim, [item("W1", Some("A"))]);
    kept(store, &[closed("W1")]);
    assert_eq!(read(store).open_work(Some(&id("A"))).unwrap(), []);
    assert_eq!(read(store).open_work(None).unwrap(), [item("W2", None)]);
    assert_eq!(read(store).last_number(Counter::Work).unwrap(), 2);
    let given = WorkItem {
        owner: Owner("posting".to_owned()),
        ..item("W2", None)
    };
    let assigned = |item: &WorkItem| Event::WorkAssigned {
        item: Box::new(item.clone()),
    };
    kept(store, &[assigned(&given)]);
    assert_eq!(read(store).open_work(None).unwrap(), [given]);
    assert_eq!(read(store).last_number(Counter::Work).unwrap(), 2);
    for contradiction in [
        closed("W1"),
        closed("W9"),
        opened("W1", None),
        assigned(&item("W1", Some("A"))),
    ] {
        let error = refused(store, &contradiction);
        assert!(matches!(error, StoreError::Contradiction { .. }), "{error}");
    }
}

pub(super) fn a_transaction_finds_claims_by_what_it_has_just_changed(store: &mut dyn Store) {
    let found = |reader: &dyn Reader, change: &dyn Fn(&mut ClaimFilter)| -> String {
        let mut filter = ClaimFilter::default();
        change(&mut filter);
        let claims = reader.claims(&filter).unwrap();
        let ids: Vec<&str> = claims.iter().map(|row| row.id.as_str()).collect();
        ids.join(" ")
    };
    kept(store, &[created("A", 1), created("B", 2)]);
    let (first, mut moved, mut third) = (claim("A", 1), claim("B", 2), claim("C", 3));
    third.patient = first.patient.clone();
    // B is mended: another spelling, under which nothing is looked for, and
    // another control number.
    let of_moved = patient_key(&moved);
    moved.patient.name.first = Some("OTHER".to_owned());
    moved.control = "B-7".parse().unwrap();
    let of_first = patient_key(&first);
    let revised = Event::ClaimRevised {
        claim: Box::new(moved),
        changes: Vec::new(),
        by_hand: true,
    };
    let made_third = Event::ClaimCreated {
        claim: Box::new(third),
        payer: "cedar".to_owned(),
        replaces: None,
    };
    let learned = Event::PayerControlLearned {
        claim: id("B"),
        payer_control: "ICN7".parse().unwrap(),
    };
    let held = |claim: &str| Event::Moved {
        claim: id(claim),
        to: Move::Work(Work::Held),
    };
    let look = |reader: &dyn Reader| {
        assert_eq!(
            found(reader, &|filter| filter.patient = Some(of_first.clone())),
            "A C"
        );
        assert_eq!(
            found(reader, &|filter| filter.patient = Some(of_moved.clone())),
            "B"
        );
        let of_b = reader.claim_patient(&id("B")).unwrap();
        assert_eq!(of_b.as_deref(), Some(of_moved.as_str()));
        let control =
            |control: &str| found(reader, &|filter| filter.control = Some(control.to_owned()));
        assert_eq!((control("B-7"), control("B")), ("B".into(), String::new()));
        assert_eq!(control("C"), "C");
        let payer_control = found(reader, &|filter| {
            filter.payer_control = Some("ICN7".to_owned());
        });
        assert_eq!(payer_control, "B");
        let row = reader.claim(&id("B")).unwrap().unwrap();
        assert_eq!((row.status.work, row.touched), (Work::Held, true));
    };
    let mut transaction = store.begin().unwrap();
    for event in [
        made_third,
        held("B"),
        revised,
        held("A"),
        learned,
        held("C"),
    ] {
        transaction.append(&stamp(1), &event).unwrap();
        transaction.claim(&id("NONE")).unwrap();
    }
    look(transaction.as_ref());
    transaction.commit().unwrap();
    look(read(store).as_ref());
}
