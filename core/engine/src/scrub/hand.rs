//! One thread's hand: claims are read, checked by their guide, and judged.

use std::collections::BTreeSet;
use std::sync::Arc;

use scrubjay_edi::{ClaimUnits, ReadClaim};
use scrubjay_hooks::{
    About, ClaimSubject, EarlierClaim, Effect, Finding, Handler, Hook, Severity, Subject,
};
use scrubjay_model::{ClaimId, ServiceLine};
use scrubjay_plugin_host::PLUGIN_FAULT;
use scrubjay_rules::RULE_FAULT;
use scrubjay_store::patient_key;
use scrubjay_x12::{Fault, FaultKind, Unit, validate_around, validate_unit};

use super::read::{CLAIM, Came, Item, ReadOne};
use super::{Asked, FileProblem, ProblemKind, Repair, ScrubDecision, ScrubbedClaim};
use crate::Config;
use crate::desk::Handlers;
use crate::steps::claim::{fallback_id, payer_key};
use crate::steps::weigh::{Effects, weigh};

/// Hooks that a claim comes to before it leaves, in their order.
const HOOKS: [Hook; 3] = [Hook::Claim, Hook::Scrub, Hook::Submit];

/// What a claim's guide finds of it, at most.
const FAULTS: usize = 100;

/// A thread's reader of claims and its handlers.
pub(super) struct Hand<'c> {
    config: &'c Config,
    units: ClaimUnits,
    handlers: Handlers,
}

impl<'c> Hand<'c> {
    pub(super) fn new(config: &'c Config, handlers: &[Arc<dyn Handler>]) -> Self {
        Self {
            config,
            units: ClaimUnits::default(),
            handlers: Handlers::new(handlers),
        }
    }

    /// Makes a claim of what was cut from the file, and checks it by its guide.
    pub(super) fn read(&mut self, item: &mut Item) {
        let Item::Came(came) = item else {
            return;
        };
        let faults = || {
            let faults = validate_around(&came.unit);
            let faults = faults.into_iter().chain(validate_unit(&came.unit));
            faults.take(FAULTS)
        };
        let read = self
            .units
            .read(&came.unit, &mut |control| name(control, came.number));
        *item = match read {
            Some(Ok(ReadClaim { claim, position })) => {
                let starts = line_starts(&came.unit);
                let faults = faults();
                Item::Read(Box::new(ReadOne {
                    file: Arc::clone(&came.file),
                    now: came.now,
                    set: set_number(&came.unit),
                    segment: position.segment,
                    findings: faults
                        .map(|fault| by_guide(&fault, &starts, &claim.lines))
                        .collect(),
                    patient: patient_key(&claim),
                    claim,
                    earlier: Vec::new(),
                }))
            }
            Some(Err(error)) => {
                let reason = error.to_string();
                Item::Problem(problem(came, ProblemKind::Unread, &reason))
            }
            None => Item::Problem(no_claim(came, faults())),
        };
    }

    /// Judges a claim that was read.
    pub(super) fn judge(&mut self, item: &mut Item) {
        let Item::Read(read) = item else {
            return;
        };
        let payer = payer_key(self.config, &read.claim);
        let profile = self.config.payer_by_key(&payer).map(|known| &known.profile);
        let history: Vec<EarlierClaim> = std::mem::take(&mut read.earlier)
            .into_iter()
            .map(Arc::unwrap_or_clone)
            .collect();
        let today = read.now.date_naive();
        let nothing_passed = BTreeSet::new();
        let mut held = false;
        let mut findings = std::mem::take(&mut read.findings);
        let mut repairs = Vec::new();
        let mut asks = Vec::new();
        for hook in HOOKS {
            let subject = ClaimSubject {
                payer: profile,
                history: &history,
                ..ClaimSubject::of(&read.claim, today)
            };
            let subject = Subject::Claim(&subject);
            let mut outcome = self.handlers.judge(hook, subject, read.now);
            let weighed = weigh(hook, &read.claim, &mut outcome, &nothing_passed, today);
            held |= !weighed.held_by.is_empty();
            findings.append(&mut outcome.findings);
            let Effects::Accepted { revised } = weighed.effects else {
                continue;
            };
            for (rule, effect) in outcome.effects {
                match effect {
                    Effect::Repair { field, reason, .. } => repairs.push(Repair {
                        rule,
                        field,
                        reason,
                    }),
                    effect => asks.push(Asked { rule, effect }),
                }
            }
            if let Some(revised) = revised {
                read.claim = revised.claim;
            }
        }
        let (faults, findings) = findings
            .into_iter()
            .partition(|finding| matches!(finding.rule.as_str(), RULE_FAULT | PLUGIN_FAULT));
        let mut judged = ScrubbedClaim {
            file: read.file.to_string(),
            set: std::mem::take(&mut read.set),
            segment: read.segment,
            claim: read.claim.control.clone(),
            kind: read.claim.kind,
            payer,
            charge: read.claim.charge,
            decision: ScrubDecision::Clean,
            findings,
            repairs,
            asks,
            faults,
        };
        judged.decision = match judged.gravest() {
            Some(Severity::Block) => ScrubDecision::Hold,
            _ if held => ScrubDecision::Hold,
            Some(Severity::Warn) => ScrubDecision::Warn,
            _ => ScrubDecision::Clean,
        };
        *item = Item::Done(Box::new(judged));
    }
}

/// The name by which rules know a claim: the number that it came with, cut to
/// the length of our own. It is told apart from earlier ones later.
fn name(control: &str, number: usize) -> ClaimId {
    let text = control.trim().chars().filter(|c| !c.is_control());
    let text: String = text.take(ClaimId::MAX_LEN).collect();
    text.parse().unwrap_or_else(|_| fallback_id(number))
}

/// ST02, where it has the shape of one: it comes from the file.
fn set_number(unit: &Unit) -> String {
    let st = unit.around.first().and_then(|set| set.segment("ST"));
    let number = st.map_or("", |st| st.element(2));
    let is_number = number.len() <= 9 && number.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_number { number } else { "?" }.to_owned()
}

fn problem(came: &Came, problem: ProblemKind, reason: &str) -> FileProblem {
    let first = came.unit.within.segments.first();
    FileProblem {
        file: came.file.to_string(),
        segment: first.and_then(|first| first.position).map(|at| at.segment),
        problem,
        reason: reason.to_owned(),
    }
}

/// A subscriber or patient without a claim, which the file has all the same.
fn no_claim(came: &Came, mut faults: impl Iterator<Item = Fault>) -> FileProblem {
    if came.unit.within.id == CLAIM {
        let reason = "the claim stands below no billing provider and subscriber (2000A, 2000B); \
                      ask the sender to correct and send it again";
        return problem(came, ProblemKind::Unread, reason);
    }
    match faults.find(Fault::is_error) {
        Some(fault) => problem(came, ProblemKind::Unsound, &fault.to_string()),
        None => {
            let reason = format!("loop {} has no claim in it", came.unit.within.id);
            problem(came, ProblemKind::Warning, &reason)
        }
    }
}

/// The segment with which each service line begins.
fn line_starts(unit: &Unit) -> Vec<usize> {
    let lines = unit.within.children("2400");
    let starts = lines.filter_map(|line| line.segments.first()?.position);
    starts.map(|at| at.segment).collect()
}

/// A fault of the claim's guide as a finding.
fn by_guide(fault: &Fault, starts: &[usize], lines: &[ServiceLine]) -> Finding {
    let before = starts.partition_point(|start| *start <= fault.position.segment);
    let line = before.checked_sub(1).and_then(|at| lines.get(at));
    Finding {
        rule: format!("x12/{}", kind_name(fault.kind)),
        severity: if fault.is_error() {
            Severity::Block
        } else {
            Severity::Warn
        },
        message: fault.to_string(),
        about: line.map_or(About::Whole, |line| About::Line { line: line.number }),
        prevents: Vec::new(),
        cite: None,
        overridable: false,
        shadow: false,
    }
}

/// The name of a kind of fault, as `scrubjay x12 check --json` has it, with
/// dashes as names of rules have them.
fn kind_name(kind: FaultKind) -> String {
    let name = match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => Some(name),
        // A kind that says more is an object of one key.
        Ok(serde_json::Value::Object(said)) => said.into_iter().next().map(|(name, _)| name),
        _ => None,
    };
    name.map_or_else(|| "fault".to_owned(), |name| name.replace('_', "-"))
}
