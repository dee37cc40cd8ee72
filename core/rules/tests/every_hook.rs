//! Rules can be written, tested and judged at every hook.

mod support;

use std::path::PathBuf;

use scrubjay_hooks::{
    AccountSubject, EffectKind, Handler, Hook, Outcome, RegistrationSubject, Subject, SubjectKind,
};
use scrubjay_model::{AccountClaim, AccountRecord, LineOfBusiness, Money, Person};
use scrubjay_rules::{Asks, Form, Kind, RuleSet, vocabulary};
use support::{context, load, pack, payer};

fn every_hook() -> RuleSet {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/every_hook"));
    RuleSet::load(&[folder]).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn rules_at_every_hook_pass_their_tests_and_leave_nothing_untested() {
    let rules = every_hook();
    let warnings: Vec<String> = rules.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
    let packs = rules.packs();
    for hook in Hook::ALL {
        let ours = packs[0].rules.iter().filter(|rule| rule.hook == hook);
        // A claim that is made is like one that is scrubbed.
        assert!(hook == Hook::Claim || ours.count() > 0, "{hook}");
    }
}

#[test]
fn each_effect_can_be_asked_for_by_a_function_of_its_name() {
    let entries = vocabulary();
    for effect in EffectKind::ALL {
        let asks = |entry: &&scrubjay_rules::Entry| entry.asks == Some(Asks::Effect(effect));
        let entry = entries.iter().find(asks);
        assert_eq!(entry.map(|entry| entry.name), Some(effect.as_str()));
    }
}

/// How a script comes by a value of each kind that stands on a subject.
const REACHED: [(Hook, Kind, &str); 18] = [
    (Hook::Eligibility, Kind::Eligibility, "eligibility"),
    (Hook::Eligibility, Kind::Answer, "eligibility.answer"),
    (
        Hook::Eligibility,
        Kind::OtherPayer,
        "eligibility.answer.other_payers[0]",
    ),
    (Hook::Eligibility, Kind::Coverage, "eligibility.coverage"),
    (Hook::Eligibility, Kind::Visit, "eligibility.visit"),
    (Hook::Authorization, Kind::Planned, "authorization"),
    (
        Hook::Authorization,
        Kind::PlannedService,
        "authorization.services[0]",
    ),
    (
        Hook::Authorization,
        Kind::Authorization,
        "authorization.on_file[0]",
    ),
    (Hook::Registration, Kind::Registration, "registration"),
    (Hook::Charge, Kind::Charge, "charge"),
    (Hook::Scrub, Kind::Claim, "claim"),
    (Hook::Acknowledgment, Kind::Acknowledgment, "acknowledgment"),
    (Hook::Remittance, Kind::Remittance, "remittance"),
    (Hook::Denial, Kind::Denial, "denial"),
    (Hook::FollowUp, Kind::FollowUp, "follow_up"),
    (Hook::Statement, Kind::Account, "account"),
    (Hook::Statement, Kind::OwedClaim, "account.claims[0]"),
    (Hook::Metric, Kind::Metric, "metric"),
];

/// What `type_of` says of a value that a property gives.
fn types(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => &["string"],
        Kind::Number => &["i64", "decimal"],
        Kind::Bool => &["bool"],
        Kind::Date => &["date"],
        Kind::List(_) => &["array"],
        Kind::Npi => &["npi"],
        _ => &[],
    }
}

/// A rule is run on a sample that has everything when its pack loads, so that a
/// property that stops, or gives another kind than it says, stops the load.
#[test]
fn every_property_of_every_subject_reads_as_the_vocabulary_says() {
    let entries = vocabulary();
    let mut rules = String::new();
    for (number, (hook, kind, path)) in REACHED.into_iter().enumerate() {
        let subject = hook.subject().as_str();
        let mut body = String::new();
        let properties = entries
            .iter()
            .filter(|entry| entry.on == kind && entry.form == Form::Property);
        for entry in properties {
            let name = entry.name;
            let types = types(entry.gives);
            if types.is_empty() {
                body.push_str(&format!("    {path}.{name};\n"));
            } else {
                let missing = if entry.may_be_missing {
                    "t != \"()\" && "
                } else {
                    ""
                };
                let unlike: Vec<String> = types.iter().map(|of| format!("t != \"{of}\"")).collect();
                body.push_str(&format!(
                    "    {{ let t = type_of({path}.{name}); if {missing}{} {{ throw `{name} gives ${{t}}`; }} }}\n",
                    unlike.join(" && ")
                ));
            }
        }
        assert!(body.lines().count() > 3, "{kind:?} has hardly a property");
        rules.push_str(&format!(
            "/// id: test/r{number}\n/// title: Reads it all\n/// hook: {hook}\n/// severity: info\nfn r{number}({subject}) {{\n{body}}}\n\n"
        ));
    }
    let folder = pack(&[
        ("rules.rhai", &rules),
        (
            "pack.yaml",
            "id: test\ntitle: A test\nversion: 1\nneeds: [name, address, member]\n",
        ),
    ]);
    if let Err(error) = load(folder.path()) {
        panic!("{error}\n{rules}");
    }
    let kinds: Vec<SubjectKind> = REACHED.iter().map(|(hook, ..)| hook.subject()).collect();
    assert!(SubjectKind::ALL.iter().all(|kind| kinds.contains(kind)));
}

#[test]
fn a_card_passes_subjects_over_by_payer_as_it_does_claims() {
    let folder = pack(&[(
        "rules.rhai",
        "/// id: test/acme\n/// title: t\n/// hook: statement\n/// severity: info\n/// applies: { payers: acme }\nfn acme(account) { info(`${account.balance}`); }\n",
    )]);
    let rules = load(folder.path()).unwrap();
    let account = AccountRecord {
        number: "AC-1".parse().unwrap(),
        patient: "P-1".parse().unwrap(),
        claims: vec![AccountClaim {
            claim: "K-1".parse().unwrap(),
            balance: Money::from_cents(1_250),
        }],
        unapplied: Money::from_cents(250),
        holds: Vec::new(),
        dealings: scrubjay_model::Dealings::default(),
    };
    let mut worker = rules.worker();
    let mut judged = |key: &str| {
        let payer = payer(key, LineOfBusiness::Commercial, None);
        let subject = AccountSubject {
            payer: Some(&payer),
            ..AccountSubject::of(&account)
        };
        let mut outcome = Outcome::default();
        worker.judge(
            Hook::Statement,
            Subject::Account(&subject),
            context(),
            &mut outcome,
        );
        outcome.findings
    };
    assert_eq!(judged("acme")[0].message, "10.00");
    assert!(judged("other").is_empty());
}

#[test]
fn a_subject_that_comes_to_the_wrong_hook_is_judged_by_no_rule() {
    let rules = every_hook();
    let mut worker = rules.worker();
    let patient = Person::default();
    let subject = RegistrationSubject::of(&patient, &[]);
    let mut outcome = Outcome::default();
    worker.judge(
        Hook::Scrub,
        Subject::Registration(&subject),
        context(),
        &mut outcome,
    );
    assert_eq!(outcome, Outcome::default());
    worker.judge(
        Hook::Registration,
        Subject::Registration(&subject),
        context(),
        &mut outcome,
    );
    assert!(
        outcome
            .findings
            .iter()
            .any(|found| found.rule == "every/who-they-are")
    );
}
