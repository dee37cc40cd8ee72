//! Every kind of record: named, placed, and read back as written.

use super::*;
use crate::charge::tests::entry;
use crate::encounter::tests::{day, visit};
use crate::estimate::tests::estimate;
use crate::{
    AccountClaim, AccountRecord, AppealDecision, AppealRecord, AskStage, AuthorizationKind,
    AuthorizationRecord, Consent, EligibilityInquiry, EncounterStatus, Evidence, EvidenceKind,
    InquiryRecord, Money, MspAnswers, Name, PatientRecord, Person, PlanPayment, PlanTerms,
    StatementAmounts, StatementLine,
};

fn patient() -> Patient {
    Patient::new(PatientRecord {
        key: "P-7".parse().unwrap(),
        registered: day("2026-01-05"),
        person: Person {
            name: Name::person("WREN", "ADA"),
            ..Person::default()
        },
        phone: None,
        email: None,
        guarantor: None,
        coverages: Vec::new(),
        msp: MspAnswers::default(),
        provider: None,
        site: None,
        consent: Consent::default(),
    })
    .unwrap()
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
        service_types: Vec::new(),
        answered: None,
        answer: None,
    })
    .unwrap()
}

fn authorization(status: AuthorizationStatus) -> Record {
    let approved = status == AuthorizationStatus::Approved;
    Record::Authorization {
        id: "A-1".parse().unwrap(),
        encounter: None,
        urgency: Urgency::Standard,
        authorization: Box::new(
            Authorization::new(AuthorizationRecord {
                patient: "P-7".parse().unwrap(),
                payer: "60054".parse().unwrap(),
                kind: AuthorizationKind::PriorAuthorization,
                status,
                number: approved.then(|| "A123456".parse().unwrap()),
                asked: Some(day("2026-02-20")),
                decided: None,
                from: Some(day("2026-03-01")),
                to: Some(day("2026-05-31")),
                services: vec![crate::AuthorizedService {
                    procedures: vec!["G0151".parse().unwrap()],
                    approved: 12.into(),
                    used: 0.into(),
                }],
                way: None,
                visits: Vec::new(),
                uses: Vec::new(),
                answer: None,
            })
            .unwrap(),
        ),
    }
}

fn account(cents: i64) -> PatientAccount {
    PatientAccount::new(AccountRecord {
        number: "AC-1".parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        claims: vec![AccountClaim {
            claim: "K-1".parse().unwrap(),
            balance: Money::from_cents(cents),
        }],
        unapplied: Money::ZERO,
        holds: Vec::new(),
        dealings: crate::Dealings::default(),
    })
    .unwrap()
}

fn statement() -> Statement {
    let amounts = StatementAmounts {
        charge: Money::from_cents(5_000),
        owed: Money::from_cents(5_000),
        ..StatementAmounts::default()
    };
    Statement::of(
        "S-1".parse().unwrap(),
        "AC-1".parse().unwrap(),
        day("2026-04-01"),
        day("2026-05-01"),
        vec![StatementLine {
            claim: "K-1".parse().unwrap(),
            service: day("2026-03-02"),
            words: "Office visit".to_owned(),
            amounts,
        }],
    )
    .unwrap()
}

fn plan() -> PaymentPlan {
    let terms = PlanTerms { grace: 5, cure: 15 };
    let balance = Money::from_cents(5_000);
    let (agreed, first) = (day("2026-04-10"), day("2026-05-01"));
    PaymentPlan::monthly("AC-1".parse().unwrap(), agreed, balance, first, 2, terms).unwrap()
}

fn appeal(decision: Option<AppealDecision>) -> Record {
    Record::Appeal {
        id: "AP-1".parse().unwrap(),
        appeal: Box::new(
            AppealCase::new(AppealRecord {
                claim: "K-1".parse().unwrap(),
                level: 1,
                amount: Money::from_cents(4_000),
                cause: None,
                deadline: None,
                drafted: day("2026-04-02"),
                filed: decision.map(|_| day("2026-04-03")),
                filing: None,
                withdrawn: None,
                decision,
                evidence: vec![Evidence {
                    kind: EvidenceKind::Letter,
                    reference: "letters/1".to_owned(),
                }],
            })
            .unwrap(),
        ),
    }
}

fn one_of_each() -> Vec<Record> {
    vec![
        patient().into(),
        visit().into(),
        inquiry().into(),
        authorization(AuthorizationStatus::Approved),
        Estimate::new(estimate()).unwrap().into(),
        Charge::new(entry()).unwrap().into(),
        crate::status_inquiry::tests::inquiry().into(),
        account(5_000).into(),
        statement().into(),
        Record::Plan {
            id: "PL-1".parse().unwrap(),
            plan: Box::new(plan()),
        },
        appeal(None),
    ]
}

#[test]
fn every_kind_of_record_reads_back_as_written_under_its_own_name() {
    let records = one_of_each();
    let kinds: Vec<RecordKind> = records.iter().map(Record::kind).collect();
    assert_eq!(kinds, RecordKind::ALL);
    for record in records {
        let json = serde_json::to_string(&record).unwrap();
        assert!(
            json.starts_with(&format!("{{\"{}\":", record.kind())),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
        let key = record.key();
        assert_eq!(key.kind, record.kind());
        assert_eq!(record.kind().as_str().parse(), Ok(record.kind()));
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<RecordKey>(&json).unwrap(), key);
    }
    assert!("claim".parse::<RecordKind>().is_err());
}

#[test]
fn a_record_that_is_not_sound_is_not_read() {
    let json = serde_json::to_string(&one_of_each()[5]).unwrap();
    let wrong = json.replace("\"42.50\"", "\"-42.50\"");
    assert_ne!(wrong, json);
    assert!(serde_json::from_str::<Record>(&wrong).is_err());
}

#[test]
fn a_record_says_whose_it_is_what_it_belongs_to_and_when() {
    let told: Vec<String> = one_of_each()
        .iter()
        .map(|record| {
            let parent = match record.parent() {
                None => "-".to_owned(),
                Some(RecordParent::Record(key)) => key.to_string(),
                Some(RecordParent::Claim(claim)) => format!("claim {claim}"),
            };
            let patient = record.patient().map_or("-", PatientKey::as_str);
            let day = record.day().map_or("-".to_owned(), |day| day.to_string());
            format!(
                "{} | {patient} | {parent} | {} | {day}",
                record.key(),
                record.state()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "patient | P-7 | - | active | 2026-01-05",
            "encounter V-100 | P-7 | - | scheduled | 2026-03-02",
            "eligibility E-1 | P-7 | encounter V-100 | asked | 2026-02-26",
            "authorization A-1 | P-7 | - | approved | 2026-05-31",
            "estimate ES-1 | P-7 | encounter V-100 | due | 2026-02-20",
            "charge C-1 | P-7 | encounter V-100 | unbilled | 2026-03-02",
            "claim_status Q-1 | - | claim K-1 | asked | 2026-04-20",
            "account AC-1 | P-7 | - | owing | -",
            "statement S-1 | - | account AC-1 | issued | 2026-04-01",
            "plan PL-1 | - | account AC-1 | open | 2026-04-10",
            "appeal AP-1 | - | claim K-1 | drafted | 2026-04-02",
        ]
    );
}

#[test]
fn a_record_that_changes_stands_elsewhere() {
    let mut visit = visit();
    visit
        .move_to(EncounterStatus::Arrived, day("2026-03-03"))
        .unwrap();
    let visit = Record::from(visit);
    assert_eq!(
        (visit.state(), visit.day()),
        ("arrived", Some(day("2026-03-03")))
    );

    let asked = authorization(AuthorizationStatus::Asked);
    assert_eq!(
        (asked.state(), asked.day()),
        ("asked", Some(day("2026-02-20")))
    );

    let states = [5_000, 0, -1].map(|cents| Record::from(account(cents)).state());
    assert_eq!(states, ["owing", "settled", "credit"]);

    let mut plan = plan();
    let (on, amount) = (day("2026-04-11"), Money::from_cents(5_000));
    plan.pay(PlanPayment { on, amount }).unwrap();
    let plan = Record::Plan {
        id: "PL-1".parse().unwrap(),
        plan: Box::new(plan),
    };
    assert_eq!(plan.state(), "paid_off");

    let decided = appeal(Some(AppealDecision {
        on: day("2026-05-01"),
        outcome: crate::AppealOutcome::Dismissed,
        granted: Money::ZERO,
    }));
    assert_eq!(decided.state(), "dismissed");
}
