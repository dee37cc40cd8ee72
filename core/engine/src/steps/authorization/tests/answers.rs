//! What payers say, electronically and otherwise.

use super::*;

/// A request that has left, and what the payer makes of it.
fn answered(
    office: &mut Office,
    change: impl Fn(&mut AuthorizationRecord),
) -> AuthorizationResponse {
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    let request = office.ask("2026-03-02").remove(0);
    let mut record = office.only().authorization.into_record();
    change(&mut record);
    AuthorizationResponse::to(&request, &record)
}

fn decides(record: &mut AuthorizationRecord, outcome: ReviewOutcome, reasons: &[&str]) {
    record.status = outcome.status();
    if outcome.grants() {
        record.number = Some("AUTH9".parse().unwrap());
    }
    record.answer = Some(ReviewAnswer {
        outcome: Some(outcome),
        reasons: reasons.iter().map(|code| (*code).to_owned()).collect(),
        ..ReviewAnswer::default()
    });
}

#[test]
fn each_decision_of_a_payer_leaves_the_authorization_where_it_belongs_and_tells_who_must_know() {
    use AuthorizationStatus::{Approved, Asked, Cancelled, Denied};
    for (outcome, reasons, status, says) in [
        (ReviewOutcome::Certified, &[][..], Approved, None),
        (
            ReviewOutcome::Modified,
            &[],
            Approved,
            Some("2 of 4 units of G0151"),
        ),
        (
            ReviewOutcome::Partial,
            &["0V"],
            Approved,
            Some("(reason 0V)"),
        ),
        (
            ReviewOutcome::NotCertified,
            &["35"],
            Denied,
            Some("peer-to-peer"),
        ),
        (
            ReviewOutcome::Pended,
            &["0U"],
            Asked,
            Some("additional information needed"),
        ),
        (ReviewOutcome::Pended, &[], Asked, None),
        (
            ReviewOutcome::ContactPayer,
            &[],
            Asked,
            Some("wants a call"),
        ),
        (ReviewOutcome::NotRequired, &[], Cancelled, None),
        (
            ReviewOutcome::Cancelled,
            &[],
            Cancelled,
            Some("cancelled by the payer"),
        ),
    ] {
        let mut office = Office::new(WANTS_ALL);
        let response = answered(&mut office, |record| {
            decides(record, outcome, reasons);
            if outcome == ReviewOutcome::Modified {
                record.services[0].approved = Decimal::TWO;
            }
        });
        let remarks = office.hear("2026-03-04", response);
        assert!(remarks.is_empty(), "{remarks:?}");
        let held = office.all().remove(0);
        assert_eq!(held.authorization.status, status, "{outcome:?}");
        let reasons: Vec<String> = office
            .reasons()
            .into_iter()
            .filter(|reason| !reason.starts_with("the 2 units"))
            .collect();
        match says {
            Some(says) => assert!(
                reasons.len() == 1 && reasons[0].contains(says),
                "{reasons:?}"
            ),
            None => assert!(reasons.is_empty(), "{outcome:?}: {reasons:?}"),
        }
        // Whatever it was, the same is not asked again by itself.
        assert!(office.ask("2026-03-04").is_empty(), "{outcome:?}");
    }
}

#[test]
fn a_request_that_was_refused_unread_is_told_in_words_and_leaves_again_when_a_person_says_so() {
    let mut office = Office::new(WANTS_ALL);
    let response = answered(&mut office, |record| {
        record.answer = Some(ReviewAnswer {
            rejections: vec![EligibilityRejection {
                at: "2010C".to_owned(),
                reason: "72".to_owned(),
                action: FollowUpAction::Correct,
            }],
            ..ReviewAnswer::default()
        });
    });
    office.hear("2026-03-04", response);
    let reasons = office.reasons();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].contains("member number") && reasons[0].ends_with("mend it and ask again"));
    assert!(office.ask("2026-03-05").is_empty());
    let id = office.only().id;
    office.on("2026-03-05", |desk| ask_again(desk, &id).unwrap());
    assert!(office.work().is_empty());
    assert_eq!(office.ask("2026-03-05").len(), 1);
}

#[test]
fn an_answer_is_known_by_its_content_where_its_name_was_lost_and_else_set_aside() {
    let granted = |record: &mut AuthorizationRecord| decides(record, ReviewOutcome::Certified, &[]);
    let lose = |response: &mut AuthorizationResponse| {
        response.traces.clear();
        response.request.batch = Some("THEIRS".to_owned());
    };
    let mut office = Office::new(WANTS_ALL);
    let mut response = answered(&mut office, granted);
    lose(&mut response);
    office.hear("2026-03-04", response);
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Approved
    );

    let mut office = Office::new(WANTS_ALL);
    let mut response = answered(&mut office, granted);
    lose(&mut response);
    response.request.subscriber.member = Some("M9999".parse().unwrap());
    let remarks = office.hear("2026-03-04", response);
    assert_eq!(remarks.len(), 1);
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Asked
    );
    let reasons = office.reasons();
    assert!(
        reasons[0].contains("belongs to no request of ours"),
        "{reasons:?}"
    );
    assert!(reasons[0].contains("A1"));
}

#[test]
fn an_approval_without_a_number_is_for_a_person_who_records_it_by_hand() {
    let mut office = Office::new(WANTS_ALL);
    let response = answered(&mut office, |record| {
        decides(record, ReviewOutcome::Certified, &[]);
        record.number = None;
    });
    office.hear("2026-03-04", response);
    let held = office.only();
    assert_eq!(held.authorization.status, AuthorizationStatus::Asked);
    assert!(held.authorization.answer.is_some());
    assert!(
        office.reasons()[0].contains("no `number`"),
        "{:?}",
        office.reasons()
    );
    let heard = AuthorizationByHand {
        about: AuthorizationAbout::OnFile(held.id),
        way: AuthorizationWay::Phone,
        reference: Some("CALL-77".to_owned()),
        decision: DecisionByHand::Granted {
            number: "AUTH9".parse().unwrap(),
            from: day("2026-03-01"),
            to: day("2026-04-30"),
            services: Vec::new(),
        },
    };
    office.on("2026-03-05", |desk| record(desk, &heard).unwrap());
    let held = office.only().authorization;
    assert_eq!(held.status, AuthorizationStatus::Approved);
    assert_eq!(held.way, Some(AuthorizationWay::Phone));
    assert!(office.work().is_empty());
}

#[test]
fn what_cannot_be_recorded_is_refused_and_a_referral_is_on_file_for_claims() {
    let mut office = Office::new("");
    let about = |patient: &str, payer: Option<&str>| AuthorizationAbout::New {
        patient: patient.parse().unwrap(),
        payer: payer.map(str::to_owned),
        visit: None,
        kind: AuthorizationKind::Referral,
    };
    let heard = |about| AuthorizationByHand {
        about,
        way: AuthorizationWay::Fax,
        reference: None,
        decision: DecisionByHand::Granted {
            number: "R-1".parse().unwrap(),
            from: day("2026-03-01"),
            to: day("2026-06-30"),
            services: Vec::new(),
        },
    };
    for (about, expected) in [
        (about("P-8", None), AuthorizationCallError::UnknownPatient),
        (about("P-7", Some("old")), AuthorizationCallError::NoPayer),
        (
            AuthorizationAbout::OnFile("A9".parse().unwrap()),
            AuthorizationCallError::Unknown {
                id: "A9".parse().unwrap(),
            },
        ),
    ] {
        let heard = heard(about);
        let refused = office.on("2026-03-05", |desk| record(desk, &heard).unwrap_err());
        let EngineError::Authorization(refused) = refused else {
            panic!("{refused}");
        };
        assert_eq!(refused, expected);
    }
    let heard = heard(about("P-7", Some("summit")));
    let kept = office.on("2026-03-05", |desk| record(desk, &heard).unwrap());
    let payer = "SUMMIT".parse().unwrap();
    let reader = office.store.read().unwrap();
    let find = |kind, on: &str| -> Option<RecordId> {
        let charge = charged("G0299", on);
        let found = on_file::covering(reader.as_ref(), &office.config, &payer, kind, &charge);
        found.unwrap().map(|held| held.id)
    };
    assert_eq!(
        find(AuthorizationKind::Referral, "2026-04-01"),
        Some(kept.id)
    );
    assert_eq!(find(AuthorizationKind::Referral, "2026-07-01"), None);
    assert_eq!(
        find(AuthorizationKind::PriorAuthorization, "2026-04-01"),
        None
    );
}

/// A charge of one unit.
fn charged(procedure: &str, on: &str) -> Charge {
    Charge::new(ChargeRecord {
        id: "C-1".parse().unwrap(),
        encounter: "V-1".parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        provider: "1234567893".parse().unwrap(),
        place: "11".parse().unwrap(),
        procedure: procedure.parse().unwrap(),
        modifiers: Vec::new(),
        units: 1.into(),
        diagnoses: Vec::new(),
        amount: Money::from_cents(6_000),
        service: day(on),
        entered: day(on),
        billing: Billing::Unbilled,
    })
    .unwrap()
}
