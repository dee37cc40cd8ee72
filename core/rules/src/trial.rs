//! Runs every rule once on a complete sample when a pack is loaded: what the
//! checker cannot see, such as a helper that misspells a field, shows there.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use rhai::EvalAltResult;
use scrubjay_hooks::{
    ClaimSubject, Context, DenialSubject, RemittanceSubject, Subject, SubjectKind,
};
use scrubjay_model::{
    AsSent, ClaimPaymentStatus, LineOfBusiness, Remittance, RemittanceClaim, TraceNumber,
};
use serde_yaml::Mapping;

use crate::card::{Applies, Status};
use crate::diagnostic::Diagnostic;
use crate::example::{Example, PayerSpec};
use crate::generation::Generation;
use crate::limit::Running;
use crate::pack::Pack;
use crate::rule::Rule;
use crate::script::told;
use crate::worker::RuleWorker;

/// A claim that has everything a rule may read.
const SAMPLE: &str = r#"
id: SAMPLE
payer_control: "1"
place: "11"
diagnoses: [E1165, I10]
authorization: A1
referral: R1
clia: 45D0000001
accident: 2026-01-01
patient: { born: 1960-05-04, died: 2030-01-01, member: M1 }
subscriber: { born: 1958-01-01, member: M1 }
rendering: { taxonomy: 207Q00000X }
referring: {}
facility: {}
history: [{ id: EARLIER, from: 2025-01-02, procedure: G0439, denied: [50] }]
"#;

/// Runs the rules of a pack; a fault is an error of the pack.
pub(crate) fn run(pack: &Arc<Pack>, faults: &mut Vec<Diagnostic>) {
    let generation = Generation::new(vec![Arc::clone(pack)], Running::Tests, &mut Vec::new());
    let live = Arc::new(ArcSwap::from_pointee(generation));
    let mut worker = RuleWorker::new(&live);
    let generation = live.load_full();
    for at in generation.all() {
        let (pack, rule) = generation.rule(at);
        if rule.card.status == Status::Retired {
            continue;
        }
        let Ok(example) = sample(pack, rule) else {
            continue;
        };
        if let Err(error) = call(&mut worker, at, rule, &example) {
            let (text, place) = told(&error);
            let (file, line, column) = rule.runnable.place(place);
            let message = format!("`{}` stops on a sample: {text}", rule.card.id);
            faults.push(Diagnostic::at(&pack.sources[file], line, column, message));
        }
    }
}

/// A sample that the rule's card would let through, as far as that is easy.
fn sample(pack: &Pack, rule: &Rule) -> Result<Example, String> {
    let (applies, scope) = (&rule.card.applies, &pack.manifest.scope);
    let first = |own: &Option<Vec<String>>, of_pack: &Option<Vec<String>>| {
        own.iter().chain(of_pack).flatten().next().cloned()
    };
    let payer = PayerSpec {
        key: first(&applies.payers, &scope.payers),
        line: applies
            .lines
            .iter()
            .chain(&scope.lines)
            .flatten()
            .next()
            .copied()
            .or(Some(LineOfBusiness::Commercial)),
        state: first(&applies.states, &scope.states).or_else(|| Some("TX".to_owned())),
    };
    let mut claim: Mapping = serde_yaml::from_str(SAMPLE).map_err(|error| error.to_string())?;
    let line = format!(
        "{{ lines: [{{ procedure: \"{}\", modifiers: [\"{}\"], charge: 100, ndc: \"00000000001\", authorization: A2 }}] }}",
        procedure(applies),
        applies
            .modifiers
            .iter()
            .flatten()
            .next()
            .map_or("25", String::as_str),
    );
    let lines: Mapping = serde_yaml::from_str(&line).map_err(|error| error.to_string())?;
    claim.extend(lines);
    let mut denial = Mapping::new();
    for (key, values, usual) in [
        ("group", &applies.groups, "CO"),
        ("carc", &applies.carcs, "97"),
        ("remarks", &applies.remarks, "N130"),
    ] {
        let value = values.iter().flatten().next().map_or(usual, String::as_str);
        denial.insert(key.into(), value.into());
    }
    denial.insert("line".into(), 1.into());
    let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default();
    Example::build(today, Some(&payer), scope, &claim, Some(&denial))
}

/// A procedure that the card names, where it names single ones.
fn procedure(applies: &Applies) -> String {
    let codes = applies
        .procedures
        .as_ref()
        .and_then(|codes| codes.set.exact().min());
    codes.unwrap_or("G0439").to_owned()
}

fn call(
    worker: &mut RuleWorker,
    at: u32,
    rule: &Rule,
    example: &Example,
) -> Result<(), Box<EvalAltResult>> {
    let context = Context::at(crate::pack_test::noon(example.received));
    let hook = rule.card.hook;
    match hook.subject() {
        SubjectKind::Denial => {
            let Some(denial) = &example.denial else {
                return Ok(());
            };
            let subject = DenialSubject {
                denial,
                claim: Some(&example.claim),
                payer: Some(&example.payer),
            };
            worker.try_rule(at, hook, Subject::Denial(&subject), context)
        }
        SubjectKind::Remittance => {
            let Some((remittance, remitted)) = remittance(example) else {
                return Ok(());
            };
            let subject = RemittanceSubject {
                remittance: &remittance,
                remitted: &remitted,
                claim: Some(&example.claim),
                payer: Some(&example.payer),
            };
            worker.try_rule(at, hook, Subject::Remittance(&subject), context)
        }
        _ => {
            let subject = ClaimSubject {
                payer: Some(&example.payer),
                history: &example.history,
                ..ClaimSubject::of(&example.claim, example.received)
            };
            worker.try_rule(at, hook, Subject::Claim(&subject), context)
        }
    }
}

/// The example's claim, paid in full.
fn remittance(example: &Example) -> Option<(Remittance, RemittanceClaim)> {
    let claim = &example.claim;
    let remitted = RemittanceClaim {
        ordinal: 1,
        control: claim.id.as_str().to_owned(),
        status: ClaimPaymentStatus::Processed(1),
        charge: claim.charge,
        paid: claim.charge,
        patient_responsibility: Some(scrubjay_model::Money::ZERO),
        filing_indicator: None,
        payer_control: None,
        frequency: None,
        patient: None,
        forwarded_to: None,
        from: None,
        to: None,
        received: None,
        adjustments: Vec::new(),
        remarks: Vec::new(),
        lines: claim
            .lines
            .iter()
            .map(|line| scrubjay_model::RemittanceLine {
                qualifier: line.qualifier.clone(),
                procedure: line.procedure.clone(),
                modifiers: line.modifiers.clone(),
                charge: line.charge,
                paid: line.charge,
                units: Some(line.units),
                from: line.from,
                to: line.to,
                control: None,
                allowed: Some(line.charge),
                adjustments: Vec::new(),
                remarks: vec![AsSent::read("N130")],
            })
            .collect(),
    };
    let remittance = Remittance {
        paid: claim.charge,
        method: "ACH".to_owned(),
        effective: Some(example.received),
        trace: "1".parse::<TraceNumber>().ok()?,
        originator: "1".to_owned(),
        payer_name: example.payer.name.clone(),
        payer_ids: Vec::new(),
        payee_name: String::new(),
        payee_npi: None,
        payee_tax_id: None,
        claims: Vec::new(),
        provider_adjustments: Vec::new(),
    };
    Some((remittance, remitted))
}
