//! What is wrong with a pack, and where: file, line, column, the line itself.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::source::Source;

/// How much a [`Diagnostic`] weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth mending; the pack loads.
    Warning,
    /// The pack does not load.
    Error,
}

impl Level {
    /// The word in front of the message.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One fault in a pack, with its place.
///
/// Its `Display` is three or four lines: place and message, the line of the
/// file, a caret under the column, and help where there is some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// File.
    pub file: PathBuf,
    /// Line, 1-based; 0 where the whole file is meant.
    pub line: usize,
    /// Column in characters, 1-based; 0 where the whole line is meant.
    pub column: usize,
    /// Weight.
    pub severity: Level,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The line of the file, without its end.
    pub source_line: String,
}

impl Diagnostic {
    /// A fault that concerns a file as a whole.
    pub(crate) fn of_file(file: &Path, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: 0,
            severity: Level::Error,
            message: message.into(),
            help: None,
            source_line: String::new(),
        }
    }

    /// A fault at a line and column of a source, both 1-based.
    pub(crate) fn at(
        source: &Source,
        line: usize,
        column: usize,
        message: impl Into<String>,
    ) -> Self {
        Self {
            line,
            column,
            source_line: source.line(line).to_owned(),
            ..Self::of_file(source.path(), message)
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    pub(crate) fn warning(mut self) -> Self {
        self.severity = Level::Warning;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": {}: {}", self.severity.as_str(), self.message)?;
        if self.line > 0 && !self.source_line.is_empty() {
            write!(f, "\n    {}", self.source_line)?;
            if self.column > 0 {
                // Tabs are kept, so that the caret stands where the eye expects it.
                let before: String = self
                    .source_line
                    .chars()
                    .take(self.column - 1)
                    .map(|c| if c == '\t' { '\t' } else { ' ' })
                    .collect();
                write!(f, "\n    {before}^")?;
            }
        }
        if let Some(help) = &self.help {
            write!(f, "\n    help: {help}")?;
        }
        Ok(())
    }
}

/// Packs that cannot be loaded, with every fault found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    diagnostics: Vec<Diagnostic>,
}

impl LoadError {
    /// The error, where any diagnostic is one.
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by(|a, b| {
            (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message))
        });
        diagnostics.dedup();
        Self { diagnostics }
    }

    /// Every fault, in the order of files and lines; warnings too.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Every fault, taken out.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self
            .diagnostics
            .iter()
            .filter(|fault| fault.severity == Level::Error)
            .count();
        write!(f, "the rule packs have {errors} fault")?;
        if errors != 1 {
            f.write_str("s")?;
        }
        for diagnostic in &self.diagnostics {
            write!(f, "\n{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

/// The nearest of some names to a misspelt one, as help.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest_name(name, known).map(|nearest| format!("did you mean `{nearest}`?"))
}

/// The nearest of some names to a misspelt one; none where all are too far off.
///
/// ```
/// use scrubjay_rules::nearest_name;
///
/// assert_eq!(nearest_name("meber", ["member", "group"]), Some("member"));
/// assert_eq!(nearest_name("colour", ["member", "group"]), None);
/// ```
#[must_use]
pub fn nearest_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, nearest) = known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .min()?;
    let near_enough = distance <= (name.chars().count() / 3).clamp(1, 3);
    near_enough.then_some(nearest)
}

/// Edit distance, with two swapped neighbours counted as one edit.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_shows_the_line_with_a_caret_under_the_place() {
        let source = Source::new("a/b.rhai", "fn f(claim) {\n\tclaim.chrage\n}\n");
        let fault = Diagnostic::at(&source, 2, 8, "no such field").help("did you mean `charge`?");
        assert_eq!(
            fault.to_string(),
            "a/b.rhai:2:8: error: no such field\n    \tclaim.chrage\n    \t      ^\n    \
             help: did you mean `charge`?"
        );
    }

    #[test]
    fn a_misspelt_name_is_met_with_its_nearest_and_a_strange_one_with_none() {
        assert_eq!(
            did_you_mean("sevrity", ["severity", "status"]),
            Some("did you mean `severity`?".to_owned())
        );
        assert_eq!(did_you_mean("colour", ["severity", "status"]), None);
    }
}
