//! A plugin's library: a private copy under a new name, mapped, and its entry.

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use scrubjay_plugin::abi;
use tempfile::TempDir;

use crate::PluginError;
use crate::host::Trust;
use crate::info::PluginInfo;
use crate::signature::{self, PluginKey};
use crate::spec::{PluginSpec, Sha256};
use crate::text::{self, Sized32};

/// The most bytes of a library that are read.
const LARGEST: u64 = 1 << 30;

/// The folder that a host keeps its private copies in.
#[derive(Debug)]
pub(crate) struct Copies {
    folder: Arc<TempDir>,
    made: AtomicU64,
}

impl Copies {
    pub(crate) fn new() -> Result<Self, PluginError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("scrubjay-plugins-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Nobody else may swap what has been checked.
            builder.permissions(std::fs::Permissions::from_mode(0o700));
        }
        let folder = builder.tempdir().map_err(|source| PluginError::Copy {
            path: PathBuf::new(),
            folder: std::env::temp_dir(),
            source,
        })?;
        Ok(Self {
            folder: Arc::new(folder),
            made: AtomicU64::new(0),
        })
    }

    /// Writes a copy under a name that was never used before: the loader takes
    /// a name that it knows for the library that it has.
    fn keep(&self, path: &Path, bytes: &[u8]) -> Result<Copy, PluginError> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{number:06}-{stem}{}", std::env::consts::DLL_SUFFIX);
        let copy = self.folder.path().join(name);
        match std::fs::write(&copy, bytes) {
            Ok(()) => Ok(Copy {
                path: copy,
                _folder: Arc::clone(&self.folder),
            }),
            Err(source) => Err(PluginError::Copy {
                path: path.to_owned(),
                folder: self.folder.path().to_owned(),
                source,
            }),
        }
    }
}

/// A private copy, removed with whatever maps it.
#[derive(Debug)]
struct Copy {
    path: PathBuf,
    /// There as long as a copy is: a plugin's worker may outlive the host.
    _folder: Arc<TempDir>,
}

impl Drop for Copy {
    fn drop(&mut self) {
        // The folder goes as a whole with its last copy and the host; what
        // cannot be removed now goes then.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A mapped library whose entry has been read and checked. None of its code
/// has run, but for what the C runtime runs when a library is mapped.
#[derive(Debug)]
pub(crate) struct PluginLibrary {
    pub(crate) info: PluginInfo,
    pub(crate) create: abi::Create,
    get_extension: Option<abi::GetExtension>,
    // INVARIANT: unmapped before its file is removed (fields drop in order).
    _mapped: libloading::Library,
    /// None where another process keeps it.
    _copy: Option<Copy>,
}

/// A private copy of a file that has been read and checked, whichever process
/// maps it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) sha256: Sha256,
    copy: Copy,
}

impl Kept {
    /// Reads, checks and copies a file.
    pub(crate) fn of(
        spec: &PluginSpec,
        trust: Trust,
        keys: &[PluginKey],
        copies: &Copies,
    ) -> Result<Self, PluginError> {
        let path = &spec.path;
        let bytes = read(path)?;
        let sha256 = Sha256::of(&bytes);
        match spec.sha256 {
            Some(pinned) if pinned != sha256 => {
                return Err(PluginError::Hash {
                    path: path.clone(),
                    pinned,
                    found: sha256,
                });
            }
            None if trust == Trust::PinnedOnly => signature::vouch(path, sha256, keys)?,
            _ => {}
        }
        crate::image::check(&bytes).map_err(|misfit| PluginError::Image {
            path: path.clone(),
            found: misfit.found,
            needed: misfit.needed,
        })?;
        // What was hashed is what is mapped: nobody else writes to the copy.
        let copy = copies.keep(path, &bytes)?;
        Ok(Self { sha256, copy })
    }

    /// Where the copy is.
    pub(crate) fn path(&self) -> &Path {
        &self.copy.path
    }
}

impl PluginLibrary {
    /// Maps a private copy in this process.
    pub(crate) fn open(path: &Path, kept: Kept) -> Result<Self, PluginError> {
        let mut library = Self::map(path, kept.path(), kept.sha256)?;
        library._copy = Some(kept.copy);
        Ok(library)
    }

    /// Maps the private copy of the file `path`, which whoever made the copy
    /// keeps until the library is gone.
    pub(crate) fn map(path: &Path, copy: &Path, sha256: Sha256) -> Result<Self, PluginError> {
        // SAFETY: mapping runs the library's constructors, so it is as safe as
        // the operator's choice to name this file in the configuration; that it
        // is those bytes and a library of this machine has been checked (`Kept`).
        let mapped = unsafe { libloading::Library::new(copy) }.map_err(|error| {
            let told = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            // The loader names the copy, which nobody knows.
            let reason = told.replace(&*copy.to_string_lossy(), "it");
            PluginError::Map {
                path: path.to_owned(),
                reason,
            }
        })?;
        // SAFETY: the symbol is only taken as an address here; `entry` checks
        // what stands there.
        let symbol = unsafe { mapped.get::<*const abi::Entry>(abi::ENTRY_SYMBOL) };
        let entry = match symbol {
            Ok(symbol) if !symbol.is_null() => *symbol,
            _ => {
                return Err(PluginError::NoEntry {
                    path: path.to_owned(),
                    symbol: abi::ENTRY_SYMBOL,
                });
            }
        };
        // SAFETY: `entry` is an exported symbol of a library that stays mapped
        // until after this value is gone.
        let entry = unsafe { read_entry(path, entry) }?;
        // SAFETY: as above; `read_entry` has seen that there is a descriptor.
        let info = unsafe { read_descriptor(path, &entry, sha256) }?;
        let create = entry.create.ok_or(PluginError::NoFunction {
            path: path.to_owned(),
            function: "create",
        })?;
        Ok(Self {
            info,
            create,
            get_extension: entry.get_extension,
            _mapped: mapped,
            _copy: None,
        })
    }

    /// An extension of the plugin, or null.
    pub(crate) fn extension(&self, id: &str) -> *const c_void {
        match self.get_extension {
            // SAFETY: [any-thread]; the library is mapped as long as `self` is,
            // and the text holds during the call.
            Some(get) => unsafe { get(abi::Str::of(id)) },
            None => std::ptr::null(),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, PluginError> {
    use std::io::Read;
    let failed = |source| PluginError::Read {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// # Safety
/// `entry` is the address of an exported symbol of a mapped library.
unsafe fn read_entry(path: &Path, entry: *const abi::Entry) -> Result<abi::Entry, PluginError> {
    // The four words that every version of an entry starts with.
    // SAFETY: a symbol stands in a mapped, readable page; a page is longer than
    // these words, and a constant or function is never so near to its end that
    // the loader's own tables would not follow.
    let [_, magic, major, minor] = unsafe { entry.cast::<[u32; 4]>().read_unaligned() };
    if magic != abi::MAGIC {
        return Err(PluginError::NotAnEntry {
            path: path.to_owned(),
            symbol: abi::ENTRY_SYMBOL,
        });
    }
    if major != abi::ABI_MAJOR {
        return Err(PluginError::Abi {
            path: path.to_owned(),
            major,
            minor,
            host_major: abi::ABI_MAJOR,
            host_minor: abi::ABI_MINOR,
        });
    }
    // SAFETY: an entry by its magic, so it is as long as its version says.
    unsafe { sized(path, entry, minor) }
}

/// # Safety
/// The entry was read from a mapped library and passed [`read_entry`].
unsafe fn read_descriptor(
    path: &Path,
    entry: &abi::Entry,
    sha256: Sha256,
) -> Result<PluginInfo, PluginError> {
    if entry.descriptor.is_null() {
        return Err(PluginError::Descriptor {
            path: path.to_owned(),
            field: "descriptor",
            problem: "is missing".to_owned(),
        });
    }
    let minor = entry.abi_minor;
    // SAFETY: not null, and a constant of the library (header).
    let descriptor = unsafe { sized(path, entry.descriptor, minor) }?;
    // SAFETY: its texts are constants of the library (header).
    unsafe { PluginInfo::read(path, &descriptor, minor, sha256) }
}

/// # Safety
/// As for [`text::read`].
pub(crate) unsafe fn sized<T: Sized32>(
    path: &Path,
    at: *const T,
    minor: u32,
) -> Result<T, PluginError> {
    // SAFETY: the caller's.
    unsafe { text::read(at, T::expected(minor)) }.map_err(|error| PluginError::Size {
        path: path.to_owned(),
        name: error.name,
        found: error.found,
        needed: error.needed,
        major: abi::ABI_MAJOR,
        minor,
    })
}
