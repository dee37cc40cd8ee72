//! Reads what a plugin hands in: text and structs that carry their size.

use std::mem::MaybeUninit;

use scrubjay_plugin::abi;

/// What is wrong with a text that a plugin handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TextError {
    #[error("has a length and no bytes")]
    NoBytes,
    #[error("is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("is not UTF-8")]
    NotUtf8,
    #[error("has control characters")]
    Control,
    #[error("is missing")]
    Missing,
    #[error("has characters other than a-z, 0-9, `-`, `.` and `_`")]
    NotAName,
}

/// Borrows a text; `None` where it is absent.
///
/// # Safety
/// Where `ptr` is not null and `len` is within `limit`, `len` bytes must be
/// readable at `ptr` and stay as they are for `'a`.
pub(crate) unsafe fn text<'a>(text: abi::Str, limit: usize) -> Result<Option<&'a str>, TextError> {
    if text.ptr.is_null() {
        return match text.len {
            0 => Ok(None),
            _ => Err(TextError::NoBytes),
        };
    }
    // A lie about the length is bounded before it is believed.
    if text.len > limit {
        return Err(TextError::TooLong { limit });
    }
    // SAFETY: not null and within the limit, so the caller vouches for the bytes.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr, text.len) };
    let text = std::str::from_utf8(bytes).map_err(|_| TextError::NotUtf8)?;
    if text.chars().any(char::is_control) {
        return Err(TextError::Control);
    }
    Ok(Some(text))
}

/// Borrows a text that must be there and not blank.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn needed<'a>(given: abi::Str, limit: usize) -> Result<&'a str, TextError> {
    // SAFETY: the caller's.
    unsafe { text(given, limit) }?
        .filter(|text| !text.trim().is_empty())
        .ok_or(TextError::Missing)
}

/// Borrows a name: of a plugin or of an edit.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn name<'a>(given: abi::Str) -> Result<&'a str, TextError> {
    // SAFETY: the caller's.
    let name = unsafe { needed(given, abi::MAX_NAME) }?;
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_');
    if name.bytes().all(fits) {
        Ok(name)
    } else {
        Err(TextError::NotAName)
    }
}

/// Text for people out of text that may be anything: bounded, without control
/// characters, never refused.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn lossy(text: abi::Str) -> String {
    if text.ptr.is_null() {
        return String::new();
    }
    // SAFETY: not null, and shortened to the limit that the caller vouches for.
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr, text.len.min(abi::MAX_MESSAGE)) };
    plain(&String::from_utf8_lossy(bytes))
}

/// The same of text.
pub(crate) fn plain(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(abi::MAX_MESSAGE)];
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The size that a struct must say of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Its maker's minor version is ours or older: we know it to the byte.
    Exactly(u32),
    /// Its maker's minor version is newer: it may have grown.
    AtLeast(u32),
}

/// A struct of the interface that a plugin hands in.
///
/// # Safety
/// `repr(C)`, starts with its size as a `u32`, and all zeros are a value of it.
pub(crate) unsafe trait Sized32: Copy {
    /// Its name in the header.
    const NAME: &'static str;
    /// Its size at each minor version of the interface.
    const SIZES: &'static [u32];

    /// What one made at that minor version must say.
    fn expected(minor: u32) -> Expected {
        match usize::try_from(minor)
            .ok()
            .and_then(|at| Self::SIZES.get(at))
        {
            Some(size) => Expected::Exactly(*size),
            None => Expected::AtLeast(abi::size_of::<Self>()),
        }
    }
}

/// The longest that any struct may grow to; beyond it a size is no size.
const LARGEST: u32 = 1 << 16;

macro_rules! sized {
    ($($type:ident $name:literal: $sizes:expr;)+) => {$(
        // SAFETY: `repr(C)`, starts with `size: u32`, and consists of numbers,
        // raw pointers and `Option`s of functions, for which zeros are values.
        unsafe impl Sized32 for abi::$type {
            const NAME: &'static str = $name;
            const SIZES: &'static [u32] = &$sizes;
        }
        const _: () = {
            let sizes: &[u32] = &$sizes;
            assert!(sizes.len() == abi::ABI_MINOR as usize + 1);
            assert!(sizes[sizes.len() - 1] == abi::size_of::<abi::$type>());
        };
    )+};
}

// One column for each minor version. A struct that did not grow repeats its size.
#[cfg(target_pointer_width = "64")]
sized! {
    Transport "scrubjay_transport_t": [0, 0, 32];
    Entry "scrubjay_entry_t": [40, 40, 40];
    Descriptor "scrubjay_descriptor_t": [120, 136, 136];
    Plugin "scrubjay_plugin_t": [32, 32, 32];
    Finding "scrubjay_finding_t": [96, 96, 96];
    Effect "scrubjay_effect_t": [144, 144, 144];
}
#[cfg(target_pointer_width = "32")]
sized! {
    Transport "scrubjay_transport_t": [0, 0, 20];
    Entry "scrubjay_entry_t": [28, 28, 28];
    Descriptor "scrubjay_descriptor_t": [76, 84, 84];
    Plugin "scrubjay_plugin_t": [20, 20, 20];
    Finding "scrubjay_finding_t": [60, 60, 60];
    Effect "scrubjay_effect_t": [80, 80, 80];
}

/// A struct that says a size which it cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a `{name}` of {found} bytes where {needed} are needed")]
pub(crate) struct SizeError {
    pub(crate) name: &'static str,
    pub(crate) found: u32,
    pub(crate) needed: u32,
}

/// Copies a struct, as far as both its maker and we know it; what its maker
/// does not know is zero.
///
/// # Safety
/// `at` is not null, and the bytes that the struct says it has are readable,
/// at least four.
pub(crate) unsafe fn read<T: Sized32>(at: *const T, expected: Expected) -> Result<T, SizeError> {
    // SAFETY: every such struct starts with its size (`Sized32`), and four
    // bytes are readable (caller). Nothing is assumed of the alignment.
    let found = unsafe { at.cast::<u32>().read_unaligned() };
    let (fits, needed) = match expected {
        Expected::Exactly(size) => (found == size, size),
        Expected::AtLeast(size) => (found >= size && found <= LARGEST, size),
    };
    if !fits {
        let name = T::NAME;
        return Err(SizeError {
            name,
            found,
            needed,
        });
    }
    let known = (found as usize).min(size_of::<T>());
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: `known` bytes are readable at `at` (caller) and writable in
    // `copy`, which is a fresh value that cannot overlap.
    unsafe { std::ptr::copy_nonoverlapping(at.cast::<u8>(), copy.as_mut_ptr().cast(), known) };
    // SAFETY: zeros are a value (`Sized32`), and what was copied over them is
    // numbers, pointers and functions as the plugin's compiler laid them out.
    Ok(unsafe { copy.assume_init() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(bytes: &[u8], limit: usize) -> Result<Option<&str>, TextError> {
        let given = abi::Str {
            ptr: bytes.as_ptr(),
            len: bytes.len(),
        };
        // SAFETY: the bytes are those of a slice that outlives the result.
        unsafe { text(given, limit) }
    }

    #[test]
    fn text_that_is_no_text_is_refused_and_says_why() {
        assert_eq!(read_text(b"fee", 3), Ok(Some("fee")));
        assert_eq!(read_text(b"", 3), Ok(Some("")));
        assert_eq!(read_text(b"fees", 3), Err(TextError::TooLong { limit: 3 }));
        assert_eq!(read_text(b"\xff\xfe", 9), Err(TextError::NotUtf8));
        assert_eq!(read_text(b"a\x1b[2J", 9), Err(TextError::Control));
        // SAFETY: null is never followed.
        let (none, lie) = unsafe {
            let lie = abi::Str {
                len: 7,
                ..abi::Str::ABSENT
            };
            (text(abi::Str::ABSENT, 9), text(lie, 9))
        };
        assert_eq!((none, lie), (Ok(None), Err(TextError::NoBytes)));
    }

    #[test]
    fn a_struct_of_another_size_than_its_version_has_is_refused() {
        let plugin = abi::Plugin {
            size: abi::size_of::<abi::Plugin>(),
            reserved: 0,
            state: std::ptr::null_mut(),
            judge: None,
            destroy: None,
        };
        let expected = abi::Plugin::expected(abi::ABI_MINOR);
        for size in [0, 4, plugin.size - 1, plugin.size + 1, u32::MAX] {
            let lie = abi::Plugin { size, ..plugin };
            // SAFETY: a whole struct is there; `read` looks at no more of it
            // than its own type has.
            let read = unsafe { read(&raw const lie, expected) };
            assert_eq!(read.unwrap_err().found, size);
        }
        // SAFETY: as above.
        assert!(unsafe { read(&raw const plugin, expected) }.is_ok());
    }

    #[test]
    fn a_struct_from_a_newer_version_may_be_longer_but_not_shorter() {
        #[repr(C)]
        struct Grown {
            plugin: abi::Plugin,
            more: u64,
        }
        let expected = abi::Plugin::expected(abi::ABI_MINOR + 1);
        let grown = |size: usize| Grown {
            plugin: abi::Plugin {
                size: u32::try_from(size).unwrap(),
                reserved: 0,
                state: std::ptr::null_mut(),
                judge: None,
                destroy: None,
            },
            more: 7,
        };
        let ours = size_of::<abi::Plugin>();
        for (size, fits) in [
            (size_of::<Grown>(), true),
            (ours, true),
            (ours - 8, false),
            (1 << 20, false),
        ] {
            let grown = grown(size);
            // SAFETY: the struct is longer than what is read of it.
            let read = unsafe { read(&raw const grown.plugin, expected) };
            assert_eq!((read.is_ok(), grown.more), (fits, 7), "{size}");
        }
    }
}
