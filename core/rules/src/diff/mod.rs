//! What differs between two states of packs, by rule and not by line.

mod shape;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::content::PackContent;
use crate::diagnostic::LoadError;
use shape::{Keys, PackShape, RuleShape, TableShape, TestShape};

/// What became of a pack, rule, table, row, file or case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// It is in the new state only.
    Added,
    /// It is in the old state only.
    Removed,
    /// It is in both, and not the same.
    Changed,
}

/// A key of a card or manifest, a column, or a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ValueDiff {
    /// The key; keys below `applies` and `scope` with a point between.
    pub key: String,
    /// What it was; none where nothing was said.
    pub old: Option<String>,
    /// What it is; none where nothing is said.
    pub new: Option<String>,
}

/// A pack that is not the same in both states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PackDiff {
    /// Id.
    pub id: String,
    /// What became of it.
    pub change: Difference,
    /// Keys of `pack.yaml`.
    pub manifest: Vec<ValueDiff>,
    /// Rules, by id.
    pub rules: Vec<RuleDiff>,
    /// Tables, by name.
    pub tables: Vec<TableDiff>,
    /// Files of tests, by name.
    pub tests: Vec<TestDiff>,
}

/// A rule that is not the same in both states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleDiff {
    /// Id.
    pub id: String,
    /// What became of it.
    pub change: Difference,
    /// Keys of its card; what is left out counts as its default.
    pub card: Vec<ValueDiff>,
    /// Functions whose text is another: its own, and helpers that it calls.
    /// Spaces and comments do not count.
    pub logic: Vec<String>,
}

/// A table that is not the same in both states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TableDiff {
    /// Name.
    pub name: String,
    /// What became of it.
    pub change: Difference,
    /// Its columns, where they changed.
    pub columns: Option<ValueDiff>,
    /// Rows, by key. None, and the same columns, where only the order of rows
    /// with one key is another: the first of them counts.
    pub rows: Vec<RowDiff>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RowDiff {
    /// The first cell; the first two where that repeats; all where those do.
    pub key: String,
    /// What became of it.
    pub change: Difference,
    /// Cells by column, where it changed.
    pub cells: Vec<ValueDiff>,
}

/// A file of tests that is not the same in both states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TestDiff {
    /// Name of the file, without its ending.
    pub file: String,
    /// What became of it.
    pub change: Difference,
    /// What holds for all its cases: `today`, `payer`, `claim`, `denial`.
    pub all: Vec<ValueDiff>,
    /// Cases, by what they are called.
    pub cases: Vec<CaseDiff>,
}

/// A case of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CaseDiff {
    /// What it is called.
    pub case: String,
    /// What became of it.
    pub change: Difference,
}

/// Compares the packs in two folders; each folder is a pack, or has packs in
/// it. Gives the packs that differ, by id; nothing where all is the same.
///
/// ```
/// use std::path::Path;
/// let packs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../payer-rules"));
/// assert!(scrubjay_rules::diff(packs, packs)?.is_empty());
/// # Ok::<(), scrubjay_rules::LoadError>(())
/// ```
///
/// # Errors
/// Where a pack does not compile, since what its rules are cannot be told
/// then. Tests are compared, and not run.
pub fn diff(old: &Path, new: &Path) -> Result<Vec<PackDiff>, LoadError> {
    let (old, new) = (shape::read(old)?, shape::read(new)?);
    Ok(pairs(&old, &new, pack))
}

/// Compares two states of one pack in memory; none where they are the same.
///
/// # Errors
/// Where one does not compile, as for [`diff`].
pub fn diff_contents(old: &PackContent, new: &PackContent) -> Result<Option<PackDiff>, LoadError> {
    let id = new.id();
    let (old, new) = (shape::of(old)?, shape::of(new)?);
    Ok((old != new).then(|| pack(&id, Difference::Changed, &old, &new)))
}

/// Everything by its name: what is in one only, and what differs.
fn pairs<T: Default + PartialEq, D>(
    old: &BTreeMap<String, T>,
    new: &BTreeMap<String, T>,
    differ: impl Fn(&str, Difference, &T, &T) -> D,
) -> Vec<D> {
    let nothing = T::default();
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) if old == new => None,
            (Some(old), Some(new)) => Some(differ(name, Difference::Changed, old, new)),
            (Some(old), None) => Some(differ(name, Difference::Removed, old, &nothing)),
            (None, Some(new)) => Some(differ(name, Difference::Added, &nothing, new)),
            (None, None) => None,
        })
        .collect()
}

fn values(old: &Keys, new: &Keys) -> Vec<ValueDiff> {
    let value = |text: &String| (!text.is_empty()).then(|| text.clone());
    pairs(old, new, |key, change, old, new| ValueDiff {
        key: key.to_owned(),
        old: (change != Difference::Added).then(|| value(old)).flatten(),
        new: (change != Difference::Removed)
            .then(|| value(new))
            .flatten(),
    })
}

fn pack(id: &str, change: Difference, old: &PackShape, new: &PackShape) -> PackDiff {
    PackDiff {
        id: id.to_owned(),
        change,
        manifest: values(&old.manifest, &new.manifest),
        rules: pairs(&old.rules, &new.rules, rule),
        tables: pairs(&old.tables, &new.tables, table),
        tests: pairs(&old.tests, &new.tests, test),
    }
}

fn rule(id: &str, change: Difference, old: &RuleShape, new: &RuleShape) -> RuleDiff {
    let functions = pairs(&old.functions, &new.functions, |name, _, _, _| {
        name.to_owned()
    });
    RuleDiff {
        id: id.to_owned(),
        change,
        card: values(&old.card, &new.card),
        logic: functions,
    }
}

fn table(name: &str, change: Difference, old: &TableShape, new: &TableShape) -> TableDiff {
    // A key that is enough in one state may repeat in the other.
    let width = old.key_width().max(new.key_width());
    let columns =
        (change == Difference::Changed && old.columns != new.columns).then(|| ValueDiff {
            key: "columns".to_owned(),
            old: Some(old.columns.join(", ")),
            new: Some(new.columns.join(", ")),
        });
    let rows = pairs(
        &old.rows(width),
        &new.rows(width),
        |key, change, old, new| RowDiff {
            key: key.to_owned(),
            change,
            cells: if change == Difference::Changed {
                values(old, new)
            } else {
                Vec::new()
            },
        },
    );
    TableDiff {
        name: name.to_owned(),
        change,
        columns,
        rows,
    }
}

fn test(file: &str, change: Difference, old: &TestShape, new: &TestShape) -> TestDiff {
    TestDiff {
        file: file.to_owned(),
        change,
        all: values(&old.all, &new.all),
        cases: pairs(&old.cases, &new.cases, |case, change, _, _| CaseDiff {
            case: case.to_owned(),
            change,
        }),
    }
}
