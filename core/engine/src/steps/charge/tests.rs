use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use rust_decimal::Decimal;
use scrubjay_hooks::{
    About, Context, Effect, Finding, Handler, Hook, Outcome, Severity, Subject, Worker,
};
use scrubjay_model::{
    Charge, ClaimId, EncounterRecord, EncounterStatus, Money, RecordKey, WorkItem,
};
use scrubjay_store::{MemoryStore, Stamp, Store};

use super::*;
use crate::builtin::BuiltIn;
use crate::desk::Handlers;
use crate::sheet::Sheet;
use crate::steps::pass;
use crate::{ChargeMaster, PracticeCodes};

mod derived;
mod moved;
mod sheet;

/// What the practice of these tests charges.
const PRICES: &[u8] = b"code,modifier,payer,price\n\
    G0439,,,195.00\n\
    G0439,,summit,180.00\n\
    G0463,,,100.00\n\
    G0463,25,,120.00\n\
    J0696,,,10.01\n";

/// Rules of these tests, as a pack would have them.
#[derive(Clone)]
struct Rules(fn(&ChargeSubject<'_>, &mut Outcome));

use scrubjay_hooks::ChargeSubject;

impl Handler for Rules {
    fn name(&self) -> &str {
        "rules"
    }
    fn handles(&self, hook: Hook) -> bool {
        hook == Hook::Charge
    }
    fn worker(&self) -> Box<dyn Worker> {
        Box::new(self.clone())
    }
}

impl Worker for Rules {
    fn judge(&mut self, _: Hook, subject: Subject<'_>, _: Context, outcome: &mut Outcome) {
        let Subject::Charge(subject) = subject else {
            panic!("only charges come to the hook `charge`");
        };
        (self.0)(subject, outcome);
    }
}

fn modifier(code: &str) -> Effect {
    Effect::AddModifier {
        modifier: code.parse().unwrap(),
        reason: "it stands beside another service".into(),
    }
}

fn units(units: i64) -> Effect {
    Effect::SetUnits {
        units: units.into(),
        reason: "a dose is two units".into(),
    }
}

fn block(outcome: &mut Outcome, rule: &str) {
    outcome.findings.push(Finding {
        rule: rule.into(),
        severity: Severity::Block,
        message: "it is wrong".into(),
        about: About::Whole,
        prevents: Vec::new(),
        cite: None,
        overridable: true,
        shadow: false,
    });
}

/// A visit beside another service gets modifier 25; a drug is given in doses of
/// two units; a drug without a visit on the same day is looked at.
fn usual(subject: &ChargeSubject<'_>, outcome: &mut Outcome) {
    let code = subject.charge.procedure.as_str();
    let beside = |code: &str| {
        let mut others = subject.others.iter();
        others.any(|other| other.procedure.as_str() == code)
    };
    if code == "G0463" && beside("G0439") {
        outcome.effects.push(("t/beside".into(), modifier("25")));
    }
    if code == "J0696" && subject.charge.units == Decimal::ONE {
        outcome.effects.push(("t/dose".into(), units(2)));
    }
    if code == "J0696" && !beside("G0463") {
        block(outcome, "t/alone");
    }
}

struct Practice {
    store: MemoryStore,
    handlers: Handlers,
    config: Config,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(text: &str) -> ChargeId {
    text.parse().unwrap()
}

/// A visit of 2 March that took place.
fn visit(text: &str) -> Encounter {
    Encounter::new(EncounterRecord {
        id: text.parse().unwrap(),
        patient: "P-7".parse().unwrap(),
        provider: "1234567893".parse().unwrap(),
        place: "11".parse().unwrap(),
        status: EncounterStatus::Arrived,
        booked: None,
        scheduled: day("2026-03-02"),
        arrived: Some(day("2026-03-02")),
        closed: None,
        planned: Vec::new(),
        diagnoses: Vec::new(),
    })
    .unwrap()
}

fn entry(text: &str, visit: &str, code: &str) -> ChargeEntry {
    ChargeEntry::of(id(text), visit.parse().unwrap(), code.parse().unwrap())
}

impl Practice {
    fn new(rules: fn(&ChargeSubject<'_>, &mut Outcome)) -> Self {
        let config = Config {
            prices: ChargeMaster::parse(PRICES).unwrap(),
            ..Config::default()
        };
        let built_in = BuiltIn::new(
            Arc::new(config.clone()),
            Arc::new(PracticeCodes::read(&config.codes).unwrap()),
        );
        let handlers: [Arc<dyn Handler>; 2] = [Arc::new(built_in), Arc::new(Rules(rules))];
        let mut practice = Self {
            store: MemoryStore::new(),
            handlers: Handlers::new(&handlers),
            config,
        };
        practice.on("2026-03-02", |desk| {
            for name in ["V-1", "V-2"] {
                desk.keep(visit(name), None).unwrap();
            }
        });
        practice
    }

    /// Works at the desk on a day, and keeps what is done.
    fn on<T>(&mut self, today: &str, run: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let mut desk = Desk {
            tx: self.store.begin().unwrap(),
            handlers: &mut self.handlers,
            config: &self.config,
            stamp: Stamp {
                at: format!("{today}T15:00:00Z").parse().unwrap(),
                actor: "Ana".into(),
                cause: Cause::Call {
                    call: "test".into(),
                    key: None,
                },
            },
        };
        let done = run(&mut desk);
        desk.tx.commit().unwrap();
        done
    }

    fn enter(&mut self, entry: ChargeEntry) -> Result<Charged, EngineError> {
        self.on("2026-03-03", |desk| charge(desk, entry))
    }

    fn kept(&self, text: &str) -> Charge {
        let reader = self.store.read().unwrap();
        match reader.record(&(&id(text)).into()).unwrap() {
            Some(Record::Charge(charge)) => *charge,
            other => panic!("{other:?}"),
        }
    }

    fn rows(&self) -> u64 {
        let reader = self.store.read().unwrap();
        reader.last_row().unwrap().map_or(0, |row| row.sequence)
    }

    fn work(&self, key: &RecordKey) -> Vec<WorkItem> {
        self.store.read().unwrap().record_work(key).unwrap()
    }

    /// Every charge, by its id.
    fn charges(&self) -> BTreeMap<ChargeId, (Charge, Vec<String>)> {
        let reader = self.store.read().unwrap();
        let filter = RecordFilter {
            kind: Some(RecordKind::Charge),
            ..RecordFilter::default()
        };
        let rows = reader.records(&filter).unwrap().into_iter();
        rows.map(|row| {
            let Some(Record::Charge(charge)) = reader.record(&row.key).unwrap() else {
                panic!("{} is no charge", row.key);
            };
            let work = reader.record_work(&row.key).unwrap().into_iter();
            let mut work: Vec<String> = work.map(|item| item.reason).collect();
            work.sort();
            (charge.id.clone(), (*charge, work))
        })
        .collect()
    }
}

fn nothing(_: &ChargeSubject<'_>, _: &mut Outcome) {}

fn why(error: EngineError) -> ChargeEntryError {
    match error {
        EngineError::Charge(why) => why,
        other => panic!("{other}"),
    }
}

#[test]
fn what_an_entry_leaves_out_is_the_visits_and_the_amount_the_charge_masters() {
    let mut practice = Practice::new(nothing);
    let done = practice.enter(ChargeEntry {
        units: 3.into(),
        ..entry("C-1", "V-1", "J0696")
    });
    let done = done.unwrap();
    assert_eq!(done.outcome, ChargeOutcome::Entered);
    assert!(!done.held && done.derived.is_empty());
    let charge = practice.kept("C-1");
    assert_eq!(charge, done.charge);
    assert_eq!(charge.amount, "30.03".parse::<Money>().unwrap());
    assert_eq!(charge.service, day("2026-03-02"));
    assert_eq!(charge.entered, day("2026-03-03"));
    assert_eq!(charge.place.as_str(), "11");
    let refused = practice.enter(entry("C-2", "V-1", "Q9999"));
    assert_eq!(
        why(refused.unwrap_err()),
        ChargeEntryError::NoPrice {
            procedure: "Q9999".parse().unwrap(),
            on: day("2026-03-02"),
        }
    );
    let refused = practice.enter(entry("C-2", "V-9", "J0696"));
    assert!(matches!(
        why(refused.unwrap_err()),
        ChargeEntryError::NoVisit { .. }
    ));
}

#[test]
fn the_same_charge_again_does_nothing_and_another_content_corrects_it() {
    let mut practice = Practice::new(usual);
    // The rule sets its units, so that it stands otherwise than it was entered.
    practice.enter(entry("C-1", "V-1", "J0696")).unwrap();
    assert_eq!(practice.kept("C-1").units, 2.into());
    let rows = practice.rows();
    let again = practice.enter(entry("C-1", "V-1", "J0696")).unwrap();
    assert_eq!(again.outcome, ChargeOutcome::Unchanged);
    assert!(again.held);
    assert_eq!(practice.rows(), rows);
    let corrected = practice.enter(ChargeEntry {
        units: 5.into(),
        ..entry("C-1", "V-1", "J0696")
    });
    assert_eq!(corrected.unwrap().outcome, ChargeOutcome::Corrected);
    let charge = practice.kept("C-1");
    assert_eq!(
        (charge.units, charge.amount),
        (5.into(), "50.05".parse().unwrap())
    );
    let refused = practice.enter(entry("C-1", "V-2", "J0696"));
    assert!(matches!(
        why(refused.unwrap_err()),
        ChargeEntryError::OtherVisit { .. }
    ));
}

#[test]
fn a_billed_charge_is_not_corrected_and_the_error_names_the_claim() {
    let mut practice = Practice::new(nothing);
    practice.enter(entry("C-1", "V-1", "G0439")).unwrap();
    let claim: ClaimId = "K-1".parse().unwrap();
    let mut billed = practice.kept("C-1");
    billed.bill(claim.clone()).unwrap();
    practice.on("2026-03-04", |desk| desk.keep(billed, None).unwrap());
    let again = practice.enter(entry("C-1", "V-1", "G0439")).unwrap();
    assert_eq!(again.outcome, ChargeOutcome::Unchanged);
    let other = ChargeEntry {
        amount: Some("1.00".parse().unwrap()),
        ..entry("C-1", "V-1", "G0439")
    };
    let refused = why(practice.enter(other).unwrap_err());
    let charge = id("C-1");
    assert_eq!(refused, ChargeEntryError::Billed { charge, claim });
    let refused = practice.on("2026-03-04", |desk| take_back(desk, &id("C-1"), "wrong"));
    assert!(matches!(
        why(refused.unwrap_err()),
        ChargeEntryError::Billed { .. }
    ));
}

#[test]
fn a_charge_behind_the_claim_of_its_visit_waits_for_a_person() {
    let mut practice = Practice::new(nothing);
    practice.enter(entry("C-1", "V-1", "G0439")).unwrap();
    let mut billed = practice.kept("C-1");
    billed.bill("K-1".parse().unwrap()).unwrap();
    practice.on("2026-03-04", |desk| desk.keep(billed, None).unwrap());
    let late = practice.enter(entry("C-2", "V-1", "J0696")).unwrap();
    assert!(late.held);
    let work = practice.work(&(&id("C-2")).into());
    assert_eq!(work[0].reason, "engine/visit-billed");
    assert_eq!(work[0].amount, "10.01".parse::<Money>().unwrap());
    // One at another visit does not.
    assert!(!practice.enter(entry("C-3", "V-2", "J0696")).unwrap().held);
}

#[test]
fn a_late_entry_is_billed_and_somebody_looks_why() {
    let mut practice = Practice::new(nothing);
    let late = practice.on("2026-03-10", |desk| {
        charge(desk, entry("C-1", "V-1", "G0439"))
    });
    assert!(!late.unwrap().held);
    let work = practice.work(&(&id("C-1")).into());
    assert_eq!(work[0].kind, WorkKind::Task);
    assert_eq!(work[0].owner.0, "charging");
    assert!(work[0].reason.contains("entered 8 days after the service"));
    // Three days are in time.
    let timely = practice.on("2026-03-05", |desk| {
        charge(desk, entry("C-2", "V-1", "J0696"))
    });
    timely.unwrap();
    assert!(practice.work(&(&id("C-2")).into()).is_empty());
}

#[test]
fn a_charge_that_was_taken_back_stays_so_and_its_reason_is_kept() {
    let mut practice = Practice::new(usual);
    practice.enter(entry("C-1", "V-1", "J0696")).unwrap();
    let void = practice.on("2026-03-04", |desk| {
        take_back(desk, &id("C-1"), "another patient's")
    });
    assert_eq!(void.unwrap().billing, Billing::Void);
    let key = RecordKey::from(&id("C-1"));
    assert!(practice.work(&key).is_empty());
    let reader = practice.store.read().unwrap();
    let said = reader.record_overrides(Some(&key)).unwrap();
    assert_eq!(
        (said[0].reason.as_str(), said[0].by.as_str()),
        ("another patient's", "Ana")
    );
    drop(reader);
    // Entered again, as it was or otherwise, it is not billed: whoever does is told.
    for procedure in ["J0696", "G0439"] {
        let refused = why(practice.enter(entry("C-1", "V-1", procedure)).unwrap_err());
        assert!(matches!(refused, ChargeEntryError::TakenBack { .. }));
        assert!(refused.to_string().contains("is void"), "{refused}");
    }
    let refused = practice.on("2026-03-04", |desk| take_back(desk, &id("C-1"), " "));
    assert_eq!(why(refused.unwrap_err()), ChargeEntryError::Unsigned);
}

#[test]
fn a_visit_without_charges_is_told_of_once_and_closed_when_it_is_charged() {
    let mut practice = Practice::new(nothing);
    let key = RecordKey::from(&"V-1".parse::<EncounterId>().unwrap());
    let tick =
        |practice: &mut Practice, today| practice.on(today, |desk| open_missing(desk).unwrap());
    // The third day after is still in time.
    assert!(tick(&mut practice, "2026-03-05").is_empty());
    assert_eq!(tick(&mut practice, "2026-03-06").len(), 2);
    assert!(tick(&mut practice, "2026-03-07").is_empty());
    assert_eq!(practice.work(&key)[0].kind, WorkKind::Charge);
    practice
        .on("2026-03-07", |desk| {
            charge(desk, entry("C-1", "V-1", "G0439"))
        })
        .unwrap();
    assert!(practice.work(&key).is_empty());
    assert!(tick(&mut practice, "2026-03-08").is_empty());
    // What is taken back leaves it without a charge again.
    practice.on("2026-03-08", |desk| {
        take_back(desk, &id("C-1"), "not done").unwrap()
    });
    assert_eq!(tick(&mut practice, "2026-03-08"), ["V-1".parse().unwrap()]);
    let said = practice.on("2026-03-09", |desk| {
        no_charge(desk, &"V-1".parse().unwrap(), "a look at the stitches")
    });
    said.unwrap();
    assert!(practice.work(&key).is_empty());
    assert!(tick(&mut practice, "2026-03-20").is_empty());
    let reader = practice.store.read().unwrap();
    let missing = missing_charges(reader.as_ref(), &practice.config, day("2026-03-20")).unwrap();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].visit.as_str(), "V-2");
    assert_eq!(
        (missing[0].days, missing[0].owner.as_deref()),
        (18, Some("charging"))
    );
}

#[test]
fn the_lag_has_its_median_and_the_day_by_which_nine_tenths_were_entered() {
    let mut practice = Practice::new(nothing);
    for (number, entered) in ["02", "03", "03", "04", "06", "06", "07", "08", "09", "31"]
        .into_iter()
        .enumerate()
    {
        let one = ChargeEntry {
            entered: Some(day(&format!("2026-03-{entered}"))),
            ..entry(&format!("C-{number}"), "V-1", "G0463")
        };
        practice.on("2026-03-31", |desk| charge(desk, one)).unwrap();
    }
    let reader = practice.store.read().unwrap();
    let (from, to) = (day("2026-03-01"), day("2026-03-31"));
    let lag = charge_lag(reader.as_ref(), &practice.config, from, to).unwrap();
    let all = lag.all.unwrap();
    assert_eq!(
        (all.charges, all.median, all.percentile_90),
        (10, 4.into(), 7)
    );
    assert_eq!((all.late, all.late_amount), (6, "600.00".parse().unwrap()));
    assert_eq!(lag.by_provider["1234567893"], all);
    let none = charge_lag(reader.as_ref(), &practice.config, to, to).unwrap();
    assert!(none.all.is_none() && none.by_provider.is_empty());
}
