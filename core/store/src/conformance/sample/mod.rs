//! Invented claims, remittances and stamps for the suite.

mod events;
mod records;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use scrubjay_hooks::{About, Finding, Outcome, Ran, Severity};
use scrubjay_model::{
    Account, AckLevel, AckOutcome, Acknowledgment, Adjustment, AsSent, Claim, ClaimId, ClaimKind,
    ClaimPaymentStatus, Coverage, CoverageOrder, Denial, DenialCategory, Frequency, GroupCode,
    MemberId, Money, Name, Owner, Person, PostingSet, Provider, Recoverable, Relationship,
    Remittance, RemittanceClaim, ResponsibleParty, ServiceLine, WorkItem, WorkKind,
};

pub use self::events::{file_refused, hash, key, one_of_each, overridden, published, taken};
pub use self::records::{
    account, appeal, authorization, entry, estimate, inquiry, patient, patient_money, plan,
    record_kept, record_key, statement, status_inquiry, visit,
};
use crate::{Cause, Decided, Event, Matched, MoneyKind, Stamp};

const SOUND: &str = "sample values are sound";

/// Dollars.
#[must_use]
pub fn dollars(amount: i64) -> Money {
    Money::from_cents(amount * 100)
}

/// A claim id.
#[must_use]
pub fn id(text: &str) -> ClaimId {
    text.parse().expect(SOUND)
}

/// A day of November 2026.
#[must_use]
pub fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).expect(SOUND)
}

/// A stamp so many minutes into 2 November 2026.
#[must_use]
pub fn stamp(minutes: i64) -> Stamp {
    let midnight: DateTime<Utc> = day(2).and_time(chrono::NaiveTime::MIN).and_utc();
    Stamp {
        at: midnight + TimeDelta::minutes(minutes),
        actor: "night run".to_owned(),
        cause: Cause::Clock,
    }
}

/// A claim of one line to a primary payer.
#[must_use]
pub fn claim(text: &str, charge: i64) -> Claim {
    let line = ServiceLine {
        number: 1,
        qualifier: "HC".to_owned(),
        procedure: Some(AsSent::read("G0439")),
        modifiers: Vec::new(),
        revenue_code: None,
        charge: dollars(charge),
        unit: "UN".to_owned(),
        units: 1.into(),
        place: None,
        pointers: vec![1],
        from: Some(day(1)),
        to: None,
        control: Some("1".to_owned()),
        authorization: None,
        ndc: None,
        rendering: None,
        prior: Vec::new(),
    };
    Claim {
        id: id(text),
        control: text.parse().expect(SOUND),
        kind: ClaimKind::Professional,
        frequency: Frequency::Original,
        payer_control: None,
        billing: Provider {
            name: Name::organization("JUNIPER FAMILY CLINIC"),
            npi: Some(AsSent::read("1234567893")),
            ..Provider::default()
        },
        rendering: None,
        referring: None,
        facility: None,
        patient: Person {
            name: Name::person("WREN", text),
            born: NaiveDate::from_ymd_opt(1960, 2, 29),
            ..Person::default()
        },
        coverages: vec![Coverage {
            order: CoverageOrder::Primary,
            payer: Some("99901".parse().expect(SOUND)),
            payer_name: Name::organization("CEDAR HEALTH PLAN"),
            member: Some("CH000111".parse::<MemberId>().expect(SOUND)),
            subscriber: None,
            relationship: Relationship::Own,
            group_number: None,
            plan_name: None,
            filing_indicator: Some("CI".to_owned()),
            msp_type: None,
            paid: None,
        }],
        charge: dollars(charge),
        place: None,
        diagnoses: Vec::new(),
        lines: vec![line],
        authorization: None,
        referral: None,
        clia: None,
        accident: None,
        patient_paid: None,
        institutional: None,
        carried: Vec::new(),
    }
}

/// The making of that claim.
#[must_use]
pub fn created(text: &str, charge: i64) -> Event {
    Event::ClaimCreated {
        claim: Box::new(claim(text, charge)),
        payer: "cedar".to_owned(),
        replaces: None,
    }
}

/// A judgement with one finding of that weight, and the list of who ran.
#[must_use]
pub fn outcome(severity: Severity, shadow: bool) -> Outcome {
    let rule = "everywhere/member-id".to_owned();
    let ran = Ran {
        rule: rule.as_str().into(),
        version: "1f".repeat(32).into(),
        findings: 1,
    };
    let quiet = Ran {
        rule: "everywhere/charge-total".into(),
        findings: 0,
        ..ran.clone()
    };
    Outcome {
        findings: vec![Finding {
            rule,
            severity,
            message: "the member number has another shape".to_owned(),
            about: About::Field {
                field: "member".to_owned(),
            },
            prevents: vec!["31".parse().expect(SOUND)],
            cite: None,
            overridable: false,
            shadow,
        }],
        effects: Vec::new(),
        ran: vec![quiet, ran],
    }
}

/// A batch of one set to one channel.
#[must_use]
pub fn batch(group: u32, claims: &[&str]) -> Event {
    Event::BatchWritten {
        name: format!("{group:09}-east.837p"),
        channel: "east".to_owned(),
        interchange: group + 100,
        group,
        sets: vec![(1, claims.iter().map(|text| id(text)).collect())],
        content: Some("c".repeat(64).parse().expect(SOUND)),
    }
}

/// A batch came to the other side.
#[must_use]
pub fn delivered(group: u32, claims: &[&str]) -> Event {
    Event::BatchDelivered {
        name: format!("{group:09}-east.837p"),
        channel: "east".to_owned(),
        claims: claims.iter().map(|text| id(text)).collect(),
    }
}

/// An answer to claims.
#[must_use]
pub fn answer(outcome: AckOutcome, claims: &[&str]) -> Event {
    Event::Acknowledged {
        acknowledgment: Acknowledgment {
            level: AckLevel::Set {
                group: 1,
                set: None,
            },
            outcome,
            codes: vec!["A7:562:85".to_owned()],
            source: scrubjay_model::AckSource::default(),
        },
        claims: claims.iter().map(|text| id(text)).collect(),
    }
}

/// The head of a remittance.
#[must_use]
pub fn remittance(trace: &str) -> Event {
    Event::RemittanceTaken {
        remittance: Box::new(Remittance {
            paid: dollars(100),
            method: "ACH".to_owned(),
            effective: Some(day(12)),
            trace: trace.parse().expect(SOUND),
            originator: "1999999999".to_owned(),
            payer_name: "CEDAR HEALTH PLAN".to_owned(),
            payer_ids: vec!["99901".to_owned()],
            payee_name: "JUNIPER FAMILY CLINIC".to_owned(),
            payee_npi: None,
            payee_tax_id: None,
            claims: Vec::new(),
            provider_adjustments: Vec::new(),
        }),
        payer: "cedar".to_owned(),
        claims: 1,
        source: None,
    }
}

/// A remitted claim: paid and contractual adjustment, in dollars.
#[must_use]
pub fn remitted(text: &str, status: &str, paid: i64, contractual: i64, on: u32) -> Event {
    let adjustment = Adjustment {
        group: AsSent::Sound(GroupCode::Contractual),
        carc: AsSent::read("45"),
        amount: dollars(contractual),
        units: None,
    };
    Event::ClaimRemitted {
        trace: "EFT0001".parse().expect(SOUND),
        payer: "cedar".to_owned(),
        claim: Some(id(text)),
        remitted: Box::new(RemittanceClaim {
            ordinal: 1,
            control: text.to_owned(),
            status: ClaimPaymentStatus::from(status.to_owned()),
            charge: dollars(paid + contractual),
            paid: dollars(paid),
            patient_responsibility: None,
            filing_indicator: None,
            payer_control: None,
            frequency: None,
            patient: None,
            forwarded_to: None,
            from: Some(day(1)),
            to: None,
            received: None,
            adjustments: vec![adjustment],
            remarks: Vec::new(),
            lines: Vec::new(),
        }),
        decided: day(on),
        allowed: dollars(paid),
        denied: Money::ZERO,
        matched: Some(Matched::Control),
        expected: Some(dollars(paid)),
    }
}

/// A posting of a claim is undone: these of its rows no longer count, and
/// nothing was decided.
#[must_use]
pub fn undone(text: &str, rows: &[crate::Sequence]) -> Event {
    Event::PostingUndone {
        claim: id(text),
        rows: rows.to_vec(),
        decided: Decided::default(),
        status: crate::first_status(&claim(text, 1)),
        tags: Vec::new(),
        payer_control: None,
    }
}

/// The remittance of that trace number, of that journal row, is undone.
#[must_use]
pub fn remittance_undone(trace: &str, taken: crate::Sequence) -> Event {
    Event::RemittanceUndone {
        originator: "1999999999".to_owned(),
        trace: trace.parse().expect(SOUND),
        taken,
        reason: "posted for another practice".to_owned(),
    }
}

/// What a party owes on a claim, as an account.
#[must_use]
pub fn owed(text: &str, party: ResponsibleParty) -> Account {
    Account::Receivable {
        claim: id(text),
        party,
    }
}

/// Money moved from one account to another.
#[must_use]
pub fn moved(money: MoneyKind, text: &str, from: Account, to: Account, amount: Money) -> Event {
    Event::MoneyMoved {
        money,
        claim: Some(id(text)),
        postings: PostingSet::transfer(from, to, amount),
    }
}

/// The claim's charge becomes receivable.
#[must_use]
pub fn charged(text: &str, amount: i64) -> Event {
    let owed = owed(text, ResponsibleParty::Insurance);
    moved(
        MoneyKind::Charge,
        text,
        Account::Revenue,
        owed,
        dollars(amount),
    )
}

/// A denial of a claim.
#[must_use]
pub fn denied(text: &str) -> Event {
    Event::Denied {
        denial: Box::new(Denial {
            claim: id(text),
            line: Some(1),
            group: AsSent::Sound(GroupCode::Contractual),
            carc: AsSent::read("197"),
            remarks: Vec::new(),
            amount: dollars(40),
            decided: day(12),
            category: DenialCategory::Authorization,
            recoverable: Recoverable::Appeal,
            action: "ask for a retroactive authorization".to_owned(),
            classified_by: "table".to_owned(),
        }),
    }
}

/// A work item.
#[must_use]
pub fn item(text: &str, claim: Option<&str>) -> WorkItem {
    WorkItem {
        id: text.parse().expect(SOUND),
        kind: WorkKind::Denial,
        claim: claim.map(id),
        record: None,
        reason: "CO-197".to_owned(),
        owner: Owner("denials".to_owned()),
        amount: dollars(40),
        opened: stamp(0).at,
        due: day(20),
    }
}
