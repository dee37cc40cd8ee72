//! What is measured of a peer, and how it stands beside us.

use std::time::Duration;

use scrubjay_model::Claim;

use crate::own::Tally;
use crate::own::measure::{line, ms};
use crate::own::per_second;
use crate::own::workload::{RuleKind, Run, rule};

/// What we were measured at, in the same run.
pub struct Ours {
    pub tally: Tally,
    pub time: Duration,
    /// Calls of rules over all claims.
    pub calls: usize,
}

/// What a peer was measured at.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Compiling 1,000 rules.
    pub compile: Duration,
    /// Making all claims' input.
    pub build: Duration,
    /// Making it and judging all claims.
    pub whole: Duration,
    pub findings: usize,
}

/// Prints a peer's figures, which must have found the same.
pub fn report(name: &str, ours: &Ours, peer: &Figures) {
    assert_eq!(peer.findings, ours.tally.findings, "{name} finds the same");
    let ratio = ours.time.as_secs_f64() / peer.whole.as_secs_f64();
    let calls = peer.whole.saturating_sub(peer.build);
    line(
        name,
        &format!("{:.0} claims/s", per_second(peer.whole)),
        None,
    );
    line("  times as fast as we are", &format!("{ratio:.2}"), None);
    line("  input of a claim", &a_claim(peer.build), None);
    line("  a rule's call", &a_call(calls, ours.calls), None);
    line(
        "  compile 1,000 rules",
        &format!("{:.1} ms", ms(peer.compile)),
        None,
    );
}

/// A pass over all claims, as the time of one.
pub fn a_claim(pass: Duration) -> String {
    format!("{:.2} us", 1e6 / per_second(pass))
}

/// The calls of a pass, as the time of one.
pub fn a_call(pass: Duration, calls: usize) -> String {
    format!("{:.0} ns", pass.as_secs_f64() * 1e9 / calls as f64)
}

/// What a rule that answered yes says of the claim.
pub fn message(run: &Run, claim: &Claim) -> String {
    match rule(run.payer, run.rule) {
        RuleKind::Filing { days } => {
            let from = claim.service_from();
            let due = from.and_then(|from| from.checked_add_days(chrono::Days::new(days.into())));
            due.map(|due| format!("due {due}")).unwrap_or_default()
        }
        RuleKind::Diagnosis { .. } => "age".to_owned(),
        RuleKind::Line { .. } => "no".to_owned(),
    }
}
