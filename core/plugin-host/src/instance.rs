//! One plugin made ready: from `create` to `destroy`.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use scrubjay_hooks::Hook;
use scrubjay_plugin::abi;

use crate::PluginError;
use crate::info::{PluginInfo, Threading};
use crate::library::{self, PluginLibrary};
use crate::services::{PluginLog, Services};
use crate::spec::{Budget, PluginSpec};
use crate::view::Sight;

type Judge = unsafe extern "C" fn(*const abi::Plugin, *const abi::Call) -> abi::Status;
type Destroy = unsafe extern "C" fn(*const abi::Plugin);

/// A plugin made ready, with everything that must outlive it.
pub(crate) struct Instance {
    plugin: *const abi::Plugin,
    judge: Judge,
    destroy: Destroy,
    /// Where the plugin lets one thread in at a time.
    gate: Option<Mutex<()>>,
    pub(crate) budget: Budget,
    pub(crate) sight: Sight,
    /// Rule ids and version as they stand in traces.
    pub(crate) rule: String,
    pub(crate) version: String,
    /// Faults in a row.
    faults: AtomicU32,
    // INVARIANT: dropped after `destroy` (in `drop`), the services before the
    // library whose code might still hold them.
    _services: Arc<Services>,
    library: PluginLibrary,
}

// SAFETY: `plugin` is only handed to `judge` and `destroy`. The header lets
// `judge` be called on any thread; where it does not let several in at once,
// `gate` keeps them out. `destroy` is called in `drop`, so once and alone, and
// the header lets that be another thread than that of `create`.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    /// Makes a plugin ready.
    pub(crate) fn create(
        library: PluginLibrary,
        spec: &PluginSpec,
        log: Arc<dyn PluginLog>,
    ) -> Result<Self, PluginError> {
        let info = &library.info;
        let services = Services::new(&info.id, spec, log);
        let mut plugin = std::ptr::null();
        // SAFETY: [one-thread], and nobody else has the library yet. `host`
        // holds as long as `services`, which the instance keeps until after
        // `destroy`; `plugin` is a place to write to.
        let status = unsafe { (library.create)(services.as_host(), &raw mut plugin) };
        if status != abi::OK {
            return Err(PluginError::Create {
                id: info.id.clone(),
                status,
                said: services.take_said(),
            });
        }
        // SAFETY: on OK, `plugin` points to a plugin (header); null is seen to.
        let (judge, destroy) = unsafe { functions(&spec.path, plugin, info) }?;
        Ok(Self {
            plugin,
            judge,
            destroy,
            gate: match info.threading {
                Threading::AnyThread => None,
                Threading::OneAtATime => Some(Mutex::new(())),
            },
            budget: spec.budget,
            sight: Sight::of(&info.needs),
            rule: format!("plugin:{}", info.id),
            version: format!("{}@{}", info.id, info.version),
            faults: AtomicU32::new(0),
            _services: services,
            library,
        })
    }

    pub(crate) fn info(&self) -> &PluginInfo {
        &self.library.info
    }

    /// Calls `judge`.
    ///
    /// # Safety
    /// `call` and everything that it leads to hold until this returns.
    pub(crate) unsafe fn judge(&self, call: *const abi::Call) -> abi::Status {
        // A panic of the host while the gate was held left no state of ours behind.
        let _alone = self
            .gate
            .as_ref()
            .map(|gate| gate.lock().unwrap_or_else(PoisonError::into_inner));
        // SAFETY: the plugin is ready from `create` until `drop`, the gate sees
        // to [one-thread], and the caller vouches for the call.
        unsafe { (self.judge)(self.plugin, call) }
    }

    /// How many faults in a row set it aside, once there have been as many.
    pub(crate) fn set_aside(&self) -> Option<u32> {
        let limit = self.budget.faults.get();
        (self.faults.load(Ordering::Relaxed) >= limit).then_some(limit)
    }

    /// Counts how a call ended.
    pub(crate) fn ended(&self, faulty: bool) {
        if faulty {
            self.faults.fetch_add(1, Ordering::Relaxed);
        } else if self.faults.load(Ordering::Relaxed) != 0 {
            self.faults.store(0, Ordering::Relaxed);
        }
    }

    /// Whether a hook is among those that the plugin declared.
    pub(crate) fn declares(&self, hook: Hook) -> bool {
        self.info().hooks.contains(&hook)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: the last owner is gone, so the last `judge` has returned, and
        // this happens once. Library and services are still there.
        unsafe { (self.destroy)(self.plugin) };
    }
}

/// # Safety
/// `plugin` is null, or points to what `create` said is a plugin.
unsafe fn functions(
    path: &Path,
    plugin: *const abi::Plugin,
    info: &PluginInfo,
) -> Result<(Judge, Destroy), PluginError> {
    let missing = |function| PluginError::NoFunction {
        path: path.to_owned(),
        function,
    };
    if plugin.is_null() {
        return Err(PluginError::Create {
            id: info.id.clone(),
            status: abi::OK,
            said: Some("it handed in no plugin".to_owned()),
        });
    }
    // SAFETY: not null, and the plugin's own until `destroy` (header).
    let read = unsafe { library::sized(path, plugin, info.abi.1) }?;
    // What has no `destroy` is left behind rather than freed by guess.
    let destroy = read.destroy.ok_or(missing("destroy"))?;
    match read.judge {
        Some(judge) => Ok((judge, destroy)),
        None => {
            // SAFETY: made ready and never used, so it may be ended.
            unsafe { destroy(plugin) };
            Err(missing("judge"))
        }
    }
}
