//! What a host and its people do to claims: send, hold, correct. Releasing
//! stands with the rules that it passes.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use scrubjay_model::ClaimId;
use scrubjay_store::{Cause, Stamp};

use super::Engine;
use crate::EngineError;
use crate::desk::Desk;
use crate::intake;
use crate::once::Call;
use crate::steps::correction::{self, Corrected, CorrectionError};
use crate::steps::hold::{self, Held};
use crate::steps::selection::{self, Preview, Selection, Waiting};
use crate::steps::submission::{self, Sent};

impl Engine {
    /// Writes every claim that is ready to the outbox.
    ///
    /// # Errors
    /// Where the outbox or the store cannot be written.
    pub fn submit(&mut self) -> Result<Vec<Sent>, EngineError> {
        self.submit_under(&Selection::default(), None, None)
    }

    /// Writes the chosen ones of the claims that are ready to the outbox, for
    /// whoever asks for it. The rules at the hook `submit` have the last word on
    /// each, as always.
    ///
    /// ```
    /// use scrubjay::{Config, EngineBuilder, EngineError, Selection, SubmitError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let mut one = Selection::default();
    /// one.claims.push("K-17".parse()?);
    /// let refused = engine.submit_only(&one, "Ana");
    /// assert!(matches!(
    ///     refused,
    ///     Err(EngineError::Submit(SubmitError::UnknownClaim { .. }))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SubmitError`](crate::SubmitError) where a claim that is named is not
    /// ready, or there is no such payer or channel; where the outbox or the
    /// store cannot be written.
    pub fn submit_only(
        &mut self,
        selection: &Selection,
        by: &str,
    ) -> Result<Vec<Sent>, EngineError> {
        self.submit_under(selection, Some(by), None)
    }

    /// What would leave now, and what the rules would hold. Nothing is kept or
    /// written.
    ///
    /// # Errors
    /// As [`Engine::submit_only`].
    pub fn preview_submit(&mut self, selection: &Selection) -> Result<Preview, EngineError> {
        let stamp = self.call_stamp("preview_submit", None, None);
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp,
        };
        selection::preview(&mut desk, selection)
    }

    /// The held ones of the claims that are meant: what a sending has left behind.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn held_claims(&self, selection: &Selection) -> Result<Waiting, EngineError> {
        selection::waiting(self.store.read()?.as_ref(), &self.config, selection)
    }

    pub(crate) fn submit_under(
        &mut self,
        selection: &Selection,
        by: Option<&str>,
        call: Option<&Call>,
    ) -> Result<Vec<Sent>, EngineError> {
        let stamp = self.call_stamp("submit", by, call);
        self.write_out(stamp, call, |desk, outbox, carried| {
            submission::submit_ready(desk, selection, outbox, carried)
        })
    }

    /// Writes files to the outbox at a desk, and gives them their names once
    /// that is committed. Where nothing happened nothing is kept.
    pub(super) fn write_out(
        &mut self,
        stamp: Stamp,
        call: Option<&Call>,
        write: impl FnOnce(
            &mut Desk<'_>,
            &Path,
            &dyn Fn(&str) -> bool,
        ) -> Result<Vec<(Sent, PathBuf)>, EngineError>,
    ) -> Result<Vec<Sent>, EngineError> {
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp: stamp.clone(),
        };
        let looked_at = desk.last_sequence()?;
        let carried = |channel: &str| self.transports.contains_key(channel);
        let written = write(&mut desk, &self.config.outbox, &carried)?;
        if let Some(call) = call {
            call.record(desk.tx.as_mut(), &stamp)?;
        } else if desk.last_sequence()? == looked_at {
            return Ok(Vec::new());
        }
        desk.tx.commit()?;
        let mut sent = Vec::new();
        for (file, temporary) in written {
            submission::publish(&temporary)?;
            sent.push(file);
        }
        Ok(sent)
    }

    /// Holds a claim that is still to leave, for a person with a reason. It goes
    /// on when a person releases it or, where it was ready and a day is given,
    /// by the tick of that day: the rules then judge it once more.
    ///
    /// # Errors
    /// [`HoldError`](crate::HoldError) where it cannot be held, and where the
    /// store fails; nothing has changed then.
    pub fn hold(
        &mut self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
        until: Option<NaiveDate>,
    ) -> Result<Held, EngineError> {
        self.hold_under(claim, by, reason, until, None)
    }

    pub(crate) fn hold_under(
        &mut self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
        until: Option<NaiveDate>,
        call: Option<&Call>,
    ) -> Result<Held, EngineError> {
        let stamp = self.call_stamp("hold", Some(by), call);
        self.at_desk(stamp, call, |desk| hold::hold(desk, claim, reason, until))
    }

    /// Puts the one claim of an 837 in the place of a claim that no payer has
    /// taken: held, ready or rejected. The rules judge it from the start, and
    /// what is owed follows its charge. Its filing deadline stays that of the
    /// service.
    ///
    /// # Errors
    /// [`CorrectionError`] where the file is not that claim's or the claim is
    /// out, and where the store fails; nothing has changed then.
    pub fn correct(
        &mut self,
        claim: &ClaimId,
        file: &[u8],
        by: &str,
        reason: &str,
    ) -> Result<Corrected, EngineError> {
        self.correct_under(claim, file, by, reason, None)
    }

    pub(crate) fn correct_under(
        &mut self,
        claim: &ClaimId,
        file: &[u8],
        by: &str,
        reason: &str,
        call: Option<&Call>,
    ) -> Result<Corrected, EngineError> {
        let read = intake::read(file).map_err(|problem| CorrectionError::File { problem })?;
        let stamp = self.call_stamp("correct", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            correction::correct(desk, claim, &read, reason)
        })
    }

    /// Who calls what, with the key of the call where it has one.
    pub(super) fn call_stamp(&self, name: &str, by: Option<&str>, call: Option<&Call>) -> Stamp {
        let unkeyed = Cause::Call {
            call: name.to_owned(),
            key: None,
        };
        let mut stamp = self.stamp(call.map_or(unkeyed, Call::cause));
        if let Some(by) = by {
            by.trim().clone_into(&mut stamp.actor);
        }
        stamp
    }

    /// Does one thing at a desk, and keeps all of it or nothing.
    pub(super) fn at_desk<T>(
        &mut self,
        stamp: Stamp,
        call: Option<&Call>,
        run: impl FnOnce(&mut Desk<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp: stamp.clone(),
        };
        let done = run(&mut desk)?;
        if let Some(call) = call {
            call.record(desk.tx.as_mut(), &stamp)?;
        }
        desk.tx.commit()?;
        Ok(done)
    }
}
