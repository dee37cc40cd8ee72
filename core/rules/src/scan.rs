//! Cuts a `.rhai` file into its functions, each with the card above it.
//!
//! Rhai compiles a file as a whole and stops at its first fault. Cut apart,
//! each rule compiles by itself: every function's first fault is found in one
//! go, and a rule carries nothing but itself and the helpers that it calls.

use crate::diagnostic::Diagnostic;
use crate::lex::{Piece, piece};
use crate::source::Source;

/// A function as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Byte offset of its name.
    pub(crate) name_at: usize,
    /// Byte offset of the brace that opens its body; its end where there is none.
    pub(crate) body_at: usize,
    /// Byte offsets from the start of its first line to the closing brace.
    pub(crate) span: std::ops::Range<usize>,
    /// First and last line of the doc comment above it, 1-based; none without.
    pub(crate) doc: Option<(usize, usize)>,
}

/// Finds the functions of a file.
pub(crate) fn functions(source: &Source, faults: &mut Vec<Diagnostic>) -> Vec<Function> {
    Scanner {
        source,
        text: source.text(),
        at: 0,
        faults,
    }
    .run()
}

struct Scanner<'a> {
    source: &'a Source,
    text: &'a str,
    at: usize,
    faults: &'a mut Vec<Diagnostic>,
}

impl Scanner<'_> {
    fn run(mut self) -> Vec<Function> {
        let mut found = Vec::new();
        let mut doc: Option<(usize, usize)> = None;
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if rest.starts_with("///") && !rest.starts_with("////") {
                let (line, _) = self.source.place(self.at);
                doc = match doc {
                    Some((first, last)) if last + 1 == line => Some((first, line)),
                    _ => Some((line, line)),
                };
                self.skip_line();
            } else if rest.starts_with("//") {
                self.skip_line();
            } else if rest.starts_with("/*") {
                self.at = piece(self.text, self.at).1;
            } else if let Some(space) = rest.chars().next().filter(|c| c.is_whitespace()) {
                self.at += space.len_utf8();
            } else if let Some(function) = self.function(doc.take()) {
                found.push(function);
            } else {
                let (line, column) = self.source.place(self.at);
                self.faults.push(
                    Diagnostic::at(
                        self.source,
                        line,
                        column,
                        "only functions may stand in a rule file",
                    )
                    .help("a rule is a card of `///` lines with `fn name(claim) { ... }` below it"),
                );
                self.skip_line();
            }
        }
        found
    }

    /// A function that starts here, from its line's start to its last brace.
    fn function(&mut self, doc: Option<(usize, usize)>) -> Option<Function> {
        let start = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
        let mut rest = self.text[self.at..].trim_start();
        if let Some(after) = word(rest, "private") {
            rest = after.trim_start();
        }
        let rest = word(rest, "fn")?.trim_start();
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if name.is_empty() {
            return None;
        }
        let name_at = self.text.len() - rest.len();
        self.at = name_at + name.len();
        let body_at = self.skip_body().unwrap_or(self.at);
        Some(Function {
            name,
            name_at,
            body_at,
            span: start..self.at,
            doc,
        })
    }

    /// Goes past the body's closing brace; or to the next function at a line's
    /// start, or the end, where the braces do not close: the compiler tells then.
    /// Gives where the body opened.
    fn skip_body(&mut self) -> Option<usize> {
        let mut depth = 0usize;
        let mut begun = None;
        while self.at < self.text.len() {
            let (kind, end) = piece(self.text, self.at);
            match (kind, self.text.as_bytes()[self.at]) {
                (Piece::Sign, b'{') => {
                    depth += 1;
                    begun.get_or_insert(self.at);
                }
                (Piece::Sign, b'}') => {
                    depth = depth.saturating_sub(1);
                    if begun.is_some() && depth == 0 {
                        self.at = end;
                        return begun;
                    }
                }
                (Piece::Space, _) if self.text[self.at..end].ends_with('\n') => {
                    let next = &self.text[end..];
                    if word(next, "fn").is_some() || next.starts_with("///") {
                        self.at = end;
                        return begun;
                    }
                }
                _ => {}
            }
            self.at = end;
        }
        begun
    }

    fn skip_line(&mut self) {
        self.at += self.text[self.at..]
            .find('\n')
            .map_or(self.text.len() - self.at, |at| at + 1);
    }
}

/// What follows a word that a text starts with.
fn word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.strip_prefix(word)
        .filter(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Vec<String>, Vec<String>) {
        let mut faults = Vec::new();
        let found = functions(&Source::new("f.rhai", text), &mut faults);
        (
            found
                .iter()
                .map(|function| text[function.span.clone()].to_owned())
                .collect(),
            faults.into_iter().map(|fault| fault.message).collect(),
        )
    }

    #[test]
    fn braces_in_texts_and_comments_do_not_close_a_function() {
        let text = "fn a(x) { let s = \"}\"; `}${ if true { '}' } else { \"`\" } }` /* } /* */ */ // }\n}\nfn b() {}";
        let (found, faults) = names(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].ends_with("\n}"));
        assert!(faults.is_empty());
    }

    #[test]
    fn an_unclosed_function_does_not_swallow_the_next_one() {
        let (found, _) = names("fn a(x) { if x {\n\n/// id: b/b\nfn b() {}\n");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_card_belongs_to_the_function_below_it() {
        let mut faults = Vec::new();
        let text = "// a remark\n/// id: x/y\n/// title: z\n\nprivate fn f(claim) {}\n";
        let found = functions(&Source::new("f.rhai", text), &mut faults);
        assert_eq!(found[0].doc, Some((2, 3)));
        assert_eq!(&text[found[0].name_at..=found[0].name_at], "f");
    }

    #[test]
    fn loose_statements_are_refused_with_their_place() {
        let mut faults = Vec::new();
        functions(
            &Source::new("f.rhai", "fn a() {}\nlet x = 1;\n"),
            &mut faults,
        );
        assert_eq!((faults[0].line, faults[0].column), (2, 1));
    }
}
