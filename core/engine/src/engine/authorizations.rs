//! Step 1: what a host and its people do about prior authorizations.

use scrubjay_model::{
    AuthorizationKind, Charge, EncounterId, PayerId, ProcedureCode, RecordId, Urgency, WorkItem,
};
use scrubjay_store::RecordFilter;
use serde::Serialize;

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::authorization::on_file::{self, AuthorizationOnFile};
use crate::steps::authorization::{self, AuthorizationByHand};
use crate::steps::submission::Sent;

/// An authorization with the work that is open about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizationDetails {
    /// The authorization.
    #[serde(flatten)]
    pub on_file: AuthorizationOnFile,
    /// Open work, in order.
    pub work: Vec<WorkItem>,
}

impl Engine {
    /// Judges what a visit is booked for at the hook `authorization`, as when it
    /// is booked. [`Engine::ask_authorizations`] does so for every visit that
    /// needs it.
    ///
    /// # Errors
    /// Where the store fails; nothing has changed then.
    pub fn check_authorizations(
        &mut self,
        visit: &EncounterId,
        by: &str,
    ) -> Result<Vec<AuthorizationOnFile>, EngineError> {
        self.check_authorizations_under(visit, by, None)
    }

    fn check_authorizations_under(
        &mut self,
        visit: &EncounterId,
        by: &str,
        call: Option<&Call>,
    ) -> Result<Vec<AuthorizationOnFile>, EngineError> {
        let stamp = self.call_stamp("check_authorizations", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            authorization::check(desk, visit)?;
            let Some(visit) = desk.encounter(visit)? else {
                return Ok(Vec::new());
            };
            let mut held = on_file::of_patient(desk.tx.as_ref(), &visit.patient)?;
            held.retain(|one| one.is_for(&visit.id));
            Ok(held)
        })
    }

    /// Wants an authorization for a visit, whatever the rules say: of one
    /// procedure, or of all that is planned. Returns its id; it leaves with
    /// [`Engine::ask_authorizations`].
    ///
    /// ```
    /// use scrubjay::model::Urgency;
    /// use scrubjay::{AuthorizationCallError, Config, EngineBuilder, EngineError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let refused =
    ///     engine.want_authorization(&"V-1".parse()?, None, Urgency::Standard, "Ana", "new drug");
    /// assert!(matches!(
    ///     refused,
    ///     Err(EngineError::Authorization(AuthorizationCallError::UnknownVisit { .. }))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`AuthorizationCallError`](crate::AuthorizationCallError) where nothing is
    /// to be asked, and where the store fails; nothing has changed then.
    pub fn want_authorization(
        &mut self,
        visit: &EncounterId,
        procedure: Option<&ProcedureCode>,
        urgency: Urgency,
        by: &str,
        reason: &str,
    ) -> Result<RecordId, EngineError> {
        self.want_authorization_under(visit, procedure, urgency, (by, reason), None)
    }

    fn want_authorization_under(
        &mut self,
        visit: &EncounterId,
        procedure: Option<&ProcedureCode>,
        urgency: Urgency,
        (by, reason): (&str, &str),
        call: Option<&Call>,
    ) -> Result<RecordId, EngineError> {
        let stamp = self.call_stamp("want_authorization", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            authorization::want_by_hand(desk, visit, procedure, urgency, reason)
        })
    }

    /// Checks the visits that were booked or changed, and writes every request
    /// for authorization that waits to the outbox, a file a channel (278).
    /// Transports take the files as they take those of claims.
    ///
    /// # Errors
    /// Where the outbox or the store cannot be written.
    pub fn ask_authorizations(&mut self) -> Result<Vec<Sent>, EngineError> {
        self.ask_authorizations_under(None)
    }

    fn ask_authorizations_under(&mut self, call: Option<&Call>) -> Result<Vec<Sent>, EngineError> {
        let stamp = self.call_stamp("ask_authorizations", None, call);
        self.write_out(stamp, call, |desk, outbox, carried| {
            authorization::check_due(desk)?;
            authorization::write_wanted(desk, outbox, carried)
        })
    }

    /// Lets a request leave once more: one that the payer refused to read, after
    /// it was mended, or one that it never answered.
    ///
    /// # Errors
    /// [`AuthorizationCallError`](crate::AuthorizationCallError) where it is
    /// decided or not there, and where the store fails.
    pub fn ask_authorization_again(
        &mut self,
        id: &RecordId,
        by: &str,
    ) -> Result<AuthorizationOnFile, EngineError> {
        self.ask_authorization_again_under(id, by, None)
    }

    fn ask_authorization_again_under(
        &mut self,
        id: &RecordId,
        by: &str,
        call: Option<&Call>,
    ) -> Result<AuthorizationOnFile, EngineError> {
        let stamp = self.call_stamp("ask_authorization_again", Some(by), call);
        self.at_desk(stamp, call, |desk| authorization::ask_again(desk, id))
    }

    /// Keeps what a payer decided by telephone, portal, fax or letter. Claims
    /// that were sent under its number before count against it.
    ///
    /// # Errors
    /// [`AuthorizationCallError`](crate::AuthorizationCallError) where what was
    /// decided cannot be, and where the store fails; nothing has changed then.
    pub fn record_authorization(
        &mut self,
        heard: &AuthorizationByHand,
        by: &str,
    ) -> Result<AuthorizationOnFile, EngineError> {
        self.record_authorization_under(heard, by, None)
    }

    fn record_authorization_under(
        &mut self,
        heard: &AuthorizationByHand,
        by: &str,
        call: Option<&Call>,
    ) -> Result<AuthorizationOnFile, EngineError> {
        let stamp = self.call_stamp("record_authorization", Some(by), call);
        self.at_desk(stamp, call, |desk| authorization::record(desk, heard))
    }

    /// Gives an authorization up, with a reason. The payer is not told.
    ///
    /// # Errors
    /// [`AuthorizationCallError`](crate::AuthorizationCallError) where it is
    /// refused or cancelled already, and where the store fails.
    pub fn cancel_authorization(
        &mut self,
        id: &RecordId,
        by: &str,
        reason: &str,
    ) -> Result<AuthorizationOnFile, EngineError> {
        self.cancel_authorization_under(id, by, reason, None)
    }

    fn cancel_authorization_under(
        &mut self,
        id: &RecordId,
        by: &str,
        reason: &str,
        call: Option<&Call>,
    ) -> Result<AuthorizationOnFile, EngineError> {
        let stamp = self.call_stamp("cancel_authorization", Some(by), call);
        self.at_desk(stamp, call, |desk| authorization::cancel(desk, id, reason))
    }

    /// The authorization under whose number a charge may be billed to a payer:
    /// approved, for its day and procedure; of several the one that ends first.
    /// One whose units run short is given where no other is. Of kind
    /// [`Referral`](AuthorizationKind::Referral), the referral under which the
    /// patient is seen.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn covering_authorization(
        &self,
        kind: AuthorizationKind,
        payer: &PayerId,
        charge: &Charge,
    ) -> Result<Option<AuthorizationOnFile>, EngineError> {
        let reader = self.store.read()?;
        on_file::covering(reader.as_ref(), &self.config, payer, kind, charge)
    }

    /// Authorizations and referrals on file, as a filter asks for them; its kind
    /// is given. Those that wait or are asked come by the day of asking, approved
    /// ones by their last day.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn authorizations(
        &self,
        filter: &RecordFilter,
    ) -> Result<Vec<AuthorizationOnFile>, EngineError> {
        on_file::all(self.store.read()?.as_ref(), filter)
    }

    /// An authorization with the work that is open about it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn authorization(
        &self,
        id: &RecordId,
    ) -> Result<Option<AuthorizationDetails>, EngineError> {
        let reader = self.store.read()?;
        let Some(on_file) = on_file::one(reader.as_ref(), id)? else {
            return Ok(None);
        };
        let work = reader.record_work(&on_file.key())?;
        Ok(Some(AuthorizationDetails { on_file, work }))
    }
}

impl Keyed<'_> {
    /// As [`Engine::check_authorizations`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn check_authorizations(
        self,
        visit: &EncounterId,
        by: &str,
    ) -> Result<Once<Vec<AuthorizationOnFile>>, EngineError> {
        let parts = [visit.as_str(), by].map(str::as_bytes);
        let call = Call::new(&self.key, "check_authorizations", &parts);
        once(self.engine, &call, |engine| {
            engine.check_authorizations_under(visit, by, Some(&call))
        })
    }

    /// As [`Engine::want_authorization`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn want_authorization(
        self,
        visit: &EncounterId,
        procedure: Option<&ProcedureCode>,
        urgency: Urgency,
        by: &str,
        reason: &str,
    ) -> Result<Once<RecordId>, EngineError> {
        let code = procedure.map(ProcedureCode::as_str).unwrap_or_default();
        let soon = match urgency {
            Urgency::Standard => "standard",
            Urgency::Expedited => "expedited",
        };
        let parts = [visit.as_str(), code, soon, by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "want_authorization", &parts);
        once(self.engine, &call, |engine| {
            engine.want_authorization_under(visit, procedure, urgency, (by, reason), Some(&call))
        })
    }

    /// As [`Engine::ask_authorizations`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn ask_authorizations(self) -> Result<Once<Vec<Sent>>, EngineError> {
        let call = Call::new(&self.key, "ask_authorizations", &[]);
        once(self.engine, &call, |engine| {
            engine.ask_authorizations_under(Some(&call))
        })
    }

    /// As [`Engine::ask_authorization_again`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn ask_authorization_again(
        self,
        id: &RecordId,
        by: &str,
    ) -> Result<Once<AuthorizationOnFile>, EngineError> {
        let parts = [id.as_str(), by].map(str::as_bytes);
        let call = Call::new(&self.key, "ask_authorization_again", &parts);
        once(self.engine, &call, |engine| {
            engine.ask_authorization_again_under(id, by, Some(&call))
        })
    }

    /// As [`Engine::record_authorization`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn record_authorization(
        self,
        heard: &AuthorizationByHand,
        by: &str,
    ) -> Result<Once<AuthorizationOnFile>, EngineError> {
        let said = format!("{heard:?}");
        let call = Call::new(
            &self.key,
            "record_authorization",
            &[said.as_bytes(), by.as_bytes()],
        );
        once(self.engine, &call, |engine| {
            engine.record_authorization_under(heard, by, Some(&call))
        })
    }

    /// As [`Engine::cancel_authorization`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn cancel_authorization(
        self,
        id: &RecordId,
        by: &str,
        reason: &str,
    ) -> Result<Once<AuthorizationOnFile>, EngineError> {
        let parts = [id.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "cancel_authorization", &parts);
        once(self.engine, &call, |engine| {
            engine.cancel_authorization_under(id, by, reason, Some(&call))
        })
    }
}
