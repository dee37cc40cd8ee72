//! Cover asked about, answered and judged, at the desk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use scrubjay_edi::{
    EligibilityRequest, EligibilityResponse, Exchange, Party, read_eligibility_requests,
    write_eligibility_responses,
};
use scrubjay_hooks::Handler;
use scrubjay_model::{
    Benefit, BenefitKind, CoverageOrder, EligibilityRecord, EligibilityRejection, EncounterRecord,
    EncounterStatus, FollowUpAction, Name, OtherPayer, Part2Consent, PatientCoverage,
    PatientRecord, Person, Relationship, Sex, WorkItem,
};
use scrubjay_rules::RuleSet;
use scrubjay_store::{Cause, MemoryStore, Stamp, Store};
use scrubjay_x12::ControlNumbers;

use super::*;
use crate::desk::Handlers;

mod answers;
mod questions;

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
  - { key: medicare, name: Medicare, id: MCR01, line: medicare, channel: house }
  - { key: sample-advantage, name: Sample Advantage, id: MADV1, line: medicare-advantage, channel: house }
  - { key: summit, name: Summit Health, id: SUMMIT, line: commercial, channel: house }
  - { key: paper, name: Paper Mutual, id: PAPER, line: commercial }
  - { key: self, name: Self Pay, id: SELF, line: self-pay }
";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A practice with a store, an outbox and the rules of a test.
pub(crate) struct Office {
    pub(crate) store: MemoryStore,
    handlers: Handlers,
    pub(crate) config: Config,
    outbox: tempfile::TempDir,
    _packs: tempfile::TempDir,
}

impl Office {
    pub(crate) fn new() -> Self {
        Self::with_rules(&[])
    }

    /// With a pack of these files of rules.
    pub(crate) fn with_rules(rules: &[(&str, &str)]) -> Self {
        let packs = tempfile::tempdir().unwrap();
        let folder = packs.path().join("test");
        std::fs::create_dir_all(&folder).unwrap();
        let head = "id: medicare\ntitle: Rules of a test\nversion: 1.0.0\n";
        std::fs::write(folder.join("pack.yaml"), head).unwrap();
        for (name, text) in rules {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let set = RuleSet::load(&[packs.path().to_owned()]).unwrap();
        let rules: Vec<Arc<dyn Handler>> = vec![Arc::new(set)];
        Self {
            store: MemoryStore::new(),
            handlers: Handlers::new(&rules),
            config: serde_yaml::from_str(PRACTICE).unwrap(),
            outbox: tempfile::tempdir().unwrap(),
            _packs: packs,
        }
    }

    /// Does something at the desk on a day, and keeps it.
    pub(crate) fn on<T>(&mut self, on: &str, run: impl FnOnce(&mut Desk<'_>, &Path) -> T) -> T {
        let mut desk = Desk {
            tx: self.store.begin().unwrap(),
            handlers: &mut self.handlers,
            config: &self.config,
            stamp: Stamp {
                at: format!("{on}T08:00:00Z").parse().unwrap(),
                actor: "test".to_owned(),
                cause: Cause::Clock,
            },
        };
        let done = run(&mut desk, self.outbox.path());
        desk.tx.commit().unwrap();
        done
    }

    /// What a day brings: what is due is wanted, and what is wanted leaves.
    /// Twice, since nothing may come of the second time.
    pub(crate) fn day(&mut self, on: &str) -> Vec<EligibilityRequest> {
        let mut asked = Vec::new();
        for time in 0..2 {
            let written = self.on(on, |desk, outbox| {
                fire_due(desk).unwrap();
                write_wanted(desk, outbox, &|_| false).unwrap()
            });
            assert!(time == 0 || written.is_empty(), "{written:?}");
            for (_, path) in written {
                let bytes = std::fs::read(path).unwrap();
                let report = scrubjay_x12::check(&bytes, &[]).unwrap();
                assert!(report.is_valid(), "{}", String::from_utf8_lossy(&bytes));
                for interchange in scrubjay_x12::read(&bytes).unwrap() {
                    for set in &interchange.sets {
                        asked.extend(read_eligibility_requests(set).unwrap());
                    }
                }
            }
        }
        asked
    }

    /// Takes in the answers of a file.
    pub(crate) fn answered(&mut self, on: &str, answers: &[EligibilityResponse]) -> Vec<String> {
        struct Numbers(u32);
        impl ControlNumbers for Numbers {
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
        let end = |id: &str| Party {
            qualifier: "ZZ".into(),
            id: id.into(),
            name: id.into(),
        };
        let exchange = Exchange {
            items: answers,
            sender: end("SAMPLEHOUSE"),
            receiver: end("SAMPLESENDER"),
            usage: "T",
            at: format!("{on}T07:00:00Z").parse().unwrap(),
        };
        let bytes = write_eligibility_responses(&exchange, &mut Numbers(0)).unwrap();
        let interchanges = scrubjay_x12::read(&bytes.bytes).unwrap();
        self.on(on, |desk, _| {
            let mut remarks = Vec::new();
            for set in interchanges.iter().flat_map(|one| &one.sets) {
                remarks.extend(take_answers(desk, set).unwrap().unwrap().remarks);
            }
            remarks
        })
    }

    pub(crate) fn inquiries(&self) -> Vec<InquiryRecord> {
        let reader = self.store.read().unwrap();
        inquiries_of(reader.as_ref(), &"P-7".parse().unwrap()).unwrap()
    }

    pub(crate) fn patient(&self) -> Patient {
        let key: PatientKey = "P-7".parse().unwrap();
        match self.store.read().unwrap().record(&(&key).into()).unwrap() {
            Some(Record::Patient(patient)) => *patient,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn work(&self, kind: WorkKind) -> Vec<WorkItem> {
        let mut open = self.store.read().unwrap().open_work(None).unwrap();
        open.retain(|item| item.kind == kind);
        open
    }
}

pub(crate) fn coverage(payer: &str, name: &str, order: CoverageOrder) -> PatientCoverage {
    PatientCoverage {
        coverage: Coverage {
            order,
            payer: Some(payer.parse().unwrap()),
            payer_name: Name::organization(name),
            member: Some(format!("M{payer}").parse().unwrap()),
            subscriber: None,
            relationship: Relationship::Own,
            group_number: None,
            plan_name: None,
            filing_indicator: None,
            msp_type: None,
            paid: None,
        },
        from: None,
        to: None,
    }
}

pub(crate) fn medicare() -> PatientCoverage {
    coverage("MCR01", "Medicare", CoverageOrder::Primary)
}

pub(crate) fn patient(coverages: Vec<PatientCoverage>) -> Patient {
    Patient::new(PatientRecord {
        key: "P-7".parse().unwrap(),
        registered: day("2026-01-05"),
        person: Person {
            name: Name::person("SAMPLE", "PATIENT"),
            born: Some(day("1950-04-01")),
            sex: Some(Sex::F),
            ..Person::default()
        },
        phone: None,
        email: None,
        guarantor: None,
        coverages,
        msp: Default::default(),
        provider: None,
        site: None,
        consent: Default::default(),
    })
    .unwrap()
}

pub(crate) fn visit(scheduled: &str) -> Encounter {
    Encounter::new(EncounterRecord {
        id: "V-1".parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        provider: "1234567893".parse().unwrap(),
        place: "11".parse().unwrap(),
        status: EncounterStatus::Scheduled,
        booked: Some(day("2026-03-02")),
        scheduled: day(scheduled),
        arrived: None,
        closed: None,
        planned: Vec::new(),
        diagnoses: Vec::new(),
    })
    .unwrap()
}

/// A patient with coverages, and a visit that is booked.
pub(crate) fn booked(office: &mut Office, coverages: Vec<PatientCoverage>, scheduled: &str) {
    office.on("2026-03-02", |desk, _| {
        desk.keep(patient(coverages), None).unwrap();
        desk.keep(visit(scheduled), None).unwrap();
    });
}

fn active() -> Benefit {
    Benefit {
        service_types: vec!["30".parse().unwrap()],
        ..Benefit::of(BenefitKind::Active)
    }
}

/// The answer of a payer to a question.
pub(crate) fn answer(
    request: &EligibilityRequest,
    change: impl FnOnce(&mut EligibilityRecord),
) -> EligibilityResponse {
    let mut record = EligibilityRecord {
        patient: "P-7".parse().unwrap(),
        payer: request.payer.id.clone().unwrap(),
        member: request.subscriber.member.clone(),
        person: None,
        asked: request.service.unwrap(),
        service: request.service.unwrap(),
        plan_from: None,
        plan_to: None,
        benefits: vec![active()],
        other_payers: Vec::new(),
        rejections: Vec::new(),
        carried: Vec::new(),
    };
    change(&mut record);
    EligibilityResponse::to(request, &record)
}

/// The plan that stands behind the card.
fn advantage(other: &mut OtherPayer) {
    other.payer = Some("MADV1".parse().unwrap());
    other.insurance_type = Some("HN".to_owned());
    other.from = Some(day("2026-01-01"));
}

fn behind_the_card(member: Option<&str>) -> impl FnOnce(&mut EligibilityRecord) {
    let member = member.map(|member| member.parse().unwrap());
    move |record| {
        let mut other = OtherPayer::named(Name::organization("SAMPLE ADVANTAGE"));
        advantage(&mut other);
        other.member = member;
        record.other_payers.push(other);
    }
}

fn medicare_second() -> PatientCoverage {
    let mut second = medicare();
    second.coverage.order = CoverageOrder::Secondary;
    second
}

const ADVANTAGE: &str = include_str!("../../../../../payer-rules/medicare/advantage.rhai");

/// The first question as it left.
fn first_question(office: &Office) -> EligibilityRequest {
    let mut names: Vec<_> = std::fs::read_dir(office.outbox.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    let read = scrubjay_x12::read(&std::fs::read(&names[0]).unwrap()).unwrap();
    read_eligibility_requests(&read[0].sets[0])
        .unwrap()
        .remove(0)
}
