//! What the tests and benchmarks share: packs in scratch folders, and a claim.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_hooks::{ClaimSubject, Context, Handler, Hook, Outcome, Subject};
use scrubjay_model::{
    AsSent, Claim, ClaimKind, Clock, Coverage, CoverageOrder, Diagnosis, FixedClock, Frequency,
    LineOfBusiness, Money, Name, PayerProfile, Person, Provider, Relationship, ServiceLine, Sex,
};
use scrubjay_rules::{LoadError, ReloadReport, RuleSet};
use tempfile::TempDir;

/// A pack folder with these files; a `pack.yaml` is added where none is given.
pub(crate) fn pack(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a scratch folder");
    write(folder.path(), files);
    if !files.iter().any(|(name, _)| *name == "pack.yaml") {
        write(
            folder.path(),
            &[("pack.yaml", "id: test\ntitle: A test\nversion: 1\n")],
        );
    }
    folder
}

/// Writes files below a folder.
pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
}

/// Loads one folder.
pub(crate) fn load(folder: &Path) -> Result<RuleSet, LoadError> {
    RuleSet::load(&[folder.to_owned()])
}

/// A day.
pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// A payer.
pub(crate) fn payer(key: &str, line: LineOfBusiness, state: Option<&str>) -> PayerProfile {
    PayerProfile {
        key: key.to_owned(),
        name: key.to_owned(),
        id: key.parse().expect("an id"),
        line,
        state: state.map(str::to_owned),
        also: Vec::new(),
    }
}

/// A sound professional claim with one line for each procedure.
pub(crate) fn claim(procedures: &[&str]) -> Claim {
    let date = Some(day("2026-02-20"));
    let provider = |npi: &str| Provider {
        name: Name::organization("Example Practice"),
        npi: Some(AsSent::read(npi)),
        ..Provider::default()
    };
    let line = |(at, code): (usize, &&str)| ServiceLine {
        number: at as u32 + 1,
        qualifier: "HC".to_owned(),
        procedure: Some(AsSent::read(code)),
        modifiers: Vec::new(),
        revenue_code: None,
        charge: Money::from_cents(10_000),
        unit: "UN".to_owned(),
        units: Decimal::ONE,
        place: None,
        pointers: vec![1],
        from: date,
        to: date,
        control: None,
        authorization: None,
        ndc: None,
        rendering: None,
        prior: Vec::new(),
    };
    let lines: Vec<ServiceLine> = procedures.iter().enumerate().map(line).collect();
    Claim {
        id: "T1".parse().expect("an id"),
        control: "T1".parse().expect("a control number"),
        kind: ClaimKind::Professional,
        frequency: Frequency::Original,
        payer_control: None,
        billing: provider("1234567893"),
        rendering: Some(provider("1245319599")),
        referring: None,
        facility: None,
        patient: Person {
            name: Name::person("Secret", "Pat"),
            born: Some(day("1960-05-04")),
            sex: Some(Sex::F),
            ..Person::default()
        },
        coverages: vec![Coverage {
            order: CoverageOrder::Primary,
            payer: None,
            payer_name: Name::organization("Payer"),
            member: None,
            subscriber: None,
            relationship: Relationship::Own,
            group_number: None,
            plan_name: None,
            filing_indicator: None,
            msp_type: None,
            paid: None,
        }],
        charge: lines.iter().map(|line| line.charge).sum(),
        place: Some(AsSent::read("11")),
        diagnoses: vec![Diagnosis {
            qualifier: "ABK".to_owned(),
            code: AsSent::read("E1165"),
            present_on_admission: None,
        }],
        lines,
        authorization: None,
        referral: None,
        clia: None,
        accident: None,
        patient_paid: None,
        institutional: None,
        carried: Vec::new(),
    }
}

/// Noon of 2 March 2026.
pub(crate) fn context() -> Context {
    Context::at(FixedClock::noon(day("2026-03-02")).now())
}

/// Judges a claim at the hook scrub.
pub(crate) fn scrub(rules: &RuleSet, claim: &Claim, payer: &PayerProfile) -> Outcome {
    let subject = ClaimSubject {
        payer: Some(payer),
        ..ClaimSubject::of(claim, day("2026-03-02"))
    };
    let mut outcome = Outcome::default();
    rules.worker().judge(
        Hook::Scrub,
        Subject::Claim(&subject),
        context(),
        &mut outcome,
    );
    outcome
}

/// Judges a claim to a commercial payer.
pub(crate) fn scrub_commercial(rules: &RuleSet, claim: &Claim) -> Outcome {
    scrub(
        rules,
        claim,
        &payer("acme", LineOfBusiness::Commercial, None),
    )
}

/// What a reload did, a few words for each pack.
pub(crate) fn changes(report: &ReloadReport) -> Vec<String> {
    let words = |before: &Option<String>, after: &Option<String>| match (before, after) {
        (None, _) => "came",
        (_, None) => "went",
        (before, after) if before == after => "tests edited",
        _ => "changed",
    };
    let packs = report.packs.iter();
    packs
        .map(|pack| format!("{} {}", pack.id, words(&pack.before, &pack.after)))
        .collect()
}
