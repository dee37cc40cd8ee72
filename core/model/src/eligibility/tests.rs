//! Answers as payers give them: by service type, for the plan, and refused.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::*;
use crate::{CoverageOrder, Name};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn of(text: &str) -> ServiceType {
    text.parse().unwrap()
}

fn benefit(kind: BenefitKind, types: &[&str]) -> Benefit {
    Benefit {
        service_types: types.iter().map(|text| of(text)).collect(),
        ..Benefit::of(kind)
    }
}

fn deductible(period: BenefitPeriod, level: BenefitLevel, cents: i64) -> Benefit {
    Benefit {
        level,
        period,
        network: BenefitNetwork::In,
        amount: Some(Money::from_cents(cents)),
        ..benefit(BenefitKind::Deductible, &["30"])
    }
}

/// A plan with physician visits (98) by copayment, no chiropractic (33), and
/// imaging (4) by percent and with an authorization.
fn answered() -> EligibilityRecord {
    let mut visit = benefit(BenefitKind::CoPayment, &["98"]);
    visit.period = BenefitPeriod::Visit;
    visit.network = BenefitNetwork::In;
    visit.amount = Some(Money::from_cents(3_000));
    let mut imaging = benefit(BenefitKind::CoInsurance, &["4", "62"]);
    imaging.share = Some(Decimal::new(2, 1));
    imaging.authorization = Some(true);
    EligibilityRecord {
        patient: "P-7".parse().unwrap(),
        payer: "60054".parse().unwrap(),
        member: None,
        person: None,
        asked: day("2026-02-26"),
        service: day("2026-03-02"),
        plan_from: Some(day("2026-01-01")),
        plan_to: Some(day("2026-12-31")),
        benefits: vec![
            benefit(BenefitKind::Active, &["30", "98"]),
            benefit(BenefitKind::NonCovered, &["33"]),
            visit,
            imaging,
            deductible(BenefitPeriod::Year, BenefitLevel::Individual, 150_000),
            deductible(BenefitPeriod::Remaining, BenefitLevel::Individual, 42_017),
            deductible(BenefitPeriod::Remaining, BenefitLevel::Family, 120_000),
        ],
        other_payers: Vec::new(),
        rejections: Vec::new(),
        carried: Vec::new(),
    }
}

#[test]
fn a_service_type_goes_before_the_plan_as_a_whole() {
    let answer = EligibilityAnswer::new(answered()).unwrap();
    let on = day("2026-03-02");
    assert_eq!(answer.coverage(&of("98"), on), CoverageAnswer::Active);
    assert_eq!(answer.coverage(&of("33"), on), CoverageAnswer::NonCovered);
    // Nothing is said of laboratory, so the plan's answer holds.
    assert_eq!(answer.coverage(&of("5"), on), CoverageAnswer::Active);
}

#[test]
fn cover_begins_and_ends_with_the_plans_own_days() {
    let answer = answered();
    for (on, cover) in [
        ("2025-12-31", CoverageAnswer::Inactive),
        ("2026-01-01", CoverageAnswer::Active),
        ("2026-12-31", CoverageAnswer::Active),
        ("2027-01-01", CoverageAnswer::Inactive),
    ] {
        assert_eq!(answer.coverage(&of("98"), day(on)), cover, "{on}");
    }
}

#[test]
fn cover_that_has_ended_for_a_service_is_not_active_though_the_plan_goes_on() {
    let mut answer = answered();
    let mut ended = benefit(BenefitKind::Active, &["A6"]);
    ended.to = Some(day("2026-02-28"));
    answer.benefits.push(ended);
    for (on, cover) in [
        ("2026-02-28", CoverageAnswer::Active),
        ("2026-03-01", CoverageAnswer::Inactive),
    ] {
        assert_eq!(answer.coverage(&of("A6"), day(on)), cover, "{on}");
    }
}

#[test]
fn another_payer_alone_is_an_answer_and_no_refusal() {
    let answer = EligibilityAnswer::new(EligibilityRecord {
        benefits: Vec::new(),
        other_payers: vec![OtherPayer::named(Name::organization("SAMPLE HMO"))],
        ..answered()
    })
    .unwrap();
    let on = day("2026-03-02");
    assert_eq!(answer.coverage(&of("30"), on), CoverageAnswer::Unclear);
}

#[test]
fn a_plan_behind_a_card_is_told_from_a_payer_before_it() {
    let other = |kind, insurance_type: Option<&str>| OtherPayer {
        kind,
        insurance_type: insurance_type.map(str::to_owned),
        ..OtherPayer::named(Name::organization("SAMPLE PLAN"))
    };
    let managed = other(OtherPayerKind::ManagedCare, None);
    let advantage = other(OtherPayerKind::Payer, Some("HN"));
    let working_aged = other(OtherPayerKind::Payer, Some("12"));
    let past = other(OtherPayerKind::Prior, Some("HN"));
    assert!(managed.manages_care() && advantage.manages_care());
    assert!(!working_aged.manages_care() && !past.manages_care());
    assert_eq!(working_aged.medicare_secondary(), Some("12"));
    assert_eq!(advantage.medicare_secondary(), None);
}

#[test]
fn an_answer_that_says_both_or_neither_is_for_a_person() {
    let on = day("2026-03-02");
    let mut both = answered();
    both.benefits.push(benefit(BenefitKind::Inactive, &["98"]));
    both.benefits[0] = benefit(BenefitKind::Active, &["98"]);
    assert_eq!(both.coverage(&of("98"), on), CoverageAnswer::Unclear);
    let mut neither = answered();
    neither.benefits.remove(0);
    assert_eq!(neither.coverage(&of("98"), on), CoverageAnswer::Unclear);
}

#[test]
fn what_the_patient_pays_is_found_by_person_time_and_network() {
    let answer = answered();
    let copay = BenefitQuery {
        kind: BenefitKind::CoPayment,
        service_type: &of("98"),
        level: BenefitLevel::Unstated,
        period: BenefitPeriod::Visit,
        network: BenefitNetwork::In,
    };
    assert_eq!(answer.amount(copay), Some(Money::from_cents(3_000)));
    let out = BenefitQuery {
        network: BenefitNetwork::Out,
        ..copay
    };
    assert_eq!(answer.amount(out), None);
    assert_eq!(
        answer.remaining(BenefitKind::Deductible, &of("98")),
        Some(Money::from_cents(42_017))
    );
    let share = BenefitQuery {
        kind: BenefitKind::CoInsurance,
        service_type: &of("4"),
        period: BenefitPeriod::Unstated,
        ..copay
    };
    let found = answer.benefits_for(share);
    assert_eq!(found[0].share, Some(Decimal::new(20, 2)));
    assert_eq!(answer.wants_authorization(&of("62")), Some(true));
    assert_eq!(answer.wants_authorization(&of("98")), None);
}

#[test]
fn of_two_amounts_that_differ_none_is_chosen() {
    let mut answer = answered();
    let other = deductible(BenefitPeriod::Remaining, BenefitLevel::Individual, 1);
    answer.benefits.push(other);
    assert_eq!(answer.remaining(BenefitKind::Deductible, &of("98")), None);
}

#[test]
fn an_answer_ages_until_the_service_and_with_the_month() {
    let answer = answered();
    for (service, today, stale) in [
        // Asked in February, still February.
        ("2026-03-02", "2026-02-28", false),
        // March has begun.
        ("2026-03-02", "2026-03-01", true),
        ("2026-02-27", "2026-04-01", false),
        // The service was before the asking.
        ("2026-02-20", "2026-06-01", false),
    ] {
        assert_eq!(
            answer.is_stale(day(service), day(today), 7),
            stale,
            "{service} {today}"
        );
    }
    let asked = EligibilityRecord {
        asked: day("2026-03-01"),
        ..answered()
    };
    assert!(!asked.is_stale(day("2026-03-08"), day("2026-03-08"), 7));
    assert!(asked.is_stale(day("2026-03-09"), day("2026-03-09"), 7));
}

#[test]
fn a_refused_inquiry_tells_nothing_but_what_to_do() {
    let refused = EligibilityAnswer::new(EligibilityRecord {
        plan_from: None,
        plan_to: None,
        benefits: Vec::new(),
        rejections: vec![EligibilityRejection {
            at: "2100C".into(),
            reason: "72".into(),
            action: FollowUpAction::from_x12("C"),
        }],
        ..answered()
    })
    .unwrap();
    assert_eq!(
        refused.coverage(&of("30"), day("2026-03-02")),
        CoverageAnswer::Rejected
    );
    assert_eq!(refused.rejections[0].action, FollowUpAction::Correct);
}

#[test]
fn what_cannot_be_an_answer_is_refused_with_its_place() {
    let refused = |change: fn(&mut EligibilityRecord)| {
        let mut record = answered();
        change(&mut record);
        EligibilityAnswer::new(record).unwrap_err()
    };
    assert_eq!(refused(|a| a.benefits.clear()), EligibilityError::Empty);
    assert_eq!(
        refused(|a| a.plan_to = Some(day("2025-12-31"))),
        EligibilityError::PlanDates
    );
    assert_eq!(
        refused(|a| {
            a.benefits[1].from = Some(day("2026-03-02"));
            a.benefits[1].to = Some(day("2026-03-01"));
        }),
        EligibilityError::Days {
            what: "benefit",
            number: 2
        }
    );
    assert_eq!(
        refused(|a| a.other_payers.push(OtherPayer {
            kind: OtherPayerKind::ManagedCare,
            order: Some(CoverageOrder::Primary),
            ..OtherPayer::default()
        })),
        EligibilityError::NotInOrder { number: 1 }
    );
    assert_eq!(
        refused(|a| a.benefits[2].amount = Some(Money::from_cents(-1))),
        EligibilityError::Amount { benefit: 3 }
    );
    assert_eq!(
        refused(|a| a.benefits[3].share = Some(Decimal::from(20))),
        EligibilityError::Share { benefit: 4 }
    );
}

#[test]
fn an_answer_reads_back_as_written_and_not_with_a_wrong_share() {
    let answer = EligibilityAnswer::new(answered()).unwrap();
    let json = serde_json::to_string(&answer).unwrap();
    assert_eq!(
        serde_json::from_str::<EligibilityAnswer>(&json).unwrap(),
        answer
    );
    let wrong = json.replace("\"share\":\"0.2\"", "\"share\":\"20\"");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<EligibilityAnswer>(&wrong).is_err());
}

fn inquiry() -> EligibilityInquiry {
    EligibilityInquiry::new(InquiryRecord {
        id: "E-1".parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        payer: "60054".parse().unwrap(),
        encounter: Some("V-100".parse().unwrap()),
        member: None,
        asked: day("2026-02-26"),
        stage: AskStage::Asked,
        occasion: None,
        reason: None,
        service: day("2026-03-02"),
        service_types: vec![of("30")],
        answered: None,
        answer: None,
    })
    .unwrap()
}

#[test]
fn an_inquiry_takes_the_answer_to_it_and_no_other() {
    let mut asked = inquiry();
    assert_eq!(asked.state(), "asked");
    let answer = EligibilityAnswer::new(answered()).unwrap();
    let early = asked.take(answer.clone(), day("2026-02-25"));
    assert_eq!(early, Err(EligibilityError::AnsweredEarly));
    let of_another = EligibilityRecord {
        patient: "P-8".parse().unwrap(),
        ..answered()
    };
    let of_another = EligibilityAnswer::new(of_another).unwrap();
    assert_eq!(
        asked.take(of_another, day("2026-02-26")),
        Err(EligibilityError::Disagrees { field: "patient" })
    );
    assert_eq!(asked, inquiry());
    asked.take(answer, day("2026-02-26")).unwrap();
    assert_eq!(asked.state(), "answered");
    let half = InquiryRecord {
        answered: None,
        ..asked.clone().into_record()
    };
    assert_eq!(
        EligibilityInquiry::new(half),
        Err(EligibilityError::HalfAnswered)
    );
    let json = serde_json::to_string(&asked).unwrap();
    let read: EligibilityInquiry = serde_json::from_str(&json).unwrap();
    assert_eq!(read, asked);
}

#[test]
fn a_question_that_has_not_left_takes_no_answer_and_one_that_is_answered_does_not_leave() {
    let mut wanted = EligibilityInquiry::new(InquiryRecord {
        asked: day("2026-02-20"),
        stage: AskStage::Wanted,
        ..inquiry().into_record()
    })
    .unwrap();
    assert_eq!(wanted.state(), "wanted");
    let answer = EligibilityAnswer::new(answered()).unwrap();
    let early = wanted.take(answer.clone(), day("2026-02-26"));
    assert_eq!(early, Err(EligibilityError::NotAsked));

    wanted.leave(day("2026-02-26")).unwrap();
    assert_eq!(wanted, inquiry());
    wanted.take(answer, day("2026-02-26")).unwrap();
    assert_eq!(
        wanted.leave(day("2026-02-27")),
        Err(EligibilityError::Answered)
    );
    assert_eq!(wanted.state(), "answered");
}

#[test]
fn a_question_without_its_person_says_what_it_said_of_cover() {
    let mut told = inquiry().into_record();
    told.member = "M-SECRET".parse().ok();
    let mut other = OtherPayer::named(Name::organization("OTHER PLAN"));
    other.member = "M-SECRET".parse().ok();
    let answer = EligibilityRecord {
        member: "M-SECRET".parse().ok(),
        person: Some(Person {
            name: Name::person("SECRET", "ADA"),
            ..Person::default()
        }),
        other_payers: vec![other],
        carried: vec![Carried {
            at: "2100C".to_owned(),
            segments: vec!["N3*1 SECRET ST".to_owned()],
        }],
        ..answered()
    };
    told.payer = answer.payer.clone();
    told.patient = answer.patient.clone();
    (told.stage, told.asked) = (AskStage::Asked, answer.asked);
    told.answered = Some(answer.asked);
    told.answer = EligibilityAnswer::new(answer).ok();
    let shown = told.without_person();
    assert_eq!(shown.state(), "answered");
    assert_eq!(
        shown.answer.as_ref().unwrap().benefits,
        told.answer.as_ref().unwrap().benefits
    );
    let written = serde_json::to_string(&shown).unwrap();
    assert!(!written.contains("SECRET"), "{written}");
    assert!(written.contains("OTHER PLAN"));
}
