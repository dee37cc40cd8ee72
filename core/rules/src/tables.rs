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
        if self.by_name.contains_key(name) {
            return None;
        }
        did_you_mean(name, self.names())
    }

    /// A table's first column as a set of codes.
    pub(crate) fn class(&self, name: &str, kind: CodeKind) -> Result<CodeSet, String> {
        let table = self
            .by_name
            .get(name)
            .ok_or_else(|| format!("the pack has no table `{name}`"))?;
        table.class(kind).map_err(|(line, problem)| {
            format!("`{name}` is no class of codes: line {line} of its table: {problem}")
        })
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
