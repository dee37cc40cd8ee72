//! The host: which plugins are loaded, from where, and whom it trusts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scrubjay_hooks::Hook;

#[cfg(unix)]
use crate::child::{Child, ChildProgram};
use crate::error::PluginError;
use crate::info::{self, PluginInfo};
use crate::instance::{Body, Instance};
use crate::library::{Copies, Kept, PluginLibrary};
use crate::mapped::Mapped;
use crate::plugin::Plugin;
use crate::services::{NoLog, PluginLog};
use crate::signature::PluginKey;
use crate::spec::{Isolation, PluginSpec};

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
    /// Whose signatures are as good as a pin.
    keys: Vec<PluginKey>,
    log: Arc<dyn PluginLog>,
    /// What plugins run in that have a process of their own.
    #[cfg(unix)]
    child: Mutex<Option<ChildProgram>>,
    /// The file of each loaded plugin, by id.
    loaded: Mutex<BTreeMap<String, PathBuf>>,
}

impl Registry {
    fn loaded(&self) -> MutexGuard<'_, BTreeMap<String, PathBuf>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(unix)]
    fn child(&self) -> MutexGuard<'_, Option<ChildProgram>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
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
        Self::made(trust, Vec::new(), log)
    }

    /// A host that maps only files whose SHA-256 the configuration pins, or that
    /// one of these keys has signed ([`signature_path`](crate::signature_path)).
    ///
    /// # Errors
    /// As for [`PluginHost::new`].
    pub fn trusting(keys: Vec<PluginKey>, log: Arc<dyn PluginLog>) -> Result<Self, PluginError> {
        Self::made(Trust::PinnedOnly, keys, log)
    }

    fn made(
        trust: Trust,
        keys: Vec<PluginKey>,
        log: Arc<dyn PluginLog>,
    ) -> Result<Self, PluginError> {
        let registry = Registry {
            copies: Copies::new()?,
            trust,
            keys,
            log,
            #[cfg(unix)]
            child: Mutex::new(None),
            loaded: Mutex::new(BTreeMap::new()),
        };
        Ok(Self {
            registry: Arc::new(registry),
        })
    }

    /// Names the program that plugins with [`Isolation::Process`] run in, by
    /// its absolute path: one that calls [`serve_child`](crate::serve_child)
    /// when it is given these arguments, mostly the host itself. It is started
    /// without the host's environment.
    ///
    /// ```
    /// use scrubjay_plugin_host::PluginHost;
    ///
    /// let host = PluginHost::new()?.child_program("/usr/bin/clinic", ["plugin-child"]);
    /// # Ok::<(), scrubjay_plugin_host::PluginError>(())
    /// ```
    #[must_use]
    pub fn child_program(
        self,
        path: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        #[cfg(unix)]
        {
            let program = ChildProgram {
                path: path.into(),
                arguments: arguments.into_iter().map(Into::into).collect(),
            };
            *self.registry.child() = Some(program);
        }
        #[cfg(not(unix))]
        let _ = (path.into(), arguments);
        self
    }

    /// Reads what a file says of itself, where the plugin would run. None of its
    /// code is run, but for what the C runtime runs when a library is mapped.
    ///
    /// # Errors
    /// [`PluginError`] with what is wrong with the file.
    pub fn inspect(&self, spec: &PluginSpec) -> Result<PluginInfo, PluginError> {
        Mapping::of(&self.registry, spec).map(|mapping| mapping.info)
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
        let Mapping { info, place } = Mapping::of(registry, spec)?;
        if info.hooks.is_empty() && !info.carries_files {
            let offered = Hook::ALL.into_iter().filter(|hook| info::is_offered(*hook));
            let offered: Vec<&str> = offered.map(Hook::as_str).collect();
            return Err(PluginError::NoHook {
                id: info.id.clone(),
                offered: offered.join(", "),
            });
        }
        let body = match place {
            Place::Here(library) => {
                Body::Mapped(Mapped::create(*library, spec, Arc::clone(&registry.log))?)
            }
            #[cfg(unix)]
            Place::There(child) => {
                child.create(&info)?;
                Body::Child(*child)
            }
        };
        Ok(Instance::new(body, info, spec.budget))
    }
}

/// A library that is mapped and has not been made ready.
struct Mapping {
    info: PluginInfo,
    place: Place,
}

enum Place {
    Here(Box<PluginLibrary>),
    #[cfg(unix)]
    There(Box<Child>),
}

impl Mapping {
    fn of(registry: &Registry, spec: &PluginSpec) -> Result<Self, PluginError> {
        if spec.isolation == Isolation::None
            && let Some(limit) = spec.budget.needs_process()
        {
            return Err(PluginError::Limit {
                path: spec.path.clone(),
                limit,
            });
        }
        let kept = Kept::of(spec, registry.trust, &registry.keys, &registry.copies)?;
        match spec.isolation {
            Isolation::None => {
                let library = PluginLibrary::open(&spec.path, kept)?;
                Ok(Self {
                    info: library.info.clone(),
                    place: Place::Here(Box::new(library)),
                })
            }
            #[cfg(unix)]
            Isolation::Process => {
                let program = registry.child().clone();
                let (child, info) = Child::open(program, spec, kept, Arc::clone(&registry.log))?;
                let place = Place::There(Box::new(child));
                Ok(Self { info, place })
            }
            #[cfg(not(unix))]
            Isolation::Process => Err(PluginError::Child {
                path: spec.path.clone(),
                problem: crate::ChildError::NotHere,
            }),
        }
    }
}
