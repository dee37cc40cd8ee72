//! The host: which plugins are loaded, from where, and whom it trusts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scrubjay_hooks::Hook;

use crate::error::PluginError;
use crate::info::{self, PluginInfo};
use crate::instance::Instance;
use crate::library::{Copies, PluginLibrary};
use crate::plugin::Plugin;
use crate::services::{NoLog, PluginLog};
use crate::spec::PluginSpec;

/// Which files a host maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// Any file that the configuration names.
    #[default]
    Named,
    /// Only files whose SHA-256 the configuration pins.
    PinnedOnly,
}

/// What the plugins of one host share.
pub(crate) struct Registry {
    copies: Copies,
    trust: Trust,
    log: Arc<dyn PluginLog>,
    /// The file of each loaded plugin, by id.
    loaded: Mutex<BTreeMap<String, PathBuf>>,
}

impl Registry {
    fn loaded(&self) -> MutexGuard<'_, BTreeMap<String, PathBuf>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a plugin's id, unless another has it.
    fn remember(&self, info: &PluginInfo, spec: &PluginSpec) -> Result<(), PluginError> {
        match self.loaded().entry(info.id.clone()) {
            Entry::Vacant(free) => {
                free.insert(spec.path.clone());
                Ok(())
            }
            Entry::Occupied(taken) => Err(PluginError::Duplicate {
                id: info.id.clone(),
                path: spec.path.clone(),
                loaded: taken.get().clone(),
            }),
        }
    }

    pub(crate) fn forget(&self, id: &str) {
        self.loaded().remove(id);
    }
}

/// Loads plugins. Each id once; what is loaded lives as long as its handler.
pub struct PluginHost {
    registry: Arc<Registry>,
}

impl std::fmt::Debug for PluginHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PluginHost")
            .field("loaded", &*self.registry.loaded())
            .finish_non_exhaustive()
    }
}

impl PluginHost {
    /// A host that maps what the configuration names and keeps no log.
    ///
    /// # Errors
    /// Where there is no room for private copies in the system's folder for
    /// temporary files.
    pub fn new() -> Result<Self, PluginError> {
        Self::with(Trust::Named, Arc::new(NoLog))
    }

    /// A host that trusts as told, and hands on what plugins log.
    ///
    /// # Errors
    /// As for [`PluginHost::new`].
    pub fn with(trust: Trust, log: Arc<dyn PluginLog>) -> Result<Self, PluginError> {
        let registry = Registry {
            copies: Copies::new()?,
            trust,
            log,
            loaded: Mutex::new(BTreeMap::new()),
        };
        Ok(Self {
            registry: Arc::new(registry),
        })
    }

    /// Reads what a file says of itself. None of its code is run, but for what
    /// the C runtime runs when a library is mapped.
    ///
    /// # Errors
    /// [`PluginError`] with what is wrong with the file.
    pub fn inspect(&self, spec: &PluginSpec) -> Result<PluginInfo, PluginError> {
        let library = PluginLibrary::open(spec, self.registry.trust, &self.registry.copies)?;
        Ok(library.info)
    }

    /// Loads a plugin and makes it ready.
    ///
    /// # Errors
    /// [`PluginError`] with the reason; nothing of the plugin stays behind.
    pub fn load(&self, spec: &PluginSpec) -> Result<Arc<Plugin>, PluginError> {
        let instance = Self::open(&self.registry, spec)?;
        self.registry.remember(instance.info(), spec)?;
        let registry = Arc::clone(&self.registry);
        Ok(Arc::new(Plugin::new(instance, spec.path.clone(), registry)))
    }

    pub(crate) fn open(registry: &Registry, spec: &PluginSpec) -> Result<Instance, PluginError> {
        let library = PluginLibrary::open(spec, registry.trust, &registry.copies)?;
        let info = &library.info;
        if info.hooks.is_empty() {
            let offered = Hook::ALL.into_iter().filter(|hook| info::is_offered(*hook));
            let offered: Vec<&str> = offered.map(Hook::as_str).collect();
            return Err(PluginError::NoHook {
                id: info.id.clone(),
                offered: offered.join(", "),
            });
        }
        Instance::create(library, spec, Arc::clone(&registry.log))
    }
}
