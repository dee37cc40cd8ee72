//! Formats rule files: cards in one order and form, code indented by its
//! brackets. What is compiled never changes.

mod card;
mod layout;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Level, LoadError};
use crate::fields::YamlText;
use crate::pack::PackFiles;
use crate::ruleset::pack_folders;
use crate::scan::{self, Function};
use crate::script::Script;
use crate::source::Source;

/// Whether formatting writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formatting {
    /// Files that are not formatted are written anew.
    Write,
    /// Nothing is written.
    Check,
}

/// What formatting a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Formatted {
    /// It was formatted already.
    AsItWas,
    /// It was not.
    Anew,
    /// It does not parse, so it is left as it is.
    Faulty(LoadError),
}

/// Formats rule files, and the rule files of packs and of folders of packs.
/// Gives each file with what became of it, in the order of their paths.
///
/// # Errors
/// Where a file or folder cannot be read or written.
pub fn format_files(
    paths: &[PathBuf],
    formatting: Formatting,
) -> Result<Vec<(PathBuf, Formatted)>, LoadError> {
    let mut faults = Vec::new();
    let mut sources = Vec::new();
    for path in paths {
        if path.is_file() {
            match fs::read_to_string(path) {
                Ok(text) => sources.push(Source::new(path, text)),
                Err(error) => faults.push(unwritten(path, &error)),
            }
            continue;
        }
        for folder in pack_folders(std::slice::from_ref(path), &mut faults) {
            sources.extend(PackFiles::read(&folder, &mut faults).into_rules());
        }
    }
    if !faults.is_empty() {
        return Err(LoadError::new(faults));
    }
    let formatter = Formatter::new();
    let mut done = Vec::new();
    for source in &sources {
        let formatted = match formatter.format(source) {
            Err(faults) => Formatted::Faulty(LoadError::new(faults)),
            Ok(text) if text == source.text() => Formatted::AsItWas,
            Ok(text) => {
                if formatting == Formatting::Write {
                    write(source.path(), &text)
                        .map_err(|error| LoadError::new(vec![unwritten(source.path(), &error)]))?;
                }
                Formatted::Anew
            }
        };
        done.push((source.path().to_owned(), formatted));
    }
    Ok(done)
}

/// Formats the text of a rule file; the path is for the faults.
///
/// ```
/// use std::path::Path;
/// let text = "/// hook: scrub\n/// id: a/b\n/// title: t\nfn f(claim) {\nblock(\"x\");}\n";
/// let text = scrubjay_rules::format_text(Path::new("a.rhai"), text)?;
/// assert_eq!(
///     text,
///     "/// id: a/b\n/// title: t\n/// hook: scrub\nfn f(claim) {\n    block(\"x\");}\n",
/// );
/// # Ok::<(), scrubjay_rules::LoadError>(())
/// ```
///
/// # Errors
/// Where it does not parse.
pub fn format_text(path: &Path, text: &str) -> Result<String, LoadError> {
    Formatter::new()
        .format(&Source::new(path, text))
        .map_err(LoadError::new)
}

/// Puts a text in a file's place in one step, so that nothing is lost midway.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.formatted"));
    fs::write(&beside, text)?;
    fs::set_permissions(&beside, fs::metadata(path)?.permissions())?;
    fs::rename(&beside, path)
}

fn unwritten(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::of_file(path, format!("the file cannot be read or written: {error}"))
}

struct Formatter {
    script: Script,
}

impl Formatter {
    fn new() -> Self {
        let mut script = Script::new();
        // Each function is looked at by itself, so names of others are unknown.
        script.engine.set_strict_variables(false);
        Self { script }
    }

    fn format(&self, source: &Source) -> Result<String, Vec<Diagnostic>> {
        let before = self.meaning(source)?;
        let carded = Source::new(source.path(), with_cards(source, &before.functions));
        let text = layout::layout(carded.text());
        let after = self.meaning(&Source::new(source.path(), text.as_str()))?;
        if before.compacted == after.compacted && before.cards == after.cards {
            return Ok(text);
        }
        // INVARIANT: what is compiled never changes. Tests hold it; should a
        // file be found that they did not think of, it is left as it is.
        let message = "the file cannot be formatted without changing what it means";
        Err(vec![Diagnostic::of_file(source.path(), message)])
    }

    /// What a file compiles to, or why it does not.
    fn meaning(&self, source: &Source) -> Result<Meaning, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let functions = scan::functions(source, &mut faults);
        let mut compacted = Vec::new();
        let mut cards = Vec::new();
        for function in &functions {
            let text = &source.text()[function.span.clone()];
            match self.script.engine.compact_script(text) {
                Ok(text) => compacted.push(text),
                Err(error) => {
                    let (line, column) = place(source, function, error.position());
                    let (message, help) = crate::check::parse_text(&error, &[]);
                    faults.push(Diagnostic::at(source, line, column, message).maybe_help(help));
                }
            }
            if let Some((first, last)) = function.doc {
                cards.push(YamlText::card(source, first, last).parse(source, &mut faults));
            }
        }
        if faults.iter().any(|fault| fault.severity == Level::Error) {
            return Err(faults);
        }
        for card in cards.iter_mut().flatten() {
            let mut pairs: Vec<_> = std::mem::take(card).into_iter().collect();
            pairs.sort_by_key(|(key, _)| key.as_str().map(str::to_owned));
            *card = pairs.into_iter().collect();
        }
        Ok(Meaning {
            functions,
            compacted,
            cards,
        })
    }
}

/// The place in a file of a place in one of its functions; a function that does
/// not close ends at its last character.
fn place(source: &Source, function: &Function, at: rhai::Position) -> (usize, usize) {
    let text = source.text()[function.span.clone()].trim_end();
    let (first, _) = source.place(function.span.start);
    let (last, end) = source.place(function.span.start + text.len());
    let line = first + at.line().unwrap_or(1) - 1;
    if line > last {
        return (last, end);
    }
    (line, at.position().unwrap_or(1))
}

/// What a file says, without how it is written.
struct Meaning {
    functions: Vec<Function>,
    compacted: Vec<String>,
    cards: Vec<Option<serde_yaml::Mapping>>,
}

/// A file's text with every card in its order and form.
fn with_cards(source: &Source, functions: &[Function]) -> String {
    let mut text = String::new();
    let mut next = 1;
    let copy = |text: &mut String, from: usize, to: usize| {
        text.push_str(source.span(from, to));
    };
    for (first, last) in functions.iter().filter_map(|function| function.doc) {
        let Some(lines) = card::lines(source, first, last) else {
            continue;
        };
        copy(&mut text, next, first);
        for line in lines {
            text.push_str(format!("/// {line}").trim_end());
            text.push('\n');
        }
        next = last + 1;
    }
    copy(&mut text, next, usize::MAX);
    text
}
