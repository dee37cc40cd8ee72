//! What a run over many claims came to.

use std::collections::{BTreeMap, BTreeSet};

use scrubjay_hooks::Severity;
use scrubjay_model::Money;
use serde::Serialize;

use super::{ProblemKind, ScrubDecision, Scrubbed, ScrubbedClaim};

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScrubSummary {
    /// Files with claims, or with something that kept them from being read.
    pub files: usize,
    /// Files without claims, which need not have any.
    pub skipped: usize,
    /// Claims that were judged.
    pub claims: usize,
    /// Of them those that may go.
    pub clean: usize,
    /// Those that may go, and that a person should look at.
    pub warned: usize,
    /// Those that are held.
    pub held: usize,
    /// Charges of all claims.
    pub charge: Money,
    /// Charges of the claims that are held.
    pub charge_held: Money,
    /// Claims that could not be read, and were not judged.
    pub unread: usize,
    /// Files and transactions that could not be read, or whose envelopes have
    /// faults.
    pub refused: usize,
    /// Times that a rule or plugin stopped instead of judging.
    pub faults: usize,
    /// What each rule found, by the charges that are at stake, most first.
    pub rules: Vec<RuleTally>,
    /// Claims that were forgotten for want of room, so that later claims were
    /// not held against them: see [`ScrubOptions::remember`](super::ScrubOptions::remember).
    pub forgotten: u64,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleTally {
    /// Rule.
    pub rule: String,
    /// Weight of its gravest finding.
    pub severity: Severity,
    /// Whether it is a shadow rule, which changes nothing.
    pub shadow: bool,
    /// Findings.
    pub findings: usize,
    /// Claims on which it found something.
    pub claims: usize,
    /// Their charges.
    pub charge: Money,
}

impl ScrubSummary {
    /// Whether something could not be read, or would be refused as a whole where
    /// it is sent.
    #[must_use]
    pub const fn has_failures(&self) -> bool {
        self.unread > 0 || self.refused > 0
    }
}

/// Counts while a run goes on.
#[derive(Debug, Default)]
pub(super) struct Tally {
    summary: ScrubSummary,
    /// The file that was counted last.
    file: String,
    rules: BTreeMap<String, RuleTally>,
}

impl Tally {
    pub(super) fn count(&mut self, found: &Scrubbed) {
        match found {
            Scrubbed::Claim(claim) => {
                self.come_to(&claim.file);
                self.claim(claim);
            }
            Scrubbed::Problem(problem) => match problem.problem {
                ProblemKind::Skipped => self.summary.skipped += 1,
                kind => {
                    self.come_to(&problem.file);
                    match kind {
                        ProblemKind::Unread => self.summary.unread += 1,
                        kind if kind.is_failure() => self.summary.refused += 1,
                        _ => {}
                    }
                }
            },
        }
    }

    /// Files come one after the other.
    fn come_to(&mut self, file: &str) {
        if self.summary.files == 0 || self.file != file {
            self.summary.files += 1;
            file.clone_into(&mut self.file);
        }
    }

    fn claim(&mut self, claim: &ScrubbedClaim) {
        let summary = &mut self.summary;
        summary.claims += 1;
        summary.charge += claim.charge;
        summary.faults += claim.faults.len();
        match claim.decision {
            ScrubDecision::Clean => summary.clean += 1,
            ScrubDecision::Warn => summary.warned += 1,
            ScrubDecision::Hold => {
                summary.held += 1;
                summary.charge_held += claim.charge;
            }
        }
        let mut counted = BTreeSet::new();
        for finding in claim.findings.iter().chain(&claim.faults) {
            if !self.rules.contains_key(&finding.rule) {
                let begun = RuleTally {
                    rule: finding.rule.clone(),
                    severity: finding.severity,
                    shadow: finding.shadow,
                    findings: 0,
                    claims: 0,
                    charge: Money::ZERO,
                };
                self.rules.insert(finding.rule.clone(), begun);
            }
            let Some(rule) = self.rules.get_mut(&finding.rule) else {
                continue;
            };
            rule.severity = rule.severity.max(finding.severity);
            rule.findings += 1;
            if counted.insert(finding.rule.as_str()) {
                rule.claims += 1;
                rule.charge += claim.charge;
            }
        }
    }

    pub(super) fn summary(self, forgotten: u64) -> ScrubSummary {
        let mut rules: Vec<RuleTally> = self.rules.into_values().collect();
        rules.sort_by(|a, b| b.charge.cmp(&a.charge).then_with(|| a.rule.cmp(&b.rule)));
        ScrubSummary {
            rules,
            forgotten,
            ..self.summary
        }
    }
}
