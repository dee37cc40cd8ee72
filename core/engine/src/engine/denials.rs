//! What a host and its people do about denials: step 7.

use scrubjay_model::{ClaimId, Money, WriteOffReason};

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::denial::list::{self, DenialFilter, ListedDenial, ShownDenial};
use crate::steps::denial::settle::{self, WrittenOff};

impl Engine {
    /// Denials, one a claim as its last decision has it, what is worth most on top.
    ///
    /// ```
    /// use scrubjay::{Config, DenialFilter, EngineBuilder};
    ///
    /// let engine = EngineBuilder::new(Config::default()).open()?;
    /// assert!(engine.denials(&DenialFilter::default())?.is_empty());
    /// let slip = DenialFilter { state: Some("opne".to_owned()), ..DenialFilter::default() };
    /// assert!(engine.denials(&slip).is_err());
    /// # Ok::<(), scrubjay::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// [`DenialCallError`](crate::DenialCallError) where the filter names what there is
    /// not, and where the store cannot be read.
    pub fn denials(&self, filter: &DenialFilter) -> Result<Vec<ListedDenial>, EngineError> {
        list::list(self.store.read()?.as_ref(), &self.config, filter)
    }

    /// The denial of a claim with each amount, what became of it, and its appeals.
    ///
    /// # Errors
    /// [`DenialCallError`](crate::DenialCallError) where nothing of it was refused, and
    /// where the store cannot be read.
    pub fn show_denial(&self, claim: &ClaimId) -> Result<ShownDenial, EngineError> {
        list::show(self.store.read()?.as_ref(), &self.config, claim)
    }

    /// Gives up what is refused of a claim, or that part of it, for whoever says why:
    /// never as a contractual adjustment, never more than is refused and owed, and not
    /// while the payer has an appeal to decide.
    ///
    /// # Errors
    /// [`DenialCallError`](crate::DenialCallError) where it cannot be, and where the
    /// store fails; nothing has changed then.
    pub fn write_off_denial(
        &mut self,
        claim: &ClaimId,
        why: WriteOffReason,
        amount: Option<Money>,
        reason: &str,
        by: &str,
    ) -> Result<WrittenOff, EngineError> {
        let stamp = self.call_stamp("write_off_denial", Some(by), None);
        self.at_desk(stamp, None, |desk| {
            settle::write_off(desk, claim, why, amount, reason)
        })
    }
}

impl Keyed<'_> {
    /// As [`Engine::write_off_denial`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn write_off_denial(
        self,
        claim: &ClaimId,
        why: WriteOffReason,
        amount: Option<Money>,
        reason: &str,
        by: &str,
    ) -> Result<Once<WrittenOff>, EngineError> {
        let amount_part = amount.map(|amount| amount.to_string()).unwrap_or_default();
        let parts = [claim.as_str(), why.as_str(), &amount_part, reason, by].map(str::as_bytes);
        let call = Call::new(&self.key, "write_off_denial", &parts);
        once(self.engine, &call, |engine| {
            let stamp = engine.call_stamp("write_off_denial", Some(by), Some(&call));
            engine.at_desk(stamp, Some(&call), |desk| {
                settle::write_off(desk, claim, why, amount, reason)
            })
        })
    }
}
