//! Where our own time goes: the same claims, up to one step of a judgement and
//! then up to the next.

use std::path::PathBuf;
use std::time::Duration;

use scrubjay_hooks::{Hook, Subject};
use scrubjay_rules::{Part, RuleSet, Steps};

use crate::own::measure::{best, line};
use crate::own::support::context;
use crate::own::workload::{Body, PAYERS, write_packs};
use crate::own::{Measured, judge_all, must_load, subject};
use crate::peer::{a_call, a_claim};

/// Prints what each step costs a claim.
pub fn report(measured: &Measured) {
    let packs = write_packs(PAYERS, Body::Empty);
    let empty = must_load(PathBuf::from(packs.path()));
    let up_to = |step| pass(&measured.rules, measured, step);
    let (facts, index, view) = (up_to(Part::Facts), up_to(Part::Index), up_to(Part::View));
    let (empty, calls) = (pass(&empty, measured, Part::Calls), up_to(Part::Calls));
    let (_, whole) = judge_all(&measured.rules, &measured.claims);

    line("where the time goes, a claim", &a_claim(whole), None);
    let mut before = Duration::ZERO;
    for (what, time) in [
        ("  facts that cards ask", facts),
        ("  index and cards", index),
        ("  view for scripts", view),
        ("  calls, with nothing in the rules", empty),
        ("  what the rules do", calls),
        ("  findings and trace", whole),
    ] {
        let own = time.saturating_sub(before);
        let share = 100.0 * own.as_secs_f64() / whole.as_secs_f64();
        line(what, &format!("{} {share:>4.0} %", a_claim(own)), None);
        before = time;
    }
    let runs: usize = measured.runs.iter().map(Vec::len).sum();
    line(
        "  a rule's call, all in all",
        &a_call(calls.saturating_sub(view), runs),
        None,
    );
}

fn pass(rules: &RuleSet, measured: &Measured, step: Part) -> Duration {
    let mut steps = Steps::of(rules);
    let (_, time) = best(|| {
        let mut found = 0;
        for claim in &measured.claims {
            let subject = subject(claim);
            found += steps.go(step, Hook::Scrub, Subject::Claim(&subject), context());
        }
        found
    });
    time
}
