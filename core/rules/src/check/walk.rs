//! Walks a compiled function and works out what each expression is, as far as
//! that can be told without running it. What cannot be told is let pass.

use std::sync::Arc;

use rhai::{AST, ASTFlags, ASTNode, Expr, Position, ScriptFuncDef, Stmt, StmtBlock};

use super::{Allowed, Checker};
use crate::api::Kind;
use crate::diagnostic::Diagnostic;
use crate::pack::Pack;
use crate::rule::Snippet;

/// What is known of a value; of a row, the table that it is from.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) kind: Kind,
    pub(super) table: Option<Arc<str>>,
    /// Whether it is the answer of a call that may be `()`.
    pub(super) may_be_missing: bool,
}

impl From<Kind> for Known {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            table: None,
            may_be_missing: false,
        }
    }
}

pub(super) const ANY: Known = Known {
    kind: Kind::Any,
    table: None,
    may_be_missing: false,
};

pub(super) struct Walk<'a> {
    pub(super) checker: &'a Checker,
    pub(super) pack: &'a Pack,
    snippet: &'a Snippet,
    pub(super) allowed: Option<Allowed>,
    /// Names of the functions that stand in the pack.
    pub(super) helpers: Vec<String>,
    faults: &'a mut Vec<Diagnostic>,
    variables: Vec<(String, Known)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        checker: &'a Checker,
        pack: &'a Pack,
        snippet: &'a Snippet,
        allowed: Option<Allowed>,
        ast: &AST,
        faults: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let helpers = ast
            .iter_fn_def()
            .map(|function| function.name.to_string())
            .collect();
        Self {
            checker,
            pack,
            snippet,
            allowed,
            helpers,
            faults,
            variables: Vec::new(),
        }
    }

    pub(super) fn function(&mut self, ast: &AST, function: &ScriptFuncDef, takes: &[(&str, Kind)]) {
        for (at, name) in function.params.iter().enumerate() {
            let kind = takes.get(at).map_or(Kind::Any, |(_, kind)| *kind);
            self.variables.push((name.to_string(), kind.into()));
        }
        // Rhai keeps the type of a function's body to itself, so its statements
        // are met through a walk over an AST that has no other function.
        let alone = ast.clone_functions_only_filtered(|_, _, _, name, count| {
            name == function.name.as_str() && count == function.params.len()
        });
        alone.walk(&mut |path: &[ASTNode<'_>]| {
            if let [ASTNode::Stmt(statement)] = path {
                self.statement(statement);
            }
            true
        });
    }

    pub(super) fn fault(&mut self, at: Position, message: impl Into<String>, help: Option<String>) {
        let (file, line, column) = self.snippet.place(at);
        let source = &self.pack.sources[file];
        self.faults
            .push(Diagnostic::at(source, line, column, message).maybe_help(help));
    }

    fn block(&mut self, block: &StmtBlock) {
        let outer = self.variables.len();
        for statement in block.statements() {
            self.statement(statement);
        }
        self.variables.truncate(outer);
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(flow, _)
            | Stmt::While(flow, _)
            | Stmt::Do(flow, _, _)
            | Stmt::TryCatch(flow, _) => {
                let condition = self.expression(&flow.expr);
                self.yes_or_no(&condition, flow.expr.position());
                self.block(&flow.body);
                self.block(&flow.branch);
            }
            Stmt::Switch(parts, _) => {
                self.expression(&parts.0);
                for case in &parts.1.expressions {
                    self.expression(&case.lhs);
                    self.expression(&case.rhs);
                }
            }
            Stmt::For(parts, _) => {
                let (name, counter, flow) = &**parts;
                let element = match self.expression(&flow.expr).kind {
                    Kind::List(kind) => *kind,
                    _ => Kind::Any,
                };
                let outer = self.variables.len();
                self.variables.push((name.name.to_string(), element.into()));
                if let Some(counter) = counter {
                    self.variables
                        .push((counter.name.to_string(), Kind::Number.into()));
                }
                self.block(&flow.body);
                self.variables.truncate(outer);
            }
            Stmt::Var(parts, _, _) => {
                let known = self.expression(&parts.1);
                self.variables.push((parts.0.name.to_string(), known));
            }
            Stmt::Assignment(parts) => self.assignment(&parts.1.lhs, &parts.1.rhs),
            Stmt::FnCall(call, at) => {
                self.call(call, *at);
            }
            Stmt::Block(block) => self.block(block),
            Stmt::Expr(expression) => {
                self.expression(expression);
            }
            Stmt::BreakLoop(Some(value), _, _) | Stmt::Return(Some(value), _, _) => {
                self.expression(value);
            }
            _ => {}
        }
    }

    fn assignment(&mut self, target: &Expr, value: &Expr) {
        self.expression(value);
        if let Expr::Variable(parts, ..) = target {
            // A variable that changes may change its kind.
            if let Some((_, known)) = self
                .variables
                .iter_mut()
                .rev()
                .find(|(name, _)| *name == parts.1.as_str())
            {
                *known = ANY;
            }
        } else if let Expr::Dot(parts, ..) = target
            && !matches!(self.expression(&parts.lhs).kind, Kind::Any)
        {
            let help =
                "to mend the form of a field, ask for `repair(field, value, reason)`".to_owned();
            self.fault(
                target.position(),
                "a rule changes nothing of what it reads",
                Some(help),
            );
        }
    }

    pub(super) fn expression(&mut self, expression: &Expr) -> Known {
        match expression {
            Expr::BoolConstant(..) => Kind::Bool.into(),
            Expr::IntegerConstant(..) => Kind::Number.into(),
            Expr::CharConstant(..) | Expr::StringConstant(..) => Kind::Text.into(),
            Expr::Unit(..) => Kind::Missing.into(),
            Expr::DynamicConstant(value, _) if value.is_decimal() => Kind::Number.into(),
            Expr::InterpolatedString(parts, _) => {
                for part in parts {
                    self.expression(part);
                }
                Kind::Text.into()
            }
            Expr::Array(parts, _) => {
                for part in parts {
                    self.expression(part);
                }
                Kind::List(&Kind::Any).into()
            }
            Expr::Map(parts, _) => {
                for (_, value) in &parts.0 {
                    self.expression(value);
                }
                ANY
            }
            Expr::Variable(parts, ..) => {
                let known = self
                    .variables
                    .iter()
                    .rev()
                    .find(|(name, _)| *name == parts.1.as_str());
                known.map_or(ANY, |(_, known)| known.clone())
            }
            Expr::Stmt(block) => {
                self.block(block);
                ANY
            }
            Expr::FnCall(call, at) => self.call(call, *at),
            Expr::Dot(parts, _, _) => {
                self.held(&parts.lhs, &parts.rhs);
                let root = self.expression(&parts.lhs);
                self.part(&root, &parts.rhs)
            }
            Expr::Index(parts, flags, _) => {
                self.held(&parts.lhs, &parts.rhs);
                let root = self.expression(&parts.lhs);
                self.indexed(&root, &parts.rhs, *flags)
            }
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                for part in parts.iter() {
                    let known = self.expression(part);
                    self.yes_or_no(&known, part.position());
                }
                Kind::Bool.into()
            }
            Expr::Coalesce(parts, _) => {
                let kinds: Vec<Known> = parts.iter().map(|part| self.expression(part)).collect();
                match kinds.split_first() {
                    Some((first, rest)) if rest.iter().all(|known| known.kind == first.kind) => {
                        first.clone()
                    }
                    _ => ANY,
                }
            }
            _ => ANY,
        }
    }

    /// Rhai holds the variable that a chain starts with until the chain has been
    /// worked out, so that a test within it cannot read that variable.
    fn held(&mut self, root: &Expr, rest: &Expr) {
        let Expr::Variable(root, ..) = root else {
            return;
        };
        match rest {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
                for part in [&parts.lhs, &parts.rhs] {
                    self.held_in_part(root.1.as_str(), part);
                }
            }
            part => self.held_in_part(root.1.as_str(), part),
        }
    }

    fn held_in_part(&mut self, root: &str, part: &Expr) {
        match part {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
                self.held_in_part(root, &parts.lhs);
                self.held_in_part(root, &parts.rhs);
            }
            Expr::MethodCall(call, _) => {
                for argument in &call.args {
                    if captures(argument, root) {
                        let message = format!(
                            "a test cannot read `{root}` while a list of `{root}` is gone through"
                        );
                        let help = format!(
                            "take the list first, such as `let lines = {root}.lines;`, and ask `lines.any(...)`"
                        );
                        self.fault(argument.position(), message, Some(help));
                    }
                }
            }
            _ => {}
        }
    }

    /// One part of a chain such as `.patient` or `.has_dx("E11")`, and what follows it.
    fn part(&mut self, of: &Known, part: &Expr) -> Known {
        match part {
            Expr::Property(names, at) => self.property(of, names.2.as_str(), *at),
            Expr::MethodCall(call, at) => self.method(of, call, *at),
            Expr::Dot(parts, _, _) => {
                let next = self.part(of, &parts.lhs);
                self.part(&next, &parts.rhs)
            }
            Expr::Index(parts, flags, _) => {
                let next = self.part(of, &parts.lhs);
                self.indexed(&next, &parts.rhs, *flags)
            }
            other => self.expression(other),
        }
    }

    /// What stands in brackets, and what follows them.
    fn indexed(&mut self, of: &Known, inside: &Expr, flags: ASTFlags) -> Known {
        let element: Known = match of.kind {
            Kind::List(kind) => (*kind).into(),
            _ => ANY,
        };
        if flags.contains(ASTFlags::BREAK) {
            self.expression(inside);
            return element;
        }
        match inside {
            Expr::Dot(parts, _, _) => {
                self.expression(&parts.lhs);
                self.part(&element, &parts.rhs)
            }
            Expr::Index(parts, flags, _) => {
                self.expression(&parts.lhs);
                self.indexed(&element, &parts.rhs, *flags)
            }
            index => {
                self.expression(index);
                element
            }
        }
    }
}

/// Whether an expression is a function without a name, `|l| ...`, that reads
/// this variable from around it.
fn captures(expression: &Expr, name: &str) -> bool {
    let Expr::Stmt(block) = expression else {
        return false;
    };
    block.statements().iter().any(|statement| match statement {
        Stmt::Share(shared) => shared.iter().any(|(variable, _)| variable.name == name),
        _ => false,
    })
}
