//! What a host and its people do to remittances: bind what waits, take a
//! posting back, post it again, enter what came on paper; and what a claim is
//! worth by contract.

use scrubjay_model::{ClaimId, Remittance, TraceNumber};
use scrubjay_store::Difference;

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::posting::{
    self, Bound, Entered, ExpectedPayment, Reposted, SetAside, Undone, WaitingClaim,
};

impl Engine {
    /// Binds a remitted claim that waits to one of ours, for a person with a
    /// reason, and posts it: one that matched none, whose money has waited as
    /// unapplied cash, or one that is held since its claim was paid before.
    ///
    /// ```
    /// use scrubjay::{Config, EngineBuilder, EngineError, RemittanceError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let (trace, claim) = ("EFT1".parse()?, "K-17".parse()?);
    /// let refused = engine.match_remitted("1999999999", &trace, 1, &claim, "Ana", "same visit");
    /// assert!(matches!(
    ///     refused,
    ///     Err(EngineError::Remittance(RemittanceError::Unknown { .. }))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RemittanceError`](crate::RemittanceError) where it does not wait or the
    /// claim cannot be it, and where the store fails; nothing has changed then.
    pub fn match_remitted(
        &mut self,
        originator: &str,
        trace: &TraceNumber,
        ordinal: u32,
        claim: &ClaimId,
        by: &str,
        reason: &str,
    ) -> Result<Bound, EngineError> {
        let which = WaitingClaim {
            originator,
            trace,
            ordinal,
        };
        self.match_despite(&which, claim, by, reason, &[])
    }

    /// As [`Engine::match_remitted`], though the claim went to another payer or
    /// has another charge: what the person knows to differ is journalled with the
    /// reason.
    ///
    /// # Errors
    /// As there.
    pub fn match_despite(
        &mut self,
        which: &WaitingClaim<'_>,
        claim: &ClaimId,
        by: &str,
        reason: &str,
        despite: &[Difference],
    ) -> Result<Bound, EngineError> {
        self.match_under(which, claim, (by, reason), despite, None)
    }

    fn match_under(
        &mut self,
        which: &WaitingClaim<'_>,
        claim: &ClaimId,
        (by, reason): (&str, &str),
        despite: &[Difference],
        call: Option<&Call>,
    ) -> Result<Bound, EngineError> {
        let stamp = self.call_stamp("match_remitted", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            posting::bind(desk, which, claim, reason, despite)
        })
    }

    /// Takes back what a remittance posted, by reversing entries: every balance,
    /// status and piece of denial work of its claims is as before, and its trace
    /// number may come again. What a person bound to it goes with it.
    ///
    /// # Errors
    /// [`RemittanceError`](crate::RemittanceError) where none is posted, or a later
    /// one decides on the same claim, and where the store fails; nothing has
    /// changed then.
    pub fn undo_remittance(
        &mut self,
        originator: &str,
        trace: &TraceNumber,
        by: &str,
        reason: &str,
    ) -> Result<Undone, EngineError> {
        self.undo_remittance_under((originator, trace), (by, reason), None)
    }

    fn undo_remittance_under(
        &mut self,
        (originator, trace): (&str, &TraceNumber),
        (by, reason): (&str, &str),
        call: Option<&Call>,
    ) -> Result<Undone, EngineError> {
        let stamp = self.call_stamp("undo_remittance", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            posting::undo(desk, originator, trace, reason)
        })
    }

    /// Sets aside what waits under a trace number and was not posted: a person says
    /// that it will not be, such as a file that came twice. A corrected file of the
    /// same trace number needs no such word.
    ///
    /// # Errors
    /// [`RemittanceError`](crate::RemittanceError) where none waits, and where the
    /// store fails; nothing has changed then.
    pub fn set_aside_remittance(
        &mut self,
        originator: &str,
        trace: &TraceNumber,
        by: &str,
        reason: &str,
    ) -> Result<SetAside, EngineError> {
        self.set_aside_remittance_under((originator, trace), (by, reason), None)
    }

    fn set_aside_remittance_under(
        &mut self,
        (originator, trace): (&str, &TraceNumber),
        (by, reason): (&str, &str),
        call: Option<&Call>,
    ) -> Result<SetAside, EngineError> {
        let stamp = self.call_stamp("set_aside_remittance", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            posting::set_aside(desk, originator, trace, reason)
        })
    }

    /// Posts a remittance again that was undone, from the journal: its file was
    /// taken in before, and is not taken in twice. Its claims are looked for anew.
    ///
    /// # Errors
    /// [`RemittanceError`](crate::RemittanceError) where it was not undone, and
    /// where the store fails; nothing has changed then.
    pub fn repost_remittance(
        &mut self,
        originator: &str,
        trace: &TraceNumber,
        by: &str,
    ) -> Result<Reposted, EngineError> {
        self.repost_remittance_under((originator, trace), by, None)
    }

    fn repost_remittance_under(
        &mut self,
        (originator, trace): (&str, &TraceNumber),
        by: &str,
        call: Option<&Call>,
    ) -> Result<Reposted, EngineError> {
        let stamp = self.call_stamp("repost_remittance", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            posting::post_again(desk, originator, trace)
        })
    }

    /// Posts a remittance that came on paper or by a portal, for whoever entered
    /// it. It must add up as an 835 must, and goes the same road. Its payer is
    /// told by its ids or name; its trace number is taken as that payer's.
    ///
    /// # Errors
    /// [`RemittanceError`](crate::RemittanceError) where it does not add up or was
    /// posted before, and where the store fails; nothing has changed then.
    pub fn post_manual(
        &mut self,
        remittance: &Remittance,
        by: &str,
        source: &str,
    ) -> Result<Entered, EngineError> {
        let stamp = self.call_stamp("post_manual", Some(by), None);
        self.at_desk(stamp, None, |desk| posting::enter(desk, remittance, source))
    }

    /// Posts the remittances of a sheet that a person filled in, all or none. Its
    /// columns are `payer`, `trace`, `payment`, `paid_on`, `claim`, `charge`,
    /// `paid`, `adjustments`, and, where the row is a line, `procedure`.
    ///
    /// # Errors
    /// As [`Engine::post_manual`]; each row that cannot be used is named.
    pub fn enter_remittances(
        &mut self,
        sheet: &[u8],
        by: &str,
        source: &str,
    ) -> Result<Vec<Entered>, EngineError> {
        self.enter_remittances_under(sheet, (by, source), None)
    }

    fn enter_remittances_under(
        &mut self,
        sheet: &[u8],
        (by, source): (&str, &str),
        call: Option<&Call>,
    ) -> Result<Vec<Entered>, EngineError> {
        let entries = posting::read_entries(&self.config, sheet)?;
        let stamp = self.call_stamp("enter_remittances", Some(by), call);
        self.at_desk(stamp, call, |desk| {
            entries
                .iter()
                .map(|entry| posting::enter(desk, entry, source))
                .collect()
        })
    }

    /// What a claim is worth by the contract with its payer, line by line, and
    /// what the last decision allows for it.
    ///
    /// # Errors
    /// Where there is no such claim, or the store cannot be read.
    pub fn expected(&self, claim: &ClaimId) -> Result<Vec<ExpectedPayment>, EngineError> {
        let reader = self.store.read()?;
        let contracts = &self.handlers.contracts;
        posting::expected_payment(reader.as_ref(), &self.config, contracts, claim)
    }
}

impl Keyed<'_> {
    /// As [`Engine::enter_remittances`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn enter_remittances(
        self,
        sheet: &[u8],
        by: &str,
        source: &str,
    ) -> Result<Once<Vec<Entered>>, EngineError> {
        let parts = [sheet, by.as_bytes(), source.as_bytes()];
        let call = Call::new(&self.key, "enter_remittances", &parts);
        once(self.engine, &call, |engine| {
            engine.enter_remittances_under(sheet, (by, source), Some(&call))
        })
    }

    /// As [`Engine::post_manual`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn post_manual(
        self,
        remittance: &Remittance,
        by: &str,
        source: &str,
    ) -> Result<Once<Entered>, EngineError> {
        let content = serde_json::to_vec(remittance).unwrap_or_default();
        let parts = [content.as_slice(), by.as_bytes(), source.as_bytes()];
        let call = Call::new(&self.key, "post_manual", &parts);
        once(self.engine, &call, |engine| {
            let stamp = engine.call_stamp("post_manual", Some(by), Some(&call));
            engine.at_desk(stamp, Some(&call), |desk| {
                posting::enter(desk, remittance, source)
            })
        })
    }

    /// As [`Engine::match_remitted`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn match_remitted(
        self,
        originator: &str,
        trace: &TraceNumber,
        ordinal: u32,
        claim: &ClaimId,
        by: &str,
        reason: &str,
    ) -> Result<Once<Bound>, EngineError> {
        let which = WaitingClaim {
            originator,
            trace,
            ordinal,
        };
        self.match_despite(&which, claim, by, reason, &[])
    }

    /// As [`Engine::match_despite`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn match_despite(
        self,
        which: &WaitingClaim<'_>,
        claim: &ClaimId,
        by: &str,
        reason: &str,
        despite: &[Difference],
    ) -> Result<Once<Bound>, EngineError> {
        let place = which.ordinal.to_string();
        let known = format!("{despite:?}");
        let (originator, trace) = (which.originator, which.trace.as_str());
        let parts = [
            originator,
            trace,
            &place,
            claim.as_str(),
            by,
            reason,
            &known,
        ];
        let call = Call::new(&self.key, "match_remitted", &parts.map(str::as_bytes));
        once(self.engine, &call, |engine| {
            engine.match_under(which, claim, (by, reason), despite, Some(&call))
        })
    }

    /// As [`Engine::undo_remittance`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn undo_remittance(
        self,
        originator: &str,
        trace: &TraceNumber,
        by: &str,
        reason: &str,
    ) -> Result<Once<Undone>, EngineError> {
        let parts = [originator, trace.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "undo_remittance", &parts);
        once(self.engine, &call, |engine| {
            engine.undo_remittance_under((originator, trace), (by, reason), Some(&call))
        })
    }

    /// As [`Engine::set_aside_remittance`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn set_aside_remittance(
        self,
        originator: &str,
        trace: &TraceNumber,
        by: &str,
        reason: &str,
    ) -> Result<Once<SetAside>, EngineError> {
        let parts = [originator, trace.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "set_aside_remittance", &parts);
        once(self.engine, &call, |engine| {
            engine.set_aside_remittance_under((originator, trace), (by, reason), Some(&call))
        })
    }

    /// As [`Engine::repost_remittance`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn repost_remittance(
        self,
        originator: &str,
        trace: &TraceNumber,
        by: &str,
    ) -> Result<Once<Reposted>, EngineError> {
        let parts = [originator, trace.as_str(), by].map(str::as_bytes);
        let call = Call::new(&self.key, "repost_remittance", &parts);
        once(self.engine, &call, |engine| {
            engine.repost_remittance_under((originator, trace), by, Some(&call))
        })
    }
}
