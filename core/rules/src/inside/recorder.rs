//! What a twin has noted: conditions with their outcome and the values read.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Dynamic, Engine, FuncRegistration, INT};

use super::shown::{Shown, shown};
use super::twin::{First, READ, SEEN, Site, TAKEN, Twin, Value};
use crate::api::{Entry, Form, frame};
use crate::frame::Frame;
use crate::rule::{Rule, mentions};

/// Conditions of one call that are kept; beyond that they are counted.
const MAX_STEPS_KEPT: usize = 500;

/// Values that are kept of one condition.
const MAX_VALUES_KEPT: usize = 20;

/// Functions of Rhai's own that leave what they are called on as it is.
const PURE: &[&str] = &[
    "abs",
    "all",
    "ceiling",
    "chars",
    "contains",
    "ends_with",
    "filter",
    "find",
    "floor",
    "index_of",
    "is_empty",
    "len",
    "map",
    "max",
    "min",
    "round",
    "some",
    "starts_with",
    "sub_string",
    "to_lower",
    "to_string",
    "to_upper",
];

/// A condition that was met.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) site: usize,
    /// `None` where it was no yes or no.
    pub(crate) outcome: Option<bool>,
    pub(crate) values: Vec<(usize, Shown)>,
    /// The conditions that it is made of, as far as they were met.
    pub(crate) parts: Vec<Self>,
    /// Findings and effects of the call before it.
    pub(crate) said: usize,
    pub(crate) asked: usize,
}

/// One call of a rule.
#[derive(Clone, Default)]
pub(crate) struct CallNoted {
    pub(crate) line: Option<u32>,
    pub(crate) steps: Vec<Noted>,
    /// Conditions that were met and not kept.
    pub(crate) left_off: usize,
    /// Values of a condition that never came to its end.
    pub(crate) unfinished: Vec<(usize, Shown)>,
    pub(crate) said: usize,
    pub(crate) asked: usize,
    pub(crate) stopped: bool,
}

/// A rule with its twin.
#[derive(Debug)]
pub(crate) struct TwinRule {
    /// `None` where none can be made.
    pub(crate) twin: Option<Twin>,
    pub(crate) first: First,
    /// Names of the rule's parameters.
    takes: Vec<String>,
    /// Whether it may read names, addresses or numbers of people.
    personal: bool,
}

/// How often a condition was met with each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) met_true: u64,
    pub(crate) met_false: u64,
}

pub(crate) type SharedRecorder = Arc<Mutex<Recorder>>;

/// The notes of one worker.
#[derive(Default)]
pub(crate) struct Recorder {
    pure: BTreeSet<String>,
    /// Properties that only packs with a declared need may read.
    personal: Vec<&'static str>,
    rules: HashMap<String, TwinRule>,
    sites: Vec<(String, usize)>,
    values: Vec<(String, usize)>,
    counts: Vec<Count>,
    now: CallNoted,
    calls: Vec<CallNoted>,
}

impl fmt::Debug for Recorder {
    /// Counts only: the rest is about patients.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("rules", &self.rules.len())
            .field("calls", &self.calls.len())
            .finish_non_exhaustive()
    }
}

/// The notes. A panic elsewhere cannot have left them half written.
pub(crate) fn notes(recorder: &Mutex<Recorder>) -> MutexGuard<'_, Recorder> {
    recorder.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    /// A recorder whose functions twins can call.
    pub(crate) fn register(
        engine: &mut Engine,
        entries: &[Entry],
        shared: &Arc<Mutex<Frame>>,
    ) -> SharedRecorder {
        let functions = entries
            .iter()
            .filter(|entry| entry.form != Form::Property && entry.asks.is_none())
            .map(|entry| entry.name);
        let recorder = Arc::new(Mutex::new(Self {
            pure: functions
                .chain(PURE.iter().copied())
                .map(str::to_owned)
                .collect(),
            personal: entries
                .iter()
                .filter(|entry| entry.needs.is_some())
                .map(|entry| entry.name)
                .collect(),
            ..Self::default()
        }));
        let (of, said) = (Arc::clone(&recorder), Arc::clone(shared));
        let seen = move |site: INT, value: Dynamic| {
            let (said, asked) = said_so_far(&said);
            notes(&of).seen(number(site), value.as_bool().ok(), said, asked);
            value
        };
        let of = Arc::clone(&recorder);
        let read = move |at: INT, value: Dynamic| {
            notes(&of).read(number(at), &value);
            value
        };
        let (of, said) = (Arc::clone(&recorder), Arc::clone(shared));
        let taken = move |site: INT| {
            let (said, asked) = said_so_far(&said);
            notes(&of).seen(number(site), Some(true), said, asked);
        };
        let volatile = |name| FuncRegistration::new(name).with_volatility(true);
        volatile(SEEN).register_into_engine(engine, seen);
        volatile(READ).register_into_engine(engine, read);
        volatile(TAKEN).register_into_engine(engine, taken);
        recorder
    }

    /// A rule's twin; `None` where it has none.
    pub(crate) fn twin_of(&mut self, rule: &Rule) -> Option<Twin> {
        let id = &rule.card.id;
        if !self.rules.contains_key(id) {
            let first = First {
                site: self.sites.len(),
                value: self.values.len(),
            };
            let text = &rule.runnable.text;
            let twin = Twin::of(text, &self.pure, first);
            if let Some(twin) = &twin {
                self.sites
                    .extend((0..twin.sites.len()).map(|at| (id.clone(), at)));
                self.values
                    .extend((0..twin.values.len()).map(|at| (id.clone(), at)));
                self.counts.resize(self.sites.len(), Count::default());
            }
            let twin = TwinRule {
                twin,
                first,
                takes: rule.takes.clone(),
                personal: self.personal.iter().any(|name| mentions(text, name)),
            };
            self.rules.insert(id.clone(), twin);
        }
        self.rules.get(id)?.twin.clone()
    }

    /// A rule whose twin does not compile has none.
    pub(crate) fn give_up(&mut self, rule: &Rule) {
        if let Some(known) = self.rules.get_mut(&rule.card.id) {
            known.twin = None;
        }
    }

    pub(crate) fn twin(&self, rule: &str) -> Option<&TwinRule> {
        self.rules.get(rule)
    }

    /// The condition of a number.
    pub(crate) fn site(&self, number: usize) -> Option<&Site> {
        let (rule, at) = self.sites.get(number)?;
        self.rules.get(rule)?.twin.as_ref()?.sites.get(*at)
    }

    /// The value of a number.
    pub(crate) fn value(&self, number: usize) -> Option<(&TwinRule, &Value)> {
        let (rule, at) = self.values.get(number)?;
        let rule = self.rules.get(rule)?;
        Some((rule, rule.twin.as_ref()?.values.get(*at)?))
    }

    pub(crate) fn count(&self, site: usize) -> Count {
        self.counts.get(site).copied().unwrap_or_default()
    }

    /// What was noted since the last time.
    pub(crate) fn take(&mut self) -> Vec<CallNoted> {
        std::mem::take(&mut self.calls)
    }

    /// A call has come to its end.
    pub(crate) fn end_call(&mut self, line: Option<u32>, stopped: bool, said: usize, asked: usize) {
        let mut call = std::mem::take(&mut self.now);
        call.line = line;
        call.stopped = stopped;
        // What a call has said before it stopped is not kept.
        if !stopped {
            call.said = said;
            call.asked = asked;
            call.unfinished.clear();
        }
        self.calls.push(call);
    }

    fn read(&mut self, number: usize, value: &Dynamic) {
        let Some((rule, site)) = self.value(number) else {
            return;
        };
        let plain = !rule.personal || rule.is_plain(site, &self.personal);
        let Some(shown) = shown(value, plain) else {
            return;
        };
        let noted = (number, shown);
        let known = &mut self.now.unfinished;
        if known.len() < 10 * MAX_VALUES_KEPT && !known.contains(&noted) {
            known.push(noted);
        }
    }

    fn seen(&mut self, number: usize, outcome: Option<bool>, said: usize, asked: usize) {
        if let Some(count) = self.counts.get_mut(number) {
            count.met_true += u64::from(outcome == Some(true));
            count.met_false += u64::from(outcome == Some(false));
        }
        let read = std::mem::take(&mut self.now.unfinished);
        let (mut values, others): (Vec<_>, Vec<_>) = read
            .into_iter()
            .partition(|(value, _)| self.value(*value).is_some_and(|(_, of)| of.site == number));
        values.truncate(MAX_VALUES_KEPT);
        self.now.unfinished = others;
        if self.now.steps.len() >= MAX_STEPS_KEPT {
            self.now.left_off += 1;
            return;
        }
        let parts = self.parts_of(number);
        self.now.steps.push(Noted {
            site: number,
            outcome,
            values,
            parts,
            said,
            asked,
        });
    }

    /// Takes out what was noted last of the conditions that one is made of.
    fn parts_of(&mut self, number: usize) -> Vec<Noted> {
        let steps = std::mem::take(&mut self.now.steps);
        let since = steps
            .iter()
            .rposition(|noted| noted.site == number)
            .map_or(0, |at| at + 1);
        let (mut kept, mut parts) = (Vec::new(), Vec::new());
        for (at, noted) in steps.into_iter().enumerate() {
            let within = self.site(noted.site).and_then(|site| site.within);
            if at >= since && within == Some(number) {
                parts.push(noted);
            } else {
                kept.push(noted);
            }
        }
        self.now.steps = kept;
        parts
    }
}

impl TwinRule {
    /// Whether a value is known to be no name, address or number of a person:
    /// a property of a parameter that needs no declaration.
    fn is_plain(&self, value: &Value, personal: &[&str]) -> bool {
        let Some(twin) = self.twin.as_ref().filter(|_| value.properties) else {
            return false;
        };
        let text = twin.original(&value.span);
        self.takes
            .iter()
            .any(|name| text.starts_with(&format!("{name}.")))
            && !personal.iter().any(|name| mentions(text, name))
    }
}

fn said_so_far(shared: &Mutex<Frame>) -> (usize, usize) {
    let frame = frame(shared);
    (frame.said.len(), frame.effects.len())
}

fn number(number: INT) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
