//! Checks a rule before it ever meets a claim: whether it compiles, and
//! whether what it reads and calls exists and is allowed at its hook.

mod calls;
mod card;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::{ParseError, ParseErrorType};
use scrubjay_hooks::{CodeBooks, Hook, Severity, SubjectKind};

use crate::api::{Entry, Form, Kind};
use crate::card::{Card, RuleScope};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::fields::Fields;
use crate::pack::Pack;
use crate::rule::{Placed, Rule, Snippet};
use crate::script::Script;
use walk::Walk;

/// The engine and vocabulary that packs are checked with.
#[derive(Debug)]
pub(crate) struct Checker {
    script: Script,
    callable: BTreeSet<String>,
    /// Code sets for the packs that are checked.
    books: Arc<dyn CodeBooks>,
}

/// What of a card bears on what the function may do.
#[derive(Debug, Clone, Copy)]
struct Allowed {
    hook: Hook,
    severity: Severity,
}

impl Checker {
    pub(crate) fn new(books: Arc<dyn CodeBooks>) -> Self {
        let script = Script::new();
        let callable = script.callable();
        Self {
            script,
            callable,
            books,
        }
    }

    pub(crate) fn books(&self) -> Arc<dyn CodeBooks> {
        Arc::clone(&self.books)
    }

    /// Holds a card against its pack, the code lists and itself.
    pub(crate) fn card(&self, pack: &Pack, card: &Card, fields: &mut Fields<'_>) {
        card::card(
            card,
            &pack.manifest.scope,
            &pack.tables,
            &*self.books,
            fields,
        );
    }

    /// Refuses a function that would stand in the way of what rules call.
    pub(crate) fn name(&self, pack: &Pack, placed: &Placed, faults: &mut Vec<Diagnostic>) {
        let name = placed.function.name.as_str();
        let called = |entry: &&Entry| entry.form != Form::Property && entry.name == name;
        if self.entries().iter().any(|entry| called(&entry)) {
            let source = &pack.sources[placed.file];
            let (line, column) = source.place(placed.function.name_at);
            let message =
                format!("`{name}` is what rules call already: this function would hide it");
            faults.push(
                Diagnostic::at(source, line, column, message)
                    .help("give the function another name"),
            );
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.script.entries
    }

    /// A function's text without the spaces and comments that mean nothing.
    pub(crate) fn compact(&self, text: &str) -> Option<String> {
        self.script.compact(text)
    }

    /// Whether a function of a pack may have this name: it is no word of the
    /// language and nothing that is called already.
    pub(crate) fn may_be_named(&self, name: &str) -> bool {
        !self.callable.contains(name) && self.script.compile(&format!("fn {name}(a) {{}}")).is_ok()
    }

    /// Checks a rule's function and the helpers that it calls; gives the names
    /// of its parameters where it can be called at all.
    pub(crate) fn rule(
        &self,
        pack: &Pack,
        placed: &Placed,
        rule: &Rule,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Vec<String>> {
        let takes = takes(rule);
        let ast = self.compile(pack, &rule.snippet, &takes, faults)?;
        let function = ast
            .iter_fn_def()
            .find(|function| function.name == rule.function)?;
        if function.params.len() != rule.parameters() {
            let source = &pack.sources[placed.file];
            let (line, column) = source.place(placed.function.name_at);
            let names = takes
                .iter()
                .map(|(name, _)| *name)
                .collect::<Vec<_>>()
                .join(", ");
            let message = format!("this rule is called with ({names})");
            let help = match rule.card.scope {
                RuleScope::Claim if rule.card.hook.subject() == SubjectKind::Claim => {
                    format!(
                        "write `fn {}({names})`; a rule about lines says `scope: line`",
                        rule.function
                    )
                }
                _ => format!("write `fn {}({names})`", rule.function),
            };
            faults.push(Diagnostic::at(source, line, column, message).help(help));
            return None;
        }
        let allowed = Allowed {
            hook: rule.card.hook,
            severity: rule.card.severity,
        };
        for function in ast.iter_fn_def() {
            let kinds: &[(&str, Kind)] = if function.name == rule.function {
                &takes
            } else {
                &[]
            };
            let mut walk = Walk::new(self, pack, &rule.snippet, Some(allowed), &ast, faults);
            walk.function(&ast, function, kinds);
        }
        Some(function.params.iter().map(ToString::to_string).collect())
    }

    /// Checks a helper that no rule calls, and says so.
    pub(crate) fn helper(
        &self,
        pack: &Pack,
        placed: &Placed,
        snippet: &Snippet,
        faults: &mut Vec<Diagnostic>,
    ) {
        let before = faults.len();
        if let Some(ast) = self.compile(pack, snippet, &[], faults) {
            for function in ast.iter_fn_def() {
                Walk::new(self, pack, snippet, None, &ast, faults).function(&ast, function, &[]);
            }
        }
        if faults.len() == before {
            let source = &pack.sources[placed.file];
            let (line, column) = source.place(placed.function.name_at);
            let message = format!("no rule calls `{}`", placed.function.name);
            faults.push(
                Diagnostic::at(source, line, column, message)
                    .help("a rule has a card above it: lines that start with `///`")
                    .warning(),
            );
        }
    }

    fn compile(
        &self,
        pack: &Pack,
        snippet: &Snippet,
        takes: &[(&str, Kind)],
        faults: &mut Vec<Diagnostic>,
    ) -> Option<rhai::AST> {
        match self.script.compile(&snippet.text) {
            Ok(ast) => Some(ast),
            Err(error) => {
                let (file, line, column) = snippet.place(error.position());
                let (message, help) = parse_text(&error, takes);
                faults.push(
                    Diagnostic::at(&pack.sources[file], line, column, message).maybe_help(help),
                );
                None
            }
        }
    }
}

/// What a rule's function is called with.
pub(crate) fn takes(rule: &Rule) -> Vec<(&'static str, Kind)> {
    let kind = match rule.card.hook.subject() {
        SubjectKind::Eligibility => Kind::Eligibility,
        SubjectKind::Authorization => Kind::Planned,
        SubjectKind::Registration => Kind::Registration,
        SubjectKind::Charge => Kind::Charge,
        SubjectKind::Claim => Kind::Claim,
        SubjectKind::Acknowledgment => Kind::Acknowledgment,
        SubjectKind::Remittance => Kind::Remittance,
        SubjectKind::Denial => Kind::Denial,
        SubjectKind::FollowUp => Kind::FollowUp,
        SubjectKind::Account => Kind::Account,
        SubjectKind::Metric => Kind::Metric,
    };
    let subject = (rule.card.hook.subject().as_str(), kind);
    match rule.card.scope {
        RuleScope::Claim => vec![subject],
        RuleScope::Line => vec![subject, ("line", Kind::Line)],
    }
}

/// What the compiler says, in our words where we have better ones.
pub(crate) fn parse_text(error: &ParseError, takes: &[(&str, Kind)]) -> (String, Option<String>) {
    match error.err_type() {
        ParseErrorType::VariableUndefined(name) => (
            format!("there is no variable `{name}`"),
            did_you_mean(name, takes.iter().map(|(known, _)| *known)),
        ),
        ParseErrorType::Reserved(word) => (format!("`{word}` is not for rules"), None),
        ParseErrorType::BadInput(problem) if problem.to_string().ends_with("is disabled") => {
            let text = problem.to_string();
            let word = text.split('\'').nth(1).unwrap_or("this word");
            (format!("`{word}` is not for rules"), None)
        }
        ParseErrorType::FnDuplicatedDefinition(name, _) => (
            format!("a function `{name}` stands twice in the pack"),
            Some("give one of them another name: a rule calls its helpers by name".to_owned()),
        ),
        ParseErrorType::MissingToken(token, _) if token == "}" => {
            ("a `}` is missing before the function ends".to_owned(), None)
        }
        ParseErrorType::BadInput(problem) => (format!("this cannot be read: {problem}"), None),
        ParseErrorType::UnexpectedEOF => (
            "the function does not end: a `}`, `)` or `]` is missing".to_owned(),
            None,
        ),
        ParseErrorType::ExprTooDeep => ("this expression is nested too deep".to_owned(), None),
        other => (other.to_string(), None),
    }
}
