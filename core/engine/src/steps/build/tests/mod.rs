//! A practice with patients, visits and charges, and what becomes of them.

mod charges;
mod content;
mod later;
mod next;
mod versions;

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_edi::{ClaimBatch, Party, read_claims, write_claims};
use scrubjay_model::{
    Address, Billing, Charge, ChargeRecord, Claim, ClaimId, Consent, Coverage, CoverageOrder,
    Encounter, EncounterRecord, EncounterStatus, Money, MspAnswers, Name, Patient, PatientCoverage,
    PatientRecord, Person, Record, RecordKey, Relationship, ResponsibleParty, Sex,
};
use scrubjay_store::{Cause, ClaimFilter, ClaimRow, MemoryStore, Reader, Stamp, Store};
use scrubjay_x12::ControlNumbers;

use super::*;
use crate::builtin::BuiltIn;
use crate::desk::Handlers;
use crate::{Config, PracticeCodes};

pub(super) const PRACTICE: &str = "1234567893";
pub(super) const DOCTOR: &str = "1245319599";

/// A practice that bills two payers and the patient.
const CONFIGURATION: &str = "
practice:
  name: SAMPLE CLINIC
  npi: '1234567893'
  tax_id: '741234567'
  taxonomy: 261QP2300X
  address: { line1: 1 SAMPLE ST, city: AUSTIN, state: TX, zip: '787010001' }
  contact: { name: BILLING, phone: '5125550100' }
  submitter: { id: CLINIC }
channels:
  house: { receiver: { id: HOUSE }, usage: T }
providers:
  - { npi: '1245319599', last: SAMPLE, first: DOCTOR, taxonomy: 207Q00000X }
payers:
  - { key: first, name: First Payer, id: PAY01, line: commercial, channel: house }
  - { key: second, name: Second Payer, id: PAY02, line: medicaid, channel: house }
  - { key: partb, name: Part B, id: PARTB, line: medicare, channel: house }
  - { key: self-pay, name: Self-pay, id: SELFPAY, line: self-pay }
";

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A store with the handlers of an engine, and a desk for each thing done.
pub(super) struct Bench {
    store: MemoryStore,
    handlers: Handlers,
    pub(super) config: Arc<Config>,
    pub(super) today: NaiveDate,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with("first", "{}")
    }

    /// With a billing policy of a payer.
    pub(super) fn with(payer: &str, billing: &str) -> Self {
        let mut config: Config = serde_yaml::from_str(CONFIGURATION).unwrap();
        for known in &mut config.payers {
            if known.profile.key == payer {
                known.billing = serde_yaml::from_str(billing).unwrap();
            }
        }
        let config = Arc::new(config);
        let codes = Arc::new(PracticeCodes::read(&config.codes).unwrap());
        let built_in = BuiltIn::new(Arc::clone(&config), codes);
        Self {
            store: MemoryStore::new(),
            handlers: Handlers::new(&[Arc::new(built_in)]),
            config,
            today: day("2026-03-20"),
        }
    }

    /// Does one thing at a desk and keeps it.
    pub(super) fn at<T>(&mut self, run: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let mut desk = self.desk();
        let done = run(&mut desk);
        desk.tx.commit().unwrap();
        done
    }

    pub(super) fn desk(&mut self) -> Desk<'_> {
        Desk {
            tx: self.store.begin().unwrap(),
            handlers: &mut self.handlers,
            config: &self.config,
            stamp: Stamp {
                at: self.today.and_hms_opt(8, 0, 0).unwrap().and_utc(),
                actor: "Ana".to_owned(),
                cause: Cause::Clock,
            },
        }
    }

    pub(super) fn keep(&mut self, record: impl Into<Record>) {
        self.at(|desk| desk.keep(record, None)).unwrap();
    }

    pub(super) fn build(&mut self) -> Built {
        let all = BuildSelection::default();
        self.at(|desk| build(desk, &all)).unwrap()
    }

    pub(super) fn desk_refuses(&mut self, selection: &BuildSelection) -> EngineError {
        build(&mut self.desk(), selection).unwrap_err()
    }

    pub(super) fn read<T>(&self, ask: impl FnOnce(&dyn Reader) -> T) -> T {
        ask(self.store.read().unwrap().as_ref())
    }

    pub(super) fn claim(&self, id: &ClaimId) -> Claim {
        self.read(|reader| reader.claim_document(id).unwrap().unwrap())
    }

    pub(super) fn row(&self, id: &ClaimId) -> ClaimRow {
        self.read(|reader| reader.claim(id).unwrap().unwrap())
    }

    pub(super) fn rows(&self) -> Vec<ClaimRow> {
        self.read(|reader| reader.claims(&ClaimFilter::default()).unwrap())
    }

    pub(super) fn charge(&self, id: &str) -> Charge {
        let key = RecordKey::from(&id.parse::<ChargeId>().unwrap());
        match self.read(|reader| reader.record(&key).unwrap()) {
            Some(Record::Charge(charge)) => *charge,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn owed(&self, claim: &ClaimId) -> (Money, Money) {
        self.read(|reader| {
            let by = |party| reader.balance(claim, party).unwrap();
            (
                by(ResponsibleParty::Insurance),
                by(ResponsibleParty::Patient),
            )
        })
    }

    /// The balance under a heading, after a look that all of them come to nothing.
    pub(super) fn balance(&self, heading: &str) -> Money {
        let lines = self.read(|reader| reader.trial_balance().unwrap());
        let all: Money = lines.iter().map(|(_, amount)| *amount).sum();
        assert_eq!(all, Money::ZERO, "{lines:?}");
        let line = lines.into_iter().find(|(name, _)| name == heading);
        line.map_or(Money::ZERO, |(_, amount)| amount)
    }

    /// A patient with one closed visit on each of these days, `V-DAY`.
    pub(super) fn seen(key: &str, coverages: Vec<PatientCoverage>, days: &[&str]) -> Self {
        let mut bench = Self::new();
        bench.keep(patient(key, coverages));
        for on in days {
            bench.keep(visit(&format!("V-{on}"), key, on));
        }
        bench
    }
}

pub(super) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(super) fn coverage(order: CoverageOrder, payer: &str) -> Coverage {
    Coverage {
        order,
        payer: Some(payer.parse().unwrap()),
        payer_name: Name::organization(format!("PAYER {payer}")),
        member: Some(format!("M{payer}").parse().unwrap()),
        subscriber: None,
        relationship: Relationship::Own,
        group_number: None,
        plan_name: None,
        filing_indicator: None,
        msp_type: None,
        paid: None,
    }
}

pub(super) fn held(order: CoverageOrder, payer: &str) -> PatientCoverage {
    PatientCoverage {
        coverage: coverage(order, payer),
        from: None,
        to: None,
    }
}

pub(super) fn patient_record(key: &str, coverages: Vec<PatientCoverage>) -> PatientRecord {
    let signed = Some(day("2026-01-02"));
    PatientRecord {
        key: key.parse().unwrap(),
        registered: day("2026-01-02"),
        person: Person {
            name: Name::person("SAMPLE", key),
            member: None,
            address: Some(Address {
                line1: "2 SAMPLE ST".to_owned(),
                city: "AUSTIN".to_owned(),
                state: "TX".to_owned(),
                zip: "78702".to_owned(),
                ..Address::default()
            }),
            born: Some(day("1980-04-01")),
            died: None,
            sex: Some(Sex::F),
        },
        phone: None,
        email: None,
        guarantor: None,
        coverages,
        msp: MspAnswers::default(),
        provider: None,
        site: None,
        consent: Consent {
            release: signed,
            assignment: signed,
            ..Consent::default()
        },
    }
}

pub(super) fn patient(key: &str, coverages: Vec<PatientCoverage>) -> Patient {
    Patient::new(patient_record(key, coverages)).unwrap()
}

pub(super) fn visit(id: &str, patient: &str, on: &str) -> Encounter {
    Encounter::new(EncounterRecord {
        id: id.parse().unwrap(),
        patient: patient.parse().unwrap(),
        provider: DOCTOR.parse().unwrap(),
        place: "11".parse().unwrap(),
        status: EncounterStatus::Closed,
        booked: None,
        scheduled: day(on),
        arrived: Some(day(on)),
        closed: Some(day(on)),
        planned: Vec::new(),
        diagnoses: Vec::new(),
    })
    .unwrap()
}

pub(super) fn charge_record(id: &str, visit: &str, patient: &str, on: &str) -> ChargeRecord {
    ChargeRecord {
        id: id.parse().unwrap(),
        encounter: visit.parse().unwrap(),
        patient: patient.parse().unwrap(),
        provider: DOCTOR.parse().unwrap(),
        place: "11".parse().unwrap(),
        procedure: "G0463".parse().unwrap(),
        modifiers: Vec::new(),
        units: Decimal::ONE,
        diagnoses: vec!["J029".parse().unwrap()],
        amount: money("100.00"),
        service: day(on),
        entered: day(on),
        billing: Billing::Unbilled,
    }
}

pub(super) fn charge(id: &str, visit: &str, patient: &str, on: &str) -> Charge {
    Charge::new(charge_record(id, visit, patient, on)).unwrap()
}

struct Counting(u32);

impl ControlNumbers for Counting {
    fn next_interchange(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
    fn next_group(&mut self) -> u32 {
        self.next_interchange()
    }
    fn next_set(&mut self) -> u32 {
        self.next_interchange()
    }
}

pub(super) fn party(id: &str) -> Party {
    Party {
        qualifier: "ZZ".to_owned(),
        id: id.to_owned(),
        name: format!("SAMPLE {id}"),
    }
}

/// The 837 that these claims leave as.
pub(super) fn written(claims: &[&Claim]) -> Vec<u8> {
    let batch = ClaimBatch {
        claims,
        submitter: party("CLINIC"),
        contact_name: "BILLING".to_owned(),
        contact_phone: "5125550100".to_owned(),
        receiver: party("HOUSE"),
        usage: "T",
        at: day("2026-03-20").and_hms_opt(8, 0, 0).unwrap().and_utc(),
    };
    write_claims(&batch, &mut Counting(0)).unwrap().bytes
}

/// What a receiver reads in such a file.
pub(super) fn read_back(file: &[u8]) -> Vec<Claim> {
    let interchanges = scrubjay_x12::read(file).unwrap();
    let sets = interchanges.iter().flat_map(|of| &of.sets);
    let read = sets.flat_map(|set| read_claims(set, &mut |control| control.parse().unwrap()));
    read.map(|claim| claim.unwrap().claim).collect()
}

/// Valid by its guide, and the same when it is read again.
pub(super) fn assert_sound(claim: &Claim) {
    let file = written(&[claim]);
    let report = scrubjay_x12::check(&file, &[]).unwrap();
    let faults: Vec<_> = report.sets.iter().flat_map(|set| &set.findings).collect();
    assert!(report.is_valid(), "{faults:#?}");
    let mut expected = claim.clone();
    // A claim leaves under its id.
    expected.control = claim.id.as_str().parse().unwrap();
    // What other payers' loops have no place for, and remark codes of lines.
    for other in expected.coverages.iter_mut().skip(1) {
        if let Some(subscriber) = &mut other.subscriber {
            (subscriber.born, subscriber.sex) = (None, None);
        }
    }
    for decision in expected.lines.iter_mut().flat_map(|line| &mut line.prior) {
        decision.remarks.clear();
    }
    assert_eq!(read_back(&file), [expected]);
}
