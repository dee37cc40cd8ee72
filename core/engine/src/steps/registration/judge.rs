//! A registration judged, for a visit or without one, and what rules ask for
//! carried out.

use scrubjay_hooks::{EffectKind, Finding, Hook, Subject};
use scrubjay_model::{
    Axis, Encounter, EncounterStatus, Patient, PatientKey, Record, RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::{Event, RecordFilter};

use super::on_file::OnFile;
use super::plan::{Planned, Step, plan};
use super::work::{settle, settle_members};
use super::{JudgedVisit, PayerFirst, Repaired, keep_patient};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::eligibility;
use crate::steps::judged::judge_planned;

/// What this step carries out itself.
const CAN: [EffectKind; 3] = [
    EffectKind::Repair,
    EffectKind::Route,
    EffectKind::VerifyCoverage,
];

/// Judgements one after another of one registration: another payer that came
/// first may bring rules of its own, and no third.
const ROUNDS: u32 = 2;

/// A registration as the rules left it.
pub(super) struct Judged {
    pub(super) patient: Patient,
    pub(super) findings: Vec<Finding>,
    pub(super) held_by: Vec<String>,
    pub(super) repairs: Vec<Repaired>,
    pub(super) routed: Vec<PayerFirst>,
    pub(super) to_verify: Vec<String>,
}

/// Judges a registration, for a visit where there is one, and carries out what
/// the rules ask for. What is found for a visit stands with the visit.
pub(super) fn judge(
    desk: &mut Desk<'_>,
    patient: Patient,
    visit: Option<&Encounter>,
) -> Result<Judged, EngineError> {
    let key = match visit {
        Some(visit) => RecordKey::from(&visit.id),
        None => RecordKey::from(&patient.key),
    };
    let mut judged = Judged {
        patient,
        findings: Vec::new(),
        held_by: Vec::new(),
        repairs: Vec::new(),
        routed: Vec::new(),
        to_verify: Vec::new(),
    };
    for round in 1..=ROUNDS {
        let on_file = OnFile::of(desk, &judged.patient, visit)?;
        let config = desk.config;
        let subject = on_file.subject(&judged.patient, visit);
        let (found, planned) = judge_planned(
            desk,
            Hook::Registration,
            &key,
            Subject::Registration(&subject),
            &CAN,
            |outcome| plan(outcome, &judged.patient, config, on_file.day, round),
        )?;
        judged.findings = found.findings;
        judged.held_by = found.held_by;
        let Planned { steps, to_verify } = planned;
        for reason in to_verify {
            let of_visit = visit.map(|visit| &visit.id);
            eligibility::want(desk, &judged.patient.key, of_visit, &reason)?;
            judged.to_verify.push(reason);
        }
        let rerouted = steps
            .iter()
            .any(|step| matches!(step.what, Step::Routed(_)));
        for step in steps {
            keep_patient(desk, &step.patient, Some(&step.cause))?;
            judged.patient = step.patient;
            match step.what {
                Step::Repaired(repaired) => judged.repairs.push(repaired),
                Step::Routed(first) => judged.routed.push(first),
            }
        }
        if !rerouted {
            break;
        }
    }
    Ok(judged)
}

/// Judges the registration for every visit of the patient that is booked or
/// open, or over with work on its registration left. `known` holds it without a
/// visit already.
pub(super) fn judge_open_visits(
    desk: &mut Desk<'_>,
    patient: &PatientKey,
    known: &[String],
) -> Result<Vec<JudgedVisit>, EngineError> {
    use EncounterStatus::{Arrived, Closed, Scheduled};
    let mut judged = Vec::new();
    for status in [Scheduled, Arrived, Closed] {
        let filter = RecordFilter {
            kind: Some(RecordKind::Encounter),
            patient: Some(patient.clone()),
            state: Some(status.as_str().to_owned()),
            ..RecordFilter::default()
        };
        for record in desk.records(&filter)? {
            let Record::Encounter(visit) = record else {
                continue;
            };
            let work = desk.tx.record_work(&(&visit.id).into())?;
            let has_work = work.iter().any(|item| item.kind == WorkKind::Registration);
            if status != Closed || has_work {
                judged.extend(judge_visit(desk, &visit, known)?);
            }
        }
    }
    Ok(judged)
}

/// Judges the registration for a visit. Rules in `known` hold it without the
/// visit too, and are not said again. `None` where the patient is not there.
fn judge_visit(
    desk: &mut Desk<'_>,
    visit: &Encounter,
    known: &[String],
) -> Result<Option<JudgedVisit>, EngineError> {
    let Some(patient) = desk.patient(&visit.patient)? else {
        return Ok(None);
    };
    let judged = judge(desk, patient, Some(visit))?;
    let mut held_by = judged.held_by;
    held_by.retain(|rule| !known.contains(rule));
    let key = RecordKey::from(&visit.id);
    settle(desk, &key, &held_by)?;
    settle_members(desk, &judged.patient, &judged.routed)?;
    Ok(Some(JudgedVisit {
        encounter: visit.id.clone(),
        findings: judged.findings,
        held_by,
    }))
}

/// Judges the registration of a visit's patient for that visit.
pub(crate) fn check_for_visit(
    desk: &mut Desk<'_>,
    visit: &Encounter,
) -> Result<Option<JudgedVisit>, EngineError> {
    let known = found_on(desk, &(&visit.patient).into())?;
    judge_visit(desk, visit, &known)
}

/// The rules that hold a registration by what was found on it last, passed or not.
fn found_on(desk: &Desk<'_>, key: &RecordKey) -> Result<Vec<String>, EngineError> {
    let history = desk.tx.record_history(key)?;
    let last = history.iter().rev().find_map(|row| match &row.event {
        Event::RecordJudged {
            hook: Hook::Registration,
            outcome,
            ..
        } => Some(holding(&outcome.findings)),
        _ => None,
    });
    Ok(last.unwrap_or_default())
}

/// The rules of findings that hold what they are about.
pub(super) fn holding(findings: &[Finding]) -> Vec<String> {
    let holding = findings.iter().filter(|finding| finding.holds());
    holding.map(|finding| finding.rule.clone()).collect()
}
