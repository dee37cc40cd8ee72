//! Versions of packs, and the program that one needs.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Parts of a version at most.
const PARTS: usize = 4;

/// A version that tells which of two packs is newer: numbers with points
/// between, such as `1.4.0` or `2026.10`. `1.4` and `1.4.0` are the same.
///
/// ```
/// use scrubjay_rules::PackVersion;
/// let version = |text: &str| text.parse::<PackVersion>();
/// assert!(version("1.10.0")? > version("1.9.3")?);
/// assert_eq!(version("1.4")?, version("1.4.0")?);
/// assert!(version("next").is_err());
/// # Ok::<(), scrubjay_rules::VersionError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PackVersion {
    text: String,
    /// Without zeros at the end.
    parts: Vec<u32>,
}

/// A version that has no order among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version is one to four numbers with points between, such as `1.4.0`")]
pub struct VersionError;

impl FromStr for PackVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let number = |part: &str| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse().ok().filter(|_| digits);
            number.ok_or(VersionError)
        };
        let mut parts = text
            .split('.')
            .map(number)
            .collect::<Result<Vec<u32>, _>>()?;
        if parts.len() > PARTS {
            return Err(VersionError);
        }
        while parts.last() == Some(&0) {
            parts.pop();
        }
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }
}

impl fmt::Display for PackVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Ord for PackVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts)
    }
}

impl PartialOrd for PackVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for PackVersion {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for PackVersion {}

impl PackVersion {
    /// Whether a program of that version runs what asks for this one: it is as
    /// new, and the first number that is not zero is the same. What `1.x` runs,
    /// `2.0` need not; before `1.0` that goes for `0.x`.
    #[must_use]
    pub fn is_met_by(&self, program: &Self) -> bool {
        let first = |version: &Self| {
            let found = version.parts.iter().position(|part| *part != 0);
            found.map(|at| (at, version.parts[at]))
        };
        program >= self && (first(self).is_none() || first(program) == first(self))
    }

    /// The version of the program that this is a part of.
    pub(crate) fn of_program() -> Self {
        env!("CARGO_PKG_VERSION")
            .parse()
            .expect("the program's own version is three numbers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> PackVersion {
        text.parse().unwrap()
    }

    #[test]
    fn versions_are_compared_by_number_and_what_is_none_is_refused() {
        let mut versions = ["2026.10", "1.10.0", "0.9", "1.9.9.9", "1"].map(version);
        versions.sort();
        let sorted: Vec<String> = versions.iter().map(ToString::to_string).collect();
        assert_eq!(sorted, ["0.9", "1", "1.9.9.9", "1.10.0", "2026.10"]);
        for text in [
            "",
            "1.",
            ".1",
            "1.0.0.0.1",
            "v1",
            "1.0-beta",
            "+1",
            "99999999999",
        ] {
            assert_eq!(
                text.parse::<PackVersion>().unwrap_err(),
                VersionError,
                "{text}"
            );
        }
    }

    #[test]
    fn a_program_runs_what_asks_for_an_older_one_of_its_own_line() {
        for (asked, program, runs) in [
            ("0.1.0", "0.1.0", true),
            ("0.1.0", "0.1.7", true),
            ("0.1.3", "0.1.2", false),
            ("0.1.0", "0.2.0", false),
            ("1.2", "1.10", true),
            ("1.2", "2.0", false),
            ("0.0", "5.0", true),
        ] {
            assert_eq!(
                version(asked).is_met_by(&version(program)),
                runs,
                "{asked} {program}"
            );
        }
        assert!(PackVersion::of_program().is_met_by(&PackVersion::of_program()));
    }
}
