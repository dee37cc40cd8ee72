//! Runs a pack's own tests: example claims with everything that must be found.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use scrubjay_hooks::{
    About, ClaimSubject, Context, DenialSubject, Effect, Finding, Hook, Outcome, Subject, Worker,
};

use crate::card::Status;
use crate::diagnostic::Diagnostic;
use crate::example::{Case, Example, Expected, Says, TestFile, join};
use crate::generation::Generation;
use crate::limit::Running;
use crate::pack::Pack;
use crate::source::Source;
use crate::worker::RuleWorker;

/// The hooks that a claim comes by, in order.
const CLAIM_HOOKS: [Hook; 3] = [Hook::Claim, Hook::Scrub, Hook::Submit];

/// Runs every test of a pack; failures are errors, gaps are warnings.
pub(crate) fn run(pack: &Arc<Pack>, faults: &mut Vec<Diagnostic>) {
    // Faults of the pack itself have been told already.
    let generation = Generation::new(vec![Arc::clone(pack)], Running::Tests, &mut Vec::new());
    let live = Arc::new(ArcSwap::from_pointee(generation));
    let mut worker = RuleWorker::new(&live);
    let mut shown = Shown::default();
    for source in &pack.tests {
        match serde_yaml::from_str::<TestFile>(source.text()) {
            Ok(file) => run_file(pack, source, &file, &mut worker, &mut shown, faults),
            Err(error) => {
                let (line, column) = error
                    .location()
                    .map_or((1, 1), |at| (at.line(), at.column()));
                let text = error.to_string();
                let text = text.split(" at line ").next().unwrap_or(&text);
                faults.push(
                    Diagnostic::at(source, line, column, format!("this is no file of tests: {text}"))
                        .help("it has `today:` and `cases:`, each case `case:`, `claim:` or `denial:`, and `expect:`"),
                );
            }
        }
    }
    shown.tell_gaps(pack, faults);
}

/// Where tests are written.
const WHERE: &str = "tests stand in the pack's `tests/*.yaml`";

/// Which rules the tests have shown firing, and which silent.
#[derive(Debug, Default)]
struct Shown {
    firing: BTreeSet<String>,
    silent: BTreeSet<String>,
    /// Rules that a case's card has passed over by what the claim or denial is
    /// about, not by whom it goes to.
    passed_over: BTreeSet<String>,
}

impl Shown {
    fn take(&mut self, outcome: &Outcome, seen: &[Seen]) {
        for ran in &outcome.ran {
            let fired = seen.iter().any(|seen| seen.rule() == ran.rule);
            let set = if fired {
                &mut self.firing
            } else {
                &mut self.silent
            };
            set.insert(ran.rule.clone());
        }
    }

    fn tell_gaps(&self, pack: &Pack, faults: &mut Vec<Diagnostic>) {
        for rule in pack
            .rules
            .iter()
            .filter(|rule| rule.card.status != Status::Retired)
        {
            let id = &rule.card.id;
            let fires = self.firing.contains(id);
            let runs = fires || self.silent.contains(id);
            let silent = self.silent.contains(id) || self.passed_over.contains(id);
            let (message, help) = match (runs, fires, silent) {
                (true, true, true) => continue,
                (true, true, false) => (format!("no test shows `{id}` staying silent"), WHERE),
                (true, false, _) => (format!("no test shows `{id}` firing"), WHERE),
                (false, _, true) => (
                    format!("no test runs `{id}`"),
                    "its card passes over every example: write one that it lets through",
                ),
                (false, _, false) => (format!("`{id}` has no test at all"), WHERE),
            };
            faults.push(pack.card_fault(rule, message).help(help).warning());
        }
    }
}

fn run_file(
    pack: &Pack,
    source: &Source,
    file: &TestFile,
    worker: &mut RuleWorker,
    shown: &mut Shown,
    faults: &mut Vec<Diagnostic>,
) {
    for (at, case) in file.cases.iter().enumerate() {
        let (line, column) = place(source, at);
        let mut fail = |message: String, help: Option<String>| {
            let message = format!("the test `{}` fails: {message}", case.case);
            faults.push(Diagnostic::at(source, line, column, message).maybe_help(help));
        };
        match outcome(pack, file, case, worker) {
            Err(problem) => fail(problem, None),
            Ok((outcome, passed_over)) => {
                let seen = seen(&outcome);
                shown.take(&outcome, &seen);
                shown.passed_over.extend(passed_over);
                if let Some((message, help)) = difference(pack, &case.expect, &seen, &outcome) {
                    fail(message, Some(help));
                }
            }
        }
    }
}

/// Where the case of that number stands in its file.
fn place(source: &Source, number: usize) -> (usize, usize) {
    let starts = source.text().lines().enumerate().filter_map(|(at, line)| {
        let rest = line.trim_start().strip_prefix('-')?.trim_start();
        rest.starts_with("case:")
            .then(|| (at + 1, line.chars().count() - rest.chars().count() + 1))
    });
    starts.into_iter().nth(number).unwrap_or((1, 1))
}

/// What the pack says of a case, and the rules whose cards pass it over.
fn outcome(
    pack: &Pack,
    file: &TestFile,
    case: &Case,
    worker: &mut RuleWorker,
) -> Result<(Outcome, Vec<String>), String> {
    let today = case.today.unwrap_or(file.today);
    let claim = join(
        &file.claim,
        case.claim.as_ref().unwrap_or(&Default::default()),
    );
    let about_denial = case.denial.is_some() || (case.claim.is_none() && !file.denial.is_empty());
    let denial = about_denial.then(|| {
        join(
            &file.denial,
            case.denial.as_ref().unwrap_or(&Default::default()),
        )
    });
    let payer = case.payer.as_ref().or(file.payer.as_ref());
    let example = Example::build(today, payer, &pack.manifest.scope, &claim, denial.as_ref())?;
    let context = Context::at(noon(today));
    let mut outcome = Outcome::default();
    match &example.denial {
        Some(denial) => {
            let subject = DenialSubject {
                denial,
                claim: Some(&example.claim),
                payer: Some(&example.payer),
            };
            let subject = Subject::Denial(&subject);
            worker.judge(Hook::Denial, subject, context, &mut outcome);
            Ok((
                outcome,
                worker.passed_over_by_content(&[Hook::Denial], subject, context),
            ))
        }
        None => {
            let subject = ClaimSubject {
                claim: &example.claim,
                payer: Some(&example.payer),
                history: &example.history,
                received: example.received,
            };
            let subject = Subject::Claim(&subject);
            for hook in CLAIM_HOOKS {
                worker.judge(hook, subject, context, &mut outcome);
            }
            Ok((
                outcome,
                worker.passed_over_by_content(&CLAIM_HOOKS, subject, context),
            ))
        }
    }
}

/// Noon of a day.
pub(crate) fn noon(day: NaiveDate) -> chrono::DateTime<chrono::Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(12)
}

/// A finding or an effect.
enum Seen<'a> {
    Finding(&'a Finding),
    Effect(&'a str, &'a Effect),
}

fn seen(outcome: &Outcome) -> Vec<Seen<'_>> {
    let effects = outcome
        .effects
        .iter()
        .map(|(rule, effect)| Seen::Effect(rule, effect));
    outcome
        .findings
        .iter()
        .map(Seen::Finding)
        .chain(effects)
        .collect()
}

impl Seen<'_> {
    fn rule(&self) -> &str {
        match self {
            Self::Finding(finding) => &finding.rule,
            Self::Effect(rule, _) => rule,
        }
    }

    fn is(&self, expected: &Expected) -> bool {
        match expected {
            Expected::Rule(rule) => self.rule() == rule,
            Expected::Says(says) => self.rule() == says.rule && self.fits(says),
        }
    }

    fn fits(&self, says: &Says) -> bool {
        fn same<T: PartialEq>(wanted: Option<T>, got: Option<T>) -> bool {
            wanted.is_none() || wanted == got
        }
        let about = match self {
            Self::Finding(finding) => Some(&finding.about),
            Self::Effect(..) => None,
        };
        let effect = match self {
            Self::Effect(_, effect) => Some(*effect),
            Self::Finding(_) => None,
        };
        let (line, field) = match about {
            Some(About::Line { line }) => (Some(*line), None),
            Some(About::Field { field }) => (None, Some(field.as_str())),
            _ => (None, None),
        };
        let (severity, message) = match self {
            Self::Finding(finding) => (
                Some(finding.severity.as_str()),
                Some(finding.message.as_str()),
            ),
            Self::Effect(..) => (None, None),
        };
        let words = says
            .says
            .as_deref()
            .is_none_or(|words| message.is_some_and(|message| message.contains(words)));
        same(says.severity.as_deref(), severity)
            && same(says.line, line)
            && same(says.field.as_deref(), field)
            && words
            && effect_fits(says, effect)
    }
}

fn effect_fits(says: &Says, effect: Option<&Effect>) -> bool {
    let same =
        |wanted: &Option<String>, got: Option<&str>| wanted.is_none() || wanted.as_deref() == got;
    let (mut repair, mut value, mut until, mut tag, mut task) = (None, None, None, None, None);
    let (mut category, mut recoverable, mut action, mut owner, mut days) =
        (None, None, None, None, None);
    match effect {
        Some(Effect::Repair {
            field, value: to, ..
        }) => {
            repair = Some(field.as_str());
            value = Some(to.as_str());
        }
        Some(Effect::HoldUntil { until: day, .. }) => until = Some(*day),
        Some(Effect::Tag { tag: name }) => tag = Some(name.as_str()),
        Some(Effect::OpenTask {
            reason,
            owner: by,
            days: due,
        }) => {
            task = Some(reason.as_str());
            owner = Some(by.0.as_str());
            days = Some(*due);
        }
        Some(Effect::ClassifyDenial {
            category: of,
            recoverable: how,
            action: what,
            owner: by,
            days: due,
        }) => {
            category = Some(of.as_str());
            recoverable = Some(how.as_str());
            action = Some(what.as_str());
            owner = Some(by.0.as_str());
            days = Some(*due);
        }
        None => {}
    }
    same(&says.repair, repair)
        && says
            .value
            .as_ref()
            .is_none_or(|wanted| value == Some(wanted.0.as_str()))
        && (says.hold_until.is_none() || says.hold_until == until)
        && same(&says.tag, tag)
        && same(&says.task, task)
        && same(&says.category, category)
        && same(&says.recoverable, recoverable)
        && same(&says.action, action)
        && same(&says.owner, owner)
        && (says.days.is_none() || says.days == days)
}

impl fmt::Display for Seen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finding(finding) => {
                write!(f, "`{}` {}", finding.rule, finding.severity)?;
                match &finding.about {
                    About::Whole => {}
                    About::Line { line } => write!(f, " on line {line}")?,
                    About::Field { field } => write!(f, " on {field}")?,
                }
                write!(f, ": {}", finding.message)
            }
            Self::Effect(rule, effect) => {
                write!(f, "`{rule}` asks for `{}`", effect.kind().as_str())
            }
        }
    }
}

/// What is expected and not there, and what is there and not expected.
fn difference(
    pack: &Pack,
    expected: &[Expected],
    seen: &[Seen<'_>],
    outcome: &Outcome,
) -> Option<(String, String)> {
    let mut left: Vec<&Seen<'_>> = seen.iter().collect();
    let mut missing = Vec::new();
    for wanted in expected {
        match left.iter().position(|seen| seen.is(wanted)) {
            Some(at) => {
                left.remove(at);
            }
            None => missing.push(wanted),
        }
    }
    if missing.is_empty() && left.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    for wanted in &missing {
        let rule = match wanted {
            Expected::Rule(rule) => rule,
            Expected::Says(says) => &says.rule,
        };
        let why = if !pack.rules.iter().any(|known| known.card.id == *rule) {
            "the pack has no such rule"
        } else if outcome.ran.iter().any(|ran| ran.rule == *rule) {
            "it ran and did not say so"
        } else {
            "its card passed the example over"
        };
        parts.push(format!("`{rule}` was expected ({why})"));
    }
    parts.extend(left.iter().map(|seen| format!("not expected: {seen}")));
    let found = if seen.is_empty() {
        "nothing was found".to_owned()
    } else {
        let all: Vec<String> = seen.iter().map(ToString::to_string).collect();
        format!("what was found: {}", all.join("; "))
    };
    Some((parts.join("; "), found))
}
