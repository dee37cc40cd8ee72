//! The values that a condition reads: names with the properties and calls
//! behind them.

use super::token::{Bracket, Node};
use super::twin::{READ, Value};
use super::watch::Maker;

/// Words that are values or have a meaning of their own where they are called.
const NO_VALUES: &[&str] = &[
    "true",
    "false",
    "this",
    "in",
    "is",
    "Fn",
    "call",
    "curry",
    "is_shared",
    "is_def_var",
    "is_def_fn",
    "type_of",
    "_",
];

/// Signs between a name and what is read of it.
const DOTS: [&str; 3] = [".", "?.", "::"];

impl Maker<'_> {
    /// Notes the values in an expression without `&&` and `||`. Where it is
    /// the whole condition, its outcome is its value.
    pub(super) fn values(&mut self, nodes: &[Node], site: Option<usize>, whole: bool) {
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            match node {
                Node::Word(_) if !self.follows_a_dot(nodes, at) => {
                    let end = self.chain_end(nodes, at);
                    let alone = whole && at == 0 && end == nodes.len();
                    self.chain(&nodes[at..end], site, alone);
                    at = end;
                }
                Node::Group {
                    bracket: Bracket::Round | Bracket::Square,
                    inside,
                    ..
                } => {
                    self.sequence(inside, site);
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    fn follows_a_dot(&self, nodes: &[Node], at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| {
            DOTS.iter()
                .any(|sign| nodes[before].is_sign(self.text, sign))
        })
    }

    /// Behind the last part of `claim.lines[0].has_modifier("GZ")`.
    fn chain_end(&self, nodes: &[Node], from: usize) -> usize {
        let mut at = from + 1;
        loop {
            at = match (nodes.get(at), nodes.get(at + 1)) {
                (
                    Some(Node::Group {
                        bracket: Bracket::Round | Bracket::Square,
                        ..
                    }),
                    _,
                ) => at + 1,
                (Some(dot), Some(Node::Word(_)))
                    if DOTS.iter().any(|sign| dot.is_sign(self.text, sign)) =>
                {
                    at + 2
                }
                (
                    Some(mark),
                    Some(Node::Group {
                        bracket: Bracket::Square,
                        ..
                    }),
                ) if mark.is_sign(self.text, "?") => at + 2,
                _ => return at,
            };
        }
    }

    /// A name with the properties read and the functions called behind it.
    fn chain(&mut self, nodes: &[Node], site: Option<usize>, alone: bool) {
        let Some(site) = site.filter(|_| !self.is_strange(nodes)) else {
            return self.arguments(nodes, None);
        };
        let span = nodes[0].span().start..nodes[nodes.len() - 1].span().end;
        if !alone {
            let called = nodes.iter().any(Node::is_round);
            self.twin.values.push(Value {
                site,
                span: span.clone(),
                properties: nodes.len() > 1 && !called,
            });
            let value = self.first.value + self.twin.values.len() - 1;
            self.open(READ, value, span.start);
        }
        // What the last function is called on is a value too, where that
        // function leaves it alone: else a copy would be changed in its stead.
        let call = (2..nodes.len()).rfind(|at| nodes[*at].is_round());
        let receiver = call
            .filter(|at| self.is_pure(&nodes[at - 1]))
            .map(|at| at - 2);
        if let Some(end) = receiver.filter(|end| *end > 0) {
            self.chain(&nodes[..end], Some(site), false);
            self.arguments(&nodes[end..], Some(site));
        } else {
            self.arguments(nodes, Some(site));
        }
        if !alone {
            self.close(span.end);
        }
    }

    /// Whether there is nothing to note in a chain, or not safely.
    fn is_strange(&self, nodes: &[Node]) -> bool {
        let root = self.word(&nodes[0]).unwrap_or_default();
        NO_VALUES.contains(&root)
            || nodes.iter().any(|node| node.is_sign(self.text, "::"))
            || (nodes.get(1).is_some_and(Node::is_round) && !self.pure.contains(root))
    }

    fn is_pure(&self, name: &Node) -> bool {
        self.word(name).is_some_and(|name| self.pure.contains(name))
    }

    /// What stands in the brackets of a chain.
    fn arguments(&mut self, nodes: &[Node], site: Option<usize>) {
        for node in nodes {
            if let Node::Group {
                bracket: Bracket::Round | Bracket::Square,
                inside,
                ..
            } = node
            {
                self.sequence(inside, site);
            }
        }
    }
}
