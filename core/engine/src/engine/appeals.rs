//! What a host and its people do about appeals: step 7.

use chrono::NaiveDate;
use scrubjay_model::{AppealOutcome, ClaimId, Money, RecordId};

use super::Engine;
use crate::EngineError;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::appeal::proof::ProofOfFiling;
use crate::steps::appeal::read::{self, AppealFilter, ListedAppeal, ShownAppeal};
use crate::steps::appeal::{self, DecidedAppeal, DraftedAppeal, FiledAppeal, Filing};

/// Makes a call of the engine, and the same under an idempotency key.
macro_rules! calls {
    ($($(#[$docs:meta])* $name:ident($of:ident: $key:ty $(, $argument:ident: $kind:ty)*) -> $done:ty = $run:path;)+) => {
        impl Engine {
            $(
                $(#[$docs])*
                ///
                /// # Errors
                /// [`AppealCallError`](crate::AppealCallError) where it cannot be done, and
                /// where the store or the folder of letters fails; nothing has changed then.
                pub fn $name(&mut self, $of: &$key, $($argument: $kind,)* by: &str) -> Result<$done, EngineError> {
                    let stamp = self.call_stamp(stringify!($name), Some(by), None);
                    self.at_desk(stamp, None, |desk| $run(desk, $of $(, $argument)*))
                }
            )+
        }

        impl Keyed<'_> {
            $(
                #[doc = concat!("As [`Engine::", stringify!($name), "`].")]
                ///
                /// # Errors
                /// As there, and where the key was used for something else.
                pub fn $name(self, $of: &$key, $($argument: $kind,)* by: &str) -> Result<Once<$done>, EngineError> {
                    let asked = serde_json::to_vec(&($of, $(&$argument,)* by));
                    // Numbers, amounts and words are always written.
                    let asked = asked.unwrap_or_default();
                    let call = Call::new(&self.key, stringify!($name), &[&asked]);
                    once(self.engine, &call, |engine| {
                        let stamp = engine.call_stamp(stringify!($name), Some(by), Some(&call));
                        engine.at_desk(stamp, Some(&call), |desk| $run(desk, $of $(, $argument)*))
                    })
                }
            )+
        }
    };
}

calls! {
    /// Drafts the appeal against what is refused of a claim: the next level, or the
    /// one that is named, with its time to file, its letter from the practice's
    /// template, the list of what should go along and, where the payer says that the
    /// claim came too late, the proof that it did not. `reason` says in words why the
    /// decision is wrong.
    ///
    /// ```
    /// use scrubjay::{AppealCallError, Config, EngineBuilder, EngineError};
    ///
    /// let mut engine = EngineBuilder::new(Config::default()).open()?;
    /// let refused = engine.appeal(&"K-17".parse()?, None, "it was approved", "Ana");
    /// assert!(matches!(
    ///     refused,
    ///     Err(EngineError::Appeal(AppealCallError::UnknownClaim { .. }))
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    appeal(claim: ClaimId, level: Option<u8>, reason: &str) -> DraftedAppeal = appeal::draft;

    /// Notes that an appeal went to the payer: its time to decide runs, and the work on
    /// the denial is done for now.
    file_appeal(appeal: RecordId, filing: &Filing) -> FiledAppeal = appeal::file;

    /// Notes what the payer decided on an appeal. `granted` is told where it granted a
    /// part. What is still contested goes to the next level in its time, or is written
    /// off; what was granted is waited for.
    decide_appeal(appeal: RecordId, on: NaiveDate, outcome: AppealOutcome, granted: Option<Money>) -> DecidedAppeal = appeal::decide;

    /// Gives up a draft.
    withdraw_appeal(appeal: RecordId) -> RecordId = appeal::withdraw;
}

impl Engine {
    /// Appeals, oldest draft first.
    ///
    /// # Errors
    /// [`AppealCallError`](crate::AppealCallError) where there is no such state, and
    /// where the store cannot be read.
    pub fn appeals(&self, filter: &AppealFilter) -> Result<Vec<ListedAppeal>, EngineError> {
        read::list(self.store.read()?.as_ref(), &self.config, filter)
    }

    /// The appeal that is meant by its id, or by the number of a claim: the last one of
    /// that claim which was not given up.
    ///
    /// # Errors
    /// [`AppealCallError`](crate::AppealCallError) where there is none, and where the
    /// store cannot be read.
    pub fn find_appeal(&self, name: &RecordId) -> Result<RecordId, EngineError> {
        read::find(self.store.read()?.as_ref(), name)
    }

    /// An appeal with what it has, what it should have, and the proof of filing.
    ///
    /// # Errors
    /// [`AppealCallError`](crate::AppealCallError) where there is none, and where the
    /// store cannot be read.
    pub fn show_appeal(&self, appeal: &RecordId) -> Result<ShownAppeal, EngineError> {
        read::show(self.store.read()?.as_ref(), &self.config, appeal)
    }

    /// When a claim was filed, and what was answered, from the acknowledgments in the
    /// journal.
    ///
    /// # Errors
    /// [`AppealCallError`](crate::AppealCallError) where there is no such claim, and
    /// where the store cannot be read.
    pub fn proof_of_filing(&self, claim: &ClaimId) -> Result<ProofOfFiling, EngineError> {
        appeal::proof::proof_of_filing(self.store.read()?.as_ref(), &self.config, claim)
    }
}
