//! Cuts a rule's text into tokens, with brackets closed over what is in them.
//!
//! It knows no more of Rhai than is needed to find where a condition begins
//! and ends; what it cannot read has no twin, and is said to have none.

use std::ops::Range;

use crate::lex::{Piece, piece};

/// What a bracket looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
    Curly,
    /// `#{ ... }`
    Map,
}

/// A token, or a pair of brackets with what stands between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A name or a word of the language.
    Word(Range<usize>),
    /// A number, a text or a template: a value written out.
    Literal(Range<usize>),
    /// An operator or a mark.
    Sign(Range<usize>),
    Group {
        bracket: Bracket,
        /// With the brackets themselves.
        span: Range<usize>,
        inside: Vec<Node>,
    },
}

impl Node {
    pub(super) fn span(&self) -> Range<usize> {
        match self {
            Self::Word(span) | Self::Literal(span) | Self::Sign(span) => span.clone(),
            Self::Group { span, .. } => span.clone(),
        }
    }

    pub(super) fn is_sign(&self, text: &str, sign: &str) -> bool {
        matches!(self, Self::Sign(span) if text[span.clone()] == *sign)
    }

    pub(super) fn is_word(&self, text: &str, word: &str) -> bool {
        matches!(self, Self::Word(span) if text[span.clone()] == *word)
    }

    pub(super) const fn is_block(&self) -> bool {
        matches!(
            self,
            Self::Group {
                bracket: Bracket::Curly,
                ..
            }
        )
    }

    pub(super) const fn is_round(&self) -> bool {
        matches!(
            self,
            Self::Group {
                bracket: Bracket::Round,
                ..
            }
        )
    }
}

/// Brackets within brackets that are read at most.
const DEEPEST: usize = 200;

/// Signs of more than one character; longer ones first.
const SIGNS: &[&str] = &[
    "**=", "<<=", ">>=", "..=", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "..", "::",
    "->", "**", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=",
];

/// The tokens of a text; `None` where it cannot be read.
pub(super) fn read(text: &str) -> Option<Vec<Node>> {
    let mut reader = Reader { text, at: 0 };
    let nodes = reader.nodes(0)?;
    // A bracket that closes nothing.
    (reader.at == text.len()).then_some(nodes)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// What stands here up to the end, or to a bracket that closes.
    fn nodes(&mut self, depth: usize) -> Option<Vec<Node>> {
        if depth > DEEPEST {
            return None;
        }
        let mut found = Vec::new();
        while self.at < self.text.len() {
            let start = self.at;
            let (kind, end) = piece(self.text, start);
            match kind {
                Piece::Space | Piece::LineComment | Piece::BlockComment => self.at = end,
                Piece::Text | Piece::Template => {
                    self.at = end;
                    found.push(Node::Literal(start..end));
                }
                Piece::Word => found.push(self.word(end)),
                Piece::Sign if self.rest().starts_with([')', ']', '}']) => break,
                Piece::Sign => found.push(match opening(self.rest()) {
                    Some((bracket, length)) => self.group(bracket, length, depth)?,
                    None => self.sign(end),
                }),
            }
        }
        Some(found)
    }

    /// A name, or a number: `1.5` is one, and `1..5` or `1.abs()` is not.
    fn word(&mut self, end: usize) -> Node {
        let start = self.at;
        self.at = end;
        if !self.text[start..].starts_with(|c: char| c.is_ascii_digit()) {
            return Node::Word(start..end);
        }
        let fraction = self.rest().strip_prefix('.');
        if fraction.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            self.at = piece(self.text, end + 1).1;
        }
        Node::Literal(start..self.at)
    }

    fn sign(&mut self, end: usize) -> Node {
        let start = self.at;
        let rest = self.rest();
        let long = SIGNS.iter().find(|sign| rest.starts_with(**sign));
        self.at = long.map_or(end, |sign| start + sign.len());
        Node::Sign(start..self.at)
    }

    fn group(&mut self, bracket: Bracket, opening: usize, depth: usize) -> Option<Node> {
        let start = self.at;
        self.at += opening;
        let inside = self.nodes(depth + 1)?;
        if !self.rest().starts_with(closes(bracket)) {
            return None;
        }
        self.at += 1;
        Some(Node::Group {
            bracket,
            span: start..self.at,
            inside,
        })
    }
}

fn opening(rest: &str) -> Option<(Bracket, usize)> {
    if rest.starts_with("#{") {
        return Some((Bracket::Map, 2));
    }
    let bracket = match rest.chars().next()? {
        '(' => Bracket::Round,
        '[' => Bracket::Square,
        '{' => Bracket::Curly,
        _ => return None,
    };
    Some((bracket, 1))
}

const fn closes(bracket: Bracket) -> char {
    match bracket {
        Bracket::Round => ')',
        Bracket::Square => ']',
        Bracket::Curly | Bracket::Map => '}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_comments_and_templates_are_one_piece() {
        let text =
            "a /* } /* */ */ && \"}\" // }\n|| `}${ if x { \"`\" } }` == '}' 1.5 1..2 #\"}\"#";
        let nodes = read(text).unwrap();
        let pieces: Vec<&str> = nodes.iter().map(|node| &text[node.span()]).collect();
        assert_eq!(
            pieces,
            [
                "a",
                "&&",
                "\"}\"",
                "||",
                "`}${ if x { \"`\" } }`",
                "==",
                "'}'",
                "1.5",
                "1",
                "..",
                "2",
                "#\"}\"#"
            ]
        );
    }

    #[test]
    fn brackets_that_do_not_match_are_not_read() {
        for text in ["(a", "a)", "(a]", "{ \"x }", &"(".repeat(5_000)] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("{ (a)[1] #{ b: 2 } }").unwrap().len(), 1);
    }
}
