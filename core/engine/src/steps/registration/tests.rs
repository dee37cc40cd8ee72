//! Registrations on the whole road, with a rule of each test's own.

use std::sync::Arc;

use scrubjay_hooks::{
    About, Context, Effect, Finding, Handler, Hook, Outcome, RegistrationSubject, Severity,
    Subject, Worker,
};
use scrubjay_model::{
    Coverage, CoverageOrder, EncounterRecord, EncounterStatus, FixedClock, Name, PatientCoverage,
    PatientRecord, Person, RecordKey, Relationship, WorkItem, WorkKind,
};
use scrubjay_store::Event;

mod told;

use super::{Kept, MemberOnFile};
use crate::{Config, Engine, EngineBuilder, EngineError, PassError, VisitError};

type Say = fn(&RegistrationSubject<'_>, &mut Outcome);

/// A handler that says what a test wants.
#[derive(Clone)]
struct Rule(Say);

impl Handler for Rule {
    fn name(&self) -> &str {
        "test"
    }

    fn handles(&self, hook: Hook) -> bool {
        hook == Hook::Registration
    }

    fn worker(&self) -> Box<dyn Worker> {
        Box::new(self.clone())
    }
}

impl Worker for Rule {
    fn judge(&mut self, _: Hook, subject: Subject<'_>, _: Context, outcome: &mut Outcome) {
        if let Subject::Registration(subject) = subject {
            (self.0)(subject, outcome);
        }
    }
}

const PAYERS: &str = "
payers:
  - { key: summit, name: Summit Ridge, id: SRA77, line: commercial }
  - { key: medicare, name: Medicare Part B, id: '04412', line: medicare }
";

fn engine(say: Say) -> Engine {
    let config: Config = serde_yaml::from_str(PAYERS).unwrap();
    let clock = FixedClock::noon("2026-03-02".parse().unwrap());
    EngineBuilder::new(config)
        .clock(Box::new(clock))
        .handler(Arc::new(Rule(say)))
        .open()
        .unwrap()
}

fn coverage(payer: &str, order: CoverageOrder) -> PatientCoverage {
    PatientCoverage {
        coverage: Coverage {
            order,
            payer: payer.parse().ok(),
            payer_name: Name::organization(""),
            member: "M-1".parse().ok(),
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

fn patient(key: &str) -> PatientRecord {
    PatientRecord {
        key: key.parse().unwrap(),
        registered: "2026-03-01".parse().unwrap(),
        person: Person {
            name: Name::person("WREN", "ADA"),
            born: "1960-02-29".parse().ok(),
            ..Person::default()
        },
        phone: Some("(512) 555-0100".to_owned()),
        email: None,
        guarantor: None,
        coverages: vec![coverage("SRA77", CoverageOrder::Primary)],
        msp: Default::default(),
        provider: None,
        site: None,
        consent: Default::default(),
    }
}

fn visit(id: &str, patient: &str) -> EncounterRecord {
    EncounterRecord {
        id: id.parse().unwrap(),
        patient: patient.parse().unwrap(),
        provider: "1234567893".parse().unwrap(),
        place: "11".parse().unwrap(),
        status: EncounterStatus::Scheduled,
        booked: None,
        scheduled: "2026-03-09".parse().unwrap(),
        arrived: None,
        closed: None,
        planned: Vec::new(),
        diagnoses: Vec::new(),
    }
}

fn finding(rule: &str, overridable: bool) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity: Severity::Block,
        message: "mend it".to_owned(),
        about: About::Whole,
        prevents: Vec::new(),
        cite: None,
        overridable,
        shadow: false,
    }
}

fn ask(outcome: &mut Outcome, effect: Effect) {
    outcome.effects.push(("t/asks".to_owned(), effect));
}

fn repair(field: &str, value: &str) -> Effect {
    Effect::Repair {
        field: field.to_owned(),
        value: value.to_owned(),
        reason: "its form".to_owned(),
    }
}

fn route(payer: &str) -> Effect {
    Effect::Route {
        payer: payer.to_owned(),
        reason: "it comes first".to_owned(),
    }
}

fn key(patient: &str) -> RecordKey {
    (&patient.parse::<scrubjay_model::PatientKey>().unwrap()).into()
}

fn visit_key(visit: &str) -> RecordKey {
    (&visit.parse::<scrubjay_model::EncounterId>().unwrap()).into()
}

fn work(engine: &Engine, record: &RecordKey) -> Vec<WorkItem> {
    engine.read().unwrap().record_work(record).unwrap()
}

fn rows(engine: &Engine) -> u64 {
    let row = engine.read().unwrap().last_row().unwrap();
    row.map_or(0, |row| row.sequence)
}

/// How often a patient was kept.
fn kept(engine: &Engine, patient: &str) -> usize {
    let history = engine.read().unwrap().record_history(&key(patient));
    let history = history.unwrap().into_iter();
    history
        .filter(|row| matches!(row.event, Event::RecordKept { .. }))
        .count()
}

#[test]
fn what_is_told_again_does_not_undo_what_a_rule_has_mended() {
    let mut engine = engine(|subject, outcome| {
        if subject.phone == Some("(512) 555-0100") {
            ask(outcome, repair("phone", "5125550100"));
        }
    });
    let first = engine.register(patient("P-1"), "Ana").unwrap();
    assert_eq!(first.kept, Kept::New);
    assert_eq!(first.record.phone.as_deref(), Some("5125550100"));
    let [repaired] = &first.repairs[..] else {
        panic!("{first:?}");
    };
    assert_eq!(repaired.before, "(NNN) NNN-NNNN");
    assert_eq!(repaired.after, "NNNNNNNNNN");
    assert_eq!(kept(&engine, "P-1"), 2, "as told, and as mended");

    let again = engine.register(patient("P-1"), "Ben").unwrap();
    assert_eq!((again.kept, again.repairs.len()), (Kept::Unchanged, 0));
    assert_eq!(again.record, first.record);
    assert_eq!(kept(&engine, "P-1"), 2);

    let mut moved = patient("P-1");
    moved.phone = Some("512 555 0199".to_owned());
    let changed = engine.register(moved, "Ben").unwrap();
    assert_eq!(changed.kept, Kept::Changed);
    assert_eq!(changed.record.phone.as_deref(), Some("512 555 0199"));
    // No text of the journal but the records themselves has the number.
    for row in engine.read().unwrap().journal(1, 1_000).unwrap() {
        if !matches!(
            row.event,
            Event::RecordKept { .. } | Event::RecordJudged { .. }
        ) {
            assert!(!format!("{row:?}").contains("555"));
        }
    }
}

#[test]
fn all_that_a_rule_asks_for_is_done_or_none() {
    let mut engine = engine(|_, outcome| {
        ask(outcome, repair("phone", "5125550100"));
        ask(outcome, repair("phone", "5125550199"));
    });
    let refused = engine.register(patient("P-1"), "Ana").unwrap();
    assert_eq!(refused.held_by, ["engine/effect-refused"]);
    // But for the payer's name, which the practice knows by its id.
    let mut told = patient("P-1");
    told.coverages[0].coverage.payer_name = Name::organization("Summit Ridge");
    assert_eq!(refused.record, told);
    assert!(refused.repairs.is_empty());
    let open = work(&engine, &key("P-1"));
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].kind, WorkKind::Registration);
    assert_eq!(open[0].owner.0, "front_desk");
}

#[test]
fn a_payer_is_put_first_and_the_others_go_behind() {
    let mut engine = engine(|subject, outcome| {
        if subject.payer.is_some_and(|payer| payer.key == "summit") {
            ask(outcome, route("medicare"));
        }
    });
    let mut both = patient("P-1");
    both.coverages
        .push(coverage("04412", CoverageOrder::Secondary));
    let routed = engine.register(both, "Ana").unwrap();
    let orders = |record: &PatientRecord| {
        let day = "2026-03-02".parse().unwrap();
        let on = record.coverages_on(day);
        let named = on.iter().map(|one| one.payer.clone().unwrap().to_string());
        named.collect::<Vec<_>>()
    };
    assert_eq!(orders(&routed.record), ["04412", "SRA77"]);
    assert_eq!(routed.routed[0].member, MemberOnFile::Known);
    assert!(work(&engine, &key("P-1")).is_empty());

    // Without a coverage of that payer there is one from now on, and somebody
    // finds out the number.
    let added = engine.register(patient("P-2"), "Ana").unwrap();
    assert_eq!(orders(&added.record), ["04412", "SRA77"]);
    assert_eq!(added.routed[0].member, MemberOnFile::Missing);
    let open = work(&engine, &key("P-2"));
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(open[0].reason.contains("member number with `medicare`"));
    let mut told = added.record;
    for held in &mut told.coverages {
        held.coverage.member = "1EG4TE5MK73".parse().ok();
    }
    engine.register(told, "Ana").unwrap();
    assert!(work(&engine, &key("P-2")).is_empty());
}

#[test]
fn two_rules_that_put_payers_first_in_turns_hold_the_registration() {
    let mut engine = engine(|subject, outcome| {
        let first = subject.payer.map(|payer| payer.key.as_str());
        let other = if first == Some("summit") {
            "medicare"
        } else {
            "summit"
        };
        ask(outcome, route(other));
    });
    let held = engine.register(patient("P-1"), "Ana").unwrap();
    assert_eq!(held.held_by, ["engine/effect-refused"]);
    assert_eq!(held.routed.len(), 1);

    let mut unknown = self::engine(|_, outcome| ask(outcome, route("nobody")));
    let held = unknown.register(patient("P-1"), "Ana").unwrap();
    assert_eq!(held.held_by, ["engine/effect-refused"]);
}

#[test]
fn a_person_passes_what_may_be_passed_until_the_record_changes() {
    let mut engine = engine(|subject, outcome| {
        let last = subject.patient.name.last.as_str();
        outcome.findings.push(finding("t/known", last != "STRICT"));
    });
    let by = "Ana";
    let held = engine.register(patient("P-1"), by).unwrap();
    assert_eq!(held.held_by, ["t/known"]);
    assert!(matches!(
        engine.pass_record(&key("P-1"), by, " "),
        Err(EngineError::Pass(PassError::Unsigned))
    ));
    let passed = engine.pass_record(&key("P-1"), by, "as the card says");
    assert_eq!(passed.unwrap().rules, ["t/known"]);
    assert!(work(&engine, &key("P-1")).is_empty());
    assert!(matches!(
        engine.pass_record(&key("P-1"), by, "once more"),
        Err(EngineError::Pass(PassError::NothingToPass { .. }))
    ));
    let again = engine.register(patient("P-1"), by).unwrap();
    assert!(again.held_by.is_empty() && !again.findings.is_empty());

    let mut changed = patient("P-1");
    changed.email = Some("a@example.org".to_owned());
    let held = engine.register(changed, by).unwrap();
    assert_eq!(held.held_by, ["t/known"]);

    let mut strict = patient("P-2");
    strict.person.name.last = "STRICT".to_owned();
    engine.register(strict, by).unwrap();
    assert!(matches!(
        engine.pass_record(&key("P-2"), by, "please"),
        Err(EngineError::Pass(PassError::MustBeMended { .. }))
    ));
    assert!(matches!(
        engine.pass_record(&key("P-3"), by, "please"),
        Err(EngineError::Pass(PassError::Unknown { .. }))
    ));
    assert_eq!(work(&engine, &key("P-2")).len(), 1);
}

#[test]
fn a_check_keeps_nothing_and_says_what_registering_would() {
    let mut engine = engine(|subject, outcome| {
        ask(outcome, repair("phone", "5125550100"));
        if subject.look_alikes > 0 {
            outcome.findings.push(finding("t/twice", false));
        }
    });
    let before = rows(&engine);
    let checked = engine.check_registration(&patient("P-1")).unwrap();
    assert_eq!(rows(&engine), before);
    assert_eq!(engine.register(patient("P-1"), "Ana").unwrap(), checked);

    let other = engine.check_registration(&patient("P-2")).unwrap();
    assert_eq!(other.held_by, ["t/twice"]);
    let mut born_later = patient("P-2");
    born_later.person.born = "1961-02-28".parse().ok();
    let other = engine.check_registration(&born_later).unwrap();
    assert!(other.held_by.is_empty());
}

#[test]
fn what_holds_a_registration_for_a_visit_only_is_work_on_the_visit() {
    let mut engine = engine(|subject, outcome| {
        if subject.phone.is_none() {
            outcome.findings.push(finding("t/phone", false));
        }
        // The plan ends before the visit.
        if subject.coverages.is_empty() {
            outcome.findings.push(finding("t/covered", false));
        }
    });
    let mut ending = patient("P-1");
    ending.phone = None;
    ending.coverages[0].to = "2026-03-05".parse().ok();
    engine.register(ending.clone(), "Ana").unwrap();
    assert!(matches!(
        engine.schedule(visit("V-1", "P-9"), "Ana"),
        Err(EngineError::Visit(VisitError::UnknownPatient { .. }))
    ));
    let booked = engine.schedule(visit("V-1", "P-1"), "Ana").unwrap();
    assert_eq!(booked.held_by, ["t/covered"]);
    assert_eq!(booked.findings.len(), 2);
    let reasons = |engine: &Engine, record: &RecordKey| {
        let open = work(engine, record).into_iter();
        open.map(|item| item.reason).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&engine, &key("P-1")), ["t/phone"]);
    assert_eq!(reasons(&engine, &visit_key("V-1")), ["t/covered"]);

    // Mended at the desk, the visit is clear too.
    ending.coverages[0].to = None;
    let registered = engine.register(ending, "Ana").unwrap();
    assert_eq!(registered.held_by, ["t/phone"]);
    assert!(registered.visits[0].held_by.is_empty());
    assert!(work(&engine, &visit_key("V-1")).is_empty());
}

#[test]
fn work_on_a_visit_that_is_over_still_closes_and_a_visit_called_off_takes_its_own() {
    let mut engine = engine(|subject, outcome| {
        if subject.visit.is_some() && subject.phone.is_none() {
            outcome.findings.push(finding("t/phone", false));
        }
    });
    let mut without = patient("P-1");
    without.phone = None;
    engine.register(without.clone(), "Ana").unwrap();
    for id in ["V-1", "V-2"] {
        let booked = engine.schedule(visit(id, "P-1"), "Ana").unwrap();
        assert_eq!(booked.held_by, ["t/phone"]);
    }
    engine.cancel(&"V-2".parse().unwrap(), "Ana").unwrap();
    assert!(work(&engine, &visit_key("V-2")).is_empty());
    let over = "V-1".parse().unwrap();
    engine.arrive(&over, None, "Ana").unwrap();
    engine.close(&over, None, "Ana").unwrap();
    assert_eq!(work(&engine, &visit_key("V-1")).len(), 1);
    assert!(matches!(
        engine.no_show(&over, "Ana"),
        Err(EngineError::Visit(VisitError::NoWay { .. }))
    ));

    engine.register(patient("P-1"), "Ana").unwrap();
    assert!(work(&engine, &visit_key("V-1")).is_empty());
}

#[test]
fn a_cover_to_be_asked_about_is_asked_about_once() {
    let mut engine = engine(|_, outcome| {
        let reason = "the card is new".to_owned();
        ask(outcome, Effect::VerifyCoverage { reason });
    });
    for _ in 0..2 {
        let registered = engine.register(patient("P-1"), "Ana").unwrap();
        assert_eq!(registered.to_verify, ["the card is new (t/asks)"]);
    }
    let reader = engine.read().unwrap();
    let wanted = reader.records(&scrubjay_store::RecordFilter {
        kind: Some(scrubjay_model::RecordKind::Eligibility),
        ..Default::default()
    });
    let states: Vec<String> = wanted.unwrap().into_iter().map(|row| row.state).collect();
    assert_eq!(states, ["wanted"]);
}
