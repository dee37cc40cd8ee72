//! The host as a plugin sees it while it starts.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use crate::abi;
use crate::claim::text;
use crate::export::Refusal;

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever writes the plugin.
    Debug = 1,
    /// For the record.
    Info = 2,
    /// Something to look at.
    Warn = 3,
    /// Something went wrong.
    Error = 4,
}

/// The host while a plugin starts: its settings, and a log.
#[derive(Debug, Clone, Copy)]
pub struct Host<'a> {
    at: *const abi::Host,
    borrowed: PhantomData<&'a ()>,
}

impl<'a> Host<'a> {
    /// # Safety
    /// `at` is a host with every field of version 1.0 that holds for `'a`.
    pub(crate) unsafe fn new(at: *const abi::Host) -> Self {
        Self {
            at,
            borrowed: PhantomData,
        }
    }

    /// A setting, as text.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&'a str> {
        let mut value = abi::Str::ABSENT;
        // SAFETY: the host holds (`new`) and has the function; key and value
        // hold during the call.
        let status = unsafe { ((*self.at).setting)(self.at, abi::Str::of(key), &raw mut value) };
        // SAFETY: what the host gives holds as long as the host.
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

    /// A file that a setting names, relative to the folder of the configuration.
    ///
    /// # Errors
    /// A refusal that names the setting.
    pub fn needed_path(&self, key: &str) -> Result<PathBuf, Refusal> {
        Ok(self.folder().join(self.needed(key)?))
    }

    /// Every setting, in the order of their keys.
    pub fn settings(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let at = self.at;
        (0..).map_while(move |place| {
            let (mut key, mut value) = (abi::Str::ABSENT, abi::Str::ABSENT);
            // SAFETY: as in `setting`.
            let status = unsafe { ((*at).setting_at)(at, place, &raw mut key, &raw mut value) };
            // SAFETY: as in `setting`.
            (status == abi::OK)
                .then(|| unsafe { text(key).zip(text(value)) })
                .flatten()
        })
    }

    /// What relative paths are relative to.
    #[must_use]
    pub fn folder(&self) -> &'a Path {
        // SAFETY: the host holds (`new`), and so does its folder.
        Path::new(unsafe { text((*self.at).folder) }.unwrap_or_default())
    }

    /// A line for the operator; never patient data.
    pub fn log(&self, level: Level, line: &str) {
        // SAFETY: the host holds (`new`) and has the function; the line holds
        // during the call.
        unsafe { ((*self.at).log)(self.at, level as u32, abi::Str::of(line)) };
    }

    /// Says why the plugin will not start.
    pub(crate) fn error(&self, why: &str) {
        // SAFETY: as in `log`.
        unsafe { ((*self.at).error)(self.at, abi::Str::of(why)) };
    }
}
