//! What a pack says, without the order and the spaces in which it says it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use scrubjay_hooks::{CodeBooks, DiagnosisStanding, ReasonStanding};
use serde_yaml::{Mapping, Value};

use crate::check::Checker;
use crate::content::PackContent;
use crate::diagnostic::{Diagnostic, Level, LoadError};
use crate::fields::YamlText;
use crate::flow::flow;
use crate::pack::{Pack, PackFiles, stem};
use crate::rule::{Placed, snippet};
use crate::ruleset::pack_folders;
use crate::scan;
use crate::source::Source;

/// Values by key, each as it would be written on one line.
pub(super) type Keys = BTreeMap<String, String>;

#[derive(Debug, Default, PartialEq)]
pub(super) struct PackShape {
    pub(super) manifest: Keys,
    pub(super) rules: BTreeMap<String, RuleShape>,
    pub(super) tables: BTreeMap<String, TableShape>,
    pub(super) tests: BTreeMap<String, TestShape>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct RuleShape {
    pub(super) card: Keys,
    /// Its own function and the helpers that it calls, compacted, by name.
    pub(super) functions: BTreeMap<String, String>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct TableShape {
    pub(super) columns: Vec<String>,
    cells: Vec<Vec<String>>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct TestShape {
    pub(super) all: Keys,
    pub(super) cases: BTreeMap<String, String>,
}

/// What a card means where it does not say.
const USUAL: [(&str, &str); 7] = [
    ("scope", "claim"),
    ("severity", "block"),
    ("verified", "true"),
    ("basis", "service"),
    ("status", "active"),
    ("overridable", "false"),
    ("rank", "0"),
];

/// What a pack says can be told without the code classes that it names: each is
/// taken to be there, and empty.
#[derive(Debug)]
struct AnyClass;

impl CodeBooks for AnyClass {
    fn icd10_on(&self, _: &str, _: NaiveDate) -> DiagnosisStanding {
        DiagnosisStanding::Unknown
    }

    fn icd10_exists(&self, _: &str) -> Option<bool> {
        None
    }

    fn carc(&self, _: &str) -> ReasonStanding {
        ReasonStanding::Unknown
    }

    fn class(&self, _: &str) -> Option<&[String]> {
        Some(&[])
    }
}

/// Reads the packs in a folder, by id.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, PackShape>, LoadError> {
    let mut faults = Vec::new();
    let checker = Checker::new(Arc::new(AnyClass));
    let mut packs = BTreeMap::new();
    for folder in pack_folders(&[folder.to_owned()], &mut faults) {
        let files = PackFiles::read(&folder, &mut faults);
        let pack = Pack::build(files.clone(), &checker, &mut faults);
        let shape = PackShape::of(&files, &checker);
        if packs.insert(pack.manifest.id.clone(), shape).is_some() {
            let message = format!("another pack here is called `{}` too", pack.manifest.id);
            faults.push(Diagnostic::of_file(&folder, message));
        }
    }
    if faults.iter().any(|fault| fault.severity == Level::Error) {
        return Err(LoadError::new(faults));
    }
    Ok(packs)
}

/// What a pack in memory says.
pub(super) fn of(content: &PackContent) -> Result<PackShape, LoadError> {
    let mut faults = Vec::new();
    let checker = Checker::new(Arc::new(AnyClass));
    let files = PackFiles::of(content);
    Pack::build(files.clone(), &checker, &mut faults);
    if faults.iter().any(|fault| fault.severity == Level::Error) {
        return Err(LoadError::new(faults));
    }
    Ok(PackShape::of(&files, &checker))
}

impl PackShape {
    fn of(files: &PackFiles, checker: &Checker) -> Self {
        let manifest = files.sources.first().map(|source| {
            let yaml = YamlText::file(source);
            keys(&yaml.parse(source, &mut Vec::new()).unwrap_or_default())
        });
        let named = |source: &Source| stem(source.path());
        Self {
            manifest: manifest.unwrap_or_default(),
            rules: rules(&files.sources, checker),
            tables: files
                .tables
                .iter()
                .map(|source| (named(source), TableShape::of(source)))
                .collect(),
            tests: files
                .tests
                .iter()
                .map(|source| (named(source), TestShape::of(source)))
                .collect(),
        }
    }
}

fn rules(sources: &[Source], checker: &Checker) -> BTreeMap<String, RuleShape> {
    let mut functions = Vec::new();
    for (file, source) in sources.iter().enumerate().skip(1) {
        let found = scan::functions(source, &mut Vec::new());
        functions.extend(found.into_iter().map(|function| Placed { file, function }));
    }
    let compacted = |placed: &Placed| {
        let text = &sources[placed.file].text()[placed.function.span.clone()];
        checker.compact(text).unwrap_or_else(|| text.to_owned())
    };
    let mut rules = BTreeMap::new();
    for (at, placed) in functions.iter().enumerate() {
        let source = &sources[placed.file];
        let Some((first, last)) = placed.function.doc else {
            continue;
        };
        let yaml = YamlText::card(source, first, last);
        let mut card = keys(&yaml.parse(source, &mut Vec::new()).unwrap_or_default());
        let Some(id) = card.remove("id") else {
            continue;
        };
        for (key, usual) in USUAL {
            card.entry(key.to_owned())
                .or_insert_with(|| usual.to_owned());
        }
        let (_, reached) = snippet(sources, &functions, at);
        let functions = reached
            .into_iter()
            .map(|one| &functions[one])
            .map(|placed| (placed.function.name.clone(), compacted(placed)))
            .collect();
        rules.insert(id, RuleShape { card, functions });
    }
    rules
}

/// The keys of a mapping; those of a mapping below it with a point between.
fn keys(mapping: &Mapping) -> Keys {
    let mut found = Keys::new();
    for (key, value) in mapping {
        let key = flow(key);
        match value {
            Value::Null => {}
            Value::Mapping(below) => {
                found.extend(
                    keys(below)
                        .into_iter()
                        .map(|(inner, value)| (format!("{key}.{inner}"), value)),
                );
            }
            value => {
                found.insert(key, said(value));
            }
        }
    }
    found
}

/// A list of one is that one, and a number in quotes is that number: a card
/// takes either.
fn said(value: &Value) -> String {
    match value {
        Value::Sequence(values) => match values.as_slice() {
            [one] => said(one),
            many => {
                let texts: Vec<String> = many.iter().map(said).collect();
                format!("[{}]", texts.join(", "))
            }
        },
        Value::String(text) => text.clone(),
        other => flow(other),
    }
}

impl TableShape {
    fn of(source: &Source) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(source.text().trim_start_matches('\u{feff}').as_bytes());
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let columns = reader.headers().map(texts).unwrap_or_default();
        // Rows that cannot be read have been told when the pack was built.
        let cells = reader.records().flatten().map(|row| texts(&row)).collect();
        let mut table = Self { columns, cells };
        // Of several rows with one key the first counts; else order means nothing.
        if table.key_width() == 1 {
            table.cells.sort();
        }
        table
    }

    /// How many cells it takes to name a row.
    pub(super) fn key_width(&self) -> usize {
        let width = self.columns.len();
        (1..=width.min(2))
            .find(|count| {
                let mut keys: Vec<String> =
                    self.cells.iter().map(|row| row_key(row, *count)).collect();
                keys.sort();
                keys.windows(2).all(|pair| pair[0] != pair[1])
            })
            .unwrap_or(width)
    }

    /// Cells by column, for each row by key. The same row twice is numbered.
    pub(super) fn rows(&self, width: usize) -> BTreeMap<String, Keys> {
        let mut rows = BTreeMap::new();
        for row in &self.cells {
            let cells = self.columns.iter().cloned().zip(row.iter().cloned());
            insert(&mut rows, row_key(row, width), cells.collect());
        }
        rows
    }
}

fn row_key(row: &[String], width: usize) -> String {
    row.get(..width).unwrap_or(row).join(", ")
}

/// Puts something under a name, with a number where the name is taken.
fn insert<T>(map: &mut BTreeMap<String, T>, name: String, value: T) {
    let numbered = (2u32..).map(|number| format!("{name} ({number})"));
    let free = std::iter::once(name.clone())
        .chain(numbered)
        .find(|name| !map.contains_key(name));
    map.insert(free.unwrap_or(name), value);
}

impl TestShape {
    fn of(source: &Source) -> Self {
        let mut shape = Self::default();
        let Ok(Value::Mapping(mut file)) = serde_yaml::from_str(source.text()) else {
            // Nothing that runs; told of when the tests run.
            shape
                .all
                .insert("text".to_owned(), source.text().to_owned());
            return shape;
        };
        let cases = file.remove("cases");
        for case in cases
            .as_ref()
            .and_then(Value::as_sequence)
            .into_iter()
            .flatten()
        {
            let name = case.get("case").map(said).unwrap_or_default();
            insert(&mut shape.cases, name, flow(case));
        }
        shape.all = file
            .iter()
            .map(|(key, value)| (flow(key), flow(value)))
            .collect();
        shape
    }
}
