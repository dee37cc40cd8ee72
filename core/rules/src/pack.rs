//! A pack read from its folder: manifest, rules, tables, tests, hash.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use scrubjay_model::LineOfBusiness;
use sha2::{Digest, Sha256};

use crate::api::Need;
use crate::api::{claim_file, history};
use crate::archive::PackVersion;
use crate::card::{Card, lines_of_business, rule_ids};
use crate::check::Checker;
use crate::diagnostic::Diagnostic;
use crate::fields::{Fields, YamlText};
use crate::limits::{MAX_FILE, MAX_RULES};
use crate::rule::{Placed, Rule, mentions, snippet};
use crate::scan;
use crate::signature::SIGNATURE;
use crate::source::Source;
use crate::table::Table;
use crate::tables::Tables;
use crate::view::Wants;

/// The file that makes a folder a pack.
pub(crate) const MANIFEST: &str = "pack.yaml";

/// Whom a pack speaks for. `None` is no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PackScope {
    pub(crate) lines: Option<Vec<LineOfBusiness>>,
    pub(crate) payers: Option<Vec<String>>,
    pub(crate) states: Option<Vec<String>>,
}

/// What `pack.yaml` says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manifest {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) version: String,
    /// The program that it needs.
    pub(crate) requires: Option<PackVersion>,
    pub(crate) scope: PackScope,
    pub(crate) needs: Vec<Need>,
    pub(crate) disables: Vec<String>,
}

/// A pack in memory.
#[derive(Debug)]
pub(crate) struct Pack {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
    /// SHA-256 of everything that was compiled, in hexadecimal.
    pub(crate) hash: String,
    /// `id@` and the first twelve digits of the hash.
    pub(crate) version: Arc<str>,
    /// The manifest first, then the rule files in the order of their names.
    pub(crate) sources: Vec<Source>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) tests: Vec<Source>,
    /// What is worth mending in it, once that has been found out.
    pub(crate) warnings: OnceLock<Vec<Diagnostic>>,
}

/// The files of a pack as they were read, before anything is made of them.
#[derive(Debug, Clone)]
pub(crate) struct PackFiles {
    pub(crate) folder: PathBuf,
    /// The manifest, where it could be read, then the rule files.
    pub(crate) sources: Vec<Source>,
    pub(crate) tables: Vec<Source>,
    pub(crate) tests: Vec<Source>,
    pub(crate) signature: Option<Source>,
    pub(crate) hash: String,
}

impl PackFiles {
    pub(crate) fn read(folder: &Path, faults: &mut Vec<Diagnostic>) -> Self {
        let mut sources = read_files(&[folder.join(MANIFEST)], faults);
        let tables = read_files(&listed(&folder.join("tables"), "csv", faults), faults);
        sources.extend(read_files(&listed(folder, "rhai", faults), faults));
        let tests = read_files(&listed(&folder.join("tests"), "yaml", faults), faults);
        let signature = Some(folder.join(SIGNATURE)).filter(|path| path.is_file());
        let signature = signature.map(|path| read_files(&[path], faults));
        let hash = hash(folder, sources.iter().chain(&tables));
        Self {
            folder: folder.to_owned(),
            sources,
            tables,
            tests,
            signature: signature.into_iter().flatten().next(),
            hash,
        }
    }

    /// The rule files alone.
    pub(crate) fn into_rules(mut self) -> Vec<Source> {
        self.sources
            .retain(|source| source.path() != self.folder.join(MANIFEST));
        self.sources
    }

    /// Whether a pack was made of these very files.
    pub(crate) fn are_those_of(&self, pack: &Pack) -> bool {
        pack.folder == self.folder && pack.hash == self.hash && pack.tests == self.tests
    }
}

impl Pack {
    /// Makes a pack of its files and checks everything but its tests.
    pub(crate) fn build(files: PackFiles, checker: &Checker, faults: &mut Vec<Diagnostic>) -> Self {
        let mut tables = Tables::beside(checker.books());
        for source in &files.tables {
            tables.insert(stem(source.path()), Table::read(source, faults));
        }
        let manifest = files
            .sources
            .first()
            .map(|source| manifest(source, faults))
            .unwrap_or_default();
        let version = format!("{}@{}", manifest.id, &files.hash[..12]).into();
        let mut pack = Self {
            folder: files.folder,
            manifest,
            hash: files.hash,
            version,
            sources: files.sources,
            tables: Arc::new(tables),
            rules: Vec::new(),
            tests: files.tests,
            warnings: OnceLock::new(),
        };
        pack.read_rules(checker, faults);
        pack.tell_unused(&files.tables, faults);
        pack
    }

    /// Tables that no card and no rule names.
    fn tell_unused(&self, tables: &[Source], faults: &mut Vec<Diagnostic>) {
        let rules = || self.sources.iter().skip(1).map(Source::text);
        // Which table is meant by a name that is worked out cannot be told.
        let worked_out = |call: &str| {
            rules().any(|text| text.split(call).skip(1).any(|rest| !rest.starts_with('"')))
        };
        if worked_out("table(") || worked_out("class(") {
            return;
        }
        for source in tables {
            let name = stem(source.path());
            let class = format!("@{name}");
            let quoted = format!("\"{name}\"");
            if !rules().any(|text| mentions(text, &class) || text.contains(&quoted)) {
                let message = format!("no rule uses the table `{name}`");
                let help =
                    format!("a card uses it as `\"@{name}\"`, a rule as `table(\"{name}\")`");
                faults.push(Diagnostic::at(source, 1, 1, message).help(help).warning());
            }
        }
    }

    fn read_rules(&mut self, checker: &Checker, faults: &mut Vec<Diagnostic>) {
        let mut functions = Vec::new();
        for (file, source) in self.sources.iter().enumerate().skip(1) {
            let found = scan::functions(source, faults);
            functions.extend(found.into_iter().map(|function| Placed { file, function }));
        }
        for placed in &functions {
            checker.name(self, placed, faults);
        }
        let mut reached_by_rules = BTreeSet::new();
        for at in 0..functions.len() {
            let Some(card) = self.card(&functions[at], checker, faults) else {
                continue;
            };
            if self.rules.len() == MAX_RULES {
                let message = format!("the pack has more than {MAX_RULES} rules");
                faults.push(Diagnostic::of_file(&self.folder, message));
                break;
            }
            let (snippet, reached) = snippet(&self.sources, &functions, at);
            reached_by_rules.extend(reached);
            let placed = &functions[at];
            let (line, _) = self.sources[placed.file].place(placed.function.name_at);
            let header = placed.function.body_at - placed.function.span.start;
            let asks = |names: &[&str]| names.iter().any(|name| mentions(&snippet.text, name));
            let mut rule = Rule {
                wants: Wants {
                    history: asks(&history::ASKING),
                    file: asks(&claim_file::ASKING),
                },
                stands: (
                    placed.file,
                    placed.function.doc.map_or(line, |(first, _)| first),
                ),
                runnable: snippet.as_statement(&placed.function.name, header),
                takes: Vec::new(),
                function: placed.function.name.clone(),
                snippet,
                id: card.id.as_str().into(),
                card,
            };
            rule.takes = checker
                .rule(self, placed, &rule, faults)
                .unwrap_or_default();
            self.rules.push(rule);
        }
        for (at, placed) in functions.iter().enumerate() {
            if placed.function.doc.is_none() && !reached_by_rules.contains(&at) {
                let (snippet, _) = snippet(&self.sources, &functions, at);
                checker.helper(self, placed, &snippet, faults);
            }
        }
        self.check_ids(faults);
    }

    /// The card above a function; none for a helper, or where it is wrong.
    fn card(
        &self,
        placed: &Placed,
        checker: &Checker,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Card> {
        let source = &self.sources[placed.file];
        let (first, last) = placed.function.doc?;
        let yaml = YamlText::card(source, first, last);
        let mapping = yaml.parse(source, faults)?;
        let mut fields = Fields::new(source, &yaml, mapping, faults);
        let card = Card::read(&mut fields, &self.tables)?;
        checker.card(self, &card, &mut fields);
        Some(card)
    }

    fn check_ids(&self, faults: &mut Vec<Diagnostic>) {
        for (at, rule) in self.rules.iter().enumerate() {
            if self.rules[..at]
                .iter()
                .any(|earlier| earlier.card.id == rule.card.id)
            {
                faults.push(
                    self.card_fault(rule, format!("`{}` stands twice in the pack", rule.card.id)),
                );
            }
        }
    }

    /// A fault at a rule's card.
    pub(crate) fn card_fault(&self, rule: &Rule, message: impl Into<String>) -> Diagnostic {
        let (file, line) = rule.stands;
        Diagnostic::at(&self.sources[file], line, 1, message)
    }
}

pub(crate) fn manifest(source: &Source, faults: &mut Vec<Diagnostic>) -> Manifest {
    let yaml = YamlText::file(source);
    let before = faults.len();
    let Some(mapping) = yaml.parse(source, faults) else {
        if faults.len() == before {
            faults.push(
                Diagnostic::at(source, 1, 1, "the pack says nothing of itself")
                    .help("`pack.yaml` needs `id:`, `title:` and `version:`"),
            );
        }
        return Manifest::default();
    };
    let mut fields = Fields::new(source, &yaml, mapping, faults);
    let manifest = Manifest {
        id: fields
            .must("id", "what the pack is called, such as `medicare`")
            .unwrap_or_default(),
        title: fields
            .must("title", "in one line what the pack is about")
            .unwrap_or_default(),
        version: fields
            .must("version", "the pack's version, for people")
            .unwrap_or_default(),
        requires: requires(&mut fields),
        scope: fields.below("scope", scope).unwrap_or_default(),
        needs: needs(&mut fields),
        disables: rule_ids(&mut fields, "disables"),
    };
    fields.no_more(&[
        "id", "title", "version", "requires", "scope", "needs", "disables",
    ]);
    manifest
}

/// The version of the program that the pack needs: a pack that this one may not
/// run does not load.
fn requires(fields: &mut Fields<'_>) -> Option<PackVersion> {
    let text = fields.text("requires")?;
    let program = PackVersion::of_program();
    match text.parse::<PackVersion>() {
        Ok(version) if version.is_met_by(&program) => Some(version),
        Ok(_) => {
            let message = format!("the pack needs Scrubjay {text}, and this is {program}");
            let help = "take another version of the pack, or of the program";
            fields.fault("requires", message, Some(help.to_owned()));
            None
        }
        Err(error) => {
            fields.fault("requires", error.to_string(), None);
            None
        }
    }
}

fn scope(fields: &mut Fields<'_>) -> PackScope {
    let scope = PackScope {
        lines: lines_of_business(fields),
        payers: fields.texts("payers"),
        states: fields.texts("states").map(|states| {
            states
                .into_iter()
                .map(|state| state.to_ascii_uppercase())
                .collect()
        }),
    };
    fields.no_more(&["lines", "payers", "states"]);
    scope
}

fn needs(fields: &mut Fields<'_>) -> Vec<Need> {
    let mut needs = Vec::new();
    for name in fields.texts("needs").unwrap_or_default() {
        match Need::ALL.into_iter().find(|need| need.as_str() == name) {
            Some(need) => needs.push(need),
            None => {
                let help =
                    "a pack may need `name`, `address` and `member` of patients and subscribers"
                        .to_owned();
                fields.value_fault("needs", &name, format!("no pack can need `{name}`"), help);
            }
        }
    }
    needs
}

/// Files of a folder with an ending, in the order of their names.
fn listed(folder: &Path, ending: &str, faults: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            faults.push(Diagnostic::of_file(
                folder,
                format!("the folder cannot be read: {error}"),
            ));
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == ending) && path.is_file())
        // Editors keep `.#name` and the like beside what is being edited.
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| !name.to_string_lossy().starts_with('.'))
        })
        .collect();
    files.sort();
    files
}

fn read_files(paths: &[PathBuf], faults: &mut Vec<Diagnostic>) -> Vec<Source> {
    let mut sources = Vec::new();
    for path in paths {
        let size = fs::metadata(path).map_or(0, |about| about.len());
        if size > MAX_FILE {
            faults.push(Diagnostic::of_file(
                path,
                format!("the file is larger than {} MiB", MAX_FILE >> 20),
            ));
            continue;
        }
        match fs::read_to_string(path) {
            Ok(text) => sources.push(Source::new(path, text)),
            Err(error) => faults.push(Diagnostic::of_file(
                path,
                format!("the file cannot be read: {error}"),
            )),
        }
    }
    sources
}

/// SHA-256 over each file's path in the pack, its length and its bytes.
pub(crate) fn hash<'a>(folder: &Path, sources: impl Iterator<Item = &'a Source>) -> String {
    let mut hasher = Sha256::new();
    for source in sources {
        let name = name_in(folder, source);
        for part in [name.as_str(), source.text()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A file's name within its pack; the same on every system.
pub(crate) fn name_in(folder: &Path, source: &Source) -> String {
    let name = source.path().strip_prefix(folder).unwrap_or(source.path());
    name.to_string_lossy().replace('\\', "/")
}

pub(crate) fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}
