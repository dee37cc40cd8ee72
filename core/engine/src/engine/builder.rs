//! What an engine is made of, and how it is put together.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scrubjay_hooks::{Handler, Notifier, Transport};
use scrubjay_model::Clock;
use scrubjay_plugin_host::{Plugin, PluginInfo, PluginLog};
use scrubjay_rules::RuleSet;
use scrubjay_store::{Reader, SqliteStore, Store};

use super::Engine;
use crate::builtin::BuiltIn;
use crate::code_books::load_options;
use crate::config::{RulesFrom, Way};
use crate::contracts::Contracts;
use crate::desk::Handlers;
use crate::plugin_log::KeptLines;
use crate::time::Time;
use crate::{Config, EngineError, LetterFolder, PracticeCodes, Scrubber, published};

/// What an engine is made of.
///
/// [`Engine::open`] is the short way; a host that brings its own store, clock
/// or handlers goes this one.
pub struct EngineBuilder {
    config: Config,
    store: Option<Box<dyn Store>>,
    clock: Option<Box<dyn Clock>>,
    handlers: Vec<Arc<dyn Handler>>,
    actor: String,
    child_program: Option<(PathBuf, Vec<OsString>)>,
    transports: BTreeMap<String, Box<dyn Transport>>,
    notifier: Option<Box<dyn Notifier>>,
}

impl EngineBuilder {
    /// An engine for a configuration, with an in-memory store and the system clock.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            store: None,
            clock: None,
            handlers: Vec::new(),
            actor: "scrubjay".to_owned(),
            child_program: None,
            transports: BTreeMap::new(),
            notifier: None,
        }
    }

    /// An engine for a folder's configuration, with its state in a database.
    ///
    /// # Errors
    /// Where the configuration or the database cannot be read.
    pub fn of_folder(folder: &Path, database: &Path) -> Result<Self, EngineError> {
        let config = Config::of_folder(folder)?;
        let store = SqliteStore::open(database)?;
        Ok(Self::new(config).store(Box::new(store)))
    }

    /// Keeps state in this store.
    #[must_use]
    pub fn store(mut self, store: Box<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// Takes the time from this clock, whatever the configuration says.
    #[must_use]
    pub fn clock(mut self, clock: Box<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Adds a handler of the host's own, behind those of the configuration.
    #[must_use]
    pub fn handler(mut self, handler: Arc<dyn Handler>) -> Self {
        self.handlers.push(handler);
        self
    }

    /// Carries a channel's files by a transport of the host's own, whatever the
    /// configuration says of that channel.
    #[must_use]
    pub fn transport(mut self, channel: impl Into<String>, transport: Box<dyn Transport>) -> Self {
        self.transports.insert(channel.into(), transport);
        self
    }

    /// Hands letters to patients to this instead of putting them into the folder
    /// that the configuration names.
    #[must_use]
    pub fn notifier(mut self, notifier: Box<dyn Notifier>) -> Self {
        self.notifier = Some(notifier);
        self
    }

    /// Who acts: stands in every journal row.
    #[must_use]
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = actor.into();
        self
    }

    /// Names the program that plugins with `isolation: process` run in, and the
    /// arguments with which it calls [`serve_child`](crate::plugins::serve_child):
    /// mostly the host itself. Without it such a plugin keeps the engine from
    /// opening.
    #[must_use]
    pub fn child_program(
        mut self,
        path: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        self.child_program = Some((path.into(), arguments));
        self
    }

    /// Opens the engine: loads the code tables, the rule packs and the plugins.
    ///
    /// # Errors
    /// Where tables, packs or plugins cannot be loaded, or the store cannot be read.
    pub fn open(mut self) -> Result<Engine, EngineError> {
        let store = self
            .store
            .take()
            .unwrap_or_else(|| Box::new(scrubjay_store::MemoryStore::new()));
        let (clock, actor) = (self.clock.take(), std::mem::take(&mut self.actor));
        let own = std::mem::take(&mut self.transports);
        let notifier = self.notifier.take();
        let parts = self.assemble(store.read()?.as_ref(), BuiltIn::new)?;
        let time = match clock {
            Some(clock) => Time::Clock(clock),
            None => Time::of(parts.config.clock, store.read()?.as_ref())?,
        };
        let transports = transports(&parts.config, &parts.loaded, own)?;
        let letters = LetterFolder::new(&parts.config.patients.letters);
        let contracts = Contracts::read(&parts.config, &parts.codes)?;
        Ok(Engine {
            notifier: notifier.unwrap_or_else(|| Box::new(letters)),
            handlers: Handlers::new(&parts.handlers).knowing(contracts),
            config: parts.config,
            store,
            time,
            codes: parts.codes,
            rules: parts.rules,
            plugins: parts.plugins,
            plugin_lines: parts.plugin_lines,
            transports,
            actor,
        })
    }

    /// What judges claims in bulk without keeping them: the same code tables,
    /// packs, plugins and handlers. The store is asked for published packs and
    /// for nothing else; the clock is not asked, and no channel is opened. Where
    /// the configuration has no channels, no claim is held for want of one. What
    /// is checked as X12 is the claim as it came, not as the engine would write it.
    ///
    /// # Errors
    /// As [`EngineBuilder::open`].
    pub fn scrubber(mut self) -> Result<Scrubber, EngineError> {
        let store = self
            .store
            .take()
            .unwrap_or_else(|| Box::new(scrubjay_store::MemoryStore::new()));
        let parts = self.assemble(store.read()?.as_ref(), BuiltIn::in_bulk)?;
        Ok(Scrubber {
            config: parts.config,
            handlers: parts.handlers,
            codes: parts.codes,
            plugin_lines: parts.plugin_lines,
        })
    }

    /// Loads what judges.
    fn assemble(
        self,
        reader: &dyn Reader,
        built_in: fn(Arc<Config>, Arc<PracticeCodes>) -> BuiltIn,
    ) -> Result<Parts, EngineError> {
        let mut config = self.config;
        config.read_prices()?;
        let config = Arc::new(config);
        let codes = Arc::new(PracticeCodes::read(&config.codes)?);
        let built_in = built_in(Arc::clone(&config), Arc::clone(&codes));
        let rules = Arc::new(rules(&config, &codes, reader)?);
        let mut handlers: Vec<Arc<dyn Handler>> = vec![Arc::new(built_in)];
        handlers.push(Arc::clone(&rules) as Arc<dyn Handler>);
        let plugin_lines = Arc::new(KeptLines::default());
        let log = Arc::clone(&plugin_lines) as Arc<dyn PluginLog>;
        let mut host = config.plugin_host(log)?;
        if let Some((path, arguments)) = self.child_program {
            host = host.child_program(path, arguments);
        }
        let (mut plugins, mut loaded) = (Vec::new(), Vec::new());
        for spec in &config.plugins {
            let plugin = host.load(spec)?;
            plugins.push(plugin.info().clone());
            loaded.push(Arc::clone(&plugin));
            handlers.push(plugin);
        }
        handlers.extend(self.handlers);
        Ok(Parts {
            config,
            handlers,
            codes,
            rules,
            plugins,
            plugin_lines,
            loaded,
        })
    }
}

/// What judges, loaded.
struct Parts {
    config: Arc<Config>,
    /// The built-in edits, then packs, plugins, and the host's own.
    handlers: Vec<Arc<dyn Handler>>,
    codes: Arc<PracticeCodes>,
    rules: Arc<RuleSet>,
    plugins: Vec<PluginInfo>,
    loaded: Vec<Arc<Plugin>>,
    plugin_lines: Arc<KeptLines>,
}

/// What carries the channels' files: the host's own transports, and the plugins
/// that the configuration names for the others.
fn transports(
    config: &Config,
    plugins: &[Arc<Plugin>],
    mut transports: BTreeMap<String, Box<dyn Transport>>,
) -> Result<BTreeMap<String, Box<dyn Transport>>, EngineError> {
    for (name, channel) in &config.channels {
        if transports.contains_key(name) {
            continue;
        }
        let (plugin, settings) = match &channel.transport {
            Way::Folder => continue,
            Way::Plugin { plugin, settings } => (plugin, settings),
            Way::Https(https) => {
                let way = https.open(name).map_err(|problem| EngineError::Https {
                    channel: name.clone(),
                    problem,
                })?;
                transports.insert(name.clone(), way);
                continue;
            }
        };
        let carrier = plugins.iter().find(|loaded| loaded.info().id == *plugin);
        let carrier = carrier.ok_or_else(|| EngineError::NoCarrier {
            channel: name.clone(),
            plugin: plugin.clone(),
        })?;
        let way = carrier.channel(name, settings);
        let way = way.map_err(|problem| EngineError::Channel {
            channel: name.clone(),
            problem,
        })?;
        transports.insert(name.clone(), Box::new(way));
    }
    Ok(transports)
}

/// The rule packs that the configuration asks for.
fn rules(
    config: &Config,
    codes: &Arc<PracticeCodes>,
    reader: &dyn Reader,
) -> Result<RuleSet, EngineError> {
    let options = load_options(&config.rule_keys, codes);
    match config.rules_from {
        RulesFrom::Folders => Ok(RuleSet::load_with(&config.rules, options)?),
        RulesFrom::Published => published::rules(reader, options),
    }
}
