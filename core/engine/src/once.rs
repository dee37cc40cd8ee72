//! Calls under an idempotency key: carried out once, however often they come.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_model::ClaimId;
use scrubjay_store::{Cause, Event, Sequence, Stamp, Transaction};
use sha2::{Digest, Sha256};

use crate::steps::correction::Corrected;
use crate::steps::deadline::Tick;
use crate::steps::hold::Held;
use crate::steps::release::Released;
use crate::steps::selection::Selection;
use crate::steps::submission::Sent;
use crate::{Engine, EngineError, Intake, Run};

/// What a call under an idempotency key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once<T> {
    /// It was carried out now.
    Done(T),
    /// The same call was carried out before; nothing was done.
    DoneBefore {
        /// The journal row that recorded it.
        row: Sequence,
    },
}

/// A call with its key, and a digest of what it asks for.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) key: String,
    pub(crate) name: &'static str,
    content: String,
}

impl Call {
    pub(crate) fn new(key: &str, name: &'static str, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            // The length in front keeps `ab`, `c` apart from `a`, `bc`.
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        let content = hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            key: key.to_owned(),
            name,
            content,
        }
    }

    pub(crate) fn cause(&self) -> Cause {
        Cause::Call {
            call: self.name.to_owned(),
            key: Some(self.key.clone()),
        }
    }

    /// Journals in a call's own transaction that it was carried out.
    pub(crate) fn record(
        &self,
        tx: &mut dyn Transaction,
        stamp: &Stamp,
    ) -> Result<(), EngineError> {
        let stamp = Stamp {
            cause: self.cause(),
            ..stamp.clone()
        };
        tx.append(
            &stamp,
            &Event::CallTaken {
                key: self.key.clone(),
                call: self.name.to_owned(),
                content: self.content.clone(),
            },
        )?;
        Ok(())
    }
}

/// The calls of an engine that change its state, under one idempotency key.
///
/// A host that does not know whether a call got through makes it again under
/// the same key. The key with another call, or with other arguments, is refused
/// with [`scrubjay_store::StoreError::KeyReused`], and nothing is done.
///
/// ```
/// use scrubjay::{Config, EngineBuilder, Once};
///
/// let mut engine = EngineBuilder::new(Config::default()).open()?;
/// let first = engine.once("order-17").take_in("picture.edi", b"\x89PNG")?;
/// assert!(matches!(first, Once::Done(_)));
/// let again = engine.once("order-17").take_in("picture.edi", b"\x89PNG")?;
/// assert!(matches!(again, Once::DoneBefore { .. }));
/// assert!(engine.once("order-17").submit().is_err());
/// # Ok::<(), scrubjay::EngineError>(())
/// ```
pub struct Keyed<'e> {
    pub(crate) engine: &'e mut Engine,
    pub(crate) key: String,
}

impl Engine {
    /// The calls that change state, under an idempotency key of the host's.
    pub fn once(&mut self, key: impl Into<String>) -> Keyed<'_> {
        Keyed {
            engine: self,
            key: key.into(),
        }
    }
}

impl Keyed<'_> {
    /// As [`Engine::take_in`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn take_in(self, name: &str, bytes: &[u8]) -> Result<Once<Intake>, EngineError> {
        let call = Call::new(&self.key, "take_in", &[name.as_bytes(), bytes]);
        once(self.engine, &call, |engine| {
            engine.take_in_under(name, bytes, Some(&call))
        })
    }

    /// As [`Engine::submit`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn submit(self) -> Result<Once<Vec<Sent>>, EngineError> {
        let call = Call::new(&self.key, "submit", &[]);
        once(self.engine, &call, |engine| {
            engine.submit_under(&Selection::default(), None, Some(&call))
        })
    }

    /// As [`Engine::submit_only`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn submit_only(
        self,
        selection: &Selection,
        by: &str,
    ) -> Result<Once<Vec<Sent>>, EngineError> {
        let parts = selection.parts();
        let mut parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
        parts.push(by.as_bytes());
        let call = Call::new(&self.key, "submit_only", &parts);
        once(self.engine, &call, |engine| {
            engine.submit_under(selection, Some(by), Some(&call))
        })
    }

    /// As [`Engine::hold`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn hold(
        self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
        until: Option<NaiveDate>,
    ) -> Result<Once<Held>, EngineError> {
        let end = until.map(|until| until.to_string()).unwrap_or_default();
        let parts = [claim.as_str(), by, reason, &end].map(str::as_bytes);
        let call = Call::new(&self.key, "hold", &parts);
        once(self.engine, &call, |engine| {
            engine.hold_under(claim, by, reason, until, Some(&call))
        })
    }

    /// As [`Engine::correct`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn correct(
        self,
        claim: &ClaimId,
        file: &[u8],
        by: &str,
        reason: &str,
    ) -> Result<Once<Corrected>, EngineError> {
        let [claim_part, by_part, why] = [claim.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "correct", &[claim_part, file, by_part, why]);
        once(self.engine, &call, |engine| {
            engine.correct_under(claim, file, by, reason, Some(&call))
        })
    }

    /// As [`Engine::run_inbox`]. What was done is journalled at its end: a run
    /// that was cut short goes on under the same key.
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn run_inbox(self) -> Result<Once<Run>, EngineError> {
        let call = Call::new(&self.key, "run_inbox", &[]);
        once(self.engine, &call, |engine| {
            let run = engine.run_inbox()?;
            engine.record_call(&call)?;
            Ok(run)
        })
    }

    /// As [`Engine::tick`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn tick(self, now: DateTime<Utc>) -> Result<Once<Tick>, EngineError> {
        let call = Call::new(&self.key, "tick", &[now.to_rfc3339().as_bytes()]);
        once(self.engine, &call, |engine| {
            engine.tick_under(now, Some(&call))
        })
    }
}

impl Keyed<'_> {
    /// As [`Engine::release`].
    ///
    /// # Errors
    /// As there, and where the key was used for something else.
    pub fn release(
        self,
        claim: &ClaimId,
        by: &str,
        reason: &str,
    ) -> Result<Once<Released>, EngineError> {
        let parts = [claim.as_str(), by, reason].map(str::as_bytes);
        let call = Call::new(&self.key, "release", &parts);
        once(self.engine, &call, |engine| {
            engine.release_under(claim, by, reason, Some(&call))
        })
    }
}

pub(crate) fn once<T>(
    engine: &mut Engine,
    call: &Call,
    run: impl FnOnce(&mut Engine) -> Result<T, EngineError>,
) -> Result<Once<T>, EngineError> {
    let earlier = engine.read()?.seen_key(&call.key)?;
    match earlier {
        Some(earlier) if earlier.call == call.name && earlier.content == call.content => {
            Ok(Once::DoneBefore {
                row: earlier.sequence,
            })
        }
        Some(_) => Err(scrubjay_store::StoreError::KeyReused {
            key: call.key.clone(),
        }
        .into()),
        None => run(engine).map(Once::Done),
    }
}
