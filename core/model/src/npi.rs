//! The National Provider Identifier and its check digit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ValueError, ValueKind};

/// A ten-digit National Provider Identifier whose check digit holds
/// (45 CFR 162.406: the Luhn sum over the prefix 80840 and the ten digits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Npi([u8; 10]);

/// What the prefix 80840 adds to every Luhn sum.
const PREFIX_SUM: u32 = 24;

impl Npi {
    /// The ten digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII digits are ever stored.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Npi {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const EXPECTED: &str = "an NPI of ten digits";
        let digits: [u8; 10] = text
            .as_bytes()
            .try_into()
            .ok()
            .filter(|bytes: &[u8; 10]| bytes.iter().all(u8::is_ascii_digit))
            .ok_or(ValueError::new(
                ValueKind::Npi,
                EXPECTED,
                "it is not ten digits",
            ))?;
        let luhn: u32 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(at, digit)| {
                let value = u32::from(digit - b'0') * if at % 2 == 1 { 2 } else { 1 };
                value / 10 + value % 10
            })
            .sum();
        if !(luhn + PREFIX_SUM).is_multiple_of(10) {
            return Err(ValueError::new(
                ValueKind::Npi,
                EXPECTED,
                "its check digit is wrong",
            ));
        }
        Ok(Self(digits))
    }
}

impl TryFrom<String> for Npi {
    type Error = ValueError;
    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<Npi> for String {
    fn from(npi: Npi) -> Self {
        npi.as_str().to_owned()
    }
}

impl fmt::Display for Npi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_digit_changed_breaks_the_check() {
        let good = "1234567893";
        assert!(good.parse::<Npi>().is_ok());
        for at in 0..10 {
            for digit in b'0'..=b'9' {
                let mut bytes = good.as_bytes().to_vec();
                if bytes[at] == digit {
                    continue;
                }
                bytes[at] = digit;
                let text = String::from_utf8(bytes).unwrap();
                assert!(text.parse::<Npi>().is_err(), "{text}");
            }
        }
    }

    #[test]
    fn letters_spaces_and_other_lengths_are_refused() {
        for text in [
            "",
            "123456789",
            "12345678930",
            "123456789X",
            " 1234567893",
            "１２３４５６７８９３",
        ] {
            assert!(text.parse::<Npi>().is_err(), "{text}");
        }
    }
}
