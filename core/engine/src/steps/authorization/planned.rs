//! What a visit is booked for, with everything on file that its authorization
//! turns on.

use scrubjay_model::{
    Authorization, AuthorizationKind, Coverage, EligibilityAnswer, Encounter, Patient, PayerId,
    ProcedureCode, Record, RecordKind,
};
use scrubjay_store::RecordFilter;

use rust_decimal::Decimal;

use super::on_file::{self, AuthorizationOnFile, payer_id, same_payer};
use crate::EngineError;
use crate::desk::Desk;

/// A visit with its patient, the coverage that it goes to, and what that payer
/// has granted.
pub(super) struct Planned {
    pub(super) visit: Encounter,
    pub(super) patient: Patient,
    /// The first coverage on the day; a later payer is asked by hand.
    pub(super) coverage: Option<Coverage>,
    /// Its payer, where that is one to be asked.
    pub(super) payer: Option<PayerId>,
    /// Prior authorizations of that payer, and of no other.
    pub(super) held: Vec<AuthorizationOnFile>,
}

impl Planned {
    /// `None` where the patient is not registered.
    pub(super) fn of(desk: &Desk<'_>, visit: Encounter) -> Result<Option<Self>, EngineError> {
        let Some(patient) = desk.patient(&visit.patient)? else {
            return Ok(None);
        };
        let coverage = patient
            .coverages_on(visit.service_date())
            .into_iter()
            .next();
        let payer = coverage
            .as_ref()
            .and_then(|coverage| payer_id(desk.config, coverage))
            .filter(|id| {
                let payer = desk.config.payer(&[id.as_str()], "");
                payer.is_none_or(|payer| !desk.config.is_self_pay(&payer.profile.key))
            });
        let mut held = match &payer {
            Some(payer) => on_file::with_payer(desk.tx.as_ref(), desk.config, &patient.key, payer)?,
            None => Vec::new(),
        };
        held.retain(|one| one.authorization.kind == AuthorizationKind::PriorAuthorization);
        Ok(Some(Self {
            visit,
            patient,
            coverage,
            payer,
            held,
        }))
    }

    /// The authorizations as they are for this visit: less what other visits
    /// that are booked under them will use.
    pub(super) fn shown(&self, desk: &Desk<'_>) -> Result<Vec<Authorization>, EngineError> {
        let held = self.held.iter();
        held.map(|held| on_file::less_bookings(desk.tx.as_ref(), held, &self.visit.id))
            .collect()
    }

    /// Units of a procedure that are planned, over all its lines.
    pub(super) fn units_of(&self, procedure: &ProcedureCode) -> Decimal {
        let planned = self.visit.planned.iter();
        let own = planned.filter(|planned| planned.procedure == *procedure);
        own.map(|planned| planned.units).sum()
    }

    /// Units of a procedure to ask for: one, where none is planned.
    pub(super) fn units_wanted(&self, procedure: &ProcedureCode) -> Decimal {
        match self.units_of(procedure) {
            none if none.is_zero() => Decimal::ONE,
            units => units,
        }
    }

    /// Procedures planned, each once, in order.
    pub(super) fn procedures(&self) -> Vec<ProcedureCode> {
        let mut procedures = Vec::new();
        for planned in &self.visit.planned {
            if !procedures.contains(&planned.procedure) {
                procedures.push(planned.procedure.clone());
            }
        }
        procedures
    }

    /// The payer's latest answer about the patient's cover.
    pub(super) fn latest_answer(
        &self,
        desk: &Desk<'_>,
    ) -> Result<Option<EligibilityAnswer>, EngineError> {
        let Some(payer) = &self.payer else {
            return Ok(None);
        };
        let answered = desk.records(&RecordFilter {
            kind: Some(RecordKind::Eligibility),
            patient: Some(self.patient.key.clone()),
            state: Some("answered".to_owned()),
            ..RecordFilter::default()
        })?;
        let mut latest = None;
        for record in answered {
            if let Record::Eligibility(inquiry) = record
                && same_payer(desk.config, &inquiry.payer, payer)
                && let Some(answer) = &inquiry.answer
            {
                let on = inquiry.answered;
                if latest.as_ref().is_none_or(|(before, _)| *before <= on) {
                    latest = Some((on, answer.clone()));
                }
            }
        }
        Ok(latest.map(|(_, answer)| answer))
    }
}
