//! Invented patients, visits and accounts for the suite.

use chrono::NaiveDate;
use scrubjay_model::{
    AccountClaim, AccountRecord, AppealCase, AppealRecord, AskStage, Authorization,
    AuthorizationKind, AuthorizationRecord, AuthorizationStatus, AuthorizedService, Billing,
    Charge, ChargeRecord, Consent, EligibilityInquiry, Encounter, EncounterRecord, EncounterStatus,
    Estimate, EstimateKind, EstimateLine, EstimateRecord, InquiryRecord, MspAnswers, Name, Patient,
    PatientAccount, PatientMoney, PatientRecord, PaymentPlan, Person, PlanTerms, Record, RecordKey,
    RecordKind, Statement, StatementAmounts, StatementLine, StatusInquiry, StatusInquiryRecord,
    Urgency,
};

use super::{SOUND, day, dollars, id};
use crate::{Event, MoneyKind};

/// The key of a record.
#[must_use]
pub fn record_key(kind: RecordKind, text: &str) -> RecordKey {
    kind.with(text.parse().expect(SOUND))
}

/// A record is made or changed.
#[must_use]
pub fn record_kept(record: impl Into<Record>, due: Option<NaiveDate>) -> Event {
    Event::RecordKept {
        record: record.into(),
        due,
    }
}

/// The patient of the sample's [`claim`](super::claim) of that name.
#[must_use]
pub fn patient(key: &str, first: &str) -> Patient {
    Patient::new(PatientRecord {
        key: key.parse().expect(SOUND),
        registered: day(1),
        person: Person {
            name: Name::person("WREN", first),
            born: NaiveDate::from_ymd_opt(1960, 2, 29),
            ..Person::default()
        },
        phone: Some("512 555 0100".to_owned()),
        email: None,
        guarantor: None,
        coverages: Vec::new(),
        msp: MspAnswers::default(),
        provider: None,
        site: None,
        consent: Consent::default(),
    })
    .expect(SOUND)
}

/// A visit that is booked for a day.
#[must_use]
pub fn visit(text: &str, patient: &str, on: u32) -> Encounter {
    Encounter::new(EncounterRecord {
        id: text.parse().expect(SOUND),
        patient: patient.parse().expect(SOUND),
        provider: "1234567893".parse().expect(SOUND),
        place: "11".parse().expect(SOUND),
        status: EncounterStatus::Scheduled,
        booked: None,
        scheduled: day(on),
        arrived: None,
        closed: None,
        planned: Vec::new(),
        diagnoses: Vec::new(),
    })
    .expect(SOUND)
}

/// A charge of a visit.
#[must_use]
pub fn entry(text: &str, visit: &str, patient: &str, on: u32) -> Charge {
    Charge::new(ChargeRecord {
        id: text.parse().expect(SOUND),
        encounter: visit.parse().expect(SOUND),
        patient: patient.parse().expect(SOUND),
        provider: "1234567893".parse().expect(SOUND),
        place: "11".parse().expect(SOUND),
        procedure: "G0439".parse().expect(SOUND),
        modifiers: Vec::new(),
        units: 1.into(),
        diagnoses: Vec::new(),
        amount: dollars(150),
        service: day(on),
        entered: day(on),
        billing: Billing::Unbilled,
    })
    .expect(SOUND)
}

/// A question about cover, for a visit.
#[must_use]
pub fn inquiry(text: &str, visit: &str, patient: &str, asked: u32) -> EligibilityInquiry {
    EligibilityInquiry::new(InquiryRecord {
        id: text.parse().expect(SOUND),
        patient: patient.parse().expect(SOUND),
        payer: "99901".parse().expect(SOUND),
        encounter: Some(visit.parse().expect(SOUND)),
        member: None,
        asked: day(asked),
        stage: AskStage::Asked,
        occasion: None,
        reason: None,
        service: day(asked),
        service_types: Vec::new(),
        answered: None,
        answer: None,
    })
    .expect(SOUND)
}

/// An authorization that is granted until a day.
#[must_use]
pub fn authorization(text: &str, patient: &str, last: u32) -> Record {
    Record::Authorization {
        id: text.parse().expect(SOUND),
        encounter: None,
        urgency: Urgency::Standard,
        authorization: Box::new(
            Authorization::new(AuthorizationRecord {
                patient: patient.parse().expect(SOUND),
                payer: "99901".parse().expect(SOUND),
                kind: AuthorizationKind::PriorAuthorization,
                status: AuthorizationStatus::Approved,
                number: Some("A123456".parse().expect(SOUND)),
                asked: Some(day(1)),
                decided: Some(day(2)),
                from: Some(day(3)),
                to: Some(day(last)),
                services: vec![AuthorizedService {
                    procedures: vec!["G0151".parse().expect(SOUND)],
                    approved: 12.into(),
                    used: 0.into(),
                }],
                way: None,
                visits: Vec::new(),
                uses: Vec::new(),
                answer: None,
            })
            .expect(SOUND),
        ),
    }
}

/// An account with what is owed on a claim, in dollars.
#[must_use]
pub fn account(text: &str, patient: &str, claim: &str, owed: i64) -> PatientAccount {
    PatientAccount::new(AccountRecord {
        number: text.parse().expect(SOUND),
        patient: patient.parse().expect(SOUND),
        claims: vec![AccountClaim {
            claim: id(claim),
            balance: dollars(owed),
        }],
        unapplied: dollars(0),
        holds: Vec::new(),
        dealings: scrubjay_model::Dealings::default(),
    })
    .expect(SOUND)
}

/// A statement of an account.
#[must_use]
pub fn statement(text: &str, account: &str, claim: &str, issued: u32) -> Statement {
    Statement::of(
        text.parse().expect(SOUND),
        account.parse().expect(SOUND),
        day(issued),
        day(30),
        vec![StatementLine {
            claim: id(claim),
            service: day(1),
            words: "Wellness visit".to_owned(),
            amounts: StatementAmounts {
                charge: dollars(20),
                owed: dollars(20),
                ..StatementAmounts::default()
            },
        }],
    )
    .expect(SOUND)
}

/// A plan of two instalments over twenty dollars.
#[must_use]
pub fn plan(text: &str, account: &str) -> Record {
    Record::Plan {
        id: text.parse().expect(SOUND),
        plan: Box::new(
            PaymentPlan::monthly(
                account.parse().expect(SOUND),
                day(10),
                dollars(20),
                day(20),
                2,
                PlanTerms { grace: 5, cure: 15 },
            )
            .expect(SOUND),
        ),
    }
}

/// An appeal of a claim, drafted.
#[must_use]
pub fn appeal(text: &str, claim: &str) -> Record {
    Record::Appeal {
        id: text.parse().expect(SOUND),
        appeal: Box::new(
            AppealCase::new(AppealRecord {
                claim: id(claim),
                level: 1,
                amount: dollars(40),
                cause: None,
                deadline: None,
                drafted: day(14),
                filed: None,
                filing: None,
                withdrawn: None,
                decision: None,
                evidence: Vec::new(),
            })
            .expect(SOUND),
        ),
    }
}

/// A question where a claim stands.
#[must_use]
pub fn status_inquiry(text: &str, claim: &str, asked: u32) -> StatusInquiry {
    StatusInquiry::new(StatusInquiryRecord {
        id: text.parse().expect(SOUND),
        claim: id(claim),
        asked: day(asked),
        stage: AskStage::Asked,
        answer: None,
    })
    .expect(SOUND)
}

/// An estimate for a visit that is booked.
#[must_use]
pub fn estimate(text: &str, visit: &str, patient: &str, asked: u32) -> Estimate {
    Estimate::new(EstimateRecord {
        id: text.parse().expect(SOUND),
        patient: patient.parse().expect(SOUND),
        encounter: Some(visit.parse().expect(SOUND)),
        kind: EstimateKind::GoodFaith,
        provider: "1234567893".parse().expect(SOUND),
        asked: day(asked),
        service: None,
        lines: vec![EstimateLine {
            words: "Wellness visit".to_owned(),
            procedure: "G0439".parse().expect(SOUND),
            units: 1.into(),
            expected: dollars(150),
            share: dollars(150),
            steps: Vec::new(),
        }],
        answer: None,
        remarks: Vec::new(),
        given: None,
    })
    .expect(SOUND)
}

/// The patient's money of an account moves.
#[must_use]
pub fn patient_money(account: &str, money: &PatientMoney) -> Event {
    Event::RecordMoneyMoved {
        record: record_key(RecordKind::Account, account),
        money: MoneyKind::from(money),
        claim: money.claim().cloned(),
        postings: money.postings(),
    }
}
