//! A person passes what rules found on a claim, lifts another's hold, or sends
//! a rejected claim again, with a reason. Only what may be passed: the rest must
//! be mended first.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use scrubjay_hooks::{Effect, Finding, Hook, Severity};
use scrubjay_model::{ClaimId, Work, WorkKind};
use scrubjay_store::{ClaimRow, Event, JournalRow, Reader};
use serde::Serialize;

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::claim::{make_ready, scrub_again};

/// What a person let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Released {
    /// Claim.
    pub claim: ClaimId,
    /// The rules whose findings were passed, sorted. None where the claim was
    /// only held until a day that has come.
    pub rules: Vec<String>,
    /// Where it stands now as a piece of work.
    pub work: Work,
}

/// What holds a claim and cannot be passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "held", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Hold {
    /// By a finding whose rule is not overridable.
    Finding {
        /// Rule.
        rule: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// Until a day.
    Until {
        /// Rule.
        rule: String,
        /// First day on which it may go.
        until: NaiveDate,
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finding { rule, message } => write!(f, "{rule}: {message}"),
            Self::Until {
                rule,
                until,
                reason,
            } => write!(f, "{rule}: held until {until}: {reason}"),
        }
    }
}

/// Why a claim was not released; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// There is no such claim.
    #[error("there is no claim {claim}")]
    UnknownClaim {
        /// Claim.
        claim: ClaimId,
    },
    /// Nobody is named, or no reason is given.
    #[error("a release names who passes the claim and why; give both")]
    Unsigned,
    /// It is past the point at which a finding can be passed.
    #[error("claim {claim} is {work}; only a claim that waits here can be released")]
    NotWaiting {
        /// Claim.
        claim: ClaimId,
        /// Where it stands.
        work: Work,
    },
    /// Nothing that a person may pass was found on it, or all of it was passed before.
    #[error("claim {claim} is {work} and has no finding that is left to pass")]
    NothingToPass {
        /// Claim.
        claim: ClaimId,
        /// Where it stands.
        work: Work,
    },
    /// Something holds it that nobody may pass.
    #[error("claim {claim} cannot be released; mend first:{}", listed(.holds))]
    MustBeMended {
        /// Claim.
        claim: ClaimId,
        /// What holds it.
        holds: Vec<Hold>,
    },
}

fn listed(holds: &[Hold]) -> String {
    holds.iter().map(|hold| format!("\n  {hold}")).collect()
}

/// What the last judgements of a claim have left standing.
#[derive(Debug, Default)]
struct Standing {
    /// Findings of rules that are live, with weight.
    findings: Vec<Finding>,
    until: Vec<Hold>,
}

impl Standing {
    /// The last judgement of each hook that a claim comes by; what was found as
    /// it was to be sent or answered stands until it is judged from the start again.
    fn of(history: &[JournalRow]) -> Self {
        let mut standing = Self::default();
        let mut seen: Vec<Hook> = Vec::new();
        for row in history.iter().rev() {
            let Event::Judged { hook, outcome, .. } = &row.event else {
                continue;
            };
            let counts = match hook {
                Hook::Submit | Hook::Acknowledgment => seen.is_empty(),
                Hook::Claim | Hook::Scrub => !seen.contains(hook),
                _ => false,
            };
            if !counts {
                continue;
            }
            seen.push(*hook);
            let weighs = |finding: &&Finding| finding.severity > Severity::Info && !finding.shadow;
            standing
                .findings
                .extend(outcome.findings.iter().filter(weighs).cloned());
            for (rule, effect) in &outcome.effects {
                if let Effect::HoldUntil { until, reason } = effect {
                    standing.until.push(Hold::Until {
                        rule: rule.clone(),
                        until: *until,
                        reason: reason.clone(),
                    });
                }
            }
        }
        standing
    }

    /// What nobody may pass, on a day.
    fn to_mend(&self, today: NaiveDate) -> Vec<Hold> {
        let stays = |finding: &&Finding| finding.holds() && !finding.overridable;
        let findings = self.findings.iter().filter(stays);
        let findings = findings.map(|finding| Hold::Finding {
            rule: finding.rule.clone(),
            message: finding.message.clone(),
        });
        let until = self
            .until
            .iter()
            .filter(|hold| matches!(hold, Hold::Until { until, .. } if *until > today));
        findings.chain(until.cloned()).collect()
    }

    fn rules(&self) -> BTreeSet<String> {
        let rules = self.findings.iter().map(|finding| finding.rule.clone());
        rules.collect()
    }
}

/// What holds a claim and cannot be passed today.
pub(crate) fn holds_on(
    desk: &Desk<'_>,
    claim: &ClaimId,
    work: Work,
) -> Result<Vec<Hold>, EngineError> {
    if work != Work::Held {
        return Ok(Vec::new());
    }
    Ok(Standing::of(&desk.tx.history(claim)?).to_mend(desk.today()))
}

/// Passes what was found on a claim, or lets a rejected one go again as it is:
/// the rules judge that from the start. The desk's stamp says who.
pub(crate) fn release(
    desk: &mut Desk<'_>,
    claim: &ClaimId,
    reason: &str,
) -> Result<Released, EngineError> {
    if reason.trim().is_empty() || desk.stamp.actor.trim().is_empty() {
        return Err(ReleaseError::Unsigned.into());
    }
    let claim = claim.clone();
    let Some(row) = desk.tx.claim(&claim)? else {
        return Err(ReleaseError::UnknownClaim { claim }.into());
    };
    let work = row.status.work;
    if work == Work::Rejected {
        return send_back(desk, &row, reason);
    }
    if !matches!(work, Work::Held | Work::Ready) {
        return Err(ReleaseError::NotWaiting { claim, work }.into());
    }
    let standing = Standing::of(&desk.tx.history(&claim)?);
    let holds = standing.to_mend(desk.today());
    if work == Work::Held && !holds.is_empty() {
        return Err(ReleaseError::MustBeMended { claim, holds }.into());
    }
    let passed = passed_rules(desk.tx.as_ref(), &claim)?;
    let rules: Vec<String> = standing.rules().difference(&passed).cloned().collect();
    if work == Work::Ready && rules.is_empty() {
        return Err(ReleaseError::NothingToPass { claim, work }.into());
    }
    desk.record(&Event::Overridden {
        claim: claim.clone(),
        rules: rules.clone(),
        reason: reason.trim().to_owned(),
    })?;
    if work == Work::Held {
        let outcome = format!("passed by {}", desk.stamp.actor);
        desk.close_work(&claim, WorkKind::ScrubHold, &outcome)?;
        make_ready(desk, &claim, &row.payer)?;
    }
    let work = desk.tx.claim(&claim)?.map_or(work, |row| row.status.work);
    Ok(Released { claim, rules, work })
}

/// A rejected claim is to go again as it is, since what was wrong was elsewhere.
fn send_back(desk: &mut Desk<'_>, row: &ClaimRow, reason: &str) -> Result<Released, EngineError> {
    let claim = row.id.clone();
    desk.record(&Event::Overridden {
        claim: claim.clone(),
        rules: Vec::new(),
        reason: reason.trim().to_owned(),
    })?;
    let outcome = format!("to be sent again by {}", desk.stamp.actor);
    desk.close_work(&claim, WorkKind::Rejection, &outcome)?;
    scrub_again(desk, row)?;
    let now = desk.tx.claim(&claim)?;
    Ok(Released {
        claim,
        rules: Vec::new(),
        work: now.map_or(row.status.work, |row| row.status.work),
    })
}

/// The rules whose findings a person has passed on a claim as it now stands: a
/// change of the claim takes the passing with it.
pub(crate) fn passed_rules(
    reader: &dyn Reader,
    claim: &ClaimId,
) -> Result<BTreeSet<String>, EngineError> {
    let overrides = reader.overrides(Some(claim))?;
    if overrides.is_empty() {
        return Ok(BTreeSet::new());
    }
    let history = reader.history(claim)?;
    let changed = history
        .iter()
        .rev()
        .find(|row| matches!(row.event, Event::ClaimRevised { .. }))
        .map_or(0, |row| row.sequence);
    let standing = overrides.into_iter().filter(|row| row.sequence > changed);
    Ok(standing.flat_map(|row| row.rules).collect())
}
