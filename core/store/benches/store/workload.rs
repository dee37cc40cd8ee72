//! A practice's claims and remittances, as the engine would journal them.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use scrubjay_hooks::{About, Finding, Hook, Outcome, Ran, Severity};
use scrubjay_model::{
    Account, AckLevel, AckOutcome, Acknowledgment, Address, Adjudication, Adjustment, AsSent,
    Carried, Claim, ClaimId, ClaimKind, ClaimPaymentStatus, Coverage, CoverageOrder, Denial,
    DenialCategory, Diagnosis, FileHash, Frequency, GroupCode, Money, Name, Owner, Person,
    PostingSet, Provider, Recoverable, Relationship, Remittance, RemittanceClaim, RemittanceLine,
    Responsibility, ResponsibleParty, ServiceLine, Sex, Work, WorkItem, WorkKind,
};
use scrubjay_store::{
    Cause, ClaimFilter, Event, InterchangeKey, Matched, MoneyKind, Move, Stamp, StoreError,
    Transaction, patient_key,
};

const SOUND: &str = "bench values are sound";
const PAYERS: [&str; 5] = ["medicare", "medicaid", "cedar", "spruce", "alder"];

/// One claim in so many is denied.
const DENIED: usize = 12;

pub(crate) struct Workload {
    began: DateTime<Utc>,
    ran: Vec<Vec<Ran>>,
}

fn id(number: usize) -> ClaimId {
    format!("PCN{number:08}").parse().expect(SOUND)
}

fn day(number: usize) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).expect(SOUND);
    first + TimeDelta::days((number % 300) as i64)
}

fn hash(kind: u8, number: usize) -> FileHash {
    format!("{kind:02x}{number:062x}").parse().expect(SOUND)
}

fn cents(amount: i64) -> Money {
    Money::from_cents(amount)
}

fn address(number: usize) -> Address {
    Address {
        line1: format!("{} LARKSPUR LANE", 100 + number % 900),
        city: "MILL VALLEY".to_owned(),
        state: "OR".to_owned(),
        zip: "970010000".to_owned(),
        ..Address::default()
    }
}

/// One to five lines.
fn lines(number: usize) -> usize {
    1 + number % 5
}

fn line_charge(line: usize) -> i64 {
    8_500 + 1_250 * line as i64
}

fn charge(number: usize) -> Money {
    cents((0..lines(number)).map(line_charge).sum())
}

fn claim(number: usize) -> Claim {
    let service = |line: usize| ServiceLine {
        number: line as u32 + 1,
        qualifier: "HC".to_owned(),
        procedure: Some(AsSent::read("G0439")),
        modifiers: if line == 1 {
            vec![AsSent::read("25")]
        } else {
            Vec::new()
        },
        revenue_code: None,
        charge: cents(line_charge(line)),
        unit: "UN".to_owned(),
        units: 1.into(),
        place: None,
        pointers: vec![1, 2],
        from: Some(day(number)),
        to: None,
        control: Some(format!("{number}.{line}")),
        authorization: None,
        ndc: None,
        rendering: None,
        prior: Vec::new(),
    };
    let person = |last: &str, npi: &str| Provider {
        name: Name::person(last, "ROWAN"),
        npi: Some(AsSent::read(npi)),
        taxonomy: Some("207Q00000X".to_owned()),
        ..Provider::default()
    };
    let diagnosis = |qualifier: &str, code: &str| Diagnosis {
        qualifier: qualifier.to_owned(),
        code: AsSent::read(code),
        present_on_admission: None,
    };
    Claim {
        id: id(number),
        control: format!("PCN{number:08}").parse().expect(SOUND),
        kind: ClaimKind::Professional,
        frequency: Frequency::Original,
        payer_control: None,
        billing: Provider {
            name: Name::organization("JUNIPER FAMILY CLINIC"),
            npi: Some(AsSent::read("1234567893")),
            tax_id: Some("930000001".to_owned()),
            taxonomy: Some("261QP2300X".to_owned()),
            address: Some(address(7)),
        },
        rendering: Some(person("HAWTHORN", "1234567893")),
        referring: None,
        facility: None,
        patient: Person {
            name: Name::person(format!("WREN{}", number / 3), "MARIGOLD"),
            address: Some(address(number)),
            born: NaiveDate::from_ymd_opt(1940 + (number % 70) as i32, 6, 15),
            sex: Some(Sex::F),
            ..Person::default()
        },
        coverages: vec![Coverage {
            order: CoverageOrder::Primary,
            payer: Some("99901".parse().expect(SOUND)),
            payer_name: Name::organization("CEDAR HEALTH PLAN"),
            member: Some(format!("CHP{number:09}").parse().expect(SOUND)),
            subscriber: None,
            relationship: Relationship::Own,
            group_number: Some("GRP0042".to_owned()),
            plan_name: None,
            filing_indicator: Some("CI".to_owned()),
            msp_type: None,
            paid: None,
        }],
        charge: charge(number),
        place: Some(AsSent::read("11")),
        diagnoses: vec![diagnosis("ABK", "E119"), diagnosis("ABF", "I10")],
        lines: (0..lines(number)).map(service).collect(),
        authorization: None,
        referral: None,
        clia: None,
        accident: None,
        patient_paid: None,
        institutional: None,
        carried: vec![Carried {
            at: "2300".to_owned(),
            segments: vec!["CLM*PCN*150***11:B:1*Y*A*Y*Y".to_owned()],
        }],
    }
}

fn adjustment(group: GroupCode, carc: &str, amount: Money) -> Adjustment {
    Adjustment {
        group: AsSent::Sound(group),
        carc: AsSent::read(carc),
        amount,
        units: None,
    }
}

fn remitted(number: usize) -> RemittanceClaim {
    let denied = number.is_multiple_of(DENIED);
    let line = |line: usize| {
        let billed = cents(line_charge(line));
        let adjustments = if denied {
            vec![adjustment(GroupCode::Contractual, "197", billed)]
        } else {
            vec![
                adjustment(GroupCode::Contractual, "45", cents(3_000)),
                adjustment(GroupCode::PatientResponsibility, "2", cents(1_100)),
            ]
        };
        RemittanceLine {
            qualifier: "HC".to_owned(),
            procedure: Some(AsSent::read("G0439")),
            modifiers: Vec::new(),
            charge: billed,
            paid: if denied {
                Money::ZERO
            } else {
                billed - cents(4_100)
            },
            units: Some(1.into()),
            from: Some(day(number)),
            to: None,
            control: Some(format!("{number}.{line}")),
            allowed: (!denied).then(|| billed - cents(3_000)),
            adjustments,
            remarks: Vec::new(),
        }
    };
    let lines: Vec<RemittanceLine> = (0..lines(number)).map(line).collect();
    RemittanceClaim {
        ordinal: (number % 100) as u32 + 1,
        control: id(number).as_str().to_owned(),
        status: ClaimPaymentStatus::Processed(1),
        charge: charge(number),
        paid: lines.iter().map(|line| line.paid).sum(),
        patient_responsibility: Some(cents(1_100)),
        filing_indicator: Some("CI".to_owned()),
        payer_control: Some(format!("ICN{number:010}").parse().expect(SOUND)),
        frequency: None,
        patient: Some(Person {
            name: Name::person(format!("WREN{}", number / 3), "MARIGOLD"),
            member: Some(format!("CHP{number:09}").parse().expect(SOUND)),
            ..Person::default()
        }),
        forwarded_to: None,
        from: None,
        to: None,
        received: Some(day(number)),
        adjustments: Vec::new(),
        remarks: Vec::new(),
        lines,
    }
}

impl Workload {
    pub(crate) fn new() -> Self {
        let began = NaiveDate::from_ymd_opt(2026, 2, 1).expect(SOUND);
        // Five payers, three ways in which cards let rules through.
        let ran = (0..15)
            .map(|variant| {
                (0..13)
                    .map(|rule| Ran {
                        rule: format!("{}/rule-number-{}", PAYERS[variant % 5], rule + variant)
                            .into(),
                        version: format!("{:064x}", variant % 5).into(),
                        findings: 0,
                    })
                    .collect()
            })
            .collect();
        Self {
            began: began.and_time(chrono::NaiveTime::MIN).and_utc(),
            ran,
        }
    }

    fn stamp(&self, kind: u8, file: usize) -> Stamp {
        Stamp {
            at: self.began + TimeDelta::minutes(file as i64),
            actor: "scrubjay".to_owned(),
            cause: Cause::File {
                file: hash(kind, file),
            },
        }
    }

    fn outcome(&self, number: usize, hook: Hook) -> Outcome {
        let held = hook == Hook::Scrub && number.is_multiple_of(20);
        let mut ran = self.ran[number % self.ran.len()].clone();
        ran[3].findings = held.into();
        let finding = Finding {
            rule: ran[3].rule.to_string(),
            severity: Severity::Warn,
            message: "the group number has another shape than this payer gives".to_owned(),
            about: About::Field {
                field: "group_number".to_owned(),
            },
            prevents: vec!["31".parse().expect(SOUND)],
            cite: Some("payer manual, chapter 4".to_owned()),
            overridable: false,
            shadow: false,
        };
        Outcome {
            findings: held.then_some(finding).into_iter().collect(),
            effects: Vec::new(),
            ran,
        }
    }

    /// Claims made, charged, judged, sent and accepted.
    pub(crate) fn take_in(
        &self,
        transaction: &mut dyn Transaction,
        file: usize,
        claims: Range<usize>,
    ) -> Result<(), StoreError> {
        let stamp = self.stamp(1, file);
        let moved = |number: usize, to| Event::Moved {
            claim: id(number),
            to,
        };
        for number in claims.clone() {
            let claim = claim(number);
            transaction.claim(&claim.id)?;
            let mut filter = ClaimFilter::default();
            filter.patient = Some(patient_key(&claim));
            transaction.append(
                &stamp,
                &Event::ClaimCreated {
                    claim: Box::new(claim),
                    payer: PAYERS[number % 5].to_owned(),
                    replaces: None,
                },
            )?;
            let owed = Account::Receivable {
                claim: id(number),
                party: ResponsibleParty::Insurance,
            };
            transaction.append(
                &stamp,
                &Event::MoneyMoved {
                    money: MoneyKind::Charge,
                    claim: Some(id(number)),
                    postings: PostingSet::transfer(Account::Revenue, owed, charge(number)),
                },
            )?;
            for row in transaction.claims(&filter)? {
                transaction.denials(Some(&row.id))?;
            }
            for hook in [Hook::Claim, Hook::Scrub] {
                transaction.append(
                    &stamp,
                    &Event::Judged {
                        claim: id(number),
                        hook,
                        outcome: self.outcome(number, hook),
                    },
                )?;
            }
            transaction.claim(&id(number))?;
            transaction.append(&stamp, &moved(number, Move::Work(Work::Ready)))?;
        }
        transaction.append(
            &stamp,
            &Event::FileTaken {
                file: hash(1, file),
                name: format!("batch-{file}.837"),
                transaction: "837P".to_owned(),
                interchanges: vec![InterchangeKey {
                    sender: "ZZ:JUNIPER".to_owned(),
                    control: format!("{file:09}"),
                    content: format!("{file:064x}"),
                }],
                items: claims.len() as u64,
            },
        )?;
        let sent = Stamp {
            cause: Cause::Call {
                call: "submit".to_owned(),
                key: None,
            },
            ..stamp.clone()
        };
        let group = file as u32 + 1;
        transaction.append(
            &sent,
            &Event::BatchWritten {
                name: format!("{group:09}-east.837p"),
                channel: "east".to_owned(),
                interchange: group,
                group,
                sets: vec![(1, claims.clone().map(id).collect())],
                content: None,
            },
        )?;
        for number in claims.clone() {
            transaction.append(&sent, &moved(number, Move::Work(Work::Submitted)))?;
        }
        let answered = self.stamp(2, file);
        for number in claims {
            transaction.append(
                &answered,
                &Event::Acknowledged {
                    acknowledgment: Acknowledgment {
                        level: AckLevel::Claim {
                            control: id(number).as_str().to_owned(),
                            payer_control: None,
                        },
                        outcome: AckOutcome::Accepted,
                        codes: vec!["A2:20".to_owned()],
                        source: scrubjay_model::AckSource::default(),
                    },
                    claims: vec![id(number)],
                },
            )?;
            transaction.append(&answered, &moved(number, Move::Work(Work::Accepted)))?;
        }
        Ok(())
    }

    /// A remittance posted claim by claim, with the reads that posting does.
    pub(crate) fn post(
        &self,
        transaction: &mut dyn Transaction,
        file: usize,
        claims: Range<usize>,
    ) -> Result<(), StoreError> {
        let stamp = self.stamp(3, file);
        let payer = PAYERS[file % 5].to_owned();
        let head = Remittance {
            paid: Money::ZERO,
            method: "ACH".to_owned(),
            effective: Some(day(file)),
            trace: format!("EFT{file:09}").parse().expect(SOUND),
            originator: "1999999999".to_owned(),
            payer_name: "CEDAR HEALTH PLAN".to_owned(),
            payer_ids: vec!["99901".to_owned()],
            payee_name: "JUNIPER FAMILY CLINIC".to_owned(),
            payee_npi: Some(AsSent::read("1234567893")),
            payee_tax_id: None,
            claims: Vec::new(),
            provider_adjustments: Vec::new(),
        };
        let trace = head.trace.clone();
        transaction.remittance(&head.originator, &trace)?;
        transaction.append(
            &stamp,
            &Event::RemittanceTaken {
                remittance: Box::new(head),
                payer: payer.clone(),
                claims: claims.len() as u32,
                source: None,
            },
        )?;
        for number in claims {
            self.post_claim(transaction, &stamp, &payer, file, number)?;
        }
        Ok(())
    }

    fn post_claim(
        &self,
        transaction: &mut dyn Transaction,
        stamp: &Stamp,
        payer: &str,
        file: usize,
        number: usize,
    ) -> Result<(), StoreError> {
        let denied = number.is_multiple_of(DENIED);
        let id = id(number);
        let owed = |party| Account::Receivable {
            claim: id.clone(),
            party,
        };
        transaction.claim(&id)?;
        transaction.claim_document(&id)?;
        let remitted = remitted(number);
        let of = |group| -> Money {
            let wanted = AsSent::Sound(group);
            let all = remitted.all_adjustments();
            all.filter(|adjustment| adjustment.group == wanted)
                .map(|adjustment| adjustment.amount)
                .sum()
        };
        let (contractual, patient) = (
            of(GroupCode::Contractual),
            of(GroupCode::PatientResponsibility),
        );
        let paid = remitted.paid;
        let payer_control = remitted.payer_control.clone().expect(SOUND);
        transaction.append(
            stamp,
            &Event::ClaimRemitted {
                trace: format!("EFT{file:09}").parse().expect(SOUND),
                payer: payer.to_owned(),
                claim: Some(id.clone()),
                remitted: Box::new(remitted),
                decided: day(file),
                allowed: charge(number) - contractual,
                denied: if denied { contractual } else { Money::ZERO },
                matched: Some(Matched::Control),
                expected: None,
            },
        )?;
        transaction.append(
            stamp,
            &Event::PayerControlLearned {
                claim: id.clone(),
                payer_control,
            },
        )?;
        let moved = |to| Event::Moved {
            claim: id.clone(),
            to,
        };
        if denied {
            self.deny(transaction, stamp, number, contractual)?;
        } else {
            let insurance = || owed(ResponsibleParty::Insurance);
            let mut postings = PostingSet::empty();
            postings.add_transfer(
                insurance(),
                Account::Cash {
                    payer: payer.to_owned(),
                },
                paid,
            );
            postings.add_transfer(insurance(), Account::ContractualAdjustment, contractual);
            postings.add_transfer(insurance(), owed(ResponsibleParty::Patient), patient);
            transaction.append(
                stamp,
                &Event::MoneyMoved {
                    money: MoneyKind::ClaimRemitted,
                    claim: Some(id.clone()),
                    postings,
                },
            )?;
        }
        transaction.append(stamp, &moved(Move::Work(Work::Adjudicated)))?;
        let decision = if denied {
            Adjudication::Denied
        } else {
            Adjudication::Paid
        };
        transaction.append(stamp, &moved(Move::Adjudication(decision)))?;
        transaction.open_work(Some(&id))?;
        transaction.balance(&id, ResponsibleParty::Insurance)?;
        transaction.balance(&id, ResponsibleParty::Patient)?;
        if !denied {
            transaction.append(stamp, &moved(Move::Responsibility(Responsibility::Patient)))?;
        }
        Ok(())
    }

    fn deny(
        &self,
        transaction: &mut dyn Transaction,
        stamp: &Stamp,
        number: usize,
        amount: Money,
    ) -> Result<(), StoreError> {
        transaction.append(
            stamp,
            &Event::Denied {
                denial: Box::new(Denial {
                    claim: id(number),
                    line: Some(1),
                    group: AsSent::Sound(GroupCode::Contractual),
                    carc: AsSent::read("197"),
                    remarks: Vec::new(),
                    amount,
                    decided: day(number),
                    category: DenialCategory::Authorization,
                    recoverable: Recoverable::Appeal,
                    action: "ask the payer for a retroactive authorization".to_owned(),
                    classified_by: "scrubjay-codes".to_owned(),
                }),
            },
        )?;
        transaction.append(
            stamp,
            &Event::WorkOpened {
                item: Box::new(WorkItem {
                    id: format!("W{number:08}").parse().expect(SOUND),
                    kind: WorkKind::Denial,
                    claim: Some(id(number)),
                    record: None,
                    reason: "CO-197 authorization: ask the payer for a retroactive authorization"
                        .to_owned(),
                    owner: Owner("denials".to_owned()),
                    amount,
                    opened: stamp.at,
                    due: day(number),
                }),
            },
        )?;
        Ok(())
    }
}
