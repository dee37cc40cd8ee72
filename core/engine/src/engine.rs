//! The engine: what a host application opens, feeds and asks.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveTime, Utc};
use scrubjay_hooks::{Notifier, Transport};
use scrubjay_model::{ClaimId, Deadline, FileHash};
use scrubjay_plugin_host::PluginInfo;
use scrubjay_rules::{Change, RuleSet, RuleWatcher};
use scrubjay_store::{Cause, Reader, Stamp, Store};

use crate::analytics::Report;
use crate::desk::{Desk, Handlers};
use crate::intake::{self, Ended, Intake};
use crate::once::Call;
use crate::plugin_log::{KeptLines, PluginLine};
use crate::steps::authorization;
use crate::steps::charge::{self, fhir};
use crate::steps::deadline::{self, Tick};
use crate::steps::eligibility as eligibility_step;
use crate::steps::exchange::{Delivery, Fetched};
use crate::steps::submission::Sent;
use crate::time::{Time, interchange_instant};
use crate::{Config, EngineError, PracticeCodes, refused_file, sheet};

mod accounts;
mod appeals;
mod authorizations;
mod builder;
mod building;
mod charges;
mod claims;
mod days;
mod denials;
mod eligibility;
mod estimate;
mod exchange;
mod follow_up;
mod inbox;
mod registration;
mod remittances;
mod rules;
mod visits;
mod work;

pub use authorizations::AuthorizationDetails;
pub use builder::EngineBuilder;
pub use days::{Day, MoveClockError};

/// What takes in a file of the practice's own systems.
type TakeRows = fn(&mut Desk<'_>, &str, &FileHash, &[u8]) -> Result<Ended, EngineError>;

/// The name of the database in a folder.
pub const DATABASE_NAME: &str = "scrubjay.db";

/// What one pass over the inbox did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Run {
    /// Each file of the inbox, in order.
    pub files: Vec<Intake>,
    /// Files written to the outbox.
    pub sent: Vec<Sent>,
    /// Claims to the next payer that were made, of claims that the payer before
    /// has decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<ClaimId>,
    /// What transports brought to the inbox before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fetched: Vec<Fetched>,
    /// What transports took from the outbox, or could not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivered: Vec<Delivery>,
}

impl Run {
    /// How many files were refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.files.iter().filter(|file| file.is_refused()).count()
    }

    /// How many errands of transports did not end well: files that are due still,
    /// and channels that could not be asked for what waits there.
    #[must_use]
    pub fn undone(&self) -> usize {
        let due = self.delivered.iter().filter(|file| file.problem.is_some());
        let unasked = self.fetched.iter().filter(|way| way.problem.is_some());
        due.count() + unasked.count()
    }
}

/// A revenue cycle inside a program.
///
/// ```
/// use scrubjay::{Config, EngineBuilder};
///
/// let mut engine = EngineBuilder::new(Config::default()).open()?;
/// let answer = engine.take_in("picture.edi", b"\x89PNG")?;
/// assert!(answer.is_refused());
/// # Ok::<(), scrubjay::EngineError>(())
/// ```
pub struct Engine {
    config: Arc<Config>,
    store: Box<dyn Store>,
    time: Time,
    handlers: Handlers,
    codes: Arc<PracticeCodes>,
    rules: Arc<RuleSet>,
    plugins: Vec<PluginInfo>,
    plugin_lines: Arc<KeptLines>,
    /// What carries files, by channel.
    transports: BTreeMap<String, Box<dyn Transport>>,
    /// What carries letters to patients.
    notifier: Box<dyn Notifier>,
    actor: String,
}

impl Engine {
    /// Opens the revenue cycle of a folder: its `scrubjay.yaml`, its rule
    /// packs, and its database `scrubjay.db`, which is made where there is none.
    ///
    /// # Errors
    /// Where one of them cannot be read.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, EngineError> {
        let folder = folder.as_ref();
        Self::open_with_database(folder, folder.join(DATABASE_NAME))
    }

    /// Opens the revenue cycle of a folder with its database elsewhere.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_with_database(
        folder: impl AsRef<Path>,
        database: impl AsRef<Path>,
    ) -> Result<Self, EngineError> {
        EngineBuilder::of_folder(folder.as_ref(), database.as_ref())?.open()
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The code sets and tables that rules look into, as they were read when
    /// the engine was opened.
    #[must_use]
    pub fn codes(&self) -> &PracticeCodes {
        &self.codes
    }

    /// The rule packs that run.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Keeps the rules at what their folders hold until the watcher is dropped.
    /// A pack that is saved runs from the next decision on, where it compiles
    /// and passes its tests; where not, what ran before goes on running.
    /// `on_change` is told of both, as [`RuleWatcher::new`] says.
    ///
    /// # Errors
    /// Where the folders cannot be watched.
    pub fn watch_rules(
        &self,
        on_change: impl FnMut(Change) + Send + 'static,
    ) -> Result<RuleWatcher, EngineError> {
        Ok(RuleWatcher::new(Arc::clone(&self.rules), on_change)?)
    }

    /// What the plugins that run say of themselves, in the order in which they
    /// are asked.
    #[must_use]
    pub fn plugins(&self) -> &[PluginInfo] {
        &self.plugins
    }

    /// What plugins have logged since this was last asked, such as rows of
    /// their tables that they left out. At most 1,000 lines are kept.
    #[must_use]
    pub fn take_plugin_lines(&self) -> Vec<PluginLine> {
        self.plugin_lines.take()
    }

    /// Reads what was committed last.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn read(&self) -> Result<Box<dyn Reader + '_>, EngineError> {
        Ok(self.store.read()?)
    }

    /// Takes in one file. The same file twice is taken in once.
    ///
    /// # Errors
    /// Where the store fails; nothing of the file was kept then.
    pub fn take_in(&mut self, name: &str, bytes: &[u8]) -> Result<Intake, EngineError> {
        self.take_in_under(name, bytes, None)
    }

    pub(crate) fn take_in_under(
        &mut self,
        name: &str,
        bytes: &[u8],
        call: Option<&Call>,
    ) -> Result<Intake, EngineError> {
        let file = intake::file_hash(bytes);
        let earlier = self
            .store
            .read()?
            .file(&file)?
            .filter(|row| row.refused.is_none());
        if let Some(earlier) = earlier {
            if let Some(call) = call {
                self.record_call(call)?;
            }
            return Ok(Intake {
                name: name.to_owned(),
                file,
                ended: Ended::AlreadyTaken {
                    earlier: earlier.name,
                },
            });
        }
        if sheet::is_sheet(name) {
            if let Some(day) = self
                .time
                .is_replayed()
                .then(|| sheet::last_day(bytes))
                .flatten()
            {
                self.time.reach(day.and_time(NaiveTime::MIN).and_utc());
            }
            return self.take_in_rows(name, &file, bytes, sheet::take_in, call);
        }
        if fhir::is_fhir(name) {
            return self.take_in_rows(name, &file, bytes, fhir::take_in, call);
        }
        let read = intake::read(bytes);
        if let Ok(interchanges) = &read {
            for header in interchanges.iter().map(|interchange| &interchange.header) {
                if let Some(instant) = interchange_instant(&header.date, &header.time) {
                    self.time.reach(instant);
                }
            }
        }
        let stamp = self.stamp(Cause::File { file: file.clone() });
        let ended = match read {
            Ok(interchanges) => {
                let mut desk = Desk {
                    tx: self.store.begin()?,
                    handlers: &mut self.handlers,
                    config: &self.config,
                    stamp: stamp.clone(),
                };
                let ended = intake::take_in(&mut desk, name, &file, &interchanges)?;
                if matches!(ended, Ended::TakenIn { .. }) {
                    refused_file::settle(&mut desk, name)?;
                    if let Some(call) = call {
                        call.record(desk.tx.as_mut(), &stamp)?;
                    }
                    desk.tx.commit()?;
                }
                ended
            }
            Err(reason) => Ended::Refused { reason },
        };
        self.end_intake(name, file, ended, &stamp, call)
    }

    /// Journals where a file was refused, and says how its intake ended.
    fn end_intake(
        &mut self,
        name: &str,
        file: FileHash,
        ended: Ended,
        stamp: &Stamp,
        call: Option<&Call>,
    ) -> Result<Intake, EngineError> {
        if let Ended::Refused { reason } = &ended {
            let mut desk = Desk {
                tx: self.store.begin()?,
                handlers: &mut self.handlers,
                config: &self.config,
                stamp: stamp.clone(),
            };
            refused_file::refuse(&mut desk, name, &file, reason)?;
            if let Some(call) = call {
                call.record(desk.tx.as_mut(), stamp)?;
            }
            desk.tx.commit()?;
        }
        Ok(Intake {
            name: name.to_owned(),
            file,
            ended,
        })
    }

    /// A file of the practice's own systems: rows that can be used are, and the
    /// others are told of.
    fn take_in_rows(
        &mut self,
        name: &str,
        file: &FileHash,
        bytes: &[u8],
        take: TakeRows,
        call: Option<&Call>,
    ) -> Result<Intake, EngineError> {
        let stamp = self.stamp(Cause::File { file: file.clone() });
        let ended = {
            let mut desk = Desk {
                tx: self.store.begin()?,
                handlers: &mut self.handlers,
                config: &self.config,
                stamp: stamp.clone(),
            };
            let ended = take(&mut desk, name, file, bytes)?;
            if matches!(ended, Ended::TakenIn { .. }) {
                refused_file::settle(&mut desk, name)?;
                if let Some(call) = call {
                    call.record(desk.tx.as_mut(), &stamp)?;
                }
                desk.tx.commit()?;
            }
            ended
        };
        self.end_intake(name, file.clone(), ended, &stamp, call)
    }

    /// Fires what is due at `now`: deadlines of claims at a half, three quarters
    /// and nine tenths of their time and when they have passed, answers that did
    /// not come in time, and the first look at claims that no payer has answered;
    /// tells of visits that nobody has charged for; makes the claims to next payers that are
    /// due; and lets claims go that a person held until a day. Each fires once, whatever is
    /// called how often; an earlier `now` fires nothing new. Whoever must act is
    /// given a work item, which closes when the claim has got past it.
    ///
    /// Payers are to be asked about the cover of a visit that was booked, is two
    /// days off, or is today: the questions wait for [`Engine::ask_payers`].
    /// Visits that were booked or changed are checked at the hook `authorization`;
    /// payers that have not decided in time, and approvals that run out before
    /// visits that are booked, are told of.
    ///
    /// The times are the payers' [`crate::Terms`], and the law's where those are
    /// silent.
    ///
    /// # Errors
    /// Where the store fails; nothing has fired then.
    pub fn tick(&mut self, now: DateTime<Utc>) -> Result<Tick, EngineError> {
        self.tick_under(now, None)
    }

    pub(crate) fn tick_under(
        &mut self,
        now: DateTime<Utc>,
        call: Option<&Call>,
    ) -> Result<Tick, EngineError> {
        self.time.reach(now);
        let stamp = Stamp {
            at: now,
            ..self.stamp(Cause::Clock)
        };
        let mut desk = Desk {
            tx: self.store.begin()?,
            handlers: &mut self.handlers,
            config: &self.config,
            stamp: stamp.clone(),
        };
        let looked_at = desk.last_sequence()?;
        let mut tick = deadline::fire_due(&mut desk)?;
        tick.uncharged = charge::open_missing(&mut desk)?;
        tick.wanted.extend(eligibility_step::fire_due(&mut desk)?);
        authorization::check_due(&mut desk)?;
        tick.authorizations = authorization::clock::fire_due(&mut desk)?;
        if let Some(call) = call {
            call.record(desk.tx.as_mut(), &stamp)?;
        } else if desk.last_sequence()? == looked_at && !tick.looked {
            return Ok(tick);
        }
        desk.tx.commit()?;
        Ok(tick)
    }

    /// The deadlines of a claim, with the proof that its journal holds. None
    /// for a claim that is not there.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn deadlines(&self, claim: &ClaimId) -> Result<Vec<Deadline>, EngineError> {
        let reader = self.store.read()?;
        let Some(row) = reader.claim(claim)? else {
            return Ok(Vec::new());
        };
        let history = reader.history(claim)?;
        deadline::deadlines_of(reader.as_ref(), &self.config, &row, &history)
    }

    /// Journals a call that changed nothing else in its own transaction.
    pub(crate) fn record_call(&mut self, call: &Call) -> Result<(), EngineError> {
        let stamp = self.stamp(call.cause());
        let mut tx = self.store.begin()?;
        call.record(tx.as_mut(), &stamp)?;
        tx.commit()?;
        Ok(())
    }

    /// The figures of the practice as they stand.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn report(&self) -> Result<Report, EngineError> {
        Report::of(self.store.read()?.as_ref(), &self.config, self.time.now())
    }

    fn stamp(&self, cause: Cause) -> Stamp {
        Stamp {
            at: self.time.now(),
            actor: self.actor.clone(),
            cause,
        }
    }
}
