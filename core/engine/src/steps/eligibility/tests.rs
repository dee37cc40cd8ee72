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

#[test]
fn a_visit_is_asked_about_when_booked_two_days_before_and_on_its_day_and_no_more() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    let mut asked = Vec::new();
    let mut today = day("2026-03-02");
    while today <= day("2026-03-22") {
        for request in office.day(&today.to_string()) {
            asked.push(today.to_string());
            assert_eq!(request.service, Some(day("2026-03-20")));
            let answer = answer(&request, |_| ());
            assert!(office.answered(&today.to_string(), &[answer]).is_empty());
        }
        today = today.succ_opt().unwrap();
    }
    assert_eq!(asked, ["2026-03-02", "2026-03-18", "2026-03-20"]);
    let occasions: Vec<_> = office
        .inquiries()
        .iter()
        .map(|one| (one.occasion.unwrap().as_str(), one.state()))
        .collect();
    let all = ["booked", "before", "day"].map(|occasion| (occasion, "answered"));
    assert_eq!(occasions, all);
    assert!(office.work(WorkKind::Eligibility).is_empty());
}

#[test]
fn an_answer_that_grows_old_before_the_visit_is_asked_for_again() {
    let mut office = Office::new();
    office.config.payers[2].terms.cover_fresh = Some("10 days".parse().unwrap());
    let summit = coverage("SUMMIT", "Summit Health", CoverageOrder::Primary);
    booked(&mut office, vec![medicare_second(), summit], "2026-04-20");
    let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut today = day("2026-03-02");
    while today < day("2026-04-10") {
        for request in office.day(&today.to_string()) {
            let payer = request.payer.id.clone().unwrap().to_string();
            asked.entry(payer).or_default().push(today.to_string());
            office.answered(&today.to_string(), &[answer(&request, |_| ())]);
        }
        today = today.succ_opt().unwrap();
    }
    // Ten days by the contract, and a month has begun.
    assert_eq!(
        asked["SUMMIT"],
        ["2026-03-02", "2026-03-13", "2026-03-24", "2026-04-01"]
    );
    assert_eq!(asked["MCR01"], ["2026-03-02", "2026-04-01"]);
}

fn medicare_second() -> PatientCoverage {
    let mut second = medicare();
    second.coverage.order = CoverageOrder::Secondary;
    second
}

const ADVANTAGE: &str = include_str!("../../../../../payer-rules/medicare/advantage.rhai");

#[test]
fn a_plan_behind_a_medicare_card_takes_its_place_where_the_rule_says_so() {
    for has_rule in [true, false] {
        let rules = [("advantage.rhai", ADVANTAGE)];
        let mut office = Office::with_rules(if has_rule { &rules } else { &[] });
        booked(&mut office, vec![medicare()], "2026-03-20");
        let asked = office.day("2026-03-02");
        let found = answer(&asked[0], behind_the_card(Some("MA777")));
        office.answered("2026-03-02", &[found]);
        let held = |on: &str| -> Vec<(String, String)> {
            let coverages = office.patient().coverages_on(day(on));
            let told = |coverage: &Coverage| {
                let member = coverage.member.as_ref().unwrap();
                (coverage.payer_name.last.clone(), member.to_string())
            };
            coverages.iter().map(told).collect()
        };
        let medicare = [("Medicare".to_owned(), "MMCR01".to_owned())];
        assert_eq!(held("2025-12-31"), medicare);
        if !has_rule {
            assert_eq!(held("2026-03-20"), medicare);
            assert_eq!(office.inquiries().len(), 1);
            continue;
        }
        assert_eq!(
            held("2026-03-20"),
            [("Sample Advantage".to_owned(), "MA777".to_owned())]
        );
        // The plan is asked in its turn.
        let asked = office.day("2026-03-03");
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].payer.id.as_ref().unwrap().as_str(), "MADV1");
        assert_eq!(
            asked[0].subscriber.member.as_ref().unwrap().as_str(),
            "MA777"
        );
        office.answered("2026-03-03", &[answer(&asked[0], |_| ())]);
        assert!(office.work(WorkKind::Eligibility).is_empty());
    }
}

#[test]
fn a_plan_whose_member_number_nobody_knows_is_somebodys_work() {
    let mut office = Office::with_rules(&[("advantage.rhai", ADVANTAGE)]);
    booked(&mut office, vec![medicare()], "2026-03-20");
    let asked = office.day("2026-03-02");
    office.answered("2026-03-02", &[answer(&asked[0], behind_the_card(None))]);
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    assert!(
        open[0].reason.contains("member number is not known"),
        "{open:?}"
    );
    assert_eq!(open[0].owner.0, "front_desk");
    let patient = office.patient();
    let now = patient.coverages_on(day("2026-03-20"));
    assert_eq!(now[0].payer_name.last, "Sample Advantage");

    // The plan is asked by name and date of birth; what it says brings no card.
    let asked = office.day("2026-03-03");
    assert_eq!(asked[0].payer.id.as_ref().unwrap().as_str(), "MADV1");
    assert_eq!(asked[0].subscriber.member, None);
    office.answered("2026-03-03", &[answer(&asked[0], |_| ())]);
    assert_eq!(office.work(WorkKind::Eligibility).len(), 1);
}

#[test]
fn a_visit_that_is_moved_is_asked_about_for_its_new_day() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    assert_eq!(office.day("2026-03-02").len(), 1);
    for scheduled in ["2026-03-25", "2026-03-27"] {
        office.on("2026-03-03", |desk, _| {
            desk.keep(visit(scheduled), None).unwrap();
            // One that waits for the day before is not asked.
            want_due(desk).unwrap();
        });
    }
    let days: Vec<_> = office
        .day("2026-03-03")
        .iter()
        .map(|asked| asked.service.unwrap().to_string())
        .collect();
    assert_eq!(days, ["2026-03-27"]);
    let states: Vec<&str> = office.inquiries().iter().map(|one| one.state()).collect();
    assert_eq!(states, ["asked", "withdrawn", "asked"]);
}

#[test]
fn a_refusal_is_work_in_plain_words_until_the_payer_answers() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    let asked = office.day("2026-03-02");
    let refused = answer(&asked[0], |record| {
        record.benefits.clear();
        record.rejections.push(EligibilityRejection {
            at: "2100C".into(),
            reason: "75".into(),
            action: FollowUpAction::Correct,
        });
    });
    office.answered("2026-03-03", &[refused]);
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    for part in [
        "does not know this person",
        "AAA 75",
        "mend it and ask again",
    ] {
        assert!(open[0].reason.contains(part), "{open:?}");
    }
    assert_eq!(office.inquiries()[0].state(), "rejected");

    office.on("2026-03-04", |desk, _| {
        let visit = "V-1".parse().unwrap();
        ask(desk, &"P-7".parse().unwrap(), Some(&visit)).unwrap()
    });
    let again = office.day("2026-03-04");
    office.answered("2026-03-04", &[answer(&again[0], |_| ())]);
    assert!(office.work(WorkKind::Eligibility).is_empty());
}

#[test]
fn an_answer_is_known_by_its_content_where_its_name_was_lost_and_else_set_aside() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    let asked = office.day("2026-03-02");
    let mut nameless = answer(&asked[0], |_| ());
    nameless.traces.clear();
    nameless.batch = Some("THEIRS".to_owned());
    let mut strange = nameless.clone();
    strange.subscriber.member = Some("OTHER".parse().unwrap());
    let remarks = office.answered("2026-03-03", &[nameless, strange]);
    assert_eq!(
        remarks,
        ["an answer about cover was set aside: it belongs to no question of ours"]
    );
    assert_eq!(office.inquiries()[0].state(), "answered");
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    assert!(open[0].record.is_none() && !open[0].reason.contains("OTHER"));
}

#[test]
fn what_is_not_answered_in_time_is_told_once() {
    let mut office = Office::new();
    // A Monday: two business days end on Wednesday.
    booked(&mut office, vec![medicare()], "2026-03-20");
    for (on, open) in [
        ("2026-03-02", 0),
        ("2026-03-04", 0),
        ("2026-03-05", 1),
        ("2026-03-09", 1),
    ] {
        office.day(on);
        assert_eq!(office.work(WorkKind::Eligibility).len(), open, "{on}");
    }
    let late = answer(&first_question(&office), |_| ());
    office.answered("2026-03-10", &[late]);
    assert!(office.work(WorkKind::Eligibility).is_empty());
}

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

#[test]
fn who_cannot_be_asked_by_file_is_somebodys_work_and_the_others_are_asked() {
    let mut office = Office::new();
    let paper = coverage("PAPER", "Paper Mutual", CoverageOrder::Primary);
    let mut nobody = coverage("SUMMIT", "Summit Health", CoverageOrder::Tertiary);
    // A child without a subscriber is no question.
    nobody.coverage.relationship = Relationship::Child;
    nobody.coverage.member = None;
    booked(
        &mut office,
        vec![paper, medicare_second(), nobody],
        "2026-03-20",
    );
    let asked = office.day("2026-03-02");
    let payers: Vec<&str> = asked
        .iter()
        .map(|one| one.payer.id.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(payers, ["MCR01"]);
    let mut reasons: Vec<String> = office
        .work(WorkKind::Eligibility)
        .into_iter()
        .map(|item| item.reason)
        .collect();
    reasons.sort();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].starts_with("no channel leads to payer PAPER"));
    assert!(reasons[1].starts_with("the question about cover cannot be written"));
    let states: Vec<&str> = office.inquiries().iter().map(|one| one.state()).collect();
    assert_eq!(states, ["wanted", "asked", "withdrawn"]);
}

#[test]
fn a_payer_is_not_told_of_protected_treatment_without_consent() {
    let mut office = Office::new();
    office.on("2026-03-02", |desk, _| {
        let mut record = patient(vec![medicare()]).into_record();
        record.consent.part2 = Part2Consent::NoConsent;
        desk.keep(Patient::new(record).unwrap(), None).unwrap();
        desk.keep(visit("2026-03-20"), None).unwrap();
    });
    assert!(office.day("2026-03-02").is_empty());
    assert!(office.inquiries().is_empty());
    let open = office.work(WorkKind::Eligibility);
    assert_eq!(open.len(), 1);
    assert!(open[0].reason.contains("has not consented"));
}

#[test]
fn a_question_about_a_visit_that_was_called_off_does_not_leave() {
    let mut office = Office::new();
    booked(&mut office, vec![medicare()], "2026-03-20");
    office.on("2026-03-02", |desk, _| {
        want_due(desk).unwrap();
        let mut visit = visit("2026-03-20");
        let off = EncounterStatus::Cancelled;
        visit.move_to(off, day("2026-03-02")).unwrap();
        desk.keep(visit, None).unwrap();
    });
    assert!(office.day("2026-03-02").is_empty());
    assert_eq!(office.inquiries()[0].state(), "withdrawn");
}

const VERIFY: &str = "
/// id: medicare/always
/// title: Always asks again
/// hook: eligibility
/// severity: info
/// cite: a test
fn always(check) { verify_coverage(\"once more\"); }
";

#[test]
fn a_rule_that_always_wants_to_know_asks_once_a_day() {
    let mut office = Office::with_rules(&[("always.rhai", VERIFY)]);
    booked(&mut office, vec![medicare()], "2026-03-20");
    for on in ["2026-03-02", "2026-03-03"] {
        for _ in 0..3 {
            for request in office.day(on) {
                office.answered(on, &[answer(&request, |_| ())]);
            }
        }
    }
    // The one of the booking; its answer came on the same day.
    assert_eq!(office.inquiries().len(), 1);
}

#[test]
fn a_claim_is_judged_on_the_last_answer_about_its_patient_and_a_past_one_on_that_of_its_day() {
    let mut office = Office::new();
    let claim = scrubjay_store::conformance::sample::claim("A", 150);
    let payer = claim.destination().unwrap().payer.clone().unwrap();
    office.on("2026-03-02", |desk, _| {
        let mut record = patient(vec![coverage(
            payer.as_str(),
            "Payer",
            CoverageOrder::Primary,
        )])
        .into_record();
        record.person = claim.patient.clone();
        desk.keep(Patient::new(record).unwrap(), None).unwrap();
        desk.keep(visit("2026-03-04"), None).unwrap();
    });
    office.config.default_channel = Some("house".to_owned());
    let latest = |office: &Office, before: u64| {
        let reader = office.store.read().unwrap();
        let found = latest_for_claim(reader.as_ref(), &office.config, &claim, before);
        found.unwrap().map(|answer| answer.plan_from)
    };
    let row = |office: &Office| {
        office
            .store
            .read()
            .unwrap()
            .last_row()
            .unwrap()
            .unwrap()
            .sequence
    };
    assert_eq!(latest(&office, u64::MAX), None);
    let mut seen = Vec::new();
    for (on, from) in [("2026-03-02", "2026-01-01"), ("2026-03-04", "2026-02-01")] {
        let asked = office.day(on);
        let told = answer(&asked[0], |record| record.plan_from = Some(day(from)));
        office.answered(on, &[told]);
        seen.push((row(&office) + 1, Some(Some(day(from)))));
    }
    for (before, answer) in seen {
        assert_eq!(latest(&office, before), answer);
    }
}

const ASKS_FIRST: &str = "
/// id: medicare/asks-first
/// title: A payer whose answer names a plan wants to be asked before the service
/// hook: eligibility
/// severity: info
/// cite: a test
fn asks_first(check) {
    if !check.answer.is_missing() {
        require_authorization(\"G0151\", \"the answer says so\");
    }
}
";

#[test]
fn a_rule_about_an_answer_can_want_an_authorization_once() {
    let mut office = Office::with_rules(&[("asks.rhai", ASKS_FIRST)]);
    office.on("2026-03-02", |desk, _| {
        desk.keep(patient(vec![medicare()]), None).unwrap();
        let mut booked = visit("2026-03-20").into_record();
        booked.planned.push(scrubjay_model::PlannedService {
            procedure: "G0151".parse().unwrap(),
            modifiers: Vec::new(),
            units: 2.into(),
            place: None,
        });
        desk.keep(Encounter::new(booked).unwrap(), None).unwrap();
    });
    for on in ["2026-03-02", "2026-03-18"] {
        for request in office.day(on) {
            office.answered(on, &[answer(&request, |_| ())]);
        }
    }
    let reader = office.store.read().unwrap();
    let wanted = reader
        .records(&RecordFilter {
            kind: Some(RecordKind::Authorization),
            ..RecordFilter::default()
        })
        .unwrap();
    assert_eq!(wanted.len(), 1, "{wanted:?}");
    assert_eq!(
        wanted[0].parent.as_ref().map(|visit| visit.as_str()),
        Some("V-1")
    );
}
