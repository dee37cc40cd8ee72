//! A value kept as it was sent, sound or not.

use std::fmt;
use std::str::FromStr;

use serde::de::IntoDeserializer;
use serde::de::value::{Error, StringDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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

// By hand, since the derived way copies every value once more.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for AsSent<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read: StringDeserializer<Error> = text.clone().into_deserializer();
        Ok(T::deserialize(read).map_or_else(|_| Self::Odd(text), Self::Sound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GroupCode, Npi};

    #[test]
    fn a_value_is_written_as_it_was_sent_and_reads_back_sound_or_odd() {
        for text in ["1234567893", "1234567890", "", "12 34\"5"] {
            let npi = AsSent::<Npi>::read(text);
            let json = serde_json::to_string(&npi).unwrap();
            assert_eq!(json, serde_json::to_string(text).unwrap());
            assert_eq!(serde_json::from_str::<AsSent<Npi>>(&json).unwrap(), npi);
        }
        for (text, sound) in [("CO", true), ("ZZ", false), ("Contractual", false)] {
            let group = AsSent::<GroupCode>::read(text);
            let json = serde_json::to_string(&group).unwrap();
            let read: AsSent<GroupCode> = serde_json::from_str(&json).unwrap();
            assert_eq!((read.sound().is_some(), &read), (sound, &group));
        }
        assert!(serde_json::from_str::<AsSent<Npi>>("7").is_err());
    }
}
