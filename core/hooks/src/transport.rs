//! How a practice's files leave and come in, whatever carries them.

use std::fmt;

/// One channel's way to the other side and back: a web service, a plugin.
///
/// Whoever calls does so again after a failure, and after a crash that left it
/// unsure whether the last call got through. Neither call is in a hurry, and
/// none is made on two threads at once.
pub trait Transport: Send + Sync {
    /// Carries a file out. When this returns well the other side has the whole
    /// of it under its name, and no part of it under that name before. The same
    /// name with the same bytes may come again: that is well, and leaves one file.
    ///
    /// # Errors
    /// Why not; the file stays due.
    fn deliver(&self, name: &FileName, bytes: &[u8]) -> Result<(), TransportError>;

    /// Hands in the files that wait for us, each whole. What was [`Kept::Yes`]
    /// may be taken away at the other side; what was not must stay there. A file
    /// may be handed in again, and is known by its bytes.
    ///
    /// # Errors
    /// What kept it from handing in all of them.
    fn fetch(&self, keep: Keep<'_>) -> Result<(), TransportError>;
}

/// Takes a fetched file.
pub type Keep<'k> = &'k mut dyn FnMut(&FileName, &[u8]) -> Kept;

/// What became of a file that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is on disk here, and will be taken in.
    Yes,
    /// It could not be kept: hand in no more of them.
    No,
}

/// Why files could not be carried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The other side could not be reached, is not who it should be, or did not
    /// take or give a file.
    #[error("{by}: {said}")]
    Failed {
        /// Who carries.
        by: String,
        /// What happened, and what to do.
        said: String,
    },
    /// Who carries did not do as this contract says.
    #[error("{by} {fault}")]
    Fault {
        /// Who carries.
        by: String,
        /// What it did.
        fault: String,
    },
}

/// A file's name without folders, such as every system takes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// A text that is no file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAFileName {
    /// It is empty, or longer than a name of which ours are made may be.
    #[error("has not between 1 and {} bytes", FileName::LONGEST)]
    Length,
    /// It could lead out of its folder, or is hidden there.
    #[error("begins with a point")]
    Hidden,
    /// It has what separates folders, or what no name should have.
    #[error("has `/`, `\\`, `:` or control characters")]
    Characters,
}

impl FileName {
    /// The most bytes: a name gets something in front and behind on its way.
    pub const LONGEST: usize = 160;

    /// A name.
    ///
    /// # Errors
    /// Where it is none.
    pub fn new(name: impl Into<String>) -> Result<Self, NotAFileName> {
        let name = name.into();
        let strange = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
        if name.is_empty() || name.len() > Self::LONGEST {
            Err(NotAFileName::Length)
        } else if name.starts_with('.') {
            Err(NotAFileName::Hidden)
        } else if name.contains(strange) {
            Err(NotAFileName::Characters)
        } else {
            Ok(Self(name))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_its_folder() {
        for (name, ends) in [
            ("000000001-house.837p", None),
            ("RESP 1.999", None),
            ("", Some(NotAFileName::Length)),
            (&"x".repeat(161), Some(NotAFileName::Length)),
            ("..", Some(NotAFileName::Hidden)),
            (".part", Some(NotAFileName::Hidden)),
            ("a/../../b", Some(NotAFileName::Characters)),
            ("C:\\a", Some(NotAFileName::Characters)),
            ("a\nb", Some(NotAFileName::Characters)),
        ] {
            assert_eq!(FileName::new(name).err(), ends, "{name:?}");
        }
    }
}
