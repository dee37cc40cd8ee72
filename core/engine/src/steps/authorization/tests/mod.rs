//! Authorizations wanted, asked, granted, counted and run out, at the desk.

mod answers;
mod clocks;
mod counted;
mod heard;
mod wanted;

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_edi::{
    AuthorizationRequest, AuthorizationResponse, Exchange, Party, read_authorization_requests,
    write_authorization_responses,
};
use scrubjay_hooks::Handler;
use scrubjay_model::{
    Authorization, AuthorizationKind, AuthorizationRecord, AuthorizationWay, AuthorizedService,
    Billing, Charge, ChargeRecord, Claim, ClaimId, Coverage, CoverageOrder, EligibilityRejection,
    EncounterRecord, FollowUpAction, MemberId, Money, MspAnswers, Name, Patient, PatientCoverage,
    PatientRecord, Person, PlannedService, RecordId, Relationship, ReviewAnswer, ReviewOutcome,
    Sex, Work, WorkItem,
};
use scrubjay_rules::RuleSet;
use scrubjay_store::conformance::sample;
use scrubjay_store::{Cause, Event, MemoryStore, Move, Stamp, Store};
use scrubjay_x12::ControlNumbers;

use super::on_file::AuthorizationOnFile;
use super::*;
use crate::Config;
use crate::desk::Handlers;

const PRACTICE: &str = "
practice:
  name: SAMPLE PRACTICE
  npi: '1234567893'
  tax_id: '741234567'
  contact: { name: BILLING, phone: '5125550100' }
  submitter: { qualifier: ZZ, id: SAMPLESENDER }
channels:
  house: { receiver: { qualifier: ZZ, id: SAMPLEHOUSE }, usage: T }
payers:
  - { key: advantage, name: Sample Advantage, id: MADV1, line: medicare-advantage, channel: house }
  - { key: summit, name: Summit Health, id: SUMMIT, line: commercial, channel: house }
  - { key: old, name: Old Mutual, id: OLD, line: other, channel: house, authorizations: { ask: phone, standard: 10 business days } }
  - { key: self, name: Self Pay, id: SELF, line: self-pay }
";

/// Every service that is planned wants an authorization.
const WANTS_ALL: &str = r#"
/// id: t/wants
/// title: Everything planned wants to be asked about
/// hook: authorization
/// severity: info
fn wants(planned) {
    for service in planned.services {
        if !service.is_authorized {
            require_authorization(service.procedure, "it is on the list");
        }
    }
}
"#;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A practice with a store, an outbox and the rules of a test.
struct Office {
    store: MemoryStore,
    handlers: Handlers,
    config: Config,
    outbox: tempfile::TempDir,
    _packs: tempfile::TempDir,
}

impl Office {
    fn new(rules: &str) -> Self {
        let packs = tempfile::tempdir().unwrap();
        let folder = packs.path().join("t");
        std::fs::create_dir(&folder).unwrap();
        let pack = "id: t\ntitle: A test's\nversion: 1.0.0\n";
        std::fs::write(folder.join("pack.yaml"), pack).unwrap();
        std::fs::write(folder.join("rules.rhai"), rules).unwrap();
        let folders = [packs.path().to_owned()];
        let loaded: Arc<dyn Handler> = Arc::new(RuleSet::load(&folders).unwrap());
        let mut office = Self {
            store: MemoryStore::new(),
            handlers: Handlers::new(&[loaded]),
            config: serde_yaml::from_str(PRACTICE).unwrap(),
            outbox: tempfile::tempdir().unwrap(),
            _packs: packs,
        };
        office.on("2026-03-02", |desk| {
            desk.keep(patient("SUMMIT"), None).unwrap()
        });
        office
    }

    /// Does something on a day, and keeps it.
    fn on<T>(&mut self, day: &str, run: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let mut desk = Desk {
            tx: self.store.begin().unwrap(),
            handlers: &mut self.handlers,
            config: &self.config,
            stamp: Stamp {
                at: format!("{day}T12:00:00Z").parse().unwrap(),
                actor: "Ana".to_owned(),
                cause: Cause::Clock,
            },
        };
        let done = run(&mut desk);
        desk.tx.commit().unwrap();
        done
    }

    fn keep(&mut self, on: &str, record: impl Into<Record>) {
        let record = record.into();
        self.on(on, |desk| desk.keep(record, None).unwrap());
    }

    fn check(&mut self, on: &str, visit: &str) {
        let visit = visit.parse().unwrap();
        self.on(on, |desk| check(desk, &visit).unwrap());
    }

    fn all(&self) -> Vec<AuthorizationOnFile> {
        let reader = self.store.read().unwrap();
        on_file::all(reader.as_ref(), &RecordFilter::default()).unwrap()
    }

    fn only(&self) -> AuthorizationOnFile {
        let mut all = self.all();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn work(&self) -> Vec<WorkItem> {
        let open = self.store.read().unwrap().open_work(None).unwrap();
        let own = open.into_iter();
        own.filter(|item| item.kind == WorkKind::Authorization)
            .collect()
    }

    fn reasons(&self) -> Vec<String> {
        self.work().into_iter().map(|item| item.reason).collect()
    }

    /// Writes what waits; the requests of the file, where there is one.
    fn ask(&mut self, on: &str) -> Vec<AuthorizationRequest> {
        let outbox = self.outbox.path().to_owned();
        let sent = self.on(on, |desk| write_wanted(desk, &outbox, &|_| false).unwrap());
        let mut requests = Vec::new();
        for (_, temporary) in sent {
            let bytes = std::fs::read(temporary).unwrap();
            let report = scrubjay_x12::check(&bytes, &[]).unwrap();
            let findings: Vec<_> = report.sets.iter().flat_map(|set| &set.findings).collect();
            assert!(findings.is_empty(), "{findings:?}");
            for interchange in scrubjay_x12::read(&bytes).unwrap() {
                for set in &interchange.sets {
                    requests.extend(read_authorization_requests(set).unwrap());
                }
            }
        }
        requests
    }

    /// Takes in an answer; what a person should know of it.
    fn hear(&mut self, on: &str, response: AuthorizationResponse) -> Vec<String> {
        let bytes = written(&[response]);
        let read = scrubjay_x12::read(&bytes).unwrap();
        let mut remarks = Vec::new();
        for set in read.iter().flat_map(|interchange| &interchange.sets) {
            let taken = self.on(on, |desk| take_answers(desk, set).unwrap().unwrap());
            remarks.extend(taken.remarks);
        }
        remarks
    }
}

fn written(responses: &[AuthorizationResponse]) -> Vec<u8> {
    struct Count(u32);
    impl ControlNumbers for Count {
        fn next_interchange(&mut self) -> u32 {
            self.0 += 1;
            self.0
        }
        fn next_group(&mut self) -> u32 {
            self.0
        }
        fn next_set(&mut self) -> u32 {
            1
        }
    }
    let end = |id: &str| Party {
        qualifier: "ZZ".to_owned(),
        id: id.to_owned(),
        name: id.to_owned(),
    };
    let exchange = Exchange {
        items: responses,
        sender: end("SAMPLEHOUSE"),
        receiver: end("SAMPLESENDER"),
        usage: "T",
        at: "2026-03-04T08:00:00Z".parse().unwrap(),
    };
    write_authorization_responses(&exchange, &mut Count(6))
        .unwrap()
        .bytes
}

fn patient(payer: &str) -> Patient {
    let coverage = Coverage {
        order: CoverageOrder::Primary,
        payer: Some(payer.parse().unwrap()),
        payer_name: Name::organization("A PAYER"),
        member: Some("M0001".parse::<MemberId>().unwrap()),
        subscriber: None,
        relationship: Relationship::Own,
        group_number: None,
        plan_name: None,
        filing_indicator: None,
        msp_type: None,
        paid: None,
    };
    Patient::new(PatientRecord {
        key: "P-7".parse().unwrap(),
        registered: day("2026-02-01"),
        person: Person {
            name: Name::person("WREN", "ADA"),
            born: Some(day("1960-02-29")),
            sex: Some(Sex::F),
            ..Person::default()
        },
        phone: None,
        email: None,
        guarantor: None,
        coverages: vec![PatientCoverage {
            coverage,
            from: None,
            to: None,
        }],
        msp: MspAnswers::default(),
        provider: None,
        site: None,
        consent: scrubjay_model::Consent::default(),
    })
    .unwrap()
}

fn visit(id: &str, on: &str, planned: &[(&str, i64)]) -> Encounter {
    Encounter::new(EncounterRecord {
        id: id.parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        provider: "1234567893".parse().unwrap(),
        place: "11".parse().unwrap(),
        status: EncounterStatus::Scheduled,
        booked: None,
        scheduled: day(on),
        arrived: None,
        closed: None,
        planned: planned
            .iter()
            .map(|(code, units)| PlannedService {
                procedure: code.parse().unwrap(),
                modifiers: Vec::new(),
                units: Decimal::from(*units),
                place: None,
            })
            .collect(),
        diagnoses: vec!["M545".parse().unwrap()],
    })
    .unwrap()
}

/// Granted for March, April and May.
fn approved(id: &str, payer: &str, units: i64) -> Record {
    Record::Authorization {
        id: id.parse().unwrap(),
        encounter: None,
        urgency: Urgency::Standard,
        authorization: Box::new(
            Authorization::new(AuthorizationRecord {
                patient: "P-7".parse().unwrap(),
                payer: payer.parse().unwrap(),
                kind: AuthorizationKind::PriorAuthorization,
                status: AuthorizationStatus::Approved,
                number: Some("AUTH1".parse().unwrap()),
                asked: Some(day("2026-02-20")),
                decided: Some(day("2026-02-24")),
                from: Some(day("2026-03-01")),
                to: Some(day("2026-05-31")),
                services: vec![AuthorizedService {
                    procedures: vec!["G0151".parse().unwrap()],
                    approved: Decimal::from(units),
                    used: Decimal::ZERO,
                }],
                way: Some(AuthorizationWay::Phone),
                visits: Vec::new(),
                uses: Vec::new(),
                answer: None,
            })
            .unwrap(),
        ),
    }
}
