//! Step 1: what a host asks payers about cover.

use scrubjay_model::{EncounterId, PatientKey, RecordId};

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::submission::Sent;
use crate::steps::{authorization, eligibility, follow_up};

impl Engine {
    /// Wants to know of a patient's cover on the day of a visit, or today: a
    /// question about each coverage that is in force then. They leave with
    /// [`Engine::ask_payers`]; one that waits already is not asked twice.
    ///
    /// ```
    /// use scrubjay::{AskError, Config, EngineBuilder, EngineError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let refused = engine.ask_eligibility(&"P-7".parse()?, None, "Ana");
    /// assert!(matches!(refused, Err(EngineError::Ask(AskError::UnknownPatient))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`AskError`](crate::AskError) where patient, visit or coverage is not
    /// there, and where the store fails; nothing has changed then.
    pub fn ask_eligibility(
        &mut self,
        patient: &PatientKey,
        visit: Option<&EncounterId>,
        by: &str,
    ) -> Result<Vec<RecordId>, EngineError> {
        self.ask_eligibility_under(patient, visit, by, None)
    }

    pub(crate) fn ask_eligibility_under(
        &mut self,
        patient: &PatientKey,
        visit: Option<&EncounterId>,
        by: &str,
        call: Option<&Call>,
    ) -> Result<Vec<RecordId>, EngineError> {
        let stamp = self.call_stamp("ask_eligibility", Some(by), call);
        self.at_desk(stamp, call, |desk| eligibility::ask(desk, patient, visit))
    }

    /// Writes every question to payers that waits to the outbox, a file a
    /// channel: about cover (270) those that were asked for, and those that are
    /// due since a visit was booked, is two days off, or is today; and requests
    /// for authorization (278), as [`Engine::ask_authorizations`]; and where claims
    /// stand (276), as rules at the hook `follow_up` have asked. Transports take the files as
    /// they take those of claims ([`Engine::deliver`]). [`Engine::run_inbox`]
    /// and [`Engine::take_arrival`] do this.
    ///
    /// # Errors
    /// Where the outbox or the store cannot be written.
    pub fn ask_payers(&mut self) -> Result<Vec<Sent>, EngineError> {
        self.ask_payers_under(None)
    }

    pub(crate) fn ask_payers_under(
        &mut self,
        call: Option<&Call>,
    ) -> Result<Vec<Sent>, EngineError> {
        let stamp = self.call_stamp("ask_payers", None, call);
        self.write_out(stamp, call, |desk, outbox, carried| {
            eligibility::want_due(desk)?;
            authorization::check_due(desk)?;
            let mut written = eligibility::write_wanted(desk, outbox, carried)?;
            written.extend(authorization::write_wanted(desk, outbox, carried)?);
            written.extend(follow_up::ask::write_wanted(desk, outbox, carried)?);
            Ok(written)
        })
    }
}

impl Keyed<'_> {
    /// As [`Engine::ask_eligibility`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn ask_eligibility(
        self,
        patient: &PatientKey,
        visit: Option<&EncounterId>,
        by: &str,
    ) -> Result<Once<Vec<RecordId>>, EngineError> {
        let visit_part = visit.map(EncounterId::as_str).unwrap_or_default();
        let parts = [patient.as_str(), visit_part, by].map(str::as_bytes);
        let call = Call::new(&self.key, "ask_eligibility", &parts);
        once(self.engine, &call, |engine| {
            engine.ask_eligibility_under(patient, visit, by, Some(&call))
        })
    }

    /// As [`Engine::ask_payers`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn ask_payers(self) -> Result<Once<Vec<Sent>>, EngineError> {
        let call = Call::new(&self.key, "ask_payers", &[]);
        once(self.engine, &call, |engine| {
            engine.ask_payers_under(Some(&call))
        })
    }
}
