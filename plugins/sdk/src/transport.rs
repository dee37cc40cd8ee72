//! Plugins that carry files: the trait, and what stands between it and the C
//! interface.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use crate::abi::{self, Bytes, Str};
use crate::claim::text;
use crate::export::{self, Constant, Plugin, Refusal};
use crate::host::{Host, Level};

/// A plugin that carries files between a practice and whoever it exchanges them
/// with: claims out, acknowledgments and remittances in. Exported with
/// [`export_transport`](crate::export_transport).
///
/// An error here is no fault: the file stays due, and the operator reads why. Say
/// which server and what to do; never a password or a key.
pub trait Transport: Plugin {
    /// Looks at a channel's settings, without going anywhere. Called once for
    /// each channel before anything else is asked for it.
    ///
    /// # Errors
    /// What is wrong with them, for the operator.
    fn check(&self, exchange: &Exchange<'_>) -> Result<(), Refusal>;

    /// Carries a file out. It is delivered once the other side has the whole of
    /// it under its name: write it there under another name and rename it. The
    /// same name with the same bytes may come again, which is well; where other
    /// bytes are there under that name, it is an error.
    ///
    /// # Errors
    /// Why not; the file stays due.
    fn deliver(&self, exchange: &Exchange<'_>, name: &str, bytes: &[u8]) -> Result<(), Refusal>;

    /// Hands in every file that waits, with [`Exchange::keep`]. One that was kept
    /// may be taken away at the other side, or stay there.
    ///
    /// # Errors
    /// What kept it from handing in all of them.
    fn fetch(&self, exchange: &Exchange<'_>) -> Result<(), Refusal>;
}

/// The host could not keep a file: hand in no more, and leave it where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotKept;

impl std::fmt::Display for NotKept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the host could not keep a file")
    }
}

impl std::error::Error for NotKept {}

/// One errand for one channel.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    at: *const abi::Exchange,
    host: Host<'a>,
}

impl<'a> Exchange<'a> {
    /// # Safety
    /// `at` is an exchange with every field of version 1.2 that holds for `'a`,
    /// on this thread.
    unsafe fn new(at: *const abi::Exchange, host: Host<'a>) -> Self {
        Self { at, host }
    }

    /// The channel, as the practice names it.
    #[must_use]
    pub fn channel(&self) -> &'a str {
        // SAFETY: the exchange holds (`new`), and so does its text.
        unsafe { text((*self.at).channel) }.unwrap_or_default()
    }

    /// A setting of the channel, as text.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&'a str> {
        let mut value = Str::ABSENT;
        // SAFETY: the exchange holds, on this thread (`new`); key and value hold
        // during the call.
        let status = unsafe { ((*self.at).setting)(self.at, Str::of(key), &raw mut value) };
        // SAFETY: what the host gives holds as long as the exchange.
        (status == abi::OK)
            .then(|| unsafe { text(value) })
            .flatten()
    }

    /// A setting that must be there.
    ///
    /// # Errors
    /// A refusal that names the setting.
    pub fn needed(&self, key: &str) -> Result<&'a str, Refusal> {
        self.setting(key)
            .ok_or_else(|| Refusal::new(format!("the setting `{key}` is missing")))
    }

    /// Every setting of the channel, in the order of their keys.
    pub fn settings(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let at = self.at;
        (0..).map_while(move |place| {
            let (mut key, mut value) = (Str::ABSENT, Str::ABSENT);
            // SAFETY: as in `setting`.
            let status = unsafe { ((*at).setting_at)(at, place, &raw mut key, &raw mut value) };
            // SAFETY: as in `setting`.
            (status == abi::OK)
                .then(|| unsafe { text(key).zip(text(value)) })
                .flatten()
        })
    }

    /// What relative paths in settings are relative to.
    #[must_use]
    pub fn folder(&self) -> &'a Path {
        self.host.folder()
    }

    /// A file that a setting of the channel names, where it names one.
    #[must_use]
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        self.setting(key).map(|path| self.folder().join(path))
    }

    /// Hands in a file that was fetched: its name without folders, and its bytes.
    /// Once this returns well the host has it on disk.
    ///
    /// # Errors
    /// [`NotKept`]: end the errand with it.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), NotKept> {
        // SAFETY: the exchange holds, on this thread (`new`); name and bytes hold
        // during the call.
        let status = unsafe { ((*self.at).keep)(self.at, Str::of(name), Bytes::of(bytes)) };
        if status == abi::OK {
            Ok(())
        } else {
            Err(NotKept)
        }
    }

    /// Whether the errand's time is over. Ask while you wait, and give back
    /// [`Refusal::cancelled`].
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        // SAFETY: the exchange holds, on this thread (`new`).
        unsafe { ((*self.at).cancelled)(self.at) != 0 }
    }

    /// A line for the operator; never patient data, a password or a key.
    pub fn log(&self, level: Level, line: &str) {
        self.host.log(level, line);
    }

    fn error(&self, why: &str) {
        // SAFETY: the exchange holds, on this thread (`new`).
        unsafe { ((*self.at).error)(self.at, Str::of(why)) };
    }
}

/// Exports a [`Transport`] as the library's one symbol, in place of
/// [`export_plugin`](crate::export_plugin).
#[macro_export]
macro_rules! export_transport {
    ($plugin:ty) => {
        #[doc(hidden)]
        const _: () = {
            const ABOUT: $crate::About = <$plugin as $crate::Plugin>::ABOUT.carries_files();
            static PAYERS: $crate::Constant<[$crate::abi::Str; ABOUT.listed_payers().len()]> =
                $crate::names(ABOUT.listed_payers());
            static DESCRIPTOR: $crate::Constant<$crate::abi::Descriptor> =
                $crate::Constant::descriptor(&ABOUT, PAYERS.as_slice());
            /// What the host looks for.
            #[allow(non_upper_case_globals)]
            #[unsafe(no_mangle)]
            pub static scrubjay_plugin_entry: $crate::abi::Entry =
                DESCRIPTOR.transport_entry::<$plugin>();
        };
    };
}

impl Constant<abi::Descriptor> {
    /// The entry of a plugin that carries files.
    #[must_use]
    pub const fn transport_entry<T: Transport>(&'static self) -> abi::Entry {
        abi::Entry {
            get_extension: Some(get_extension::<T>),
            ..self.entry::<T>()
        }
    }
}

/// The functions of a transport.
struct Table<T>(PhantomData<T>);

impl<T: Transport> Table<T> {
    const TRANSPORT: &'static abi::Transport = &abi::Transport {
        size: abi::size_of::<abi::Transport>(),
        reserved: 0,
        check: Some(check::<T>),
        deliver: Some(deliver::<T>),
        fetch: Some(fetch::<T>),
    };
}

/// `scrubjay_entry_t.get_extension`.
unsafe extern "C" fn get_extension<T: Transport>(id: Str) -> *const std::ffi::c_void {
    // SAFETY: the host's text holds during the call (header).
    match unsafe { text(id) } {
        Some(abi::TRANSPORT) => std::ptr::from_ref(Table::<T>::TRANSPORT).cast(),
        _ => std::ptr::null(),
    }
}

/// `scrubjay_transport_t.check`.
unsafe extern "C" fn check<T: Transport>(
    plugin: *const abi::Plugin,
    exchange: *const abi::Exchange,
) -> abi::Status {
    // SAFETY: the host's plugin and exchange, as the header says.
    unsafe { errand::<T>(plugin, exchange, |plugin, exchange| plugin.check(exchange)) }
}

/// `scrubjay_transport_t.deliver`.
unsafe extern "C" fn deliver<T: Transport>(
    plugin: *const abi::Plugin,
    exchange: *const abi::Exchange,
    name: Str,
    bytes: Bytes,
) -> abi::Status {
    // SAFETY: name and bytes hold until this returns (header).
    let (name, bytes) = unsafe {
        let bytes = match bytes.ptr.is_null() {
            true => &[],
            false => std::slice::from_raw_parts(bytes.ptr, bytes.len),
        };
        (text(name), bytes)
    };
    let Some(name) = name else {
        return abi::REFUSED;
    };
    // SAFETY: as in `check`.
    unsafe {
        errand::<T>(plugin, exchange, |plugin, exchange| {
            plugin.deliver(exchange, name, bytes)
        })
    }
}

/// `scrubjay_transport_t.fetch`.
unsafe extern "C" fn fetch<T: Transport>(
    plugin: *const abi::Plugin,
    exchange: *const abi::Exchange,
) -> abi::Status {
    // SAFETY: as in `check`.
    unsafe { errand::<T>(plugin, exchange, |plugin, exchange| plugin.fetch(exchange)) }
}

/// Runs an errand; what goes wrong is told to the host.
///
/// # Safety
/// `plugin` is null or was made by [`export::create`] for `T` and not ended yet;
/// `exchange` is null, or one of the host's that holds until this returns, on
/// this thread.
unsafe fn errand<T: Transport>(
    plugin: *const abi::Plugin,
    exchange: *const abi::Exchange,
    run: impl FnOnce(&T, &Exchange<'_>) -> Result<(), Refusal>,
) -> abi::Status {
    if plugin.is_null() || exchange.is_null() {
        return abi::REFUSED;
    }
    // SAFETY: not null (caller), and every version begins with its size.
    if unsafe { (*exchange).size } < abi::size_of::<abi::Exchange>() {
        return abi::REFUSED;
    }
    // SAFETY: the caller's.
    let (value, host) = unsafe { export::parts::<T>(plugin) };
    // SAFETY: long enough by its size, and the caller's for the rest.
    let exchange = unsafe { Exchange::new(exchange, host) };
    match export::caught(|| run(value, &exchange)) {
        Ok(Ok(())) => abi::OK,
        Ok(Err(refusal)) => {
            exchange.error(refusal.why());
            refusal.status()
        }
        Err(place) => {
            exchange.error(&place);
            abi::PANIC
        }
    }
}
