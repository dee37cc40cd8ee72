//! A record judged at a hook: asked, weighed, journalled, and what of it any
//! step can do.

use std::collections::BTreeSet;

use scrubjay_hooks::{Effect, EffectKind, Finding, Hook, Outcome, Ran, Subject};
use scrubjay_model::{Money, RecordKey, WorkKind};
use scrubjay_store::{Cause, Event, Reader};

use crate::EngineError;
use crate::desk::Desk;
use crate::steps::refusal::all_can_be_done;

/// What a hook came to for a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JudgedRecord {
    /// Everything that was found, shadow rules' too.
    pub(crate) findings: Vec<Finding>,
    /// The rules that hold it, less those that a person has passed; sorted.
    pub(crate) held_by: Vec<String>,
    /// What the step itself has to carry out, with the rule that asks for it:
    /// tasks are opened and tags kept already. Empty where one of them cannot be.
    pub(crate) effects: Vec<(String, Effect)>,
    /// Who ran, to name the version of a rule as the cause of what it asks for.
    pub(crate) ran: Vec<Ran>,
}

/// A rule as the cause of what happens because it asked for it.
pub(crate) fn because_of(rule: &str, ran: &[Ran]) -> Cause {
    let ran = ran.iter().find(|ran| &*ran.rule == rule);
    Cause::Rule {
        rule: rule.to_owned(),
        version: ran.map_or_else(String::new, |ran| ran.version.to_string()),
    }
}

/// Judges a record at a hook. `can` are the effects that the step carries out
/// itself. Where an effect cannot be carried out none is, and a finding says so.
pub(crate) fn judge_record(
    desk: &mut Desk<'_>,
    hook: Hook,
    record: &RecordKey,
    subject: Subject<'_>,
    can: &[EffectKind],
) -> Result<JudgedRecord, EngineError> {
    let judged = judge_planned(desk, hook, record, subject, can, |_| Ok(()))?;
    Ok(judged.0)
}

/// As [`judge_record`], where the step must look at the effects to tell whether
/// it can carry them out. `plan` does nothing yet: where it gives a finding, none
/// of the effects is carried out, and the plan is empty.
pub(crate) fn judge_planned<P: Default>(
    desk: &mut Desk<'_>,
    hook: Hook,
    record: &RecordKey,
    subject: Subject<'_>,
    can: &[EffectKind],
    plan: impl FnOnce(&Outcome) -> Result<P, Box<Finding>>,
) -> Result<(JudgedRecord, P), EngineError> {
    let outcome = desk.judge(hook, subject);
    let plan = |outcome: &Outcome| plan(outcome).map_err(|finding| vec![*finding]);
    weigh_record(desk, hook, record, outcome, can, plan)
}

/// Weighs, keeps and does what the handlers of a hook have said of a record: as
/// [`judge_planned`], where the step has asked them itself.
pub(crate) fn weigh_record<P: Default>(
    desk: &mut Desk<'_>,
    hook: Hook,
    record: &RecordKey,
    mut outcome: Outcome,
    can: &[EffectKind],
    plan: impl FnOnce(&Outcome) -> Result<P, Vec<Finding>>,
) -> Result<(JudgedRecord, P), EngineError> {
    let mut all = vec![EffectKind::OpenTask, EffectKind::Tag];
    all.extend(can);
    let can_be_done = all_can_be_done(hook, &outcome, &all).map_err(|finding| vec![*finding]);
    let planned = can_be_done.and_then(|()| plan(&outcome));
    let accepted = planned.is_ok();
    let planned = planned.unwrap_or_else(|refused| {
        outcome.findings.extend(refused);
        P::default()
    });
    desk.record(&Event::RecordJudged {
        record: record.clone(),
        hook,
        outcome: outcome.clone(),
    })?;
    let passed = passed_on(desk.tx.as_ref(), record)?;
    let mut held_by: Vec<String> = outcome
        .findings
        .iter()
        .filter(|finding| finding.holds())
        .filter(|finding| !(finding.overridable && passed.contains(&finding.rule)))
        .map(|finding| finding.rule.clone())
        .collect();
    held_by.sort();
    held_by.dedup();
    let mut effects = Vec::new();
    for (rule, effect) in outcome.effects.into_iter().filter(|_| accepted) {
        match effect {
            Effect::OpenTask {
                reason,
                owner,
                days,
            } => {
                let reason = format!("{reason} ({rule})");
                // The same rule finds the same again each time it is asked.
                let open = desk.tx.record_work(record)?;
                let is_open = |item: &scrubjay_model::WorkItem| {
                    item.kind == WorkKind::Task && item.reason == reason
                };
                if !open.iter().any(is_open) {
                    let kind = WorkKind::Task;
                    desk.open_record_work_for(kind, record, Money::ZERO, reason, owner, days)?;
                }
            }
            Effect::Tag { .. } => {}
            effect => effects.push((rule, effect)),
        }
    }
    let judged = JudgedRecord {
        findings: outcome.findings,
        held_by,
        effects,
        ran: outcome.ran,
    };
    Ok((judged, planned))
}

/// The rules whose findings a person has passed on a record as it now stands: a
/// change of the record takes the passing with it.
pub(crate) fn passed_on(
    reader: &dyn Reader,
    record: &RecordKey,
) -> Result<BTreeSet<String>, EngineError> {
    let overrides = reader.record_overrides(Some(record))?;
    if overrides.is_empty() {
        return Ok(BTreeSet::new());
    }
    let kept = reader.record_row(record)?.map_or(0, |row| row.sequence);
    let standing = overrides.into_iter().filter(|row| row.sequence > kept);
    Ok(standing.flat_map(|row| row.rules).collect())
}
