//! The host's side of the interface, for tests of plugins.

use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use super::{Ended, Said, SaidAsk, SaidFinding};
use crate::abi::{self, Str};
use crate::about::EffectKind;
use crate::call::Severity;
use crate::claim::text;
use crate::host::Level;
use crate::value::Date;

/// A plugin's settings, and what it said while it started.
pub(super) struct HostCtx {
    settings: Vec<(String, String)>,
    folder: String,
    error: RefCell<String>,
    // Any thread may log.
    log: Mutex<Vec<(Level, String)>>,
}

impl HostCtx {
    pub(super) fn new(settings: &[(&str, &str)]) -> Self {
        let mut settings: Vec<(String, String)> = settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        settings.sort();
        let folder = std::env::current_dir().unwrap_or_default();
        Self {
            settings,
            folder: folder.to_string_lossy().into_owned(),
            error: RefCell::default(),
            log: Mutex::default(),
        }
    }

    pub(super) fn logged(&self) -> Vec<(Level, String)> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn take_error(&self) -> String {
        self.error.take()
    }
}

pub(super) fn host(ctx: &HostCtx) -> abi::Host {
    abi::Host {
        size: abi::size_of::<abi::Host>(),
        abi_major: abi::ABI_MAJOR,
        abi_minor: abi::ABI_MINOR,
        reserved: 0,
        ctx: std::ptr::from_ref(ctx).cast_mut().cast::<c_void>(),
        name: Str::of("harness"),
        version: Str::of(env!("CARGO_PKG_VERSION")),
        folder: Str::of(&ctx.folder),
        setting,
        setting_at,
        log,
        error,
        get_extension,
    }
}

/// # Safety
/// `host` was made by [`host`], and its context is still there.
unsafe fn host_ctx<'a>(host: *const abi::Host) -> &'a HostCtx {
    // SAFETY: the caller's; the context is only ever shared.
    unsafe { &*(*host).ctx.cast::<HostCtx>() }
}

/// # Safety
/// `call` is the harness's own, and its context is still there.
unsafe fn call_ctx<'a>(call: *const abi::Call) -> &'a CallCtx<'a> {
    // SAFETY: the caller's; the context is only ever shared.
    unsafe { &*(*call).ctx.cast::<CallCtx<'a>>() }
}

/// # Safety
/// The text is null or readable.
unsafe fn owned(given: Str) -> String {
    // SAFETY: the caller's.
    unsafe { text(given) }.unwrap_or_default().to_owned()
}

unsafe extern "C" fn setting(host: *const abi::Host, key: Str, value: *mut Str) -> abi::Status {
    // SAFETY: the SDK, the only caller, hands in the harness's host and its
    // own text.
    let (ctx, key) = unsafe { (host_ctx(host), text(key).unwrap_or_default()) };
    let found = ctx.settings.iter().find(|(known, _)| known == key);
    let Some((_, found)) = found else {
        return abi::ABSENT;
    };
    // SAFETY: the SDK hands in a place to write to.
    unsafe { value.write(Str::of(found)) };
    abi::OK
}

unsafe extern "C" fn setting_at(
    host: *const abi::Host,
    at: u32,
    key: *mut Str,
    value: *mut Str,
) -> abi::Status {
    // SAFETY: as in `setting`.
    let ctx = unsafe { host_ctx(host) };
    let Some((name, found)) = ctx.settings.get(at as usize) else {
        return abi::ABSENT;
    };
    // SAFETY: as in `setting`.
    unsafe {
        key.write(Str::of(name));
        value.write(Str::of(found));
    }
    abi::OK
}

unsafe extern "C" fn log(host: *const abi::Host, level: u32, line: Str) {
    // SAFETY: as in `setting`.
    let (ctx, line) = unsafe { (host_ctx(host), owned(line)) };
    // Shown by `cargo test` where a test fails.
    println!("log {level}: {line}");
    let level = match level {
        0 | 1 => Level::Debug,
        2 => Level::Info,
        3 => Level::Warn,
        _ => Level::Error,
    };
    ctx.log
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push((level, line));
}

unsafe extern "C" fn error(host: *const abi::Host, why: Str) {
    // SAFETY: as in `setting`.
    unsafe { *host_ctx(host).error.borrow_mut() = owned(why) };
}

unsafe extern "C" fn get_extension(_host: *const abi::Host, _id: Str) -> *const c_void {
    std::ptr::null()
}

/// What a plugin says during one call.
pub(super) struct CallCtx<'a> {
    earlier: &'a [abi::Earlier],
    findings: RefCell<Vec<SaidFinding>>,
    asked: RefCell<Vec<(String, SaidAsk)>>,
    error: RefCell<String>,
}

impl<'a> CallCtx<'a> {
    pub(super) fn new(earlier: &'a [abi::Earlier]) -> Self {
        Self {
            earlier,
            findings: RefCell::default(),
            asked: RefCell::default(),
            error: RefCell::default(),
        }
    }

    pub(super) fn ended(self, status: abi::Status) -> Said {
        let error = self.error.into_inner();
        Said {
            findings: self.findings.into_inner(),
            asked: self.asked.into_inner(),
            ended: match status {
                abi::OK => Ended::Well,
                abi::ERROR | abi::CANCELLED => Ended::Refused(error),
                abi::PANIC => Ended::Panicked(error),
                status => Ended::Other(status),
            },
        }
    }
}

pub(super) unsafe extern "C" fn finding(
    call: *const abi::Call,
    finding: *const abi::Finding,
) -> abi::Status {
    // SAFETY: the SDK, the only caller, hands in the harness's call and a
    // whole finding with its own texts.
    let (ctx, given) = unsafe { (call_ctx(call), finding.read()) };
    let prevents = (0..given.prevents_count as usize)
        // SAFETY: the SDK's list has as many members as it says.
        .map(|at| unsafe { owned(given.prevents.add(at).read()) })
        .collect();
    // SAFETY: as above.
    let (edit, message, field, cite) = unsafe {
        (
            owned(given.edit),
            owned(given.message),
            text(given.field).map(str::to_owned),
            text(given.cite).map(str::to_owned),
        )
    };
    ctx.findings.borrow_mut().push(SaidFinding {
        severity: match given.severity {
            1 => Severity::Info,
            2 => Severity::Warn,
            _ => Severity::Block,
        },
        edit,
        message,
        line: (given.about == abi::ABOUT_LINE).then_some(given.line),
        field,
        prevents,
        cite,
        overridable: given.flags & abi::FINDING_OVERRIDABLE != 0,
    });
    abi::OK
}

pub(super) unsafe extern "C" fn effect(
    call: *const abi::Call,
    effect: *const abi::Effect,
) -> abi::Status {
    // SAFETY: as in `finding`.
    let (ctx, given) = unsafe { (call_ctx(call), effect.read()) };
    // SAFETY: the SDK's own texts, here and below.
    let (edit, reason) = unsafe { (owned(given.edit), owned(given.reason)) };
    let ask = match EffectKind::of_bit(given.kind) {
        // SAFETY: as above.
        Some(EffectKind::Repair) => unsafe {
            SaidAsk::Repair {
                field: owned(given.field),
                value: owned(given.value),
                reason,
            }
        },
        Some(EffectKind::HoldUntil) => SaidAsk::HoldUntil {
            until: Date::of_number(given.until),
            reason,
        },
        Some(EffectKind::OpenTask) => SaidAsk::OpenTask {
            reason,
            // SAFETY: as above.
            owner: unsafe { owned(given.owner) },
            days: given.days,
        },
        Some(EffectKind::Tag) => SaidAsk::Tag {
            // SAFETY: as above.
            tag: unsafe { owned(given.tag) },
        },
        None => SaidAsk::Unknown { kind: given.kind },
    };
    ctx.asked.borrow_mut().push((edit, ask));
    abi::OK
}

pub(super) unsafe extern "C" fn cancelled(_call: *const abi::Call) -> u32 {
    0
}

pub(super) unsafe extern "C" fn call_error(call: *const abi::Call, why: Str) {
    // SAFETY: as in `finding`.
    unsafe { *call_ctx(call).error.borrow_mut() = owned(why) };
}

pub(super) unsafe extern "C" fn document(_call: *const abi::Call, _json: *mut Str) -> abi::Status {
    // The document is the engine's model; the harness has no model.
    abi::ABSENT
}

pub(super) unsafe extern "C" fn earlier(
    call: *const abi::Call,
    at: u32,
    earlier: *mut *const abi::Earlier,
) -> abi::Status {
    // SAFETY: as in `finding`.
    match unsafe { call_ctx(call) }.earlier.get(at as usize) {
        Some(found) => {
            // SAFETY: the SDK hands in a place to write to.
            unsafe { earlier.write(found) };
            abi::OK
        }
        None => abi::ABSENT,
    }
}

pub(super) unsafe extern "C" fn lines(
    call: *const abi::Call,
    lines: *mut *const abi::Line,
) -> abi::Status {
    // SAFETY: the SDK, the only caller, hands in the harness's call, whose claim
    // has its lines, and a place to write to.
    unsafe { lines.write((*(*call).claim).lines) };
    abi::OK
}
