//! What a host asks about open claims: step 8.

use chrono::NaiveDate;

use super::Engine;
use crate::EngineError;
use crate::steps::follow_up::aging::{self, Aging, AgingBasis};
use crate::steps::follow_up::worklist::{self, Worklist, WorklistQuestion};

impl Engine {
    /// How old what is open is, by payer and stage, counted from a basis to a
    /// day: today where none is given. What is open is what is open now.
    ///
    /// ```
    /// use scrubjay::{AgingBasis, Config, EngineBuilder};
    ///
    /// let engine = EngineBuilder::new(Config::default()).open()?;
    /// let aging = engine.aging(AgingBasis::Service, None)?;
    /// assert!(aging.lines.is_empty());
    /// # Ok::<(), scrubjay::EngineError>(())
    /// ```
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn aging(&self, basis: AgingBasis, on: Option<NaiveDate>) -> Result<Aging, EngineError> {
        aging::aging(self.store.read()?.as_ref(), basis, self.day(on))
    }

    /// Which open claims to work first: by what is open x how much of it this
    /// payer is likely to pay by its own history, less the cost of working it
    /// (`follow_up` of `scrubjay.yaml`). Ages are counted to a day: today where
    /// none is given.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn worklist(
        &self,
        question: &WorklistQuestion,
        on: Option<NaiveDate>,
    ) -> Result<Worklist, EngineError> {
        let reader = self.store.read()?;
        let policy = &self.config.follow_up;
        worklist::worklist(reader.as_ref(), policy, question, self.day(on))
    }

    fn day(&self, on: Option<NaiveDate>) -> NaiveDate {
        on.unwrap_or_else(|| self.time.now().date_naive())
    }
}
