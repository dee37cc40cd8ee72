//! Runs a pack's own tests: example claims with everything that must be found.

use std::collections::BTreeSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use scrubjay_hooks::{CodeBooks, Context, Hook, Outcome, Subject, Worker};
use serde_yaml::Mapping;

use crate::card::Status;
use crate::diagnostic::Diagnostic;
use crate::example::{Case, Example, ExampleCodes, TestFile, join};
use crate::expectation::{Seen, difference, seen};
use crate::generation::Generation;
use crate::limit::Running;
use crate::pack::Pack;
use crate::source::Source;
use crate::table::Table;
use crate::tables::Tables;
use crate::worker::RuleWorker;

/// Runs every test of a pack; failures are errors, gaps are warnings.
pub(crate) fn run(pack: &Arc<Pack>, faults: &mut Vec<Diagnostic>) {
    // Faults of the pack itself have been told already.
    let generation = Generation::new(vec![Arc::clone(pack)], Running::Tests, &mut Vec::new());
    let live = Arc::new(ArcSwap::from_pointee(generation));
    let mut worker = RuleWorker::new(&live);
    let mut shown = Shown::default();
    each_case(pack, faults, &mut |placed, faults| {
        let case = placed.case;
        let fail = |message: String, help: Option<String>| {
            let message = format!("the test `{}` fails: {message}", case.case);
            Diagnostic::at(placed.source, placed.line, placed.column, message).maybe_help(help)
        };
        match placed.tables(pack) {
            Ok(tables) => worker.look_into(tables),
            Err(problem) => return faults.push(fail(problem, None)),
        }
        let met = placed.meet(pack, |hooks, subject, context| {
            let outcome = judge(&mut worker, hooks, subject, context);
            (
                outcome,
                worker.passed_over_by_content(hooks, subject, context),
            )
        });
        match met {
            Err(problem) => faults.push(fail(problem, None)),
            Ok((outcome, passed_over)) => {
                let seen = seen(&outcome);
                shown.take(&outcome, &seen);
                shown.passed_over.extend(passed_over);
                if let Some(found) = difference(pack, &case.expect, &outcome) {
                    faults.push(fail(found.message(), Some(found.help())));
                }
            }
        }
    });
    shown.tell_gaps(pack, faults);
}

/// A case with its file, and where it stands there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlacedCase<'a> {
    pub(crate) source: &'a Source,
    file: &'a TestFile,
    pub(crate) case: &'a Case,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Goes through the cases of a pack's tests; a file that cannot be read is a fault.
pub(crate) fn each_case(
    pack: &Pack,
    faults: &mut Vec<Diagnostic>,
    run: &mut dyn FnMut(PlacedCase<'_>, &mut Vec<Diagnostic>),
) {
    for source in &pack.tests {
        match serde_yaml::from_str::<TestFile>(source.text()) {
            Ok(file) => {
                for (at, case) in file.cases.iter().enumerate() {
                    let (line, column) = place(source, at);
                    let placed = PlacedCase {
                        source,
                        file: &file,
                        case,
                        line,
                        column,
                    };
                    run(placed, faults);
                }
            }
            Err(error) => {
                let (line, column) = error
                    .location()
                    .map_or((1, 1), |at| (at.line(), at.column()));
                let text = error.to_string();
                let text = text.split(" at line ").next().unwrap_or(&text);
                faults.push(
                    Diagnostic::at(source, line, column, format!("this is no file of tests: {text}"))
                        .help("it has `today:` and `cases:`, each case `case:`, its subject such as `claim:` or `denial:`, and `expect:`"),
                );
            }
        }
    }
}

/// Asks a worker at each hook.
pub(crate) fn judge(
    worker: &mut RuleWorker,
    hooks: &[Hook],
    subject: Subject<'_>,
    context: Context,
) -> Outcome {
    let mut outcome = Outcome::default();
    for hook in hooks {
        worker.judge(*hook, subject, context, &mut outcome);
    }
    outcome
}

/// Where tests are written.
const WHERE: &str = "tests stand in the pack's `tests/*.yaml`";

/// Which rules the tests have shown firing, and which silent.
#[derive(Debug, Default)]
struct Shown {
    firing: BTreeSet<String>,
    silent: BTreeSet<String>,
    /// Rules that a case's card has passed over by what the subject is about,
    /// not by whom it goes to.
    passed_over: BTreeSet<String>,
}

impl Shown {
    fn take(&mut self, outcome: &Outcome, seen: &[Seen]) {
        for ran in &outcome.ran {
            let fired = seen.iter().any(|seen| seen.rule() == &*ran.rule);
            let set = if fired {
                &mut self.firing
            } else {
                &mut self.silent
            };
            set.insert(ran.rule.to_string());
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

/// Where the case of that number stands in its file.
fn place(source: &Source, number: usize) -> (usize, usize) {
    let starts = source.text().lines().enumerate().filter_map(|(at, line)| {
        let rest = line.trim_start().strip_prefix('-')?.trim_start();
        rest.starts_with("case:")
            .then(|| (at + 1, line.chars().count() - rest.chars().count() + 1))
    });
    starts.into_iter().nth(number).unwrap_or((1, 1))
}

impl PlacedCase<'_> {
    /// The tables that the case's rules look into: the pack's own, and those
    /// that the test writes in their place. Where it writes `codes:`, what a
    /// practice imported does not reach it, so that it says the same everywhere.
    pub(crate) fn tables(&self, pack: &Pack) -> Result<Arc<Tables>, String> {
        let (file, case) = (self.file, self.case);
        let at_hand = pack.tables.books();
        let books: Arc<dyn CodeBooks> = match (&file.codes, &case.codes) {
            (None, None) => Arc::clone(at_hand),
            (file, case) => {
                let none = Mapping::new();
                let [file, case] = [file, case].map(|part| part.as_ref().unwrap_or(&none));
                Arc::new(ExampleCodes::read(&join(file, case), at_hand)?)
            }
        };
        let mut replaced = Vec::new();
        for (name, text) in file.tables.iter().chain(&case.tables) {
            if pack.tables.find(name).is_none() {
                let help = pack.tables.nearest(name).map(|help| format!(": {help}"));
                let help = help.unwrap_or_default();
                return Err(format!("`tables`: the pack has no table `{name}`{help}"));
            }
            let mut faults = Vec::new();
            let table = Table::read(&Source::new(name, text.as_str()), &mut faults);
            if let Some(fault) = faults.first() {
                return Err(format!("`tables`: `{name}`: {}", fault.message));
            }
            replaced.push((name.clone(), table));
        }
        Ok(Arc::new(pack.tables.with(replaced, books)))
    }

    /// Makes the case's subject, and hands it over with the hooks that it comes
    /// by.
    pub(crate) fn meet<T>(
        &self,
        pack: &Pack,
        judge: impl FnOnce(&[Hook], Subject<'_>, Context) -> T,
    ) -> Result<T, String> {
        let (file, case) = (self.file, self.case);
        let today = case.today.unwrap_or(file.today);
        let none = Mapping::new();
        let claim = join(&file.claim, case.claim.as_ref().unwrap_or(&none));
        let kind = file.kind(case)?;
        let payer = case.payer.as_ref().or(file.payer.as_ref());
        let written = file.written(case, kind);
        let scope = &pack.manifest.scope;
        let example = Example::build(today, payer, scope, &claim, (kind, &written))?;
        let context = Context::at(noon(today));
        Ok(example.show(|subject| judge(example.hooks(), subject, context)))
    }
}

/// Noon of a day.
pub(crate) fn noon(day: NaiveDate) -> chrono::DateTime<chrono::Utc> {
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(12)
}
