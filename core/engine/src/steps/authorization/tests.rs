//! Authorizations wanted, asked, granted, counted and run out, at the desk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use proptest::prelude::*;
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

#[test]
fn what_a_rule_wants_is_wanted_once_in_one_request_and_follows_the_visit() {
    let mut office = Office::new(WANTS_ALL);
    office.keep(
        "2026-03-02",
        visit("V-1", "2026-03-20", &[("G0151", 4), ("G0152", 1)]),
    );
    for _ in 0..2 {
        office.check("2026-03-02", "V-1");
    }
    let held = office.only();
    assert_eq!(held.authorization.status, AuthorizationStatus::Required);
    assert_eq!(held.authorization.services.len(), 2);
    assert_eq!(held.authorization.from, Some(day("2026-03-20")));
    assert!(office.work().is_empty());
    // Moved, and for more: what nobody has asked yet goes along.
    office.keep(
        "2026-03-03",
        visit("V-1", "2026-03-24", &[("G0151", 6), ("G0152", 1)]),
    );
    office.on("2026-03-03", |desk| check_due(desk).unwrap());
    let held = office.only();
    assert_eq!(held.authorization.to, Some(day("2026-03-24")));
    assert_eq!(held.authorization.services[0].approved, Decimal::from(6));

    let requests = office.ask("2026-03-03");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].services.len(), 2);
    assert_eq!(office.only().authorization.asked, Some(day("2026-03-03")));
    assert!(office.ask("2026-03-03").is_empty());
    office.check("2026-03-03", "V-1");
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Asked
    );
}

#[test]
fn without_the_rule_nothing_is_wanted_and_a_visit_that_is_called_off_lets_go() {
    let silent = WANTS_ALL.replace("!service.is_authorized", "false");
    let mut office = Office::new(&silent);
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.on("2026-03-02", |desk| check_due(desk).unwrap());
    assert!(office.all().is_empty());

    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.on("2026-03-02", |desk| check_due(desk).unwrap());
    let mut called_off = visit("V-1", "2026-03-20", &[("G0151", 4)]);
    called_off
        .move_to(EncounterStatus::Cancelled, day("2026-03-03"))
        .unwrap();
    office.keep("2026-03-03", called_off);
    office.on("2026-03-03", |desk| check_due(desk).unwrap());
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Cancelled
    );
    assert!(office.ask("2026-03-03").is_empty());
}

#[test]
fn visits_are_booked_under_an_approval_until_its_units_are_spoken_for() {
    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", approved("A1", "SUMMIT", 10));
    for (id, on) in [
        ("V-1", "2026-03-20"),
        ("V-2", "2026-03-27"),
        ("V-3", "2026-04-03"),
    ] {
        office.keep("2026-03-02", visit(id, on, &[("G0151", 4)]));
        office.check("2026-03-02", id);
    }
    let all = office.all();
    let of = |id: &str| {
        let id: EncounterId = id.parse().unwrap();
        let mut under = all.iter().filter(|held| held.is_for(&id));
        under.next().unwrap().authorization.status
    };
    assert_eq!(of("V-1"), AuthorizationStatus::Approved);
    assert_eq!(of("V-2"), AuthorizationStatus::Approved);
    // Eight of ten are spoken for: two are not four.
    assert_eq!(of("V-3"), AuthorizationStatus::Required);
    assert_eq!(all.len(), 2);
}

#[test]
fn a_payer_that_is_asked_by_telephone_is_work_and_one_that_does_not_exist_too() {
    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", patient("OLD"));
    office.keep("2026-03-02", visit("V-1", "2026-03-03", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    let work = office.work();
    assert_eq!(work.len(), 1);
    assert!(
        work[0].reason.contains("by phone to authorize G0151"),
        "{}",
        work[0].reason
    );
    assert_eq!(
        (work[0].owner.0.as_str(), work[0].due),
        ("authorizations", day("2026-03-03"))
    );
    assert!(office.ask("2026-03-02").is_empty());

    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", patient("SELF"));
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    assert!(office.all().is_empty());
    assert!(office.reasons()[0].contains("no payer is on file"));
}

/// A request that has left, and what the payer makes of it.
fn answered(
    office: &mut Office,
    change: impl Fn(&mut AuthorizationRecord),
) -> AuthorizationResponse {
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    let request = office.ask("2026-03-02").remove(0);
    let mut record = office.only().authorization.into_record();
    change(&mut record);
    AuthorizationResponse::to(&request, &record)
}

fn decides(record: &mut AuthorizationRecord, outcome: ReviewOutcome, reasons: &[&str]) {
    record.status = outcome.status();
    if outcome.grants() {
        record.number = Some("AUTH9".parse().unwrap());
    }
    record.answer = Some(ReviewAnswer {
        outcome: Some(outcome),
        reasons: reasons.iter().map(|code| (*code).to_owned()).collect(),
        ..ReviewAnswer::default()
    });
}

#[test]
fn each_decision_of_a_payer_leaves_the_authorization_where_it_belongs_and_tells_who_must_know() {
    use AuthorizationStatus::{Approved, Asked, Cancelled, Denied};
    for (outcome, reasons, status, says) in [
        (ReviewOutcome::Certified, &[][..], Approved, None),
        (
            ReviewOutcome::Modified,
            &[],
            Approved,
            Some("2 of 4 units of G0151"),
        ),
        (
            ReviewOutcome::Partial,
            &["0V"],
            Approved,
            Some("(reason 0V)"),
        ),
        (
            ReviewOutcome::NotCertified,
            &["35"],
            Denied,
            Some("peer-to-peer"),
        ),
        (
            ReviewOutcome::Pended,
            &["0U"],
            Asked,
            Some("additional information needed"),
        ),
        (ReviewOutcome::Pended, &[], Asked, None),
        (
            ReviewOutcome::ContactPayer,
            &[],
            Asked,
            Some("wants a call"),
        ),
        (ReviewOutcome::NotRequired, &[], Cancelled, None),
        (
            ReviewOutcome::Cancelled,
            &[],
            Cancelled,
            Some("cancelled by the payer"),
        ),
    ] {
        let mut office = Office::new(WANTS_ALL);
        let response = answered(&mut office, |record| {
            decides(record, outcome, reasons);
            if outcome == ReviewOutcome::Modified {
                record.services[0].approved = Decimal::TWO;
            }
        });
        let remarks = office.hear("2026-03-04", response);
        assert!(remarks.is_empty(), "{remarks:?}");
        let held = office.all().remove(0);
        assert_eq!(held.authorization.status, status, "{outcome:?}");
        let reasons: Vec<String> = office
            .reasons()
            .into_iter()
            .filter(|reason| !reason.starts_with("the 2 units"))
            .collect();
        match says {
            Some(says) => assert!(
                reasons.len() == 1 && reasons[0].contains(says),
                "{reasons:?}"
            ),
            None => assert!(reasons.is_empty(), "{outcome:?}: {reasons:?}"),
        }
        // Whatever it was, the same is not asked again by itself.
        assert!(office.ask("2026-03-04").is_empty(), "{outcome:?}");
    }
}

#[test]
fn a_request_that_was_refused_unread_is_told_in_words_and_leaves_again_when_a_person_says_so() {
    let mut office = Office::new(WANTS_ALL);
    let response = answered(&mut office, |record| {
        record.answer = Some(ReviewAnswer {
            rejections: vec![EligibilityRejection {
                at: "2010C".to_owned(),
                reason: "72".to_owned(),
                action: FollowUpAction::Correct,
            }],
            ..ReviewAnswer::default()
        });
    });
    office.hear("2026-03-04", response);
    let reasons = office.reasons();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].contains("member number") && reasons[0].ends_with("mend it and ask again"));
    assert!(office.ask("2026-03-05").is_empty());
    let id = office.only().id;
    office.on("2026-03-05", |desk| ask_again(desk, &id).unwrap());
    assert!(office.work().is_empty());
    assert_eq!(office.ask("2026-03-05").len(), 1);
}

#[test]
fn an_answer_is_known_by_its_content_where_its_name_was_lost_and_else_set_aside() {
    let granted = |record: &mut AuthorizationRecord| decides(record, ReviewOutcome::Certified, &[]);
    let lose = |response: &mut AuthorizationResponse| {
        response.traces.clear();
        response.request.batch = Some("THEIRS".to_owned());
    };
    let mut office = Office::new(WANTS_ALL);
    let mut response = answered(&mut office, granted);
    lose(&mut response);
    office.hear("2026-03-04", response);
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Approved
    );

    let mut office = Office::new(WANTS_ALL);
    let mut response = answered(&mut office, granted);
    lose(&mut response);
    response.request.subscriber.member = Some("M9999".parse().unwrap());
    let remarks = office.hear("2026-03-04", response);
    assert_eq!(remarks.len(), 1);
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Asked
    );
    let reasons = office.reasons();
    assert!(
        reasons[0].contains("belongs to no request of ours"),
        "{reasons:?}"
    );
    assert!(reasons[0].contains("A1"));
}

#[test]
fn an_approval_without_a_number_is_for_a_person_who_records_it_by_hand() {
    let mut office = Office::new(WANTS_ALL);
    let response = answered(&mut office, |record| {
        decides(record, ReviewOutcome::Certified, &[]);
        record.number = None;
    });
    office.hear("2026-03-04", response);
    let held = office.only();
    assert_eq!(held.authorization.status, AuthorizationStatus::Asked);
    assert!(held.authorization.answer.is_some());
    assert!(
        office.reasons()[0].contains("no `number`"),
        "{:?}",
        office.reasons()
    );
    let heard = AuthorizationByHand {
        about: AuthorizationAbout::OnFile(held.id),
        way: AuthorizationWay::Phone,
        reference: Some("CALL-77".to_owned()),
        decision: DecisionByHand::Granted {
            number: "AUTH9".parse().unwrap(),
            from: day("2026-03-01"),
            to: day("2026-04-30"),
            services: Vec::new(),
        },
    };
    office.on("2026-03-05", |desk| record(desk, &heard).unwrap());
    let held = office.only().authorization;
    assert_eq!(held.status, AuthorizationStatus::Approved);
    assert_eq!(held.way, Some(AuthorizationWay::Phone));
    assert!(office.work().is_empty());
}

#[test]
fn what_cannot_be_recorded_is_refused_and_a_referral_is_on_file_for_claims() {
    let mut office = Office::new("");
    let about = |patient: &str, payer: Option<&str>| AuthorizationAbout::New {
        patient: patient.parse().unwrap(),
        payer: payer.map(str::to_owned),
        visit: None,
        kind: AuthorizationKind::Referral,
    };
    let heard = |about| AuthorizationByHand {
        about,
        way: AuthorizationWay::Fax,
        reference: None,
        decision: DecisionByHand::Granted {
            number: "R-1".parse().unwrap(),
            from: day("2026-03-01"),
            to: day("2026-06-30"),
            services: Vec::new(),
        },
    };
    for (about, expected) in [
        (about("P-8", None), AuthorizationCallError::UnknownPatient),
        (about("P-7", Some("old")), AuthorizationCallError::NoPayer),
        (
            AuthorizationAbout::OnFile("A9".parse().unwrap()),
            AuthorizationCallError::Unknown {
                id: "A9".parse().unwrap(),
            },
        ),
    ] {
        let heard = heard(about);
        let refused = office.on("2026-03-05", |desk| record(desk, &heard).unwrap_err());
        let EngineError::Authorization(refused) = refused else {
            panic!("{refused}");
        };
        assert_eq!(refused, expected);
    }
    let heard = heard(about("P-7", Some("summit")));
    let kept = office.on("2026-03-05", |desk| record(desk, &heard).unwrap());
    let payer = "SUMMIT".parse().unwrap();
    let reader = office.store.read().unwrap();
    let find = |kind, on: &str| -> Option<RecordId> {
        let charge = charged("G0299", on);
        let found = on_file::covering(reader.as_ref(), &office.config, &payer, kind, &charge);
        found.unwrap().map(|held| held.id)
    };
    assert_eq!(
        find(AuthorizationKind::Referral, "2026-04-01"),
        Some(kept.id)
    );
    assert_eq!(find(AuthorizationKind::Referral, "2026-07-01"), None);
    assert_eq!(
        find(AuthorizationKind::PriorAuthorization, "2026-04-01"),
        None
    );
}

/// A charge of one unit.
fn charged(procedure: &str, on: &str) -> Charge {
    Charge::new(ChargeRecord {
        id: "C-1".parse().unwrap(),
        encounter: "V-1".parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        provider: "1234567893".parse().unwrap(),
        place: "11".parse().unwrap(),
        procedure: procedure.parse().unwrap(),
        modifiers: Vec::new(),
        units: 1.into(),
        diagnoses: Vec::new(),
        amount: Money::from_cents(6_000),
        service: day(on),
        entered: day(on),
        billing: Billing::Unbilled,
    })
    .unwrap()
}

#[test]
fn each_payer_has_its_time_to_decide_and_is_pressed_once_when_it_is_up() {
    let due = |payer: &str, asked: &str, urgency: Urgency| {
        let config: Config = serde_yaml::from_str(PRACTICE).unwrap();
        let Record::Authorization {
            id, authorization, ..
        } = approved("A1", payer, 4)
        else {
            unreachable!();
        };
        let mut record = authorization.into_record();
        record.status = AuthorizationStatus::Asked;
        (record.asked, record.decided) = (Some(day(asked)), None);
        let held = AuthorizationOnFile {
            id,
            encounter: None,
            urgency,
            authorization: Authorization::new(record).unwrap(),
        };
        clock::decision(&config, &held).map(|(_, due)| due.to_string())
    };
    let (standard, expedited) = (Urgency::Standard, Urgency::Expedited);
    let is = |day: &str| Some(day.to_owned());
    assert_eq!(due("MADV1", "2026-03-02", standard), is("2026-03-09"));
    assert_eq!(due("MADV1", "2026-03-02", expedited), is("2026-03-05"));
    assert_eq!(due("MADV1", "2025-12-31", standard), None);
    assert_eq!(due("SUMMIT", "2026-03-02", standard), is("2026-03-17"));
    assert_eq!(due("OLD", "2026-03-02", standard), is("2026-03-16"));
    assert_eq!(due("OLD", "2026-03-02", expedited), None);

    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", patient("MADV1"));
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    office.ask("2026-03-02");
    let mut fired = Vec::new();
    for on in [
        "2026-03-09",
        "2026-03-10",
        "2026-03-11",
        "2026-03-18",
        "2026-03-19",
    ] {
        for told in office.on(on, |desk| clock::fire_due(desk).unwrap()) {
            fired.push((on, told.reason));
        }
    }
    assert_eq!(fired.len(), 2, "{fired:?}");
    assert_eq!(fired[0].0, "2026-03-10");
    assert!(fired[0].1.contains("by 2026-03-09") && fired[0].1.contains("escalate"));
    assert_eq!(fired[1].0, "2026-03-18");
    assert!(fired[1].1.contains("the visit is on 2026-03-20"));
}

#[test]
fn an_approval_that_runs_out_before_visits_that_are_booked_is_told_of_once() {
    let mut office = Office::new("");
    office.on("2026-03-02", |desk| {
        let held = AuthorizationOnFile::of(approved("A1", "SUMMIT", 10)).unwrap();
        clock::keep(desk, held).unwrap();
    });
    let fire = |office: &mut Office, on: &str| -> Vec<String> {
        let told = office.on(on, |desk| clock::fire_due(desk).unwrap());
        told.into_iter().map(|one| one.reason).collect()
    };
    office.keep("2026-03-02", visit("V-1", "2026-05-20", &[("G0151", 4)]));
    office.keep("2026-03-02", visit("V-2", "2026-06-10", &[("G0151", 4)]));
    assert!(fire(&mut office, "2026-05-16").is_empty());
    let told = fire(&mut office, "2026-05-17");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("ends on 2026-05-31") && told[0].contains("2026-06-10"),
        "{told:?}"
    );
    for on in ["2026-05-18", "2026-05-31", "2026-06-05"] {
        assert!(fire(&mut office, on).is_empty(), "{on}");
    }
    // Without a visit behind its end nobody is bothered.
    let mut office = Office::new("");
    office.on("2026-03-02", |desk| {
        let held = AuthorizationOnFile::of(approved("A1", "SUMMIT", 10)).unwrap();
        clock::keep(desk, held).unwrap();
    });
    office.keep("2026-03-02", visit("V-1", "2026-05-20", &[("G0151", 4)]));
    assert!(fire(&mut office, "2026-05-20").is_empty());
    // More is booked than is left: told when the last visit is booked, not before.
    office.keep("2026-03-02", visit("V-2", "2026-05-21", &[("G0151", 4)]));
    office.check("2026-03-02", "V-2");
    assert!(office.work().is_empty());
    office.keep("2026-03-02", visit("V-3", "2026-05-22", &[("G0151", 4)]));
    for _ in 0..2 {
        office.check("2026-03-02", "V-3");
    }
    let reasons = office.reasons();
    assert_eq!(reasons.len(), 1);
    assert!(
        reasons[0].contains("10 are left, and visits are booked for 12"),
        "{reasons:?}"
    );
}

#[test]
fn what_is_put_off_is_asked_from_its_day_on() {
    let put_off = WANTS_ALL.replace(
        "    for service",
        "    if today() < date(\"2026-03-10\") { put_off_until(date(\"2026-03-10\"), \"the records are not ready\"); }\n    for service",
    );
    let mut office = Office::new(&put_off.replace("put_off_until", "defer"));
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    assert_eq!(
        office.only().authorization.status,
        AuthorizationStatus::Required
    );
    assert!(office.ask("2026-03-09").is_empty());
    assert_eq!(office.ask("2026-03-10").len(), 1);
}

/// A claim of the patient, that names the authorization.
fn claim(id: &str, units: i64) -> Claim {
    let mut claim = sample::claim(id, 100);
    claim.patient = patient("SUMMIT").person.clone();
    claim.coverages[0].payer = Some("SUMMIT".parse().unwrap());
    claim.authorization = Some("AUTH1".to_owned());
    claim.lines[0].procedure = Some(scrubjay_model::AsSent::read("G0151"));
    claim.lines[0].units = Decimal::from(units);
    claim
}

fn make(office: &mut Office, claim: &Claim) {
    let event = Event::ClaimCreated {
        claim: Box::new(claim.clone()),
        payer: "summit".to_owned(),
        replaces: None,
    };
    office.on("2026-03-02", |desk| {
        desk.record(&event).unwrap();
        desk.move_claim(&claim.id, Move::Work(Work::Ready)).unwrap();
    });
}

/// As a batch does it.
fn send(desk: &mut Desk<'_>, claim: &ClaimId) {
    let row = desk.tx.claim(claim).unwrap().unwrap();
    if row.status.work != Work::Ready {
        return;
    }
    let document = desk.tx.claim_document(claim).unwrap().unwrap();
    desk.move_claim(claim, Move::Work(Work::Submitted)).unwrap();
    units::count(desk, &document).unwrap();
}

#[test]
fn a_claim_sees_what_is_left_without_itself_and_the_one_that_it_replaces() {
    let mut office = Office::new("");
    office.keep("2026-03-02", approved("A1", "SUMMIT", 10));
    let first = claim("K-1", 7);
    make(&mut office, &first);
    office.on("2026-03-02", |desk| send(desk, &first.id));
    let left = |office: &mut Office, claim: &Claim| {
        let claim = claim.clone();
        office.on("2026-03-02", |desk| {
            let seen = on_file::seen_by_claim(desk.tx.as_ref(), desk.config, &claim).unwrap();
            seen.first()
                .and_then(|one| one.left(&"G0151".parse().unwrap()))
        })
    };
    assert_eq!(left(&mut office, &first), Some(Decimal::TEN));
    assert_eq!(left(&mut office, &claim("K-2", 4)), Some(Decimal::from(3)));
    let mut another = claim("K-3", 4);
    another.patient.name = Name::person("HERON", "BEA");
    assert_eq!(left(&mut office, &another), None);
    let event = Event::ClaimCreated {
        claim: Box::new(claim("K-4", 8)),
        payer: "summit".to_owned(),
        replaces: Some(first.id.clone()),
    };
    office.on("2026-03-02", |desk| desk.record(&event).unwrap());
    assert_eq!(left(&mut office, &claim("K-4", 8)), Some(Decimal::TEN));
}

#[test]
fn claims_that_were_sent_before_the_number_was_on_file_count_when_it_is() {
    let mut office = Office::new("");
    let first = claim("K-1", 3);
    make(&mut office, &first);
    let batch = sample::batch(7, &["K-1"]);
    office.on("2026-03-02", |desk| {
        desk.record(&batch).unwrap();
        send(desk, &first.id);
    });
    let heard = AuthorizationByHand {
        about: AuthorizationAbout::New {
            patient: "P-7".parse().unwrap(),
            payer: None,
            visit: None,
            kind: AuthorizationKind::PriorAuthorization,
        },
        way: AuthorizationWay::Portal,
        reference: None,
        decision: DecisionByHand::Granted {
            number: "AUTH1".parse().unwrap(),
            from: day("2026-03-01"),
            to: day("2026-05-31"),
            services: vec![("G0151".parse().unwrap(), Decimal::TEN)],
        },
    };
    office.on("2026-03-05", |desk| record(desk, &heard).unwrap());
    assert_eq!(
        office.only().authorization.services[0].used,
        Decimal::from(3)
    );
    office.on("2026-03-06", |desk| {
        desk.move_claim(&first.id, Move::Work(Work::Rejected))
            .unwrap();
    });
    assert_eq!(office.only().authorization.services[0].used, Decimal::ZERO);
}

/// What happens to a claim.
#[derive(Debug, Clone, Copy)]
enum Step {
    Send,
    Move(Work),
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        3 => Just(Step::Send),
        5 => prop::sample::select(vec![
            Step::Move(Work::Rejected),
            Step::Move(Work::Ready),
            Step::Move(Work::Accepted),
            Step::Move(Work::Adjudicated),
        ]),
        1 => prop::sample::select(vec![Step::Move(Work::Void), Step::Move(Work::Closed)]),
    ];
    prop::collection::vec((0..4usize, step), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens to claims in whatever order.
    #[test]
    fn what_is_used_is_the_sum_over_the_claims_that_payers_have(
        units in prop::collection::vec(1..7i64, 4),
        steps in steps(),
    ) {
        let mut office = Office::new("");
        office.keep("2026-03-02", approved("A1", "SUMMIT", 12));
        let claims: Vec<Claim> = (1..)
            .zip(&units)
            .map(|(number, units)| claim(&format!("K-{number}"), *units))
            .collect();
        for claim in &claims {
            make(&mut office, claim);
        }
        // Closed before it was ever sent, a claim has used nothing.
        let mut sent: BTreeMap<usize, bool> = BTreeMap::new();
        for (at, step) in steps {
            let id = claims[at].id.clone();
            office.on("2026-03-03", |desk| match step {
                Step::Send => {
                    let ready = desk.tx.claim(&id).unwrap().unwrap().status.work == Work::Ready;
                    send(desk, &id);
                    if ready {
                        sent.insert(at, true);
                    }
                }
                Step::Move(to) => {
                    let moved = desk.move_claim(&id, Move::Work(to)).unwrap();
                    if moved == crate::desk::Moved::Now && to != Work::Closed {
                        let there = matches!(to, Work::Accepted | Work::Adjudicated);
                        sent.insert(at, there);
                    }
                }
            });
            let mut expected = 0;
            for (at, claim) in claims.iter().enumerate() {
                let work = office.store.read().unwrap().claim(&claim.id).unwrap().unwrap().status.work;
                let live = matches!(
                    work,
                    Work::Submitted | Work::Accepted | Work::Adjudicated | Work::Closed
                );
                if live && sent.get(&at) == Some(&true) {
                    expected += units[at];
                }
            }
            let held = office.only().authorization;
            prop_assert_eq!(held.services[0].used, Decimal::from(expected.min(12)));
        }
    }
}

#[test]
fn an_outbox_is_where_the_requests_are() {
    let mut office = Office::new(WANTS_ALL);
    office.keep("2026-03-02", visit("V-1", "2026-03-20", &[("G0151", 4)]));
    office.check("2026-03-02", "V-1");
    let outbox = office.outbox.path().to_owned();
    let sent = office.on("2026-03-02", |desk| {
        write_wanted(desk, &outbox, &|_| false).unwrap()
    });
    assert_eq!(sent[0].0.questions, 1);
    assert_eq!(sent[0].1.extension().map(Path::new), Some(Path::new("tmp")));
    assert!(sent[0].0.name.ends_with("-house.278"), "{}", sent[0].0.name);
}
