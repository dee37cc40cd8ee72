//! Step 2: a patient is registered, judged at once, and given to the front desk
//! where something must be mended.

mod judge;
mod on_file;
mod plan;
mod repair;
mod route;
mod sheet;
mod told;
mod work;

use scrubjay_hooks::Finding;
use scrubjay_model::{
    Coverage, EncounterId, Name, Patient, PatientError, PatientKey, PatientRecord, Record,
    RecordKey,
};
use scrubjay_store::{Cause, Event, Stamp};
use serde::Serialize;

pub(crate) use judge::check_for_visit;
pub use repair::Repaired;
pub use sheet::RegisteredSheet;
pub(crate) use sheet::{register_rows, take_sheet};
pub(crate) use told::{KNOWN, NEEDED};

use self::judge::{holding, judge, judge_open_visits};
use self::work::{settle, settle_members};
use crate::desk::Desk;
use crate::{Config, EngineError};

/// What a record that was given came to, beside the one on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// There was none.
    New,
    /// It differs from what was told last.
    Changed,
    /// It says what was told last.
    Unchanged,
}

/// A registration as it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registered {
    /// The patient, by the host's key.
    pub patient: PatientKey,
    /// What was given, beside what was on file.
    pub kept: Kept,
    /// Everything that was found on it as it now stands.
    pub findings: Vec<Finding>,
    /// The rules that hold it, less those that a person has passed.
    pub held_by: Vec<String>,
    /// Fields whose form was mended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repairs: Vec<Repaired>,
    /// Payers that were put first, by their key, each with the rule that asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routed: Vec<PayerFirst>,
    /// Why the payer is to be asked about the cover.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to_verify: Vec<String>,
    /// What was found for each visit that is booked or open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<JudgedVisit>,
    /// The registration as it now stands, for a host's form; left out of
    /// documents, since it is the patient's.
    #[serde(skip)]
    pub record: PatientRecord,
}

/// A payer that a rule has put first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayerFirst {
    /// Payer key.
    pub payer: String,
    /// Rule.
    pub rule: String,
    /// Whether the practice has a member number with that payer.
    pub member: MemberOnFile,
}

/// Whether a member number is on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberOnFile {
    /// There is one.
    Known,
    /// There is none: someone must find it out.
    Missing,
}

/// What was found on a registration for a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JudgedVisit {
    /// Visit.
    pub encounter: EncounterId,
    /// Everything that was found.
    pub findings: Vec<Finding>,
    /// The rules that hold the registration for this visit, and not without it.
    pub held_by: Vec<String>,
}

/// Why a patient was not registered; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// The registration's parts disagree.
    #[error("the registration cannot be kept: {0}")]
    Patient(#[from] PatientError),
    /// Nobody is named.
    #[error("a registration names who registers the patient")]
    Unsigned,
}

/// Registers a patient, or takes what is told of one anew, and judges it. What
/// was told last and is told again changes nothing on file: not what rules and
/// payers have put right since.
pub(crate) fn register(
    desk: &mut Desk<'_>,
    given: PatientRecord,
) -> Result<Registered, EngineError> {
    if desk.stamp.actor.trim().is_empty() {
        return Err(RegistrationError::Unsigned.into());
    }
    let mut given = given;
    name_payers(desk.config, &mut given);
    let given = Patient::new(given).map_err(RegistrationError::Patient)?;
    let (patient, kept) = keep_as_told(desk, given)?;
    let judged = judge(desk, patient, None)?;
    let key = RecordKey::from(&judged.patient.key);
    settle(desk, &key, &judged.held_by)?;
    settle_members(desk, &judged.patient, &judged.routed)?;
    let changed = kept != Kept::Unchanged || !judged.repairs.is_empty();
    let visits = if changed || !judged.routed.is_empty() {
        judge_open_visits(desk, &judged.patient.key, &holding(&judged.findings))?
    } else {
        Vec::new()
    };
    let now = desk.patient(&judged.patient.key)?.unwrap_or(judged.patient);
    Ok(Registered {
        patient: now.key.clone(),
        kept,
        findings: judged.findings,
        held_by: judged.held_by,
        repairs: judged.repairs,
        routed: judged.routed,
        to_verify: judged.to_verify,
        visits,
        record: now.into_record(),
    })
}

/// Names payers that were told by their id alone, as the practice knows them: a
/// claim bears the name too.
pub(crate) fn name_payers(config: &Config, record: &mut PatientRecord) {
    for held in &mut record.coverages {
        name_payer(config, &mut held.coverage);
    }
}

/// The same of one coverage.
pub(crate) fn name_payer(config: &Config, coverage: &mut Coverage) {
    if !coverage.payer_name.last.trim().is_empty() {
        return;
    }
    let ids: Vec<&str> = coverage.payer.iter().map(|id| id.as_str()).collect();
    if let Some(payer) = config.payer(&ids, "") {
        coverage.payer_name = Name::organization(&payer.profile.name);
    }
}

/// Keeps a registration where it says something else than was told last, and
/// gives the one that stands.
fn keep_as_told(desk: &mut Desk<'_>, given: Patient) -> Result<(Patient, Kept), EngineError> {
    let Some(on_file) = desk.patient(&given.key)? else {
        desk.keep(given.clone(), None)?;
        return Ok((given, Kept::New));
    };
    let told = told_last(desk, &given.key)?;
    if told.as_ref() == Some(&given) {
        return Ok((on_file, Kept::Unchanged));
    }
    keep_patient(desk, &given, None)?;
    // Of covers nothing new is told: what a payer's answer has put right since
    // stays, whatever else is news.
    let same_covers = told.is_some_and(|told| told.coverages == given.coverages);
    if let (true, Some(cause)) = (same_covers, put_right_by(desk, &on_file)?)
        && on_file.coverages != given.coverages
    {
        let mut record = given.into_record();
        record.coverages.clone_from(&on_file.coverages);
        let standing = Patient::new(record).map_err(RegistrationError::Patient)?;
        keep_patient(desk, &standing, Some(&cause))?;
        return Ok((standing, Kept::Changed));
    }
    Ok((given, Kept::Changed))
}

/// The rule that has put a patient's record as it stands.
fn put_right_by(desk: &Desk<'_>, on_file: &Patient) -> Result<Option<Cause>, EngineError> {
    let history = desk.tx.record_history(&(&on_file.key).into())?;
    let by_rule = history.into_iter().rev().find_map(|row| match row.event {
        Event::RecordKept { .. } if matches!(row.stamp.cause, Cause::Rule { .. }) => {
            Some(row.stamp.cause)
        }
        _ => None,
    });
    Ok(by_rule)
}

/// A patient as people and files told of them last: without what rules have
/// changed since.
pub(crate) fn told_last(desk: &Desk<'_>, key: &PatientKey) -> Result<Option<Patient>, EngineError> {
    let history = desk.tx.record_history(&key.into())?;
    let told = history.into_iter().rev().find_map(|row| {
        if matches!(row.stamp.cause, Cause::Rule { .. }) {
            return None;
        }
        match row.event {
            Event::RecordKept {
                record: Record::Patient(patient),
                ..
            } => Some(*patient),
            _ => None,
        }
    });
    Ok(told)
}

/// Keeps a patient who is on file; the day on which somebody must look at them
/// stays. `cause` names the rule where one asked for it.
pub(crate) fn keep_patient(
    desk: &mut Desk<'_>,
    patient: &Patient,
    cause: Option<&Cause>,
) -> Result<(), EngineError> {
    let due = desk
        .tx
        .record_row(&(&patient.key).into())?
        .and_then(|row| row.due);
    let stamp = Stamp {
        cause: cause.unwrap_or(&desk.stamp.cause).clone(),
        ..desk.stamp.clone()
    };
    let record = patient.clone().into();
    desk.tx.append(&stamp, &Event::RecordKept { record, due })?;
    Ok(())
}

#[cfg(test)]
mod tests;
