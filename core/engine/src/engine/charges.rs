//! What a host and its people do about charges (step 3).

use chrono::NaiveDate;
use scrubjay_model::{Charge, ChargeId, EncounterId};

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::charge::{
    self, ChargeEntry, ChargeLag, Charged, MissingCharge, charge_lag, missing_charges,
};

impl Engine {
    /// Enters a charge of a visit, priced by the charge master where no amount
    /// is given, and judges the visit's charges by the rules at the hook
    /// `charge`. The same charge again does nothing; the same id with other
    /// content is a correction until the charge stands on a claim.
    ///
    /// ```
    /// use scrubjay::{ChargeEntry, ChargeEntryError, Config, EngineBuilder, EngineError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let entry = ChargeEntry::of("C-1".parse()?, "V-100".parse()?, "J0696".parse()?);
    /// // Nobody has told of the visit.
    /// assert!(matches!(
    ///     engine.charge(entry, "Ana"),
    ///     Err(EngineError::Charge(ChargeEntryError::NoVisit { .. }))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ChargeEntryError`](crate::ChargeEntryError) where it cannot be a charge
    /// of that visit, stands on a claim, or was taken back; where the store
    /// fails. Nothing has changed then.
    pub fn charge(
        &mut self,
        entry: impl Into<ChargeEntry>,
        by: &str,
    ) -> Result<Charged, EngineError> {
        self.charge_under(entry.into(), by, None)
    }

    fn charge_under(
        &mut self,
        entry: ChargeEntry,
        by: &str,
        call: Option<&Call>,
    ) -> Result<Charged, EngineError> {
        let stamp = self.call_stamp("charge", Some(by), call);
        self.at_desk(stamp, call, |desk| charge::charge(desk, entry))
    }

    /// Takes back a charge that was entered wrongly and stands on no claim.
    ///
    /// # Errors
    /// [`ChargeEntryError`](crate::ChargeEntryError) where it cannot be, and
    /// where the store fails; nothing has changed then.
    pub fn void_charge(
        &mut self,
        id: &ChargeId,
        by: &str,
        reason: &str,
    ) -> Result<Charge, EngineError> {
        self.void_charge_under(id, by, reason, None)
    }

    fn void_charge_under(
        &mut self,
        id: &ChargeId,
        by: &str,
        reason: &str,
        call: Option<&Call>,
    ) -> Result<Charge, EngineError> {
        let stamp = self.call_stamp("void_charge", Some(by), call);
        self.at_desk(stamp, call, |desk| charge::take_back(desk, id, reason))
    }

    /// Says that a visit took place and there is nothing to charge for it: it is
    /// not missing any more.
    ///
    /// # Errors
    /// [`ChargeEntryError`](crate::ChargeEntryError) where there is no such
    /// visit, or nobody is named or no reason is given; where the store fails.
    pub fn nothing_to_charge(
        &mut self,
        visit: &EncounterId,
        by: &str,
        reason: &str,
    ) -> Result<(), EngineError> {
        self.nothing_to_charge_under(visit, by, reason, None)
    }

    fn nothing_to_charge_under(
        &mut self,
        visit: &EncounterId,
        by: &str,
        reason: &str,
        call: Option<&Call>,
    ) -> Result<(), EngineError> {
        let stamp = self.call_stamp("nothing_to_charge", Some(by), call);
        self.at_desk(stamp, call, |desk| charge::no_charge(desk, visit, reason))
    }

    /// Visits that took place and are not charged for in time, as of a day.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn missing_charges(&self, on: NaiveDate) -> Result<Vec<MissingCharge>, EngineError> {
        missing_charges(self.store.read()?.as_ref(), &self.config, on)
    }

    /// How long charges of some days took from the service to their entry.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn charge_lag(&self, from: NaiveDate, to: NaiveDate) -> Result<ChargeLag, EngineError> {
        charge_lag(self.store.read()?.as_ref(), &self.config, from, to)
    }
}

impl Keyed<'_> {
    /// As [`Engine::charge`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn charge(
        self,
        entry: impl Into<ChargeEntry>,
        by: &str,
    ) -> Result<Once<Charged>, EngineError> {
        let entry = entry.into();
        let said = serde_json::to_vec(&entry).expect("an entry has a JSON form");
        let call = Call::new(&self.key, "charge", &[&said, by.as_bytes()]);
        once(self.engine, &call, |engine| {
            engine.charge_under(entry, by, Some(&call))
        })
    }

    /// As [`Engine::void_charge`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn void_charge(
        self,
        id: &ChargeId,
        by: &str,
        reason: &str,
    ) -> Result<Once<Charge>, EngineError> {
        let parts = [id.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "void_charge", &parts);
        once(self.engine, &call, |engine| {
            engine.void_charge_under(id, by, reason, Some(&call))
        })
    }

    /// As [`Engine::nothing_to_charge`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn nothing_to_charge(
        self,
        visit: &EncounterId,
        by: &str,
        reason: &str,
    ) -> Result<Once<()>, EngineError> {
        let parts = [visit.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "nothing_to_charge", &parts);
        once(self.engine, &call, |engine| {
            engine.nothing_to_charge_under(visit, by, reason, Some(&call))
        })
    }
}
