//! What a rule reads and calls, held against what there is.

use std::sync::Arc;

use chrono::NaiveDate;
use rhai::{Expr, FnCallExpr, Position, Token};
use scrubjay_hooks::{CodeTable, Hook};
use scrubjay_model::{DenialCategory, Recoverable};

use super::walk::{ANY, Known, Walk};
use crate::api::compare::unlike_text;
use crate::api::edits::table_names;
use crate::api::effects::repairable;
use crate::api::{Asks, Entry, Form, Kind};
use crate::codes::CodeKind;
use crate::diagnostic::did_you_mean;

impl Walk<'_> {
    pub(super) fn property(&mut self, of: &Known, name: &str, at: Position) -> Known {
        let checker = self.checker;
        if let (Kind::Row, Some(table)) = (of.kind, &of.table) {
            if let Some(found) = self.pack.tables.find(table)
                && !found.columns().any(|column| column == name)
            {
                let help = did_you_mean(name, found.columns()).unwrap_or_else(|| {
                    format!(
                        "its columns are {}",
                        found.columns().collect::<Vec<_>>().join(", ")
                    )
                });
                self.fault(
                    at,
                    format!("the table `{table}` has no column `{name}`"),
                    Some(help),
                );
            }
            return ANY;
        }
        let entry = checker.entries().iter().find(|entry| {
            entry.on == of.kind && entry.form == Form::Property && entry.name == name
        });
        if let Some(entry) = entry {
            self.entry(entry, at);
            return entry.gives.into();
        }
        let getter = format!("get${name}");
        if is_ours(of.kind) || (is_plain(of.kind) && !checker.callable.contains(&getter)) {
            let names = checker
                .entries()
                .iter()
                .filter(|entry| entry.on == of.kind)
                .map(|entry| entry.name);
            let help = did_you_mean(name, names);
            self.fault(
                at,
                format!("{} has no `.{name}`", of.kind.with_article()),
                help,
            );
        }
        ANY
    }

    pub(super) fn method(&mut self, of: &Known, call: &FnCallExpr, at: Position) -> Known {
        let checker = self.checker;
        let name = call.name.as_str();
        let arguments: Vec<Known> = call
            .args
            .iter()
            .map(|argument| self.expression(argument))
            .collect();
        let named = |entry: &&Entry| entry.form != Form::Property && entry.name == name;
        let of_kind = |entry: &&Entry| match (entry.on, of.kind) {
            (_, Kind::Any) => false,
            (Kind::List(_), Kind::List(_)) => true,
            (on, kind) => on == kind,
        };
        let own: Vec<&Entry> = checker
            .entries()
            .iter()
            .filter(of_kind)
            .filter(named)
            .collect();
        if let Some(first) = own.first() {
            let Some(entry) = own
                .iter()
                .find(|entry| entry.parameters.len() == arguments.len())
            else {
                self.fault(at, format!("`{name}` takes ({})", parameters(first)), None);
                return ANY;
            };
            self.entry(entry, at);
            self.arguments(entry, call, &arguments);
            return self.gives(entry, of, call);
        }
        // A function may be called on its first argument.
        if let Some(entry) =
            checker.entries().iter().filter(named).find(|entry| {
                entry.on == Kind::Any && entry.parameters.len() == arguments.len() + 1
            })
        {
            self.entry(entry, at);
            return entry.gives.into();
        }
        let strange = !self.helpers.iter().any(|helper| helper == name)
            && name != "to_string"
            && name != "type_of";
        if strange && (is_ours(of.kind) || (is_plain(of.kind) && !checker.callable.contains(name)))
        {
            let names = checker
                .entries()
                .iter()
                .filter(|entry| entry.on == of.kind)
                .map(|entry| entry.name);
            let help = did_you_mean(name, names);
            self.fault(
                at,
                format!("{} has no `{name}(...)`", of.kind.with_article()),
                help,
            );
        }
        ANY
    }

    /// A function or an operator.
    pub(super) fn call(&mut self, call: &FnCallExpr, at: Position) -> Known {
        let checker = self.checker;
        let name = call.name.as_str();
        let arguments: Vec<Known> = call
            .args
            .iter()
            .map(|argument| self.expression(argument))
            .collect();
        if let Some(operator) = &call.op_token {
            return self.operator(operator, &arguments, at);
        }
        let named = |entry: &&Entry| entry.form != Form::Property && entry.name == name;
        let own: Vec<&Entry> = checker
            .entries()
            .iter()
            .filter(|entry| entry.on == Kind::Any)
            .filter(named)
            .collect();
        if let Some(entry) = own
            .iter()
            .find(|entry| entry.parameters.len() == arguments.len())
        {
            self.entry(entry, at);
            self.arguments(entry, call, &arguments);
            return self.gives(entry, &ANY, call);
        }
        if self.helpers.iter().any(|helper| helper == name) {
            return ANY;
        }
        if let Some(first) = own.first() {
            self.fault(at, format!("`{name}` takes ({})", parameters(first)), None);
        } else if !checker.callable.contains(name) && !RESERVED_CALLS.contains(&name) {
            let names = checker
                .entries()
                .iter()
                .filter(|entry| entry.on == Kind::Any)
                .map(|entry| entry.name);
            let help = did_you_mean(name, names.chain(self.helpers.iter().map(String::as_str)));
            self.fault(at, format!("there is no function `{name}`"), help);
        }
        ANY
    }

    fn operator(&mut self, operator: &Token, arguments: &[Known], at: Position) -> Known {
        let compares = matches!(
            operator,
            Token::EqualsTo
                | Token::NotEqualsTo
                | Token::LessThan
                | Token::LessThanEqualsTo
                | Token::GreaterThan
                | Token::GreaterThanEqualsTo
        );
        match arguments {
            [left, right] if compares => {
                let ordered = !matches!(operator, Token::EqualsTo | Token::NotEqualsTo);
                if let Some(text) = unlike_text(left.kind, right.kind, ordered) {
                    self.fault(at, text, None);
                }
                Kind::Bool.into()
            }
            [left, right] if left.kind == Kind::Number && right.kind == Kind::Number => {
                Kind::Number.into()
            }
            [left, _] if left.kind == Kind::Text && *operator == Token::Plus => Kind::Text.into(),
            [left, right] if left.kind == Kind::Date && right.kind == Kind::Date => {
                Kind::Number.into()
            }
            [left, right]
                if left.kind == Kind::Date
                    && right.kind == Kind::Number
                    && matches!(operator, Token::Plus | Token::Minus) =>
            {
                Kind::Date.into()
            }
            [of] if *operator == Token::Bang => {
                self.yes_or_no(of, at);
                Kind::Bool.into()
            }
            _ => ANY,
        }
    }

    /// Whether what an entry does is allowed to this rule.
    fn entry(&mut self, entry: &Entry, at: Position) {
        if let Some(need) = entry
            .needs
            .filter(|need| !self.pack.manifest.needs.contains(need))
        {
            let message = format!(
                "a pack sees `.{}` only where it says that it needs it",
                entry.name
            );
            let help = format!(
                "add `needs: [{}]` to pack.yaml, if the rule cannot do without",
                need.as_str()
            );
            self.fault(at, message, Some(help));
        }
        let Some(allowed) = self.allowed else { return };
        match entry.asks {
            Some(Asks::Effect(effect)) if !allowed.hook.allows(effect) => {
                let names: Vec<&str> = allowed
                    .hook
                    .effects()
                    .iter()
                    .map(|effect| effect.as_str())
                    .collect();
                let message = format!(
                    "`{}` may not be asked for at the hook `{}`",
                    entry.name, allowed.hook
                );
                self.fault(
                    at,
                    message,
                    Some(format!(
                        "at this hook a rule may ask for {}",
                        names.join(", ")
                    )),
                );
            }
            Some(Asks::Finding(severity)) if severity > allowed.severity => {
                let message = format!(
                    "the card says `severity: {}`, but the rule may `{}`",
                    allowed.severity, entry.name
                );
                self.fault(
                    at,
                    message,
                    Some(format!("write `severity: {severity}` on the card")),
                );
            }
            _ => {}
        }
    }

    /// Kinds of the arguments, and those written out that must name something.
    fn arguments(&mut self, entry: &Entry, call: &FnCallExpr, arguments: &[Known]) {
        for (argument, ((name, kind), written)) in arguments
            .iter()
            .zip(entry.parameters.iter().zip(call.args.iter()))
        {
            let fits =
                matches!(argument.kind, Kind::Any) || *kind == Kind::Any || argument.kind == *kind;
            if !fits {
                let message = format!(
                    "`{}` wants {} for `{name}`, not {}",
                    entry.name,
                    kind.with_article(),
                    argument.kind.with_article()
                );
                self.fault(written.start_position(), message, None);
            }
            if let Expr::StringConstant(text, at) = written {
                self.written(entry, name, text, *at);
            }
        }
    }

    /// A text written out in the script that must name something.
    fn written(&mut self, entry: &Entry, parameter: &str, text: &str, at: Position) {
        let tables = &self.pack.tables;
        let problem = match (entry.name, parameter) {
            ("class", _) if !tables.has_class(text.trim_start_matches('@')) => {
                let help = tables.nearest(text);
                Some((
                    format!("there is no table and no code class `{text}`"),
                    help,
                ))
            }
            ("table", _) | ("next_business_day", _)
                if tables.find(text.trim_start_matches('@')).is_none() =>
            {
                let help = tables.nearest(text);
                Some((format!("the pack has no table `{text}`"), help))
            }
            (_, "codes") => {
                let kind = match entry.name {
                    "has_dx" => CodeKind::Diagnosis,
                    "within" => CodeKind::Plain,
                    _ => CodeKind::Procedure,
                };
                let problem = tables.set(text, kind).err();
                problem.map(|problem| {
                    (
                        problem,
                        text.strip_prefix('@').and_then(|name| tables.nearest(name)),
                    )
                })
            }
            ("date", _) if text.parse::<NaiveDate>().is_err() => Some((
                "a date is written year-month-day, such as `2026-01-31`".to_owned(),
                None,
            )),
            ("has_table", _) if CodeTable::from_name(text).is_none() => Some((
                format!("there is no table `{text}` to ask for"),
                Some(table_names(text)),
            )),
            ("repair", "field") => {
                let hook = self.allowed.map_or(Hook::Scrub, |allowed| allowed.hook);
                let fields = repairable(hook);
                (!fields.contains(&text)).then(|| {
                    let help = format!("the fields are {}", fields.join(", "));
                    (format!("no rule may repair `{text}`"), Some(help))
                })
            }
            ("classify", "category") if DenialCategory::from_name(text).is_none() => {
                let names = DenialCategory::ALL.map(DenialCategory::as_str);
                let help = did_you_mean(text, names)
                    .unwrap_or_else(|| format!("it is one of {}", names.join(", ")));
                Some((format!("there is no denial category `{text}`"), Some(help)))
            }
            ("classify", "recoverable") if Recoverable::from_name(text).is_none() => {
                let help = "it is auto, manual, appeal or never".to_owned();
                Some((format!("`recoverable` cannot be `{text}`"), Some(help)))
            }
            _ => {
                let choices = entry.choices.iter();
                let mut of_this = choices.filter(|(name, _)| *name == parameter);
                of_this
                    .find(|(_, words)| !words.contains(&text))
                    .map(|(name, words)| {
                        let help = did_you_mean(text, words.iter().copied())
                            .unwrap_or_else(|| format!("it is one of {}", words.join(", ")));
                        (format!("`{name}` cannot be `{text}`"), Some(help))
                    })
            }
        };
        if let Some((message, help)) = problem {
            self.fault(at, message, help);
        }
    }

    /// What a call gives; of tables and rows, which.
    fn gives(&self, entry: &Entry, of: &Known, call: &FnCallExpr) -> Known {
        let table = match (entry.gives, call.args.first()) {
            (Kind::Table, Some(Expr::StringConstant(name, _))) => Some(Arc::from(name.as_str())),
            (Kind::Row, _) => of.table.clone(),
            _ => None,
        };
        Known {
            kind: entry.gives,
            table,
            may_be_missing: entry.may_be_missing,
        }
    }

    /// A condition, or a part of one: true or false, and never missing.
    pub(super) fn yes_or_no(&mut self, of: &Known, at: Position) {
        if of.kind == Kind::Bool && of.may_be_missing {
            let help =
                "compare it: `... == true` or `... == false` holds where the answer is known";
            self.fault(
                at,
                "this may be missing, and is then neither true nor false",
                Some(help.to_owned()),
            );
        }
    }
}

/// Calls that Rhai itself knows and lists nowhere.
const RESERVED_CALLS: [&str; 7] = [
    "type_of",
    "is_def_var",
    "is_def_fn",
    "Fn",
    "call",
    "curry",
    "is_shared",
];

/// Kinds of which every property and method is in our list.
fn is_ours(kind: Kind) -> bool {
    !matches!(kind, Kind::Any | Kind::Row) && !is_plain(kind)
}

/// Kinds that Rhai has functions of its own for.
fn is_plain(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Text | Kind::Bool | Kind::List(_))
}

fn parameters(entry: &Entry) -> String {
    entry
        .parameters
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}
