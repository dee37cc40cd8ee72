//! Starts a rule for an analyst: a card with a function below it, commented,
//! and a test that shows it firing and silent.

mod kinds;
mod text;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scrubjay_hooks::{Hook, NoCodeBooks, SubjectKind};
use thiserror::Error;

use crate::card::{RuleScope, is_rule_id};
use crate::check::Checker;
use crate::diagnostic::did_you_mean;
use crate::pack::{MANIFEST, PackFiles};
use crate::scan;
use crate::source::Source;

/// A rule that is to be started.
///
/// ```
/// use scrubjay_rules::{NewRule, RuleScope, RuleSet};
/// let folder = tempfile::tempdir()?;
/// let written = NewRule::new("acme/visits", "scrub", RuleScope::Claim)?.write(folder.path())?;
/// assert_eq!(written.files.len(), 3); // pack.yaml, visits.rhai, tests/visits.yaml
/// let rules = RuleSet::load(&[written.pack])?; // sound, and its tests pass
/// assert!(rules.warnings().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRule {
    id: String,
    hook: Hook,
    scope: RuleScope,
}

/// What starting a rule has written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartedRule {
    /// The pack's folder.
    pub pack: PathBuf,
    /// Files that are new or longer than before, in the order in which they
    /// were written: manifest, rule, test.
    pub files: Vec<PathBuf>,
}

/// Why a rule cannot be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NewRuleError {
    /// The id has another shape.
    #[error(
        "`{id}` is no id for a rule: write PACK/RULE, such as `acme/referral`, each word of small letters, digits and dashes with a letter in front"
    )]
    Id {
        /// As it was given.
        id: String,
    },
    /// There is no such hook, or none that rules run at.
    #[error("no rule runs at a hook `{hook}`: {help}")]
    Hook {
        /// As it was given.
        hook: String,
        /// The nearest, or all of them.
        help: String,
    },
    /// Only claims have lines.
    #[error(
        "a rule at the hook `{hook}` is not about lines: only those at claim, scrub and submit are"
    )]
    NoLines {
        /// The hook.
        hook: Hook,
    },
    /// Another rule has the id.
    #[error("`{id}` is there already, in {file} at line {line}: give the new rule an id of its own", file = file.display())]
    Exists {
        /// The id.
        id: String,
        /// File of the rule that has it.
        file: PathBuf,
        /// Line of its card, from 1.
        line: usize,
    },
    /// The test file that the rule would get is there.
    #[error("{file} is there already, and it is no test of this rule: move it, or choose another id", file = file.display())]
    TestExists {
        /// The file.
        file: PathBuf,
    },
    /// A file or folder cannot be read or written.
    #[error("{path} cannot be read or written: {error}", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
}

impl NewRule {
    /// A rule by its id, the name of its hook, and what it is called for.
    ///
    /// # Errors
    /// Where the id has another shape, no rule runs at the hook, or the hook
    /// knows no lines.
    pub fn new(id: &str, hook: &str, scope: RuleScope) -> Result<Self, NewRuleError> {
        let letter_first = |word: &str| word.starts_with(|c: char| c.is_ascii_lowercase());
        if !is_rule_id(id) || !id.split('/').all(letter_first) {
            return Err(NewRuleError::Id { id: id.to_owned() });
        }
        let Ok(hook) = hook.parse::<Hook>() else {
            let names = Hook::ALL.map(Hook::as_str);
            return Err(NewRuleError::Hook {
                hook: hook.to_owned(),
                help: did_you_mean(hook, names)
                    .unwrap_or_else(|| format!("rules run at {}", names.join(", "))),
            });
        };
        if scope == RuleScope::Line && hook.subject() != SubjectKind::Claim {
            return Err(NewRuleError::NoLines { hook });
        }
        Ok(Self {
            id: id.to_owned(),
            hook,
            scope,
        })
    }

    /// Writes the rule into its pack and makes the pack where it is not there.
    ///
    /// `folder` is the pack, or the folder in which packs stand side by side.
    /// The rule goes to the end of the pack's file `RULE.rhai`, else of its only
    /// rule file, else into a new `RULE.rhai`. Nothing that is there is changed.
    ///
    /// # Errors
    /// Where the id is taken, or a file cannot be read or written.
    pub fn write(&self, folder: &Path) -> Result<StartedRule, NewRuleError> {
        let packs = packs_of(folder)?;
        for pack in &packs {
            self.refuse_taken(&rule_files(pack)?)?;
        }
        let pack = self.pack(folder, &packs);
        let sources = rule_files(&pack)?;
        let test = pack.join("tests").join(format!("{}.yaml", self.name()));
        if test.exists() {
            return Err(NewRuleError::TestExists { file: test });
        }
        let manifest = pack.join(MANIFEST);
        let file = self.rule_file(&pack, &sources);
        let mut files = Vec::new();
        if !manifest.is_file() {
            let (pack_id, _) = self.words();
            add(&manifest, &text::manifest(pack_id))?;
            files.push(manifest);
        }
        let code = text::free_code(self, &sources);
        let rule = text::rule(self, &self.function(&sources), &code, !file.exists());
        add(&file, &rule)?;
        files.push(file);
        add(&test, &text::test(self, &code))?;
        files.push(test);
        Ok(StartedRule { pack, files })
    }

    fn words(&self) -> (&str, &str) {
        self.id.split_once('/').unwrap_or((&self.id, &self.id))
    }

    fn name(&self) -> &str {
        self.words().1
    }

    /// The pack that the id's first word names: by its folder, or by its id.
    fn pack(&self, folder: &Path, packs: &[PathBuf]) -> PathBuf {
        if folder.join(MANIFEST).is_file() {
            return folder.to_owned();
        }
        let (word, _) = self.words();
        let named = packs
            .iter()
            .find(|pack| pack.file_name().is_some_and(|name| name == word));
        let called = || packs.iter().find(|pack| is_called(pack, word));
        named
            .or_else(called)
            .cloned()
            .unwrap_or_else(|| folder.join(word))
    }

    fn rule_file(&self, pack: &Path, sources: &[Source]) -> PathBuf {
        let own = pack.join(format!("{}.rhai", self.name()));
        match sources {
            [only] if !own.exists() => only.path().to_owned(),
            _ => own,
        }
    }

    fn refuse_taken(&self, sources: &[Source]) -> Result<(), NewRuleError> {
        for source in sources {
            for function in scan::functions(source, &mut Vec::new()) {
                let Some((first, last)) = function.doc else {
                    continue;
                };
                if (first..=last).any(|line| is_id(source.line(line), &self.id)) {
                    return Err(NewRuleError::Exists {
                        id: self.id.clone(),
                        file: source.path().to_owned(),
                        line: first,
                    });
                }
            }
        }
        Ok(())
    }

    /// A name for the function that neither the pack nor the language has.
    fn function(&self, sources: &[Source]) -> String {
        let checker = Checker::new(Arc::new(NoCodeBooks));
        let taken: Vec<String> = sources
            .iter()
            .flat_map(|source| scan::functions(source, &mut Vec::new()))
            .map(|function| function.name)
            .collect();
        let word = self.name().replace('-', "_");
        let numbered = (2u32..).map(|number| format!("{word}_rule_{number}"));
        [word.clone(), format!("{word}_rule")]
            .into_iter()
            .chain(numbered)
            .find(|name| !taken.contains(name) && checker.may_be_named(name))
            .unwrap_or(word)
    }
}

/// Whether a line of a card gives the rule this id.
fn is_id(line: &str, id: &str) -> bool {
    let key = line.trim_start().strip_prefix("///").map(str::trim_start);
    let value = key.and_then(|text| text.strip_prefix("id:"));
    value.is_some_and(|value| {
        let value = value.split(" #").next().unwrap_or(value);
        value.trim().trim_matches(['"', '\'']) == id
    })
}

/// Whether a pack's manifest gives it this id.
fn is_called(pack: &Path, word: &str) -> bool {
    let text = fs::read_to_string(pack.join(MANIFEST)).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.strip_prefix("id:"))
        .any(|id| id.trim().trim_matches(['"', '\'']) == word)
}

/// The packs that stand in a folder, or the folder where it is one.
fn packs_of(folder: &Path) -> Result<Vec<PathBuf>, NewRuleError> {
    if folder.join(MANIFEST).is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder, error)),
    };
    let mut packs = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        if path.join(MANIFEST).is_file() {
            packs.push(path);
        }
    }
    packs.sort();
    Ok(packs)
}

/// The rule files of a pack; none where it is not there yet.
fn rule_files(pack: &Path) -> Result<Vec<Source>, NewRuleError> {
    let mut faults = Vec::new();
    let has_manifest = pack.join(MANIFEST).is_file();
    let files = PackFiles::read(pack, &mut faults);
    let unread = faults
        .into_iter()
        .find(|fault| has_manifest || fault.file != pack.join(MANIFEST));
    if let Some(fault) = unread {
        let error = io::Error::other(fault.message);
        return Err(failed(&fault.file, error));
    }
    Ok(files.into_rules())
}

/// Adds a text to the end of a file, which is made where it is not there.
fn add(path: &Path, text: &str) -> Result<(), NewRuleError> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let ends_open = fs::read_to_string(path)
            .is_ok_and(|before| !before.is_empty() && !before.ends_with('\n'));
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        let gap = if ends_open { "\n" } else { "" };
        file.write_all(format!("{gap}{text}").as_bytes())
    };
    write().map_err(|error| failed(path, error))
}

fn failed(path: &Path, error: io::Error) -> NewRuleError {
    NewRuleError::File {
        path: path.to_owned(),
        error,
    }
}
