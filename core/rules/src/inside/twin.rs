//! The twin of a rule: its text with each condition, and each value read in
//! one, handed through a function that notes it and gives it back unchanged.
//!
//! Nothing but calls is put in and no line is added, so that short circuit
//! stays as it was and a place in the twin is a place in the rule.

use std::collections::BTreeSet;
use std::ops::Range;

use rhai::Position;

use super::watch::watch;
use crate::source::Source;

/// Functions that a twin calls; no rule can, for they are not there elsewhere.
pub(crate) const SEEN: &str = "__seen";
pub(crate) const READ: &str = "__read";
pub(crate) const TAKEN: &str = "__taken";

/// What a condition decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SiteKind {
    /// `if`, `while` or `until`.
    Decision,
    /// A side of `&&` or `||`.
    Operand,
    /// An arm of a `switch`: taken or not.
    Arm,
}

/// A condition in a rule's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) kind: SiteKind,
    /// Bytes in the rule's text.
    pub(crate) span: Range<usize>,
    /// Whether it is made of conditions that are sites themselves.
    pub(crate) compound: bool,
    /// The condition that it is a part of.
    pub(crate) within: Option<usize>,
}

/// A value that is read in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) site: usize,
    pub(crate) span: Range<usize>,
    /// Whether a property of a parameter is read, and nothing is called.
    pub(crate) properties: bool,
}

/// The numbers of a twin's first condition and first value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct First {
    pub(crate) site: usize,
    pub(crate) value: usize,
}

/// A rule's text made to be watched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Twin {
    pub(super) original: String,
    pub(crate) text: String,
    pub(crate) sites: Vec<Site>,
    pub(crate) values: Vec<Value>,
    /// Conditions that could not be watched.
    pub(crate) unwatched: Vec<usize>,
    /// By line: column in the rule at which characters were put in, and how many.
    pub(super) shifts: Vec<(usize, usize, usize)>,
}

impl Twin {
    /// The twin of a text, whose conditions and values are numbered from
    /// `first` on. Functions in `pure` leave what they are called on as it is.
    /// `None` where the text cannot be read.
    pub(crate) fn of(text: &str, pure: &BTreeSet<String>, first: First) -> Option<Self> {
        let (mut twin, mut insertions) = watch(text, pure, first)?;
        // What goes in at one place was put down in the right order.
        insertions.sort_by_key(|insertion| insertion.at);
        let source = Source::new("", text);
        let mut done = 0;
        for insertion in &insertions {
            twin.text.push_str(&text[done..insertion.at]);
            twin.text.push_str(&insertion.text);
            done = insertion.at;
            let (line, column) = source.place(insertion.at);
            twin.shifts
                .push((line, column, insertion.text.chars().count()));
        }
        twin.text.push_str(&text[done..]);
        Some(twin)
    }

    /// What stands in the rule there.
    pub(crate) fn original(&self, span: &Range<usize>) -> &str {
        &self.original[span.clone()]
    }

    /// The place in the rule of a place in its twin.
    pub(crate) fn place(&self, at: Position) -> Position {
        let (Some(line), Some(column)) = (at.line(), at.position()) else {
            return at;
        };
        let mut before = 0;
        let mut original = None;
        for (_, put_in_at, length) in self.shifts.iter().filter(|(on, _, _)| *on == line) {
            if column >= put_in_at + before + length {
                before += length;
            } else {
                if column >= put_in_at + before {
                    original = Some(*put_in_at);
                }
                break;
            }
        }
        let column = original.unwrap_or(column - before);
        let fits = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        Position::new(fits(line), fits(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twin(text: &str) -> Twin {
        let pure = ["is_missing", "get", "table", "some", "has_dx"].map(str::to_owned);
        Twin::of(text, &BTreeSet::from(pure), First::default()).unwrap()
    }

    #[test]
    fn conditions_and_the_values_in_them_are_handed_through() {
        for (text, expected) in [
            ("if a.b > 1 {}", "if __seen(0, __read(0, a.b) > 1) {}"),
            // Its outcome is its value.
            (
                "if a.b {} else if c {}",
                "if __seen(0, a.b) {} else if __seen(1, c) {}",
            ),
            (
                "if a || !b { x(c && d); }",
                "if __seen(0, __seen(1, a) || __seen(2, !__read(0, b))) \
                 { x(__seen(3, c) && __seen(4, d)); }",
            ),
            (
                "if (a && b) {} while c {}",
                "if __seen(0, (__seen(1, a) && __seen(2, b))) {} while __seen(3, c) {}",
            ),
            (
                "if table(\"t\").get(l.p).is_missing() {}",
                "if __seen(0, __read(0, __read(1, table(\"t\")).get(__read(2, l.p))).is_missing()) {}",
            ),
            // What may be changed by the call is left alone.
            (
                "if list.pop() == 1 {}",
                "if __seen(0, __read(0, list.pop()) == 1) {}",
            ),
            ("if push(list, 1) {}", "if __seen(0, push(list, 1)) {}"),
            (
                "c.lines.some(|l| l.x && l.y)",
                "c.lines.some(|l| __seen(0, l.x) && __seen(1, l.y))",
            ),
            ("for x in a.b { }", "for x in a.b { }"),
            (
                "switch k { 1 => a, 2 if b => { c } _ => d }",
                "switch k { 1 => { __taken(0); a }, 2 if __seen(1, b) => { __taken(2); { c } } \
                 _ => { __taken(3); d } }",
            ),
            (
                "do { } until a == 1;",
                "do { } until __seen(0, __read(0, a) == 1);",
            ),
            (
                "if a | b && c {}",
                "if __seen(0, __read(0, a) | __read(1, b) && __read(2, c)) {}",
            ),
            (
                "let f = || a; `${if x { 1 }}`",
                "let f = || a; `${if x { 1 }}`",
            ),
        ] {
            assert_eq!(twin(text).text, expected);
        }
    }

    #[test]
    fn a_place_in_the_twin_is_one_in_the_rule() {
        let text = "\nif é.b > 1 && c {}\n";
        let twin = twin(text);
        let line = twin.text.lines().nth(1).unwrap();
        for (mark, column) in [("é", 4), (">", 8), ("&&", 12), ("c)", 15), ("{}", 17)] {
            let at = line.find(mark).unwrap();
            let here = line[..at].chars().count() as u16 + 1;
            let place = twin.place(Position::new(2, here));
            assert_eq!(
                (place.line(), place.position()),
                (Some(2), Some(column)),
                "{mark}"
            );
        }
        // What was put in stands where it was put in.
        let place = twin.place(Position::new(2, 5));
        assert_eq!(place.position(), Some(4));
    }

    #[test]
    fn a_condition_that_cannot_be_watched_is_told() {
        let twin = twin("if switch a { 1 => true, _ => false } {}");
        assert!(!twin.text.contains(SEEN), "{}", twin.text);
        assert_eq!(twin.unwatched, [3]);
    }
}
