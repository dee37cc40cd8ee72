//! A value kept as it was sent, sound or not.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A typed value where what was sent is sound, and what was sent where not.
///
/// A claim with a wrong NPI must still be taken in, shown and held; dropping
/// or mending the NPI silently would be worse than the mistake.
///
/// ```
/// use scrubjay_model::{AsSent, Npi};
/// let npi = AsSent::<Npi>::read("1234567890");
/// assert!(npi.sound().is_none());
/// assert_eq!(npi.text(), "1234567890");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AsSent<T> {
    /// The value is what it should be.
    Sound(T),
    /// The value is kept as sent; it is not what it should be.
    Odd(String),
}

impl<T: FromStr> AsSent<T> {
    /// Reads what was sent.
    pub fn read(text: &str) -> Self {
        text.parse()
            .map_or_else(|_| Self::Odd(text.to_owned()), Self::Sound)
    }
}

impl<T> AsSent<T> {
    /// The typed value, where it is sound.
    pub const fn sound(&self) -> Option<&T> {
        match self {
            Self::Sound(value) => Some(value),
            Self::Odd(_) => None,
        }
    }
}

impl<T: fmt::Display> AsSent<T> {
    /// What was sent, sound or not.
    pub fn text(&self) -> String {
        self.to_string()
    }
}

impl<T: fmt::Display> fmt::Display for AsSent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sound(value) => value.fmt(f),
            Self::Odd(text) => f.pad(text),
        }
    }
}

impl<T> From<T> for AsSent<T> {
    fn from(value: T) -> Self {
        Self::Sound(value)
    }
}
