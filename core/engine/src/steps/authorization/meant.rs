//! Which open request a payer's decision is about, where whoever heard it names
//! the patient and not the request.

use scrubjay_model::{
    AuthorizationKind, AuthorizationStatus, EncounterId, PatientKey, PayerId, ProcedureCode,
    RecordId,
};

use super::by_hand::{AuthorizationCallError, DecisionByHand};
use super::on_file::{self, AuthorizationOnFile};
use crate::EngineError;
use crate::desk::Desk;

/// What is told of a decision that names no request.
pub(super) struct Told<'t> {
    pub(super) patient: &'t PatientKey,
    pub(super) payer: &'t PayerId,
    pub(super) kind: AuthorizationKind,
    pub(super) visit: Option<&'t EncounterId>,
    pub(super) decision: &'t DecisionByHand,
}

/// The request that waits or is with the payer, and that the decision answers;
/// `None` where nobody asked from here. Of several none is picked: a decision put
/// to the wrong one would leave the right one waiting.
pub(super) fn open_request(
    desk: &Desk<'_>,
    told: &Told<'_>,
) -> Result<Option<AuthorizationOnFile>, EngineError> {
    let mut meant = on_file::with_payer(desk.tx.as_ref(), desk.config, told.patient, told.payer)?;
    meant.retain(|held| may_be_meant(held, told));
    if meant.len() > 1 {
        let ids = meant.into_iter().map(|held| held.id).collect();
        return Err(AuthorizationCallError::SeveralMeant { ids }.into());
    }
    Ok(meant.pop())
}

fn may_be_meant(held: &AuthorizationOnFile, told: &Told<'_>) -> bool {
    let authorization = &held.authorization;
    let is_open = matches!(
        authorization.status,
        AuthorizationStatus::Required | AuthorizationStatus::Asked
    );
    let is_of_visit = told.visit.is_none_or(|visit| held.is_for(visit));
    is_open && authorization.kind == told.kind && is_of_visit && is_answered(held, told)
}

/// Whether a decision speaks of a service that was asked for and, where no visit
/// is named, of its day.
fn is_answered(held: &AuthorizationOnFile, told: &Told<'_>) -> bool {
    let DecisionByHand::Granted {
        from, to, services, ..
    } = told.decision
    else {
        return true;
    };
    let day = held.authorization.from;
    let is_of_day = told.visit.is_some() || day.is_none_or(|day| *from <= day && day <= *to);
    let asked = &held.authorization;
    let mut granted = services.iter().map(|(procedure, _)| procedure);
    let is_of_service = services.is_empty()
        || asked.services.is_empty()
        || granted.any(|procedure| asked.left(procedure).is_some());
    is_of_day && is_of_service
}

/// What was asked for and is not among what was granted.
pub(super) fn not_spoken_of(
    asked: &AuthorizationOnFile,
    decision: &DecisionByHand,
) -> Vec<ProcedureCode> {
    let DecisionByHand::Granted { services, .. } = decision else {
        return Vec::new();
    };
    if services.is_empty() {
        return Vec::new();
    }
    let is_granted = |code: &ProcedureCode| services.iter().any(|(granted, _)| granted == code);
    let asked = asked.authorization.services.iter();
    asked
        .filter(|service| !service.procedures.iter().any(is_granted))
        .flat_map(|service| service.procedures.clone())
        .collect()
}

/// Ids as a message lists them.
pub(super) fn listed(ids: &[RecordId]) -> String {
    let ids: Vec<&str> = ids.iter().map(RecordId::as_str).collect();
    ids.join(", ")
}
