//! One errand of a plugin that carries files, over the C interface.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::time::Duration;

use scrubjay_hooks::{FileName, Keep, Kept};
use scrubjay_plugin::abi;

use super::{Broke, BrokeFault, ChannelSettings, Errand};
use crate::PluginError;
use crate::call::this_thread;
use crate::clock::Tick;
use crate::info::PluginInfo;
use crate::library::{self, PluginLibrary};
use crate::mapped::Mapped;
use crate::text;

/// The functions of a plugin that carries files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carrier {
    pub(crate) check: abi::Errand,
    pub(crate) deliver: abi::Deliver,
    pub(crate) fetch: abi::Errand,
}

impl Carrier {
    /// The carrier of a library whose descriptor says that it has one.
    pub(crate) fn of(path: &Path, library: &PluginLibrary) -> Result<Option<Self>, PluginError> {
        let info: &PluginInfo = &library.info;
        if !info.carries_files {
            return Ok(None);
        }
        let at = library.extension(abi::TRANSPORT).cast::<abi::Transport>();
        if at.is_null() {
            return Err(PluginError::NoExtension {
                path: path.to_owned(),
                extension: abi::TRANSPORT,
            });
        }
        // SAFETY: not null, and a constant of the library (header).
        let table = unsafe { library::sized(path, at, info.abi.1) }?;
        let missing = |function| PluginError::NoFunction {
            path: path.to_owned(),
            function,
        };
        Ok(Some(Self {
            check: table.check.ok_or(missing("check"))?,
            deliver: table.deliver.ok_or(missing("deliver"))?,
            fetch: table.fetch.ok_or(missing("fetch"))?,
        }))
    }
}

/// What a channel hands to its plugin, errand after errand: always at the same
/// address, so that a plugin that comes back too late meets a closed wicket.
#[repr(C)]
struct Frame {
    // INVARIANT: first, so that a pointer to the exchange is one to the frame.
    exchange: abi::Exchange,
    /// The thread that may call back; 0 between errands.
    thread: AtomicUsize,
    late: AtomicBool,
    strayed: AtomicBool,
}

/// The owner of a frame.
pub(crate) struct Wicket {
    frame: NonNull<Frame>,
}

// SAFETY: the frame is the wicket's alone; what others may still touch through an
// old pointer is atomic, and `run` needs the wicket by `&mut`.
unsafe impl Send for Wicket {}

/// What one errand works with; borrowed by the frame while it runs.
struct Open<'a, 'k> {
    channel: &'a ChannelSettings,
    /// `None` where nothing is to be handed in.
    keep: Option<RefCell<Keep<'k>>>,
    started: Tick,
    limit: Duration,
    said: RefCell<Option<String>>,
    broke: Cell<Option<Broke>>,
}

impl Drop for Wicket {
    fn drop(&mut self) {
        // SAFETY: made from a box in `new`, and freed here only.
        drop(unsafe { Box::from_raw(self.frame.as_ptr()) });
    }
}

impl Wicket {
    pub(crate) fn new() -> Self {
        let frame = Box::new(Frame {
            exchange: abi::Exchange {
                size: abi::size_of::<abi::Exchange>(),
                reserved: 0,
                ctx: std::ptr::null_mut(),
                channel: abi::Str::ABSENT,
                setting,
                setting_at,
                keep,
                cancelled,
                error,
            },
            thread: AtomicUsize::new(0),
            late: AtomicBool::new(false),
            strayed: AtomicBool::new(false),
        });
        Self {
            frame: NonNull::from(Box::leak(frame)),
        }
    }

    /// Has a plugin run an errand for a channel.
    pub(crate) fn run(
        &mut self,
        mapped: &Mapped,
        channel: &ChannelSettings,
        limit_ms: NonZeroU32,
        errand: Errand<'_>,
    ) -> Result<(), Broke> {
        let Some(carrier) = mapped.carrier() else {
            return Err(BrokeFault::NoCarrier.into());
        };
        let (file, keep) = match errand {
            Errand::Check => (None, None),
            Errand::Deliver(_, bytes) if bytes.len() > abi::MAX_FILE => {
                let most = abi::MAX_FILE;
                return Err(Broke::Said(format!(
                    "a file of more than {most} bytes cannot be carried"
                )));
            }
            Errand::Deliver(name, bytes) => (Some((name, bytes)), None),
            Errand::Fetch(keep) => (None, Some(RefCell::new(keep))),
        };
        let fetches = keep.is_some();
        let open = Open {
            channel,
            keep,
            started: Tick::now(),
            limit: Duration::from_millis(u64::from(limit_ms.get())),
            said: RefCell::new(None),
            broke: Cell::new(None),
        };
        let frame = self.frame.as_ptr();
        // SAFETY: the frame is ours (`&mut self`), and between errands the plugin
        // may read none of it but through the functions below, which look at
        // `thread` first.
        unsafe { (*frame).exchange.channel = abi::Str::of(&channel.channel) };
        // SAFETY: the frame lives as long as the wicket, and these parts of it
        // are atomic, or only ever reached atomically (`ctx`).
        let (ctx, thread, late, strayed) = unsafe { gates(frame) };
        ctx.store(
            (&raw const open).cast_mut().cast::<c_void>(),
            Ordering::Relaxed,
        );
        thread.store(this_thread(), Ordering::Release);
        let exchange = frame.cast::<abi::Exchange>().cast_const();
        let status = mapped.alone(|plugin| {
            // SAFETY: the plugin is ready as long as `mapped`, whose `alone` sees
            // to [one-thread]; the frame, the file and `open` hold until the
            // wicket is closed again below.
            unsafe {
                match file {
                    Some((name, bytes)) => (carrier.deliver)(
                        plugin,
                        exchange,
                        abi::Str::of(name.as_str()),
                        abi::Bytes::of(bytes),
                    ),
                    None if fetches => (carrier.fetch)(plugin, exchange),
                    None => (carrier.check)(plugin, exchange),
                }
            }
        });
        thread.store(0, Ordering::Release);
        ctx.store(std::ptr::null_mut(), Ordering::Relaxed);
        // Found now, and done after an earlier errand of the same channel.
        if late.swap(false, Ordering::Relaxed) {
            open.broke(BrokeFault::Late);
        }
        if strayed.swap(false, Ordering::Relaxed) {
            open.broke(BrokeFault::Thread);
        }
        open.ended(status, limit_ms)
    }
}

impl Open<'_, '_> {
    /// Keeps what went wrong first; the rest mostly follows from it.
    fn broke(&self, broke: impl Into<Broke>) {
        let first = self.broke.take().unwrap_or_else(|| broke.into());
        self.broke.set(Some(first));
    }

    fn ended(self, status: abi::Status, limit_ms: NonZeroU32) -> Result<(), Broke> {
        if let Some(broke) = self.broke.take() {
            return Err(broke);
        }
        let said = self.said.take();
        match status {
            abi::OK => Ok(()),
            abi::CANCELLED => Err(Broke::Time(limit_ms.get())),
            abi::ERROR => Err(said.map_or(Broke::Silent, Broke::Said)),
            abi::PANIC => Err(BrokeFault::Panic(said).into()),
            _ => Err(BrokeFault::Status(status).into()),
        }
    }

    /// Takes a file that the plugin hands in.
    fn take(&self, name: &str, bytes: &[u8]) -> Result<(), Broke> {
        let name = FileName::new(name).map_err(|error| BrokeFault::Name(error.to_string()))?;
        let keep = self.keep.as_ref().ok_or(BrokeFault::Unasked)?;
        let mut keep = keep.borrow_mut();
        // A panic of the host must not pass through the plugin.
        match catch_unwind(AssertUnwindSafe(|| keep(&name, bytes))) {
            Ok(Kept::Yes) => Ok(()),
            Ok(Kept::No) | Err(_) => Err(Broke::NotKept),
        }
    }
}

/// The parts of a frame that anyone may reach.
///
/// # Safety
/// The frame is there for the lifetime asked for.
unsafe fn gates<'a>(
    frame: *mut Frame,
) -> (
    &'a AtomicPtr<c_void>,
    &'a AtomicUsize,
    &'a AtomicBool,
    &'a AtomicBool,
) {
    // SAFETY: the frame is there (caller), and these parts of it are atomic, or
    // only ever reached atomically.
    unsafe {
        (
            AtomicPtr::from_ptr(&raw mut (*frame).exchange.ctx),
            &(*frame).thread,
            &(*frame).late,
            &(*frame).strayed,
        )
    }
}

/// What an open errand works with, or why there is none.
///
/// # Safety
/// `exchange` is null, or was handed to a plugin by a wicket that is still there.
unsafe fn open<'a>(exchange: *const abi::Exchange) -> Result<&'a Open<'a, 'a>, abi::Status> {
    if exchange.is_null() {
        return Err(abi::REFUSED);
    }
    // SAFETY: an exchange is the first field of a frame, which is still there
    // (caller).
    let (ctx, thread, late, strayed) = unsafe { gates(exchange.cast::<Frame>().cast_mut()) };
    match thread.load(Ordering::Acquire) {
        0 => {
            late.store(true, Ordering::Relaxed);
            Err(abi::ENDED)
        }
        thread if thread != this_thread() => {
            strayed.store(true, Ordering::Relaxed);
            Err(abi::REFUSED)
        }
        // SAFETY: the errand runs, on this thread, so what `run` stored is still
        // on the stack below us.
        _ => Ok(unsafe {
            &*ctx
                .load(Ordering::Relaxed)
                .cast::<Open<'a, 'a>>()
                .cast_const()
        }),
    }
}

unsafe extern "C" fn setting(
    exchange: *const abi::Exchange,
    key: abi::Str,
    value: *mut abi::Str,
) -> abi::Status {
    // SAFETY: the plugin hands back the exchange that it was given (header).
    let open = match unsafe { open(exchange) } {
        Ok(open) => open,
        Err(status) => return status,
    };
    // SAFETY: the plugin's own text, readable during this call (header).
    let Ok(Some(key)) = (unsafe { text::text(key, abi::MAX_MESSAGE) }) else {
        return abi::REFUSED;
    };
    if value.is_null() {
        return abi::REFUSED;
    }
    let settings = &open.channel.settings;
    let found = settings.iter().find(|(known, _)| known == key);
    // SAFETY: not null, and the plugin's to write to (header).
    unsafe { value.write_unaligned(abi::Str::maybe(found.map(|(_, text)| text.as_str()))) };
    match found {
        Some(_) => abi::OK,
        None => abi::ABSENT,
    }
}

unsafe extern "C" fn setting_at(
    exchange: *const abi::Exchange,
    at: u32,
    key: *mut abi::Str,
    value: *mut abi::Str,
) -> abi::Status {
    // SAFETY: as in `setting`.
    let open = match unsafe { open(exchange) } {
        Ok(open) => open,
        Err(status) => return status,
    };
    if key.is_null() || value.is_null() {
        return abi::REFUSED;
    }
    let Some((found, text)) = open.channel.settings.get(at as usize) else {
        return abi::ABSENT;
    };
    // SAFETY: neither is null, and both are the plugin's to write to (header).
    unsafe {
        key.write_unaligned(abi::Str::of(found));
        value.write_unaligned(abi::Str::of(text));
    }
    abi::OK
}

unsafe extern "C" fn keep(
    exchange: *const abi::Exchange,
    name: abi::Str,
    bytes: abi::Bytes,
) -> abi::Status {
    // SAFETY: as in `setting`.
    let open = match unsafe { open(exchange) } {
        Ok(open) => open,
        Err(status) => return status,
    };
    // SAFETY: the plugin's own name and bytes, readable during this call (header).
    let given = unsafe { given(name, bytes) };
    match given.and_then(|(name, bytes)| open.take(name, bytes)) {
        Ok(()) => abi::OK,
        Err(broke) => {
            open.broke(broke);
            abi::REFUSED
        }
    }
}

/// Borrows a file that is handed in; a lie about a length is bounded before it
/// is believed.
///
/// # Safety
/// Name and bytes are readable as far as they are not beyond their limits.
unsafe fn given<'a>(name: abi::Str, bytes: abi::Bytes) -> Result<(&'a str, &'a [u8]), Broke> {
    // SAFETY: the caller's.
    let name = unsafe { text::needed(name, abi::MAX_MESSAGE) };
    let name = name.map_err(|error| BrokeFault::Name(error.to_string()))?;
    if bytes.len > abi::MAX_FILE {
        return Err(BrokeFault::Long(abi::MAX_FILE).into());
    }
    let bytes = match (bytes.ptr.is_null(), bytes.len) {
        (true, 0) => &[],
        (true, _) => return Err(BrokeFault::NoBytes.into()),
        // SAFETY: not null, bounded, and the caller vouches for the rest.
        (false, length) => unsafe { std::slice::from_raw_parts(bytes.ptr, length) },
    };
    Ok((name, bytes))
}

unsafe extern "C" fn cancelled(exchange: *const abi::Exchange) -> u32 {
    // SAFETY: as in `setting`.
    match unsafe { open(exchange) } {
        Ok(open) => u32::from(open.started.elapsed() >= open.limit),
        Err(_) => 1,
    }
}

unsafe extern "C" fn error(exchange: *const abi::Exchange, message: abi::Str) {
    // SAFETY: as in `setting`.
    let Ok(open) = (unsafe { open(exchange) }) else {
        return;
    };
    // SAFETY: the plugin's own text, readable during this call (header).
    *open.said.borrow_mut() = Some(unsafe { text::lossy(message) });
}
