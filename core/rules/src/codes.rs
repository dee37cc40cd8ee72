//! Sets of codes as cards and classes write them: single codes, ranges, prefixes.

use std::collections::HashSet;

use crate::packed::PackedSet;

/// What kind of code a set is about, which decides how one entry is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CodeKind {
    /// Five letters and digits; an entry means that code alone.
    Procedure,
    /// ICD-10-CM; an entry means the code and everything below it.
    Diagnosis,
    /// Any other short code, compared whole.
    Plain,
}

/// First and last code of a range, each read as the prefix that it is.
pub(crate) type CodeRange = (Box<str>, Box<str>);

/// A set of codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CodeSet {
    /// Codes that are meant alone.
    exact: HashSet<Box<str>>,
    /// Ranges, both ends included.
    ranges: Vec<CodeRange>,
    /// The same, for looking up, where they are few and short.
    packed: Option<PackedSet>,
}

impl CodeSet {
    /// Adds an entry: `J0897`, `J0000-J9999`, `J*`, `E11`.
    pub(crate) fn add(&mut self, entry: &str, kind: CodeKind) -> Result<(), &'static str> {
        self.take(entry, kind)?;
        self.pack();
        Ok(())
    }

    fn take(&mut self, entry: &str, kind: CodeKind) -> Result<(), &'static str> {
        let entry = entry.trim();
        let plain =
            |code: &str| !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric());
        if let Some((first, last)) = entry.split_once('-') {
            let (first, last) = (clean(first, kind), clean(last, kind));
            if !plain(&first) || !plain(&last) {
                return Err(
                    "a range of codes is two codes with a dash between, such as `J0000-J9999`",
                );
            }
            if first.len() != last.len() || first > last {
                return Err("a range goes from a lower code to a higher one of the same length");
            }
            self.ranges.push((first.into(), last.into()));
            return Ok(());
        }
        if let Some(prefix) = entry.strip_suffix('*') {
            let prefix = clean(prefix, kind);
            if !plain(&prefix) {
                return Err("a prefix is the first characters of a code and a star, such as `J*`");
            }
            self.ranges.push((prefix.as_str().into(), prefix.into()));
            return Ok(());
        }
        let code = clean(entry, kind);
        match kind {
            CodeKind::Procedure if !plain(&code) || code.len() != 5 => Err(
                "a procedure code has five letters and digits; write a range as `J0000-J9999`, a prefix as `J*`",
            ),
            CodeKind::Diagnosis if !plain(&code) || !(1..=7).contains(&code.len()) => {
                Err("a diagnosis code has up to seven letters and digits")
            }
            CodeKind::Plain if !plain(&code) => Err("a code has letters and digits only"),
            CodeKind::Diagnosis => {
                self.ranges.push((code.as_str().into(), code.into()));
                Ok(())
            }
            CodeKind::Procedure | CodeKind::Plain => {
                self.exact.insert(code.into());
                Ok(())
            }
        }
    }

    /// Adds another set's entries.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.exact.extend(other.exact.iter().cloned());
        self.ranges.extend(other.ranges.iter().cloned());
        self.pack();
    }

    fn pack(&mut self) {
        self.packed = PackedSet::of(self.exact.iter().map(AsRef::as_ref), &self.ranges);
    }

    /// Whether no code can be in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.ranges.is_empty()
    }

    /// Whether a code is in the set.
    pub(crate) fn contains(&self, code: &str) -> bool {
        let packed = self
            .packed
            .as_ref()
            .and_then(|packed| packed.contains(code));
        packed.unwrap_or_else(|| self.contains_text(code))
    }

    fn contains_text(&self, code: &str) -> bool {
        self.exact.contains(code) || self.ranges.iter().any(|range| within(code, range))
    }

    /// The single codes, in no order, for an index.
    pub(crate) fn exact(&self) -> impl Iterator<Item = &str> {
        self.exact.iter().map(AsRef::as_ref)
    }

    /// The ranges, for an index.
    pub(crate) fn ranges(&self) -> &[CodeRange] {
        &self.ranges
    }
}

/// Whether a code lies in a range whose ends are prefixes: `V00` to `Y99`
/// holds `W19XXXA`.
pub(crate) fn within(code: &str, (first, last): &CodeRange) -> bool {
    let Some(start) = code.get(..first.len()) else {
        return false;
    };
    *start >= **first && *start <= **last
}

/// Upper case without the point that people write in diagnosis codes.
fn clean(code: &str, kind: CodeKind) -> String {
    let code = code.trim().to_ascii_uppercase();
    if kind == CodeKind::Diagnosis {
        code.replace('.', "")
    } else {
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(kind: CodeKind, entries: &[&str]) -> CodeSet {
        let mut set = CodeSet::default();
        for entry in entries {
            set.add(entry, kind).unwrap();
        }
        set
    }

    #[test]
    fn a_diagnosis_means_everything_below_it_and_a_procedure_only_itself() {
        let diagnoses = set(CodeKind::Diagnosis, &["E11", "V00-Y99", "z12.11"]);
        for code in ["E11", "E1165", "W19XXXA", "Y99", "Z1211"] {
            assert!(diagnoses.contains(code), "{code}");
        }
        for code in ["E10", "E1", "U99", "Z00", "Z1212", ""] {
            assert!(!diagnoses.contains(code), "{code}");
        }
        let procedures = set(CodeKind::Procedure, &["J0897", "G0100-G0199", "Q2*"]);
        for code in ["J0897", "G0103", "Q2038"] {
            assert!(procedures.contains(code), "{code}");
        }
        for code in ["J0898", "G0200", "Q3", "J08970"] {
            assert!(!procedures.contains(code), "{code}");
        }
    }

    #[test]
    fn a_set_of_few_codes_holds_what_comparing_texts_says() {
        let kinds = [
            (CodeKind::Diagnosis, vec!["E11", "V00-Y99", "Z1211", "I*"]),
            (CodeKind::Procedure, vec!["J0897", "G0100-G0199", "Q2*"]),
            (
                CodeKind::Plain,
                vec!["25", "A1-A9", "ABCDEFGH", "CHROMOSOME"],
            ),
        ];
        let parts = [
            "", "E", "1", "Q2", "J0897", "W19", "XXXA", "é", "\0", "ABCDEFGH", "I",
        ];
        for (kind, entries) in kinds {
            let set = set(kind, &entries);
            assert_eq!(set.packed.is_some(), kind != CodeKind::Plain, "{entries:?}");
            for first in parts {
                for second in parts {
                    let code = format!("{first}{second}");
                    assert_eq!(set.contains(&code), set.contains_text(&code), "{code:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let mut set = CodeSet::default();
        for entry in ["J08", "J08 97", "", "J9999-J0000", "J1-J9999", "*", "é"] {
            assert!(set.add(entry, CodeKind::Procedure).is_err(), "{entry}");
        }
    }
}
