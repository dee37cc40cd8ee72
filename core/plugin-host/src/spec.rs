//! What an operator says of a plugin.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The SHA-256 of a file, written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256(pub [u8; 32]);

/// Text that is no SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 is 64 hexadecimal digits")]
pub struct NotASha256;

impl Sha256 {
    /// Of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl FromStr for Sha256 {
    type Err = NotASha256;

    fn from_str(text: &str) -> Result<Self, NotASha256> {
        let digits = text.as_bytes();
        let mut hash = [0; 32];
        if digits.len() != 64 {
            return Err(NotASha256);
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).ok_or(NotASha256);
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).map_err(|_| NotASha256)?;
        }
        Ok(Self(hash))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = NotASha256;
    fn try_from(text: String) -> Result<Self, NotASha256> {
        text.parse()
    }
}

impl From<Sha256> for String {
    fn from(hash: Sha256) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Where a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// In the host's process: a call costs some hundred nanoseconds, and a
    /// plugin that crashes takes the host with it.
    #[default]
    None,
    /// In a process of its own: a call costs some tens of microseconds, and a
    /// crash, a hang or a want of memory costs that call. Calls come one at a
    /// time. On Unix only.
    Process,
}

impl Isolation {
    /// The name in configurations.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Process => "process",
        }
    }
}

/// What a plugin may take before it counts as faulty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Milliseconds of one call. A call that takes longer is a fault: in the
    /// host's process once it comes back, since nothing there can make it come
    /// back; in one of its own, it is ended.
    pub call_ms: NonZeroU32,
    /// Milliseconds of one errand of a plugin that carries files: a file out, or
    /// all that wait in.
    pub transfer_ms: NonZeroU32,
    /// Calls in a row that may fault before the plugin is set aside.
    pub faults: NonZeroU32,
    /// Milliseconds until it is ready, with [`Isolation::Process`] only; 10,000
    /// where nothing is said.
    pub start_ms: Option<NonZeroU32>,
    /// Megabytes of address space, the program's own included, with
    /// [`Isolation::Process`] only; 1,024 where nothing is said. What the system
    /// counts, so more than the plugin fills.
    pub memory_mb: Option<NonZeroU32>,
}

impl Default for Budget {
    fn default() -> Self {
        const SECOND: NonZeroU32 = NonZeroU32::new(1_000).expect("1,000 is not 0");
        const TRANSFER: NonZeroU32 = NonZeroU32::new(120_000).expect("120,000 is not 0");
        const FAULTS: NonZeroU32 = NonZeroU32::new(5).expect("5 is not 0");
        Self {
            call_ms: SECOND,
            transfer_ms: TRANSFER,
            faults: FAULTS,
            start_ms: None,
            memory_mb: None,
        }
    }
}

impl Budget {
    /// The time of one call.
    #[must_use]
    pub fn call(&self) -> Duration {
        Duration::from_millis(u64::from(self.call_ms.get()))
    }

    /// The milliseconds until it is ready, in a process of its own.
    pub(crate) fn start_ms(&self) -> u32 {
        self.start_ms.map_or(10_000, NonZeroU32::get)
    }

    /// The bytes of address space of its own process.
    pub(crate) fn memory(&self) -> u64 {
        u64::from(self.memory_mb.map_or(1_024, NonZeroU32::get)) << 20
    }

    /// The name of a limit that is set and that only a process of its own can keep.
    pub(crate) fn needs_process(&self) -> Option<&'static str> {
        match (self.start_ms, self.memory_mb) {
            (_, Some(_)) => Some("memory_mb"),
            (Some(_), None) => Some("start_ms"),
            (None, None) => None,
        }
    }
}

/// A setting's value: text to the plugin, however the configuration writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Scalar")]
pub struct Setting(pub String);

/// What YAML may say. No floats: they would not come through as written.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a setting is text, a whole number, true or false: put anything else in quotes"
)]
enum Scalar {
    Text(String),
    Whole(i64),
    Truth(bool),
}

impl From<Scalar> for Setting {
    fn from(scalar: Scalar) -> Self {
        Self(match scalar {
            Scalar::Text(text) => text,
            Scalar::Whole(number) => number.to_string(),
            Scalar::Truth(truth) => truth.to_string(),
        })
    }
}

/// A plugin as the configuration names it.
///
/// ```
/// # use scrubjay_plugin_host::{Isolation, PluginSpec};
/// let spec: PluginSpec = serde_yaml::from_str(
///     "path: plugins/libfee_schedule.so\n\
///      settings: { table: fees.csv, tolerance_percent: 5 }\n\
///      isolation: process\n\
///      budget: { call_ms: 200, memory_mb: 256 }\n",
/// )?;
/// assert_eq!(spec.settings["tolerance_percent"].0, "5");
/// assert_eq!(spec.isolation, Isolation::Process);
/// # Ok::<(), serde_yaml::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginSpec {
    /// The shared library.
    pub path: PathBuf,
    /// What the file's bytes must be.
    #[serde(default)]
    pub sha256: Option<Sha256>,
    /// What the plugin is told.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    /// What relative paths in the settings are relative to: the folder of the
    /// configuration. The configuration does not say it of itself.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Where it runs.
    #[serde(default)]
    pub isolation: Isolation,
    /// What it may take.
    #[serde(default)]
    pub budget: Budget,
}

impl PluginSpec {
    /// A plugin without settings, with the usual budget.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            sha256: None,
            settings: BTreeMap::new(),
            folder: PathBuf::new(),
            isolation: Isolation::None,
            budget: Budget::default(),
        }
    }

    /// With a setting.
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.insert(key.into(), Setting(value.into()));
        self
    }

    /// With a folder that relative paths in settings are relative to.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Running there.
    #[must_use]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// With a budget.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Pinned to a hash.
    #[must_use]
    pub fn pinned(mut self, sha256: Sha256) -> Self {
        self.sha256 = Some(sha256);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_back_as_written_and_nothing_else_is_one() {
        let hash = Sha256::of(b"abc");
        assert_eq!(
            hash.to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(hash.to_string().to_uppercase().parse(), Ok(hash));
        for text in ["", "ba78", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(text.parse::<Sha256>(), Err(NotASha256), "{text}");
        }
    }

    #[test]
    fn a_setting_with_a_fraction_must_stand_in_quotes() {
        let read = |text: &str| serde_yaml::from_str::<PluginSpec>(text);
        let wrong = read("path: a.so\nsettings: { factor: 0.50 }").unwrap_err();
        assert!(wrong.to_string().contains("quotes"), "{wrong}");
        let right = read("path: a.so\nsettings: { factor: \"0.50\", on: true }").unwrap();
        assert_eq!(right.settings["factor"].0, "0.50");
        assert_eq!(right.settings["on"].0, "true");
        assert!(read("path: a.so\nbudget: { call_ms: 0 }").is_err());
        assert!(read("path: a.so\nsha: aa").is_err());
    }
}
