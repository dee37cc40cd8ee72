//! What a host does for a plugin outside of calls: settings, log, extensions.

use std::ffi::c_void;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use scrubjay_plugin::abi;
use serde::{Deserialize, Serialize};

use crate::spec::PluginSpec;
use crate::text;

/// How much a line of a plugin's log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For whoever writes the plugin.
    Debug,
    /// For the record.
    Info,
    /// Something to look at.
    Warn,
    /// Something went wrong.
    Error,
}

/// Where the lines go that plugins log.
pub trait PluginLog: Send + Sync {
    /// Takes a line. The text is bounded and has no control characters; that
    /// it has no patient data in it is the plugin's word.
    fn line(&self, plugin: &str, level: LogLevel, text: &str);
}

/// A log that keeps nothing.
pub(crate) struct NoLog;

impl PluginLog for NoLog {
    fn line(&self, _plugin: &str, _level: LogLevel, _text: &str) {}
}

/// One plugin's view of its host; lives as long as the plugin.
pub(crate) struct Services {
    host: abi::Host,
    plugin: String,
    /// What `host.folder` points to.
    _folder: String,
    settings: Vec<(String, String)>,
    log: Arc<dyn PluginLog>,
    said: Mutex<Option<String>>,
}

// SAFETY: the pointers in `host` lead to this very value and to its own texts,
// which are never changed after `new`; what does change stands in a mutex, and
// a `PluginLog` is `Send + Sync`.
unsafe impl Send for Services {}
// SAFETY: as above.
unsafe impl Sync for Services {}

const NAME: &str = "scrubjay";
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Services {
    pub(crate) fn new(plugin: &str, spec: &PluginSpec, log: Arc<dyn PluginLog>) -> Arc<Self> {
        let folder = absolute(&spec.folder);
        let settings = spec
            .settings
            .iter()
            .map(|(key, value)| (key.clone(), value.0.clone()))
            .collect();
        Arc::new(Self {
            host: abi::Host {
                size: abi::size_of::<abi::Host>(),
                abi_major: abi::ABI_MAJOR,
                abi_minor: abi::ABI_MINOR,
                reserved: 0,
                ctx: std::ptr::null_mut(),
                name: abi::Str::of(NAME),
                version: abi::Str::of(VERSION),
                // The bytes of a `String` stay where they are when it moves.
                folder: abi::Str::of(&folder),
                setting,
                setting_at,
                log: log_line,
                error,
                get_extension,
            },
            plugin: plugin.to_owned(),
            _folder: folder,
            settings,
            log,
            said: Mutex::new(None),
        })
    }

    /// What the plugin is handed. Holds as long as the services do.
    pub(crate) fn as_host(self: &Arc<Self>) -> *const abi::Host {
        // From a pointer to the whole, since the functions below go from the
        // part back to the whole.
        Arc::as_ptr(self)
            .cast::<u8>()
            .wrapping_add(std::mem::offset_of!(Self, host))
            .cast()
    }

    /// What the plugin said of why it would not start.
    pub(crate) fn take_said(&self) -> Option<String> {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn find(&self, key: &str) -> Option<&str> {
        let at = self
            .settings
            .binary_search_by(|(known, _)| known.as_str().cmp(key));
        at.ok().map(|at| self.settings[at].1.as_str())
    }
}

/// A folder as plugins are told it.
pub(crate) fn absolute(folder: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    folder.to_string_lossy().into_owned()
}

/// The services that a host pointer leads to.
///
/// # Safety
/// `host` came from [`Services::as_host`], and the services are still there.
unsafe fn services<'a>(host: *const abi::Host) -> &'a Services {
    let whole = host
        .cast::<u8>()
        .wrapping_sub(std::mem::offset_of!(Services, host));
    // SAFETY: `as_host` made the pointer from one to the whole value by going
    // the same way forwards, so this is that value, which is alive (caller)
    // and only ever shared.
    unsafe { &*whole.cast::<Services>() }
}

unsafe extern "C" fn setting(
    host: *const abi::Host,
    key: abi::Str,
    value: *mut abi::Str,
) -> abi::Status {
    if host.is_null() || value.is_null() {
        return abi::REFUSED;
    }
    // SAFETY: the plugin hands back the host pointer that it was given, within
    // its life (header, `setting`).
    let services = unsafe { services(host) };
    // SAFETY: the plugin's own text, readable during this call (header).
    let Ok(Some(key)) = (unsafe { text::text(key, abi::MAX_MESSAGE) }) else {
        return abi::REFUSED;
    };
    let found = services.find(key);
    // SAFETY: not null, and the plugin's to write to (header).
    unsafe { value.write_unaligned(abi::Str::maybe(found)) };
    if found.is_some() {
        abi::OK
    } else {
        abi::ABSENT
    }
}

unsafe extern "C" fn setting_at(
    host: *const abi::Host,
    at: u32,
    key: *mut abi::Str,
    value: *mut abi::Str,
) -> abi::Status {
    if host.is_null() || key.is_null() || value.is_null() {
        return abi::REFUSED;
    }
    // SAFETY: as in `setting`.
    let services = unsafe { services(host) };
    let Some((found, text)) = services.settings.get(at as usize) else {
        return abi::ABSENT;
    };
    // SAFETY: neither is null, and both are the plugin's to write to (header).
    unsafe {
        key.write_unaligned(abi::Str::of(found));
        value.write_unaligned(abi::Str::of(text));
    }
    abi::OK
}

unsafe extern "C" fn log_line(host: *const abi::Host, level: u32, message: abi::Str) {
    if host.is_null() {
        return;
    }
    // SAFETY: as in `setting`.
    let services = unsafe { services(host) };
    let level = match level {
        0 | 1 => LogLevel::Debug,
        2 => LogLevel::Info,
        3 => LogLevel::Warn,
        _ => LogLevel::Error,
    };
    // SAFETY: the plugin's own text, readable during this call (header).
    let message = unsafe { text::lossy(message) };
    write_line(&*services.log, &services.plugin, level, &message);
}

/// Hands a line on. A panic of the host's log must not pass through a plugin.
pub(crate) fn write_line(log: &dyn PluginLog, plugin: &str, level: LogLevel, text: &str) {
    let line = || log.line(plugin, level, text);
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(line));
}

unsafe extern "C" fn error(host: *const abi::Host, message: abi::Str) {
    if host.is_null() {
        return;
    }
    // SAFETY: as in `setting`.
    let services = unsafe { services(host) };
    // SAFETY: as in `log_line`.
    let message = unsafe { text::lossy(message) };
    *services.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
}

unsafe extern "C" fn get_extension(_host: *const abi::Host, _id: abi::Str) -> *const c_void {
    // No extension yet; a plugin that asks for one learns so.
    std::ptr::null()
}
