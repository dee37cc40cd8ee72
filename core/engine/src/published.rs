//! Published rule packs: kept by their hash in the practice's database, with
//! who and when, one version of each live.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrubjay_rules::{LoadOptions, PackContent, PackFile, RuleSet};
use scrubjay_store::{
    Cause, Event, PackRow, PackStep, PublishedFile, Reader, Sequence, Stamp, Store,
};
use serde::Serialize;

use crate::code_books::load_options;
use crate::time::Time;
use crate::{Config, EngineError, PracticeCodes};

/// A version of a pack that became the live one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedPack {
    /// What the journal says of it.
    #[serde(flatten)]
    pub row: PackRow,
    /// The pack's version, for people.
    pub version: String,
    /// Whether it still is the live one.
    pub live: bool,
}

/// Why a pack was not published or rolled back; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Nobody is named.
    #[error("name who publishes")]
    Unsigned,
    /// That version is live already.
    #[error("the pack `{pack}` with the hash {hash} is live already")]
    LiveAlready {
        /// Pack.
        pack: String,
        /// SHA-256.
        hash: String,
    },
    /// The configuration asks for published packs, and there are none.
    #[error(
        "scrubjay.yaml says `rules_from: published`, and no pack is published in this database; \
         publish one with `scrubjay rules publish PACK --by NAME`"
    )]
    NothingPublished,
    /// No version of the pack was published.
    #[error("no pack `{pack}` was published; `scrubjay rules published` lists those that were")]
    UnknownPack {
        /// Pack.
        pack: String,
    },
    /// No published version has a hash that begins so, or several have.
    #[error(
        "`{to}` begins the hash of {found} published versions of `{pack}`; `scrubjay rules published` lists them"
    )]
    NotOneVersion {
        /// Pack.
        pack: String,
        /// What was asked for.
        to: String,
        /// How many hashes begin so.
        found: usize,
    },
    /// Nothing was published before the live version.
    #[error("no version of `{pack}` was published before the one that is live")]
    NothingEarlier {
        /// Pack.
        pack: String,
    },
}

/// The published packs of a practice's database.
///
/// ```
/// use scrubjay::rules::{PackContent, PackFile};
/// use scrubjay::store::MemoryStore;
/// use scrubjay::{Config, Shelf};
///
/// let pack = PackContent::of([PackFile {
///     name: "pack.yaml".to_owned(),
///     text: "id: acme\ntitle: Acme Health\nversion: 1.0.0\n".to_owned(),
/// }])?;
/// let mut store = MemoryStore::new();
/// let mut shelf = Shelf::new(&mut store, &Config::default())?;
/// let published = shelf.publish(&pack, "Ana", Some("first"))?;
/// assert!(published.live);
/// assert_eq!(shelf.list()?, [published]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Shelf<'s> {
    store: &'s mut dyn Store,
    options: LoadOptions,
    at: DateTime<Utc>,
}

impl<'s> Shelf<'s> {
    /// The shelf of a database, at the time of the configuration's clock.
    ///
    /// # Errors
    /// Where the store or the configuration's code tables cannot be read.
    pub fn new(store: &'s mut dyn Store, config: &Config) -> Result<Self, EngineError> {
        let at = Time::of(config.clock, store.read()?.as_ref())?.now();
        let codes = Arc::new(PracticeCodes::read(&config.codes)?);
        Ok(Self::at(store, load_options(&config.rule_keys, &codes), at))
    }

    /// The shelf of a database at an instant; packs must be signed with one of
    /// the options' keys, where there are any, and see the options' code sets.
    #[must_use]
    pub fn at(store: &'s mut dyn Store, options: LoadOptions, at: DateTime<Utc>) -> Self {
        Self { store, options, at }
    }

    /// Every version of every pack, in the order in which they became the live ones.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn list(&self) -> Result<Vec<PublishedPack>, EngineError> {
        list(self.store.read()?.as_ref())
    }

    /// The live version of each pack, ready to judge.
    ///
    /// # Errors
    /// Where none is published, or one does not load.
    pub fn rules(&self) -> Result<RuleSet, EngineError> {
        rules(self.store.read()?.as_ref(), self.options.clone())
    }

    /// Publishes a pack: its files are kept by their hash, and it is the live
    /// one of its id from now on. It must load together with the live versions
    /// of the other packs, and its tests must pass.
    ///
    /// An engine that is open elsewhere goes on with what it has; it takes the
    /// new version when it is opened again.
    ///
    /// # Errors
    /// Where the pack does not load, nobody is named, or this very version is
    /// live already; and where the store fails. Nothing was changed then.
    pub fn publish(
        &mut self,
        pack: &PackContent,
        by: &str,
        note: Option<&str>,
    ) -> Result<PublishedPack, EngineError> {
        let (id, hash) = (pack.id(), pack.hash());
        let version = self.check(&id, &hash, pack, by)?;
        let event = Event::PackPublished {
            pack: id,
            version,
            hash,
            files: pack.files().iter().map(stored).collect(),
            note: note.map(str::to_owned),
        };
        self.record("publish", by, &event)
    }

    /// Makes a version that was published before the live one again: the one
    /// whose hash begins with `to`, or the one that was published before the
    /// live one.
    ///
    /// # Errors
    /// Where there is no such version, it no longer loads with the others,
    /// nobody is named, or it is live already; and where the store fails.
    /// Nothing was changed then.
    pub fn roll_back(
        &mut self,
        pack: &str,
        to: Option<&str>,
        by: &str,
    ) -> Result<PublishedPack, EngineError> {
        let (hash, content) = {
            let reader = self.store.read()?;
            let rows = reader.packs()?;
            let hash = version_to(&rows, pack, to)?;
            let content = content(reader.as_ref(), &rows, pack, &hash)?;
            let content = content.ok_or_else(|| PublishError::UnknownPack {
                pack: pack.to_owned(),
            })?;
            (hash, content)
        };
        self.check(pack, &hash, &content, by)?;
        let event = Event::PackRolledBack {
            pack: pack.to_owned(),
            hash,
        };
        self.record("roll_back", by, &event)
    }

    /// Whether a pack may be the live one; returns its version for people.
    fn check(
        &self,
        id: &str,
        hash: &str,
        pack: &PackContent,
        by: &str,
    ) -> Result<String, EngineError> {
        if by.trim().is_empty() {
            return Err(PublishError::Unsigned.into());
        }
        let reader = self.store.read()?;
        let rows = reader.packs()?;
        let mut live = live_at(&rows, Sequence::MAX);
        let is_live = live.get(id).is_some_and(|live| live == hash);
        // Tests and signatures may be new where the rules are not.
        if is_live && content(reader.as_ref(), &rows, id, hash)?.as_ref() == Some(pack) {
            return Err(PublishError::LiveAlready {
                pack: id.to_owned(),
                hash: hash.to_owned(),
            }
            .into());
        }
        live.remove(id);
        let mut packs = contents(reader.as_ref(), &rows, &live)?;
        packs.push(pack.clone());
        let rules = RuleSet::of_packs(packs, self.options.clone())?;
        let loaded = rules.packs().into_iter().find(|loaded| loaded.id == id);
        Ok(loaded.map(|pack| pack.version).unwrap_or_default())
    }

    fn record(
        &mut self,
        call: &str,
        by: &str,
        event: &Event,
    ) -> Result<PublishedPack, EngineError> {
        let stamp = Stamp {
            at: self.at,
            actor: by.trim().to_owned(),
            cause: Cause::Call {
                call: call.to_owned(),
                key: None,
            },
        };
        let mut tx = self.store.begin()?;
        let sequence = tx.append(&stamp, event)?;
        let made = list(tx.as_ref())?;
        tx.commit()?;
        let made = made.into_iter().rfind(|pack| pack.row.sequence == sequence);
        made.ok_or_else(|| PublishError::NothingPublished.into())
    }
}

fn stored(file: &PackFile) -> PublishedFile {
    PublishedFile {
        name: file.name.clone(),
        text: file.text.clone(),
    }
}

fn list(reader: &dyn Reader) -> Result<Vec<PublishedPack>, EngineError> {
    let rows = reader.packs()?;
    let mut versions: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut last: BTreeMap<String, Sequence> = BTreeMap::new();
    for row in &rows {
        last.insert(row.pack.clone(), row.sequence);
        if let PackStep::Published { version, .. } = &row.step {
            versions.insert((row.pack.clone(), row.hash.clone()), version.clone());
        }
    }
    let listed = rows.into_iter().map(|row| PublishedPack {
        version: versions
            .get(&(row.pack.clone(), row.hash.clone()))
            .cloned()
            .unwrap_or_default(),
        live: last.get(&row.pack) == Some(&row.sequence),
        row,
    });
    Ok(listed.collect())
}

/// The hash of the live version of each pack, before a journal row was written.
pub(crate) fn live_at(rows: &[PackRow], before: Sequence) -> BTreeMap<String, String> {
    let earlier = rows.iter().filter(|row| row.sequence < before);
    earlier
        .map(|row| (row.pack.clone(), row.hash.clone()))
        .collect()
}

/// The files of a version, by how its hash begins, as they were last published;
/// `None` where it never was.
pub(crate) fn content(
    reader: &dyn Reader,
    rows: &[PackRow],
    pack: &str,
    hash: &str,
) -> Result<Option<PackContent>, EngineError> {
    let published = rows.iter().rev().find(|row| {
        row.pack == pack
            && row.hash.starts_with(hash)
            && matches!(row.step, PackStep::Published { .. })
    });
    let Some(published) = published else {
        return Ok(None);
    };
    let row = reader.journal(published.sequence, 1)?.into_iter().next();
    let Some(Event::PackPublished { files, .. }) = row.map(|row| row.event) else {
        return Ok(None);
    };
    let files = files.into_iter().map(|file| PackFile {
        name: file.name,
        text: file.text,
    });
    Ok(Some(PackContent::of(files)?))
}

fn contents(
    reader: &dyn Reader,
    rows: &[PackRow],
    live: &BTreeMap<String, String>,
) -> Result<Vec<PackContent>, EngineError> {
    let mut packs = Vec::new();
    for (pack, hash) in live {
        packs.extend(content(reader, rows, pack, hash)?);
    }
    Ok(packs)
}

/// The files of the live version of each pack.
pub(crate) fn live_contents(reader: &dyn Reader) -> Result<Vec<PackContent>, EngineError> {
    let rows = reader.packs()?;
    contents(reader, &rows, &live_at(&rows, Sequence::MAX))
}

/// The live version of each pack, loaded. A practice that wants published packs
/// and has none would send everything unjudged: that is an error.
pub(crate) fn rules(reader: &dyn Reader, options: LoadOptions) -> Result<RuleSet, EngineError> {
    let live = live_contents(reader)?;
    if live.is_empty() {
        return Err(PublishError::NothingPublished.into());
    }
    Ok(RuleSet::of_packs(live, options)?)
}

/// The version that a rollback means.
fn version_to(rows: &[PackRow], pack: &str, to: Option<&str>) -> Result<String, PublishError> {
    let unknown = || PublishError::UnknownPack {
        pack: pack.to_owned(),
    };
    // Each version once, in the order in which they were first published.
    let mut hashes: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| row.pack == pack) {
        if !hashes.contains(&row.hash.as_str()) {
            hashes.push(&row.hash);
        }
    }
    let live = live_at(rows, Sequence::MAX);
    let live = live.get(pack).ok_or_else(unknown)?;
    let Some(to) = to else {
        let at = hashes.iter().position(|hash| hash == live);
        let earlier = at.and_then(|at| at.checked_sub(1));
        let earlier = earlier.ok_or_else(|| PublishError::NothingEarlier {
            pack: pack.to_owned(),
        })?;
        return Ok(hashes[earlier].to_owned());
    };
    let begin: Vec<&&str> = hashes.iter().filter(|hash| hash.starts_with(to)).collect();
    match begin[..] {
        [hash] => Ok((*hash).to_owned()),
        _ => Err(PublishError::NotOneVersion {
            pack: pack.to_owned(),
            to: to.to_owned(),
            found: begin.len(),
        }),
    }
}
