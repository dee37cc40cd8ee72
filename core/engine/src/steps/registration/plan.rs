//! What rules ask for at the hook `registration`, planned before any of it is
//! kept: all of it is done or none.

use chrono::NaiveDate;
use scrubjay_hooks::{Effect, Finding, Outcome};
use scrubjay_model::{Patient, PatientRecord};
use scrubjay_store::Cause;

use super::repair::{Repaired, repair};
use super::route::{RouteError, Routed, put_first};
use super::{MemberOnFile, PayerFirst};
use crate::Config;
use crate::steps::judged::because_of;
use crate::steps::refusal::refused;

/// What is to be done.
#[derive(Default)]
pub(super) struct Planned {
    /// Changes of the registration, in the order in which they were asked for.
    pub(super) steps: Vec<Change>,
    /// Why the payer is to be asked about the cover.
    pub(super) to_verify: Vec<String>,
}

/// One change of a registration.
pub(super) struct Change {
    /// The patient behind it.
    pub(super) patient: Patient,
    /// The rule that asked for it.
    pub(super) cause: Cause,
    pub(super) what: Step,
}

/// What a change did.
pub(super) enum Step {
    Repaired(Repaired),
    Routed(PayerFirst),
}

/// Plans the effects of an outcome, in the round of judging that it comes from.
pub(super) fn plan(
    outcome: &Outcome,
    patient: &Patient,
    config: &Config,
    day: NaiveDate,
    round: u32,
) -> Result<Planned, Box<Finding>> {
    let mut planned = Planned::default();
    let mut record = patient.clone().into_record();
    for (rule, effect) in &outcome.effects {
        let refuse =
            |why: &dyn std::fmt::Display| Box::new(refused(rule, effect, &why.to_string()));
        let what = match effect {
            Effect::Repair {
                field,
                value,
                reason,
            } => {
                let repaired = repair(&mut record, field, value, day);
                let form = repaired.map_err(|error| refuse(&error))?;
                let repaired = form.map(|form| Repaired {
                    field: field.clone(),
                    reason: reason.clone(),
                    rule: rule.clone(),
                    before: form.before,
                    after: form.after,
                });
                repaired.map(Step::Repaired)
            }
            Effect::Route { payer, .. } => {
                let routed = route(&mut record, config, payer, day, round);
                let member = routed.map_err(|error| refuse(&error))?;
                member.map(|member| {
                    Step::Routed(PayerFirst {
                        payer: payer.clone(),
                        rule: rule.clone(),
                        member,
                    })
                })
            }
            Effect::VerifyCoverage { reason } => {
                planned.to_verify.push(format!("{reason} ({rule})"));
                None
            }
            // The others were carried out or refused already.
            _ => None,
        };
        if let Some(what) = what {
            let patient = Patient::new(record.clone()).map_err(|error| refuse(&error))?;
            planned.steps.push(Change {
                patient,
                cause: because_of(rule, &outcome.ran),
                what,
            });
        }
    }
    Ok(planned)
}

/// Puts a payer first; `None` where it is first already.
fn route(
    record: &mut PatientRecord,
    config: &Config,
    payer: &str,
    day: NaiveDate,
    round: u32,
) -> Result<Option<MemberOnFile>, RouteError> {
    let known = config.payer_by_key(payer).ok_or(RouteError::UnknownPayer)?;
    match put_first(record, config, &known.profile, day) {
        Routed::Already => Ok(None),
        _ if round > 1 => Err(RouteError::InTurns),
        Routed::Moved(member) => Ok(Some(member)),
        Routed::Added => Ok(Some(MemberOnFile::Missing)),
    }
}
