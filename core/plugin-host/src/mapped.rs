//! A plugin made ready in this process: from `create` to `destroy`.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use scrubjay_plugin::abi;

use crate::PluginError;
use crate::info::{PluginInfo, Threading};
use crate::library::{self, PluginLibrary};
use crate::services::{PluginLog, Services};
use crate::spec::PluginSpec;
use crate::transport::Carrier;

type Judge = unsafe extern "C" fn(*const abi::Plugin, *const abi::Call) -> abi::Status;
type Destroy = unsafe extern "C" fn(*const abi::Plugin);

/// A plugin made ready, with everything that must outlive it.
pub(crate) struct Mapped {
    plugin: *const abi::Plugin,
    judge: Judge,
    destroy: Destroy,
    carrier: Option<Carrier>,
    /// Where the plugin lets one thread in at a time.
    gate: Option<Mutex<()>>,
    // INVARIANT: dropped after `destroy` (in `drop`), the services before the
    // library whose code might still hold them.
    _services: Arc<Services>,
    _library: PluginLibrary,
}

// SAFETY: `plugin` is only handed to `judge` and `destroy`. The header lets
// `judge` be called on any thread; where it does not let several in at once,
// `gate` keeps them out. `destroy` is called in `drop`, so once and alone, and
// the header lets that be another thread than that of `create`.
unsafe impl Send for Mapped {}
// SAFETY: as above.
unsafe impl Sync for Mapped {}

impl Mapped {
    /// Makes a plugin ready.
    pub(crate) fn create(
        library: PluginLibrary,
        spec: &PluginSpec,
        log: Arc<dyn PluginLog>,
    ) -> Result<Self, PluginError> {
        let carrier = Carrier::of(&spec.path, &library)?;
        let info = &library.info;
        let services = Services::new(&info.id, spec, log);
        let mut plugin = std::ptr::null();
        // SAFETY: [one-thread], and nobody else has the library yet. `host`
        // holds as long as `services`, which are kept until after `destroy`;
        // `plugin` is a place to write to.
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
            carrier,
            gate: match info.threading {
                Threading::AnyThread => None,
                Threading::OneAtATime => Some(Mutex::new(())),
            },
            _services: services,
            _library: library,
        })
    }

    /// Calls `judge`.
    ///
    /// # Safety
    /// `call` and everything that it leads to hold until this returns.
    pub(crate) unsafe fn judge(&self, call: *const abi::Call) -> abi::Status {
        // SAFETY: the plugin is ready from `create` until `drop`, the gate sees
        // to [one-thread], and the caller vouches for the call.
        self.alone(|plugin| unsafe { (self.judge)(plugin, call) })
    }

    /// Hands the plugin to one of its own functions, one at a time where it wants
    /// it so. It is ready until this is dropped.
    pub(crate) fn alone<T>(&self, run: impl FnOnce(*const abi::Plugin) -> T) -> T {
        // A panic of the host while the gate was held left no state of ours behind.
        let _alone = self
            .gate
            .as_ref()
            .map(|gate| gate.lock().unwrap_or_else(PoisonError::into_inner));
        run(self.plugin)
    }

    /// The functions of one that carries files.
    pub(crate) fn carrier(&self) -> Option<&Carrier> {
        self.carrier.as_ref()
    }
}

impl Drop for Mapped {
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
