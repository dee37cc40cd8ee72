//! A rule: its card, its function, and the text that is compiled for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::Position;

use crate::card::{Card, RuleScope};
use crate::lex::code;
use crate::scan::Function;
use crate::source::Source;
use crate::view::Wants;

/// Text cut out of files, that knows where each line came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Snippet {
    pub(crate) text: String,
    pieces: Vec<Piece>,
}

/// A function within a snippet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// First line in the snippet.
    here: usize,
    file: usize,
    /// First and last line in the file.
    there: (usize, usize),
    /// Column behind the last character of the last line.
    end: usize,
}

impl Snippet {
    /// Adds a function of a file, from the start of its first line.
    fn push(&mut self, sources: &[Source], file: usize, function: &Function) {
        let here = self.text.matches('\n').count() + 1;
        let source = &sources[file];
        let (first, _) = source.place(function.span.start);
        // A function that does not close reaches up to the next one.
        let written = source.text()[function.span.clone()].trim_end();
        let (last, end) = source.place(function.span.start + written.len());
        self.pieces.push(Piece {
            here,
            file,
            there: (first, last),
            end,
        });
        self.text.push_str(&source.text()[function.span.clone()]);
        self.text.push('\n');
    }

    /// File, line and column of a place in the snippet.
    pub(crate) fn place(&self, at: Position) -> (usize, usize, usize) {
        let line = at.line().unwrap_or(1);
        let piece = self.pieces.iter().rev().find(|piece| piece.here <= line);
        let Some(piece) = piece.or(self.pieces.first()) else {
            return (0, 1, 1);
        };
        let there = piece.there.0 + line.saturating_sub(piece.here);
        if there > piece.there.1 {
            return (piece.file, piece.there.1, piece.end);
        }
        (piece.file, there, at.position().unwrap_or(1))
    }
}

impl Snippet {
    /// The same with the first function's header blanked out, so that its body
    /// is a statement to be run with its parameters in scope: nothing is called,
    /// and what the engine has looked up once can be kept from run to run.
    pub(crate) fn as_statement(&self, name: &str, header: usize) -> Self {
        let (head, rest) = self.text.split_at(header);
        let mut runnable = self.clone();
        runnable.text = head
            .chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect();
        runnable.text.push_str(rest);
        if mentions(rest, name) {
            // It calls itself, or a helper calls it: then it stands as a function too.
            if let Some(first) = self.pieces.first() {
                let lines = first.there.1 - first.there.0 + 1;
                let here = runnable.text.matches('\n').count() + 1;
                for line in self.text.lines().take(lines) {
                    runnable.text.push_str(line);
                    runnable.text.push('\n');
                }
                runnable.pieces.push(Piece { here, ..*first });
            }
        }
        runnable
    }
}

/// A function of a pack, in its file.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) file: usize,
    pub(crate) function: Function,
}

/// A function with every function of the pack that it may call.
pub(crate) fn snippet(
    sources: &[Source],
    functions: &[Placed],
    of: usize,
) -> (Snippet, BTreeSet<usize>) {
    let mut reached = BTreeSet::from([of]);
    let mut open = vec![of];
    let mut snippet = Snippet::default();
    while let Some(at) = open.pop() {
        let placed = &functions[at];
        snippet.push(sources, placed.file, &placed.function);
        let text = &sources[placed.file].text()[placed.function.span.clone()];
        let text = code(text);
        for (other, candidate) in functions.iter().enumerate() {
            if calls(&text, &candidate.function.name) && reached.insert(other) {
                open.push(other);
            }
        }
    }
    (snippet, reached)
}

/// Whether the code of a function may call another, or hand it on by its name.
/// A field of the same name (`line.ndc` beside a rule `fn ndc`) is none of its
/// calls, nor is a parameter or variable.
fn calls(text: &str, name: &str) -> bool {
    let is_own = || {
        let header = text.split_once('{').map_or("", |(header, _)| header);
        mentions(header, name)
            || words(text, name).any(|(before, _)| {
                let word = before
                    .trim_end()
                    .rsplit(|c: char| !c.is_alphanumeric())
                    .next();
                matches!(word, Some("let" | "const" | "for"))
            })
    };
    let called = |after: &str| after.trim_start().starts_with('(');
    words(text, name).any(|(_, after)| called(after))
        || (words(text, name).any(|(before, _)| !before.trim_end().ends_with('.')) && !is_own())
}

/// Whether a text has a name in it as a word.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    words(text, name).next().is_some()
}

/// What stands before and behind each place of a name as a word.
fn words<'t>(text: &'t str, name: &str) -> impl Iterator<Item = (&'t str, &'t str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).filter_map(move |(at, name)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        (!before.ends_with(part) && !after.starts_with(part)).then_some((before, after))
    })
}

/// A rule, ready to be compiled by a worker.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) card: Card,
    /// The card's id, as every trace has it.
    pub(crate) id: Arc<str>,
    pub(crate) function: String,
    /// The function with its helpers, as they stand.
    pub(crate) snippet: Snippet,
    /// The same as a worker runs it.
    pub(crate) runnable: Snippet,
    /// Names of the function's parameters.
    pub(crate) takes: Vec<String>,
    /// File and line of the card, for people.
    pub(crate) stands: (usize, usize),
    /// What it asks for that not every view holds.
    pub(crate) wants: Wants,
}

impl Rule {
    /// What its function takes.
    pub(crate) fn parameters(&self) -> usize {
        match self.card.scope {
            RuleScope::Claim => 1,
            RuleScope::Line => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_or_variable_with_the_name_of_a_function_is_no_call_of_it() {
        for text in [
            "fn f(ndc) { x(ndc) }",
            "fn f(line) { let ndc = line.ndc; ndc == 1 }",
            "fn f(lines) { for ndc in lines { x(ndc) } }",
        ] {
            assert!(!calls(text, "ndc"), "{text}");
        }
        assert!(calls("fn f(ndc) { ndc(ndc) }", "ndc"));
    }

    #[test]
    fn a_word_in_a_text_or_comment_is_no_call_of_a_function() {
        for text in [
            "// the vial holds no more\nx()",
            "/* holds /* holds */ */ x()",
            "warn(\"the vial holds no more\")",
            "warn(`the vial holds ${units}`)",
        ] {
            assert!(!calls(&code(text), "holds"), "{text}");
        }
        for text in [
            "warn(`the vial ${holds(line)}`)",
            "warn(`a ${if x { `b ${holds(1)}` } else { \"}\" }}`)",
            "lines.some(holds)",
            "lines.some(Fn(\"holds\"))",
            "warn(\"}\" + holds(1))",
        ] {
            assert!(calls(&code(text), "holds"), "{text}");
        }
    }

    #[test]
    fn a_field_with_the_name_of_a_function_is_no_call_of_it() {
        assert!(!calls("if line.ndc.is_missing() {}", "ndc"));
        assert!(!calls("line\n    .ndc", "ndc"));
        for text in [
            "ndc(line)",
            "line.ndc()",
            "lines.some(ndc)",
            "line. ndc (1)",
        ] {
            assert!(calls(text, "ndc"), "{text}");
        }
        assert!(!calls("ndcs(line)", "ndc"));
    }
}
