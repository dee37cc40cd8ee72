//! Excludes1: codes that must not stand together.

use super::table::Key;

/// Codes from one to another, both with everything below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) first: Key,
    pub(super) last: Key,
}

impl Span {
    /// Reads `A05`, `A05.-`, `A04.7-`, `E08-E13`, `P36.0-P36.1`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let one = |code: &str| Key::read(code.trim().trim_end_matches('-').trim_end_matches('.'));
        // `E10-E13` names two codes, `E10.-` one.
        if let Some((first, last)) = text.split_once('-').filter(|(_, last)| last.len() >= 3) {
            let (first, last) = (one(first)?, one(last)?);
            return (first <= last).then_some(Self { first, last });
        }
        let code = one(text)?;
        Some(Self {
            first: code,
            last: code,
        })
    }

    pub(super) fn contains(&self, code: Key) -> bool {
        self.first <= code && code.cut(self.last.len()) <= self.last
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.first.code())?;
        if self.first != self.last {
            write!(f, "-{}", self.last.code())?;
        }
        Ok(())
    }
}

/// The Excludes1 notes of a tabular list, as far as they name codes.
///
/// A note in words alone ("neonatal conditions") is not held. And a pair is a
/// reason to look, not an error: the guideline allows it where the two
/// conditions have nothing to do with each other (ICD-10-CM Official
/// Guidelines, I.A.12.a).
#[derive(Debug, Clone, Default)]
pub struct Excludes1 {
    /// Under which codes a note stands, and which it names; sorted.
    notes: Vec<(Span, Vec<Span>)>,
    /// Of those, the ones that stand over a range: sections and chapters.
    over_ranges: Vec<usize>,
}

impl Excludes1 {
    pub(super) fn new(mut notes: Vec<(Span, Vec<Span>)>) -> Self {
        notes.sort();
        let over_ranges = (0..notes.len())
            .filter(|at| notes[*at].0.first != notes[*at].0.last)
            .collect();
        Self { notes, over_ranges }
    }

    /// Whether a note under either code, or above it in the tree, names the other.
    #[must_use]
    pub fn forbids(&self, one: &str, other: &str) -> bool {
        match (Key::read(one), Key::read(other)) {
            (Some(one), Some(other)) => self.names(one, other) || self.names(other, one),
            _ => false,
        }
    }

    /// What the notes under a code and above it name; each once, in order.
    pub(crate) fn named_at(&self, code: &str) -> Vec<String> {
        let Some(code) = Key::read(code) else {
            return Vec::new();
        };
        let notes = self.notes_over(code);
        let mut spans: Vec<Span> = notes.flat_map(|at| self.notes[at].1.clone()).collect();
        spans.sort();
        spans.dedup();
        spans.iter().map(Span::to_string).collect()
    }

    fn names(&self, under: Key, other: Key) -> bool {
        self.notes_over(under)
            .any(|at| self.notes[at].1.iter().any(|span| span.contains(other)))
    }

    /// The notes under a code and above it in the tree.
    fn notes_over(&self, under: Key) -> impl Iterator<Item = usize> + '_ {
        let above = (3..=under.len()).filter_map(move |length| {
            let code = under.cut(length);
            self.notes
                .binary_search_by_key(
                    &Span {
                        first: code,
                        last: code,
                    },
                    |(span, _)| *span,
                )
                .ok()
        });
        let over = self
            .over_ranges
            .iter()
            .copied()
            .filter(move |at| self.notes[*at].0.contains(under));
        above.chain(over)
    }

    pub(super) fn notes(&self) -> &[(Span, Vec<Span>)] {
        &self.notes
    }
}

/// The codes that a note names, in its parentheses.
pub(super) fn codes_named(note: &str) -> impl Iterator<Item = Span> + '_ {
    note.split('(')
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .flat_map(|(inside, _)| inside.split([',', ';']))
        .filter_map(Span::read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(note: &str) -> Vec<String> {
        codes_named(note).map(|span| span.to_string()).collect()
    }

    #[test]
    fn a_note_names_codes_in_parentheses() {
        assert_eq!(
            named("bacterial foodborne intoxications, NEC (A05.-)"),
            ["A05"]
        );
        assert_eq!(
            named("influenza with involvement (J09.X3, J10.2, J11.2)"),
            ["J09X3", "J102", "J112"]
        );
        assert_eq!(
            named("Escherichia coli infection (A04.0-A04.4)"),
            ["A040-A044"]
        );
        assert_eq!(
            named("toxic effect of noxious foodstuffs (T61-T62)"),
            ["T61-T62"]
        );
        assert_eq!(
            named("neonatal (disseminated) listeriosis (P37.2)"),
            ["P372"]
        );
        assert!(
            named("certain localized infections - see body system-related chapters").is_empty()
        );
    }

    #[test]
    fn a_range_takes_in_everything_below_its_last_code() {
        let span = Span::read("A04.0-A04.4").unwrap();
        for (code, inside) in [
            ("A040", true),
            ("A044", true),
            ("A0449", true),
            ("A045", false),
            ("A04", false),
        ] {
            assert_eq!(span.contains(Key::read(code).unwrap()), inside, "{code}");
        }
    }

    #[test]
    fn a_note_above_either_code_forbids_the_pair() {
        let note = |under: &str, names: &str| {
            (Span::read(under).unwrap(), vec![Span::read(names).unwrap()])
        };
        let excludes = Excludes1::new(vec![note("E10", "E11.-"), note("A15-A19", "P37.0")]);
        assert!(excludes.forbids("E109", "E119"));
        assert!(excludes.forbids("E119", "E10.9"));
        assert!(excludes.forbids("A170", "P370"));
        assert!(!excludes.forbids("E109", "I10"));
        assert!(!excludes.forbids("A20", "P370"));
        assert!(!excludes.forbids("junk", "E119"));
        assert_eq!(excludes.named_at("E10.9"), ["E11"]);
        assert_eq!(excludes.named_at("A17"), ["P370"]);
        assert_eq!(excludes.named_at("junk"), Vec::<String>::new());
    }
}
