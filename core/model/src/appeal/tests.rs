//! Appeals through their levels.

use super::*;
use crate::{DeadlineBasis, DeadlineKind, Length, Roll};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A Medicare redetermination: 120 days, counted from receipt of the notice.
fn draft() -> AppealRecord {
    AppealRecord {
        claim: "K-1".parse().unwrap(),
        level: 1,
        amount: Money::from_cents(48_000),
        cause: None,
        deadline: Some(Deadline {
            kind: DeadlineKind::Appeal { level: 1 },
            basis: day("2026-03-02"),
            basis_of: DeadlineBasis::Decision,
            length: Length::CalendarDays(120),
            roll: Roll::None,
            proof: None,
        }),
        drafted: day("2026-03-10"),
        filed: None,
        filing: None,
        withdrawn: None,
        decision: None,
        evidence: vec![Evidence {
            kind: EvidenceKind::Letter,
            reference: "D-31".into(),
        }],
    }
}

fn decided(outcome: AppealOutcome, granted: i64) -> Result<AppealCase, AppealError> {
    AppealCase::new(AppealRecord {
        filed: Some(day("2026-03-12")),
        decision: Some(AppealDecision {
            on: day("2026-05-01"),
            outcome,
            granted: Money::from_cents(granted),
        }),
        ..draft()
    })
}

#[test]
fn an_appeal_goes_from_draft_to_decision() {
    let calendar = BusinessCalendar::default();
    let today = day("2026-03-15");
    assert_eq!(draft().status(today, &calendar), Appeal::Drafted);
    let filed = AppealRecord {
        filed: Some(day("2026-06-30")),
        ..draft()
    };
    assert_eq!(filed.status(today, &calendar), Appeal::Filed);
    assert_eq!(filed.is_timely(&calendar), Some(true));
    for (outcome, granted, status) in [
        (AppealOutcome::Upheld, 0, Appeal::Upheld),
        (AppealOutcome::Dismissed, 0, Appeal::Upheld),
        (AppealOutcome::Overturned, 48_000, Appeal::Overturned),
        (
            AppealOutcome::PartiallyOverturned,
            1,
            Appeal::PartiallyOverturned,
        ),
    ] {
        let case = decided(outcome, granted).unwrap();
        assert_eq!(case.status(today, &calendar), status);
    }
}

#[test]
fn a_draft_expires_with_its_time_to_file_and_a_late_filing_is_told() {
    let calendar = BusinessCalendar::default();
    // 120 days from 2 March 2026 is 30 June.
    assert_eq!(
        draft().status(day("2026-06-30"), &calendar),
        Appeal::Drafted
    );
    assert_eq!(
        draft().status(day("2026-07-01"), &calendar),
        Appeal::Expired
    );
    let late = AppealRecord {
        filed: Some(day("2026-07-01")),
        ..draft()
    };
    assert_eq!(late.is_timely(&calendar), Some(false));
}

#[test]
fn what_was_not_granted_goes_to_the_next_level() {
    let first = decided(AppealOutcome::PartiallyOverturned, 18_000).unwrap();
    let second = first.next_level(day("2026-05-04"), None).unwrap();
    assert_eq!(
        (second.level, second.amount),
        (2, Money::from_cents(30_000))
    );
    assert_eq!(second.evidence, first.evidence);
    assert!(matches!(
        second.next_level(day("2026-05-05"), None),
        Err(AppealError::NoNextLevel("the payer has not decided"))
    ));
    let won = decided(AppealOutcome::Overturned, 48_000).unwrap();
    assert!(matches!(
        won.next_level(day("2026-05-04"), None),
        Err(AppealError::NoNextLevel("all of it was granted"))
    ));
    assert!(matches!(
        first.next_level(day("2026-04-30"), None),
        Err(AppealError::Order { .. })
    ));
    let last = AppealCase::new(AppealRecord {
        level: u8::MAX,
        ..first.clone().into_record()
    });
    assert!(matches!(
        last.unwrap().next_level(day("2026-05-04"), None),
        Err(AppealError::NoNextLevel("there are no more levels"))
    ));
}

#[test]
fn what_is_granted_fits_what_was_decided() {
    for (outcome, granted) in [
        (AppealOutcome::Upheld, 1),
        (AppealOutcome::Dismissed, 48_000),
        (AppealOutcome::Overturned, 47_999),
        (AppealOutcome::Overturned, 48_001),
        (AppealOutcome::PartiallyOverturned, 0),
        (AppealOutcome::PartiallyOverturned, 48_000),
        (AppealOutcome::PartiallyOverturned, -1),
    ] {
        let refused = decided(outcome, granted);
        assert!(
            matches!(refused, Err(AppealError::Granted { .. })),
            "{outcome:?} {granted}"
        );
    }
}

#[test]
fn an_appeal_out_of_order_is_refused() {
    let refused = |change: fn(&mut AppealRecord)| {
        let mut record = decided(AppealOutcome::Upheld, 0).unwrap().into_record();
        change(&mut record);
        AppealCase::new(record).unwrap_err()
    };
    assert_eq!(refused(|a| a.level = 0), AppealError::Level);
    assert_eq!(
        refused(|a| a.amount = Money::ZERO),
        AppealError::Amount(Money::ZERO)
    );
    assert_eq!(refused(|a| a.filed = None), AppealError::NotFiled);
    assert_eq!(refused(|a| a.evidence.clear()), AppealError::NoEvidence);
    assert_eq!(
        refused(|a| a.evidence[0].reference.clear()),
        AppealError::NoReference { document: 1 }
    );
    assert_eq!(
        refused(|a| a.drafted = a.filed.unwrap().succ_opt().unwrap()),
        AppealError::Order {
            earlier: "drafted",
            later: "filed"
        }
    );
    assert_eq!(
        refused(|a| a.filed = Some(day("2026-05-02"))),
        AppealError::Order {
            earlier: "filed",
            later: "decision"
        }
    );
}

#[test]
fn an_appeal_reads_back_as_written_and_not_with_more_granted_than_asked() {
    let case = decided(AppealOutcome::PartiallyOverturned, 18_000).unwrap();
    let json = serde_json::to_string(&case).unwrap();
    assert_eq!(serde_json::from_str::<AppealCase>(&json).unwrap(), case);
    let wrong = json.replace("\"180.00\"", "\"480.01\"");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<AppealCase>(&wrong).is_err());
}

#[test]
fn a_draft_is_withdrawn_and_what_the_payer_has_is_not() {
    let calendar = BusinessCalendar::default();
    let given_up = AppealRecord {
        withdrawn: Some(day("2026-03-11")),
        ..draft()
    };
    let given_up = AppealCase::new(given_up).unwrap();
    // Whatever the time to file: nobody means to.
    assert_eq!(given_up.status(day("2027-01-01"), &calendar), Appeal::None);
    let too_soon = AppealRecord {
        withdrawn: Some(day("2026-03-09")),
        ..draft()
    };
    assert!(matches!(
        AppealCase::new(too_soon),
        Err(AppealError::Order { .. })
    ));
    let filed = AppealRecord {
        filed: Some(day("2026-03-12")),
        ..given_up.into_record()
    };
    assert_eq!(AppealCase::new(filed), Err(AppealError::Withdrawn));
}

#[test]
fn every_name_of_a_document_leads_to_its_kind() {
    for kind in EvidenceKind::ALL {
        assert_eq!(EvidenceKind::from_name(kind.as_str()), Some(kind));
    }
    assert_eq!(EvidenceKind::from_name("gossip"), None);
}
