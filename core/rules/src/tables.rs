//! The tables of one pack, as look-ups and as classes of codes.

use std::collections::BTreeMap;
use std::sync::Arc;

use scrubjay_hooks::{CodeBooks, NoCodeBooks};

use crate::codes::{CodeKind, CodeSet};
use crate::diagnostic::did_you_mean;
use crate::table::Table;

/// The tables of a pack, by name, and the code sets that were handed in.
#[derive(Debug)]
pub(crate) struct Tables {
    by_name: BTreeMap<String, Arc<Table>>,
    books: Arc<dyn CodeBooks>,
}

impl Default for Tables {
    fn default() -> Self {
        Self::beside(Arc::new(NoCodeBooks))
    }
}

impl Tables {
    /// No tables yet, beside these code sets.
    pub(crate) fn beside(books: Arc<dyn CodeBooks>) -> Self {
        Self {
            by_name: BTreeMap::new(),
            books,
        }
    }

    pub(crate) fn books(&self) -> &Arc<dyn CodeBooks> {
        &self.books
    }

    pub(crate) fn insert(&mut self, name: String, table: Table) {
        self.by_name.insert(name, Arc::new(table));
    }

    pub(crate) fn find(&self, name: &str) -> Option<Arc<Table>> {
        self.by_name.get(name).map(Arc::clone)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The name that a misspelt one may have meant.
    pub(crate) fn nearest(&self, name: &str) -> Option<String> {
        if self.has_class(name) {
            return None;
        }
        did_you_mean(name, self.names().chain(self.books.class_names()))
    }

    /// Whether there is a class of that name: a table of the pack, or a class
    /// that every pack can use.
    pub(crate) fn has_class(&self, name: &str) -> bool {
        self.by_name.contains_key(name) || self.books.class(name).is_some()
    }

    /// A class as a set of codes: the first column of the pack's table of that
    /// name, else the class that every pack can use.
    pub(crate) fn class(&self, name: &str, kind: CodeKind) -> Result<CodeSet, String> {
        if let Some(table) = self.by_name.get(name) {
            return table.class(kind).map_err(|(line, problem)| {
                format!("`{name}` is no class of codes: line {line} of its table: {problem}")
            });
        }
        let entries = self
            .books
            .class(name)
            .ok_or_else(|| format!("there is no table and no code class `{name}`"))?;
        let mut set = CodeSet::default();
        for entry in entries {
            set.add(entry, kind).map_err(|problem| {
                format!("`{name}` is no class of such codes: `{entry}`: {problem}")
            })?;
        }
        Ok(set)
    }

    /// The same tables with some of them in the place of others, beside other
    /// code sets.
    pub(crate) fn with(
        &self,
        tables: impl IntoIterator<Item = (String, Table)>,
        books: Arc<dyn CodeBooks>,
    ) -> Self {
        let mut by_name = self.by_name.clone();
        for (name, table) in tables {
            by_name.insert(name, Arc::new(table));
        }
        Self { by_name, books }
    }

    /// The set that a script writes as `@name`, or as codes with commas between.
    pub(crate) fn set(&self, text: &str, kind: CodeKind) -> Result<CodeSet, String> {
        let mut set = CodeSet::default();
        for entry in text.split(',').map(str::trim) {
            match entry.strip_prefix('@') {
                Some(name) => set.extend(&self.class(name, kind)?),
                None => set.add(entry, kind).map_err(str::to_owned)?,
            }
        }
        Ok(set)
    }
}
