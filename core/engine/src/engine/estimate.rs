//! Step 1: what a patient is told beforehand that care will cost.

use scrubjay_model::{EncounterId, Estimate, PatientKey, Record, RecordId, RecordKind};

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::estimate::{
    self, EstimateRefusal, EstimateRequest, EstimateService, GivenEstimate, RequestedEstimate,
};

impl Engine {
    /// Reckons what services will cost a patient, and keeps it: the share that
    /// the payer's last answer leaves to them or, where nobody covers them, a
    /// good-faith estimate. The record holds every step of the reckoning.
    ///
    /// ```
    /// use scrubjay::{Config, EngineBuilder, EngineError, EstimateRefusal, EstimateRequest};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let request = EstimateRequest::of("P-7".parse()?, None, Vec::new());
    /// let refused = engine.estimate(&request, "Ana");
    /// assert!(matches!(
    ///     refused,
    ///     Err(EngineError::Estimate(EstimateRefusal::UnknownPatient))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EstimateRefusal`] says what is missing; and where the store fails.
    /// Nothing has changed then.
    pub fn estimate(
        &mut self,
        request: &EstimateRequest,
        by: &str,
    ) -> Result<Estimate, EngineError> {
        self.estimate_under(request, by, None)
    }

    pub(crate) fn estimate_under(
        &mut self,
        request: &EstimateRequest,
        by: &str,
        call: Option<&Call>,
    ) -> Result<Estimate, EngineError> {
        let stamp = self.call_stamp("estimate", Some(by), call);
        self.at_desk(stamp, call, |desk| estimate::make(desk, request))
    }

    /// The services that a visit is booked for, at the prices of the practice's
    /// charge master: what to estimate where nobody names them one by one. What
    /// the payer allows, and words that the patient understands, are for the
    /// host to add.
    ///
    /// # Errors
    /// [`EstimateRefusal`] where nothing is planned or a price is missing, and
    /// where the store cannot be read.
    pub fn planned_services(
        &self,
        visit: &EncounterId,
    ) -> Result<Vec<EstimateService>, EngineError> {
        estimate::planned(self.read()?.as_ref(), &self.config, visit)
    }

    /// Marks an estimate as given to the patient, from when on it stands, and
    /// returns it as text and as HTML to give.
    ///
    /// # Errors
    /// [`EstimateRefusal`] where there is no such estimate or it was given
    /// before; and where the store fails. Nothing has changed then.
    pub fn give_estimate(
        &mut self,
        estimate: &RecordId,
        by: &str,
    ) -> Result<GivenEstimate, EngineError> {
        self.give_estimate_under(estimate, by, None)
    }

    pub(crate) fn give_estimate_under(
        &mut self,
        estimate: &RecordId,
        by: &str,
        call: Option<&Call>,
    ) -> Result<GivenEstimate, EngineError> {
        let stamp = self.call_stamp("give_estimate", Some(by), call);
        self.at_desk(stamp, call, |desk| estimate::give(desk, estimate))
    }

    /// An estimate as the patient sees it, given or not. Nothing is changed.
    ///
    /// # Errors
    /// [`EstimateRefusal::UnknownEstimate`], and where the store cannot be read.
    pub fn show_estimate(&self, id: &RecordId) -> Result<GivenEstimate, EngineError> {
        let reader = self.read()?;
        let record = reader.record(&RecordKind::Estimate.with(id.clone()))?;
        let Some(Record::Estimate(estimate)) = record else {
            let estimate = id.clone();
            return Err(EstimateRefusal::UnknownEstimate { estimate }.into());
        };
        estimate::rendered(reader.as_ref(), &self.config, *estimate)
    }

    /// Notes that a patient asked for a good-faith estimate: it is somebody's
    /// work for three business days (45 CFR 149.610(b)(1)(vi)(C)).
    ///
    /// # Errors
    /// [`EstimateRefusal`] where patient or visit is not there; and where the
    /// store fails. Nothing has changed then.
    pub fn request_estimate(
        &mut self,
        patient: &PatientKey,
        visit: Option<&EncounterId>,
        by: &str,
    ) -> Result<RequestedEstimate, EngineError> {
        self.request_estimate_under(patient, visit, by, None)
    }

    pub(crate) fn request_estimate_under(
        &mut self,
        patient: &PatientKey,
        visit: Option<&EncounterId>,
        by: &str,
        call: Option<&Call>,
    ) -> Result<RequestedEstimate, EngineError> {
        let stamp = self.call_stamp("request_estimate", Some(by), call);
        self.at_desk(stamp, call, |desk| estimate::request(desk, patient, visit))
    }
}

impl Keyed<'_> {
    /// As [`Engine::estimate`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn estimate(
        self,
        request: &EstimateRequest,
        by: &str,
    ) -> Result<Once<Estimate>, EngineError> {
        let parts = request.parts();
        let mut parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
        parts.push(by.as_bytes());
        let call = Call::new(&self.key, "estimate", &parts);
        once(self.engine, &call, |engine| {
            engine.estimate_under(request, by, Some(&call))
        })
    }

    /// As [`Engine::give_estimate`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn give_estimate(
        self,
        estimate: &RecordId,
        by: &str,
    ) -> Result<Once<GivenEstimate>, EngineError> {
        let parts = [estimate.as_str(), by].map(str::as_bytes);
        let call = Call::new(&self.key, "give_estimate", &parts);
        once(self.engine, &call, |engine| {
            engine.give_estimate_under(estimate, by, Some(&call))
        })
    }

    /// As [`Engine::request_estimate`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn request_estimate(
        self,
        patient: &PatientKey,
        visit: Option<&EncounterId>,
        by: &str,
    ) -> Result<Once<RequestedEstimate>, EngineError> {
        let visit_part = visit.map(EncounterId::as_str).unwrap_or_default();
        let parts = [patient.as_str(), visit_part, by].map(str::as_bytes);
        let call = Call::new(&self.key, "request_estimate", &parts);
        once(self.engine, &call, |engine| {
            engine.request_estimate_under(patient, visit, by, Some(&call))
        })
    }
}
