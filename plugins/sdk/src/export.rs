//! The trait of a plugin, and what stands between it and the C interface.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Once, OnceLock};

use crate::abi;
use crate::about::About;
use crate::call::Call;
use crate::claim::Claim;
use crate::host::Host;

/// A plugin. Judging takes `&self`, and several threads may do it at once:
/// what must change stands in a lock of the plugin's own.
pub trait Plugin: Send + Sync + Sized + 'static {
    /// What it says of itself.
    const ABOUT: About;

    /// Makes it ready: reads settings and tables.
    ///
    /// # Errors
    /// Why it will not start, for the operator.
    fn open(host: &Host<'_>) -> Result<Self, Refusal>;

    /// Judges a claim. The same claim on the same day gives the same answer. A
    /// plugin without hooks is never asked and need not have it.
    ///
    /// # Errors
    /// Why it could not be judged; the claim is then held.
    fn judge_claim(&self, claim: &Claim<'_>, call: &Call<'_>) -> Result<(), Refusal> {
        let _ = (claim, call);
        Err(Refusal::new("it judges no claims, and has a hook"))
    }
}

/// Why a plugin will not start, or cannot judge. Every error turns into one
/// with `?`. No patient data: what it says is shown and stored.
#[derive(Debug)]
pub struct Refusal {
    why: String,
    status: abi::Status,
}

impl Refusal {
    /// A refusal with its reason.
    pub fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            status: abi::ERROR,
        }
    }

    pub(crate) fn why(&self) -> &str {
        &self.why
    }

    pub(crate) fn status(&self) -> abi::Status {
        self.status
    }

    /// The call's time was over.
    #[must_use]
    pub fn cancelled() -> Self {
        Self {
            why: "its time was over".to_owned(),
            status: abi::CANCELLED,
        }
    }
}

impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        let mut why = error.to_string();
        let mut source = error.source();
        while let Some(deeper) = source {
            why = format!("{why}: {deeper}");
            source = deeper.source();
        }
        Self::new(why)
    }
}

/// A constant with pointers to other constants in it.
#[derive(Debug)]
#[repr(transparent)]
pub struct Constant<T>(T);

// SAFETY: only made of `'static` constants (`of`), and never written to.
unsafe impl<T> Sync for Constant<T> {}

impl<const N: usize> Constant<[abi::Str; N]> {
    /// The texts.
    #[must_use]
    pub const fn as_slice(&'static self) -> &'static [abi::Str] {
        &self.0
    }
}

impl Constant<abi::Descriptor> {
    /// The descriptor of a plugin.
    #[must_use]
    pub const fn descriptor(about: &About, payers: &'static [abi::Str]) -> Self {
        Self(about.descriptor(payers))
    }

    /// The entry of a plugin that this describes.
    #[must_use]
    pub const fn entry<P: Plugin>(&'static self) -> abi::Entry {
        abi::Entry {
            size: abi::size_of::<abi::Entry>(),
            magic: abi::MAGIC,
            abi_major: abi::ABI_MAJOR,
            abi_minor: abi::ABI_MINOR,
            descriptor: &raw const self.0,
            create: Some(create::<P>),
            get_extension: None,
        }
    }
}

/// Names as the interface carries them.
#[must_use]
pub const fn names<const N: usize>(names: &'static [&'static str]) -> Constant<[abi::Str; N]> {
    let mut texts = [abi::Str::ABSENT; N];
    let mut at = 0;
    while at < N {
        texts[at] = abi::Str::of(names[at]);
        at += 1;
    }
    Constant(texts)
}

/// Exports a [`Plugin`] as the library's one symbol. Once in a crate, at its
/// root, with `crate-type = ["cdylib", "rlib"]` in the manifest.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ty) => {
        #[doc(hidden)]
        const _: () = {
            const ABOUT: $crate::About = <$plugin as $crate::Plugin>::ABOUT;
            static PAYERS: $crate::Constant<[$crate::abi::Str; ABOUT.listed_payers().len()]> =
                $crate::names(ABOUT.listed_payers());
            static DESCRIPTOR: $crate::Constant<$crate::abi::Descriptor> =
                $crate::Constant::descriptor(&ABOUT, PAYERS.as_slice());
            /// What the host looks for.
            #[allow(non_upper_case_globals)]
            #[unsafe(no_mangle)]
            pub static scrubjay_plugin_entry: $crate::abi::Entry = DESCRIPTOR.entry::<$plugin>();
        };
    };
}

/// A plugin made ready, behind the pointer that the host keeps.
#[repr(C)]
struct Instance<P> {
    // INVARIANT: first, so that a pointer to it is one to the whole.
    plugin: abi::Plugin,
    host: *const abi::Host,
    value: P,
}

/// The size of a host of version 1.0, which is as much as every host has.
#[allow(clippy::cast_possible_truncation)] // A hundred bytes.
const HOST_OF_1_0: u32 =
    (std::mem::offset_of!(abi::Host, get_extension) + size_of::<usize>()) as u32;

/// `scrubjay_entry_t.create`.
///
/// # Safety
/// As the header says: `host` holds until `destroy` returns, `plugin` can be
/// written to.
pub(crate) unsafe extern "C" fn create<P: Plugin>(
    host: *const abi::Host,
    plugin: *mut *const abi::Plugin,
) -> abi::Status {
    if host.is_null() || plugin.is_null() {
        return abi::REFUSED;
    }
    // SAFETY: not null, and every host of any major version begins like this.
    let (size, major) = unsafe { ((*host).size, (*host).abi_major) };
    if major != abi::ABI_MAJOR || size < HOST_OF_1_0 {
        return abi::REFUSED;
    }
    note_panics();
    // SAFETY: a host of our major version with the fields of 1.0, for as long
    // as this function and the plugin live.
    let view = unsafe { Host::new(host) };
    match caught(|| P::open(&view)) {
        Ok(Ok(value)) => {
            let instance = Box::new(Instance {
                plugin: abi::Plugin {
                    size: abi::size_of::<abi::Plugin>(),
                    reserved: 0,
                    state: std::ptr::null_mut(),
                    judge: Some(judge::<P>),
                    destroy: Some(destroy::<P>),
                },
                host,
                value,
            });
            // SAFETY: not null, and the host's to be written to.
            unsafe { plugin.write(Box::into_raw(instance).cast::<abi::Plugin>()) };
            abi::OK
        }
        Ok(Err(refusal)) => {
            view.error(&refusal.why);
            refusal.status
        }
        Err(place) => {
            view.error(&place);
            abi::PANIC
        }
    }
}

/// A plugin behind the host's pointer, and its host.
///
/// # Safety
/// `plugin` was made by [`create`] for `P`, and holds for the lifetime asked for.
pub(crate) unsafe fn parts<'a, P: Plugin>(plugin: *const abi::Plugin) -> (&'a P, Host<'a>) {
    // SAFETY: the pointer that `create` gave (caller); it is only ever shared,
    // and `P` is `Sync`.
    let instance = unsafe { &*plugin.cast::<Instance<P>>() };
    // SAFETY: the host holds until `destroy` returns (header).
    (&instance.value, unsafe { Host::new(instance.host) })
}

/// `scrubjay_plugin_t.judge`.
unsafe extern "C" fn judge<P: Plugin>(
    plugin: *const abi::Plugin,
    call: *const abi::Call,
) -> abi::Status {
    if plugin.is_null() || call.is_null() {
        return abi::REFUSED;
    }
    // SAFETY: the pointer that `create` gave, which holds until `destroy`.
    let (value, host) = unsafe { parts::<P>(plugin) };
    // SAFETY: the call and the claim hold until this returns, on this thread
    // (header).
    let (call, claim) = unsafe { (Call::new(call, host), Claim::of(call)) };
    let judged = caught(|| match &claim {
        Some(claim) => value.judge_claim(claim, &call),
        None => Ok(()),
    });
    match judged {
        Ok(Ok(())) => abi::OK,
        Ok(Err(refusal)) => {
            call.error(&refusal.why);
            refusal.status
        }
        Err(place) => {
            call.error(&place);
            abi::PANIC
        }
    }
}

/// `scrubjay_plugin_t.destroy`.
unsafe extern "C" fn destroy<P: Plugin>(plugin: *const abi::Plugin) {
    if plugin.is_null() {
        return;
    }
    // SAFETY: the pointer that `create` made of a box, given back once.
    let instance = unsafe { Box::from_raw(plugin.cast_mut().cast::<Instance<P>>()) };
    // A panic in a destructor ends here; there is nobody left to tell.
    let _ = caught(|| drop(instance));
}

/// Where a panic was: a file's name, cut to fit, and a line. Plain bytes, since
/// a library with thread-local destructors is never quite unmapped.
#[derive(Clone, Copy)]
struct Place {
    file: [u8; 60],
    length: usize,
    line: u32,
}

impl Place {
    fn of(location: &std::panic::Location<'_>) -> Self {
        // The folders are the vendor's own business.
        let file = location
            .file()
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default();
        let mut place = Self {
            file: [0; 60],
            length: file.floor_char_boundary(60),
            line: location.line(),
        };
        place.file[..place.length].copy_from_slice(&file.as_bytes()[..place.length]);
        place
    }

    fn told(&self) -> String {
        let file = String::from_utf8_lossy(&self.file[..self.length]);
        format!("at {file}:{}", self.line)
    }
}

thread_local! {
    /// Whether the plugin runs on this thread, and where it panicked.
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    static PANICKED: Cell<Option<Place>> = const { Cell::new(None) };
}

type PanicHook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Send + Sync>;

/// Sees to it that a panic in a plugin is noted and not printed: its message
/// may quote the claim.
fn note_panics() {
    static ONCE: Once = Once::new();
    // Kept here and not in the new hook, which then holds nothing: what it held
    // would be lost with each version of the library that is unmapped.
    static BEFORE: OnceLock<PanicHook> = OnceLock::new();
    ONCE.call_once(|| {
        let _ = BEFORE.set(std::panic::take_hook());
        std::panic::set_hook(Box::new(|panic| match BEFORE.get() {
            Some(before) if !RUNNING.get() => before(panic),
            _ => PANICKED.set(panic.location().map(Place::of)),
        }));
    });
}

/// Runs a plugin's code; where it panics, says where and not why.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let outer = RUNNING.replace(true);
    // What a panic leaves half done is the plugin's own, behind `&self`, and
    // the claim is held.
    let done = catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let place = PANICKED.take();
        // Dropping a payload may panic in its turn; better to lose the memory
        // of that one than to go on so.
        if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(another);
            PANICKED.set(None);
        }
        place.map_or_else(|| "at an unknown place".to_owned(), |place| place.told())
    });
    RUNNING.set(outer);
    done
}
