//! Authorizations: what they cover, and that they are never overdrawn.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn code(text: &str) -> ProcedureCode {
    text.parse().unwrap()
}

/// Twelve visits shared by two codes, and four of a third.
fn granted() -> AuthorizationRecord {
    AuthorizationRecord {
        patient: "P-7".parse().unwrap(),
        payer: "60054".parse().unwrap(),
        kind: AuthorizationKind::PriorAuthorization,
        status: AuthorizationStatus::Approved,
        number: Some("A123456".parse().unwrap()),
        asked: Some(day("2026-02-20")),
        decided: Some(day("2026-02-24")),
        from: Some(day("2026-03-01")),
        to: Some(day("2026-05-31")),
        services: vec![
            AuthorizedService {
                procedures: vec![code("G0151"), code("G0157")],
                approved: Decimal::from(12),
                used: Decimal::ZERO,
            },
            AuthorizedService {
                procedures: vec![code("G0152")],
                approved: Decimal::from(4),
                used: Decimal::from(4),
            },
        ],
        way: None,
        visits: Vec::new(),
        uses: Vec::new(),
        answer: None,
    }
}

#[test]
fn an_authorization_has_the_payers_clock_until_it_is_decided_and_then_its_own() {
    let calendar = crate::BusinessCalendar::default();
    let due = |record: AuthorizationRecord| -> Vec<String> {
        let deadlines = Authorization::new(record)
            .unwrap()
            .deadlines(Urgency::Standard);
        deadlines
            .iter()
            .map(|deadline| deadline.due(&calendar).to_string())
            .collect()
    };
    assert_eq!(due(granted()), ["2026-05-31"]);
    let asked = AuthorizationRecord {
        status: AuthorizationStatus::Asked,
        number: None,
        decided: None,
        from: None,
        to: None,
        ..granted()
    };
    assert_eq!(due(asked), ["2026-02-27"]);
}

#[test]
fn two_codes_share_one_count_of_visits() {
    let mut authorization = Authorization::new(granted()).unwrap();
    let on = day("2026-03-09");
    authorization
        .use_units(&code("G0151"), on, Decimal::from(7))
        .unwrap();
    assert_eq!(authorization.left(&code("G0157")), Some(Decimal::from(5)));
    assert_eq!(
        authorization.use_units(&code("G0157"), on, Decimal::from(6)),
        Err(AuthorizationError::NotCovered(
            AuthorizationGap::UnitsShort {
                needed: Decimal::from(6),
                left: Decimal::from(5)
            }
        ))
    );
    authorization
        .give_back(&code("G0151"), Decimal::ONE)
        .unwrap();
    authorization
        .use_units(&code("G0157"), on, Decimal::from(6))
        .unwrap();
    assert_eq!(authorization.left(&code("G0151")), Some(Decimal::ZERO));
}

#[test]
fn every_reason_why_a_service_is_not_covered_is_told() {
    let one = Decimal::ONE;
    let record = granted();
    let gaps = |procedure, on| record.covers(&code(procedure), day(on), one);
    assert_eq!(gaps("G0151", "2026-05-31"), Ok(()));
    assert_eq!(
        gaps("G0152", "2026-06-02"),
        Err(vec![
            AuthorizationGap::TooLate(2),
            AuthorizationGap::UnitsShort {
                needed: one,
                left: Decimal::ZERO
            }
        ])
    );
    assert_eq!(
        gaps("G0299", "2026-02-28"),
        Err(vec![
            AuthorizationGap::TooEarly(1),
            AuthorizationGap::OtherProcedure
        ])
    );
    let refused = AuthorizationRecord {
        status: AuthorizationStatus::Denied,
        ..granted()
    };
    let gaps = refused.covers(&code("G0151"), day("2026-03-09"), one);
    assert_eq!(
        gaps.unwrap_err()
            .iter()
            .map(AuthorizationGap::carc)
            .collect::<Vec<_>>(),
        ["39"]
    );
}

#[test]
fn an_authorization_covers_its_first_and_last_day_and_then_expires() {
    let record = granted();
    for (on, covered) in [
        ("2026-02-28", false),
        ("2026-03-01", true),
        ("2026-05-31", true),
        ("2026-06-01", false),
    ] {
        let answer = record.covers(&code("G0151"), day(on), Decimal::ONE);
        assert_eq!(answer.is_ok(), covered, "{on}");
    }
    assert!(!record.is_expired(day("2026-05-31")));
    assert!(record.is_expired(day("2026-06-01")));
}

#[test]
fn an_approval_without_number_or_days_is_no_approval() {
    for (field, change) in [
        (
            "number",
            (|a| a.number = None) as fn(&mut AuthorizationRecord),
        ),
        ("from", |a| a.from = None),
        ("to", |a| a.to = None),
        ("services", |a| a.services.clear()),
    ] {
        let mut record = granted();
        change(&mut record);
        assert_eq!(
            Authorization::new(record.clone()),
            Err(AuthorizationError::Missing { field })
        );
        record.status = AuthorizationStatus::Asked;
        assert!(Authorization::new(record).is_ok(), "{field}");
    }
}

#[test]
fn every_outcome_of_a_review_is_read_as_it_is_written() {
    for outcome in ReviewOutcome::ALL {
        assert_eq!(ReviewOutcome::from_x12(outcome.as_x12()), Some(outcome));
        let approved = outcome.status() == AuthorizationStatus::Approved;
        assert_eq!(approved, outcome.grants(), "{outcome:?}");
    }
    assert_eq!(ReviewOutcome::from_x12("A5"), None);
}

#[test]
fn counts_that_cannot_be_are_refused_with_their_place() {
    let refused = |change: fn(&mut AuthorizationRecord)| {
        let mut record = granted();
        change(&mut record);
        Authorization::new(record).unwrap_err()
    };
    assert!(matches!(
        refused(|a| a.services[1].used = Decimal::from(5)),
        AuthorizationError::Units { service: 2, .. }
    ));
    assert!(matches!(
        refused(|a| a.services[0].approved = Decimal::ZERO),
        AuthorizationError::Units { service: 1, .. }
    ));
    assert_eq!(
        refused(|a| a.services[1].procedures = a.services[0].procedures.clone()),
        AuthorizationError::Repeated { service: 2 }
    );
    assert_eq!(
        refused(|a| a.services[0].procedures.clear()),
        AuthorizationError::NoProcedure { service: 1 }
    );
    assert_eq!(
        refused(|a| a.to = a.asked),
        AuthorizationError::Order {
            earlier: "from",
            later: "to"
        }
    );
}

#[test]
fn a_claim_that_is_counted_twice_is_counted_once_and_one_too_many_waits_its_turn() {
    let mut authorization = Authorization::new(granted()).unwrap();
    let uses = |units: i64| [(code("G0151"), Decimal::from(units))];
    let claim = |id: &str| -> crate::ClaimId { id.parse().unwrap() };
    let (first, second) = (claim("K-1"), claim("K-2"));
    for _ in 0..2 {
        assert_eq!(authorization.count(&first, &uses(8)), Decimal::ZERO);
    }
    assert_eq!(authorization.left(&code("G0157")), Some(Decimal::from(4)));
    // Three units more than are left: they are not lost when the first goes.
    assert_eq!(authorization.count(&second, &uses(7)), Decimal::from(3));
    assert_eq!(authorization.left(&code("G0151")), Some(Decimal::ZERO));
    authorization.count(&first, &[]);
    assert_eq!(authorization.left(&code("G0151")), Some(Decimal::from(5)));
    authorization.count(&second, &[]);
    assert_eq!(authorization, Authorization::new(granted()).unwrap());
    // Another procedure, and one without units, use nothing.
    let nothing = [
        (code("G0299"), Decimal::ONE),
        (code("G0151"), Decimal::ZERO),
    ];
    assert_eq!(authorization.count(&first, &nothing), Decimal::ZERO);
    assert!(authorization.uses.is_empty());
}

#[test]
fn a_use_of_what_was_not_granted_is_refused_with_its_place() {
    let mut record = granted();
    record.uses.push(AuthorizationUse {
        claim: "K-1".parse().unwrap(),
        procedure: code("G0152"),
        units: Decimal::from(4),
        counted: Decimal::from(4),
    });
    assert!(Authorization::new(record.clone()).is_ok());
    for change in [
        (|of| of.procedure = code("G0299")) as fn(&mut AuthorizationUse),
        |of| of.units = Decimal::ZERO,
        |of| of.units = Decimal::from(3),
        |of| of.procedure = code("G0151"),
    ] {
        let mut wrong = record.clone();
        change(&mut wrong.uses[0]);
        assert_eq!(
            Authorization::new(wrong),
            Err(AuthorizationError::Use { number: 1 })
        );
    }
}

#[test]
fn a_referral_without_services_is_for_whatever_the_specialist_does() {
    let mut record = granted();
    record.services.clear();
    record.kind = AuthorizationKind::Referral;
    let referral = Authorization::new(record).unwrap();
    let covers = |on| referral.covers(&code("G0299"), day(on), Decimal::ONE);
    assert_eq!(covers("2026-03-09"), Ok(()));
    assert_eq!(
        covers("2026-06-01"),
        Err(vec![AuthorizationGap::TooLate(1)])
    );
}

#[test]
fn an_authorization_reads_back_as_written_and_not_overdrawn() {
    let authorization = Authorization::new(granted()).unwrap();
    let json = serde_json::to_string(&authorization).unwrap();
    assert_eq!(
        serde_json::from_str::<Authorization>(&json).unwrap(),
        authorization
    );
    let wrong = json.replace("\"used\":\"4\"", "\"used\":\"5\"");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<Authorization>(&wrong).is_err());
}

proptest! {
    /// Against the plain sum of the units of the claims that are out.
    #[test]
    fn what_is_used_is_what_the_claims_that_are_out_come_to_and_never_more_than_granted(
        steps in prop::collection::vec((0..4usize, 0..9_000i64, any::<bool>()), 0..40)
    ) {
        let mut authorization = Authorization::new(granted()).unwrap();
        let mut out = [0i64; 4];
        for (claim, thousandths, shared) in steps {
            let id: crate::ClaimId = format!("K-{claim}").parse().unwrap();
            let procedure = code(if shared { "G0157" } else { "G0151" });
            let over = authorization.count(&id, &[(procedure, Decimal::new(thousandths, 3))]);
            out[claim] = thousandths;
            let sum: i64 = out.iter().sum();
            let used = authorization.services[0].used;
            prop_assert_eq!(used, Decimal::new(sum.min(12_000), 3));
            // The claim that came last stands behind the others.
            let expected = (sum - 12_000).clamp(0, thousandths);
            prop_assert_eq!(over, Decimal::new(expected, 3));
            prop_assert_eq!(Authorization::new(authorization.clone().into_record()), Ok(authorization.clone()));
        }
    }

    /// Against a plain count kept beside it.
    #[test]
    fn no_order_of_uses_and_returns_overdraws_an_authorization(
        steps in prop::collection::vec((any::<bool>(), -2_000..20_000i64), 0..60)
    ) {
        let mut authorization = Authorization::new(granted()).unwrap();
        let mut left = 12_000;
        for (uses, thousandths) in steps {
            let units = Decimal::new(thousandths, 3);
            let before = authorization.clone();
            let (went, fits, after) = if uses {
                let went = authorization.use_units(&code("G0157"), day("2026-03-09"), units);
                (went, thousandths <= left, left - thousandths)
            } else {
                let went = authorization.give_back(&code("G0151"), units);
                (went, thousandths <= 12_000 - left, left + thousandths)
            };
            prop_assert_eq!(went.is_ok(), thousandths > 0 && fits);
            match went {
                Ok(()) => left = after,
                Err(_) => prop_assert_eq!(&before, &authorization),
            }
            prop_assert_eq!(authorization.left(&code("G0151")), Some(Decimal::new(left, 3)));
            prop_assert_eq!(Authorization::new(authorization.clone().into_record()), Ok(authorization.clone()));
        }
    }
}
