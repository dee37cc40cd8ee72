//! Charges that come too late, or are for a day before their visit.

use std::sync::Arc;

use scrubjay_hooks::{About, ChargeSubject, Effect, Finding, Outcome, Ran, Severity};
use scrubjay_model::{Billing, WorkKind};

use super::field;
use crate::Config;
use crate::desk::service_level;

/// Its visit stands on a claim already.
pub(crate) const VISIT_BILLED: &str = "engine/visit-billed";

/// It was entered long after the service.
const LATE_ENTRY: &str = "engine/late-entry";

/// It is for a day before its visit, which has moved since.
const BEFORE_VISIT: &str = "engine/before-visit";

/// What an edit finds and asks for.
type Edit = fn(&Config, &ChargeSubject<'_>, &mut Outcome);

/// Every edit, by its id, which never changes.
const EDITS: [(&str, Edit); 3] = [
    (VISIT_BILLED, visit_billed),
    (LATE_ENTRY, late_entry),
    (BEFORE_VISIT, before_visit),
];

/// What holds for every charge.
pub(super) fn judge(
    config: &Config,
    subject: &ChargeSubject<'_>,
    version: &Arc<str>,
    outcome: &mut Outcome,
) {
    for (rule, edit) in EDITS {
        let before = outcome.findings.len();
        edit(config, subject, outcome);
        let found = outcome.findings.len() - before;
        outcome.ran.push(Ran {
            rule: rule.into(),
            version: Arc::clone(version),
            findings: u32::try_from(found).unwrap_or(u32::MAX),
        });
    }
}

/// A charge behind a claim of the same visit would make a second claim of it,
/// which payers take for a duplicate or for unbundled: a person decides.
fn visit_billed(_config: &Config, subject: &ChargeSubject<'_>, outcome: &mut Outcome) {
    let claim = subject
        .others
        .iter()
        .find_map(|other| match &other.billing {
            Billing::Billed { claim } => Some(claim),
            _ => None,
        });
    if let Some(claim) = claim {
        let message = format!(
            "its visit stands on claim {claim} already: correct or replace that claim, or pass this to bill the charge by itself"
        );
        outcome.findings.push(Finding {
            overridable: true,
            ..finding(VISIT_BILLED, Severity::Block, message, About::Whole)
        });
    }
}

/// A late entry is billed, and somebody looks why it was late.
fn late_entry(config: &Config, subject: &ChargeSubject<'_>, outcome: &mut Outcome) {
    let days = subject.charge.lag_days();
    if days <= i64::from(config.charges.late_after_days) {
        return;
    }
    let message = format!("entered {days} days after the service");
    let (owner, within) = service_level(WorkKind::Charge);
    outcome.effects.push((
        LATE_ENTRY.to_owned(),
        Effect::OpenTask {
            reason: format!("{message}: find out why"),
            owner,
            days: within,
        },
    ));
    let finding = finding(LATE_ENTRY, Severity::Warn, message, field("entered"));
    outcome.findings.push(finding);
}

/// No such charge is taken; one that was there when its visit moved is held.
fn before_visit(_config: &Config, subject: &ChargeSubject<'_>, outcome: &mut Outcome) {
    let (service, day) = (subject.charge.service, subject.visit.service_date());
    if service < day {
        let message = format!(
            "it is for {service}, and its visit was on {day}: correct the charge or the visit"
        );
        let about = field("service");
        let found = finding(BEFORE_VISIT, Severity::Block, message, about);
        outcome.findings.push(found);
    }
}

fn finding(rule: &str, severity: Severity, message: String, about: About) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity,
        message,
        about,
        prevents: Vec::new(),
        cite: None,
        overridable: false,
        shadow: false,
    }
}
