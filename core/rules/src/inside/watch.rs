//! Finds the conditions of a rule's text, and the values read in them, and
//! says what must be put into the text to watch them.

use std::collections::BTreeSet;

use super::token::{Bracket, Node, read};
use super::twin::{First, SEEN, Site, SiteKind, TAKEN, Twin};

/// Words that end one expression and begin another.
const WORDS: &[&str] = &[
    "let", "const", "return", "throw", "if", "else", "while", "until", "for", "loop", "do",
    "break", "continue", "fn", "private", "switch", "case",
];

/// Signs that end one expression and begin another.
const MARKS: &[&str] = &[
    ";", ",", "=>", ":", "=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "**=", "<<=", ">>=",
];

/// What is put into the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Insertion {
    pub(super) at: usize,
    pub(super) text: String,
}

/// A twin without its text, and what makes the text; `None` where the rule's
/// text cannot be read.
pub(super) fn watch(
    text: &str,
    pure: &BTreeSet<String>,
    first: First,
) -> Option<(Twin, Vec<Insertion>)> {
    let nodes = read(text)?;
    // Functions of the pack get copies of what they are called with.
    let mut pure = pure.clone();
    pure.extend(functions(&nodes, text));
    let mut maker = Maker {
        text,
        pure: &pure,
        first,
        twin: Twin {
            original: text.to_owned(),
            ..Twin::default()
        },
        insertions: Vec::new(),
    };
    maker.sequence(&nodes, None);
    Some((maker.twin, maker.insertions))
}

/// Names of the functions in a text.
fn functions(nodes: &[Node], text: &str) -> Vec<String> {
    nodes
        .windows(2)
        .filter(|pair| pair[0].is_word(text, "fn"))
        .map(|pair| text[pair[1].span()].to_owned())
        .collect()
}

/// What stands before an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    Plain,
    /// `if`, `while`, `until`.
    Decides,
    Switch,
    /// The closing brace of a block: what follows may go on from it.
    Block,
}

pub(super) struct Maker<'t> {
    pub(super) text: &'t str,
    pub(super) pure: &'t BTreeSet<String>,
    pub(super) first: First,
    pub(super) twin: Twin,
    insertions: Vec<Insertion>,
}

impl<'t> Maker<'t> {
    pub(super) fn word(&self, node: &Node) -> Option<&'t str> {
        match node {
            Node::Word(span) => Some(&self.text[span.clone()]),
            _ => None,
        }
    }

    fn is_mark(&self, node: &Node) -> bool {
        match node {
            Node::Word(span) => WORDS.contains(&&self.text[span.clone()]),
            Node::Sign(span) => MARKS.contains(&&self.text[span.clone()]),
            _ => false,
        }
    }

    fn put_in(&mut self, at: usize, text: String) {
        self.insertions.push(Insertion { at, text });
    }

    pub(super) fn open(&mut self, function: &str, number: usize, at: usize) {
        self.put_in(at, format!("{function}({number}, "));
    }

    pub(super) fn close(&mut self, at: usize) {
        self.put_in(at, ")".to_owned());
    }

    fn site(&mut self, site: Site) -> usize {
        self.twin.sites.push(site);
        self.first.site + self.twin.sites.len() - 1
    }

    /// Statements, or what stands in brackets: expressions one after another.
    /// `within` is the condition in which they stand.
    pub(super) fn sequence(&mut self, nodes: &[Node], within: Option<usize>) {
        let mut head = Head::Plain;
        let mut of_for = false;
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            if self.is_mark(node) || (of_for && node.is_word(self.text, "in")) {
                of_for = node.is_word(self.text, "for");
                self.leave(head, node);
                head = match self.word(node) {
                    Some("if" | "while" | "until") => Head::Decides,
                    Some("switch") => Head::Switch,
                    _ => Head::Plain,
                };
                at += 1;
            } else if let Node::Group {
                bracket: Bracket::Curly,
                inside,
                ..
            } = node
            {
                self.leave(head, node);
                if head == Head::Switch {
                    self.arms(inside);
                } else {
                    self.sequence(inside, None);
                }
                head = Head::Block;
                at += 1;
            } else if let Some(behind) = self.closure(nodes, at) {
                head = Head::Plain;
                at = behind;
            } else {
                let end = self.end_of_expression(nodes, at, of_for);
                self.expression(&nodes[at..end], head, nodes.get(end), within);
                // A `switch` goes on to its arms.
                if head != Head::Switch {
                    head = Head::Plain;
                }
                at = end;
            }
        }
    }

    /// A condition that begins with a block or another `if` or `switch` is not
    /// watched.
    fn leave(&mut self, head: Head, node: &Node) {
        if head == Head::Decides {
            self.twin.unwatched.push(node.span().start);
        }
    }

    fn end_of_expression(&self, nodes: &[Node], from: usize, of_for: bool) -> usize {
        (from..nodes.len())
            .find(|at| {
                let node = &nodes[*at];
                self.is_mark(node) || node.is_block() || (of_for && node.is_word(self.text, "in"))
            })
            .unwrap_or(nodes.len())
    }

    /// Behind `|a, b|` or `||` where an expression begins.
    fn closure(&self, nodes: &[Node], at: usize) -> Option<usize> {
        if nodes[at].is_sign(self.text, "||") {
            return Some(at + 1);
        }
        if !nodes[at].is_sign(self.text, "|") {
            return None;
        }
        let closing = nodes[at + 1..]
            .iter()
            .position(|node| node.is_sign(self.text, "|"))?;
        Some(at + 1 + closing + 1)
    }

    /// Operators and what they work on, from one mark to the next.
    fn expression(
        &mut self,
        nodes: &[Node],
        head: Head,
        behind: Option<&Node>,
        within: Option<usize>,
    ) {
        let goes_on = head == Head::Block && matches!(nodes[0], Node::Sign(_) | Node::Group { .. });
        // Behind an operator, a block that follows is a part of the expression.
        let whole = !matches!(nodes[nodes.len() - 1], Node::Sign(_))
            && behind.is_none_or(|node| {
                node.is_block() || node.is_sign(self.text, ";") || node.is_sign(self.text, "=>")
            });
        let span = nodes[0].span().start..nodes[nodes.len() - 1].span().end;
        let mut decision = None;
        if head == Head::Decides && whole {
            decision = Some(self.site(Site {
                kind: SiteKind::Decision,
                span: span.clone(),
                compound: self.is_all_logic(nodes),
                within,
            }));
        } else if head == Head::Decides {
            self.twin.unwatched.push(span.start);
        }
        if let Some(site) = decision {
            self.open(SEEN, site, span.start);
        }
        let within = decision.or(within);
        if self.has_operands(nodes) {
            self.operands(nodes, goes_on, within);
        } else {
            self.values(nodes, within, decision.is_some());
        }
        if decision.is_some() {
            self.close(span.end);
        }
    }

    fn is_logic(&self, node: &Node) -> bool {
        node.is_sign(self.text, "&&") || node.is_sign(self.text, "||")
    }

    /// Whether `&&` or `||` parts the expression. Where `|`, `&` or `^` stands
    /// beside it the parts are others than they look.
    fn has_operands(&self, nodes: &[Node]) -> bool {
        nodes.iter().any(|node| self.is_logic(node))
            && !nodes.iter().any(|node| {
                ["|", "&", "^"]
                    .iter()
                    .any(|sign| node.is_sign(self.text, sign))
            })
    }

    /// Whether an expression is made of `&&`, `||` and `!` over conditions, so
    /// that it is known whole when each of those is.
    fn is_all_logic(&self, nodes: &[Node]) -> bool {
        let denied = nodes
            .iter()
            .take_while(|node| node.is_sign(self.text, "!"))
            .count();
        match &nodes[denied..] {
            [
                Node::Group {
                    bracket: Bracket::Round,
                    inside,
                    ..
                },
            ] => self.is_all_logic(inside),
            _ => self.has_operands(nodes),
        }
    }

    fn operands(&mut self, nodes: &[Node], goes_on: bool, within: Option<usize>) {
        let mut from = 0;
        while from <= nodes.len() {
            let end = nodes[from..]
                .iter()
                .position(|node| self.is_logic(node))
                .map_or(nodes.len(), |at| from + at);
            let operand = &nodes[from..end];
            match (operand.first(), operand.last()) {
                (Some(first), Some(last))
                    if !(matches!(last, Node::Sign(_)) || from == 0 && goes_on) =>
                {
                    let span = first.span().start..last.span().end;
                    let site = self.site(Site {
                        kind: SiteKind::Operand,
                        span: span.clone(),
                        compound: self.is_all_logic(operand),
                        within,
                    });
                    self.open(SEEN, site, span.start);
                    self.values(operand, Some(site), true);
                    self.close(span.end);
                }
                _ => self.values(operand, None, false),
            }
            from = end + 1;
        }
    }

    /// The arms of a `switch`: patterns, `=>`, what is done.
    fn arms(&mut self, nodes: &[Node]) {
        let mut at = 0;
        while at < nodes.len() {
            let Some(arrow) = nodes[at..]
                .iter()
                .position(|node| node.is_sign(self.text, "=>"))
                .map(|found| at + found)
            else {
                return;
            };
            let pattern = &nodes[at..arrow];
            let guard = pattern
                .iter()
                .position(|node| node.is_word(self.text, "if"));
            if let Some(guard) = guard {
                // With the arrow, so that the guard is seen to end there.
                self.sequence(&nodes[at + guard..=arrow], None);
            }
            let end = match nodes.get(arrow + 1) {
                Some(node) if node.is_block() => arrow + 2,
                _ => nodes[arrow..]
                    .iter()
                    .position(|node| node.is_sign(self.text, ","))
                    .map_or(nodes.len(), |found| arrow + found),
            };
            let body = &nodes[arrow + 1..end];
            if let (Some(first), Some(last)) = (body.first(), body.last()) {
                let (start, end) = (first.span().start, last.span().end);
                let named = pattern.first().map_or(start, |node| node.span().start);
                let site = self.site(Site {
                    kind: SiteKind::Arm,
                    span: named..nodes[arrow - 1].span().end,
                    compound: false,
                    within: None,
                });
                self.put_in(start, format!("{{ {TAKEN}({site}); "));
                self.sequence(body, None);
                self.put_in(end, " }".to_owned());
            }
            at = end;
            while nodes
                .get(at)
                .is_some_and(|node| node.is_sign(self.text, ","))
            {
                at += 1;
            }
        }
    }
}
