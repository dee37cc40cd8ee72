//! One call of a plugin: what it is handed, and what it says meanwhile.

mod again;
mod document;
mod history;
mod said;

use std::cell::{OnceCell, RefCell};
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use scrubjay_hooks::{ClaimSubject, Context, Hook};
use scrubjay_plugin::abi;

use crate::clock::Tick;
use crate::fault::Fault;
use crate::info;
use crate::instance::Instance;
use crate::mapped::Mapped;
use crate::text::{self, TextError};
use crate::view::{Filled, Lines, day};

pub(crate) use again::Told;
pub(crate) use document::Document;
use history::History;
pub(crate) use said::Said;

/// What one worker hands to plugins, call after call: always at the same
/// address, so that a plugin that comes back too late is met by a closed door
/// and not by somebody else's memory.
#[repr(C)]
struct Frame {
    // INVARIANT: first, so that a pointer to the call is one to the frame.
    call: abi::Call,
    /// The thread that may call back; 0 between calls.
    thread: AtomicUsize,
    late: AtomicBool,
    strayed: AtomicBool,
}

/// The owner of a frame.
pub(crate) struct Door {
    frame: NonNull<Frame>,
    /// The instant that the frame tells: mostly that of a whole file.
    now: Option<DateTime<Utc>>,
}

// SAFETY: the frame is the door's alone; what others may still touch through
// an old pointer is atomic, and `open` needs the door by `&mut`.
unsafe impl Send for Door {}

/// What one call works with; borrowed by the frame while the call runs.
struct Open<'a> {
    instance: &'a Instance,
    hook: Hook,
    subject: &'a ClaimSubject<'a>,
    started: Tick,
    said: RefCell<Said>,
    document: OnceCell<String>,
    history: OnceCell<Option<History>>,
    /// The first line, once lines were asked for; `None` where a number of theirs
    /// is out of range.
    first: OnceCell<Option<*const abi::Line>>,
    /// INVARIANT: not touched again once `first` is there.
    lines: RefCell<&'a mut Lines>,
}

impl Drop for Door {
    fn drop(&mut self) {
        // SAFETY: made from a box in `new`, and freed here only.
        drop(unsafe { Box::from_raw(self.frame.as_ptr()) });
    }
}

impl Door {
    pub(crate) fn new() -> Self {
        let frame = Box::new(Frame {
            call: abi::Call {
                size: abi::size_of::<abi::Call>(),
                hook: 0,
                ctx: std::ptr::null_mut(),
                now: 0,
                today: 0,
                reserved: 0,
                claim: std::ptr::null(),
                finding,
                effect,
                cancelled,
                error,
                document,
                earlier,
                lines,
            },
            thread: AtomicUsize::new(0),
            late: AtomicBool::new(false),
            strayed: AtomicBool::new(false),
        });
        Self {
            frame: NonNull::from(Box::leak(frame)),
            now: None,
        }
    }

    /// Calls a plugin with a view of a claim.
    pub(crate) fn judge(
        &mut self,
        instance: &Instance,
        mapped: &Mapped,
        hook: Hook,
        filled: Filled<'_>,
        context: Context,
    ) -> Said {
        let subject = filled.subject;
        let claim = filled.claim();
        let (lines, first) = filled.into_lines();
        let open = Open {
            instance,
            hook,
            subject,
            started: Tick::now(),
            said: RefCell::new(Said::default()),
            document: OnceCell::new(),
            history: OnceCell::new(),
            first: first.map_or_else(OnceCell::new, |first| OnceCell::from(Some(first))),
            lines: RefCell::new(lines),
        };
        let frame = self.frame.as_ptr();
        // SAFETY: the frame is ours (`&mut self`), and between calls the plugin
        // may read none of it but through the functions below, which look at
        // `thread` first.
        unsafe {
            (*frame).call.hook = info::hook_bit(hook);
            (*frame).call.claim = claim;
            if self.now != Some(context.now) {
                (*frame).call.now = context.now.timestamp_millis();
                (*frame).call.today = day(context.today());
                self.now = Some(context.now);
            }
        }
        // SAFETY: the frame lives as long as the door, and these parts of it
        // are atomic, or only ever reached atomically (`ctx`).
        let (ctx, thread, late, strayed) = unsafe {
            (
                AtomicPtr::from_ptr(&raw mut (*frame).call.ctx),
                &(*frame).thread,
                &(*frame).late,
                &(*frame).strayed,
            )
        };
        ctx.store(
            (&raw const open).cast_mut().cast::<c_void>(),
            Ordering::Relaxed,
        );
        thread.store(this_thread(), Ordering::Release);
        // SAFETY: the frame holds; the claim and what it leads to are those of
        // `filled`, which borrows view and subject until after this function; and
        // `open` lives until the door is closed again below.
        let status = unsafe { mapped.judge(frame.cast::<abi::Call>()) };
        thread.store(0, Ordering::Release);
        ctx.store(std::ptr::null_mut(), Ordering::Relaxed);
        let took = open.started.elapsed();
        let mut said = open.said.into_inner();
        if strayed.swap(false, Ordering::Relaxed) {
            said.fault(Fault::Thread);
        }
        // Found now, and done after an earlier call of the same worker.
        if late.swap(false, Ordering::Relaxed) {
            said.fault(Fault::Late);
        }
        if took > instance.budget.call() {
            let limit_ms = instance.budget.call_ms.get();
            said.fault(Fault::Slow { limit_ms });
        }
        said.end(status);
        said
    }
}

/// A number for this thread that no other living thread has.
pub(crate) fn this_thread() -> usize {
    thread_local!(static MARK: u8 = const { 0 });
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

/// What an open call works with, or why there is none.
///
/// # Safety
/// `call` is null, or was handed to a plugin by a door that is still there.
unsafe fn open<'a>(call: *const abi::Call) -> Result<&'a Open<'a>, abi::Status> {
    if call.is_null() {
        return Err(abi::REFUSED);
    }
    let frame = call.cast::<Frame>().cast_mut();
    // SAFETY: a call is the first field of a frame, the frame is still there
    // (caller), and these parts of it are atomic.
    let (ctx, thread, late, strayed) = unsafe {
        (
            AtomicPtr::from_ptr(&raw mut (*frame).call.ctx),
            &(*frame).thread,
            &(*frame).late,
            &(*frame).strayed,
        )
    };
    match thread.load(Ordering::Acquire) {
        0 => {
            late.store(true, Ordering::Relaxed);
            Err(abi::ENDED)
        }
        thread if thread != this_thread() => {
            strayed.store(true, Ordering::Relaxed);
            Err(abi::REFUSED)
        }
        // SAFETY: the call runs, on this thread, so what `judge` stored is
        // still on the stack below us.
        _ => Ok(unsafe { &*ctx.load(Ordering::Relaxed).cast::<Open<'a>>().cast_const() }),
    }
}

unsafe extern "C" fn finding(call: *const abi::Call, finding: *const abi::Finding) -> abi::Status {
    // SAFETY: the plugin hands back the call that it was given (header).
    let open = match unsafe { open(call) } {
        Ok(open) => open,
        Err(status) => return status,
    };
    let mut said = open.said.borrow_mut();
    // SAFETY: the plugin's own finding, readable during this call (header).
    let taken = unsafe { said.finding(open.instance.info(), open.subject, finding) };
    said.answer(taken)
}

unsafe extern "C" fn effect(call: *const abi::Call, effect: *const abi::Effect) -> abi::Status {
    // SAFETY: as in `finding`.
    let open = match unsafe { open(call) } {
        Ok(open) => open,
        Err(status) => return status,
    };
    let mut said = open.said.borrow_mut();
    // SAFETY: the plugin's own effect, readable during this call (header).
    let taken = unsafe { said.effect(open.instance.info(), open.hook, effect) };
    said.answer(taken)
}

unsafe extern "C" fn cancelled(call: *const abi::Call) -> u32 {
    // SAFETY: as in `finding`.
    match unsafe { open(call) } {
        Ok(open) => u32::from(open.started.elapsed() >= open.instance.budget.call()),
        Err(_) => 1,
    }
}

unsafe extern "C" fn error(call: *const abi::Call, message: abi::Str) {
    // SAFETY: as in `finding`.
    let Ok(open) = (unsafe { open(call) }) else {
        return;
    };
    // SAFETY: the plugin's own text, readable during this call (header).
    let message = unsafe { text::lossy(message) };
    open.said.borrow_mut().reason(message);
}

unsafe extern "C" fn document(call: *const abi::Call, json: *mut abi::Str) -> abi::Status {
    // SAFETY: as in `finding`.
    let open = match unsafe { open(call) } {
        Ok(open) => open,
        Err(status) => return status,
    };
    if json.is_null() {
        let null = Fault::Text {
            what: "a call",
            field: "json",
            problem: TextError::Missing,
        };
        open.said.borrow_mut().fault(null);
        return abi::REFUSED;
    }
    let text = open
        .document
        .get_or_init(|| Document::of(open.hook, open.subject, &open.instance.info().needs).text());
    // SAFETY: not null, and the plugin's to write to (header). The text stays
    // where it is until the call ends.
    unsafe { json.write_unaligned(abi::Str::of(text)) };
    abi::OK
}

unsafe extern "C" fn earlier(
    call: *const abi::Call,
    at: u32,
    earlier: *mut *const abi::Earlier,
) -> abi::Status {
    // SAFETY: as in `finding`.
    let open = match unsafe { open(call) } {
        Ok(open) => open,
        Err(status) => return status,
    };
    if earlier.is_null() {
        open.said.borrow_mut().fault(Fault::Null {
            what: "place for an earlier claim",
        });
        return abi::REFUSED;
    }
    let history = open
        .history
        .get_or_init(|| History::of(open.subject.history));
    let Some(history) = history else {
        open.said.borrow_mut().fault(Fault::OutOfRange);
        return abi::REFUSED;
    };
    match history.get(at) {
        Some(found) => {
            // SAFETY: not null, and the plugin's to write to (header). What is
            // found stays where it is until the call ends.
            unsafe { earlier.write_unaligned(found) };
            abi::OK
        }
        None => abi::ABSENT,
    }
}

unsafe extern "C" fn lines(call: *const abi::Call, lines: *mut *const abi::Line) -> abi::Status {
    // SAFETY: as in `finding`.
    let open = match unsafe { open(call) } {
        Ok(open) => open,
        Err(status) => return status,
    };
    if lines.is_null() {
        open.said.borrow_mut().fault(Fault::Null {
            what: "place for lines",
        });
        return abi::REFUSED;
    }
    let first = open
        .first
        .get_or_init(|| open.lines.borrow_mut().fill(open.subject.claim).ok());
    let Some(first) = first else {
        open.said.borrow_mut().fault(Fault::OutOfRange);
        return abi::REFUSED;
    };
    // SAFETY: not null, and the plugin's to write to (header). The lines stay
    // as they are until the call ends: they are made once in it.
    unsafe { lines.write_unaligned(*first) };
    abi::OK
}
