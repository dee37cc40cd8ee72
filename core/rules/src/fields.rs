//! Reads the keys of a card or a `pack.yaml`, and knows where each stands.

use std::ops::Range;

use serde_yaml::{Mapping, Value};

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Source;

/// YAML that stands in a file: the whole of it, or a card's comment lines.
#[derive(Debug, Clone)]
pub(crate) struct YamlText {
    text: String,
    /// Line in the file and characters in front of it, for each line of `text`.
    lines: Vec<(usize, usize)>,
}

impl YamlText {
    /// A whole file.
    pub(crate) fn file(source: &Source) -> Self {
        let lines = (1..=source.text().lines().count())
            .map(|line| (line, 0))
            .collect();
        Self {
            text: source.text().to_owned(),
            lines,
        }
    }

    /// The `///` lines of a card.
    pub(crate) fn card(source: &Source, first: usize, last: usize) -> Self {
        let mut yaml = Self {
            text: String::new(),
            lines: Vec::new(),
        };
        for number in first..=last {
            let line = source.line(number);
            let indent = line.chars().take_while(|c| c.is_whitespace()).count() + 3;
            let body: String = line.chars().skip(indent).collect();
            let (body, indent) = match body.strip_prefix(' ') {
                Some(rest) => (rest.to_owned(), indent + 1),
                None => (body, indent),
            };
            yaml.text.push_str(&body);
            yaml.text.push('\n');
            yaml.lines.push((number, indent));
        }
        yaml
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Parses it. A text that is no mapping gives `None` and no fault.
    pub(crate) fn parse(&self, source: &Source, faults: &mut Vec<Diagnostic>) -> Option<Mapping> {
        let mut twice = false;
        let keys: Vec<(usize, &str)> = self.top_keys().collect();
        for (at, (line, key)) in keys.iter().enumerate() {
            if keys[..at].iter().any(|(_, earlier)| earlier == key) {
                let (line, column) = self.place(*line, 0);
                faults.push(Diagnostic::at(
                    source,
                    line,
                    column,
                    format!("`{key}` stands twice"),
                ));
                twice = true;
            }
        }
        if twice {
            return None;
        }
        match serde_yaml::from_str::<Value>(&self.text) {
            Ok(Value::Mapping(mapping)) => Some(mapping),
            Ok(_) => None,
            Err(error) => {
                let (line, column) = error
                    .location()
                    .map_or((0, 0), |at| (at.line(), at.column()));
                let (line, column) = self.place(line.saturating_sub(1), column.saturating_sub(1));
                let text = error.to_string();
                let text = text.split(" at line ").next().unwrap_or(&text);
                faults.push(
                    Diagnostic::at(source, line, column, format!("this is not YAML: {text}")).help(
                        "a value that starts with `@`, or has `: ` or ` #` in it, stands in quotes",
                    ),
                );
                None
            }
        }
    }

    /// Keys at the start of a line, with their lines, 0-based.
    pub(crate) fn top_keys(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().filter_map(|(at, line)| {
            let (key, _) = line.split_once(':')?;
            let is_key = !key.is_empty()
                && key
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
            is_key.then_some((at, key))
        })
    }

    /// The place in the file of a line and column here, all 0-based but the result.
    fn place(&self, line: usize, column: usize) -> (usize, usize) {
        let at = line.min(self.lines.len().saturating_sub(1));
        let (line, before) = self.lines.get(at).copied().unwrap_or((1, 0));
        (line, before + column + 1)
    }

    /// The lines of a top-level key: its own and those below it.
    fn extent(&self, key: &str) -> Option<Range<usize>> {
        let keys: Vec<(usize, &str)> = self.top_keys().collect();
        let at = keys.iter().position(|(_, known)| *known == key)?;
        let end = keys.get(at + 1).map_or(self.lines.len(), |(line, _)| *line);
        Some(keys[at].0..end)
    }

    /// Where a piece of text first stands within some lines, as a word.
    fn find(&self, lines: Range<usize>, word: &str) -> Option<(usize, usize)> {
        let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        for (at, line) in self
            .text
            .lines()
            .enumerate()
            .take(lines.end)
            .skip(lines.start)
        {
            for (byte, _) in line.match_indices(word) {
                let (before, after) = (&line[..byte], &line[byte + word.len()..]);
                if boundary(before.chars().next_back()) && boundary(after.chars().next()) {
                    return Some((at, before.chars().count()));
                }
            }
        }
        None
    }
}

/// The keys of a mapping, read one by one; what is not read is unknown.
pub(crate) struct Fields<'a> {
    pub(crate) source: &'a Source,
    pub(crate) faults: &'a mut Vec<Diagnostic>,
    yaml: &'a YamlText,
    mapping: Mapping,
    /// The key that this mapping stands under.
    under: Option<&'static str>,
    /// The line of the function or file that a missing key is missing from.
    home: (usize, usize),
}

impl<'a> Fields<'a> {
    pub(crate) fn new(
        source: &'a Source,
        yaml: &'a YamlText,
        mapping: Mapping,
        faults: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let home = yaml.place(0, 0);
        Self {
            source,
            faults,
            yaml,
            mapping,
            under: None,
            home,
        }
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.mapping.remove(key)
    }

    /// Where a key stands.
    pub(crate) fn place_of(&self, key: &str) -> (usize, usize) {
        let found = match self.under {
            None => self.yaml.extent(key).map(|lines| (lines.start, 0)),
            Some(parent) => self
                .yaml
                .extent(parent)
                .and_then(|lines| self.yaml.find(lines, key)),
        };
        found.map_or(self.home, |(line, column)| self.yaml.place(line, column))
    }

    /// Where a value of a key stands; the key where it cannot be told.
    pub(crate) fn place_of_value(&self, key: &str, value: &str) -> (usize, usize) {
        let lines = self.yaml.extent(self.under.unwrap_or(key));
        let found = lines.and_then(|lines| {
            let (line, column) = self.yaml.find(lines.clone(), key)?;
            // On the key's own line only what is behind the key counts.
            let text = self.yaml.text.lines().nth(line)?;
            let behind: String = text.chars().skip(column + key.chars().count()).collect();
            match behind.find(value) {
                Some(at) => {
                    let before = behind[..at].chars().count();
                    Some((line, column + key.chars().count() + before))
                }
                None => self.yaml.find(line + 1..lines.end, value),
            }
        });
        found.map_or_else(
            || self.place_of(key),
            |(line, column)| self.yaml.place(line, column),
        )
    }

    pub(crate) fn fault(
        &mut self,
        key: &str,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        let (line, column) = self.place_of(key);
        self.faults
            .push(Diagnostic::at(self.source, line, column, message).maybe_help(help.into()));
    }

    pub(crate) fn value_fault(
        &mut self,
        key: &str,
        value: &str,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) {
        let fault = self.of_value(key, value, message).maybe_help(help.into());
        self.push(fault);
    }

    /// A fault of a value, to be worded further before it is told.
    pub(crate) fn of_value(
        &self,
        key: &str,
        value: &str,
        message: impl Into<String>,
    ) -> Diagnostic {
        let (line, column) = self.place_of_value(key, value);
        Diagnostic::at(self.source, line, column, message)
    }

    /// Tells a fault.
    pub(crate) fn push(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        let text = scalar(&value);
        if text.is_none() {
            self.fault(key, format!("`{key}` is one text"), None);
        }
        text
    }

    /// A text that must be there.
    pub(crate) fn must(&mut self, key: &str, meaning: &str) -> Option<String> {
        if self.mapping.contains_key(key) {
            return self.text(key);
        }
        let (line, column) = self.home;
        self.faults.push(
            Diagnostic::at(self.source, line, column, format!("`{key}` is missing"))
                .help(format!("`{key}:` says {meaning}")),
        );
        None
    }

    /// A list of texts; one text is a list of one.
    pub(crate) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let texts = match &value {
            Value::Sequence(values) => values.iter().map(scalar).collect(),
            one => scalar(one).map(|text| vec![text]),
        };
        if texts.is_none() {
            self.fault(
                key,
                format!("`{key}` is a list of texts, such as `{key}: [a, b]`"),
                None,
            );
        }
        texts
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, key: &str) -> Option<bool> {
        match self.take(key)? {
            Value::Bool(flag) => Some(flag),
            _ => {
                self.fault(key, format!("`{key}` is `true` or `false`"), None);
                None
            }
        }
    }

    /// A whole number.
    pub(crate) fn number(&mut self, key: &str) -> Option<i64> {
        let value = self.take(key)?;
        let number = value.as_i64();
        if number.is_none() {
            self.fault(key, format!("`{key}` is a whole number"), None);
        }
        number
    }

    /// A choice among names.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text(key)?;
        let found = choices
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, value)| *value);
        if found.is_none() {
            let names = choices.iter().map(|(name, _)| *name);
            let help = did_you_mean(&text, names.clone()).or_else(|| {
                Some(format!(
                    "it is one of {}",
                    names.collect::<Vec<_>>().join(", ")
                ))
            });
            self.value_fault(key, &text, format!("`{key}` cannot be `{text}`"), help);
        }
        found
    }

    /// The keys below a key.
    pub(crate) fn below<R>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Fields<'_>) -> R,
    ) -> Option<R> {
        match self.take(key)? {
            Value::Mapping(mapping) => Some(self.inside(key, mapping, read)),
            Value::Null => None,
            _ => {
                self.fault(
                    key,
                    format!("`{key}` holds keys of its own, such as `{key}: {{ key: value }}`"),
                    None,
                );
                None
            }
        }
    }

    /// What has been read below a key already, to tell faults of it.
    pub(crate) fn within<R>(
        &mut self,
        key: &'static str,
        tell: impl FnOnce(&mut Fields<'_>) -> R,
    ) -> R {
        self.inside(key, Mapping::new(), tell)
    }

    fn inside<R>(
        &mut self,
        key: &'static str,
        mapping: Mapping,
        read: impl FnOnce(&mut Fields<'_>) -> R,
    ) -> R {
        let home = self.place_of(key);
        read(&mut Fields {
            source: self.source,
            faults: self.faults,
            yaml: self.yaml,
            mapping,
            under: Some(key),
            home,
        })
    }

    /// Tells of every key that nothing has read.
    pub(crate) fn no_more(&mut self, known: &[&str]) {
        let left: Vec<String> = self
            .mapping
            .keys()
            .map(|key| scalar(key).unwrap_or_default())
            .collect();
        for key in left {
            let what = self
                .under
                .map_or_else(String::new, |under| format!(" in `{under}`"));
            let help = did_you_mean(&key, known.iter().copied())
                .unwrap_or_else(|| format!("the keys are {}", known.join(", ")));
            self.fault(&key, format!("there is no key `{key}`{what}"), help);
        }
    }
}

/// A text, or a number as it was written.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
