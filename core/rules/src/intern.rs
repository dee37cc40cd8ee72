//! One shared text for each code that claims repeat.

use std::collections::HashMap;

use rhai::ImmutableString;

/// Codes kept at most; beyond that the table starts anew.
const LIMIT: usize = 20_000;

/// Longest text worth keeping: codes and keys, not names.
const LONGEST: usize = 16;

/// Texts already made, by what they say.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    known: HashMap<Box<str>, ImmutableString>,
}

impl Interner {
    /// The shared text.
    pub(crate) fn text(&mut self, text: &str) -> ImmutableString {
        if text.len() > LONGEST {
            return text.into();
        }
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        if self.known.len() >= LIMIT {
            self.known.clear();
        }
        let shared = ImmutableString::from(text);
        self.known.insert(text.into(), shared.clone());
        shared
    }

    /// The shared text of a value that may be missing.
    pub(crate) fn maybe(&mut self, text: Option<&str>) -> Option<ImmutableString> {
        text.map(|text| self.text(text))
    }
}
